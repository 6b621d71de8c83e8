"""CSV files in every shape but the plain one: separators, headers, totals, rows, other files."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from tests.contracts.bad_inputs.case import TABLES, A, Case, Finding, R, W, config, given
from tests.contracts.folders import COMPANIES, PNL, SCORES

FAMILY = "CSV form"
POLISH = config('locale: {decimal: ","}')
HEAD, FIRST, SECOND = COMPANIES.splitlines()


def _companies(
    name: str, text: str | bytes, *findings: Finding, truth: str | None = COMPANIES, **files: str
) -> Case:
    return given(name, FAMILY, "companies", text, truth, *findings, **files)


def _file(kind: str, value: str = "") -> Finding:
    return ("companies.csv", None, None, kind, R, value)


def cases() -> Iterator[Case]:
    """All cases of the family."""
    yield from _separators()
    yield from _headers()
    yield from _above_and_below()
    yield from _rows()
    yield from _other_files()
    yield from _line_ends()


def _separators() -> Iterator[Case]:
    for mark, word in ((";", ";"), ("\t", "tab"), ("|", "|")):
        text, name = (
            COMPANIES.replace(",", mark),
            {";": "semicolons", "\t": "tabs"}.get(mark, "bars"),
        )
        value = HEAD.replace(",", mark)
        yield _companies(f"{name}, undeclared", text, _file("wrong_separator", value), truth=None)
        if mark != "|":
            extra = config(f'locale: {{separator: "{word}"}}')
            others = {
                f"{table}.csv": content.replace(",", mark)
                for table, content in (("scores", SCORES), ("pnl", PNL))
            }
            yield Case(
                f"{name}, declared",
                FAMILY,
                {"client.yml": extra, "companies.csv": text, "assessments.csv": None, **others},
                {"assessments": None},
            )
    yield Case(
        "semicolons with a decimal comma",
        FAMILY,
        {"client.yml": POLISH, "pnl.csv": PNL.replace(",", ";").replace("100.5", "100,5")},
    )
    yield _companies("sep= in the first line", "sep=;\n" + COMPANIES.replace(",", ";"))
    yield Case(
        "commas where semicolons are declared",
        FAMILY,
        {"client.yml": config('locale: {separator: ";"}')},
        dict.fromkeys(TABLES),
        tuple(
            (f"{table}.csv", None, None, "wrong_separator", R, text.splitlines()[0])
            for table, text in TABLES.items()
        ),
    )


def _headers() -> Iterator[Case]:
    yield _companies(
        "space around the names", " company_id , name ,industry\na1,Acme,Retail\nb2,Beta,Retail\n"
    )
    yield _companies("names in quotes", '"company_id","name","industry"\n' + f"{FIRST}\n{SECOND}\n")
    yield _companies(
        "names in capitals",
        HEAD.upper() + f"\n{FIRST}\n{SECOND}\n",
        *(
            ("companies.csv", None, name, "missing_column", R, "")
            for name in ("company_id", "name")
        ),
        *(
            ("companies.csv", None, name.upper(), "unknown_column", W, name.upper())
            for name in HEAD.split(",")
        ),
        truth=",\n,\n".replace(",", "company_id,name", 1) + ",\n",
    )
    yield _companies(
        "no header at all",
        f"{FIRST}\n{SECOND}\n",
        ("companies.csv", None, None, "missing_header", R, FIRST.replace(",", ", ")),
        truth=None,
    )
    yield from _odd_headers()


def _odd_headers() -> Iterator[Case]:
    yield _companies(
        "a column twice",
        f"{HEAD},name\n{FIRST},x\n{SECOND},y\n",
        ("companies.csv", None, "name", "duplicate_column", R, ""),
    )
    yield _companies(
        "a column of the client's own",
        f"{HEAD},=cmd|' /C calc'!A0\n{FIRST},x\n{SECOND},y\n",
        ("companies.csv", None, "=cmd|' /C calc'!A0", "unknown_column", W, "=cmd|' /C calc'!A0"),
    )
    yield _companies(
        "values under no name",
        f"{HEAD},\n{FIRST},x\n{SECOND},\n",
        ("companies.csv", None, "", "unknown_column", W, ""),
    )
    yield _companies(
        "the header is repeated below",
        COMPANIES + HEAD + "\n",
        ("companies.csv", 4, "company_id", "company_without_scores", W, "company_id"),
        truth=COMPANIES + HEAD + "\n",
    )


def _above_and_below() -> Iterator[Case]:
    above = (
        ("a title above", "Our companies,,\n"),
        ("a title and a blank line above", "Our companies\n\n"),
        ("three lines above", "Acme\n2024-12-31,draft\n,,\n"),
    )
    for name, lines in above:
        value = lines.splitlines()[0].split(",")[0]
        yield _companies(
            name, lines + COMPANIES, ("companies.csv", None, None, "header_not_first", W, value)
        )
    yield _companies("blank lines between", COMPANIES.replace("b2", "\n , ,\n\nb2"))
    over = ("Total for the group", "Всего по группе", "Razem dla grupy")
    for word in (
        "Total",
        "TOTAL:",
        "Sum",
        "Итого",
        "Всего",
        "Razem",
        "Suma",
        "合计",
        "总计",
        *over,
    ):
        row = f"{word},,,,,100.5,1\n"
        yield given(
            f"a row of totals: {word}", FAMILY, "pnl", PNL + row, PNL,
            ("pnl.csv", 4, "company_id", "totals_row", A, word),
        )  # fmt: skip
    yield given(
        "a row of totals without a word", FAMILY, "pnl", PNL + ",,,,,100.5,1\n", PNL,
        ("pnl.csv", 4, "company_id", "totals_row", A, ""),
    )  # fmt: skip
    yield Case(
        "a company that is called Total",
        FAMILY,
        {
            "companies.csv": COMPANIES + "total,Total,Energy\n",
            "scores.csv": SCORES + "total,2022-06-30,index,5\n",
        },
        {
            "companies": COMPANIES + "total,Total,Energy\n",
            "scores": SCORES + "total,2022-06-30,index,5\n",
        },
    )


def _rows() -> Iterator[Case]:
    yield _companies(
        "a comma that is not in quotes",
        f"{HEAD}\na1,Acme, Inc,Retail\n{SECOND}\n",
        ("companies.csv", 2, None, "row_too_long", R, "Retail"),
        truth=f"{HEAD}\na1,,\n{SECOND}\n",
    )
    yield Case(
        "such a row set aside",
        FAMILY,
        {
            "client.yml": config("severity: {row_too_long: set_aside}"),
            "companies.csv": f"{HEAD}\n{FIRST}\nb2,Beta, Inc,Retail\n",
        },
        {"companies": f"{HEAD}\n{FIRST}\n", "scores": "".join(SCORES.splitlines(True)[:2])},
        (
            ("companies.csv", 3, None, "row_too_long", A, "Retail"),
            ("scores.csv", 3, "company_id", "company_set_aside", A, "b2"),
        ),
    )
    yield _companies(
        "a row that ends too early",
        f"{HEAD}\n{FIRST}\nb2,Beta\n",
        ("companies.csv", 3, None, "row_too_short", W, "2"),
        truth=f"{HEAD}\n{FIRST}\nb2,Beta,\n",
    )
    yield _companies("empty cells to the right", f"{HEAD},,\n{FIRST},,\n{SECOND}, ,\n")
    yield from _odd_rows()


def _odd_rows() -> Iterator[Case]:
    yield _companies("more empty cells than columns", f"{HEAD}\n{FIRST},,,,\n{SECOND}\n")
    yield _companies(
        "a line break in quotes",
        f'{HEAD}\na1,"Acme\nand Sons",Retail\n{SECOND}\n',
        truth=f'{HEAD}\na1,"Acme\nand Sons",Retail\n{SECOND}\n',
    )
    yield _companies(
        "doubled quotes",
        f'{HEAD}\na1,"The ""A"", Inc",Retail\n{SECOND}\n',
        truth=f'{HEAD}\na1,"The ""A"", Inc",Retail\n{SECOND}\n',
    )
    for name, cell in (("a quote never closed", '"Acme'), ("text after a quote", '"Ac"me')):
        yield _companies(
            name, f"{HEAD}\na1,{cell},Retail\n{SECOND}\n", _file("unreadable_file"), truth=None
        )
    yield _companies(
        "a cell of 300,000 characters",
        f"{HEAD}\na1,{'x' * 300_000},Retail\n{SECOND}\n",
        _file("unreadable_file"),
        truth=None,
    )
    yield _companies(
        "a NUL in a name",
        f"{HEAD}\na1,Ac\0me,Retail\n{SECOND}\n",
        ("companies.csv", 2, "name", "control_character", R, "Ac\0me"),
        truth=f"{HEAD}\na1,,Retail\n{SECOND}\n",
    )


def _other_files() -> Iterator[Case]:
    sink = io.BytesIO()
    pq.write_table(pa.table({"company_id": ["a1", "b2"]}), sink)
    others = {
        "a workbook": b"PK\x03\x04" + bytes(60),
        "an old workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(60),
        "a Parquet file": sink.getvalue(),
        "a PDF": b"%PDF-1.7\n" + bytes(60),
        "a packed file": b"\x1f\x8b\x08" + bytes(60),
        "nothing": b"",
        "blank lines": b"\n \n,,\n",
    }
    for name, data in others.items():
        yield _companies(f"{name} named .csv", data, _file("unreadable_file"), truth=None)
    yield given(
        "a header alone", FAMILY, "pnl", PNL.splitlines()[0], PNL.splitlines()[0],
        ("pnl.csv", None, None, "empty_table", W, ""),
    )  # fmt: skip
    yield _companies(
        "a web page named .csv",
        "<!DOCTYPE html>\n<html><body>Sign in</body></html>\n",
        ("companies.csv", None, None, "missing_header", R, "<!DOCTYPE html>"),
        truth=None,
    )


def _line_ends() -> Iterator[Case]:
    ends = {"Windows": "\r\n", "old Mac": "\r", "mixed": None}
    for name, end in ends.items():
        text = COMPANIES.replace("\n", end) if end else f"{HEAD}\r\n{FIRST}\n{SECOND}\r"
        yield _companies(f"{name} line ends", text)
    yield _companies("no line end at the end", COMPANIES.rstrip("\n"))
    yield _companies("blank lines at the end", COMPANIES + "\n\n\n,,\n")
