"""What a new intake workbook is for, and the columns of each of its sheets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cxkit.contracts.cells import NOT_APPLICABLE
from cxkit.contracts.instrument import Instrument, Item
from cxkit.contracts.tables import DATE, NUMBER, TABLES, Column
from cxkit.contracts.template.words import has, word
from cxkit.contracts.workbook.fold import IMPORTANCE

UNITS = (1, 1_000, 1_000_000, 1_000_000_000)
LEFT_OUT = ("instrument_version", "item_id", "performance", "importance", "not_applicable")
NEEDS = {"companies": "required", "assessments": "answers", "pnl": "accounts"}
KEYS = {"companies": 2, "assessments": 3, "scores": 2, "pnl": 2, "events": 2, "metrics": 2}
BANDS: Mapping[str, Mapping[str, str]] = {
    "companies": {"company_id": "company", "industry": "details"},
    "assessments": {"company_id": "who", "weight": "other"},
    "scores": {"company_id": "company", "measure": "values"},
    "pnl": {"company_id": "period", "revenue": "amounts", "employees": "other"},
    "events": {"company_id": "company", "kind": "values"},
    "metrics": {"company_id": "company", "metric": "values"},
}
EXAMPLES: Mapping[str, str] = {
    "company_id": "K-001",
    "name": "Example Ltd",
    "industry": "Retail",
    "sub_industry": "Grocery",
    "country": "DE",
    "founded_year": "1987",
    "employees": "1200",
    "ownership": "family",
    "weight": "1",
    "wave": "2024-06-30",
    "respondent_id": "R-01",
    "role": "manager",
    "measure": "index",
    "value": "41",
    "period_end": "2024-12-31",
    "period_months": "12",
    "revenue": "1250.5",
    "cost_of_revenue": "760.2",
    "gross_profit": "490.3",
    "selling_general_administrative": "310",
    "research_development": "40",
    "depreciation_amortisation": "55",
    "operating_income": "85.3",
    "interest_expense": "12",
    "income_tax": "18.3",
    "net_income": "55",
    "total_assets": "980",
    "as_of": "2025-03-15",
    "date": "2024-03-01",
    "kind": "merger",
    "assignment": "chosen",
    "metric": "nps",
    "n": "350",
    "title": "One inbox for all channels",
    "owner": "Head of service",
    "start": "2025-01-15",
    "due": "2025-09-30",
    "cost": "0.4",
    "expected_points": "2",
    "rate": "0.92",
    "year": "2024",
    "index": "112.4",
}


@dataclass(frozen=True)
class Plan:
    """A new client, as `cxkit new` was asked for it. Dates are ISO text, the unit is a number."""

    client: str
    title: str
    instrument: Instrument
    as_of: str
    currency: str
    unit: int = 1_000_000
    language: str = "en"
    fiscal_year_end: str = "12-31"
    decimal: str = "."
    company: str | None = None
    company_id: str | None = None

    def word(self, id: str, **values: object) -> str:
        """A text of the workbook in the client's language; money and currency are known."""
        unit = word(f"unit.{self.unit}", self.language, currency=self.currency)
        known = {"currency": self.currency, "money": unit, "unit": grouped(self.unit), **values}
        return word(id, self.language, **known)

    def own(self, texts: Mapping[str, str]) -> str:
        """An instrument's text in the client's language, else in English."""
        return texts.get(self.language, texts["en"])


@dataclass(frozen=True)
class Field:
    """A column of a sheet: the name it is read by, and what the client sees above it.

    `check` is what may be typed: a list of words, or least and greatest number.
    """

    name: str
    label: str
    hint: str
    example: str
    type: str
    band: str = ""
    words: tuple[str, ...] = ()
    bounds: tuple[float | None, float | None] = (None, None)
    whole: bool = False


@dataclass(frozen=True)
class SheetPlan:
    """A sheet of the workbook; `keys` columns stay in view."""

    name: str
    need: str
    keys: int
    fields: tuple[Field, ...]
    rows: tuple[Mapping[str, Any], ...] = field(default=())


def sheet_plans(plan: Plan) -> tuple[SheetPlan, ...]:
    """The sheets in the order of the contract; answers only where the instrument has items."""
    names = [n for n in TABLES if n != "assessments" or plan.instrument.has_items]
    return tuple(_sheet(plan, name) for name in names)


