"""Does the slope differ between industries: random slopes with partial pooling, by REML.

y = effects + x b + score u_g + e, with u_g ~ N(0, tau^2) for industry g and e ~ N(0, sigma^2).
Effects (company, year) are removed exactly, also from each industry's own slope, so that the
restricted likelihood is that of the model with all effects written out (Patterson, Thompson 1971;
Laird, Ware 1982). One variance ratio is searched; the rest follows. Industries with little to say
are drawn towards the mean slope. Errors are the model's own: they take rows as independent given
the effects, unlike the clustered errors of the other estimates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from cxkit.models import least_squares as ls
from cxkit.models.grams import Array, Codes
from cxkit.models.probes import NOTHING, Probe, probed

_TOP = 12.0  # of log(1 + ratio) searched, in units that make the score's spread one


@dataclass(frozen=True, eq=False)
class RandomSlopes:
    """mean and std_error of the slope over industries; spread is tau, in the slope's unit, noise
    is sigma. slopes (groups,) are partially pooled, errors (groups,) their prediction errors;
    alone (groups,) is each industry's slope by itself, NaN where it has none. p_value is that of
    tau = 0 by likelihood ratio, halved since tau cannot be negative (Self, Liang 1987).
    """

    mean: float
    std_error: float
    spread: float
    noise: float
    slopes: Array
    errors: Array
    alone: Array
    p_value: float
    log_likelihood: float


def random_slopes(
    y: Array, score: Array, controls: Array, effects: Sequence[Codes], group: Codes
) -> RandomSlopes | None:
    """y (n,) on score (n,) with a slope of its own for each group (n,), codes from 0.

    controls is (n, k); without effects the mean is removed. None with fewer than three groups
    or where the score does not vary.
    """
    groups = int(group.max(initial=-1)) + 1
    if groups < 3:
        return None
    own = np.where(group[:, None] == np.arange(groups), score[:, None], 0.0)
    wide = np.column_stack([y, score, controls, own])
    if effects:
        swept, rank = ls.sweep(wide, effects)
    else:
        swept, rank = wide - wide.mean(0), 1
    k = 1 + controls.shape[1]
    problem = _Problem(swept[:, 0], swept[:, 1 : 1 + k], swept[:, 1 + k :], rank)
    if problem.free < 2 or np.linalg.matrix_rank(problem.xx) < k or problem.scale <= 0:
        return None
    return _solved(problem)


class _Problem:
    """Cross products of outcome, regressors (n, k) and each group's own score (n, groups)."""

    def __init__(self, y: Array, x: Array, z: Array, rank: int) -> None:
        self.xx, self.xz, self.zz = x.T @ x, x.T @ z, z.T @ z
        self.xy, self.zy, self.yy = x.T @ y, z.T @ y, float(y @ y)
        self.free = len(y) - rank - x.shape[1]
        self.scale = float(np.trace(self.zz)) / len(self.zz)

    def at(self, ratio: float) -> tuple[float, Array, Array, Array, float]:
        """Restricted -2 log likelihood (less constants), coefficients, their bread, K and sigma^2.

        V = I + ratio ZZ', and V^-1 = I - Z K Z' with K = ratio (I + ratio Z'Z)^-1 (Woodbury).
        """
        inner = np.eye(len(self.zz)) + ratio * self.zz
        k = ratio * np.linalg.inv(inner)
        xvx = self.xx - self.xz @ k @ self.xz.T
        xvy = self.xy - self.xz @ k @ self.zy
        bread = np.linalg.inv(xvx)
        coef = bread @ xvy
        rest = self.yy - self.zy @ k @ self.zy - xvy @ coef
        variance = float(rest) / self.free
        deviance = (
            self.free * np.log(variance)
            + float(np.linalg.slogdet(inner)[1])
            + float(np.linalg.slogdet(xvx)[1])
        )
        return float(deviance), coef, np.asarray(bread), np.asarray(k), variance


def _solved(problem: _Problem) -> RandomSlopes:
    def deviance(t: float) -> float:
        return problem.at(np.expm1(t) / problem.scale)[0]

    grid = np.linspace(0, _TOP, 49)
    best = int(np.argmin([deviance(t) for t in grid]))
    ends = grid[max(0, best - 1)], grid[min(len(grid) - 1, best + 1)]
    found = optimize.minimize_scalar(
        deviance, bounds=ends, method="bounded", options={"xatol": 1e-10}
    )
    t = float(found.x) if found.fun < deviance(0.0) else 0.0
    ratio = float(np.expm1(t)) / problem.scale
    value, coef, bread, k, variance = problem.at(ratio)
    # u = ratio Z'V^-1 (y - xb) = K Z'(y - xb): Woodbury again.
    left = problem.zy - problem.xz.T @ coef
    pooled = k @ left
    to_mean = np.zeros((len(pooled), len(coef)))
    to_mean[:, 0] = 1.0
    pull = to_mean - k @ problem.xz.T
    spread_of = variance * (k + pull @ bread @ pull.T)
    size = np.diag(problem.zz)
    ratio_test = max(0.0, deviance(0.0) - value)
    return RandomSlopes(
        mean=float(coef[0]), std_error=float(np.sqrt(variance * bread[0, 0])),
        spread=float(np.sqrt(ratio * variance)), noise=float(np.sqrt(variance)),
        slopes=np.asarray(coef[0] + pooled), errors=np.sqrt(np.diag(spread_of)),
        alone=_alone(problem, coef, size),
        p_value=float(0.5 * stats.chi2.sf(ratio_test, 1)) if ratio > 0 else 1.0,
        log_likelihood=-0.5 * float(value + problem.free * (1 + np.log(2 * np.pi))),
    )  # fmt: skip


def _alone(problem: _Problem, coef: Array, size: Array) -> Array:
    """Each group's slope with all slopes free, other regressors as in the model."""
    right = problem.zy - problem.xz[1:].T @ coef[1:]
    known = size > 1e-10 * problem.scale
    out = np.full(len(size), np.nan)
    out[known] = np.linalg.lstsq(problem.zz[np.ix_(known, known)], right[known], rcond=None)[0]
    return out


@dataclass(frozen=True)
class Mundlak:
    """within is the slope inside companies, between that of company means, and contrast between
    less within: zero where what sets companies apart has nothing to do with the score."""

    within: Probe
    between: Probe
    contrast: Probe


def mundlak(
    y: Array, score: Array, controls: Array, effects: Sequence[Codes], company: Codes
) -> Mundlak:
    """Between and within (Mundlak 1978, Econometrica 46), errors clustered by company.

    company (n,) are codes from 0; effects as in `least_squares`, without those of the company.
    Company means are those of the rows given.
    """
    mean = (np.bincount(company, score) / np.maximum(1, np.bincount(company)))[company]
    found = probed(y, np.column_stack([score - mean, mean, controls]), effects, company)
    if found is None:
        return Mundlak(NOTHING, NOTHING, NOTHING)
    unit = np.eye(len(found.fitted.coef))
    return Mundlak(found.probe(unit[0]), found.probe(unit[1]), found.probe(unit[1] - unit[0]))
