"""A notebook succeeds only when its last cell wrote the fragment; else cell and cause are named."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest

from cxkit.errors import InfrastructureError
from cxkit.runs.execute import Execution, Lane, execute
from cxkit.runs.failures import NotebookError
from cxkit.runs.kernels import Kernels, OwnKernelManager
from tests.runs.books import children, make_notebook


@pytest.fixture
def lane(tmp_path: Path) -> Lane:
    client_dir = tmp_path / "client {x}"
    client_dir.mkdir()
    work = tmp_path / "work"
    work.mkdir()
    return Lane("tiny", client_dir, tmp_path, work, tmp_path / "cache", Kernels())


def run(lane: Lane, *cells: str, save: bool = True, **parameters: object) -> Execution:
    notebook = make_notebook(lane.root / "notebooks {0}" / "02_tiny.ipynb", *cells, save=save)
    return execute(notebook, lane, parameters)


def fails(lane: Lane, *cells: str, save: bool = True) -> NotebookError:
    with pytest.raises(NotebookError) as caught:
        run(lane, *cells, save=save)
    if Path("/proc").is_dir():
        assert children() == []
    assert str(caught.value).startswith("02_tiny.ipynb stopped")
    return caught.value


def test_fragment_and_parameters_arrive(lane: Lane) -> None:
    done = run(lane, "fragment['excluded'].append({'reason': client, 'rows': lag})", lag=3)
    assert done.fragment["excluded"] == [{"reason": "tiny", "rows": 3}]
    assert done.executed is not None


def test_exception_names_cell_and_cause(lane: Lane) -> None:
    error = fails(lane, "x = 1", "x / 0")
    assert error.exit_code == 5
    assert "at cell 5 (`x / 0`): ZeroDivisionError: division by zero" in str(error)


def test_the_line_that_failed_is_named(lane: Lane) -> None:
    error = fails(lane, "x = 1\n\ny = (\n    x / 0\n)")
    assert "at cell 4, line 4 (`x / 0`): ZeroDivisionError" in str(error)
    error = fails(lane, "import json\njson.loads('{')")
    assert "at cell 4, line 2 (`json.loads('{')`): JSONDecodeError" in str(error)
    error = fails(lane, "x = 1\nx = = 2")
    assert "at cell 4, line 2 (`x = = 2`): SyntaxError" in str(error)


@pytest.mark.parametrize(
    ("name", "code"), [("ContractError", 3), ("SampleError", 3), ("ConfigError", 2)]
)
def test_exit_code_follows_the_error(lane: Lane, name: str, code: int) -> None:
    error = fails(lane, f"from cxkit.errors import {name}\nraise {name}('pnl.csv: no rows')")
    assert error.exit_code == code
    assert f"{name}: pnl.csv: no rows" in str(error)


@pytest.mark.parametrize("call", ["import sys; sys.exit(0)", "raise SystemExit"])
def test_an_exit_is_no_success(lane: Lane, call: str) -> None:
    error = fails(lane, call)
    assert error.exit_code == 5
    assert "cell 4" in str(error)


def test_os_exit_is_no_success(lane: Lane) -> None:
    error = fails(lane, "os._exit(0)")
    assert "the kernel died (exit code 0)" in str(error)
    assert "cell 4 (`os._exit(0)`)" in str(error)


def test_a_killed_kernel_is_named(lane: Lane) -> None:
    error = fails(lane, "import signal\nos.kill(os.getpid(), signal.SIGKILL)")
    assert "the kernel died (signal SIGKILL; out of memory?)" in str(error)
    assert "cell 4" in str(error)


def test_missing_save(lane: Lane) -> None:
    error = fails(lane, "1 + 1", save=False)
    assert "ended without run.save()" in str(error)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("fragment['token'] = 'another'", "belongs to another run"),
        ("fragment['complete'] = False", "not complete"),
        ("fragment['answer'] = float('nan')", "cannot be read"),
    ],
)
def test_a_fragment_that_is_not_this_runs(lane: Lane, change: str, why: str) -> None:
    assert why in str(fails(lane, change))


def test_the_kernel_sees_no_secret_and_no_user_settings(
    lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_API_TOKEN", "hush")
    monkeypatch.setenv("PYTHONSTARTUP", "/nowhere/startup.py")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("LC_ALL", "pl_PL.UTF-8")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    done = run(lane, "import tempfile, sys\nfragment['answer'] = dict(os.environ, "
                     "tmp=tempfile.gettempdir(), exe=sys.executable)")  # fmt: skip
    seen = done.fragment["answer"]
    assert "hush" not in json.dumps(seen)
    assert not {"PYTHONSTARTUP", "PYTHONDONTWRITEBYTECODE"} & set(seen)
    assert (seen["TZ"], seen["LC_ALL"], seen["OMP_NUM_THREADS"]) == ("UTC", "C.UTF-8", "1")
    assert seen["tmp"].startswith(str(lane.work))
    import sys

    assert seen["exe"] == sys.executable


def test_a_kernel_that_cannot_start_is_explained(
    lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    error = fails(lane)
    assert "the kernel died (exit code 1)" in str(error)
    assert "encodings" in str(error)


def test_what_a_kernel_starts_ends_with_it(lane: Lane) -> None:
    done = run(
        lane,
        "import subprocess, sys\n"
        "left = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])",
        "fragment['answer'] = left.pid",
    )
    assert _ends(done.fragment["answer"])


def test_stop_ends_a_running_notebook(lane: Lane) -> None:
    timer = threading.Timer(2.5, lane.kernels.stop)
    timer.start()
    error = fails(lane, "import time\ntime.sleep(600)")
    assert "the run was stopped" in str(error)
    with pytest.raises((NotebookError, InfrastructureError)):
        run(lane)


def _ends(pid: int, seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.1)
    return False


def test_a_kernel_that_fails_to_start_is_tried_once_more(
    lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    real = OwnKernelManager._async_start_kernel

    async def first_fails(self: OwnKernelManager, **kw: object) -> None:
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("Address already in use")
        await real(self, **kw)

    monkeypatch.setattr(OwnKernelManager, "start_kernel", first_fails)
    assert run(lane).fragment["complete"] is True
    assert len(calls) == 2
