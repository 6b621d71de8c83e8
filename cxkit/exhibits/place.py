"""Exhibits on a company's place among others: the client's own, or a named benchmark's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from cxkit.contracts import Client
from cxkit.display import message
from cxkit.exhibits import maturity
from cxkit.exhibits.base import Column, Exhibit, box, value
from cxkit.exhibits.common import AGAINST_OTHERS, SECTION, company_name, others
from cxkit.models.certainty import Certainty

_COLUMNS = (Column("label", message("column.group")), *AGAINST_OTHERS)


def spread(client: Client, sure: Certainty, company: str = "") -> Exhibit:
    """How the index spreads; against a named benchmark, between which of its quartiles it lies."""
    if sure.benchmark.own:
        return maturity.distribution(client, sure.scores, company)
    id = "maturity.distribution"
    found = sure.benchmark.norms.quartiles("index")
    if found is None:
        return box(id, SECTION, message("maturity.distribution_title"),
                   message("maturity.too_few", companies=sure.benchmark.companies))  # fmt: skip
    row = sure.row(company) if company else None
    about = {"label": message("peers.named", name=sure.benchmark.id, as_of=sure.benchmark.as_of)}
    values: dict[str, Any] = {"n": found["n"], "median": found["median"],
                              "maximum": client.instrument.maximum}  # fmt: skip
    headline = message("maturity.place_all", **values)
    if row is not None:
        headline = message("maturity.place", **values, name=company_name(client, company),
                           index=float(row["index"]), where=_where(row, found))  # fmt: skip
    return _dots(client, sure, id, headline, [about | _own(row) | found])


def _where(row: pd.Series, found: dict[str, Any]) -> dict[str, Any]:
    """The quarter the index lies in, or those that its interval touches."""
    low, high = (
        _quarter(float(x), found)
        for x in (
            (row["conf_low"], row["conf_high"]) if pd.notna(row["sem"]) else (row["index"],) * 2
        )
    )
    if low == high:
        return message(f"maturity.place_quarter_{low}")
    return message("maturity.place_between", low=message(f"maturity.quarter_{low}"),
                   high=message(f"maturity.quarter_{high}"))  # fmt: skip


def _quarter(x: float, found: dict[str, Any]) -> int:
    return 1 + sum(x > found[end] for end in ("q25", "median", "q75"))


def _own(row: pd.Series | None) -> dict[str, Any]:
    names = {"value": "index", "conf_low": "conf_low", "conf_high": "conf_high"}
    return {k: None if row is None else value(row[name]) for k, name in names.items()}


def _dots(
    client: Client, sure: Certainty, id: str, headline: dict[str, Any], rows: list[dict[str, Any]]
) -> Exhibit:
    keys = ("value", "conf_low", "conf_high", "q25", "q75")
    ends = [row[k] for row in rows for k in keys if row[k] is not None]
    chart = {"kind": "dots", "x": message("axis.index", instrument=client.instrument.id),
             "format": "num", "minimum": min(ends), "maximum": max(ends), "rows": rows}  # fmt: skip
    columns = [c for c in _COLUMNS if any(row[c.id] is not None for row in rows)]
    return Exhibit(id, SECTION, headline, chart, columns, rows, [message("maturity.place_note")],
                   [message("certainty.source", who=others(client, sure))],
                   language=client.config.language)  # fmt: skip


def industries(client: Client, sure: Certainty, company: str = "") -> Exhibit:
    """The index by industry, of the client's own companies or as a named benchmark tells it."""
    row = sure.row(company) if company else None
    if sure.benchmark.own:
        return _with_interval(maturity.industries(client, sure.scores, company), row)
    id, norms = "maturity.industries", sure.benchmark.norms
    about = client.table("companies")
    own = about.loc[about["company_id"] == company, "industry"].tolist()
    rows = []
    for name in norms.industries:
        found = norms.quartiles("index", name)
        if found:
            mine = row if own == [name] else None
            rows.append({"label": name, **_own(mine), **found})
    if not rows:
        return box(id, SECTION, message(f"{id}_title"), message("maturity.no_industry_told"))
    rows.sort(key=lambda r: -r["median"])
    low, high = rows[-1], rows[0]
    headline = message("maturity.industries_told", low=low["label"], low_value=low["median"],
                       high=high["label"], high_value=high["median"])  # fmt: skip
    return _dots(client, sure, id, headline, rows)


def _with_interval(made: Exhibit, row: pd.Series | None) -> Exhibit:
    """The own value with its interval, in the row of its industry."""
    if row is None or made.chart["kind"] != "dots":
        return made
    ends = {k: value(row[k]) for k in ("conf_low", "conf_high")}
    rows = [r | ends if r["value"] is not None else r for r in made.rows]
    reach = [v for r in rows for v in (r.get("conf_low"), r.get("conf_high")) if v is not None]
    chart = made.chart | {"rows": rows, "minimum": min([made.chart["minimum"], *reach]),
                          "maximum": max([made.chart["maximum"], *reach])}  # fmt: skip
    columns = [c for c in _COLUMNS if any(r.get(c.id) is not None for r in rows)]
    return replace(made, chart=chart, columns=columns, rows=rows)
