"""A run is published whole; whatever fails, the report before it stays, and nothing is left."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from cxkit.errors import ConfigError, ContractError, CxkitError, InfrastructureError
from cxkit.runs import runner
from cxkit.runs.lock import locked
from cxkit.runs.publish import Site
from cxkit.runs.runner import run_client
from tests.runs.books import children, make_notebook, results_of


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def edit(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def manifest_of(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "manifest.json").read_text(encoding="utf-8")))


def test_a_run_is_whole(home: Path) -> None:
    said: list[str] = []
    outcome = run_client("tiny", say=said.append)
    folder = outcome.folder
    assert folder == home / "outputs" / "tiny" / "2024-12-31"
    assert outcome.report.is_file()
    assert outcome.sections == {"02_first": "done", "03_second": "done"}
    results = results_of(folder)
    assert results["excluded"] == [{"reason": "lag 1", "rows": 1, "section": "03_second"}]
    assert results["tables"][0]["name"] == "companies.csv"
    assert [line.split("  ")[:2] for line in said if "done in" in line] != []
    manifest = manifest_of(folder)
    actual = digests(folder)
    actual.pop("manifest.json")
    assert manifest["outputs"] == actual
    assert manifest["parameters"]["03_second"] == {
        "client": "tiny", "as_of": "2024-12-31", "lag": 1, "seed": 7,
    }  # fmt: skip
    assert manifest["seed"] == 7
    site = Site(home / "outputs", "tiny", "2024-12-31")
    assert sorted(path.name for path in site.runs.iterdir()) == ["0001"]
    assert not site.lock.exists()


def test_same_inputs_same_bytes_and_no_path(home: Path, published: Path) -> None:
    make = make_notebook
    make(
        home / "notebooks" / "03_second.ipynb",
        "import sys, warnings\nwarnings.warn('look here')",
        "print(os.getcwd(), sys.prefix, context['staging'], object(), client)",
    )
    first = run_client("tiny").folder.resolve()
    second = run_client("tiny").folder.resolve()
    assert first != second
    before, after = digests(first), digests(second)
    assert before.pop("manifest.json") != after.pop("manifest.json")
    assert before == after
    one, two = manifest_of(first), manifest_of(second)
    assert one.pop("clock") != {} != two.pop("clock")
    assert one == two
    for path in second.rglob("*"):
        if path.is_file():
            content = path.read_text(encoding="utf-8")
            assert str(home) not in content
            assert str(Path.home()) + "/" not in content


def test_skipped_for_want_of_a_table(home: Path) -> None:
    make_notebook(home / "notebooks" / "04_third.ipynb", needs=[["pnl", "metrics"], ["events"]])
    outcome = run_client("tiny")
    assert outcome.sections["04_third"] == "skipped"
    assert outcome.skipped["04_third"] == {
        "id": "runs.skipped_needs", "values": {"tables": "pnl or metrics, events"},
    }  # fmt: skip


FAULTS = {
    "exception": "x = 1 / 0",
    "exit": "import sys; sys.exit(0)",
    "os_exit": "os._exit(0)",
    "killed": "import signal; os.kill(os.getpid(), signal.SIGKILL)",
    "token": "fragment['token'] = 'x'",
    "shape": "fragment['exhibits'].append({'id': 'no exhibit'})",
    "two_primary": "fragment['estimates'] = [{'id': 'a', 'role': 'primary'}, "
    "{'id': 'b', 'role': 'primary'}]",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_failing_notebook_leaves_the_published_run(
    home: Path, published: Path, fault: str
) -> None:
    before = digests(published)
    make_notebook(home / "notebooks" / "03_second.ipynb", FAULTS[fault])
    with pytest.raises(CxkitError) as caught:
        run_client("tiny")
    assert caught.value.exit_code == 5
    if fault not in ("shape", "two_primary"):
        assert "03_second.ipynb stopped" in str(caught.value)
    assert caught.value.__notes__ == [runner.UNCHANGED]
    _undisturbed(home, published, before)


def test_a_missing_save_leaves_the_published_run(home: Path, published: Path) -> None:
    before = digests(published)
    make_notebook(home / "notebooks" / "03_second.ipynb", save=False)
    with pytest.raises(CxkitError, match="ended without run"):
        run_client("tiny")
    _undisturbed(home, published, before)
    failed = home / "outputs" / "tiny" / ".runs" / "2024-12-31" / "failed"
    assert [path.name for path in failed.iterdir()] == ["03_second.ipynb"]


@pytest.mark.parametrize("error", [KeyError("chart"), OSError(28, "No space left on device")])
def test_a_failing_report_leaves_the_published_run(
    home: Path, published: Path, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = digests(published)

    def fail(folder: Path) -> list[str]:
        (folder / "report.html").write_text("half")
        raise error

    monkeypatch.setattr(runner, "write_report", fail)
    with pytest.raises((KeyError, InfrastructureError)):
        run_client("tiny")
    _undisturbed(home, published, before)


def test_an_interrupt_leaves_the_published_run(
    home: Path, published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = digests(published)
    make_notebook(home / "notebooks" / "03_second.ipynb", "import time; time.sleep(600)")

    def interrupt(futures: object, **_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(runner, "wait", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run_client("tiny")
    _undisturbed(home, published, before)


def test_an_unknown_parameter_stops_before_any_kernel(home: Path, published: Path) -> None:
    before = digests(published)
    client = home / "data" / "clients" / "tiny" / "client.yml"
    edit(client, "currency: USD", "currency: USD\nparameters: {3: {lagg: 1}}")
    with pytest.raises(ConfigError, match='did you mean "lag"'):
        run_client("tiny")
    _undisturbed(home, published, before)
    edit(client, "\nparameters: {3: {lagg: 1}}", "")
    with pytest.raises(ConfigError, match="not declare"):
        run_client("tiny", overrides=["03.lag\nimport os=1"])
    for name, place in [
        ("client", "run the client you mean"),
        ("as_of", "set as_of in client.yml"),
    ]:
        with pytest.raises(ConfigError, match=f"comes from the client folder; {place}"):
            run_client("tiny", overrides=[f"03.{name}=2020-12-31"])


def test_parameters_from_client_and_command_line(home: Path) -> None:
    client = home / "data" / "clients" / "tiny" / "client.yml"
    edit(client, "currency: USD", 'currency: USD\nparameters: {"03": {lag: 4}}')
    assert results_of(run_client("tiny").folder)["excluded"][0]["rows"] == 4
    folder = run_client("tiny", overrides=["second.lag=5"]).folder
    assert results_of(folder)["excluded"][0]["rows"] == 5


def test_refused_data(home: Path, published: Path) -> None:
    before = digests(published)
    edit(home / "data" / "clients" / "tiny" / "scores.csv", "71", "seventy")
    with pytest.raises(ContractError):
        run_client("tiny")
    _undisturbed(home, published, before)


def test_data_that_change_under_way(home: Path, published: Path) -> None:
    before = digests(published)
    scores = home / "data" / "clients" / "tiny" / "scores.csv"
    make_notebook(
        home / "notebooks" / "03_second.ipynb",
        f"path = pathlib.Path({str(scores)!r})\npath.write_text(path.read_text() + '\\n')",
    )
    with pytest.raises(InfrastructureError, match="client files changed while"):
        run_client("tiny")
    _undisturbed(home, published, before)


def test_a_second_run_on_the_folder_ends_with_5(home: Path) -> None:
    site = Site(home / "outputs", "tiny", "2024-12-31")
    with (
        locked(site.lock, print),
        pytest.raises(InfrastructureError, match="another run") as caught,
    ):
        run_client("tiny")
    assert caught.value.exit_code == 5


def test_a_partial_run_keeps_valid_sections(home: Path, published: Path) -> None:
    outcome = run_client("tiny", ["3"], overrides=["03.lag=2"])
    assert outcome.sections == {"02_first": "kept", "03_second": "done"}
    assert results_of(outcome.folder)["excluded"][0]["rows"] == 2
    assert (outcome.folder / "notebooks" / "02_first.ipynb").is_file()
    # kept again: what it rests on is handed on
    assert run_client("tiny", ["03"]).sections == {"02_first": "kept", "03_second": "done"}


def test_a_partial_run_marks_stale_sections(home: Path, published: Path) -> None:
    edit(home / "data" / "clients" / "tiny" / "scores.csv", "71", "72")
    outcome = run_client("tiny", ["02"])
    assert outcome.sections == {"02_first": "done", "03_second": "stale"}
    reason = results_of(outcome.folder)["sections"][1]["reason"]
    assert reason == {"id": "runs.stale", "values": {"changed": "data"}}
    assert run_client("tiny", ["02"]).sections["03_second"] == "stale"
    assert run_client("tiny").sections == {"02_first": "done", "03_second": "done"}


def test_a_partial_run_without_an_earlier_one(home: Path) -> None:
    outcome = run_client("tiny", ["first"])
    assert outcome.sections == {"02_first": "done", "03_second": "skipped"}
    with pytest.raises(ConfigError, match="no notebook"):
        run_client("tiny", ["09"])


def test_out_and_keep(home: Path, tmp_path: Path) -> None:
    for _ in range(3):
        outcome = run_client(str(home / "data" / "clients" / "tiny"), out=tmp_path / "o", keep=2)
    assert outcome.folder == tmp_path / "o" / "tiny" / "2024-12-31"
    assert len(Site(tmp_path / "o", "tiny", "2024-12-31").kept()) == 2
    assert [path.name for path in (tmp_path / "o").iterdir()] == ["tiny"]
    assert [path.name for path in (home / "outputs").iterdir()] == [".cache"]


def _undisturbed(home: Path, published: Path, before: dict[str, str]) -> None:
    """The published run as it was; no staging folder, lock or kernel left."""
    assert digests(published) == before
    site = Site(home / "outputs", "tiny", "2024-12-31")
    assert {path.name for path in site.runs.iterdir()} <= {"0001", "failed"}
    assert not site.lock.exists()
    if Path("/proc").is_dir():
        assert children() == []
