"""Exhibits of quality control: each sentence is that of its data, and says how much is chance."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxkit.contracts import read_client
from cxkit.display import has_text, text
from cxkit.exhibits import control, control_wording
from cxkit.exhibits.base import Exhibit
from cxkit.exhibits.control_wording import CHANCE, finding
from cxkit.measures.metrics import metric_series
from cxkit.models.quality_control import MetricChart, chart_metric, in_control_run_length
from cxkit.models.run_lengths import rules_run_length
from cxkit.models.run_rules import RULE_SETS, WESTERN_ELECTRIC
from cxkit.reports.charts import Control
from cxkit.simulate import simulate
from tests.contracts.folders import write_client
from tests.measures.metric_cases import metric_client, rows, steady

QUIET = steady(41)  # nothing in it signals


def only(place: Path, values: np.ndarray, n: int | None = None, events: str = "") -> Exhibit:
    (exhibit,) = control.charts(
        metric_client(place, rows("nps", values.tolist(), n), events)
    ).exhibits
    return exhibit


def charted(place: Path, values: np.ndarray, n: int | None = None) -> MetricChart:
    (series,) = metric_series(metric_client(place, rows("nps", values.tolist(), n)))
    chart = chart_metric(series)
    assert chart is not None
    return chart


def test_a_quiet_metric_is_said_to_be_quiet(tmp_path: Path) -> None:
    found = only(tmp_path, QUIET)
    assert found.summary.startswith("NPS stayed within its limits of ")
    assert found.summary.endswith("none of 48 values from 2020-01 to 2023-12 signals a change")
    assert [row["values"] for row in found.rows] == [48]
    assert all(point["signal"] is None for point in found.chart["points"])


def test_a_value_out_of_its_limits_is_named_with_them(tmp_path: Path) -> None:
    values = QUIET.copy()
    values[39] = 41.0
    found = only(tmp_path, values)
    (row,) = [row for row in found.rows if text(row["rule"]) == "beyond the limits"]
    low, high = found.chart["points"][39]["lower"], found.chart["points"][39]["upper"]
    assert found.summary.startswith(
        f"NPS left its limits in 2023-04: 41.0 against {low:.1f} to {high:.1f}"
    )
    assert (row["date"], row["value"]) == ("2023-04-30", 41.0)
    assert found.chart["points"][39]["signal"] == "beyond_3"


def test_a_shift_is_dated_and_sized(tmp_path: Path) -> None:
    values = QUIET + np.where(np.arange(48) >= 30, 4.0, 0.0)
    chart = charted(tmp_path, values)
    shift = chart.shifts.iloc[-1]
    assert abs(int(shift["begun"]) - 30) <= 2
    assert shift["ongoing"]
    assert shift["level"] - shift["center"] == pytest.approx(4.0, abs=1.0)
    assert chart.chance < CHANCE
    said = only(tmp_path / "again", values).summary
    assert f"since {chart.series.day(int(shift['begun']))} it averages" in said


def test_a_shift_that_ended_is_said_to_have_ended(tmp_path: Path) -> None:
    at = np.arange(60)
    values = steady(43, 60) + np.where((at >= 25) & (at < 37), 3.6, 0.0)
    assert "it averaged" in only(tmp_path, values).summary


def unchanged(place: Path, months: int) -> Iterator[MetricChart]:
    """Charts of a hundred series in which nothing changes."""
    (series,) = metric_series(metric_client(place, rows("nps", [1.0] * months)))
    for seed in range(100):
        table = series.table.assign(value=steady(seed + 500, months))
        chart = chart_metric(replace(series, table=table))
        assert chart is not None
        yield chart


def test_what_chance_shows_as_often_is_not_called_a_change(tmp_path: Path) -> None:
    """Over unchanged series, hardly more headlines claim a change than the 5 % that they may."""
    claims = 0
    for chart in unchanged(tmp_path, 36):
        claimed = len(chart.signals) > 0 and chart.chance <= CHANCE
        headline = text(finding(chart))
        assert ("signal as often" in headline) == (len(chart.signals) > 0 and not claimed)
        claims += claimed
    assert claims <= 10


def test_the_stated_share_of_false_alarms_is_what_unchanged_series_do(tmp_path: Path) -> None:
    made = list(unchanged(tmp_path, 48))
    stated = {chart.false_share for chart in made if not chart.tied}
    assert len(stated) == 1
    found = np.mean([len(chart.signals) > 0 for chart in made])
    assert found == pytest.approx(stated.pop(), abs=0.13)


def test_measured_run_lengths_are_those_of_theory() -> None:
    for name in ("limits", "western-electric"):
        theory = rules_run_length(RULE_SETS[name])
        assert in_control_run_length("p", name) == pytest.approx(theory, rel=0.08)
    both = in_control_run_length("individuals", "western-electric")
    assert both < rules_run_length(WESTERN_ELECTRIC)


def test_shares_of_cases_get_a_p_chart(tmp_path: Path) -> None:
    shares = np.random.default_rng(5).binomial(400, 0.3, 40) / 400
    found = only(tmp_path, shares, n=400)
    assert (found.chart["y_format"], found.chart["ewma"]) == ("pct", None)
    assert found.chart["points"][0]["upper"] - found.chart["points"][0]["center"] == pytest.approx(
        3 * np.sqrt(0.3 * 0.7 / 400), rel=0.05
    )
    assert "binomial" in found.sample_line
    number = only(tmp_path / "number", shares)
    assert number.chart["ewma"] is not None


def test_a_share_that_varies_more_than_its_cases_says_so(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    shares = rng.binomial(9000, rng.normal(0.3, 0.02, 40)) / 9000
    found = only(tmp_path, shares, n=9000)
    assert "times as much as the number of cases explains" in found.sample_line


def test_phases_are_told_with_their_centres(tmp_path: Path) -> None:
    values = np.concatenate([steady(3, 24), steady(41, 24) + 10, steady(4, 5)])
    found = only(tmp_path, values, events="a1,2022-01-01,method\na1,2024-01-01,rollout\n")
    points = found.chart["points"]
    assert [p["phase"] for p in points] == [1] * 24 + [2] * 24 + [3] * 5
    assert points[23]["center"] != points[24]["center"]
    assert points[48]["center"] is None
    assert len(found.chart["ewma"]) == 48
    for words in ("2022-01-31 (change of method): its centre is", "2024-01-31 (rollout).",
                  "The phase from 2024-01-31 has fewer than 10 values and no limits."):  # fmt: skip
        assert words in found.sample_line


def test_what_could_mislead_is_said(tmp_path: Path) -> None:
    rng = np.random.default_rng(9)
    walk = np.cumsum(rng.standard_normal(48))
    assert "Neighbouring values go together" in only(tmp_path / "a", walk).sample_line
    assert "Neighbouring" not in only(tmp_path / "b", QUIET).sample_line
    few = rng.binomial(100, 0.02, 40) / 100
    assert "fewer than five expected cases" in only(tmp_path / "c", few, n=100).sample_line
    lines = rows("nps", QUIET.tolist()).splitlines(keepends=True)
    (gap,) = control.charts(
        metric_client(tmp_path / "d", "".join(lines[:20] + lines[24:]))
    ).exhibits
    assert "One interval between values is longer than usual" in gap.sample_line


@pytest.mark.parametrize(
    ("text_", "company", "reason"),
    [
        (None, "a1", "No operating metrics were sent"),
        (rows("nps", [1.0, 2.0], company="b2"), "a1", "has sent no operating metrics"),
        (rows("nps", [1.0, 2.0]), "", "names no company"),
        (rows("ces", [1e300, -1e300] * 9), "a1", "CES: some values are too large"),
        (rows("nps", steady(1, 9).tolist()), "a1", "NPS: at most 9 values in one phase"),
    ],
)
def test_without_a_chart_there_is_a_box_with_its_reason(
    text_: str | None, company: str, reason: str, tmp_path: Path
) -> None:
    if text_ is None:
        client = read_client(str(write_client(tmp_path)))
    else:
        client = metric_client(tmp_path, text_, company=company)
    for found in (control.overview(client), *control.charts(client).exhibits):
        assert found.chart["kind"] == "box"
        assert reason in text(found.chart["reason"])


def test_the_overview_counts_what_signals_and_what_would(tmp_path: Path) -> None:
    shifted = QUIET + np.where(np.arange(48) >= 30, 6.0, 0.0)
    client = metric_client(
        tmp_path,
        rows("nps", shifted.tolist()) + rows("ces", QUIET.tolist()) + rows("new", [1.0] * 4),
    )
    found = control.overview(client)
    expected = sum(
        charted(tmp_path / str(k), values).false_share for k, values in enumerate((shifted, QUIET))
    )
    assert found.summary.startswith("A clear change shows in 1 of 2 operating metrics; ")
    assert found.message["values"]["expected"] == pytest.approx(expected)
    assert [text(row["metric"]) for row in found.rows] == ["NPS", "CES", "new"]
    assert "new: at most 4 values in one phase" in found.sample_line


def test_names_of_metrics_make_no_paths_and_stay_apart(tmp_path: Path) -> None:
    names = ["../../etc", "..", "é", "a b", "a-b", "overview", "<b>"]
    client = metric_client(tmp_path, "".join(rows(n, QUIET.tolist()) for n in names))
    ids = [found.id for found in control.charts(client).exhibits]
    assert len(set(ids)) == len(names)
    assert all(set(id) <= set("abcdefghijklmnopqrstuvwxyz0123456789.-") for id in ids)
    assert "control.overview" not in ids
    assert not any(".." in id for id in ids)


def test_a_chart_fits_the_results_and_its_signals_have_words(tmp_path: Path) -> None:
    walk = np.cumsum(np.random.default_rng(2).standard_normal(60))
    client = metric_client(tmp_path, rows("nps", walk.tolist()))
    for name in RULE_SETS:
        (found,) = control.charts(client, rules=name).exhibits
        Control.model_validate(json.loads(json.dumps(found.chart)))
        assert all(has_text(f"control.rule.{rule.id}") for rule in RULE_SETS[name])
        assert has_text(f"control.note_{name}")
        assert found.as_row()["figure"] == "figures/control.nps.svg"
        assert str(found) == str(control.charts(client, rules=name).exhibits[0])


def test_the_shift_planted_in_the_shipped_client_is_found(tmp_path: Path) -> None:
    world = simulate(companies=60)
    world.write(tmp_path / "simulated")
    client = read_client(str(tmp_path / "simulated"))
    (planted,) = [shift for shift in world.planted["metrics"] if "shift" in shift]
    assert planted["company_id"] == world.reader
    chart = chart_metric(metric_series(client)[0])
    assert chart is not None
    shift = chart.shifts.iloc[-1]
    assert abs((shift["since"] - pd.Timestamp(planted["from"])).days) <= 95
    assert shift["ongoing"]
    assert chart.chance < CHANCE
    kinds = [one.chart["kind"] for one in control.charts(client).exhibits]
    assert kinds == ["control"] * 3


def drifting(seed: int, n: int = 48, tie: float = 0.6) -> np.ndarray:
    """Values around a mean that never changes, each leaning on the one before it."""
    values = np.random.default_rng(seed).standard_normal(n + 50)
    for t in range(1, n + 50):
        values[t] += tie * values[t - 1]
    return 32 + 2 * values[50:]


def test_values_that_lean_on_their_neighbours_are_no_change(tmp_path: Path) -> None:
    """Against independent series .87 of these would be called a clear change."""
    clear = [control_wording.clear(charted(tmp_path / str(s), drifting(s))) for s in range(20)]
    assert np.mean(clear) <= 0.25


def test_a_lasting_shift_is_no_tie_between_neighbours(tmp_path: Path) -> None:
    clear, tied = [], []
    for seed in range(12):
        values = steady(seed)
        values[24:] += 4.0
        chart = charted(tmp_path / str(seed), values)
        tied.append(chart.tied)
        clear.append(control_wording.clear(chart))
    assert np.mean(tied) > 0.8  # as far as the plain autocorrelation can tell
    assert np.mean(clear) > 0.8
