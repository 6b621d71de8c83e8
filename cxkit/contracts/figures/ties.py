"""Values of a series that lie a power of ten apart, as many on one side as on the other.

Which side is wrong does not show in the series. What else a company sent may say it: the sums,
and the line's proportion to other lines beside that of other companies. Where nothing does,
both are named and nothing is taken out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cxkit.contracts.figures.identities import Sum, confirmed
from cxkit.contracts.figures.ledger import MONEY, STEADY, Floats, Ints, Ledger, Series
from cxkit.contracts.figures.marks import Marks, times, words

PEERS = 5  # other companies that say what a proportion usually is
NEARER = 1.0  # log10 by which one side must be nearer to it than the other


@dataclass(frozen=True, eq=False)
class Tie:
    """A series' rows on both sides; those of `high` are `power` of ten above those of `low`."""

    line: str
    high: Ints
    low: Ints
    power: int


def settle(
    ledger: Ledger, found: list[Sum], runs: Mapping[str, Series], off: dict[str, Ints]
) -> list[Tie]:
    """Ties that nothing decides; in `off` (powers by line) each tie's wrong side, or neither.

    runs are the series in which `off` was found.
    """
    tied = [tie for line, run in runs.items() for tie in _ties(line, run, off[line])]
    unclear = []
    for tie in tied:
        beside = {one.line for one in tied if np.isin(one.high, tie.high).any()}
        wrong = _wrong_side(ledger, found, tie, beside)
        off[tie.line][tie.high] = tie.power if wrong > 0 else 0
        off[tie.line][tie.low] = -tie.power if wrong < 0 else 0
        if wrong == 0:
            unclear.append(tie)
    return unclear


def _ties(line: str, run: Series, off: Ints) -> list[Tie]:
    """Series in which values off by one power are as many as those that are not.

    Where a series steps off and comes back, what lies between is off.
    """
    power = off[run.at]
    result = []
    for one in np.unique(run.series[power != 0]).tolist():
        inside = run.series == one
        own, base = power[inside], inside & (power == 0)
        returns = own[0] == 0 and own[-1] == 0
        if returns or len(np.unique(own)) != 2 or 2 * base.sum() > inside.sum() or not base.any():
            continue
        step = int(own[own != 0][0])
        above = inside & ~base if step > 0 else base
        result.append(Tie(line, run.at[above], run.at[inside & ~above], abs(step)))
    return result


def _wrong_side(ledger: Ledger, found: list[Sum], tie: Tie, beside: set[str]) -> int:
    """1 where the high side is wrong, -1 where the low one is, 0 where nothing says."""
    sound = confirmed(ledger, found, tie.line)
    votes = int(sound[tie.low].any()) - int(sound[tie.high].any())
    for other in STEADY:
        if other not in beside:
            votes += _nearer(ledger, tie, other)
    return int(np.sign(votes))


def _nearer(ledger: Ledger, tie: Tie, other: str) -> int:
    """1 where the low side's proportion to another line is nearer to what is usual, -1 the high."""
    share = logs(ledger.amounts[tie.line]) - logs(ledger.amounts[other])
    own = int(ledger.company[tie.high[0]])
    usual = company_medians(ledger, share)
    usual = usual[np.isfinite(usual) & (np.arange(len(usual)) != own)]
    high, low = share[tie.high], share[tie.low]
    high, low = high[np.isfinite(high)], low[np.isfinite(low)]
    if len(usual) < PEERS or not len(high) or not len(low):
        return 0
    middle = np.median(usual)
    nearer = abs(np.median(high) - middle) - abs(np.median(low) - middle)
    return int(np.sign(nearer)) if abs(nearer) >= NEARER else 0


def company_medians(ledger: Ledger, values: Floats) -> Floats:
    """The median of each company's known values (n,); missing where it has none."""
    companies = int(ledger.company[-1]) + 1
    known = np.isfinite(values)
    company, value = ledger.company[known], values[known]
    order = np.lexsort([value, company])
    count = np.bincount(company, minlength=companies)
    start = np.cumsum(count) - count
    last = max(len(value) - 1, 0)
    low, high = start + np.maximum(count - 1, 0) // 2, start + count // 2
    value = np.append(value[order], np.nan)
    middle = (value[np.minimum(low, last)] + value[np.minimum(high, last)]) / 2
    return np.where(count > 0, middle, np.nan)


def logs(values: Floats) -> Floats:
    """log10 of the size of values; missing where there is none, or it is zero."""
    size = np.abs(values)
    return np.asarray(np.log10(np.where(np.isfinite(size) & (size > 0), size, np.nan)))


def check_ties(marks: Marks, unclear: list[Tie]) -> None:
    """A warning at both sides of each tie that nothing decided, with the other side's row."""
    known = {tie.line: marks.cells(tie.line).copy() for tie in unclear}
    said: set[tuple[int, ...]] = set()
    for tie in unclear:
        rows = tuple(np.concatenate([tie.high, tie.low]).tolist())
        if rows in said or known[tie.line][list(rows)].any():
            continue
        same = [one for one in unclear if np.array_equal(one.high, tie.high)]
        said.add(rows)
        _report(marks, tie, len(same) > 1 or _whole(marks.ledger, tie))


def _whole(ledger: Ledger, tie: Tie) -> bool:
    """Whether every other amount of these rows lies as far apart."""
    far = [
        float(np.median(logs(ledger.amounts[line])[tie.high]))
        - float(np.median(logs(ledger.amounts[line])[tie.low]))
        for line in MONEY
        if line != tie.line
    ]
    known = [one for one in far if np.isfinite(one)]
    return bool(known) and all(abs(one - tie.power) <= 0.5 for one in known)


def _report(marks: Marks, tie: Tie, whole: bool) -> None:
    at = np.concatenate([tie.high, tie.low])
    name = "all amounts are" if whole else f"{words(tie.line)} is"
    messages = [
        f"{name} about {times(power)} {'those' if whole else 'that'} of "
        f"{marks.ledger.label(int(marks.ledger.period[other]))} (row {marks.number(other)}): one "
        "of the two is in another unit, and no other figure says which"
        for rows, other, power in (
            (tie.high, tie.low[0], tie.power), (tie.low, tie.high[-1], -tie.power),
        )
        for _ in rows
    ]  # fmt: skip
    marks.report(
        at, "unit_slip_unclear", "unit" if whole else tie.line, messages,
        "compare both with the source, and write each amount in the unit its row states",
        "values of a company far apart", MONEY if whole else None,
    )  # fmt: skip
