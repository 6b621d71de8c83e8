"""Cells to values: text, numbers, dates and flags, each strictly or not at all.

Every function takes one column's cells and returns values, which rows are missing and which
hold something that is not of the type. Each distinct text is looked at once. Numbers and dates
in text are read as the client's locale has them.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cxkit.contracts.locales import FIRST_DAY, LAST_DAY, PLAIN, Locale, parse_date, parse_number

Mask = NDArray[np.bool_]
Parser = Callable[[str, Locale], float | None]
# Line breaks and tabs are text as people type it; the rest shows nothing or turns text round.
CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
FLAGS = {"yes": True, "true": True, "no": False, "false": False}  # in any case
NOT_APPLICABLE = "n/a"


class WrongTypeError(Exception):
    """A whole column of a type that cannot be read as its contract has it."""


@dataclass(frozen=True, eq=False)
class Typed:
    """A column's values; a `bad` cell is missing among them, and so is an empty one."""

    values: pd.Series
    missing: Mask
    bad: Mask


def read_text(cells: pa.Array) -> Typed:
    """Text without the space around it; whole numbers of Parquet as their digits."""
    if pa.types.is_integer(cells.type):
        cells = pc.cast(cells, pa.large_string())
    words, codes = _coded(cells)
    bad = np.array([bool(CONTROL.search(word)) for word in words], dtype=bool)
    missing = _at(np.array([not word for word in words], dtype=bool), codes, empty=True)
    values = pa.array([word or None for word in words], pa.large_string())
    index = pa.array(codes, mask=codes < 0)
    series = pd.Series(pd.array(values.take(index), dtype="str"))
    return Typed(series, missing, _at(bad, codes))


def encoded(cells: pa.Array) -> pa.Array:
    """Text cells as codes of their distinct texts, to find these once; others as they are."""
    if not _is_text(cells) or pa.types.is_dictionary(cells.type):
        return cells
    return pc.cast(cells, pa.large_string()).dictionary_encode()


def where(cells: pa.Array, test: Callable[[str], bool]) -> Mask:
    """Which cells hold a text that passes `test`; a cell of another type does not."""
    if not _is_text(cells):
        return np.zeros(len(cells), dtype=bool)
    words, codes = _encoded(cells)
    return _at(np.array([test(word) for word in words], dtype=bool), codes)


def has_space_around(cells: pa.Array) -> Mask:
    """Which cells have space before or after their text."""
    return where(cells, lambda word: word != word.strip() and bool(word.strip()))


def says_not_applicable(cells: pa.Array) -> Mask:
    """Which cells say n/a, in any case."""
    return where(cells, lambda word: word.strip().casefold() == NOT_APPLICABLE)


def read_flag(cells: pa.Array) -> Typed:
    """bool; yes, no, true and false in text, Parquet's booleans are taken; missing is no."""
    if pa.types.is_boolean(cells.type):
        missing = cells.is_null().to_numpy(zero_copy_only=False)
        values = cells.fill_null(False).to_numpy(zero_copy_only=False)
        return Typed(pd.Series(values), missing, np.zeros(len(cells), dtype=bool))
    words, codes = _coded(cells)
    found = [FLAGS.get(word.casefold()) for word in words]
    missing = _at(np.array([not word for word in words], dtype=bool), codes, empty=True)
    bad = _at(np.array([flag is None for flag in found], dtype=bool), codes) & ~missing
    values = _at(np.array([bool(flag) for flag in found], dtype=bool), codes)
    return Typed(pd.Series(values), missing, bad)


def read_number(cells: pa.Array, locale: Locale = PLAIN) -> Typed:
    """float64; text is parsed, Parquet's numbers are taken, NaN is missing."""
    if _is_text(cells):
        return _parsed(cells, parse_number, locale)
    kind = cells.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
        raise WrongTypeError(str(kind))
    values = pc.cast(cells, pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    missing = np.isnan(values)
    bad = np.isinf(values)
    return Typed(pd.Series(np.where(bad, np.nan, values)), missing, bad)


def read_date(cells: pa.Array, locale: Locale = PLAIN) -> Typed:
    """datetime64; text is parsed, Parquet's dates are taken; a time of day is bad."""
    if _is_text(cells):
        typed = _parsed(cells, _day_number, locale)
        return Typed(_days(typed.values.to_numpy()), typed.missing, typed.bad)
    kind = cells.type
    if not (pa.types.is_date(kind) or pa.types.is_timestamp(kind)):
        raise WrongTypeError(str(kind))
    local = pc.local_timestamp(cells) if getattr(kind, "tz", None) else cells
    stamps = pc.cast(local, pa.timestamp("us"), safe=False)
    values = stamps.to_numpy(zero_copy_only=False).astype("datetime64[us]")
    # Far-off dates do not fit into microseconds, and would come out as some date within.
    seconds = pc.cast(local, pa.timestamp("s"), safe=False).to_numpy(zero_copy_only=False)
    days = seconds.astype("datetime64[D]")
    missing = np.isnat(values)
    first, last = np.datetime64(FIRST_DAY), np.datetime64(LAST_DAY)
    bad = ~missing & ((days != values) | (days < first) | (days > last))
    return Typed(pd.Series(np.where(bad, np.datetime64("NaT"), values)), missing, bad)


def _day_number(text: str, locale: Locale) -> float | None:
    date = parse_date(text, locale)
    return None if date is None else float(date.toordinal() - dt.date(1970, 1, 1).toordinal())


def _days(numbers: NDArray[np.float64]) -> pd.Series:
    known = np.isfinite(numbers)
    days = np.where(known, numbers, 0).astype("int64").astype("datetime64[D]")
    return pd.Series(np.where(known, days, np.datetime64("NaT")).astype("datetime64[us]"))


def _parsed(cells: pa.Array, parse: Parser, locale: Locale) -> Typed:
    words, codes = _coded(cells)
    found = [parse(word, locale) if word else None for word in words]
    numbers = np.array([math.nan if value is None else value for value in found], dtype=float)
    empty = np.array([not word for word in words], dtype=bool)
    bad = np.array([value is None for value in found], dtype=bool) & ~empty
    values = np.append(numbers, np.nan)[codes]
    return Typed(pd.Series(values), _at(empty, codes, empty=True), _at(bad, codes))


def _is_text(cells: pa.Array) -> bool:
    kind = cells.type.value_type if pa.types.is_dictionary(cells.type) else cells.type
    strings = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    return pa.types.is_null(kind) or any(test(kind) for test in strings)


def _coded(cells: pa.Array) -> tuple[list[str], NDArray[np.int64]]:
    """Distinct texts without the space around them, and each row's; -1 where there is none."""
    words, codes = _encoded(cells)
    return [word.strip() for word in words], codes


def _encoded(cells: pa.Array) -> tuple[list[str], NDArray[np.int64]]:
    if not _is_text(cells):
        raise WrongTypeError(str(cells.type))
    cells = encoded(cells)
    codes = cells.indices.cast(pa.int64()).fill_null(-1).to_numpy(zero_copy_only=False)
    words = pc.cast(cells.dictionary, pa.large_string())
    return ["" if word is None else word for word in words.to_pylist()], codes


def _at(flags: Mask, codes: NDArray[np.int64], *, empty: bool = False) -> Mask:
    """Each row's flag; `empty` is the flag of a row without a cell."""
    return np.append(flags, empty)[codes]
