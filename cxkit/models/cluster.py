"""Standard errors by cluster: which kind a sample needs, the jackknife (CR3), two ways.

The jackknife estimates the effects again without each cluster (MacKinnon, Nielsen, Webb 2023,
Journal of Applied Econometrics 38; their CV3, centred on the estimate). Two ways: Cameron,
Gelbach, Miller (2011), Journal of Business and Economic Statistics 29.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from cxkit.display import message
from cxkit.models import least_squares as ls
from cxkit.models.grams import TINY, Array, Codes, grams, is_nested, solved

Kind = Literal["CR1", "CR3", "wild"]
FEW = 100  # clusters; below: CR3
VERY_FEW = 40  # clusters; below: the wild cluster bootstrap
_MOST_INDICATORS = 300  # beyond, a refit without each cluster is cheaper than its Gram matrix


@dataclass(frozen=True, eq=False)
class Clustered:
    """covariance (k, k) of the coefficients, its kind, t with df degrees of freedom.

    clusters is the least number of either way; factor names the small-sample factor as a text.
    """

    covariance: Array
    kind: str
    df: int
    clusters: int
    factor: dict[str, Any]

    @property
    def std_error(self) -> Array:
        """(k,); NaN where a variance came out negative, as two-way sums can."""
        size = np.diagonal(self.covariance)
        return np.sqrt(np.where(size >= 0, size, np.nan))


@dataclass(frozen=True, eq=False)
class Jackknife(Clustered):
    """CR3: coef (k,) of all rows, left_out (clusters, k) without each cluster.

    A row of left_out is NaN where a regressor does not vary on its own without that cluster;
    the covariance is then NaN too.
    """

    coef: Array
    left_out: Array


def inference(clusters: int) -> Kind:
    """What the number of clusters calls for: CR1 from 100, CR3 below, the bootstrap below 40."""
    if clusters < VERY_FEW:
        return "wild"
    return "CR3" if clusters < FEW else "CR1"


def cr1(fitted: ls.Fit, effects: Sequence[Codes], cluster: Codes) -> Clustered:
    """CR1 by cluster; effects inside the clusters do not count as estimated means."""
    groups = int(cluster.max()) + 1
    covariance = ls.covariance_clustered(fitted, cluster, nested=_uncounted(effects, cluster))
    factor = message("inference.factor_cr1", clusters=groups)
    return Clustered(covariance, "CR1", groups - 1, groups, factor)


def two_way(fitted: ls.Fit, effects: Sequence[Codes], one: Codes, two: Codes) -> Clustered:
    """CR1 by two cluster variables, t with the fewer clusters less one.

    Each of the three terms has its own G/(G-1). A sum that is not positive is mended by setting
    its negative eigenvalues to zero (Cameron, Gelbach, Miller 2011, section 2.3).
    """
    free = max(_uncounted(effects, c) for c in (one, two))
    raw = ls.covariance_clustered(fitted, one, two, nested=free)
    size, axes = np.linalg.eigh(raw)
    mended = (axes * np.maximum(size, 0)) @ axes.T if size[0] < 0 else raw
    groups = min(int(one.max()), int(two.max())) + 1
    factor = message("inference.factor_two_way", clusters=groups)
    return Clustered(mended, "CR1 two-way", groups - 1, groups, factor)


def jackknife(y: Array, x: Array, effects: Sequence[Codes], cluster: Codes) -> Jackknife:
    """CR3: (G-1)/G times the summed squares of each cluster's pull on the estimate.

    y (n,), x (n, k) with its own constant where there are no effects, effects any codes (n,),
    cluster codes (n,) from 0. No count of estimated means enters.
    """
    levels = sum(int(e.max()) + 1 for e in effects if not is_nested(e, cluster))
    by = _by_algebra if levels <= _MOST_INDICATORS else _by_refits
    coef, left_out = by(y, x, effects, cluster)
    groups = len(left_out)
    pull = left_out - coef
    covariance = (groups - 1) / groups * (pull.T @ pull)
    factor = message("inference.factor_cr3", clusters=groups)
    return Jackknife(covariance, "CR3", groups - 1, groups, factor, coef, left_out)


def _uncounted(effects: Sequence[Codes], cluster: Codes) -> int:
    """Effects inside the clusters less one, which `covariance_clustered` leaves out."""
    return max((int(e.max()) for e in effects if is_nested(e, cluster)), default=0)


def _by_algebra(
    y: Array, x: Array, effects: Sequence[Codes], cluster: Codes
) -> tuple[Array, Array]:
    found = grams(np.column_stack([y, x]), effects, cluster)
    whole = found.partialled()[None]
    return _solutions(whole, whole)[0], _solutions(found.left_out(), whole)


def _solutions(gram: Array, whole: Array) -> Array:
    """Coefficients (b, k) from cross products (b, 1 + k, 1 + k) of outcome and regressors."""
    inner = gram[:, 1:, 1:]
    size = np.diagonal(inner, axis1=1, axis2=2)
    least = TINY * np.diagonal(whole[:, 1:, 1:], axis1=1, axis2=2)
    coef = solved(inner, gram[:, 1:, :1])[..., 0]
    scale = 1 / np.sqrt(np.maximum(size, 1e-300))
    unit = inner * scale[:, :, None] * scale[:, None, :]
    alone = (size > least).all(1) & (np.linalg.eigvalsh(unit)[:, 0] > 1e-9)
    return np.where(alone[:, None], coef, np.nan)


def _by_refits(y: Array, x: Array, effects: Sequence[Codes], cluster: Codes) -> tuple[Array, Array]:
    def coef(keep: np.ndarray) -> Array:
        return ls.fit(y[keep], x[keep], [ls.codes(e[keep]) for e in effects]).coef

    groups = int(cluster.max()) + 1
    return coef(cluster >= 0), np.stack([coef(cluster != g) for g in range(groups)])
