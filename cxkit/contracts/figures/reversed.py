"""Respondents who answered with the scale turned round: what others find high they find low."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxkit.contracts.figures.answers_read import Answers, report_groups
from cxkit.contracts.figures.ledger import Floats, Ints
from cxkit.contracts.intake import Intake

FEWEST = 8  # items of a sheet that are compared
SHEETS = 6  # in the whole table, from which a usual pattern is known
ALIKE = 10  # sheets from which the usual agreement of their kind is known
GLOBAL = 2.0  # sheets of the company for which the other companies' pattern counts
SURE = 4.6  # log likelihood ratio: a hundred to one, and
SAFETY = 2.0  # that much more than the logarithm of how many sheets were looked at
LIMIT = 0.99  # correlations beyond it are taken as it


@dataclass(frozen=True, eq=False)
class _Agreement:
    """How far each sheet's items run with the others', (s,) each; NaN where it cannot be said.

    sheets counts those of the sheet's company, evidence is a log likelihood ratio.
    """

    correlation: Floats
    items: Ints
    evidence: Floats


def check_reversed(intake: Intake, answers: Answers) -> None:
    """Respondents whose answers run against everybody else's, in all waves or in one."""
    named = _check(intake, answers, answers.person, np.zeros(len(answers.row), bool))
    _check(intake, answers, answers.voice, named)


def _check(intake: Intake, answers: Answers, sheet: Ints, named: np.ndarray) -> np.ndarray:
    """Report sheets turned round, but for rows that are named; which rows are then."""
    found = agreement(answers, sheet)
    count = int(np.isfinite(found.evidence).sum())
    if count < SHEETS:
        return named
    sure = max(SURE, float(np.log(count)) + SAFETY)
    company = np.zeros(len(found.items), np.int64)
    company[sheet] = answers.company
    said = np.zeros(len(found.items), bool)
    said[sheet[named]] = True
    odd = (found.evidence >= sure) & ~said
    for one in np.unique(company[odd]):  # of two who disagree, one is turned round
        own = np.flatnonzero(odd & (company == one))
        odd[own] = own == own[np.argmax(found.evidence[own])]
    messages = [
        f"these answers run against everybody else's (correlation {r:.2f} over {n} items): "
        "was the scale read the wrong way round?"
        for r, n in zip(found.correlation, found.items, strict=True)
    ]
    report_groups(
        intake,
        answers,
        odd[sheet],
        sheet,
        "reversed_answers",
        "respondent_id",
        messages,
        "ask the respondent which end of the scale is the good one; turn the answers round, or "
        "leave them out",
        "respondents who seem to have turned the scale round",
    )
    return np.asarray(named | odd[sheet])


def agreement(answers: Answers, sheet: Ints) -> _Agreement:
    """Each sheet's items held against those of its company's other sheets and of all companies."""
    own, known, company = _patterns(answers, sheet)
    others = np.zeros((int(company.max()) + 1, own.shape[1]))
    given = others.copy()
    np.add.at(others, company, own)
    np.add.at(given, company, known.astype(float))
    everybody = (others.sum(axis=0) - others) / np.maximum(given.sum(axis=0) - given, 1.0)
    expected = others[company] - own + GLOBAL * everybody[company]
    expected = _centred(expected / (given[company] - known + GLOBAL), known)
    with np.errstate(invalid="ignore", divide="ignore"):
        scale = np.sqrt((own**2).sum(axis=1) * (expected**2).sum(axis=1))
        correlation = (own * expected).sum(axis=1) / scale
    items = known.sum(axis=1)
    correlation[items < FEWEST] = np.nan
    return _Agreement(correlation, items, _evidence(correlation, items, company))


def _patterns(answers: Answers, sheet: Ints) -> tuple[Floats, np.ndarray, Ints]:
    """Items by sheet less the sheet's mean (s, i), which are known, and the sheets' companies."""
    shape = int(sheet.max()) + 1, int(answers.item.max()) + 1
    total, count = np.zeros(shape), np.zeros(shape)
    np.add.at(total, (sheet, answers.item), answers.part)
    np.add.at(count, (sheet, answers.item), 1.0)
    company = np.zeros(shape[0], np.int64)
    company[sheet] = answers.company
    known = count > 0
    return _centred(total / np.maximum(count, 1.0), known), known, company


def _centred(values: Floats, known: np.ndarray) -> Floats:
    mean = np.where(known, values, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return np.where(known, values - mean[:, None], 0.0)


def _evidence(correlation: Floats, items: Ints, company: Ints) -> Floats:
    """Log likelihood ratio for a usual correlation with its sign turned (Fisher's z is normal).

    What is usual is the median of sheets in companies with as many sheets.
    """
    z = np.arctanh(np.clip(correlation, -LIMIT, LIMIT))
    sheets = np.minimum(np.bincount(company)[company], 6)
    usual = np.full(len(z), np.nanmedian(z) if np.isfinite(z).any() else np.nan)
    for number in np.unique(sheets):
        alike = z[(sheets == number) & np.isfinite(z)]
        if len(alike) >= ALIKE:
            usual[sheets == number] = np.median(alike)
    return np.asarray(-2 * z * np.maximum(usual, 0.0) * (items - 3))
