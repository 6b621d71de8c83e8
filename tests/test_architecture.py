"""The layers: a module imports from its own layer and from the left; no cycles; size limits."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

LAYERS = ["contracts", "measures", "models", "exhibits", "reports", "runs", "cli"]
ANYWHERE = {"errors", "display", "plots"}
# cxkit.simulate makes client folders: it may use what a contract is, and nothing else uses it
# but the demo.
LEFT_OF = {"simulate": {"contracts"}}


def modules(project: Path) -> list[Path]:
    return sorted((project / "cxkit").rglob("*.py"))


def layer(path: Path, project: Path) -> str:
    part = path.relative_to(project / "cxkit").parts[0]
    return part.removesuffix(".py")


def imported(path: Path) -> set[str]:
    """Names of the kit's modules a file imports, wherever in the file."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("cxkit"):
            parts = node.module.split(".")
            found |= {parts[1]} if len(parts) > 1 else {a.name for a in node.names}
        elif isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("cxkit.")}
    return found - {"__version__"}


def allowed(name: str) -> set[str]:
    if name in LAYERS:
        left = set(LAYERS[: LAYERS.index(name) + 1])
        return left | ANYWHERE | ({"simulate"} if name in ("runs", "cli") else set())
    if name in ANYWHERE:
        return ANYWHERE
    return LEFT_OF.get(name, set()) | ANYWHERE | {name}


def test_a_module_imports_only_from_its_layer_and_the_left(project: Path) -> None:
    wrong = {
        str(path.relative_to(project)): sorted(imported(path) - allowed(layer(path, project)))
        for path in modules(project)
        if layer(path, project) not in ("__init__", "__main__")
    }
    assert {k: v for k, v in wrong.items() if v} == {}


def test_no_file_is_over_400_lines_and_no_function_over_40(project: Path) -> None:
    long = []
    for path in modules(project):
        source = path.read_text(encoding="utf-8")
        if source.count("\n") > 400:
            long.append(str(path.relative_to(project)))
        long += [
            f"{path.relative_to(project)}:{node.name}"
            for node in ast.walk(ast.parse(source))
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            and (node.end_lineno or 0) - node.lineno >= 41
        ]
    assert long == []


@pytest.mark.parametrize("name", ["contracts", "measures", "models", "exhibits", "reports"])
def test_the_rule_can_fail(name: str) -> None:
    assert "cli" not in allowed(name)
    assert "runs" not in allowed(name)
