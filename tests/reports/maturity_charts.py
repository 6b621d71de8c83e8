"""Charts of the kinds that the maturity section asks for: usual ones and awkward ones."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from tests.reports.charts import HOSTILE, LONG, UNBROKEN

RUSSIAN = "Управление клиентским опытом: стратегия, ответственность высшего руководства и бюджет"
POLISH = "Zarządzanie doświadczeniami klientów: odpowiedzialność kierownictwa najwyższego szczebla"
CHINESE = "客户体验管理的战略与领导力：最高管理层的责任、预算以及对客户关系的长期投入"
NASTY = [LONG, UNBROKEN, HOSTILE, "", "x", LONG * 3, RUSSIAN, POLISH, CHINESE, CHINESE * 3]
BLOCKS = [
    "Strategy and leadership", "Processes and management", "Metrics and evaluation",
    "Customer data and analytics", "Technology and channels", "People and culture",
]  # fmt: skip
ITEMS = [
    "The strategy names the experience we promise", "A member of the board answers for it",
    "Budgets follow what customers value", "Leaders meet customers every quarter",
    "Journeys are mapped and owned", "Processes are redesigned from the customer's side",
    "Complaints lead to changes", "Service standards are kept in every channel",
    "Satisfaction is measured after every contact", "Metrics are tied to pay",
    "Results are shared with all staff", "Return on investment is estimated",
    "Customer data are held in one place", "Feedback is analysed every week",
    "Needs are predicted, not only recorded", "Channels share one view of the customer",
    "Digital service equals service in person", "Staff may solve problems on the spot",
    "New staff are hired for empathy",
]  # fmt: skip
STAGES = ["Acquaintance", "Attempts", "System", "Integration", "Advantage"]


def ladder(names: list[str] | None = None) -> dict[str, Any]:
    """Five stages with their probabilities, and the company's index with its interval."""
    edges = [6, 19, 38, 57, 76, 95]
    values = [0.0, 0.184, 0.793, 0.023, 0.0]
    steps = [
        {"label": name, "from": edges[i], "below": edges[i + 1], "value": values[i],
         "highlight": i == 2}
        for i, name in enumerate(names or [f"{i}. {n}" for i, n in enumerate(STAGES, 1)])
    ]  # fmt: skip
    marker = {"value": 43.0, "conf_low": 35.1, "conf_high": 50.9, "label": "Northwind: 43 of 95"}
    x = "Maturity index, points of 6-95"
    return {"kind": "ladder", "x": x, "format": "num", "steps": steps, "marker": marker}


def dots_intervals() -> dict[str, Any]:
    """Own block scores with their intervals, two of them at the ends of the scale."""
    values = [0.0, 47.0, 58.0, None, 66.0, 100.0]
    rows = [
        {
            "label": label,
            "value": value,
            "conf_low": None if value is None else max(0.0, value - 9),
            "conf_high": None if value is None else min(100.0, value + 9),
            "q25": 30.0 + 5 * i,
            "median": 44.0 + 4 * i,
            "q75": 55.0 + 4 * i,
            "n": 220,
        }
        for i, (label, value) in enumerate(zip(BLOCKS, values, strict=True))
    ]
    chart = {"kind": "dots", "x": "Block score, points of 0-100", "format": "num"}
    return {**chart, "minimum": 0, "maximum": 100, "rows": rows}


def gaps(labels: list[str] | None = None) -> dict[str, Any]:
    """From the widest gap down to negative ones; the sixth is a tie, the eighth was not asked."""
    labels = labels or ITEMS
    step = 44 / max(1, len(labels) - 1)
    rows = []
    for i, label in enumerate(labels):
        gap = 0.0 if i == 5 else 34.0 - step * i
        done = min(100.0, 38.0 + 7 * (i % 7))
        wanted = min(100.0, done + gap)
        missing = i == 7
        rows.append({
            "label": label, "group": None,
            "importance": None if missing else wanted, "performance": done,
            "gap": None if missing else wanted - done,
            "conf_low": None if missing else wanted - done - 6.2,
            "conf_high": None if missing else wanted - done + 6.2,
            "rank_low": None if missing else max(1, i - 1),
            "rank_high": None if missing else i + 1 + (i > 0), "n": 212 - i,
        })  # fmt: skip
    chart = {"kind": "gaps", "x": "Importance and performance, points of 0-100", "format": "num"}
    return {**chart, "minimum": 0, "maximum": 100, "rows": rows}


