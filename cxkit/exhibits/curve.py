"""Exhibit of the specification curve: what each choice does to the estimate."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxkit.display import Text, message
from cxkit.exhibits.base import Column, Exhibit, box
from cxkit.models.specification_curve import SpecificationCurve

SECTION = "03_growth_linkage"
MIDDLE = (0.1, 0.9)  # the range shown: the middle 80 % of the specifications with a choice
_CHOICES = ("outcome", "lag", "measure", "effects", "controls", "clip", "sample")

_COLUMNS = (
    Column("group", message("curve.column.choice")),
    Column("label", message("curve.column.value")),
    Column("n", message("curve.column.count"), "int"),
    Column("estimate", message("curve.column.median"), "r"),
    Column("conf_low", message("curve.column.low"), "r"),
    Column("conf_high", message("curve.column.high"), "r"),
    Column("clear", message("curve.column.clear"), "pct"),
)


def curve(found: SpecificationCurve | None) -> Exhibit:
    """Median correlation and its middle range for every value of every choice.

    A box with its reason where no specification can be estimated.
    """
    id = "linkage.curve"
    if found is None:
        return box(id, SECTION, message("curve.title"), message("curve.nothing"))
    table = found.table.assign(
        clip=found.table["clip_low"].map("{:g}".format),
        controls=found.table["controls"].replace("", "none"),
    )
    rows = [_all(table)]
    for choice in _CHOICES:
        values = list(dict.fromkeys(table[choice]))
        if len(values) > 1:
            rows += [_row(choice, value, table[table[choice] == value]) for value in values]
    chart = {
        "kind": "intervals", "x": message("curve.axis"), "format": "r",
        "rows": [{k: row[k] for k in row if k != "clear"} for row in rows],
    }  # fmt: skip
    return Exhibit(id, SECTION, dict(found.message), chart, _COLUMNS,
                   [{c.id: row[c.id] for c in _COLUMNS} for row in rows],
                   [message("curve.note"), message("curve.sample", entities=found.entities,
                                                   left_out=found.left_out)])  # fmt: skip


def _all(table: pd.DataFrame) -> dict[str, Any]:
    return _summary(table, message("curve.all"), None) | {"highlight": True}


def _row(choice: str, value: str, rows: pd.DataFrame) -> dict[str, Any]:
    return _summary(rows, _label(choice, value), message(f"curve.choice.{choice}"))


def _label(choice: str, value: str) -> Text:
    if choice in ("outcome", "lag"):
        return message(f"term.{value}" if choice == "outcome" else f"term.lag{value}")
    if choice == "clip":
        return message("curve.clip", share=float(value))
    if choice == "measure" and value not in ("index", "stage", "gap"):
        return value
    return message(f"curve.{choice}.{value.replace('+', '_and_')}")


def _summary(rows: pd.DataFrame, label: Text, group: Text | None) -> dict[str, Any]:
    low, high = rows["r"].quantile(list(MIDDLE))
    return {
        "label": label, "group": group, "estimate": float(rows["r"].median()),
        "conf_low": float(low), "conf_high": float(high), "n": len(rows), "highlight": False,
        "clear": float((rows["p_value"] < 0.05).mean()),
    }  # fmt: skip
