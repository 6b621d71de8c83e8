"""The panel: a score meets its own fiscal period and the next; what falls out is counted."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from cxkit.contracts import TABLES
from cxkit.contracts.typed import empty_table
from cxkit.errors import ConfigError
from cxkit.measures import accounts, panel

EMPTY = ("cost_of_revenue", "gross_profit", "selling_general_administrative",
         "research_development", "depreciation_amortisation", "operating_income",
         "employees")  # fmt: skip


def make(
    scores: list[tuple[str, str, float]], pnl: list[tuple[str, str, float]], months: int = 12
) -> tuple:
    """A client with companies a and b, scores (company, wave, index), revenue by period."""
    books = pd.DataFrame(pnl, columns=["company_id", "period_end", "revenue"])
    books["period_end"] = pd.to_datetime(books["period_end"])
    books["revenue"] = books["revenue"].astype(float)
    books = books.assign(period_months=months, currency="EUR", unit=1)
    for line in EMPTY:
        books[line] = np.nan
    books["net_income"] = books["revenue"] / 10
    companies = pd.DataFrame(
        {
            "company_id": ["a", "b"],
            "industry": ["x", "y"],
            "sub_industry": ["x", None],
            "country": ["DE", "DE"],
            "founded_year": [2000.0, np.nan],
            "employees": [50.0, np.nan],
        }
    )
    events = pd.DataFrame({"company_id": [], "date": pd.to_datetime([]), "kind": []})
    tables = {"pnl": books, "companies": companies, "events": events}
    tables |= {name: empty_table(TABLES[name]) for name in ("rates", "prices")}
    config = SimpleNamespace(currency="EUR", rates=None)
    client = SimpleNamespace(table=lambda name: tables[name], config=config)
    frame = pd.DataFrame(scores, columns=["company_id", "wave", "index"])
    frame["wave"] = pd.to_datetime(frame["wave"])
    instrument = SimpleNamespace(minimum=0.0, maximum=100.0)
    return client, SimpleNamespace(table=frame, instrument=instrument), accounts(client)


def years(company: str, first: int, *revenue: float) -> list[tuple[str, str, float]]:
    return [(company, f"{first + i}-12-31", r) for i, r in enumerate(revenue)]


def reasons(found) -> dict[str, int]:
    return dict(zip(found.excluded["reason"], found.excluded["rows"], strict=True))


def test_lag_one_takes_the_next_year_and_lag_zero_the_same() -> None:
    parts = make([("a", "2020-06-30", 70.0)], years("a", 2019, 100, 110, 143))
    assert panel(*parts, "revenue_growth", 1).table["outcome"].tolist() == pytest.approx([0.30])
    assert panel(*parts, "revenue_growth", 0).table["outcome"].tolist() == pytest.approx([0.10])


@pytest.mark.parametrize(
    ("wave", "growth"),
    [("2020-01-01", 0.30), ("2020-12-31", 0.30), ("2019-12-31", 0.10), ("2021-01-01", None)],
)
def test_the_wave_belongs_to_the_period_that_contains_it(wave: str, growth: float | None) -> None:
    found = panel(*make([("a", wave, 70.0)], years("a", 2018, 100, 100, 110, 143)),
                  "revenue_growth", 1)  # fmt: skip
    assert found.table["outcome"].tolist() == pytest.approx([] if growth is None else [growth])


def test_a_january_year_end_puts_a_june_wave_in_the_year_that_ends_after_it() -> None:
    pnl = [("a", f"{y}-01-31", r) for y, r in ((2020, 100), (2021, 110), (2022, 143))]
    found = panel(*make([("a", "2020-06-30", 70.0)], pnl), "revenue_growth", 1)
    assert found.table["outcome"].tolist() == pytest.approx([0.30])
    assert found.table["fiscal_year"].tolist() == [2020]


def test_the_later_of_two_waves_counts_and_the_earlier_is_named() -> None:
    scores = [("a", "2020-03-31", 60.0), ("a", "2020-09-30", 70.0)]
    found = panel(*make(scores, years("a", 2019, 100, 110, 143)), "revenue_growth", 1)
    assert found.table["score"].tolist() == [70.0]
    assert reasons(found) == {"an earlier wave of the same fiscal period": 1}


def test_everything_that_falls_out_is_counted_once() -> None:
    scores = [
        ("a", "2020-06-30", 70.0), ("a", "2021-06-30", np.nan), ("a", "2030-06-30", 70.0),
        ("a", "2022-06-30", 70.0), ("b", "2020-06-30", 50.0),
    ]  # fmt: skip
    pnl = years("a", 2019, 100, 110, 143, 150) + years("b", 2020, 0, 10)
    found = panel(*make(scores, pnl), "revenue_growth", 1)
    assert len(found.table) == 1
    assert reasons(found) == {
        "score missing": 1, "no fiscal period holds the wave": 1,
        "no accounts for the following period": 1, "growth from zero": 1,
    }  # fmt: skip
    assert found.scores == len(found.table) + found.excluded["rows"].sum()


def test_a_gap_is_not_a_next_year() -> None:
    pnl = [("a", "2020-12-31", 100.0), ("a", "2022-12-31", 120.0)]
    found = panel(*make([("a", "2020-06-30", 70.0)], pnl), "net_margin", 1)
    assert reasons(found) == {"no accounts for the following period": 1}


def test_without_accounts_every_score_has_its_reason() -> None:
    found = panel(*make([("a", "2020-06-30", 70.0)], []), "revenue_growth", 1)
    assert len(found.table) == 0
    assert reasons(found) == {"no fiscal period holds the wave": 1}


def test_unknown_outcome_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match='did you mean "revenue_growth"'):
        panel(*make([], []), "revenu_growth", 1)


def test_shuffled_rows_change_nothing() -> None:
    scores = [("a", f"{y}-06-30", 60.0 + y % 7) for y in range(2015, 2022)]
    pnl = years("a", 2014, 100, 104, 99, 120, 121, 140, 139, 150)
    one = panel(*make(scores, pnl), "revenue_growth", 1).table
    two = panel(*make(scores[::-1], pnl[::-1]), "revenue_growth", 1).table
    pd.testing.assert_frame_equal(
        one, two.sort_values("wave", ignore_index=True), check_dtype=False
    )


def test_a_quarter_is_no_year() -> None:
    parts = make([("a", "2020-05-15", 70.0)], [("a", "2020-06-30", 25.0)], months=3)
    assert reasons(panel(*parts, "net_margin", 0)) == {"no twelve-month period holds the wave": 1}
