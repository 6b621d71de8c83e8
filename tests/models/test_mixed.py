"""Random slopes and Mundlak's decomposition: others' numbers and planted ones."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from linearmodels import PanelOLS

from cxkit.models.mixed import mundlak, random_slopes


def world(spread: float, seed: int = 1, groups: int = 8, companies: int = 12) -> dict:
    """Companies in industries over four years; slopes differ by `spread` between industries."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(groups), companies * 4)
    company = np.repeat(np.arange(groups * companies), 4)
    year = np.tile(np.arange(4), groups * companies)
    score = rng.normal(size=len(group)) + rng.normal(size=groups * companies)[company]
    slopes = 1.0 + spread * rng.normal(size=groups)
    y = slopes[group] * score + 0.3 * year + rng.normal(size=len(group))
    y += rng.normal(size=groups * companies)[company]
    return {"y": y, "score": score, "group": group, "company": company, "year": year,
            "slopes": slopes}  # fmt: skip


NONE = np.empty((0, 0))


@pytest.mark.parametrize("spread", [0.8, 0.25])
def test_random_slopes_are_those_of_statsmodels(spread: float) -> None:
    """REML with all effects written out as dummies; to 1e-4, where its search stops."""
    w = world(spread, companies=5)
    controls = np.random.default_rng(9).normal(size=(len(w["y"]), 1))
    ours = random_slopes(w["y"], w["score"], controls, [w["company"], w["year"]], w["group"])
    assert ours is not None
    dummies = pd.get_dummies(
        pd.DataFrame({"c": w["company"].astype(str), "t": w["year"].astype(str)}), dtype=float
    ).drop(columns="t_0")
    exog = np.column_stack([w["score"], controls, dummies])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = sm.MixedLM(w["y"], exog, groups=w["group"], exog_re=w["score"][:, None])
        theirs = model.fit(reml=True, method="bfgs", gtol=1e-9)
    assert ours.mean == pytest.approx(theirs.fe_params[0], rel=1e-4)
    assert ours.std_error == pytest.approx(theirs.bse_fe[0], rel=1e-3)
    assert ours.spread**2 == pytest.approx(float(theirs.cov_re[0, 0]), rel=1e-3)
    assert ours.noise**2 == pytest.approx(theirs.scale, rel=1e-4)
    pooled = [theirs.fe_params[0] + theirs.random_effects[g].iloc[0] for g in range(8)]
    assert ours.slopes == pytest.approx(pooled, rel=1e-3)


def test_pooling_draws_towards_the_mean_and_comes_closer_to_the_truth() -> None:
    errors = []
    for seed in range(20):
        w = world(0.3, seed, companies=5)
        found = random_slopes(w["y"], w["score"], NONE.reshape(len(w["y"]), 0),
                              [w["company"], w["year"]], w["group"])  # fmt: skip
        assert found is not None
        assert np.ptp(found.slopes) <= np.ptp(found.alone)
        errors.append([np.square(s - w["slopes"]).mean() for s in (found.slopes, found.alone)])
    pooled, alone = np.mean(errors, axis=0)
    assert pooled < 0.9 * alone


def test_the_spread_is_recovered_and_its_test_keeps_its_level() -> None:
    def found(spread: float, seed: int) -> tuple[float, float, bool]:
        w = world(spread, seed)
        one = random_slopes(w["y"], w["score"], np.empty((len(w["y"]), 0)),
                            [w["company"], w["year"]], w["group"])  # fmt: skip
        assert one is not None
        inside = np.abs(one.slopes - w["slopes"]) < 1.96 * one.errors
        return one.spread**2, one.p_value, bool(inside.mean() > 0.5)

    strong = [found(0.5, seed) for seed in range(40)]
    assert np.mean([s[0] for s in strong]) == pytest.approx(0.25, abs=0.07)
    assert np.mean([s[1] < 0.05 for s in strong]) > 0.9
    none = [found(0.0, seed) for seed in range(80)]
    assert np.mean([s[1] < 0.05 for s in none]) <= 0.13


def test_two_industries_or_a_constant_score_have_no_spread() -> None:
    w = world(0.3)
    empty = np.empty((len(w["y"]), 0))
    assert random_slopes(w["y"], w["score"], empty, [w["company"]], w["group"] % 2) is None
    flat = np.ones(len(w["y"]))
    assert random_slopes(w["y"], flat, empty, [w["company"]], w["group"]) is None


def test_mundlaks_within_is_the_two_way_estimate_in_a_balanced_panel() -> None:
    w = world(0.0)
    found = mundlak(w["y"], w["score"], np.empty((len(w["y"]), 0)), [w["year"]], w["company"])
    table = pd.DataFrame(w | {"slopes": 0}).set_index(["company", "year"])
    theirs = PanelOLS(table["y"], table[["score"]], entity_effects=True, time_effects=True).fit()
    assert found.within.estimate == pytest.approx(theirs.params["score"], rel=1e-8)


def test_mundlak_is_least_squares_with_company_means() -> None:
    """Coefficients to 1e-8; the errors differ in kind: CR3 below 100 clusters, theirs is CR1."""
    w = world(0.0)
    mean = pd.Series(w["score"]).groupby(w["company"]).transform("mean").to_numpy()
    years = (w["year"][:, None] == np.arange(1, 4)).astype(float)
    x = np.column_stack([w["score"] - mean, mean, np.ones(len(mean)), years])
    theirs = sm.OLS(w["y"], x).fit(cov_type="cluster", cov_kwds={"groups": w["company"]})
    found = mundlak(w["y"], w["score"], np.empty((len(mean), 0)), [w["year"]], w["company"])
    assert found.between.estimate == pytest.approx(theirs.params[1], rel=1e-8)
    contrast = theirs.t_test(np.array([[-1.0, 1, 0, 0, 0, 0]]))
    assert found.contrast.estimate == pytest.approx(float(contrast.effect[0]), rel=1e-8)
    assert found.contrast.clusters == 96
    # 96 clusters: ours is the jackknife, larger than CR1 by a little.
    assert 1 < found.contrast.std_error / float(np.squeeze(contrast.sd)) < 1.06


def test_mundlak_sees_what_sets_companies_apart() -> None:
    w = world(0.0)
    level = pd.Series(w["score"]).groupby(w["company"]).transform("mean").to_numpy()
    empty = np.empty((len(level), 0))
    found = mundlak(w["y"] + 2 * level, w["score"], empty, [w["year"]], w["company"])
    assert found.contrast.clear
    assert found.within.estimate == pytest.approx(1.0, abs=0.2)
    assert found.between.estimate == pytest.approx(3.0, abs=0.4)
