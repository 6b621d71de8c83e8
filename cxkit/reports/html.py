"""One HTML file from the results: no request to anywhere, no script, every word escaped."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from cxkit.display import plain
from cxkit.display.numbers import NARROW_SPACE
from cxkit.reports import appendix, page
from cxkit.reports.views import Words

_UNBROKEN = 24  # letters of a word that a table cell keeps whole
_LONGEST = 20  # letters of a hyphenated word that is kept whole


def render(results: Mapping[str, Any], figures: Mapping[str, bytes]) -> str:
    """The page of a checked `results.json`; figures holds SVG bytes by the exhibits' `figure`."""
    words = Words(results["language"])
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            results=results,
            say=words.say,
            title=words.draw(results["title"]),
            facts=page.facts(results, words),
            answer=results["answer"],
            reservations=page.reservations(results, words),
            sure=page.sure(results),
            omissions=page.omissions(results, words),
            sections=page.sections(results, words),
            appendix=appendix.parts(results, words),
            pictures={name: _data_uri(svg) for name, svg in figures.items()},
            style=Markup(_style()),
            style_digest=_digest(_style()),
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("cxkit.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["unbroken"] = unbroken
    environment.filters["overlong"] = overlong
    return environment


def unbroken(headline: str) -> Markup:
    """A headline whose short hyphenated words stay on one line, as `next-year` should."""
    parts = re.split(r"((?<!\S)\w+(?:-\w+)+)", str(_printable(headline)))
    return Markup("").join(
        Markup('<span class="whole">{}</span>').format(part)
        if i % 2 and len(part) <= _LONGEST
        else part
        for i, part in enumerate(parts)
    )


def overlong(words: str) -> bool:
    """Whether a table cell holds a word that must be broken for the table to fit."""
    return any(len(part) > _UNBROKEN for part in re.split(r"[\s-]", words))


def _printable(value: Any) -> Any:
    """Every word passes here before it is escaped: what cannot be seen is marked.

    A percent sign keeps to its number.
    """
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return re.sub(r"(?<=\d) (?=%)", NARROW_SPACE, plain(value))


@cache
def _style() -> str:
    folder = resources.files("cxkit.reports").joinpath("templates")
    return folder.joinpath("report.css").read_text(encoding="utf-8")


def _digest(style: str) -> str:
    return base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")


def _data_uri(svg: bytes) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg).decode("ascii")
