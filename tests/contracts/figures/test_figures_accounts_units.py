"""Units of a whole company, of a whole file, of a series that contradicts itself, behind a swap."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxkit.contracts import check_client, read_client
from cxkit.contracts.figures.company_units import off_middle
from tests.contracts.figures.books import YEARS, at, books, check, narrow, write_books
from tests.contracts.figures.test_figures_accounts import cells
from tests.contracts.folders import CLIENT

MONEY = [line for line in books(1).columns[5:] if line != "employees"]


def times(frame: pd.DataFrame, rows: object, lines: list[str], factor: float) -> None:
    """Multiply cells, to the digit."""
    frame[lines] = frame[lines].astype(float)
    frame.loc[rows, lines] *= factor  # type: ignore[index]


def named(found: pd.DataFrame, kind: str) -> set[int]:
    return set(found.loc[found["kind"] == kind, "row"])


@pytest.mark.parametrize("factor", [1000, 1e6, 0.001])
@pytest.mark.parametrize("where", ["pnl", "companies", "nowhere"])
def test_a_company_with_all_years_in_another_unit(
    tmp_path: Path, factor: float, where: str
) -> None:
    frame = books()
    own = frame["company_id"] == "c05"
    times(frame, own, MONEY, factor)
    extra = {}
    if where != "pnl":
        heads = frame.groupby("company_id")["employees"].last()
        frame = frame.drop(columns="employees")
        lines = [f"{name},{name},{number}\n" for name, number in heads.items()]
        text = "company_id,name,employees\n" + "".join(lines)
        extra = {"companies.csv": text} if where == "companies" else {}
    found = check(tmp_path, frame, extra=extra)
    rows = set((np.flatnonzero(own) + 2).tolist())
    if where == "nowhere" and factor < 1:  # sizes alone differ too much to say so
        assert named(found, "unit_slip_company") <= rows
        return
    assert named(found, "unit_slip_company") == rows
    assert set(found["severity"]) == {"warn"}
    assert set(found["row"]) == rows
    if where != "nowhere":
        assert found["message"].str.contains("revenue per employee").all()


def test_the_client_may_have_it_refused(tmp_path: Path) -> None:
    frame = books()
    times(frame, frame["company_id"] == "c05", MONEY, 1000)
    found = check(tmp_path, frame, settings="severity: {unit_slip_company: refuse}\n")
    assert set(found["severity"]) == {"refuse"}


def test_revenue_alone_in_another_unit_shows_beside_total_assets(tmp_path: Path) -> None:
    frame = books()[[*books().columns[:6], "total_assets"]].copy()
    own = frame["company_id"] == "c05"
    times(frame, own, ["revenue"], 1000)
    found = check(tmp_path, frame)
    assert named(found, "unit_slip_company") == set(np.flatnonzero(own) + 2)
    assert found["message"].str.contains("revenue against total assets").all()


def test_half_of_the_companies_in_another_unit(tmp_path: Path) -> None:
    frame = books()
    own = frame["company_id"] < "c09"
    times(frame, own, MONEY, 1000)
    found = check(tmp_path, frame)
    assert named(found, "unit_slip_company") == set(np.flatnonzero(own) + 2)


@pytest.mark.parametrize("factor", [1000, 0.001, 1e6])
@pytest.mark.parametrize("companies", [1, 20])
def test_every_company_in_another_unit(tmp_path: Path, factor: float, companies: int) -> None:
    frame = books(companies)
    times(frame, frame.index, MONEY, factor)
    found = check(tmp_path, frame)
    assert cells(found) == [(None, "unit", "units_implausible", "warn")]


@pytest.mark.parametrize(("factor", "plausible"), [(1, False), (1e4, True), (1e7, False)])
def test_the_plausible_range_is_in_the_clients_own_money(
    tmp_path: Path, factor: float, plausible: bool
) -> None:
    """90,000 a head is plausible in euro and in no year's rupiah."""
    frame = books()
    frame["currency"] = "IDR"
    times(frame, frame.index, MONEY, factor)
    own = CLIENT.replace("company: a1\n", "").replace("currency: USD", "currency: IDR")
    found = check(tmp_path, frame, extra={"client.yml": own})
    assert set(found["kind"]) == (set() if plausible else {"units_implausible"})


def test_companies_are_compared_in_the_clients_money(tmp_path: Path) -> None:
    """A company's yen, 150 times as many as dollars, are no other unit."""
    frame = books()
    own = frame["company_id"] == "c05"
    frame.loc[own, "currency"] = "JPY"
    times(frame, own, MONEY, 800)
    rates = "currency,period_end,rate\n" + "".join(f"JPY,{y}-12-31,0.0009\n" for y in YEARS)
    config = "severity: {rate_implausible: warn}\n"
    write_books(tmp_path, frame, {"rates.csv": rates}, config)
    assert "unit_slip_company" not in set(check_client(str(tmp_path / "acme"))["kind"])


def test_companies_of_every_size_are_in_no_other_unit() -> None:
    rng = np.random.default_rng(4)
    for _ in range(50):
        power, _ = off_middle(rng.normal(7, 1.0, 40), 8)
        assert not power.any()
        power, _ = off_middle(rng.normal(5.3, 0.5, 30), 4)
        assert not power.any()


