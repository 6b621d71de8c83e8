"""Cost shares, changes, variability and organic growth: arithmetic, and reasons counted."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from cxkit.contracts.config import OUTCOMES, parse_config
from cxkit.display import has_text
from cxkit.errors import ConfigError
from cxkit.measures import Accounts, accounts, panel
from cxkit.measures.outcomes import BROKEN, NO_EVENTS
from tests.measures.test_accounts import client, year
from tests.measures.test_panel import make, years

FULL = {
    "cost_of_revenue": 40.0, "selling_general_administrative": 20.0,
    "research_development": 5.0, "depreciation_amortisation": 10.0, "operating_income": 25.0,
}  # fmt: skip


def why(books: Accounts, outcome: str) -> list[str]:
    return books.reasons[outcome].tolist()


def test_cost_lines_are_shares_of_revenue_and_add_up_with_the_margin() -> None:
    table = accounts(client([year(2020, 100, **FULL), year(2021, 200, **FULL)])).table
    assert table["selling_general_administrative_share"].tolist() == pytest.approx([0.2, 0.1])
    shares = table[[c for c in table if c.endswith("_share")]].sum(axis=1)
    whole = shares + table["operating_margin"]
    assert whole.tolist() == pytest.approx([1.0, 0.5])


def test_a_share_that_is_missing_says_which_line_is() -> None:
    books = accounts(client([year(2020, 100), year(2021, 0, **FULL)]))
    assert why(books, "research_development_share") == [
        "research and development cost missing", "revenue missing or not above zero",
    ]  # fmt: skip


def test_a_change_is_the_level_less_that_of_the_year_before() -> None:
    rows = [year(2020, 100, **FULL), year(2021, 200, **FULL)]
    books = accounts(client(rows))
    assert books.table["operating_margin_change"].iloc[1] == pytest.approx(0.125 - 0.25)
    assert why(books, "operating_margin_change") == ["no earlier period", ""]


@pytest.mark.parametrize(
    ("rows", "events", "reason"),
    [
        ([year(2020, 9, **FULL), year(2022, 9, **FULL)], [], "change over a gap"),
        ([year(2020, 9), year(2021, 9, **FULL)], [], "operating income of the earlier period miss"),
        ([year(2020, 9, **FULL), year(2021, 9)], [], "operating income missing"),
        ([year(2020, 9, **FULL), year(2021, 9, **FULL)], [("a", "2021-03-01", "merger")], BROKEN),
    ],
)
def test_a_change_is_missing_with_its_reason(rows: list, events: list, reason: str) -> None:
    books = accounts(client(rows, events))
    assert why(books, "operating_margin_change")[1].startswith(reason)
    assert np.isnan(books.table["operating_margin_change"].iloc[1])


def test_margins_change_across_a_change_of_currency() -> None:
    rows = [year(2020, 100, **FULL), year(2021, 200, **FULL, currency="USD")]
    assert why(accounts(client(rows)), "operating_margin_change")[1] == ""


def test_variability_is_the_deviation_over_three_years_from_the_period_on() -> None:
    rows = [year(2016 + i, r) for i, r in enumerate((100, 110, 99, 118.8, 118.8))]
    books = accounts(client(rows))
    growth = [0.1, -0.1, 0.2, 0.0]
    found = books.table["growth_variability"].tolist()
    assert found[1:3] == pytest.approx([np.std(growth[i : i + 3], ddof=1) for i in (0, 1)])
    assert why(books, "growth_variability") == [
        "one of three years: no earlier period", "", "",
        "fewer than three adjacent periods", "fewer than three adjacent periods",
    ]  # fmt: skip


def test_overlapping_years_make_neighbouring_deviations_correlate_as_stated() -> None:
    """The docstring's 5/9 and 2/9, and a standard error too small by a factor of 1.6."""
    values = np.random.default_rng(3).normal(size=(200_000, 5))
    windows = np.lib.stride_tricks.sliding_window_view(values, 3, axis=1)
    variance = windows.var(axis=2, ddof=1)
    found = np.corrcoef(variance.T)[0, 1:]
    assert found == pytest.approx([5 / 9, 2 / 9], abs=0.01)
    assert np.sqrt(1 + 2 * found.sum()) == pytest.approx(1.6, abs=0.01)


