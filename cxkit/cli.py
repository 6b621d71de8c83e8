"""The command line: words and exit codes. Messages go to standard error, results to output.

Codes: 0 done, 1 verify found other bytes, 2 usage or configuration, 3 data refused, 4 some
clients failed, 5 infrastructure, 6 held back by disclosure rules; 130 and 143 when stopped.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from cxkit import __version__
from cxkit.errors import CxkitError

DEBUG = "CXKIT_DEBUG"


class Terminated(KeyboardInterrupt):
    """The process was asked to end; kernels and staging folders are cleared first."""


def main(argv: Sequence[str] | None = None) -> int:
    """Carry out one command; the return value is the process's exit code."""
    _steady_output()
    given = _parser().parse_args(argv)
    command: Callable[[argparse.Namespace], int] = given.command
    try:
        with _signals():
            return command(given)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except (Exception, KeyboardInterrupt) as error:
        code = _failed(error)
        if getattr(given, "json", False):
            print(_json({"error": _for_machines(error, code)}))
        return code


def say(line: str) -> None:
    """One line for the user, on standard error, without what a terminal would obey."""
    shown = "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in line)
    print(shown, file=sys.stderr, flush=True)


def _demo(given: argparse.Namespace) -> int:
    from cxkit.runs.demo import demo

    made = demo(_folder(given.out), say)
    for report in made:
        print(report)
    return 0


def _check(given: argparse.Namespace) -> int:
    from cxkit.runs import findings, foreseen

    read, found, checked = foreseen.check(given.client)
    folder, slug = read.folder.name, read.config.client
    name = slug if slug == folder else f'{slug} (in the folder "{folder}")'
    if given.json:
        print(_json({"client": slug, "folder": folder, "findings": found}))
    elif found:
        print(findings.table(found))
    if checked.copy or checked.note:
        say(f"{name}: {checked.note or f'comments at the cells in {checked.copy}'}")
    if findings.refused(found):
        say(f"{name}: refused; correct the files and check again")
        return 3
    say(f"{name}: nothing is refused" + (", see above" if found else ""))
    return 0


def _new(given: argparse.Namespace) -> int:
    from cxkit.contracts.template import Request, new_client

    wanted = {name: value for name, value in vars(given).items() if name in Request.__annotations__}
    folder, plan = new_client(Request(**wanted))
    say(
        f"{plan.client}: {plan.instrument.id}, data up to {plan.as_of}, fiscal year ending "
        f"{plan.fiscal_year_end}, amounts in {plan.word('unit.' + str(plan.unit))}\n"
        "Fill in or send intake.xlsx; what is wrong above, change by making the folder anew."
    )
    print(folder)
    return 0


def _benchmark(given: argparse.Namespace) -> int:
    from cxkit.runs.benchmarks import make

    path, made = make(given.client, given.id)
    say(f"{made.summary} {len(made.norms.table)} cells are told; nothing of a single company is.")
    if given.json:
        print(_json({"id": made.id, "as_of": made.as_of, "path": str(path),
                     "companies": made.companies, "cells": len(made.norms.table)}))  # fmt: skip
    else:
        print(path)
    return 0


def _run(given: argparse.Namespace) -> int:
    from cxkit.runs.runner import Request, run

    wanted = _listed(given.notebooks)
    request = Request(
        given.client, wanted, _folder(given.out), given.keep, given.parameter, given.lanes, say
    )
    outcome = run(request)
    say(f"{outcome.client}  report published in {outcome.seconds:.1f} s")
    if given.json:
        print(
            _json(
                {
                    "client": outcome.client,
                    "as_of": outcome.as_of,
                    "folder": str(outcome.folder),
                    "report": str(outcome.report),
                    "sections": outcome.sections,
                    "headline": outcome.results["answer"]["headline"],
                    "seconds": round(outcome.seconds, 3),
                }
            )
        )
    else:
        print(outcome.report)
    return 0


