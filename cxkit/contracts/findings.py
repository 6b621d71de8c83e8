"""What is wrong with a client's data: gathered first, then shown or raised as a whole."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxkit.contracts.kinds import KINDS, REFUSE, SET_ASIDE
from cxkit.contracts.strict import quoted
from cxkit.errors import ContractError

COLUMNS = ("file", "row", "column", "kind", "severity", "value", "message", "way_out")
SHOWN_ROWS = 8  # rows an error message names before it counts the rest
MAX_VALUE = 200  # characters of a cell that a finding repeats

Rows = NDArray[np.int64]


class Fold(Protocol):
    """How the rows of a table stand in a sheet that has several of them in one row."""

    def sheet_rows(self, rows: Rows) -> Rows: ...

    def columns(self, rows: Rows, column: str | None) -> list[str | None]: ...


@dataclass(frozen=True, eq=False)
class Group:
    """Findings of one kind in one column; `rows` is empty where a whole file or column is meant.

    `what` says in the plural what the cells are ("values outside 0-5").
    """

    file: str
    column: str | None
    kind: str
    severity: str
    rows: Rows
    values: Sequence[str]
    message: str | Sequence[str]
    way_out: str
    what: str
    aside: Rows | None = None  # the table's own numbers of the rows, where those are others

    def records(self) -> Iterator[tuple[object, ...]]:
        """The group as rows of the findings table."""
        values = [value[:MAX_VALUE] for value in self.values]
        places = zip(self._row_numbers(), values, self._messages(), strict=True)
        column = self.column and self.column[:MAX_VALUE]
        for row, value, message in places:
            yield (
                self.file, row, column, self.kind, self.severity, value, message, self.way_out
            )  # fmt: skip

    def _messages(self) -> Sequence[str]:
        if not isinstance(self.message, str):
            return self.message
        return [self.message.replace("{value}", quoted(value)) for value in self.values]

    def _row_numbers(self) -> list[int] | list[None]:
        return [None] if len(self.rows) == 0 else self.rows.tolist()


class Findings:
    """Collects findings; `severity` is the client's choice per kind, else the kind's own."""

    def __init__(self, severity: Mapping[str, str] | None = None) -> None:
        self._severity = dict(severity or {})
        self._groups: list[Group] = []
        self._folds: dict[str, Fold] = {}

    def fold(self, file: str, fold: Fold) -> None:
        """Say that the rows of `file` come out of a wide sheet, whose cells are to be named."""
        self._folds[file] = fold

    def is_folded(self, file: str) -> bool:
        """Whether the rows of `file` have numbers of their own, several to a row of the sheet."""
        return file in self._folds

    def shown_rows(self, file: str, rows: Any) -> Rows:
        """The rows of a table as the file's reader counts them."""
        numbers = np.asarray(rows, dtype=np.int64)
        return self._folds[file].sheet_rows(numbers) if self.is_folded(file) else numbers

    def add(
        self,
        file: str,
        kind: str,
        message: str,
        way_out: str,
        *,
        column: str | None = None,
        value: str = "",
        severity: str | None = None,
    ) -> None:
        """A finding about a whole file or column."""
        rows = np.empty(0, dtype=np.int64)
        chosen = severity or self._of(kind)
        self._groups.append(
            Group(file, column, kind, chosen, rows, [value], message, way_out, message)
        )

    def add_rows(
        self,
        file: str,
        kind: str,
        column: str | None,
        rows: Rows,
        values: Sequence[str],
        message: str | Sequence[str],
        way_out: str,
        what: str,
        severity: str | None = None,
    ) -> None:
        """One finding per row; `{value}` in `message` becomes the row's value in quotes."""
        if len(rows):
            chosen = severity or self._of(kind)
            group = Group(file, column, kind, chosen, rows, values, message, way_out, what)
            fold = self._folds.get(file)
            self._groups += [group] if fold is None else _unfolded(group, fold)

    def _of(self, kind: str) -> str:
        return self._severity.get(kind, KINDS[kind].severity)

    @property
    def refused(self) -> bool:
        """Whether any finding ends the run."""
        return any(group.severity == REFUSE for group in self._groups)

    def aside(self, file: str) -> Rows:
        """The rows of `file` that are set aside."""
        return self._own_rows(file, SET_ASIDE)

    def refused_rows(self, file: str) -> Rows:
        """The rows of `file` that are refused."""
        return self._own_rows(file, REFUSE)

    def _own_rows(self, file: str, severity: str) -> Rows:
        """Rows as their table counts them, by what is done to them."""
        groups = [g for g in self._groups if g.file == file and g.severity == severity]
        rows = [g.rows if g.aside is None else g.aside for g in groups]
        return np.unique(np.concatenate(rows)) if rows else np.empty(0, dtype=np.int64)

    def columns_of(self, file: str, kind: str) -> set[str]:
        """The columns of `file` that have a finding of a kind."""
        return {g.column or "" for g in self._groups if g.file == file and g.kind == kind}

    def has_whole(self, file: str, kind: str) -> bool:
        """Whether a finding of a kind is about a whole column of `file`, or all of it."""
        return any(g.file == file and g.kind == kind and not len(g.rows) for g in self._groups)

    def severity_of(self, kind: str) -> str:
        """What findings of a kind do here."""
        return self._of(kind)

    def rows_of(self, file: str) -> Rows:
        """The rows of `file` that a finding names, whatever it does to them."""
        rows = [group.rows for group in self._groups if group.file == file]
        return np.unique(np.concatenate(rows)) if rows else np.empty(0, dtype=np.int64)

    def frame(self) -> pd.DataFrame:
        """One row per finding, by file and row; a finding without a row comes first."""
        records = [record for group in self._groups for record in group.records()]
        table = pd.DataFrame(records, columns=list(COLUMNS), dtype=object)
        order = pd.DataFrame(
            {
                "file": table["file"],
                "row": pd.to_numeric(table["row"]).fillna(0),
                "column": table["column"].map(lambda name: name or ""),
                "kind": table["kind"],
            }
        ).sort_values(["file", "row", "column", "kind"], kind="stable")
        return table.loc[order.index].reset_index(drop=True)

    def error(self, client: str) -> ContractError:
        """Every refused finding as one error, by file, in the words of the style guide."""
        refused = [group for group in self._groups if group.severity == REFUSE]
        files = sorted({group.file for group in refused})
        parts = [_file_part(client, file, [g for g in refused if g.file == file]) for file in files]
        frame = self.frame()
        message = "\n".join([*parts, _closing(refused)])
        return ContractError(message, frame[frame["severity"] == REFUSE].reset_index(drop=True))


