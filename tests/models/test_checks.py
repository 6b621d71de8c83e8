"""Checks: the verdict rule, the texts, what each finds and how often it cries wolf."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from cxkit.display import text
from cxkit.display.texts import has_text
from cxkit.measures import Panel
from cxkit.models import LinkageSpec, check_linkage, fit_linkage, fit_linkages
from cxkit.models.checks import (
    Check,
    attrition,
    functional_form,
    influence,
    placebo_lead,
    robustness_value,
    together,
)
from cxkit.models.checks.check import judged
from cxkit.models.checks.leaving import lost_outcomes
from cxkit.models.checks.rows import rows_of
from cxkit.models.grams import Codes
from cxkit.models.probes import Probe, probed
from cxkit.models.timing import elsewhen, lead_placebo, reverse_regression
from cxkit.simulate import BASE, DESIGNS, draw
from tests.benchmarks.checks import OUTCOMES, PLAIN, counted, one, panel_of

IDS = ("leave_one_industry_out", "influence", "placebo_lead", "reverse_regression",
       "functional_form", "attrition", "robustness_value", "halo", "feedback_robust",
       "pre_trend")  # fmt: skip

QUICK = ("placebo_lead", "reverse_regression", "functional_form")


@pytest.fixture(scope="module")
def panel() -> Panel:
    return panel_of(draw(BASE, 11), "margin")


@pytest.mark.parametrize(
    ("failed", "mde", "estimate", "expected"),
    [
        (True, 0.001, 0.002, False),
        (True, 0.003, 0.002, False),
        (False, 0.002, 0.002, True),
        (False, 0.002, -0.002, True),
        (False, 0.0021, 0.002, None),
        (False, np.nan, 0.002, None),
    ],
)
def test_the_verdict_rule(failed: bool, mde: float, estimate: float, expected: bool | None) -> None:
    values = {"found": 0.0, "low": 0.0, "high": 0.0}
    check = judged("placebo_lead", failed, mde, estimate, pd.DataFrame(), **values)
    assert check.passed is expected
    assert text(check.reason)


@pytest.mark.parametrize("id", IDS)
def test_every_check_has_a_name_and_a_sentence_for_each_verdict(id: str) -> None:
    assert all(has_text(f"check.{id}{end}") for end in ("", "_failed", "_passed", "_weak"))


def test_a_check_is_kept_with_its_message_and_no_nan(panel: Panel) -> None:
    row = placebo_lead(panel, LinkageSpec("operating_margin", 1), np.nan).as_row()
    assert row["passed"] is None
    assert row["message"]["values"]["estimate"] is None  # type: ignore[index]
    assert row["summary"] == text(row["message"])  # type: ignore[arg-type]
    assert set(row) == {"id", "passed", "summary", "message", "applicable", "mde"}


def test_the_value_of_another_year_is_that_of_the_same_company() -> None:
    company: Codes = np.array([2, 2, 2, 5, 5, 7])
    year: Codes = np.array([2000, 2001, 2003, 2003, 2000, 2001])
    values = np.array([1.0, 2, 3, 4, 5, 6])
    assert elsewhen(values, company, year, 1) == pytest.approx(
        [2, np.nan, np.nan, np.nan, np.nan, np.nan], nan_ok=True
    )
    back = [np.nan, np.nan, 1, 5, np.nan, np.nan]
    assert elsewhen(values, company, year, -3) == pytest.approx(back, nan_ok=True)
    assert len(elsewhen(values[:0], company[:0], year[:0], 1)) == 0


def test_reverse_and_lead_are_the_regressions_they_say(panel: Panel) -> None:
    """Against statsmodels with companies' dummies, 60 companies; coefficient to 1e-8."""
    few = panel.table[panel.table["company_id"] < "c00060"]
    small = replace(panel, table=few.reset_index(drop=True))
    rows = rows_of(small, LinkageSpec("operating_margin", 1))
    table = rows.table.assign(y=rows.y).sort_values(["company_id", "fiscal_year"])
    by = table.groupby("company_id")
    table = table.assign(before=by["score"].shift(), same=by["y"].shift(),
                         ahead=by["score"].shift(-2))  # fmt: skip
    assert (by["fiscal_year"].diff().dropna() == 1).all()

    def theirs(outcome: str, x: list[str]) -> float:
        used = table.dropna(subset=[outcome, *x])
        used = used[used.groupby("company_id")["y"].transform("size") > 1]
        dummies = pd.get_dummies(used[["company_id", "fiscal_year"]].astype(str), dtype=float)
        exog = np.column_stack([used[x], dummies.drop(columns=dummies.columns[-1])])
        return float(sm.OLS(used[outcome].to_numpy(), exog).fit().params[0])

    given = (rows.y, rows.score, rows.company, rows.year, rows.effects, rows.controls, 1)
    found = reverse_regression(*given)
    assert found.per_outcome.estimate == pytest.approx(theirs("score", ["same", "before"]))
    assert found.as_slope.estimate == pytest.approx(theirs("same", ["score", "before"]))
    ratio = found.as_slope.estimate / found.as_slope.std_error
    assert ratio == pytest.approx(found.per_outcome.estimate / found.per_outcome.std_error)
    lead = lead_placebo(*given)
    assert lead.estimate == pytest.approx(theirs("y", ["ahead", "score"]))


