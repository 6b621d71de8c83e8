"""A headless Chromium that opens a file and tells what it asked the network for."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")

_QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-extensions", "--disable-domain-reliability", "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip
_OWN = "not an origin"  # how the log names requests of the browser itself, not of a page


def run(page: Path, work: Path, *options: str) -> str:
    """Open a page with a new profile below `work`; returns what the browser prints."""
    assert CHROMIUM is not None
    profile = work / f"profile{len(list(work.glob('profile*')))}"
    command = [CHROMIUM, *_QUIET, f"--user-data-dir={profile}", *options, page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


def requests(page: Path, work: Path) -> list[str]:
    """Every address a page asked the network for, from the browser's own network log."""
    log = work / "net-log.json"
    run(page, work, f"--log-net-log={log}", f"--screenshot={work / 'shot.png'}")
    found = json.loads(log.read_text(encoding="utf-8"))
    start = found["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
    asked = [e.get("params") or {} for e in found["events"] if e["type"] == start]
    return [p["url"] for p in asked if "url" in p and p.get("initiator") != _OWN]


def overflow(page: Path, work: Path, width: int) -> int:
    """Pixels by which a page is wider than its window."""
    return measured(page, work, width, "document.documentElement.scrollWidth - window.innerWidth")


def measured(page: Path, work: Path, width: int, what: str) -> int:
    """A whole number that an expression has in a page, by a script put into a copy of it."""
    html = page.read_text(encoding="utf-8")
    script = f"<script>document.documentElement.dataset.over = Math.round({what})</script></body>"
    policy = html.index('<meta http-equiv="Content-Security-Policy"')
    html = html[:policy] + html[html.index(">", policy) + 1 :]
    copy = work / f"measured-{width}.html"
    copy.write_text(html.replace("</body>", script), encoding="utf-8")
    dom = run(copy, work, f"--window-size={width},2000", "--dump-dom")
    return int(dom.split('data-over="', 1)[1].split('"', 1)[0])
