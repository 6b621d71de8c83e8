"""A file's cells to the typed table of its contract, with what does not fit on the way."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa

from cxkit.contracts.advice import date_fault, date_way_out, number_fault, number_way_out
from cxkit.contracts.cells import (
    Mask,
    Typed,
    WrongTypeError,
    encoded,
    has_space_around,
    read_date,
    read_flag,
    read_number,
    read_text,
    says_not_applicable,
    where,
)
from cxkit.contracts.doubts import UNFIT_ID, doubts
from cxkit.contracts.findings import Findings
from cxkit.contracts.locales import PLAIN, Locale
from cxkit.contracts.raw import RawTable, cell_texts
from cxkit.contracts.strict import quoted
from cxkit.contracts.tables import DATE, FLAG, NUMBER, TEXT, Column, Table
from cxkit.contracts.totals import without_totals
from cxkit.errors import nearest

MAX_GUESSES = 50  # unknown columns for which a name of the contract is sought
NO_TEXT = "{value} has invisible control characters"


def type_table(
    raw: RawTable, table: Table, findings: Findings, locale: Locale = PLAIN
) -> pd.DataFrame:
    """All columns of the contract and `_row`; what is absent or does not fit is missing.

    Rows of totals at the end are left out.
    """
    _report_columns(raw, table, findings)
    raw = without_totals(raw, table, findings, locale)
    data: dict[str, pd.Series] = {"_row": pd.Series(raw.rows, dtype="int64")}
    for column in table.columns:
        given = column.name in raw.columns
        values = _typed(raw, column, findings, locale) if given else None
        data[column.name] = _absent(column, len(raw.rows)) if values is None else values
    for column in table.columns:
        if column.flag in data and column.name in raw.columns:
            data[column.flag] |= _flagged(raw, column, data, findings)
    return pd.DataFrame(data)


def empty_table(table: Table) -> pd.DataFrame:
    """The contract's columns without a row, for a table that was not sent."""
    columns = {column.name: _absent(column, 0) for column in table.columns}
    return pd.DataFrame({"_row": pd.Series(dtype="int64"), **columns})


def _absent(column: Column, rows: int) -> pd.Series:
    if column.type == TEXT:
        return pd.Series(pd.array(pa.nulls(rows, pa.large_string()), dtype="str"))
    if column.type == FLAG:
        return pd.Series(np.zeros(rows, dtype=bool))
    nothing = np.nan if column.type == NUMBER else np.datetime64("NaT", "us")
    return pd.Series(np.full(rows, nothing))


def _report_columns(raw: RawTable, table: Table, findings: Findings) -> None:
    missing = [c.name for c in table.columns if c.required and c.name not in raw.columns]
    unknown = [name for name in raw.columns if name not in table.named]
    for name in missing:
        guess = nearest(name, unknown[:MAX_GUESSES])
        findings.add(
            raw.file,
            "missing_column",
            f'the column "{name}" is missing{guess}',
            f'name that column "{name}"' if guess else f'add a column "{name}"',
            column=name,
        )
    absent = [c.name for c in table.columns if c.name not in raw.columns]
    for place, name in enumerate(unknown):
        guess = nearest(name, absent) if place < MAX_GUESSES else ""
        findings.add(
            raw.file,
            "unknown_column",
            f"the column {quoted(name)} is not in the contract and is not used{guess}",
            "delete it, or give it a name of the contract: " + ", ".join(table.named),
            column=name,
            value=name,
        )


def _typed(raw: RawTable, column: Column, findings: Findings, locale: Locale) -> pd.Series | None:
    """One column's values, its faults reported; None where the whole column is unusable."""
    cells = encoded(raw.columns[column.name])
    try:
        typed = _read(cells, column, locale)
    except WrongTypeError as error:
        _report_wrong_type(raw, column, str(error), findings)
        return None
    hint = f"; {column.hint}" if column.hint else ""
    _report_unreadable(raw, column, typed.bad, hint, locale, findings)
    if column.name.endswith("_id"):
        _report_space(raw, column, cells, findings)
    if column.filled:
        say = f'"{column.name}" is empty'
        _report(raw, column, typed.missing, "missing_value", say, "fill it in" + hint, findings)
    lost = typed.bad
    for doubt in doubts(cells, column, typed, locale):
        _report(raw, column, doubt.mask, doubt.kind, doubt.message, doubt.way_out, findings)
        lost = lost | doubt.mask if doubt.lost else lost
    if column.type == FLAG:
        return typed.values & ~lost
    outside = _report_bounds(raw, column, typed, findings)
    return typed.values.mask(lost | outside)


def _read(cells: pa.Array, column: Column, locale: Locale) -> Typed:
    if column.type == NUMBER:
        typed = read_number(cells, locale)
        if not column.flag:
            return typed
        none = says_not_applicable(cells)
        return Typed(typed.values, typed.missing | none, typed.bad & ~none)
    if column.type == DATE:
        return read_date(cells, locale)
    if column.type == FLAG:
        return read_flag(cells)
    typed = read_text(cells)
    if not column.name.endswith("_id"):
        return typed
    unfit = where(cells, lambda text: bool(UNFIT_ID.search(text.strip())))
    return Typed(typed.values, typed.missing, typed.bad | unfit)


