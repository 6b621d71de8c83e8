"""A conda channel in a folder, made from the packages installed here, to solve against offline."""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path
from platform import python_version
from typing import Any

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from rattler import Channel, Gateway, RepoDataRecord, solve

from tests.tools.dependencies import CONDA_NAMES, needs

OWN_NAME = {"ruamel-yaml": "ruamel.yaml", **CONDA_NAMES}


def conda_name(name: str) -> str:
    """The name of a Python package on conda's side."""
    canonical = canonicalize_name(name)
    return OWN_NAME.get(canonical, canonical)


def conda_spec(name: str, specifier: SpecifierSet) -> str:
    """A requirement in conda's grammar."""
    return f"{name} {specifier}".strip()


def depends(name: str, requires_python: str) -> list[str]:
    """What an installed package needs here, in conda's grammar; extras' needs are its own."""
    here = {k: str(v) for k, v in default_environment().items()}
    wanted: list[Requirement] = needs(name, frozenset(), here)
    for requirement in list(wanted):
        for extra in requirement.extras:
            plain = needs(requirement.name, frozenset(), here)
            wanted += [
                r for r in needs(requirement.name, frozenset({extra}), here) if r not in plain
            ]
    python = conda_spec("python", SpecifierSet(requires_python))
    return sorted({python, *(conda_spec(conda_name(r.name), r.specifier) for r in wanted)})


def record(name: str, version: str, needed: list[str]) -> dict[str, Any]:
    """A package's entry in repodata."""
    entry = {"name": name, "version": version, "build": "0", "build_number": 0}
    return {**entry, "depends": needed, "subdir": "noarch", "noarch": "python"}


def make_channel(folder: Path, leave_out: str = "") -> Path:
    """Write the channel's repodata; leave_out names a package that it is not to have."""
    entries = [record("python", python_version(), [])]
    for found in metadata.distributions():
        name = found.metadata["Name"]
        if conda_name(name) not in {leave_out, "cxkit"}:
            python = str(found.metadata.json.get("requires_python") or "")
            needed = depends(name, python)
            entries.append(record(conda_name(name), found.version, needed))
    packages = {f"{e['name']}-{e['version']}-0.conda": e for e in entries}
    for subdir, content in (("noarch", packages), ("linux-64", {})):
        (folder / subdir).mkdir(parents=True)
        data = {"info": {"subdir": subdir}, "packages": {}, "packages.conda": content}
        (folder / subdir / "repodata.json").write_text(json.dumps(data), encoding="utf-8")
    return folder


async def solve_in(channel: Path, specs: list[str], cache: Path) -> dict[str, str]:
    """The versions that conda's solver takes for specs from a channel, by name."""
    records: list[RepoDataRecord] = await solve(
        [Channel(channel.as_uri())],
        specs,
        gateway=Gateway(cache_dir=cache),
        platforms=["noarch", "linux-64"],
    )
    return {r.name.normalized: str(r.version) for r in records}
