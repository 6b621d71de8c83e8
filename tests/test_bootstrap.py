"""The set-up's decisions; the set-up itself is what `.ci/run` starts from."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cxkit import bootstrap


@pytest.fixture
def copy(project: Path, tmp_path: Path) -> Path:
    """A project of the files that the set-up reads, with an environment that looks complete."""
    (tmp_path / "cxkit").mkdir()
    for name in ("requirements.lock", "pyproject.toml", "cxkit/bootstrap.py"):
        shutil.copy(project / name, tmp_path / name)
    python = bootstrap.python_of(tmp_path / ".venv")
    python.parent.mkdir(parents=True)
    python.touch()
    goal = bootstrap.wanted(tmp_path, dev=True)
    bootstrap.write_stamp(tmp_path / ".venv", goal)
    return tmp_path


@pytest.mark.parametrize("version", [(3, 8), (3, 10), (3, 14), (4, 0)])
def test_other_pythons_are_refused_with_a_way_out(version: tuple[int, int]) -> None:
    with pytest.raises(bootstrap.SetupError, match=r"needs Python 3\.11 to 3\.13") as caught:
        bootstrap.check_python(version, "python3")
    assert caught.value.code == 2
    assert "PYTHON=python3.13" in str(caught.value)


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_supported_pythons_pass(version: tuple[int, int]) -> None:
    bootstrap.check_python(version, "python3")


def test_a_python_without_venv_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(bootstrap.SetupError, match=r"apt-get install python3\.\d+-venv"):
        bootstrap.check_venv_module()


def test_a_lock_without_its_middle_line_is_refused() -> None:
    with pytest.raises(bootstrap.SetupError, match="make lock"):
        bootstrap.split_lock("six==1.17.0\n")


def test_dev_serves_without_dev_but_not_the_other_way() -> None:
    goal: dict[str, object] = {"root": "a", "python": "3.11", "digest": "d", "dev": False}
    assert bootstrap.is_current({**goal, "dev": True}, goal)
    assert not bootstrap.is_current(goal, {**goal, "dev": True})


@pytest.mark.parametrize("key", ["root", "python", "digest"])
def test_what_changed_is_seen(key: str) -> None:
    goal: dict[str, object] = {"root": "a", "python": "3.11", "digest": "d", "dev": False}
    assert not bootstrap.is_current({**goal, key: "other"}, goal)
    assert not bootstrap.is_current({}, goal)


def test_a_second_call_returns_at_once(copy: Path) -> None:
    done = subprocess.run(
        [sys.executable, "cxkit/bootstrap.py", "--dev"], cwd=copy, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert "nothing to do" in done.stderr


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_a_changed_list_is_installed_again(
    copy: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    steps: list[str] = []
    monkeypatch.setattr(bootstrap, "make_venv", lambda *a: steps.append("venv"))
    monkeypatch.setattr(bootstrap, "install", lambda *a: steps.append("install"))
    monkeypatch.setattr(bootstrap, "install_project", lambda *a: steps.append("project"))
    monkeypatch.setattr(bootstrap, "compile_bytecode", lambda *a: steps.append("compile"))
    assert not bootstrap.set_up(copy, dev=False)
    with (copy / name).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert bootstrap.set_up(copy, dev=False)
    assert steps == ["venv", "install", "project", "compile"]
    assert not bootstrap.set_up(copy, dev=True), "what was installed for dev stays so"


def test_a_failed_step_leaves_no_stamp(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise bootstrap.SetupError("no network", 5)

    monkeypatch.setattr(bootstrap, "make_venv", lambda *a: None)
    monkeypatch.setattr(bootstrap, "install", fail)
    (copy / "pyproject.toml").write_text("", encoding="utf-8")
    with pytest.raises(bootstrap.SetupError):
        bootstrap.set_up(copy, dev=False)
    assert bootstrap.read_stamp(copy / ".venv") == {}


def test_settings_that_send_packages_elsewhere_do_not_reach_pip(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PIP_TARGET", "elsewhere")
    monkeypatch.setenv("PIP_INDEX_URL", "kept")
    code = (
        "import os, sys; sys.exit('PIP_TARGET' in os.environ or 'PIP_INDEX_URL' not in os.environ)"
    )
    bootstrap.run([sys.executable, "-c", code], "looking", tmp_path)


def test_a_failed_command_shows_its_last_lines(tmp_path: Path) -> None:
    code = "print('WARNING: Retrying\\nthe reason'); raise SystemExit(1)"
    with pytest.raises(
        bootstrap.SetupError, match=r"installing failed; .*:\nthe reason$"
    ) as caught:
        bootstrap.run([sys.executable, "-c", code], "installing", tmp_path)
    assert caught.value.code == 5


@pytest.mark.skipif(os.name == "nt", reason="make is not what Windows users call")
@pytest.mark.skipif(shutil.which("make") is None, reason="no make here")
def test_make_lists_its_targets(project: Path) -> None:
    done = subprocess.run(["make"], cwd=project, capture_output=True, text=True, check=True)
    for target in ("demo", "test", "lab", "check", "lock", "clean"):
        assert f"make {target} " in done.stdout
