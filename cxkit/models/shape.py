"""Is the line right: curvature (a spline against it) and asymmetry (gains against losses).

Curvature by a restricted cubic spline (Harrell 2015, Regression Modeling Strategies, 2.4.5) whose
terms beyond the line are zero together where the line holds; its size is put in one number, the
slope above the middle score less the slope below. Arrays as in `least_squares`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cxkit.models import least_squares as ls
from cxkit.models.grams import Array, Codes
from cxkit.models.probes import NOTHING, Probe, probed
from cxkit.models.timing import elsewhen

KNOTS = (0.05, 0.35, 0.65, 0.95)  # quantiles of the score, as Harrell advises for four
SLOPES_AT = (0.1, 0.5, 0.9)


@dataclass(frozen=True, eq=False)
class Curvature:
    """f and p_value of the spline's terms beyond the line; slopes at quantiles of the score
    (SLOPES_AT) with the scores at; bend is the slope above the median less that below it."""

    f: float
    p_value: float
    at: Array
    slopes: tuple[Probe, ...]
    bend: Probe

    @property
    def known(self) -> bool:
        return bool(np.isfinite(self.p_value) and self.bend.known)


def curvature(
    y: Array, score: Array, controls: Array, effects: Sequence[Codes], company: Codes
) -> Curvature:
    """Spline against line for y (n,) on score (n,), given controls (n, k) and effects."""
    at = np.quantile(score, SLOPES_AT) if len(score) else np.full(3, np.nan)
    nothing = Curvature(np.nan, np.nan, at, (), NOTHING)
    knots = np.quantile(score, KNOTS) if len(score) else np.zeros(4)
    if np.min(np.diff(knots)) <= 0:
        return nothing
    middle = float(np.median(score))
    basis, bent = spline(score, knots), np.maximum(score - middle, 0)
    curve = probed(y, np.column_stack([basis, controls]), effects, company)
    two = probed(y, np.column_stack([bent, score, controls]), effects, company)
    if curve is None or two is None:
        return nothing
    f, p_value = curve.wald(range(1, basis.shape[1]))
    more = np.zeros((len(at), len(curve.fitted.coef) - basis.shape[1]))
    slopes = np.hstack([spline(at, knots, slope=True), more])
    bend = two.probe(np.eye(len(two.fitted.coef))[0])
    return Curvature(f, p_value, at, tuple(curve.probe(s) for s in slopes), bend)


def spline(x: Array, knots: Array, *, slope: bool = False) -> Array:
    """Restricted cubic spline (n, knots - 1): the line, then terms that are linear outside the
    outer knots, scaled by the squared distance of these. slope gives the derivatives."""
    last, before = knots[-1], knots[-2]
    scale = (last - knots[0]) ** 2

    def cube(t: float) -> Array:
        above = np.maximum(x - t, 0)
        return 3 * above**2 if slope else above**3

    line = np.ones_like(x) if slope else x
    terms = [
        (
            cube(t)
            - cube(before) * (last - t) / (last - before)
            + cube(last) * (before - t) / (last - before)
        )
        / scale
        for t in knots[:-2]
    ]
    return np.column_stack([line, *terms])


@dataclass(frozen=True)
class Asymmetry:
    """Slopes of a year's change in the outcome on gains and on losses of score, per point (a
    loss of one point goes with minus `losses`), and the first less the second."""

    gains: Probe
    losses: Probe
    difference: Probe


def asymmetry(y: Array, score: Array, company: Codes, year: Codes) -> Asymmetry:
    """Gains against losses in first differences, given the year.

    company and year (n,) are whole numbers; a row counts where the company has the year before.
    """
    move = score - elsewhen(score, company, year, -1)
    change = y - elsewhen(y, company, year, -1)
    x = np.column_stack([np.maximum(move, 0), np.minimum(move, 0)])
    found = probed(change, x, [ls.codes(year)], company)
    if found is None:
        return Asymmetry(NOTHING, NOTHING, NOTHING)
    gains, losses = np.eye(2)
    return Asymmetry(found.probe(gains), found.probe(losses), found.probe(gains - losses))
