"""The benchmark a client is compared with: found on disk, or its own companies."""

from __future__ import annotations

from pathlib import Path

from cxkit.contracts import Client, project_root
from cxkit.contracts.strict import quoted
from cxkit.errors import ConfigError, InfrastructureError, nearest
from cxkit.measures import Maturity
from cxkit.models.benchmark import Benchmark
from cxkit.models.benchmark_file import loads
from cxkit.models.benchmarking import own_benchmark

NAME = "benchmark.json"
FOLDER = Path("data") / "benchmarks"


def benchmark_of(client: Client, scores: Maturity) -> Benchmark:
    """What a client is compared with: the benchmark it names, else its own companies."""
    return named_benchmark(client) or own_benchmark(client, scores)


def lender_of(client: Client, scores: Maturity) -> Benchmark:
    """The benchmark that lends a report its errors: without norms where it is the client's own.

    A report on the client's own companies reads their scores, not norms of them.
    """
    return named_benchmark(client) or own_benchmark(client, scores, told=False)


def named_benchmark(client: Client) -> Benchmark | None:
    """The benchmark of client.yml; None where it names none.

    An unknown one is a ConfigError, one of another instrument or version a ContractError.
    """
    path = benchmark_path(client.folder, client.config.benchmark)
    if path is None:
        return None
    found = loads(_read(path), f"{path.parent.name}/{NAME}")
    if found.id != client.config.benchmark:
        raise ConfigError(
            f'client.yml names the benchmark "{client.config.benchmark}", but {path.parent.name}/'
            f'{NAME} is "{found.id}". Name that one, or put the right file there.'
        )
    return found.fitting(client.instrument, client.config.client)


def benchmark_path(folder: Path, name: str | None) -> Path | None:
    """The file of a benchmark: the client's own `benchmark.json`, else data/benchmarks/<name>/."""
    if name is None:
        return None
    own, home = folder / NAME, project_root() / FOLDER
    if own.is_file():
        if not own.resolve().is_relative_to(folder.resolve()):
            raise ConfigError(f"{NAME} is a link out of the client's folder. Put the file there.")
        return own
    path = home / name / NAME
    if path.is_file():
        return path
    names = sorted(file.parent.name for file in home.glob(f"*/{NAME}"))
    known = f"; known: {', '.join(names)}." if names else "; there are none yet."
    raise ConfigError(
        f"There is no benchmark {quoted(name)}{nearest(name, names) or known} "
        f"`cxkit benchmark CLIENT --id {name}` makes one in {FOLDER.as_posix()}, or put its "
        f"{NAME} into the client's folder."
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InfrastructureError(f"{path.name} cannot be read: {error.strerror}") from error
