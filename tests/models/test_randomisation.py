"""Randomisation inference: its level with few changed companies, its power, its strata."""

from __future__ import annotations

import numpy as np

from cxkit.models.did import NEVER, did, effect
from cxkit.models.randomisation import _dealt, randomised


def world(seed: int, size: float, changed: int = 4, companies: int = 40) -> tuple:
    rng = np.random.default_rng(seed)
    company, year = np.repeat(np.arange(companies), 6), np.tile(np.arange(6), companies)
    start = np.full(companies, NEVER)
    start[rng.permutation(companies)[:changed]] = 3
    spread = np.exp(0.7 * rng.normal(size=companies))
    y = rng.normal(size=len(year)) * spread[company] + size * (year >= start[company])
    return y, company, year, start[company]


def test_few_changed_companies_keep_the_level_that_clustered_errors_lose() -> None:
    ours, clustered = [], []
    for seed in range(120):
        rows = world(seed, 0.0, changed=2)
        ours.append(randomised(*rows, seed=seed, draws=59).p_value <= 0.05)
        clustered.append(effect(*rows).clear)
    assert np.mean(ours) <= 0.11
    assert np.mean(clustered) > 0.12


def test_a_large_effect_is_far_out() -> None:
    found = randomised(*world(1, 4.0), seed=1, draws=199)
    assert found.p_value <= 0.02
    assert found.draws == 199
    assert randomised(*world(1, 4.0), seed=1, draws=199) == found


def test_starts_stay_in_their_stratum() -> None:
    start, groups = np.arange(12), np.repeat([2, 0, 1], 4)
    groups = groups[np.random.default_rng(1).permutation(12)]
    dealt = _dealt(start, groups, np.random.default_rng(2))
    assert (dealt != start).any()
    for group in range(3):
        assert set(dealt[groups == group]) == set(start[groups == group])


def test_the_effect_alone_is_that_of_the_whole() -> None:
    assert effect(*world(1, 1.0)) == did(*world(1, 1.0)).effect


def test_nobody_changed_has_no_p_value() -> None:
    y, company, year, _ = world(1, 0.0)
    found = randomised(y, company, year, np.full(len(y), NEVER), seed=1)
    assert np.isnan(found.p_value)
    assert found.draws == 0