@pytest.fixture(scope="module")
def alarms() -> dict[str, dict]:
    """Verdicts of a few draws of each design; the benchmark makes a thousand."""
    return {
        name: counted([one(DESIGNS[name], seed, QUICK) for seed in range(700, 700 + draws)])
        for name, draws in (("base", 30), ("feedback", 10))
    }


def test_no_check_cries_wolf_more_often_than_it_may(alarms: dict) -> None:
    """Ten percent are allowed; at 5 % more than 20 % come about in one of 3,000 samples of 30."""
    for outcome in OUTCOMES:
        for check in QUICK:
            assert alarms["base"][outcome, check].failed <= 0.20, (outcome, check)
    failures = [alarms["base"][o, c].failed for o in OUTCOMES for c in QUICK]
    assert np.mean(failures) <= 0.08


def test_feedback_is_caught_by_the_reverse_regression_and_not_by_the_plain_placebo(
    alarms: dict,
) -> None:
    assert alarms["feedback"]["growth", "reverse_regression"].failed >= 0.9
    assert alarms["feedback"]["growth", PLAIN[0]].failed < 0.5
    assert alarms["feedback"]["margin", "reverse_regression"].failed <= 0.25


def test_checks_of_a_large_sound_sample_mostly_pass(alarms: dict) -> None:
    for check in QUICK:
        assert alarms["base"]["margin", check].passed >= 0.6, check


def test_a_confounder_like_size_leaves_a_strong_estimate_and_not_one_that_size_nearly_makes() -> (
    None
):
    panel = panel_of(draw(BASE.but(effect_margin=0.02), 2), "margin")
    result = fit_linkage(panel, "sub-industry-and-year-with-size")
    check = robustness_value(panel, result)
    assert check.passed is True
    assert 0 < check.table["value_at_5"].iloc[0] < check.table["value"].iloc[0] < 1
    weak = panel_of(draw(BASE.but(effect_margin=0.002, size_score=7.0), 2), "margin")
    result = fit_linkage(weak, "sub-industry-and-year-with-size")
    check = robustness_value(weak, result)
    assert result.clear
    assert check.passed is False


def bent(panel: Panel) -> Panel:
    table = panel.table.copy()
    table["outcome"] += 0.004 * np.maximum(table["score"] - table["score"].median(), 0)
    return replace(panel, table=table)


def test_a_bend_fails_the_form(panel: Panel) -> None:
    spec = LinkageSpec("operating_margin", 1)
    assert functional_form(bent(panel), spec, 0.002).passed is False
    assert functional_form(panel, spec, 0.00001).passed is not True


