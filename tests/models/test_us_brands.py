"""The table of the shared data's README, reproduced through the kit's own layers."""

from __future__ import annotations

from pathlib import Path

import pytest

import cxkit as cx
from cxkit.models import LinkageSpec
from cxkit.models.periods import courses
from cxkit.models.specifications import BASIC

# per score point: (specification, coefficient, t) for next-year growth and same-year margin
GROWTH = [
    ("pooled", -0.0002, -0.3),
    ("industry-and-year", 0.0015, 1.4),
    ("sub-industry-and-year-with-size", 0.0029, 3.0),
    ("company-and-year", 0.0040, 2.6),
]
MARGIN = [
    ("pooled", 0.0023, 3.3),
    ("industry-and-year", 0.0023, 2.8),
    ("sub-industry-and-year-with-size", 0.0034, 5.4),
    ("company-and-year", 0.0028, 3.8),
]


@pytest.mark.parametrize(
    ("outcome", "lag", "table"), [("revenue_growth", 1, GROWTH), ("net_margin", 0, MARGIN)]
)
def test_published_table(shared_data: Path, outcome: str, lag: int, table: list) -> None:
    client = cx.read_client(str(shared_data / "clients" / "us-brands"))
    panel = cx.panel(client, cx.maturity(client), cx.accounts(client), outcome, lag)
    family = cx.fit_linkages([panel], LinkageSpec(outcome, lag))
    rows = {r.spec.specification: r.score for r in family.results}
    for name, estimate, t in table:
        assert rows[name].estimate == pytest.approx(estimate, abs=0.0002)
        assert rows[name].estimate / rows[name].std_error == pytest.approx(t, abs=0.2)


STARTS = (1995, 2004, 2012)
# growth per score point by wave year: (specification, first year, last year, coefficient)
PERIODS = [
    ("sub-industry-and-year-with-size", 1995, 2003, 0.0060),
    ("sub-industry-and-year-with-size", 2004, 2011, 0.0036),
    ("sub-industry-and-year-with-size", 2012, 2020, 0.0009),
    ("company-and-year", 1995, 2003, 0.0080),
    ("company-and-year", 2004, 2011, 0.0008),
    ("company-and-year", 2012, 2020, -0.0008),
]


@pytest.fixture(scope="module")
def growth(shared_data: Path) -> tuple[cx.measures.Maturity, list[cx.measures.Panel]]:
    client = cx.read_client(str(shared_data / "clients" / "us-brands"))
    scores, books = cx.maturity(client), cx.accounts(client)
    asked = [("revenue_growth", 1), ("net_margin", 1), ("net_margin", 0)]
    return scores, [cx.panel(client, scores, books, o, lag) for o, lag in asked]


def test_growth_fades_by_period(growth: tuple) -> None:
    periods = cx.fit_periods(growth[1][0], LinkageSpec("revenue_growth", 1), starts=STARTS)
    found = {(p.result.spec.specification, p.first, p.last): p.result for p in periods}
    for name, first, last, estimate in PERIODS:
        assert found[name, first, last].score.estimate == pytest.approx(estimate, abs=0.0002)
        if last == 2020:
            assert not found[name, first, last].clear
    assert {c.specification: c.fades for c in courses(periods)} == dict.fromkeys(
        (name for name, *_ in PERIODS), True
    )
    shown = cx.exhibits.estimates.periods(periods, "revenue_growth")
    assert "The link fades" in shown.summary
    assert "+0.80 percentage points" in shown.summary
    assert len(shown.rows) == len(PERIODS)


def test_the_report_says_what_is_true_of_it(growth: tuple) -> None:
    scores, panels = growth
    primary = LinkageSpec("revenue_growth", 1)
    family = cx.fit_linkages(panels, primary, scores=scores)
    main = family.main
    assert main is not None
    assert main.holds
    assert main.grade == "C"
    shown = cx.exhibits.estimates.primary(family)
    assert "is associated with +0.40" in shown.summary
    assert "Pooled, nominal revenue growth does not differ clearly" in str(shown)
    (margin,) = cx.exhibits.estimates.others(family).exhibits
    plain = [r for r in family.results if r.spec.outcome == "net_margin"]
    assert [r.clear for r in plain if r.spec.specification in BASIC] == [True] * 8
    assert "stay clear of zero" in str(margin)
