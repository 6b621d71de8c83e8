"""k-means and k-medoids: groups round centres, with every start at once.

k-means by Lloyd's rounds (1982, IEEE Transactions on Information Theory 28) from k-means++
centres; k-medoids by the swaps of Kaufman and Rousseeuw (1990), Finding Groups in Data, each
round's swaps evaluated together as in Schubert and Rousseeuw (2021), Information Systems 101.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxkit.display import message, text
from cxkit.errors import ConfigError, SampleError
from cxkit.models.profiles.groupings import Labels
from cxkit.models.profiles.mixture import Array
from cxkit.models.profiles.starts import spread_centres

Floats = NDArray[Any]
_CELLS = 1 << 18
_MEDOID_ROWS = 1500  # more rows are searched by a sample: all pairs of distances are held at once


@dataclass(frozen=True, eq=False)
class Centres:
    """k groups from the highest mean centre down, in the units of the features.

    centres (k, d); label (n,), -1 for a row with a missing feature, which is set aside; shares
    (k,) of the weight of the others; inertia the weighted sum of squared distances (of distances
    for medoids); replicated counts the starts that came to it; set_aside the rows left out.
    """

    centres: Array
    label: Labels
    shares: Array
    inertia: float
    replicated: int
    set_aside: int


def k_means(
    x: Array,
    k: int,
    *,
    starts: int = 10,
    seed: int = 0,
    weights: Array | None = None,
    start: Array | None = None,
    single: bool = False,
) -> Centres:
    """The best of several starts on x (n, d); rows with a missing feature are set aside.

    start (k, d) is a further start; with starts=0 the only one. single computes the search in
    float32. Features are used as they are: standardise first where their units differ.
    """
    rows, w = _complete(x, k, weights)
    z, size = x[rows], w[rows]
    middle = z.mean(0)
    data = (z - middle).astype(np.float32 if single else np.float64)
    begin = [] if start is None else [(start - middle)[None].astype(data.dtype)]
    if starts:
        rng = np.random.default_rng(seed)
        begin.append(spread_centres(data, size.astype(data.dtype), k, starts, rng))
    found = lloyd(data, np.concatenate(begin), size)
    inertia = _inertias(data, found, size)
    best = int(inertia.argmin())
    replicated = int((inertia <= inertia[best] * (1 + 1e-6) + 1e-12).sum())
    centres = found[best].astype(np.float64) + middle
    return _ordered(x, rows, w, centres, float(inertia[best]), replicated)


def lloyd(x: Floats, centres: Floats, weights: Floats, rounds: int = 300) -> Floats:
    """(S, k, d): centres of S starts moved until no row changes its group.

    x (n, d); weights (n,) or, for resampling, (S, n). An emptied group's centre stays.
    """
    out = centres.copy()
    wide = np.column_stack([np.ones(len(x)), x]).astype(x.dtype)
    active = np.arange(len(out))
    for _ in range(rounds):
        w = weights if weights.ndim == 1 else weights[active]
        sums = _sums(x, wide, out[active], w)
        count = sums[:, :, :1]
        moved = np.where(count > 0, sums[:, :, 1:] / np.maximum(count, 1e-12), out[active])
        change = np.abs(moved - out[active]).max((1, 2))
        out[active] = moved
        active = active[change > 1e-6 * np.abs(x).max()]
        if not len(active):
            break
    return out


def nearest(x: Floats, centres: Floats) -> Labels:
    """(S, n): the nearest of centres (S, k, d) to each row."""
    starts, k, d = centres.shape
    out = np.empty((starts, len(x)), np.intp)
    size = max(256, _CELLS // (starts * k))
    half = 0.5 * (centres**2).sum(2).T[:, :, None]
    flat = centres.swapaxes(0, 1).reshape(k * starts, d)
    for at in range(0, len(x), size):
        score = (flat @ x[at : at + size].T).reshape(k, starts, -1) - half
        best, group = score[0], np.zeros(score.shape[1:], np.intp)
        for j in range(1, k):
            nearer = score[j] > best
            group[nearer] = j
            best = np.maximum(best, score[j])
        out[:, at : at + size] = group
    return out


def _sums(x: Floats, wide: Floats, centres: Floats, weights: Floats) -> Floats:
    """(S, k, 1 + d): weight and weighted sums of the rows nearest to each centre."""
    starts, k, d = centres.shape
    size = max(256, _CELLS // (starts * k))
    half = (0.5 * (centres**2).sum(2)).T[:, :, None].astype(x.dtype)
    flat = np.ascontiguousarray(centres.swapaxes(0, 1).reshape(k * starts, d))
    out = np.zeros((k * starts, 1 + d))
    for at in range(0, len(x), size):
        score = (flat @ x[at : at + size].T).reshape(k, starts, -1)
        score -= half
        best = score.max(0)
        member = (score >= best).astype(x.dtype)
        member *= weights[..., at : at + size]
        out += member.reshape(k * starts, -1) @ wide[at : at + size]
    return out.reshape(k, starts, -1).swapaxes(0, 1).astype(x.dtype)


def _inertias(x: Floats, centres: Floats, weights: Floats) -> Array:
    """(S,): weighted sums of squared distances to the nearest centre."""
    label = nearest(x, centres)
    away = [
        ((x - c[g]).astype(np.float64) ** 2).sum(1) for c, g in zip(centres, label, strict=True)
    ]
    return np.asarray([weights @ a for a in away])


def k_medoids(x: Array, k: int, *, starts: int = 5, seed: int = 0) -> Centres:
    """k rows that are nearest to the others, by Euclidean distance; incomplete rows set aside.

    Beyond 1,500 rows the medoids are searched in a sample of that size and all rows assigned to
    them (CLARA: Kaufman and Rousseeuw 1990, chapter 3).
    """
    rows, w = _complete(x, k, None)
    rng = np.random.default_rng(seed)
    some = rows if len(rows) <= _MEDOID_ROWS else np.sort(rng.choice(rows, _MEDOID_ROWS, False))
    z = x[some]
    square = (z**2).sum(1)
    far = np.sqrt(np.maximum(square[:, None] + square - 2 * z @ z.T, 0))
    np.fill_diagonal(far, 0)
    begin = spread_centres(z, np.ones(len(z)), k, starts, rng)
    found = [_swapped(far, ((z[:, None] - c) ** 2).sum(2).argmin(0)) for c in begin]
    costs = np.array([far[:, m].min(1).sum() for m in found])
    best = int(costs.argmin())
    centres = z[found[best]]
    total = float(np.sqrt(((x[rows][:, None] - centres) ** 2).sum(2)).min(1).sum())
    return _ordered(x, rows, w, centres, total, int((costs <= costs[best] * (1 + 1e-9)).sum()))


def _swapped(far: Array, medoids: Labels) -> Labels:
    """Medoids after the best swap of every round, until none helps; far (n, n) distances."""
    medoids = medoids.copy()
    k = len(medoids)
    for _ in range(100):
        to = far[:, medoids]
        order = np.argsort(to, axis=1)
        first = np.take_along_axis(to, order[:, :1], 1)
        second = np.take_along_axis(to, order[:, 1:2], 1) if k > 1 else np.full_like(first, np.inf)
        shared = np.minimum(far - first, 0)
        removed = np.minimum(far, second) - first - shared
        member = (order[:, 0] == np.arange(k)[:, None]).astype(float)
        change = shared.sum(0) + member @ removed
        out, candidate = np.unravel_index(change.argmin(), change.shape)
        if change[out, candidate] > -1e-9 * max(first.sum(), 1e-12):
            break
        medoids[out] = candidate
    return medoids


def _complete(x: Array, k: int, weights: Array | None) -> tuple[Labels, Array]:
    """Row numbers without a missing feature and of some weight; all weights."""
    if k < 1:
        raise ConfigError(f"{k} profiles cannot be fitted; k begins at 1.")
    w = np.ones(len(x)) if weights is None else np.asarray(weights, np.float64)
    rows = np.flatnonzero(~np.isnan(x).any(1) & (w > 0))
    distinct = len(np.unique(x[rows], axis=0)) if len(rows) < 10 * k + 100 else len(rows)
    if distinct < k:
        reason = message("centres.too_few_rows", k=k, rows=distinct)
        raise SampleError(text(reason), reason)
    return rows, w


def _ordered(
    x: Array, rows: Labels, weights: Array, centres: Array, inertia: float, replicated: int
) -> Centres:
    order = np.argsort(-centres.mean(1), kind="stable")
    label = np.full(len(x), -1)
    label[rows] = nearest(x[rows], centres[order][None])[0]
    share = np.bincount(label[rows], weights=weights[rows], minlength=len(centres))
    return Centres(
        centres[order], label, share / share.sum(), inertia, replicated, len(x) - len(rows)
    )
