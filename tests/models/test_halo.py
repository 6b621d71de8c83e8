"""Halo: what halves of one rater share beyond what two raters share."""

from __future__ import annotations

import numpy as np
import pytest

from cxkit.models.halo import Halo, halo


def world(seed: int, mood: float, companies: int = 300, lost: float = 0.0) -> Halo:
    """Two raters; halves are of their mean, whose mood has half a rater's variance."""
    rng = np.random.default_rng(seed)
    company, year = np.repeat(np.arange(companies), 4), np.tile(np.arange(4), companies)
    n = len(company)
    true = rng.normal(0, 6, n) + rng.normal(0, 10, companies)[company]
    moods = mood * rng.normal(size=(2, n))
    errors = rng.normal(0, 4, (2, 2, n))
    halves = true + moods.mean(0) + errors.mean(0)
    raters = true + moods + errors.mean(1)
    halves[:, rng.random(n) < lost] = np.nan
    return halo((halves[:1], halves[1:]), (raters[:1], raters[1:]), [company, year], company)


def test_without_moods_nothing_is_in_excess_and_with_them_their_share_is() -> None:
    none = [world(seed, 0.0) for seed in range(60)]
    assert np.mean([h.excess.clear for h in none]) <= 0.12
    assert np.mean([h.excess.estimate for h in none]) == pytest.approx(0, abs=0.02)
    moody = [world(seed, 4.0) for seed in range(20)]
    # Within companies: half of 16 over 36, and the raters' mean has the years' share removed too.
    assert np.mean([h.excess.estimate for h in moody]) == pytest.approx(8 / 36, abs=0.03)
    assert np.mean([h.excess.clear for h in moody]) > 0.9


def test_rows_without_a_measure_are_left_out() -> None:
    found = world(1, 4.0, lost=0.2)
    assert found.rows < 0.85 * 1200
    assert found.excess.estimate == pytest.approx(world(1, 4.0).excess.estimate, abs=0.15)


def test_too_few_companies_give_no_number() -> None:
    assert not world(1, 1.0, companies=8).excess.known
