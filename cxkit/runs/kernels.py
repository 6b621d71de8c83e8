"""Kernels of the interpreter that runs cxkit, each in a private environment, none left behind."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from cxkit.errors import InfrastructureError
from cxkit.runs.environment import kernel_environment

KERNEL_NAME = "python3"


class Kernels:
    """The kernels of one run. `stop` ends them all and lets no other start."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._groups: set[int] = set()
        self.stopped = False

    def added(self, group: int) -> None:
        """A kernel has started, as the leader of a process group."""
        with self._lock:
            self._groups.add(group)
            stopped = self.stopped
        if stopped:
            self.end(group)
            raise InfrastructureError("the run was stopped")

    def end(self, group: int) -> None:
        """End a kernel and whatever it started."""
        with self._lock:
            self._groups.discard(group)
        kill_group(group)

    def stop(self) -> None:
        """End every kernel; one that is just starting ends as soon as it is known."""
        with self._lock:
            self.stopped = True
            groups = list(self._groups)
        for group in groups:
            kill_group(group)


def kill_group(group: int) -> None:
    """End every process of a group; one that has ended already is no matter."""
    try:
        if hasattr(os, "killpg"):
            os.killpg(group, signal.SIGKILL)
        else:
            os.kill(group, signal.SIGTERM)
    except OSError:
        pass


class OwnKernelManager(AsyncKernelManager):
    """A kernel of this very interpreter, whatever kernels the user has registered.

    `kernels`, `environment` and `log_file` are set by `manager_class`. The seam for faster
    kernels: name a provisioner in the kernel spec's metadata.
    """

    kernels: Kernels
    environment: dict[str, str]
    log_file: Path
    exit_code: int | None = None
    group: int | None = None

    @property
    def kernel_spec(self) -> KernelSpec:
        return KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            display_name="Python 3",
            language="python",
        )

    async def _async_start_kernel(self, **kw: Any) -> None:
        # What a kernel writes past the notebook goes to the run's log, not to the terminal.
        with self.log_file.open("ab") as log:
            kw |= {"env": dict(self.environment), "stdout": log, "stderr": log}
            await super()._async_start_kernel(**kw)
        process = getattr(self.provisioner, "process", None)
        if process is not None:
            self.group = process.pid
            self.kernels.added(process.pid)

    start_kernel = _async_start_kernel

    async def _async_is_alive(self) -> bool:
        process = getattr(self.provisioner, "process", None)
        if process is not None:
            self.exit_code = process.poll()
        return await super()._async_is_alive()

    is_alive = _async_is_alive

    def end(self) -> None:
        """End the kernel's whole process group and close its channels, should any be left."""
        if self.group is not None:
            self.kernels.end(self.group)
        self._close_control_socket()
        if self._created_context and not self.context.closed:
            self.context.destroy(linger=0)


def manager_class(
    kernels: Kernels, environment: dict[str, str], work: Path, made: list[OwnKernelManager]
) -> type[OwnKernelManager]:
    """A manager class for one notebook; every manager it makes is appended to `made`."""

    class Manager(OwnKernelManager):
        def __init__(self, **kw: Any) -> None:
            super().__init__(**kw)
            runtime = Path(environment["JUPYTER_RUNTIME_DIR"])
            self.connection_file = str(runtime / f"kernel-{len(made)}.json")
            self.kernels, self.environment = kernels, environment
            self.log_file = work / "kernel.log"
            made.append(self)

    return Manager


def answers(folder: Path) -> float:
    """Start a kernel in a private folder, ask it for 1 + 1; seconds until it answered."""
    kernels = Kernels()
    made: list[OwnKernelManager] = []
    environment = kernel_environment(folder / "kernel", folder / "cache")
    manager = manager_class(kernels, environment, folder / "kernel", made)
    book = new_notebook(cells=[new_code_cell("1 + 1")])
    begun = time.monotonic()
    try:
        NotebookClient(
            book, kernel_name=KERNEL_NAME, kernel_manager_class=manager, shutdown_kernel="immediate"
        ).execute()
        seconds = time.monotonic() - begun
    finally:
        for kernel in made:
            kernel.end()
    if [output.get("data", {}).get("text/plain") for output in book.cells[0].outputs] != ["2"]:
        raise InfrastructureError("a kernel started but did not know 1 + 1")
    return seconds
