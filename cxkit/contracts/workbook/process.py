"""Starts the process that opens a workbook, and takes its word line by line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import cxkit
from cxkit.contracts.workbook.child import SECONDS
from cxkit.contracts.workbook.safe import WorkbookError, too_large, unreadable

WALL = 3 * SECONDS  # seconds by the clock: a busy machine gives a process its time more slowly


def read_lines(data: bytes) -> Iterator[Any]:
    """The lines of `grid.lines`; WorkbookError where the workbook is not read."""
    answer = _answer("read", {}, data)
    last = None
    for line in answer.splitlines():
        last = json.loads(line)
        if isinstance(last, dict) and ("error" in last or "done" in last):
            break
        yield last
    _raise_error(last)


def marked_copy(data: bytes, order: Mapping[str, Any]) -> bytes:
    """The workbook with a comment at each cell of `order`; WorkbookError where it cannot be."""
    answer = _answer("mark", order, data)
    if not answer.startswith(b"PK"):
        _raise_error(json.loads(answer.splitlines()[-1]))
    return answer


def _raise_error(last: Any) -> None:
    error = last.get("error") if isinstance(last, dict) else None
    if error:
        raise WorkbookError(*error)


def _answer(what: str, order: Mapping[str, Any], data: bytes) -> bytes:
    command = [sys.executable, "-B", "-s", "-P", "-m", "cxkit.contracts.workbook.child", what]
    given = json.dumps(order).encode("ascii") + b"\n" + data
    try:
        done = subprocess.run(
            command, input=given, capture_output=True, timeout=WALL, env=_environment(), check=False
        )
    except subprocess.TimeoutExpired:
        raise _too_slow() from None
    if done.returncode == 0 and done.stdout:
        return done.stdout
    raise _died(done.returncode, done.stderr)


def _died(code: int, stderr: bytes) -> WorkbookError:
    """Why the process ended without an answer: a limit, or something it stumbled over."""
    if code in (-24, -9, 137, 152):  # SIGXCPU, SIGKILL: what ends a process at its limits
        return _too_slow()
    if b"MemoryError" in stderr:
        return too_large("opening it takes too much memory")
    return unreadable(f"the process that opened it ended with code {code}")


def _too_slow() -> WorkbookError:
    return too_large(f"opening it takes longer than {SECONDS} seconds")


def _environment() -> dict[str, str]:
    """The child finds the same cxkit, and openpyxl's plain parser whatever else is installed."""
    package = str(Path(cxkit.__file__).resolve().parents[1])
    return {**os.environ, "PYTHONPATH": package, "OPENPYXL_LXML": "False", "PYTHONHASHSEED": "0"}
