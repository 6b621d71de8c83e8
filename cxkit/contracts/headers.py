"""A table without its row of names: one finding, in the place of one for every column."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from cxkit.contracts.findings import Findings
from cxkit.contracts.strict import quoted
from cxkit.contracts.tables import Table
from cxkit.errors import nearest

SHOWN = 5  # cells of the row that are repeated


def is_missing(cells: Sequence[str], table: Table, further: Collection[str] = ()) -> bool:
    """Whether no cell is a column of the table, and few are like one that it requires."""
    sent = [cell.strip() for cell in cells if cell.strip()]
    if {*table.named, *further}.intersection(sent):
        return False
    required = [column.name for column in table.columns if column.required]
    folded = [cell.casefold() for cell in sent]
    alike = sum(bool(nearest(name, folded)) for name in required)
    return bool(sent) and 2 * alike <= len(required)


def report_missing(
    file: str, row: int, cells: Sequence[str], table: Table, findings: Findings
) -> None:
    """Say what stands where the names should be, and which names those are."""
    sent = [cell.strip() for cell in cells if cell.strip()]
    more = f" and {len(sent) - SHOWN} more" if len(sent) > SHOWN else ""
    required = ", ".join(column.name for column in table.columns if column.required)
    findings.add(
        file,
        "missing_header",
        f"row {row} should name the columns, but none of its cells is a name of the contract: "
        f"{', '.join(quoted(cell, 30) for cell in sent[:SHOWN])}{more}; the table is not read",
        f"put a row with the columns' names above the data: {required}",
        value=", ".join(sent[:SHOWN]),
    )
