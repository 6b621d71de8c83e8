"""Curvature and asymmetry: a spline as Harrell defines it, others' tests, planted forms."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from linearmodels import PanelOLS

from cxkit.models.shape import KNOTS, SLOPES_AT, asymmetry, curvature, spline


def world(seed: int = 1, companies: int = 200, bend: float = 0.0, losses: float = 1.0) -> dict:
    """Five years; beyond a score of 50 the slope is `bend` steeper; losses count `losses`-fold."""
    rng = np.random.default_rng(seed)
    company, year = np.repeat(np.arange(companies), 5), np.tile(np.arange(5), companies)
    score = 50 + rng.normal(0, 8, companies)[company] + rng.normal(0, 5, len(company))
    score[:: len(company) // 7] += 6
    y = 0.5 * score + bend * np.maximum(score - 50, 0) + rng.normal(0, 2, len(company))
    y += 0.5 * (losses - 1) * _fallen(score)
    return {"y": y, "score": score, "company": company, "year": year}


def _fallen(score: np.ndarray) -> np.ndarray:
    """The sum of a company's losses so far."""
    moves = np.minimum(np.diff(score.reshape(-1, 5), axis=1), 0)
    return np.hstack([np.zeros((len(moves), 1)), np.cumsum(moves, axis=1)]).ravel()


def found(w: dict):  # type: ignore[no-untyped-def]
    return curvature(w["y"], w["score"], np.empty((len(w["y"]), 0)),
                     [w["company"], w["year"]], w["company"])  # fmt: skip


def test_the_spline_is_linear_outside_its_knots_and_smooth_inside() -> None:
    knots = np.array([1.0, 3, 5, 9])
    x = np.array([-4.0, -2, 0, 20, 22, 24])
    out = spline(x, knots)
    assert np.diff(out[:3], 2, axis=0) == pytest.approx(0, abs=1e-12)
    assert np.diff(out[3:], 2, axis=0) == pytest.approx(0, abs=1e-9)
    at = np.linspace(0, 10, 50)
    step = 1e-6
    numeric = (spline(at + step, knots) - spline(at - step, knots)) / (2 * step)
    assert spline(at, knots, slope=True) == pytest.approx(numeric, abs=1e-6)


def test_the_spline_test_is_that_of_linearmodels() -> None:
    """Same coefficients and Wald statistic once linearmodels' n/(n-K) is ours."""
    w = world(bend=0.05)
    basis = spline(w["score"], np.quantile(w["score"], KNOTS))
    table = pd.DataFrame(basis, columns=["line", "b1", "b2"]).assign(
        y=w["y"], company=w["company"], year=w["year"]
    )
    table = table.set_index(["company", "year"])
    theirs = PanelOLS(table["y"], table[["line", "b1", "b2"]], entity_effects=True,
                      time_effects=True).fit(cov_type="clustered", cluster_entity=True,
                                             group_debias=True, auto_df=False,
                                             count_effects=False)  # fmt: skip
    ours = found(w)
    slope = spline(np.quantile(w["score"], SLOPES_AT), np.quantile(w["score"], KNOTS), slope=True)
    assert [s.estimate for s in ours.slopes] == pytest.approx(slope @ theirs.params, rel=1e-7)
    own = theirs.cov.iloc[1:, 1:].to_numpy()
    b = theirs.params.to_numpy()[1:]
    f = float(b @ np.linalg.solve(own, b)) / 2
    # linearmodels counts neither company nor year means here, ours counts the years' four.
    assert ours.f == pytest.approx(f, rel=0.02)


def test_a_line_is_left_alone_and_a_bend_is_found_with_its_size() -> None:
    alarms = np.mean([found(world(seed)).p_value < 0.05 for seed in range(100)])
    assert alarms <= 0.11
    bent = [found(world(seed, bend=0.3)) for seed in range(20)]
    assert np.mean([b.p_value < 0.05 for b in bent]) > 0.9
    assert np.mean([b.bend.estimate for b in bent]) == pytest.approx(0.3, abs=0.03)


def test_gains_and_losses_are_told_apart() -> None:
    same = [asymmetry(**_moves(world(seed))) for seed in range(60)]
    assert np.mean([s.difference.clear for s in same]) <= 0.12
    assert np.mean([s.gains.estimate for s in same]) == pytest.approx(0.5, abs=0.02)
    twice = [asymmetry(**_moves(world(seed, losses=2.0))) for seed in range(20)]
    assert np.mean([t.losses.estimate for t in twice]) == pytest.approx(1.0, abs=0.04)
    assert np.mean([t.difference.clear for t in twice]) > 0.9


def _moves(w: dict) -> dict:
    return {k: w[k] for k in ("y", "score", "company", "year")}


def test_first_differences_are_those_of_statsmodels() -> None:
    w = world(3)
    table = pd.DataFrame(w).sort_values(["company", "year"])
    moved = table.groupby("company")[["y", "score"]].diff().assign(
        company=table["company"], year=table["year"]
    ).dropna()  # fmt: skip
    years = pd.get_dummies(moved["year"], dtype=float).to_numpy()
    x = np.column_stack([moved["score"].clip(lower=0), moved["score"].clip(upper=0), years])
    theirs = sm.OLS(moved["y"].to_numpy(), x).fit(
        cov_type="cluster", cov_kwds={"groups": moved["company"].to_numpy()}
    )
    ours = asymmetry(**_moves(w))
    assert ours.gains.estimate == pytest.approx(theirs.params[0], rel=1e-8)
    assert ours.losses.std_error == pytest.approx(theirs.bse[1], rel=1e-8)


def test_a_gap_in_the_years_is_no_change() -> None:
    w = world()
    keep = w["year"] != 2
    ours = asymmetry(**{k: v[keep] for k, v in _moves(w).items()})
    assert ours.gains.nobs == 2 * 200


def test_few_different_scores_have_no_curve() -> None:
    w = world()
    w["score"] = np.round(w["score"] / 40) * 40
    assert not found(w).known
