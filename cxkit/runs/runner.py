"""One client folder in, one published report out; the report before it stays until then."""

from __future__ import annotations

import datetime as dt
import json
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxkit.contracts import Client, project_root, read_client, resolve_client
from cxkit.display import text
from cxkit.errors import CxkitError, InfrastructureError
from cxkit.reports import results as report_results
from cxkit.reports.write import write_report
from cxkit.runs import manifest
from cxkit.runs.audit import published_copy
from cxkit.runs.compared import benchmark_path, named_benchmark
from cxkit.runs.environment import cache_folder, kernel_environment, prime_fonts
from cxkit.runs.execute import Execution, Lane, execute
from cxkit.runs.failures import NotebookError
from cxkit.runs.kernels import Kernels
from cxkit.runs.lock import locked
from cxkit.runs.merge import DONE, SKIPPED, Section, merge, merge_analysis
from cxkit.runs.plan import Job, make_plan
from cxkit.runs.previous import FRAGMENTS, earlier_section
from cxkit.runs.publish import Site, Staging, discard, open_staging, publish

if TYPE_CHECKING:
    from nbformat import NotebookNode

KEEP = 5
PARTS = ("client", "instrument", "benchmark", "notebooks")
UNCHANGED = "The report published before is unchanged."


@dataclass(frozen=True)
class Request:
    """What to run and where to; `wanted` None is every notebook of the client's report."""

    client: str
    wanted: Sequence[str] | None = None
    out: Path | None = None
    keep: int = KEEP
    overrides: Sequence[str] = ()
    lanes: int | None = None
    say: Callable[[str], None] = field(default=lambda line: None)


@dataclass(frozen=True)
class RunOutcome:
    """A published run: its folder, its results, and what became of each notebook."""

    client: str
    as_of: str
    folder: Path
    results: dict[str, Any]
    seconds: float

    @property
    def report(self) -> Path:
        return self.folder / "report.html"

    @property
    def sections(self) -> dict[str, str]:
        """done, kept, stale or skipped, by notebook."""
        return {section["id"]: section["status"] for section in self.results["sections"]}

    @property
    def skipped(self) -> dict[str, Any]:
        """The reason, a text, by skipped notebook."""
        sections = self.results["sections"]
        return {s["id"]: s["reason"] for s in sections if s["status"] == SKIPPED}


def run_client(
    client: str,
    notebooks: Sequence[str] | None = None,
    out: Path | None = None,
    **more: Any,
) -> RunOutcome:
    """Run a client's notebooks and publish the report; more are the other parts of a Request."""
    return run(Request(client, notebooks, out, **more))


def run(request: Request) -> RunOutcome:
    """Carry out a request. Whatever fails, the report published before is left as it is."""
    begun, started = time.monotonic(), dt.datetime.now(dt.UTC)
    root, folder = project_root(), resolve_client(request.client)
    client = read_client(request.client)
    named_benchmark(client)
    jobs = make_plan(root, client, request.wanted, request.overrides)
    config = client.config
    site = Site((request.out or root / "outputs").resolve(), config.client, str(config.as_of))
    with locked(site.lock, request.say):
        staging = open_staging(site)
        work = _Run(request, root, folder, client, jobs, site, staging, started)
        try:
            results = work.carry_out()
            shown = publish(site, staging, request.keep)
        except BaseException as error:
            failure = _disk(error) if isinstance(error, OSError) and error.errno else error
            if site.previous() is not None:
                failure.add_note(UNCHANGED)
            if failure is error:
                raise
            raise failure from error
        finally:
            discard(staging)
    return RunOutcome(config.client, str(config.as_of), shown, results, time.monotonic() - begun)


