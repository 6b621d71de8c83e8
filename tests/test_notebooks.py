"""The notebooks as they are committed, and as they run."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = ["01_data_quality", "02_maturity", "03_growth_linkage"]


def load(project: Path, name: str) -> nbformat.NotebookNode:
    return nbformat.read(project / "notebooks" / f"{name}.ipynb", as_version=4)


def code(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [c for c in notebook.cells if c.cell_type == "code"]


def test_every_notebook_is_listed_here(project: Path) -> None:
    assert sorted(p.stem for p in (project / "notebooks").glob("*.ipynb")) == NOTEBOOKS


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_is_a_page_of_reasoning(project: Path, name: str) -> None:
    notebook = load(project, name)
    assert 15 <= len(notebook.cells) <= 30
    for cell in code(notebook):
        assert cell.outputs == []
        assert cell.execution_count is None
        nodes = [type(n) for n in ast.walk(ast.parse(cell.source))]
        assert not {ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.ListComp} & set(nodes)
        assert "filterwarnings" not in cell.source
        if "parameters" not in cell.metadata.get("tags", []):
            assert len(cell.source.splitlines()) <= 6


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_prose_stands_before_every_exhibit(project: Path, name: str) -> None:
    cells = load(project, name).cells
    assert cells[0].source.startswith("# ")
    shown = [i for i, c in enumerate(cells) if c.cell_type == "code" and "run.show(" in c.source]
    before = [cells[i - 1] for i in shown]
    assert all(c.cell_type == "markdown" or "run.show(" not in c.source for c in before)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_run_is_opened_first_and_saved_last(project: Path, name: str) -> None:
    first, second, *_, last = code(load(project, name))
    assert "parameters" in first.metadata.tags
    assert f'cx.open_run("{name}", client, as_of, seed)' in second.source
    assert last.source == "run.save()"
    for node in ast.parse(first.source).body:
        assert isinstance(node, ast.Assign)
        ast.literal_eval(node.value)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_plain_papermill_runs_it(project: Path, name: str, tmp_path: Path) -> None:
    """Without cxkit's runner, as the README says: papermill's own command line."""
    out = tmp_path / "out.ipynb"
    environment = {k: v for k, v in os.environ.items() if k != "CXKIT_RUN"}
    done = subprocess.run(
        [sys.executable, "-m", "papermill", "--no-progress-bar", "--log-level", "ERROR",
         f"notebooks/{name}.ipynb", str(out), "-p", "client", "service-brands"],
        cwd=project, env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    outputs = [o for c in code(nbformat.read(out, as_version=4)) for o in c.outputs]
    assert outputs
    assert [o for o in outputs if o.output_type in ("error", "stream")] == []
    fragment = project / "outputs" / ".scratch" / "service-brands" / name / f"{name}.json"
    assert fragment.is_file()
