"""Why a cell is no number or no date, and what it would be if it were written otherwise.

Said in messages only: nothing is read that `client.yml` does not declare.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from cxkit.contracts.locales import FAMILIES, Locale, parse_date, parse_number, write_number
from cxkit.contracts.strict import quoted

MARKS = ((".", ""), (",", ""), (".", ","), (",", "."), (".", " "), (",", " "), (".", "'"))
ORDERS = ("ymd", "dmy", "mdy")
NOTHING = {"-", "–", "—", "−", "n/a", "na", "nan", "none", "null", "нет", "brak", "无", "."}
CODES = re.compile(r"\b(USD|EUR|GBP|CHF|RUB|PLN|CNY|JPY|RMB)\b|руб|zł|元|р\.$", re.IGNORECASE)
DASH = re.compile(r"\s*[‐-―]\s*\d|[-−‐-―]\s+\d")
SHORT_YEAR = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2}", re.ASCII)
TIME = re.compile(r"(.+?)[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?Z?", re.ASCII)
DAY_NUMBER = re.compile(r"[1-7]\d{4}(\.0+)?", re.ASCII)
DAY_ZERO = dt.date(1899, 12, 30)  # of spreadsheets


def number_fault(text: str, locale: Locale) -> str:
    """Says that a text is no number, and why or what it could be."""
    return f"{quoted(text)} is not a number{_why_no_number(text.strip(), locale)}"


def number_way_out(locale: Locale) -> str:
    """How numbers are to be written in a locale."""
    mark = "comma" if locale.decimal == "," else "point"
    return f"write digits with a decimal {mark}, such as {write_number(1234.5, locale)}"


def date_fault(text: str, locale: Locale) -> str:
    """Says that a text is no date, and why or what it could be."""
    return f"{quoted(text)} is not a date{_why_no_date(text.strip(), locale)}"


def date_way_out(locale: Locale) -> str:
    """How dates are to be written in a locale."""
    other = {"dmy": "31.12.2024", "mdy": "12/31/2024", "ymd": "2024/12/31"}.get(locale.dates)
    return "write year-month-day, such as 2024-12-31" + (f", or {other}" if other else "")


def _why_no_number(text: str, locale: Locale) -> str:
    if text.lower() in NOTHING:
        return "; a cell without a value is to be empty"
    if text.startswith("#"):
        return ", but a spreadsheet's error"
    if text.endswith(("%", "％", "‰")):
        return "; it has a percent sign"
    if any(unicodedata.category(c) == "Sc" for c in text) or CODES.search(text):
        return "; it has a currency sign, and the currency a column of its own"
    if DASH.match(text):
        return "; a minus sign is - or −, without space after it"
    if text.endswith(("-", "−")):
        return "; a minus sign stands in front"
    return _other_marks(text, locale)


def _other_marks(text: str, locale: Locale) -> str:
    """What other marks than the declared would make of a text; several where it is ambiguous."""
    found: dict[float, str] = {}
    for decimal, thousands in MARKS:
        value = parse_number(
            text, Locale.model_validate({"decimal": decimal, "thousands": thousands})
        )
        if value is not None:
            found.setdefault(value, _marks(decimal, thousands, locale))
    said = [f"with {marks} it is {value:.15g}" for value, marks in found.items()]
    return f" as client.yml declares them; {', '.join(said)}" if said else ""


def _marks(decimal: str, thousands: str, locale: Locale) -> str:
    """The keys of `locale` that would have to differ."""
    keys = [f'decimal: "{decimal}"'] if decimal != locale.decimal else []
    if thousands != locale.thousands:
        keys.append(f'thousands: "{thousands}"')
    return f"locale {{{', '.join(keys)}}}"


def _why_no_date(text: str, locale: Locale) -> str:
    if timed := TIME.fullmatch(text):
        return ", but a date and a time of day" if parse_date(timed[1], locale) else ""
    if SHORT_YEAR.fullmatch(text):
        return "; its year has two digits, and a year has four"
    if DAY_NUMBER.fullmatch(text):
        date = DAY_ZERO + dt.timedelta(days=int(text[:5]))
        return f"; as a spreadsheet's day number it is {date}"
    orders = [order for order in ORDERS if order != locale.dates]
    found: dict[dt.date, str] = {}
    for order in orders:
        date_ = parse_date(text, Locale(dates=order))  # type: ignore[arg-type]
        if date_ is not None:
            found.setdefault(date_, order)
    said = [f"with locale {{dates: {order}}} it is {date}" for date, order in found.items()]
    return f" as client.yml declares them; {', '.join(said)}" if said else ""


def has_grouping(text: str, locale: Locale) -> bool:
    """Whether a number was read by its thousands marks alone, with no decimal mark to confirm."""
    marks = FAMILIES.get(locale.thousands, locale.thousands)
    return locale.decimal not in text and any(mark in text for mark in marks)
