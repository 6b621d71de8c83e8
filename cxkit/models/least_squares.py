"""Least squares on arrays: fixed effects swept out, and the usual covariance estimators.

Shapes: y (n,), x (n, k), codes (n,) integers from 0. Nothing here knows a company or a score.
Two sets of effects are removed exactly: means of the larger set by counting, the smaller set by
one small linear system (Baltagi 2013, ch. 3), balanced or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

Array = NDArray[np.float64]
Codes = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Fit:
    """Coefficients (k,), residuals (n,), inverse Gram matrix (k, k), regressors as fitted (n, k).

    parameters counts every estimated mean: regressors and independent effects.
    """

    coef: Array
    residual: Array
    bread: Array
    x: Array
    parameters: int

    @property
    def nobs(self) -> int:
        return len(self.residual)


def codes(values: Sequence[object] | np.ndarray) -> Codes:
    """Integers from 0 for the distinct values, in sorted order."""
    array = np.asarray(values)
    if array.dtype.kind == "i" and array.size:
        low, high = int(array.min()), int(array.max())
        if high - low < 4 * array.size + 100:
            return _codes_by_count(array, low, high)
    return np.unique(array, return_inverse=True)[1].astype(np.intp)


def _codes_by_count(array: np.ndarray, low: int, high: int) -> Codes:
    """Integers that lie close together need no sorting: a look-up table is enough."""
    offset = array.astype(np.intp, copy=False)
    offset = offset - low if low else offset
    seen = np.zeros(high - low + 1, bool)
    seen[offset] = True
    return offset if seen.all() else (np.cumsum(seen) - 1)[offset]


def fit(y: Array, x: Array, effects: Sequence[Codes] = ()) -> Fit:
    """Least squares of y on x after the means of up to two sets of effects are removed.

    Without effects x must hold its own constant. Regressors without variation left, or that
    are combinations of one another, give coefficients of NaN rather than ones of rounding error.
    """
    own = np.empty((len(y), 1 + x.shape[1]), order="F")
    own[:, 0], own[:, 1:] = y, x
    rank = _sweep_out(own, effects) if effects else 0
    y_in, x_in = own[:, 0], own[:, 1:]
    gram = x_in.T @ x_in
    if not _independent(gram, np.einsum("ij,ij->j", x, x), len(y)):
        nothing: Array = np.full((x.shape[1], x.shape[1]), np.nan)
        unknown: Array = np.full(len(y), np.nan)
        return Fit(nothing[0], unknown, nothing, x_in, rank + x.shape[1])
    bread: Array = np.asarray(np.linalg.inv(gram), np.float64)
    coef = bread @ (x_in.T @ y_in)
    y_in -= x_in @ coef
    return Fit(coef, y_in, bread, x_in, rank + x.shape[1])


def _independent(gram: Array, before: Array, rows: int) -> bool:
    """Whether every regressor has variation of its own left, judged on standardised columns.

    gram (k, k) of the regressors as swept, before (k,) their sums of squares as they came.
    """
    size = np.diagonal(gram)
    if np.any(size <= 1e-10 * before) or rows <= len(gram):
        return False
    scale = 1 / np.sqrt(size)
    return bool(np.linalg.eigvalsh(gram * scale[:, None] * scale)[0] > 1e-9)


def sweep(values: Array, effects: Sequence[Codes]) -> tuple[Array, int]:
    """values (n, m) less the means of one or two sets of effects, and the rank removed."""
    out = np.array(values, np.float64, order="F")
    return out, _sweep_out(out, effects)


def _sweep_out(out: Array, effects: Sequence[Codes]) -> int:
    """Sweep the columns of out (n, m), of Fortran's order, in place; the rank removed."""
    sized = sorted(((int(e.max()) + 1, e) for e in effects), key=lambda pair: -pair[0])
    (groups, large), *rest = sized
    if not rest:
        _centre(out, large, groups)
        return groups
    ((size, small),) = rest
    if _complete(large, groups, small, size):
        for column in out.T:
            square = column.reshape(groups, size)
            square -= square.mean(1)[:, None]
            square -= square.mean(0)
        return groups + size - 1
    table = np.bincount(large * size + small, minlength=groups * size).reshape(groups, size)
    return groups + _centre_two(out, large, small, table)


def _complete(large: Codes, groups: int, small: Codes, size: int) -> bool:
    """Whether rows lie group by group, each with every level of the smaller set in order."""
    if len(large) != groups * size:
        return False
    by_group, inside = large.reshape(groups, size), small.reshape(groups, size)
    return bool(
        (inside == np.arange(size)).all() and (by_group == np.arange(groups)[:, None]).all()
    )


def _centre(out: Array, by: Codes, groups: int) -> None:
    count = np.bincount(by, minlength=groups)
    reach = np.empty(len(by))
    for column in out.T:
        mean = np.bincount(by, column, groups) / count
        column -= np.take(mean, by, out=reach, mode="clip")