@pytest.mark.parametrize(
    ("day", "kind", "broken"),
    [
        ("2020-06-30", "merger", [2020, 2021]),
        ("2020-01-01", "disposal", [2020]),
        ("2020-01-02", "disposal", [2020, 2021]),
        ("2020-12-31", "merger", [2020, 2021]),
        ("2020-06-30", "rollout", []),
    ],
)
def test_organic_growth_leaves_out_what_was_bought_or_sold(
    day: str, kind: str, broken: list[int]
) -> None:
    rows = [year(y, 100 + y - 2017) for y in range(2017, 2024)]
    books = accounts(client(rows, [("a", day, kind), ("b", "2020-06-30", "merger")]))
    out = [y for y, w in zip(range(2017, 2024), why(books, "organic_growth"), strict=True)
           if w == BROKEN]  # fmt: skip
    assert out == broken
    known = books.table["organic_growth"].notna()
    growth = books.table["revenue_growth"]
    assert (books.table["organic_growth"] == growth)[known & growth.notna()].all()
    assert known.sum() == 6 - len(broken)


@pytest.mark.parametrize("events", [[], [("a", "2021-06-30", "rollout")]])
def test_without_a_merger_on_file_growth_is_not_called_organic(events: list) -> None:
    books = accounts(client([year(2020, 100), year(2021, 110)], events))
    assert why(books, "organic_growth") == [NO_EVENTS] * 2
    assert books.table["organic_growth"].isna().all()


def test_every_missing_outcome_has_a_reason_and_every_other_none() -> None:
    rows = [year(2016, 100, **FULL), year(2017, 0), year(2018, 90, **FULL), year(2020, 95),
            *(year(y, 100 + y - 2000, **FULL) for y in range(2021, 2026))]  # fmt: skip
    books = accounts(client(rows, [("a", "2023-05-05", "merger")]))
    assert list(books.reasons) == list(OUTCOMES)
    for outcome in OUTCOMES:
        assert (books.table[outcome].isna() == (books.reasons[outcome] != "")).all(), outcome


@pytest.mark.parametrize(("lag", "growth"), [(0, 0.1), (1, 0.2), (2, 0.3), (3, 0.4)])
def test_a_lag_takes_the_growth_of_that_following_year(lag: int, growth: float) -> None:
    revenue = np.cumprod([100.0, 1.1, 1.2, 1.3, 1.4])
    parts = make([("a", "2020-06-30", 70.0)], years("a", 2019, *revenue))
    found = panel(*parts, "revenue_growth", lag)
    assert found.table["outcome"].tolist() == pytest.approx([growth])
    assert found.table["outcome_end"].dt.year.tolist() == [2020 + lag]


def test_the_link_that_is_missing_is_named() -> None:
    scores = [("a", f"{y}-06-30", 70.0) for y in (2019, 2020, 2021, 2022)]
    found = panel(*make(scores, years("a", 2018, 9, 9, 9, 9, 9)), "revenue_growth", 3)
    assert dict(found.excluded.to_numpy().tolist()) == {
        "no accounts for the following period": 1,
        "no accounts for the second following period": 1,
        "no accounts for the third following period": 1,
    }
    assert len(found.table) + found.excluded["rows"].sum() == found.scores


def test_a_gap_on_the_way_breaks_the_lag() -> None:
    pnl = [*years("a", 2019, 9, 9, 9), *years("a", 2023, 9, 9)]
    found = panel(*make([("a", "2020-06-30", 70.0)], pnl), "net_margin", 2)
    assert found.excluded["reason"].tolist() == ["no accounts for the second following period"]


@pytest.mark.parametrize("lag", [-1, 4])
def test_other_lags_are_refused(lag: int) -> None:
    with pytest.raises(ConfigError, match=f"lag {lag} is not 0"):
        panel(*make([], []), "net_margin", lag)


