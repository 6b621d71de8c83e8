"""How a result prints: a sentence, a table, the sample; the same inputs print the same bytes."""

from __future__ import annotations

import html
from typing import Any

import pandas as pd


class Shown:
    """Builds `__str__` and `_repr_html_` from `summary`, `table` and `sample_line`.

    `summary` is a sentence, `table` a tidy frame, `sample_line` says what it rests on; the last
    two may be absent. Everything is escaped: client text never becomes markup.
    """

    def __str__(self) -> str:
        table = getattr(self, "table", None)
        parts = [
            getattr(self, "summary", ""),
            table.to_string(index=False) if isinstance(table, pd.DataFrame) and len(table) else "",
            getattr(self, "sample_line", ""),
        ]
        return "\n".join(part for part in parts if part)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        table = getattr(self, "table", None)
        parts = [_tag("p", f"<strong>{html.escape(getattr(self, 'summary', ''))}</strong>")]
        if isinstance(table, pd.DataFrame) and len(table):
            parts.append(table_html(table))
        if line := getattr(self, "sample_line", ""):
            parts.append(_tag("p", html.escape(line)))
        return "\n".join(parts)


def table_html(table: pd.DataFrame, most: int = 30) -> str:
    """The first rows of a frame as an escaped HTML table, with a line when rows are left out."""
    head = table.head(most)
    rows = "".join(
        "<tr>" + "".join(_tag("td", html.escape(_cell(v))) for v in row) + "</tr>"
        for row in head.itertuples(index=False, name=None)
    )
    columns = "".join(_tag("th", html.escape(str(c))) for c in head.columns)
    rest = len(table) - len(head)
    more = _tag("p", f"and {rest:,} more rows") if rest else ""
    return f"<table><thead><tr>{columns}</tr></thead><tbody>{rows}</tbody></table>{more}"


def _cell(value: Any) -> str:
    if value is None or (not isinstance(value, (list, dict, tuple)) and pd.isna(value)):
        return "–"
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _tag(name: str, inner: str) -> str:
    return f"<{name}>{inner}</{name}>"
