"""The project's notebooks: which there are, what each needs, which a run takes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cxkit.errors import ConfigError, nearest

_NAME = re.compile(r"^(\d{2})_([a-z0-9_]+)$")


@dataclass(frozen=True)
class Notebook:
    """One numbered notebook; `needs` lists groups of tables, of each of which one is enough."""

    path: Path
    title: Any
    needs: tuple[tuple[str, ...], ...]

    @property
    def name(self) -> str:
        """The file's name without its ending; the section's id in results.json."""
        return self.path.stem

    @property
    def number(self) -> str:
        """The two digits by which client.yml and the command line call it."""
        return self.name[:2]

    def unmet(self, has: Callable[[str], bool]) -> list[tuple[str, ...]]:
        """The groups of tables of which the client has sent none."""
        return [group for group in self.needs if not any(has(table) for table in group)]


def read_notebook(path: Path) -> dict[str, Any]:
    """A notebook's JSON, sources joined; a file that is none is a ConfigError."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        for cell in content["cells"]:
            if isinstance(cell["source"], list):
                cell["source"] = "".join(cell["source"])
            cell.setdefault("metadata", {})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{path.name} is not a notebook that can be read: {error}") from None
    return dict(content)


def find_notebooks(folder: Path) -> list[Notebook]:
    """The numbered notebooks of a folder, in their order."""
    paths = sorted(p for p in folder.glob("*.ipynb") if _NAME.match(p.stem))
    if not paths:
        raise ConfigError(f"no numbered notebooks (01_name.ipynb, ...) in {folder.name}/")
    return [_describe(path) for path in paths]


def choose(notebooks: Iterable[Notebook], wanted: Iterable[Any] | None) -> list[Notebook]:
    """The wanted notebooks in the project's order; None wants all.

    A wish is a number (3, "03"), a name ("03_growth_linkage") or a name without its number.
    """
    known = list(notebooks)
    if wanted is None:
        return known
    calls = {call: book for book in known for call in (book.number, book.name, book.name[3:])}
    picked, problems = set(), []
    for wish in wanted:
        call = _call(wish)
        if call in calls:
            picked.add(calls[call].name)
        else:
            problems.append(f'"{call}" is no notebook{nearest(call, calls)}')
    if problems or not picked:
        listed = ", ".join(book.name for book in known)
        raise ConfigError("; ".join(problems or ["no notebook chosen"]) + f"\nThere are: {listed}")
    return [book for book in known if book.name in picked]


def number_of(wish: Any, notebooks: Iterable[Notebook]) -> str:
    """The two-digit number of a notebook called by number or name."""
    return choose(notebooks, [wish])[0].number


def _call(wish: Any) -> str:
    text = str(wish).strip().removesuffix(".ipynb")
    return text.zfill(2) if text.isdigit() else text


def _describe(path: Path) -> Notebook:
    content = read_notebook(path)
    own = content.get("metadata", {}).get("cxkit", {})
    needs = tuple(
        tuple([group] if isinstance(group, str) else group) for group in own.get("needs", [])
    )
    return Notebook(path, own.get("title") or _heading(content) or path.stem, needs)


def _heading(content: dict[str, Any]) -> str:
    for cell in content["cells"]:
        if cell["cell_type"] == "markdown":
            first = cell["source"].strip().split("\n")[0]
            return first.lstrip("# ").strip() if first.startswith("#") else ""
    return ""
