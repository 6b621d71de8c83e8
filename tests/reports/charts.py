"""Charts of every kind, usual ones and ones with labels and numbers that ask for trouble."""

from __future__ import annotations

from typing import Any

LONG = "Sub-industry and year with size, weighted, after mergers and disposals went (2010-2024)"
UNBROKEN = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverordnung"
HOSTILE = (
    '<script>alert(1)</script> {{7*7}} $x^2_{y}$ \u202etxt.exe\u202c a\x00b\x1b[31m & "q" ]]> -->'
)


def intervals(labels: list[str] | None = None) -> dict[str, Any]:
    """Estimates in two groups: one missing, one without interval, one extremely wide."""
    labels = labels or [
        "Pooled", "Industry and year", "Sub-industry and year, with size", "Company and year",
        "Split halves", "Second rater", "Banks only",
    ]  # fmt: skip
    numbers = [
        (0.0041, 0.0012, 0.0070), (0.0033, 0.0004, 0.0062), (0.0021, -0.0009, 0.0051),
        (0.0046, 0.0010, 0.0082), (None, None, None), (0.0030, None, None),
        (0.0052, -0.0911, 0.1015),
    ]  # fmt: skip
    rows = [
        {
            "label": label,
            "group": "Same year" if i < 3 else "Next year, errors in the score dealt with",
            "estimate": e,
            "conf_low": low,
            "conf_high": high,
            "n": 2833 - 311 * i,
            "highlight": i == 3,
        }
        for i, (label, (e, low, high)) in enumerate(zip(labels, numbers, strict=False))
    ]
    x = "Difference in revenue growth per score point, percentage points"
    return {"kind": "intervals", "x": x, "format": "pp", "rows": rows}


def binned(long: bool = False) -> dict[str, Any]:
    """Twelve points and a line; one bin has no interval."""
    points = [
        {
            "x": 41.0 + 3 * i,
            "y": 0.011 + 0.0021 * i + (0.006 if i % 3 else -0.005),
            "conf_low": None if i == 4 else -0.002 + 0.0021 * i,
            "conf_high": None if i == 4 else 0.03 + 0.0021 * i,
            "n": 236,
        }
        for i in range(12)
    ]
    line = {"x_from": 41.0, "y_from": 0.012, "x_to": 74.0, "y_to": 0.036}
    y = LONG * 2 if long else "Revenue growth in the following fiscal year"
    x = LONG * 3 if long else "Satisfaction score, points of 0-100 (company and year means removed)"
    chart = {"kind": "binned", "x": x, "y": y, "x_format": "num", "y_format": "pct"}
    return {**chart, "points": points, "line": line}


def bars(labels: list[str] | None = None, count: int = 7) -> dict[str, Any]:
    """Values of both signs, one missing, one highlighted."""
    names = ["Airlines", "Banks", "Grocery", "Hotels", "Insurance", "Telecoms", "Utilities"]
    labels = labels or [names[i % 7] + (f" {i // 7 + 1}" if i >= 7 else "") for i in range(count)]
    rows = [
        {
            "label": label,
            "value": None if i == 5 else 0.06 - 0.012 * i,
            "highlight": i == 2,
            "n": None if i == 1 else 12345 - 17 * i,
        }
        for i, label in enumerate(labels)
    ]
    return {"kind": "bars", "x": "Median revenue growth", "format": "pct", "rows": rows}


def dots(labels: list[str] | None = None) -> dict[str, Any]:
    """Own value against the others by block; one block was not measured."""
    labels = labels or [
        "Strategy and leadership", "Processes and management", "Metrics and evaluation",
        "Customer data and analytics", "Technology and channels", "People and culture",
    ]  # fmt: skip
    rows = [
        {
            "label": label,
            "value": None if i == 3 else 35.0 + 9 * i,
            "q25": 30.0 + 5 * i,
            "median": 44.0 + 4 * i,
            "q75": 55.0 + 4 * i,
            "n": 220,
        }
        for i, label in enumerate(labels)
    ]
    chart = {"kind": "dots", "x": "Block score, points of 0-100", "format": "num"}
    return {**chart, "minimum": 0, "maximum": 100, "rows": rows}


