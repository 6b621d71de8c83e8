"""The executed notebook as it is published: no clock, no absolute path, no address, fixed ids."""

from __future__ import annotations

import copy
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_notebook

# Looked for from a word's start only: from every letter of a long word it would take hours.
_CELL_FILE = re.compile(r"(?<![^\s\"'<>])[^\s\"'<>]*ipykernel_\d+[/\\]+\d+\.py")
_WORK = re.compile(r"\b\d{4,}\.work\b")
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_KEPT = ("kernelspec", "language_info", "cxkit")


def published_copy(executed: NotebookNode | None, places: Mapping[str, Path]) -> str:
    """The notebook's JSON; `places` names the folders whose paths are replaced by their names.

    A notebook that was never started is an empty one.
    """
    if executed is None:
        executed = new_notebook()
    book = copy.deepcopy(executed)
    book.metadata = {key: book.metadata[key] for key in _KEPT if key in book.metadata}
    replaced = _replacements(places)
    for number, cell in enumerate(book.cells, start=1):
        cell["id"] = f"cell-{number:02d}"
        tags = cell.get("metadata", {}).get("tags", [])
        cell["metadata"] = {"tags": list(tags)} if tags else {}
        cell["source"] = _clean(cell["source"], replaced)
        if "outputs" in cell:
            cell["outputs"] = [_clean(output, replaced) for output in cell["outputs"]]
    book.nbformat_minor = max(5, book.nbformat_minor)
    return json.dumps(book, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _replacements(places: Mapping[str, Path]) -> list[tuple[str, str]]:
    """Longest paths first, each as it is and as it resolves; then the interpreter's and home."""
    pairs = [(str(path), name) for name, path in places.items()]
    pairs += [(str(path.resolve()), name) for name, path in places.items()]
    pairs += [(prefix, "python") for prefix in {sys.prefix, sys.base_prefix}]
    pairs += [(str(Path.home()), "home")]
    unique = {path: name for path, name in reversed(pairs) if len(path) > 1}
    return sorted(unique.items(), key=lambda pair: -len(pair[0]))


def _clean(value: Any, replaced: list[tuple[str, str]]) -> Any:
    if isinstance(value, str):
        text = _ADDRESS.sub("", _CELL_FILE.sub("<cell>", value))
        for path, name in replaced:
            text = text.replace(path, f"<{name}>")
        return _WORK.sub("staging", text)
    if isinstance(value, list):
        return [_clean(item, replaced) for item in value]
    if isinstance(value, dict):
        return {
            key: item if str(key).startswith("image/png") else _clean(item, replaced)
            for key, item in value.items()
        }
    return value
