"""Accounts wrong in several places at once: lines, years, whole companies, one behind another."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from tests.contracts.bad_inputs.case import A, Case, Finding, R, W
from tests.contracts.bad_inputs.figures import FAMILY, FEW, accounts, cell, money, off, whole
from tests.contracts.figures.books import at, books, narrow

__all__ = ["FAMILY", "cases"]
RESULTS = ["operating_income", "net_income"]


def cases() -> Iterator[Case]:
    """All cases of several errors at once."""
    yield from _losses()
    yield from _credits()
    yield from _costs()
    yield from _revenue()
    yield from _company_units()
    yield from _file_units()
    yield from _two_values()
    yield from _two_rows()
    yield from _behind_swaps()


def _losses() -> Iterator[Case]:
    """Losses sent as profits in operating and net income."""
    sound = books(FEW)
    losses = np.flatnonzero((sound[RESULTS] < 0).all(axis=1))
    for count, kind, severity in ((1, "lost_sign", A), (2, "lost_sign", A), (6, "lost_signs", R)):
        frame = books(FEW)
        rows = [int(row) for row in losses[:count]]
        frame.loc[rows, RESULTS] *= -1
        found = [cell(frame, row, line, kind, severity) for row in rows for line in RESULTS]
        yield accounts(f"{count} times both results without their sign", frame, *found)
        short = [*frame.columns[:6], *RESULTS, "interest_expense", "income_tax"]
        name = f"{count} times both results without their sign, and no gross profit"
        yield accounts(name, frame[short], *found)
        if count == 6:
            warned = [(*finding[:4], W, finding[5]) for finding in found]
            yield accounts(
                "both results without their sign, by choice warn", frame, *warned,
                settings="severity: {lost_signs: warn}",
            )  # fmt: skip


def _credits() -> Iterator[Case]:
    """The same with a tax credit, or interest, that lost its sign too."""
    sound = books(FEW)
    rows = [int(row) for row in np.flatnonzero((sound[RESULTS] < 0).all(axis=1))[:3]]
    credit = (0.1 * sound.loc[rows, "net_income"]).round().astype(int)
    sound.loc[rows, "net_income"] -= credit
    sound.loc[rows, "income_tax"] = credit
    yield accounts("losses with a tax credit", sound)
    for others in (["income_tax"], ["interest_expense"], ["income_tax", "interest_expense"]):
        frame = sound.copy()
        frame.loc[rows, [*RESULTS, *others]] *= -1
        yield accounts(
            f"both results and {' and '.join(others)} without their sign",
            frame,
            *(cell(frame, row, line, "lost_signs", R) for row in rows for line in RESULTS),
            *(cell(frame, row, line, "identity_gap", W) for row in rows for line in others),
        )


def _own(frame: pd.DataFrame) -> list[int]:
    return [int(row) for row in np.flatnonzero(frame["company_id"] == "c05")]


def _costs() -> Iterator[Case]:
    """One company's costs with a minus, or one cost."""
    extra = ["research_development", "depreciation_amortisation"]
    for line in ("cost_of_revenue", "selling_general_administrative", *extra):
        frame = books(FEW)
        for name in extra:
            frame[name] = (0.02 * frame["revenue"]).round()
        rows = _own(frame)
        frame.loc[rows, line] *= -1
        found = [cell(frame, row, line, "negative_costs", R) for row in rows]
        yield accounts(f"{line} of one company with a minus", frame, *found)
    frame = books(FEW)[[*books(1).columns[:7], "net_income"]].copy()
    row = at(frame, "c05", 2018)
    frame.loc[row, "cost_of_revenue"] *= -1
    found = [cell(frame, row, "cost_of_revenue", "negative_cost", W)]
    yield accounts("one cost with a minus and no sum", frame, *found)
    frame = books(FEW)
    rows = _own(frame)
    frame.loc[rows, "net_income"] += 2 * frame.loc[rows, "interest_expense"]
    frame.loc[rows, "interest_expense"] *= -1
    yield accounts("one company's interest is earned", frame)


def _revenue() -> Iterator[Case]:
    frame = narrow(books(FEW))
    row = at(frame, "c05", 2019)
    frame.loc[row, "revenue"] *= -1
    for severity, settings in ((A, ""), (W, "severity: {negative_revenue: warn}")):
        found = cell(frame, row, "revenue", "negative_revenue", severity)
        yield accounts(f"revenue below zero, {severity}", frame, found, settings=settings)
    frame = narrow(books(FEW))
    frame["revenue"] *= -1
    found_all = [cell(frame, row, "revenue", "negative_revenues", R) for row in frame.index]
    yield accounts("all revenue with a minus", frame, *found_all)


