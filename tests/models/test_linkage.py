"""Linkage: what is marked primary, what is adjusted, what a grade lets pass."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cxkit.errors import ConfigError, SampleError
from cxkit.measures import Panel
from cxkit.models import LinkageSpec, check_linkage, fit_linkage, fit_linkages
from cxkit.models.checks import Check
from cxkit.models.common_shocks import SharedYears
from cxkit.models.grades import grade
from cxkit.models.linkage import LinkageFamily
from cxkit.models.measures_of_score import Measures
from cxkit.models.multiplicity import holm
from cxkit.models.power import multiplier
from cxkit.models.specifications import BASIC, SPECIFICATIONS, UNCORRECTED


def sample(
    companies: int = 60, effect: float = 0.01, seed: int = 1, outcome: str = "revenue_growth"
) -> Panel:
    """A panel over six years with a planted effect per point; company levels confound it."""
    rng = np.random.default_rng(seed)
    company, year = np.repeat(np.arange(companies), 6), np.tile(np.arange(2015, 2021), companies)
    level = rng.normal(size=companies)[company]
    score = 60 + 8 * level + 4 * rng.normal(size=len(company))
    value = effect * score - 0.05 * level + 0.05 * rng.normal(size=len(company))
    table = pd.DataFrame(
        {
            "company_id": [f"c{i:03d}" for i in company],
            "wave": pd.to_datetime([f"{y}-06-30" for y in year]),
            "fiscal_year": year,
            "score": score,
            "outcome": value,
            "industry": [f"i{i % 4}" for i in company],
            "sub_industry": [f"s{i % 8}" for i in company],
            "log_revenue": 5 + rng.normal(size=companies)[company],
        }
    )
    return Panel(table, pd.DataFrame({"reason": [], "rows": []}), outcome, 1, len(table), 100.0)


def test_the_planted_effect_is_recovered_within_companies_and_not_pooled() -> None:
    estimates = [
        (fit_linkage(p, "company-and-year").score.estimate, fit_linkage(p, "pooled").score.estimate)
        for p in (sample(seed=s) for s in range(20))
    ]
    within, pooled = np.mean(estimates, axis=0)
    assert within == pytest.approx(0.01, abs=0.0006)
    assert abs(pooled - 0.01) > 0.003


def test_only_the_primary_goes_unadjusted() -> None:
    panels = [sample(), sample(seed=2, outcome="net_margin")]
    family = fit_linkages(panels, LinkageSpec("revenue_growth", 1), BASIC)
    primary = [r for r in family.results if r.role == "primary"]
    assert [r.spec.id for r in primary] == ["linkage.revenue_growth.company-and-year.lag1"]
    assert primary[0].p_adjusted is None
    others = [r for r in family.results if r.role == "secondary"]
    assert [r.p_adjusted for r in others] == holm([float(r.score.p_value) for r in others])
    assert len(family.results) == 8


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.5]) == pytest.approx([0.04, 0.09, 0.09, 0.5])
    assert holm([]) == []


def test_shuffled_rows_and_renamed_companies_change_nothing() -> None:
    one = sample()
    table = one.table.sample(frac=1, random_state=3)
    table["company_id"] = "z" + table["company_id"].str[::-1]
    two = Panel(table, one.excluded, one.outcome, one.lag, one.scores, one.span)
    for name in UNCORRECTED:
        a, b = fit_linkage(one, name), fit_linkage(two, name)
        pd.testing.assert_frame_equal(a.table, b.table, rtol=1e-9)


def test_a_lost_control_is_counted() -> None:
    found = sample()
    found.table.loc[:4, "log_revenue"] = np.nan
    result = fit_linkage(found, "sub-industry-and-year-with-size")
    assert result.nobs == len(found.table) - 5
    assert result.excluded.to_dict("records") == [{"reason": "log revenue missing", "rows": 5}]


def test_clipping_uses_the_whole_panel_and_can_be_turned_off() -> None:
    found = sample()
    found.table.loc[0, "outcome"] = 50.0
    clipped, raw = fit_linkage(found, "pooled"), fit_linkage(found, "pooled", (0.0, 1.0))
    assert clipped.score.std_error < raw.score.std_error


def test_too_few_companies_is_a_sample_error_with_count_and_minimum() -> None:
    with pytest.raises(SampleError, match=r"5 companies .* 12 are needed"):
        fit_linkage(sample(companies=5))


def test_a_score_that_never_moves_within_companies_is_left_out_with_a_reason() -> None:
    found = sample()
    found.table["score"] = found.table.groupby("company_id")["score"].transform("first")
    family = fit_linkages([found], LinkageSpec("revenue_growth", 1))
    assert family.main is None
    reasons = dict(zip(family.left_out["id"], family.left_out["reason"], strict=True))
    assert reasons[family.primary.id]["id"] == "linkage.cannot_no_variation"


def test_rows_alone_in_their_company_say_nothing_and_are_no_cluster() -> None:
    found = sample()
    single = found.table.groupby("company_id").head(1).assign(
        company_id=[f"single{i}" for i in range(60)]
    )  # fmt: skip
    more = replace(found, table=pd.concat([found.table, single], ignore_index=True))
    one, two = fit_linkage(found), fit_linkage(more, clip=(0.0, 1.0))
    assert two.entities == one.entities
    assert two.excluded.to_dict("records") == [{"reason": "alone in its company", "rows": 60}]
    raw = fit_linkage(found, clip=(0.0, 1.0))
    pd.testing.assert_frame_equal(raw.table, two.table, rtol=1e-9)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"score": 0.1}, "no_variation"),
        ({"score": 70.0}, "no_variation"),
        ({"outcome": 0.05}, "no_spread"),
    ],
)
def test_what_cannot_be_estimated_says_why(change: dict, why: str) -> None:
    found = sample()
    constant = replace(found, table=found.table.assign(**change))
    family = fit_linkages([constant], LinkageSpec("revenue_growth", 1))
    assert {r["id"] for r in family.left_out["reason"]} == {f"linkage.cannot_{why}"}


def test_a_score_that_is_its_control_is_not_estimated() -> None:
    found = sample()
    twin = replace(found, table=found.table.assign(log_revenue=2 * found.table["score"] + 3))
    with pytest.raises(SampleError, match="does not vary on its own"):
        fit_linkage(twin, "sub-industry-and-year-with-size")


def test_unknown_specification_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match='did you mean "company-and-year"'):
        LinkageSpec("revenue_growth", 1, "company-year")


@pytest.mark.parametrize(("df", "about"), [(10_000, 2.8), (11, 3.1)])
def test_the_power_multiplier_is_that_of_the_methods(df: int, about: float) -> None:
    assert multiplier(df) == pytest.approx(about, abs=0.03)


def test_the_minimum_detectable_effect_is_found_in_four_of_five_samples() -> None:
    df = 59
    shift = multiplier(df)
    found = stats.nct.sf(stats.t.ppf(0.975, df), df, shift)
    assert found == pytest.approx(0.80, abs=0.01)


def test_the_partial_correlation_is_the_textbooks() -> None:
    found = sample()
    result = fit_linkage(found, "pooled", (0.0, 1.0))
    r = np.corrcoef(found.table["score"], found.table["outcome"])[0, 1]
    assert result.r == pytest.approx(r, rel=1e-9)


@pytest.mark.parametrize(
    ("name", "lag", "corrected", "checks", "expected"),
    [
        ("pooled", 1, False, (), "D"),
        ("industry-and-year", 1, False, (), "D"),
        ("sub-industry-and-year-with-size", 1, False, (), "C"),
        ("company-and-year", 1, False, (True,), "C"),
        ("company-and-year", 1, True, (), "C"),
        ("company-and-year", 1, True, (True, None), "C"),
        ("company-and-year", 1, True, (True, False), "C"),
        ("company-and-year", 0, True, (True,), "C"),
        ("company-and-year", 1, True, (True, True), "B"),
    ],
)
def test_the_grade_rule(name: str, lag: int, corrected: bool, checks: tuple, expected: str) -> None:
    assert grade(SPECIFICATIONS[name], lag, corrected=corrected, checks=checks) == expected


def one_industry_carries_it(companies: int = 80) -> Panel:
    found = sample(companies, effect=0.0, seed=5)
    own = found.table["industry"] == "i0"
    found.table["outcome"] -= 0.004 * found.table["score"].where(~own, 0)
    found.table["outcome"] += 0.02 * found.table["score"].where(own, 0)
    return found


def test_an_industry_that_carries_the_estimate_fails_the_check() -> None:
    found = one_industry_carries_it()
    check = check_linkage(found, fit_linkages([found], LinkageSpec("revenue_growth", 1)))[0]
    assert check.passed is False
    assert "i0" in check.summary


def test_an_unclear_estimate_has_no_sign_to_turn() -> None:
    for seed in range(8):
        found = sample(40, effect=0.0, seed=seed)
        family = fit_linkages([found], LinkageSpec("revenue_growth", 1))
        assert family.main is not None
        if not family.main.clear:
            assert check_linkage(found, family)[0].passed is None


def test_small_industries_are_left_out_together_or_not_at_all() -> None:
    found = sample(80)
    table = found.table
    table.loc[table["company_id"].isin(["c000", "c004"]), "industry"] = "tiny"
    family = fit_linkages([found], LinkageSpec("revenue_growth", 1))
    check = check_linkage(found, family)[0]
    assert "tiny" not in set(check.table["industry"])
    assert len(check.table) == 4


def test_a_strong_effect_everywhere_passes_and_a_weak_one_has_no_verdict() -> None:
    verdicts = []
    for effect in (0.01, 0.0015):
        found = sample(80, effect=effect, seed=4)
        family = fit_linkages([found], LinkageSpec("revenue_growth", 1))
        verdicts.append(check_linkage(found, family)[0].passed)
    assert verdicts == [True, None]


def shaken(seed: int, companies: int = 60, industries: int = 6) -> Panel:
    """No effect, and what an industry shares in a year moves score and outcome alike in size."""
    rng = np.random.default_rng(seed)
    panel = sample(companies, 0.0, seed)
    industry = np.arange(companies) % industries
    at = np.tile(np.arange(6), companies), np.repeat(industry, 6)
    shocks, noise = rng.normal(size=(2, 6, industries)), rng.normal(size=(2, 6 * companies))
    table = panel.table.assign(
        score=60 + 4 * (shocks[0][at] + noise[0]), outcome=0.05 * (shocks[1][at] + noise[1]),
        industry=[f"i{i}" for i in at[1]], sub_industry=[f"i{i}" for i in at[1]],
    )  # fmt: skip
    return replace(panel, table=table)


@pytest.mark.parametrize(
    "name", ["company-and-year", "first-differences", "sub-industry-and-year-with-size"]
)
def test_industries_years_are_asked_after_wherever_only_the_year_is_held_fixed(name: str) -> None:
    found = [fit_linkage(shaken(s), name) for s in range(40)]
    assert all(r.shared is not None and r.shared.found for r in found)
    assert sum(r.clear for r in found) >= 5
    assert sum(r.holds for r in found) <= 5
    assert fit_linkage(shaken(0), "industry-by-year").shared is None


def test_a_companys_usual_change_is_known_only_where_one_was_scored_twice() -> None:
    panel = sample()
    once = replace(panel, table=panel.table[panel.table["fiscal_year"] == 2017])
    result = fit_linkage(once, "sub-industry-and-year-with-size")
    assert np.isnan(result.per_sd_within)
    assert result.as_row()["per_sd_within"] is None
    assert result.per_tenth_of_scale == pytest.approx(10 * result.score.estimate)


def test_the_change_that_instruments_are_compared_by_is_the_same_in_differences() -> None:
    panel = sample()
    sizes = [
        r.per_sd_within / r.score.estimate
        for r in (fit_linkage(panel, n) for n in ("company-and-year", "first-differences"))
    ]
    rng = np.random.default_rng(1)
    score = panel.table["score"].to_numpy()
    a, b = (score + rng.normal(size=(1, len(score))) for _ in range(2))
    pair = Measures(a, b, "split-halves", np.ones(len(score), bool), 60)
    dealt = fit_linkage(panel, "first-differences", correction="split-halves", measures=pair)
    sizes.append(dealt.per_sd_within / dealt.score.estimate)
    assert sizes == pytest.approx([sizes[0]] * 3, rel=0.1)


def test_an_estimate_that_industries_years_undo_is_not_graded_as_sound() -> None:
    panel = sample()
    score = panel.table["score"].to_numpy()
    rng = np.random.default_rng(1)
    a, b = (score + rng.normal(size=(1, len(score))) for _ in range(2))
    pair = Measures(a, b, "split-halves", np.ones(len(score), bool), 60)
    spec = LinkageSpec("revenue_growth", 1, correction="split-halves")
    one = fit_linkage(panel, correction="split-halves", measures=pair)
    passed = [Check("any", True, {"id": "check.halo"})]
    for shared, expected in ((None, "B"), (SharedYears(0.001, 0.4, 0.0, -0.1, 0.1), "C")):
        family = LinkageFamily((replace(one, shared=shared),), spec, pd.DataFrame())
        graded = family.graded(passed).main
        assert graded is not None
        assert graded.grade == expected
