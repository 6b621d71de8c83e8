"""Cells that can be read and still may not say what was meant."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from cxkit.contracts.advice import date_way_out, has_grouping
from cxkit.contracts.cells import Mask, Typed, where
from cxkit.contracts.locales import Locale, parse_date, parse_number
from cxkit.contracts.mojibake import is_mojibake, repaired
from cxkit.contracts.strict import quoted
from cxkit.contracts.tables import DATE, NUMBER, Column

# How spreadsheets show a number too long for its cell; people and programs write 1E5, 1e+05.
SHOWN_SHORT = re.compile(r"[+-]?\d(?:[.,]\d+)?E[+-]\d{2,3}", re.ASCII)
# In an id: breaks, and what cannot be seen or was lost; two ids would look like one.
UNFIT_ID = re.compile("[\t\r\n\u00ad\u061c\u200b-\u200d\u2028\u2029\u2060\ufffd]")
# Day numbers 1900 to 2100 as a spreadsheet counts them: a year typed into a cell for dates.
DAY_ZERO = dt.date(1899, 12, 30)
YEARS = range(1900, 2101)
REREAD = "export the file again as UTF-8, or correct the text"


@dataclass(frozen=True, eq=False)
class Doubt:
    """Cells in doubt for one reason; where `lost`, their values are not used."""

    kind: str
    mask: Mask
    message: Callable[[str], str]
    way_out: str
    lost: bool = False


def doubts(cells: pa.Array, column: Column, typed: Typed, locale: Locale) -> Iterator[Doubt]:
    """What may be wrong with a column's readable cells."""
    sound = ~typed.bad & ~typed.missing
    if column.type == NUMBER:
        yield _short_numbers(cells, sound)
        if typed.bad.any():
            yield _mixed_marks(cells, typed, sound, locale)
    elif column.type == DATE:
        yield _years_as_days(cells, sound, locale)
        if typed.bad.any():
            yield _mixed_orders(cells, typed, sound, locale)
    else:
        if column.name.endswith("_id"):
            yield _short_ids(cells, sound)
        yield Doubt("mojibake", sound & where(cells, is_mojibake), _mangled, REREAD)


def _mangled(text: str) -> str:
    right = repaired(text)
    perhaps = f"; it may have been {quoted(right)}" if right else "; letters are lost"
    return f"{quoted(text)} was read in a wrong encoding before{perhaps}"


def _short_numbers(cells: pa.Array, sound: Mask) -> Doubt:
    return Doubt(
        "spreadsheet_rounding",
        sound & where(cells, _is_short),
        lambda text: f"{quoted(text)} is how a spreadsheet shortens a number; digits may be lost",
        "widen the column or format it as a number, and export the file again",
    )


def _short_ids(cells: pa.Array, sound: Mask) -> Doubt:
    return Doubt(
        "rounded_id",
        sound & where(cells, _is_short),
        lambda text: f"{quoted(text)} was a longer number that a spreadsheet shortened",
        "format the column as text, type the ids again, and export the file again",
    )


def _is_short(text: str) -> bool:
    return bool(SHOWN_SHORT.fullmatch(text.strip()))


def _mixed_marks(cells: pa.Array, typed: Typed, sound: Mask, locale: Locale) -> Doubt:
    """Thousands like `1.234` in a column where another cell has that mark before decimals."""
    mark = locale.thousands
    suspect = sound & False
    if mark in (".", ","):
        other = Locale(decimal=mark)
        is_other = where(cells, lambda text: parse_number(text.strip(), other) is not None)
        if (typed.bad & is_other).any():
            suspect = sound & is_other & where(cells, lambda text: has_grouping(text, locale))
    return Doubt(
        "ambiguous_value",
        suspect,
        lambda text: (
            f'{quoted(text)} is read with "{mark}" between thousands, '
            "but other cells of the column have it before decimals"
        ),
        "write all numbers of the column in one way",
        lost=True,
    )


def _years_as_days(cells: pa.Array, sound: Mask, locale: Locale) -> Doubt:
    """Days of 1905, which is where a spreadsheet puts 2023 in a cell that shows dates."""
    return Doubt(
        "not_a_date",
        sound & where(cells, lambda text: _year_meant(text, locale) is not None),
        lambda text: (
            f"{quoted(text)} is what a spreadsheet makes of the year "
            f"{_year_meant(text, locale)} in a cell for dates"
        ),
        f"{date_way_out(locale)}; not the year alone",
        lost=True,
    )


def _year_meant(text: str, locale: Locale) -> int | None:
    date = parse_date(text.strip(), locale)
    number = (date - DAY_ZERO).days if date else 0
    return number if number in YEARS else None


def _mixed_orders(cells: pa.Array, typed: Typed, sound: Mask, locale: Locale) -> Doubt:
    """Dates like 03/04/2024 in a column where another has day and month the other way round."""
    suspect = sound & False
    if locale.dates in ("dmy", "mdy"):
        other = Locale(dates="mdy" if locale.dates == "dmy" else "dmy")
        if (typed.bad & where(cells, lambda text: bool(_day(text, other)))).any():
            suspect = sound & where(cells, lambda text: _differs(text, locale, other))
    return Doubt(
        "ambiguous_value",
        suspect,
        lambda text: (
            f"{quoted(text)} is read as {_day(text, locale)}, "
            "but other cells of the column have day and month the other way round"
        ),
        "write all dates of the column year-month-day, such as 2024-12-31",
        lost=True,
    )


def _differs(text: str, locale: Locale, other: Locale) -> bool:
    return _day(text, other) not in ("", _day(text, locale))


def _day(text: str, locale: Locale) -> str:
    date = parse_date(text.strip(), locale)
    return date.isoformat() if date else ""
