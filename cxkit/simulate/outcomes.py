"""Growth and margins that follow the true score, and which companies leave when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from cxkit.simulate.design import Design
from cxkit.simulate.industries import standing
from cxkit.simulate.layout import Floats
from cxkit.simulate.process import Companies

Booleans = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]

# Years that were good or bad for everybody; scaled by year_growth_sd and year_margin_sd.
_YEARS = np.array([0.3, 0.6, -1.9, 1.4, 0.5, -0.7, -0.2, 0.4, -0.6, 0.9])


@dataclass(frozen=True, eq=False)
class Shocks:
    """A year's shocks, fractions of revenue: growth and margin (n, years + 2), from the year
    before the first wave to the year after the last."""

    growth: Floats
    margin: Floats


def draw_shocks(design: Design, rng: np.random.Generator) -> Shocks:
    """Draw the shocks of all companies and years."""
    shape = design.companies, design.years + 2
    growth = design.growth_sd * rng.standard_normal(shape)
    margin = rng.standard_normal(shape)
    fresh = np.sqrt(1 - design.margin_persistence**2)
    for year in range(1, shape[1]):
        margin[:, year] *= fresh
        margin[:, year] += design.margin_persistence * margin[:, year - 1]
    return Shocks(growth, design.margin_sd * margin)


def draw_growth(
    design: Design, firms: Companies, score: Floats, shocks: Shocks, rng: np.random.Generator
) -> Floats:
    """Growth (n, years + 1) of the fiscal years from the first wave's to the one after the last.

    score (n, years + 1) begins a year earlier, so each column follows from the score before it.
    """
    lasting = (
        design.mean_growth
        + design.industry_growth * standing().growth[firms.industry]
        + design.size_growth * firms.size
        + design.company_growth_sd * rng.standard_normal(design.companies)
    )
    common = design.year_growth_sd * np.resize(_YEARS, design.years + 1)
    effect = design.effect_growth * (score - design.mean_score) / 10
    return np.maximum(lasting[:, None] + common + effect + shocks.growth[:, 1:], -0.9)


def draw_margin(
    design: Design, firms: Companies, score: Floats, shocks: Shocks, rng: np.random.Generator
) -> Floats:
    """Operating margin (n, years + 2), from the year before the first wave on.

    The first year has no score before it and takes its own.
    """
    lasting = (
        design.mean_margin
        + design.industry_margin * standing().margin[firms.industry]
        + design.size_margin * firms.size
        + design.company_margin_sd * rng.standard_normal(design.companies)
    )
    common = design.year_margin_sd * np.resize(_YEARS[::-1], design.years + 2)
    before = np.concatenate([score[:, :1], score], axis=1)
    effect = design.effect_margin * (before - design.mean_score) / 10
    return lasting[:, None] + common + effect + shocks.margin


def draw_stay(design: Design, score: Floats, shocks: Shocks, rng: np.random.Generator) -> Booleans:
    """(n, years + 1): whether the company is there in each year from the first wave's on.

    Everybody is there at the first wave. Who leaves after a wave has neither the next fiscal
    year nor any later wave.
    """
    n, years = design.companies, design.years
    stay = np.ones((n, years + 1), bool)
    if design.attrition == 0:
        return stay
    odds = logit(design.attrition) + design.attrition_score * (score - design.mean_score) / 10
    odds = odds[:, 1:] + design.attrition_growth * 10 * shocks.growth[:, 2:]
    left = rng.random((n, years)) < expit(odds)
    stay[:, 1:] = ~np.logical_or.accumulate(left, axis=1)
    return stay
