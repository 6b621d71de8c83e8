"""The simulated world: what was planted is there, the accounts add up, the same seed repeats."""

from __future__ import annotations

import hashlib
import inspect
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxkit.contracts import check_client, load_instrument, read_client
from cxkit.errors import ConfigError
from cxkit.measures import maturity
from cxkit.simulate import (
    BASE,
    DESIGNS,
    SEED,
    Design,
    Simulated,
    company_items,
    draw,
    index,
    simulate,
)
from cxkit.simulate.accounts import pnl_table
from cxkit.simulate.design import names
from cxkit.simulate.tables import company_ids
from tests.benchmarks.simulate_truth import plain_fits, reliability, slope, within

SMALL = {"companies": 120}


@pytest.fixture(scope="module")
def shipped() -> Simulated:
    return simulate()


def true_slopes(design: Design, seeds: range, lag: int = 1) -> dict[str, np.ndarray]:
    """Company-and-year slopes on the true score, one per seed, fractions per ten points."""
    found: dict[str, list[float]] = {"growth": [], "margin": []}
    for seed in seeds:
        world = draw(design, seed)
        for outcome, slopes in found.items():
            y = getattr(world, outcome)[:, lag : lag + world.score.shape[1]]
            there = ~np.isnan(y)
            slopes.append(10 * slope(within(y, there), within(world.score, there)).estimate)
    return {outcome: np.array(slopes) for outcome, slopes in found.items()}


@pytest.mark.parametrize("name", ["base", "no-attrition", "halo"])
def test_true_score_recovers_the_planted_effects(name: str) -> None:
    slopes = true_slopes(DESIGNS[name], range(7000, 7060))
    for outcome, planted in (("growth", 0.008), ("margin", 0.005)):
        found = slopes[outcome]
        assert abs(found.mean() - planted) < 2 * found.std(ddof=1) / np.sqrt(len(found))


def test_without_shocks_the_effect_is_exact() -> None:
    quiet = BASE.but(growth_sd=0, margin_sd=0, effect_growth=0.011, effect_margin=-0.003)
    slopes = true_slopes(quiet, range(1))
    assert slopes["growth"][0] == pytest.approx(0.011, rel=1e-9)
    assert slopes["margin"][0] == pytest.approx(-0.003, rel=1e-9)


def test_observed_score_is_attenuated_as_published() -> None:
    quiet = BASE.but(growth_sd=1e-3, margin_sd=1e-3)
    biases = []
    for seed in range(20):
        world = draw(quiet, seed)
        score = index(company_items(world.answers, world.company, 1500), world.layout)
        y = world.growth[:, 1:]
        there = ~np.isnan(y) & ~np.isnan(score)
        biases.append(slope(within(y, there), within(score, there)).estimate / 0.0008 - 1)
    assert -0.33 < np.mean(biases) < -0.25


def test_reliability_is_that_of_the_design() -> None:
    across, moved = np.mean([reliability(draw(BASE, seed)) for seed in range(10)], axis=0)
    assert across == pytest.approx(0.96, abs=0.01)
    assert moved == pytest.approx(0.70, abs=0.03)


def test_pooled_is_biased_up_and_the_same_year_within_down() -> None:
    raw, same = [], []
    for seed in range(20):
        world = draw(BASE, seed)
        score = index(company_items(world.answers, world.company, 1500), world.layout)
        y = world.margin[:, :-1]
        there = ~np.isnan(y) & ~np.isnan(score)
        raw.append(slope(within(y, there, True), within(score, there, True)).estimate)
        same.append(slope(within(y, there), within(score, there)).estimate)
    assert 0.35 < np.mean(raw) / 0.0005 - 1 < 0.70
    assert -1.05 < np.mean(same) / 0.0005 - 1 < -0.80


def test_feedback_ruins_growth_but_not_the_margin() -> None:
    slopes = true_slopes(DESIGNS["feedback"], range(40))
    assert slopes["growth"].mean() / 0.008 - 1 < -0.5
    assert abs(slopes["margin"].mean() / 0.005 - 1) < 0.1


