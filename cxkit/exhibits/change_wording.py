"""Sentences on change: "changed" only beyond the smallest detectable change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cxkit.display import message
from cxkit.exhibits.common import listed, named

BY_CHANCE = 0.05  # of companies whose state is the same pass the bound


def panel(name: str, last: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What became of the index, and which blocks moved, between the last two waves."""
    index = last[0]
    values = {"name": name, "change": index["change"], "sdc": index["sdc"],
              "low": index["conf_low"], "high": index["conf_high"],
              "since": index["wave_from"]}  # fmt: skip
    moved = [str(r["label"]) for r in last[1:] if r["changed"] is not None]
    if index["changed"] is None:
        if moved:
            return message("change.index_same_blocks", **values, blocks=listed(moved))
        return message("change.index_same", **values)
    return message(f"change.index_{index['changed']}", **values)


def items(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """How many items changed, all of them being asked at once."""
    moved = [r for r in rows if r["changed"] is not None]
    if not moved:
        return message("change.items_none", items=len(rows))
    first = max(moved, key=lambda r: abs(r["change"]))
    id = "change.items_some" if len(moved) > 1 else "change.items_one"
    return message(id, found=len(moved), items=len(rows), unit=named(first["label"]),
                   change=first["change"])  # fmt: skip


def counts(row: dict[str, Any]) -> dict[str, Any]:
    """How many companies changed, beside how many would if none did."""
    if row["both"] is None:
        return message("change.counts_few", companies=row["n"])
    values = {"share": row["both"], "companies": row["n"], "chance": BY_CHANCE}
    id = "change.counts" if row["up"] is None or row["down"] is None else "change.counts_ways"
    return message(id, **values, up=row["up"], down=row["down"])
