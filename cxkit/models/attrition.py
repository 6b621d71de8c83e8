"""Who leaves: the estimate weighted by the inverse chance of still being seen, and bounds.

Weights from a logistic regression of being seen again on what was observed (Robins, Rotnitzky,
Zhao 1995; Wooldridge 2002, Portuguese Economic Journal 1): right where leaving depends on that
alone. Bounds fill in what the leavers' outcomes would have to be (Horowitz and Manski 2000): the
answer to "and if not?". Arrays are rows of a panel, one per company and year.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from cxkit.models import least_squares as ls
from cxkit.models.grams import Array, Codes
from cxkit.models.probes import NOTHING, Booleans, Probe, not_alone

LEAST_CHANCE = 0.05  # of still being seen: smaller ones count as this
TAILS = (0.1, 0.9)  # quantiles of the outcome the leavers are given
FEWEST_LEFT = 10  # companies


@dataclass(frozen=True, eq=False)
class Attrition:
    """weighted is the estimate with inverse-chance weights, plain the one without, of the same
    rows; difference the first less the second, with the error of the difference. left counts
    companies not seen to the end, at_risk all that could have been. predictors are the logistic
    slopes per standard deviation of what was observed, in the order given, predictor_errors
    their standard errors by company. largest is the largest weight over the mean."""

    weighted: Probe
    plain: Probe
    difference: Probe
    left: int
    at_risk: int
    predictors: Array
    predictor_errors: Array
    largest: float


def reweighted(
    y: Array,
    x: Array,
    effects: Sequence[Codes],
    company: Codes,
    year: Codes,
    observed: Array,
) -> Attrition:
    """The first column of x (n, k), weighted; observed (n, p) are the predictors of leaving.

    A company leaves in its last year before the panel's last. The chance of being seen in a year
    is the product of the chances of being seen again in the years before it. Errors are clustered
    by company and count that the chances are estimated.
    """
    last = year == year.max(initial=0)
    gone = ~last & ~_seen_later(company, year)
    left, at_risk = int(gone.sum()), len(np.unique(company[~last]))
    if left < FEWEST_LEFT or (~last & ~gone).sum() < FEWEST_LEFT:
        none = np.full(observed.shape[1], np.nan)
        return Attrition(NOTHING, NOTHING, NOTHING, left, at_risk, none, none, np.nan)
    leaving = _leaving(company, year, gone, last, observed)
    keep = not_alone(np.isfinite(y), effects)
    code, ones = ls.codes(company), np.ones(len(y))
    weighted, rows = _slope(y, x, effects, leaving.weights, keep)
    plain, plain_rows = _slope(y, x, effects, ones, keep)
    every, groups = int(code.max()) + 1, len(np.unique(company[keep]))
    # Companies seen once have no part in the slope, but in the chances.
    parts = _sums(code[keep], rows, every) + _sums(code, leaving.through(rows, keep), every)
    plain_parts = _sums(code[keep], plain_rows, every)
    used, own = int(keep.sum()), slice(1, 1 + observed.shape[1])
    return Attrition(
        _probe(weighted, parts, used, groups),
        _probe(plain, plain_parts, used, groups),
        _probe(weighted - plain, parts - plain_parts, used, groups),
        left, at_risk, leaving.slopes[own], leaving.errors(code)[own],
        float(leaving.weights.max()),
    )  # fmt: skip


def _sums(code: Codes, values: Array, groups: int) -> Array:
    return np.asarray(np.bincount(code, values, groups), np.float64)


@dataclass(frozen=True, eq=False)
class _Leaving:
    """The chances of being seen: slopes (p,) of the logistic regression, weights (n,) with mean
    one, gradient (n, p) of their logarithm by the slopes, pulls (n, p) each row's part in the
    slopes' error."""

    slopes: Array
    weights: Array
    gradient: Array
    pulls: Array

    def through(self, rows: Array, keep: Booleans) -> Array:
        """(n,): parts in a weighted slope's error that come from the chances; rows (kept,) are
        the kept rows' own parts."""
        return np.asarray(self.pulls @ (rows @ self.gradient[keep]), np.float64)

    def errors(self, company: Codes) -> Array:
        """(p,): standard errors of the slopes, clustered by company."""
        sums = np.column_stack([np.bincount(company, column) for column in self.pulls.T])
        return np.asarray(np.sqrt(np.square(sums).sum(0)), np.float64)