def test_true_score_is_the_expected_answer_over_raters() -> None:
    crowd = BASE.but(
        companies=40, share_several=1.0, raters=(300, 300), halo_sd=0.4, leniency_sd=0.3,
        share_missing=0.0, attrition=0.0,
    )  # fmt: skip
    world = draw(crowd, 3)
    score = index(company_items(world.answers, world.company, 40), world.layout)
    assert abs((score - world.score).mean()) < 0.15
    assert np.abs(score - world.score).max() < 3.5


def test_shares_are_those_planted() -> None:
    world = draw(BASE.but(companies=20_000, years=2), 5)
    shares = np.bincount(world.profile[:, 0]) / 20_000
    assert shares == pytest.approx([0.23, 0.50, 0.27], abs=0.015)
    raters = np.bincount(world.company)
    assert (raters > 1).mean() == pytest.approx(0.3, abs=0.015)
    assert set(raters) == {1, 2, 3, 4}
    there = world.stay[world.company, :-1]
    assert np.isnan(world.answers[there]).mean() == pytest.approx(0.03, abs=0.002)
    assert 1 - world.stay[:, 1].mean() == pytest.approx(0.05, abs=0.01)
    means = [world.score[world.profile == k].mean() for k in range(3)]
    assert means == sorted(means, reverse=True)


def test_profiles_move_only_when_planted() -> None:
    assert (np.diff(draw(BASE, 1).profile, axis=1) == 0).all()
    moving = draw(BASE.but(share_moving=0.2, companies=5000), 1).profile
    assert (np.diff(moving, axis=1) != 0).mean() == pytest.approx(0.2, abs=0.01)
    assert set(np.unique(moving)) == {0, 1, 2}


def test_exits_depend_on_the_unseen_growth_only_when_planted() -> None:
    def unseen(strength: float) -> float:
        """Correlation of leaving with the growth shock of the year that is then not seen."""
        design = BASE.but(companies=20_000, years=1, attrition=0.2, attrition_growth=strength)
        stayed = draw(design, 2).stay[:, 1]
        full = draw(design.but(attrition=0.0), 2)
        shock = full.growth[:, 1] - 0.0008 * full.score[:, 0]
        return float(np.corrcoef(shock, ~stayed)[0, 1])

    assert abs(unseen(0.0)) < 0.02
    assert unseen(-2.0) < -0.2


def test_accounts_add_up(shipped: Simulated) -> None:
    p = shipped.pnl
    assert (p["gross_profit"] == p["revenue"] - p["cost_of_revenue"]).all()
    spent = p[
        ["selling_general_administrative", "research_development", "depreciation_amortisation"]
    ].sum(axis=1)
    assert (p["operating_income"] == p["gross_profit"] - spent).all()
    assert (
        p["net_income"] == p["operating_income"] - p["interest_expense"] - p["income_tax"]
    ).all()
    assert (p[["revenue", "cost_of_revenue", "total_assets", "employees"]] > 0).all(axis=None)
    assert (p.drop(columns=["operating_income", "net_income"]).select_dtypes("number") >= 0).all(
        axis=None
    )


def test_accounts_carry_the_draw(shipped: Simulated) -> None:
    world = draw(shipped.design, shipped.seed)
    revenue = shipped.pnl.pivot(index="company_id", columns="period_end", values="revenue")
    grown = (revenue.to_numpy()[:, 1:] / revenue.to_numpy()[:, :-1]) - 1
    # Accounts are whole thousands: the smallest companies' growth is right to about .0005.
    assert np.nanmax(np.abs(grown - world.growth)) < 2e-3
    assert (np.isnan(grown) == np.isnan(world.growth)).all()
    margin = shipped.pnl["operating_income"] / shipped.pnl["revenue"]
    wide = shipped.pnl.assign(m=margin).pivot(index="company_id", columns="period_end", values="m")
    assert np.nanmax(np.abs(wide.to_numpy()[:, 1:] - world.margin)) < 2e-3