def _centre_two(out: Array, large: Codes, small: Codes, table: NDArray[np.intp]) -> int:
    """Means of the larger set by counting, of the smaller by one linear system; its rank."""
    groups, size = table.shape
    _centre(out, large, groups)
    per_group = table / table.sum(1, keepdims=True)
    gram = np.diag(table.sum(0).astype(float)) - table.T @ per_group
    sums = np.column_stack([np.bincount(small, c, size) for c in out.T]).astype(np.float64)
    solved, rank = _one_way(gram, sums)
    back, reach = per_group @ solved, np.empty(len(large))
    for at, column in enumerate(out.T):
        column -= np.take(solved[:, at], small, out=reach, mode="clip")
        column += np.take(back[:, at], large, out=reach, mode="clip")
    return rank


def _one_way(gram: Array, sums: Array) -> tuple[Array, int]:
    """Effects (size, m) of the smaller set, and their rank.

    Levels hang together that share a group; the first of each such component is put at zero,
    which leaves a regular system.
    """
    member = np.zeros(len(gram), np.intp)
    if not gram[0].all():
        member = connected_components(csr_matrix(gram), directed=False)[1]
    first = np.unique(member, return_index=True)[1]
    free = np.ones(len(gram), bool)
    free[first] = False
    solved = np.zeros_like(sums)
    if free.any():
        solved[free] = np.linalg.solve(gram[np.ix_(free, free)], sums[free])
    return solved, len(gram) - len(first)


def _means(values: Array, by: Codes, groups: int) -> Array:
    count = np.bincount(by, minlength=groups)[:, None]
    return np.column_stack([np.bincount(by, c, groups) for c in values.T]) / count


def covariance_classical(fitted: Fit) -> Array:
    """s^2 (X'X)^-1 with n less every estimated mean as degrees of freedom."""
    df = fitted.nobs - fitted.parameters
    return fitted.bread * (fitted.residual @ fitted.residual) / df


def covariance_robust(fitted: Fit, kind: Literal["HC0", "HC1"] = "HC1") -> Array:
    """White's covariance; HC1 scales it by n / (n - parameters)."""
    n = fitted.nobs
    factor = n / (n - fitted.parameters) if kind == "HC1" else 1.0
    return factor * _sandwich(fitted, fitted.x * fitted.residual[:, None])


def covariance_clustered(fitted: Fit, *clusters: Codes, nested: int = 0) -> Array:
    """CR1 by one or two cluster variables (Cameron, Gelbach, Miller 2011 for two).

    Factor G/(G-1) * (n-1)/(n-K), each term of the two-way sum with its own G; K counts every
    estimated mean but the `nested` effects that lie inside the clusters: with company effects and
    clusters by company that is the companies less one, since the overall mean still counts (as
    in Stata's reghdfe and pyfixest).
    """
    if len(clusters) == 1:
        return _clustered(fitted, clusters[0], nested)
    one, two = clusters
    both = codes(one * (int(two.max()) + 1) + two)
    parts = [_clustered(fitted, c, nested) for c in (one, two, both)]
    return parts[0] + parts[1] - parts[2]


def _clustered(fitted: Fit, cluster: Codes, nested: int) -> Array:
    groups = int(cluster.max()) + 1
    score = fitted.x * fitted.residual[:, None]
    sums: Array = np.column_stack([np.bincount(cluster, c, groups) for c in score.T])
    free = fitted.nobs - (fitted.parameters - nested)
    factor = groups / (groups - 1) * (fitted.nobs - 1) / free
    return factor * _sandwich(fitted, sums)


def _sandwich(fitted: Fit, sums: Array) -> Array:
    return reduce(np.matmul, [fitted.bread, sums.T @ sums, fitted.bread])


def random_effects(y: Array, x: Array, entity: Codes) -> tuple[Fit, float]:
    """Random entity effects by Swamy and Arora (1972), and the share theta that is removed.

    x (n, k) without a constant; the fit's first coefficient is the constant. The panel must be
    balanced. theta is 1 - sqrt(within variance / between variance of T-fold means).
    """
    groups = int(entity.max()) + 1
    counts = np.bincount(entity)
    if (counts != counts[0]).any():
        raise ValueError("random_effects needs a balanced panel: as many rows for every entity")
    within = fit(y, x, [entity])
    s_within = within.residual @ within.residual / (len(y) - within.parameters)
    means = _means(np.column_stack([y, x]), entity, groups)
    constant = np.ones((groups, 1))
    between = fit(means[:, 0], np.hstack([constant, means[:, 1:]]))
    s_between = counts[0] * between.residual @ between.residual / (groups - between.parameters)
    theta = max(0.0, 1 - float(np.sqrt(s_within / s_between)))
    data = np.column_stack([y, np.ones(len(y)), x])
    quasi = data - theta * np.column_stack([means[:, 0], constant, means[:, 1:]])[entity]
    return fit(quasi[:, 0], quasi[:, 1:]), theta
