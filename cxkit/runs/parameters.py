"""Notebook parameters: what a notebook declares, and what it may be given.

Papermill only warns of an unknown parameter and pastes names into code unchecked, so names
and types are checked here, before any kernel starts.
"""

from __future__ import annotations

import ast
import datetime as dt
import keyword
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cxkit.contracts.cells import CONTROL
from cxkit.errors import ConfigError, nearest
from cxkit.runs import domains
from cxkit.runs.notebooks import read_notebook

TAG = "parameters"
HALF = re.compile("[\ud800-\udfff]")  # what a command line makes of bytes that are no UTF-8


def declared(notebook: Path) -> dict[str, Any]:
    """Names and defaults of a notebook's `parameters` cell, in their order.

    The cell may hold plain literals only; anything else is a ConfigError. A notebook without
    the cell has no parameters.
    """
    for cell in read_notebook(notebook)["cells"]:
        if cell["cell_type"] == "code" and TAG in cell["metadata"].get("tags", []):
            return _literals(str(cell["source"]), notebook.name)
    return {}


def resolve(notebook: Path, given: Mapping[str, Any]) -> dict[str, Any]:
    """Every declared parameter with its value: the given one, else the default.

    An unknown name, a value of another type than its default or one that the notebook's
    metadata does not allow is a ConfigError that lists all problems at once.
    """
    defaults = declared(notebook)
    problems = [_unknown(name, defaults) for name in given if name not in defaults]
    values = dict(defaults)
    for name in defaults:
        if name not in given:
            continue
        try:
            values[name] = typed(given[name], defaults[name])
        except (TypeError, ValueError) as error:
            problems.append(f"{name}: {error}")
    if not problems:
        own = read_notebook(notebook).get("metadata", {}).get("cxkit", {})
        problems = domains.problems(values, own.get("values", {}))
    if problems:
        raise ConfigError(
            f"{notebook.name} cannot be given these parameters:\n  " + "\n  ".join(problems)
        )
    return values


def typed(value: Any, default: Any) -> Any:
    """A value as its default's type; a ValueError or TypeError says what was expected.

    An int passes for a float, a date for a text; True is not a number. Where the default is
    None any plain value will do.
    """
    if isinstance(value, dt.date) and isinstance(default, str):
        return value.isoformat()
    if default is None:
        return _plain(value)
    if isinstance(default, list | tuple):
        return _sequence(value, default)
    if isinstance(default, float) and _is(value, int):
        return float(value)
    if not _is(value, type(default)):
        raise ValueError(f"expected {_kind(default)}, got {value!r}")
    return _plain(value)


def from_text(text: str, default: Any) -> Any:
    """A command line's text as the type of a default; texts need no quotes."""
    if isinstance(default, str):
        return text
    try:
        value = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError):
        value = {"true": True, "false": False}.get(text.strip().lower(), text)
    return typed(value, default)


def _literals(source: str, notebook: str) -> dict[str, Any]:
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise ConfigError(
            f"{notebook}: the parameters cell is not Python: {error.msg}, line {error.lineno}"
        ) from None
    values: dict[str, Any] = {}
    for statement in statements:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            continue
        name, value = _assignment(statement, notebook)
        values[name] = value
    return values


def _assignment(statement: ast.stmt, notebook: str) -> tuple[str, Any]:
    targets: Sequence[ast.expr] = ()
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        targets = [statement.target]
    if len(targets) == 1 and isinstance(targets[0], ast.Name):
        try:
            return targets[0].id, ast.literal_eval(statement.value)  # type: ignore[attr-defined]
        except ValueError:
            pass
    raise ConfigError(
        f"{notebook}: line {statement.lineno} of the parameters cell is no plain literal: "
        f"{ast.unparse(statement)}\nWrite `name = literal`; derived values belong in a later cell."
    )


def _unknown(name: Any, defaults: Mapping[str, Any]) -> str:
    shown = repr(name) if len(repr(name)) <= 60 else repr(name)[:57] + "..."
    if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
        return f"{shown} is no parameter's name"
    known = ", ".join(defaults) or "none"
    return f"{shown} is not declared{nearest(name, defaults)} (declared: {known})"


def _is(value: Any, kind: type) -> bool:
    """isinstance, but a bool is not a number."""
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _sequence(value: Any, default: Sequence[Any]) -> Any:
    if not isinstance(value, list | tuple):
        raise TypeError(f"expected a list, got {value!r}")
    sample = default[0] if default and len({type(item) for item in default}) == 1 else None
    items = [typed(item, sample) for item in value]
    return tuple(items) if isinstance(default, tuple) else items


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"expected a finite number, got {value!r}")
    if isinstance(value, str) and (CONTROL.search(value) or HALF.search(value)):
        raise ValueError(f"expected a text that can be seen, got {value[:60]!a}")
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, list | tuple):
        return type(value)(_plain(item) for item in value)
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    raise ValueError(f"expected a plain value, got {value!r}")


def _kind(default: Any) -> str:
    kinds = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}
    return kinds.get(type(default), f"a {type(default).__name__}")
