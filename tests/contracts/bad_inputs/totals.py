"""Totals that were given an id of their own, as if they were a company."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from tests.contracts.bad_inputs.case import A, Case, Finding, R, W, config
from tests.contracts.bad_inputs.figures import NO_TABLES, text
from tests.contracts.figures.books import books

FAMILY = "totals as companies"
SUMS = ("revenue", "cost_of_revenue", "gross_profit", "selling_general_administrative",
        "operating_income", "interest_expense", "income_tax", "net_income", "total_assets",
        "employees")  # fmt: skip


def cases() -> Iterator[Case]:
    """All cases of the family."""
    for name in ("TOTAL", "Group", "Итого", "Razem", "合计", "All Brands"):
        yield from _named(name)
    yield from _chosen()
    yield from _right()


def _sums(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """The companies' accounts with those of all added up, below them."""
    lines = [line for line in SUMS if line in frame]
    total = frame.groupby("period_end", as_index=False)[lines].sum()
    fixed = {"company_id": name, "period_months": 12, "currency": "USD", "unit": 1000}
    return pd.concat([frame, total.assign(**fixed)[frame.columns]], ignore_index=True)


def _case(
    name: str,
    frame: pd.DataFrame,
    listed: list[str],
    *findings: Finding,
    read: pd.DataFrame | None = None,
    kept: list[str] | None = None,
    settings: str = "",
) -> Case:
    """Accounts of these companies, each with a score; what is read of them."""
    head = config(settings).replace("company: a1\n", "")
    tables = {"companies": _companies(listed), "scores": _scores(listed), "pnl": text(frame)}
    left = listed if kept is None else kept
    truth = {"companies": _companies(left), "scores": _scores(left)}
    files = {f"{table}.csv": content for table, content in tables.items()}
    return Case(
        name,
        FAMILY,
        {**NO_TABLES, "client.yml": head, **files},
        {**truth, "pnl": text(frame if read is None else read), "assessments": None},
        findings,
    )


def _companies(names: list[str]) -> str:
    return "company_id,name\n" + "".join(f"{name},{name}\n" for name in names)


def _scores(names: list[str]) -> str:
    rows = "".join(f"{name},2020-06-30,index,10\n" for name in names)
    return "company_id,wave,measure,value\n" + rows


def _named(name: str) -> Iterator[Case]:
    sound = books(6, losses=False)
    frame, names = _sums(sound, name), sorted(set(sound["company_id"]))
    rows = range(len(sound) + 2, len(frame) + 2)
    found: list[Finding] = [("pnl.csv", row, "company_id", "totals_row", A, name) for row in rows]
    yield _case(f"{name}, no company", frame, names, *found, read=sound)
    yield _case(
        f"{name} among the companies",
        frame,
        [*names, name],
        *found,
        ("companies.csv", len(names) + 2, "company_id", "totals_row", A, name),
        ("scores.csv", len(names) + 2, "company_id", "company_set_aside", A, name),
        read=sound,
        kept=names,
    )


def _chosen() -> Iterator[Case]:
    sound = books(6, losses=False)
    frame, names = _sums(sound, "holding"), sorted(set(sound["company_id"]))
    rows = range(len(sound) + 2, len(frame) + 2)
    found: list[Finding] = [("pnl.csv", r, "company_id", "totals_row", W, "holding") for r in rows]
    listed = ("companies.csv", len(names) + 2, "company_id", "totals_row", W, "holding")
    yield _case(
        "a holding that is one, by choice",
        frame,
        [*names, "holding"],
        *found,
        listed,
        settings="severity: {totals_row: warn}",
    )
    refused = [(*finding[:4], R, finding[5]) for finding in (*found, listed)]
    yield _case(
        "a total, refused by choice",
        frame,
        [*names, "holding"],
        *refused,
        settings="severity: {totals_row: refuse}",
    )


def _right() -> Iterator[Case]:
    """What is no total: larger than all, or equal to them in one line of one year."""
    frame = books(6, losses=False)
    names = sorted(set(frame["company_id"]))
    one = frame["period_end"] == "2020-12-31"
    others = frame.loc[one & (frame["company_id"] != "c05"), "total_assets"].sum()
    frame.loc[one & (frame["company_id"] == "c05"), "total_assets"] = others
    narrow = frame.drop(columns=["total_assets"])
    yield _case("a company as large as the others", narrow, names)
