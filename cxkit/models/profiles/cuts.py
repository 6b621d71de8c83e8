"""Cuts of the index at given shares: the honest rival of profiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cxkit.errors import ConfigError
from cxkit.models.profiles.groupings import Labels
from cxkit.models.profiles.mixture import Array


@dataclass(frozen=True, eq=False)
class Cuts:
    """Groups by an index, the highest first: thresholds (k - 1,) falling, label (n,).

    A value at or above thresholds[0] is in group 0. A missing index has label -1.
    """

    thresholds: Array
    label: Labels


def cut(index: Array, shares: Sequence[float] | Array) -> Cuts:
    """Cut an index (n,) so that its groups, the highest first, have the given shares.

    Equal values stay together, so that shares are met as nearly as ties allow. ConfigError where
    shares are not positive or do not sum to 1.
    """
    parts = np.asarray(shares, np.float64)
    if not len(parts) or (parts <= 0).any() or abs(parts.sum() - 1) > 1e-6:
        raise ConfigError(f"Shares of groups are positive and sum to 1; these are {list(shares)}.")
    known = index[~np.isnan(index)]
    if not len(known):
        return Cuts(np.full(len(parts) - 1, np.nan), np.full(len(index), -1))
    ordered = np.sort(known)[::-1]
    last = np.round(parts.cumsum()[:-1] * len(known)).astype(int) - 1
    thresholds = ordered[np.clip(last, 0, len(known) - 1)]
    label = (index[:, None] < thresholds).sum(1)
    return Cuts(thresholds, np.where(np.isnan(index), -1, label))


def mean_index(x: Array, weights: Array | None = None) -> Array:
    """(n,): the mean of the standardised features of x (n, d) that a row has; NaN with none."""
    seen = ~np.isnan(x)
    w = np.ones(len(x)) if weights is None else weights
    count = np.maximum(w @ seen, 1e-300)
    centre = w @ np.where(seen, x, 0.0) / count
    away = np.where(seen, x - centre, 0.0)
    spread = np.sqrt(w @ away**2 / count)
    total = (away / np.where(spread > 0, spread, 1.0)).sum(1)
    return np.where(seen.any(1), total / np.maximum(seen.sum(1), 1), np.nan)
