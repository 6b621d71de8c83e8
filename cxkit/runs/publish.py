"""Staging and publication: a run is built apart, whole, and shown by one atomic switch.

outputs/<client>/.runs/<as_of>/0007        every kept run, whole
outputs/<client>/.runs/<as_of>/0008.tmp    one being built
outputs/<client>/.runs/<as_of>/0008.work   its kernels' private folders
outputs/<client>/<as_of>                   -> .runs/<as_of>/0007
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from cxkit.errors import InfrastructureError

MANIFEST = "manifest.json"
_NUMBER = re.compile(r"^\d{4,}$")
_LEFTOVER = re.compile(r"^\d{4,}\.(tmp|work|old)$|^\.switch-")


@dataclass(frozen=True)
class Site:
    """Where the runs of one client and date lie below an output folder."""

    out: Path
    client: str
    as_of: str

    @property
    def published(self) -> Path:
        """What readers open: a link to the newest whole run."""
        return self.out / self.client / self.as_of

    @property
    def runs(self) -> Path:
        return self.out / self.client / ".runs" / self.as_of

    @property
    def lock(self) -> Path:
        return self.runs.parent / f"{self.as_of}.lock"

    @property
    def failed(self) -> Path:
        """The notebooks of the last run that failed, as far as they came."""
        return self.runs / "failed"

    def kept(self) -> list[Path]:
        """Whole runs, oldest first: those with a manifest."""
        found = [p for p in _entries(self.runs) if _NUMBER.match(p.name)]
        return sorted(
            (p for p in found if (p / MANIFEST).is_file()), key=lambda path: int(path.name)
        )

    def previous(self) -> Path | None:
        """The published run, if there is a whole one."""
        return self.published if (self.published / MANIFEST).is_file() else None


@dataclass(frozen=True)
class Staging:
    """A run that is being built: `tree` will be published, `work` thrown away."""

    tree: Path
    work: Path


def open_staging(site: Site) -> Staging:
    """Fresh folders for a new run; what an earlier, killed run left is removed (hold the lock)."""
    try:
        site.runs.mkdir(parents=True, exist_ok=True)
        for path in _entries(site.runs):
            if _LEFTOVER.match(path.name):
                _remove(path)
        heal(site)
        taken = [int(path.name) for path in _entries(site.runs) if _NUMBER.match(path.name)]
        number = 1 + max(taken, default=0)
        staging = Staging(site.runs / f"{number:04d}.tmp", site.runs / f"{number:04d}.work")
        staging.tree.mkdir()
        staging.work.mkdir(mode=0o700)
    except OSError as error:
        raise InfrastructureError(f"cannot write to {site.runs}: {error.strerror}") from error
    return staging


def publish(site: Site, staging: Staging, keep: int) -> Path:
    """Make a whole staging tree the published run; keep the newest `keep` runs."""
    try:
        sync_tree(staging.tree)
        final = staging.tree.with_suffix("")
        staging.tree.rename(final)
        sync_folder(site.runs)
        shown = _switch(site, final)
        discard(staging)
        _remove(site.failed)
        prune(site, keep)
    except OSError as error:
        raise InfrastructureError(f"the run could not be published: {error}") from error
    return shown


def discard(staging: Staging) -> None:
    """Remove a run that will not be published, and every private folder."""
    _remove(staging.tree)
    _remove(staging.work)


def prune(site: Site, keep: int) -> None:
    """Remove the oldest runs beyond `keep`; the published one always stays."""
    current = site.published.resolve()
    older = [path for path in site.kept() if path.resolve() != current]
    for path in older[: max(0, len(older) - (max(1, keep) - 1))]:
        _remove(path)


def heal(site: Site) -> None:
    """Show the newest whole run again, should a switch have been cut short between renames."""
    kept = site.kept()
    if kept and not os.path.lexists(site.published):
        _switch(site, kept[-1])


def _switch(site: Site, final: Path) -> Path:
    """Point the published name at a run: by a link, or by renaming where there are no links."""
    site.published.parent.mkdir(parents=True, exist_ok=True)
    if site.published.is_symlink() or not site.published.exists():
        try:
            return _switch_link(site, final)
        except (OSError, NotImplementedError):
            if site.published.is_symlink():
                raise
    return _switch_by_renaming(site, final)


def _switch_link(site: Site, final: Path) -> Path:
    """A new link beside the runs, moved over the old one in one step."""
    link = site.runs / f".switch-{final.name}"
    _remove(link)
    link.symlink_to(os.path.relpath(final, site.published.parent), target_is_directory=True)
    link.replace(site.published)
    sync_folder(site.published.parent)
    return site.published


def _switch_by_renaming(site: Site, final: Path) -> Path:
    """Without links the published run is a folder; the former one goes back among the runs."""
    if site.published.exists():
        number = 1 + max(int(p.name) for p in [final, *site.kept()])
        final.rename(site.runs / f"{number:04d}")
        former, final = final, site.runs / f"{number:04d}"
        site.published.rename(former)
    final.rename(site.published)
    sync_folder(site.published.parent)
    return site.published


def sync_tree(folder: Path) -> None:
    """Every file and folder below, on the disk before the name that shows them."""
    for path, _, names in os.walk(folder, topdown=False):
        for name in names:
            with Path(path, name).open("r+b") as file:
                os.fsync(file.fileno())
        sync_folder(Path(path))


def sync_folder(folder: Path) -> None:
    """A folder's own entries on the disk; not everywhere possible, and then left undone."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        pass
    finally:
        os.close(descriptor)


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _remove(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink(missing_ok=True)
    elif path.exists():
        shutil.rmtree(path, ignore_errors=True)
