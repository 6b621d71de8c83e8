"""Exhibits on the score's own error: how well the index is known, and by whom it was given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from cxkit.contracts import Client
from cxkit.display import Text, message
from cxkit.exhibits.base import Column, Exhibit, box, records, value
from cxkit.exhibits.common import SECTION, block_titles, company_name, lacks, others
from cxkit.models.certainty import Certainty
from cxkit.models.change import smallest_detectable_change

RATERS = (1, 2, 3, 4, 6, 8)

_COLUMNS = (
    Column("label", message("column.index_given_by")),
    Column("half", message("column.half"), "num"),
    Column("conf_low", message("column.conf_low"), "num"),
    Column("conf_high", message("column.conf_high"), "num"),
    Column("sdc", message("column.sdc"), "num"),
)


def index(client: Client, sure: Certainty, company: str = "") -> Exhibit:
    """How well the index is known, and how much better more raters would know it.

    One row per number of raters at the company's own index (the median one without a company):
    half the 95 % interval, its ends, and the smallest change that could be told from error.
    """
    id, why = "certainty.index", lacks(sure, "answers") or sure.reason
    if why is not None:
        return box(id, SECTION, message("certainty.index_title"), why)
    row = sure.row(company) if company else None
    if company and row is None:
        return box(id, SECTION, message("certainty.index_title"), message("maturity.no_wave"))
    known = sure.index[sure.index["sem"].notna()]
    at = float(known["index"].median() if row is None else row["index"])
    rows = _by_raters(sure, at, row)
    return Exhibit(
        id, SECTION, _headline(sure, company_name(client, company), row, known), {"kind": "table"},
        _COLUMNS, rows, _notes(sure, row), [message("certainty.source", who=others(client, sure))],
        language=client.config.language,
    )  # fmt: skip


def _by_raters(sure: Certainty, at: float, row: pd.Series | None) -> list[dict[str, Any]]:
    """The company's own interval first, then what other numbers of raters would have."""
    sems, lows, highs = sure.by_raters(at, RATERS)
    df = np.full(len(RATERS), sure.index["df"].median())
    detectable = smallest_detectable_change(sems, sems, df)
    rows = [
        {"label": message("certainty.raters" if n > 1 else "certainty.rater", n=n),
         "half": float(high - low) / 2, "conf_low": float(low), "conf_high": float(high),
         "sdc": float(sdc)}
        for n, low, high, sdc in zip(RATERS, lows, highs, detectable, strict=True)
    ]  # fmt: skip
    if row is None or pd.isna(row["sem"]):
        return rows
    n = int(row["respondents"])
    sem, df = np.array([row["sem"]], float), np.array([row["df"]], float)
    sdc = float(smallest_detectable_change(sem, sem, df)[0])
    return [{"label": message(f"certainty.own_rater{'s' if n > 1 else ''}", n=n),
             "half": float(row["conf_high"] - row["conf_low"]) / 2,
             "conf_low": float(row["conf_low"]), "conf_high": float(row["conf_high"]),
             "sdc": sdc}, *rows]  # fmt: skip


def _headline(
    sure: Certainty, name: str, row: pd.Series | None, known: pd.DataFrame
) -> dict[str, Any]:
    if row is None:
        half = float((known["conf_high"] - known["conf_low"]).median()) / 2
        return message("certainty.index_all", half=_half(half), companies=len(known))
    if pd.isna(row["sem"]):
        return message("certainty.index_unknown", name=name, index=float(row["index"]))
    kind = "known"
    if _without_leniency(sure, row):
        kind = "several_raters" if row["respondents"] > 1 else "one_rater"
    return message(
        f"certainty.index_{kind}", name=name, index=float(row["index"]),
        half=_half(float(row["conf_high"] - row["conf_low"]) / 2),
        low=float(row["conf_low"]), high=float(row["conf_high"]),
    )  # fmt: skip


