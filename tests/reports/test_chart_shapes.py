"""Charts in results.json: sound ones pass, wrong fields are named with their place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import pytest

from cxkit import plots
from cxkit.reports.charts import Kind
from cxkit.reports.results import ResultsError, validate
from tests.reports import charts, maturity_charts
from tests.reports.sample import exhibit, sample

Change = Callable[[dict[str, Any]], Any]
USUAL = {**charts.usual(), **maturity_charts.usual()}

FAULTS: list[tuple[str, Change, str]] = [
    ("ladder", lambda c: c["steps"][0].pop("value"), "chart.steps[0].value: field required"),
    ("ladder", lambda c: c["steps"][0].update(value=79.3),
     "chart.steps[0]: value error, value 79.3 is no fraction between 0 and 1"),
    ("ladder", lambda c: c["steps"][1].update({"from": 38}),
     "chart.steps[1]: value error, from 38 is not below 38"),
    ("ladder", lambda c: c["marker"].update(lower=1), "chart.marker.lower: extra inputs"),
    ("dots", lambda c: c["rows"][0].update(low=1), "chart.rows[0].low: extra inputs"),
    ("dots", lambda c: c.update(minimum=100, maximum=0),
     "chart: value error, minimum 100 is not below maximum 0"),
    ("gaps", lambda c: c["rows"][2].pop("gap"), "chart.rows[2].gap: field required"),
    ("gaps", lambda c: c["rows"][2].update(rank_low=1.5), "chart.rows[2].rank_low: input should"),
    ("map", lambda c: c["points"][0].update(y="high"), "chart.points[0].y: input should be"),
    ("map", lambda c: c["cross"].pop("x"), "chart.cross.x: field required"),
    ("heatmap", lambda c: c["rows"][3]["values"].pop(),
     "chart: value error, rows[3] has 3 values for 4 columns"),
    ("panels", lambda c: c["panels"][0]["points"][0].update(changed="rise"),
     "chart.panels[0].points[0].changed: input should be 'up' or 'down'"),
    ("panels", lambda c: c["panels"][1]["reference"][2].update(x="2023"),
     "chart.panels: value error, panels[1].reference[2].x is no number, which the format year"),
    ("control", lambda c: c["points"][5].update(x="June 2020"),
     "chart: value error, points[5].x is no date such as 2024-12-31"),
    ("control", lambda c: c["points"][5].pop("center"), "chart.points[5].center: field required"),
    ("control", lambda c: c["ewma"][0].update(center=1), "chart.ewma[0].center: extra inputs"),
    ("bridge", lambda c: c["rows"][1].update(role="rise"),
     "chart.rows[1].role: input should be 'start', 'change' or 'end'"),
    ("bridge", lambda c: c["rows"].reverse(),
     "chart: value error, rows are not one start, changes and one end, in this order"),
    ("bridge", lambda c: c["rows"][1].update(value=2.0),
     "chart: value error, start and changes add up to 44.53, not 43.45"),
    ("bridge", lambda c: c["rows"][0].pop("value"), "chart.rows[0].value: field required"),
    ("radar", lambda c: c.update(format="number"), "chart.format: value error, unknown number"),
]  # fmt: skip


def results_of(chart: dict[str, Any]) -> dict[str, Any]:
    """The sample with one exhibit, that of the chart."""
    results = sample()
    results["exhibits"] = [exhibit("x.y", "02_maturity", "A finding", chart)]
    return results


def test_the_sample_holds_every_kind() -> None:
    assert {e["kind"] for e in sample()["exhibits"]} == set(get_args(Kind))
    assert set(plots.DRAWN) | set(plots.UNDRAWN) == set(get_args(Kind))


@pytest.mark.parametrize("chart", [*USUAL.values(), *maturity_charts.nasty().values()])
def test_sound_charts_pass(chart: dict[str, Any]) -> None:
    validate(results_of(chart))


@pytest.mark.parametrize(("kind", "change", "said"), FAULTS, ids=[said for *_, said in FAULTS])
def test_a_wrong_field_is_named_with_its_place(kind: str, change: Change, said: str) -> None:
    results = results_of({**charts.usual(), **maturity_charts.usual()}[kind])
    change(results["exhibits"][0]["chart"])
    with pytest.raises(ResultsError) as caught:
        validate(results)
    assert f"exhibits[0].{said}" in str(caught.value)
