"""Figures rounded so far that a single company hardly ever shows in them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from cxkit.models.classes import Floats
from cxkit.models.error_model import ErrorModel, Source
from cxkit.models.variance_curve import Curve

SHARE = 8.0  # parts of a company in a step
NEAR = 10  # companies near a knot are told in tens


def steady(value: float, companies: float, up: bool = False) -> float:
    """A positive figure that `companies` stand behind, in geometric steps of 8/companies.

    A company contributes about one of n parts to a variance or a share; eight such parts are one
    step, which depends on n alone. `up`: to the step above, for what stands for uncertainty.
    """
    if not (math.isfinite(value) and value > 0):
        return value
    ratio = math.log1p(SHARE / max(companies, 1.0))
    steps = math.log(value) / ratio
    told = math.ceil(steps - 1e-9) if up else round(steps)
    return clean(math.exp(told * ratio))


def in_steps(value: float, step: float) -> float:
    """A figure in whole steps, whatever its sign."""
    return clean(round(value / step) * step) if step > 0 and math.isfinite(value) else value


def clean(value: float) -> float:
    """Six digits, without a minus zero."""
    return float(f"{value:.6g}") + 0.0


def steady_coefficient(value: float, companies: float) -> float:
    """A reliability or agreement by what it lacks of one, so that .92 and .98 stay apart."""
    return clean(1 - steady(1 - value, companies)) if value < 1 else value


def steady_error(model: ErrorModel, index_middle: float) -> ErrorModel:
    """The error model with every variance in steps; index_middle is the middle of the index."""
    return replace(
        model, items=_source(model.items, index_middle), raters=_source(model.raters, index_middle)
    )


def _source(source: Source | None, index_middle: float) -> Source | None:
    if source is None:
        return None
    curves = {
        name: _curve(curve, index_middle if name == "index" else 50.0)
        for name, curve in source.curves.items()
    }
    return Source(curves, source.companies, source.rows)


def _curve(curve: Curve, middle: float) -> Curve:
    """A company that moves from one knot to the next must not show in how many are near them.

    A single knot lies at the companies' mean level, which nothing needs: it gets the middle.
    """
    level = curve.level if len(curve.level) > 1 else (middle,)
    near = tuple(max(NEAR, n - n % NEAR) for n in curve.companies)
    pairs = zip(curve.variance, near, strict=True)
    variance = tuple(steady(v, n) for v, n in pairs)
    return Curve(level, variance, near, steady(curve.df, sum(near)))


def steady_covariance(covariance: Floats, companies: int, places: int = 1) -> Floats:
    """A covariance (k, k): standard deviations to the step above, correlations to `places`."""
    deviation = np.sqrt(np.diag(covariance))
    correlation = np.round(covariance / np.outer(deviation, deviation), places)
    told = np.array([steady(float(d), companies, up=True) for d in deviation])
    whole = correlation * np.outer(told, told)
    return np.array([[clean(float(v)) for v in line] for line in whole])
