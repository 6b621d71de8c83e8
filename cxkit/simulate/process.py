"""Companies, their profiles and the course of their true scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from cxkit.simulate.design import Design
from cxkit.simulate.industries import standing
from cxkit.simulate.layout import Floats, Ints, Layout

# Answers are rounded latent values; this grid carries their expectation.
_GRID = np.linspace(-8.0, 14.0, 4401)


@dataclass(frozen=True, eq=False)
class Companies:
    """What stays with a company: industry (n,) code, size (n,) standardised log revenue,
    stable (n, items) item points on the latent scale, importance (n, items) standardised."""

    industry: Ints
    size: Floats
    stable: Floats
    importance: Floats


@dataclass(frozen=True, eq=False)
class Course:
    """What moves. The first axis is the company, the second the year from the one before the
    first wave to the last wave (years + 1): profile (n, years + 1), 0 the highest;
    latent (n, years + 1, items) item points; expected, of the same shape, the answer expected
    over raters; score (n, years + 1), their sum: the true score in points."""

    profile: Ints
    latent: Floats
    expected: Floats
    score: Floats


def draw_companies(design: Design, shape: Layout, rng: np.random.Generator) -> Companies:
    """Draw what stays with a company over the years."""
    n = design.companies
    industry = rng.integers(0, len(standing().maturity), n)
    size = rng.standard_normal(n)
    importance = rng.standard_normal((n, shape.items))
    lasting = (
        design.industry_score * standing().maturity[industry]
        + design.size_score * size
        + design.company_sd * rng.standard_normal(n)
    )
    blocks = design.block_sd * rng.standard_normal((n, len(shape.block_ids)))
    stable = lasting[:, None] / shape.items + blocks[:, shape.block]
    return Companies(industry, size, stable, importance)


def draw_profiles(design: Design, firms: Companies, rng: np.random.Generator) -> Ints:
    """Profile of every company and year, 0 the highest; shares as designed."""
    n, years = design.companies, design.years + 1
    tied = design.industry_profile**2 + design.size_profile**2
    rank = (
        design.industry_profile * standing().maturity[firms.industry]
        + design.size_profile * firms.size
        + np.sqrt(1 - tied) * rng.standard_normal(n)
    )
    cuts = ndtri(1 - np.cumsum(design.profile_shares)[:-1])
    first = (rank[:, None] < cuts).sum(1)
    if design.share_moving == 0:
        return np.repeat(first[:, None], years, axis=1)
    step = np.where(rng.random((n, years)) < 0.5, 1, -1)
    step[rng.random((n, years)) >= design.share_moving] = 0
    profile = np.empty((n, years), int)
    profile[:, 0] = first
    for year in range(1, years):
        moved = profile[:, year - 1] + step[:, year]
        # A move beyond the last profile turns back, so that the planted share does move.
        inside = (moved >= 0) & (moved < design.profiles)
        profile[:, year] = np.where(inside, moved, profile[:, year - 1] - step[:, year])
    return np.clip(profile, 0, design.profiles - 1)


def profile_levels(design: Design, shape: Layout) -> Floats:
    """(profiles, items): item points of each profile's latent mean, before any company's own."""
    k = design.profiles
    centre = (k - 1) / 2 - np.arange(k)
    level = design.mean_score + design.distance * centre
    block = np.arange(len(shape.block_ids))
    # Waves over the blocks, another for each profile: the means do not lie on one line, so a
    # profile is more than a cut of the index. They add nothing to a profile's index.
    wave = np.cos(np.pi * (block[None, :] + 1) * (np.arange(k)[:, None] + 1) / 3.5)
    wave -= wave @ shape.membership.sum(0)[:, None] / shape.items
    pattern = design.profile_pattern * wave
    return level[:, None] / shape.items + pattern[:, shape.block]


def item_difficulty(design: Design, shape: Layout) -> Floats:
    """(items,): item points, summing to zero, the same in every draw."""
    turn = np.cos(2.4 * np.arange(shape.items))
    turn -= turn.mean()
    return -design.item_spread * turn / turn.std()


def draw_course(
    design: Design,
    shape: Layout,
    firms: Companies,
    growth_shock: Floats,
    rng: np.random.Generator,
) -> Course:
    """Draw the scores; growth_shock (n, years + 2) begins with the year before the first wave."""
    n, years = design.companies, design.years + 1
    profile = draw_profiles(design, firms, rng)
    moving = np.empty((n, years))
    moving[:, 0] = rng.standard_normal(n)
    fresh = np.sqrt(1 - design.persistence**2)
    for year in range(1, years):
        moving[:, year] = design.persistence * moving[:, year - 1]
        moving[:, year] += fresh * rng.standard_normal(n)
    moving *= design.within_sd
    moving += _fed_back(design, growth_shock)[:, :years]
    moving += design.trend * (np.arange(years) - years / 2)
    latent = (
        profile_levels(design, shape)[profile]
        + (firms.stable + item_difficulty(design, shape))[:, None, :]
        + (moving / shape.items)[:, :, None]
    )
    latent += _strengths(design, firms, rng)[np.arange(n)[:, None], profile]
    expected = expected_answer(latent, design, shape)
    return Course(profile, latent, expected, expected.sum(2))


def _fed_back(design: Design, shock: Floats) -> Floats:
    """Points by which growth shocks have moved the score; they fade as the score does."""
    fed = np.zeros_like(shock)
    if design.feedback:
        fed[:, 0] = design.feedback * 100 * shock[:, 0]
        for year in range(1, shock.shape[1]):
            fed[:, year] = design.persistence * fed[:, year - 1]
            fed[:, year] += design.feedback * 100 * shock[:, year]
    return fed


def _strengths(design: Design, firms: Companies, rng: np.random.Generator) -> Floats:
    """(n, profiles, items): a company's strong and weak items, by the profile it would have."""
    own = rng.standard_normal(firms.importance.shape)
    align = np.array(design.importance_alignment[: design.profiles])[None, :, None]
    mixed = align * firms.importance[:, None, :] + np.sqrt(1 - align**2) * own[:, None, :]
    return design.item_sd * mixed


def expected_answer(latent: Floats, design: Design, shape: Layout) -> Floats:
    """The answer expected over raters at a latent value; latent has the items last."""
    spread = np.sqrt(design.item_error_sd**2 + design.halo_sd**2 + design.leniency_sd**2)
    out = np.empty_like(latent)
    for low, high in sorted(set(zip(shape.minimum, shape.maximum, strict=True))):
        chosen = (shape.minimum == low) & (shape.maximum == high)
        steps = np.arange(low + 1, high + 1) - 0.5
        if spread > 0:
            above = ndtr((_GRID[:, None] - steps) / spread)
            out[..., chosen] = np.interp(latent[..., chosen], _GRID, low + above.sum(1))
        else:
            out[..., chosen] = np.clip(np.rint(latent[..., chosen]), low, high)
    return out
