"""Exhibits of what was to be expected: published research beside the estimate, and the planner."""

from __future__ import annotations

from typing import Any

from cxkit.display import message
from cxkit.exhibits.base import Column, Exhibit, box, records, value
from cxkit.models.evidence import Evidence
from cxkit.models.linkage import LinkageResult
from cxkit.models.planner import Plan
from cxkit.models.power import PLAUSIBLE_R
from cxkit.models.prior import Believed, Combined, Expectation, refusal
from cxkit.models.prior import expectation as believed

SECTION = "03_growth_linkage"

_BELIEFS = (
    Column("group", message("column.prior")),
    Column("of", message("column.of")),
    Column("r", message("column.r"), "r"),
    Column("conf_low", message("column.conf_low"), "r"),
    Column("conf_high", message("column.conf_high"), "r"),
    Column("shrinkage", message("column.shrinkage"), "pct"),
)


def expectation(result: LinkageResult | None) -> Exhibit:
    """Prior, data and posterior of one estimate between companies, as intervals.

    A box with its reason without an estimate, or where published correlations do not speak of it.
    """
    id, title = "expectation.prior", message("prior.title")
    if result is None:
        return box(id, SECTION, title, message("prior.no_estimate"))
    why = refusal(result)
    if why is not None:
        return box(id, SECTION, title, why)
    found = believed(result)
    chart = {
        "kind": "intervals",
        "x": message("prior.axis"),
        "format": "r",
        "rows": _chart_rows(found),
    }
    values = {"spread": found.main.prior.spread, "shrinkage": found.main.shrinkage}
    notes = [
        message("prior.note", **values),
        message("prior.note_scope", specification=result.spec.specification),
    ]
    return Exhibit(id, SECTION, found.message, chart, _BELIEFS, _table_rows(found), notes,
                   grade=result.grade)  # fmt: skip


def _group(one: Combined, first: Combined) -> dict[str, Any]:
    which = "first" if one is first else "none" if one.prior.mean == 0 else "other"
    return message(f"prior.group.{which}", mean=one.prior.mean)


def _rows(found: Expectation) -> list[dict[str, Any]]:
    """Every belief, prior by prior, the data in each."""
    rows: list[dict[str, Any]] = []
    for one in found.combined:
        group = _group(one, found.main)
        rows += [
            _belief(group, "prior", one.before, None),
            _belief(group, "data", found.data, found.estimate.entities),
            _belief(group, "posterior", one.after, None)
            | {"shrinkage": one.shrinkage, "highlight": one is found.main},
        ]
    return rows


def _belief(group: dict[str, Any], of: str, one: Believed, n: int | None) -> dict[str, Any]:
    return {
        "group": group, "of": message(f"prior.of.{of}"), "r": one.r, "conf_low": one.conf_low,
        "conf_high": one.conf_high, "shrinkage": None, "n": n, "highlight": False,
    }  # fmt: skip


def _chart_rows(found: Expectation) -> list[dict[str, Any]]:
    keep = ("group", "conf_low", "conf_high", "n", "highlight")
    return [
        {"label": row["of"], "estimate": row["r"]} | {k: row[k] for k in keep}
        for row in _rows(found)
    ]


def _table_rows(found: Expectation) -> list[dict[str, Any]]:
    ids = [c.id for c in _BELIEFS]
    return [{k: row[k] for k in ids} for row in _rows(found)]


def published(found: Evidence) -> Exhibit:
    """The published findings behind the prior, each with how it was read."""
    columns = (
        Column("study", message("column.study")),
        Column("year", message("column.published"), "year"),
        Column("effect", message("column.r"), "num"),
        Column("n", message("column.n"), "int"),
        Column("n_of", message("column.n_of")),
        Column("outcome", message("column.outcome")),
        Column("finding", message("column.finding")),
        Column("label", message("column.label")),
    )
    rows = [
        {c.id: row[c.id] for c in columns}
        | {"year": value(row["year"]), "n": value(row["n"]), "effect": value(row["effect"]),
           "label": message(f"term.{row['label']}")}
        for row in records(found.table)
    ]  # fmt: skip
    effects = found.table["effect"].dropna()
    headline = message("prior.evidence_title", rows=len(rows), known=len(effects),
                       low=float(effects.min()), high=float(effects.max()))  # fmt: skip
    return Exhibit("expectation.evidence", SECTION, headline, {"kind": "table"}, columns, rows,
                   [message("prior.evidence_note")],
                   [message("prior.evidence_source")])  # fmt: skip


def planner(plan: Plan) -> Exhibit:
    """Companies needed by level and waves, a column per effect."""
    columns = (
        Column("level", message("planner.column.level")),
        Column("waves", message("planner.column.waves"), "int"),
        *(Column(_name(r), message("planner.column.effect", r=r), "int") for r in plan.effects),
    )
    rows: list[dict[str, Any]] = []
    for row in records(plan.table):
        where = {"level": message(f"term.level.{row['level']}"), "waves": int(row["waves"])}
        if not rows or rows[-1] | where != rows[-1]:
            rows.append(where)
        rows[-1][_name(row["r"])] = value(row["companies"])
    notes = [
        *_have(plan), *_design(plan),
        message("planner.note", plausible=PLAUSIBLE_R),
    ]  # fmt: skip
    return Exhibit("expectation.planner", SECTION, _planned(plan), {"kind": "table"}, columns,
                   rows, notes)  # fmt: skip


def _name(r: float) -> str:
    return f"r{round(100 * r):03d}"


def _planned(plan: Plan) -> dict[str, Any]:
    """What the smallest effect takes in one wave, and in the most waves of the table."""
    r = plan.effects[0]
    between = plan.table[(plan.table["level"] == "between") & (plan.table["r"] == r)]
    first, last = between.iloc[0], between.iloc[-1]
    fewer = {"waves": int(last["waves"]), "fewer": int(last["companies"])}
    values = {"r": r, "companies": int(first["companies"])}
    if fewer["fewer"] < values["companies"]:
        return message("planner.headline", **values, **fewer)
    return message("planner.headline_all", **values)


def _have(plan: Plan) -> list[dict[str, Any]]:
    """What the panel behind the plan finds."""
    own = plan.design
    if not own.companies or plan.least_between is None:
        return []
    values = {"companies": own.companies, "waves": own.waves, "least_between": plan.least_between}
    if plan.least_within is None:
        return [message("planner.have_between", **values)]
    return [message("planner.have", **values, least_within=plan.least_within)]


def _design(plan: Plan) -> list[dict[str, Any]]:
    own = plan.design
    if min(len(own.score), len(own.rest)) < 2:
        return [message("planner.few_pairs")] if own.companies else []
    values = {"score": own.score[1], "rest": own.rest[1]}
    if own.error:
        return [message("planner.design", **values, error=own.error)]
    return [message("planner.design_free", **values)]