def _doctor(given: argparse.Namespace) -> int:
    from cxkit.runs.doctor import examine, missing, table

    found = examine(_folder(given.out))
    print(_json({"checks": found}) if given.json else table(found))
    return 5 if missing(found) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cxkit",
        description="From a folder of scores and accounts to a report that a CFO can check.",
        epilog="CLIENT is a name below data/clients or a folder's path. "
        "CXKIT_DEBUG=1 shows tracebacks.",
    )
    parser.add_argument("--version", action="version", version=f"cxkit {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    demo = _command(commands, "demo", _demo, "reports on the shipped examples, and where to look")
    _out(demo)
    words = "a client's folder with client.yml and an Excel workbook to fill in"
    _new_command(_command(commands, "new", _new, words))
    check = _command(commands, "check", _check, "what is wrong with a client's files, and where")
    check.add_argument("client", metavar="CLIENT")
    _json_too(check)
    words = "a client's companies as a file that others can be compared with"
    benchmark = _command(commands, "benchmark", _benchmark, words)
    benchmark.add_argument("client", metavar="CLIENT")
    benchmark.add_argument("--id", required=True, metavar="ID", help="its name, in data/benchmarks")
    _json_too(benchmark)
    _run_command(_command(commands, "run", _run, "the report of one client"))
    doctor = _command(commands, "doctor", _doctor, "what this machine has and lacks")
    _out(doctor)
    _json_too(doctor)
    return parser


def _new_command(new: argparse.ArgumentParser) -> None:
    new.add_argument("client", metavar="CLIENT")
    new.add_argument("--instrument", default="cx95", metavar="ID", help="the questionnaire (cx95)")
    languages = ("en", "ru", "pl", "zh")
    new.add_argument("--language", default="en", choices=languages, help="of workbook and report")
    new.add_argument("--currency", default="EUR", metavar="CODE", help="of the amounts (EUR)")
    units = (1, 1_000, 1_000_000, 1_000_000_000)
    new.add_argument("--unit", default=1_000_000, type=int, choices=units, help="(1000000)")
    new.add_argument("--title", metavar="TEXT", help="of the report; else the company's name")
    new.add_argument("--company", metavar="NAME", help="the reader's own company")
    new.add_argument("--as-of", metavar="DATE", help="last day of the data (last fiscal year end)")
    year_end = "month and day (12-31)"
    new.add_argument("--fiscal-year-end", default="12-31", metavar="MM-DD", help=year_end)
    new.add_argument("--decimal", choices=(".", ","), help="decimal mark (by language)")


def _run_command(run: argparse.ArgumentParser) -> None:
    run.add_argument("client", metavar="CLIENT")
    run.add_argument(
        "--notebooks",
        metavar="02,03",
        help="run only these; the others are kept from the last report and marked if stale",
    )
    run.add_argument(
        "-p",
        "--parameter",
        action="append",
        default=[],
        metavar="NOTEBOOK.NAME=VALUE",
        help="a notebook's parameter for this run, as in 03.lag=0; may be repeated",
    )
    run.add_argument("--keep", type=_count, default=5, metavar="N", help="runs to keep (5)")
    run.add_argument(
        "--lanes", type=_count, metavar="N", help="notebooks at a time (2, or 1 on one core)"
    )
    _out(run)
    _json_too(run)


def _command(
    commands: Any, name: str, call: Callable[[argparse.Namespace], int], words: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=words, description=words)
    parser.set_defaults(command=call)
    return parser


def _out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", metavar="DIR", help="write here instead of outputs/")


def _json_too(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="for machines, on standard output")


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _listed(text: str | None) -> list[str] | None:
    return None if text is None else [part.strip() for part in text.split(",") if part.strip()]


def _folder(text: str | None) -> Path | None:
    return None if text is None else Path(text).expanduser()


def _json(content: Any) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)


def _failed(error: BaseException) -> int:
    """Say what went wrong; the exit code."""
    if isinstance(error, CxkitError):
        return _explained(error)
    if isinstance(error, KeyboardInterrupt):
        return _stopped(error)
    return _unexpected(error)


def _for_machines(error: BaseException, code: int) -> dict[str, Any]:
    """A failure as --json tells it; findings are those of data that were refused."""
    findings = getattr(error, "findings", None)
    if findings is not None:
        from cxkit.runs.findings import records

        findings = records(findings)
    kind, message = type(error).__name__, str(error) or "stopped"
    return {"code": code, "kind": kind, "message": message, "findings": findings or []}


def _notes(error: BaseException) -> str:
    """What the run said of the report before it; nothing where none was published."""
    return "".join(f"\n{note}" for note in getattr(error, "__notes__", ()))


def _explained(error: CxkitError) -> int:
    if os.environ.get(DEBUG):
        traceback.print_exception(error)
    say(f"cxkit: {error}{_notes(error)}")
    return error.exit_code


def _stopped(error: KeyboardInterrupt) -> int:
    say(f"cxkit: stopped{_notes(error)}")
    return 143 if isinstance(error, Terminated) else 130


def _unexpected(error: BaseException) -> int:
    """A defect of the kit: one line for the user, the rest in a file to send along."""
    if os.environ.get(DEBUG):
        traceback.print_exception(error)
    place = _logged(error)
    say(
        f"cxkit: a defect of cxkit, not of your data: {type(error).__name__}: {error}\n"
        f"Please report it with {place or 'what CXKIT_DEBUG=1 shows'}.{_notes(error)}"
    )
    return 5


def _logged(error: BaseException) -> str | None:
    """Where the traceback lies now; None where it could not be written."""
    from cxkit.contracts import project_root

    moment = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    try:
        folder = project_root() / "outputs" / ".logs"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{moment}-{os.getpid()}.txt"
        path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    except (OSError, CxkitError):
        return None
    return str(path)


@contextmanager
def _signals() -> Iterator[None]:
    """The first Ctrl-C or SIGTERM stops the command; further ones do not disturb the clearing."""
    numbers = (signal.SIGINT, signal.SIGTERM)

    def stop(number: int, frame: FrameType | None) -> None:
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)
        raise Terminated if number == signal.SIGTERM else KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield  # the caller's signals are the caller's
        return
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _steady_output() -> None:
    """Client names in any alphabet, whatever the terminal's code page."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
