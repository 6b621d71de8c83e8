"""The three lists of dependencies agree, and each check can fail.

What this cannot prove: that conda-forge has these packages and versions. The local channel holds
what is installed here, so solving against it shows that environment.yml is in conda's grammar and
that its ranges fit together, in what the packages themselves ask for.
"""

from __future__ import annotations

import asyncio
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from rattler.exceptions import InvalidMatchSpecError, SolverError

from cxkit.bootstrap import split_lock
from tests.tools.dependencies import (
    conda_problems,
    conda_specs,
    declared,
    form_problems,
    lock_problems,
    pins,
)
from tests.tools.local_channel import make_channel, solve_in


@pytest.fixture(scope="module")
def pyproject(project: Path) -> dict[str, Any]:
    return tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def environment(project: Path) -> str:
    return (project / "environment.yml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def lock(project: Path) -> str:
    return (project / "requirements.lock").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def channel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_channel(tmp_path_factory.mktemp("channel"))


def test_conda_list_agrees(pyproject: dict[str, Any], environment: str) -> None:
    assert conda_problems(pyproject, environment) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("  - scipy >=1.15,<2\n", "", "lacks scipy"),
        ("numpy >=2.2,<3", "numpy >=2.1,<3", "numpy: "),
        ("numpy >=2.2,<3", "numpy", "numpy: "),
        ("python >=3.11,<3.14", "python >=3.11", "python: "),
        ("  - pip\n", "  - pip\n  - r-base\n", "has r-base"),
        ("dask-core", "dask", "lacks dask-core"),
    ],
)
def test_conda_check_can_fail(
    pyproject: dict[str, Any], environment: str, old: str, new: str, problem: str
) -> None:
    assert old in environment
    problems = conda_problems(pyproject, environment.replace(old, new))
    assert any(problem in line for line in problems)


def test_conda_grammar_is_read_strictly(environment: str) -> None:
    with pytest.raises(InvalidMatchSpecError):
        conda_specs(environment.replace("numpy >=2.2,<3", "numpy >=2.2 <3 !!"))


def test_conda_solves(environment: str, channel: Path, tmp_path: Path) -> None:
    specs = conda_specs(environment)
    solved = asyncio.run(solve_in(channel, [str(s) for s in specs.values()], tmp_path))
    assert specs.keys() <= solved.keys()


@pytest.mark.parametrize(
    ("old", "new"), [("numpy >=2.2,<3", "numpy >=99"), ("python >=3.11,<3.14", "python <3.11")]
)
def test_conda_solve_can_fail(
    environment: str, channel: Path, tmp_path: Path, old: str, new: str
) -> None:
    specs = conda_specs(environment.replace(old, new))
    with pytest.raises(SolverError):
        asyncio.run(solve_in(channel, [str(s) for s in specs.values()], tmp_path))


def test_conda_solve_follows_what_packages_need(environment: str, tmp_path: Path) -> None:
    # traitlets is named in no list; jupyterlab and others ask for it.
    poor = make_channel(tmp_path / "channel", leave_out="traitlets")
    specs = [str(s) for s in conda_specs(environment).values()]
    with pytest.raises(SolverError):
        asyncio.run(solve_in(poor, specs, tmp_path / "cache"))


def test_lock_form(lock: str) -> None:
    assert form_problems(lock) == []
    assert len(pins(lock)) > 100


@pytest.mark.parametrize(
    "line",
    [
        "six==1.17.0",
        "six>=1.17.0 --hash=sha256:" + "0" * 64,
        "six @ file:///tmp/six.whl --hash=sha256:" + "0" * 64,
        "--extra-index-url example.org",
        "--find-links /tmp/wheels",
        "-r other.txt",
        "/tmp/six.whl",
        "./six.whl",
        "# https://example.org",
        "# via -r /tmp/in.txt",
    ],
)
def test_lock_form_check_can_fail(lock: str, line: str) -> None:
    assert form_problems(f"{lock}{line}\n") != []


def test_lock_agrees_everywhere(pyproject: dict[str, Any], lock: str) -> None:
    assert lock_problems(declared(pyproject), lock) == []


def test_first_part_is_enough_to_run(pyproject: dict[str, Any], lock: str) -> None:
    one, two = split_lock(lock)
    assert lock_problems(declared(pyproject, "run"), one) == []
    first, second = ({pin.name for pin, _ in pins(part)} for part in (one, two))
    assert first.isdisjoint(second)
    assert {"pytest", "ruff", "uv", "dask"} <= second


@pytest.mark.parametrize("name", ["pandas", "traitlets", "colorama", "pywinpty"])
def test_lock_check_sees_a_missing_pin(pyproject: dict[str, Any], lock: str, name: str) -> None:
    poor = re.sub(rf"(?m)^{name}==.*\n(    --hash.*\n)+", "", lock)
    assert poor != lock
    problems = lock_problems(declared(pyproject), poor)
    assert any(f"0 pins of {name}" in line for line in problems)


def test_lock_check_sees_a_wrong_pin(pyproject: dict[str, Any], lock: str) -> None:
    old = re.sub(r"(?m)^pandas==\S+", "pandas==2.0.0", lock)
    assert any("pandas 2.0.0 does not fit" in p for p in lock_problems(declared(pyproject), old))
