"""Workbooks as clients send them: made with openpyxl, and bent by hand where it is too tidy."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook, load_workbook

from cxkit.contracts import Client, check_client, read_client
from tests.contracts.folders import write_client

Rows = Sequence[Sequence[Any]]
DAY = dt.date(2023, 6, 30)
NO_FILES = {"companies.csv": None, "assessments.csv": None, "scores.csv": None, "pnl.csv": None}
COMPANIES: Rows = [["company_id", "name"], ["a1", "Acme"], ["b2", "Beta"]]
WIDE_NAMES = "company_id wave respondent_id lead_1 lead_1:importance lead_2 serve_1 serve_2"
WIDE: Rows = [
    WIDE_NAMES.split(),
    ["a1", DAY, "r1", 3, 4, 0, None, 5],
    ["b2", DAY, "r1", 1, 5, 2, 3, 4],
]
PNL: Rows = [
    ["company_id", "period_end", "period_months", "currency", "unit", "revenue", "net_income"],
    ["a1", dt.date(2022, 12, 31), 12, "USD", 1000000, 100.5, -3],
    ["a1", dt.date(2023, 12, 31), 12, "USD", 1000000, 110, 4],
]
GOOD: Mapping[str, Rows] = {"companies": COMPANIES, "assessments": WIDE, "pnl": PNL}


def book(sheets: Mapping[str, Rows], bend: Callable[[Workbook], None] | None = None) -> bytes:
    """A workbook of these sheets, changed by `bend` before it is saved."""
    made = Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    if bend:
        bend(made)
    return saved(made)


def saved(made: Workbook) -> bytes:
    """The workbook's bytes."""
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def opened(data: bytes) -> Workbook:
    """A workbook from its bytes, formulas as formulas."""
    return load_workbook(io.BytesIO(data))


def calculated(data: bytes, values: Mapping[str, str] | None = None) -> bytes:
    """As if a spreadsheet program had saved it: formulas need no calculation any more.

    `values` replaces text in the sheets' XML, for the results of formulas.
    """
    return patched(data, {"xl/workbook.xml": {'fullCalcOnLoad="1"': ""}, "sheet": values or {}})


def patched(data: bytes, changes: Mapping[str, Mapping[str, str]]) -> bytes:
    """The zip with text replaced in the parts whose name holds a key."""
    out = io.BytesIO()
    old = zipfile.ZipFile(io.BytesIO(data))
    with old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = old.read(part)
            for key, pairs in changes.items():
                if key in part.filename:
                    for before, after in pairs.items():
                        content = content.replace(before.encode(), after.encode())
            new.writestr(part, content)
    return out.getvalue()


def with_parts(data: bytes, parts: Mapping[str, bytes]) -> bytes:
    """The zip with further parts."""
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def folder(place: Path, data: bytes, name: str = "intake.xlsx", **changes: Any) -> Path:
    """The good client with a workbook in place of its tables."""
    return write_client(place, {**NO_FILES, name: data, **changes})


def sent(place: Path, data: bytes, **changes: Any) -> Client:
    """The client read from a workbook."""
    return read_client(str(folder(place, data, **changes)))


def found(place: Path, data: bytes, name: str = "intake.xlsx", **changes: Any) -> pd.DataFrame:
    """The findings about a workbook."""
    return check_client(str(folder(place, data, name, **changes)))


def places(findings: pd.DataFrame, kind: str) -> list[tuple[Any, ...]]:
    """File, row, column, severity and value of each finding of a kind."""
    some = findings[findings["kind"] == kind]
    names = ["file", "row", "column", "severity", "value"]
    return [tuple(row) for row in some[names].itertuples(index=False)]
