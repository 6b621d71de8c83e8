"""A broken client folder: what is written, what must be found, and what must be read of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.contracts.cases import A, Finding, R, W
from tests.contracts.folders import GOOD, Content, write_client

__all__ = [
    "SMALL",
    "A",
    "Case",
    "Finding",
    "R",
    "Truth",
    "W",
    "config",
    "given",
    "in_cell",
    "text_of",
]

Truth = Mapping[str, str | None]

# The tables of the good folder, as text in the plainest form.
TABLES: dict[str, str] = {
    file.removesuffix(".csv"): str(content)
    for file, content in GOOD.items()
    if file.endswith(".csv")
}
SMALL = ("assessments", "pnl")  # what a folder can do without


@dataclass(frozen=True)
class Case:
    """A folder by its `files` (changes to the good one) and the outcome that it must have.

    truth holds, by table, what must be read, as a plain CSV: a value that is lost is an empty
    cell there, a row that is set aside is left out, None is a table that cannot be read. Tables
    that are not named stay as they are in the good folder, so no good value may change. says is
    a part of the message where the configuration is refused. make does to the folder what
    files cannot: links, folders in the place of files. without names good tables that are not
    sent, where they would only cost time.
    """

    name: str
    family: str
    files: Mapping[str, Content] = field(default_factory=dict)
    truth: Truth = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    says: str = ""
    make: Callable[[Path], object] | None = None
    without: tuple[str, ...] = ()

    @property
    def code(self) -> int:
        """The exit code of `cxkit check`: 2 configuration, 3 refused, else 0."""
        if self.says:
            return 2
        return 3 if any(finding[4] == R for finding in self.findings) else 0

    @property
    def tables(self) -> dict[str, str]:
        """The tables that must be read, as plain CSV."""
        truth = {**TABLES, **dict.fromkeys(self.without), **self.truth}
        return {name: text for name, text in truth.items() if text is not None}

    def write(self, place: Path) -> Path:
        """The folder, below `place`."""
        left_out = {f"{name}.csv": None for name in self.without}
        folder = write_client(place, {**left_out, **self.files})
        if self.make is not None:
            self.make(folder)
        return folder


def text_of(rows: list[list[str]], separator: str = ",") -> str:
    """Rows as CSV, cells quoted where they must be."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows(rows)
    return out.getvalue()


def in_cell(table: str, column: str, text: str, row: int = 2) -> str:
    """A table of the good folder with another text in one cell; the header is row 1."""
    rows = list(csv.reader(io.StringIO(TABLES[table])))
    rows[row - 1][rows[0].index(column)] = text
    return text_of(rows)


def given(
    name: str, family: str, table: str, text: Content, truth: str | None, *findings: Finding,
    **files: Content,
) -> Case:  # fmt: skip
    """A case of one table: as it was sent, and as it must be read."""
    named = {key.replace("_yml", ".yml"): content for key, content in files.items()}
    without = tuple(name for name in SMALL if name != table)
    files = {f"{table}.csv": text, **named}
    return Case(name, family, files, {table: truth}, findings, without=without)


def config(extra: str) -> str:
    """The good client.yml with lines added."""
    return str(GOOD["client.yml"]) + (f"{extra}\n" if extra else "")
