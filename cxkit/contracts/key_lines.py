"""At which line of a YAML file each of its keys stands."""

from __future__ import annotations

import io

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

Place = tuple[int | str, ...]


def key_lines(data: bytes) -> dict[Place, int]:
    """Lines, from 1, by the place of a key or list item; for YAML that `parse_yaml` has read."""
    root = YAML(typ="safe", pure=True).compose(io.StringIO(data.decode("utf-8-sig")))
    found: dict[Place, int] = {}
    waiting: list[tuple[Place, Node]] = [((), root)] if root is not None else []
    while waiting:
        place, node = waiting.pop()
        if isinstance(node, MappingNode):
            for key, value in node.value:
                inner = (*place, str(key.value))
                found[inner] = key.start_mark.line + 1
                waiting.append((inner, value))
        elif isinstance(node, SequenceNode):
            for number, value in enumerate(node.value):
                found[(*place, number)] = value.start_mark.line + 1
                waiting.append(((*place, number), value))
    return found


def line_of(place: Place, lines: dict[Place, int]) -> int | None:
    """The line of a place, else of the nearest key around it."""
    for length in range(len(place), 0, -1):
        if place[:length] in lines:
            return lines[place[:length]]
    return None
