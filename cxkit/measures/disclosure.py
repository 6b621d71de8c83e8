"""What may be shown without showing a company: cells of five companies or more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

MIN_CELL = 5  # fewer companies than this and a value is not shown


def merged_bins(
    values: ArrayLike, edges: Sequence[float], least: int = MIN_CELL
) -> list[dict[str, Any]]:
    """Counts between edges, neighbours joined until each bin is empty or holds `least`.

    Bins outside the first and last value are left out. One row per bin: from, below, n; the
    last edge belongs to the last bin.
    """
    counts, _ = np.histogram(np.asarray(values, float), np.asarray(edges, float))
    filled = np.flatnonzero(counts)
    bins: list[dict[str, Any]] = []
    start, held = None, 0
    for i in range(filled[0], filled[-1] + 1) if len(filled) else ():
        start = edges[i] if start is None else start
        held += int(counts[i])
        if held == 0 or held >= least:
            bins.append({"from": float(start), "below": float(edges[i + 1]), "n": held})
            start, held = None, 0
    return _with_rest(bins, start, held, float(edges[filled[-1] + 1])) if held else bins


def _with_rest(
    bins: list[dict[str, Any]], start: float | None, held: int, end: float
) -> list[dict[str, Any]]:
    """The last, too small bin joined with the filled one before it."""
    while bins and bins[-1]["n"] == 0:
        start = bins.pop()["from"]
    if bins:
        last = bins.pop()
        start, held = last["from"], held + last["n"]
    return [*bins, {"from": float(start or 0.0), "below": end, "n": held}]


def hidden(counts: Sequence[int], least: int = MIN_CELL) -> list[bool]:
    """Which counts of a table with a known total stay unsaid.

    Small ones, and the next smallest where a single small one could be had by subtraction.
    """
    small = [0 < n < least for n in counts]
    if sum(small) == 1:
        rest = [(n, i) for i, n in enumerate(counts) if n and not small[i]]
        if rest:
            small[min(rest)[1]] = True
    return small


def held_back(counts: Sequence[int], rest: int = 0, least: int = MIN_CELL) -> list[bool]:
    """Which parts of a known whole stay unsaid, so that nobody can have them by subtraction.

    Parts of fewer than `least`, and then the smallest of the others until what is unsaid,
    `rest` included (companies in no part), is nobody or `least` together. Empty parts are said.
    """
    unsaid = [0 < n < least for n in counts]
    while 0 < rest + sum(n for n, no in zip(counts, unsaid, strict=True) if no) < least:
        said = [(n, i) for i, n in enumerate(counts) if n and not unsaid[i]]
        if not said:
            break
        unsaid[min(said)[1]] = True
    return unsaid
