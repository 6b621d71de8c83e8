"""Scores of every company and wave: index, stage, blocks, and what stands behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import pandas as pd

from cxkit.contracts import Client, Instrument
from cxkit.display import Shown
from cxkit.measures.answers import KEY, Ratings, ratings
from cxkit.measures.large_scores import answered_in_large, from_large
from cxkit.measures.score_frames import NOT_APPLICABLE
from cxkit.measures.score_parts import Detail, Parts, Rules, from_ratings, no_missing, others
from cxkit.measures.sent_scores import from_sent


@dataclass(frozen=True, eq=False, repr=False)
class Maturity(Shown):
    """Scores of every company and wave.

    table has one row per company and wave: company_id, wave, index (points of the instrument),
    stage (1 to 5, missing where the instrument has none), respondents, answered (share of the
    items that apply). blocks has one row per company, wave and block: performance, importance
    and gap (importance minus performance) in points of 0-100; missing stays missing.
    missing has one row per company, wave and block without a score: block, reason
    (`not_answered` or `not_applicable`). excluded counts the rows without an index, by reason.

    `detail` holds what is known below that; items, raters, rater_blocks, ratings and sampled
    are short for its fields.
    """

    table: pd.DataFrame
    blocks: pd.DataFrame
    excluded: pd.DataFrame
    instrument: Instrument
    missing: pd.DataFrame = field(default_factory=no_missing)
    detail: Detail = field(default_factory=Detail)
    rules: Rules = field(default_factory=Rules)

    @property
    def items(self) -> pd.DataFrame:
        """One row per company, wave and item that was asked, items in the instrument's order.

        company_id, wave, item_id, block, performance and importance (own scale),
        performance_100 and importance_100, gap (of these two), respondents, applicable.
        """
        return self.detail.items

    @property
    def raters(self) -> pd.DataFrame:
        """One row per company, wave and respondent_id: role, index of this rater alone, answered.

        A role that was not given is missing; so is an index for which too little was answered.
        """
        return self.detail.raters

    @property
    def rater_blocks(self) -> pd.DataFrame:
        """One row per rater and block that was asked: performance, importance (0-100)."""
        return self.detail.rater_blocks

    @property
    def ratings(self) -> Ratings | None:
        """The answers of every rater as arrays; None where scores were made elsewhere."""
        return self.detail.ratings

    @property
    def sampled(self) -> int | None:
        """How many companies the frames by item and rater hold, if not all.

        Where answers stay in their files those are the reader's company and an even sample.
        """
        return self.detail.sampled

    @property
    def summary(self) -> str:
        scored = self.table["index"].notna()
        return (
            f"{int(scored.sum()):,} scores of {self.table.loc[scored, 'company_id'].nunique():,} "
            f"companies on {self.instrument.id} ({self.instrument.minimum:g} to "
            f"{self.instrument.maximum:g})."
        )

    @cached_property
    def latest(self) -> pd.DataFrame:
        """The last scored wave of each company; one row per company."""
        scored = self.table.dropna(subset=["index"]).sort_values(KEY)
        return scored.groupby("company_id", as_index=False).tail(1).reset_index(drop=True)

    def without(self, company: str) -> Maturity:
        """The scores of every other company; `excluded` still counts all."""
        if not company:
            return self
        return replace(
            self,
            table=others(self.table, company),
            blocks=others(self.blocks, company),
            missing=others(self.missing, company),
            detail=self.detail.without(company),
        )


def maturity(
    client: Client, min_answered: float | None = None, raters: str | None = None
) -> Maturity:
    """Index, block scores and stage per company and wave.

    Item answers win over scores made elsewhere for the same company and wave. min_answered is
    the share of a block's applicable items below which the block is missing; raters says how
    several answers become one, `pooled` or `equal-roles`. Both stand in client.yml (`scoring`);
    what is given here takes their place.
    """
    instrument, own = client.instrument, client.config.scoring
    rules = Rules(own.min_answered if min_answered is None else min_answered, raters or own.raters)
    parts, detail = [], Detail()
    if instrument.has_items and "assessments" in client.large:
        answers = client.large["assessments"]
        found, detail = from_large(answers, instrument, rules, client.config.company or "")
        parts.append(found)
    elif client.has("assessments") and instrument.has_items:
        found, detail = from_answers(client.table("assessments"), instrument, rules)
        parts.append(found)
    if client.has("scores"):
        parts.append(Parts(*from_sent(client.table("scores"), instrument)))
    return assemble(parts, instrument, detail, rules)


def from_answers(
    answers: pd.DataFrame, instrument: Instrument, rules: Rules
) -> tuple[Parts, Detail]:
    """Scores of answers in memory, with those by item and by rater."""
    return from_ratings(ratings(answers, instrument), instrument, rules)


def assemble(
    parts: Sequence[Parts], instrument: Instrument, detail: Detail, rules: Rules
) -> Maturity:
    """Scores with their stage, in order; of two for a company and wave the first known counts."""
    parts = parts or [Parts()]
    table = _first_known(pd.concat([p.table for p in parts]), KEY, "index")
    table["stage"] = instrument.stage_of(table["index"].to_numpy(float))
    blocks = pd.concat([p.blocks for p in parts])
    blocks = _first_known(blocks, [*KEY, "block"], "performance")
    missing = _still_missing(pd.concat([p.missing for p in parts]), blocks)
    excluded = _unscored(table, missing)
    return Maturity(table, blocks, excluded, instrument, missing, detail, rules)


def _first_known(rows: pd.DataFrame, key: list[str], value: str) -> pd.DataFrame:
    """One row per key, in order: the first that has the value, else the first."""
    known = rows[rows[value].notna()].drop_duplicates(key, keep="first")
    both = pd.concat([known, rows]).drop_duplicates(key, keep="first")
    return both.sort_values(key, ignore_index=True)


def _still_missing(missing: pd.DataFrame, blocks: pd.DataFrame) -> pd.DataFrame:
    """Blocks without a score from any source."""
    key = [*KEY, "block"]
    known = pd.MultiIndex.from_frame(blocks.loc[blocks["performance"].notna(), key])
    gone = ~pd.MultiIndex.from_frame(missing[key]).isin(known)
    return missing[gone].sort_values(key, ignore_index=True)


def _unscored(table: pd.DataFrame, missing: pd.DataFrame) -> pd.DataFrame:
    """How many companies and waves have no index, by reason."""
    without = table.loc[table["index"].isna(), KEY]
    not_answered = missing.loc[missing["reason"] != NOT_APPLICABLE, KEY]
    not_applicable = pd.MultiIndex.from_frame(missing[KEY].drop_duplicates()).difference(
        pd.MultiIndex.from_frame(not_answered)
    )
    whole = int(pd.MultiIndex.from_frame(without).isin(not_applicable).sum())
    counts = [
        ("too few items answered for an index", len(without) - whole),
        ("a block of the index does not apply", whole),
    ]
    return pd.DataFrame([c for c in counts if c[1]], columns=["reason", "rows"])


def answered_by_item(client: Client) -> pd.DataFrame:
    """Share of answers given and number of answers asked for, one row per item.

    An answer that says the item does not apply was not asked for.
    """
    if "assessments" in client.large:
        return answered_in_large(client.large["assessments"])
    answers = client.table("assessments")
    answers = answers[~answers["not_applicable"]]
    given = answers["performance"].notna().groupby(answers["item_id"])
    return given.agg(["mean", "size"])
