"""Two companies' values swapped in a period: each fits the other's neighbours, not its own."""

from __future__ import annotations

import numpy as np

from cxkit.contracts.figures.identities import Sum, confirmed
from cxkit.contracts.figures.ledger import MONEY, STEADY, Floats, Ints, Ledger
from cxkit.contracts.figures.levels import around, beside
from cxkit.contracts.figures.marks import Marks, words

FAR = 0.15  # how far (log10) a value must lie from its own neighbours
FITS = 0.12  # how near it must come to the other company's neighbours
PART = 0.35  # and that part of the distance from its own
CALM = 0.3  # how far the neighbours before and after may lie apart
END_FAR, END_FITS = 0.3, 0.09  # the same where there is a neighbour on one side only
REACH, SETTLED = 3, 0.1  # where a slip stands beside: periods to each side, and their deviation
# How much nearer (log10, both rows together) a further line of a swapped pair must come to the
# other company's to be swapped too, and to its own to say that not the whole row is swapped.
NEARER, STAYS = 0.3, 0.15
FIGURES = (*MONEY, "employees")


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
            report_swap(marks, (first, second), lines)


def report_swap(marks: Marks, pair: tuple[int, int], lines: list[str]) -> None:
    """Two rows with each other's values: a finding at each cell that is swapped."""
    ledger = marks.ledger
    known = [line for line in FIGURES if np.isfinite(ledger.sent[line][list(pair)]).any()]
    gains = {line: _gain(ledger, pair, line) for line in known if line not in lines}
    swapped = [line for line in known if line in lines or gains[line] >= NEARER]
    whole = len(swapped) > 1 and not any(gain <= -STAYS for gain in gains.values())
    if whole:
        swapped = known
        marks.swapped("unit", *pair)
    for line in swapped:
        marks.swapped(line, *pair)
        at = np.array([row for row in pair if np.isfinite(ledger.sent[line][row])])
        marks.report(
            at, "values_swapped", line,
            [_says(marks, pair[1] if row == pair[0] else pair[0], swapped, whole) for row in at],
            "put each value into its company's row",
            "values swapped with another company's",
        )  # fmt: skip


def _says(marks: Marks, other: int, swapped: list[str], whole: bool) -> str:
    company, number = marks.ledger.names[other], marks.number(other)
    if whole:
        return (
            f"the whole row ({len(swapped)} figures) fits {company}, whose own row {number} fits "
            "this company: the two rows are swapped"
        )
    names = " and ".join(words(line) for line in swapped)
    fits = "fits" if len(swapped) == 1 else "fit"
    return (
        f"{names} {fits} {company}, whose own (row {number}) {fits} this company: the two are "
        "swapped"
    )


def _gain(ledger: Ledger, pair: tuple[int, int], line: str) -> float:
    """By how much (log10) a line of two rows comes nearer to the companies' own if exchanged."""
    run = ledger.run(line)
    places = np.searchsorted(run.at, pair)
    if not len(run.at) or not np.array_equal(run.at[np.minimum(places, len(run.at) - 1)], pair):
        return 0.0
    level = np.log10(np.abs(ledger.amounts[line][run.at]))
    usual = around(run, level)[0][places]
    own = np.abs(level[places] - usual).sum()
    gain = float(own - np.abs(level[places] - usual[::-1]).sum())
    return gain if np.isfinite(gain) else 0.0


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
    # Beside a slip the others of the series say what is usual, where they agree.
    middle, spread, count = around(run, level, REACH)
    settled = ~calm & (count >= REACH) & (spread <= SETTLED)
    usual = np.where(settled, middle, usual)
    clear = inside & ~settled
    off = np.abs(level - usual) >= np.where(clear, FAR, END_FAR)
    # The first or last value may be right and its neighbour the one that is swapped.
    second = np.where(np.isnan(before), run.shifted(level, -2), run.shifted(level, 2))
    off &= inside | ~(np.abs(level - second) < END_FAR)
    open_ = (calm | settled) & off & ~marks.cells(line)[run.at] & ~ledger.event[run.at]
    at = np.flatnonzero(open_)
    fits = np.where(clear, FITS, END_FITS)
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
