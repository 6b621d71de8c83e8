"""The joined panel: a score, the fiscal period its wave lies in, and the outcome after it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxkit.contracts import Client
from cxkit.display import Shown
from cxkit.errors import ConfigError, nearest
from cxkit.measures.accounts import OUTCOMES, Accounts
from cxkit.measures.outcomes import following
from cxkit.measures.score_choice import GAP, INDEX, chosen
from cxkit.measures.scores import Maturity

YEAR = 12
LAGS = (0, 1, 2, 3)
_NTH = ("", "second ", "third ")  # of the periods that follow


@dataclass(frozen=True, eq=False, repr=False)
class Panel(Shown):
    """Scores joined with an outcome; one row per company and fiscal period of the score.

    table: company_id, wave, period_end and fiscal_year of the score's own period, outcome_end
    (period_end of the outcome's; of a variability, of the first of its three), score (points of
    `measure`), outcome (a fraction of revenue or of the earlier revenue, not clipped), industry,
    sub_industry; of the score's period log_revenue, log_employees (the accounts' number, else
    the company's own; missing where neither is above zero) and age (fiscal_year less the year
    of foundation, in years; missing where that is unknown or later).
    excluded counts every score that fell out: reason, rows. span is the length of the score's
    scale in its points.
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
    measure: str = INDEX

    @property
    def companies(self) -> int:
        return int(self.table["company_id"].nunique())

    @property
    def summary(self) -> str:
        return (
            f"{len(self.table):,} of {self.scores:,} scores have a {self.outcome} at lag "
            f"{self.lag} ({self.companies:,} companies)."
        )


def panel(
    client: Client,
    scores: Maturity,
    books: Accounts,
    outcome: str,
    lag: int = 1,
    measure: str = INDEX,
) -> Panel:
    """Join each score with the outcome of its own fiscal period (lag 0) or of a later one.

    With lag h it is that of the h-th following period, up to the third. A wave belongs to the
    twelve-month period that contains it; of two waves in one period the later counts. Every
    period on the way must be adjacent to the one before; which one is missing is counted.
    Whatever falls out is counted with the first reason that applies. Periods of other lengths
    carry no outcome: their growth is seasonal, and a report speaks of years. measure is the
    score to take (`score_choice.chosen`).
    """
    _check(outcome, lag)
    frame, span = chosen(scores, measure)
    at, anywhere = fiscal_periods(frame, books), period_of(frame, books.table)
    absent = f"{GAP} missing" if measure.startswith(GAP) else "score missing"
    frame["why"] = np.where(frame["score"].isna(), absent, "")
    _exclude(frame, anywhere < 0, "no fiscal period holds the wave")
    _exclude(frame, at < 0, "no twelve-month period holds the wave")
    frame["at"] = at
    last = frame[frame["why"] == ""].drop_duplicates(["company_id", "at"], keep="last").index
    _exclude(frame, ~frame.index.isin(last), "an earlier wave of the same fiscal period")
    frame["then"] = _follow(frame, books.table, lag)
    then = frame["then"].to_numpy()
    reason = (
        books.reasons[outcome].to_numpy()[then] if len(books.table) else np.full(len(frame), "")
    )
    for why in sorted(set(reason[(frame["why"] == "").to_numpy()]) - {""}):
        _exclude(frame, reason == why, why)
    excluded = _counted(frame["why"])
    table = _assemble(client, books, frame[frame["why"] == ""], outcome)
    lacks = table["sub_industry"].isna() & table["industry"].notna()
    table["sub_industry"] = table["sub_industry"].fillna(table["industry"])
    return Panel(table, excluded, outcome, lag, len(frame), span, int(lacks.sum()), measure)


def _check(outcome: str, lag: int) -> None:
    if outcome not in OUTCOMES:
        raise ConfigError(
            f'unknown outcome "{outcome}"{nearest(outcome, OUTCOMES)}; use one of '
            f"{', '.join(OUTCOMES)}"
        )
    if lag not in LAGS:
        raise ConfigError(f"lag {lag} is not 0 (same fiscal period), 1 (the next), 2 or 3")


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


def _follow(frame: pd.DataFrame, table: pd.DataFrame, lag: int) -> np.ndarray:
    """Row number of the outcome's period: the same, or the lag-th adjacent one after it.

    A link that is missing gives its scores a reason.
    """
    at = frame["at"].to_numpy()
    if table.empty:
        return at
    after = following(table)
    for link in range(lag):
        at = np.where(at >= 0, after[at], -1)
        _exclude(frame, at < 0, f"no accounts for the {_NTH[link]}following period")
    return at


def _counted(why: pd.Series) -> pd.DataFrame:
    """Every reason with its number of scores, the commonest first."""
    out = why[why != ""].value_counts()
    excluded = pd.DataFrame({"reason": out.index.astype(str), "rows": out.to_numpy()})
    return excluded.sort_values(["rows", "reason"], ascending=[False, True], ignore_index=True)


def _assemble(client: Client, books: Accounts, kept: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """The panel's rows: own period and outcome's period beside each score."""
    own = books.table.iloc[kept["at"].to_numpy()].reset_index(drop=True)
    then = books.table.iloc[kept["then"].to_numpy()].reset_index(drop=True)
    table = kept[["company_id", "wave", "score"]].reset_index(drop=True)
    table["period_end"], table["fiscal_year"] = own["period_end"], own["fiscal_year"]
    table["outcome_end"], table["outcome"] = then["period_end"], then[outcome]
    table["log_revenue"] = own["log_revenue"]
    columns = ["company_id", "industry", "sub_industry", "founded_year", "employees"]
    about = client.table("companies")[columns]
    table = table.merge(about, on="company_id", how="left", validate="many_to_one")
    return _with_controls(table, own["employees"])


def _with_controls(table: pd.DataFrame, employees: pd.Series) -> pd.DataFrame:
    """log_employees and age in place of what they are made from."""
    heads = employees.astype(float).fillna(table["employees"].astype(float))
    table["log_employees"] = np.log(heads.where(heads > 0))
    age = table["fiscal_year"] - table["founded_year"].astype(float)
    table["age"] = age.where(age >= 0)
    return table.drop(columns=["founded_year", "employees"])
