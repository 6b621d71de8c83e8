"""What cases of the intake workbook have in common: a good one, and what must be read of it."""

from __future__ import annotations

from collections.abc import Callable

from openpyxl import Workbook

from tests.contracts.bad_inputs.case import Case, Finding, config
from tests.contracts.books import GOOD, NO_FILES, Rows, book

FAMILY = "workbooks"
FIRMS, ANSWERS, ACCOUNTS = (f"intake.xlsx [{name}]" for name in ("companies", "assessments", "pnl"))
TRUTH = {
    "companies": "company_id,name\na1,Acme\nb2,Beta\n",
    "assessments": "company_id,wave,respondent_id,item_id,performance,importance\n"
    "a1,2023-06-30,r1,lead_1,3,4\na1,2023-06-30,r1,lead_2,0,\na1,2023-06-30,r1,serve_1,,\n"
    "a1,2023-06-30,r1,serve_2,5,\nb2,2023-06-30,r1,lead_1,1,5\nb2,2023-06-30,r1,lead_2,2,\n"
    "b2,2023-06-30,r1,serve_1,3,\nb2,2023-06-30,r1,serve_2,4,\n",
    "pnl": "company_id,period_end,period_months,currency,unit,revenue,net_income\n"
    "a1,2022-12-31,12,USD,1000000,100.5,-3\na1,2023-12-31,12,USD,1000000,110,4\n",
}
UNREAD: dict[str, str | None] = dict.fromkeys([*TRUTH, "scores"])


def case(name: str, data: bytes, *findings: Finding, extra: str = "", **truth: str | None) -> Case:
    """A folder with this workbook in the place of its tables."""
    files = {**NO_FILES, "client.yml": config(extra), "intake.xlsx": data}
    return Case(name, FAMILY, files, {**TRUTH, "scores": None, **truth}, findings)


def changed(table: str, rows: Rows, bend: Callable[[Workbook], None] | None = None) -> bytes:
    """The good workbook with another sheet in the place of one."""
    return book({**GOOD, table: rows}, bend)


def bent(bend: Callable[[Workbook], None]) -> bytes:
    """The good workbook, changed by `bend`."""
    return book(GOOD, bend)
