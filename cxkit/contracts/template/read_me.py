"""The first sheet: what the workbook is for, what holds throughout, how to fill it in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cxkit.contracts.template.plan import Plan, SheetPlan, grouped
from cxkit.contracts.template.style import Style
from cxkit.contracts.workbook.sheets import READ_ME

NAMES = dict(zip(("en", "ru", "pl", "zh"), READ_ME, strict=True))
RULES = ("rule1", "rule2", "rule3", "rule4", "rule5")
WIDTHS = (36, 62, 34, 24)
LINE = 15  # points


def write_read_me(
    book: Any,
    plan: Plan,
    sheets: Sequence[SheetPlan],
    style: Style,
    protection: Mapping[str, bool],
) -> None:
    """Write the sheet; the cell for the consultant's name is the only one to type in."""
    page = book.add_worksheet(NAMES[plan.language])
    page.hide_gridlines(2)
    for column, width in enumerate(WIDTHS):
        page.set_column(column, column, width)
    page.write_string(0, 0, plan.word("read.head", title=plan.title), style.title)
    page.set_row(0, 28)
    _merged(page, 1, plan.word("read.purpose"), style.text)
    row = _facts(page, plan, style, 3)
    row = _rules(page, plan, style, row + 1)
    row = _sheet_list(page, plan, sheets, style, row + 1)
    if plan.instrument.has_items:
        _scale(page, plan, style, row + 1)
    page.protect("", dict(protection))
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 1)
    page.activate()


def _merged(page: Any, row: int, text: str, form: Any) -> None:
    """Text over all columns, the row as high as it needs."""
    lines = -(-_length(text) // 135)
    page.set_row(row, LINE * lines + 2)
    page.merge_range(row, 0, row, len(WIDTHS) - 1, "", form)
    page.write_string(row, 0, text, form)


def _length(text: str) -> int:
    """Width in letters; a Chinese one is two wide."""
    return sum(2 if ord(c) > 0x2E80 else 1 for c in text)


def _facts(page: Any, plan: Plan, style: Style, row: int) -> int:
    page.write_string(row, 0, plan.word("read.facts"), style.head)
    facts = {
        "money": f"{plan.word(f'unit.{plan.unit}')} ({grouped(plan.unit)})",
        "year": plan.fiscal_year_end,
        "until": plan.as_of,
        "decimal": f"{plan.decimal}   (1250{plan.decimal}5)",
        "instrument": f"{plan.own(plan.instrument.title)} ({plan.instrument.id})",
    }
    for at, (name, value) in enumerate(facts.items(), start=row + 1):
        page.write_string(at, 0, plan.word(f"read.{name}"), style.bold)
        page.write_string(at, 1, value, style.cell)
    last = row + len(facts) + 1
    page.write_string(last, 0, plan.word("read.contact"), style.bold)
    page.write_string(last, 1, plan.word("read.contact_hint"), style.open)
    return last + 1


def _rules(page: Any, plan: Plan, style: Style, row: int) -> int:
    page.write_string(row, 0, plan.word("read.how"), style.head)
    for at, rule in enumerate(RULES, start=1):
        _merged(page, row + at, f"{at}. {plan.word(f'read.{rule}')}", style.text)
    return row + len(RULES) + 1


def _sheet_list(page: Any, plan: Plan, sheets: Sequence[SheetPlan], style: Style, row: int) -> int:
    page.write_string(row, 0, plan.word("read.sheets"), style.head)
    for column, name in enumerate(("sheet", "rows", "needed", "who")):
        page.write_string(row + 1, column, plan.word(f"read.{name}"), style.label)
    for at, sheet in enumerate(sheets, start=row + 2):
        says = plan.word(f"row.{sheet.name}")
        page.set_row(at, LINE * -(-_length(says) // 60) + 4)
        link = f"internal:'{sheet.name}'!A1"
        shown = f"{plan.word(f'title.{sheet.name}')} ({sheet.name})"
        page.write_url(at, 0, link, style.bold, shown)
        page.write_string(at, 1, says, style.cell)
        page.write_string(at, 2, plan.word(f"need.{sheet.need}"), style.cell)
        page.write_string(at, 3, plan.word(f"who.{sheet.name}"), style.cell)
    return row + 2 + len(sheets)


def _scale(page: Any, plan: Plan, style: Style, row: int) -> None:
    page.write_string(row, 0, plan.word("read.scale"), style.head)
    low, high = plan.instrument.scale
    says = plan.word("read.scale_text", low=f"{low:g}", high=f"{high:g}")
    if plan.instrument.importance:
        low, high = plan.instrument.importance
        says += " " + plan.word("read.importance_text", low=f"{low:g}", high=f"{high:g}")
    _merged(page, row + 1, says, style.text)
