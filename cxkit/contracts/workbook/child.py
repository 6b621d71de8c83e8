"""The process that opens a client's workbook: under a memory and time limit, with nothing to lose.

`python -m cxkit.contracts.workbook.child read|mark`: on standard input a line of JSON and the
workbook's bytes; on standard output the lines of `grid.lines`, or the marked copy. A problem
with the workbook is one last line {"error": {...}}; anything else is an exit code.
"""

from __future__ import annotations

import json
import sys
from typing import Any

MEMORY = 1 << 30  # bytes of address space
SECONDS = 60  # of processor time
MARKED = 1 << 29  # bytes of the temporary file behind a copy; reading writes none


def main() -> int:
    """Do what the first argument names; the exit code is 0 unless the process itself failed."""
    _limit(MARKED if sys.argv[1] == "mark" else 0)
    sys.modules["numpy"] = None  # type: ignore[assignment]  # openpyxl would load it, at a cost
    order = json.loads(sys.stdin.buffer.readline())
    data = sys.stdin.buffer.read()
    out = sys.stdout.buffer
    try:
        _carry_out(sys.argv[1], order, data, out)
    except MemoryError:
        data = b""
        _say(out, {"error": _too_large()})
    out.flush()
    return 0


def _carry_out(what: str, order: dict[str, Any], data: bytes, out: Any) -> None:
    from cxkit.contracts.workbook.safe import WorkbookError, check_workbook, unreadable

    try:
        check_workbook(data)
        if what == "read":
            from cxkit.contracts.workbook.grid import lines

            for line in lines(data):
                _say(out, line)
            _say(out, {"done": True})
        else:
            from cxkit.contracts.workbook.marks import marked

            out.write(marked(data, order))
    except WorkbookError as error:
        _say(out, {"error": [error.kind, error.message, error.way_out]})
    except MemoryError:
        raise
    except Exception as error:
        problem = unreadable(f"{type(error).__name__}: {str(error)[:200]}")
        _say(out, {"error": [problem.kind, problem.message, problem.way_out]})


def _say(out: Any, line: Any) -> None:
    out.write(json.dumps(line, separators=(",", ":")).encode("ascii") + b"\n")


def _too_large() -> list[str]:
    from cxkit.contracts.workbook.safe import too_large

    problem = too_large(f"opening it takes more than {MEMORY >> 20:,} MB of memory")
    return [problem.kind, problem.message, problem.way_out]


def _limit(written: int) -> None:
    """Bounds that the system enforces; where it has none (Windows) the reader's clock remains."""
    try:
        import resource
    except ImportError:
        return
    bounds = {"AS": MEMORY, "CPU": SECONDS, "CORE": 0, "FSIZE": written}
    for name, value in bounds.items():
        number = getattr(resource, f"RLIMIT_{name}", None)
        if number is None:
            continue
        _, hard = resource.getrlimit(number)
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.setrlimit(number, (bound, bound))
        except (ValueError, OSError):  # macOS has no bound on address space
            continue


if __name__ == "__main__":
    sys.exit(main())
