"""One run at a time per output folder: a lock that a dead process cannot leave behind.

The file names its owner for whoever comes second; the lock itself is the operating system's
and ends with the process that holds it.
"""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from cxkit.errors import InfrastructureError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_BYTE = 1 << 30  # far past the text, which others may then read while the byte is locked


@contextmanager
def locked(path: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock for the length of a run; a second run ends with code 5 and the owner's name."""
    handle = _open(path)
    try:
        former = _owner(path)
        if former:
            say(f"taking over from a run that did not end: {_named(former)}")
        handle.truncate(0)
        handle.seek(0)
        handle.write(json.dumps(_myself()))
        handle.flush()
        yield
    finally:
        _release(path, handle)


def _open(path: Path) -> IO[str]:
    """The lock's file, locked; tried anew when its owner removes it at that moment."""
    for _ in range(100):
        handle = _opened(path)
        if not _lock(handle):
            handle.close()
            raise InfrastructureError(_refusal(path))
        if _same(handle, path):
            return handle
        handle.close()
    raise InfrastructureError(f"{path.name} is taken and freed without end; try again")


def _opened(path: Path) -> IO[str]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise InfrastructureError(
            f"cannot write to {path.parent}: {error.strerror}\nChoose another folder with --out."
        ) from error
    return os.fdopen(descriptor, "r+", encoding="utf-8")


def _lock(handle: IO[str]) -> bool:
    """Take the lock, or find it taken; an InfrastructureError where there can be no locks."""
    try:
        if sys.platform == "win32":
            handle.seek(_BYTE)
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES, errno.EDEADLK):
            return False
        raise InfrastructureError(
            f"this disk knows no locks ({error.strerror}); choose another with --out"
        ) from error
    return True


def _same(handle: IO[str], path: Path) -> bool:
    """Whether the file that was locked is still the one that lies there."""
    try:
        return os.path.samestat(os.fstat(handle.fileno()), path.stat())
    except OSError:
        return False


def _release(path: Path, handle: IO[str]) -> None:
    if sys.platform == "win32":
        handle.truncate(0)
        handle.flush()
        handle.seek(_BYTE)
        msvcrt.locking(handle.fileno(), msvcrt.LK_UNLCK, 1)
    else:
        path.unlink(missing_ok=True)  # while locked, so that nobody locks a removed file
    handle.close()


def _owner(path: Path) -> dict[str, Any]:
    try:
        owner = json.loads(path.read_text(encoding="utf-8"))
        return owner if isinstance(owner, dict) else {}
    except (OSError, ValueError):
        return {}


def _myself() -> dict[str, Any]:
    started = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    return {"pid": os.getpid(), "host": socket.gethostname(), "started": started}


def _named(owner: dict[str, Any]) -> str:
    return (
        f"process {owner.get('pid', '?')} on {owner.get('host', '?')}, "
        f"started {owner.get('started', '?')}"
    )


def _refusal(path: Path) -> str:
    owner = _owner(path)
    who = f" ({_named(owner)})" if owner else ""
    return (
        f"another run{who} is writing to this folder: {path.parent.parent.name}/{path.stem}\n"
        "Wait for it to end, or choose another folder with --out."
    )