def _unfolded(group: Group, fold: Fold) -> Iterator[Group]:
    """A group about a long table as groups about the wide sheet's cells, each named once."""
    sheet_rows = fold.sheet_rows(group.rows).tolist()
    places: dict[str | None, dict[int, int]] = {}
    members: dict[str | None, list[int]] = {}
    for place, column in enumerate(fold.columns(group.rows, group.column)):
        places.setdefault(column, {}).setdefault(sheet_rows[place], place)
        members.setdefault(column, []).append(place)
    for column, first in places.items():
        at = list(first.values())
        text = group.message
        yield replace(
            group,
            column=column,
            rows=np.array(list(first), dtype=np.int64),
            values=[group.values[place] for place in at],
            message=text if isinstance(text, str) else [text[place] for place in at],
            aside=group.rows[members[column]],
        )


def _file_part(client: str, file: str, groups: list[Group]) -> str:
    table = file.split("[")[-1].removesuffix("]").split(".")[0]
    groups = sorted(groups, key=lambda group: group.rows[:1].tolist())
    names = [group.column or "" for group in groups]
    whats = [_count(group) for group in groups]
    width, wide = max(map(len, names)), min(max(map(len, whats)), 44)
    lines = [
        f"  {name:<{width}}  {what:<{wide}}  {_places(group)}".rstrip()
        for name, what, group in zip(names, whats, groups, strict=True)
    ]
    return "\n".join([f"{client}/{file} does not fit the {table} contract.", *lines])


def _count(group: Group) -> str:
    if len(group.rows) == 0:
        return group.what
    what = group.what
    if len(group.rows) == 1:
        for plural, singular in (("values ", "value "), ("rows ", "row ")):
            what = singular + what.removeprefix(plural) if what.startswith(plural) else what
    return f"{len(group.rows):,} {what}"


def _places(group: Group) -> str:
    """`rows 14, 207, 208: 6, 7, 55`, cut after the first few."""
    count = len(group.rows)
    if count == 0:
        return ""
    rows = ", ".join(map(str, group.rows[:SHOWN_ROWS]))
    rest = f" and {count - SHOWN_ROWS:,} more" if count > SHOWN_ROWS else ""
    values = list(dict.fromkeys(group.values[:SHOWN_ROWS]))
    text = ", ".join(quoted(value, 30)[1:-1] for value in values if value)
    return f"row{'s' if count > 1 else ''} {rows}{rest}" + (f": {text}" if text else "")


def _closing(refused: list[Group]) -> str:
    rows = [group for group in refused if len(group.rows)]  # nothing else can be left out
    kinds = sorted({g.kind for g in rows if SET_ASIDE in KINDS[g.kind].allowed})
    if not kinds:
        return "Correct the files; `cxkit check` lists every place with its way out."
    choice = ", ".join(f"{kind}: {SET_ASIDE}" for kind in kinds)
    key = "  severity: {"
    return (
        "Correct the files (`cxkit check` lists every place with its way out), or put\n"
        + textwrap.fill(key + choice + "}", 96, subsequent_indent=" " * len(key))
        + "\ninto client.yml to leave these rows out and list them in the report."
    )
