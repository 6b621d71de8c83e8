"""Findings of a check, to be read in a terminal: grouped by severity, like with like."""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("file", "row", "column", "kind", "severity", "value", "message", "way_out")
SEVERITIES = {"refuse": "Refused", "set_aside": "Set aside", "warn": "Warnings"}
_SHOWN = 5  # rows and values listed of a group
_REASONS = 4  # reasons told apart in a group
_ALIKE = re.compile(r"\d+(?:[.,]\d+)*|\"[^\"]*\"")  # what may differ in one and the same reason
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
    """One line per file, column and kind; beneath it each reason and each way out."""
    groups: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for row in rows:
        key = (str(row["file"]), str(row["column"] or ""), str(row["kind"]))
        groups.setdefault(key, []).append(row)
    lines = []
    for (file, column, kind), members in groups.items():
        cells = [file, column, kind, f"{len(members):,}", _places(members)]
        words = [*_reasons(members), *_ways_out(members)]
        lines.append(([_safe(cell) for cell in cells], [_safe(one) for one in words if one]))
    return lines


def _reasons(members: Sequence[Mapping[str, Any]]) -> list[str]:
    """Each different reason once, with its rows where there are several; the rest is counted.

    Reasons that differ in numbers and quoted words alone are one, told by its first.
    """
    alike: dict[str, list[Mapping[str, Any]]] = {}
    for row in members:
        alike.setdefault(_ALIKE.sub("#", str(row["message"] or "")), []).append(row)
    groups = [rows for reason, rows in alike.items() if reason]
    if len(groups) == 1:
        return [_sentence(str(groups[0][0]["message"]))]
    told = [f"{_rows(rows)}{_sentence(str(rows[0]['message']))}" for rows in groups[:_REASONS]]
    more = len(groups) - _REASONS
    if more > 0:
        told.append(f"And {more:,} more reason{'s' if more > 1 else ''}; --json lists all.")
    return told


def _rows(members: Sequence[Mapping[str, Any]]) -> str:
    """`Rows 3, 5: `, before what is said of them; nothing where no row is meant."""
    rows = [str(row["row"]) for row in members if row["row"] is not None]
    if not rows:
        return ""
    more = f" and {len(rows) - _SHOWN:,} more" if len(rows) > _SHOWN else ""
    return f"Row{'s' if len(rows) > 1 else ''} {', '.join(rows[:_SHOWN])}{more}: "


def _ways_out(members: Sequence[Mapping[str, Any]]) -> list[str]:
    """Each different way out once, as far as reasons are told apart."""
    ways = dict.fromkeys(_sentence(str(row["way_out"] or "")) for row in members)
    alike = {_ALIKE.sub("#", way): way for way in reversed(ways) if way}
    return [f"Way out: {way}" for way in reversed(list(alike.values())[-_REASONS:])]


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
