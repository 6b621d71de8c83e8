"""How fast, and in how much memory, millions of answers become scores: on disk and in memory.

Writes a client's folder with random answers to cx95 as Parquet and as CSV, then reads, checks
and scores it in processes of their own: leaving the answers in their file (DuckDB), and holding
them in memory (pandas). Prints seconds, peak memory, the ratio and the largest difference.

    python tests/benchmarks/intake_scale.py [companies [respondents]] [--no-memory]
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from cxkit.contracts import load_instrument, read_client
from cxkit.contracts.large import files
from cxkit.measures import maturity

NEVER = 10**15
CLIENT = """\
schema_version: 1
client: scale
instrument: cx95
as_of: "2024-12-31"
currency: EUR
"""


def answers(companies: int, respondents: int, seed: int = 1) -> pa.Table:
    """Every item of cx95 asked of every respondent; 3 % of performance is unanswered."""
    items = load_instrument("cx95").items
    rng = np.random.default_rng(seed)
    rows = companies * respondents * len(items)
    company = np.repeat(np.arange(companies), respondents * len(items))
    person = np.tile(np.repeat(np.arange(respondents), len(items)), companies)
    item = np.tile(np.arange(len(items)), companies * respondents)
    low = np.array([i.minimum for i in items])[item]
    given = np.maximum(rng.integers(0, 6, rows), low).astype(float)
    return pa.table(
        {
            "company_id": _texts(company, [f"c{k:06d}" for k in range(companies)]),
            "wave": pa.array(np.full(rows, np.datetime64("2024-09-30")), pa.date32()),
            "respondent_id": _texts(person, [f"r{k}" for k in range(respondents)]),
            "item_id": _texts(item, [i.id for i in items]),
            "performance": pa.array(given, mask=rng.random(rows) < 0.03),
            "importance": pa.array(rng.integers(1, 6, rows).astype(float)),
        }
    )


def _texts(codes: np.ndarray, words: list[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), words).cast(pa.string())


def write_clients(place: Path, companies: int, respondents: int) -> dict[str, Path]:
    """A client's folder for each format, with the same answers."""
    table = answers(companies, respondents)
    names = "".join(f"c{k:06d},Company {k}\n" for k in range(companies))
    folders = {}
    for name in ("parquet", "csv"):
        folders[name] = place / name
        folders[name].mkdir()
        (folders[name] / "client.yml").write_text(CLIENT)
        (folders[name] / "companies.csv").write_text("company_id,name\n" + names)
    pq.write_table(table, folders["parquet"] / "assessments.parquet")
    pc.write_csv(table, folders["csv"] / "assessments.csv")
    return folders


def child(folder: str, way: str, out: str) -> None:
    """Read, check and score one folder; the index goes to a file, what it took to stdout."""
    files.LARGE_ROWS = 1 if way == "on disk" else NEVER
    files.SHORTEST = 1
    start = time.perf_counter()
    client = read_client(folder)
    read = time.perf_counter()
    scores = maturity(client)
    end = time.perf_counter()
    blocks = scores.blocks[["performance", "importance"]].to_numpy().ravel()
    np.save(out, np.concatenate([scores.table["index"].to_numpy(), blocks]))
    took = {"read": read - start, "score": end - read, "gigabytes": peak_gigabytes()}
    print(json.dumps(took | {"stages": scores.table["stage"].value_counts().to_dict()}))


def peak_gigabytes() -> float:
    """The most memory this process has held; what its parent held does not count."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
        return int(line.split()[1]) / 1024**2
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def run(folder: Path, way: str, out: Path) -> dict[str, float]:
    """One way to do it, in a process of its own."""
    command = [sys.executable, __file__, "--child", str(folder), way, str(out)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    took: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    print(
        f"{folder.name:8s} {way:10s} read and check {took['read']:6.1f} s   score "
        f"{took['score']:6.1f} s   together {took['read'] + took['score']:6.1f} s   "
        f"peak {took['gigabytes']:5.2f} GB",
        flush=True,
    )
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("companies", type=int, nargs="?", default=60_000)
    parser.add_argument("respondents", type=int, nargs="?", default=8)
    parser.add_argument("--no-memory", action="store_true", help="leave pandas out")
    given = parser.parse_args()
    with TemporaryDirectory() as place:
        folders = write_clients(Path(place), given.companies, given.respondents)
        rows = pq.read_metadata(folders["parquet"] / "assessments.parquet").num_rows
        print(f"{rows:,} answers of {given.companies:,} companies")
        for name, folder in folders.items():
            out = [Path(place) / f"{name}-{way}.npy" for way in ("disk", "memory")]
            disk = run(folder, "on disk", out[0])
            if given.no_memory:
                continue
            memory = run(folder, "in memory", out[1])
            ratio = sum(memory[k] for k in ("read", "score")) / (disk["read"] + disk["score"])
            apart = np.nanmax(np.abs(np.load(out[0]) - np.load(out[1])))
            lighter = memory["gigabytes"] / disk["gigabytes"]
            print(
                f"{name:8s} on disk is {ratio:.1f} times as fast in 1/{lighter:.1f} of the "
                f"memory; largest difference {apart:.1e}; same stages: "
                f"{disk['stages'] == memory['stages']}"
            )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:5])
    else:
        main()
