"""Why a notebook stopped: its cell, the cause in its own words, and the exit code."""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxkit.errors import CxkitError
from cxkit.runs.notebooks import read_notebook

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from cxkit.runs.kernels import OwnKernelManager

EXIT_CODES = {"ConfigError": 2, "ContractError": 3, "SampleError": 3}
_LINES = 14
_FAILED_AT = re.compile(r"^\s*Cell In\[\d+\], line (\d+)", re.MULTILINE)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class NotebookError(CxkitError):
    """A notebook that did not run to its end; the exit code follows the cause."""

    def __init__(
        self,
        message: str,
        exit_code: int = 5,
        notebook: str = "",
        executed: NotebookNode | None = None,
    ) -> None:
        super().__init__(message)
        self.exit_code = exit_code
        self.notebook = notebook
        self.executed = executed


@dataclass(frozen=True)
class Stop:
    """What is known of a notebook that has ended, well or not."""

    notebook: Path
    executed: NotebookNode | None
    failure: Exception | None
    kernel: OwnKernelManager | None
    private: Path

    @property
    def cell(self) -> Any | None:
        """The cell that stopped the notebook; None when every cell ended well."""
        for cell in self.executed.cells if self.executed is not None else ():
            if cell.cell_type != "code":
                continue
            if _error(cell) is not None or _status(cell) == "failed":
                return cell
        return self._running() if self.failure is not None else None

    def _running(self) -> Any | None:
        """The last cell that was started, for a kernel that died under it."""
        started = [
            cell
            for cell in (self.executed.cells if self.executed is not None else ())
            if cell.cell_type == "code" and cell.metadata.get("papermill", {}).get("start_time")
        ]
        return started[-1] if started else None


def explain(stop: Stop, cause: str | None = None) -> NotebookError:
    """The error to show: notebook, cell, the line that failed, cause."""
    code, why = (5, cause) if cause is not None else _cause(stop)
    place = _place(stop)
    name = stop.notebook.name
    return NotebookError(f"{name} stopped{place}: {why}", code, name, stop.executed)


def _cause(stop: Stop) -> tuple[int, str]:
    error = _error(stop.cell) if stop.cell is not None else None
    if error is not None and error["ename"] == "SystemExit":
        return 5, f"the cell called sys.exit({error['evalue']}), so the notebook never ended"
    if error is not None:
        words = f"{error['ename']}: {error['evalue']}".strip().split("\n")
        shown = words if len(words) <= _LINES else [words[0], "...", *words[2 - _LINES :]]
        return EXIT_CODES.get(error["ename"], 5), "\n".join(shown)
    kernel = stop.kernel
    if kernel is not None and kernel.kernels.stopped:
        return 5, "the run was stopped"
    if kernel is not None and kernel.exit_code is not None:
        return 5, f"the kernel died ({_exit(kernel.exit_code)}){_log(stop.private)}"
    return 5, f"{type(stop.failure).__name__}: {stop.failure}{_log(stop.private)}"


def _place(stop: Stop) -> str:
    cell = stop.cell
    if cell is None:
        return ""
    number = _number(stop.notebook, str(cell.get("id", "")), str(cell.source))
    lines = str(cell.source).split("\n")
    at = _failing_line(cell, len(lines))
    first = next((line for line in lines if line.strip()), "")
    words = (lines[at - 1] if at else first).strip()[:80]
    place = f", line {at}" if at and len(lines) > 1 else ""
    return f" at cell {number}{place} (`{words}`)" if number else f" at its parameters (`{words}`)"


def _failing_line(cell: Any, count: int) -> int | None:
    """The cell's own line, from 1, at which its traceback starts."""
    error = _error(cell)
    shown = _COLOUR.sub("", "\n".join(error.get("traceback", ()))) if error is not None else ""
    found = _FAILED_AT.search(shown)
    return int(found[1]) if found and 1 <= int(found[1]) <= count else None


def _number(notebook: Path, id: str, source: str) -> int | None:
    """The cell's place, from 1, in the notebook as it lies in the project."""
    cells = read_notebook(notebook)["cells"]
    for number, cell in enumerate(cells, start=1):
        if cell.get("id") == id and id:
            return number
    return next((n for n, cell in enumerate(cells, start=1) if cell["source"] == source), None)


def _error(cell: Any) -> Any | None:
    return next((out for out in cell.get("outputs", ()) if out.output_type == "error"), None)


def _status(cell: Any) -> str | None:
    return "failed" if cell.metadata.get("papermill", {}).get("exception") is True else None


def _exit(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    name = signal.Signals(-code).name if -code in set(signal.Signals) else str(-code)
    hint = "; out of memory?" if name == "SIGKILL" else ""
    return f"signal {name}{hint}"


def _log(private: Path) -> str:
    """The last lines a kernel wrote past the notebook, if it wrote any."""
    try:
        lines = (private / "kernel.log").read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return ""
    kept = [line for line in lines if line.strip()][-5:]
    return "\n  " + "\n  ".join(kept) if kept else ""
