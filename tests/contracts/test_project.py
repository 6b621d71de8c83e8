"""Where the project is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxkit.contracts import project_root
from cxkit.errors import ConfigError


@pytest.fixture(autouse=True)
def _unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CXKIT_ROOT", raising=False)


def _project(folder: Path) -> Path:
    (folder / "notebooks" / "deep").mkdir(parents=True)
    (folder / "pyproject.toml").write_text('[project]\nname = "cxkit"\n')
    return folder.resolve()


def test_upward_from_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = _project(tmp_path)
    monkeypatch.chdir(root / "notebooks" / "deep")
    assert project_root() == root
    assert project_root(root) == root


def test_the_variable_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXKIT_ROOT", str(tmp_path))
    assert project_root() == tmp_path.resolve()
    monkeypatch.setenv("CXKIT_ROOT", str(tmp_path / "nowhere"))
    with pytest.raises(ConfigError, match="CXKIT_ROOT"):
        project_root()


def test_elsewhere_it_is_the_folder_around_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, project: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert project_root() == project
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "other"\n')
    assert project_root() == project
