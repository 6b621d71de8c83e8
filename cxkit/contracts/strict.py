"""What `client.yml` and instrument files have in common: no unknown key, all problems at once."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, TypeVar, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from cxkit.contracts.key_lines import Place, line_of
from cxkit.errors import ConfigError, nearest

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
LANGUAGES = ("en", "ru", "pl", "zh")
ADVICE = {
    "string_type": "must be text; put it in quotes",
    "int_type": "must be a whole number",
    "tuple_type": "must be a list: [a, b]",
    "dict_type": "must hold keys with values",
    "model_type": "must hold keys with values",
    "model_attributes_type": "must hold keys with values",
}


class Strict(BaseModel):
    """Base of file models: frozen, unknown keys refused, defaults checked."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


Model = TypeVar("Model", bound=BaseModel)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("must be a number")
    return float(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("must be a whole number")
    return value


def _slug(value: Any) -> str:
    if not isinstance(value, str) or not SLUG.fullmatch(value):
        raise ValueError("must be of a-z, 0-9 and -, at most 63 long, starting with a-z or 0-9")
    return value


def _texts(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not isinstance(value.get("en"), str):
        raise ValueError('must be text per language with English among them: {en: "..."}')
    for language, text in value.items():
        if language not in LANGUAGES:
            raise ValueError(f'"{language}" is no language of reports: {", ".join(LANGUAGES)}')
        if not isinstance(text, str) or not text.strip():
            raise ValueError(f"the text for {language} is empty")
    return dict(value)


Number = Annotated[float, BeforeValidator(_number)]
Whole = Annotated[int, BeforeValidator(_whole)]
Slug = Annotated[str, BeforeValidator(_slug)]
Texts = Annotated[dict[str, str], BeforeValidator(_texts)]


def build(
    model: type[Model],
    content: Mapping[str, Any],
    label: str,
    lines: Callable[[], dict[Place, int]] = dict,
) -> Model:
    """`content` as `model`, or one ConfigError that lists every problem.

    lines gives the lines of the file's keys; it is asked only where there is a problem.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise refused(label, list(_problems(model, error, lines()))) from None


def refused(label: str, problems: list[str]) -> ConfigError:
    """One error for a file and everything that is wrong in it."""
    count = f"{len(problems)} problem{'s' if len(problems) != 1 else ''}"
    lines = "".join(f"\n  {problem}" for problem in problems)
    return ConfigError(f"{label} has {count}:{lines}")


def _problems(
    model: type[BaseModel], error: ValidationError, lines: dict[Place, int]
) -> Iterator[str]:
    for problem in error.errors(include_url=False):
        *outer, key = problem["loc"] or ("",)
        line, where = line_of(problem["loc"], lines), path(problem["loc"])
        start = (f"line {line}, " if line else "") + (f"{where}: " if where else "")
        if problem["type"] == "extra_forbidden":
            known = _keys(model, tuple(outer))
            guess = nearest(str(key), known) or f"; known: {', '.join(known)}"
            yield f"{start}unknown key{guess}"
        elif problem["type"] == "missing":
            yield f"{start}is missing{_example(model, tuple(outer), str(key))}"
        else:
            advice, shown = _advice(problem), _shown(problem["input"])
            yield f"{start}{advice}" + ("" if shown in advice else f", not {shown}")


def path(loc: tuple[int | str, ...]) -> str:
    """A place in a file as people write it: `blocks[2].items[1].minimum`, counted from 1."""
    parts = "".join(f"[{p + 1}]" if isinstance(p, int) else f".{p}" for p in loc)
    return parts.removeprefix(".")


def _advice(problem: Any) -> str:
    if problem["type"] == "value_error":
        return str(problem["ctx"]["error"])
    if problem["type"] == "literal_error":
        return f"must be {problem['ctx']['expected']}"
    return ADVICE.get(problem["type"], str(problem["msg"]).lower())


def _shown(value: Any) -> str:
    if isinstance(value, dict | list):
        return ""
    return str(value) if isinstance(value, int | float) else quoted(str(value))


def quoted(value: str, limit: int = 60) -> str:
    """Foreign text for a message: one line, control characters escaped, cut at `limit`."""
    cut = value if len(value) <= limit else value[: limit - 1] + "…"
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in cut) + '"'


def _example(model: type[BaseModel], loc: tuple[int | str, ...], key: str) -> str:
    """What to write for a missing key, where its model says so."""
    holder = _holder(model, loc)
    info = holder.model_fields.get(key) if holder else None
    if info is None or not info.examples:
        return ""
    return f"; write {key}: {info.examples[0]} ({info.description})"


def _keys(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """The keys known at a place."""
    found = _holder(model, loc)
    fields = found.model_fields.items() if found else ()
    return [info.alias or name for name, info in fields]


def _holder(model: type[BaseModel], loc: tuple[int | str, ...]) -> type[BaseModel] | None:
    """The model of a place, found by walking along `loc`."""
    annotation: Any = model
    for part in loc:
        found = _model_in(annotation)
        if isinstance(part, str) and found is not None:
            named = {info.alias or name: info for name, info in found.model_fields.items()}
            if part in named:
                annotation = named[part].annotation
    return _model_in(annotation)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((m for a in get_args(annotation) if (m := _model_in(a)) is not None), None)
