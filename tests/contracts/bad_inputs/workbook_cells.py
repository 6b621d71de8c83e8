"""Cells of the intake workbook: numbers, dates, formulas, errors, ids and answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from openpyxl import Workbook

from tests.contracts.bad_inputs.case import A, Case, Finding, R, W
from tests.contracts.bad_inputs.workbook_case import (
    ACCOUNTS,
    ANSWERS,
    FIRMS,
    TRUTH,
    case,
    changed,
)
from tests.contracts.books import COMPANIES, DAY, GOOD, PNL, WIDE, book, calculated


def cases() -> Iterator[Case]:
    """All cases of the family that lie in cells."""
    yield from _cells()
    yield from _ids()
    yield from _answers()


def _cell(
    name: str,
    column: int,
    value: Any,
    read: str,
    *findings: Finding,
    extra: str = "",
    bend: Callable[[bytes], bytes] = bytes,
) -> Case:
    """Accounts of one row with another value in one cell."""
    row = [*PNL[1][:column], value, *PNL[1][column + 1 :]]
    cells = TRUTH["pnl"].splitlines()[1].split(",")
    cells[column] = read
    truth = "\n".join([TRUTH["pnl"].splitlines()[0], ",".join(cells), ""])
    data = bend(changed("pnl", [PNL[0], row]))
    return case(name, data, *findings, extra=extra, pnl=truth)


def _bad(column: str, kind: str, value: str, row: int = 2) -> Finding:
    return (ACCOUNTS, row, column, kind, R, value)


def _cells() -> Iterator[Case]:
    comma = 'locale: {decimal: ",", thousands: "."}'
    yield case("as it should be", book(GOOD))
    yield case("with another locale", book(GOOD), extra=comma)
    for value, read in (
        (1e5, "100000"),
        (1e15, "1e15"),
        (1e-7, "1e-7"),
        ("7.5", "7.5"),
    ):
        yield _cell(f"revenue {value!r}", 5, value, read)
    yield _cell("net income -0.5", 6, -0.5, "-0.5")
    yield _cell("a number as text, by locale", 5, "1.234,5", "1234.5", extra=comma)
    yield _cell(
        "a number as text of another locale",
        5,
        "1,234.5",
        "",
        _bad("revenue", "not_a_number", "1,234.5"),
        extra=comma,
    )
    yield _cell("a date as text", 1, "2022-12-31", "2022-12-31")
    yield _cell(
        "a date as text, by locale", 1, "31.12.2022", "2022-12-31", extra="locale: {dates: dmy}"
    )
    yield _cell(
        "a date as text of another locale",
        1,
        "12/31/22",
        "",
        _bad("period_end", "not_a_date", "12/31/22"),
    )
    yield from _dates_and_errors()


def _dates_and_errors() -> Iterator[Case]:
    yield _cell("a day number", 1, 44926, "", _bad("period_end", "not_a_date", "44926"))
    year = dt.date(1905, 7, 14)
    yield _cell(
        "a year in a cell for dates",
        1,
        year,
        "",
        _bad("period_end", "not_a_date", "1905-07-14"),
    )
    noon = dt.datetime(2022, 12, 31, 12)  # noqa: DTZ001
    yield _cell(
        "a time of day", 1, noon, "", _bad("period_end", "not_a_date", "2022-12-31 12:00:00")
    )
    yield _cell(
        "a date for a number",
        5,
        dt.date(2024, 1, 2),
        "",
        _bad("revenue", "not_a_number", "2024-01-02"),
    )
    yield _cell("true for a number", 5, True, "", _bad("revenue", "not_a_number", "TRUE"))
    yield _cell("a percentage", 5, "5 %", "", _bad("revenue", "not_a_number", "5 %"))
    for error in ("#DIV/0!", "#REF!", "#N/A", "#VALUE!", "#NAME?"):
        yield _cell(f"the error {error}", 5, error, "", _bad("revenue", "error_cell", error))
    waits = _bad("revenue", "formula_without_value", "")
    yield _cell("a formula that was never calculated", 5, "=1+1", "", waits)
    yield _cell("a formula that reads a file", 5, "=[other.xlsx]Sheet1!A1", "", waits)
    yield _cell("a formula that calls a program", 5, '=cmd|"/C calc"!A0', "", waits)
    done = {"<v></v>": "<v>2</v>", "<v />": "<v>2</v>", "<v/>": "<v>2</v>"}
    yield _cell(
        "a formula with its value", 5, "=1+1", "2", bend=lambda data: calculated(data, done)
    )
    yield _aside()


def _aside() -> Case:
    row = [*PNL[1][:5], "#REF!", PNL[1][6]]
    lines = TRUTH["pnl"].splitlines()
    return case(
        "an error set aside",
        changed("pnl", [PNL[0], row, PNL[2]]),
        (ACCOUNTS, 2, "revenue", "error_cell", A, "#REF!"),
        extra="severity: {error_cell: set_aside}",
        pnl="\n".join([lines[0], lines[2], ""]),
    )


def _ids() -> Iterator[Case]:
    kept = {
        "00123": "00123",
        "NA": "NA",
        "1E5": "1E5",
        17: "17",
        "TRUE": "TRUE",
        True: "TRUE",
        "2024-01-01": "2024-01-01",
        1.5: "1.5",
    }
    for value, text in kept.items():
        yield _id(f"the id {value!r}", value, text)

    def padded(made: Workbook) -> None:
        for sheet, row in (("companies", 3), ("assessments", 3)):
            made[sheet].cell(row, 1).number_format = "00000"

    yield _id("a number shown with zeros", 42, "00042", bend=padded)
    lost = _lost_id(
        "a number of 19 digits as an id", 1234567890123456789, "rounded_id", "1234567890123457000"
    )
    yield lost
    yield _lost_id("a date that was an id", dt.date(2024, 3, 1), "text_became_date", "2024-03-01")


def _id(name: str, value: Any, text: str, bend: Callable[[Workbook], None] | None = None) -> Case:
    """The second company under an id of that kind."""
    sheets = {
        "companies": [*COMPANIES[:2], [value, "Beta"]],
        "assessments": [*WIDE[:2], [value, *WIDE[2][1:]]],
        "pnl": PNL,
    }
    return case(
        name,
        book(sheets, bend),
        companies=TRUTH["companies"].replace("b2", text),
        assessments=TRUTH["assessments"].replace("b2", text),
    )


def _lost_id(name: str, value: Any, kind: str, shown: str) -> Case:
    rows = [*COMPANIES, [value, "Gamma"]]
    return case(
        name,
        changed("companies", rows),
        (FIRMS, 4, "company_id", kind, R, shown),
        companies=TRUTH["companies"] + ",Gamma\n",
    )


def _answers() -> Iterator[Case]:
    """One column per item: findings name the item's own cell."""
    for name, place, value, column, kind in (
        ("an answer above the scale", 3, 9, "lead_1", "outside_scale"),
        ("an importance above the scale", 4, 7, "lead_1:importance", "outside_scale"),
        ("an answer in words", 5, "good", "lead_2", "not_a_number"),
        ("an answer that became a date", 6, dt.date(2024, 5, 4), "serve_1", "not_a_number"),
    ):
        row = [*WIDE[2][:place], value, *WIDE[2][place + 1 :]]
        shown = value.isoformat() if isinstance(value, dt.date) else str(value)
        lines = TRUTH["assessments"].splitlines(keepends=True)
        at = {3: 5, 4: 5, 5: 6, 6: 7}[place]
        cells = lines[at].rstrip("\n").split(",")
        cells[5 if place == 4 else 4] = shown if kind == "outside_scale" else ""
        truth = "".join([*lines[:at], ",".join(cells) + "\n", *lines[at + 1 :]])
        yield case(
            name,
            changed("assessments", [*WIDE[:2], row]),
            (ANSWERS, 3, column, kind, R, shown),
            assessments=truth,
        )
    aside = [*WIDE[2][:3], 9, *WIDE[2][4:]]
    yield case(
        "one answer set aside, the others stay",
        changed("assessments", [*WIDE[:2], aside]),
        (ANSWERS, 3, "lead_1", "outside_scale", A, "9"),
        extra="severity: {outside_scale: set_aside}",
        assessments="".join(
            line
            for line in TRUTH["assessments"].splitlines(keepends=True)
            if not line.startswith("b2,2023-06-30,r1,lead_1")
        ),
    )
    yield from _forms()


