"""A simulated client, read and scored once, for tests of the maturity section's exhibits."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from cxkit.contracts import Client, read_client
from cxkit.measures import maturity
from cxkit.models.benchmarking import own_benchmark
from cxkit.models.certainty import Certainty
from cxkit.simulate import simulate


@cache
def folder() -> Path:
    """The client folder; made once, never changed."""
    place = Path(tempfile.mkdtemp()) / "simulated"
    simulate(companies=90, years=3, seed=11).write(place)
    return place


@cache
def standing() -> tuple[Client, Certainty]:
    """The client and the certainty of its scores."""
    client = read_client(folder())
    scores = maturity(client)
    return client, Certainty(scores, own_benchmark(client, scores))


def reader() -> str:
    """The reader's own company: several raters, every wave."""
    return str(standing()[0].config.company)


def one_rater() -> str:
    """A company whose latest wave has one rater."""
    latest = standing()[1].scores.latest
    return str(latest.loc[latest["respondents"] == 1, "company_id"].iloc[0])
