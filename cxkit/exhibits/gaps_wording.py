"""Sentences on gaps: an order that resamples do not keep is not said as an order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cxkit.display import Text, message
from cxkit.exhibits.common import named

Rows = Sequence[dict[str, Any]]


def largest(rows: Rows, by: str, reason: Text | None) -> dict[str, Any]:
    """The largest gap, and whether it would be the largest again."""
    first = rows[0]
    values = {"unit": named(first["label"]), "gap": first["gap"], "units": len(rows),
              "importance": first["importance"], "performance": first["performance"]}  # fmt: skip
    if first["gap"] <= 0:
        return message(f"gaps.{by}_fulfilled", **values)
    if reason is not None or first["rank_high"] is None:
        return message(f"gaps.{by}_unranked", **values)
    values |= {"low": first["conf_low"], "high": first["conf_high"],
               "rank_low": first["rank_low"], "rank_high": first["rank_high"]}  # fmt: skip
    if first["conf_low"] <= 0:
        return message(f"gaps.{by}_unclear", **values)
    return message(f"gaps.{by}_{'first' if first['rank_high'] == 1 else 'among'}", **values)


def quadrant(first: Rows, items: int) -> dict[str, Any]:
    """How many items matter more and are done worse than the mean, beyond error."""
    if not first:
        return message("gaps.map_none", items=items)
    id = "gaps.map" if len(first) > 1 else "gaps.map_one"
    return message(id, found=len(first), items=items, unit=named(first[0]["label"]))


def cuts(parts: Sequence[tuple[Text, Rows]]) -> dict[str, Any]:
    """Whether the gaps differ by any tag: only where the largest keeps the first rank."""
    clear = [(name, rows[0], len(rows)) for name, rows in parts
             if len(rows) > 1 and rows[0]["rank_high"] == 1]  # fmt: skip
    if clear:
        name, row, units = clear[0]
        return message("gaps.cuts_clear", cut=name, unit=named(row["label"]), gap=row["gap"],
                       units=units)  # fmt: skip
    ends = [row["gap"] for _, rows in parts for row in rows]
    return message("gaps.cuts_unclear", low=min(ends), high=max(ends))


def against(rows: Rows, ways: Sequence[int], tested: int, by: str) -> dict[str, Any]:
    """How many gaps exceed, or fall short of, the others' median beyond error."""
    if not tested:
        return message("gaps.against_untested")
    more, fewer = sum(w > 0 for w in ways), sum(w < 0 for w in ways)
    if not more and not fewer:
        return message(f"gaps.against_none_{by}", units=tested)
    place = ways.index(1) if more else len(ways) - 1 - ways[::-1].index(-1)
    row = rows[place]
    id = f"gaps.against_{'more' if more else 'fewer'}_{by}"
    return message(id, more=more, fewer=fewer, units=tested, unit=named(row["label"]),
                   gap=row["value"], median=row["median"])  # fmt: skip
