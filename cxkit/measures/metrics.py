"""Operating metrics over time: one company's series, in order, with their phases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxkit.contracts import Client
from cxkit.display import Shown, Text, has_text, message, text

FIRST = ("nps", "csat", "ces", "churn", "retention")  # the order in which metrics are shown
STARTERS = ("method", "rollout")  # events with which a new phase begins


@dataclass(frozen=True, eq=False, repr=False)
class MetricSeries(Shown):
    """One metric of one company.

    table has one row per value in the order of time: date, value (in the client's own unit), n
    (the cases behind it, NaN where unknown), phase (from 0). phases has one row per phase: phase,
    start (its first value's date), reason (`first`, an event's kind, or `given`) and event (the
    event's date, or the one given). share says that the values are shares of n cases: all lie
    within 0 and 1, and each has its n.
    """

    company_id: str
    metric: str
    table: pd.DataFrame
    phases: pd.DataFrame
    share: bool

    @property
    def label(self) -> Text:
        """Our name of a metric we know, else the client's own."""
        id = f"metric.{self.metric.casefold()}"
        return message(id) if has_text(id) else self.metric

    @property
    def summary(self) -> str:
        first, last = (self.table["date"].iloc[at].date().isoformat() for at in (0, -1))
        return f"{text(self.label)}: {len(self.table)} values from {first} to {last}."

    @property
    def gaps(self) -> int:
        """Intervals between values that are more than half again as long as the usual one."""
        days = self.table["date"].diff().dt.days.dropna()
        return int((days > 1.5 * days.median()).sum()) if len(days) else 0

    def day(self, at: int) -> str:
        """The date of a value, as a month where no month has two values."""
        months = self.table["date"].dt.strftime("%Y-%m")
        if months.is_unique:
            return str(months.iloc[at])
        return str(self.table["date"].iloc[at].date().isoformat())


def own_company(client: Client) -> str:
    """The company whose metrics a report may show: the reader's own, or the only one; else ""."""
    if client.config.company:
        return client.config.company
    ids = client.table("companies")["company_id"].dropna()
    return str(ids.iloc[0]) if len(ids) == 1 else ""


def metric_series(
    client: Client, company: str = "", phases: Sequence[str] = ()
) -> tuple[MetricSeries, ...]:
    """A company's metrics, those with a known name first; none without a company or values.

    phases are ISO dates at which a new phase begins in every metric, beside the company's events
    of kind `method` and `rollout`. A phase begins with the first value on or after its date.
    """
    company = company or own_company(client)
    frame = client.table("metrics")
    frame = frame[frame["company_id"] == company]
    starts = _starts(client, company, phases)
    found = [
        _series(company, str(metric), rows, starts)
        for metric, rows in frame.groupby("metric", sort=True)
    ]
    return tuple(sorted(found, key=_place))


def _place(series: MetricSeries) -> tuple[int, str]:
    name = series.metric.casefold()
    return (FIRST.index(name) if name in FIRST else len(FIRST), series.metric)


def _starts(client: Client, company: str, phases: Sequence[str]) -> pd.DataFrame:
    """Days on which a phase begins: date, reason; the first of two reasons of one day."""
    events = client.table("events")
    events = events[(events["company_id"] == company) & events["kind"].isin(STARTERS)]
    rows = [(date, str(kind)) for date, kind in zip(events["date"], events["kind"], strict=True)]
    rows += [(pd.Timestamp(day), "given") for day in phases]
    found = pd.DataFrame(rows, columns=["date", "reason"])
    return found.sort_values("date", kind="stable").drop_duplicates("date").reset_index(drop=True)


def _series(company: str, metric: str, rows: pd.DataFrame, starts: pd.DataFrame) -> MetricSeries:
    table = rows[["date", "value", "n"]].sort_values("date", kind="stable").reset_index(drop=True)
    begun = np.searchsorted(starts["date"].to_numpy(), table["date"].to_numpy(), side="right")
    phase, first = np.unique(begun, return_index=True)
    table["phase"] = np.searchsorted(phase, begun)
    listed = pd.DataFrame(
        {
            "phase": np.arange(len(phase)),
            "start": table["date"].iloc[first].to_numpy(),
            "reason": ["first" if k == 0 or at == 0 else starts["reason"].iloc[k - 1]
                       for at, k in enumerate(phase)],
            "event": [pd.NaT if k == 0 or at == 0 else starts["date"].iloc[k - 1]
                      for at, k in enumerate(phase)],
        }
    )  # fmt: skip
    share = bool(table["value"].between(0, 1).all() and (table["n"] > 0).all())
    return MetricSeries(company, metric, table, listed, share)
