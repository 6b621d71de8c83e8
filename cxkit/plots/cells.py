"""The words of row charts: column heads, labels, and numbers that share their decimals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cxkit.display import column, number
from cxkit.plots.grid import Row
from cxkit.plots.words import our, words

Rows = Sequence[dict[str, Any]]


def heads(ids: Sequence[str], language: str) -> tuple[str, ...]:
    """Column heads, our own texts."""
    return tuple(our(id, language) for id in ids)


def has(rows: Rows, key: str) -> bool:
    """Whether any row has a value under a key."""
    return any(row.get(key) is not None for row in rows)


def value_cells(rows: Rows, key: str, fmt: str, language: str) -> list[str]:
    """One number a row."""
    return column([row.get(key) for row in rows], fmt, language)


def interval_cells(rows: Rows, key: str, fmt: str, language: str) -> list[str]:
    """A number a row with its interval in brackets; without interval the number alone."""
    ends = (key, "conf_low", "conf_high")
    shown = iter(column([row.get(end) for row in rows for end in ends], fmt, language))
    cells = []
    for row in rows:
        estimate, low, high = (next(shown) for _ in ends)
        alone = row.get("conf_low") is None and row.get("conf_high") is None
        values = {"estimate": estimate, "conf_low": low, "conf_high": high}
        cells.append(estimate if alone else our("plots.interval_cell", language, **values))
    return cells


def count_cells(rows: Rows, language: str) -> list[str]:
    """How many stand behind each row."""
    return [number(row.get("n"), "int", language) for row in rows]


def grid_rows(rows: Rows, columns: Sequence[Sequence[str]], language: str) -> list[Row]:
    """Rows with their labels, groups and the numbers of each column."""
    cells = zip(*columns, strict=True) if columns else [()] * len(rows)
    return [_grid_row(row, shown, language) for row, shown in zip(rows, cells, strict=True)]


def _grid_row(row: Mapping[str, Any], cells: Sequence[str], language: str) -> Row:
    return Row(
        label=words(row["label"], language),
        cells=tuple(cells),
        strong=bool(row.get("highlight")),
        group=words(row.get("group"), language),
    )
