"""A workbook's sheets as raw tables, with what is wrong or easily overlooked in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from cxkit.contracts import headers
from cxkit.contracts.cells import Mask
from cxkit.contracts.findings import Findings, Rows
from cxkit.contracts.instrument import Instrument
from cxkit.contracts.intake import Intake
from cxkit.contracts.raw import RawTable
from cxkit.contracts.strict import quoted
from cxkit.contracts.tables import NUMBER, TABLES, TEXT, Column, Table
from cxkit.contracts.workbook import fold, grid, overlooked
from cxkit.contracts.workbook.fold import Fold, item_columns
from cxkit.contracts.workbook.sheets import Cell, Row, Sheet, Workbook, header_row
from cxkit.errors import nearest

ANSWER = Column("performance", NUMBER)
FAULTS = {
    grid.ERROR: (
        "error_cell",
        "the formula's result is the error {value}",
        "mend the formula, or write the value itself",
        "cells with an error",
    ),
    grid.UNCALCULATED: (
        "formula_without_value",
        "the cell holds a formula that was not calculated",
        "open the file in Excel or LibreOffice, let it calculate, and save it",
        "formulas without a value",
    ),
    grid.LONG: (
        "text_too_long",
        f"the cell has more than {grid.MAX_TEXT:,} characters",
        "shorten the text",
        "texts that are too long",
    ),
    grid.DATE: (
        "text_became_date",
        "the cell is the date {value}, not text; what was typed is lost",
        "format the column as text and type the value again",
        "texts turned into dates",
    ),
    grid.NUMBER: (
        "rounded_id",
        "{value} is stored as a number of more than 15 digits, of which the last are lost",
        "format the column as text and type the value again",
        "ids rounded to 15 digits",
    ),
}
MERGED = (
    "the cell is merged with another; only the first of them holds a value",
    "unmerge the cells and write the value into each",
    "rows with merged cells",
)
Faults = dict[str, dict[str, list[tuple[int, str]]]]


@dataclass(eq=False)
class Layout:
    """Where a table lies on its sheet: for comments at the very cells of its findings.

    `columns` has unnamed columns by their letter, `again` further columns of a name.
    """

    sheet: str
    header: int
    columns: dict[str, int]
    again: dict[str, list[int]] = field(default_factory=dict)


@dataclass(eq=False)
class _Reading:
    """One sheet on its way to a raw table."""

    label: str
    sheet: Sheet
    table: Table
    findings: Findings
    instrument: Instrument
    decimal: str
    header: Row
    wide: bool
    columns: dict[str, int] = field(default_factory=dict)
    again: dict[str, list[int]] = field(default_factory=dict)
    unnamed: dict[str, int] = field(default_factory=dict)
    folded: Fold | None = None

    @property
    def rows(self) -> list[Row]:
        """Rows below the header with a cell in a named column."""
        named = set(self.columns.values())
        below = (row for row in self.sheet.rows if row.number > self.header.number)
        return [row for row in below if any(c.column in named and _filled(c) for c in row.cells)]

    def contract(self, name: str) -> Column | None:
        """What the contract says of a column of the sheet; an item's is an answer."""
        if self.wide and name in item_columns(self.instrument):
            return ANSWER
        return self.table.named.get(name)


def _filled(cell: Cell) -> bool:
    return cell.kind != grid.TEXT or bool(cell.text.strip())


def label(file: str, sheet: str) -> str:
    """What findings call a sheet of a workbook."""
    return f"{file} [{sheet}]"


