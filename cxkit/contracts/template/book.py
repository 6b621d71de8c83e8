"""The intake workbook, written: grey locked rows above, white cells to type in below."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import xlsxwriter

from cxkit.contracts.tables import DATE, NUMBER
from cxkit.contracts.template.plan import Field, Plan, SheetPlan, sheet_plans
from cxkit.contracts.template.read_me import write_read_me
from cxkit.contracts.template.style import Style
from cxkit.contracts.workbook.fold import IMPORTANCE
from cxkit.contracts.workbook.sheets import META

VERSION = 1
TITLE, NOTE, BAND, LABEL, HINT, EXAMPLE, NAMES, DATA = range(8)  # rows, counted from 0
LAST_ROW, LAST_COLUMN = 1_048_575, 16_383
PAGE_COLUMNS = 12  # that are legible on one page's width
LISTED_COMPANIES = 20_000
MADE = dt.datetime(2024, 1, 1)  # noqa: DTZ001  the same plan makes the same bytes
PROTECTION = {
    "format_cells": True,
    "format_columns": True,
    "format_rows": True,
    "insert_rows": True,
    "delete_rows": True,
    "sort": True,
    "autofilter": True,
}
FORMATS = {
    "founded_year": "0",
    "year": "0",
    "period_months": "0",
    "employees": "#,##0",
    "n": "#,##0",
    "unit": "#,##0",
    "rate": "0.0000##",
    "weight": "General",
    "value": "General",
    "expected_points": "General",
}


def intake_book(plan: Plan) -> bytes:
    """The workbook of a plan; the same plan gives the same bytes."""
    made = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(made, options)
    book.set_properties({"title": plan.title, "author": "cxkit", "created": MADE})
    style = Style(book)
    sheets = sheet_plans(plan)
    write_read_me(book, plan, sheets, style, PROTECTION)
    for sheet in sheets:
        _write_sheet(book, plan, sheet, style)
    _write_meta(book, plan, style)
    book.close()
    return made.getvalue()


def _write_sheet(book: Any, plan: Plan, sheet: SheetPlan, style: Style) -> None:
    page = book.add_worksheet(sheet.name)
    page.set_tab_color("#1F3864" if sheet.need != "optional" else "#A6A6A6")
    _set_rows(page, sheet, style)
    page.write_string(TITLE, 0, plan.word(f"title.{sheet.name}"), style.title)
    page.write_string(NOTE, 0, plan.word(f"row.{sheet.name}"), style.note)
    for column, one in enumerate(sheet.fields):
        _write_head(page, column, one, style)
        page.set_column(column, column, _width(one), style.data(_number_format(one)))
        _restrict(page, plan, sheet, column, one)
    page.set_column(len(sheet.fields), LAST_COLUMN, None, style.data("General"))
    for at, row in enumerate(sheet.rows):
        for column, one in enumerate(sheet.fields):
            if row.get(one.name) is not None:
                cell_style = style.data(_number_format(one))
                page.write_string(DATA + at, column, str(row[one.name]), cell_style)
    page.freeze_panes(DATA, sheet.keys)
    page.protect("", PROTECTION)
    page.set_landscape()
    page.set_paper(9)
    page.repeat_rows(BAND, NAMES)
    if len(sheet.fields) <= PAGE_COLUMNS:
        page.fit_to_pages(1, 0)
    else:
        page.set_print_scale(60)
        page.repeat_columns(0, sheet.keys - 1)


def _set_rows(page: Any, sheet: SheetPlan, style: Style) -> None:
    wide = any(one.name.endswith(IMPORTANCE) for one in sheet.fields) or sheet.name == "assessments"
    heights = {TITLE: 24, NOTE: 18, BAND: 18, LABEL: 78 if wide else 32, HINT: 40, EXAMPLE: 16}
    formats = {BAND: style.plain, LABEL: style.plain, HINT: style.plain, EXAMPLE: style.plain}
    for row, height in {**heights, NAMES: 13}.items():
        page.set_row(row, height, formats.get(row, style.plain))


def _write_head(page: Any, column: int, one: Field, style: Style) -> None:
    page.write_string(BAND, column, one.band, style.band)
    page.write_string(LABEL, column, one.label, style.label)
    page.write_string(HINT, column, one.hint, style.hint)
    page.write_string(EXAMPLE, column, one.example, style.example)
    page.write_string(NAMES, column, one.name, style.names)


def _width(one: Field) -> float:
    if one.name.endswith(IMPORTANCE):
        return 13
    if len(one.label) > 40:
        return 27
    return 24 if one.name in ("name", "title") else 17


def _number_format(one: Field) -> str:
    """Codes are text, so that 00123 keeps its zeros and 3-1 becomes no date."""
    if one.type == DATE:
        return "yyyy-mm-dd"
    if one.type != NUMBER:
        return "@"
    if one.words:
        return "General"
    return FORMATS.get(one.name, "#,##0.00")


def _restrict(page: Any, plan: Plan, sheet: SheetPlan, column: int, one: Field) -> None:
    rule = _rule(plan, sheet, one)
    if rule:
        head = plan.word("bad.head")[:32]
        page.data_validation(
            DATA, column, LAST_ROW, column, {"error_title": head, "ignore_blank": True, **rule}
        )


def _rule(plan: Plan, sheet: SheetPlan, one: Field) -> dict[str, Any]:
    """What may be typed into a column, in the words of the spreadsheet."""
    if one.name == "company_id" and sheet.name != "companies":
        first = f"companies!$A${DATA + 1}"
        listed = f"companies!$A${DATA + 1}:$A${DATA + LISTED_COMPANIES}"
        source = f"=OFFSET({first},0,0,MAX(1,COUNTA({listed})),1)"
        message = plan.word("bad.company")
        return {
            "validate": "list",
            "source": source,
            "error_type": "warning",
            "error_message": message,
        }
    if one.words and len(",".join(one.words)) <= 255:
        message = plan.word("bad.list", words=", ".join(one.words))[:255]
        return {"validate": "list", "source": list(one.words), "error_message": message}
    if one.type == DATE:
        return {
            "validate": "date",
            "criteria": "between",
            "minimum": dt.date(1900, 1, 1),
            "maximum": dt.date(2100, 12, 31),
            "error_message": plan.word("bad.date"),
        }
    return _number_rule(plan, one) if one.type == NUMBER else {}


def _number_rule(plan: Plan, one: Field) -> dict[str, Any]:
    low, high = one.bounds
    kind = "integer" if one.whole else "decimal"
    if low is not None and high is not None:
        message = plan.word("bad.range", low=f"{low:g}", high=f"{high:g}")
        return {
            "validate": kind,
            "criteria": "between",
            "minimum": low,
            "maximum": high,
            "error_message": message,
        }
    least = -1e300 if low is None else low
    message = plan.word("bad.number")
    return {"validate": kind, "criteria": ">=", "value": least, "error_message": message}


def _write_meta(book: Any, plan: Plan, style: Style) -> None:
    """What the workbook says of itself, for the one who reads it back."""
    page = book.add_worksheet(META)
    facts = {
        "template_version": VERSION,
        "client": plan.client,
        "instrument": plan.instrument.id,
        "instrument_version": plan.instrument.version,
        "currency": plan.currency,
        "unit": plan.unit,
        "fiscal_year_end": plan.fiscal_year_end,
        "decimal": plan.decimal,
        "language": plan.language,
        "as_of": plan.as_of,
    }
    for row, (name, value) in enumerate(facts.items()):
        page.write_string(row, 0, name, style.plain)
        page.write_string(row, 1, str(value), style.plain)
    page.set_column(0, 1, 24)
    page.protect("", {})
    page.hide()
