"""Unit slips of a whole period: every company's figures of one line and period off together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxkit.contracts.cells import Mask
from cxkit.contracts.figures.ledger import MEASURED, RESULTS, STEADY, Floats, Ints, Ledger
from cxkit.contracts.figures.levels import powers
from cxkit.contracts.figures.marks import Marks, mend, times, words

FEWEST = {True: 5, False: 10}  # companies in both periods, for steady lines and for results
SHARE = 0.3  # of a period's companies off by themselves make it the period's fault
LISTED = 0.5  # how far (log10) a company must be off to be listed where not all are


@dataclass(frozen=True)
class Slip:
    """A line of one period that is off by a power of ten in `rows` of `known` companies."""

    line: str
    period: int
    power: int
    rows: Ints
    known: int


def check_whole_periods(marks: Marks) -> None:
    """Lines of a period that are off by a power of ten for most of the companies."""
    for line in (*STEADY, *RESULTS):
        for slip in whole_periods(marks.ledger, line):
            report(marks, slip)


def whole_periods(ledger: Ledger, line: str) -> list[Slip]:
    """The periods in which most companies' values of a line are off together."""
    run = ledger.run(line)
    if not len(run.at):
        return []
    level = np.log10(np.abs(ledger.amounts[line][run.at]))
    period = ledger.period[run.at]
    off = _offsets(period, run.step(level), run.step(period.astype(float)) == 1, line in STEADY)
    if not off:
        return []
    bad = np.isin(period, list(off))
    good = pd.Series(np.where(bad, np.nan, level)).groupby(run.series)
    before, after = good.ffill(), good.bfill()
    beside = ((before.fillna(after) + after.fillna(before)) / 2).to_numpy()
    return [
        Slip(line, one, power, run.at[_listed(period == one, level - beside, power)],
             int((period == one).sum()))
        for one, power in sorted(off.items())
    ]  # fmt: skip


def _offsets(period: Ints, step: Floats, adjacent: Mask, steady: bool) -> dict[int, int]:
    """Periods whose level is a power of ten off that of most values, with that power."""
    steps = pd.Series(np.where(adjacent, step, np.nan)).groupby(period)
    middle, count = steps.median(), steps.count()
    spread = (steps.obj - steps.transform("median")).abs().groupby(period).median()
    sure = middle.abs() > 6 * spread / np.sqrt(count.clip(lower=1))
    jump = np.where(
        (count >= FEWEST[steady]) & sure, powers(np.asarray(middle, dtype=np.float64), 0.3), 0
    )
    offset = np.cumsum(jump)
    weight = pd.Series(period).groupby(period).size().to_numpy()
    held = {int(value): weight[offset == value].sum() for value in np.unique(offset)}
    base = max(held, key=lambda value: held[value])
    return {int(p): int(o - base) for p, o in zip(middle.index, offset, strict=True) if o != base}


def _listed(inside: Mask, off: Floats, power: int) -> Mask:
    """The values of the period that are off too; all of them where nearly all are."""
    toward = np.where(np.isnan(off), np.inf, off * np.sign(power)) >= LISTED
    return inside & (toward | bool(toward[inside].mean() >= 0.8))


def report(marks: Marks, slip: Slip) -> None:
    """The slip as findings, one per row."""
    measured = slip.line in MEASURED
    ledger = marks.ledger
    companies = len(np.unique(ledger.company[slip.rows]))
    name = words(slip.line)
    message = (
        f"{name} of {ledger.label(slip.period)} is about {times(slip.power)} that of the periods "
        f"beside it in {companies:,} of {slip.known:,} companies: the unit slipped"
    )
    marks.report(
        slip.rows,
        "unit_slip_period" if measured else "unit_slip_unmeasured",
        slip.line,
        [message] * len(slip.rows),
        f"{mend(slip.power)} where the file's source agrees, or state that period's unit",
        f"values {times(slip.power)} those of the periods beside",
    )
