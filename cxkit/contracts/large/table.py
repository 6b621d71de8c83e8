"""A table of answers in Parquet files, seen through DuckDB as its contract has it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from cxkit.contracts.findings import Rows
from cxkit.contracts.tables import ASSESSMENTS, DATE, FLAG, NUMBER
from cxkit.contracts.typed import empty_table

if TYPE_CHECKING:
    import duckdb

MEMORY = "1GB"
THREADS = 4
KEY = ("company_id", "wave", "respondent_id", "item_id")
MOST_CASES = 100
HARMLESS = re.compile(r"[A-Za-z0-9 .,:/+_-]*")
CASTS = {DATE: "DATE", NUMBER: "DOUBLE", FLAG: "BOOLEAN"}


@dataclass(frozen=True)
class Part:
    """A Parquet file; the first of its rows is row `first` of the table as a whole."""

    path: Path
    first: int


@dataclass(frozen=True, eq=False)
class LargeTable:
    """Answers that stay in their files; a row is one answer.

    `types` are the Arrow types of the contract's columns that were sent, `unknown` the names of
    the others. `maps` holds, for a column whose cells are not values yet, every distinct cell
    with its value; `saying_none` those cells of `performance` that say not applicable, with the
    value true. Rows in `left_out` (numbered as in the file, the header being row 1) do not
    count; `kept` holds those of them that were looked at one by one and do, typed. `companies`
    are those of the rows that were not left out. `work` is where intermediate files lie.
    """

    file: str
    parts: tuple[Part, ...]
    rows: int
    types: Mapping[str, pa.DataType]
    work: TemporaryDirectory[str]
    unknown: tuple[str, ...] = ()
    maps: Mapping[str, pa.Table] = field(default_factory=dict, repr=False)
    saying_none: pa.Table | None = field(default=None, repr=False)
    left_out: Rows = field(default_factory=lambda: np.empty(0, dtype=np.int64), repr=False)
    kept: pd.DataFrame = field(default_factory=lambda: empty_table(ASSESSMENTS), repr=False)
    companies: frozenset[str] = field(default=frozenset(), repr=False)

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A database in memory with the views `cells` (as sent), `typed` and `answers`.

        `typed` has every row with the contract's columns and `_row`; a cell that is no value is
        NULL. `answers` has those that count.
        """
        connection = connect(self.work.name)
        connection.execute(f"CREATE VIEW cells AS {self._cells()}")
        for name, values in self.maps.items():
            connection.register(f"map_{name}", values)
        if self.saying_none is not None:
            connection.register("saying_none", self.saying_none)
        connection.execute(f"CREATE VIEW typed AS {self._typed()}")
        connection.register("left_out", pd.DataFrame({"_row": self.left_out}))
        connection.register("kept", self.kept)
        connection.execute(f"CREATE VIEW answers AS {self._answers()}")
        return connection

    def _cells(self) -> str:
        names = ", ".join(f'"{name}"' for name in self.types)
        return " UNION ALL ".join(
            f"SELECT file_row_number + {part.first} AS _row, {names} "
            f"FROM read_parquet({literal(part.path)}, file_row_number = true)"
            for part in self.parts
        )

    def _typed(self) -> str:
        joins = "".join(
            f' LEFT JOIN map_{name} ON cells."{name}" = map_{name}.cell'
            for name, values in self.maps.items()
            if not _is_short(values)
        )
        columns = [
            self._flag() if column.type == FLAG else self._column(column.name, column.type)
            for column in ASSESSMENTS.columns
        ]
        return f"SELECT _row, {', '.join(columns)} FROM cells{joins}"

    def _column(self, name: str, kind: str) -> str:
        to = CASTS.get(kind, "VARCHAR")
        if name not in self.types:
            return f"CAST(NULL AS {to}) AS {name}"
        cell = f'cells."{name}"'
        if name in self.maps:
            values = self.maps[name]
            found = _cases(cell, values, to) if _is_short(values) else f"map_{name}.value"
            return f"CAST({found} AS {to}) AS {name}"
        if pa.types.is_floating(self.types[name]):
            cell = f"CASE WHEN isnan({cell}) THEN NULL ELSE {cell} END"
        return f"CAST({cell} AS {to}) AS {name}"

    def _flag(self) -> str:
        """`not_applicable`: no where it is empty, yes where the answer says so."""
        name = "not_applicable"
        found = self._column(name, FLAG).removesuffix(f" AS {name}")
        if self.saying_none is not None:
            cell = 'cells."performance"'
            says = f"{cell} IN (SELECT cell FROM saying_none)"
            if _is_short(self.saying_none):
                says = _cases(cell, self.saying_none, "BOOLEAN")
            found = f"coalesce({says}, false) OR coalesce({found}, false)"
        return f"coalesce({found}, false) AS {name}"

    def _answers(self) -> str:
        rows = "SELECT * FROM typed"
        if len(self.left_out):
            rows += " WHERE _row NOT IN (SELECT _row FROM left_out)"
        if len(self.kept):
            columns = ", ".join(
                f"CAST({c.name} AS {CASTS.get(c.type, 'VARCHAR')})" for c in ASSESSMENTS.columns
            )
            rows += f" UNION ALL SELECT _row, {columns} FROM kept"
        return rows


def _is_short(values: pa.Table) -> bool:
    """Whether a map can be written out: few cells, each of characters that mean nothing in SQL."""
    kind = values.schema.field("cell").type
    if len(values) > MOST_CASES or not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return False
    return all(cell is None or HARMLESS.fullmatch(cell) for cell in values["cell"].to_pylist())


def _cases(cell: str, values: pa.Table, to: str) -> str:
    """A map as a CASE expression, which is faster than a join and only done where it is used."""
    cases = [
        f"WHEN '{text}' THEN CAST('{value}' AS {to})"
        for text, value in zip(values["cell"].to_pylist(), _texts(values["value"]), strict=True)
        if text is not None and value is not None
    ]
    return f"CASE {cell} {' '.join(cases)} END" if cases else "NULL"


def _texts(values: pa.ChunkedArray) -> list[str | None]:
    """Numbers in full precision, days as ISO; other values are their text."""
    return [
        None if value is None else str(getattr(value, "date", lambda v=value: v)())
        for value in values.to_pylist()
    ]


def connect(work: str) -> duckdb.DuckDBPyConnection:
    """A database in memory that spills to `work`, loads no extension and goes to no network."""
    import duckdb

    return duckdb.connect(
        config={
            "memory_limit": MEMORY,
            "threads": min(THREADS, os.cpu_count() or 1),
            "temp_directory": work,
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
    )


def literal(path: Path) -> str:
    """A file's path in SQL; none of its characters stands for others."""
    text = "".join(f"[{c}]" if c in "*?[" else c for c in path.as_posix())
    return "'" + text.replace("'", "''") + "'"
