"""Clients with operating metrics, made of plain series."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from cxkit.contracts import Client, read_client
from tests.contracts.folders import CLIENT, write_client

HEAD = "company_id,date,metric,value,n\n"


def rows(
    metric: str,
    values: Sequence[float],
    n: int | None = None,
    first: str = "2020-01-31",
    company: str = "a1",
    freq: str = "ME",
) -> str:
    """A metric's values, one a month from the first day on."""
    days = pd.date_range(first, periods=len(values), freq=freq)
    cases = "" if n is None else str(n)
    return "".join(
        f"{company},{day.date()},{metric},{value:.6g},{cases}\n"
        for day, value in zip(days, values, strict=True)
    )


def metric_client(
    place: Path, text: str, events: str = "", company: str = "a1", name: str = "acme"
) -> Client:
    """A client whose own company is a1 ("" for none named), with these metrics and events."""
    own = CLIENT if company == "a1" else CLIENT.replace("company: a1\n", "")
    files: dict[str, str | bytes | None] = {"metrics.csv": HEAD + text, "client.yml": own}
    if events:
        files["events.csv"] = "company_id,date,kind\n" + events
    return read_client(str(write_client(place, files, name)))


def steady(seed: int, n: int = 48, level: float = 32.0, sd: float = 2.0) -> np.ndarray:
    """Values that never change but by chance."""
    return level + sd * np.random.default_rng(seed).standard_normal(n)
