"""A file's cells by column, before any contract is looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from cxkit.contracts.cells import Mask
from cxkit.contracts.findings import Findings, Rows
from cxkit.contracts.strict import quoted


@dataclass(frozen=True, eq=False)
class RawTable:
    """A file's cells by column; `rows` is where each stands, counted from the file's first.

    `spilt` marks rows longer than the header: all their cells but the first are left empty.
    `faulty` marks, by column, empty cells whose fault the reader has reported already.
    """

    file: str
    columns: dict[str, pa.Array]
    rows: Rows
    spilt: Mask
    faulty: Mapping[str, Mask] = field(default_factory=dict)

    def kept(self, keep: Mask) -> RawTable:
        """The table with some of its rows."""
        columns = {name: cells.filter(pa.array(keep)) for name, cells in self.columns.items()}
        faulty = {name: mask[keep] for name, mask in self.faulty.items()}
        return RawTable(self.file, columns, self.rows[keep], self.spilt[keep], faulty)


def usable_columns(file: str, header: list[str], findings: Findings) -> dict[int, str]:
    """Place and name of the columns to read: named, and each name once."""
    for name, count in sorted(Counter(filter(None, header)).items()):
        if count == 1:
            continue
        findings.add(
            file,
            "duplicate_column",
            f"column {quoted(name)} stands {count} times",
            "keep one of them",
            column=name,
        )
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        if name:
            places.setdefault(name, place)
    return {place: name for name, place in places.items()}


def cell_texts(cells: pa.Array) -> list[str]:
    """Cells as the reader of a message would write them; nothing for an empty one."""
    return ["" if text is None else text for text in pc.cast(cells, pa.string()).to_pylist()]
