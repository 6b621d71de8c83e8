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
from cxkit.models.timing import elsewhen

LEAST_CHANCE = 0.05  # of still being seen: smaller ones count as this
TAILS = (0.1, 0.9)  # quantiles of the outcome the leavers are given
FEWEST_LEFT = 10  # companies


@dataclass(frozen=True, eq=False)
class Attrition:
    """weighted is the estimate with inverse-chance weights, plain the one without, of the same
    rows; difference the first less the second, with the error of the difference. left counts
    companies not seen to the end, at_risk all that could have been. predictors are the logistic
    slopes per standard deviation of what was observed, in the order given. largest is the
    largest weight over the mean."""

    weighted: Probe
    plain: Probe
    difference: Probe
    left: int
    at_risk: int
    predictors: Array
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
    by company and take the weights as known, which is cautious (Wooldridge 2002).
    """
    last = year == year.max(initial=0)
    again = np.isfinite(elsewhen(np.ones(len(y)), company, year, 1))
    gone = ~last & ~again & ~_seen_later(company, year)
    left, at_risk = int(gone.sum()), len(np.unique(company[~last]))
    if left < FEWEST_LEFT or (again & ~last).sum() < FEWEST_LEFT:
        none = np.full(observed.shape[1], np.nan)
        return Attrition(NOTHING, NOTHING, NOTHING, left, at_risk, none, np.nan)
    years = (year[:, None] == np.unique(year)[1:-1]).astype(float)
    scaled = (observed - observed.mean(0)) / np.where(observed.std(0) > 0, observed.std(0), 1)
    design = np.column_stack([np.ones(len(y)), scaled, years])
    slopes = logistic(~gone[~last], design[~last])
    chance = np.where(last, 1.0, np.maximum(expit(design @ slopes), 1e-3))
    seen = np.maximum(_before(chance, company, year), LEAST_CHANCE)
    weights = (1 / seen) / (1 / seen).mean()
    keep = not_alone(np.isfinite(y), effects)
    both = [_slope(y, x, effects, company, w, keep) for w in (weights, np.ones(len(y)))]
    groups = len(np.unique(company[keep]))
    probes = [_probe(b, part, int(keep.sum()), groups) for b, part in both]
    difference = _probe(both[0][0] - both[1][0], both[0][1] - both[1][1], int(keep.sum()), groups)
    predictors = slopes[1 : 1 + observed.shape[1]]
    return Attrition(*probes, difference, left, at_risk, predictors, float(weights.max()))


def _seen_later(company: Codes, year: Codes) -> Booleans:
    """Whether the company has any later row."""
    code = ls.codes(company)
    final = np.full(int(code.max(initial=-1)) + 1, year.min(initial=0))
    np.maximum.at(final, code, year)
    return np.asarray(year < final[code])


def _before(chance: Array, company: Codes, year: Codes) -> Array:
    """Product of the company's chances in its earlier rows."""
    order = np.lexsort((year, company))
    logs = np.log(chance[order])
    total = np.cumsum(logs) - logs
    first = np.r_[True, company[order][1:] != company[order][:-1]]
    start = np.maximum.accumulate(np.where(first, np.arange(len(logs)), 0))
    out = np.empty(len(logs))
    out[order] = np.exp(total - total[start])
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
    y: Array, x: Array, effects: Sequence[Codes], company: Codes, weights: Array, keep: Booleans
) -> tuple[float, Array]:
    """Weighted slope of the first column, and each company's share in its error."""
    w = weights[keep]
    wide = np.column_stack([y, x])[keep]
    if effects:
        swept = sweep_weighted(wide, [ls.codes(e[keep]) for e in effects], w)
    else:
        swept = wide - (w @ wide) / w.sum()
    out, own = swept[:, 0], swept[:, 1:]
    bread = np.linalg.inv((own * w[:, None]).T @ own)
    coef = bread @ (own.T @ (w * out))
    score = (own * (w * (out - own @ coef))[:, None]) @ bread[:, 0]
    code = ls.codes(company[keep])
    return float(coef[0]), np.asarray(np.bincount(code, score), np.float64)


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
