"""Words and exit codes: messages on standard error, results on standard output."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cxkit import __version__
from cxkit.cli import main
from cxkit.runs import findings
from tests.runs.books import kernels, make_notebook, results_of

Capture = pytest.CaptureFixture[str]
LINUX = pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at processes in /proc")


def test_help_and_version_need_no_scientific_stack() -> None:
    code = (
        "import sys\nfrom cxkit.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'pandas', 'numpy', 'matplotlib', 'papermill', 'pydantic'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for command in ("demo", "check", "run", "doctor"):
        assert f"\n    {command} " in done.stdout


def test_version(capsys: Capture) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert __version__ in capsys.readouterr().out


@pytest.mark.parametrize("words", [[], ["nonsense"], ["run"], ["run", "x", "--keep", "0"]])
def test_usage_is_2(words: list[str], capsys: Capture) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert capsys.readouterr().out == ""


def test_run_prints_the_report(home: Path, capsys: Capture) -> None:
    assert main(["run", "tiny", "--notebooks", "02"]) == 0
    shown = capsys.readouterr()
    assert Path(shown.out.strip()) == home / "outputs/tiny/2024-12-31/report.html"
    assert "tiny  02_first  done in" in shown.err
    assert "tiny  03_second  skipped: " in shown.err


def test_run_for_machines(home: Path, capsys: Capture, tmp_path: Path) -> None:
    words = ["run", "tiny", "--json", "--out", str(tmp_path / "o"), "-p", "03.lag=2"]
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["sections"] == {"02_first": "done", "03_second": "done"}
    assert results_of(Path(told["folder"]))["excluded"][0]["rows"] == 2


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["run", "nobody"], 2, "nobody"),
        (["run", "tiny", "-p", "lag=1"], 2, "write NOTEBOOK.NAME=VALUE"),
        (["run", "tiny", "-p", "03.lag=one"], 2, "expected a whole number"),
        (["run", "tiny", "-p", "03.lgg=1"], 2, 'did you mean "lag"'),
        (["run", "tiny", "--notebooks", "frst"], 2, 'did you mean "first"'),
        (["check", "nobody"], 2, "nobody"),
    ],
)
def test_configuration_is_2(
    home: Path, capsys: Capture, words: list[str], code: int, says: str
) -> None:
    assert main(words) == code
    shown = capsys.readouterr()
    assert says in shown.err
    assert shown.out == ""
    assert "Traceback" not in shown.err


def test_check(home: Path, capsys: Capture) -> None:
    assert main(["check", "tiny"]) == 0
    assert "nothing is refused" in capsys.readouterr().err
    scores = home / "data" / "clients" / "tiny" / "scores.csv"
    scores.write_text(scores.read_text(encoding="utf-8").replace("71", "7\x1b[31m1"))
    assert main(["check", "tiny"]) == 3
    shown = capsys.readouterr()
    assert "Refused (1)\n" in shown.out
    assert "scores.csv" in shown.out
    assert "\x1b" not in shown.out
    assert main(["check", "tiny", "--json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert told["client"] == told["folder"] == "tiny"
    assert [set(row) for row in told["findings"]] == [set(findings.COLUMNS)]
    assert told["findings"][0]["row"] == 2
    assert main(["run", "tiny"]) == 3
    capsys.readouterr()
    assert main(["run", "tiny", "--json"]) == 3
    error = json.loads(capsys.readouterr().out)["error"]
    assert (error["code"], error["kind"]) == (3, "ContractError")
    assert error["findings"] == told["findings"]


def test_check_foresees_what_a_run_will_lack(home: Path, capsys: Capture) -> None:
    make_notebook(home / "notebooks" / "04_third.ipynb", needs=[["pnl"], ["scores"]])
    folder = home / "data" / "clients" / "tiny"
    folder.joinpath("pnl.csv").write_text(
        "company_id,period_end,period_months,currency,unit,revenue\n"
    )
    assert main(["check", "tiny", "--json"]) == 0
    folder.joinpath("pnl.csv").unlink()
    capsys.readouterr()
    assert main(["check", "tiny", "--json"]) == 0
    found = {row["kind"]: row for row in json.loads(capsys.readouterr().out)["findings"]}
    assert set(found) == {"notebook_will_be_skipped", "too_few_companies"}
    assert all(set(row) == set(findings.COLUMNS) for row in found.values())
    assert "04_third will be skipped: it needs pnl," in found["notebook_will_be_skipped"]["message"]
    assert "2 companies have a score" in found["too_few_companies"]["message"]
    assert "benchmark" in found["too_few_companies"]["way_out"]


def test_check_prints_folder_and_client_where_they_differ(home: Path, capsys: Capture) -> None:
    config = home / "data" / "clients" / "tiny" / "client.yml"
    config.write_text(config.read_text().replace("client: tiny", "client: small"))
    assert main(["check", "tiny"]) == 0
    assert 'small (in the folder "tiny"): nothing is refused' in capsys.readouterr().err


def test_the_table_fits_a_narrow_terminal() -> None:
    row = {
        "file": "a-long-file-name.xlsx [assessments]",
        "column": "selling_general_administrative",
        "kind": "importance_not_asked",
        "severity": "warn",
        "value": "v" * 40,
        "message": "period_end is after 2024-12-31",
        "way_out": "mend it",
    }
    rows = [row | {"row": n} for n in range(2, 40)]
    shown = findings.table([*rows, row | {"file": "pnl.csv", "row": None}], 80)
    assert max(map(len, shown.split("\n"))) <= 80
    assert "      period_end is after 2024-12-31.\n      Way out: mend it." in shown


def test_failures_for_machines(home: Path, capsys: Capture) -> None:
    assert main(["check", "nobody", "--json"]) == 2
    shown = capsys.readouterr()
    error = json.loads(shown.out)["error"]
    assert (error["code"], error["kind"], error["findings"]) == (2, "ConfigError", [])
    assert error["message"].startswith('There is no client "nobody". Name a folder')
    assert error["message"] in shown.err
    make_notebook(home / "notebooks" / "03_second.ipynb", "1 / 0")
    assert main(["run", "tiny", "--json"]) == 5
    shown = capsys.readouterr()
    assert json.loads(shown.out)["error"]["kind"] == "NotebookError"
    assert "published before" not in shown.err


def test_a_defect_is_5_with_its_traceback_in_a_file(
    home: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cxkit.runs import runner

    def fail(request: object) -> None:
        raise KeyError("chart")

    monkeypatch.setattr(runner, "run", fail)
    assert main(["run", "tiny"]) == 5
    shown = capsys.readouterr()
    assert "KeyError: 'chart'" in shown.err
    assert "Traceback" not in shown.err
    logs = list((home / "outputs" / ".logs").iterdir())
    assert "KeyError: 'chart'" in logs[0].read_text(encoding="utf-8")
    assert str(logs[0]) in shown.err
    monkeypatch.setenv("CXKIT_DEBUG", "1")
    assert main(["run", "tiny"]) == 5
    assert "Traceback" in capsys.readouterr().err


def test_doctor(home: Path, capsys: Capture) -> None:
    assert main(["doctor", "--json"]) in (0, 5)
    checks = json.loads(capsys.readouterr().out)["checks"]
    assert not [row for row in checks if row["status"] == "ok" and "way_out" in row]
    told = {row["check"]: row["status"] for row in checks}
    assert told["kernel"] == told["python"] == told["outputs"] == "ok"


def test_doctor_misses_an_output_folder(home: Path, capsys: Capture) -> None:
    (home / "file").write_text("x")
    assert main(["doctor", "--out", str(home / "file")]) == 5
    assert "missing  outputs" in capsys.readouterr().out


def start(home: Path) -> subprocess.Popen[str]:
    """A run whose second notebook sleeps, and that has come as far as that."""
    mark = home / "sleeping"
    make_notebook(
        home / "notebooks" / "03_second.ipynb",
        f"import time; pathlib.Path({str(mark)!r}).write_text(str(os.getpid())); time.sleep(600)",
    )
    run = subprocess.Popen(
        [sys.executable, "-m", "cxkit", "run", "tiny"],
        cwd=home, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "CXKIT_ROOT": str(home)},
    )  # fmt: skip
    until = time.monotonic() + 60
    while not mark.exists() and run.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    assert mark.exists(), run.communicate()
    return run


@LINUX
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_stopped_run_clears_up(
    home: Path, published: Path, number: signal.Signals, code: int
) -> None:
    before = (published / "manifest.json").read_bytes()
    run = start(home)
    run.send_signal(number)
    out, err = run.communicate(timeout=60)
    assert run.returncode == code
    assert (out, "Traceback" in err) == ("", False)
    assert "stopped\nThe report published before is unchanged." in err
    assert (published / "manifest.json").read_bytes() == before
    assert sorted(p.name for p in (home / "outputs/tiny/.runs").rglob("*.tmp")) == []
    assert kernels(home) == []


@LINUX
def test_a_killed_run_leaves_nothing_that_matters(home: Path, published: Path) -> None:
    before = (published / "manifest.json").read_bytes()
    run = start(home)
    run.kill()
    run.communicate()
    assert (published / "manifest.json").read_bytes() == before
    until = time.monotonic() + 30
    while kernels(home) and time.monotonic() < until:
        time.sleep(0.2)
    assert kernels(home) == []
    make_notebook(home / "notebooks" / "03_second.ipynb")
    again = subprocess.run(
        [sys.executable, "-m", "cxkit", "run", "tiny"],
        cwd=home, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert again.returncode == 0, again.stderr
    assert "taking over from a run that did not end" in again.stderr
    names = sorted(p.name for p in (home / "outputs/tiny/.runs/2024-12-31").iterdir())
    assert names == ["0001", "0002"]
