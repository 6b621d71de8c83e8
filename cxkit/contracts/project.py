"""Where the project lies on this machine; every path of the kit starts here."""

from __future__ import annotations

import os
from pathlib import Path

from cxkit.errors import ConfigError


def project_root(start: Path | None = None) -> Path:
    """The folder that holds `notebooks/`, `data/` and `cxkit/`.

    `CXKIT_ROOT` decides where it is set; else the nearest folder upward from `start`
    (default: the working folder) with a `pyproject.toml` of cxkit and a `notebooks` folder;
    else the folder around the installed package.
    """
    named = os.environ.get("CXKIT_ROOT")
    if named:
        root = Path(named).expanduser()
        if not root.is_dir():
            raise ConfigError(
                f'CXKIT_ROOT names "{named}", which is not a folder. Mend or unset it.'
            )
        return root.resolve()
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if _is_project(folder):
            return folder
    return Path(__file__).resolve().parents[2]


def _is_project(folder: Path) -> bool:
    declared = folder / "pyproject.toml"
    if not (declared.is_file() and (folder / "notebooks").is_dir()):
        return False
    return 'name = "cxkit"' in declared.read_text(encoding="utf-8", errors="replace")
