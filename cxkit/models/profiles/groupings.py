"""Two groupings compared: adjusted Rand index, and Jaccard similarity group by group.

Hubert and Arabie (1985), Journal of Classification 2; Hennig (2007), Cluster-wise assessment of
cluster stability, Computational Statistics and Data Analysis 52.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxkit.models.profiles.mixture import Array

Labels = NDArray[np.intp]


def crossed(one: Labels, other: Labels, k: int) -> Array:
    """(S, k, k): rows in each pair of groups, of labels (n,) with each of labels (S, n)."""
    flat = one * k + other + np.arange(len(other))[:, None] * k * k
    counts = np.bincount(flat.reshape(-1), minlength=len(other) * k * k)
    return counts.reshape(-1, k, k).astype(np.float64)


def adjusted_rand(tables: Array) -> Array:
    """(S,) adjusted Rand index of contingency tables (S, k, k); 1 where both are one group."""

    def pairs(counts: Array) -> Array:
        return np.asarray(counts * (counts - 1) / 2)

    n = tables.sum((1, 2))
    both = pairs(tables).sum((1, 2))
    one, other = pairs(tables.sum(2)).sum(1), pairs(tables.sum(1)).sum(1)
    expected = one * other / np.maximum(pairs(n), 1e-300)
    room = (one + other) / 2 - expected
    return np.where(room > 0, (both - expected) / np.where(room > 0, room, 1.0), 1.0)


def jaccard(tables: Array) -> Array:
    """(S, k): for each group of the first grouping, its best match among the other's groups."""
    union = tables.sum(2)[:, :, None] + tables.sum(1)[:, None, :] - tables
    return np.asarray((tables / np.maximum(union, 1.0)).max(2))


def rand_index(one: Labels, other: Labels) -> float:
    """Adjusted Rand index of two labellings (n,), groups from 0."""
    k = int(max(one.max(), other.max())) + 1
    return float(adjusted_rand(crossed(one, other[None], k))[0])


def explained(x: Array, label: Labels) -> float:
    """Share of the variance of standardised x (n, d) between groups, of complete rows."""
    known = ~np.isnan(x).any(1)
    z, group = x[known], label[known]
    z = (z - z.mean(0)) / np.maximum(z.std(0), 1e-300)
    member = group == np.arange(group.max() + 1)[:, None]
    count = np.maximum(member.sum(1), 1)[:, None]
    means = (member.astype(float) @ z) / count
    return float((count * means**2).sum() / max((z**2).sum(), 1e-300))
