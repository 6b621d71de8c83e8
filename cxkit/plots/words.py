"""Texts as a chart draws them: one line, nothing unseen, in the report's language."""

from __future__ import annotations

from typing import Any

from cxkit.display import Text, message, plain, text
from cxkit.plots.fonts import drawable


def words(t: Text | None, language: str) -> str:
    """A text as one line that can be drawn; no text is no words."""
    return drawable(plain(text(t, language))) if t else ""


def our(id: str, language: str, **values: Any) -> str:
    """One of the plots' own texts."""
    return words(message(id, **values), language)
