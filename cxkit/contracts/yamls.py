"""YAML as plain data: version 1.2, no tags, no aliases, no key twice, bounded in size.

`NO` stays text and `012` is no octal number, as YAML 1.2 has it. A folder's YAML comes from
outside, so whatever could run code or grow without bound is refused, with its line.
"""

from __future__ import annotations

import io
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.constructor import DuplicateKeyError, SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from cxkit.contracts.cells import CONTROL
from cxkit.errors import ConfigError

MAX_BYTES = 300_000
MAX_DEPTH = 20
MAX_DIGITS = 100  # of a whole number; Python itself refuses to print thousands
PLAIN_TAGS = {"str", "int", "float", "bool", "null", "timestamp", "map", "seq"}


def parse_yaml(data: bytes, label: str) -> dict[str, Any]:
    """The mapping that a YAML file holds; `label` is the file's name in messages.

    Anything else, a second document included, is a ConfigError with file and line.
    """
    text = _decoded(data, label)
    try:
        content = _loaded(text, label)
    except DuplicateKeyError as error:
        raise ConfigError(_duplicate(error, label)) from None
    except YAMLError as error:
        raise ConfigError(_syntax(error, label)) from None
    except _TooDeepError as error:
        raise ConfigError(
            f"{label}, line {error}: nested deeper than {MAX_DEPTH} levels."
        ) from None
    except ValueError as error:
        raise ConfigError(f"{label} is not valid YAML: {error}") from None
    if not isinstance(content, dict):
        raise ConfigError(f"{label} must hold keys with values (`key: value`), one per line.")
    return content


class _Plain(SafeConstructor):
    """Dates stay text too: what a date is, the contract says."""


_Plain.add_constructor(
    "tag:yaml.org,2002:timestamp", lambda loader, node: loader.construct_scalar(node)
)


class _TooDeepError(Exception):
    """A node below MAX_DEPTH; its text is the line."""


class _Shallow(Composer):
    """Stops at the first node that lies too deep: to read on could take minutes."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _TooDeepError(self.parser.peek_event().start_mark.line + 1)
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


def _loaded(text: str, label: str) -> Any:
    """The text's one document; its nodes are looked at before anything is built of them."""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("%"):
            raise ConfigError(f"{label}, line {number}: YAML directives (%...) are not read.")
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _Plain
    yaml.Composer = _Shallow
    constructor, parser = yaml.get_constructor_parser(io.StringIO(text))
    try:
        node = constructor.composer.get_single_node()
        if node is None:
            return None
        _refuse_tricks(node, label)
        return constructor.construct_document(node)
    finally:
        parser.dispose()


def _decoded(data: bytes, label: str) -> str:
    if len(data) > MAX_BYTES:
        raise ConfigError(f"{label} has {len(data):,} bytes; at most {MAX_BYTES:,} are read.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(f"{label} is not UTF-8. Save it as UTF-8.") from None


def _refuse_tricks(root: Node, label: str) -> None:
    """Refuse aliases, tags and what no value may be, each with its line."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        where = f"{label}, line {node.start_mark.line + 1}"
        if id(node) in seen:
            raise ConfigError(
                f"{where}: anchors and aliases (& and *) are not read. "
                "Write the value out, or put text that starts so in quotes."
            )
        if str(node.tag).rpartition(":")[2] not in PLAIN_TAGS:
            raise ConfigError(f"{where}: tags (!) are not read. Put text that starts so in quotes.")
        if isinstance(node, ScalarNode):
            _check_scalar(node, where)
        seen.add(id(node))
        waiting.extend(_children(node))


def _check_scalar(node: ScalarNode, where: str) -> None:
    """Refuse endless numbers and what cannot be seen; a sign that JSON wrote as two is one."""
    if str(node.tag).endswith(":int") and len(node.value) > MAX_DIGITS:
        raise ConfigError(f"{where}: a number of more than {MAX_DIGITS} digits.")
    try:
        node.value = node.value.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise ConfigError(f"{where}: half a sign (\\ud800 to \\udfff) is no text.") from None
    if CONTROL.search(node.value):
        raise ConfigError(f"{where}: invisible control characters. Write the text again.")


def _children(node: Node) -> list[Node]:
    if isinstance(node, MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, SequenceNode) else []


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
