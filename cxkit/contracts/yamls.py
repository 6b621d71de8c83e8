"""YAML as plain data: version 1.2, no tags, no aliases, no key twice, bounded in size.

`NO` stays text and `012` is no octal number, as YAML 1.2 has it. A folder's YAML comes from
outside, so whatever could run code or grow without bound is refused, with its line.
"""

from __future__ import annotations

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError, SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent

from cxkit.errors import ConfigError

MAX_BYTES = 1_000_000
MAX_DEPTH = 20


def parse_yaml(data: bytes, label: str) -> dict[str, Any]:
    """The mapping that a YAML file holds; `label` is the file's name in messages.

    Anything else, a second document included, is a ConfigError with file and line.
    """
    text = _decoded(data, label)
    try:
        _refuse_tricks(text, label)
        content = _reader().load(text)
    except DuplicateKeyError as error:
        raise ConfigError(_duplicate(error, label)) from None
    except YAMLError as error:
        raise ConfigError(_syntax(error, label)) from None
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{label} is not valid YAML: {error}") from None
    if not isinstance(content, dict):
        raise ConfigError(f"{label} must hold keys with values (`key: value`), one per line.")
    return content


class _Plain(SafeConstructor):
    """Dates stay text too: what a date is, the contract says."""


_Plain.add_constructor(
    "tag:yaml.org,2002:timestamp", lambda loader, node: loader.construct_scalar(node)
)


def _reader() -> YAML:
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _Plain
    return yaml


def _decoded(data: bytes, label: str) -> str:
    if len(data) > MAX_BYTES:
        raise ConfigError(f"{label} has {len(data):,} bytes; at most {MAX_BYTES:,} are read.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(f"{label} is not UTF-8. Save it as UTF-8.") from None


def _refuse_tricks(text: str, label: str) -> None:
    """Refuse directives, aliases, tags and deep nesting before anything is built."""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("%"):
            raise ConfigError(f"{label}, line {number}: YAML directives (%...) are not read.")
    depth = 0
    for event in _reader().parse(text):
        line_number = event.start_mark.line + 1
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            raise ConfigError(
                f"{label}, line {line_number}: anchors and aliases (& and *) are not read. "
                "Write the value out, or put text that starts so in quotes."
            )
        if getattr(event, "tag", None):
            raise ConfigError(
                f"{label}, line {line_number}: tags (!) are not read. "
                "Put text that starts so in quotes."
            )
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise ConfigError(
                f"{label}, line {line_number}: nested deeper than {MAX_DEPTH} levels."
            )


def _duplicate(error: MarkedYAMLError, label: str) -> str:
    problem = str(error.problem or "")
    key = problem.split('"')[1] if '"' in problem else "?"
    line = error.problem_mark.line + 1 if error.problem_mark else "?"
    return f'{label}, line {line}: the key "{key}" stands twice. Keep one of them.'


def _syntax(error: YAMLError, label: str) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    where = f", line {mark.line + 1}" if mark is not None else ""
    return f"{label}{where} is not valid YAML: {problem}."
