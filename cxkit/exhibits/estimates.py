"""Estimates as ladders: every specification of an outcome, later years, blocks, parts of time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cxkit.display import Text, message
from cxkit.exhibits.base import Column, Exhibit, Gallery, box, records
from cxkit.exhibits.wording import caution, linkage_message, linkage_values
from cxkit.models.checks import Check
from cxkit.models.linkage import LinkageFamily, LinkageResult
from cxkit.models.periods import LEAST_YEARS, Course, Period, courses
from cxkit.models.specifications import RECOMMENDED, SPECIFICATIONS

SECTION = "03_growth_linkage"
CLEAR = 0.05

_COLUMNS = (
    Column("specification", message("column.specification")),
    Column("correction", message("column.correction")),
    Column("lag", message("column.lag"), "int"),
    Column("estimate", message("column.estimate_pp"), "pp"),
    Column("conf_low", message("column.conf_low"), "pp"),
    Column("conf_high", message("column.conf_high"), "pp"),
    Column("p_value", message("column.p_value"), "p"),
    Column("p_adjusted", message("column.p_adjusted"), "p"),
    Column("mde", message("column.mde"), "size"),
    Column("per_sd_within", message("column.per_sd"), "pp"),
    Column("entities", message("column.companies"), "int"),
    Column("nobs", message("column.rows"), "int"),
    Column("vcov", message("column.errors")),
    Column("grade", message("column.grade")),
)

_SHORT = tuple(
    Column(c.id, message("column.p_explored"), "p") if c.id == "p_adjusted" else c
    for c in _COLUMNS if c.id not in ("specification", "correction", "lag", "vcov", "grade")
)  # fmt: skip


def primary(
    family: LinkageFamily,
    truth: dict[str, Any] | None = None,
    reason: Mapping[str, Any] | None = None,
    checks: Sequence[Check] = (),
) -> Exhibit:
    """Every specification and lag of the primary outcome; the primary estimate headlines."""
    return estimates(family, family.primary.outcome, truth, reason, checks)


def others(
    family: LinkageFamily, truth: dict[str, Any] | None = None, checks: Sequence[Check] = ()
) -> Gallery:
    """The same for each outcome that was not declared primary; checks are the primary one's."""
    outcomes = dict.fromkeys(r.spec.outcome for r in family.results)
    shown = [
        estimates(family, o, truth, None, checks) for o in outcomes if o != family.primary.outcome
    ]
    return Gallery(tuple(shown))


def estimates(
    family: LinkageFamily,
    outcome: str,
    truth: dict[str, Any] | None = None,
    reason: Mapping[str, Any] | None = None,
    checks: Sequence[Check] = (),
) -> Exhibit:
    """Every specification and lag of one outcome, one row each; exploratory ones stand apart."""
    rows = [r for r in family.results if r.spec.outcome == outcome and r.role != "exploratory"]
    id = f"linkage.estimates.{outcome}"
    if not rows:
        return box(id, SECTION, message("linkage.estimates_title", outcome=outcome),
                   message("linkage.too_few"))  # fmt: skip
    rows = sorted(rows, key=_order)
    main = next((r for r in rows if r.role == "primary"), None)
    shown = main or _recommended(rows, family) or rows[-1]
    headline = linkage_message(main) if main else secondary(shown)
    chart = intervals(outcome, [_row(r, message(f"term.{_name(r)}"), _group(r)) for r in rows])
    first = [message("linkage.how_read")] if outcome == family.primary.outcome else []
    notes = [*first, *_course_of_ladder(rows, family), *_lost(main), *_others_clear(rows),
             *caution(shown, truth, reason, checks)]  # fmt: skip
    if family.filled:
        notes.append(message("linkage.sub_industry_filled", filled=family.filled))
    sources: list[Text] = [message("linkage.method")]
    if shown.factor:
        sources.append(message("linkage.factor", factor=shown.factor))
    return Exhibit(id, SECTION, headline, chart, _COLUMNS, [_cells(r) for r in rows], notes,
                   sources, shown.grade)  # fmt: skip


def secondary(result: LinkageResult) -> dict[str, Any]:
    """A headline for an outcome that is not primary: clear only after Holm's adjustment."""
    values = linkage_values(result)
    if result.clear and result.p_adjusted is not None and result.p_adjusted < CLEAR:
        return linkage_message(result)
    return message("linkage.secondary_unclear", **values)


