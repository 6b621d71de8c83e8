"""Expectation and maximisation for many starts of a Gaussian mixture at once.

Rows are grouped by what was observed; within a group the log densities of every start and
profile are one product of a feature matrix (1, x, products of x) with the natural parameters,
and the expected moments are one product back. What was not observed enters by its conditional
mean and variance (Ghahramani and Jordan 1994, Supervised learning from incomplete data via an
EM approach; McLachlan and Krishnan 2008, The EM Algorithm and Extensions). Steps are
extrapolated as in Varadhan and Roland (2008), Scandinavian Journal of Statistics 35 (SQUAREM).
Everything here is in standardised units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxkit.models.profiles.mixture import Covariance, patterns

Floats = NDArray[Any]  # float32 in short runs, float64 else
Rows = NDArray[np.intp]

FLOOR = 1e-4  # least variance of a profile, of the feature's own: a spread of one percent
TIED_FLOOR = 1e-8  # tied: only exact combinations of other features come down to it
_PATIENCE, _HOPE = 8, 30  # cycles before a start may be given up, and those it would need
_CELLS = 1 << 18  # cells of one product: what stays in a core's cache


@dataclass(frozen=True, eq=False)
class State:
    """Parameters of S starts: shares (S, k), means (S, k, d), covariances (S, k or 1, d, d)."""

    shares: Floats
    means: Floats
    covariances: Floats

    def at(self, which: Any) -> State:
        """Some of the starts."""
        return State(self.shares[which], self.means[which], self.covariances[which])

    def typed(self, kind: Any) -> State:
        """The same in another precision."""
        return State(*(part.astype(kind) for part in (self.shares, self.means, self.covariances)))

    def put(self, which: Any, other: State) -> None:
        """Replace some of the starts, in place."""
        self.shares[which] = other.shares
        self.means[which] = other.means
        self.covariances[which] = other.covariances


def together(states: Sequence[State]) -> State:
    """Starts of several searches as those of one."""
    return State(
        np.concatenate([s.shares for s in states]),
        np.concatenate([s.means for s in states]),
        np.concatenate([s.covariances for s in states]),
    )


@dataclass(frozen=True, eq=False)
class Block:
    """Rows with the same columns `seen` (q,): features (p, n), the same times weight (n, p).

    products (q, q) is the weighted sum of x x'. For resampling, where every start has weights of
    its own, row_weights is (S, n), products (S, q, q) and `weighted` the plain features.
    """

    seen: Rows
    features: Floats
    weighted: Floats
    row_weights: Floats
    products: Floats


def blocks(x: Floats, weights: Floats, kind: Covariance, dtype: Any = np.float64) -> list[Block]:
    """Rows of standardised x (n, d), NaN where missing, grouped by what was observed.

    Rows with nothing observed are left out: they carry no information.
    """
    out = []
    for rows, seen in patterns(x):
        if not len(seen):
            continue
        part = x[np.ix_(rows, seen)] if len(rows) < len(x) or len(seen) < x.shape[1] else x
        w = weights[rows]
        features = [np.ones((1, len(part))), part.T]
        if kind != "tied":
            one, two = _products(len(seen), kind)
            features.append(part.T[one] * part.T[two])
        z = np.ascontiguousarray(np.concatenate(features), dtype)
        products = (part.T * w) @ part
        weighted = np.ascontiguousarray((z * w).T, dtype)
        out.append(Block(seen, z, weighted, w.astype(dtype), products))
    return out


def reweighted(given: Block, weights: Floats) -> Block:
    """The same rows with weights (S, n) of every start's own; n are the block's rows."""
    q = len(given.seen)
    x = given.features[1 : 1 + q]
    pairs = (x[:, None] * x[None]).reshape(q * q, -1)
    products = (weights.astype(x.dtype) @ pairs.T).reshape(-1, q, q).astype(np.float64)
    plain = np.ascontiguousarray(given.features.T)
    return Block(given.seen, given.features, plain, weights.astype(x.dtype), products)


def step(state: State, given: Sequence[Block], kind: Covariance) -> tuple[State, Floats]:
    """One step of every start, and the log likelihood (S,) before it."""
    starts, k, d = state.means.shape
    total = np.zeros(starts)
    count = np.zeros((starts, k))
    first = np.zeros((starts, k, d))
    second = np.zeros((starts, 1 if kind == "tied" else k, d, d))
    for block in given:
        theta, at = _natural(state, block, kind)
        likelihood, moments = _expect(theta, block, k, starts)
        total += likelihood + at
        _add_moments(state, block, moments, kind, (count, first, second))
    return _maximise(state, count, first, second, kind), total


def memberships(state: State, given: Sequence[Block], kind: Covariance) -> list[Floats]:
    """For one start: probabilities (k, rows of the block) of each block."""
    out = []
    for block in given:
        logs = _natural(state, block, kind)[0][:, 0] @ block.features
        logs = np.exp(logs - logs.max(0))
        out.append(logs / logs.sum(0))
    return out


def _products(d: int, kind: Covariance) -> tuple[Rows, Rows]:
    if kind == "diagonal":
        return np.arange(d), np.arange(d)
    one, two = np.triu_indices(d)
    return one, two


def _natural(state: State, block: Block, kind: Covariance) -> tuple[Floats, Floats]:
    """Natural parameters (k, S, p) of a block's features, and what all its rows share (S,)."""
    seen, dtype = block.seen, block.features.dtype
    inside = state.covariances[:, :, seen[:, None], seen].astype(np.float64)
    means = state.means[:, :, seen].astype(np.float64)
    inverse, size = _inverse(inside, kind)
    linear = (inverse @ means[..., None])[..., 0]
    constant = np.log(np.maximum(state.shares, 1e-300)) - 0.5 * (
        (linear * means).sum(2) + size + len(seen) * np.log(2 * np.pi)
    )
    parts = [constant[..., None], linear]
    if kind == "tied":
        shared = -0.5 * (inverse[:, 0] * block.products).sum((1, 2))
    else:
        one, two = _products(len(seen), kind)
        parts.append(-np.where(one == two, 0.5, 1.0) * inverse[:, :, one, two])
        shared = np.zeros(len(means))
    theta = np.concatenate(parts, axis=2).swapaxes(0, 1)
    return np.ascontiguousarray(theta, dtype), shared


