"""A second, much simpler reader of plain CSV: what the kit reads is held against it."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
from typing import Any

import pandas as pd

from cxkit.contracts import TABLES
from cxkit.contracts.tables import DATE, FLAG, NUMBER

Cell = str | float | dt.date | bool | None
READ = {NUMBER: float, DATE: dt.date.fromisoformat}


def expected(table: str, text: str) -> list[tuple[Cell, ...]]:
    """Rows of a plain CSV, one value for each column of the table's contract."""
    rows = csv.DictReader(io.StringIO(text, newline=""))
    columns = TABLES[table].columns
    return [tuple(_value(row.get(c.name) or "", c.type) for c in columns) for row in rows]


def actual(table: str, frame: pd.DataFrame) -> list[tuple[Cell, ...]]:
    """Rows of a table that the kit has read, in the same form."""
    columns = [frame[column.name].tolist() for column in TABLES[table].columns]
    return [tuple(map(_plain, row)) for row in zip(*columns, strict=True)]


def _value(text: str, kind: str) -> Cell:
    if kind == FLAG:
        return text == "yes"
    return READ.get(kind, str)(text) if text else None


def _plain(value: Any) -> Cell:
    if value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    return value.date() if isinstance(value, pd.Timestamp) else value
