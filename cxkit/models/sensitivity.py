"""How strong an unobserved confounder would have to be, and how much hangs on single clusters.

For least squares only: neither the robustness value nor Oster's delta is defined for estimates
by instruments. Robustness value and bounds: Cinelli, Hazlett (2020), Journal of the Royal
Statistical Society B 82. Delta: Oster (2019), Journal of Business and Economic Statistics 37.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from cxkit.models import least_squares as ls
from cxkit.models.cluster import jackknife
from cxkit.models.grams import Array, Codes

OSTER_REACH = 1.3  # times the R-squared with controls: Oster's bound on what could be explained


@dataclass(frozen=True)
class Robustness:
    """What an omitted variable would have to explain, as shares of residual variance.

    partial_r2 of score and outcome, which is also what a confounder that explains all of the
    outcome's rest would have to explain of the score's. value: a confounder that explains this
    share of both would bring the estimate to zero; value_at_5 into an interval that covers zero.
    Both by the classical error, of which they are defined.
    """

    partial_r2: float
    value: float
    value_at_5: float


@dataclass(frozen=True)
class Bound:
    """The estimate if a confounder `times` as strong as one control were left out.

    r2_score and r2_outcome are the shares it would explain; NaN, with the rest, where no
    confounder can be that strong.
    """

    times: float
    r2_score: float
    r2_outcome: float
    estimate: float
    std_error: float


@dataclass(frozen=True, eq=False)
class Influence:
    """left_out (clusters,): the slope without each cluster; coef with all.

    most is the code of the cluster whose leaving moves it most. to_turn are the codes of the
    fewest clusters, by first order, whose leaving turns the sign, confirmed by a refit; None
    where the refit does not turn it, or fewer than half would have to leave.
    """

    coef: float
    left_out: Array
    most: int
    to_turn: tuple[int, ...] | None


def robustness(t: float, df: float) -> Robustness:
    """From the classical t of an estimate and its residual degrees of freedom."""
    f = abs(t) / np.sqrt(df)
    critical = float(stats.t.ppf(0.975, df - 1) / np.sqrt(df - 1))
    return Robustness(t * t / (t * t + df), _value(f, 0.0), _value(f, critical))


def _value(f: float, critical: float) -> float:
    rest = f - critical
    if rest <= 0:
        return 0.0
    if critical and f > 1 / critical:
        return float((f * f - critical * critical) / (1 + f * f))
    return float((np.sqrt(rest**4 + 4 * rest**2) - rest**2) / 2)


def adjusted(
    estimate: float, std_error: float, df: float, r2_score: float, r2_outcome: float
) -> tuple[float, float]:
    """Estimate and error were a confounder that explains these shares of both added.

    The one that brings the estimate closer to zero; std_error is classical, df before it.
    """
    reach = np.sqrt(r2_outcome * r2_score / (1 - r2_score)) * std_error * np.sqrt(df)
    error = std_error * np.sqrt((1 - r2_outcome) / (1 - r2_score) * df / (df - 1))
    return float(np.sign(estimate) * (abs(estimate) - reach)), float(error)


def bound(y: Array, x: Array, effects: Sequence[Codes], control: int, times: float) -> Bound:
    """A confounder `times` as strong as one of the controls, for score and outcome alike.

    y (n,), x (n, k) the score first, control the column of x to compare with.
    """
    fitted = ls.fit(y, x, effects)
    df = fitted.nobs - fitted.parameters
    errors = np.sqrt(np.diag(ls.covariance_classical(fitted)))
    t = fitted.coef[control] / errors[control]
    outcome = t * t / (t * t + df)
    among = ls.fit(x[:, 0], np.delete(x, 0, axis=1), effects)
    other = among.coef[control - 1] ** 2 / ls.covariance_classical(among)[control - 1, control - 1]
    score = other / (other + among.nobs - among.parameters)
    r2_score = times * score / (1 - score)
    if times * score >= 1 or r2_score >= 1:
        return Bound(times, np.nan, np.nan, np.nan, np.nan)
    shared = times * score**2 / ((1 - times * score) * (1 - score))
    ratio = (
        ((np.sqrt(times) + np.sqrt(shared)) / np.sqrt(1 - shared)) ** 2 if shared < 1 else np.inf
    )
    r2_outcome = min(1.0, float(ratio * outcome / (1 - outcome)))
    found = adjusted(float(fitted.coef[0]), float(errors[0]), df, r2_score, r2_outcome)
    return Bound(times, float(r2_score), r2_outcome, *found)


def oster_delta(
    y: Array, x: Array, effects: Sequence[Codes], true: float = 0.0, most: float | None = None
) -> float:
    """How much stronger than the controls selection on the unobserved would have to be.

    Proportional selection that makes `true` the slope of the score, the first column of x
    (n, k); the others are the controls. Effects are held fixed throughout. most is the R-squared
    with everything, by default 1.3 times that with the controls, 1 at the most. NaN without
    controls.
    """
    if x.shape[1] < 2:
        return float("nan")
    swept = ls.sweep(np.column_stack([y, x]), effects)[0] if effects else np.column_stack([y, x])
    swept = swept - swept.mean(0)
    outcome, score, controls = swept[:, 0], swept[:, 1], swept[:, 2:]
    n = len(y)
    alone = float(score @ outcome / (score @ score))
    rest = score - controls @ np.linalg.lstsq(controls, score, rcond=None)[0]
    full = np.linalg.lstsq(swept[:, 1:], outcome, rcond=None)[0]
    long = float(full[0])
    syy, sxx, tau = (float(v @ v) / n for v in (outcome, score, rest))
    r_alone = alone**2 * sxx / syy
    r_long = 1 - float(np.square(outcome - swept[:, 1:] @ full).sum()) / n / syy
    r_most = most if most is not None else min(1.0, OSTER_REACH * r_long)
    away, moved = long - true, alone - long
    top = (
        away * (r_long - r_alone) * syy * tau
        + away * sxx * tau * moved**2
        + 2 * away**2 * tau * moved * sxx
        + away**3 * (tau * sxx - tau**2)
    )
    bottom = (
        (r_most - r_long) * syy * moved * sxx
        + away * (r_most - r_long) * syy * (sxx - tau)
        + away**2 * tau * moved * sxx
        + away**3 * (tau * sxx - tau**2)
    )
    return top / bottom


def influence(y: Array, x: Array, effects: Sequence[Codes], cluster: Codes) -> Influence:
    """How the slope of the first column of x (n, k) hangs on single clusters, codes (n,)."""
    found = jackknife(y, x, effects, cluster)
    coef, without = float(found.coef[0]), found.left_out[:, 0]
    pull = np.nan_to_num(coef - without)
    most = int(np.argmax(np.abs(pull)))
    return Influence(coef, without, most, _to_turn(y, x, effects, cluster, coef, pull))


def _to_turn(
    y: Array, x: Array, effects: Sequence[Codes], cluster: Codes, coef: float, pull: Array
) -> tuple[int, ...] | None:
    along = np.sign(coef) * pull
    order = np.argsort(-along, kind="stable")
    reached = np.flatnonzero(np.cumsum(along[order]) > abs(coef))
    if not len(reached) or reached[0] + 1 >= len(pull) / 2:
        return None
    leaving = order[: reached[0] + 1]
    keep = ~np.isin(cluster, leaving)
    again = ls.fit(y[keep], x[keep], [ls.codes(e[keep]) for e in effects])
    turned = np.sign(again.coef[0]) == -np.sign(coef)
    return tuple(int(c) for c in leaving) if turned else None
