"""Set cxkit up on a machine that has only Python: `python cxkit/bootstrap.py [--dev]`.

Makes `.venv` beside pyproject.toml, installs the locked packages there (hashes required), compiles
their bytecode and puts cxkit itself in as an editable install. `--dev` adds what the tests, the
checks and the extra `scale` need. A second call returns at once while nothing has changed.

Needs the standard library only, and speaks before anything that an older Python lacks is used.
Exit codes: 0 done, 2 this Python cannot do it, 5 a step failed (network, disk).
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OLDEST, NEWEST = (3, 11), (3, 13)
PART_TWO = "# ---- what the extras dev and scale add ----"
STAMP = "cxkit-setup.json"
# Settings of pip that send packages elsewhere than into .venv or add lines to the lock.
DROPPED = (
    *("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_REQUIRE_HASHES"),
    *("PIP_CONSTRAINT", "PIP_REQUIREMENT", "PIP_EDITABLE", "PIP_NO_BINARY"),
)


class SetupError(Exception):
    """A step that could not be done; the message says what to do, code is the exit code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def say(line: str) -> None:
    """One plain line per step, on standard error, at once."""
    print(f"set-up: {line}", file=sys.stderr, flush=True)


def check_python(version: tuple[int, int], name: str) -> None:
    """Refuse a Python outside the supported range, with the way out."""
    if OLDEST <= version <= NEWEST:
        return
    raise SetupError(
        f"cxkit needs Python 3.{OLDEST[1]} to 3.{NEWEST[1]}; {name} is"
        f" {version[0]}.{version[1]}. Install one of these and name it: make demo"
        " PYTHON=python3.13 (Windows: py -3.13 cxkit/bootstrap.py).",
        2,
    )


def check_venv_module() -> None:
    """Refuse a Python without venv or ensurepip (Debian splits them off), with the way out."""
    if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        return
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    raise SetupError(
        "this Python cannot make virtual environments, because its modules venv and ensurepip"
        f" are packaged apart. Debian, Ubuntu: sudo apt-get install {package}; then repeat.",
        2,
    )


def python_of(venv: Path) -> Path:
    """The environment's interpreter."""
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def split_lock(text: str) -> tuple[str, str]:
    """The lock's two parts: what running needs, and what the extras add."""
    one, mark, two = text.partition(PART_TWO)
    if not mark:
        raise SetupError(
            f"requirements.lock lacks the line {PART_TWO!r}; make it with make lock.", 2
        )
    return one, two


def wanted(root: Path, dev: bool) -> dict[str, object]:
    """What the environment has to match, to be compared with the stamp in it."""
    digest = hashlib.sha256()
    for name in ("requirements.lock", "pyproject.toml", "cxkit/bootstrap.py"):
        digest.update((root / name).read_bytes())
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    return {"root": str(root), "python": python, "digest": digest.hexdigest(), "dev": dev}


