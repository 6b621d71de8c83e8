"""The joined panel: a score, the fiscal period its wave lies in, and the outcome after it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxkit.contracts import Client
from cxkit.display import Shown
from cxkit.errors import ConfigError, nearest
from cxkit.measures.accounts import OUTCOMES, Accounts
from cxkit.measures.scores import Maturity

YEAR = 12


@dataclass(frozen=True, eq=False, repr=False)
class Panel(Shown):
    """Scores joined with an outcome; one row per company and fiscal period of the score.

    table: company_id, wave, period_end and fiscal_year of the score's own period, outcome_end
    (period_end of the outcome's), score (points), outcome (a fraction, not clipped), industry,
    sub_industry, log_revenue of the score's period.
    excluded counts every score that fell out: reason, rows.
    filled is the number of rows without a sub-industry, whose industry stands in for it.
    scores is the number of scores before anything fell out.
    """

    table: pd.DataFrame
    excluded: pd.DataFrame
    outcome: str
    lag: int
    scores: int
    span: float
    filled: int = 0

    @property
    def companies(self) -> int:
        return int(self.table["company_id"].nunique())

    @property
    def summary(self) -> str:
        return (
            f"{len(self.table):,} of {self.scores:,} scores have a {self.outcome} at lag "
            f"{self.lag} ({self.companies:,} companies)."
        )


def panel(client: Client, scores: Maturity, books: Accounts, outcome: str, lag: int = 1) -> Panel:
    """Join each score with the outcome of its own fiscal period (lag 0) or of the next (lag 1).

    A wave belongs to the twelve-month period that contains it; of two waves in one period the
    later counts. The next period must be adjacent. Whatever falls out is counted with the first
    reason that applies. Periods of other lengths carry no outcome: their growth is seasonal, and
    a report speaks of years.
    """
    _check(outcome, lag)
    frame = scores.table[["company_id", "wave", "index"]].rename(columns={"index": "score"})
    at, anywhere = fiscal_periods(frame, books), period_of(frame, books.table)
    frame["why"] = np.where(frame["score"].isna(), "score missing", "")
    _exclude(frame, anywhere < 0, "no fiscal period holds the wave")
    _exclude(frame, at < 0, "no twelve-month period holds the wave")
    frame["at"] = at
    last = frame[frame["why"] == ""].drop_duplicates(["company_id", "at"], keep="last").index
    _exclude(frame, ~frame.index.isin(last), "an earlier wave of the same fiscal period")
    then = _shifted(frame["at"].to_numpy(), books.table, lag)
    _exclude(frame, then < 0, "no accounts for the following period")
    reason = (
        books.reasons[outcome].to_numpy()[then] if len(books.table) else np.full(len(frame), "")
    )
    for why in sorted(set(reason[(frame["why"] == "").to_numpy()]) - {""}):
        _exclude(frame, reason == why, why)
    return _assemble(client, scores, books, frame.assign(then=then), outcome, lag)


def _check(outcome: str, lag: int) -> None:
    if outcome not in OUTCOMES:
        raise ConfigError(
            f'unknown outcome "{outcome}"{nearest(outcome, OUTCOMES)}; use one of '
            f"{', '.join(OUTCOMES)}"
        )
    if lag not in (0, 1):
        raise ConfigError(f"lag {lag} is not 0 (same fiscal period) or 1 (the next)")


def _exclude(frame: pd.DataFrame, where: np.ndarray, reason: str) -> None:
    """Give rows that are still in a reason to be out."""
    frame.loc[where & (frame["why"] == "").to_numpy(), "why"] = reason


def fiscal_periods(frame: pd.DataFrame, books: Accounts) -> np.ndarray:
    """Row number in accounts of the twelve-month period holding each wave, -1 where none does."""
    years = books.table.assign(at=np.arange(len(books.table)))
    years = years[years["period_months"] == YEAR]
    found = period_of(frame, years)
    rows = years["at"].to_numpy()
    return np.where(found >= 0, rows[found], -1) if len(rows) else found


def period_of(frame: pd.DataFrame, table: pd.DataFrame) -> np.ndarray:
    """Position in table of the period holding each company_id and wave, -1 where none does."""
    if table.empty or frame.empty:
        return np.full(len(frame), -1)
    right = table[["company_id", "period_start", "period_end"]].assign(at=np.arange(len(table)))
    right = right.sort_values("period_end", kind="stable")
    left = frame[["company_id", "wave"]].assign(order=np.arange(len(frame)))
    joined = pd.merge_asof(
        left.sort_values("wave", kind="stable"), right,
        left_on="wave", right_on="period_end", by="company_id", direction="forward",
    )  # fmt: skip
    inside = joined["period_start"] < joined["wave"]
    joined["at"] = joined["at"].where(inside, -1).fillna(-1).astype(int)
    return joined.sort_values("order")["at"].to_numpy()


def _shifted(at: np.ndarray, table: pd.DataFrame, lag: int) -> np.ndarray:
    """Row number of the outcome's period: the same, or the adjacent one after it."""
    if lag == 0 or table.empty:
        return at
    following = np.full(len(table), -1)
    previous = table["previous"].to_numpy()
    following[previous[previous >= 0]] = np.flatnonzero(previous >= 0)
    return np.where(at >= 0, following[at], -1)


def _assemble(
    client: Client,
    scores: Maturity,
    books: Accounts,
    frame: pd.DataFrame,
    outcome: str,
    lag: int,
) -> Panel:
    kept = frame[frame["why"] == ""]
    own = books.table.iloc[kept["at"].to_numpy()].reset_index(drop=True)
    then = books.table.iloc[kept["then"].to_numpy()].reset_index(drop=True)
    table = kept[["company_id", "wave", "score"]].reset_index(drop=True)
    table["period_end"], table["fiscal_year"] = own["period_end"], own["fiscal_year"]
    table["outcome_end"], table["outcome"] = then["period_end"], then[outcome]
    table["log_revenue"] = own["log_revenue"]
    about = client.table("companies")[["company_id", "industry", "sub_industry"]]
    table = table.merge(about, on="company_id", how="left", validate="many_to_one")
    out = frame.loc[frame["why"] != "", "why"].value_counts()
    excluded = pd.DataFrame({"reason": out.index.astype(str), "rows": out.to_numpy()})
    excluded = excluded.sort_values(["rows", "reason"], ascending=[False, True], ignore_index=True)
    lacks = table["sub_industry"].isna() & table["industry"].notna()
    table["sub_industry"] = table["sub_industry"].fillna(table["industry"])
    span = scores.instrument.maximum - scores.instrument.minimum
    return Panel(table, excluded, outcome, lag, len(frame), span, int(lacks.sum()))
