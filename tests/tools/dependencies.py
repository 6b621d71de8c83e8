"""Compare the three lists of dependencies: pyproject.toml, environment.yml, requirements.lock.

Each check returns its problems as sentences; an empty list means that the lists agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import metadata
from itertools import product
from typing import Any

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from rattler import MatchSpec
from ruamel.yaml import YAML

# Where conda's package of the same content has another name.
CONDA_NAMES = {"dask": "dask-core", "duckdb": "python-duckdb", "matplotlib": "matplotlib-base"}
# What only conda's list has to name.
CONDA_ONLY = {"pip"}
ADDRESS = re.compile(r"://|file:|\s@\s|^\s*-|^\s*\.{0,2}/|\\\w|^[A-Za-z]:", re.MULTILINE)
PYTHONS = ("3.11.0", "3.12.0", "3.13.0")
PLATFORMS = {
    "linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    "macos": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
    "windows": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
}


def environments() -> Iterator[tuple[str, dict[str, str]]]:
    """Every supported Python on every supported platform, as the values of markers."""
    here = {k: str(v) for k, v in default_environment().items()}
    for python, (name, values) in product(PYTHONS, PLATFORMS.items()):
        version = {
            "python_full_version": python,
            "python_version": python.rpartition(".")[0],
            "implementation_version": python,
        }
        yield f"Python {python} on {name}", {**here, **values, **version, "extra": ""}


def declared(project: Mapping[str, Any], parts: str = "all") -> dict[str, Requirement]:
    """pyproject.toml's requirements by name; parts "run" leaves the extras out."""
    lines = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    if parts == "all":
        for extra in project["project"]["optional-dependencies"].values():
            lines.extend(extra)
    requirements = [Requirement(line) for line in lines]
    return {canonicalize_name(r.name): r for r in requirements}


def conda_specs(text: str) -> dict[str, MatchSpec]:
    """environment.yml's dependencies by name, each read with conda's own grammar."""
    listed = YAML(typ="safe", pure=True).load(text)["dependencies"]
    specs = [MatchSpec(line, strict=True) for line in listed]
    return {str(spec.name.normalized if spec.name else ""): spec for spec in specs}


def conda_problems(project: Mapping[str, Any], environment: str) -> list[str]:
    """Where environment.yml and pyproject.toml name other packages or other ranges."""
    specs = conda_specs(environment)
    ranges = {CONDA_NAMES.get(n, n): r.specifier for n, r in declared(project).items()}
    ranges["python"] = SpecifierSet(project["project"]["requires-python"])
    ranges = {name.replace("ruamel-yaml", "ruamel.yaml"): r for name, r in ranges.items()}
    problems = [f"environment.yml lacks {name}" for name in sorted(ranges.keys() - specs.keys())]
    extra = specs.keys() - ranges.keys() - CONDA_ONLY
    problems += [f"environment.yml has {name}, pyproject.toml has not" for name in sorted(extra)]
    for name in sorted(ranges.keys() & specs.keys()):
        theirs = SpecifierSet(str(specs[name].version or ""))
        if theirs != ranges[name]:
            problems.append(f"{name}: {theirs} in environment.yml, {ranges[name]} in pyproject")
    return problems


@cache
def pins(lock: str) -> list[tuple[Requirement, int]]:
    """The lock's pins, each with the number of its hashes."""
    found = []
    for block in re.split(r"\n(?=[A-Za-z0-9])", "\n" + lock):
        head = block.strip().partition("\\")[0].partition("--hash")[0].strip()
        if re.match(r"[A-Za-z0-9]", head):
            found.append(
                (Requirement(head), len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", block)))
            )
    return found


def form_problems(lock: str) -> list[str]:
    """Pins without a hash or not exact, and whatever looks like an address or a path."""
    problems = []
    for pin, hashes in pins(lock):
        if not hashes:
            problems.append(f"{pin.name} has no hash")
        if not re.fullmatch(r"==[^*,]+", str(pin.specifier)) or pin.url:
            problems.append(f"{pin} is not pinned to one version")
    for line in lock.splitlines():
        rest = re.sub(r"--hash=sha256:[0-9a-f]{64}( \\)?$", "", line).rstrip(" \\")
        if not line.startswith("#") and ADDRESS.search(rest):
            problems.append(f"an address, a path or an option: {line.strip()[:80]}")
        if line.startswith("#") and re.search(r"://|\s/\w", line):
            problems.append(f"an address or a path in a comment: {line[:80]}")
    return problems


def pinned(lock: str, markers: Mapping[str, str]) -> dict[str, list[str]]:
    """The versions that the lock installs in one environment, by name."""
    found: dict[str, list[str]] = {}
    for pin, _ in pins(lock):
        if pin.marker is None or pin.marker.evaluate(dict(markers)):
            version = str(pin.specifier).removeprefix("==")
            found.setdefault(canonicalize_name(pin.name), []).append(version)
    return found


@cache
def requires(name: str) -> tuple[Requirement, ...]:
    """What the installed package of that name requires, markers and all; none if not here."""
    try:
        return tuple(Requirement(line) for line in metadata.requires(name) or [])
    except metadata.PackageNotFoundError:
        return ()


def needs(name: str, extras: frozenset[str], markers: Mapping[str, str]) -> list[Requirement]:
    """What the installed package of that name requires in an environment."""
    asked = [{**markers, "extra": extra} for extra in ("", *sorted(extras))]
    all_of = requires(name)
    return [r for r in all_of if r.marker is None or any(r.marker.evaluate(e) for e in asked)]


def closure(
    roots: Mapping[str, Requirement], markers: Mapping[str, str]
) -> Iterator[tuple[str, Requirement]]:
    """Every requirement reached from roots in an environment, with who asks for it."""
    queue = [("pyproject.toml", requirement) for requirement in roots.values()]
    seen: set[tuple[str, frozenset[str]]] = set()
    while queue:
        asker, wanted = queue.pop()
        yield asker, wanted
        name = canonicalize_name(wanted.name)
        if (name, frozenset(wanted.extras)) in seen:
            continue
        seen.add((name, frozenset(wanted.extras)))
        queue += [(name, r) for r in needs(name, frozenset(wanted.extras), markers)]


def lock_problems(roots: Mapping[str, Requirement], lock: str) -> list[str]:
    """What the lock lacks, has twice or has out of range, for any supported environment.

    Direct requirements come from roots; those below them from the installed packages' metadata,
    so a package that only another platform installs is checked, but not what it asks for itself.
    """
    problems = []
    for where, markers in environments():
        have = pinned(lock, markers)
        for asker, wanted in closure(roots, markers):
            versions = have.get(canonicalize_name(wanted.name), [])
            if len(versions) != 1:
                problems.append(f"{where}: {len(versions)} pins of {wanted.name} (for {asker})")
            elif not wanted.specifier.contains(versions[0], prereleases=True):
                problems.append(f"{where}: {wanted.name} {versions[0]} does not fit {wanted}")
    return problems