def _forms() -> Iterator[Case]:
    cut = [[*row[:7]] for row in WIDE]
    truth = "".join(
        line for line in TRUTH["assessments"].splitlines(keepends=True) if "serve_2" not in line
    )
    yield case(
        "an item without a column",
        changed("assessments", cut),
        (ANSWERS, None, "serve_2", "missing_item", W, ""),
        assessments=truth,
    )
    unknown = [*WIDE, ["zz", DAY, "r1", 1, 5]]
    more = "zz,2023-06-30,r1,lead_1,1,5\n" + "".join(
        f"zz,2023-06-30,r1,{item},,\n" for item in ("lead_2", "serve_1", "serve_2")
    )
    yield case(
        "a respondent of an unknown company",
        changed("assessments", unknown),
        (ANSWERS, 4, "company_id", "unknown_company", R, "zz"),
        assessments=TRUTH["assessments"] + more,
    )
    long = [
        ["company_id", "wave", "respondent_id", "item_id", "performance"],
        ["a1", DAY, "r1", "lead_1", 3],
        ["b2", DAY, "r1", "lead_1", 1],
    ]
    yield case(
        "answers in the long form",
        changed("assessments", long),
        assessments="company_id,wave,respondent_id,item_id,performance\n"
        "a1,2023-06-30,r1,lead_1,3\nb2,2023-06-30,r1,lead_1,1\n",
    )
