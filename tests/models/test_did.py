"""Two-stage difference in differences: others' numbers, planted effects, the pre-trend."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyfixest as pf
import pytest

from cxkit.models import did as module
from cxkit.models.did import NEVER, Did, did, plain_dummy
from cxkit.simulate import BASE, draw
from cxkit.simulate.rollout import RolledOut, Rollout, roll_out, true_rollout

DESIGN = BASE.but(companies=300, years=7)
ROLLOUT = Rollout(first=3, last=6)


def arrays(found: RolledOut, outcome: str = "growth") -> tuple[np.ndarray, ...]:
    """y, company, year, start of a rollout, one row per company and year."""
    y = getattr(found.drawn, outcome)
    n, columns = y.shape
    year = np.tile(np.arange(columns) + found.drawn.design.first_wave, n)
    return y.ravel(), np.repeat(np.arange(n), columns), year, np.repeat(found.start, columns)


def fitted(seed: int = 1, rollout: Rollout = ROLLOUT) -> Did:
    return did(*arrays(roll_out(draw(DESIGN, seed), rollout, seed)))


def frame(seed: int = 1) -> pd.DataFrame:
    y, company, year, start = arrays(roll_out(draw(DESIGN, seed), ROLLOUT, seed))
    table = pd.DataFrame({"y": y, "company": company, "year": year, "start": start}).dropna()
    clean = table[table["year"] < table["start"]]
    # pyfixest drops companies with one unchanged row from its first stage, and then from all.
    clean_rows = clean["company"].value_counts()
    table = table[table["company"].isin(clean_rows.index[clean_rows > 1])]
    table["after"] = (table["year"] >= table["start"]).astype(int)
    return table.reset_index(drop=True)


@pytest.mark.filterwarnings("ignore")
def test_effect_and_error_are_those_of_pyfixest() -> None:
    """To 2e-5: its demeaning stops early. Our factor G/(G-1), which did2s does not have, is
    taken out."""
    table = frame()
    other = pf.did2s(table, yname="y", first_stage="~ 0 | company + year",
                     second_stage="~ 0 + after", treatment="after", cluster="company")  # fmt: skip
    ours = did(*(table[c].to_numpy() for c in ("y", "company", "year", "start"))).effect
    groups = ours.clusters
    assert ours.estimate == pytest.approx(float(other.coef().iloc[0]), rel=2e-5)
    plain = ours.std_error / np.sqrt(groups / (groups - 1))
    assert plain == pytest.approx(float(other.se().iloc[0]), rel=2e-5)


def test_effect_and_error_are_those_of_the_stacked_moments_with_dummies() -> None:
    """Gardner's formula written out with wide matrices: X2'e2 less X2'X1 (X10'X10)^-1 X10'e1."""
    table = frame(3)
    y, after = table["y"].to_numpy(), table["after"].to_numpy(float)[:, None]
    x1 = pd.get_dummies(table[["company", "year"]].astype(str), dtype=float).to_numpy()
    x10 = x1 * (1 - after)
    inner = np.linalg.pinv(x10.T @ x10)
    gamma = inner @ (x10.T @ y)
    left = y - x1 @ gamma
    effect = float(left[after[:, 0] == 1].mean())
    e1, e2 = (1 - after[:, 0]) * left, left - after[:, 0] * effect
    through = inner @ (x1.T @ after)
    rows = after[:, 0] * e2 - (x10 @ through)[:, 0] * e1
    parts = pd.Series(rows).groupby(table["company"]).sum().to_numpy()
    groups = len(parts)
    error = np.sqrt(groups / (groups - 1) * (parts @ parts)) / after.sum()
    ours = did(*(table[c].to_numpy() for c in ("y", "company", "year", "start"))).effect
    assert ours.estimate == pytest.approx(effect, rel=1e-9)
    assert ours.std_error == pytest.approx(error, rel=1e-9)


