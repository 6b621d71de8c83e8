"""What a run of a client will lack, told before it is started: more findings for `cxkit check`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxkit.contracts import project_root
from cxkit.contracts.client import examine_client
from cxkit.contracts.workbook.checked import Checked, check_and_mark
from cxkit.contracts.workbook.sent import is_workbook
from cxkit.errors import ContractError
from cxkit.models.linkage import MIN_COMPANIES
from cxkit.runs import findings
from cxkit.runs.compared import named_benchmark
from cxkit.runs.plan import make_plan

if TYPE_CHECKING:
    from cxkit.contracts import Client


def check(client: str) -> tuple[Client, list[dict[str, Any]], Checked]:
    """A client's findings, those that a run will meet among them, and its marked workbook."""
    read = examine_client(client)
    sent = any(is_workbook(Path(info.name)) for info in read.files)
    checked = check_and_mark(client) if sent else Checked(read.findings)
    found = findings.records(checked.findings)
    return read, [*found, *_foreseen(read, findings.refused(found))], checked


def _foreseen(client: Client, refused: bool) -> Iterator[dict[str, Any]]:
    """Warnings of notebooks without their tables, and of too few companies for an estimate.

    Of data that are refused nothing is counted: the files will change.
    """
    for job in make_plan(project_root(), client):
        for group in job.notebook.unmet(lambda table: client.has(table) or _lies(client, table)):
            tables = " or ".join(group)
            yield _warning(
                f"{group[0]}.csv",
                "notebook_will_be_skipped",
                job.notebook.name,
                f"the notebook {job.notebook.name} will be skipped: it needs {tables}, "
                "which was not sent",
                f"send {tables}, or leave the notebook out with `notebooks` in client.yml",
            )
    if client.config.benchmark is not None:
        yield from _benchmark(client)
    elif not refused:
        yield from _too_few(client)


def _benchmark(client: Client) -> Iterator[dict[str, Any]]:
    """A benchmark of another instrument, which a run would refuse."""
    try:
        named_benchmark(client)
    except ContractError as error:
        sentence, way_out = str(error).split("\n")
        name = str(client.config.benchmark)
        found = _warning("client.yml", "benchmark_of_another_instrument", name, sentence, way_out)
        yield {**found, "column": "benchmark", "severity": "refuse"}


def _lies(client: Client, table: str) -> bool:
    """Whether a table was sent, though nothing of it could be read."""
    return any(Path(info.name).stem == table for info in client.files)


def _too_few(client: Client) -> Iterator[dict[str, Any]]:
    counts = {
        "a score": ("scores", _companies(client, "assessments") | _companies(client, "scores")),
        "accounts": ("pnl", _companies(client, "pnl")),
    }
    for what, (table, companies) in counts.items():
        if 0 < len(companies) < MIN_COMPANIES:
            have = "company has" if len(companies) == 1 else "companies have"
            yield _warning(
                f"{table}.csv",
                "too_few_companies",
                str(len(companies)),
                f"{len(companies)} {have} {what}; an estimate needs {MIN_COMPANIES}, "
                "so estimates will not be made",
                "send more companies, or name a benchmark in client.yml",
            )


def _companies(client: Client, table: str) -> set[str]:
    if table in client.large:
        return set(client.large[table].companies)
    return set(client.table(table)["company_id"].dropna())


def _warning(file: str, kind: str, value: str, message: str, way_out: str) -> dict[str, Any]:
    words = {"file": file, "row": None, "column": None, "kind": kind, "severity": "warn"}
    return {**words, "value": value, "message": message, "way_out": way_out}
