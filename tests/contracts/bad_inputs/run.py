"""Runs a case through the contracts and through the command line, all in this process."""

from __future__ import annotations

import contextlib
import functools
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import pandas as pd

from cxkit.cli import main
from cxkit.contracts import client, read_client
from cxkit.contracts.client import examine_client
from cxkit.contracts.instrument_file import parse_instrument
from cxkit.contracts.large import files
from cxkit.contracts.workbook import checked, grid, sent
from cxkit.contracts.workbook.marks import marked
from cxkit.contracts.workbook.safe import WorkbookError, check_workbook, unreadable
from cxkit.errors import ConfigError, ContractError
from tests.contracts.bad_inputs.case import Case, Finding

KEYS = ("file", "row", "column", "kind", "severity", "value")
OUTCOMES = ("read right", "warned", "set aside", "refused", "configuration")


@dataclass(frozen=True, eq=False)
class Ran:
    """What became of a case: the exit code, what was said, what was found and read."""

    code: int
    said: str
    findings: list[Finding] = field(default_factory=list)
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def outcome(self) -> str:
        """One of OUTCOMES; whatever else happened by its exit code."""
        if self.code == 0:
            severities = {finding[4] for finding in self.findings}
            worst = "set_aside" if "set_aside" in severities else min(severities, default="")
            return {"": "read right", "warn": "warned", "set_aside": "set aside"}[worst]
        return {2: "configuration", 3: "refused"}.get(self.code, f"code {self.code}")


def run(case: Case, place: Path) -> Ran:
    """Write a case's folder and read it through the contracts."""
    folder = str(case.write(place))
    with in_process():
        try:
            read = examine_client(folder)
        except ConfigError as error:
            return Ran(error.exit_code, str(error))
    found = [_finding(record) for record in read.findings.to_dict("records")]
    code = 3 if any(finding[4] == "refuse" for finding in found) else 0
    return Ran(code, "", found, read.tables)


def run_large(case: Case, place: Path) -> Ran:
    """The same with its answers left in their file, as if they were too many for memory."""
    with mock.patch.object(files, "LARGE_ROWS", 1):
        return run(case, place)


def run_command(case: Case, place: Path) -> Ran:
    """The same through the command line, and through `read_client`, which must agree with it."""
    folder = str(case.write(place))
    with in_process():
        code, out, said = command("check", folder, "--json")
        assert code == _fate(folder), said
    found = [_finding(record) for record in json.loads(out).get("findings", [])]
    return Ran(code, said, found)


def _fate(folder: str) -> int:
    """The exit code that reading the folder amounts to."""
    try:
        read_client(folder)
    except (ConfigError, ContractError) as error:
        return error.exit_code
    return 0


def _finding(record: Mapping[Any, Any]) -> Finding:
    file, row, column, kind, severity, value = (record[key] for key in KEYS)
    return file, None if row is None else int(row), column, kind, severity, value


def command(*words: str) -> tuple[int, str, str]:
    """The command line in this process: exit code, standard output, standard error."""
    out, said = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(said):
        code = main(words)
    return code, out.getvalue(), said.getvalue()


@contextlib.contextmanager
def in_process() -> Iterator[None]:
    """Workbooks opened here, each instrument parsed once: all else would take minutes."""
    with (
        mock.patch.object(sent, "read_lines", _read_lines),
        mock.patch.object(checked, "marked_copy", _marked_copy),
        mock.patch.object(client, "parse_instrument", _parsed),
    ):
        yield


_parsed = functools.cache(parse_instrument)


def _read_lines(data: bytes) -> Iterator[Any]:
    """What `process.read_lines` hands on, as the child process makes it."""
    check_workbook(data)
    lines = grid.lines(data)
    while True:
        try:
            line = next(lines)
        except StopIteration:
            return
        except WorkbookError:
            raise
        except Exception as error:
            raise unreadable(f"{type(error).__name__}: {str(error)[:200]}") from None
        yield json.loads(json.dumps(line))


def _marked_copy(data: bytes, order: Mapping[str, Any]) -> bytes:
    check_workbook(data)
    return marked(data, json.loads(json.dumps(order)))
