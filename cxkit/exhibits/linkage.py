"""Exhibits of `03_growth_linkage`: coverage, estimates, the picture behind them, the checks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from cxkit.display import message
from cxkit.exhibits.base import MIN_CELL, Column, Exhibit, Gallery, box, records
from cxkit.exhibits.wording import caution, linkage_message, linkage_values, panel_values
from cxkit.measures import Panel
from cxkit.models import least_squares as ls
from cxkit.models.checks import Check
from cxkit.models.linkage import LinkageFamily, LinkageResult, clipped, usable_rows
from cxkit.models.specifications import RECOMMENDED, SPECIFICATIONS

SECTION = "03_growth_linkage"
BINS = 10

_ESTIMATES = (
    Column("specification", message("column.specification")),
    Column("lag", message("column.lag"), "int"),
    Column("estimate", message("column.estimate_pp"), "pp"),
    Column("conf_low", message("column.conf_low"), "pp"),
    Column("conf_high", message("column.conf_high"), "pp"),
    Column("p_value", message("column.p_value"), "p"),
    Column("p_adjusted", message("column.p_adjusted"), "p"),
    Column("mde", message("column.mde"), "size"),
    Column("entities", message("column.companies"), "int"),
    Column("nobs", message("column.rows"), "int"),
    Column("grade", message("column.grade")),
)


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


def primary(family: LinkageFamily, truth: dict[str, Any] | None = None) -> Exhibit:
    """Every specification and lag of the primary outcome; the primary estimate headlines."""
    return estimates(family, family.primary.outcome, truth)


def others(family: LinkageFamily, truth: dict[str, Any] | None = None) -> Gallery:
    """The same for each outcome that was not declared primary."""
    outcomes = dict.fromkeys(r.spec.outcome for r in family.results)
    shown = [estimates(family, o, truth) for o in outcomes if o != family.primary.outcome]
    return Gallery(tuple(shown))


def estimates(family: LinkageFamily, outcome: str, truth: dict[str, Any] | None = None) -> Exhibit:
    """Every specification and lag of one outcome, one row each."""
    rows = [r for r in family.results if r.spec.outcome == outcome]
    id = f"linkage.estimates.{outcome}"
    if not rows:
        return box(id, SECTION, message("linkage.estimates_title", outcome=outcome),
                   message("linkage.too_few"))  # fmt: skip
    rows = sorted(rows, key=lambda r: (-r.spec.lag, list(SPECIFICATIONS).index(_name(r))))
    main = next((r for r in rows if r.role == "primary"), None)
    shown = main or _recommended(rows) or rows[-1]
    headline = linkage_message(main) if main else _secondary(shown)
    chart = {
        "kind": "intervals",
        "x": message("axis.per_point", outcome=outcome),
        "format": "pp",
        "rows": [_interval(r) for r in rows],
    }
    table = [r.as_row() | {"specification": message(f"term.{_name(r)}")} for r in rows]
    keep = {c.id for c in _ESTIMATES}
    table = [{k: v for k, v in row.items() if k in keep} for row in table]
    first = [message("linkage.how_read")] if outcome == family.primary.outcome else []
    notes = [*first, *_lost(main), *_others_clear(rows), *caution(shown, truth)]
    if family.filled:
        notes.append(message("linkage.sub_industry_filled", filled=family.filled))
    return Exhibit(id, SECTION, headline, chart, _ESTIMATES, table, notes,
                   [message("linkage.method")], shown.grade)  # fmt: skip


def _recommended(rows: Sequence[LinkageResult]) -> LinkageResult | None:
    """The lagged estimate within companies, where there is one."""
    return next((r for r in rows if _name(r) == RECOMMENDED and r.spec.lag == 1), None)


def _secondary(result: LinkageResult) -> dict[str, Any]:
    """A headline for an outcome that is not primary: clear only after Holm's adjustment."""
    values = linkage_values(result)
    if result.clear and result.p_adjusted is not None and result.p_adjusted < 0.05:
        return linkage_message(result)
    return message("linkage.secondary_unclear", **values)


def _others_clear(rows: Sequence[LinkageResult]) -> list[dict[str, Any]]:
    """How many of the adjusted comparisons stay clear, the raw ones among them named as such."""
    adjusted = [r for r in rows if r.p_adjusted is not None]
    clear = [r for r in adjusted if (r.p_adjusted or 0) < 0.05]
    raw = sum(r.grade == "D" for r in clear)
    return [message("linkage.others_clear", clear=len(clear), of=len(adjusted), raw=raw)]


def _lost(result: LinkageResult | None) -> list[dict[str, Any]]:
    """Company-years that meet an outcome but say nothing under the primary specification."""
    if result is None or result.excluded.empty:
        return []
    reasons = "; ".join(f"{r['rows']} {r['reason']}" for r in records(result.excluded))
    return [message("linkage.lost", rows=int(result.excluded["rows"].sum()), reasons=reasons)]


def _name(result: LinkageResult) -> str:
    return result.spec.specification


def _interval(result: LinkageResult) -> dict[str, Any]:
    row = result.score
    return {
        "label": message(f"term.{_name(result)}"),
        "group": message(f"term.lag{result.spec.lag}"),
        "estimate": float(row.estimate),
        "conf_low": float(row.conf_low),
        "conf_high": float(row.conf_high),
        "n": result.entities,
        "highlight": result.role == "primary",
    }


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
    return Exhibit(id, SECTION, headline, chart, columns, shown, notes, (), result.grade)


def residuals(panel: Panel, result: LinkageResult) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Score (points) and clipped outcome (fraction) left after effects, on their own means."""
    shape = SPECIFICATIONS[result.spec.specification]
    rows, _ = usable_rows(panel.table, shape)
    pair = np.column_stack([rows["score"], clipped(rows, panel.table, result.spec.clip)])
    others = rows[list(shape.controls)].to_numpy(float)
    values = np.column_stack([pair, others])
    if shape.effects:
        values, _ = ls.sweep(values, [ls.codes(rows[e].to_numpy(str)) for e in shape.effects])
    else:
        values = values - values.mean(0)
    left, rest = values[:, :2], values[:, 2:]
    if rest.shape[1]:
        left = left - rest @ np.linalg.lstsq(rest, left, rcond=None)[0]
    left = left + pair.mean(0)
    return left[:, 0], left[:, 1], rows["company_id"].to_numpy(str)


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
    drawn = next((c for c in found if len(c.table)), None)
    verdicts = [
        {"check": message(f"check.{c.id}"), "verdict": message(f"verdict.{c.passed}".lower()),
         "summary": c.summary} for c in found
    ]  # fmt: skip
    columns = (
        Column("check", message("column.check")),
        Column("verdict", message("column.verdict")),
        Column("summary", message("column.why")),
    )
    passed = sum(c.passed is True for c in found)
    failed = sum(c.passed is False for c in found)
    headline = message("linkage.checks", passed=passed, failed=failed, of=len(found))
    chart: dict[str, Any] = {"kind": "table"}
    if drawn is not None:
        chart = _left_out(drawn, result)
    return Exhibit("linkage.checks", SECTION, headline, chart, columns, verdicts,
                   [message("linkage.checks_note")], (), result.grade)  # fmt: skip


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
