"""Numbers as a reader sees them: signs, grouping, percent, a dash where there is none."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from numbers import Real
from statistics import median
from typing import Any

from cxkit.errors import ConfigError, nearest

MISSING = "–"
MINUS = "−"
_NOTHING = 5e-7  # below this a point or a percent is rounding error
NARROW_SPACE = "\u202f"  # joins a number to its percent sign; never breaks a line
# Per language: between thousands, before decimals, before a percent sign.
_MARKS = {
    "en": (",", ".", NARROW_SPACE),
    "ru": (NARROW_SPACE, ",", NARROW_SPACE),
    "pl": (NARROW_SPACE, ",", ""),
    "zh": (",", ".", ""),
}
_WORDS = ("year", "date", "text")  # formats that look the same in every language


def formatted(value: Any, fmt: str, language: str = "en") -> str:
    """One value in a format, as a language writes it; None, NaN, infinities, NaT are a dash.

    fmt is one of: pp (signed percentage points of a fraction), size (the same without a plus),
    r (a correlation), pct (percent of a fraction), points (signed), num, rate (an exchange rate,
    five figures), int (grouped), year, p (p-value), date, text. Three significant figures, but
    pp and points keep two decimals below ten, so that a column lines up.
    """
    if fmt not in FORMATS:
        raise ConfigError(f'unknown number format "{fmt}"{nearest(fmt, FORMATS)}')
    if is_missing(value):
        return MISSING
    return _marked(FORMATS[fmt](value), fmt, language)


def _marked(shown: str, fmt: str, language: str) -> str:
    """A number with the marks of a language in the place of the English ones."""
    if language not in _MARKS:
        raise ConfigError(
            f'numbers in "{language}" are not written yet; use one of: {", ".join(_MARKS)}'
        )
    if language == "en" or fmt in _WORDS:
        return shown
    thousands, decimal, percent = _MARKS[language]
    return shown.translate({ord(","): thousands, ord("."): decimal, ord(NARROW_SPACE): percent})


def tick_labels(values: Sequence[float], fmt: str, language: str = "en") -> list[str]:
    """The numbers of an axis, all with the same decimals: the fewest that tell them apart."""
    if fmt not in _AXIS:
        return [formatted(value, fmt, language) for value in values]
    scale, signed, unit = _AXIS[fmt]
    scaled = [scale * float(value) for value in values]
    places = next((p for p in range(9) if all(_whole(v, p) for v in scaled)), 9)
    return [_marked(_decimals(v, places, signed) + unit, fmt, language) for v in scaled]


def aligned(values: Sequence[Any], fmt: str, language: str = "en") -> list[str]:
    """Numbers that are read together, with the same decimals: those that suit the middle one.

    A number that would read as zero without being zero keeps its own figures, and so does
    every plain number (`num`) where they span more than three orders of magnitude.
    """
    sizes = sorted(abs(float(v)) for v in values if _is_number(v) and v)
    apart = fmt == "num" and sizes[-1:] > [1000 * size for size in sizes[:1]]
    if fmt not in _AXIS or fmt == "int" or not sizes or apart:
        return [formatted(value, fmt, language) for value in values]
    scale, signed, unit = _AXIS[fmt]
    middle = scale * median(sizes)
    places = _places(middle, 3) if fmt == "num" else _column_places(middle, _USUAL[fmt])
    return [
        _marked(_decimals(scale * float(v), places, signed) + unit, fmt, language)
        if _is_number(v) and (not v or round(scale * abs(float(v)), places))
        else formatted(v, fmt, language)
        for v in values
    ]


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not is_missing(value)


def is_missing(value: Any) -> bool:
    """Whether a value is absent: None, NaN, an infinity, NaT or pandas' NA."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, Real) and not math.isfinite(value)


def _whole(value: float, places: int) -> bool:
    return math.isclose(value, round(value, places), rel_tol=1e-9, abs_tol=1e-12)


def _decimals(value: float, places: int, signed: bool = False) -> str:
    """Grouped, with a true minus sign; a zero, however it came about, has no sign."""
    shown = f"{value:+,.{places}f}" if signed else f"{value:,.{places}f}"
    if not any(digit in shown for digit in "123456789"):
        shown = shown.lstrip("+-")
    return shown.replace("-", MINUS)


def _places(value: float, digits: int) -> int:
    """Decimals that give `digits` significant figures, none for large numbers."""
    if value == 0:
        return 0
    rounded = float(f"{abs(value):.{digits - 1}e}")  # 9.996 has the decimals of 10.0
    return min(12, max(0, digits - 1 - math.floor(math.log10(rounded))))


def _num(value: Any) -> str:
    return _decimals(float(value), _places(float(value), 3))


def _signed(value: float) -> str:
    """Two decimals below ten, then three figures; a small number keeps two figures."""
    return _decimals(value, _column_places(value, 2), signed=True)


def _percent(value: Any) -> str:
    percent = 100 * float(value)
    return _decimals(percent, _column_places(percent, 1)) + NARROW_SPACE + "%"


def _column_places(value: float, usual: int) -> int:
    """The usual decimals of a column, more for a small number, fewer beyond three figures."""
    if _NOTHING <= abs(value) < 0.1:
        return _places(value, 2)
    return min(usual, _places(value, 3)) if abs(value) >= 1 else usual


def _p_value(value: Any) -> str:
    p = float(value)
    if p < 0.001:
        return "< 0.001"
    return "> 0.999" if p > 0.999 else f"{p:.3f}"


def _date(value: Any) -> str:
    return value.isoformat()[:10] if isinstance(value, (dt.date, dt.datetime)) else str(value)[:10]


FORMATS: dict[str, Callable[[Any], str]] = {
    "pp": lambda v: _signed(100 * float(v)),
    "size": lambda v: _signed(100 * float(v)).lstrip("+"),
    "r": lambda v: _decimals(float(v), 2),
    "pct": _percent,
    "points": lambda v: _signed(float(v)),
    "num": _num,
    "rate": lambda v: _decimals(float(v), _places(float(v), 5)),
    "int": lambda v: _decimals(float(v), 0),
    "year": lambda v: f"{round(float(v))}",
    "p": _p_value,
    "date": _date,
    "text": str,
}
_AXIS = {
    "pp": (100.0, True, ""),
    "size": (100.0, False, ""),
    "r": (1.0, False, ""),
    "pct": (100.0, False, NARROW_SPACE + "%"),
    "points": (1.0, True, ""),
    "num": (1.0, False, ""),
    "int": (1.0, False, ""),
}
SHARED = ("pp", "size", "points", "pct")  # formats whose numbers share decimals in a sentence
_USUAL = {"pp": 2, "size": 2, "r": 2, "points": 2, "pct": 1}
