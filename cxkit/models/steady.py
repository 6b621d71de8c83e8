"""Figures rounded so far that no single company shows in them."""

from __future__ import annotations

import math

import numpy as np

from cxkit.models.classes import Floats
from cxkit.models.error_model import ErrorModel, Source
from cxkit.models.variance_curve import Curve

SHARE = 4.0  # a figure of n companies is told in steps of 4/n of its size, or somewhat more


def step_of(size: float) -> float:
    """The least of 1, 2, 5, 10, 20 ... (and of .1, .2, .5 ...) that is no less than `size`."""
    if not size > 0:
        return 0.0
    power = 10.0 ** math.floor(math.log10(size))
    return next(power * k for k in (1, 2, 5, 10) if power * k >= size * (1 - 1e-9))


def rounded(value: float, step: float) -> float:
    """value in whole steps; as it is where the step is 0 or the value is none."""
    if step <= 0 or not math.isfinite(value):
        return value
    places = max(0, -math.floor(math.log10(step) + 1e-9))
    return round(round(value / step) * step, places)


def steady(value: float, companies: float, size: float | None = None) -> float:
    """A figure that `companies` stand behind, in steps of 4/companies of `size` (else of itself).

    A company contributes about one of its n parts to a mean, a variance or a share; four such
    parts are one step.
    """
    whole = abs(value) if size is None else size
    return rounded(value, step_of(whole * SHARE / max(companies, 1.0)))


def steady_error(model: ErrorModel, index_middle: float) -> ErrorModel:
    """The error model with every variance in steps; index_middle is the middle of the index."""
    return ErrorModel(
        model.instrument, model.version, _source(model.items, index_middle),
        _source(model.raters, index_middle), model.items_reason, model.raters_reason,
    )  # fmt: skip


def _source(source: Source | None, index_middle: float) -> Source | None:
    if source is None:
        return None
    curves = {
        name: _curve(curve, index_middle if name == "index" else 50.0)
        for name, curve in source.curves.items()
    }
    return Source(curves, source.companies, source.rows)


def _curve(curve: Curve, middle: float) -> Curve:
    """A single knot lies at the companies' mean level, which nothing needs: it gets the middle."""
    level = curve.level if len(curve.level) > 1 else (middle,)
    pairs = zip(curve.variance, curve.companies, strict=True)
    variance = tuple(steady(v, n) for v, n in pairs)
    return Curve(level, variance, curve.companies, float(f"{curve.df:.2g}"))


def steady_covariance(covariance: Floats, companies: int) -> Floats:
    """A covariance (k, k): standard deviations in steps, never less; correlations to one decimal.

    What stands for uncertainty is rounded up: a reader may see less certainty, never more.
    """
    deviation = np.sqrt(np.diag(covariance))
    correlation = np.round(covariance / np.outer(deviation, deviation), 1)
    told = np.array([_upward(float(d), companies) for d in deviation])
    whole = correlation * np.outer(told, told)
    return np.array([[float(f"{v:.9g}") for v in line] for line in whole])


def _upward(value: float, companies: int) -> float:
    step = step_of(value * SHARE / max(companies, 1))
    return float(f"{math.ceil(value / step - 1e-9) * step:.9g}")