def test_unanswered_is_empty_and_never_a_zero(shipped: Simulated) -> None:
    answers, world = shipped.assessments, draw(shipped.design, shipped.seed)
    assert answers["performance"].count() == (~np.isnan(world.answers)).sum()
    assert answers["performance"].isna().mean() == pytest.approx(0.03, abs=0.002)
    assert answers["importance"].notna().all()
    items = {item.id: item for item in load_instrument("cx95").items}
    low = answers["item_id"].map({i: item.minimum for i, item in items.items()})
    given = answers["performance"].notna()
    assert (answers["performance"] >= low)[given].all()
    assert (answers["performance"] <= 5)[given].all()
    assert answers["importance"].between(1, 5).all()
    heavy = draw(BASE.but(share_missing=0.5, companies=300), 4)
    light = draw(BASE.but(share_missing=0.0, companies=300), 4)
    kept = ~np.isnan(heavy.answers)
    assert (heavy.answers[kept] == light.answers[kept]).all()


def test_importance_lines_up_with_strength_by_profile() -> None:
    found = simulate(companies=2000, years=1, share_missing=0.0)
    means = found.assessments.groupby(["company_id", "item_id"])[["performance", "importance"]]
    wide = means.mean() - means.mean().groupby("item_id").transform("mean")
    both = wide.reset_index().merge(found.truth[["company_id", "profile"]], on="company_id")
    within_company = both.groupby("profile")[["performance", "importance"]].corr().iloc[::2, 1]
    byname = within_company.droplevel(1)
    assert byname["masters"] > byname["strivers"] > byname["laggards"] - 0.02


def digests(folder: Path, **planted: object) -> dict[str, str]:
    written = simulate(**SMALL, **planted).write(folder / "simulated", folder / "truth.json")
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in written}


def test_same_seed_same_bytes_other_seed_other_bytes(tmp_path: Path) -> None:
    one, two = digests(tmp_path / "a", seed=9), digests(tmp_path / "b", seed=9)
    assert one == two
    other = digests(tmp_path / "c", seed=10)
    assert set(other) == set(one)
    assert all(other[name] != one[name] for name in one if name != "client.yml")


def test_client_folder_is_accepted(tmp_path: Path, shipped: Simulated) -> None:
    folder = tmp_path / "simulated"
    written = shipped.write(folder, tmp_path / "truth" / "simulated.json")
    findings = check_client(str(folder))
    assert set(findings["severity"]) <= {"warn"}, findings.to_string()
    assert len(findings) <= 5, findings.to_string()
    assert (folder / "client.yml").read_text().startswith("schema_version: 1\nclient: simulated\n")
    assert sum(path.stat().st_size for path in written) < 4_000_000


def test_the_kit_scores_it_as_the_generator_does(tmp_path: Path, shipped: Simulated) -> None:
    shipped.write(tmp_path / "simulated")
    table = maturity(read_client(str(tmp_path / "simulated"))).table.dropna(subset="index")
    world = draw(shipped.design, shipped.seed)
    score = index(company_items(world.answers, world.company, 1500), world.layout)
    assert np.allclose(np.sort(score[~np.isnan(score)]), np.sort(table["index"]))


def test_the_shipped_draw_is_a_typical_one(shipped: Simulated) -> None:
    world = draw(shipped.design, shipped.seed)
    score = index(company_items(world.answers, world.company, 1500), world.layout)
    for outcome, planted in (("growth", 0.0008), ("margin", 0.0005)):
        fits = plain_fits(getattr(world, outcome), score, world.score)
        true, raw = fits["lag 1, true score"], fits["company and year, lag 1"]
        assert abs(true.estimate - planted) < 0.5 * true.std_error
        assert 0.5 * planted < raw.estimate < 0.8 * planted