@dataclass(frozen=True)
class _Run:
    """One run between its lock and its publication."""

    request: Request
    root: Path
    folder: Path
    client: Client
    jobs: Sequence[Job]
    site: Site
    staging: Staging
    started: dt.datetime

    def carry_out(self) -> dict[str, Any]:
        """Run, merge, draw and seal the staging tree; returns its results."""
        read = self._inputs()
        todo = [job for job in self.jobs if job.asked and job.skip is None]
        try:
            executions = self._execute(todo)
        except NotebookError as error:
            raise self._with_traces(error) from error
        sections, records = self._sections(read, executions)
        results = self._write(sections)
        self._unchanged(read)
        self._seal(read, sections, records)
        return results

    def _inputs(self) -> dict[str, Any]:
        books = [job.notebook for job in self.jobs]
        config = self.client.config
        compared = benchmark_path(self.folder, config.benchmark)
        return manifest.inputs(
            self.root, self.folder, config.client, config.instrument, books, compared
        )

    def _unchanged(self, read: dict[str, Any]) -> None:
        """Every kernel must have read what the manifest says was read."""
        now = self._inputs()
        moved = [part for part in PARTS if now[part] != read[part]]
        if moved:
            raise InfrastructureError(
                f"{self.folder.name}: the {' and '.join(moved)} files changed while the run was "
                "under way\nRun it again when nothing is being written."
            )

    def _execute(self, jobs: Sequence[Job]) -> dict[str, Execution]:
        """Every job in a kernel of its own, a few at a time; the first failure ends all."""
        if not jobs:
            return {}
        kernels = Kernels()
        slug = self.client.config.client
        cache = cache_folder(self.root, self.staging.work)
        prime_fonts(kernel_environment(self.staging.work / "kernels" / "fonts", cache))
        lane = Lane(slug, self.folder, self.root, self.staging.work, cache, kernels)
        lanes = self.request.lanes or min(2, os.cpu_count() or 1)
        pool = ThreadPoolExecutor(max_workers=lanes, thread_name_prefix="lane")
        try:
            futures = [pool.submit(self._one, job, lane) for job in jobs]
            wait(futures, return_when=FIRST_EXCEPTION)
            _raise_first(futures)
        finally:
            kernels.stop()
            pool.shutdown(wait=True, cancel_futures=True)
        return {future.result().notebook: future.result() for future in futures}

    def _one(self, job: Job, lane: Lane) -> Execution:
        begun = time.monotonic()
        execution = execute(job.notebook.path, lane, job.parameters)
        seconds = time.monotonic() - begun
        self.request.say(f"{lane.client}  {job.notebook.name}  done in {seconds:.1f} s")
        return execution

    def _sections(
        self, read: dict[str, Any], executions: dict[str, Execution]
    ) -> tuple[list[Section], dict[str, dict[str, str]]]:
        """The report's sections in order, and for each that has content what it rests on."""
        sections, records = [], {}
        for job in self.jobs:
            name = job.notebook.name
            record = manifest.section_record(read, job.notebook, job.parameters)
            execution = executions.get(name)
            if execution is not None:
                fragment = {**execution.fragment, "parameters": dict(job.parameters)}
                fragment["parameters_overridden"] = list(job.overridden)
                fragment.pop("token")
                section = Section(name, job.notebook.title, DONE, None, job.parameters, fragment)
                self._keep_notebook(name, execution.executed)
            elif job.asked:
                section = Section(name, job.notebook.title, SKIPPED, job.skip)
            else:
                section, record = earlier_section(
                    self.site.previous(), self.staging.tree, job, record
                )
            self._tell(section)
            sections.append(section)
            if section.fragment is not None:
                records[name] = record
        return sections, records

    def _tell(self, section: Section) -> None:
        if section.status != DONE:
            words = f"{self.client.config.client}  {section.notebook}  {section.status}"
            self.request.say(words + _because(section))

    def _keep_notebook(self, name: str, executed: NotebookNode | None) -> None:
        folder = self.staging.tree / "notebooks"
        folder.mkdir(exist_ok=True)
        _write(folder / f"{name}.ipynb", published_copy(executed, self._places()))

    def _places(self) -> dict[str, Path]:
        return {
            "client": self.folder,
            "staging": self.staging.work,
            "outputs": self.site.out,
            "project": self.root,
        }

    def _write(self, sections: Sequence[Section]) -> dict[str, Any]:
        """results.json and what is drawn from it, analysis.json, and the fragments."""
        tree = self.staging.tree
        results = merge(self.client, sections)
        report_results.validate(results)
        _write(tree / "results.json", report_results.dumps(results))
        _write(tree / "analysis.json", report_results.dumps(merge_analysis(sections)))
        (tree / FRAGMENTS).mkdir()
        for section in sections:
            if section.fragment is not None:
                content = json.dumps(section.fragment, ensure_ascii=False, allow_nan=False)
                _write(tree / FRAGMENTS / f"{section.notebook}.json", content + "\n")
        write_report(tree)
        return results

    def _seal(
        self,
        read: dict[str, Any],
        sections: Sequence[Section],
        records: dict[str, dict[str, str]],
    ) -> None:
        """The manifest, last."""
        kept = [section for section in sections if section.fragment is not None]
        parameters = {section.notebook: section.parameters for section in kept}
        slug, as_of = self.client.config.client, str(self.client.config.as_of)
        content = manifest.build(
            self.staging.tree, slug, as_of, read, parameters, records, self.started
        )
        manifest.write(self.staging.tree, content)

    def _with_traces(self, error: NotebookError) -> CxkitError:
        """The same error, with the place of the notebook as far as it came."""
        words = str(error)
        path = self.site.failed / error.notebook
        try:
            path.parent.mkdir(exist_ok=True)
            _write(path, published_copy(error.executed, self._places()))
            words += f"\nThe notebook as far as it came: {_short(path)}"
        except OSError:
            pass  # a full disk; the error itself matters more
        return NotebookError(f"{self.client.config.client}: {words}", error.exit_code)


def _raise_first(futures: Sequence[Future[Execution]]) -> None:
    """The first notebook's error, in the notebooks' order."""
    for future in futures:
        if future.done() and (error := future.exception()) is not None:
            raise error


def _because(section: Section) -> str:
    return f": {text(section.reason)}" if section.reason is not None else ""


def _write(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8", newline="\n")


def _short(path: Path) -> str:
    """A path as the reader would type it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _disk(error: OSError) -> InfrastructureError:
    where = f" ({_short(Path(error.filename))})" if isinstance(error.filename, str) else ""
    return InfrastructureError(f"the run could not be written: {error.strerror or error}{where}")
