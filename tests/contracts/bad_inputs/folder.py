"""What lies in a client's folder beside the tables, or in their place."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from tests.contracts.bad_inputs.case import Case, Finding, R, W, config
from tests.contracts.folders import COMPANIES, PNL, SCORES, TINY

FAMILY = "files"


def cases() -> Iterator[Case]:
    """All cases of the family."""
    yield from _missing()
    yield from _unknown()
    yield from _not_files()


def _case(
    name: str,
    files: dict[str, str | bytes | None],
    truth: dict[str, str | None],
    *findings: Finding,
) -> Case:
    return Case(name, FAMILY, files, truth, findings)


def _missing() -> Iterator[Case]:
    yield _case(
        "no table of companies",
        {"companies.csv": None},
        {"companies": None},
        ("companies.csv", None, None, "missing_table", R, ""),
    )
    yield _case(
        "neither answers nor scores",
        {"assessments.csv": None, "scores.csv": None},
        {"assessments": None, "scores": None},
        ("scores.csv", None, None, "missing_table", R, ""),
    )
    yield _case("no accounts", {"pnl.csv": None}, {"pnl": None})
    yield _case(
        "answers without scores",
        {"scores.csv": None},
        {"scores": None},
        ("companies.csv", 3, "company_id", "company_without_scores", W, "b2"),
    )
    yield Case("no client.yml", FAMILY, {"client.yml": None}, says="has no client.yml")
    yield Case("no instrument", FAMILY, {"tiny.yml": None}, says='no instrument "tiny"')
    yield from _empty()


def _empty() -> Iterator[Case]:
    yield _case(
        "a table as CSV and as Parquet",
        {"scores.parquet": b"PAR1"},
        {},
        ("scores.parquet", None, None, "two_files", R, ""),
    )
    yield _case(
        "a table as CSV and in a workbook that cannot be read",
        {"intake.xlsx": b"PK\x03\x04"},
        {},
        ("intake.xlsx", None, None, "unreadable_file", R, ""),
    )
    yield _case(
        "companies without rows",
        {
            "companies.csv": COMPANIES.splitlines()[0],
            "client.yml": config("").replace("company: a1\n", ""),
        },
        {"companies": COMPANIES.splitlines()[0]},
        ("companies.csv", None, None, "empty_table", W, ""),
        ("companies.csv", None, None, "missing_table", R, ""),
    )


def _unknown() -> Iterator[Case]:
    names = (
        "score.csv",
        "Scores.csv",
        "scores.CSV",
        "scores (1).csv",
        "scores.tsv",
        "scores.txt",
        "scores.csv.gz",
        "results.xlsx",
        "report.pdf",
        "run.sh",
        "=cmd|'-C calc'!A0.csv",
        "<img src=x onerror=alert(1)>.csv",
        "$(touch sentinel).csv",
        "a\nb.csv",
        "\u202evsc.scores",
    )
    for name in names:
        yield _case(
            f"a file named {name!r}",
            {name: SCORES},
            {},
            (name, None, None, "unknown_file", W, name),
        )
    yield _case(
        "files that programs leave",
        {".DS_Store": b"\0", ".~lock.scores.csv#": "x", "~$intake.xlsx": b"x", ".scores.csv": "x"},
        {},
    )
    yield _case(
        "notes beside the tables", {"README.md": "x", "sources.csv": "a", "LICENSE": "x"}, {}
    )
    yield Case(
        "a file whose name is not UTF-8",
        FAMILY,
        findings=(("caf\\udce9.csv", None, None, "unknown_file", W, "caf\\udce9.csv"),),
        make=lambda folder: Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.csv")).touch(),
    )


def _not_files() -> Iterator[Case]:
    yield Case(
        "a folder in the place of a table",
        FAMILY,
        {"pnl.csv": None},
        {"pnl": None},
        (("pnl.csv", None, None, "unknown_file", W, "pnl.csv"),),
        make=lambda folder: (folder / "pnl.csv").mkdir(),
    )
    yield Case(
        "a pipe in the place of a table",
        FAMILY,
        {"pnl.csv": None},
        {"pnl": None},
        (("pnl.csv", None, None, "unknown_file", W, "pnl.csv"),),
        make=lambda folder: os.mkfifo(folder / "pnl.csv"),
    )
    yield Case(
        "a link to nothing",
        FAMILY,
        {"pnl.csv": None},
        {"pnl": None},
        (("pnl.csv", None, None, "unknown_file", W, "pnl.csv"),),
        make=lambda folder: (folder / "pnl.csv").symlink_to("gone.csv"),
    )
    yield Case(
        "a link to itself",
        FAMILY,
        {"pnl.csv": None},
        {"pnl": None},
        (("pnl.csv", None, None, "unknown_file", W, "pnl.csv"),),
        make=lambda folder: (folder / "pnl.csv").symlink_to("pnl.csv"),
    )
    yield from _links()


def _links() -> Iterator[Case]:
    yield Case(
        "a table that links out of the folder",
        FAMILY,
        {"pnl.csv": None},
        {"pnl": None},
        (("pnl.csv", None, None, "link_out_of_folder", R, ""),),
        make=lambda folder: _link(folder, "pnl.csv", PNL),
    )
    yield Case(
        "a table that links within the folder",
        FAMILY,
        {"pnl.csv": None, ".kept.csv": PNL},
        make=lambda folder: (folder / "pnl.csv").symlink_to(".kept.csv"),
    )
    yield Case(
        "an instrument that links out of the folder",
        FAMILY,
        {"tiny.yml": None},
        says="a link out of the client's folder",
        make=lambda folder: _link(folder, "tiny.yml", TINY),
    )
    yield Case(
        "a client.yml that links out of the folder",
        FAMILY,
        {"client.yml": None},
        says="a link out of the client's folder",
        make=lambda folder: _link(folder, "client.yml", config("")),
    )
    yield Case(
        "a workbook that links out of the folder",
        FAMILY,
        findings=(("intake.xlsx", None, None, "link_out_of_folder", R, ""),),
        make=lambda folder: _link(folder, "intake.xlsx", "x"),
    )


def _link(folder: Path, name: str, text: str) -> None:
    """A link from the folder to a file beside it."""
    outside = folder.parent / f"outside-{name}"
    outside.write_text(text, encoding="utf-8")
    (folder / name).symlink_to(outside)
