"""Exhibits on who sees it how: items by role, and a company's own people against an assessor."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from cxkit.contracts import Client
from cxkit.display import Text, message
from cxkit.exhibits.base import Column, Exhibit, Gallery, box, value
from cxkit.exhibits.common import LEVEL, SECTION, lacks, named, unit_labels
from cxkit.measures import by_roles, evidence, perceptions
from cxkit.measures.answers import ROLES
from cxkit.measures.disclosure import MIN_CELL
from cxkit.measures.perceptions import Perceptions
from cxkit.measures.units import BLOCK, ITEM
from cxkit.models.certainty import Certainty
from cxkit.models.multiplicity import holm


def views(client: Client, sure: Certainty, company: str = "") -> Gallery:
    """Items by role, and where an assessor answered, the own view against the assessor's."""
    found = roles(client, sure, company)
    other = None if lacks(sure, "answers") else _evidence(client, sure, company)
    return Gallery((found,) if other is None else (found, other))


def roles(client: Client, sure: Certainty, company: str = "") -> Exhibit:
    """The heat map of items by role, ordered by what executives and staff differ in."""
    id, title, why = "views.roles", message("views.roles_title"), lacks(sure, "answers")
    if why is None and not company and not sure.benchmark.own:
        why = message("maturity.no_company")
    frame = pd.DataFrame() if why is not None else by_roles(sure.scores, ITEM, company)
    columns = [] if why is not None else _roles(frame, company)
    if why is None and len(columns) < 2:
        why = message("views.one_role")
    if why is not None:
        return box(id, SECTION, title, why)
    seen = perceptions(sure.scores, ITEM, company)
    wide = frame.pivot_table(index="unit", columns="role", values="performance", aggfunc="mean")
    order = [u for u in seen.table["unit"] if u in wide.index]
    labels, raters = unit_labels(client, ITEM), _raters(frame)
    names = [message("views.role_n", role=message(f"role.{r}"), n=raters[r]) for r in columns]
    cells = {u: [value(wide.loc[u, r]) for r in columns] for u in order}
    rows = [{"label": labels[u], "group": None, "values": cells[u]} for u in order]
    chart = {"kind": "heatmap", "format": "num", "columns": names, "minimum": 0.0,
             "maximum": 100.0, "rows": rows}  # fmt: skip
    table = [
        {"label": labels[u], **dict(zip(columns, cells[u], strict=True)),
         "difference": value(seen.table.set_index("unit").loc[u, "difference"])}
        for u in order
    ]  # fmt: skip
    shown = (Column("label", message("column.unit")),
             *(Column(r, name, "num") for r, name in zip(columns, names, strict=True)),
             Column("difference", message("column.executives_less_staff"), "points"))  # fmt: skip
    return Exhibit(id, SECTION, _headline(seen, labels, company), chart, shown, table,
                   _notes(sure, company), language=client.config.language)  # fmt: skip


def _roles(frame: pd.DataFrame, company: str) -> list[str]:
    """The roles that answered; over all companies, those of five companies or more."""
    count = frame.dropna(subset=["role"]).groupby("role")["company_id"].nunique()
    least = 1 if company else MIN_CELL
    return [role for role in ROLES if count.get(role, 0) >= least]


def _raters(frame: pd.DataFrame) -> dict[str, int]:
    """How many people of each role answered."""
    most = frame.groupby(["company_id", "role"])["raters"].max()
    return {str(role): int(n) for role, n in most.groupby("role").sum().items()}


def _notes(sure: Certainty, company: str) -> list[Text]:
    notes: list[Text] = [message("views.note_company" if company else "views.note_all",
                                 least=MIN_CELL)]  # fmt: skip
    given = sure.scores.raters["role"]
    if not (given == "assessor").any():
        notes.append(message("views.no_assessor"))
    return notes


def _headline(seen: Perceptions, labels: dict[str, Text], company: str) -> dict[str, Any]:
    """Where executives and staff differ; of one company, whose raters are few, never as a fact."""
    known = seen.known
    if known.empty:
        return message("views.no_pair")
    row = known.iloc[0]
    values = {"unit": named(labels[row["unit"]]), "first": float(row["first"]),
              "second": float(row["second"]), "items": len(known)}  # fmt: skip
    if company:
        return message("views.company", **values, n_first=int(row["n_first"]),
                       n_second=int(row["n_second"]))  # fmt: skip
    clear = known[np.array(_p_values(known)) < LEVEL]
    if clear.empty:
        return message("views.unclear", **values, companies=int(known["companies"].max()),
                       largest=float(known["difference"].abs().max()))  # fmt: skip
    row = clear.iloc[0]
    return message("views.clear", found=len(clear), items=len(known),
                   unit=named(labels[row["unit"]]), first=float(row["first"]),
                   second=float(row["second"]), difference=float(row["difference"]))  # fmt: skip


def _p_values(rows: pd.DataFrame) -> list[float]:
    """p of each mean difference from its t interval over companies, Holm over the rows."""
    half = (rows["conf_high"] - rows["conf_low"]).to_numpy(float) / 2
    df = rows["companies"].to_numpy(float) - 1
    sem = half / stats.t.ppf(0.975, df)
    z = np.divide(np.abs(rows["difference"].to_numpy(float)), sem, out=np.zeros(len(rows)),
                  where=sem > 0)  # fmt: skip
    return holm([float(p) for p in 2 * stats.t.sf(z, df)])


_EVIDENCE = (
    Column("label", message("column.block")),
    Column("first", message("column.own_people"), "num"),
    Column("second", message("column.assessor"), "num"),
    Column("estimate", message("column.difference"), "points"),
    Column("conf_low", message("column.conf_low"), "points"),
    Column("conf_high", message("column.conf_high"), "points"),
)


def _evidence(client: Client, sure: Certainty, company: str) -> Exhibit | None:
    """Own people less assessor by block; None where no assessor answered beside them."""
    seen = evidence(sure.scores, BLOCK, company)
    if seen.known.empty:
        return None
    labels, known = unit_labels(client, BLOCK), seen.known
    rows = [
        {"label": labels[r["unit"]], "group": None, "estimate": value(r["difference"]),
         "first": value(r["first"]), "second": value(r["second"]),
         "conf_low": value(r["conf_low"]), "conf_high": value(r["conf_high"]), "n": None,
         "highlight": False} for r in known.to_dict("records")
    ]  # fmt: skip
    shape = ("label", "group", "estimate", "conf_low", "conf_high", "n", "highlight")
    chart = {"kind": "intervals", "x": message("axis.own_less_assessor"), "format": "points",
             "rows": [{k: r[k] for k in shape} for r in rows]}  # fmt: skip
    first = rows[0]
    values = {"block": first["label"], "first": first["first"], "second": first["second"],
              "blocks": len(rows)}  # fmt: skip
    if company:
        headline = message("views.evidence_company", **values)
        note = message("views.evidence_note_company", n=int(known["n_second"].max()))
    else:
        clear = int((np.array(_p_values(known)) < LEVEL).sum())
        headline = message("views.evidence_clear" if clear else "views.evidence_unclear",
                           **values, found=clear)  # fmt: skip
        note = message("views.evidence_note", companies=int(known["companies"].max()))
    columns = [c for c in _EVIDENCE if any(r[c.id] is not None for r in rows)]
    return Exhibit("views.evidence", SECTION, headline, chart, columns, rows, [note],
                   language=client.config.language)  # fmt: skip