@pytest.mark.filterwarnings("ignore")
def test_the_course_is_that_of_pyfixest() -> None:
    table = frame(2)
    since = (table["year"] - table["start"].where(table["start"] != NEVER)).where(
        table["after"] == 1
    )
    for k in sorted(since.dropna().unique()):
        table[f"k{int(k)}"] = (since == k).astype(float)
    names = [str(c) for c in table if str(c).startswith("k")]
    other = pf.did2s(table, yname="y", first_stage="~ 0 | company + year",
                     second_stage="~ 0 + " + " + ".join(names), treatment="after",
                     cluster="company")  # fmt: skip
    ours = did(*(table[c].to_numpy() for c in ("y", "company", "year", "start")))
    assert [e.year for e in ours.by_year] == list(range(len(names)))
    mine = np.array([e.probe.estimate for e in ours.by_year])
    assert mine == pytest.approx(other.coef().to_numpy(), rel=2e-5)
    factor = np.sqrt(ours.effect.clusters / (ours.effect.clusters - 1))
    errors = np.array([e.probe.std_error for e in ours.by_year]) / factor
    assert errors == pytest.approx(other.se().to_numpy(), rel=2e-5)


def test_planted_effects_are_recovered_and_the_plain_dummy_fails() -> None:
    bias, covered, plain = [], [], []
    for seed in range(60):
        found = roll_out(draw(DESIGN, seed), ROLLOUT, seed)
        truth = true_rollout(found)["mean_effect"]["revenue_growth"]
        one, dummy = did(*arrays(found)).effect, plain_dummy(*arrays(found))
        bias.append(one.estimate / truth - 1)
        covered.append(one.conf_low < truth < one.conf_high)
        plain.append(dummy.estimate / truth - 1)
    error = np.std(bias, ddof=1) / np.sqrt(len(bias))
    assert abs(np.mean(bias)) < 3 * error
    assert np.mean(covered) >= 0.87
    assert np.mean(plain) < -0.12
    assert abs(np.mean(plain)) > 5 * error


def test_without_shocks_effect_and_course_are_exact() -> None:
    quiet = DESIGN.but(growth_sd=0, effect_growth=0, attrition=0)
    found = did(
        *arrays(roll_out(draw(quiet, 1), Rollout(growth=0.02, step=0.5, first=3, last=6), 1))
    )
    course = [0.02 * (1 + 0.5 * e.year) for e in found.by_year]
    assert [e.probe.estimate for e in found.by_year] == pytest.approx(course, rel=1e-9)
    assert max(abs(e.probe.estimate) for e in found.before.leads) < 1e-9


def test_a_trend_biases_the_effect_by_its_drift() -> None:
    y, company, year, start = arrays(roll_out(draw(DESIGN, 4), ROLLOUT, 4))
    one = did(y, company, year, start)
    two = did(y + np.where(start == NEVER, 0, 0.01 * (year - 2019)), company, year, start)
    assert two.effect.estimate - one.effect.estimate == pytest.approx(0.01 * one.drift, rel=1e-9)
    slope = two.before.slope.estimate - one.before.slope.estimate
    assert slope == pytest.approx(0.01, rel=1e-9)


def test_leads_are_flat_by_lot_and_not_where_the_change_was_chosen_after_a_bad_year() -> None:
    lot = [fitted(seed).before.flat for seed in range(40)]
    chosen = [
        fitted(s, Rollout(first=3, last=6, assignment="chosen")).before.flat for s in range(5)
    ]
    assert np.mean(lot) >= 0.85
    assert not any(chosen)


def test_companies_changed_from_the_start_and_years_without_a_counterpart_are_counted() -> None:
    y, company, year, start = arrays(roll_out(draw(DESIGN, 1), ROLLOUT, 1))
    start = start.copy()
    start[company < 5] = 2019
    start[(start == NEVER)] = year.max()
    found = did(y, company, year, start)
    assert found.always == 5
    there = np.isfinite(y) & (year == year.max()) & (company >= 5)
    assert found.not_compared == there.sum()
    assert found.never_changed == 0


def test_rows_and_names_in_another_order_change_nothing() -> None:
    y, company, year, start = arrays(roll_out(draw(DESIGN, 1), ROLLOUT, 1))
    order = np.random.default_rng(0).permutation(len(y))
    other = did(y[order], (company.max() - company)[order] * 7, year[order], start[order])
    one = did(y, company, year, start)
    assert other.effect.estimate == pytest.approx(one.effect.estimate, rel=1e-9)
    assert other.effect.std_error == pytest.approx(one.effect.std_error, rel=1e-9)
    assert other.before.p_value == pytest.approx(one.before.p_value, rel=1e-6)


def test_too_little_gives_no_number() -> None:
    y = np.arange(8.0)
    nobody = did(y, np.repeat([0, 1], 4), np.tile(np.arange(4), 2), np.full(8, NEVER))
    assert np.isnan(nobody.effect.estimate)
    assert not nobody.survives
    assert not nobody.before.known
    assert module.NOTHING.known is False
