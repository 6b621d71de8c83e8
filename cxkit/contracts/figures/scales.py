"""Answers on another scale than the instrument's, of all companies or of some."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxkit.contracts.cells import Mask
from cxkit.contracts.figures.ledger import Floats, Ints
from cxkit.contracts.figures.scale_evidence import counted, evidence
from cxkit.contracts.followers import refused_rows
from cxkit.contracts.intake import Intake

EXPECTED = 12.0  # answers at the empty end that its neighbours let expect, in the whole table
LEAST = 40  # answers from which on the ends' neighbours say how many to expect
MOST_STEPS = 20  # of a scale whose single steps people use
SURE = 4.6  # log likelihood ratio: a hundred to one, and
SAFETY = 2.0  # that much more than the logarithm of how many companies were looked at
FEWEST = 1.0  # answers outside a narrower scale that had to be expected
FRACTIONS = 0.02  # part of the other companies' answers between the steps, at most
MOST_CELLS = 20_000_000  # companies x items x categories that are looked at at once
ASK = "ask which scale the company was shown"


@dataclass(frozen=True, eq=False)
class _Scale:
    """The answers to items of one range: positions in the table, codes, steps from the least."""

    low: float
    high: float
    row: Ints
    company: Ints
    names: list[str]
    item: Ints
    value: Floats

    @property
    def words(self) -> str:
        return f"{self.low:g}-{self.high:g}"

    @property
    def between(self) -> Mask:
        """Answers that lie between the scale's steps."""
        return np.asarray((self.value - self.low) % 1 != 0)


def check_scales(intake: Intake) -> None:
    """Ends of the scale that are never used: 1-5 sent for 0-5, by everybody or by a company."""
    ranges = {item.id: (item.minimum, item.maximum) for item in intake.instrument.items}
    for low, high in sorted(set(ranges.values())):
        if high - low < 4 or high - low > MOST_STEPS or (high - low) % 1:
            continue
        items = [name for name, bounds in ranges.items() if bounds == (low, high)]
        scale = _scale(intake, items, low, high)
        if not len(scale.row):
            continue
        _check_between(intake, scale)
        if not scale.between.all() and not _is_empty_end(intake, scale):
            _check_companies(intake, scale)


def _scale(intake: Intake, items: list[str], low: float, high: float) -> _Scale:
    frame, sound = intake.frames["assessments"], ~refused_rows(intake, "assessments")
    value = frame["performance"].to_numpy(float)
    inside = (value >= low) & (value <= high) & frame["company_id"].notna().to_numpy()
    row = np.flatnonzero(inside & sound & frame["item_id"].isin(items).to_numpy())
    company, names = pd.factorize(frame["company_id"].iloc[row])
    item = pd.factorize(frame["item_id"].iloc[row])[0]
    return _Scale(low, high, row, company, list(names), item, value[row])


def _is_empty_end(intake: Intake, scale: _Scale) -> bool:
    """Whether nobody in the whole table uses an end whose neighbours are used; reported here."""
    if scale.between.any():
        return False
    ends = [(scale.low, 1.0, (1, 0)), (scale.high, -1.0, (0, -1))]
    return any(_check_end(intake, scale, *end) for end in ends)


def _check_end(
    intake: Intake, scale: _Scale, end: float, inward: float, cut: tuple[int, int]
) -> bool:
    count = [float((scale.value == end + inward * step).sum()) for step in range(4)]
    expected = 0.0 if count[0] else beyond(*count[1:])
    if expected < EXPECTED or len(scale.row) < LEAST:
        return False
    sent = f"{scale.low + cut[0]:g}-{scale.high + cut[1]:g}"
    intake.findings.add(
        intake.file["assessments"],
        "wrong_scale",
        f"not one of {len(scale.row):,} answers is {end:g}, where about {expected:,.0f} "
        f"would be usual: was the scale {sent} instead of {scale.words}?",
        "convert the answers, declare the scale in the instrument, or say by "
        "severity: {wrong_scale: warn} that it is right",
        column="performance",
    )
    return True


def beyond(first: float, second: float, third: float) -> float:
    """The count to expect next to these, were answers normal: their logs lie on a parabola."""
    if min(first, second, third) <= 0:
        return 0.0
    bend = min(np.log(first) - 2 * np.log(second) + np.log(third), 0.0)
    return float(np.exp(2 * np.log(first) - np.log(second) + bend))


def _check_companies(intake: Intake, scale: _Scale) -> None:
    """Companies that leave an end unused though their other answers let it be expected."""
    whole = ~scale.between
    steps = (scale.value[whole] - scale.low).astype(np.int64)
    shape = (len(scale.names), int(scale.item.max()) + 1, int(scale.high - scale.low) + 1)
    if len(scale.names) < 2 or np.prod(shape, dtype=float) > MOST_CELLS:
        return
    counts = counted(scale.company[whole], scale.item[whole], steps, shape)
    ratio, outside = evidence(counts)
    sure = max(SURE, float(np.log(len(scale.names))) + SAFETY)
    low, high = counts.used
    n = counts.count.sum(axis=(1, 2))
    says = {
        at: f"the {n[at]:,.0f} answers of {scale.names[at]} lie between {scale.low + low[at]:g} "
        f"and {scale.low + high[at]:g}, where about {outside[at]:,.0f} would lie outside if it had "
        f"used {scale.words} as the others do: was its scale {scale.low + low[at]:g}-"
        f"{scale.low + high[at]:g}?"
        for at in np.flatnonzero((ratio >= sure) & (outside >= FEWEST)).tolist()
    }
    _report(intake, scale, says, "companies that never use an end of the scale")


def _check_between(intake: Intake, scale: _Scale) -> None:
    """Companies with answers between the steps, such as 2.5, where the others have none."""
    n = np.bincount(scale.company)
    odd = np.bincount(scale.company, scale.between)
    others = (odd.sum() - odd) / np.maximum(n.sum() - n, 1)
    found = (odd / n > 0.1) & (odd >= 3) & (others <= FRACTIONS) & (len(n) > 1)
    says = {
        at: f"{odd[at]:,.0f} of {n[at]:,} answers of {scale.names[at]} lie between whole numbers, "
        "as no other company's do: were they converted from another scale?"
        for at in np.flatnonzero(found).tolist()
    }
    _report(intake, scale, says, "companies that answer between whole numbers")


def _report(intake: Intake, scale: _Scale, says: dict[int, str], what: str) -> None:
    """A finding at each company's first answer."""
    if not says:
        return
    codes, first = np.unique(scale.company, return_index=True)
    at = {int(scale.row[place]): int(code) for code, place in zip(codes, first, strict=True)}
    rows = sorted(row for row, code in at.items() if code in says)
    mask = np.zeros(len(intake.frames["assessments"]), bool)
    mask[rows] = True
    intake.report(
        "assessments",
        mask,
        "wrong_scale_company",
        "performance",
        [says[at[row]] for row in rows],
        ASK,
        what,
        values=[scale.names[at[row]] for row in rows],
    )
