"""A workbook's filled cells, sheet by sheet, as plain lines: what the child process sends.

Cells are text with the kind of cell they were, so that nothing is rounded or guessed on the
way. Only filled cells are sent: a lone cell at XFD1048576 is one cell, not seventeen billion.
This runs under a memory limit and uses nothing but the standard library and openpyxl.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.datetime import MAC_EPOCH
from openpyxl.worksheet._reader import FORMULA_TAG, VALUE_TAG, WorkSheetParser

from cxkit.contracts.workbook.safe import too_large, unreadable

MAX_SHEETS = 100
MAX_COLUMNS = 1_000
MAX_CELLS = 1_000_000
MAX_TEXT = 32_767  # characters of a cell, Excel's own limit
MAX_TEXTS = 100_000_000  # characters of all cells
MAX_MERGED = 10_000
SHOWN_STRAY = 3

TEXT, NUMBER, PADDED, DATE, BOOLEAN = "s", "n", "z", "d", "b"
ERROR, UNCALCULATED, LONG = "e", "f", "long"

Line = dict[str, Any] | list[Any]
Cell = list[Any]  # column, kind, text

_ZEROS = re.compile(r"0{2,15}")
_ESCAPED = re.compile(r"_x(000D|00[01][0-9A-Fa-f]|FFFE|FFFF)_")
_CALCULATES = re.compile(rb"<(?:\w+:)?calcPr[^>]*\bfullCalcOnLoad=[\"'](?:1|true)[\"']")


class _Parser(WorkSheetParser):  # type: ignore[misc, unused-ignore]
    """openpyxl's parser, which also says which cells hold a formula that has no value."""

    trusts_formulas = True

    def parse_cell(self, element: Any) -> dict[str, Any]:
        cell: dict[str, Any] = super().parse_cell(element)
        if element.find(FORMULA_TAG) is not None:
            value = element.find(VALUE_TAG)
            empty_text = element.get("t") == "str" and value is not None
            if not self.trusts_formulas or (cell["value"] is None and not empty_text):
                cell["value"], cell["data_type"] = "", UNCALCULATED
        return cell


class _Budget:
    """Counts what is sent; beyond the limits the workbook is refused."""

    def __init__(self) -> None:
        self.cells = self.characters = 0

    def spend(self, cells: list[Cell]) -> None:
        self.cells += len(cells)
        self.characters += sum(len(cell[2]) for cell in cells)
        if self.cells > MAX_CELLS:
            raise too_large(f"the workbook has more than {MAX_CELLS:,} filled cells")
        if self.characters > MAX_TEXTS:
            raise too_large(f"the workbook has more than {MAX_TEXTS:,} characters of text")


def lines(data: bytes) -> Iterator[Line]:
    """A line per sheet, then per filled row, then what is hidden, merged or astray in the sheet.

    Rows are [number, hidden, cells]; a cell is [column, kind, text], columns counted from 1.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheets = [sheet for sheet in book.worksheets if hasattr(sheet, "_get_source")]
        if len(sheets) > MAX_SHEETS:
            raise too_large(f"the workbook has {len(sheets):,} sheets; at most {MAX_SHEETS}")
        yield {"epoch_1904": book.epoch == MAC_EPOCH, "links": _has_links(data)}
        budget, padded, trusts = _Budget(), _padded(book), not _calculates(data)
        for sheet in sheets:
            yield {"sheet": str(sheet.title), "hidden": sheet.sheet_state != "visible"}
            yield from _sheet_lines(book, sheet, padded, trusts, budget)


def _sheet_lines(
    book: Any, sheet: Any, padded: dict[int, int], trusts: bool, budget: _Budget
) -> Iterator[Line]:
    if not sheet._worksheet_path.lower().endswith(".xml"):
        raise unreadable("a sheet is not stored as XML")
    stray: list[list[int]] = []
    with sheet._get_source() as source:
        parser = _Parser(
            source,
            sheet._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        parser.trusts_formulas = trusts
        for number, row in parser.parse():
            far = [[cell["row"], cell["column"]] for cell in row if _is_far(cell)]
            stray += far
            if len(stray) > MAX_CELLS:
                raise too_large("the workbook has too many cells far from any table")
            cells = [made for cell in row if (made := _cell(cell, padded)) is not None]
            budget.spend(cells)
            if cells:
                yield [number, _is_hidden(parser.row_dimensions.get(str(number))), cells]
            parser.row_dimensions.clear()
    columns = [
        [int(found["min"]), int(found["max"])]
        for found in parser.column_dimensions.values()
        if _is_hidden(found)
    ]
    yield {
        "hidden_columns": columns,
        "merged": _merged(parser),
        "stray": stray[:SHOWN_STRAY],
        "strays": len(stray),
    }


def _is_far(cell: dict[str, Any]) -> bool:
    return cell["column"] > MAX_COLUMNS and cell["value"] not in (None, "")


def _is_hidden(attributes: dict[str, Any] | None) -> bool:
    return bool(attributes) and str(attributes.get("hidden", "0")) in ("1", "true")  # type: ignore[union-attr]


def _merged(parser: WorkSheetParser) -> list[list[int]]:
    """First row, first column, last row, last column of each merged range."""
    found = parser.merged_cells.mergeCell if parser.merged_cells else []
    return [[*_corner(r)] for r in found[:MAX_MERGED]]


def _corner(merged: Any) -> tuple[int, int, int, int]:
    return merged.min_row, merged.min_col, merged.max_row, merged.max_col


def _cell(cell: dict[str, Any], padded: dict[int, int]) -> Cell | None:
    """A filled cell for the line of its row; None for one without a value or too far away."""
    value, kind, column = cell["value"], cell["data_type"], cell["column"]
    if value is None or column > MAX_COLUMNS:
        return None
    if kind in (ERROR, UNCALCULATED):
        return [column, kind, str(value)]
    if isinstance(value, bool):
        return [column, BOOLEAN, "TRUE" if value else "FALSE"]
    if isinstance(value, int | float):
        digits = number_text(value)
        width = padded.get(int(cell["style_id"]), 0)
        if width and digits.isdigit():
            return [column, PADDED, digits.zfill(width)]
        return [column, NUMBER, digits]
    if isinstance(value, dt.datetime | dt.date | dt.time | dt.timedelta):
        return [column, DATE, _date_text(value)]
    text = _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), str(value))
    if len(text) > MAX_TEXT:
        return [column, LONG, text[:200]]
    return [column, TEXT, text] if text else None


def number_text(value: float) -> str:
    """All digits of a number with a decimal point, never an exponent: 1E5 is 100000."""
    text = repr(value)
    if "e" in text:
        text = f"{Decimal(text):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _date_text(value: Any) -> str:
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    return value.isoformat(" ") if isinstance(value, dt.datetime) else str(value)


def _padded(book: Any) -> dict[int, int]:
    """Styles that show a number with leading zeros, such as 00000, and to what width."""
    widths = {}
    for place, style in enumerate(book._cell_styles):
        custom = style.numFmtId - 164
        if 0 <= custom < len(book._number_formats):
            shown = book._number_formats[custom]
            if _ZEROS.fullmatch(shown):
                widths[place] = len(shown)
    return widths


def _has_links(data: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return any(name.startswith("xl/externalLinks/") for name in archive.namelist())


def _calculates(data: bytes) -> bool:
    """Whether formulas wait to be calculated: then the values beside them are placeholders."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if name == "xl/workbook.xml"]
        return any(_CALCULATES.search(archive.read(name)) for name in names)
