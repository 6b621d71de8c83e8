"""The intake workbook's own words in the client's language."""

from __future__ import annotations

from functools import cache
from importlib import resources

from ruamel.yaml import YAML

from cxkit.errors import ConfigError


@cache
def _catalogue() -> dict[str, dict[str, str]]:
    source = resources.files("cxkit.contracts.template").joinpath("texts.yml")
    return dict(YAML(typ="safe", pure=True).load(source.read_text(encoding="utf-8")))


def has(id: str) -> bool:
    """Whether there is a text of this id."""
    return id in _catalogue()


def word(id: str, language: str, **values: object) -> str:
    """The text `id` in `language`, its places filled."""
    texts = _catalogue().get(id)
    if texts is None:
        raise ConfigError(f'the intake workbook has no text "{id}"')
    text = texts[language]
    for name, value in values.items():
        text = text.replace("{" + name + "}", str(value))
    return text
