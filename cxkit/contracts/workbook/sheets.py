"""A workbook's sheets as the process that opened it sent them, and where their tables begin."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

HEADER_WITHIN = 40  # rows among which a header is looked for
META = "_meta"
FINDINGS = "_findings"
READ_ME = ("Read me", "Прочтите", "Przeczytaj", "请先阅读")
OURS = {name.casefold() for name in (META, FINDINGS, *READ_ME)}


@dataclass(frozen=True)
class Cell:
    """A filled cell: its column from 1, the kind of `grid` it is, its text."""

    column: int
    kind: str
    text: str


@dataclass(frozen=True)
class Row:
    """A row with at least one filled cell."""

    number: int
    hidden: bool
    cells: tuple[Cell, ...]

    def texts(self) -> dict[int, str]:
        """The row's texts by column, without the space around them."""
        return {cell.column: cell.text.strip() for cell in self.cells if cell.text.strip()}


@dataclass(eq=False)
class Sheet:
    """A sheet's filled rows and what a reader of it might not see."""

    name: str
    hidden: bool
    rows: list[Row] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    stray: list[tuple[int, int]] = field(default_factory=list)
    strays: int = 0

    @property
    def key(self) -> str:
        """The name as it is compared: ` Companies ` is `companies`."""
        return self.name.strip().casefold()


@dataclass(eq=False)
class Workbook:
    """The sheets of a workbook in its order; `meta` holds what the template says of itself."""

    sheets: list[Sheet]
    links: bool
    meta: dict[str, str]


def gather(lines: Iterable[Any]) -> Workbook:
    """The lines of `grid.lines` as sheets."""
    given: Iterator[Any] = iter(lines)
    first: dict[str, Any] = next(given, {})
    sheets: list[Sheet] = []
    for line in given:
        if isinstance(line, list):
            number, hidden, cells = line
            sheets[-1].rows.append(Row(number, hidden, tuple(Cell(*cell) for cell in cells)))
        elif "sheet" in line:
            sheets.append(Sheet(line["sheet"], line["hidden"]))
        else:
            sheet = sheets[-1]
            sheet.hidden_columns = [(low, high) for low, high in line["hidden_columns"]]
            sheet.merged = [(a, b, c, d) for a, b, c, d in line["merged"]]
            sheet.stray = [(row, column) for row, column in line["stray"]]
            sheet.strays = line["strays"]
    return Workbook(sheets, bool(first.get("links")), _meta(sheets))


def _meta(sheets: Iterable[Sheet]) -> dict[str, str]:
    found: dict[str, str] = {}
    for sheet in sheets:
        if sheet.key == META:
            for row in sheet.rows:
                texts = row.texts()
                if 1 in texts:
                    found[texts[1]] = texts.get(2, "")
    return found


def header_row(sheet: Sheet, known: Collection[str]) -> Row | None:
    """The row that names most columns of the contract; else the first that is filled."""
    first = sheet.rows[:HEADER_WITHIN]
    if not first:
        return None
    return max(first, key=lambda row: (len(set(row.texts().values()) & set(known)), -row.number))


def letter(column: int) -> str:
    """A column's name in a spreadsheet: 1 is A, 27 is AA."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def address(row: int, column: int) -> str:
    """A cell's name in a spreadsheet, such as C14."""
    return f"{letter(column)}{row}"