def raw_tables(
    book: Workbook, file: str, intake: Intake
) -> tuple[dict[str, RawTable], dict[str, Layout]]:
    """The tables that a workbook holds, by name; sheets of the template left empty hold none."""
    tables: dict[str, RawTable] = {}
    layouts: dict[str, Layout] = {}
    overlooked.report_workbook(book, file, intake)
    for sheet in overlooked.table_sheets(book, file, intake.findings):
        reading = _reading(sheet, label(file, sheet.key), intake)
        if reading is None or (book.meta and not reading.rows):
            continue
        if _lacks_header(reading):
            intake.file[sheet.key] = reading.label
            layouts[reading.label] = Layout(sheet.name, reading.header.number, {})
            continue
        if not book.meta:
            overlooked.report_header(reading.label, sheet, reading.header, intake.findings)
        rows, columns = reading.rows, reading.columns
        tables[sheet.key] = _raw(reading, _defaults(book, sheet))
        overlooked.report_hidden(reading.label, sheet, rows, columns, intake.findings)
        places = {**reading.unnamed, **columns}
        layouts[reading.label] = Layout(sheet.name, reading.header.number, places, reading.again)
    return tables, layouts


def _reading(sheet: Sheet, name: str, intake: Intake) -> _Reading | None:
    table, instrument = TABLES[sheet.key], intake.instrument
    answers = item_columns(instrument) if sheet.key == "assessments" else ()
    header = header_row(sheet, {*table.named, *answers})
    if header is None:
        return None
    wide = bool(answers) and fold.is_wide(header.texts().values(), instrument)
    decimal = intake.config.locale.decimal
    reading = _Reading(name, sheet, table, intake.findings, instrument, decimal, header, wide)
    _name_columns(reading)
    return reading


def _lacks_header(reading: _Reading) -> bool:
    """Whether what should be the header names no column; reported here."""
    cells, further = list(reading.header.texts().values()), item_columns(reading.instrument)
    if not headers.is_missing(cells, reading.table, further):
        return False
    number, table = reading.header.number, reading.table
    headers.report_missing(reading.label, number, cells, table, reading.findings)
    return True


def _name_columns(reading: _Reading) -> None:
    """Each name's first column; names that stand twice and columns without one are reported."""
    for column, name in sorted(reading.header.texts().items()):
        if name in reading.columns:
            reading.again.setdefault(name, []).append(column)
        reading.columns.setdefault(name, column)
    for name in sorted(reading.again):
        reading.findings.add(
            reading.label,
            "duplicate_column",
            f"column {quoted(name)} stands more than once",
            "keep one of them",
            column=name,
        )


def _raw(reading: _Reading, defaults: Mapping[str, str]) -> RawTable:
    rows = reading.rows
    sheet, header = reading.sheet, reading.header
    reading.unnamed = overlooked.report_unnamed(reading.label, sheet, header, reading.findings)
    faults: Faults = {}
    cells = {name: [""] * len(rows) for name in reading.columns}
    names = {column: name for name, column in reading.columns.items()}
    for at, row in enumerate(rows):
        for cell in row.cells:
            name = names.get(cell.column)
            if name is not None:
                cells[name][at] = _text(cell, name, at, reading, faults)
    _fill(cells, defaults)
    merged = overlooked.merged_cells(sheet, header, rows, reading.columns)
    faulty = _masks(faults, merged, len(rows))
    numbers = [row.number for row in rows]
    if reading.wide:
        _report_items(reading)
        reading.folded = fold.folded(reading.columns, reading.instrument)
        reading.findings.fold(reading.label, reading.folded)
    _report_merged(reading, rows, merged)
    _report_faults(reading, rows, faults)
    if reading.folded is not None:
        return _melted(reading, reading.folded, cells, faulty, numbers)
    arrays = {name: pa.array(texts, pa.large_string()) for name, texts in cells.items()}
    return _table(reading.label, arrays, np.array(numbers, dtype=np.int64), faulty)


def _table(
    label: str, arrays: dict[str, pa.Array], rows: Rows, faulty: dict[str, Mask]
) -> RawTable:
    return RawTable(label, arrays, rows, np.zeros(len(rows), dtype=bool), faulty)