def map_(labels: list[str] | None = None, groups: bool = True) -> dict[str, Any]:
    """Importance against performance; the second point stands out."""
    labels = labels or BLOCKS
    points = [
        {
            "x": 35.0 + (37 * i) % 50 + 3 * math.sin(i),
            "y": 52.0 + (23 * i) % 41 + 2 * math.cos(3 * i),
            "label": label,
            "group": BLOCKS[i * 6 // len(labels)] if groups and len(labels) > 6 else None,
            "highlight": i == 1,
        }
        for i, label in enumerate(labels)
    ]
    chart = {"kind": "map", "x": "Performance, points of 0-100", "x_format": "num"}
    y = {"y": "Importance, points of 0-100", "y_format": "num"}
    return {**chart, **y, "points": points, "cross": {"x": 58.0, "y": 71.0}}


def heatmap(rows: list[str] | None = None, columns: list[str] | None = None) -> dict[str, Any]:
    """Items by role, in blocks; some were not answered."""
    labels, roles = rows or ITEMS, columns or ["Executives", "Managers", "Staff", "Assessor"]
    found = [
        {
            "label": label,
            "group": BLOCKS[i * 6 // len(labels)],
            "values": [
                None if (i + 3 * j) % 17 == 5 else float((31 * i + 47 * j) % 101)
                for j in range(len(roles))
            ],
        }
        for i, label in enumerate(labels)
    ]
    chart = {"kind": "heatmap", "format": "num", "columns": roles, "rows": found}
    return {**chart, "minimum": 0, "maximum": 100}


def panels(titles: list[str] | None = None, waves: int = 4) -> dict[str, Any]:
    """Blocks over waves; one rose, one fell, one has a wave missing, one was never measured."""
    found = []
    for i, title in enumerate(titles or BLOCKS):
        points = []
        for wave in range(waves):
            y = 40.0 + 4 * i + (i - 2) * 2.5 * wave
            missing = i == 3 or (i == 4 and wave == 1)
            changed = {0: "down", 5: "up"}.get(i) if wave == waves - 1 else None
            points.append({
                "x": 2021 + wave, "y": None if missing else y,
                "conf_low": None if missing else y - 6, "conf_high": None if missing else y + 6,
                "changed": changed,
            })  # fmt: skip
        reference = [{"x": 2021 + wave, "y": 48.0 + i + wave} for wave in range(waves)]
        found.append({"title": title, "points": points, "reference": reference})
    chart = {"kind": "panels", "x": "Wave", "y": "Block score, points of 0-100"}
    return {**chart, "x_format": "year", "y_format": "num", "panels": found}


def months(count: int) -> list[str]:
    """The last day of each month from January 2020."""
    firsts = [dt.date(2020 + (i + 1) // 12, (i + 1) % 12 + 1, 1) for i in range(count)]
    return [(first - dt.timedelta(days=1)).isoformat() for first in firsts]


def control(count: int = 36, ewma: bool = True) -> dict[str, Any]:
    """Monthly NPS with a new phase at two thirds, two rules broken, one month missing."""
    turn = 2 * count // 3
    points, smooth, level = [], [], 31.0
    for i, day in enumerate(months(count)):
        center = 31.0 if i < turn else 36.5
        y = None if i == 8 else center + 2.4 * math.sin(2.1 * i) + (9.5 if i == 15 else 0)
        level = level if y is None else 0.8 * level + 0.2 * y
        signal = {15: "beyond_3", turn - 1: "eight_on_one_side"}.get(i)
        points.append({
            "x": day, "y": y, "center": center, "lower": center - 7.6, "upper": center + 7.6,
            "signal": signal, "phase": int(i >= turn),
        })  # fmt: skip
        smooth.append({"x": day, "y": level, "lower": 28.6, "upper": 33.4})
    chart = {"kind": "control", "x": "Month", "y": "Net promoter score, points"}
    formats = {"x_format": "date", "y_format": "num"}
    return {**chart, **formats, "points": points, "ewma": smooth if ewma else None}


def shares(count: int = 24) -> dict[str, Any]:
    """Quarterly churn with limits that follow the number of customers."""
    points = []
    for i, day in enumerate(months(3 * count)[2::3]):
        half = 3 * math.sqrt(0.04 * 0.96 / (300 + 211 * (i % 5)))
        points.append({
            "x": day, "y": 0.04 + 0.011 * math.sin(1.7 * i) + (0.05 if i == 20 else 0),
            "center": 0.04, "lower": max(0.0, 0.04 - half), "upper": 0.04 + half,
            "signal": "beyond_3" if i == 20 else None, "phase": 0,
        })  # fmt: skip
    chart = {"kind": "control", "x": "Quarter", "y": "Churn, share of customers"}
    return {**chart, "x_format": "date", "y_format": "pct", "points": points, "ewma": None}


def radar(labels: list[str] | None = None) -> dict[str, Any]:
    """Blocks; the fourth was not measured."""
    rows = [
        {
            "label": label,
            "value": None if i == 3 else 28.0 + (37 * i) % 60,
            "median": 44.0 + (11 * i) % 25,
        }
        for i, label in enumerate(labels or BLOCKS)
    ]
    return {"kind": "radar", "format": "num", "minimum": 0, "maximum": 100, "rows": rows}


def usual() -> dict[str, dict[str, Any]]:
    """One ordinary chart of each kind."""
    found = (ladder(), gaps(), map_(), heatmap(), panels(), control(), radar(), bridge())
    return {chart["kind"]: chart for chart in found}


def nasty() -> dict[str, dict[str, Any]]:
    """Long, unbroken, hostile and foreign labels; one row, very many, none with a value."""
    many = [f"{ITEMS[i % 19]} ({i + 1})" for i in range(60)]
    return {**_rows(many), **_fields(many), **_over_time(many), **nasty_bridges()}


def _rows(many: list[str]) -> dict[str, dict[str, Any]]:
    bare = {**ladder(), "marker": None, "heading": "companies"}
    opened = ladder()
    opened["steps"][0]["from"] = opened["steps"][-1]["below"] = None
    flipped = gaps(BLOCKS)
    for row in flipped["rows"]:
        row.update(importance=row["performance"], performance=row["importance"], gap=-12.345)
    plain = gaps(BLOCKS[:1])
    for key in ("conf_low", "conf_high", "rank_low", "rank_high", "n"):
        plain["rows"][0][key] = None
    ends = gaps(BLOCKS)
    for i, row in enumerate(ends["rows"]):
        row.update(importance=100.0 * (i % 2), performance=100.0 * (i // 2 % 2))
    wide = {**gaps(NASTY), "format": "pct", "minimum": None, "maximum": None}
    return {
        "ladder-long": ladder([RUSSIAN, LONG, UNBROKEN, HOSTILE, CHINESE]),
        "ladder-bare": bare,
        "ladder-open": opened,
        "ladder-one": {**ladder(["x"]), "marker": {**ladder()["marker"], "label": LONG * 2}},
        "ladder-none": _without(ladder(), "steps", "value"),
        "dots-intervals": dots_intervals(),
        "dots-beyond": {**dots_intervals(), "minimum": 20, "maximum": 80},
        "gaps-long": gaps(NASTY),
        "gaps-sixty": gaps(many),
        "gaps-one": plain,
        "gaps-none": _without(gaps(BLOCKS), "rows", "importance", "performance", "gap"),
        "gaps-flipped": flipped,
        "gaps-ends": ends,
        "gaps-wide": wide,
        "gaps-groups": {
            **gaps(),
            "rows": [{**r, "group": BLOCKS[i // 4]} for i, r in enumerate(gaps()["rows"])],
        },
        "radar-long": radar(NASTY),
        "radar-nineteen": radar(ITEMS),
        "radar-sixty": radar(many),
        "radar-one": radar(["x"]),
        "radar-two": radar(BLOCKS[:2]),
        "radar-three": {**radar(BLOCKS[:3]), "minimum": None, "maximum": None},
        "radar-none": _without(radar(), "rows", "value", "median"),
        "radar-no-own": _without(radar(), "rows", "value"),
    }


def _fields(many: list[str]) -> dict[str, dict[str, Any]]:
    tied = map_(ITEMS)
    for point in tied["points"][3:9]:
        point.update(x=50.0, y=70.0)
    crowd = map_([f"Company {i}" for i in range(200)], groups=False)
    years = [str(2000 + i) for i in range(40)]
    signed = {**heatmap(BLOCKS), "format": "points", "minimum": -40, "maximum": 40}
    for row in signed["rows"]:
        row["values"] = [None if v is None else (v - 50) * 0.8 for v in row["values"]]
    return {
        "map-items": map_(ITEMS),
        "map-tied": tied,
        "map-long": map_(NASTY),
        "map-sixty": map_(many),
        "map-two-hundred": crowd,
        "map-one": {**map_([LONG]), "cross": None},
        "map-none": _without(map_(), "points", "x"),
        "map-groups": {
            **map_(ITEMS),
            "points": [{**p, "group": NASTY[i % 10]} for i, p in enumerate(map_(ITEMS)["points"])],
        },
        "heatmap-long": heatmap(NASTY, NASTY),
        "heatmap-years": heatmap(BLOCKS, years),
        "heatmap-signed": signed,
        "heatmap-sixty": heatmap(many),
        "heatmap-one": heatmap(["x"], ["y"]),
        "heatmap-flat": {**heatmap(["x"], ["y"]), "minimum": None, "maximum": None},
        "heatmap-none": heatmap_none(),
        "heatmap-huge": {
            **heatmap(BLOCKS),
            "format": "int",
            "minimum": None,
            "maximum": None,
            "rows": [{**r, "values": [1e9, 2.5e9, None, 12]} for r in heatmap(BLOCKS)["rows"]],
        },
    }


def _over_time(many: list[str]) -> dict[str, dict[str, Any]]:
    dated = panels()
    dated["x_format"] = "date"
    for panel in dated["panels"]:
        for point in [*panel["points"], *panel["reference"]]:
            point["x"] = f"{point['x']}-12-31"
    nameless = {k: v for k, v in panels(BLOCKS[:4]).items() if k not in ("x", "y")}
    single = control(1)
    single["ewma"] = None
    flat = control(12)
    for point in flat["points"]:
        point.update(y=5.0, center=5.0, lower=5.0, upper=5.0)
    bare = control(20, ewma=False)
    for point in bare["points"]:
        point.update(center=None, lower=None, upper=None, signal=None)
    strange = control(40)
    for i, point in enumerate(strange["points"]):
        point.update(signal=f"rule_{i}_{LONG}" if i % 5 == 0 else None, phase=i // 3)
    gone = control(36)
    gone["points"] = [p for i, p in enumerate(gone["points"]) if not 10 <= i < 20]
    return {
        "panels-long": panels(NASTY),
        "panels-sixty": panels(many, waves=2),
        "panels-one": panels(["x"], waves=1),
        "panels-dates": dated,
        "panels-nameless": nameless,
        "panels-none": _no_points(panels()),
        "control-p": shares(),
        "control-two-hundred": control(200),
        "control-one": single,
        "control-flat": flat,
        "control-bare": bare,
        "control-strange": {**strange, "x": LONG * 2, "y": RUSSIAN * 3},
        "control-gone": gone,
        "control-none": _without(control(), "points", "y"),
    }


def bridge(labels: list[str] | None = None) -> dict[str, Any]:
    """From one operating income to the next: clear and unclear changes, one very wide."""
    labels = labels or [
        "Operating income of the last year", "More revenue, at today's margin",
        "Cost of revenue, through its share of revenue", "Selling, general and administrative",
        "Research and development", "Other lines", "Operating income after the step",
    ]  # fmt: skip
    numbers = [
        ("start", 41.3, None, None), ("change", 0.92, 0.11, 1.73), ("change", 1.84, -0.6, 4.28),
        ("change", -0.41, -0.7, -0.12), ("change", 0.0, None, None), ("change", -0.2, -19.0, 18.6),
        ("end", 43.45, 41.9, 45.0),
    ]  # fmt: skip
    rows = [
        {"label": label, "role": role, "value": v, "conf_low": low, "conf_high": high,
         "highlight": role == "end"}
        for label, (role, v, low, high) in zip(labels, numbers, strict=False)
    ]  # fmt: skip
    return {"kind": "bridge", "x": "Operating income, million EUR", "format": "num", "rows": rows}


def nasty_bridges() -> dict[str, dict[str, Any]]:
    """Long labels, a loss that becomes a profit, huge and equal numbers, a missing change."""
    crossing = bridge()
    for row, value in zip(crossing["rows"], (-4.0, 9.0, 1.0, -2.0, 0.0, 0.5, 4.5), strict=True):
        row.update(value=value, conf_low=None, conf_high=None)
    huge = bridge()
    for row in huge["rows"]:
        row.update({k: row[k] and row[k] * 1e9 for k in ("value", "conf_low", "conf_high")})
    still = bridge()
    for row in still["rows"]:
        still_value = 0.0 if row["role"] == "change" else 5.0
        row.update(value=still_value, conf_low=None, conf_high=None)
    gap = bridge()
    gap["rows"][2].update(value=None, conf_low=None, conf_high=None)
    ends = {**bridge(), "rows": [bridge()["rows"][0], bridge()["rows"][-1]]}
    for row in ends["rows"]:
        row.update(value=41.3, conf_low=None, conf_high=None)
    return {
        "bridge-long": bridge([LONG * 3, UNBROKEN, HOSTILE, RUSSIAN, CHINESE * 3, "", POLISH]),
        "bridge-crossing": crossing,
        "bridge-huge": huge,
        "bridge-still": still,
        "bridge-gap": gap,
        "bridge-ends": ends,
        "bridge-none": _without(bridge(), "rows", "value", "conf_low", "conf_high"),
    }


def heatmap_none() -> dict[str, Any]:
    """A heatmap without a single number."""
    rows = [{**row, "values": [None] * len(row["values"])} for row in heatmap()["rows"]]
    return {**heatmap(), "rows": rows}


def _without(chart: dict[str, Any], name: str, *keys: str) -> dict[str, Any]:
    return {**chart, name: [{**one, **dict.fromkeys(keys)} for one in chart[name]]}


def _no_points(chart: dict[str, Any]) -> dict[str, Any]:
    bare = [
        {**p, "points": [{**q, "y": None} for q in p["points"]], "reference": []}
        for p in chart["panels"]
    ]
    return {**chart, "panels": bare}
