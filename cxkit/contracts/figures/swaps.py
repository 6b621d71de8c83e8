"""Two companies' values swapped in a period: each fits the other's neighbours, not its own."""

from __future__ import annotations

import numpy as np

from cxkit.contracts.figures.identities import Sum, confirmed
from cxkit.contracts.figures.ledger import STEADY, Floats, Ints, Ledger
from cxkit.contracts.figures.levels import beside
from cxkit.contracts.figures.marks import Marks
from cxkit.contracts.figures.mends import report_swaps

FAR = 0.15  # how far (log10) a value must lie from its own neighbours
FITS = 0.12  # how near it must come to the other company's neighbours
PART = 0.35  # and that part of the distance from its own
CALM = 0.3  # how far the neighbours before and after may lie apart
END_FAR, END_FITS = 0.3, 0.09  # the same where there is a neighbour on one side only


def check_swaps(marks: Marks, found: list[Sum]) -> None:
    """Swapped values per line; rows that swapped in several lines are reported once.

    A single line is not accused where the row's sums hold with it.
    """
    sound = {line: confirmed(marks.ledger, found, line) for line in STEADY}
    pairs: dict[tuple[int, int], list[str]] = {}
    for line in STEADY:
        for pair in swaps(marks, line):
            pairs.setdefault(pair, []).append(line)
    for (first, second), lines in sorted(pairs.items(), key=lambda one: (-len(one[1]), one[0])):
        alone = len(lines) == 1 and sound[lines[0]][[first, second]].any()
        known = any(marks.cells(line)[[first, second]].any() for line in lines)
        if not alone and not known:
            report_swaps(marks, lines[0], [(first, second)], tuple(lines))


def swaps(marks: Marks, line: str) -> list[tuple[int, int]]:
    """Pairs of the ledger's rows whose values of a line belong to one another."""
    ledger = marks.ledger
    run = ledger.run(line)
    if not len(run.at):
        return []
    level = np.log10(np.abs(ledger.amounts[line][run.at]))
    usual = beside(run, level)
    before, after = run.shifted(level, 1), run.shifted(level, -1)
    inside = np.isfinite(before) & np.isfinite(after)
    calm = ~inside | (np.abs(before - after) <= CALM)
    off = np.abs(level - usual) >= np.where(inside, FAR, END_FAR)
    # The first or last value may be right and its neighbour the one that is swapped.
    second = np.where(np.isnan(before), run.shifted(level, -2), run.shifted(level, 2))
    off &= inside | ~(np.abs(level - second) < END_FAR)
    open_ = calm & off & ~marks.cells(line)[run.at] & ~ledger.event[run.at]
    at = np.flatnonzero(open_)
    fits = np.where(inside, FITS, END_FITS)
    return _pairs(ledger, run.at[at], level[at], usual[at], fits[at])


def _pairs(
    ledger: Ledger, rows: Ints, level: Floats, usual: Floats, fits: Floats
) -> list[tuple[int, int]]:
    """In each period the pairs whose members fit each other best."""
    found = []
    for period in np.unique(ledger.period[rows]).tolist():
        at = np.flatnonzero(ledger.period[rows] == period)
        own = np.abs(level[at] - usual[at])[:, None]
        off = np.abs(level[at][:, None] - usual[at])
        near = off <= np.minimum(fits[at], PART * own)
        both = near & near.T & ~np.eye(len(at), dtype=bool)
        misfit = np.where(both, np.maximum(off, off.T), np.inf)
        best = both & (misfit == misfit.min(axis=1, keepdims=True, initial=np.inf))
        pairs = np.argwhere(best & best.T)
        found += [(int(rows[at[i]]), int(rows[at[j]])) for i, j in pairs if i < j]
    return found