def test_truth_file_says_what_was_planted(tmp_path: Path) -> None:
    simulated = simulate(**SMALL, effect_growth=0.02)
    simulated.write(tmp_path / "simulated", tmp_path / "truth" / "simulated.json")
    planted = json.loads((tmp_path / "truth" / "simulated.json").read_text())
    assert planted["effects_per_point"] == {"revenue_growth": 0.002, "operating_margin": 0.0005}
    assert set(planted["design"]) == set(names())
    table = pd.read_parquet(tmp_path / "truth" / "simulated.parquet")
    blocks = table[list(load_instrument("cx95").block_ids)].sum(axis=1)
    assert np.allclose(blocks, table["score"])
    assert not table.duplicated(["company_id", "wave"]).any()


def test_operating_metrics_carry_what_was_planted(shipped: Simulated) -> None:
    table, planted = shipped.metrics, pd.DataFrame(shipped.planted["metrics"])
    assert table["company_id"].unique()[0] == shipped.reader
    assert table["company_id"].nunique() == 5
    assert not table.duplicated(["company_id", "date", "metric"]).any()
    shifts = planted.dropna(subset="shift")
    assert shifts[["company_id", "metric"]].to_numpy().tolist() == [[shipped.reader, "nps"]]
    joined = table.merge(planted, on=["company_id", "metric"])
    late = pd.to_datetime(joined["from"]) <= joined["date"]
    mean = joined["level"] + joined["shift"].where(late, 0).fillna(0)
    z = (joined["value"] - mean) / joined["sd"]
    assert abs(z.mean()) < 4 / np.sqrt(len(z))
    assert z.std() == pytest.approx(1, abs=0.12)
    shares = table[table["metric"] != "nps"]
    assert shares["value"].between(0, 1).all()
    counts = shares["value"] * shares["n"]
    assert (counts - counts.round()).abs().max() < 0.5e-4 * shares["n"].max() + 1e-9


def test_initiatives_are_the_readers_plans(shipped: Simulated) -> None:
    table = shipped.initiatives
    assert set(table["block"]) == set(load_instrument("cx95").block_ids)
    assert (table["start"] < table["due"])[table["due"].notna()].all()
    assert table["owner"].isna().sum() == 1
    assert table["cost"].dropna().between(1e4, 1e6).all()


def test_metrics_and_plans_leave_the_rest_as_it_was(shipped: Simulated) -> None:
    """The tables of answers and accounts come from the same streams as before them."""
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence([SEED, 1]).spawn(3)]
    pnl = pnl_table(draw(BASE, SEED), company_ids(BASE.companies), streams[0])
    pd.testing.assert_frame_equal(pnl, shipped.pnl)
    assert shipped.reader == "c1293"


def test_reader_is_a_middling_company_that_stayed(shipped: Simulated) -> None:
    own = shipped.assessments.query("company_id == @shipped.reader")
    assert own["respondent_id"].nunique() == 4
    assert own["wave"].nunique() == 5
    last = shipped.truth.query("wave == wave.max()")
    rank = last["score"].rank(pct=True)[last["company_id"] == shipped.reader].item()
    assert 0.4 < rank < 0.6


def test_every_planted_quantity_is_a_named_argument() -> None:
    shown = inspect.signature(simulate).parameters
    assert list(shown) == ["seed", *names(), "rollout"]
    assert all(name in (Design.__doc__ or "") for name in names())


@pytest.mark.parametrize(
    ("planted", "words"),
    [
        ({"effect_grwth": 0.1}, 'did you mean "effect_growth"'),
        ({"profile_shares": (0.5, 0.4)}, "sum to 1"),
        ({"separation": "wide"}, "low, middle, high"),
        ({"share_missing": 3.0, "growth_sd": -1.0}, "growth_sd cannot be negative"),
        ({"raters": (1, 3)}, "at least 2"),
    ],
)
def test_a_design_that_cannot_be_drawn_is_refused(planted: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        simulate(**planted)


def test_one_profile_is_a_continuum() -> None:
    world = draw(BASE.but(profile_shares=(1.0,), company_sd=15.0, companies=400), 1)
    assert (world.profile == 0).all()
    assert 12 < world.score.std() < 20