def histogram(names: list[str] | None = None) -> dict[str, Any]:
    """Companies by index, over five bands of which the last has no upper end."""
    names = names or ["Acquaintance", "Attempts", "System", "Integration", "Advantage"]
    edges = [6, 19, 38, 57, 76, None]
    bands = [
        {"from": edges[i], "below": edges[i + 1], "label": name} for i, name in enumerate(names)
    ]
    heights = (3, 11, 34, 61, 72, 55, 41, 22, 9)
    bins = [{"from": 5.0 + 10 * i, "below": 15.0 + 10 * i, "n": n} for i, n in enumerate(heights)]
    marker = {"value": 41.0, "label": "Northwind: 41 of 95, stage 3"}
    x = "Maturity index, points of 6-95"
    chart = {"kind": "histogram", "x": x, "y": "Companies", "format": "num"}
    return {**chart, "bins": bins, "bands": bands, "marker": marker}


def lines(labels: list[str] | None = None, fmt: str = "year") -> dict[str, Any]:
    """Series over years with a gap; their ends lie close together."""
    labels = labels or ["All companies", "Stage 4 and above", "Stage 2 and below"]
    series = [
        {
            "label": label,
            "points": [
                {
                    "x": f"{year}-12-31" if fmt == "date" else year,
                    "y": None if year == 2014 and i == 1 else 0.03 + 0.001 * i + 0.004 * (year % 4),
                    "conf_low": None if i else 0.02 + 0.004 * (year % 4),
                    "conf_high": None if i else 0.04 + 0.004 * (year % 4),
                    "n": 210,
                }
                for year in range(2008, 2021)
            ],
        }
        for i, label in enumerate(labels)
    ]
    chart = {"kind": "lines", "x": "Fiscal year", "y": "Median revenue growth", "x_format": fmt}
    return {**chart, "y_format": "pct", "series": series}


def usual() -> dict[str, dict[str, Any]]:
    """One ordinary chart of each kind."""
    found = (intervals(), binned(), bars(), dots(), histogram(), lines())
    return {chart["kind"]: chart for chart in found}


def nasty() -> dict[str, dict[str, Any]]:
    """Charts with labels that are long, unbroken or hostile, and awkward numbers."""
    words = [LONG, UNBROKEN, HOSTILE, "", "x", LONG * 3, "客户体验 " * 9]
    words = [w for w in words if "客" not in w]
    flat = intervals()
    for row in flat["rows"]:
        row.update(estimate=0.0, conf_low=0.0, conf_high=0.0)
    empty = {**bars(), "rows": [{"label": "none", "value": None, "highlight": False, "n": None}]}
    huge = {**bars(), "format": "int", "x": LONG * 4}
    huge["rows"] = [{**row, "value": (row["value"] or 0) * 1e11} for row in huge["rows"]]
    return {
        "intervals-long": intervals(words),
        "intervals-flat": flat,
        "intervals-none": {**intervals(), "rows": []},
        "binned-long": binned(long=True),
        "binned-empty": {**binned(), "points": [], "line": None},
        "bars-long": bars(words),
        "bars-thirty": bars(count=30),
        "bars-empty": empty,
        "bars-huge": huge,
        "dots-long": dots(words),
        "dots-no-own": {
            **dots(),
            "rows": [{**row, "value": None} for row in dots()["rows"]],
            "minimum": None,
            "maximum": None,
        },
        "histogram-long": histogram([LONG, UNBROKEN, HOSTILE, "x", LONG]),
        "histogram-bare": {**histogram(), "bands": [], "marker": None},
        "lines-long": lines([*words, LONG, "Another", "And another", "The tenth"]),
        "lines-dates": lines(fmt="date"),
        "lines-one-point": {
            **lines(),
            "series": [{"label": LONG, "points": lines()["series"][0]["points"][:1]}],
        },
        "lines-empty": {**lines(), "series": []},
    }
