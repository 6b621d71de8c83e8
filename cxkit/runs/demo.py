"""The main job on the two shipped examples, side by side where there are two cores."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from cxkit.contracts import project_root
from cxkit.errors import CxkitError
from cxkit.runs import manifest

EXAMPLES = ("service-brands", "simulated")
STAMP = ".generated"


def demo(out: Path | None, say: Callable[[str], None]) -> list[Path]:
    """Make the simulated client if need be and report on both; returns the reports' paths."""
    root = project_root()
    make_simulated(root, say)
    side_by_side = (os.cpu_count() or 1) > 1
    running, finished = [], []
    try:
        for name in EXAMPLES:
            running.append(_start(name, out))
            if not side_by_side:
                running[-1].wait()
        finished = [process.communicate()[0] for process in running]
    finally:
        for process in running:
            _end(process)
    codes = [process.returncode for process in running]
    if any(codes):
        failed = [name for name, code in zip(EXAMPLES, codes, strict=True) if code]
        error = CxkitError(f"the demo failed for {' and '.join(failed)}; see above")
        error.exit_code = next(code for code in codes if code)
        raise error
    say("Open a report in any browser; it needs no network:")
    return [Path(json.loads(text)["report"]) for text in finished]


def make_simulated(root: Path, say: Callable[[str], None]) -> bool:
    """Generate data/clients/simulated unless it is there and made by this very generator."""
    from cxkit.simulate import SEED, write_shipped

    folder = root / "data" / "clients" / "simulated"
    generator = Path(sys.modules["cxkit.simulate"].__file__ or "").parent
    instrument = manifest.sha256(root / "data" / "instruments" / "cx95.yml")
    now = {"generator": manifest.digest_of(generator), "seed": SEED, "instrument": instrument}
    stamp = folder / STAMP
    if (folder / "client.yml").is_file() and _read(stamp) == now:
        return False
    say("simulated  making the benchmark of 1,500 companies")
    stamp.unlink(missing_ok=True)
    write_shipped(root)
    stamp.write_text(json.dumps(now) + "\n", encoding="utf-8")
    return True


def _start(name: str, out: Path | None) -> subprocess.Popen[str]:
    """`cxkit run NAME` as a process of its own; its messages go where ours go."""
    command = [sys.executable, "-m", "cxkit", "run", name, "--json", "--lanes", "1"]
    if out is not None:
        command += ["--out", str(out)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8")


def _end(process: subprocess.Popen[str]) -> None:
    """Ask a run that still goes to stop, and wait until it has cleared up."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _read(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