def _flagged(raw: RawTable, column: Column, data: dict[str, pd.Series], findings: Findings) -> Mask:
    """Rows where a column says n/a; those that say the opposite as well are reported."""
    none = says_not_applicable(raw.columns[column.name])
    flag = column.flag
    raised = data[flag].to_numpy() & data[column.name].notna().to_numpy()
    denied = none & denies(raw.columns[flag]) if flag in raw.columns else none & False
    kind, out = "answer_not_applicable", f'delete the value, or correct "{flag}"'
    _report(raw, column, raised, kind, f'{{value}}, though "{flag}" is yes', out, findings)
    out = f'write the value, or correct "{flag}"'
    _report(raw, column, denied, kind, f'{{value}}, though "{flag}" is no', out, findings)
    return none


def denies(cells: pa.Array) -> Mask:
    """Which cells of a flag say no; an empty one does not."""
    try:
        typed = read_flag(cells)
    except WrongTypeError:
        return np.zeros(len(cells), dtype=bool)
    return ~typed.values.to_numpy() & ~typed.missing & ~typed.bad


def _report_unreadable(
    raw: RawTable, column: Column, bad: Mask, hint: str, locale: Locale, findings: Findings
) -> None:
    """Cells that are no text, number or date."""
    if column.type == NUMBER:
        out = number_way_out(locale) + hint
        _report(raw, column, bad, "not_a_number", _with(number_fault, locale), out, findings)
    elif column.type == DATE:
        out = date_way_out(locale) + hint
        _report(raw, column, bad, "not_a_date", _with(date_fault, locale), out, findings)
    elif column.type == FLAG:
        out = "write yes or no" + hint
        _report(raw, column, bad, "unknown_word", "{value} is not yes or no", out, findings)
    else:
        out = "write the text again" + hint
        _report(raw, column, bad, "control_character", NO_TEXT, out, findings)


def _report_space(raw: RawTable, column: Column, cells: pa.Array, findings: Findings) -> None:
    say, out = "{value} has space around it, which is left out", "delete the space"
    _report(raw, column, has_space_around(cells), "space_around", say, out, findings)


def _with(fault: Callable[[str, Locale], str], locale: Locale) -> Callable[[str], str]:
    return lambda text: fault(text, locale)


def _report_wrong_type(raw: RawTable, column: Column, found: str, findings: Findings) -> None:
    loss = ""
    if column.type == TEXT:
        loss = "; an id such as 00123 would have lost its zeros"
    findings.add(
        raw.file,
        "wrong_type",
        f'the column "{column.name}" is of type {found}, not {column.type}{loss}',
        f"write the column as {column.type}",
        column=column.name,
        value=found,
    )


WHATS = {
    "missing_value": "values missing",
    "not_a_number": "values unreadable as a number",
    "not_a_date": "values unreadable as a date",
    "ambiguous_value": "values that may be read in two ways",
    "spreadsheet_rounding": "values shortened by a spreadsheet",
    "rounded_id": "values shortened by a spreadsheet",
    "mojibake": "values in a wrong encoding",
    "control_character": "values with control characters",
    "space_around": "values with space around them",
    "unknown_word": "values not in the list",
    "answer_not_applicable": "answers marked as not applicable",
    "below_zero": "values below 0",
    "invalid_currency": "values other than a currency code",
    "invalid_year": "values other than a year",
    "invalid_period_months": "values other than whole months",
    "unit_not_positive": "values not above 0",
    "not_positive": "values not above 0",
}


def _report(
    raw: RawTable,
    column: Column,
    mask: Mask,
    kind: str,
    message: str | Callable[[str], str],
    way_out: str,
    findings: Findings,
) -> None:
    """Findings for a column's cells; a message may be made of the cell's text."""
    mask = mask & ~raw.spilt & ~raw.faulty.get(column.name, np.zeros(len(mask), dtype=bool))
    if not mask.any():
        return
    values = cell_texts(raw.columns[column.name].filter(pa.array(mask)))
    says: str | list[str]
    if isinstance(message, str):
        says = message
    else:
        made = {value: message(value) for value in set(values)}
        says = [made[value] for value in values]
    findings.add_rows(
        raw.file, kind, column.name, raw.rows[mask], values, says, way_out, WHATS[kind]
    )


def _report_bounds(raw: RawTable, column: Column, typed: Typed, findings: Findings) -> Mask:
    """Which values miss the words, pattern or bounds of their column; reported here."""
    outside = _outside(column, typed.values) & ~typed.missing & ~typed.bad
    meant = column.hint or f"one of {', '.join(column.words)}"
    message, way_out = f"{{value}} is not {meant}", f"write {meant}"
    _report(raw, column, outside, column.fault, message, way_out, findings)
    return outside


def _outside(column: Column, values: pd.Series) -> Mask:
    if column.type == TEXT:
        if not (column.pattern or column.words):
            return np.zeros(len(values), dtype=bool)
        allowed = [word for word in values.dropna().unique() if _fits(column, word)]
        return ~values.isin(allowed).to_numpy()
    wrong = np.zeros(len(values), dtype=bool)
    if column.type == NUMBER:
        numbers = values.to_numpy()
        with np.errstate(invalid="ignore"):
            if column.minimum is not None:
                wrong |= numbers < column.minimum
            if column.maximum is not None:
                wrong |= numbers > column.maximum
            if column.above is not None:
                wrong |= numbers <= column.above
            if column.whole:
                wrong |= numbers != np.floor(numbers)
    return wrong


def _fits(column: Column, word: str) -> bool:
    if column.pattern and not re.fullmatch(column.pattern, word):
        return False
    return not column.words or word in column.words
