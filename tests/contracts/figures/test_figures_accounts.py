"""Each rule about accounts: the error it is for, named at its cells, and nothing besides."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxkit.contracts import check_client, read_client
from cxkit.errors import ContractError
from tests.contracts.figures.books import YEARS, at, books, check, narrow, write_books

Cells = list[tuple[int | None, str | None, str, str]]


def cells(found: pd.DataFrame) -> Cells:
    """(row, column, kind, severity) of every finding."""
    return list(found[["row", "column", "kind", "severity"]].itertuples(index=False, name=None))


def test_sound_accounts_have_no_findings(tmp_path: Path) -> None:
    assert check(tmp_path, books()).empty
    assert check(tmp_path / "narrow", narrow(books())).empty


@pytest.mark.parametrize("factor", [10, 100, 1000, 1e6, 0.1, 0.001])
@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("year", [2014, 2017, 2023])
def test_one_cell_off_by_a_power_of_ten(
    tmp_path: Path, factor: float, full: bool, year: int
) -> None:
    frame = books() if full else narrow(books())
    row = at(frame, "c05", year)
    frame["revenue"] = frame["revenue"].astype(float)
    frame.loc[row, "revenue"] *= factor
    found = check(tmp_path, frame)
    assert (row + 2, "revenue", "unit_slip", "set_aside") in cells(found)
    assert set(found["row"]) == {row + 2}
    assert found["value"].iloc[0] == f"{frame.loc[row, 'revenue']:.15g}"
    times = "divide" if factor > 1 else "multiply"
    assert times in found.loc[found["kind"] == "unit_slip", "way_out"].iloc[0]


@pytest.mark.parametrize(
    "line", ["cost_of_revenue", "gross_profit", "operating_income", "net_income"]
)
def test_a_sum_tells_which_cell_slipped(tmp_path: Path, line: str) -> None:
    frame = books()
    row = at(frame, "c05", 2018)
    frame.loc[row, line] *= 10
    assert cells(check(tmp_path, frame)) == [(row + 2, line, "unit_slip", "set_aside")]


def test_a_slip_in_a_line_nothing_is_measured_by_only_warns(tmp_path: Path) -> None:
    frame = books()
    row = at(frame, "c05", 2018)
    frame.loc[row, "total_assets"] *= 1000
    expected = [(row + 2, "total_assets", "unit_slip_unmeasured", "warn")]
    assert cells(check(tmp_path, frame)) == expected
    assert len(read_client(str(tmp_path / "acme")).table("pnl")) == len(frame)


def test_all_amounts_of_a_row_off_is_the_rows_unit(tmp_path: Path) -> None:
    frame = books()
    row = at(frame, "c05", 2018)
    money = [c for c in frame.columns[5:] if c != "employees"]
    frame.loc[row, money] = frame.loc[row, money].astype(int) * 1000
    found = check(tmp_path, frame)
    assert cells(found) == [(row + 2, "unit", "unit_slip_period", "refuse")]
    assert "1,000 times" in found["message"].iloc[0]
    with pytest.raises(ContractError):
        read_client(str(tmp_path / "acme"))


@pytest.mark.parametrize("line", ["revenue", "net_income"])
@pytest.mark.parametrize("year", [2014, 2019, 2023])
@pytest.mark.parametrize("factor", [10, 1000])
def test_a_whole_year_off(tmp_path: Path, line: str, year: int, factor: int) -> None:
    frame = narrow(books())
    own = frame["period_end"] == f"{year}-12-31"
    frame.loc[own, line] *= factor
    found = check(tmp_path, frame)
    assert set(found["kind"]) == {"unit_slip_period"}
    assert set(found["severity"]) == {"refuse"}
    assert set(found["column"]) == {line}
    assert found["row"].tolist() == (np.flatnonzero(own) + 2).tolist()
    assert f"of {year} is about {factor:,} times" in found["message"].iloc[0]


def test_a_series_in_another_unit_from_a_year_on(tmp_path: Path) -> None:
    frame = narrow(books())
    late = (frame["company_id"] == "c05") & (frame["period_end"] >= "2021")
    frame.loc[late, ["revenue", "net_income"]] *= 1000
    found = check(tmp_path, frame)
    assert found["row"].unique().tolist() == (np.flatnonzero(late) + 2).tolist()
    assert set(found["severity"]) <= {"refuse", "set_aside"}


def test_growth_with_its_employees_is_no_slip(tmp_path: Path) -> None:
    frame = books()
    late = (frame["company_id"] == "c05") & (frame["period_end"] >= "2021")
    lines = frame.columns[5:]
    frame.loc[late, lines] = frame.loc[late, lines] * 9
    found = check(tmp_path, frame)
    row = at(frame, "c05", 2021) + 2
    assert cells(found) == [(row, "revenue", "implausible_growth", "warn")]


def test_a_declared_merger_is_no_finding(tmp_path: Path) -> None:
    frame = books()
    late = (frame["company_id"] == "c05") & (frame["period_end"] >= "2021")
    frame.loc[late, frame.columns[5:]] *= 3
    found = check(tmp_path / "silent", frame)
    row = at(frame, "c05", 2021) + 2
    assert cells(found) == [(row, "revenue", "unmarked_break", "warn")]
    events = {"events.csv": "company_id,date,kind\nc05,2021-03-01,merger\n"}
    assert check(tmp_path, frame, extra=events).empty


def test_a_result_out_of_proportion(tmp_path: Path) -> None:
    frame = narrow(books(losses=False)).astype({"net_income": float})
    row = at(frame, "c05", 2018)
    for factor, kind, severity in (
        (10, "unusual_result", "warn"),
        (1000, "unit_slip", "set_aside"),
        (0.001, "unusual_result", "warn"),
    ):
        changed = frame.copy()
        changed.loc[row, "net_income"] *= factor
        found = check(tmp_path / str(factor), changed)
        found = found[found["kind"] != "few_losses"]  # these accounts have no losses at all
        assert cells(found) == [(row + 2, "net_income", kind, severity)]


def test_losses_that_vanish_for_some_years(tmp_path: Path) -> None:
    frame = narrow(books(60))
    inside = frame["period_end"].between("2016", "2019-12-31")
    frame["net_income"] = frame["net_income"].where(~inside, frame["net_income"].abs())
    found = check(tmp_path, frame)
    assert set(zip(found["column"], found["kind"], strict=True)) == {("net_income", "lost_signs")}
    assert found["row"].tolist() == (np.flatnonzero(inside) + 2).tolist()
    assert "none of 240 results in 2016 to 2019 is a loss" in found["message"].iloc[0]
    assert found["message"].str.contains("lost money in the periods beside").any()


def test_good_years_before_a_crisis_are_no_lost_signs(tmp_path: Path) -> None:
    frame = narrow(books(60, losses=False))
    crisis = frame["period_end"] >= "2020"
    some = crisis & (np.arange(len(frame)) % 3 == 0)
    frame.loc[some, "net_income"] *= -1
    found = check(tmp_path, frame)
    assert set(found["severity"]) <= {"warn"}
    assert set(found["kind"]) <= {"few_losses"}


def test_hundreds_of_results_without_a_loss_are_a_question(tmp_path: Path) -> None:
    found = check(tmp_path, narrow(books(25, losses=False)))
    assert cells(found) == [(None, "net_income", "few_losses", "warn")]


def test_a_sum_tells_which_sign_is_lost(tmp_path: Path) -> None:
    frame = books()
    loss = np.flatnonzero(frame["net_income"] < 0)[:1]
    frame.loc[loss, "net_income"] *= -1
    expected = [(int(loss[0]) + 2, "net_income", "lost_sign", "set_aside")]
    assert cells(check(tmp_path / "one", frame)) == expected
    several = books()
    losses = np.flatnonzero(several["net_income"] < 0)[:6]
    several.loc[losses, "net_income"] *= -1
    found = check(tmp_path, several)
    assert cells(found) == [(int(r) + 2, "net_income", "lost_signs", "refuse") for r in losses]


def test_costs_with_a_minus(tmp_path: Path) -> None:
    frame = books()
    frame["cost_of_revenue"] *= -1
    found = check(tmp_path, frame)
    assert (2, "cost_of_revenue", "negative_costs", "refuse") in cells(found)
    assert (found["kind"] == "negative_costs").sum() == len(frame)


def test_a_total_that_does_not_follow(tmp_path: Path) -> None:
    frame = books()
    row = at(frame, "c05", 2018)
    frame.loc[row, "gross_profit"] = round(1.3 * frame.loc[row, "gross_profit"])
    found = check(tmp_path, frame)
    assert (row + 2, "gross_profit", "identity_broken", "set_aside") in cells(found)
    assert set(found["row"]) == {row + 2}
    net = books()
    net.loc[row, "net_income"] -= 12
    found = check(tmp_path / "small", net)
    assert cells(found) == [(row + 2, "net_income", "identity_gap", "warn")]
    assert "12 less than follows from operating income, interest" in found["message"].iloc[0]


def test_sums_that_never_hold_accuse_no_row(tmp_path: Path) -> None:
    frame = books()
    other = np.random.default_rng(3).normal(0, 0.02, len(frame)) * frame["revenue"]
    frame["net_income"] = (frame["net_income"] + other).round()
    found = check(tmp_path, frame)
    assert cells(found)[0] == (None, "net_income", "identity_not_usual", "warn")
    assert set(found["kind"]) <= {"identity_not_usual", "unusual_result"}


def test_depreciation_inside_other_lines_is_a_convention(tmp_path: Path) -> None:
    frame = books()
    frame["depreciation_amortisation"] = (0.03 * frame["revenue"]).round()
    assert check(tmp_path, frame).empty


@pytest.mark.parametrize("full", [True, False])
def test_two_companies_swapped(tmp_path: Path, full: bool) -> None:
    frame = books() if full else narrow(books())
    level = frame.groupby("company_id")["revenue"].mean()
    small, large = str(level.idxmin()), str(level.idxmax())
    first, second = at(frame, small, 2018), at(frame, large, 2018)
    lines = list(frame.columns[5:])
    frame.loc[[first, second], lines] = frame.loc[[second, first], lines].to_numpy()
    found = check(tmp_path, frame)
    assert set(found["kind"]) == {"values_swapped"}
    filled = [line for line in lines if frame.loc[[first, second], line].notna().any()]
    expected = {(row + 2, line) for row in (first, second) for line in filled}
    assert set(zip(found["row"], found["column"], strict=True)) == expected
    own = found[found["row"] == first + 2]
    says = f"the whole row ({len(filled)} figures) fits {large}, whose own row {second + 2} fits"
    assert own["message"].str.contains(says, regex=False).all()


def test_one_line_swapped_shows_in_the_sums(tmp_path: Path) -> None:
    frame = books()
    first, second = at(frame, "c03", 2018), at(frame, "c07", 2018)
    frame.loc[[first, second], "net_income"] = frame.loc[[second, first], "net_income"].to_numpy()
    found = check(tmp_path, frame)
    assert cells(found) == [
        (first + 2, "net_income", "values_swapped", "set_aside"),
        (second + 2, "net_income", "values_swapped", "set_aside"),
    ]


def test_a_period_sent_twice_under_two_dates(tmp_path: Path) -> None:
    frame = books()
    row = at(frame, "c05", 2018)
    frame.loc[row, frame.columns[5:]] = frame.loc[row - 1, frame.columns[5:]].to_numpy()
    found = check(tmp_path, frame)
    assert cells(found) == [(row + 2, "period_end", "period_repeated", "set_aside")]
    whole = books()
    for name in whole["company_id"].unique():
        row = at(whole, name, 2018)
        whole.loc[row, whole.columns[5:]] = whole.loc[row - 1, whole.columns[5:]].to_numpy()
    found = check(tmp_path / "whole", whole)
    assert set(found["kind"]) == {"periods_repeated"}
    assert len(found) == 20


def test_periods_of_odd_length_and_overlapping(tmp_path: Path) -> None:
    frame = books()
    row = at(frame, "c05", 2018)
    frame = frame.drop(index=row - 1).reset_index(drop=True)
    row -= 1
    frame.loc[row, "period_months"] = 15
    frame.loc[row, frame.columns[5:]] = (
        (frame.loc[row, frame.columns[5:]] * 1.25).round().astype(int)
    )
    found = check(tmp_path, frame)
    assert cells(found)[0] == (row + 2, "period_months", "odd_period_length", "warn")
    other = narrow(books())
    other.loc[at(other, "c05", 2018), "period_end"] = "2018-06-30"
    found = check(tmp_path / "overlap", other)
    assert "periods_overlap" in set(found["kind"])
    assert set(found["severity"]) == {"warn"}


def test_a_long_period_that_begins_inside_the_one_before(tmp_path: Path) -> None:
    frame = books()
    row = at(frame, "c05", 2018)
    frame.loc[row, "period_months"] = 15
    found = check(tmp_path, frame)
    assert cells(found) == [(row + 2, "period_end", "periods_overlap", "warn")]
    assert found["message"].iloc[0].startswith("15 months to this date")
    quarter = frame.loc[[row]].assign(period_months=3, period_end="2018-03-31")
    frame.loc[row, "period_months"] = 12
    lines = list(frame.columns[5:14])
    quarter[lines] = (quarter[lines] / 4).round()
    both = pd.concat([frame.loc[: row - 1], quarter, frame.loc[row:]], ignore_index=True)
    assert "periods_overlap" not in set(check(tmp_path / "quarter", both)["kind"])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("net_income", "operating_income"),
        ("cost_of_revenue", "gross_profit"),
        ("cost_of_revenue", "revenue"),
    ],
)
def test_two_lines_in_one_anothers_column(tmp_path: Path, first: str, second: str) -> None:
    frame = books()
    frame[[first, second]] = frame[[second, first]].to_numpy()
    found = check(tmp_path, frame)
    assert cells(found) == [(None, first, "columns_swapped", "refuse")]
    names = f"{first} and {second}".replace("_", " ")
    assert names in found["message"].iloc[0]


def test_a_slip_of_employees_that_revenue_does_not_share(tmp_path: Path) -> None:
    frame = books()
    row = at(frame, "c05", 2018)
    frame.loc[row, "employees"] *= 10
    found = check(tmp_path, frame)
    assert cells(found) == [(row + 2, "employees", "unit_slip_unmeasured", "warn")]
    assert "unit" not in found["message"].iloc[0]


def test_currencies_and_units_inside_a_company(tmp_path: Path) -> None:
    frame = books()
    row = at(frame, "c05", 2018)
    frame.loc[row, "unit"] = 1
    frame.loc[row, frame.columns[5:14]] *= 1000
    assert cells(check(tmp_path, frame)) == [(row + 2, "unit", "mixed_unit", "warn")]
    frame = narrow(books())
    frame.loc[row, "currency"] = "EUR"
    given = {"rates.csv": "currency,period_end,rate\n" + "".join(
        f"EUR,{year}-12-31,1.1\n" for year in YEARS)}  # fmt: skip
    folder = write_books(tmp_path / "money", frame, given)
    found = check_client(str(folder))
    assert (row + 2, "currency", "mixed_currency", "warn") in cells(found)


def test_the_client_chooses_the_severity(tmp_path: Path) -> None:
    frame = narrow(books())
    row = at(frame, "c05", 2018)
    frame.loc[row, "revenue"] *= 1000
    read = read_client(str(write_books(tmp_path, frame)))
    assert len(read.table("pnl")) == len(frame) - 1
    settings = "severity: {unit_slip: warn}\n"
    read = read_client(str(write_books(tmp_path / "warn", frame, settings=settings)))
    assert len(read.table("pnl")) == len(frame)
    strict = write_books(tmp_path / "refuse", frame, settings="severity: {unit_slip: refuse}\n")
    with pytest.raises(ContractError, match="off by a power of ten"):
        read_client(str(strict))
