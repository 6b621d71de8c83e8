"""Would other companies have shown the same profiles? Resampling by weights, not by copies.

A bootstrap sample is how often each row was drawn; the fit takes these counts as weights, many
samples at once, from the solution of all rows (a warm start). Each sample's profiles then assign
all rows, and are compared with those of all rows: adjusted Rand index (Hubert and Arabie 1985)
and, profile by profile, Jaccard similarity (Hennig 2007, Computational Statistics and Data
Analysis 52, where means from .75 on count as stable and below .5 as dissolved).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from cxkit.models.profiles.centres import lloyd, nearest
from cxkit.models.profiles.em import Floats, State, blocks, reweighted, step
from cxkit.models.profiles.groupings import Labels, adjusted_rand, crossed, jaccard
from cxkit.models.profiles.mixture import Array, Covariance, Mixture, joint_logs, patterns
from cxkit.models.profiles.search import scaled, standardised

_CELLS = 1 << 22  # weights held at once
_STEPS = 40
_SETTLED = 0.05  # of log likelihood: no row to speak of changes its profile any more


@dataclass(frozen=True, eq=False)
class Stability:
    """Agreement of each resample's profiles with those of all rows.

    rand (R,) adjusted Rand indices, jaccard (R, k) similarities, profiles in the given order.
    """

    rand: Array
    jaccard: Array

    @property
    def mean_rand(self) -> float:
        """The mean adjusted Rand index."""
        return float(self.rand.mean())

    @property
    def mean_jaccard(self) -> Array:
        """(k,): the mean similarity of each profile."""
        return np.asarray(self.jaccard.mean(0))


def mixture_stability(
    x: Array, fitted: Mixture, *, resamples: int = 200, seed: int = 0
) -> Stability:
    """Stability of a mixture fitted to x (n, d); a row with a missing feature is drawn like others.

    Each resample starts from the fitted mixture, so that what is measured is how far the solution
    moves, not whether another search would have found it (that is Mixture.replicated).
    """
    data = scaled(x)
    kind: Covariance = "tied" if fitted.k == 1 else fitted.covariance
    begin = standardised(fitted, data, kind)
    plain = blocks(data.x, data.weights, kind, np.float32)
    rows = _block_rows(data.x)

    def refit(weights: Floats) -> Labels:
        state = State(*(np.repeat(p, len(weights), 0) for p in _parts(begin)))
        given = [reweighted(b, weights[:, r]) for b, r in zip(plain, rows, strict=True)]
        last = np.full(len(weights), -np.inf)
        for _ in range(_STEPS):
            state, likelihood = step(state, given, kind)
            if (likelihood - last < _SETTLED).all():
                break
            last = likelihood
        return _labels(state, data.x)

    whole = joint_logs(data.x, *(p[0] for p in _parts(begin, fitted.k))).argmax(1)
    return _compared(whole, fitted.k, refit, resamples, seed)


def centre_stability(
    x: Array, centres: Array, *, resamples: int = 200, seed: int = 0, single: bool = True
) -> Stability:
    """Stability of k-means centres (k, d) of x (n, d); rows with a missing feature are left out.

    single computes in float32, which decides for rows halfway between two centres only.
    """
    complete = x[~np.isnan(x).any(1)]
    middle = complete.mean(0)
    z = (complete - middle).astype(np.float32 if single else np.float64)
    begin = (centres - middle).astype(z.dtype)

    def refit(weights: Floats) -> Labels:
        moved = lloyd(z, np.repeat(begin[None], len(weights), 0), weights.astype(z.dtype))
        return nearest(z, moved)

    return _compared(nearest(z, begin[None])[0], len(centres), refit, resamples, seed)


def _compared(
    whole: Labels, k: int, refit: Callable[[Floats], Labels], resamples: int, seed: int
) -> Stability:
    rand, similar = [], []
    for weights in _counts(len(whole), resamples, np.random.default_rng(seed)):
        tables = crossed(whole, refit(weights), k)
        rand.append(adjusted_rand(tables))
        similar.append(jaccard(tables))
    return Stability(np.concatenate(rand), np.concatenate(similar))


def _counts(n: int, resamples: int, rng: np.random.Generator) -> Iterator[Floats]:
    """How often each of n rows was drawn, (S, n) at a time."""
    some = max(1, min(resamples, _CELLS // n))
    for at in range(0, resamples, some):
        number = min(some, resamples - at)
        drawn = rng.integers(0, n, (number, n), dtype=np.int32 if n < 2**31 else np.int64)
        out = np.empty((number, n), np.float32)
        for i, row in enumerate(drawn):
            out[i] = np.bincount(row, minlength=n)
        yield out


def _block_rows(x: Array) -> list[Labels]:
    return [rows for rows, seen in patterns(x) if len(seen)]


def _parts(state: State, k: int | None = None) -> tuple[Floats, Floats, Floats]:
    cov = state.covariances
    if k is not None:
        cov = np.broadcast_to(cov, (len(cov), k, *cov.shape[2:]))
    return state.shares, state.means, cov


def _labels(state: State, x: Array) -> Labels:
    """(S, n): the likeliest profile of every row under each resample's mixture."""
    k = state.shares.shape[1]
    shares, means, cov = _parts(state, k)
    return np.stack(
        [
            joint_logs(x, *(p.astype(np.float64) for p in one)).argmax(1)
            for one in zip(shares, means, cov, strict=True)
        ]
    )
