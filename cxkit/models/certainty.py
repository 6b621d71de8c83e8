"""How sure every score is: intervals, stages as probabilities, changes, the weakest link.

The errors are the benchmark's: those of the client's other companies, or of the benchmark that
client.yml names. What is here is computed when first asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from cxkit.display import Shown, Text, message, text
from cxkit.measures import Gaps, Maturity, gaps
from cxkit.models.benchmark import Benchmark
from cxkit.models.change import Changes, changes
from cxkit.models.error_model import ErrorModel
from cxkit.models.gap_ranks import DRAWS, GapRanks, gap_ranks
from cxkit.models.score_error import (
    KEY,
    block_intervals,
    intervals,
    score_intervals,
    with_effective_raters,
)
from cxkit.models.stages import stage_probabilities
from cxkit.models.variance_curve import Floats
from cxkit.models.weakest import WeakestLinks, weakest_links

DRAWS_ALL = 500  # resamples of all companies; one company's few raters are drawn more often


@dataclass(frozen=True, eq=False, repr=False)
class Certainty(Shown):
    """The scores with their errors; the benchmark lends the errors and the distributions.

    index has one row per company and wave, as in `scores.table`: company_id, wave, index, sem, df,
    conf_low, conf_high, error_source, widened. stages (rows of index, stages) are probabilities,
    NaN without an interval. blocks are the blocks' intervals, see `block_intervals`.
    """

    scores: Maturity
    benchmark: Benchmark
    _kept: dict[tuple[str, str, int], Any] = field(default_factory=dict)

    @property
    def error(self) -> ErrorModel:
        """How large a rater's error is."""
        return self.benchmark.error

    @cached_property
    def _table(self) -> pd.DataFrame:
        return with_effective_raters(self.scores)

    @cached_property
    def index(self) -> pd.DataFrame:
        """Every index with its interval."""
        return intervals(self._table, self.error, self.scores.instrument)

    @cached_property
    def stages(self) -> Floats:
        """Probability of each stage, rows as in `index`."""
        row = self.index
        return stage_probabilities(
            row["index"].to_numpy(float), row["sem"].to_numpy(float), self.scores.instrument,
            self.benchmark.prior,
        )  # fmt: skip

    @cached_property
    def blocks(self) -> pd.DataFrame:
        """Every block's score with its interval, on 0-100."""
        return block_intervals(self.scores.blocks, self._table, self.error, self.scores.instrument)

    @cached_property
    def changes(self) -> Changes:
        """What changed between waves beyond the errors of both."""
        return changes(self.scores, self.error, self.scores.instrument)

    @property
    def summary(self) -> str:
        known = self.index["sem"].notna()
        if not known.any():
            return text(message("certainty.none", reason=self.reason or ""))
        half = (self.index["conf_high"] - self.index["conf_low"])[known] / 2
        return text(message("certainty.summary", scores=int(known.sum()), of=len(known),
                            half=float(half.median())))  # fmt: skip

    @property
    def reason(self) -> Text | None:
        """Why no score has an interval; None where the error is known."""
        if self.error.items or self.error.raters:
            return None
        if self.scores.ratings is None:
            return message("certainty.made_elsewhere")
        return self.error.items_reason or self.error.raters_reason

    def row(self, company: str) -> pd.Series | None:
        """The company's latest wave: the row of `index`, with respondents, answered and stage.

        `name` of the row is its place in `index` and `stages`.
        """
        own = self.scores.latest
        own = own[own["company_id"] == company]
        if own.empty:
            return None
        at = (self.index["company_id"] == company) & (self.index["wave"] == own["wave"].iloc[0])
        more = own[["respondents", "answered", "stage"]].iloc[0]
        return pd.concat([self.index[at].iloc[0], more]).rename(int(np.flatnonzero(at)[0]))

    def stage_row(self, company: str) -> Floats | None:
        """Probability of each stage in the company's latest wave; None without an interval."""
        row = self.row(company)
        if row is None or not self.stages.shape[1]:
            return None
        found = self.stages[int(str(row.name))]
        return found if np.isfinite(found).all() else None

    def blocks_of(self, company: str) -> pd.DataFrame:
        """The blocks' intervals in the company's latest wave, in the instrument's order."""
        waves = self.scores.latest[KEY]
        rows = self.blocks.merge(waves[waves["company_id"] == company], on=KEY)
        return rows.set_index("block").reindex(list(self.scores.instrument.block_ids))

    def by_raters(self, index: float, raters: ArrayLike) -> tuple[Floats, Floats, Floats]:
        """sem, conf_low and conf_high of an index by how many raters had given it."""
        people, instrument = np.asarray(raters, float), self.scores.instrument
        found = score_intervals(
            np.full(people.shape, index), people, np.ones(people.shape), self.error,
            (instrument.minimum, instrument.maximum),
        )  # fmt: skip
        return found.sem, found.low, found.high

    def weakest(self, company: str = "", seed: int = 0) -> WeakestLinks:
        """The weakest link in the latest wave: of one company, or of every one."""
        waves = self.scores.latest[KEY]
        if company:
            waves = waves[waves["company_id"] == company]
        rows, table = (f.merge(waves, on=KEY) for f in (self.scores.blocks, self._table))
        return weakest_links(
            rows, table, self.error, self.scores.instrument, self.benchmark.block_prior, seed
        )

    def gaps_by(self, by: str, company: str = "", seed: int = 0) -> tuple[Gaps, GapRanks]:
        """Gaps by `item`, `block` or a tag, and their ranks over resamples; worked out once."""
        key = (by, company, seed)
        if key not in self._kept:
            draws = DRAWS if company else DRAWS_ALL
            found = gaps(self.scores, by, company)
            self._kept[key] = found, gap_ranks(self.scores, by, company, draws=draws, seed=seed)
        pair: tuple[Gaps, GapRanks] = self._kept[key]
        return pair

    def changes_of(self, company: str) -> Changes:
        """The changes of one company; members and turnover are of all."""
        key = ("changes", company, 0)
        if key not in self._kept:
            self._kept[key] = self._changes_of(company)
        found: Changes = self._kept[key]
        return found

    def _changes_of(self, company: str) -> Changes:
        own = self.scores
        alone = replace(
            own, table=_only(own.table, company), blocks=_only(own.blocks, company),
            missing=_only(own.missing, company),
            detail=replace(own.detail, items=_only(own.items, company)),
        )  # fmt: skip
        part = changes(alone, self.error, own.instrument)
        return replace(part, members=part.members.iloc[:0], turnover=part.turnover.iloc[:0])


def _only(frame: pd.DataFrame, company: str) -> pd.DataFrame:
    return frame[frame["company_id"] == company].reset_index(drop=True)
