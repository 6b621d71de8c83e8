"""Error in the score dealt with: two measures of it, each the other's instrument.

Obviously related instrumental variables (Gillen, Snowberg, Yariv 2019, Journal of Political
Economy 127): the equation is stacked, measure a instrumented by b below measure b instrumented by
a, and the divisions into a and b below each other. The slope is therefore the mean of the
divisions' slopes, each weighted by how much its two measures share, so that a division that
shares little by chance does not run away with it. The error comes from each cluster's influence
summed over the divisions, since they share their data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.sparse import csr_matrix

from cxkit.models.cluster import FEW
from cxkit.models.divisions import Division, design, division, left_out, places_of, sums_by
from cxkit.models.splits import Codes, Floats

NO_CONTROLS = np.empty((0, 0))
Vcov = Literal["CR1", "CR3"]


@dataclass(frozen=True, eq=False)
class Corrected:
    """A slope corrected for error in the score.

    coef and std_error per point; influence (clusters,) each cluster's share in the error, whose
    squares sum to std_error squared, 0 for a cluster without a row; coefs (splits,) the slope of
    each division. nobs is the mean number of rows behind a division, rows_lost the mean number
    left out of one; clusters counts those with a row in any. reliability_within is the share of
    the score's variance that is no error once effects and controls are out, reliability_across
    the same of the score as it is, both of the two measures together (Spearman and Brown).
    spread is the standard deviation of the score without its error, once effects are out.
    first_stage_f is the lesser clustered F of a measure on the other, the divisions taken
    together as the slope takes them. Where the two measures share nothing over all divisions
    coef and std_error are NaN.
    vcov is `CR1` (G/(G-1) * (n-1)/(n-K), effects inside the clusters counted once) or `CR3`
    (every cluster left out in turn; (G-1)/G times the squared changes).
    """

    coef: float
    std_error: float
    influence: Floats
    coefs: Floats
    nobs: float
    rows_lost: float
    clusters: int
    reliability_within: float
    reliability_across: float
    spread: float
    first_stage_f: float
    vcov: Vcov

    @property
    def splits(self) -> int:
        """How many divisions were averaged."""
        return len(self.coefs)


def oriv(
    y: Floats,
    a: Floats,
    b: Floats,
    effects: Sequence[Codes],
    cluster: Codes,
    controls: Floats = NO_CONTROLS,
    vcov: Vcov | None = None,
) -> Corrected:
    """The slope of y (n,) on a score of which a and b (splits, n) are two measures.

    effects are codes (n,) whose means are removed, controls (n, k) further regressors without
    error; without effects the mean is removed. cluster (n,) numbers the clusters from 0. Rows
    without both measures, and rows thereby left alone in their company, are left out of that
    division. vcov is CR3 below 100 clusters, else CR1, unless given.
    """
    return orivs(y[:, None], a, b, effects, cluster, controls, vcov)[0]


def orivs(
    y: Floats,
    a: Floats,
    b: Floats,
    effects: Sequence[Codes],
    cluster: Codes,
    controls: Floats = NO_CONTROLS,
    vcov: Vcov | None = None,
) -> tuple[Corrected, ...]:
    """`oriv` for several outcomes y (n, outcomes) of the same rows, in their order."""
    present = np.bincount(cluster[(np.isfinite(a) & np.isfinite(b)).any(0)]) > 0
    kind: Vcov = vcov or ("CR3" if present.sum() < FEW else "CR1")
    total, places = sums_by(cluster), places_of(cluster) if kind == "CR3" else None
    shape = design(len(y), effects, cluster, controls, leave_out=kind == "CR3")
    parts = [
        _part(division(y, one, other, shape), total, places)
        for one, other in zip(a, b, strict=True)
    ]
    return tuple(_corrected(parts, k, len(y)) for k in range(y.shape[1]))


@dataclass(frozen=True, eq=False)
class _Part:
    """Sums of one division.

    products (m, m) of a, b and the outcomes; tops (clusters, outcomes) and cross (clusters,)
    each cluster's (a + b)'y and 2 a'b; first (clusters, 2) its share in the first stages' errors;
    without (clusters, m, m) the products without each
    cluster, None where they were not asked for; seen (clusters,).
    """

    products: Floats
    tops: Floats
    cross: Floats
    first: Floats
    without: Floats | None
    seen: Floats
    rows: int
    parameters: int
    removed: int
    across: float


def _part(found: Division, total: csr_matrix, places: Codes | None) -> _Part:
    a, b, y = found.values[:, 0], found.values[:, 1], found.values[:, 2:]
    products = found.values.T @ found.values
    shared = products[0, 1]
    sums = total @ np.column_stack([
        (a + b)[:, None] * y, 2 * a * b,
        b * (a - shared / products[1, 1] * b), a * (b - shared / products[0, 0] * a),
        found.keep,
    ])  # fmt: skip
    k = y.shape[1]
    without = None if places is None else left_out(found, places)
    return _Part(
        products, sums[:, :k], sums[:, k], sums[:, k + 1 : k + 3], without, sums[:, -1],
        int(found.keep.sum()), found.parameters, found.removed, found.across,
    )  # fmt: skip


def _corrected(parts: Sequence[_Part], k: int, n: int) -> Corrected:
    products = np.array([p.products for p in parts])
    top = products[:, 0, 2 + k] + products[:, 1, 2 + k]
    shared = products[:, 0, 1]
    coef = float(top.sum() / (2 * shared.sum())) if shared.sum() > 0 else np.nan
    seen = np.sum([p.seen for p in parts], axis=0) > 0
    rows = float(np.mean([p.rows for p in parts]))
    jackknife = parts[0].without is not None
    influence = _jackknife(parts, k, coef) if jackknife else _influence(parts, k, coef, rows)
    influence = np.where(seen, influence, 0.0) * _factor(int(seen.sum()), jackknife)
    both = np.sqrt(products[:, 0, 0].sum() * products[:, 1, 1].sum())
    half = float(shared.sum() / both) if both > 0 else np.nan
    across = float(np.mean([p.across for p in parts]))
    left = rows - float(np.mean([p.removed for p in parts]))
    return Corrected(
        coef=coef, std_error=float(np.sqrt(influence @ influence)), influence=influence,
        coefs=_slopes(top, shared), nobs=rows, rows_lost=n - rows, clusters=int(seen.sum()),
        reliability_within=_together(half),
        reliability_across=_together(across),
        spread=float(np.sqrt(max(0.0, shared.mean()) / left)) if left > 0 else np.nan,
        first_stage_f=_first_stage(parts), vcov="CR3" if jackknife else "CR1",
    )  # fmt: skip


def _first_stage(parts: Sequence[_Part]) -> float:
    """The square of what the measures share over its clustered variance, the worse way round."""
    shared = float(np.sum([p.products[0, 1] for p in parts]))
    variance = float(np.square(np.sum([p.first for p in parts], axis=0)).sum(0).max())
    return shared**2 / variance if variance > 0 else np.inf


def _together(half: float) -> float:
    """Reliability of two measures together from their correlation (Spearman, Brown)."""
    return 2 * half / (1 + half) if half > -1 else np.nan


def _factor(clusters: int, jackknife: bool) -> float:
    if clusters < 2:
        return np.nan
    ratio = (clusters - 1) / clusters
    return float(np.sqrt(ratio if jackknife else 1 / ratio))


def _influence(parts: Sequence[_Part], k: int, coef: float, rows: float) -> Floats:
    tops = np.sum([p.tops[:, k] for p in parts], axis=0)
    cross = np.sum([p.cross for p in parts], axis=0)
    free = rows - float(np.mean([p.parameters for p in parts]))
    small = np.sqrt((rows - 1) / free) if free > 0 else np.nan
    return np.asarray((tops - coef * cross) / cross.sum() * small)


def _jackknife(parts: Sequence[_Part], k: int, coef: float) -> Floats:
    """How far the slope moves when each cluster is left out."""
    without = np.sum([p.without for p in parts if p.without is not None], axis=0)
    return coef - _slopes(without[:, 0, 2 + k] + without[:, 1, 2 + k], without[:, 0, 1])


def _slopes(top: Floats, shared: Floats) -> Floats:
    return np.divide(top, 2 * shared, out=np.full(top.shape, np.nan), where=shared != 0)