def test_one_company_that_carries_the_estimate_fails() -> None:
    small = panel_of(draw(BASE.but(companies=60, effect_margin=0.02), 3), "margin")
    table = small.table.copy()
    spec = LinkageSpec("operating_margin", 1, clip=(0.0, 1.0))
    assert influence(small, fit_linkage(small, clip=spec.clip)).passed is True
    top = table["company_id"] == table["company_id"].iloc[0]
    own = table.loc[top, "score"]
    table.loc[top, "score"] += 20 * np.sign(own - own.mean())
    table["outcome"] += 0.5 * top * np.sign(table["score"] - table.loc[top, "score"].mean())
    carried = replace(small, table=table)
    check = influence(carried, fit_linkage(carried, clip=spec.clip))
    if fit_linkage(carried, clip=spec.clip).clear:
        assert check.passed is False
    assert "c0" not in check.summary
    assert "company_id" not in check.table


def test_left_out_companies_are_left_out(panel: Panel) -> None:
    few = panel.table[panel.table["company_id"] < "c00080"]
    small = replace(panel, table=few.reset_index(drop=True))
    result = fit_linkage(small)
    check = influence(small, result)
    if check.table.empty:
        pytest.skip("the estimate of this draw is not clear")
    known = [float(v) for v in check.table["estimate"]]
    estimate = float(result.score.estimate)
    largest = max(abs(estimate - v) for v in known)
    everyone = [_slope_without(small, c) for c in small.table["company_id"].unique()]
    assert max(abs(estimate - g) for g in everyone) == pytest.approx(largest, rel=1e-6)


def _slope_without(panel: Panel, company: str) -> float:
    """The estimate without a company, outcomes clipped as in the whole panel."""
    rows = rows_of(panel, LinkageSpec("operating_margin", 1))
    codes = np.unique(rows.table["company_id"].to_numpy(str))
    keep = codes[rows.company] != company
    found = probed(rows.y[keep], rows.x[keep], [e[keep] for e in rows.effects], rows.company[keep])
    assert found is not None
    return float(found.fitted.coef[0])


def test_lost_outcomes_are_those_of_the_same_years_panel() -> None:
    world = draw(BASE.but(attrition=0.15), 2)
    now, after = panel_of(world, "margin", 0), panel_of(world, "margin", 1)
    spec = LinkageSpec("operating_margin", 1)
    found = lost_outcomes(after, spec, now)
    assert found is not None
    assert found.lost > 100
    estimate = float(fit_linkage(after).score.estimate)
    assert found.low < estimate < found.high
    check = attrition(after, spec, estimate, now)
    assert list(check.table["term"])[-2:] == ["bound_low", "bound_high"]


def test_a_loss_that_makes_the_estimate_fails() -> None:
    """Slopes differ by size, and the large companies leave."""
    rng = np.random.default_rng(4)
    whole = panel_of(draw(DESIGNS["no-attrition"], 1), "margin").table
    whole = whole[whole["fiscal_year"] < 2023].reset_index(drop=True)
    size = whole["log_revenue"]
    whole["outcome"] += 0.0015 * size * (whole["score"] - 48)
    chance = 1 / (1 + np.exp(0.7 - 1.2 * size))
    gone = pd.Series(rng.random(len(whole)) < chance).groupby(whole["company_id"]).cumsum()
    left = whole[gone.groupby(whole["company_id"]).shift(fill_value=0) == 0]
    panel = Panel(left.reset_index(drop=True), pd.DataFrame({"reason": [], "rows": []}),
                  "operating_margin", 1, len(left), 89.0)  # fmt: skip
    estimate = float(fit_linkage(panel).score.estimate)
    check = attrition(panel, LinkageSpec("operating_margin", 1), estimate)
    assert check.passed is False


def test_leaving_after_bad_years_is_never_passed_within_companies() -> None:
    """No weight of the rows that stayed shows what such leaving does; by score alone it may."""
    for after_bad_years, verdicts in ((True, {None}), (False, {True})):
        found = set()
        for seed in range(4):
            whole = panel_of(draw(DESIGNS["no-attrition"], seed), "margin").table
            cause = whole["outcome"] if after_bad_years else whole["score"]
            odds = -1.5 - (cause - cause.mean()) / cause.std()
            gone = np.random.default_rng(seed).random(len(whole)) < 1 / (1 + np.exp(-odds))
            gone = pd.Series(gone).groupby(whole["company_id"].to_numpy()).cumsum()
            stays = gone.groupby(whole["company_id"].to_numpy()).shift(fill_value=0) == 0
            left = whole[stays.to_numpy()].reset_index(drop=True)
            panel = Panel(left, pd.DataFrame({"reason": [], "rows": []}), "operating_margin", 1,
                          len(left), 89.0)  # fmt: skip
            estimate = float(fit_linkage(panel).score.estimate)
            found.add(attrition(panel, LinkageSpec("operating_margin", 1), estimate).passed)
        assert found == verdicts


