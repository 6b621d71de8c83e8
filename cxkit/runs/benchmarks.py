"""`cxkit benchmark`: a client's companies as a file that others can be compared with."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from cxkit.contracts import project_root
from cxkit.contracts.strict import SLUG, quoted
from cxkit.errors import ConfigError, DisclosureError, InfrastructureError
from cxkit.measures.disclosure import MIN_CELL
from cxkit.models import fit_linkages
from cxkit.models.benchmark import Benchmark
from cxkit.models.benchmark_file import dumps
from cxkit.models.benchmarking import given_away
from cxkit.models.specifications import BASIC
from cxkit.runs.compared import FOLDER, NAME
from cxkit.runs.session import Run, open_run


def make(client: str, id: str) -> tuple[Path, Benchmark]:
    """Write data/benchmarks/<id>/benchmark.json from a client's companies; its path and content.

    A DisclosureError where nothing can be told without telling a company's score.
    """
    if not SLUG.fullmatch(id):
        raise ConfigError(f"--id {quoted(id)} is not a name of a-z, 0-9 and -.")
    run = open_run("benchmark", client)
    made = given_away(run.client, run.scores, id, _linkage(run))
    if made.norms.table.empty:
        scored = run.scores.latest["company_id"]
        others = int((scored != (run.client.config.company or "")).sum())
        raise DisclosureError(
            f"{run.client.config.client}: no benchmark can be told. {others} companies besides "
            f"the reader's own have a score; with fewer than {MIN_CELL} the score of one could be "
            "had from it."
        )
    path = project_root() / FOLDER / id / NAME
    _write(path, dumps(made))
    return path, made


def _linkage(run: Run) -> tuple:
    """Every specification on the client's outcomes, as its report has them."""
    if not run.client.has("pnl"):
        return ()
    primary = run.primary()
    return fit_linkages(run.panels(primary=primary), primary, BASIC, run.scores).results


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, partial = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".partial")
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        Path(partial).chmod(0o644)
        Path(partial).replace(path)
    except OSError as error:
        raise InfrastructureError(
            f"the benchmark could not be written to {path.parent}: {error.strerror}"
        ) from error
