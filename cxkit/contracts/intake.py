"""A client's tables on their way through the checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cxkit.contracts.cells import Mask
from cxkit.contracts.config import ClientConfig
from cxkit.contracts.findings import Findings
from cxkit.contracts.instrument import Instrument

if TYPE_CHECKING:
    from cxkit.contracts.large.table import LargeTable


@dataclass(eq=False)
class Intake:
    """A client's tables on their way through the checks; `file` names each table's file.

    `large` are tables that stay in their files: of these the frame holds the doubtful rows alone.
    `workbook` is the intake workbook's name; `unread` says that it could not be read.
    """

    config: ClientConfig
    instrument: Instrument
    findings: Findings
    frames: dict[str, pd.DataFrame] = field(default_factory=dict)
    file: dict[str, str] = field(default_factory=dict)
    sent_rows: dict[str, int] = field(default_factory=dict)
    companies_aside: set[str] = field(default_factory=set)
    large: dict[str, LargeTable] = field(default_factory=dict)
    workbook: str | None = None
    unread: bool = False

    def report(
        self,
        table: str,
        mask: Mask,
        kind: str,
        column: str,
        message: str | Sequence[str],
        way_out: str,
        what: str,
        values: Sequence[str] | None = None,
        severity: str | None = None,
    ) -> None:
        """A finding for each row of `table` in `mask`; its value is the cell's, unless given."""
        if not mask.any():
            return
        frame = self.frames[table].loc[mask]
        shown = values if values is not None else value_texts(frame[column])
        rows = frame["_row"].to_numpy()
        self.findings.add_rows(
            self.file[table], kind, column, rows, shown, message, way_out, what, severity
        )

    def drop_aside(self, table: str) -> None:
        """Take the rows that are set aside out of a table."""
        frame = self.frames[table]
        aside = self.findings.aside(self.file[table])
        if len(aside):
            kept = ~np.isin(frame["_row"].to_numpy(), aside)
            self.frames[table] = frame[kept].reset_index(drop=True)
            if table == "companies":
                self.companies_aside |= set(frame.loc[~kept, "company_id"].dropna())


def place(intake: Intake, table: str) -> str:
    """Where a table that was not sent belongs, as findings name a file."""
    return f"{intake.workbook} [{table}]" if intake.workbook else f"{table}.csv"


def named(intake: Intake, table: str) -> str:
    """What a sender calls that place: a sheet of the workbook, or a file."""
    return f"the sheet {table}" if intake.workbook else f"{table}.csv"


def value_texts(values: pd.Series) -> list[str]:
    """Typed values as text for a message: dates as ISO, whole numbers without a point."""
    if values.dtype.kind == "M":
        return values.dt.strftime("%Y-%m-%d").fillna("").tolist()
    if values.dtype.kind == "f":
        return ["" if v != v else f"{v:.15g}" for v in values.tolist()]
    return values.fillna("").tolist()
