"""Exhibits of `03_growth_linkage`: coverage, the picture behind the estimate, the checks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from cxkit.display import message
from cxkit.exhibits.base import MIN_CELL, Column, Exhibit, box, records
from cxkit.exhibits.wording import panel_values
from cxkit.measures import Panel
from cxkit.models import least_squares as ls
from cxkit.models.checks import Check
from cxkit.models.linkage import LinkageFamily, LinkageResult, rows_of
from cxkit.models.specifications import SPECIFICATIONS

SECTION = "03_growth_linkage"
BINS = 10


def coverage(panel: Panel) -> Exhibit:
    """Scores that reach the estimate, and every reason others did not; one row per reason."""
    if panel.table.empty:
        return box("linkage.coverage", SECTION, message("linkage.coverage_title"),
                   message("linkage.no_rows", **panel_values(panel)))  # fmt: skip
    years = panel.table.groupby("fiscal_year")["company_id"].nunique()
    points = [
        {"x": int(y), "y": int(n), "conf_low": None, "conf_high": None, "n": int(n)}
        for y, n in zip(years.index, years, strict=True)
    ]
    chart = {
        "kind": "lines",
        "x": message("axis.fiscal_year"),
        "y": message("axis.companies"),
        "x_format": "year",
        "y_format": "int",
        "series": [{"label": message("label.companies_in_estimate"), "points": points}],
    }
    kept: list[dict[str, Any]] = [{"reason": message("label.kept"), "rows": len(panel.table)}]
    columns = (
        Column("reason", message("column.reason")),
        Column("rows", message("column.scores"), "int"),
    )
    headline = message("linkage.coverage", **panel_values(panel))
    rows = kept + records(panel.excluded)
    return Exhibit("linkage.coverage", SECTION, headline, chart, columns, rows,
                   [message("linkage.coverage_note")])  # fmt: skip


def binned(panel: Panel, family: LinkageFamily) -> Exhibit:
    """The primary estimate as a picture: outcome against score in tenths, effects removed.

    Both are shown around their own means, after the effects and controls of the specification
    are taken out; a point is the mean of a tenth of the rows and holds five companies or more.
    """
    id, result = "linkage.binned", family.main
    if result is None:
        return box(id, SECTION, message("linkage.binned_title"), message("linkage.too_few"))
    x, y, company = residuals(panel, result)
    shown = _points(x, y, company)
    slope, left, right = float(result.score.estimate), shown[0]["x"], shown[-1]["x"]
    level = float(np.mean(y)) - slope * float(np.mean(x))
    chart = {
        "kind": "binned",
        "x": message("axis.score_residual"),
        "y": message("axis.outcome_residual", outcome=panel.outcome),
        "x_format": "num",
        "y_format": "pct",
        "points": shown,
        "line": {"x_from": left, "y_from": level + slope * left,
                 "x_to": right, "y_to": level + slope * right},
    }  # fmt: skip
    columns = (
        Column("x", message("axis.score_residual"), "num"),
        Column("y", message("axis.outcome_residual", outcome=panel.outcome), "pct"),
        Column("conf_low", message("column.conf_low"), "pct"),
        Column("conf_high", message("column.conf_high"), "pct"),
        Column("n", message("column.companies"), "int"),
    )
    headline = message(
        "linkage.binned", r=result.r, low=result.r_low, high=result.r_high,
        outcome=panel.outcome, rows=len(x),
        held=message(f"held.{result.spec.specification}"),
    )  # fmt: skip
    notes = [message("linkage.binned_note", least=MIN_CELL)]
    if result.corrected is not None:
        notes.append(message("linkage.binned_corrected"))
    return Exhibit(id, SECTION, headline, chart, columns, shown, notes, (), result.grade)


def residuals(panel: Panel, result: LinkageResult) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Score (points) and clipped outcome (fraction) left after effects, on their own means."""
    shape = SPECIFICATIONS[result.spec.specification]
    rows = rows_of(panel.table, shape, result.spec.clip)
    values = np.column_stack([rows.x[:, 0], rows.y, rows.x[:, 1 : len(rows.terms)]])
    swept = ls.sweep(values, rows.effects)[0] if rows.effects else values - values.mean(0)
    left, rest = swept[:, :2], swept[:, 2:]
    if rest.shape[1]:
        left = left - rest @ np.linalg.lstsq(rest, left, rcond=None)[0]
    left = left + values[:, :2].mean(0)
    return left[:, 0], left[:, 1], rows.company


