"""Periods sent twice under two dates, of odd length, overlapping, or in other money and units."""

from __future__ import annotations

import numpy as np

from cxkit.contracts.cells import Mask
from cxkit.contracts.figures.ledger import MONEY, Ints, Ledger
from cxkit.contracts.figures.marks import Marks, words

DIGITS = 3  # significant digits a figure must have for its repetition to say anything
LINES = 2  # such figures
SHARE = 0.5  # of a period's companies that repeat it make it the period's fault


def check_periods(marks: Marks) -> None:
    """Repeated figures, lengths, overlaps, currencies and units, company by company."""
    if not len(marks.ledger):
        return
    _check_repeated(marks)
    _check_lengths(marks)
    _check_overlaps(marks)
    _check_inside_company(marks, "currency", "mixed_currency", "growth is in two currencies' money")
    _check_inside_company(marks, "unit", "mixed_unit", "amounts are read in the unit of their row")


def _previous(ledger: Ledger) -> Mask:
    """Whether the row before belongs to the same company."""
    return np.diff(ledger.company, prepend=-1) == 0


def repeated(ledger: Ledger) -> Mask:
    """Rows with just the figures of the company's row before."""
    same, telling = _previous(ledger), np.zeros(len(ledger), np.int64)
    for line in MONEY:
        values = ledger.sent[line]
        before = np.append(np.nan, values[:-1])
        equal = values == before
        same &= equal | np.isnan(values) & np.isnan(before)
        telling += equal & (values != 0) & _telling(values)
    return same & (telling >= LINES)


def _telling(values: np.ndarray) -> Mask:
    """Values of several significant digits: 3,600 may come again, 3,607 will not."""
    size = np.abs(values)
    size = np.where((size > 1e-200) & (size < np.inf), size, 1.0)
    scale = 10.0 ** (np.floor(np.log10(size)) - (DIGITS - 2))
    return np.asarray(np.abs(size / scale - np.rint(size / scale)) > 1e-9)


def _check_repeated(marks: Marks) -> None:
    ledger = marks.ledger
    again = repeated(ledger)
    numbers = marks.intake.frames["pnl"]["_row"].to_numpy()[ledger.position]
    rows = np.flatnonzero(again)
    many = np.zeros(len(ledger), bool)
    for period in np.unique(ledger.period[rows]).tolist():
        inside = ledger.period == period
        if (again & inside).sum() >= max(3, SHARE * (inside & _previous(ledger)).sum()):
            many |= inside
    for kind, own in (
        ("periods_repeated", rows[many[rows]]),
        ("period_repeated", rows[~many[rows]]),
    ):
        marks.report(
            own,
            kind,
            "period_end",
            [f"has the very figures of the period before (row {numbers[at - 1]})" for at in own],
            "send the period's own figures, or delete the row",
            "periods with the figures of the one before",
            MONEY,
        )


def _check_lengths(marks: Marks) -> None:
    ledger = marks.ledger
    usual = _mode(ledger)
    odd = np.flatnonzero((ledger.months != usual) & ~_interim(ledger))
    marks.report(
        odd,
        "odd_period_length",
        "period_months",
        [
            f"a period of {own:g} months where {whole:g} are usual; no growth is taken over it"
            for own, whole in zip(ledger.months[odd], usual[odd], strict=True)
        ],
        "nothing to do if the fiscal year changed; else correct the months or send usual periods",
        "periods of another length than usual",
        (),
    )


def _interim(ledger: Ledger) -> Mask:
    """Rows that share months with the company's row before or after: a quarter of a year's."""
    same = _previous(ledger)
    starts = ledger.end - ledger.months
    over = same & (starts < np.append(0, ledger.end[:-1]))
    return np.asarray(over | np.append(over[1:], False))


def _mode(ledger: Ledger) -> np.ndarray:
    """The length most of a company's periods have; where two are as frequent, everybody's."""
    lengths, code = np.unique(ledger.months, return_inverse=True)
    count = np.zeros((int(ledger.company[-1]) + 1, len(lengths)))
    np.add.at(count, (ledger.company, code), 1)
    count += np.bincount(code) / (1 + len(code))
    return np.asarray(lengths[np.argmax(count, axis=1)][ledger.company])


def _check_overlaps(marks: Marks) -> None:
    """Periods that begin more than a month before the last one ended.

    One that lies inside the other, a quarter of a year sent as well, is no fault.
    """
    ledger = marks.ledger
    same = _previous(ledger)
    distance = np.diff(ledger.end, prepend=0)
    before = np.append(0.0, ledger.months[:-1])
    inside = (ledger.months != before) & ((distance == 0) | (ledger.months - distance >= before))
    rows = np.flatnonzero(same & ~inside & (ledger.months - distance >= 2))
    marks.report(
        rows,
        "periods_overlap",
        "period_end",
        [
            f"{months:g} months to this date, but the period before ended only {gap} months earlier"
            for months, gap in zip(ledger.months[rows], distance[rows], strict=True)
        ],
        "correct the date or the months",
        "periods that overlap the one before",
        (),
    )


def _check_inside_company(marks: Marks, column: str, kind: str, effect: str) -> None:
    """Rows whose currency or unit differs from the one most rows of the company have."""
    ledger = marks.ledger
    values = ledger.currency if column == "currency" else ledger.unit
    names, code = np.unique(values, return_inverse=True)
    if len(names) == 1:
        return
    count = np.zeros((int(ledger.company[-1]) + 1, len(names)))
    np.add.at(count, (ledger.company, code), 1)
    usual = np.argmax(count, axis=1)[ledger.company]
    rows = _differs(code, usual)
    marks.report(
        rows,
        kind,
        column,
        [
            f"{words(column)} {_shown(names[code[at]])} where {_shown(names[usual[at]])} is usual "
            f"for the company; {effect}"
            for at in rows
        ],
        "nothing to do if the source has it so; else correct the row",
        f"rows in another {column} than the company's others",
        (),
    )


def _differs(code: Ints, usual: Ints) -> Ints:
    return np.flatnonzero(code != usual)


def _shown(value: object) -> str:
    return f"{value:,.15g}" if isinstance(value, float) else str(value)