def test_size_and_age_stand_beside_the_score() -> None:
    parts = make([("a", "2020-06-30", 70.0), ("b", "2020-06-30", 60.0)],
                 [*years("a", 2020, 9.0), *years("b", 2020, 9.0)])  # fmt: skip
    table = panel(*parts, "net_margin", 0).table.set_index("company_id")
    assert table.loc["a", "log_employees"] == pytest.approx(np.log(50))
    assert table.loc["a", "age"] == 20
    assert table.loc["b", ["log_employees", "age"]].isna().all()
    parts[2].table["employees"] = 200.0
    assert panel(*parts, "net_margin", 0).table["log_employees"].tolist() == pytest.approx(
        [np.log(200)] * 2
    )


def assessed() -> tuple:
    """The parts of a panel, with two blocks of weights 3 and 1 and their gaps."""
    client_, scores, books = make([("a", "2020-06-30", 70.0), ("a", "2021-06-30", 80.0)],
                                  years("a", 2019, 9, 9, 9))  # fmt: skip
    scores.table["stage"] = [4.0, 5.0]
    blocks = [(wave, block, p, g) for wave, rows in
              (("2020-06-30", (("x", 50.0, 10.0), ("y", 60.0, -10.0))),
               ("2021-06-30", (("x", 55.0, 4.0), ("y", 65.0, np.nan))))
              for block, p, g in rows]  # fmt: skip
    frame = pd.DataFrame(blocks, columns=["wave", "block", "performance", "gap"])
    scores.blocks = frame.assign(company_id="a", wave=pd.to_datetime(frame["wave"]))
    scores.instrument = SimpleNamespace(
        minimum=6.0, maximum=95.0, method="mean-of-blocks", block_ids=("x", "y"),
        blocks=[SimpleNamespace(weight=w, items=()) for w in (3.0, 1.0)],
        stages=[SimpleNamespace(id=i) for i in (1, 2, 3, 4, 5)],
    )  # fmt: skip
    return client_, scores, books


@pytest.mark.parametrize(
    ("measure", "values", "span"),
    [
        ("index", [70.0, 80.0], 89.0), ("stage", [4.0, 5.0], 4.0), ("y", [60.0, 65.0], 100.0),
        ("gap:x", [10.0, 4.0], 100.0), ("gap", [5.0], 100.0),
    ],
)  # fmt: skip
def test_any_score_of_the_assessment_can_meet_the_outcome(
    measure: str, values: list[float], span: float
) -> None:
    found = panel(*assessed(), "net_margin", 0, measure=measure)
    assert found.table["score"].tolist() == values
    assert (found.span, found.measure) == (span, measure)
    assert len(found.table) + found.excluded["rows"].sum() == 2
    if measure == "gap":
        assert found.excluded["reason"].tolist() == ["gap missing"]


def test_an_unknown_measure_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match=r'unknown measure "gap:z"; did you mean "gap:y"'):
        panel(*assessed(), "net_margin", 0, measure="gap:z")
    with pytest.raises(ConfigError, match='unknown measure "stage"'):
        panel(*make([], []), "net_margin", 0, measure="stage")


def test_every_outcome_has_its_words_and_its_place_in_the_notebook(project: Path) -> None:
    for outcome in OUTCOMES:
        assert has_text(f"term.{outcome}"), outcome
        assert has_text(f"axis.outcome.{outcome}"), outcome
    for lag in range(4):
        assert has_text(f"term.lag{lag}")
        assert has_text(f"term.when.lag{lag}")
    path = project / "notebooks" / "03_growth_linkage.ipynb"
    values = json.loads(path.read_text(encoding="utf-8"))["metadata"]["cxkit"]["values"]
    assert values["outcome"] == ["", *OUTCOMES]
    assert values["lag"] == [-1, 0, 1, 2, 3]


def test_a_client_may_declare_any_of_them() -> None:
    said = (
        "schema_version: 1\nclient: x\ninstrument: cx95\nas_of: 2024-12-31\ncurrency: EUR\n"
        "outcomes: [margin_variability]\nprimary: {outcome: margin_variability, lag: 3}\n"
    )
    assert parse_config(said.encode()).primary.lag == 3
