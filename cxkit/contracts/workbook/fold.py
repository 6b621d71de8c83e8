"""Answers with one column per item, as rows of the contract; and back to the cells they came from.

In a wide sheet a row is a respondent and a column an item (`item`) or its importance
(`item:importance`). Each such row becomes one row per item with a number of its own, so that
setting one answer aside leaves the respondent's other answers in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cxkit.contracts.cells import Mask
from cxkit.contracts.findings import Rows
from cxkit.contracts.instrument import Instrument

IMPORTANCE = ":importance"
ENDINGS = {"performance": "", "importance": IMPORTANCE}  # of the columns, after the item's id

Cells = list[tuple[int, str]]  # row and text


@dataclass(frozen=True)
class Fold:
    """The items of a wide sheet, in order: the long row r belongs to the sheet's row r // count."""

    items: tuple[str, ...]

    def long(self, row: int, place: int) -> int:
        """The number of the long row of sheet row `row` and the item at `place`."""
        return row * len(self.items) + place

    def sheet_rows(self, rows: Rows) -> Rows:
        """The sheet's row of each long row."""
        return rows // len(self.items)

    def columns(self, rows: Rows, column: str | None) -> list[str | None]:
        """The sheet's column of each long row for a column of the contract."""
        if column not in (*ENDINGS, "item_id"):
            return [column] * len(rows)
        ending = ENDINGS.get(column or "", "")
        return [self.items[place] + ending for place in (rows % len(self.items)).tolist()]

    def spread(self, name: str, places: Cells) -> tuple[str, Cells]:
        """Cells of the sheet's column `name` as cells of the long table: its column and rows."""
        for column, ending in ENDINGS.items():
            item = name.removesuffix(ending)
            if name == item + ending and item in self.items:
                at = self.items.index(item)
                return column, [(self.long(row, at), text) for row, text in places]
        each = range(len(self.items))
        return name, [(self.long(row, at), text) for row, text in places for at in each]


def item_columns(instrument: Instrument) -> tuple[str, ...]:
    """The columns of a wide sheet that hold answers, item by item."""
    names = []
    for item in instrument.items:
        names.append(item.id)
        if item.importance_minimum is not None:
            names.append(item.id + IMPORTANCE)
    return tuple(names)


def is_wide(header: Iterable[str], instrument: Instrument) -> bool:
    """Whether a header names items as columns rather than one column of items."""
    names = set(header)
    return "item_id" not in names and bool(names & set(item_columns(instrument)))


def folded(columns: Iterable[str], instrument: Instrument) -> Fold:
    """The fold of a sheet with these columns: items with a column of either kind."""
    named = {name.removesuffix(IMPORTANCE) for name in columns}
    return Fold(tuple(item.id for item in instrument.items if item.id in named))


def melt(
    cells: Mapping[str, list[str]], faulty: Mapping[str, Mask], rows: list[int], folded: Fold
) -> tuple[dict[str, list[str]], dict[str, list[bool]], list[int]]:
    """A wide sheet's columns as long ones, which cells are at fault, and the rows' numbers."""
    items, count = folded.items, range(len(rows))
    answers = {item + ending for item in items for ending in ENDINGS.values()}
    stay = [name for name in cells if name not in answers]
    long = {name: [text for text in cells[name] for _ in items] for name in stay}
    bad = {
        name: [bool(flag) for flag in faulty[name] for _ in items]
        for name in stay
        if name in faulty
    }
    long["item_id"] = list(items) * len(rows)
    for name, ending in ENDINGS.items():
        some = [cells.get(item + ending) for item in items]
        long[name] = ["" if column is None else column[at] for at in count for column in some]
        flags = [faulty.get(item + ending) for item in items]
        bad[name] = [flag is not None and bool(flag[at]) for at in count for flag in flags]
    return long, bad, [folded.long(row, place) for row in rows for place in range(len(items))]