def _without_leniency(sure: Certainty, row: pd.Series) -> bool:
    """An interval from items, and nothing known of how far raters differ."""
    return bool(row["error_source"] == "items" and sure.error.curve("raters") is None)


def _half(points: float) -> dict[str, Any]:
    """Half an interval in whole points, where that says enough."""
    return message("certainty.whole" if points >= 2 else "control.number", x=points)


def _notes(sure: Certainty, row: pd.Series | None) -> list[Text]:
    notes: list[Text] = [message("certainty.true_score")]
    if row is not None and pd.notna(row["sem"]):
        notes.append(source_note(sure, row))
    elif not sure.error.raters:
        notes.append(message("certainty.note_items"))
    notes.append(message("certainty.note_rows"))
    return notes


def source_note(sure: Certainty, row: pd.Series) -> Text:
    """Where a company's interval comes from, and what is not in it."""
    if _without_leniency(sure, row):
        several = "_several" if row["respondents"] > 1 else ""
        return message(f"certainty.note_items{several}", n=int(row["respondents"]))
    id = "raters" if row["respondents"] > 1 else "widened"
    return message(f"certainty.note_{id}", n=int(row["respondents"]))


def one_rater_note(sure: Certainty, row: pd.Series) -> list[Text]:
    """What could mislead where one rater answered; nothing where several did."""
    several = pd.isna(row["sem"]) or row["respondents"] > 1
    return [] if several else [source_note(sure, row)]


_COEFFICIENTS = (
    Column("label", message("column.coefficient")),
    Column("value", message("column.value"), "r"),
    Column("conf_low", message("column.conf_low"), "r"),
    Column("conf_high", message("column.conf_high"), "r"),
    Column("companies", message("column.companies"), "int"),
    Column("about", message("column.says")),
)


def reliability(client: Client, sure: Certainty) -> Exhibit:
    """Alpha, omega, ICC and r_wg of the companies compared with, each with its meaning."""
    id, why = "certainty.reliability", lacks(sure, "answers") if sure.benchmark.own else None
    items, raters = sure.benchmark.reliability, sure.benchmark.agreement
    if why is None and items.empty and raters.empty:
        why = message("certainty.no_coefficients")
    if why is not None:
        return box(id, SECTION, message("certainty.reliability_title"), why)
    titles = block_titles(client)
    rows = [_coefficient(r["coefficient"], r) for r in records(items)]
    rows += [
        _coefficient(r["measure"], r, titles.get(str(r["block"]), str(r["block"])))
        for r in records(raters)
    ]
    return Exhibit(
        id, SECTION, _reliability_headline(items, raters), {"kind": "table"}, _COEFFICIENTS, rows,
        [message("certainty.reliability_note")],
        [message("certainty.source", who=others(client, sure))],
        language=client.config.language,
    )  # fmt: skip


def _coefficient(name: str, row: dict[str, Any], block: str = "") -> dict[str, Any]:
    return {
        "label": message(f"certainty.name_{name}", block=block), "value": value(row["value"]),
        "conf_low": value(row["conf_low"]), "conf_high": value(row["conf_high"]),
        "companies": int(row["companies"]),
        "about": message(f"certainty.says_{name}", raters=value(row.get("raters"))),
    }  # fmt: skip


def _reliability_headline(items: pd.DataFrame, raters: pd.DataFrame) -> dict[str, Any]:
    """What is known best: agreement between raters, else how the items hang together."""
    one = raters[raters["measure"] == "icc1"]
    if len(one):
        row = one.iloc[0]
        known = "agreement" if row["conf_low"] > 0 else "agreement_unclear"
        return message(
            f"certainty.{known}", share=float(row["value"]), low=float(row["conf_low"]),
            high=float(row["conf_high"]), companies=int(row["companies"]),
        )  # fmt: skip
    if items.empty:
        return message("certainty.agreement_blocks")
    row = items[items["coefficient"] == "omega_total"].iloc[0]
    return message("certainty.omega", value=float(row["value"]), low=float(row["conf_low"]),
                   high=float(row["conf_high"]))  # fmt: skip
