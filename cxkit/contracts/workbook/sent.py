"""The workbook in a client's folder: which file it is, and its tables if it can be read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cxkit.contracts.intake import Intake
from cxkit.contracts.raw import RawTable
from cxkit.contracts.workbook.process import read_lines
from cxkit.contracts.workbook.safe import MAX_FILE, WorkbookError, too_large
from cxkit.contracts.workbook.sheets import gather
from cxkit.contracts.workbook.tables import Layout, raw_tables

NAME = "intake.xlsx"
CHECKED = "intake.checked.xlsx"
ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")


@dataclass(frozen=True, eq=False)
class Sent:
    """The workbook a client sent; `tables` is empty where it could not be read."""

    name: str
    sha256: str
    tables: Mapping[str, RawTable] = field(default_factory=dict)
    layouts: Mapping[str, Layout] = field(default_factory=dict)


def is_workbook(path: Path) -> bool:
    """Whether a file goes by the name of the intake workbook, in whatever format."""
    return path.stem.lower() == "intake" and path.suffix.lower() in ENDINGS


def sent_workbook(folder: Path, intake: Intake) -> Sent | None:
    """The folder's intake workbook, read; what is wrong with it is among the findings."""
    found = [path for path in sorted(folder.iterdir()) if is_workbook(path) and path.is_file()]
    if not found:
        return None
    path, *others = found
    intake.workbook = path.name
    for other in others:
        intake.findings.add(
            other.name,
            "two_files",
            f"there is {path.name} too; which of them counts?",
            "keep one of them",
        )
    if not path.resolve().is_relative_to(folder):
        return _link(path, intake)
    try:
        return _read(path, intake)
    except WorkbookError as error:
        intake.unread = True
        intake.findings.add(path.name, error.kind, error.message, error.way_out)
        return Sent(path.name, _digest(path))


def _read(path: Path, intake: Intake) -> Sent:
    size = path.stat().st_size
    if size > MAX_FILE:
        raise too_large(f"the file has {size:,} bytes; at most {MAX_FILE:,} are read")
    data = path.read_bytes()
    tables, layouts = raw_tables(gather(read_lines(data)), path.name, intake)
    return Sent(path.name, hashlib.sha256(data).hexdigest(), tables, layouts)


def _link(path: Path, intake: Intake) -> Sent:
    intake.unread = True
    intake.findings.add(
        path.name,
        "link_out_of_folder",
        "the file is a link out of the client's folder",
        "put the file itself into the folder",
    )
    return Sent(path.name, "")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
