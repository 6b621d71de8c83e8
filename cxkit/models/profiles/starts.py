"""Where the search for profiles begins: many different groupings, all at once.

Centres are drawn as in Arthur and Vassilvitskii (2007), k-means++; one start is the index cut
into equal parts. Half of the starts measure distance in standardised units, half after the
features' common correlation is removed, which finds profiles that differ across it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxkit.models.profiles.em import FLOOR, State, held
from cxkit.models.profiles.mixture import Covariance

Floats = NDArray[Any]
_ROUNDS = 3  # of k-means before the mixture takes over


def first_states(
    x: Floats, weights: Floats, k: int, kind: Covariance, starts: int, rng: np.random.Generator
) -> State:
    """States of `starts` starts from standardised x (n, d).

    For the choice of starting points alone a missing value counts as the feature's mean, 0; the
    likelihood that the search climbs knows only what was observed.
    """
    filled = np.where(np.isnan(x), 0.0, x)
    plain = max(1, (starts - 1) // 2)
    rotated = max(0, starts - 1 - plain)
    cuts = _cut(filled.mean(1), k)[None]
    groups = [cuts, grouped(filled, weights, k, plain, rng)]
    if rotated:
        groups.append(grouped(_whitened(filled, weights), weights, k, rotated, rng))
    return _states(filled, weights, np.concatenate(groups)[:starts], k, kind)


def grouped(
    x: Floats, weights: Floats, k: int, starts: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    """(starts, n): the nearest of k centres for each row, after a few rounds of k-means."""
    centres = spread_centres(x, weights, k, starts, rng)
    weighted = np.column_stack([np.ones(len(x)), x]) * weights[:, None]
    for _ in range(_ROUNDS):
        label = _nearest(x, centres)
        member = (label[:, None, :] == np.arange(k)[:, None]).reshape(starts * k, -1)
        sums = (member.astype(x.dtype) @ weighted).reshape(starts, k, -1)
        count = sums[:, :, :1]
        centres = np.where(count > 0, sums[:, :, 1:] / np.maximum(count, 1e-12), centres)
    return _nearest(x, centres)


def spread_centres(
    x: Floats, weights: Floats, k: int, starts: int, rng: np.random.Generator
) -> Floats:
    """(starts, k, d): rows drawn with a chance that grows with the distance from those drawn."""
    chance = np.tile(weights / weights.sum(), (starts, 1))
    nearest = np.full((starts, len(x)), np.inf)
    size = (x**2).sum(1)
    out = np.empty((starts, k, x.shape[1]), x.dtype)
    for j in range(k):
        up = np.cumsum(chance, axis=1)
        drawn = rng.random(starts)[:, None] * up[:, -1:]
        row = np.minimum((up <= drawn).sum(1), len(x) - 1)
        out[:, j] = x[row]
        far = np.maximum(size + size[row][:, None] - 2 * (x[row] @ x.T), 0)
        nearest = np.minimum(nearest, far)
        chance = nearest * weights + 1e-12 * weights
    return out


def _nearest(x: Floats, centres: Floats) -> NDArray[np.intp]:
    starts, k, d = centres.shape
    score = (centres.reshape(-1, d) @ x.T).reshape(starts, k, -1)
    score -= 0.5 * (centres**2).sum(2)[..., None]
    return np.asarray(score.argmax(1))


def _states(x: Floats, weights: Floats, label: NDArray[np.intp], k: int, kind: Covariance) -> State:
    """Moments of groupings (S, n); a group's covariance is mixed with all groups' together."""
    starts, d = len(label), x.shape[1]
    member = (label[:, None, :] == np.arange(k)[:, None]).astype(np.float64) * weights
    count = member.sum(2)
    means = (member @ x) / np.maximum(count, 1e-12)[..., None]
    pooled = (x.T * weights) @ x - (count[..., None] * means).swapaxes(1, 2) @ means
    pooled = pooled / weights.sum() + FLOOR * np.eye(d)
    shares = (count + 1e-3 * weights.sum()) / (count + 1e-3 * weights.sum()).sum(1, keepdims=True)
    cov = pooled[:, None] if kind == "tied" else np.repeat(pooled[:, None], k, axis=1)
    return State(shares, means, held(cov.reshape(starts, -1, d, d), kind))


def _whitened(x: Floats, weights: Floats) -> Floats:
    centred = x - np.average(x, axis=0, weights=weights)
    values, vectors = np.linalg.eigh((centred.T * weights) @ centred / weights.sum())
    return np.asarray(centred @ (vectors / np.sqrt(np.maximum(values, FLOOR))))


def _cut(score: Floats, k: int) -> NDArray[np.intp]:
    """Groups of equal size by a score, the highest first."""
    rank = np.argsort(np.argsort(-score, kind="stable"), kind="stable")
    return np.asarray(rank * k // len(score))