def test_nobody_left_is_no_question(panel: Panel) -> None:
    whole = panel_of(draw(DESIGNS["no-attrition"].but(companies=80), 1), "margin")
    whole = replace(whole, table=whole.table[whole.table["score"].notna()])
    check = attrition(whole, LinkageSpec("operating_margin", 1), 0.0005)
    assert not check.applicable
    assert check.passed is None


def test_two_waves_are_too_few_for_a_later_score() -> None:
    two = panel_of(draw(BASE.but(years=2, companies=100), 1), "growth")
    check = placebo_lead(two, LinkageSpec("revenue_growth", 1), 0.001)
    assert check.passed is None
    assert "3 waves" in check.summary


def test_every_check_of_a_family_is_there_and_prints(panel: Panel) -> None:
    family = fit_linkages([panel], LinkageSpec("operating_margin", 1))
    checks = check_linkage(panel, family)
    assert [c.id for c in checks] == list(IDS[:-1])
    assert all(isinstance(c, Check) and str(c) and c.summary for c in checks)
    assert [c.id for c in checks if not c.applicable] == ["halo", "feedback_robust"]


def test_a_failed_comparison_counts_also_where_the_reverse_regression_passed(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Growth that moves the score only after years is seen by it alone."""
    family = fit_linkages([panel], LinkageSpec(panel.outcome, 1), ["company-and-year"])
    main = family.main
    assert main is not None
    reverse = judged("reverse_regression", False, 1.0, 2.0, pd.DataFrame())
    for failed, mde, counts in ((True, 1.0, True), (False, 9.0, False)):
        robust = judged("feedback_robust", failed, mde, 2.0, pd.DataFrame())
        monkeypatch.setattr(together, "feedback_robust", lambda *_, found=robust: found)
        assert together._feedback(panel, main, None, [reverse]).applicable is counts


def test_many_leavers_of_a_small_sample_leave_the_question_open() -> None:
    """Nine of fifteen are few companies, and most of the sample."""
    rng = np.random.default_rng(3)
    rows = [
        {"company_id": f"c{i:02d}", "fiscal_year": 2018 + t, "score": 50 + 8 * rng.normal(),
         "outcome": rng.normal(), "industry": "a", "log_revenue": 1.0}
        for i in range(15) for t in range(3 if i < 9 else 6)
    ]  # fmt: skip
    table = pd.DataFrame(rows)
    small = Panel(table, pd.DataFrame(), "revenue_growth", 1, len(table), 89.0)
    found = attrition(small, LinkageSpec("revenue_growth", 1), 0.5)
    assert (found.passed, found.applicable) == (None, True)


def test_size_that_explains_nearly_all_leaves_no_room_for_another_like_it() -> None:
    """Of thirteen companies in two years the outcome is size's; nothing can be as strong."""
    rng = np.random.default_rng(1)
    size, score = np.repeat(rng.normal(size=13), 2), rng.normal(size=26)
    size = size + rng.normal(size=26)
    table = pd.DataFrame({
        "company_id": np.repeat([f"c{i:02d}" for i in range(13)], 2),
        "fiscal_year": np.tile([2020, 2021], 13), "score": score + 0.5 * size,
        "outcome": size + 0.3 * score + 0.05 * rng.normal(size=26), "industry": "a",
        "log_revenue": size,
    })  # fmt: skip
    small = Panel(table, pd.DataFrame(), "revenue_growth", 1, 26, 89.0)
    plain = fit_linkage(small, "company-and-year", clip=(0.0, 1.0))
    assert plain.clear
    found = robustness_value(small, plain)
    assert found.passed is None
    assert "nothing as strong" in found.summary
    assert np.isnan(Probe(1.0, 0.0, 11, 26, 12).p_value)
    assert not Probe(1.0, 0.0, 11, 26, 12).clear