def _company_units() -> Iterator[Case]:
    """All years of a company in another unit than it says."""
    for factor in (1000, 1e6, 0.001):
        for severity, settings in ((W, ""), (R, "severity: {unit_slip_company: refuse}")):
            frame = books(FEW)
            rows = _own(frame)
            off(frame, rows, money(frame), factor)
            found = [cell(frame, row, "unit", "unit_slip_company", severity) for row in rows]
            name = f"all years of a company times {factor:g}, {severity}"
            yield accounts(name, frame, *found, settings=settings)
    frame = books(FEW)[[*books(1).columns[:6], "total_assets"]].copy()
    off(frame, rows, "revenue", 1000)
    found = [cell(frame, row, "unit", "unit_slip_company", W) for row in rows]
    yield accounts("all years of a company's revenue beside its assets", frame, *found)


def _file_units() -> Iterator[Case]:
    """Everybody's amounts in another unit than the file says."""
    for factor in (1000, 0.001):
        frame = books(FEW)
        off(frame, frame.index, money(frame), factor)
        yield accounts(f"all amounts times {factor:g}", frame, whole("unit", "units_implausible"))


def _two(frame: pd.DataFrame) -> pd.DataFrame:
    """The same with two years of one company."""
    keep = (frame["company_id"] != "c05") | (frame["period_end"] >= "2022")
    return frame[keep].reset_index(drop=True)


def _two_values() -> Iterator[Case]:
    """Two values of a company far apart: nothing tells which is wrong, or another line does."""
    for year in (2022, 2023):
        frame = _two(books(FEW)[books(1).columns[:6]])
        rows = [at(frame, "c05", one) for one in (2022, 2023)]
        off(frame, at(frame, "c05", year), "revenue", 100)
        found = [cell(frame, row, "revenue", "unit_slip_unclear", W) for row in rows]
        yield accounts(f"two values, that of {year} times 100", frame, *found)
        frame = _two(books(FEW)[[*books(1).columns[:6], "employees"]])
        row = at(frame, "c05", year)
        off(frame, row, "revenue", 1000)
        found = [cell(frame, row, "revenue", "unit_slip", A)]
        yield accounts(f"two values and employees, that of {year} times 1000", frame, *found)


def _two_rows() -> Iterator[Case]:
    for name, kind, severity in (("", "unit_slip_period", R), ("no ", "unit_slip_unclear", W)):
        frame = _two(books(FEW))
        row = at(frame, "c05", 2022)
        off(frame, row, money(frame), 100)
        rows = [row]
        if severity == W:
            frame = frame.drop(columns="employees")
            rows.append(at(frame, "c05", 2023))
        found = [cell(frame, one, "unit", kind, severity) for one in rows]
        yield accounts(f"two rows with {name}employees, one times 100", frame, *found)


def _behind_swaps() -> Iterator[Case]:
    """A unit slip in the year beside a swap, and in a cell that is itself swapped."""
    for apart, factor in ((-1, 1000), (1, 1000), (1, 0.001), (2, 10)):
        frame, rows, found = _swapped()
        row = rows[0] + apart
        off(frame, row, "revenue", factor)
        found.append(cell(frame, row, "revenue", "unit_slip", A))
        name = f"a swap, and a slip by {factor:g} {apart} years from it"
        yield accounts(name, frame, *found)
    for line in ("cost_of_revenue", "net_income"):
        frame, rows, _ = _swapped()
        off(frame, rows[0], line, 1000)
        lines = frame.columns[5:]
        found = [cell(frame, row, one, "values_swapped", A) for row in rows for one in lines]
        slip = cell(frame, rows[0], line, "unit_slip", A)
        yield accounts(f"a swap, and a slip of {line} in it", frame, *found, slip)


def _swapped() -> tuple[pd.DataFrame, list[int], list[Finding]]:
    """Accounts with the smallest and the largest company swapped in a year; rows and findings."""
    frame = books(FEW)
    level = frame.groupby("company_id")["revenue"].mean()
    rows = [at(frame, str(name), 2018) for name in (level.idxmin(), level.idxmax())]
    lines = list(frame.columns[5:])
    frame.loc[rows, lines] = frame.loc[rows[::-1], lines].to_numpy()
    found = [cell(frame, row, line, "values_swapped", A) for row in rows for line in lines]
    return frame, rows, found
