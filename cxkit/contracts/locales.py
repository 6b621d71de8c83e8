"""How a client writes numbers and dates, and strict reading of both.

Only what `client.yml` declares is read: `1.234` is 1.234 where the point is the decimal mark,
1234 where it stands between thousands, and nothing where it is neither. Thousands are grouped
in threes throughout or not at all.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, model_validator

from cxkit.contracts.strict import Strict

SPACES = " \u00a0\u2007\u2009\u202f"  # plain, no-break, figure, thin, narrow no-break
APOSTROPHES = "'\u2019\u02bc"
FAMILIES = {" ": SPACES, "'": APOSTROPHES}
FIRST_DAY, LAST_DAY = dt.date(1900, 1, 1), dt.date(2100, 12, 31)

_FULL_WIDTH = "０１２３４５６７８９．，＋－／（）Ｅｅ"
# Full-width characters are the plain ones in another width; U+2212 is the minus sign itself.
_PLAIN = str.maketrans(_FULL_WIDTH + "−", "0123456789.,+-/()Ee-")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})([./-])(\d{1,2})\2(\d{1,2})", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})", re.ASCII)
_HAN_DATE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日", re.ASCII)
_ENCODINGS = {"utf8": "utf-8", "gbk": "gb18030", "gb2312": "gb18030"}


def _thousands(value: Any) -> Any:
    """A mark as the first of its family: every space is a space."""
    for mark, family in FAMILIES.items():
        if isinstance(value, str) and value and value in family:
            return mark
    return value


def _separator(value: Any) -> Any:
    return "tab" if value == "\t" else value


def _encoding(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    name = value.lower().replace("windows-", "cp")
    return _ENCODINGS.get(name, name)


class Locale(Strict):
    """How the client's files write numbers, dates and columns; a workbook's own are not text.

    `dates` is the order of day, month and year; ISO dates are read whatever it is. `separator`
    and `encoding` are those of CSV files; UTF-16 with a byte order mark needs no word.
    """

    decimal: Literal[".", ","] = "."
    thousands: Annotated[Literal["", ",", ".", " ", "'"], BeforeValidator(_thousands)] = ""
    dates: Literal["iso", "dmy", "mdy", "ymd"] = "iso"
    separator: Annotated[Literal[",", ";", "tab"], BeforeValidator(_separator)] = ","
    encoding: Annotated[
        Literal["utf-8", "cp1250", "cp1251", "cp1252", "gb18030"], BeforeValidator(_encoding)
    ] = "utf-8"

    @model_validator(mode="after")
    def _marks_differ(self) -> Locale:
        if self.decimal == self.thousands:
            raise ValueError(f'decimal and thousands are both "{self.decimal}"; they must differ')
        return self


PLAIN = Locale()  # what programs write: a decimal point, nothing between thousands, ISO dates


@dataclass(frozen=True)
class _Numerals:
    """The numbers of a locale: `whole` matches them, `grouped` those with marks in threes."""

    whole: re.Pattern[str]
    marks: str
    decimal: str


def parse_number(text: str, locale: Locale = PLAIN) -> float | None:
    """The number that `text` is in `locale`; None for anything else.

    A sign stands in front (U+2212 is one) or the number in parentheses, which is negative;
    digits may be full-width. Currency and percent signs, dashes and spaces are not read.
    """
    plain = text.translate(_PLAIN)
    numerals = _numerals(locale.decimal, locale.thousands)
    if not numerals.whole.fullmatch(plain):
        return None
    for mark in numerals.marks:
        plain = plain.replace(mark, "")
    if numerals.decimal != ".":
        plain = plain.replace(numerals.decimal, ".")
    negative = plain.startswith("(")
    value = -float(plain[1:-1]) if negative else float(plain)
    return value if math.isfinite(value) else None


@cache
def _numerals(decimal: str, thousands: str) -> _Numerals:
    """A group of thousands never starts with 0: `0.125` is no number of thousands."""
    marks, point = FAMILIES.get(thousands, thousands), re.escape(decimal)
    bare = rf"(?:\d+(?:{point}\d*)?|{point}\d+)(?:[eE][+-]?\d{{1,3}})?"
    if marks:
        bare += rf"|[1-9]\d{{0,2}}(?:[{re.escape(marks)}]\d{{3}})+(?:{point}\d*)?"
    return _Numerals(re.compile(rf"[+-]?(?:{bare})|\((?:{bare})\)", re.ASCII), marks, decimal)


def parse_date(text: str, locale: Locale = PLAIN) -> dt.date | None:
    """The date that `text` is, ISO or in the locale's order, from 1900 to 2100; else None.

    Years have four digits; between the parts stands the same mark, a point, dash or slash.
    """
    plain = text.translate(_PLAIN)
    if _ISO_DATE.fullmatch(plain):
        parts = (plain[:4], plain[5:7], plain[8:])
    else:
        found = None if locale.dates == "iso" else _parts(plain, locale.dates)
        if found is None:
            return None
        parts = found
    try:
        date = dt.date(*map(int, parts))
    except ValueError:
        return None
    return date if FIRST_DAY <= date <= LAST_DAY else None


def _parts(text: str, order: str) -> tuple[str, str, str] | None:
    """Year, month and day of a text in an order, possible or not."""
    if order == "ymd":
        if han := _HAN_DATE.fullmatch(text):
            return han[1], han[2], han[3]
        found = _YEAR_FIRST.fullmatch(text)
        return (found[1], found[3], found[4]) if found else None
    found = _YEAR_LAST.fullmatch(text)
    if not found:
        return None
    day, month = (found[1], found[3]) if order == "dmy" else (found[3], found[1])
    return found[4], month, day


def write_number(value: float, locale: Locale = PLAIN) -> str:
    """A finite number with every digit it has, as the locale writes it; read back it is the same.

    Between thousands stands the family's first mark.
    """
    shown = format(Decimal(repr(float(value))), f"{',' if locale.thousands else ''}f")
    marks = str.maketrans({",": locale.thousands, ".": locale.decimal})
    return shown.translate(marks)


def write_date(date: dt.date, locale: Locale = PLAIN, mark: str = ".") -> str:
    """A date in the locale's order with `mark` between its parts; ISO where that is declared."""
    if locale.dates == "iso":
        return date.isoformat()
    parts = {"d": f"{date.day:02d}", "m": f"{date.month:02d}", "y": f"{date.year:04d}"}
    return mark.join(parts[part] for part in locale.dates)
