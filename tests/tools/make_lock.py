"""Write requirements.lock from pyproject.toml: exact versions with hashes, one version per name.

The lock has two parts in one file. The first is what running cxkit needs (and the backend that
installs it); the second is what the extras `dev` and `scale` add. `cxkit/bootstrap.py` splits
them at PART_TWO. Neither part holds an address or a path.

Usage: python tests/tools/make_lock.py [--upgrade]

Pins in the present lock are kept where they still fit; --upgrade takes the newest that fit.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from itertools import product
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements.lock"
PYTHONS = ("3.11", "3.12", "3.13")
# For each of these every pin has to have a wheel. Intel Macs are what new releases leave out
# first, so that the pins are chosen there, on the oldest Python, and hold everywhere.
PLATFORMS = (
    *("x86_64-apple-darwin", "aarch64-apple-darwin", "x86_64-pc-windows-msvc"),
    *("x86_64-manylinux_2_28", "aarch64-manylinux_2_28"),
)
WHEELS = ("--only-binary", ":all:")
PART_TWO = "# ---- what the extras dev and scale add ----"
HEADER = """\
# Made by `make lock` from pyproject.toml; do not edit. Python 3.11 to 3.13; Linux, macOS, Windows.
# ---- what running cxkit needs, and the backend that installs it ----
"""
# What a machine says about where packages come from; all else of pip's and uv's is left out,
# so that a find-links folder or a constraint of one machine never reaches the lock.
KEPT = ("UV_INDEX_URL", "UV_DEFAULT_INDEX", "UV_NATIVE_TLS", "UV_SYSTEM_CERTS", "UV_CACHE_DIR")


def quiet_environment(env: dict[str, str]) -> dict[str, str]:
    """The environment without settings of pip or uv that could leak into the lock."""
    return {k: v for k, v in env.items() if k in KEPT or not k.startswith(("PIP_", "UV_"))}


def blocks(text: str) -> dict[str, list[str]]:
    """The lock's pins: name to blocks, each a pin with its marker and its hash lines."""
    found: dict[str, list[str]] = {}
    for block in re.split(r"\n(?=[A-Za-z0-9])", text):
        match = re.match(r"([A-Za-z0-9._-]+)==", block)
        if match:
            pin = [line for line in block.splitlines() if not line.lstrip().startswith("#")]
            found.setdefault(match.group(1), []).append("\n".join(pin).rstrip())
    return found


def compile_pins(
    lines: list[str], constraints: str, folder: Path, *more: str, python: str = PYTHONS[0]
) -> str:
    """uv's resolution of requirement lines, as the text of a requirements file."""
    source, limits, target = (folder / name for name in ("in.txt", "limits.txt", "out.txt"))
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    limits.write_text(constraints, encoding="utf-8")
    command = [
        *(sys.executable, "-m", "uv", "--no-config", "--quiet", "pip", "compile", str(source)),
        *("--constraint", str(limits), "--output-file", str(target)),
        *("--python-version", python, "--no-header", "--no-annotate"),
        *("--no-emit-index-url", "--no-emit-find-links", *more),
    ]
    subprocess.run(command, check=True, cwd=folder, env=quiet_environment(dict(os.environ)))
    return target.read_text(encoding="utf-8")


def first_lines(pins: dict[str, list[str]]) -> str:
    """Each pin without hashes and markers, to hold one resolution to another's versions."""
    heads = {block.split()[0] for many in pins.values() for block in many}
    return "".join(f"{head}\n" for head in sorted(heads))


def check_wheels(lines: list[str], pinned: str, folder: Path) -> None:
    """Fail, with uv's words, where a pin has no wheel for a supported Python and platform."""
    for python, platform in product(PYTHONS, PLATFORMS):
        asked = ("--python-platform", platform, *WHEELS)
        compile_pins(lines, pinned, folder, *asked, python=python)


def make_lock(root: Path, present: str) -> str:
    """The text of the lock for the project in root; pins in present are preferred."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    needed = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    extras = project["project"]["optional-dependencies"].values()
    everything = [*needed, *(line for extra in extras for line in extra)]
    universal = ("--universal", "--generate-hashes", "--fork-strategy", "fewest")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "out.txt").write_text(present, encoding="utf-8")
        # One version for every Python and platform.
        picky = ("--python-platform", PLATFORMS[0], *WHEELS)
        oldest = first_lines(blocks(compile_pins(everything, "", folder, *picky)))
        (folder / "out.txt").write_text(present, encoding="utf-8")
        whole = blocks(compile_pins(everything, oldest, folder, *universal))
        part_one = blocks(compile_pins(needed, first_lines(whole), folder, *universal))
        check_wheels(everything, first_lines(whole), folder)
    one = [block for name, many in whole.items() if name in part_one for block in many]
    two = [block for name, many in whole.items() if name not in part_one for block in many]
    return HEADER + "\n".join(one) + f"\n\n{PART_TWO}\n" + "\n".join(two) + "\n"


def main() -> int:
    """Write the lock; say how many pins it has."""
    parser = argparse.ArgumentParser(description="Write requirements.lock from pyproject.toml.")
    parser.add_argument("--upgrade", action="store_true", help="take the newest that fit")
    upgrade = parser.parse_args().upgrade
    keep = LOCK.exists() and not upgrade
    text = make_lock(ROOT, LOCK.read_text(encoding="utf-8") if keep else "")
    LOCK.write_text(text, encoding="utf-8", newline="\n")
    print(f"wrote {LOCK.name}: {len(blocks(text))} packages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
