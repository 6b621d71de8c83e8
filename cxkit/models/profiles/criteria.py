"""How many profiles: every criterion for k 1 to 8 side by side, and none of them obeyed.

BIC (Schwarz 1978, Annals of Statistics 6), ICL (Biernacki, Celeux, Govaert 2000), silhouette
(Rousseeuw 1987, Journal of Computational and Applied Mathematics 20), gap (Tibshirani, Walther,
Hastie 2001, Journal of the Royal Statistical Society B 63), Jaccard (Hennig 2007). No single
rule finds the true number at every separation, so all stand in one table beside what cuts of
the index at the same shares explain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxkit.errors import SampleError
from cxkit.models.profiles.centres import k_means
from cxkit.models.profiles.continuum import Continuum, fit_continuum
from cxkit.models.profiles.cuts import cut, mean_index
from cxkit.models.profiles.groupings import Labels, explained, rand_index
from cxkit.models.profiles.mixture import Array, Covariance, Mixture
from cxkit.models.profiles.search import QUICK, fit_mixture
from cxkit.models.profiles.stability import mixture_stability

SAMPLED = 2000  # rows of the silhouette, the gap and the draws from a continuum
COLUMNS = [
    "k", "log_likelihood", "parameters", "bic", "icl", "entropy", "gain", "continuum_gain",
    "continuum_entropy", "silhouette", "gap", "gap_error", "jaccard_least", "jaccard_mean", "rand",
    "smallest_share", "explained", "cuts_explained", "cuts_agreement", "replicated",
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Criteria:
    """table has one row per k that could be fitted, with COLUMNS; mixtures the fits by k.

    gain is the log likelihood over one profile, continuum_gain and continuum_entropy the means of
    the same figures of draws from a continuum. jaccard_least is the least stable profile's.
    explained and cuts_explained are shares of the variance of complete rows between profiles and
    between cuts of the index at the profiles' shares, cuts_agreement the adjusted Rand index of
    the two. replicated counts the starts that met the best likelihood. NaN where a criterion is
    not defined for k = 1. stopped says why larger k are missing, None where none is.
    """

    table: pd.DataFrame
    mixtures: dict[int, Mixture]
    stopped: dict[str, Any] | None


def criteria(
    x: Array,
    most: int = 8,
    covariance: Covariance = "tied",
    *,
    starts: int = 20,
    resamples: int = 50,
    draws: int = 10,
    seed: int = 0,
) -> Criteria:
    """Fit k = 1 to `most` profiles to rows x (n, d), NaN where missing, and tabulate criteria.

    Raises SampleError where not even one profile can be fitted.
    """
    known = x[~np.isnan(x).all(1)]
    some = _some(known, seed)
    drawn = _draws(fit_continuum(some, seed), draws, seed)
    ones = [fit_mixture(d, 1, covariance, effort=QUICK).log_likelihood for d in drawn]
    gaps = gap_statistic(some, most, draws=draws, seed=seed)
    mixtures: dict[int, Mixture] = {}
    rows: list[dict[str, Any]] = []
    stopped: dict[str, Any] | None = None
    for k in range(1, most + 1):
        try:
            mixtures[k] = fit_mixture(known, k, covariance, starts=starts, seed=seed)
        except SampleError as problem:
            if k == 1:
                raise
            stopped = dict(problem.reason or {})
            break
        row = _row(known, mixtures[k], mixtures[1], resamples, seed)
        row |= _continuum_row(drawn, ones, k, covariance, seed)
        rows.append(row | {"gap": gaps[k - 1, 0], "gap_error": gaps[k - 1, 1]})
    return Criteria(pd.DataFrame(rows)[COLUMNS], mixtures, stopped)


def silhouette(x: Array, label: Labels, seed: int = 0) -> float:
    """Mean silhouette of standardised complete rows (n, d); of 2,000 of them where there are more.

    A row alone in its group counts 0; NaN with one group.
    """
    known = ~np.isnan(x).any(1)
    z = _standardised(x[known])
    group = label[known]
    if len(z) > SAMPLED:
        rows = np.random.default_rng(seed).choice(len(z), SAMPLED, replace=False)
        z, group = z[rows], group[rows]
    kinds, group = np.unique(group, return_inverse=True)
    if len(kinds) < 2:
        return float("nan")
    square = (z**2).sum(1)
    far = np.sqrt(np.maximum(square[:, None] + square - 2 * z @ z.T, 0))
    np.fill_diagonal(far, 0)
    member = np.eye(len(kinds))[group]
    count = member.sum(0)
    sums, own = far @ member, count[group]
    inside = np.take_along_axis(sums, group[:, None], 1)[:, 0] / np.maximum(own - 1, 1)
    other = np.where(member > 0, np.inf, sums / count).min(1)
    value = (other - inside) / np.maximum(np.maximum(other, inside), 1e-300)
    return float(np.where(own > 1, value, 0.0).mean())


def gap_statistic(x: Array, most: int, *, draws: int = 10, seed: int = 0) -> Array:
    """(most, 2): gap of k-means for each k and its error, against uniform rows along the axes.

    Of complete rows only, in standardised units; the reference is uniform over the range of the
    principal components (their variant b). NaN for a k that exceeds the rows.
    """
    z = _standardised(x[~np.isnan(x).any(1)])
    out = np.full((most, 2), np.nan)
    if len(z) <= most:
        return out
    rng = np.random.default_rng(seed)
    axes = np.linalg.svd(z - z.mean(0), full_matrices=False)[2]
    along = z @ axes.T
    references = [rng.uniform(along.min(0), along.max(0), along.shape) for _ in range(draws)]
    for k in range(1, most + 1):
        own = _log_inertia(along, k, seed)
        other = np.array([_log_inertia(r, k, seed) for r in references])
        out[k - 1] = other.mean() - own, other.std() * np.sqrt(1 + 1 / draws)
    return out


def _log_inertia(x: Array, k: int, seed: int) -> float:
    return float(np.log(max(k_means(x, k, starts=5, seed=seed, single=True).inertia, 1e-300)))


def _row(x: Array, fitted: Mixture, one: Mixture, resamples: int, seed: int) -> dict[str, Any]:
    """The criteria of one k that rest on all rows."""
    k, nothing = fitted.k, float("nan")
    label = fitted.assign(x)
    row = {
        "k": k, "log_likelihood": fitted.log_likelihood, "parameters": fitted.parameters,
        "bic": fitted.bic, "icl": fitted.icl, "entropy": fitted.entropy,
        "gain": fitted.log_likelihood - one.log_likelihood,
        "smallest_share": float(fitted.shares.min()), "replicated": fitted.replicated,
        "silhouette": silhouette(x, label, seed), "explained": explained(x, label),
        "jaccard_least": nothing, "jaccard_mean": nothing, "rand": nothing,
        "cuts_explained": nothing, "cuts_agreement": nothing,
    }  # fmt: skip
    if k == 1:
        return row
    stable = mixture_stability(x, fitted, resamples=resamples, seed=seed)
    cuts = cut(mean_index(x), _shares(label, k)).label
    return row | {
        "jaccard_least": float(stable.mean_jaccard.min()),
        "jaccard_mean": float(stable.mean_jaccard.mean()),
        "rand": stable.mean_rand,
        "cuts_explained": explained(x, cuts),
        "cuts_agreement": rand_index(label, cuts),
    }


def _shares(label: Labels, k: int) -> Array:
    """Shares of the assigned groups that are not empty."""
    count = np.bincount(label, minlength=k)
    return np.asarray(count[count > 0] / len(label))


def _continuum_row(
    drawn: list[Array], ones: list[float], k: int, covariance: Covariance, seed: int
) -> dict[str, float]:
    if k == 1:
        return {"continuum_gain": 0.0, "continuum_entropy": float("nan")}
    fits = [fit_mixture(d, k, covariance, starts=8, seed=seed, effort=QUICK) for d in drawn]
    gain = [f.log_likelihood - one for f, one in zip(fits, ones, strict=True)]
    entropy = [f.entropy for f in fits]
    return {"continuum_gain": float(np.mean(gain)), "continuum_entropy": float(np.mean(entropy))}


def _draws(continuum: Continuum, draws: int, seed: int) -> list[Array]:
    rng = np.random.default_rng([seed, 1])
    return [continuum.draw(rng) for _ in range(draws)]


def _some(x: Array, seed: int) -> Array:
    if len(x) <= SAMPLED:
        return x
    return x[np.sort(np.random.default_rng(seed).choice(len(x), SAMPLED, replace=False))]


def _standardised(x: Array) -> Array:
    return np.asarray((x - x.mean(0)) / np.maximum(x.std(0), 1e-300))
