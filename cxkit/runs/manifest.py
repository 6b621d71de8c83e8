"""manifest.json: what is needed to repeat a run, and the proof that it is whole.

Everything but `clock` is the same for the same inputs.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import platform
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cxkit

if TYPE_CHECKING:
    from cxkit.runs.notebooks import Notebook

SCHEMA_VERSION = 1
NAME = "manifest.json"
PACKAGES = (
    *("numpy", "pandas", "pyarrow", "scipy", "matplotlib", "jinja2", "pydantic", "ruamel.yaml"),
    *("papermill", "nbclient", "nbformat", "ipykernel", "jupyter-client"),
)


def sha256(path: Path) -> str:
    """A file's digest, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def inputs(
    root: Path,
    folder: Path,
    client: str,
    instrument: str,
    notebooks: Iterable[Notebook],
    benchmark: Path | None = None,
) -> dict[str, Any]:
    """Digests of everything a run reads: the client's files, instrument, notebooks, kit, lock."""
    lock = root / "requirements.lock"
    return {
        "client": _digests(path for path in folder.iterdir() if not path.name.startswith(".")),
        "instrument": _digests([root / "data" / "instruments" / f"{instrument}.yml"]),
        "benchmark": _digests([benchmark] if benchmark else []),
        "truth": _digests([root / "data" / "truth" / f"{client}.json"]),
        "notebooks": _digests(book.path for book in notebooks),
        "kit": {"version": cxkit.__version__, "source": source_digest()},
        "lock": sha256(lock) if lock.is_file() else None,
    }


def source_digest() -> str:
    """One digest over every source file and template of the installed kit."""
    return digest_of(Path(cxkit.__file__).parent)


def digest_of(folder: Path) -> str:
    """One digest over every file below a folder, byte code apart."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*"), key=lambda p: p.relative_to(folder).as_posix()):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(f"{path.relative_to(folder).as_posix()}\0{sha256(path)}\n".encode())
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """The interpreter and the packages whose version could change a number or a byte."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def section_record(
    read: Mapping[str, Any], notebook: Notebook, parameters: Mapping[str, Any]
) -> dict[str, str]:
    """What one section rests on, as one digest per kind: equal records, equal section."""
    client = dict(read["client"])
    configuration = client.pop("client.yml", None)
    parts = {
        "data": [client, read["truth"]],
        "configuration": configuration,
        "instrument": read["instrument"],
        "benchmark": read["benchmark"],
        "notebook": read["notebooks"].get(notebook.path.name),
        "parameters": parameters,
        "code": read["kit"],
        "packages": [read["lock"], versions()],
    }
    return {name: _digest(part) for name, part in parts.items()}


def changed(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """The kinds of input that differ between two records of a section."""
    return [name for name in now if before.get(name) != now[name]]


def build(
    tree: Path,
    client: str,
    as_of: str,
    read: Mapping[str, Any],
    parameters: Mapping[str, Mapping[str, Any]],
    sections: Mapping[str, Mapping[str, Any]],
    started: dt.datetime,
) -> dict[str, Any]:
    """The manifest of a staging tree that is whole but for this file."""
    seeds = {name: given["seed"] for name, given in parameters.items() if "seed" in given}
    same = len(set(seeds.values())) == 1
    return {
        "schema_version": SCHEMA_VERSION,
        "client": client,
        "as_of": as_of,
        "inputs": dict(read),
        "parameters": {name: dict(given) for name, given in parameters.items()},
        "seed": next(iter(seeds.values())) if same else seeds or None,
        "sections": {name: dict(record) for name, record in sections.items()},
        "versions": versions(),
        "platform": {"system": platform.system(), "machine": platform.machine()},
        "outputs": outputs(tree),
        "clock": {"started": _moment(started), "finished": _moment(dt.datetime.now(dt.UTC))},
    }


def outputs(tree: Path) -> dict[str, str]:
    """Digest of every file of a run by its name relative to it; the manifest itself apart."""
    paths = sorted(path for path in tree.rglob("*") if path.is_file() and path != tree / NAME)
    return {path.relative_to(tree).as_posix(): sha256(path) for path in paths}


def write(tree: Path, content: Mapping[str, Any]) -> None:
    """Write the manifest, on the disk before it has its name."""
    partial = tree / f".{NAME}.partial"
    with partial.open("w", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
    partial.replace(tree / NAME)


def load(folder: Path) -> dict[str, Any]:
    """A published run's manifest; empty where there is none that can be read."""
    try:
        content = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _digests(paths: Iterable[Path]) -> dict[str, str]:
    return {path.name: sha256(path) for path in sorted(paths) if path.is_file()}


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _moment(at: dt.datetime) -> str:
    return at.isoformat(timespec="seconds")
