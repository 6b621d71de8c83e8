"""A copy of a workbook with a comment and a colour at each finding's cell, and a list of all.

The copy holds values where the original has formulas, so nothing in it calculates; every text
of a client stays text. This runs in the process that opens workbooks, under its limits.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties

from cxkit.contracts.workbook.sheets import FINDINGS, address

AUTHOR = "cxkit"
FONT = "Calibri"
MAX_COMMENTS = 5_000
MAX_COMMENT = 1_500  # characters
FILLS = {"refuse": "FFC7CE", "set_aside": "FFD9B3", "warn": "FFF2CC"}
WORDS = {"refuse": "To correct", "set_aside": "Left out", "warn": "Please look"}
WIDTHS = (16, 10, 26, 14, 24, 24, 70, 60)
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def marked(data: bytes, order: Mapping[str, Any]) -> bytes:
    """The workbook's bytes with `order`: `cells` to mark, `head` and `rows` of the list."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = load_workbook(io.BytesIO(data), data_only=True, keep_links=False)
        if FINDINGS in book.sheetnames:
            del book[FINDINGS]
        for sheet in book.worksheets:
            _drop_own_comments(sheet)
        for place in order["cells"][:MAX_COMMENTS]:
            _mark(book[place["sheet"]], place)
        _list(book, order["head"], order["rows"])
        book.properties.lastModifiedBy = AUTHOR
        copy = io.BytesIO()
        book.save(copy)
    return copy.getvalue()


def _drop_own_comments(sheet: Any) -> None:
    """Comments of an earlier check are out of date."""
    for cell in list(sheet._cells.values()):  # those there are; iter_rows would make the rest
        if not isinstance(cell, MergedCell) and cell.comment and cell.comment.author == AUTHOR:
            cell.comment = None


def _mark(sheet: Any, place: Mapping[str, Any]) -> None:
    cell = sheet.cell(place["row"], place["column"])
    if isinstance(cell, MergedCell):  # it can hold no comment before it is a cell again
        _unmerge(sheet, cell)
        cell = sheet.cell(place["row"], place["column"])
    words = [f"{WORDS[severity]}: {text}" for severity, text in place["says"]]
    before = [f"{cell.comment.author}: {cell.comment.text}"] if cell.comment else []
    comment = Comment(clean("\n\n".join([*words, *before]))[:MAX_COMMENT], AUTHOR)
    comment.width, comment.height = 320, 60 + 40 * len(words)
    cell.comment = comment
    worst = min((severity for severity, _ in place["says"]), key=list(FILLS).index)
    cell.fill = PatternFill("solid", start_color=FILLS[worst])


def _unmerge(sheet: Any, cell: Any) -> None:
    """Take the range apart that holds a cell; its value stays in its first cell."""
    for merged in list(sheet.merged_cells.ranges):
        if cell.coordinate in merged:
            sheet.unmerge_cells(str(merged))


def _list(book: Any, head: Sequence[str], rows: Sequence[Sequence[str | None]]) -> None:
    """A first sheet with every finding; the cell's name leads to the cell."""
    sheet = book.create_sheet(FINDINGS, 0)
    book.active = 0
    for other in book.worksheets[1:]:
        other.sheet_view.tabSelected = False
    for number, values in enumerate([head, *rows], start=1):
        for column, value in enumerate(values, start=1):
            _write(sheet.cell(number, column), WORDS.get(value or "", value or ""), number == 1)
        if number > 1 and values[0] in book.sheetnames and values[1]:
            target = "'" + str(values[0]).replace("'", "''") + f"'!{values[1]}"
            link = sheet.cell(number, 2)
            link.hyperlink = Hyperlink(ref=address(number, 2), location=target)
            link.font = Font(name=FONT, color="0563C1", underline="single")
    for column, width in enumerate(WIDTHS, start=1):
        sheet.column_dimensions[address(1, column)[:-1]].width = width
    sheet.freeze_panes = "A2"
    sheet.page_setup.orientation = "landscape"
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = 0
    sheet.auto_filter.ref = f"A1:{address(len(rows) + 1, len(head))}"


def _write(cell: Any, value: str, is_head: bool) -> None:
    """Text, whatever it begins with; the mark of quoted text keeps it so when it is edited."""
    cell.value = clean(value)[:32_000]
    cell.data_type = "s"
    if value.startswith(_FORMULA):
        cell.quotePrefix = True
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if is_head:
        cell.font = Font(name=FONT, bold=True)
        cell.fill = PatternFill("solid", start_color="D9E1F2")


def clean(text: str) -> str:
    """Text that a workbook's XML can hold."""
    return _UNSEEN.sub("\ufffd", text)
