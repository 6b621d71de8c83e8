"""results.json: deterministic text, and faults named with the place where they stand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cxkit.errors import InfrastructureError
from cxkit.reports.results import ResultsError, dumps, load, validate
from tests.reports.sample import PRIMARY, sample, save

Change = Callable[[dict[str, Any]], Any]


def put(path: str, value: Any) -> Change:
    """A change that sets the value at a path such as `exhibits.0.kind`."""

    def change(results: dict[str, Any]) -> None:
        *steps, last = [int(s) if s.isdigit() else s for s in path.split(".")]
        here: Any = results
        for step in steps:
            here = here[step]
        here[last] = value

    return change


def drop(path: str) -> Change:
    def change(results: dict[str, Any]) -> None:
        *steps, last = [int(s) if s.isdigit() else s for s in path.split(".")]
        here: Any = results
        for step in steps:
            here = here[step]
        del here[last]

    return change


FAULTS: list[tuple[Change, str]] = [
    (put("estimates.3.estimate", float("nan")), "estimates[3].estimate: nan is not a number JSON"),
    (put("exhibits.0.chart.rows.1.value", float("inf")), "exhibits[0].chart.rows[1].value: inf"),
    (put("profiles", {"verdict": "clusters"}), "profiles.verdict: input should be 'structure', "),
    (put("estimates.0.role", "main"), "estimates[0].role: input should be 'primary', "),
    (put("estimates.0.specification", "fixed"), "estimates[0].specification: "),
    (put("estimates.0.correction", "deming"), "estimates[0].correction: "),
    (put("exhibits.0.grade", "E"), "exhibits[0].grade: "),
    (put("sections.1.status", "ok"), "sections[1].status: "),
    (put("findings.0.severity", "fatal"), "findings[0].severity: "),
    (put("checks.0.passed", "yes"), "checks[0].passed: input should be a valid boolean"),
    (drop("exhibits.2.headline"), "exhibits[2].headline: field required"),
    (drop("exhibits.2.chart.bins"), "exhibits[2].chart.bins: field required"),
    (drop("exhibits.0.chart.rows.0.value"), "exhibits[0].chart.rows[0].value: field required"),
    (drop("answer"), "answer: field required"),
    (put("exhibits.0.chart.rows.0.colour", "red"), "exhibits[0].chart.rows[0].colour: extra"),
    (put("exhibits.0.chart.kind", "pie"), "exhibits[0].chart: "),
    (put("exhibits.0.kind", "dots"), 'exhibits[0]: kind is "dots", the chart\'s is "bars"'),
    (put("exhibits.0.id", "../x"), "exhibits[0].id: string should match"),
    (put("exhibits.0.figure", "../../x.svg"), "exhibits[0].figure: string should match"),
    (put("exhibits.1.id", "quality.industries"), 'exhibits[1].id: "quality.industries" is already'),
    (put("estimates.2.id", PRIMARY), "estimates[3].id: "),
    (put("sections.1.id", "01_data_quality"), 'sections[1].id: "01_data_quality" is already'),
    (put("exhibits.0.section", "09_none"), 'exhibits[0].section: no section "09_none"'),
    (put("primary", "linkage.none"), 'primary: no estimate "linkage.none"'),
    (put("language", "xx"), 'language: reports in "xx" are not written yet'),
    (put("exhibits.0.message.id", "no.such"), 'exhibits[0].message.id: no text "no.such" in'),
    (put("exhibits.0.chart.format", "percent"), "exhibits[0].chart.format: "),
    (put("exhibits.0.table.columns.1.format", "pcd"), 'did you mean "pct"?'),
    (put("exhibits.0.table.columns.1.id", "label"), 'columns[1].id: "label" is already'),
    (put("schema_version", 2), "schema_version: input should be 1"),
    (put("client", "../acme"), "client: string should match"),
]  # fmt: skip


def test_the_sample_is_sound() -> None:
    validate(sample())


@pytest.mark.parametrize(("change", "said"), FAULTS, ids=[said for _, said in FAULTS])
def test_faults_are_named_with_their_place(change: Change, said: str) -> None:
    results = sample()
    change(results)
    with pytest.raises(ResultsError) as caught:
        validate(results)
    assert said in str(caught.value)
    assert isinstance(caught.value, InfrastructureError)


def test_every_problem_is_gathered() -> None:
    results = sample()
    for change, _ in FAULTS[2:9]:
        change(results)
    with pytest.raises(ResultsError) as caught:
        validate(results)
    assert len(caught.value.problems) == 7


def test_further_keys_are_kept() -> None:
    results = sample()
    results["estimates"][0]["reliability"] = 0.7
    results["later"] = {"x": 1}
    validate(results)


def test_text_is_the_same_every_time_and_reads_back() -> None:
    text = dumps(sample())
    assert text == dumps(sample())
    assert json.loads(text) == sample()
    assert text.endswith("}\n")


def test_numbers_keep_full_precision_and_numpy_s_become_plain() -> None:
    value = 0.1 + 0.2
    assert json.loads(dumps({"a": value, "b": np.int64(3), "c": np.float64(value)})) == {
        "a": value,
        "b": 3,
        "c": value,
    }


def test_nan_is_refused_with_its_place() -> None:
    with pytest.raises(ResultsError, match=r"maturity\[1\]\.index: nan"):
        dumps({"maturity": [{"index": 1.0}, {"index": float("nan")}]})


def test_load_reads_a_folder_or_a_file(tmp_path: Path) -> None:
    folder = save(tmp_path, sample())
    assert load(folder) == load(folder / "results.json") == sample()


@pytest.mark.parametrize("content", ["", "{", '{"a": NaN}', "[]"])
def test_broken_files_are_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "results.json").write_text(content, encoding="utf-8")
    with pytest.raises(ResultsError, match=r"results(\.json)?: "):
        load(tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match=r"results\.json: "):
        load(tmp_path)
