"""Rows of totals below a table's data: no company's, and counted twice if they stayed in."""

from __future__ import annotations

import math
import re

import numpy as np

from cxkit.contracts.cells import WrongTypeError, read_number
from cxkit.contracts.findings import Findings
from cxkit.contracts.kinds import WARN
from cxkit.contracts.locales import Locale
from cxkit.contracts.raw_table import RawTable, cell_texts
from cxkit.contracts.strict import quoted
from cxkit.contracts.tables import NUMBER, TEXT, Table

LAST = 3  # rows at the end that may hold totals: a sum, an average, a grand total
WORDS = frozenset(
    (
        *("total", "totals", "grand total", "subtotal", "sum", "average", "mean"),
        *("group", "all", "all companies", "group total", "overall"),
        *("итого", "всего", "сумма", "итог", "общий итог", "среднее"),
        *("razem", "suma", "suma końcowa", "ogółem", "łącznie", "średnia"),
        *("合计", "总计", "小计", "合計", "總計", "总和", "平均"),
    )
)
# "Total for the group": a sum's word and what it is over.
TOTAL_OF = re.compile(
    r"(?:(?:grand |sub)?total (?:for|of)|(?:итого|всего) (?:по|за)|(?:razem|suma|ogółem) dla)\b"
)


def without_totals(raw: RawTable, table: Table, findings: Findings, locale: Locale) -> RawTable:
    """The table without rows of totals at its end, which are set aside and said.

    Such a row calls itself a total and lacks a value that every row has, or it has no key and
    is the sum of the rows above. A company may be called Total: its rows are complete.
    """
    if not table.key or findings.is_folded(raw.file) or len(raw.rows) < 2:
        return raw
    if findings.severity_of("totals_row") == WARN:  # the client says they are none
        return raw
    keep = np.ones(len(raw.rows), dtype=bool)
    for place in range(len(raw.rows) - 1, max(0, len(raw.rows) - 1 - LAST), -1):
        found = None if raw.spilt[place] else _total(raw, table, place, locale)
        if found is None:
            break
        keep[place] = False
        _report(raw, place, *found, findings)
    return raw if keep.all() else raw.kept(keep)


def _report(
    raw: RawTable, place: int, column: str, text: str, why: str, findings: Findings
) -> None:
    rows, way_out = raw.rows[place : place + 1], "delete the row"
    what = "rows of totals"
    message = f"the row is one of totals: {why}"
    findings.add_rows(raw.file, "totals_row", column, rows, [text], [message], way_out, what)


def _total(raw: RawTable, table: Table, place: int, locale: Locale) -> tuple[str, str, str] | None:
    """The column and text that make a row one of totals, and why."""
    given = [column for column in table.columns if column.name in raw.columns]
    texts = {column.name: _text(raw, column.name, place) for column in given}
    filled = [column.name for column in table.columns if column.filled]
    if all(texts.get(name) for name in filled):
        return None
    for column in given:
        text = texts[column.name]
        if column.type == TEXT and is_total_word(text):
            why = f"it says {quoted(text)}"
            return None if _is_name(raw, column.name, text) else (column.name, text, why)
    key = [name for name in table.key if name in filled]
    if any(texts.get(name) for name in key):
        return None
    for column in given:
        if column.type == NUMBER and _is_sum(raw, column.name, place, locale):
            why = f"it has no {key[0]}, and its {column.name} is the sum of the rows above"
            return key[0], "", why
    return None


def is_total_word(text: str) -> bool:
    """Whether a text is a word for a sum or an average, in one of the report languages."""
    word = text.rstrip(":").strip().casefold()
    return word in WORDS or bool(TOTAL_OF.match(word))


def _text(raw: RawTable, name: str, place: int) -> str:
    try:
        value = raw.columns[name][place].as_py()
    except (OverflowError, ValueError):  # a date that Python has no name for
        return ""
    return "" if value is None or value != value else str(value).strip()


def _is_name(raw: RawTable, name: str, text: str) -> bool:
    """Whether a word stands in several rows, as an id does and a total's word does not."""
    return sum(other.strip() == text for other in cell_texts(raw.columns[name])) > 1


def _is_sum(raw: RawTable, name: str, place: int, locale: Locale) -> bool:
    """Whether a cell is the sum of at least two above it."""
    try:
        values = read_number(raw.columns[name].slice(0, place + 1), locale).values.to_numpy()
    except WrongTypeError:
        return False
    above = values[:place][~np.isnan(values[:place])]
    total = float(above.sum())
    known = not math.isnan(values[place]) and total != 0
    return known and len(above) > 1 and math.isclose(values[place], total, rel_tol=1e-6)
