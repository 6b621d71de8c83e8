"""Attrition: weights undo a loss that depends on what was seen; bounds hold what was lost."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from cxkit.models import least_squares as ls
from cxkit.models.attrition import bounds, logistic, reweighted, sweep_weighted


def world(seed: int, companies: int = 1500, leaving: float = 0.0) -> dict[str, np.ndarray]:
    """Four years. Slopes differ: 0.5 in companies of kind 0, 1.5 of kind 1; kind 1 leaves
    `leaving` more often in log-odds. Without leaving the mean slope is one."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 2, companies)
    company, year = np.repeat(np.arange(companies), 4), np.tile(np.arange(4), companies)
    score = rng.normal(size=len(company)) + rng.normal(size=companies)[company]
    y = (0.5 + kind[company]) * score + rng.normal(size=len(company))
    odds = -1.2 + leaving * (kind - 0.5)
    gone = rng.random((companies, 3)) < 1 / (1 + np.exp(-odds))[:, None]
    stay = np.hstack([np.ones((companies, 1), bool), ~np.logical_or.accumulate(gone, axis=1)])
    keep = stay.ravel()
    rows = {"y": y, "score": score, "kind": kind[company].astype(float), "company": company,
            "year": year}  # fmt: skip
    return {k: v[keep] for k, v in rows.items()}


def weighed(w: dict[str, np.ndarray]):  # type: ignore[no-untyped-def]
    effects = [ls.codes(w["company"]), ls.codes(w["year"])]
    observed = np.column_stack([w["kind"], w["score"]])
    return reweighted(w["y"], w["score"][:, None], effects, w["company"], w["year"], observed)


def test_weights_undo_a_loss_that_depends_on_what_was_seen() -> None:
    found = [weighed(world(seed, leaving=1.5)) for seed in range(12)]
    plain = np.mean([f.plain.estimate for f in found])
    weighted = np.mean([f.weighted.estimate for f in found])
    assert plain < 0.93
    assert abs(weighted - 1) < 0.5 * abs(plain - 1)
    assert np.mean([f.difference.clear for f in found]) > 0.9
    assert all(f.predictors[0] < 0 for f in found)


def test_a_loss_by_chance_moves_nothing() -> None:
    found = [weighed(world(seed, companies=600)) for seed in range(200)]
    # 5 % are due; more than 11 % would come about in one of 2,000 such sets.
    assert np.mean([f.difference.clear for f in found]) <= 0.11
    assert np.mean([f.weighted.estimate for f in found]) == pytest.approx(1.0, abs=0.02)


def test_weighted_and_plain_slopes_and_errors_are_those_of_statsmodels() -> None:
    """Weighted least squares with dummies; plain as two-way effects. CR1 without (n-1)/(n-K)."""
    w = world(2, companies=60, leaving=1.0)
    found = weighed(w)
    dummies = pd.get_dummies(
        pd.DataFrame({"c": w["company"].astype(str), "t": w["year"].astype(str)}), dtype=float
    ).drop(columns="t_0")
    keep = pd.Series(w["company"]).groupby(w["company"]).transform("size").to_numpy() > 1
    x = np.column_stack([w["score"], dummies])[keep]
    x = x[:, np.abs(x).sum(0) > 0]
    fit = sm.OLS(w["y"][keep], x).fit(
        cov_type="cluster", cov_kwds={"groups": w["company"][keep], "use_correction": False}
    )
    groups = len(np.unique(w["company"][keep]))
    factor = np.sqrt(groups / (groups - 1))
    assert found.plain.estimate == pytest.approx(fit.params[0], rel=1e-8)
    assert found.plain.std_error == pytest.approx(factor * fit.bse[0], rel=1e-8)


def test_logistic_is_that_of_statsmodels() -> None:
    rng = np.random.default_rng(1)
    x = np.column_stack([np.ones(400), rng.normal(size=(400, 2))])
    y = rng.random(400) < 1 / (1 + np.exp(-(x @ [0.3, 1.0, -0.5])))
    theirs = sm.Logit(y.astype(float), x).fit(disp=0)
    assert logistic(y, x) == pytest.approx(theirs.params, rel=1e-6)


def test_weighted_sweeping_is_weighted_least_squares_on_dummies() -> None:
    rng = np.random.default_rng(2)
    one, two = rng.integers(0, 9, 200), rng.integers(0, 5, 200)
    values, w = rng.normal(size=(200, 2)), rng.uniform(0.2, 3, 200)
    x = np.column_stack([np.eye(9)[one], np.eye(5)[two][:, 1:]])
    root = np.sqrt(w)[:, None]
    beta = np.linalg.lstsq(root * x, root * values, rcond=None)[0]
    assert sweep_weighted(values, [one, two], w) == pytest.approx(values - x @ beta, abs=1e-9)


def test_bounds_hold_the_estimate_without_loss_and_are_the_extremes() -> None:
    rng = np.random.default_rng(3)
    company, year = np.repeat(np.arange(80), 4), np.tile(np.arange(4), 80)
    score = rng.normal(size=320)
    y = 0.5 * score + rng.uniform(-1, 1, 320)
    effects = [company, year]
    full = bounds(y, score, effects)
    assert full.low == full.high == pytest.approx(ls.fit(y, score[:, None], effects).coef[0])
    lost = np.where((rng.random(320) < 0.1) & (score > 0), np.nan, y)
    found = bounds(lost, score, effects, (0.0, 1.0))
    assert found.lost == np.isnan(lost).sum()
    assert found.low < full.low < found.high
    ends = np.nanmin(lost), np.nanmax(lost)
    for _ in range(50):
        filled = np.where(np.isnan(lost), rng.choice(ends, 320), lost)
        slope = ls.fit(filled, score[:, None], effects).coef[0]
        assert found.low - 1e-12 <= slope <= found.high + 1e-12


def test_few_leavers_give_no_weights() -> None:
    w = world(1, companies=12)
    assert not weighed(w).difference.known
