"""`cxkit benchmark`, and a client of one company that is compared with what it wrote."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxkit.cli import main
from cxkit.contracts import project_root
from cxkit.errors import ConfigError, ContractError
from cxkit.models import intervals, stage_probabilities
from cxkit.models.benchmark_file import dumps, loads
from cxkit.runs import manifest
from cxkit.runs.runner import run_client
from cxkit.runs.session import open_run
from tests.models.companies import write_companies

Capture = pytest.CaptureFixture[str]


def pnl(folder: Path) -> None:
    """Four years of accounts for every company of a client folder."""
    rng = np.random.default_rng(5)
    ids = pd.read_csv(folder / "companies.csv")["company_id"]
    rows = []
    for company in ids:
        revenue = float(rng.uniform(100, 900))
        for year in range(2021, 2025):
            revenue *= 1 + rng.normal(0.05, 0.04)
            rows.append((company, f"{year}-12-31", 12, "EUR", 1_000_000, round(revenue, 1),
                         round(revenue * rng.uniform(0.05, 0.2), 1)))  # fmt: skip
    columns = ["company_id", "period_end", "period_months", "currency", "unit", "revenue",
               "operating_income"]  # fmt: skip
    pd.DataFrame(rows, columns=columns).to_csv(folder / "pnl.csv", index=False)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project with `peers` (50 companies) and its benchmark, and `lone`, one company."""
    root = tmp_path_factory.mktemp("world") / "project"
    shutil.copytree(project_root() / "data" / "instruments", root / "data" / "instruments")
    shutil.copytree(project_root() / "notebooks", root / "notebooks")
    clients = root / "data" / "clients"
    pnl(write_companies(clients / "peers", company="comp-000"))
    pnl(write_companies(clients / "lone", {"Banking": 1}, company="comp-000", pairs=False, seed=3))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CXKIT_ROOT", str(root))
        assert main(["benchmark", "peers", "--id", "peer-group"]) == 0
        yield root