def _inverse(inside: Floats, kind: Covariance) -> tuple[Floats, Floats]:
    """Inverses and log determinants of covariances (..., q, q)."""
    if kind == "diagonal":
        variance = np.diagonal(inside, axis1=-2, axis2=-1)
        return (1 / variance)[..., None] * np.eye(inside.shape[-1]), np.log(variance).sum(-1)
    return np.linalg.inv(inside), np.linalg.slogdet(inside)[1]


def _expect(theta: Floats, block: Block, k: int, starts: int) -> tuple[Floats, Floats]:
    """Log likelihoods (S,) and expected moments (k, S, p) of a block's features."""
    flat, n = theta.reshape(k * starts, -1), block.features.shape[1]
    moments = np.zeros((k * starts, flat.shape[1]))
    total = np.zeros(starts)
    size, own = max(256, _CELLS // (k * starts)), block.row_weights.ndim == 2
    for at in range(0, n, size):
        to = min(at + size, n)
        logs = (flat @ block.features[:, at:to]).reshape(k, starts, to - at)
        top = logs.max(0)
        logs -= top
        np.exp(logs, out=logs)
        whole = logs.sum(0)
        logs /= whole
        np.log(whole, out=whole)
        whole += top
        w = block.row_weights[..., at:to]
        total += (whole * w).sum(1) if own else whole @ w
        if own:
            logs *= w
        moments += logs.reshape(k * starts, -1) @ block.weighted[at:to]
    return total, moments.reshape(k, starts, -1)


def _add_moments(
    state: State,
    block: Block,
    moments: Floats,
    kind: Covariance,
    sums: tuple[Floats, Floats, Floats],
) -> None:
    """Add a block's expected counts, sums and products to those of all rows."""
    count, first, second = sums
    moments = moments.swapaxes(0, 1)
    q, d = len(block.seen), state.means.shape[2]
    n, x = moments[:, :, 0], moments[:, :, 1 : 1 + q]
    xx = _second(moments[:, :, 1 + q :], block, kind)
    count += n
    if q == d:
        first += x
        second += xx
        return
    slope, shift, left = _regression(state, block.seen)
    whole = (slope @ x[..., None])[..., 0]
    first += whole + n[..., None] * shift
    cross = whole[..., None] * shift[:, :, None, :]
    added = cross + cross.swapaxes(2, 3) + n[..., None, None] * _outer(shift)
    if kind == "tied":
        added = added.sum(1, keepdims=True)
        n = n.sum(1, keepdims=True)
    second += added + slope @ xx @ slope.swapaxes(2, 3) + n[..., None, None] * left


def _second(moments: Floats, block: Block, kind: Covariance) -> Floats:
    """Products (S, k or 1, q, q) from the features' moments."""
    if kind == "tied":
        return block.products[..., None, :, :]
    q = len(block.seen)
    out = np.zeros((*moments.shape[:2], q, q))
    one, two = _products(q, kind)
    out[:, :, one, two] = moments
    out[:, :, two, one] = moments
    return out


def _regression(state: State, seen: Rows) -> tuple[Floats, Floats, Floats]:
    """Whole rows from their observed part: slope, shift, variance left."""
    cov = state.covariances.astype(np.float64)
    slope = cov[:, :, :, seen] @ np.linalg.inv(cov[:, :, seen[:, None], seen])
    slope[:, :, seen] = np.eye(len(seen))
    means = state.means
    shift = means - (slope @ means[:, :, seen, None])[..., 0]
    left = cov - slope @ cov[:, :, seen, :]
    left[:, :, seen, :] = 0
    left[:, :, :, seen] = 0
    return slope, shift, left


def _maximise(
    state: State, count: Floats, first: Floats, second: Floats, kind: Covariance
) -> State:
    """Shares, means and covariances from expected moments; an emptied one stays."""
    filled = np.maximum(count, 1e-8)[..., None]
    means = np.where(count[..., None] > 1e-6, first / filled, state.means)
    if kind == "tied":
        spread = second - (filled * means).swapaxes(1, 2)[:, None] @ means[:, None]
        spread = spread / count.sum(1)[:, None, None, None]
    else:
        spread = second / filled[..., None] - _outer(means)
    dtype = state.means.dtype
    shares = count / count.sum(1, keepdims=True)
    return State(*(p.astype(dtype) for p in (shares, means, held(spread, kind))))


def held(covariances: Floats, kind: Covariance) -> Floats:
    """Covariances (..., d, d) with no variance, in any direction, below the floor."""
    if kind == "diagonal":
        variance = np.maximum(np.diagonal(covariances, axis1=-2, axis2=-1), FLOOR)
        return variance[..., None] * np.eye(variance.shape[-1])
    even = 0.5 * (covariances + covariances.swapaxes(-1, -2))
    floor = TIED_FLOOR if kind == "tied" else FLOOR
    values, vectors = np.linalg.eigh(even)
    if values.min() >= floor:
        return even
    return (vectors * np.maximum(values, floor)[..., None, :]) @ vectors.swapaxes(-1, -2)


def _outer(means: Floats) -> Floats:
    return means[..., :, None] * means[..., None, :]


def squared(
    state: State, given: Sequence[Block], kind: Covariance, cycles: int = 400, gain: float = 1e-6
) -> tuple[State, Floats, NDArray[np.bool_]]:
    """Every start to convergence: states, log likelihoods (S,) and whether each converged.

    A cycle is three steps, the third from an extrapolated point where that is no worse. A start
    has converged when a whole cycle gains less than `gain` in log likelihood; one that would
    need thirty cycles like its last to reach the best is given up.
    """
    out, best = state.at(slice(None)), np.full(len(state.means), -np.inf)
    done = np.zeros(len(best), bool)
    out = State(*(p.copy() for p in (state.shares, state.means, state.covariances)))
    behind = np.zeros(len(best), bool)
    for turn in range(cycles):
        active = np.flatnonzero(~(done | behind))
        if not len(active):
            break
        moved, before = _cycle(out.at(active), given, kind)
        gained = before - best[active]
        best[active] = before
        done[active] = gained < gain
        if turn >= _PATIENCE:
            behind[active] = best.max() - before > _HOPE * gained
        out.put(active, moved)
    return out, step(out, given, kind)[1], done


def _cycle(state: State, given: Sequence[Block], kind: Covariance) -> tuple[State, Floats]:
    """Two steps and a third from further along; also the likelihoods before the first."""
    one, before = step(state, given, kind)
    two, middle = step(one, given, kind)
    further, usable = _extrapolated(state, one, two, kind)
    three, reached = step(further, given, kind)
    worse = ~(usable & np.isfinite(reached) & (reached >= middle))
    three.put(worse, two.at(worse))
    return three, before


def _extrapolated(
    zero: State, one: State, two: State, kind: Covariance
) -> tuple[State, NDArray[np.bool_]]:
    """Points further along the path of three (their scheme S3), and which of them are usable."""
    path = [_flat(s) for s in (zero, one, two)]
    first = path[1] - path[0]
    turn = path[2] - path[1] - first
    length = np.sqrt((first**2).sum(1) / np.maximum((turn**2).sum(1), 1e-300))
    a = np.maximum(length, 1.0)[:, None]
    flat = path[0] + 2 * a * first + a**2 * turn
    starts, k, d = zero.means.shape
    logs, means, spread = np.split(flat, [k, k + k * d], axis=1)
    shares = np.exp(logs - logs.max(1, keepdims=True))
    shares /= shares.sum(1, keepdims=True)
    cov = spread.reshape(zero.covariances.shape)
    even = 0.5 * (cov + cov.swapaxes(-1, -2))
    least = np.linalg.eigvalsh(even).min((1, 2))
    usable = np.isfinite(flat).all(1) & (least >= (TIED_FLOOR if kind == "tied" else FLOOR))
    found = State(shares, means.reshape(starts, k, d), even)
    found.put(~usable, two.at(~usable))
    return found, usable


def _flat(state: State) -> Floats:
    starts = len(state.means)
    logs = np.log(np.maximum(state.shares, 1e-12))
    return np.concatenate(
        [logs, state.means.reshape(starts, -1), state.covariances.reshape(starts, -1)], axis=1
    )
