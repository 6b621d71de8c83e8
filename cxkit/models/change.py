"""What has changed between waves, beyond the error of both measurements."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from cxkit.contracts import Instrument
from cxkit.display import Shown
from cxkit.measures import Maturity
from cxkit.models.error_model import ErrorModel
from cxkit.models.multiplicity import holm_rows
from cxkit.models.score_error import (
    block_intervals,
    intervals,
    item_standard_errors,
    with_effective_raters,
)
from cxkit.models.variance_curve import Floats

LEVEL = 0.05
KEY = ["company_id", "wave"]
_SPAN = ["company_id", "span", "wave_from", "wave_to"]


@dataclass(frozen=True, eq=False, repr=False)
class Changes(Shown):
    """Changes of companies between waves.

    index, blocks and items have one row per company, span and measure: company_id, span (`last`
    from the last wave but one to the last; `whole` from the first to the last of three or more),
    wave_from, wave_to, [block, item_id,] before, after, change, sem (of the change), sdc (the
    smallest detectable change), conf_low, conf_high, p_value, p_adjusted, changed (up, down or
    missing). Points of the instrument, of 0-100 for blocks and items. p_adjusted is Holm's over
    the blocks, or the items, of a company and span; the index is one question and stays as it
    is. A score without error has no verdict: sem to p_adjusted are missing.

    members has one row per company that came or went: wave_from, wave_to, company_id, status
    (`lost`, `gained`); turnover one row per pair of waves: wave_from, wave_to, stayed, lost,
    gained.
    """

    index: pd.DataFrame
    blocks: pd.DataFrame
    items: pd.DataFrame
    members: pd.DataFrame
    turnover: pd.DataFrame

    @property
    def table(self) -> pd.DataFrame:
        """The changes of the index between the last two waves."""
        return self.index[self.index["span"] == "last"].reset_index(drop=True)

    @property
    def summary(self) -> str:
        rows = self.table
        up, down = (int((rows["changed"] == way).sum()) for way in ("up", "down"))
        judged = int(rows["sdc"].notna().sum())
        return f"{up} of {judged} companies rose and {down} fell by more than error explains."

    def of(self, company: str) -> Changes:
        """The changes of one company; who came and went is left as it is."""
        own = [f[f["company_id"] == company] for f in (self.index, self.blocks, self.items)]
        return Changes(own[0], own[1], own[2], self.members, self.turnover)


def changes(scores: Maturity, model: ErrorModel, instrument: Instrument) -> Changes:
    """Changes of index, blocks and items between each company's waves, with their errors.

    "Changed" means beyond the smallest detectable change, 1.96 times the root of both waves'
    squared standard errors at their levels (Jacobson, Truax 1991): a company re-rated in the same
    state by other raters passes it in about 5 % of cases. Raters who stay the same bring their
    habits to both waves, so that for them the bound is on the safe side.
    """
    spans = _spans(_known(scores.table, "index"))
    parts = _spans([*_known(scores.blocks, "performance"), *_known(scores.table, "index")])
    table = with_effective_raters(scores)
    index = intervals(table, model, instrument)
    blocks = block_intervals(scores.blocks, table, model, instrument)
    items = item_standard_errors(scores.items, scores.blocks, model, instrument)
    ends = instrument.minimum, instrument.maximum
    members, counts = turnover(scores.table)
    return Changes(
        _changed(spans, index, "index", [], ends),
        _changed(parts, blocks, "performance", ["block"], (0.0, 100.0)),
        _changed(parts, items, "performance_100", ["block", "item_id"], (0.0, 100.0)),
        members, counts,
    )  # fmt: skip


def smallest_detectable_change(before: Floats, after: Floats, df: Floats) -> Floats:
    """1.96 times the root of the sum of squared standard errors; NaN where one is missing.

    t of df degrees of freedom instead of 1.96 where few raters stand behind the errors.
    """
    return np.asarray(stdtrit(df, 1 - LEVEL / 2) * np.hypot(before, after))


def _known(rows: pd.DataFrame, value: str) -> list[pd.DataFrame]:
    return [rows.loc[rows[value].notna(), KEY]]


def _spans(known: list[pd.DataFrame]) -> pd.DataFrame:
    """Waves to compare, one row per company and span, among those that are known."""
    waves = pd.concat(known).drop_duplicates().sort_values(KEY, ignore_index=True)
    company = waves.groupby("company_id", sort=False)["wave"]
    waves["wave_from"], place = company.shift(1), company.cumcount(ascending=False)
    waves["first"], waves["n"] = company.transform("first"), company.transform("size")
    last = waves[(place == 0) & (waves["n"] >= 2)].rename(columns={"wave": "wave_to"})
    whole = last[last["n"] >= 3].assign(wave_from=lambda f: f["first"], span="whole")
    both = pd.concat([last.assign(span="last"), whole])
    return both[_SPAN].sort_values(_SPAN[:2], ignore_index=True)


def _changed(
    spans: pd.DataFrame, scores: pd.DataFrame, value: str, by: list[str], ends: tuple[float, float]
) -> pd.DataFrame:
    """Changes of one kind of measure over the spans; measures missing in a wave are left out."""
    known = scores.loc[scores[value].notna(), [*KEY, *by, value, "sem", "df"]]
    after = known.rename(
        columns={"wave": "wave_to", value: "after", "sem": "sem_to", "df": "df_to"}
    )
    before = known.rename(
        columns={"wave": "wave_from", value: "before", "sem": "sem_from", "df": "df_from"}
    )
    rows = spans.merge(after, on=["company_id", "wave_to"])
    rows = rows.merge(before, on=["company_id", "wave_from", *by])
    out = rows[[*_SPAN, *by, "before", "after"]].copy()
    out["change"] = out["after"] - out["before"]
    out["sem"] = np.hypot(rows["sem_from"], rows["sem_to"])
    before_sem, after_sem = (rows[f"sem_{w}"].to_numpy(float) for w in ("from", "to"))
    df = np.minimum(rows["df_from"].to_numpy(float), rows["df_to"].to_numpy(float))
    out["sdc"] = smallest_detectable_change(before_sem, after_sem, df)
    width = ends[1] - ends[0]
    out["conf_low"] = np.maximum(out["change"] - out["sdc"], -width)
    out["conf_high"] = np.minimum(out["change"] + out["sdc"], width)
    return _judged(out, df, bool(by))


def _judged(out: pd.DataFrame, df: Floats, several: bool) -> pd.DataFrame:
    change, sem = out["change"].to_numpy(float), out["sem"].to_numpy(float)
    z = np.divide(change, sem, out=np.full(len(out), np.nan), where=sem > 0)
    p = 2 * stdtr(df, -np.abs(z))
    family = out.groupby(["company_id", "span"], sort=False).ngroup().to_numpy().astype(np.int64)
    out["p_value"] = p
    out["p_adjusted"] = holm_rows(p, family) if several else p
    clear = (out["p_adjusted"] < LEVEL).to_numpy()
    way = np.full(len(out), None, dtype=object)
    way[clear & (change > 0)], way[clear & (change < 0)] = "up", "down"
    out["changed"] = pd.Series(way, index=out.index, dtype=object)
    return out


def turnover(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Companies scored in one wave of the panel and not in the next, and the other way round.

    They are `members` and `turnover` of `Changes`. Where every company has its own dates, the
    panel's waves are calendar years.
    """
    scored = table.loc[table["index"].notna(), KEY]
    dates = scored["wave"]
    most = scored.groupby("company_id").size().max() if len(scored) else 0
    if dates.nunique() > 2 * most:
        dates = dates.dt.to_period("Y").dt.to_timestamp()
    company, ids = pd.factorize(scored["company_id"], sort=True)
    wave, waves = pd.factorize(dates, sort=True)
    there = np.zeros((len(ids), len(waves)), dtype=bool)
    there[company, wave] = True
    rows, counts = [], []
    for k in range(len(waves) - 1):
        was, now = there[:, k], there[:, k + 1]
        span = {"wave_from": waves[k], "wave_to": waves[k + 1]}
        stayed, lost, gained = was & now, was & ~now, ~was & now
        counts.append(
            {**span, "stayed": int(stayed.sum()), "lost": int(lost.sum()),
             "gained": int(gained.sum())}
        )  # fmt: skip
        for status, who in (("lost", lost), ("gained", gained)):
            rows += [{**span, "company_id": id, "status": status} for id in ids[who]]
    members = pd.DataFrame(rows, columns=["wave_from", "wave_to", "company_id", "status"])
    names = ["wave_from", "wave_to", "stayed", "lost", "gained"]
    return members, pd.DataFrame(counts, columns=names)