def _points(x: np.ndarray, y: np.ndarray, company: np.ndarray) -> list[dict[str, Any]]:
    """Tenths of the rows by score, fewer where a tenth would hold fewer than five companies."""
    rank = np.empty(len(x))
    rank[np.lexsort((company, y, x))] = np.arange(len(x))
    for bins in range(BINS, 0, -1):
        cut = (rank * bins / len(x)).astype(int)
        points = [_point(x[cut == b], y[cut == b], company[cut == b]) for b in range(bins)]
        if min(p["n"] for p in points) >= MIN_CELL:
            break
    return points


def _point(x: np.ndarray, y: np.ndarray, company: np.ndarray) -> dict[str, Any]:
    """Means of one bin; the outcome's interval treats a company as one draw."""
    by = pd.Series(y - y.mean()).groupby(company).sum().to_numpy()
    groups = len(by)
    error = np.sqrt(np.square(by).sum() * groups / max(1, groups - 1)) / len(y)
    reach = float(stats.t.ppf(0.975, max(1, groups - 1)) * error)
    return {"x": float(x.mean()), "y": float(y.mean()), "conf_low": float(y.mean() - reach),
            "conf_high": float(y.mean() + reach), "n": groups}  # fmt: skip


def checks(found: Sequence[Check], family: LinkageFamily) -> Exhibit:
    """Each check's verdict, and the estimate without each industry in turn."""
    result = family.main
    if result is None or not found:
        return box("linkage.checks", SECTION, message("linkage.checks_title"),
                   message("linkage.too_few"))  # fmt: skip
    drawn = next((c for c in found if c.id == "leave_one_industry_out" and len(c.table)), None)
    verdicts = [
        {"check": message(f"check.{c.id}"), "verdict": message(_verdict(c)),
         "summary": dict(c.reason)} for c in found
    ]  # fmt: skip
    columns = (
        Column("check", message("column.check")),
        Column("verdict", message("column.verdict")),
        Column("summary", message("column.why")),
    )
    asked = [c for c in found if c.applicable]
    passed, failed = (sum(c.passed is v for c in asked) for v in (True, False))
    headline = message("linkage.checks", passed=passed, failed=failed, of=len(asked))
    chart: dict[str, Any] = {"kind": "table"}
    if drawn is not None:
        chart = _left_out(drawn, result)
    return Exhibit("linkage.checks", SECTION, headline, chart, columns, verdicts,
                   [message("linkage.checks_note")], (), result.grade)  # fmt: skip


def _verdict(check: Check) -> str:
    return f"verdict.{check.passed}".lower() if check.applicable else "verdict.not_applicable"


def _left_out(check: Check, result: LinkageResult) -> dict[str, Any]:
    row = result.score
    everyone = {
        "label": message("label.all_industries"), "group": None, "estimate": float(row.estimate),
        "conf_low": float(row.conf_low), "conf_high": float(row.conf_high),
        "n": result.entities, "highlight": True,
    }  # fmt: skip
    others = [
        {"label": message("label.without", industry=str(r["industry"])), "group": None,
         "estimate": float(r["estimate"]), "conf_low": float(r["conf_low"]),
         "conf_high": float(r["conf_high"]), "n": int(r["entities"]), "highlight": False}
        for r in check.table.to_dict("records")
    ]  # fmt: skip
    return {
        "kind": "intervals",
        "x": message("axis.per_point", outcome=result.spec.outcome),
        "format": "pp",
        "rows": [everyone, *others],
    }
