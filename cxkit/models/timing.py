"""Which came first: a placebo by the score of a later year, and the regression the other way.

Both are given the lagged score (and the reverse takes the outcome of the score's own period).
Without that they mislead where company effects are removed and the score persists: shared
history then shows in either as if the later came first.

Arrays are rows of a panel: score (n,) of a year, y (n,) the outcome `lag` years later, company
and year (n,) whole numbers; one row per company and year.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cxkit.models import least_squares as ls
from cxkit.models.grams import Array, Codes
from cxkit.models.probes import NOTHING, Probe, first, probed


def elsewhen(values: Array, company: Codes, year: Codes, ahead: int) -> Array:
    """The same company's value `ahead` years later (earlier where negative), NaN without one."""
    if not len(year):
        return values
    at = year - year.min()
    span = int(at.max()) + 1
    key = company * span + at
    order = np.argsort(key, kind="stable")
    wanted = key + ahead
    place = np.searchsorted(key[order], wanted)
    row = order[np.minimum(place, len(key) - 1)]
    inside = (at + ahead >= 0) & (at + ahead < span)
    found = inside & (key[row] == wanted)
    return np.where(found, values[row], np.nan)


def lead_placebo(
    y: Array,
    score: Array,
    company: Codes,
    year: Codes,
    effects: Sequence[Codes],
    controls: Array,
    lag: int,
) -> Probe:
    """The outcome on the score of the year after the outcome's, given the score before it.

    In the outcome's unit per point: zero where the score matters only for what comes later.
    controls is (n, k). At lag 0 the score of the outcome's own year is the given one.
    """
    later = elsewhen(score, company, year, lag + 1)
    return first(y, np.column_stack([later, score, controls]), effects, company)


@dataclass(frozen=True)
class Reversed:
    """The reverse regression: per_outcome in points of score per unit of outcome (1 is 100 %),
    as_slope the same turned into the outcome's unit per point of score, so that it can be held
    against the estimate; both have the same t."""

    per_outcome: Probe
    as_slope: Probe


def reverse_regression(
    y: Array,
    score: Array,
    company: Codes,
    year: Codes,
    effects: Sequence[Codes],
    controls: Array,
    lag: int,
) -> Reversed:
    """The score on the outcome of its own period, given the score of the year before.

    Zero where growth does not feed back into the score. The turned slope is what a regression of
    that outcome on that score, given the same, would show.
    """
    same = elsewhen(y, company, year, -lag)
    before = elsewhen(score, company, year, -1)
    found = probed(score, np.column_stack([same, before, controls]), effects, company)
    if found is None:
        return Reversed(NOTHING, NOTHING)
    per_outcome = found.probe(np.eye(len(found.fitted.coef))[0])
    return Reversed(per_outcome, per_outcome.times(_turned(found.fitted)))


def _turned(fitted: ls.Fit) -> float:
    """Variance of the first regressor over that of the dependent, both given the others."""
    others = fitted.x[:, 1:]
    own = fitted.x[:, 0] - others @ np.linalg.lstsq(others, fitted.x[:, 0], rcond=None)[0]
    dependent = fitted.residual + fitted.coef[0] * own
    return float((own @ own) / (dependent @ dependent))
