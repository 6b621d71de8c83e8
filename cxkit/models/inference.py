"""The interval and p-value of a slope by the rule the number of clusters calls for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from cxkit.display import message
from cxkit.models import least_squares as ls
from cxkit.models.cluster import Clustered, Kind, cr1, inference, jackknife
from cxkit.models.grams import Array, Codes
from cxkit.models.wild import DRAWS, wild


@dataclass(frozen=True, eq=False)
class Inference:
    """Of each of k regressors: coef, std_error, conf_low, conf_high, p_value, all (k,).

    kind is CR1, CR3 or wild, factor its small-sample factor as a text. By the bootstrap come
    interval and p-value of the first regressor; its standard error, and all of the other
    regressors, come from CR3. df is that of t.
    """

    coef: Array
    std_error: Array
    conf_low: Array
    conf_high: Array
    p_value: Array
    covariance: Array
    kind: Kind
    df: int
    clusters: int
    factor: dict[str, Any]


def infer(
    y: Array,
    x: Array,
    effects: Sequence[Codes],
    cluster: Codes,
    *,
    seed: int,
    kind: Kind | None = None,
    draws: int = DRAWS,
) -> Inference:
    """Least squares of y (n,) on x (n, k), given up to two effects, clustered by codes (n,).

    Without effects x holds its own constant, not first. kind is by default what `inference`
    says. Coefficients are NaN where regressors do not vary on their own.
    """
    chosen = kind or inference(int(cluster.max()) + 1)
    fitted = ls.fit(y, x, effects)
    if chosen == "CR1":
        found: Clustered = cr1(fitted, effects, cluster)
    else:
        found = jackknife(y, x, effects, cluster)
    by_t = _by_t(fitted.coef, found, chosen)
    if chosen != "wild" or not np.isfinite(fitted.coef).all():
        return by_t
    drawn = wild(y, x[:, 0], effects, cluster, x[:, 1:], seed=seed, draws=draws)
    factor = message(f"inference.factor_{drawn.weights}", clusters=drawn.clusters, draws=draws)
    ends = [(by_t.conf_low, drawn.conf_low), (by_t.conf_high, drawn.conf_high)]
    low, high, p = (_first(*e) for e in [*ends, (by_t.p_value, drawn.p_value)])
    return Inference(
        by_t.coef, by_t.std_error, low, high, p, by_t.covariance, "wild", by_t.df, by_t.clusters,
        factor,
    )  # fmt: skip


def _by_t(coef: Array, found: Clustered, kind: Kind) -> Inference:
    error = found.std_error
    reach = stats.t.ppf(0.975, found.df) * error
    p_value = 2 * stats.t.sf(np.abs(coef / error), found.df)
    return Inference(
        coef, error, coef - reach, coef + reach, p_value, found.covariance, kind, found.df,
        found.clusters, found.factor,
    )  # fmt: skip


def _first(values: Array, first: float) -> Array:
    return np.concatenate([[first], values[1:]])