def two(frame: pd.DataFrame, company: str) -> pd.DataFrame:
    """The same with two years of one company."""
    keep = (frame["company_id"] != company) | (frame["period_end"] >= "2022")
    return frame[keep].reset_index(drop=True)


@pytest.mark.parametrize("year", [2022, 2023])
@pytest.mark.parametrize("factor", [100, 1000, 0.001])
def test_two_values_far_apart_without_evidence(tmp_path: Path, year: int, factor: float) -> None:
    frame = two(narrow(books()), "c05").drop(columns="net_income")
    row = at(frame, "c05", year)
    times(frame, row, ["revenue"], factor)
    pair = [at(frame, "c05", one) for one in (2022, 2023)]
    found = check(tmp_path, frame)
    found = found[found["kind"] != "unit_slip_company"]
    assert cells(found) == [(one + 2, "revenue", "unit_slip_unclear", "warn") for one in pair]
    for one, other in (pair, pair[::-1]):
        own = found[found["row"] == one + 2].iloc[0]
        assert f"(row {other + 2})" in own["message"]
    assert len(read_client(str(tmp_path / "acme")).table("pnl")) == len(frame)


@pytest.mark.parametrize("year", [2022, 2023])
@pytest.mark.parametrize("factor", [1000, 0.001])
@pytest.mark.parametrize("kept", [["employees"], ["total_assets"], ["cost_of_revenue"]])
def test_two_values_far_apart_and_another_line_that_tells(
    tmp_path: Path, year: int, factor: float, kept: list[str]
) -> None:
    frame = two(books()[[*books().columns[:6], *kept]], "c05")
    row = at(frame, "c05", year)
    times(frame, row, ["revenue"], factor)
    assert cells(check(tmp_path, frame)) == [(row + 2, "revenue", "unit_slip", "set_aside")]


@pytest.mark.parametrize("year", [2022, 2023])
@pytest.mark.parametrize("heads", [True, False])
def test_two_rows_far_apart_in_all_amounts(tmp_path: Path, year: int, heads: bool) -> None:
    frame = two(books(), "c05")
    row = at(frame, "c05", year)
    times(frame, row, MONEY, 1000)
    if heads:
        assert cells(check(tmp_path, frame)) == [(row + 2, "unit", "unit_slip_period", "refuse")]
        return
    found = check(tmp_path, frame.drop(columns="employees"))
    found = found[found["kind"] != "unit_slip_company"]
    pair = [at(frame, "c05", one) for one in (2022, 2023)]
    assert cells(found) == [(one + 2, "unit", "unit_slip_unclear", "warn") for one in pair]


def swapped(frame: pd.DataFrame, year: int, lines: list[str]) -> tuple[int, int, str]:
    """Swap lines of the smallest and the largest company; their rows, and the smallest's name."""
    level = frame.groupby("company_id")["revenue"].mean()
    small, large = str(level.idxmin()), str(level.idxmax())
    pair = [at(frame, small, year), at(frame, large, year)]
    frame.loc[pair, lines] = frame.loc[pair[::-1], lines].to_numpy()
    return pair[0], pair[1], small


@pytest.mark.parametrize("apart", [-2, -1, 1, 2])
@pytest.mark.parametrize("factor", [1000, 0.001, 10])
@pytest.mark.parametrize("full", [True, False])
def test_a_slip_in_a_year_beside_a_swap(
    tmp_path: Path, apart: int, factor: float, full: bool
) -> None:
    frame = books() if full else narrow(books())
    first, second, small = swapped(frame, 2018, list(frame.columns[5:]))
    row = at(frame, small, 2018 + apart)
    times(frame, row, ["revenue"], factor)
    found = check(tmp_path, frame)
    assert named(found, "values_swapped") == {first + 2, second + 2}
    assert named(found, "unit_slip") == {row + 2}


@pytest.mark.parametrize("line", ["revenue", "cost_of_revenue", "net_income"])
@pytest.mark.parametrize("side", [0, 1])
def test_a_slip_in_a_row_that_is_swapped(tmp_path: Path, line: str, side: int) -> None:
    frame = books()
    pair = swapped(frame, 2018, list(frame.columns[5:]))
    row = pair[side]
    times(frame, row, [line], 1000)
    found = check(tmp_path, frame)
    assert named(found, "values_swapped") == {pair[0] + 2, pair[1] + 2}
    slips = found[found["kind"] == "unit_slip"]
    assert set(zip(slips["row"], slips["column"], strict=True)) == {(row + 2, line)}
    if line != "revenue":  # which shows before the swap does
        own = slips["message"].str.endswith(f" in row {pair[1 - side] + 2}")
        assert own.all()
        assert slips["message"].str.contains("it belongs to").all()


def test_a_swap_of_one_line_marks_that_line(tmp_path: Path) -> None:
    frame = books()
    first, second, _ = swapped(frame, 2018, ["revenue"])
    found = check(tmp_path, frame)
    expected = {(row + 2, "revenue", "values_swapped", "set_aside") for row in (first, second)}
    assert set(cells(found)) == expected
    assert found["message"].str.startswith("revenue fits").all()
