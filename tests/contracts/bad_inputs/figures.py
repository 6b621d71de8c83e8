"""Accounts that are complete and well formed, and wrong: what a controller would stop at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from tests.contracts.bad_inputs.case import A, Case, Finding, R, W, config
from tests.contracts.figures.books import YEARS, at, books, narrow

FAMILY = "figures"
FEW = 12  # companies
NO_TABLES = {"companies.csv": None, "assessments.csv": None, "scores.csv": None, "pnl.csv": None}


def cases() -> Iterator[Case]:
    """All cases of the family."""
    yield accounts("as they should be", books(FEW))
    yield accounts("revenue and net income alone", narrow(books(FEW)))
    yield from _revenues()
    yield from _other_cells()
    yield from _units()
    yield from _whole_periods()
    yield from _signs()
    yield from _sums()
    yield from _swaps()
    yield from _periods()
    yield from _growth()


def text(frame: pd.DataFrame) -> str:
    """A table as CSV with every digit."""
    return str(frame.to_csv(index=False))


def accounts(
    name: str,
    frame: pd.DataFrame,
    *findings: Finding,
    settings: str = "",
    extra: Mapping[str, str] | None = None,
) -> Case:
    """A client with these accounts and a score for each company; rows set aside are left out."""
    names = frame["company_id"].unique()
    tables = {
        "companies": "company_id,name\n" + "".join(f"{n},{n}\n" for n in names),
        "scores": "company_id,wave,measure,value\n"
        + "".join(f"{n},2020-06-30,index,10\n" for n in names),
        **(extra or {}),
    }
    aside = [finding[1] - 2 for finding in findings if finding[4] == A and finding[1]]
    files = {f"{table}.csv": content for table, content in {**tables, "pnl": text(frame)}.items()}
    return Case(
        name,
        FAMILY,
        {**NO_TABLES, "client.yml": config(settings).replace("company: a1\n", ""), **files},
        {**tables, "pnl": text(frame.drop(index=aside)), "assessments": None},
        findings,
    )


def cell(frame: pd.DataFrame, row: int, column: str, kind: str, severity: str) -> Finding:
    """A finding at a row's cell, with the value that stands there."""
    value = frame.loc[row, column]
    shown = value if isinstance(value, str) else f"{float(value):.15g}"
    return ("pnl.csv", row + 2, column, kind, severity, shown)


def off(frame: pd.DataFrame, rows: object, columns: str | list[str], factor: float) -> None:
    """Multiply cells, to the digit that is left."""
    cells = frame.loc[rows, columns]  # type: ignore[index]
    frame[columns] = frame[columns].astype(float)
    frame.loc[rows, columns] = (cells * factor).round(6)  # type: ignore[index]


def _revenues() -> Iterator[Case]:
    """A single revenue off by a power of ten."""
    for factor in (10, 100, 1000, 1e6, 0.1, 0.01, 0.001, 1e-6):
        frame = narrow(books(FEW))
        row = at(frame, "c05", 2019)
        off(frame, row, "revenue", factor)
        yield accounts(
            f"one revenue times {factor:g}", frame, cell(frame, row, "revenue", "unit_slip", A)
        )
    for year in (YEARS[0], YEARS[-1]):
        frame = narrow(books(FEW))
        row = at(frame, "c05", year)
        off(frame, row, "revenue", 1000)
        name = f"the {'first' if year == YEARS[0] else 'last'} revenue times 1000"
        yield accounts(name, frame, cell(frame, row, "revenue", "unit_slip", A))
    for choice in (R, W):
        frame = narrow(books(FEW))
        row = at(frame, "c05", 2019)
        off(frame, row, "revenue", 1000)
        yield accounts(
            f"one revenue times 1000, by choice {choice}",
            frame,
            cell(frame, row, "revenue", "unit_slip", choice),
            settings=f"severity: {{unit_slip: {choice}}}",
        )


def _other_cells() -> Iterator[Case]:
    """A single cell of another line off by a power of ten: the sums or its series tell."""
    for line in ("cost_of_revenue", "gross_profit", "operating_income", "net_income"):
        frame = books(FEW)
        row = at(frame, "c05", 2019)
        off(frame, row, line, 10)
        yield accounts(f"one {line} times 10", frame, cell(frame, row, line, "unit_slip", A))
    frame = books(FEW)
    row = at(frame, "c05", 2019)
    off(frame, row, "total_assets", 1000)
    yield accounts(
        "assets times 1000", frame, cell(frame, row, "total_assets", "unit_slip_unmeasured", W)
    )
    frame = books(FEW)
    row = at(frame, "c05", 2019)
    off(frame, row, "employees", 10)
    yield accounts(
        "employees times 10", frame, cell(frame, row, "employees", "unit_slip_unmeasured", W)
    )
    for first, second, named in (
        ("operating_income", "net_income", "net_income"),
        ("cost_of_revenue", "gross_profit", "cost_of_revenue"),
        ("revenue", "cost_of_revenue", "cost_of_revenue"),
    ):
        frame = books(FEW)
        frame[[first, second]] = frame[[second, first]].to_numpy()
        found: Finding = ("pnl.csv", None, named, "columns_swapped", R, "")
        yield accounts(f"{first} and {second} in one another's column", frame, found)


def money(frame: pd.DataFrame) -> list[str]:
    return [name for name in frame.columns[5:] if name != "employees"]


def _units() -> Iterator[Case]:
    """All amounts of a row in another unit than it says, or in another that it says."""
    for factor in (1000, 0.001):
        frame = books(FEW)
        row = at(frame, "c05", 2019)
        off(frame, row, money(frame), factor)
        yield accounts(
            f"all of a row times {factor:g}", frame, cell(frame, row, "unit", "unit_slip_period", R)
        )
    frame = books(FEW)
    off(frame, row, money(frame), 1000)
    frame.loc[row, "unit"] = 1
    yield accounts(
        "a row in another unit that it states", frame, cell(frame, row, "unit", "mixed_unit", W)
    )


