"""What can be wrong among the rows of one table: their dates, their repetition, their versions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxkit.contracts.followers import has_lost_column
from cxkit.contracts.intake import Intake, value_texts
from cxkit.contracts.kinds import REFUSE
from cxkit.contracts.tables import TABLES, Table


def check_rows(intake: Intake) -> None:
    """Rows after the run's date, repeated rows and superseded versions, table by table."""
    for name in intake.frames:
        intake.drop_aside(name)
        _check_dates(intake, TABLES[name])
        intake.drop_aside(name)
        _check_duplicates(intake, TABLES[name])
        if name == "pnl":
            intake.drop_aside(name)
            _check_versions(intake)
        intake.drop_aside(name)


def _check_dates(intake: Intake, table: Table) -> None:
    """Waves and dates after the run's `as_of` are not known yet at that date.

    Accounts of a later period are what the last waves are held against, so they only warn,
    unless they were reported after `as_of`.
    """
    late = "{value} lies after the run's date " + intake.config.as_of
    if table.name == "pnl":
        _report_late(intake, "pnl", "period_end", "period_after_as_of", late)
        _report_late(intake, "pnl", "as_of", "after_as_of", late)
    elif table.dated is not None:
        _report_late(intake, table.name, table.dated, "after_as_of", late)


def _report_late(intake: Intake, table: str, column: str, kind: str, message: str) -> None:
    after = intake.frames[table][column] > pd.Timestamp(intake.config.as_of)
    way_out = "correct the date, or set as_of in client.yml to the last day of the data"
    what = f"values after {intake.config.as_of}"
    intake.report(table, after.to_numpy(), kind, column, message, way_out, what)


def _check_duplicates(intake: Intake, table: Table) -> None:
    """Identical rows after the first; all rows of a key that contradict one another."""
    frame, key = intake.frames[table.name], list(table.key)
    filled = [name for name in key if table.named[name].filled]
    repeated = frame.duplicated(key, keep=False) & frame[filled].notna().all(axis=1)
    if not repeated.any():
        return
    some = frame[repeated]
    cells = [column.name for column in table.columns]
    versions = some.assign(_version=some.groupby(cells, dropna=False).ngroup())
    groups = versions.groupby(key, dropna=False)
    first, last = groups["_row"].transform("min"), groups["_row"].transform("max")
    contradict = groups["_version"].transform("nunique") > 1
    again = ~contradict & (some["_row"] != first)
    _report_repeated(intake, table, some[again], "the same row as row {row}", first, "sent twice")
    if has_lost_column(intake, table.name):  # which may be what tells these rows apart
        return
    _report_repeated(
        intake,
        table,
        some[contradict],
        f"the same {', '.join(key)} as row {{row}}, but other values",
        first.where(some["_row"] != first, last),
        "that contradict one another",
    )


def _report_repeated(
    intake: Intake, table: Table, rows: pd.DataFrame, message: str, partner: pd.Series, what: str
) -> None:
    mask = np.isin(intake.frames[table.name]["_row"].to_numpy(), rows["_row"].to_numpy())
    partners = intake.findings.shown_rows(intake.file[table.name], partner.loc[rows.index])
    messages = [message.format(row=row) for row in partners.tolist()]
    keys = zip(*(value_texts(rows[name]) for name in table.key), strict=True)
    values = [", ".join(filter(None, parts)) for parts in keys]
    out, what = "keep one of them", f"rows {what}"
    intake.report(
        table.name, mask, "duplicate_row", table.key[0], messages, out, what, values=values
    )


def _check_versions(intake: Intake) -> None:
    """Of a period reported more than once the latest version stays, or none is allowed."""
    frame = intake.frames["pnl"]
    key = ["company_id", "period_end", "period_months"]
    ordered = frame.sort_values("as_of", kind="stable", na_position="first")
    known = frame[key].notna().all(axis=1)
    twin = frame.duplicated([*key, "as_of"], keep=False)
    older = ordered.duplicated(key, keep="last").reindex(frame.index) & known & ~twin
    severity = REFUSE if intake.config.restatements == "refuse" else None
    intake.report(
        "pnl",
        older.to_numpy(),
        "superseded",
        "as_of",
        "a later version of this period is used",
        "nothing to do, or delete the older version",
        "rows with a later version of the same period",
        severity=severity,
    )
