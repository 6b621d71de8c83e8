"""Texts in a report's language, and numbers as that language writes them.

A text is either a `str`, the client's own words, shown as they are, or a message
`{"id": ..., "values": {...}}`, ours, kept as id and values so that it can be drawn again in
another language. Templates lie in one YAML file per language beside this module.
"""

from __future__ import annotations

import json
import string
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from ruamel.yaml import YAML

from cxkit.display.numbers import FORMATS, SHARED, aligned, formatted, tick_labels
from cxkit.errors import ConfigError, nearest

Text = str | Mapping[str, Any]

LANGUAGES = ("en",)
_UNSEEN = "\ufffd"
_DIRECTION = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BREAKS = frozenset("\t\n\v\f\r\x85\u2028\u2029")


def message(id: str, **values: Any) -> dict[str, Any]:
    """A message: the id of a template and the values it is filled with."""
    return {"id": id, "values": values}


def text(t: Text, language: str = "en") -> str:
    """A text drawn in a language; a client's own words come back unchanged."""
    if isinstance(t, str):
        return t
    template, values = _template(str(t["id"]), language), t.get("values") or {}
    return _Filler(language, _together(template, values, language)).vformat(template, (), values)


def has_text(id: str, language: str = "en") -> bool:
    """Whether a language has a template of this id."""
    return id in _catalogue(language)


def in_language(texts: Mapping[str, str], language: str = "en") -> str:
    """An instrument's own words: the report's language, else English, which is required."""
    return str(texts.get(language) or texts["en"])


def finding_text(kind: str) -> dict[str, Any]:
    """What a kind of finding means, in words that hold no client's value."""
    id = f"finding.{kind}"
    return message(id if has_text(id) else "finding.other")


def number(value: Any, fmt: str, language: str = "en") -> str:
    """A value as the reader sees it; missing values are a dash, messages are drawn.

    fmt is one of: pp (signed percentage points of a fraction), pct (percent of a fraction),
    points (signed), num (three significant figures), int, year, p (p-value), date, text.
    Numbers are written in en, ru, pl and zh, whatever texts there are.
    """
    if isinstance(value, Mapping):
        return text(value, language)
    if isinstance(value, bool) and fmt in FORMATS:
        return text(message("display.yes" if value else "display.no"), language)
    return formatted(value, fmt, language)


def column(values: Sequence[Any], fmt: str, language: str = "en") -> list[str]:
    """A table's column: numbers with the same decimals, missing values a dash, texts drawn."""
    plain_numbers = [not isinstance(value, (bool, str, Mapping)) for value in values]
    numbers = [value for value, is_number in zip(values, plain_numbers, strict=True) if is_number]
    shown = iter(aligned(numbers, fmt, language))
    return [
        next(shown)
        if is_number
        else (value if isinstance(value, str) else number(value, fmt, language))
        for value, is_number in zip(values, plain_numbers, strict=True)
    ]


def ticks(values: Sequence[float], fmt: str, language: str = "en") -> list[str]:
    """The numbers of an axis in a format, all with the same decimals."""
    return tick_labels(values, fmt, language)


def plain(shown: str) -> str:
    """One line that prints anywhere: what cannot be seen, or turns the line round, is marked.

    Control characters, direction overrides and lone surrogates become a replacement mark,
    tabs and line breaks a space; everything else stays as the client wrote it.
    """
    return "".join(_seen(c) for c in shown)


def _seen(c: str) -> str:
    if c in _BREAKS:
        return " "
    hidden = c in _DIRECTION or unicodedata.category(c) in ("Cc", "Cs")
    return _UNSEEN if hidden or ord(c) in (0xFFFE, 0xFFFF) else c


class _Named(NamedTuple):
    """A value on its way into a template, with the name it goes by there."""

    name: str
    value: Any


def _together(
    template: str, values: Mapping[str, Any], language: str
) -> dict[tuple[str, str], str]:
    """An estimate and its interval read with the same decimals: numbers by name and format."""
    fields = [(name, fmt) for _, name, fmt, _ in string.Formatter().parse(template) if name and fmt]
    found: dict[tuple[str, str], str] = {}
    for shared in SHARED:
        names = [name for name, fmt in fields if fmt == shared and name in values]
        numbers = [values[name] for name in names if not isinstance(values[name], Mapping)]
        if len(numbers) == len(names):
            shown = aligned(numbers, shared, language)
            found |= {(name, shared): s for name, s in zip(names, shown, strict=True)}
    return found


class _Filler(string.Formatter):
    """Fills a template: `{x:pp}` formats a number, `{x:term}` looks a term up, `{x:Term}` so
    that it can open a sentence.

    together holds the numbers of the sentence that share their decimals, by name and format.
    """

    def __init__(self, language: str, together: Mapping[tuple[str, str], str]) -> None:
        self.language = language
        self.together = together

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> tuple[Any, str]:
        """Only plain names: a template cannot reach into a value's attributes."""
        if field_name not in kwargs:
            raise ConfigError(f'a text needs the value "{field_name}", which was not given')
        return _Named(field_name, kwargs[field_name]), field_name

    def format_field(self, value: Any, format_spec: str) -> str:
        name, value = value
        if (name, format_spec) in self.together:
            return self.together[name, format_spec]
        if isinstance(value, Mapping):
            return text(value, self.language)
        if format_spec in ("term", "Term"):
            shown = text(message(f"term.{value}"), self.language)
            return shown[:1].upper() + shown[1:] if format_spec == "Term" else shown
        return number(value, format_spec or "text", self.language)


@cache
def _catalogue(language: str) -> dict[str, str]:
    if language not in LANGUAGES:
        raise ConfigError(
            f'reports in "{language}" are not written yet; use one of: {", ".join(LANGUAGES)}'
        )
    source = resources.files("cxkit.display").joinpath(f"{language}.yml")
    return _entries(source.read_text(encoding="utf-8"))


def _entries(source: str) -> dict[str, str]:
    """The templates of a file: one a line, as `id: "text"`, which is read many times faster."""
    found: dict[str, str] = {}
    for line in source.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        id, _, quoted = line.partition(": ")
        try:
            shown = json.loads(quoted)
        except ValueError:
            return dict(YAML(typ="safe", pure=True).load(source) or {})
        if id in found or not isinstance(shown, str):
            raise ConfigError(f'the text "{id}" stands twice, or is no text')
        found[id] = shown
    return found


def _template(id: str, language: str) -> str:
    catalogue = _catalogue(language)
    if id not in catalogue:
        raise ConfigError(f'no text "{id}" in {language}.yml{nearest(id, catalogue)}')
    return catalogue[id]
