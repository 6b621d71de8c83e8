"""What a reader of a workbook may overlook: hidden rows and sheets, merged and stray cells."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from cxkit.contracts.findings import Findings
from cxkit.contracts.intake import Intake
from cxkit.contracts.strict import quoted
from cxkit.contracts.tables import TABLES
from cxkit.contracts.workbook.sheets import OURS, Row, Sheet, Workbook, address, letter
from cxkit.errors import nearest

SHOWN = 8
MAX_MERGED = 100_000  # cells reported as merged; overlapping ranges could name the same for ever


def report_workbook(book: Workbook, file: str, intake: Intake) -> None:
    """What the workbook as a whole refers to, and whether it was made for this client."""
    if book.links:
        intake.findings.add(
            file,
            "external_links",
            "the workbook refers to other workbooks; the values last seen there are used",
            "make sure they are current, or replace the formulas by their values",
        )
    ours = {
        "instrument": intake.config.instrument,
        "instrument_version": str(intake.instrument.version),
        "currency": intake.config.currency,
    }
    for name, expected in ours.items():
        said = book.meta.get(name, expected)
        if said != expected:
            intake.findings.add(
                file,
                "other_workbook",
                f"the workbook was made for the {name.replace('_', ' ')} {quoted(said)}; "
                f"here it is {quoted(expected)}",
                "correct client.yml, or use the workbook that belongs to it",
                column=name,
                value=said,
            )


def table_sheets(book: Workbook, file: str, findings: Findings) -> Iterator[Sheet]:
    """The sheets named as tables; others are listed, and what lies far off in each."""
    seen: set[str] = set()
    for sheet in book.sheets:
        if sheet.key in OURS:
            continue
        name = f"{file} [{sheet.name.strip()}]"
        _report_stray(name, sheet, findings)
        if sheet.key not in TABLES:
            _report_unknown(name, sheet, findings)
        elif sheet.key in seen:
            way_out = "keep one of them"
            findings.add(name, "two_files", "two sheets have this table's name", way_out)
        else:
            seen.add(sheet.key)
            yield sheet


def _report_unknown(name: str, sheet: Sheet, findings: Findings) -> None:
    if not sheet.rows:
        return
    hidden = "hidden " if sheet.hidden else ""
    findings.add(
        name,
        "unknown_sheet",
        f"the {hidden}sheet is not used{nearest(sheet.key, TABLES)}",
        "delete it, or name it after a table: " + ", ".join(TABLES),
        value=sheet.name,
    )


def _report_stray(name: str, sheet: Sheet, findings: Findings) -> None:
    if not sheet.strays:
        return
    shown = ", ".join(address(*place) for place in sheet.stray)
    more = (
        f" and {sheet.strays - len(sheet.stray):,} more" if sheet.strays > len(sheet.stray) else ""
    )
    findings.add(
        name,
        "stray_cell",
        f"there are values far to the right of the table, in {shown}{more}; they are not read",
        "delete those columns",
        value=shown,
    )


def report_header(name: str, sheet: Sheet, header: Row, findings: Findings) -> None:
    """Lines above the header, in a workbook that is not the template."""
    if header.number > sheet.rows[0].number:
        findings.add(
            name,
            "header_not_first",
            f"the columns' names are in row {header.number}; what stands above is not read",
            "nothing to do, or delete the rows above",
        )


def report_hidden(
    name: str, sheet: Sheet, rows: Sequence[Row], columns: Mapping[str, int], findings: Findings
) -> None:
    """Hidden data are data: they are read, and said to be, at the very rows and columns."""
    way_out = "show them, and delete what is no data"
    if sheet.hidden and rows:
        _report_read(name, "the sheet is hidden", "show the sheet and look at it", findings)
    hidden = np.array([row.number for row in rows if row.hidden], dtype=np.int64)
    says = "the row is hidden; read like the others"
    findings.add_rows(
        name, "hidden_cells", None, hidden, [""] * len(hidden), says, way_out, "hidden rows"
    )
    used = {cell.column for row in rows for cell in row.cells}
    names = {column: named for named, column in columns.items()}
    for column in sorted(used):
        if any(low <= column <= high for low, high in sheet.hidden_columns):
            what, own = f"column {letter(column)} is hidden", names.get(column)
            _report_read(name, what, "show it, and look whether it holds data", findings, own)


def _report_read(
    name: str, what: str, way_out: str, findings: Findings, column: str | None = None
) -> None:
    says = f"{what}; read like the others"
    findings.add(name, "hidden_cells", says, way_out, column=column)


def report_unnamed(name: str, sheet: Sheet, header: Row, findings: Findings) -> dict[str, int]:
    """Columns with values below a header cell that is empty; by letter, where they stand."""
    named = header.texts()
    found: dict[int, int] = {}
    for row in sheet.rows:
        if row.number > header.number:
            for cell in row.cells:
                if cell.column not in named and cell.text.strip():
                    found.setdefault(cell.column, row.number)
    for column, first in sorted(found.items()):
        merged = _merged_header(sheet, header, column)
        if merged is not None:
            _report_merged_header(name, column, merged, findings)
            continue
        findings.add(
            name,
            "unknown_column",
            f"column {letter(column)} has no name but values from row {first} on; it is not used",
            f"name the column in row {header.number}, or delete it",
            column=letter(column),
        )
    return {letter(column): column for column in found}


def _merged_header(sheet: Sheet, header: Row, column: int) -> str | None:
    """The merged range that has swallowed the name of a column, such as A1:B1."""
    for top, left, bottom, right in sheet.merged:
        if top <= header.number <= bottom and left <= column <= right:
            return f"{address(top, left)}:{address(bottom, right)}"
    return None


def _report_merged_header(name: str, column: int, merged: str, findings: Findings) -> None:
    findings.add(
        name,
        "merged_cells",
        f"column {letter(column)} has lost its name: the header's cells {merged} are merged",
        f"unmerge {merged} and write the name of each column",
        column=letter(column),
    )


def merged_cells(
    sheet: Sheet, header: Row, rows: Sequence[Row], columns: Mapping[str, int]
) -> dict[str, list[int]]:
    """Places among `rows`, by column, that are empty because they are merged with another."""
    numbers = [row.number for row in rows]
    filled = (
        {(row.number, cell.column) for row in (header, *rows) for cell in row.cells}
        if sheet.merged
        else set()
    )
    found: dict[str, set[int]] = {}
    for top, left, bottom, right in sheet.merged:
        if (top, left) not in filled:
            continue
        places = range(bisect_left(numbers, top), bisect_right(numbers, bottom))
        for name, column in columns.items():
            if left <= column <= right and sum(map(len, found.values())) < MAX_MERGED:
                here = {at for at in places if (numbers[at], column) != (top, left)}
                found.setdefault(name, set()).update(here)
    return {name: sorted(places) for name, places in found.items() if places}