def horizons(family: LinkageFamily) -> Exhibit:
    """The primary specification for the year of the score and up to three years after."""
    spec = family.primary
    rows = [
        r for r in family.results
        if r.spec.specification == spec.specification and r.spec.measure == spec.measure
        and r.spec.correction in (spec.correction, "none" if r.spec.lag == 0 else spec.correction)
    ]  # fmt: skip
    later = [r for r in rows if r.role == "exploratory"]
    if not later:
        return box("linkage.horizons", SECTION, message("linkage.horizons_title"),
                   message("linkage.too_few"))  # fmt: skip
    outcomes = list(dict.fromkeys(r.spec.outcome for r in rows))
    rows = sorted(rows, key=lambda r: (outcomes.index(r.spec.outcome), r.spec.lag))
    drawn = [
        _row(r, message(f"term.lag{r.spec.lag}"), message(f"term.{r.spec.outcome}")) for r in rows
    ]
    headline = _explored("linkage.horizons", later)
    chart = intervals(None, drawn)
    columns = (
        Column("outcome", message("column.outcome")), Column("lag", message("column.lag"), "int"),
        Column("correction", message("column.correction")), *_SHORT,
    )  # fmt: skip
    cells = [_cells(r, columns) | {"outcome": message(f"term.{r.spec.outcome}")} for r in rows]
    return Exhibit("linkage.horizons", SECTION, headline, chart, columns, cells,
                   [message("linkage.exploratory")])  # fmt: skip


def blocks(family: LinkageFamily, titles: Mapping[str, str]) -> Exhibit:
    """The primary specification for each block's score; titles by block id."""
    rows = [r for r in family.of("exploratory") if r.spec.measure != family.primary.measure]
    if not rows:
        return box("linkage.blocks", SECTION, message("linkage.blocks_title"),
                   message("linkage.no_blocks"))  # fmt: skip
    label = {r.spec.measure: titles.get(r.spec.measure, r.spec.measure) for r in rows}
    drawn = [_row(r, label[r.spec.measure], None) for r in rows]
    outcome = family.primary.outcome
    headline = _explored("linkage.blocks", rows)
    columns = (Column("block", message("column.block")), *_SHORT)
    cells = [_cells(r, columns) | {"block": label[r.spec.measure]} for r in rows]
    return Exhibit("linkage.blocks", SECTION, headline, intervals(outcome, drawn), columns, cells,
                   [message("linkage.exploratory"), message("linkage.blocks_note")])  # fmt: skip


def periods(found: Sequence[Period], outcome: str) -> Exhibit:
    """The estimate in each part of the years, between and within companies."""
    if not found:
        return box("linkage.periods", SECTION, message("linkage.periods_title"),
                   message("linkage.few_years", least=LEAST_YEARS))  # fmt: skip
    drawn = [
        _row(p.result, message("label.years", first=p.first, last=p.last),
             message(f"term.{_name(p.result)}")) for p in found
    ]  # fmt: skip
    columns = (Column("years", message("column.years")), _COLUMNS[0], *_SHORT)
    cells = [
        _cells(p.result, columns) | {"years": message("label.years", first=p.first, last=p.last)}
        for p in found
    ]
    asked = courses(found)
    notes = [message("linkage.exploratory"), *(_tested(c) for c in asked),
             message("linkage.periods_note")]  # fmt: skip
    return Exhibit("linkage.periods", SECTION, _course(found, asked, outcome),
                   intervals(outcome, drawn), columns, cells, notes)  # fmt: skip


def _course(found: Sequence[Period], asked: Sequence[Course], outcome: str) -> dict[str, Any]:
    """What the estimates do from the first part of the years to the last, as far as tested."""
    values = {"outcome": outcome, "first": min(p.first for p in found),
              "last": max(p.last for p in found)}  # fmt: skip
    faded = [c for c in asked if c.fades]
    changed = faded or [c for c in asked if c.differs]
    if changed:
        chosen = next((c for c in changed if c.specification == RECOMMENDED), changed[-1])
        return message("linkage.periods_fade" if faded else "linkage.periods_differ", **values,
                       **_ends(chosen))  # fmt: skip
    clear = sum(p.clear for p in found)
    id = "linkage.periods" if asked else "linkage.periods_alone"
    return message(id, **values, clear=clear, of=len(found))


