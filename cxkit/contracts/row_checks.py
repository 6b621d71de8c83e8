"""What can be wrong among the rows of one table: their dates, their repetition, their versions."""

from __future__ import annotations

import pandas as pd

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
    as_of = pd.Timestamp(intake.config.as_of)
    columns = {"pnl": ("period_end", "as_of")}.get(table.name, (table.dated,))
    for column in columns:
        if column is not None:
            late = (intake.frames[table.name][column] > as_of).to_numpy()
            message = f"{{value}} lies after the run's date {intake.config.as_of}"
            way_out = "correct the date, or set as_of in client.yml to the last day of the data"
            intake.report(
                table.name, late, "after_as_of", column, message, way_out, "values after as_of"
            )


def _check_duplicates(intake: Intake, table: Table) -> None:
    """Identical rows after the first; all rows of a key that contradict one another."""
    frame = intake.frames[table.name]
    key = list(table.key)
    known = frame[[name for name in key if table.named[name].filled]].notna().all(axis=1)
    repeated = (frame.duplicated(key, keep=False) & known).to_numpy()
    if not repeated.any():
        return
    some = frame.loc[repeated]
    rows = some.groupby(key, dropna=False)["_row"]
    first = rows.transform("min")
    cells = [column.name for column in table.columns]
    versions = some.assign(_version=some.groupby(cells, dropna=False).ngroup())
    contradict = versions.groupby(key, dropna=False)["_version"].transform("nunique") > 1
    names = ", ".join(key)
    keys = [", ".join(part) for part in zip(*(value_texts(some[k]) for k in key), strict=True)]
    flags = {
        f"same {names} as another row, but other values: {{value}}": contradict,
        "the same row as an earlier one: {value}": ~contradict & (some["_row"] > first),
    }
    for message, flag in flags.items():
        mask = repeated.copy()
        mask[repeated] = flag.to_numpy()
        values = [text for text, use in zip(keys, flag, strict=True) if use]
        what = f"rows with the same {names}" + (" but other values" if "other" in message else "")
        intake.report(
            table.name, mask, "duplicate_row", key[0], message, "keep one of them", what, values
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