def _sheet(plan: Plan, name: str) -> SheetPlan:
    fields = [
        _field(plan, name, column)
        for column in TABLES[name].columns
        if column.name not in LEFT_OUT or name not in ("assessments", "scores")
    ]
    if name == "assessments":
        role = next(at for at, one in enumerate(fields) if one.name == "role") + 1
        fields[role:role] = _answers(plan)
    need = NEEDS.get(name, "optional")
    if name == "scores" and not plan.instrument.has_items:
        need = "required"
    first = {"company_id": plan.company_id, "name": plan.company}
    rows = (first,) if name == "companies" and plan.company_id else ()
    return SheetPlan(name, need, KEYS.get(name, 1), tuple(fields), rows)


def _field(plan: Plan, table: str, column: Column) -> Field:
    bands = BANDS.get(table, {})
    band = bands.get(column.name)
    words = _words(plan, column)
    least = 0.0 if column.above is not None else column.minimum
    return Field(
        column.name,
        plan.word(f"col.{column.name}"),
        _hint(plan, table, column, words),
        _example(plan, column),
        column.type,
        plan.word(f"band.{band}") if band else "",
        words,
        (least, column.maximum),
        column.whole,
    )


def grouped(number: int) -> str:
    """A whole number in groups of three that no language takes for decimals."""
    return f"{number:,}".replace(",", "\u00a0")


def _words(plan: Plan, column: Column) -> tuple[str, ...]:
    if column.name == "measure":
        return plan.instrument.measures
    if column.name == "block":
        return plan.instrument.block_ids
    return column.words


def _hint(plan: Plan, table: str, column: Column, words: tuple[str, ...]) -> str:
    """Whether it must be filled in, what it is, and what is special about it."""
    stated = table == "pnl" and column.name in ("currency", "unit")
    needed = column.filled or column.required
    parts = ["" if stated else plan.word("hint.required" if needed else "hint.optional")]
    if column.type == DATE:
        parts.append(plan.word("hint.date"))
    if words:
        parts.append(plan.word("hint.list"))
    special = f"hint.{column.name}"
    belongs = {"currency": "pnl", "as_of": "pnl", "index": "prices", "employees": "pnl"}
    if has(special) and belongs.get(column.name, table) == table:
        parts.append(plan.word(special))
    return "; ".join(filter(None, dict.fromkeys(parts)))  # a column may be called as a type is


def _example(plan: Plan, column: Column) -> str:
    given = {"currency": plan.currency, "unit": f"{plan.unit}", "block": _first_block(plan)}
    value = given.get(column.name) or EXAMPLES[column.name]
    if column.type == NUMBER:
        value = value.replace(".", plan.decimal)
    return plan.word("example", value=value)


def _first_block(plan: Plan) -> str:
    return plan.instrument.block_ids[0] if plan.instrument.blocks else "all"


def _answers(plan: Plan) -> list[Field]:
    """A column per item, under its block's title, and one for its importance where asked."""
    fields = []
    for block in plan.instrument.blocks:
        band = plan.own(block.title)
        for item in block.items:
            fields.append(_answer(plan, item, band))
            band = ""
            low, high = item.importance_minimum, item.importance_maximum
            if low is not None and high is not None:
                fields.append(_importance(plan, item, low, high))
    return fields


def _answer(plan: Plan, item: Item, band: str) -> Field:
    low, high = item.minimum, item.maximum
    hint = plan.word("hint.answer", low=f"{low:g}", high=f"{high:g}")
    example = plan.word("example", value=f"{(low + high) // 2:g}")
    numbers = _numbers(low, high)
    words = (*numbers, NOT_APPLICABLE) if numbers else ()
    return Field(item.id, plan.own(item.text), hint, example, NUMBER, band, words, (low, high))


def _importance(plan: Plan, item: Item, low: float, high: float) -> Field:
    hint = plan.word("hint.importance", low=f"{low:g}", high=f"{high:g}")
    example = plan.word("example", value=f"{high:g}")
    words, label = _numbers(low, high), plan.word("col.importance")
    return Field(item.id + IMPORTANCE, label, hint, example, NUMBER, "", words, (low, high))


def _numbers(low: float, high: float) -> tuple[str, ...]:
    """The answers to choose from, where they are few and whole."""
    if low != int(low) or high != int(high) or high - low > 10:
        return ()
    return tuple(str(number) for number in range(int(low), int(high) + 1))
