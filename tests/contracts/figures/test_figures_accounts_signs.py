"""Signs that are wrong in several lines of a row, in one company, or in revenue itself."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxkit.contracts import read_client
from cxkit.errors import ContractError
from tests.contracts.figures.books import at, books, check, narrow, write_books
from tests.contracts.figures.test_figures_accounts import cells

PAIR = ["operating_income", "net_income"]
COSTS = [
    "cost_of_revenue",
    "selling_general_administrative",
    "research_development",
    "depreciation_amortisation",
]


def losses(frame: pd.DataFrame, count: int) -> list[int]:
    """Rows with a loss in both lines."""
    both = (frame["operating_income"] < 0) & (frame["net_income"] < 0)
    return [int(row) for row in np.flatnonzero(both)[:count]]


@pytest.mark.parametrize(("count", "kind", "severity"), [
    (1, "lost_sign", "set_aside"), (2, "lost_sign", "set_aside"), (5, "lost_signs", "refuse"),
])  # fmt: skip
def test_a_loss_sent_as_a_profit_in_both_lines(
    tmp_path: Path, count: int, kind: str, severity: str
) -> None:
    frame = books()
    rows = losses(frame, count)
    frame.loc[rows, PAIR] *= -1
    found = check(tmp_path, frame)
    expected = [(row + 2, line, kind, severity) for row in rows for line in sorted(PAIR)]
    assert sorted(cells(found)) == sorted(expected)
    assert found["message"].str.contains("only with other signs").all()


@pytest.mark.parametrize(
    "others", [["income_tax"], ["interest_expense"], ["income_tax", "interest_expense"]]
)
def test_tax_and_interest_lose_their_signs_with_them(tmp_path: Path, others: list[str]) -> None:
    frame = books()
    rows = losses(frame, 4)
    credit = (0.1 * frame.loc[rows, "net_income"]).round().astype(int)
    frame.loc[rows, "net_income"] -= credit
    frame.loc[rows, "income_tax"] = credit
    assert check(tmp_path / "sound", frame).empty
    frame.loc[rows, [*PAIR, *others]] *= -1
    found = check(tmp_path / "lost", frame)
    lost = {(row + 2, line, "lost_signs", "refuse") for row in rows for line in PAIR}
    gaps = {(row + 2, line, "identity_gap", "warn") for row in rows for line in others}
    assert set(cells(found)) == lost | gaps


@pytest.mark.parametrize(("count", "kind", "severity"), [
    (1, "lost_sign", "set_aside"), (5, "lost_signs", "refuse"),
])  # fmt: skip
def test_without_gross_profit_a_company_that_pays_interest_did_not_earn_it(
    tmp_path: Path, count: int, kind: str, severity: str
) -> None:
    frame = books()
    rows = losses(frame, count)
    frame.loc[rows, PAIR] *= -1
    short = [*frame.columns[:6], *PAIR, "interest_expense", "income_tax"]
    found = check(tmp_path, frame[short])
    expected = [(row + 2, line, kind, severity) for row in rows for line in sorted(PAIR)]
    assert sorted(cells(found)) == sorted(expected)


def test_a_loss_from_gross_profit_on(tmp_path: Path) -> None:
    frame = books()
    row = at(frame, "c05", 2018)
    frame.loc[row, "cost_of_revenue"] *= 2
    change = frame.loc[row, "revenue"] - frame.loc[row, "cost_of_revenue"]
    change -= frame.loc[row, "gross_profit"]
    lines = ["gross_profit", *PAIR]
    frame.loc[row, lines] += change
    assert "lost_sign" not in set(check(tmp_path / "sound", frame)["kind"])
    frame.loc[row, lines] = frame.loc[row, lines].abs()
    found = check(tmp_path / "lost", frame)
    found = found[found["kind"] == "lost_sign"]
    assert sorted(found["column"]) == sorted(lines)


def test_sums_within_rounding_say_nothing_about_signs(tmp_path: Path) -> None:
    """Figures of one digit add up with many signs."""
    frame = books()
    lines = frame.columns[5:15]
    frame[lines] = (frame[lines] / frame["revenue"].median() * 4).round()
    found = check(tmp_path, frame)
    assert not set(found["kind"]) & {"lost_sign", "lost_signs"}


@pytest.mark.parametrize("line", COSTS)
def test_one_companys_costs_with_a_minus(tmp_path: Path, line: str) -> None:
    frame = books()
    for extra in COSTS[2:]:
        frame[extra] = (0.02 * frame["revenue"]).round()
    own = frame["company_id"] == "c05"
    frame.loc[own, line] *= -1
    found = check(tmp_path, frame)
    expected = [(int(row) + 2, line, "negative_costs", "refuse") for row in np.flatnonzero(own)]
    assert cells(found) == expected
    with pytest.raises(ContractError):
        read_client(str(tmp_path / "acme"))


def test_all_costs_of_a_company_with_a_minus(tmp_path: Path) -> None:
    frame = books()
    own = frame["company_id"] == "c05"
    frame.loc[own, [*COSTS[:2], "interest_expense"]] *= -1
    found = check(tmp_path, frame)
    assert {(r, c) for r, c, k, _ in cells(found) if k == "negative_costs"} == {
        (int(row) + 2, line) for row in np.flatnonzero(own)
        for line in (*COSTS[:2], "interest_expense")
    }  # fmt: skip


def test_interest_earned_may_stand_as_a_negative_cost(tmp_path: Path) -> None:
    frame = books()
    own = frame["company_id"] == "c05"
    frame.loc[own, "net_income"] += 2 * frame.loc[own, "interest_expense"]
    frame.loc[own, "interest_expense"] *= -1
    assert check(tmp_path, frame).empty


def test_a_single_cost_with_a_minus_that_no_sum_names(tmp_path: Path) -> None:
    frame = books()[[*books().columns[:7], "net_income"]].copy()
    row = at(frame, "c05", 2018)
    frame.loc[row, "cost_of_revenue"] *= -1
    assert cells(check(tmp_path, frame)) == [(row + 2, "cost_of_revenue", "negative_cost", "warn")]


def test_a_company_whose_sums_never_hold_is_held_against_the_others(tmp_path: Path) -> None:
    frame = books()
    own = frame["company_id"] == "c05"
    frame.loc[own, "operating_income"] *= 1000
    found = check(tmp_path / "unit", frame)
    assert set(found["kind"]) == {"unit_slip"}
    assert set(found["row"]) == set(np.flatnonzero(own) + 2)
    frame = books()
    frame.loc[own, "gross_profit"] = (1.2 * frame.loc[own, "gross_profit"]).round().astype(int)
    found = check(tmp_path / "convention", frame)
    assert set(found["severity"]) == {"warn"}
    assert set(found["row"]) == set(np.flatnonzero(own) + 2)


def test_sums_of_which_several_companies_have_others_accuse_nobody(tmp_path: Path) -> None:
    frame = books()
    for name in ("c01", "c05", "c09", "c13"):
        own = frame["company_id"] == name
        frame.loc[own, "net_income"] += (0.03 * frame.loc[own, "revenue"]).round().astype(int)
    assert set(check(tmp_path, frame)["severity"]) <= {"warn"}


def test_revenue_below_zero(tmp_path: Path) -> None:
    frame = narrow(books())
    row = at(frame, "c05", 2018)
    frame.loc[row, "revenue"] *= -1
    found = check(tmp_path / "one", frame)
    assert cells(found) == [(row + 2, "revenue", "negative_revenue", "set_aside")]
    read = read_client(str(tmp_path / "one" / "acme"))
    assert row + 2 not in set(read.table("pnl")["_row"])
    settings = "severity: {negative_revenue: warn}\n"
    read = read_client(str(write_books(tmp_path / "chosen", frame, settings=settings)))
    assert row + 2 in set(read.table("pnl")["_row"])
    every = narrow(books())
    every["revenue"] *= -1
    found = check(tmp_path / "all", every)
    assert {(kind, severity) for _, _, kind, severity in cells(found)} == {
        ("negative_revenues", "refuse")
    }


@pytest.mark.parametrize("lines", [list(pair) for pair in combinations([*PAIR, "gross_profit"], 2)])
def test_no_sound_row_is_named_beside_one_whose_signs_are_lost(
    tmp_path: Path, lines: list[str]
) -> None:
    frame = books()
    rows = losses(frame, 3)
    frame.loc[rows, lines] *= -1
    assert set(check(tmp_path, frame)["row"]) == {row + 2 for row in rows}
