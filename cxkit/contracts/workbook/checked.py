"""`intake.checked.xlsx`: the client's workbook with every finding at its cell."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from cxkit.contracts.client import Client, examine_client
from cxkit.contracts.workbook.fold import IMPORTANCE
from cxkit.contracts.workbook.process import marked_copy
from cxkit.contracts.workbook.safe import DAMAGED, WorkbookError
from cxkit.contracts.workbook.sent import CHECKED, is_workbook
from cxkit.contracts.workbook.sheets import address
from cxkit.contracts.workbook.tables import Layout

AUTHOR = re.compile(rb"<cp:lastModifiedBy>cxkit</cp:lastModifiedBy>")
HEAD = ("sheet", "cell", "column", "severity", "finding", "value", "what is wrong", "what to do")
MAX_LISTED = 20_000


@dataclass(frozen=True, eq=False)
class Checked:
    """Every finding about a client's data; where the copy lies, or why there is none."""

    findings: pd.DataFrame
    copy: Path | None = None
    note: str | None = None


def check_and_mark(client: str) -> Checked:
    """Check a client; where it sent a workbook with findings, write the copy beside it."""
    read = examine_client(client)
    source = next((i.name for i in read.files if is_workbook(Path(i.name))), None)
    about = read.findings["file"].map(lambda name: str(name).partition(" [")[0])
    target = read.folder / CHECKED
    if source is None or not read.layouts:
        return Checked(read.findings)
    try:
        if target.exists() and not _is_ours(target):
            return Checked(read.findings, note=f"{CHECKED} was changed by hand and is left alone")
        if not (about == source).any():
            target.unlink(missing_ok=True)
            return Checked(read.findings)
        copy = marked_copy((read.folder / source).read_bytes(), _order(read))
        _replace(target, copy)
    except WorkbookError as error:
        return Checked(read.findings, note=f"no {CHECKED}: {error.message}")
    except OSError as error:
        return Checked(read.findings, note=f"{CHECKED} could not be written: {error.strerror}")
    return Checked(read.findings, target)


def _is_ours(path: Path) -> bool:
    """Whether the copy is as it was written: a program that saves it signs it with a name."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open("docProps/core.xml") as part:
            return AUTHOR.search(part.read(100_000)) is not None
    except (*DAMAGED, KeyError):
        return False


def _replace(target: Path, data: bytes) -> None:
    """Write whole or not at all; a link is replaced, never followed."""
    made = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        made.write_bytes(data)
        made.replace(target)
    finally:
        made.unlink(missing_ok=True)


def _order(read: Client) -> dict[str, Any]:
    """What the copy is to show: cells with what is said of each, and the rows of the list."""
    cells: dict[tuple[str, int, int], list[tuple[str, str]]] = {}
    rows = []
    for finding in read.findings.to_dict("records"):
        layout = read.layouts.get(finding["file"])
        places = [] if layout is None else _places(layout, finding)
        says = f"{finding['message']}. {finding['way_out'][:1].upper()}{finding['way_out'][1:]}."
        for place in places:
            cells.setdefault(place, []).append((finding["severity"], says))
        rows.append(_listed(finding, places[0] if places else None))
    marked = [
        {"sheet": sheet, "row": row, "column": column, "says": says}
        for (sheet, row, column), says in cells.items()
    ]
    return {"cells": marked, "head": HEAD, "rows": _cut(rows)}


def _places(layout: Layout, finding: Mapping[Any, Any]) -> list[tuple[str, int, int]]:
    """A finding's cell: its own, or that of its column's name, or the header's first.

    A name that stands twice has the finding at each column.
    """
    name = str(finding["column"])
    first = min(layout.columns.values(), default=1)
    columns = [layout.columns.get(name, layout.columns.get(name + IMPORTANCE, first))]
    if finding["kind"] == "duplicate_column":
        columns += layout.again.get(name, [])
    row = layout.header if finding["row"] is None else int(finding["row"])
    return [(layout.sheet, row, column) for column in columns]


def _listed(finding: Mapping[Any, Any], place: tuple[str, int, int] | None) -> list[str]:
    sheet, cell = (place[0], address(place[1], place[2])) if place else (str(finding["file"]), "")
    names = ("column", "severity", "kind", "value", "message", "way_out")
    return [sheet, cell, *(str(finding[name] or "") for name in names)]


def _cut(rows: Iterable[list[str]]) -> list[list[str]]:
    listed = list(rows)
    if len(listed) <= MAX_LISTED:
        return listed
    more = f"and {len(listed) - MAX_LISTED:,} more; `cxkit check --json` lists all"
    return [*listed[:MAX_LISTED], ["", "", "", "", "", "", more, ""]]