def _whole_periods() -> Iterator[Case]:
    """A line of a whole year off for every company."""
    for line, factor in (
        ("revenue", 1000),
        ("revenue", 10),
        ("revenue", 0.001),
        ("net_income", 1000),
    ):
        frame = narrow(books(FEW))
        own = frame.index[frame["period_end"] == "2018-12-31"]
        off(frame, own, line, factor)
        yield accounts(
            f"{line} of a whole year times {factor:g}",
            frame,
            *(cell(frame, row, line, "unit_slip_period", R) for row in own),
        )


def _signs() -> Iterator[Case]:
    frame = narrow(books(60))
    inside = frame["period_end"].between("2016", "2019-12-31")
    frame["net_income"] = frame["net_income"].where(~inside, frame["net_income"].abs())
    lost = [cell(frame, row, "net_income", "lost_signs", R) for row in frame.index[inside]]
    yield accounts("no loss in four years", frame, *lost)
    losses = np.flatnonzero(books(FEW)["net_income"] < 0)
    for count, kind, severity in ((1, "lost_sign", A), (6, "lost_signs", R)):
        frame = books(FEW)
        rows = losses[:count]
        frame.loc[rows, "net_income"] *= -1
        found = [cell(frame, int(row), "net_income", kind, severity) for row in rows]
        yield accounts(f"{count} loss without its sign", frame, *found)
    frame = books(FEW)
    frame["cost_of_revenue"] *= -1
    costs = [cell(frame, row, "cost_of_revenue", "negative_costs", R) for row in frame.index]
    yield accounts(
        "all costs with a minus", frame, *costs, whole("gross_profit", "identity_not_usual")
    )
    frame = narrow(books(25, losses=False))
    yield accounts("250 results and no loss", frame, whole("net_income", "few_losses"))


def whole(column: str, kind: str) -> Finding:
    """A warning about a whole column of the accounts."""
    return ("pnl.csv", None, column, kind, W, "")


def _sums() -> Iterator[Case]:
    for line, change, kind, severity in (
        ("net_income", -12, "identity_gap", W),
        ("operating_income", 0.02, "identity_gap", W),
        ("gross_profit", 0.3, "identity_broken", A),
    ):
        frame = books(FEW)
        row = at(frame, "c05", 2019)
        frame.loc[row, line] += round(change * frame.loc[row, line]) if abs(change) < 1 else change
        broken = [cell(frame, row, line, kind, severity)]
        if line == "operating_income":
            broken.append(cell(frame, row, "net_income", "identity_gap", W))
        if line == "gross_profit":
            broken.append(cell(frame, row, "operating_income", "identity_gap", W))
        yield accounts(f"{line} that does not follow", frame, *broken)


def _swaps() -> Iterator[Case]:
    for name, make, lines in (
        ("two companies swapped in a year", books, None),
        ("two companies' revenue and result swapped", lambda few: narrow(books(few)), None),
        ("two companies' results swapped", books, ["net_income"]),
    ):
        frame = make(FEW)
        level = frame.groupby("company_id")["revenue"].mean()
        pair = [at(frame, str(level.idxmin()), 2018), at(frame, str(level.idxmax()), 2018)]
        own = lines or list(frame.columns[5:])
        frame.loc[pair, own] = frame.loc[pair[::-1], own].to_numpy()
        swapped = [cell(frame, row, line, "values_swapped", A) for row in pair for line in own]
        yield accounts(name, frame, *swapped)


def _periods() -> Iterator[Case]:
    frame = books(FEW)
    row = at(frame, "c05", 2019)
    again = frame.columns[5:]
    frame.loc[row, again] = frame.loc[row - 1, again].to_numpy()
    yield accounts(
        "a year with the figures of the one before",
        frame,
        cell(frame, row, "period_end", "period_repeated", A),
    )
    frame = books(FEW)
    rows = [at(frame, name, 2018) for name in frame["company_id"].unique()]
    for row in rows:
        frame.loc[row, again] = frame.loc[row - 1, again].to_numpy()
    yield accounts(
        "a whole year with the figures of the one before",
        frame,
        *(cell(frame, row, "period_end", "periods_repeated", R) for row in rows),
    )
    frame = narrow(books(FEW))
    row = at(frame, "c05", 2019)
    frame = frame.drop(index=row - 1).reset_index(drop=True)
    frame.loc[row - 1, "period_months"] = 15
    frame.loc[row - 1, "revenue"] = round(frame.loc[row - 1, "revenue"] * 1.25)
    yield accounts(
        "a year of 15 months", frame, cell(frame, row - 1, "period_months", "odd_period_length", W)
    )
    frame = books(FEW)
    row = at(frame, "c05", 2019)
    frame.loc[row, "period_months"] = 15
    yield accounts(
        "15 months of which three were sent before",
        frame,
        cell(frame, row, "period_end", "periods_overlap", W),
    )


def _growth() -> Iterator[Case]:
    for factor, kind in ((3, "unmarked_break"), (6, "implausible_growth")):
        frame = books(FEW)
        late = (frame["company_id"] == "c05") & (frame["period_end"] >= "2021")
        frame.loc[late, frame.columns[5:]] *= factor
        row = at(frame, "c05", 2021)
        finding = cell(frame, row, "revenue", kind, W)
        yield accounts(f"{factor} times as large from a year on", frame, finding)
        events = "company_id,date,kind\nc05,2021-03-01,merger\n"
        yield accounts(f"{factor} times as large by a merger", frame, extra={"events": events})
