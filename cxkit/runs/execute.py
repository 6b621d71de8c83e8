"""One notebook through papermill, and the proof that it ran to its end.

Papermill can report success after `sys.exit(0)`; so success here is the fragment that the
notebook's last cell wrote, whole and with this run's own token, and nothing else.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_core.utils import ensure_event_loop
from papermill import execute_notebook
from papermill.engines import NBClientEngine, papermill_engines

from cxkit.errors import InfrastructureError
from cxkit.runs.environment import kernel_environment
from cxkit.runs.failures import Stop, explain
from cxkit.runs.kernels import KERNEL_NAME, Kernels, OwnKernelManager, manager_class

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbformat import NotebookNode

ENGINE = "cxkit"


@dataclass
class Execution:
    """What one notebook's execution left: the executed copy and its fragment."""

    notebook: str
    executed: NotebookNode | None = None
    fragment: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Lane:
    """Where a run's notebooks work: folders, and the kernels it must end."""

    client: str
    client_dir: Path
    root: Path
    work: Path
    cache: Path
    kernels: Kernels


class Engine(NBClientEngine):
    """Papermill's own engine; it also hands out the notebook as far as it came.

    Faster kernels slot in here or as a provisioner in the kernel's spec.
    """

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, execution: Execution | None = None, **kwargs: Any
    ) -> Any:
        if execution is not None:
            execution.executed = nb_man.nb
        return super().execute_managed_notebook(nb_man, kernel_name, **kwargs)


papermill_engines.register(ENGINE, Engine)


def execute(notebook: Path, lane: Lane, parameters: Mapping[str, Any]) -> Execution:
    """Run a notebook in a fresh kernel; its fragment, or a NotebookError that names the cell.

    A kernel that fails before the first cell is tried once more. To be called from a thread
    that has no running event loop.
    """
    private = lane.work / "kernels" / notebook.stem
    token = secrets.token_hex(16)
    context = _write_context(notebook.stem, lane, token)
    execution, stop = _attempt(notebook, lane, parameters, private, context)
    if stop.failure is not None and stop.cell is None and not lane.kernels.stopped:
        execution, stop = _attempt(notebook, lane, parameters, private, context)
    execution.fragment = _fragment(lane.work, stop, token)
    return execution


def _attempt(
    notebook: Path, lane: Lane, parameters: Mapping[str, Any], private: Path, context: Path
) -> tuple[Execution, Stop]:
    """One kernel for one notebook, ended again whatever happens; and how it stopped."""
    environment = kernel_environment(private, lane.cache)
    environment |= {"CXKIT_ROOT": str(lane.root), "CXKIT_RUN": str(context)}
    execution = Execution(notebook.stem)
    made: list[OwnKernelManager] = []
    manager = manager_class(lane.kernels, environment, private, made)
    failure: Exception | None = None
    try:
        with _quiet(private / "papermill.log"), _own_loop():
            _papermill(notebook, execution, manager, dict(parameters), lane.root)
    except Exception as error:
        failure = error
    finally:
        for kernel in made:
            kernel.end()
    kernel_used = made[-1] if made else None
    return execution, Stop(notebook, execution.executed, failure, kernel_used, private)


def _papermill(
    notebook: Path,
    execution: Execution,
    manager: type[OwnKernelManager],
    parameters: dict[str, Any],
    root: Path,
) -> None:
    execute_notebook(
        _as_is(notebook),
        None,
        parameters=parameters,
        engine_name=ENGINE,
        kernel_name=KERNEL_NAME,
        language="python",
        progress_bar=False,
        log_output=False,
        execution=execution,
        kernel_manager_class=manager,
        resources={"metadata": {"path": str(root)}},
        shutdown_kernel="immediate",
        record_timing=False,
        iopub_timeout=60,
    )


def _as_is(path: Path) -> str:
    """A path in which papermill finds nothing to format."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _write_context(notebook: str, lane: Lane, token: str) -> Path:
    """The file by which `open_run` inside the notebook knows the run it belongs to."""
    path = lane.work / "contexts" / f"{notebook}.json"
    for folder in (path.parent, lane.work / "fragments"):
        folder.mkdir(parents=True, exist_ok=True)
    context = {
        "client_dir": str(lane.client_dir),
        "staging": str(lane.work),
        "token": token,
        "notebook": notebook,
    }
    path.write_text(json.dumps(context), encoding="utf-8")
    return path


def _fragment(work: Path, stop: Stop, token: str) -> dict[str, Any]:
    """The notebook's fragment, if it is this run's and whole; else why there is none."""
    if stop.failure is not None or stop.cell is not None:
        raise explain(stop)
    path = work / "fragments" / f"{stop.notebook.stem}.json"
    if not path.is_file():
        raise explain(stop, "it ended without run.save(), so nothing it found was kept")
    try:
        fragment = json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_constant)
    except ValueError as error:
        raise explain(stop, f"its fragment cannot be read: {error}") from None
    if not isinstance(fragment, dict) or fragment.get("token") != token:
        raise explain(stop, "its fragment belongs to another run")
    if fragment.get("complete") is not True or fragment.get("notebook") != stop.notebook.stem:
        raise explain(stop, "its fragment is not complete")
    return fragment


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number")


@contextmanager
def _own_loop() -> Iterator[None]:
    """The event loop that jupyter keeps for this thread, closed afterwards."""
    loop = ensure_event_loop()
    try:
        yield
    finally:
        asyncio.set_event_loop(None)
        loop.close()


@contextmanager
def _quiet(path: Path) -> Iterator[None]:
    """Papermill's words go to a file in the run's folder, not to the terminal."""
    logger = logging.getLogger("papermill")
    try:
        handler = logging.FileHandler(path, encoding="utf-8", delay=True)
    except OSError as error:
        raise InfrastructureError(f"the run's folder cannot be written: {error}") from error
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        handler.close()
