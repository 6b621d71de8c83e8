"""The wild cluster bootstrap of a slope corrected by two measures, each the other's instrument.

Restricted and efficient (Davidson, MacKinnon 2010, Journal of Business and Economic Statistics
28): both equations are drawn anew with one weight per cluster, the first stage as the hypothesis
makes it most precise. The stacked equations of `instruments` share one slope, one first stage,
and one draw per cluster.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cxkit.models.grams import Array, Codes
from cxkit.models.held_fixed import held_fixed
from cxkit.models.wild import (
    DRAWS,
    NO_CONTROLS,
    Wild,
    inverted,
    share_beyond,
    weights,
    weights_for,
)


@dataclass(frozen=True, eq=False)
class _Stacked:
    """Sums over all stacked equations of outcome, instrumented measure and instrument.

    products (3, 3) of the three; by_cluster (3, G) of each with the instrument; lent (3, G, G)
    what a cluster's instrument takes from the others' values through what is held fixed.
    """

    products: Array
    by_cluster: Array
    lent: Array

    @property
    def coef(self) -> float:
        return float(self.products[0, 2] / self.products[1, 2])


def wild_iv(
    y: Array,
    a: Array,
    b: Array,
    effects: Sequence[Codes],
    cluster: Codes,
    controls: Array = NO_CONTROLS,
    *,
    seed: int,
    null: float = 0.0,
    draws: int = DRAWS,
    interval: bool = True,
) -> Wild:
    """The slope of y (n,) on a score of which a and b (splits, n) are two measures.

    As `instruments.oriv` has it: effects are up to two codes (n,), rows without both measures
    are left out of a division, and without effects the mean is removed. Made for few clusters:
    its work grows with their square.
    """
    extra = controls if controls.size else np.empty((len(y), 0))
    if not effects:
        extra = np.column_stack([np.ones(len(y)), extra])
    stacked = _stacked(y, a, b, effects, cluster, extra)
    clusters, coef = stacked.by_cluster.shape[1], stacked.coef
    kind = weights_for(int((stacked.by_cluster != 0).any(0).sum()))
    drawn = np.concatenate(list(weights(kind, clusters, draws, seed)))
    lent = np.stack([drawn @ own.T for own in stacked.lent])
    moved = np.array([1.0, -coef, 0.0])
    error = float(np.sqrt(np.square(moved @ stacked.by_cluster).sum()) / _shared(stacked))

    def p_value(slope: float) -> float:
        return share_beyond(_statistics(stacked, drawn, lent, slope), (coef - slope) / error)

    low, high = inverted(p_value, coef, error) if interval else (np.nan, np.nan)
    return Wild(coef, error, p_value(null), low, high, clusters, draws, kind)


def _shared(stacked: _Stacked) -> float:
    return abs(float(stacked.products[1, 2]))


def _stacked(
    y: Array, a: Array, b: Array, effects: Sequence[Codes], cluster: Codes, controls: Array
) -> _Stacked:
    groups = int(cluster.max()) + 1
    products, own = np.zeros((3, 3)), np.zeros((3, groups))
    lent = np.zeros((3, groups, groups))
    for one, other in zip(a, b, strict=True):
        keep = np.isfinite(one) & np.isfinite(other)
        inside = [np.unique(e[keep], return_inverse=True)[1] for e in effects]
        fixed = held_fixed(inside, cluster[keep], controls[keep], groups)
        swept = fixed.removed_from(np.column_stack([y, one, other])[keep])
        held = [fixed.sums(column) for column in swept.T]
        for order in ([0, 1, 2], [0, 2, 1]):
            values, instrument = swept[:, order], order[2]
            products += values.T @ values
            own += [fixed.total(v * swept[:, instrument]) for v in values.T]
            lent += [held[instrument] @ held[at].T for at in order]
    return _Stacked(products, own, lent)


def _statistics(stacked: _Stacked, drawn: Array, lent: Array, slope: float) -> Array:
    """(draws,): t of the slope in each drawn sample, where it is the true one."""
    residual = np.array([1.0, -slope, 0.0])
    first = _first_stage(stacked.products, residual)
    error = np.array([0.0, 1.0, -first])
    own_u, own_v = residual @ stacked.by_cluster, error @ stacked.by_cluster
    fitted = first * stacked.by_cluster[2]
    shared = fitted.sum() + drawn @ own_v
    shift = (drawn @ own_u) / shared
    score = drawn * own_u - np.tensordot(residual, lent, 1)
    score -= shift[:, None] * (fitted + drawn * own_v - np.tensordot(error, lent, 1))
    spread = np.sqrt(np.maximum(np.square(score).sum(1), 1e-300))
    return np.asarray(shift * np.abs(shared) / spread, np.float64)


def _first_stage(products: Array, residual: Array) -> float:
    """The measure's slope on its instrument, given the residual the hypothesis implies."""
    along = np.stack([np.array([0.0, 0.0, 1.0]), residual])
    gram, right = along @ products @ along.T, along @ products[:, 1]
    return float(np.linalg.lstsq(gram, right, rcond=1e-12)[0][0])
