"""A step of score in a company's own accounts: arithmetic by hand, intervals, reasons."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cxkit.display import text
from cxkit.errors import SampleError
from cxkit.exhibits.pnl import bridge, lines
from cxkit.measures import Accounts
from cxkit.models import SPECIFICATIONS, LinkageResult, LinkageSpec, fit_linkage, fit_linkages
from cxkit.models import least_squares as ls
from cxkit.models.linkage import rows_of
from cxkit.models.pnl_view import (
    LINES,
    estimate_covariance,
    of_family,
    pnl_view,
    points_step,
    stage_step,
)
from tests.models.test_linkage import sample

T = float(stats.t.ppf(0.975, 99))


def estimate(
    outcome: str, value: float, error: float, grade: str = "C", entities: int = 100
) -> LinkageResult:
    """A result that holds what the view reads: slope, error, companies, grade."""
    reach = stats.t.ppf(0.975, entities - 1) * error
    ends = {"conf_low": value - reach, "conf_high": value + reach}
    score = pd.Series({"estimate": value, "std_error": error} | ends)
    spec = LinkageSpec(outcome, 1)
    clear = ends["conf_low"] > 0 or ends["conf_high"] < 0
    role = "primary" if outcome == "revenue_growth" else "secondary"
    parts: Any = SimpleNamespace(score=score, spec=spec, grade=grade, entities=entities,
                                 clear=clear, holds=clear, role=role, p_adjusted=None)  # fmt: skip
    return cast(LinkageResult, parts)


def estimates(**changed: LinkageResult) -> dict[str, LinkageResult]:
    """Per point: growth +0.2 points, cost of revenue -0.1, margin +0.15 ... of revenue."""
    numbers = {
        "revenue_growth": (0.002, 0.0005), "cost_of_revenue_share": (-0.001, 0.0004),
        "gross_margin": (0.001, 0.0004),
        "selling_general_administrative_share": (-0.0003, 0.0002),
        "research_development_share": (0.0, 0.0001),
        "depreciation_amortisation_share": (-0.0001, 0.0001),
        "operating_margin": (0.0015, 0.0003), "net_margin": (0.001, 0.0003),
    }  # fmt: skip
    return {name: estimate(name, *both) for name, both in numbers.items()} | changed


def books(**changed: Any) -> Accounts:
    """One company with 1,000 of revenue, of which 600 cost, 200 selling, 120 operating income."""
    shares = {
        "cost_of_revenue_share": 0.6, "gross_margin": 0.4,
        "selling_general_administrative_share": 0.2, "research_development_share": 0.03,
        "depreciation_amortisation_share": 0.05, "operating_margin": 0.12, "net_margin": 0.08,
    }  # fmt: skip
    row = {"company_id": "own", "period_months": 12, "period_end": pd.Timestamp("2023-12-31"),
           "revenue": 1000.0} | shares | changed  # fmt: skip
    older = row | {"period_end": pd.Timestamp("2022-12-31"), "revenue": 500.0}
    quarter = row | {"period_end": pd.Timestamp("2024-03-31"), "period_months": 3, "revenue": 9.0}
    return Accounts(pd.DataFrame([older, row, quarter]), pd.DataFrame())


def view(results: dict[str, LinkageResult] | None = None, **more: Any) -> Any:
    chosen = more.pop("books", None) or books()
    return pnl_view(results or estimates(), chosen, "own", points_step(10), **more)


def test_every_line_by_hand() -> None:
    """Ten points: revenue +20; cost of revenue .6 x 20 - 10 = +2; operating income 2.4 + 15."""
    table = view().table.set_index("line")
    assert table["amount"]["revenue"] == 1000
    assert table["change"]["revenue"] == pytest.approx(20)
    assert table.loc["cost_of_revenue", ["by_growth", "by_share", "change"]].tolist() == (
        pytest.approx([12, -10, 2])
    )
    assert table["change"]["gross_profit"] == pytest.approx(8 + 10)
    assert table["change"]["selling_general_administrative"] == pytest.approx(4 - 3)
    assert table["change"]["research_development"] == pytest.approx(0.6)
    assert table["change"]["depreciation_amortisation"] == pytest.approx(1 - 1)
    assert table["change"]["operating_income"] == pytest.approx(2.4 + 15)
    assert table["change"]["net_income"] == pytest.approx(1.6 + 10)
    assert table["change"]["revenue"] == pytest.approx(
        table["change"]["cost_of_revenue"] + table["change"]["gross_profit"]
    )


def test_intervals_propagate_and_are_the_widest_without_a_covariance() -> None:
    found = view()
    table = found.table.set_index("line")
    assert table.loc["revenue", ["conf_low", "conf_high"]].tolist() == pytest.approx(
        [20 - T * 5, 20 + T * 5]
    )
    reach = T * (0.12 * 5 + 3)
    assert table.loc["operating_income", ["conf_low", "conf_high"]].tolist() == pytest.approx(
        [17.4 - reach, 17.4 + reach]
    )
    assert found.bounded


def test_a_covariance_makes_sums_exact() -> None:
    names = list(estimates())
    errors = np.array([float(e.score.std_error) for e in estimates().values()])
    joint = pd.DataFrame(np.diag(errors**2), names, names)
    joint.loc["revenue_growth", "operating_margin"] = 0.5 * 0.0005 * 0.0003
    joint.loc["operating_margin", "revenue_growth"] = 0.5 * 0.0005 * 0.0003
    found = view(covariance=joint)
    row = found.table.set_index("line").loc["operating_income"]
    reach = T * np.sqrt(0.6**2 + 3**2 + 2 * 0.5 * 0.6 * 3)
    assert (row.conf_high - row.conf_low) / 2 == pytest.approx(reach)
    assert not found.bounded
    wide = view().table.set_index("line")
    narrow = found.table.set_index("line")
    assert (narrow["conf_high"] <= wide["conf_high"] + 1e-9).all()


def test_the_bridge_adds_up_and_ends_where_the_table_does() -> None:
    found = view()
    bridge = found.bridge
    assert bridge["role"].tolist() == ["start", "growth", *["cost"] * 4, "other", "end"]
    assert bridge["value"].tolist() == pytest.approx([120, 2.4, 10, 3, 0, 1, 1, 137.4])
    assert bridge["value"].iloc[:-1].sum() == pytest.approx(bridge["value"].iloc[-1])
    row = found.table.set_index("line").loc["operating_income"]
    end = bridge.iloc[-1]
    assert [end.conf_low, end.conf_high] == pytest.approx([120 + row.conf_low, 120 + row.conf_high])
    cost = bridge.iloc[2]
    assert [cost.conf_low, cost.conf_high] == pytest.approx([10 - T * 4, 10 + T * 4])


def test_a_fall_in_score_turns_the_intervals_round() -> None:
    found = pnl_view(estimates(), books(), "own", points_step(-10))
    row = found.table.set_index("line").loc["revenue"]
    assert (row.change, row.conf_low, row.conf_high) == pytest.approx(
        (-20, -20 - T * 5, -20 + T * 5)
    )


def test_a_line_says_why_it_has_no_number() -> None:
    results = estimates(
        gross_margin=estimate("gross_margin", 0.001, 0.0004, "D"),
    )
    del results["net_margin"]
    found = view(results, books=books(research_development_share=np.nan))
    reasons = found.table.set_index("line")["reason"].dropna()
    assert {k: v["id"] for k, v in reasons.items()} == {
        "gross_profit": "pnl.line_grade_d", "net_income": "pnl.line_not_estimated",
        "research_development": "pnl.line_not_sent",
    }  # fmt: skip
    numbers = found.table.set_index("line").loc[reasons.index, ["change", "conf_low", "conf_high"]]
    assert numbers.isna().all().all()
    assert found.grade == "C"


@pytest.mark.parametrize("outcome", ["operating_margin"])
def test_no_bridge_from_a_raw_comparison(outcome: str) -> None:
    found = view(estimates(**{outcome: estimate(outcome, 0.001, 0.0001, "D")}))
    assert found.bridge.empty


def test_without_cost_lines_the_bridge_has_the_margin_alone() -> None:
    results = {k: v for k, v in estimates().items() if not k.endswith("_share")}
    bridge = view(results).bridge
    assert bridge["line"].tolist() == [
        "operating_income", "revenue", "operating_margin", "operating_income",
    ]  # fmt: skip
    assert bridge["value"].tolist() == pytest.approx([120, 2.4, 15, 137.4])


def test_the_grade_is_the_lowest_of_what_is_shown() -> None:
    results = {k: estimate(k, 0.001, 0.0001, "B") for k in ("revenue_growth", "operating_margin")}
    assert view(results).grade == "B"
    mixed = results | {"net_margin": estimate("net_margin", 0.001, 0.0001, "C")}
    assert view(mixed).grade == "C"


@pytest.mark.parametrize(
    ("company", "accounts", "results", "reason"),
    [
        ("", books(), estimates(), "no_company"),
        ("other", books(), estimates(), "no_accounts"),
        ("own", books(period_months=3), estimates(), "no_accounts"),
        ("own", books(revenue=0.0), estimates(), "no_revenue"),
        ("own", books(), {"operating_margin": estimate("operating_margin", 1, 1)}, "no_growth"),
        ("own", books(), estimates(revenue_growth=estimate("revenue_growth", 1, 1, "D")),
         "grade_d"),
    ],
)  # fmt: skip
def test_a_view_that_cannot_be_made_has_its_reason(
    company: str, accounts: Accounts, results: dict[str, LinkageResult], reason: str
) -> None:
    if reason == "no_revenue":
        accounts.table["revenue"] = 0.0
    with pytest.raises(SampleError) as caught:
        pnl_view(results, accounts, company, points_step(1))
    assert caught.value.reason["id"] == f"pnl.{reason}"


def test_a_stage_is_a_step_to_its_lower_edge() -> None:
    stages = [SimpleNamespace(id=i, lower=low) for i, low in enumerate((6, 19, 38, 57, 76), 1)]
    instrument: Any = SimpleNamespace(stages=tuple(stages))
    assert stage_step(instrument, 43.5).points == pytest.approx(13.5)
    assert stage_step(instrument, 43.5, 5).points == pytest.approx(32.5)
    assert stage_step(instrument, 38.0).points == pytest.approx(19)
    for index, stage in ((80.0, None), (43.5, 3), (np.nan, None)):
        with pytest.raises(SampleError, match="no such stage"):
            stage_step(instrument, index, stage)


def test_the_covariance_of_two_outcomes_is_that_over_samples() -> None:
    """Outcomes with errors of -.6 in common: estimated correlation against that over samples."""
    rng = np.random.default_rng(6)
    shape = SPECIFICATIONS["company-and-year"]
    mixed = np.linalg.cholesky([[1, -0.6], [-0.6, 1]]).T
    slopes, said = [], []
    for seed in range(200):
        panel = sample(seed=seed, effect=0.0)
        noise = rng.normal(size=(len(panel.table), 2)) @ mixed
        pairs, found = [], []
        for k, outcome in enumerate(("revenue_growth", "operating_margin")):
            own = replace(panel, outcome=outcome, table=panel.table.assign(outcome=noise[:, k]))
            rows = rows_of(own.table, shape, (0.01, 0.99))
            found.append(float(ls.fit(rows.y, rows.x, rows.effects).coef[0]))
            pairs.append((own, estimate(outcome, found[-1], 0.5 + k)))
        joint = estimate_covariance(pairs)
        assert np.sqrt(np.diag(joint)) == pytest.approx([0.5, 1.5])
        slopes.append(found)
        said.append(joint.iloc[0, 1] / 0.5 / 1.5)
    assert np.mean(said) == pytest.approx(-0.6, abs=0.03)
    assert np.corrcoef(np.transpose(slopes))[0, 1] == pytest.approx(np.mean(said), abs=0.12)


def test_lines_that_add_up_in_the_accounts_add_up_in_the_bridge() -> None:
    """Share and margin that sum to a constant have slopes that cancel: nothing is left over."""
    margin = sample(outcome="operating_margin")
    share = replace(margin, outcome="cost_of_revenue_share",
                    table=margin.table.assign(outcome=1 - margin.table["outcome"]))  # fmt: skip
    growth = sample(seed=9)
    fits = [(p, fit_linkage(p)) for p in (growth, margin, share)]
    results = {r.spec.outcome: r for _, r in fits}
    found = pnl_view(results, books(), "own", points_step(1), estimate_covariance(fits))
    other = found.bridge.set_index("role").loc["other"]
    assert [other.value, other.conf_low, other.conf_high] == pytest.approx([0, 0, 0], abs=1e-6)


def test_a_familys_estimates_by_outcome() -> None:
    panels = [sample(), sample(seed=2, outcome="operating_margin")]
    family = fit_linkages(panels, LinkageSpec("revenue_growth", 1))
    found = of_family(family)
    assert set(found) == {"revenue_growth", "operating_margin"}
    assert {r.spec.specification for r in found.values()} == {"company-and-year"}
    assert of_family(family, lag=0) == {}
    assert set(LINES.values()) >= {"operating_margin", "net_margin"}


def headline(**changed: LinkageResult) -> dict[str, Any]:
    return dict(lines(view(estimates(**changed)), "EUR").message)


def changed(outcome: str, value: float, **more: Any) -> LinkageResult:
    fit: Any = estimate(outcome, value, 0.0005)
    return cast(LinkageResult, SimpleNamespace(**{**vars(fit), **more}))


def test_a_line_is_told_only_by_an_estimate_that_may_headline() -> None:
    """Operating income is +12.4 (clear) throughout; growth is primary, the margin secondary."""
    nothing, margin = changed("revenue_growth", 0.0), partial(changed, "operating_margin", 0.0015)
    assert headline()["id"] == "pnl.clear"
    raw = headline(revenue_growth=nothing, operating_margin=margin(p_adjusted=0.2))
    assert raw["id"] == "pnl.untold"
    assert "once all questions asked are allowed for" in text(raw)
    held = headline(revenue_growth=nothing, operating_margin=margin(p_adjusted=0.01))
    assert held["id"] == "pnl.clear"
    shaken = headline(operating_margin=margin(p_adjusted=0.01, holds=False))
    assert shaken["id"] == "pnl.untold"


@pytest.mark.parametrize("state", ["clear", "unclear", "untold"])
def test_the_bridge_is_headed_by_its_own_ends(state: str) -> None:
    """From 120 to 137.4, as clear as the line of operating income in the table."""
    nothing = changed("revenue_growth", 0.0)
    fits = {
        "clear": {},
        "unclear": {"operating_margin": estimate("operating_margin", 0.0015, 0.01)},
        "untold": {
            "revenue_growth": nothing,
            "operating_margin": changed("operating_margin", 0.0015, p_adjusted=0.2),
        },
    }[state]
    found = view(estimates(**fits))
    told, table = dict(bridge(found, "EUR").message), dict(lines(found, "EUR").message)
    assert (told["id"], table["id"]) == (f"pnl.bridge_{state}", f"pnl.{state}")
    end = found.bridge.iloc[-1]
    for value in (120.0, end.conf_low, end.conf_high):
        assert f"{value:.0f}".replace("-", "\u2212") in text(told)
    assert ("137" in text(told)) is (state == "clear")
    assert ("not clearly different" in text(told)) is (state != "clear")