def _ends(course: Course) -> dict[str, Any]:
    """What texts about a first and a last part are filled with."""
    return {
        "level": f"level.{SPECIFICATIONS[course.specification].level}",
        "early": float(course.early.result.score.estimate),
        "late": float(course.late.result.score.estimate),
        "difference": course.difference, "low": course.conf_low, "high": course.conf_high,
        "p": course.p_adjusted,
    }  # fmt: skip


def _tested(course: Course) -> dict[str, Any]:
    """One specification's difference of last and first part, with what the test says."""
    state = "fades" if course.fades else "changes" if course.differs else "steady"
    return message(f"linkage.course_{state}", **_ends(course))


def _explored(id: str, rows: Sequence[LinkageResult]) -> dict[str, Any]:
    clear = sum((r.p_adjusted or 0) < CLEAR for r in rows)
    return message(id if clear else f"{id}_none", clear=clear, of=len(rows))


def intervals(outcome: str | None, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """A chart of estimates with their intervals, in percentage points per score point."""
    x = message("axis.per_point", outcome=outcome) if outcome else message("axis.per_point_any")
    return {"kind": "intervals", "x": x, "format": "pp", "rows": rows}


def _row(result: LinkageResult, label: Text, group: Text | None) -> dict[str, Any]:
    row = result.score
    low, high = float(row.conf_low), float(row.conf_high)
    return {
        "label": label, "group": group, "estimate": float(row.estimate),
        "conf_low": low if abs(low) < float("inf") else None,
        "conf_high": high if abs(high) < float("inf") else None,
        "n": result.entities, "highlight": result.role == "primary",
    }  # fmt: skip


def _cells(result: LinkageResult, columns: Sequence[Column] = _COLUMNS) -> dict[str, Any]:
    keep = {c.id for c in columns}
    row = result.as_row() | {
        "specification": message(f"term.{_name(result)}"),
        "correction": message(f"column.correction_{result.spec.correction}"),
        "vcov": message(f"inference.kind_{result.kind.lower()}"),
    }
    return {k: v for k, v in row.items() if k in keep}


def _order(result: LinkageResult) -> tuple[int, bool, int]:
    spec = result.spec
    return -spec.lag, spec.correction != "none", list(SPECIFICATIONS).index(spec.specification)


def _group(result: LinkageResult) -> Text:
    lag = message(f"term.lag{result.spec.lag}")
    if result.spec.correction == "none":
        return lag
    return message("linkage.group", lag=lag, correction=result.spec.correction)


def _recommended(rows: Sequence[LinkageResult], family: LinkageFamily) -> LinkageResult | None:
    """The estimate most like the primary one, where there is one."""
    alike = [r for r in rows if r.spec.lag == family.primary.lag]
    for kind in (family.primary.correction, "none"):
        for name in (family.primary.specification, RECOMMENDED):
            found = [r for r in alike if _name(r) == name and r.spec.correction == kind]
            if found:
                return found[0]
    return None


def _course_of_ladder(rows: Sequence[LinkageResult], family: LinkageFamily) -> list[dict[str, Any]]:
    """What becomes of the raw comparison once something is held fixed; and all signs counted."""
    lag = family.primary.lag
    plain = {_name(r): r for r in rows if r.spec.correction == "none" and r.spec.lag == lag}
    told = []
    if "pooled" in plain:
        names = ("pooled", "sub-industry-and-year-with-size", "company-and-year")
        ladder = [plain[n] for n in names if n in plain]
        which = "".join("+" if r.score.conf_low > 0 else "-" if r.score.conf_high < 0 else "0"
                        for r in ladder)  # fmt: skip
        if len(ladder) == len(names) and which[0] == "0" and which[1:] in ("++", "--"):
            values = {n: float(r.score.estimate) for n, r in zip("abc", ladder, strict=True)}
            told.append(message("linkage.held_back", outcome=rows[0].spec.outcome, **values))
    up = sum(r.score.estimate > 0 for r in rows)
    if max(up, len(rows) - up) == len(rows) and len(rows) > 1:
        clear = sum(r.clear for r in rows)
        sign = "sign.higher" if up else "sign.lower"
        told.append(message("linkage.throughout", of=len(rows), clear=clear, sign=sign))
    return told


def _others_clear(rows: Sequence[LinkageResult]) -> list[dict[str, Any]]:
    """How many of the adjusted comparisons stay clear, the raw ones among them named as such."""
    adjusted = [r for r in rows if r.p_adjusted is not None]
    clear = [r for r in adjusted if (r.p_adjusted or 0) < CLEAR]
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
