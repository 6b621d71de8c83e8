"""What a run will do: which notebooks with which parameters, which are skipped and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxkit.display import message
from cxkit.errors import ConfigError, nearest
from cxkit.runs.notebooks import Notebook, choose, find_notebooks, number_of
from cxkit.runs.overrides import overridden
from cxkit.runs.parameters import declared, from_text, resolve

if TYPE_CHECKING:
    from cxkit.contracts import Client

FROM_CLIENT = {  # parameters that are no run's to set: what they are, and where they are set
    "client": "comes from the client folder; run the client you mean",
    "as_of": "comes from the client folder; set as_of in client.yml",
    "company": "is the reader's own company; set company in client.yml",
}


@dataclass(frozen=True)
class Job:
    """One notebook to run, or to skip for a reason, with all its parameters."""

    notebook: Notebook
    parameters: Mapping[str, Any]
    skip: Any = None
    asked: bool = True
    overridden: Sequence[Mapping[str, Any]] = ()


def make_plan(
    root: Path,
    client: Client,
    wanted: Sequence[str] | None = None,
    overrides: Sequence[str] = (),
) -> list[Job]:
    """Every notebook of the client's report, in order; `wanted` are those to run anew.

    overrides are texts NOTEBOOK.NAME=VALUE; they come before client.yml's parameters.
    """
    known = find_notebooks(root / "notebooks")
    report = choose(known, client.config.notebooks or None)
    asked = choose(known, wanted)
    declared_for = _given(known, client, ())
    given = _given(known, client, overrides)
    jobs = []
    for book in known:
        if book in report or (wanted and book in asked):
            own, before = given.get(book.number, {}), declared_for.get(book.number, {})
            job = _job(book, client, own, book in asked if wanted else True)
            was = resolve(book.path, before)
            departs = overridden(job.parameters, was, client.config)
            jobs.append(replace(job, overridden=departs))
    return jobs


def _job(book: Notebook, client: Client, given: Mapping[str, Any], asked: bool) -> Job:
    own = {"client": client.config.client, "as_of": str(client.config.as_of)}
    defaults = declared(book.path)
    fixed = {name: value for name, value in own.items() if name in defaults}
    parameters = resolve(book.path, {**given, **fixed})
    unmet = book.unmet(client.has)
    reason = None
    if unmet:
        tables = ", ".join(" or ".join(group) for group in unmet)
        reason = message("runs.skipped_needs", tables=tables)
    return Job(book, parameters, reason, asked)


def _given(
    known: Sequence[Notebook], client: Client, overrides: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Parameters by notebook number, checked even for notebooks that will not run."""
    given: dict[str, dict[str, Any]] = {}
    for call, values in (client.config.parameters or {}).items():
        given.setdefault(number_of(call, known), {}).update(values)
    for override in overrides:
        number, name, value = _override(override, known)
        given.setdefault(number, {})[name] = value
    books = {book.number: book for book in known}
    for number, values in given.items():
        reserved = [name for name in FROM_CLIENT if name in values]
        if reserved:
            raise ConfigError(
                f'notebook {number}: "{reserved[0]}" {FROM_CLIENT[reserved[0]]} '
                "and take it out of the parameters"
            )
        resolve(books[number].path, values)
    return given


def _override(text: str, known: Sequence[Notebook]) -> tuple[str, str, Any]:
    """NOTEBOOK.NAME=VALUE, the value typed as the declared default."""
    place, equals, value = text.partition("=")
    call, dot, name = place.strip().partition(".")
    if not equals or not dot:
        raise ConfigError(f'"{text}" is no parameter; write NOTEBOOK.NAME=VALUE, as in 03.lag=0')
    number = number_of(call, known)
    defaults = declared(next(book.path for book in known if book.number == number))
    if name not in defaults:
        shown = ", ".join(defaults) or "none"
        raise ConfigError(
            f'notebook {number} does not declare "{name}"{nearest(name, defaults)} '
            f"(declared: {shown})"
        )
    try:
        return number, name, from_text(value, defaults[name])
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{place.strip()}: {error}") from None
