"""`results.json` written, read and checked: the one file every report is drawn from."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from cxkit.display import LANGUAGES, has_text
from cxkit.errors import InfrastructureError
from cxkit.reports.schema import Results

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

NAME = "results.json"
_SHOWN = 20


class ResultsError(InfrastructureError):
    """Results that a report cannot be drawn from; `problems` names each place and fault."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        more = len(problems) - _SHOWN
        lines = problems[:_SHOWN] + ([f"and {more} more"] if more > 0 else [])
        super().__init__("the results cannot be used:\n  " + "\n  ".join(lines))


def dumps(results: Any) -> str:
    """JSON text: keys in their order, numbers at full precision, one space of indent.

    NaN and infinities are refused with the place where they stand; numpy's numbers are written
    as plain ones.
    """
    problems = [f"{path}: {value} is not a number JSON knows" for path, value in _unfit(results)]
    if problems:
        raise ResultsError(problems)
    return json.dumps(results, ensure_ascii=False, allow_nan=False, indent=1, default=_plain) + "\n"


def load(path: Path) -> dict[str, Any]:
    """The results in a file, or in the `results.json` of a folder, read and checked."""
    file = path / NAME if path.is_dir() else path
    try:
        found = json.loads(file.read_text(encoding="utf-8"), parse_constant=_refuse_constant)
    except (OSError, ValueError) as error:
        raise ResultsError([f"{file.name}: {error}"]) from error
    validate(found)
    return dict(found)


def validate(results: Any) -> None:
    """Check results before they are written or drawn; every problem is named with its place."""
    problems = [f"{path}: {value} is not a number JSON knows" for path, value in _unfit(results)]
    if not problems:
        problems = _misshapen(results)
    if not problems:
        problems = [*_repeated(results), *_unmatched(results), *_unknown_texts(results)]
    if problems:
        raise ResultsError(problems)


def _plain(value: Any) -> Any:
    """A numpy number as Python's own."""
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number JSON knows")


def _walk(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value below a value with its place, as in `exhibits[2].chart.rows[0].n`."""
    yield path or "results", value
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _walk(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, (list, tuple)):
        for i, inner in enumerate(value):
            yield from _walk(inner, f"{path}[{i}]")


def _unfit(results: Any) -> Iterator[tuple[str, Any]]:
    for path, value in _walk(results):
        if isinstance(value, float) and not math.isfinite(value):
            yield path, value


def _misshapen(results: Any) -> list[str]:
    try:
        Results.model_validate(results)
    except ValidationError as error:
        return list(dict.fromkeys(_problem(e, results) for e in error.errors()))
    return []


def _problem(error: ErrorDetails, results: Any) -> str:
    """One fault as `path: what is wrong`, the way a reader of the JSON would look for it."""
    path, here = "", results
    for step in error["loc"]:
        if isinstance(step, int):
            path, here = f"{path}[{step}]", _inside(here, step)
        elif error["type"] == "missing" and step == error["loc"][-1]:
            path = f"{path}.{step}"
        elif isinstance(here, Mapping) and step in here:
            path, here = f"{path}.{step}", here[step]
        # anything else is the name of one of several shapes, which is no key of the file
    shown = "" if error["type"] == "missing" else f", not {_short(error['input'])}"
    return f"{path.lstrip('.') or 'results'}: {error['msg'].lower()}{shown}"


def _inside(value: Any, step: int) -> Any:
    return value[step] if isinstance(value, (list, tuple)) and step < len(value) else None


def _short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."


def _repeated(results: Mapping[str, Any]) -> Iterator[str]:
    """Ids that stand for two things."""
    for name in ("estimates", "exhibits", "sections"):
        yield from _twice(name, (row["id"] for row in results[name]))
    checks = (f"{row.get('section', '')}/{row['id']}".lstrip("/") for row in results["checks"])
    yield from _twice("checks", checks)
    figures = (row["figure"] for row in results["exhibits"] if row["figure"])
    yield from _twice("exhibits", figures, "figure")
    for i, row in enumerate(results["exhibits"]):
        ids = (column["id"] for column in row["table"]["columns"])
        yield from _twice(f"exhibits[{i}].table.columns", ids)


def _twice(path: str, ids: Iterable[str], key: str = "id") -> Iterator[str]:
    seen: dict[str, int] = {}
    for i, id in enumerate(ids):
        if id in seen:
            yield f'{path}[{i}].{key}: "{id}" is already that of {path}[{seen[id]}]'
        seen.setdefault(id, i)


def _unmatched(results: Mapping[str, Any]) -> Iterator[str]:
    """References to things that are not there, and exhibits at odds with their charts."""
    sections = {section["id"] for section in results["sections"]}
    for name in ("exhibits", "parameters", "checks", "excluded"):
        for i, row in enumerate(results[name]):
            section = row.get("section")
            if section is not None and section not in sections:
                yield f'{name}[{i}].section: no section "{section}"'
    primary = results["primary"]
    if primary is not None and primary not in {row["id"] for row in results["estimates"]}:
        yield f'primary: no estimate "{primary}"'
    for i, row in enumerate(results["exhibits"]):
        if row["kind"] != row["chart"]["kind"]:
            kinds = f'kind is "{row["kind"]}", the chart\'s is "{row["chart"]["kind"]}"'
            yield f"exhibits[{i}]: {kinds}"


def _unknown_texts(results: Mapping[str, Any]) -> Iterator[str]:
    """A language without texts, and messages that it has no template for."""
    language = results["language"]
    if language not in LANGUAGES:
        yield f'language: reports in "{language}" are not written yet'
        return
    for path, value in _walk(results):
        is_message = isinstance(value, Mapping) and set(value) == {"id", "values"}
        if is_message and not has_text(str(value["id"]), language):
            yield f'{path}.id: no text "{value["id"]}" in {language}.yml'