def read_stamp(venv: Path) -> dict[str, object]:
    """What the last completed set-up left; empty where there was none."""
    try:
        stamp = json.loads((venv / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(venv: Path, goal: dict[str, object]) -> None:
    """Note what the environment now matches."""
    (venv / STAMP).write_text(json.dumps(goal, indent=1) + "\n", encoding="utf-8")


def is_current(stamp: dict[str, object], goal: dict[str, object]) -> bool:
    """Whether the stamped environment is what is wanted; one with dev serves without it too."""
    same = all(stamp.get(key) == goal[key] for key in ("root", "python", "digest"))
    return same and (bool(stamp.get("dev")) or not goal["dev"])


def run(command: list[str], doing: str, root: Path) -> None:
    """A step's command; its last lines are shown when it fails."""
    env = {k: v for k, v in os.environ.items() if k.upper() not in DROPPED}
    done = subprocess.run(
        command,
        cwd=root,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    if done.returncode:
        lines = [x for x in done.stdout.strip().splitlines() if not x.startswith("WARNING: ")]
        raise SetupError(
            f"{doing} failed; repeat it when this is mended:\n" + "\n".join(lines[-15:]), 5
        )


def version_of(python: Path) -> str | None:
    """An interpreter's "3.12"; None where it does not start or has no pip."""
    code = "import pip, sys; print(f'{sys.version_info[0]}.{sys.version_info[1]}')"
    try:
        probe = subprocess.run([str(python), "-I", "-c", code], capture_output=True, text=True)
    except OSError:
        return None
    return probe.stdout.strip() if probe.returncode == 0 else None


def make_venv(venv: Path, stamp: dict[str, object], goal: dict[str, object]) -> None:
    """Make the environment, or keep the one that is there when it fits and works.

    A moved folder or another Python cannot be mended in place: scripts and paths are fixed in it.
    """
    moved = stamp.get("root", goal["root"]) != goal["root"]
    if not moved and version_of(python_of(venv)) == goal["python"]:
        return
    check_venv_module()
    say(f"making the virtual environment .venv with Python {goal['python']}")
    # The interpreter below .venv, where this may run, is about to go.
    base = getattr(sys, "_base_executable", None) or sys.executable
    if venv.is_dir() and not venv.is_symlink():
        shutil.rmtree(venv)
    run([base, "-m", "venv", str(venv)], "making .venv", venv.parent)


def install(venv: Path, lock: str) -> None:
    """Install a lock's pins, wheels only, each against its hash."""
    count = sum(1 for line in lock.splitlines() if "==" in line and not line.startswith((" ", "#")))
    say(f"installing {count} locked packages; the first time this takes a minute or two")
    part = venv / "cxkit-setup.lock"
    part.write_text(lock, encoding="utf-8")
    options = ["--require-hashes", "--only-binary", ":all:", "--no-deps", "--no-compile"]
    doing = "installing packages (from the index that pip is set up for)"
    pip_install(venv, [*options, "-r", str(part)], doing)
    part.unlink()


def install_project(venv: Path) -> None:
    """Put cxkit itself in, editable: from this folder alone, with the locked backend."""
    say("installing cxkit itself from this folder")
    options = ["--no-index", "--no-deps", "--no-build-isolation", "-e", "."]
    pip_install(venv, options, "installing cxkit")


def pip_install(venv: Path, arguments: list[str], doing: str) -> None:
    """The environment's own pip, deaf to Python's environment variables."""
    pip = [str(python_of(venv)), "-I", "-m", "pip", "--disable-pip-version-check", "--no-input"]
    run([*pip, "install", "--quiet", "--no-user", *arguments], doing, venv.parent)


def compile_bytecode(venv: Path) -> None:
    """Compile once what would be compiled at every start where bytecode is not written.

    The packages' own tests, a quarter of all, are left out. A few packages carry files that are
    no valid Python (templates), so the exit code says nothing; what is looked for is that the
    packages themselves have bytecode afterwards.
    """
    say("compiling bytecode, so that every start is fast")
    library = next(
        iter(sorted(venv.glob("[Ll]ib/python*/site-packages"))), venv / "Lib/site-packages"
    )
    own = venv.parent / "cxkit"
    compiler = [str(python_of(venv)), "-I", "-m", "compileall", "-qq", "-j", "0"]
    compiler += ["-x", r"site-packages[\\/].*[\\/]tests[\\/]"]
    subprocess.run([*compiler, str(library), str(own)], stdin=subprocess.DEVNULL, check=False)
    packages = list(library.glob("*/__init__.py"))
    bare = [path.parent.name for path in packages if not any(path.parent.glob("__pycache__/*.pyc"))]
    if len(bare) > len(packages) // 2:
        raise SetupError("no bytecode was written; is there room left on the disk?", 5)


def set_up(root: Path, dev: bool) -> bool:
    """Bring .venv in line with the lock; False when there was nothing to do."""
    venv, goal = root / ".venv", wanted(root, dev)
    stamp = read_stamp(venv)
    if is_current(stamp, goal) and python_of(venv).exists():
        say("nothing to do, .venv is up to date")
        return False
    one, two = split_lock((root / "requirements.lock").read_text(encoding="utf-8"))
    goal["dev"] = dev or bool(stamp.get("dev"))
    make_venv(venv, stamp, goal)
    (venv / STAMP).unlink(missing_ok=True)
    install(venv, one + two if goal["dev"] else one)
    install_project(venv)
    compile_bytecode(venv)
    write_stamp(venv, goal)
    say("done")
    return True


def main(arguments: list[str] | None = None) -> int:
    """The command: 0 done, 2 this Python cannot do it, 5 a step failed."""
    parser = argparse.ArgumentParser(prog="bootstrap.py", description="Set cxkit up in .venv.")
    parser.add_argument("--dev", action="store_true", help="also what tests and checks need")
    options = parser.parse_args(arguments)
    try:
        check_python((sys.version_info[0], sys.version_info[1]), sys.executable)
        set_up(ROOT, options.dev)
    except SetupError as problem:
        say(str(problem))
        return problem.code
    except OSError as problem:
        say(f"{problem}; set-up was not completed, repeat it when that is mended")
        return 5
    return 0


if __name__ == "__main__":
    sys.exit(main())
