"""A whole project in a temporary folder: one small client, notebooks made by the test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cxkit.contracts import project_root
from cxkit.runs import manifest
from cxkit.runs.runner import run_client
from tests.runs.books import make_notebook

CLIENT = """\
schema_version: 1
client: tiny
title: "Tiny & <b>bold</b>"
instrument: satisfaction-0-100
as_of: "2024-12-31"
currency: USD
"""
COMPANIES = "company_id,name\n00123,Zero\nNA,Namibia Air\n"
SCORES = "company_id,wave,measure,value\n00123,2023-12-31,index,71\nNA,2023-12-31,index,64\n"


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one client, `tiny`, and two notebooks, run once."""
    root = tmp_path_factory.mktemp("template") / "project"
    instruments = root / "data" / "instruments"
    instruments.mkdir(parents=True)
    name = "satisfaction-0-100.yml"
    shipped = project_root() / "data" / "instruments" / name
    (instruments / name).write_bytes(shipped.read_bytes())
    folder = root / "data" / "clients" / "tiny"
    folder.mkdir(parents=True)
    (folder / "client.yml").write_text(CLIENT, encoding="utf-8")
    (folder / "companies.csv").write_text(COMPANIES, encoding="utf-8")
    (folder / "scores.csv").write_text(SCORES, encoding="utf-8")
    make_notebook(root / "notebooks" / "02_first.ipynb", "client", needs=[["scores"]])
    make_notebook(
        root / "notebooks" / "03_second.ipynb",
        "fragment['excluded'].append({'reason': f'lag {lag}', 'rows': lag})",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CXKIT_ROOT", str(root))
        patch.setattr(manifest, "source_digest", lambda: "0" * 64)
        run_client("tiny")
    return root


@pytest.fixture
def home(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of the test's own, without outputs."""
    root = tmp_path / "project"
    shutil.copytree(template, root, ignore=shutil.ignore_patterns("outputs"))
    monkeypatch.setenv("CXKIT_ROOT", str(root))
    monkeypatch.setattr(manifest, "source_digest", lambda: "0" * 64)  # the kit may be at work
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def published(template: Path, home: Path) -> Path:
    """The published folder of a first, good run in that project."""
    shutil.copytree(template / "outputs", home / "outputs", symlinks=True)
    return home / "outputs" / "tiny" / "2024-12-31"
