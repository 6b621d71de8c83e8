"""Both shipped clients run end to end; their figures are pinned: a change is a changelog line."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from cxkit.models.specifications import BASIC
from cxkit.reports.results import load
from cxkit.runs.demo import make_simulated
from cxkit.runs.runner import run_client

CLIENTS = ["service-brands", "simulated"]
PRIMARY = {
    "service-brands": (0.0078385, 19, 144),
    "simulated": (0.00086426, 1327, 5641),
}


@pytest.fixture(scope="module", params=CLIENTS)
def run(request: pytest.FixtureRequest, project: Path, tmp_path_factory: Any) -> tuple[str, Path]:
    """The published folder of one client's run."""
    make_simulated(project, print)
    outcome = run_client(request.param, out=tmp_path_factory.mktemp("out"))
    return request.param, Path(outcome.folder)


def primary(folder: Path) -> dict[str, Any]:
    results = load(folder / "results.json")
    return next(e for e in results["estimates"] if e["id"] == results["primary"])


def test_the_primary_estimate_is_pinned(run: tuple[str, Path]) -> None:
    name, folder = run
    estimate, companies, rows = PRIMARY[name]
    found = primary(folder)
    assert found["estimate"] == pytest.approx(estimate, rel=1e-4)
    assert (found["entities"], found["nobs"]) == (companies, rows)


def test_nothing_that_reads_like_a_failure_is_in_what_was_made(run: tuple[str, Path]) -> None:
    _, folder = run
    page = (folder / "report.html").read_text(encoding="utf-8")
    words = re.sub(r"base64,\S+", "", page)
    assert not re.search(r"Traceback|Warning\b|\bnan\b|\bNone\b(?!\.)", words)
    for path in sorted((folder / "notebooks").glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            for output in cell.get("outputs", []):
                assert output.output_type not in ("error", "stream"), output


def test_the_four_plain_specifications_stand_at_both_lags(run: tuple[str, Path]) -> None:
    _, folder = run
    results = load(folder / "results.json")
    outcomes = {e["outcome"] for e in results["estimates"]}
    plain = {(e["outcome"], e["lag"], e["specification"]) for e in results["estimates"]
             if e["correction"] == "none"}  # fmt: skip
    assert {(o, lag, s) for o in outcomes for lag in (0, 1) for s in BASIC} <= plain


def test_nothing_by_company_leaves_in_results(run: tuple[str, Path], project: Path) -> None:
    """No id or name of a company but the reader's own stands in results.json or the report."""
    _, folder = run
    results = load(folder / "results.json")
    analysis = json.loads((folder / "analysis.json").read_text(encoding="utf-8"))
    ids = {row["company_id"] for row in analysis["maturity"]} - {results["company"]}
    assert len(ids) > 20
    words = set(re.findall(r"[\w-]+", (folder / "results.json").read_text(encoding="utf-8")))
    assert ids & words == set()


def test_the_simulated_estimate_holds_the_truth_and_the_report_says_so(
    run: tuple[str, Path], project: Path
) -> None:
    """Error in the score is corrected; the raw estimate beside it lies below the truth."""
    name, folder = run
    if name != "simulated":
        pytest.skip("only the simulated client has a known truth")
    truth = json.loads((project / "data" / "truth" / "simulated.json").read_text(encoding="utf-8"))
    planted = truth["effects_per_point"]["revenue_growth"]
    found = primary(folder)
    assert (found["specification"], found["lag"]) == ("company-and-year", 1)
    assert found["correction"] == "split-halves"
    assert found["conf_low"] < planted < found["conf_high"]
    assert abs(found["estimate"] - planted) < 0.5 * found["std_error"]
    results = load(folder / "results.json")
    raw = next(e for e in results["estimates"]
               if e["id"] == "linkage.revenue_growth.company-and-year.lag1")  # fmt: skip
    assert 0 < raw["estimate"] < 0.8 * planted
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "holds it in its interval" in page


def test_a_small_sample_is_told_what_it_cannot_see(run: tuple[str, Path]) -> None:
    name, folder = run
    if name != "service-brands":
        pytest.skip("the simulated client is large")
    found, results = primary(folder), load(folder / "results.json")
    assert (found["correction"], found["vcov"]) == ("none", "wild by company")
    assert "is not detectable here" in results["answer"]["headline"]


def test_the_same_inputs_give_the_same_bytes(run: tuple[str, Path], tmp_path: Path) -> None:
    name, folder = run
    again = Path(run_client(name, out=tmp_path).folder)
    files = sorted(p.relative_to(folder) for p in folder.rglob("*") if p.is_file())
    assert files == sorted(p.relative_to(again) for p in again.rglob("*") if p.is_file())
    different = [
        str(f)
        for f in files
        if f.name != "manifest.json" and (folder / f).read_bytes() != (again / f).read_bytes()
    ]
    assert different == []
