"""Words, numbers and printed results; knows no result type, so every layer may use it."""

from __future__ import annotations

from cxkit.display.numbers import FORMATS, MISSING, is_missing
from cxkit.display.shown import Shown, table_html
from cxkit.display.texts import (
    LANGUAGES,
    Text,
    column,
    finding_text,
    has_text,
    in_language,
    message,
    number,
    plain,
    text,
    ticks,
)

__all__ = [
    "FORMATS",
    "LANGUAGES",
    "MISSING",
    "Shown",
    "Text",
    "column",
    "finding_text",
    "has_text",
    "in_language",
    "is_missing",
    "message",
    "number",
    "plain",
    "table_html",
    "text",
    "ticks",
]
