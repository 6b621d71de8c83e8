"""Answers to items, blocks, index and stage; an unanswered item is never a zero.

An item's answer is first averaged over the respondents of a company and wave, then rescaled to
the fraction of its own range. A block is the weighted mean of the fractions of its answered
items, so a missing item takes the mean of its block's others; a block with fewer than half of
its items answered is missing, and so is an index that needs it. The index is that fraction on
the instrument's own scale: with every item answered it equals the published sum or mean.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from cxkit.contracts import Client, Instrument
from cxkit.display import Shown
from cxkit.measures.answers import Ratings
from cxkit.measures.index import block_shares, on_scale
from cxkit.measures.large_scores import answered_in_large, from_large

MIN_ANSWERED = 0.5
KEY = ["company_id", "wave"]


@dataclass(frozen=True, eq=False, repr=False)
class Maturity(Shown):
    """Scores of every company and wave.

    table has one row per company and wave: company_id, wave, index (points of the instrument),
    stage (1 to 5, missing where the instrument has none), respondents, answered (share of items).
    blocks has one row per company, wave and block: performance, importance and gap (importance
    minus performance) in points of 0-100; missing stays missing.
    excluded counts the rows that have no index, by reason.

    From answers to items come four more. items has one row per company, wave and item that was
    asked: item_id, block, performance and importance (own scale), performance_100 and
    importance_100, gap (of these), respondents, applicable. raters has one row per company, wave
    and respondent_id: role, index (what this rater alone would give), answered. rater_blocks has
    one per rater and block: performance and importance of 0-100. missing has one per company,
    wave and block without a score: reason, `not_answered` or `not_applicable`. ratings holds the
    same answers as arrays. Where answers stay in their files, these (but not `missing`) hold
    the reader's company and a sample of `sampled` companies; else sampled is None.
    """

    table: pd.DataFrame
    blocks: pd.DataFrame
    excluded: pd.DataFrame
    instrument: Instrument
    items: pd.DataFrame = field(default_factory=pd.DataFrame)
    raters: pd.DataFrame = field(default_factory=pd.DataFrame)
    rater_blocks: pd.DataFrame = field(default_factory=pd.DataFrame)
    missing: pd.DataFrame = field(default_factory=pd.DataFrame)
    ratings: Ratings | None = None
    sampled: int | None = None

    @property
    def summary(self) -> str:
        scored = self.table["index"].notna()
        return (
            f"{int(scored.sum()):,} scores of {self.table.loc[scored, 'company_id'].nunique():,} "
            f"companies on {self.instrument.id} ({self.instrument.minimum:g} to "
            f"{self.instrument.maximum:g})."
        )

    @property
    def latest(self) -> pd.DataFrame:
        """The last scored wave of each company; one row per company."""
        scored = self.table.dropna(subset=["index"]).sort_values(KEY)
        return scored.groupby("company_id", as_index=False).tail(1).reset_index(drop=True)


def maturity(client: Client, min_answered: float = MIN_ANSWERED) -> Maturity:
    """Index, block scores and stage per company and wave.

    Item answers win over scores made elsewhere for the same company and wave. min_answered is
    the share of a block's items below which the block is missing.
    """
    instrument = client.instrument
    parts = []
    if instrument.has_items and "assessments" in client.large:
        parts.append(from_large(client.large["assessments"], instrument, min_answered))
    elif client.has("assessments") and instrument.has_items:
        parts.append(_from_answers(client.table("assessments"), instrument, min_answered))
    if client.has("scores"):
        parts.append(_from_scores(client.table("scores"), instrument))
    table = pd.concat([p[0] for p in parts]) if parts else _no_scores()
    blocks = pd.concat([p[1] for p in parts]) if parts else _no_blocks()
    return assemble(table, blocks, instrument)


def assemble(table: pd.DataFrame, blocks: pd.DataFrame, instrument: Instrument) -> Maturity:
    """Scores with their stage, in order; of two for a company and wave the first known counts."""
    table = _first_known(table, KEY, "index")
    table["stage"] = instrument.stage_of(table["index"].to_numpy(float))
    blocks = _first_known(blocks, [*KEY, "block"], "performance")
    return Maturity(table, blocks, _unscored(table), instrument)


def _first_known(rows: pd.DataFrame, key: list[str], value: str) -> pd.DataFrame:
    """One row per key, in order: the first that has the value, else the first."""
    known = rows[rows[value].notna()].drop_duplicates(key, keep="first")
    both = pd.concat([known, rows]).drop_duplicates(key, keep="first")
    return both.sort_values(key, ignore_index=True)


def answered_by_item(client: Client) -> pd.DataFrame:
    """Share of answers given and number of answers asked for, one row per item."""
    if "assessments" in client.large:
        return answered_in_large(client.large["assessments"])
    answers = client.table("assessments")
    given = answers["performance"].notna().groupby(answers["item_id"])
    return given.agg(["mean", "size"])


def item_means(answers: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    """Answers averaged over respondents, one row per company, wave and item.

    performance and importance are on the item's own scale, performance_100 and importance_100
    on 0-100 of its range; respondents counts those who answered. A respondent's `weight` counts
    where given, else 1.
    """
    weight = answers["weight"].fillna(1.0)
    frame = answers[[*KEY, "item_id"]].copy()
    for value in ("performance", "importance"):
        given = answers[value].notna()
        frame[value] = answers[value] * weight
        frame[f"_{value}"] = weight.where(given)
    frame["respondents"] = answers["performance"].notna().astype(float)
    sums = frame.groupby([*KEY, "item_id"], sort=True, observed=True).sum(min_count=1)
    for value in ("performance", "importance"):
        sums[value] = sums[value] / sums.pop(f"_{value}")
    sums = sums.reset_index()
    return _rescaled(sums, instrument)


def _rescaled(means: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    items = pd.DataFrame(
        [
            (i.id, i.block, i.weight, i.minimum, i.maximum,
             i.importance_minimum, i.importance_maximum)
            for i in instrument.items
        ],
        columns=["item_id", "block", "weight", "low", "high", "i_low", "i_high"],
    )  # fmt: skip
    full = means.merge(items, on="item_id", how="left", validate="many_to_one")
    span = full["high"] - full["low"]
    full["performance_100"] = 100 * (full["performance"] - full["low"]) / span
    i_span = (full["i_high"] - full["i_low"]).astype(float)
    full["importance_100"] = (
        100 * (full["importance"] - full["i_low"].astype(float)) / i_span.where(i_span > 0)
    )
    full["points"] = full["weight"] * span
    return full.drop(columns=["low", "high", "i_low", "i_high"])


def _from_answers(
    answers: pd.DataFrame, instrument: Instrument, min_answered: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    means = item_means(answers, instrument)
    blocks = _block_scores(means, instrument, min_answered)
    respondents = answers[answers["performance"].notna()].groupby(KEY)["respondent_id"].nunique()
    answered = means.groupby(KEY)["performance"].count() / len(instrument.items)
    table = pd.DataFrame({"answered": answered}).join(respondents.rename("respondents"))
    table["respondents"] = table["respondents"].fillna(0).astype(float)
    pooled = instrument.method == "mean-of-items"
    index = _pooled_index(means, instrument, min_answered) if pooled else _index(blocks, instrument)
    return table.join(index.rename("index")).reset_index(), blocks


def _block_scores(means: pd.DataFrame, instrument: Instrument, min_answered: float) -> pd.DataFrame:
    """Weighted means over answered items on 0-100; items without an answer do not count."""
    size = pd.Series({b.id: len(b.items) for b in instrument.blocks})
    out = {}
    for value in ("performance", "importance"):
        x = means[f"{value}_100"]
        part = means[[*KEY, "block"]].assign(
            top=x * means["points"],
            bottom=means["points"].where(x.notna()),
            n=x.notna(),
        )
        sums = part.groupby([*KEY, "block"], observed=True).sum(min_count=1)
        enough = sums["n"] / size.reindex(sums.index.get_level_values("block")).to_numpy()
        out[value] = (sums["top"] / sums["bottom"]).where(enough >= min_answered)
    blocks = pd.DataFrame(out)
    blocks["gap"] = blocks["importance"] - blocks["performance"]
    return blocks.reset_index()


def _pooled_index(means: pd.DataFrame, instrument: Instrument, min_answered: float) -> pd.Series:
    """Mean over all answered items, whatever their block; missing below min_answered."""
    x = means["performance_100"]
    part = means[KEY].assign(
        top=x * means["points"], bottom=means["points"].where(x.notna()), n=x.notna()
    )
    sums = part.groupby(KEY).sum(min_count=1)
    enough = sums["n"] / len(instrument.items) >= min_answered
    return on_scale((sums["top"] / sums["bottom"]).where(enough), instrument)


def _index(blocks: pd.DataFrame, instrument: Instrument) -> pd.Series:
    """The index from block scores; missing when any block is."""
    wide = blocks.pivot(index=KEY, columns="block", values="performance")
    wide = wide.reindex(columns=list(instrument.block_ids))
    values = wide.to_numpy(float) @ block_shares(instrument)
    return on_scale(pd.Series(values, index=wide.index), instrument)


def _from_scores(scores: pd.DataFrame, instrument: Instrument) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Scores made elsewhere: the index as given, or from the blocks where it is absent."""
    wide = scores.pivot(index=KEY, columns="measure", values="value")
    given = wide.get("index", pd.Series(np.nan, index=wide.index))
    long = scores[scores["measure"].isin(instrument.block_ids)]
    ends = {b: instrument.measure_range(b) for b in instrument.block_ids}
    low = long["measure"].map({b: end[0] for b, end in ends.items()}).astype(float)
    high = long["measure"].map({b: end[1] for b, end in ends.items()}).astype(float)
    blocks = long[[*KEY, "measure"]].rename(columns={"measure": "block"})
    blocks = blocks.assign(
        performance=100 * (long["value"] - low) / (high - low),
        importance=np.nan,
        gap=np.nan,
    )
    if len(instrument.blocks) and len(blocks):
        given = given.fillna(_index(blocks, instrument).reindex(given.index))
    table = given.rename("index").to_frame().assign(respondents=np.nan, answered=np.nan)
    return table.reset_index(), blocks


def _unscored(table: pd.DataFrame) -> pd.DataFrame:
    rows = int(table["index"].isna().sum())
    reasons = [("too few items answered for an index", rows)] if rows else []
    return pd.DataFrame(reasons, columns=["reason", "rows"])


def _no_scores() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "company_id": pd.Series(dtype="str"),
            "wave": pd.Series(dtype="datetime64[us]"),
            "answered": pd.Series(dtype=float),
            "respondents": pd.Series(dtype=float),
            "index": pd.Series(dtype=float),
        }
    )


def _no_blocks() -> pd.DataFrame:
    columns = [*KEY, "block", "performance", "importance", "gap"]
    return pd.DataFrame({c: pd.Series(dtype=float) for c in columns})