@pytest.fixture
def home(world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that project for one test."""
    root = tmp_path / "project"
    shutil.copytree(world, root, ignore=shutil.ignore_patterns("outputs"))
    monkeypatch.setenv("CXKIT_ROOT", str(root))
    monkeypatch.setattr(manifest, "source_digest", lambda: "0" * 64)  # the kit may be at work
    monkeypatch.chdir(root)
    return root


def file_of(root: Path, id: str = "peer-group") -> Path:
    return root / "data" / "benchmarks" / id / "benchmark.json"


def name_benchmark(root: Path, id: str, client: str = "lone") -> None:
    config = root / "data" / "clients" / client / "client.yml"
    config.write_text(config.read_text() + f"benchmark: {id}\n")


def test_the_command_writes_the_same_bytes_again(home: Path, capsys: Capture) -> None:
    before = file_of(home).read_bytes()
    assert main(["benchmark", "peers", "--id", "peer-group", "--json"]) == 0
    assert file_of(home).read_bytes() == before
    out, err = capsys.readouterr()
    assert json.loads(out)["companies"] == 49
    assert 'Benchmark "peer-group": 49 companies on cx95 version 1' in err
    assert [p.name for p in file_of(home).parent.iterdir()] == ["benchmark.json"]
    made = loads(before, "x")
    assert dumps(made) == before
    assert {row["outcome"] for row in made.linkage} == {"revenue_growth", "operating_margin"}
    assert {len(row["terms"]) for row in made.linkage} == {1, 2}


def test_too_few_companies_are_held_back_with_6(home: Path, capsys: Capture) -> None:
    write_companies(home / "data" / "clients" / "few", {"Retail": 5}, company="comp-000")
    assert main(["benchmark", "few", "--id", "few", "--json"]) == 6
    said = json.loads(capsys.readouterr().out)["error"]
    assert said["kind"] == "DisclosureError"
    assert "4 companies besides the reader's own" in said["message"]
    assert not file_of(home, "few").exists()


@pytest.mark.parametrize("id", ["../out", "Big", "", "a/b"])
def test_an_id_is_a_plain_name(home: Path, id: str, capsys: Capture) -> None:
    assert main(["benchmark", "peers", "--id", id]) == 2
    assert "is not a name" in capsys.readouterr().err


def test_one_company_is_placed_by_a_benchmark(home: Path) -> None:
    name_benchmark(home, "peer-group")
    run = open_run("02_maturity", "lone")
    assert not run.benchmark.own
    scores, instrument = run.scores, run.client.instrument
    found = intervals(scores.table, run.benchmark.error, instrument).iloc[-1]
    assert found["conf_low"] < found["index"] < found["conf_high"]
    assert found["error_source"] == "items"
    chance = stage_probabilities(
        np.array([found["index"]]), np.array([found["sem"]]), instrument, run.benchmark.prior
    )
    assert chance.sum() == pytest.approx(1)
    norms = run.benchmark.norms
    assert norms.place(float(found["index"]), industry="Banking") is not None
    for block in instrument.block_ids:
        assert norms.quartiles(block) is not None
        assert norms.quartiles(block, of="gap") is not None


def test_without_a_benchmark_one_company_has_no_norms(home: Path) -> None:
    run = open_run("02_maturity", "lone")
    assert run.benchmark.own
    assert run.benchmark.norms.quartiles("index") is None
    assert run.benchmark.error.items is None


@pytest.mark.parametrize("named", [True, False])
def test_one_company_gets_a_report(home: Path, named: bool) -> None:
    if named:
        name_benchmark(home, "peer-group")
    outcome = run_client("lone", lanes=1)
    assert outcome.sections["02_maturity"] == "done"
    assert outcome.sections["03_growth_linkage"] in ("done", "skipped")
    read = manifest.load(outcome.folder)["inputs"]["benchmark"]
    assert list(read) == (["benchmark.json"] if named else [])


def test_a_section_is_stale_once_the_benchmark_has_changed(home: Path) -> None:
    name_benchmark(home, "peer-group")
    run_client("lone", lanes=1, notebooks=["01", "02"])
    assert run_client("lone", lanes=1, notebooks=["01"]).sections["02_maturity"] == "kept"
    content = json.loads(file_of(home).read_text())
    content["norms"]["cells"].pop()
    file_of(home).write_text(json.dumps(content))
    outcome = run_client("lone", lanes=1, notebooks=["01"])
    assert outcome.sections["02_maturity"] == "stale"
    (reason,) = [s["reason"] for s in outcome.results["sections"] if s["id"] == "02_maturity"]
    assert "benchmark" in str(reason)


def test_the_client_s_own_file_comes_first(home: Path) -> None:
    name_benchmark(home, "given")
    content = json.loads(file_of(home).read_text()) | {"id": "given"}
    own = home / "data" / "clients" / "lone" / "benchmark.json"
    own.write_text(json.dumps(content))
    run = open_run("02_maturity", "lone")
    assert run.benchmark.id == "given"
    assert "unknown_file" not in set(run.client.findings["kind"])
    own.write_text(file_of(home).read_text())
    with pytest.raises(ConfigError, match=r'names the benchmark "given", but .* is "peer-group"'):
        _ = open_run("02_maturity", "lone").benchmark
    own.unlink()
    own.symlink_to(file_of(home))
    with pytest.raises(ConfigError, match="is a link out of"):
        _ = open_run("02_maturity", "lone").benchmark


def test_an_unknown_benchmark_names_the_nearest(home: Path, capsys: Capture) -> None:
    name_benchmark(home, "peer-groop")
    for command in ("check", "run"):
        assert main([command, "lone"]) == 2
        assert 'did you mean "peer-group"?' in capsys.readouterr().err


def test_another_version_is_refused_with_3(home: Path, capsys: Capture) -> None:
    name_benchmark(home, "peer-group")
    content = json.loads(file_of(home).read_text())
    content["instrument"]["version"] = content["error"]["version"] = 2
    file_of(home).write_text(json.dumps(content))
    sentence = 'The benchmark "peer-group" is of cx95 version 2; lone is on cx95 version 1'
    assert main(["run", "lone"]) == 3
    assert sentence in capsys.readouterr().err
    assert main(["check", "lone", "--json"]) == 3
    found = json.loads(capsys.readouterr().out)["findings"]
    (one,) = [f for f in found if f["kind"] == "benchmark_of_another_instrument"]
    assert one["severity"] == "refuse"
    assert sentence in one["message"]
    with pytest.raises(ContractError, match="do not compare"):
        _ = open_run("02_maturity", "lone").benchmark
