"""p-values adjusted for the number of questions asked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's (1979) step-down adjustment, in the order given; NaN is refused by the caller."""
    p = np.asarray(p_values, float)
    order = np.argsort(p, kind="stable")
    factor = np.arange(len(p), 0, -1)
    stepped = np.minimum(1.0, np.maximum.accumulate(p[order] * factor))
    out = np.empty(len(p))
    out[order] = stepped
    return [float(v) for v in out]


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Benjamini's and Hochberg's (1995) adjustment, in the order given.

    Of the results below a level, at most that share is expected to be chance.
    """
    p = np.asarray(p_values, float)
    order = np.argsort(p, kind="stable")[::-1]
    factor = len(p) / np.arange(len(p), 0, -1)
    stepped = np.minimum(1.0, np.minimum.accumulate(p[order] * factor))
    out = np.empty(len(p))
    out[order] = stepped
    return [float(v) for v in out]


def holm_rows(p_values: Floats, family: NDArray[np.int64]) -> Floats:
    """Holm's adjustment within each family of many; p_values and family are one row per test.

    NaN stays NaN and does not count as a test.
    """
    out = np.full(len(p_values), np.nan)
    known = np.flatnonzero(np.isfinite(p_values))
    order = known[np.lexsort((p_values[known], family[known]))]
    group = family[order]
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]]) if len(order) else order
    size = np.diff(np.r_[starts, len(order)])
    place = np.arange(len(order)) - np.repeat(starts, size)
    stepped = np.minimum(1.0, p_values[order] * (np.repeat(size, size) - place))
    # A running maximum within families: each family lifted above all before it.
    lift = 2.0 * np.repeat(np.arange(len(size)), size)
    out[order] = np.maximum.accumulate(stepped + lift) - lift if len(order) else stepped
    return out