def _leaving(
    company: Codes, year: Codes, gone: Booleans, last: Booleans, observed: Array
) -> _Leaving:
    years = (year[:, None] == np.unique(year)[1:-1]).astype(float)
    spread = observed.std(0)
    scaled = (observed - observed.mean(0)) / np.where(spread > 0, spread, 1)
    design = np.column_stack([np.ones(len(gone)), scaled, years])
    slopes = logistic(~gone[~last], design[~last])
    chance = np.where(last, 1.0, np.maximum(expit(design @ slopes), 1e-3))
    seen = np.maximum(np.exp(_earlier(np.log(chance)[:, None], company, year))[:, 0], LEAST_CHANCE)
    gradient = -_earlier((1 - chance)[:, None] * design, company, year)
    open_ = np.where(last, 0.0, chance * (1 - chance))
    inner = (design * open_[:, None]).T @ design + 1e-8 * np.eye(design.shape[1])
    surprise = np.where(last, 0.0, (~gone).astype(float) - chance)
    pulls = np.linalg.solve(inner, (design * surprise[:, None]).T).T
    return _Leaving(slopes, (1 / seen) / (1 / seen).mean(), gradient, pulls)


def _seen_later(company: Codes, year: Codes) -> Booleans:
    """Whether the company has any later row."""
    code = ls.codes(company)
    final = np.full(int(code.max(initial=-1)) + 1, year.min(initial=0))
    np.maximum.at(final, code, year)
    return np.asarray(year < final[code])


def _earlier(values: Array, company: Codes, year: Codes) -> Array:
    """(n, k): sums of values (n, k) over the company's earlier rows."""
    order = np.lexsort((year, company))
    total = np.cumsum(values[order], axis=0) - values[order]
    first = np.r_[True, company[order][1:] != company[order][:-1]]
    start = np.maximum.accumulate(np.where(first, np.arange(len(order)), 0))
    out = np.empty_like(values)
    out[order] = total - total[start]
    return out


def logistic(y: Booleans, x: Array, rounds: int = 50) -> Array:
    """Logistic regression by Newton's steps, x (n, k) with its constant; a ridge of 1e-8."""
    slopes = np.zeros(x.shape[1])
    for _ in range(rounds):
        p = expit(x @ slopes)
        inner = (x * (p * (1 - p))[:, None]).T @ x + 1e-8 * np.eye(x.shape[1])
        step = np.linalg.solve(inner, x.T @ (y - p))
        slopes = slopes + step
        if np.abs(step).max() < 1e-10:
            break
    return slopes


def _slope(
    y: Array, x: Array, effects: Sequence[Codes], weights: Array, keep: Booleans
) -> tuple[float, Array]:
    """Weighted slope of the first column, and each kept row's part in its error."""
    w = weights[keep]
    wide = np.column_stack([y, x])[keep]
    if effects:
        swept = sweep_weighted(wide, [ls.codes(e[keep]) for e in effects], w)
    else:
        swept = wide - (w @ wide) / w.sum()
    out, own = swept[:, 0], swept[:, 1:]
    bread = np.linalg.inv((own * w[:, None]).T @ own)
    coef = bread @ (own.T @ (w * out))
    rows = (own * (w * (out - own @ coef))[:, None]) @ bread[:, 0]
    return float(coef[0]), np.asarray(rows, np.float64)


def sweep_weighted(values: Array, effects: Sequence[Codes], weights: Array) -> Array:
    """values (n, m) less weighted means of effects, by alternating projections."""
    totals = [np.bincount(e, weights) for e in effects]
    out = values.copy()
    size = np.abs(values).max(0) + 1e-300
    for _ in range(1 if len(effects) == 1 else 2000):
        moved = 0.0
        for effect, total in zip(effects, totals, strict=True):
            for j in range(out.shape[1]):
                mean = np.bincount(effect, weights * out[:, j]) / total
                out[:, j] -= mean[effect]
                moved = max(moved, float(np.abs(mean).max() / size[j]))
        if moved < 1e-12:
            break
    return out


def _probe(value: float, parts: Array, nobs: int, groups: int) -> Probe:
    error = float(np.sqrt(groups / (groups - 1) * (parts @ parts)))
    return Probe(value, error, groups - 1, nobs, groups)


@dataclass(frozen=True)
class Bounds:
    """low and high: the slope where every lost outcome is the one of the two (quantiles TAILS of
    the outcome) that pulls it down, or up; lost counts rows filled in."""

    low: float
    high: float
    lost: int


def bounds(
    y: Array, score: Array, effects: Sequence[Codes], tails: Sequence[float] = TAILS
) -> Bounds:
    """y (n,) with NaN where the outcome was lost, score (n,) known everywhere."""
    lost = ~np.isfinite(y)
    ends = np.quantile(y[~lost], tails)
    keep = not_alone(np.ones(len(y), bool), effects)
    own = [ls.codes(e[keep]) for e in effects]
    wide = score[keep][:, None]
    moved = ls.sweep(wide, own)[0][:, 0] if own else (wide - wide.mean())[:, 0]
    lost, observed = lost[keep], y[keep]
    found = []
    for up in (False, True):
        filled = np.where(lost, np.where((moved > 0) == up, ends[1], ends[0]), observed)
        found.append(float(moved @ filled / (moved @ moved)))
    return Bounds(found[0], found[1], int(lost.sum()))
