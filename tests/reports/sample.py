"""A realistic `results.json`: three sections, every kind of chart, a skipped and a stale part."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from cxkit.reports import results as results_file
from tests.reports import charts, maturity_charts

MESSAGE = {"id": "report.title", "values": {}}
PRIMARY = "linkage.revenue_growth.company-and-year.lag1"
HEADLINE = (
    "One score point higher goes with +0.46 percentage points of next-year revenue growth, "
    "within companies (+0.10 to +0.82; 220 companies)"
)


def column(id: str, label: str, fmt: str = "text", unit: str = "") -> dict[str, Any]:
    return {"id": id, "label": label, "unit": unit, "format": fmt}


def exhibit(
    id: str, section: str, headline: str, chart: dict[str, Any], **more: Any
) -> dict[str, Any]:
    """An exhibit with its table; `more` replaces any of its keys."""
    drawn = chart["kind"] not in ("box", "table")
    return {
        "id": id,
        "section": section,
        "kind": chart["kind"],
        "message": MESSAGE,
        "headline": headline,
        "note": "Errors clustered by company; outcomes clipped at the 1st and 99th percentile.",
        "source": "scores.csv and pnl.csv, fiscal years 2008 to 2020.",
        "messages": {"note": [], "source": []},
        "grade": "C",
        "chart": chart,
        "table": {"columns": [], "rows": []},
        "figure": f"figures/{id}.svg" if drawn else None,
    } | more


def estimates() -> list[dict[str, Any]]:
    """Two outcomes, two lags, four specifications; the primary among them."""
    names = ("pooled", "industry-and-year", "sub-industry-and-year-with-size", "company-and-year")
    found = []
    for outcome in ("revenue_growth", "net_margin"):
        for lag in (1, 0):
            for i, name in enumerate(names):
                id = f"linkage.{outcome}.{name}.lag{lag}"
                value = 0.0046 - 0.0009 * i * (1 if outcome == "revenue_growth" else -1)
                found.append({
                    "id": id, "role": "primary" if id == PRIMARY else "secondary",
                    "family": "linkage", "outcome": outcome, "lag": lag, "specification": name,
                    "correction": "none", "term": "score", "level": "within", "estimate": value,
                    "std_error": 0.0018, "conf_low": value - 0.0036, "conf_high": value + 0.0036,
                    "p_value": 0.00004 if i == 0 else 0.0123 * i,
                    "p_adjusted": None if id == PRIMARY else 0.09, "nobs": 2833, "entities": 220,
                    "clusters": 220, "vcov": "CR1 by company", "unit": "fraction per score point",
                    "mde": 0.0051, "grade": "BDCC"[i],
                })  # fmt: skip
    return found


def estimate_table() -> dict[str, Any]:
    """Sixteen rows of twelve columns: what is wide on paper."""
    columns = [
        column("outcome", "outcome"), column("lag", "lag, years", "int"),
        column("specification", "held fixed"), column("estimate", "estimate", "pp", "points"),
        column("conf_low", "95 % from", "pp", "points"), column("conf_high", "to", "pp", "points"),
        column("p_value", "p", "p"), column("p_adjusted", "p, adjusted (Holm)", "p"),
        column("mde", "detectable from", "pp", "points"), column("entities", "companies", "int"),
        column("nobs", "rows", "int"), column("grade", "grade"),
    ]  # fmt: skip
    ids = [c["id"] for c in columns]
    return {"columns": columns, "rows": [{id: row[id] for id in ids} for row in estimates()]}


def rows_table(count: int) -> dict[str, Any]:
    """A long table of mixed kinds with missing values."""
    columns = [
        column("label", "industry"), column("value", "median growth", "pct"),
        column("n", "companies", "int"), column("p", "p", "p"), column("as_of", "reported", "date"),
    ]  # fmt: skip
    chart = charts.bars(count=count)
    rows = [
        {
            "label": row["label"],
            "value": row["value"],
            "n": row["n"],
            "p": None if i % 4 == 3 else 0.0007 * i**2,
            "as_of": "2020-12-31",
        }
        for i, row in enumerate(chart["rows"])
    ]
    return {"columns": columns, "rows": rows}


def exhibits() -> list[dict[str, Any]]:
    """Exhibits of every kind in three sections."""
    quality, maturity, linkage = "01_data_quality", "02_maturity", "03_growth_linkage"
    clear = "Median growth lies between +6.0 and −1.2 percent a year across seven industries"
    blocks = (
        "Technology and channels is the strongest block (71 against a median of 60), "
        "strategy and leadership the weakest"
    )
    unclear = "Net margin does not differ clearly with the score in any of 8 comparisons"
    return [
        exhibit("quality.industries", quality, clear, charts.bars(count=30), grade=None,
                table=rows_table(30)),
        exhibit("quality.tables", quality, "Three tables on 220 companies were read",
                {"kind": "table"}, grade=None, table=rows_table(12)),
        exhibit("maturity.distribution", maturity,
                "Northwind scores 41 of 95 points, above 27 % of 308 companies", charts.histogram(),
                grade="D"),
        exhibit("maturity.blocks", maturity, blocks, charts.dots(), grade="D",
                table=rows_table(6)),
        exhibit("maturity.gaps", maturity, "Not shown: importance and performance by block",
                {"kind": "box", "reason": "Importance was not asked."}, grade=None,
                note="", source=""),
        *more_exhibits(maturity),
        exhibit("linkage.estimates", linkage, HEADLINE, charts.intervals(), grade="B",
                table=estimate_table()),
        exhibit("linkage.binned", linkage,
                "Score and growth correlate at 0.101 over 2,833 company-years", charts.binned(),
                grade="C", table=rows_table(12)),
        exhibit("linkage.trend", linkage, unclear, charts.lines(), grade="A"),
    ]  # fmt: skip


def more_exhibits(section: str) -> list[dict[str, Any]]:
    """One exhibit of every kind that no other section of the sample draws."""
    headlines = {
        "ladder": "Northwind is at stage 3 with a probability of 79 %",
        "gaps": "What matters most and is done worst: the strategy names the experience we promise",
        "map": "Customer data and analytics matter much and are done badly",
        "heatmap": "Executives see 11 of 19 items more favourably than staff do",
        "panels": "One block of six has risen and one has fallen by more than the error",
        "control": "The net promoter score gave two signals in 36 months",
        "radar": "Two blocks of six lie above the median",
        "bridge": "Ten points more are associated with +2.15 million EUR of operating income",
    }
    drawn = maturity_charts.usual()
    return [
        exhibit(f"maturity.kind-{kind}", section, headline, drawn[kind], grade="D")
        for kind, headline in headlines.items()
    ]


def sample() -> dict[str, Any]:
    """The results of one run, fresh each time."""
    reasons = [
        ("no accounts for the following fiscal year", 311), ("growth over a gap", 12),
        ("a merger in the year", 9), ("period is not twelve months long", 1),
    ]  # fmt: skip
    excluded = [
        {"reason": reason, "rows": rows + lag, "outcome": "revenue_growth", "lag": lag,
         "section": "03_growth_linkage"} for lag in (1, 0) for reason, rows in reasons
    ]  # fmt: skip
    sure = [
        "The 95 % interval runs from +0.10 to +0.82 percentage points per score point; "
        "2,833 company-years of 220 companies.",
        "This sample would find a true difference of +0.51 or more in 80 % of cases "
        "(a correlation of 0.19).",
        "Grade B: within companies, lagged, error in the score dealt with, every check passed.",
    ]
    return copy.deepcopy({
        "schema_version": 1,
        "client": "northwind",
        "as_of": "2020-12-31",
        "language": "en",
        "title": "Northwind and its market",
        "company": "00123",
        "instrument": {"id": "cx95", "version": 1, "title": "Customer experience maturity"},
        "primary": PRIMARY,
        "answer": {"message": MESSAGE, "headline": HEADLINE, "sure": sure, "sure_text": sure,
                   "grade": "B"},
        "sections": [
            {"id": "01_data_quality", "title": "Can these files carry an analysis?",
             "status": "done", "reason": None},
            {"id": "02_maturity", "title": "Where does the company stand?", "status": "stale",
             "reason": "assessments.csv has changed."},
            {"id": "03_growth_linkage", "title": "Does the score travel with growth?",
             "status": "done", "reason": None},
            {"id": "04_profiles", "title": "Which kinds of company are there?",
             "status": "skipped", "reason": "It needs assessments, which the client has not sent."},
        ],
        "estimates": estimates(),
        "profiles": None,
        "checks": [
            {"id": "leave_one_industry_out", "passed": True, "section": "03_growth_linkage",
             "summary": "Leaving out one industry at a time keeps the sign (+0.31 to +0.52)."},
            {"id": "placebo_lead", "passed": None, "section": "03_growth_linkage",
             "summary": "The lead placebo could not have failed: it detects +0.9 points."},
            {"id": "reverse", "passed": False, "section": "03_growth_linkage",
             "summary": "Last year's growth goes with this year's score (+0.2 to +0.6)."},
        ],
        "exhibits": exhibits(),
        "excluded": [*excluded, {"reason": "linkage.net_margin.between: 9 companies; 20 are needed",
                                 "rows": 0, "section": "03_growth_linkage"}],
        "parameters": [
            {"section": "03_growth_linkage", "name": "outcome", "value": "revenue_growth"},
            {"section": "03_growth_linkage", "name": "clip_low", "value": 0.01},
            {"section": "03_growth_linkage", "name": "seed", "value": 20240131},
        ],
        "tables": [{"name": f"{name}.csv", "rows": rows, "sha256": f"{rows:064x}"}
                   for name, rows in (("companies", 308), ("pnl", 2833), ("scores", 1204))],
        "findings": [
            {"file": "pnl.csv", "kind": "after_as_of", "severity": "set_aside", "rows": 14,
             "message": "period_end lies after the last day of the data"},
            {"file": "companies.csv", "kind": "unknown_column", "severity": "warn", "rows": 1,
             "message": 'column "ticker" is not part of the contract and is not used'},
        ],
    })  # fmt: skip


def save(folder: Path, results: dict[str, Any]) -> Path:
    """Results as `results.json` in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(results_file.dumps(results), encoding="utf-8")
    return folder
