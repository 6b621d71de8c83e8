"""What this machine has and lacks: one line per check, with the way out."""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import shutil
import sys
import tempfile
import uuid
from collections.abc import Callable, Sequence
from importlib import metadata
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

from cxkit.contracts import project_root
from cxkit.runs.kernels import answers

OK, WARN, MISSING = "ok", "warn", "missing"
SUPPORTED = ((3, 11), (3, 13))
_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)\s*(?:;\s*([^\\]+))?", re.MULTILINE)
_EXTRAS = "# ---- what the extras"  # the lock's heading of what is not needed to run
_SETUP = "run `make setup` (README.md has the same steps without make)"


def examine(out: Path | None = None) -> list[dict[str, Any]]:
    """Every check as {check, status, found}; status is ok, warn or missing.

    `way_out` is there where something is to be mended.
    """
    root = project_root()
    target = out or root / "outputs"
    checks: list[Callable[[], tuple[str, str, str, str]]] = [
        _python,
        lambda: _packages(root),
        _kernel,
        _bytecode,
        _bytecode_allowed,
        lambda: _writable(target),
        lambda: _space(target),
        lambda: _links(target),
        lambda: _clients(root),
        lambda: _program("chromium", ("chromium", "chromium-browser", "google-chrome", "chrome")),
        lambda: _program("libreoffice", ("libreoffice", "soffice")),
    ]
    return [_checked(check) for check in checks]


def missing(found: Sequence[dict[str, Any]]) -> bool:
    """Whether something without which no report can be made is missing."""
    return any(row["status"] == MISSING for row in found)


def table(found: Sequence[dict[str, Any]]) -> str:
    """The checks as aligned lines; the way out stands beneath what needs one."""
    width = max(len(row["check"]) for row in found)
    lines = []
    for row in found:
        lines.append(f"{row['status']:<8} {row['check']:<{width}}  {row['found']}")
        if "way_out" in row:
            lines.append(f"{'':<8} {'':<{width}}  -> {row['way_out']}")
    return "\n".join(lines)


def _checked(check: Callable[[], tuple[str, str, str, str]]) -> dict[str, Any]:
    name, status, found, way_out = check()
    row = {"check": name, "status": status, "found": found}
    return row if status == OK or not way_out else {**row, "way_out": way_out}


def _python() -> tuple[str, str, str, str]:
    lowest, highest = SUPPORTED
    fits = lowest <= sys.version_info[:2] <= highest
    found = f"{platform.python_version()} on {platform.system()}, {os.cpu_count()} cores"
    return "python", OK if fits else MISSING, found, "use Python 3.11, 3.12 or 3.13"


def _packages(root: Path) -> tuple[str, str, str, str]:
    """Installed versions against the lock; needed ones must be there, others may differ."""
    pins = _pins(root / "requirements.lock")
    if not pins:
        return "packages", WARN, "no requirements.lock to compare with", _SETUP
    absent, other = [], []
    needed = _needed()
    for name, version in pins.items():
        try:
            installed = metadata.version(name)
        except metadata.PackageNotFoundError:
            if name in needed:
                absent.append(name)
            continue
        if installed != version:
            other.append(f"{name} {installed} (locked: {version})")
    if absent:
        return "packages", MISSING, f"not installed: {', '.join(absent)}", _SETUP
    if other:
        return "packages", WARN, f"not as locked: {', '.join(other[:5])}", _SETUP
    return "packages", OK, f"{len(pins)} runtime packages as locked", ""


def _pins(lock: Path) -> dict[str, str]:
    """Runtime packages and versions of the lock, as far as they apply to this machine."""
    from packaging.markers import Marker
    from packaging.utils import canonicalize_name

    if not lock.is_file():
        return {}
    found = _PIN.findall(lock.read_text(encoding="utf-8").split(_EXTRAS)[0])
    return {
        str(canonicalize_name(name)): version
        for name, version, marker in found
        if not marker.strip() or Marker(marker.strip()).evaluate()
    }


def _needed() -> set[str]:
    """What the kit itself declares as needed to run, extras apart."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    try:
        declared = [Requirement(text) for text in metadata.requires("cxkit") or ()]
    except metadata.PackageNotFoundError:
        return set()
    plain = [one for one in declared if one.marker is None or one.marker.evaluate({"extra": ""})]
    return {str(canonicalize_name(one.name)) for one in plain}


def _kernel() -> tuple[str, str, str, str]:
    """A real kernel, asked for 1 + 1."""
    try:
        with tempfile.TemporaryDirectory(prefix="cxkit-") as folder:
            seconds = answers(Path(folder))
    except Exception as error:
        first = (str(error) or type(error).__name__).split("\n")[0]
        return "kernel", MISSING, f"no kernel answers: {first}", _SETUP
    return "kernel", OK, f"answers in {seconds:.1f} s", ""


def _bytecode() -> tuple[str, str, str, str]:
    spec = importlib.util.find_spec("pandas")
    compiled = (
        spec is not None
        and spec.origin is not None
        and Path(cache_from_source(spec.origin)).is_file()
    )
    return (
        "bytecode",
        OK if compiled else WARN,
        "compiled" if compiled else "not compiled; every kernel starts seconds slower",
        f"run `{Path(sys.executable).name} -m compileall -q` on the environment, or {_SETUP}",
    )


def _bytecode_allowed() -> tuple[str, str, str, str]:
    blocked = bool(os.environ.get("PYTHONDONTWRITEBYTECODE"))
    return (
        "bytecode setting",
        WARN if blocked else OK,
        "PYTHONDONTWRITEBYTECODE is set" if blocked else "not blocked",
        "unset PYTHONDONTWRITEBYTECODE; cxkit's own kernels ignore it",
    )


def _writable(target: Path) -> tuple[str, str, str, str]:
    try:
        target.mkdir(parents=True, exist_ok=True)
        probe = target / f".probe-{uuid.uuid4().hex}"
        probe.write_text("x", encoding="utf-8")
        probe.unlink()
    except OSError as error:
        found = f"{target} cannot be written: {error.strerror}"
        return "outputs", MISSING, found, "choose another folder with --out"
    return "outputs", OK, f"{target} can be written", ""


def _space(target: Path) -> tuple[str, str, str, str]:
    try:
        free = shutil.disk_usage(next(p for p in (target, *target.parents) if p.exists())).free
    except OSError as error:
        return "free disk", WARN, f"cannot be told: {error.strerror}", ""
    status = OK if free > 1e9 else WARN if free > 1e8 else MISSING
    return "free disk", status, f"{free / 1e9:.1f} GB", "free some space; a run needs about 0.1 GB"


def _links(target: Path) -> tuple[str, str, str, str]:
    probe = target / f".link-{uuid.uuid4().hex}"
    try:
        probe.symlink_to("nowhere")
        probe.unlink()
    except (OSError, NotImplementedError):
        return "links", WARN, "none here; runs are published by renaming folders", ""
    return "links", OK, "a run is published in one step", ""


def _clients(root: Path) -> tuple[str, str, str, str]:
    folder = root / "data" / "clients"
    names = sorted(path.parent.name for path in folder.glob("*/client.yml"))
    found = ", ".join(names) or "none"
    return "clients", OK if names else WARN, found, "run `cxkit demo` to make the examples"


def _program(name: str, calls: Sequence[str]) -> tuple[str, str, str, str]:
    place = next((found for call in calls if (found := shutil.which(call))), None)
    status = OK if place else WARN
    return name, status, place or "not found", f"optional; only some outputs need {name}"