def _text(cell: Cell, name: str, at: int, reading: _Reading, faults: Faults) -> str:
    """A cell as the text that its column is read from; a fault leaves it empty and is noted."""
    contract, kind = reading.contract(name), cell.kind
    if contract is None:
        return ""
    is_text = contract.type == TEXT
    lost = kind == grid.NUMBER and is_text and len(cell.text.lstrip("-")) > 15
    if (
        kind in (grid.ERROR, grid.UNCALCULATED, grid.LONG)
        or (kind == grid.DATE and is_text)
        or lost
    ):
        faults.setdefault(kind, {}).setdefault(name, []).append((at, cell.text))
        return ""
    if kind in (grid.NUMBER, grid.PADDED) and contract.type == NUMBER:
        return cell.text.replace(".", reading.decimal)
    return cell.text.encode("utf-8", "replace").decode() if kind == grid.TEXT else cell.text


def _defaults(book: Workbook, sheet: Sheet) -> dict[str, str]:
    """What the template states at the top of the accounts: an empty cell means this."""
    if sheet.key != "pnl":
        return {}
    return {name: book.meta[name] for name in ("currency", "unit") if book.meta.get(name)}


def _fill(cells: Mapping[str, list[str]], defaults: Mapping[str, str]) -> None:
    for name in defaults.keys() & cells.keys():
        cells[name][:] = [text if text.strip() else defaults[name] for text in cells[name]]


def _report_faults(reading: _Reading, rows: list[Row], faults: Faults) -> None:
    for kind, columns in faults.items():
        finding, message, way_out, what = FAULTS[kind]
        for name, places in columns.items():
            _report(
                reading,
                finding,
                name,
                [(rows[at].number, text) for at, text in places],
                (message, way_out, what),
            )


def _report_merged(reading: _Reading, rows: list[Row], merged: Mapping[str, list[int]]) -> None:
    for name, places in merged.items():
        _report(reading, "merged_cells", name, [(rows[at].number, "") for at in places], MERGED)


def _report(
    reading: _Reading,
    kind: str,
    name: str,
    places: list[tuple[int, str]],
    words: tuple[str, str, str],
) -> None:
    """Findings about cells of a column, each as row of the sheet and text."""
    column: str = name
    if reading.folded is not None:
        column, places = reading.folded.spread(name, places)
    rows = np.array([row for row, _ in places], dtype=np.int64)
    values = [value for _, value in places]
    reading.findings.add_rows(reading.label, kind, column, rows, values, *words)


def _masks(faults: Faults, merged: Mapping[str, list[int]], rows: int) -> dict[str, Mask]:
    """Which cells of a column are reported already and need no second finding."""
    found: dict[str, Mask] = {}
    for columns in faults.values():
        for name, places in columns.items():
            found.setdefault(name, np.zeros(rows, dtype=bool))[[at for at, _ in places]] = True
    for name, some in merged.items():
        found.setdefault(name, np.zeros(rows, dtype=bool))[some] = True
    return found


def _melted(
    reading: _Reading,
    folded: Fold,
    cells: dict[str, list[str]],
    faulty: dict[str, Mask],
    numbers: list[int],
) -> RawTable:
    """Answers by column as rows of the contract."""
    long, bad, rows = fold.melt(cells, faulty, numbers, folded)
    arrays = {name: pa.array(texts, pa.large_string()) for name, texts in long.items()}
    masks = {name: np.array(flags, dtype=bool) for name, flags in bad.items()}
    return _table(reading.label, arrays, np.array(rows, dtype=np.int64), masks)


def _report_items(reading: _Reading) -> None:
    """Items without a column, and the columns that might have been meant."""
    known = item_columns(reading.instrument)
    unknown = [n for n in reading.columns if n not in known and n not in reading.table.named]
    for item in (item.id for item in reading.instrument.items if item.id not in reading.columns):
        reading.findings.add(
            reading.label,
            "missing_item",
            f"there is no column for the item {quoted(item)}{nearest(item, unknown)}; "
            "it counts as not asked",
            "add the column, or leave it out if the item was not asked",
            column=item,
        )
