"""Tiny notebooks for tests: their cells write the fragment themselves."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

OPEN = """\
import json, os, pathlib
context = json.loads(pathlib.Path(os.environ["CXKIT_RUN"]).read_text())
fragment = {"notebook": context["notebook"], "token": context["token"], "complete": True,
            "estimates": [], "checks": [], "exhibits": [], "excluded": [],
            "analysis": {"maturity": [], "members": []}, "answer": None}"""

SAVE = """\
folder = pathlib.Path(context["staging"], "fragments")
folder.joinpath(context["notebook"] + ".json").write_text(json.dumps(fragment))"""

PARAMETERS = 'client = "tiny"  # folder in data/clients\nas_of = "2024-12-31"\nlag = 1\nseed = 7'


def make_notebook(
    path: Path,
    *cells: str,
    parameters: str | None = PARAMETERS,
    save: bool = True,
    needs: Any = (),
    values: Any = None,
) -> Path:
    """A notebook whose last cell saves the fragment, unless save is False."""
    book = nbformat.v4.new_notebook()
    book.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    book.metadata["cxkit"] = {"needs": list(needs), "title": f"Does {path.stem} hold?"}
    if values is not None:
        book.metadata["cxkit"]["values"] = values
    book.cells = [nbformat.v4.new_markdown_cell(f"# Does {path.stem} hold?")]
    if parameters is not None:
        tagged = nbformat.v4.new_code_cell(parameters)
        tagged.metadata["tags"] = ["parameters"]
        book.cells.append(tagged)
    sources = [OPEN, *cells] + ([SAVE] if save else [])
    book.cells += [nbformat.v4.new_code_cell(source) for source in sources]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(book, path)
    return path


def children() -> list[int]:
    """Kernels that this process has started and that still run; Linux only."""
    return [pid for pid, parent, _ in _kernels() if parent == os.getpid()]


def kernels(folder: Path) -> list[int]:
    """Kernels whose connection file lies below a folder, whoever started them; Linux only."""
    return [pid for pid, _, command in _kernels() if str(folder).encode() in command]


def _kernels() -> Iterator[tuple[int, int, bytes]]:
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            command = entry.joinpath("cmdline").read_bytes()
            parent = int(entry.joinpath("stat").read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, ValueError):
            continue
        if b"ipykernel_launcher" in command:
            yield int(entry.name), parent, command


def results_of(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "results.json").read_text(encoding="utf-8")))
