"""Findings of a check, to be read in a terminal: grouped by severity, like with like."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("file", "row", "column", "kind", "severity", "value", "message", "way_out")
SEVERITIES = {"refuse": "Refused", "set_aside": "Set aside", "warn": "Warnings"}
_SHOWN = 5  # rows and values listed of a group
_OTHERS = 32  # letters of a line that are not for file, column and kind
_INDENT = " " * 6


def records(findings: pd.DataFrame) -> list[dict[str, Any]]:
    """Findings as plain values, one mapping per finding, missing values None."""
    rows = findings.to_dict("records")
    return [{name: _plain(row.get(name)) for name in COLUMNS} for row in rows]


def refused(found: Iterable[Mapping[str, Any]]) -> bool:
    """Whether any finding forbids the run."""
    return any(row["severity"] == "refuse" for row in found)


def table(found: Sequence[Mapping[str, Any]], width: int | None = None) -> str:
    """A table per severity: file, column, kind, number, rows and values; then what and way out.

    width is the terminal's unless given; lines are folded to it.
    """
    width = width or min(120, max(60, shutil.get_terminal_size((80, 24)).columns))
    parts = []
    for severity, title in SEVERITIES.items():
        rows = [row for row in found if row["severity"] == severity]
        if rows:
            parts.append(f"{title} ({len(rows):,})\n" + _aligned(_groups(rows), width))
    return "\n\n".join(parts)


def _groups(rows: Iterable[Mapping[str, Any]]) -> list[tuple[list[str], list[str]]]:
    """One line per file, column and kind; beneath it the first message and the way out."""
    groups: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for row in rows:
        key = (str(row["file"]), str(row["column"] or ""), str(row["kind"]))
        groups.setdefault(key, []).append(row)
    lines = []
    for (file, column, kind), members in groups.items():
        cells = [file, column, kind, f"{len(members):,}", _places(members)]
        first = members[0]
        words = [_sentence(str(first["message"] or "")), _sentence(str(first["way_out"] or ""))]
        words[1] = f"Way out: {words[1]}" if words[1] else ""
        lines.append(([_safe(cell) for cell in cells], [_safe(one) for one in words if one]))
    return lines


def _places(members: Sequence[Mapping[str, Any]]) -> str:
    rows = [str(row["row"]) for row in members if row["row"] is not None]
    values = [str(row["value"]) for row in members if row["value"] not in (None, "")]
    more = ", ..." if len(members) > _SHOWN else ""
    shown = f"row{'s' if len(rows) > 1 else ''} {', '.join(rows[:_SHOWN])}{more}" if rows else ""
    unlike = list(dict.fromkeys(value[:40] for value in values))[:_SHOWN]
    return ": ".join(filter(None, [shown, ", ".join(unlike)]))


def _sentence(words: str) -> str:
    """Words with a full stop, unless they end with a mark of their own."""
    words = words.strip()
    return words if not words or words.endswith((".", "?", "!")) else f"{words}."


def _aligned(lines: Sequence[tuple[list[str], list[str]]], width: int) -> str:
    head = ["file", "column", "finding", "n", "where and what"]
    cells = [head, *(line for line, _ in lines)]
    most = (width - _OTHERS) // 3
    widths = [min(most, max(len(row[i]) for row in cells)) for i in range(len(head) - 1)]
    written = [_folded(_line(head, widths), width, "")]
    for line, words in lines:
        written.append(_folded(_line(line, widths), width, ""))
        written += [_folded(one, width, _INDENT) for one in words]
    return "\n".join(written)


def _folded(words: str, width: int, indent: str) -> str:
    further = indent or _INDENT
    return textwrap.fill(
        words, width, initial_indent=indent, subsequent_indent=further, break_on_hyphens=False
    )


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [
        cell.rjust(width) if i == 3 else cell.ljust(width)
        for i, (cell, width) in enumerate(zip(cells[:-1], widths, strict=True))
    ]
    return ("  " + "  ".join([*padded, cells[-1]])).rstrip()


def _safe(text: str) -> str:
    """A client's text without what a terminal would obey."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def _plain(value: Any) -> Any:
    """NaN, NaT and NA as None, numpy numbers as Python's."""
    if value is None or value != value or str(value) in ("<NA>", "NaT"):
        return None
    value = value.item() if hasattr(value, "item") else value
    return int(value) if isinstance(value, float) and value.is_integer() else value
