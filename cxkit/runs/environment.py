"""The environment a kernel runs in: nothing of the user's configuration, no secret, no clock zone.

Only the variables named here pass from the caller to a kernel, so neither a token nor a
personal setting can reach a notebook or change its result.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

PASSED = (
    # what a process needs to start and to find its libraries
    *("PATH", "HOME", "USER", "LOGNAME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"),
    *("DYLD_FALLBACK_LIBRARY_PATH", "CONDA_PREFIX", "VIRTUAL_ENV", "PYTHONHOME"),
    "PYTHONPYCACHEPREFIX",
    # the same on Windows
    *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "USERPROFILE", "USERNAME"),
    *("APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "PROGRAMFILES", "NUMBER_OF_PROCESSORS"),
    *("PROCESSOR_ARCHITECTURE", "OS"),
)

FIXED = {
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "PYTHONUTF8": "1",
    "PYTHONHASHSEED": "0",
    "MPLBACKEND": "agg",
    # one thread per kernel: lanes share the cores, and sums keep their order
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "BLIS_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "JUPYTER_NO_CONFIG": "1",
    "JUPYTER_PLATFORM_DIRS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}


def kernel_environment(work: Path, cache: Path) -> dict[str, str]:
    """The whole environment of one kernel; `work` is its private folder, `cache` is shared.

    The cache holds only matplotlib's list of fonts, which takes seconds to make.
    """
    passed = {name: os.environ[name] for name in PASSED if name in os.environ}
    private = {
        "IPYTHONDIR": work / "ipython",
        "JUPYTER_CONFIG_DIR": work / "jupyter" / "config",
        "JUPYTER_DATA_DIR": work / "jupyter" / "data",
        "JUPYTER_RUNTIME_DIR": work / "jupyter" / "runtime",
        "TMPDIR": work / "tmp",
        "TEMP": work / "tmp",
        "TMP": work / "tmp",
        "MPLCONFIGDIR": cache / "matplotlib",
    }
    for folder in private.values():
        folder.mkdir(parents=True, exist_ok=True)
    rest = {name: str(folder) for name, folder in private.items()}
    return {**passed, **FIXED, **rest, **_matplotlib_defaults(), **_import_path()}


def cache_folder(root: Path, work: Path) -> Path:
    """Where caches lie: below the project's outputs, else with the user's own, else in `work`.

    Never in a folder that reports are written to with --out.
    """
    for place in (root / "outputs" / ".cache", _user_cache() / "cxkit"):
        try:
            place.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(place, os.W_OK):
            return place
    return work / "cache"


def _user_cache() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def prime_fonts(environment: dict[str, str]) -> None:
    """Make matplotlib's list of fonts once, so that no notebook prints about making it."""
    folder = Path(environment["MPLCONFIGDIR"])
    if importlib.util.find_spec("matplotlib") is None or any(folder.glob("fontlist-*.json")):
        return
    command = [sys.executable, "-c", "import matplotlib.font_manager"]
    subprocess.run(command, env=environment, capture_output=True, timeout=300, check=False)


def _matplotlib_defaults() -> dict[str, str]:
    """Matplotlib's own settings file, so that a user's cannot change a figure."""
    spec = importlib.util.find_spec("matplotlib")
    if spec is None or spec.origin is None:
        return {}
    settings = Path(spec.origin).parent / "mpl-data" / "matplotlibrc"
    return {"MATPLOTLIBRC": str(settings)} if settings.is_file() else {}


def _import_path() -> dict[str, str]:
    """The folder of a cxkit that is run from its source and not installed."""
    source = Path(__file__).resolve().parents[2]
    installed = {Path(sysconfig.get_path(name)).resolve() for name in ("purelib", "platlib")}
    return {} if source in installed else {"PYTHONPATH": str(source)}
