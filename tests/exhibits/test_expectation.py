"""Exhibits of what was to be expected and of the reader's accounts: they draw, and say no more."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from cxkit import plots
from cxkit.display import text
from cxkit.exhibits import Exhibit, expectation, pnl
from cxkit.models import fit_linkage
from cxkit.models.evidence import evidence
from cxkit.models.planner import Design, design_of, plan
from cxkit.models.pnl_view import pnl_view, points_step
from cxkit.reports.results import validate
from tests.models.test_linkage import sample
from tests.models.test_pnl_view import books, estimate, estimates
from tests.reports.sample import sample as results

CAUSAL = re.compile(r"\b(drives?|driven|causes?|caused|leads? to|boosts?|raises?|effect of)\b")


def words(shown: Exhibit) -> str:
    """Everything an exhibit says; it is drawn and fits the results file on the way."""
    file = results()
    file["exhibits"] = [shown.as_row()]
    validate(file)
    if shown.chart["kind"] not in ("table", "box"):
        plots.svg(plots.draw(shown.chart))
    return " ".join([shown.summary, shown.sample_line, shown.table.to_string()])


def accounts(**more: Any) -> Any:
    return pnl_view(more.pop("results", None) or estimates(), books(**more), "own", points_step(10))


def test_prior_data_and_posterior_stand_together() -> None:
    shown = expectation.expectation(fit_linkage(sample(seed=4), "sub-industry-and-year-with-size"))
    said = words(shown)
    assert shown.chart["kind"] == "intervals"
    assert len(shown.chart["rows"]) == 9
    assert [r["highlight"] for r in shown.chart["rows"]].count(True) == 1
    assert "spread of the prior, 0.15, is our assumption" in said
    assert shown.grade == "C"


@pytest.mark.parametrize("specification", [None, "company-and-year"])
def test_an_expectation_that_cannot_be_set_beside_is_a_box(specification: str | None) -> None:
    result = fit_linkage(sample(), specification) if specification else None
    shown = expectation.expectation(result)
    assert shown.chart["kind"] == "box"
    assert "companies of one industry" in text(shown.chart["reason"])
    assert words(shown)


def test_every_finding_is_listed_with_how_it_was_read() -> None:
    shown = expectation.published(evidence())
    said = words(shown)
    assert "14 published findings, 5 are correlations" in shown.summary
    assert {"read at its source", "read in an abstract", "second-hand"} <= set(shown.table["read"])
    assert "0.101" in said
    assert "0.10100" not in said


def test_the_planner_says_what_one_wave_takes_and_what_the_panel_finds() -> None:
    shown = expectation.planner(plan(design_of(sample(), 0.7)))
    said = words(shown)
    assert "A correlation of 0.10 needs 783 companies in one wave" in shown.summary
    assert "This panel has 60 companies with 6.00 waves" in said
    assert "error of one wave" in said
    assert list(shown.table.columns[2:]) == [
        "companies for r = 0.10", "companies for r = 0.20", "companies for r = 0.35",
    ]  # fmt: skip
    within = shown.table[shown.table["compared"] == "within companies"]
    assert within["waves"].iloc[0] == "2"


@pytest.mark.parametrize(
    ("design", "said"),
    [
        (Design((1.0, 1.0), (1.0, 1.0)), "whatever the number of waves"),
        (Design((1.0,), (1.0,), 0.0, 15, 1.2), "Too few pairs of company-years"),
        (Design((1.0, 0.9), (1.0, 0.1), 0.0, 60, 4.0), "Error in the score is not known here"),
    ],
)
def test_the_planner_s_words_follow_the_design(design: Design, said: str) -> None:
    assert said in words(expectation.planner(plan(design)))


def test_lines_and_bridge_of_the_accounts() -> None:
    table, bridge = pnl.pnl(accounts(), "EUR").exhibits
    assert table.summary == (
        "10.0 points more on the score is associated with +17.4 EUR of operating income in the "
        "next-year accounts (+10.3 to +24.5; grade C)"
    )
    assert "+2.00" in table.table["change, EUR"].tolist()
    assert bridge.chart["kind"] == "bridge"
    assert bridge.chart["rows"][-1]["value"] == pytest.approx(137.4)
    assert "widest interval that any relation allows" in words(table)
    assert "2023-12-31" in words(bridge)
    assert (table.grade, bridge.grade) == ("C", "C")


@pytest.mark.parametrize(
    ("revenue", "unit", "amount"),
    [(2.5e9, "million EUR", "2,500"), (2.5e6, "thousand EUR", "2,500"), (2500.0, "EUR", "2,500")],
)
def test_amounts_are_told_in_a_unit_that_reads(revenue: float, unit: str, amount: str) -> None:
    table = pnl.lines(accounts(revenue=revenue), "EUR")
    assert table.table[f"last year, {unit}"].iloc[0] == amount


def test_an_interval_with_zero_in_it_never_reads_as_a_difference() -> None:
    unclear = estimates(operating_margin=estimate("operating_margin", 0.0001, 0.001))
    table, _ = pnl.pnl(accounts(results=unclear), "EUR").exhibits
    assert "does not differ clearly" in table.summary
    assert "associated" not in table.summary


def test_without_operating_income_revenue_headlines_and_the_bridge_is_a_box() -> None:
    table, bridge = pnl.pnl(accounts(operating_margin=np.nan), "EUR").exhibits
    assert "of revenue in the next-year accounts" in table.summary
    assert "operating income: not in the company's accounts" in words(table)
    assert bridge.chart["kind"] == "box"


def test_no_view_is_a_box_with_its_reason() -> None:
    [shown] = pnl.pnl({"id": "pnl.grade_d", "values": {}}, "EUR").exhibits
    assert "raw comparison (grade D)" in text(shown.chart["reason"])
    assert "raw comparison" in words(shown) or shown.chart["kind"] == "box"


def test_no_sentence_says_more_than_an_association() -> None:
    shown = [*pnl.pnl(accounts(), "EUR").exhibits, expectation.planner(plan()),
             expectation.published(evidence())]  # fmt: skip
    for exhibit in shown:
        assert not CAUSAL.search(words(exhibit)), exhibit.id
