"""Growth is missing with a reason wherever two periods cannot be compared."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from cxkit.contracts import TABLES
from cxkit.contracts.typed import empty_table
from cxkit.measures import accounts

NONE = {name: empty_table(TABLES[name]) for name in ("rates", "prices")}
LINES = ["cost_of_revenue", "gross_profit", "selling_general_administrative",
         "research_development", "depreciation_amortisation", "operating_income", "net_income",
         "employees"]  # fmt: skip


def client(rows: list[dict], events: list[tuple] | None = None) -> SimpleNamespace:
    """A stand-in that holds a pnl and an events table."""
    pnl = pd.DataFrame(rows)
    pnl["company_id"] = "a"
    pnl["period_end"] = pd.to_datetime(pnl["period_end"])
    for column, default in {"period_months": 12, "currency": "EUR", "unit": 1}.items():
        pnl[column] = pnl.get(column, pd.Series(default, index=pnl.index)).fillna(default)
    for column in LINES:
        pnl[column] = pnl.get(column, pd.Series(np.nan, index=pnl.index))
    breaks = pd.DataFrame(events or [], columns=["company_id", "date", "kind"])
    breaks["date"] = pd.to_datetime(breaks["date"])
    companies = pd.DataFrame({"company_id": ["a"], "country": ["DE"]})
    tables = {"pnl": pnl, "events": breaks, "companies": companies}
    config = SimpleNamespace(currency="EUR", rates=None)
    return SimpleNamespace(table=lambda name: (NONE | tables)[name], config=config)


def year(end: int, revenue: float, **more: object) -> dict:
    return {"period_end": f"{end}-12-31", "revenue": revenue, **more}


def growth(rows: list[dict], events: list[tuple] | None = None) -> tuple[list, list]:
    books = accounts(client(rows, events))
    return books.table["revenue_growth"].tolist(), books.reasons["revenue_growth"].tolist()


def test_growth_between_adjacent_years() -> None:
    values, why = growth([year(2020, 100), year(2021, 110)])
    assert values[1] == pytest.approx(0.10)
    assert why == ["no earlier period", ""]


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        (year(2022, 110), "growth over a gap"),
        (year(2021, 110, currency="USD"), "currency changed"),
        (year(2021, np.nan), "revenue missing"),
        ({"period_end": "2022-03-31", "revenue": 130, "period_months": 15},
         "periods of unequal length"),
    ],
)  # fmt: skip
def test_growth_is_missing_with_its_reason(second: dict, reason: str) -> None:
    values, why = growth([year(2020, 100), second])
    assert np.isnan(values[1])
    assert why[1] == reason


def test_growth_from_zero_is_missing() -> None:
    values, why = growth([year(2020, 0), year(2021, 10)])
    assert np.isnan(values[1])
    assert why[1] == "growth from zero"


def test_a_merger_breaks_its_own_year_and_the_next() -> None:
    rows = [year(y, 100 + y - 2018) for y in range(2018, 2024)]
    _, why = growth(rows, [("a", "2020-06-30", "merger")])
    broken = [w == "merger, disposal or change of method" for w in why]
    assert broken == [False, False, True, True, False, False]


def test_a_rollout_breaks_nothing() -> None:
    _, why = growth([year(2020, 100), year(2021, 110)], [("a", "2021-06-30", "rollout")])
    assert why[1] == ""


def test_a_53_week_year_is_adjacent() -> None:
    rows = [{"period_end": d, "revenue": r} for d, r in (("2019-12-28", 100), ("2021-01-02", 103))]
    values, _ = growth(rows)
    assert values[1] == pytest.approx(0.03)


def test_units_make_no_difference_to_growth() -> None:
    values, _ = growth([year(2020, 100, unit=1_000_000), year(2021, 110_000, unit=1_000)])
    assert values[1] == pytest.approx(0.10)


def test_gross_margin_from_its_parts_and_no_margin_without_revenue() -> None:
    rows = [year(2020, 200, cost_of_revenue=150), year(2021, 0, net_income=-5)]
    books = accounts(client(rows))
    assert books.table["gross_margin"].iloc[0] == pytest.approx(0.25)
    assert books.reasons["net_margin"].tolist() == [
        "net income missing", "revenue missing or not above zero",
    ]  # fmt: skip


def test_the_fiscal_year_is_that_of_the_periods_middle() -> None:
    rows = [{"period_end": d, "revenue": 1} for d in ("2020-01-31", "2021-01-31")]
    books = accounts(client(rows))
    assert books.table["fiscal_year"].tolist() == [2019, 2020]


def test_year_ends_nearest_a_weekday_keep_one_fiscal_year_each() -> None:
    ends = ["2020-06-27", "2021-07-03", "2022-07-02", "2023-07-01"]
    books = accounts(client([{"period_end": d, "revenue": 1} for d in ends]))
    assert books.table["fiscal_year"].tolist() == [2019, 2020, 2021, 2022]


def test_years_and_quarters_sent_together_grow_each_by_their_own() -> None:
    quarters = [
        {"period_end": d, "revenue": r, "period_months": 3}
        for d, r in (("2020-09-30", 30), ("2020-12-31", 33))
    ]
    rows = [year(2019, 100), year(2020, 110), *quarters]
    for order in (rows, rows[::-1]):
        books = accounts(client(order))
        table = books.table.set_index(["period_end", "period_months"])["revenue_growth"]
        assert table[("2020-12-31", 12)] == pytest.approx(0.10)
        assert table[("2020-12-31", 3)] == pytest.approx(0.10)


def test_negative_revenue_has_no_growth() -> None:
    _, why = growth([year(2020, 100), year(2021, -5)])
    assert why[1] == "revenue below zero"
