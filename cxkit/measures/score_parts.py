"""What one source of scores gives, and the rules it goes by."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from cxkit.contracts import Instrument
from cxkit.measures.answers import KEY, Means, Ratings, by_company
from cxkit.measures.score_frames import (
    block_frame,
    item_frame,
    missing_frame,
    rater_frames,
    table_frame,
)
from cxkit.measures.scoring import Scored, score

MIN_ANSWERED = 0.5
POOLED, EQUAL_ROLES = "pooled", "equal-roles"


@dataclass(frozen=True)
class Rules:
    """How answers become scores.

    min_answered is the share of a block's applicable items below which the block is missing;
    raters is `pooled` or `equal-roles`.
    """

    min_answered: float = MIN_ANSWERED
    raters: str = POOLED


def _empty(**types: str) -> pd.DataFrame:
    known = {"company_id": "str", "wave": "datetime64[us]"} | types
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in known.items()})


def no_table() -> pd.DataFrame:
    """The table of scores without a row."""
    return _empty(answered="float", respondents="float", index="float")


def no_blocks() -> pd.DataFrame:
    """The table of blocks without a row."""
    return _empty(block="str", performance="float", importance="float", gap="float")


def no_missing() -> pd.DataFrame:
    """The table of missing blocks without a row."""
    return _empty(block="str", reason="str")


@dataclass(frozen=True, eq=False)
class Parts:
    """Scores of one source: one row per company and wave, and per block of these."""

    table: pd.DataFrame = field(default_factory=no_table)
    blocks: pd.DataFrame = field(default_factory=no_blocks)
    missing: pd.DataFrame = field(default_factory=no_missing)


def _no_items() -> pd.DataFrame:
    numbers = ("performance", "importance", "performance_100", "importance_100", "gap")
    known = {"item_id": "str", "block": "str"} | dict.fromkeys(numbers, "float")
    return _empty(**known, respondents="float", applicable="bool")


def _no_raters() -> pd.DataFrame:
    return _empty(respondent_id="str", role="str", index="float", answered="float")


def _no_rater_blocks() -> pd.DataFrame:
    numbers = {"performance": "float", "importance": "float"}
    return _empty(respondent_id="str", role="str", block="str", **numbers)


@dataclass(frozen=True, eq=False)
class Detail:
    """Scores by item and by rater; `sampled` is the number of companies if not all are here."""

    items: pd.DataFrame = field(default_factory=_no_items)
    raters: pd.DataFrame = field(default_factory=_no_raters)
    rater_blocks: pd.DataFrame = field(default_factory=_no_rater_blocks)
    ratings: Ratings | None = None
    sampled: int | None = None

    def without(self, company: str) -> Detail:
        """The same of every other company."""
        items, raters, blocks = (
            others(frame, company) for frame in (self.items, self.raters, self.rater_blocks)
        )
        given = self.ratings
        if given is not None:
            given = given.of((given.raters["company_id"] != company).to_numpy(bool))
        return Detail(items, raters, blocks, given, self.sampled)


def others(frame: pd.DataFrame, company: str) -> pd.DataFrame:
    """The rows of every other company."""
    return frame[frame["company_id"] != company].reset_index(drop=True)


def from_means(
    keys: pd.DataFrame, means: Means, respondents: np.ndarray, instrument: Instrument, rules: Rules
) -> Parts:
    """The scores of companies and waves, one row of keys and of means each."""
    return _parts(keys, score(means, instrument, rules.min_answered), respondents, instrument)


def from_ratings(
    given: Ratings, instrument: Instrument, rules: Rules, sampled: int | None = None
) -> tuple[Parts, Detail]:
    """The scores of every company and wave of these answers, by item and of each rater too."""
    means = by_company(given, rules.raters)
    found = score(means, instrument, rules.min_answered)
    gave = given.means.respondents.any(axis=1)
    respondents = np.bincount(given.group[gave], minlength=len(given.groups)).astype(float)
    items = item_frame(given.groups, means, found, instrument)
    alone = score(given.means, instrument, rules.min_answered)
    raters, blocks = rater_frames(given, alone, instrument)
    parts = _parts(given.groups, found, respondents, instrument)
    return parts, Detail(items, raters, blocks, given, sampled)


def _parts(
    keys: pd.DataFrame, found: Scored, respondents: np.ndarray, instrument: Instrument
) -> Parts:
    return Parts(
        table_frame(keys, found, respondents),
        block_frame(keys[KEY], found, instrument),
        missing_frame(keys[KEY], found, instrument),
    )
