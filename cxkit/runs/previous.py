"""Sections of the published run that a partial run takes over: still valid, or marked stale."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from cxkit.display import message
from cxkit.runs import manifest
from cxkit.runs.merge import KEPT, SKIPPED, STALE, Section
from cxkit.runs.plan import Job

FRAGMENTS = ".fragments"


def earlier_section(
    previous: Path | None, tree: Path, job: Job, record: dict[str, str]
) -> tuple[Section, dict[str, str]]:
    """The section as the published run has it, with what it rests on; skipped if it has none.

    The executed notebook is copied into the new tree. A section that rests on other inputs
    than today's is stale, and the reason names what has changed.
    """
    name, title = job.notebook.name, job.notebook.title
    fragment = _fragment(previous, name)
    if previous is None or fragment is None:
        reason = job.skip or message("runs.skipped_not_asked")
        return Section(name, title, SKIPPED, reason), {}
    before = manifest.load(previous).get("sections", {}).get(name, {})
    differs = manifest.changed(before, record)
    reason = message("runs.stale", changed=", ".join(differs)) if differs else None
    _copy(previous, tree, name)
    parameters = fragment.get("parameters", {})
    status = STALE if differs else KEPT
    return Section(name, title, status, reason, parameters, fragment), before


def _fragment(previous: Path | None, name: str) -> dict[str, Any] | None:
    if previous is None:
        return None
    try:
        content = json.loads((previous / FRAGMENTS / f"{name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def _copy(previous: Path, tree: Path, name: str) -> None:
    source = previous / "notebooks" / f"{name}.ipynb"
    if source.is_file():
        (tree / "notebooks").mkdir(exist_ok=True)
        shutil.copyfile(source, tree / "notebooks" / source.name)
