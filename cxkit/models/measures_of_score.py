"""Two measures of the score of every row of a panel, and which pair can correct an estimate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxkit.display import message
from cxkit.measures import Maturity, Panel
from cxkit.measures.answers import KEY
from cxkit.measures.score_choice import GAP, INDEX, STAGE
from cxkit.models.error_sources import plan
from cxkit.models.splits import (
    SPLITS,
    Booleans,
    Codes,
    Floats,
    Scale,
    half_indexes,
    halves,
    rater_groups,
)

SPLIT_HALVES, SECOND_RATER, NONE = "split-halves", "second-rater", "none"
TWO_RATERS = 0.8  # share of the rows; with fewer the estimate's error grows by more than a tenth
MIN_COMPANIES = 12  # with both measures in two rows or more, as an estimate needs
MOST_ALIKE = 0.2  # of the rows with two raters: from there on they did not answer on their own
_TELLING = 3  # blocks: with fewer two raters may well agree in all of them


@dataclass(frozen=True, eq=False)
class Measures:
    """Two measures a and b (splits, rows of the panel) of its score, on the score's own scale.

    NaN where a measure is missing. kind is `split-halves` or `second-rater`. rows (n,) are those
    with both in any division, companies the number that have two such rows or more; imputed
    whether half-empty blocks were filled from the block's other answers.
    """

    a: Floats
    b: Floats
    kind: str
    rows: Booleans
    companies: int
    imputed: bool = False

    @property
    def share(self) -> float:
        """Share of the panel's rows that have both measures in a division."""
        return float(self.rows.mean()) if len(self.rows) else 0.0

    @property
    def lost(self) -> float:
        """Mean number of those rows that a division does without, half-empty blocks above all."""
        both = np.isfinite(self.a) & np.isfinite(self.b)
        return float(self.rows.sum() - both.sum(1).mean()) if len(both) else 0.0


@dataclass(frozen=True, eq=False)
class Correction:
    """Which correction for error in the score a panel allows, and which is recommended.

    kind is `second-rater`, `split-halves` or `none`, reason the text that says why; halves and
    raters are the measures of either, None where there are none.
    """

    kind: str
    reason: dict[str, Any]
    halves: Measures | None
    raters: Measures | None

    @property
    def measures(self) -> Measures | None:
        """The recommended pair; None where nothing can be corrected."""
        return {SECOND_RATER: self.raters, SPLIT_HALVES: self.halves}.get(self.kind)

    @property
    def possible(self) -> tuple[str, ...]:
        """The kinds that enough companies allow, the recommended one first."""
        found = [m.kind for m in (self.raters, self.halves) if m and enough(m)]
        return tuple(sorted(found, key=lambda kind: kind != self.kind))


def correction(scores: Maturity, panel: Panel, splits: int = SPLITS, seed: int = 0) -> Correction:
    """Second raters where nearly all rows have two, else halves of the items, else none.

    Second raters deal with what a rater puts into all answers alike, halves do not: with them an
    estimate is at least so much. But where only some companies have two raters, halves of
    everybody's items are worth more, and the second raters are a check.
    """
    by_raters = rater_measures(scores, panel, splits, seed)
    by_items = split_measures(scores, panel, splits, seed)
    share = by_raters.share if by_raters else 0.0
    if by_raters and share >= TWO_RATERS and enough(by_raters):
        reason = message(
            "measures.second_rater", companies=by_raters.companies, share=by_raters.share
        )
        return Correction(SECOND_RATER, reason, by_items, by_raters)
    if by_items and enough(by_items):
        reason = message("measures.split_halves", share=share, least=TWO_RATERS)
        return Correction(SPLIT_HALVES, reason, by_items, by_raters)
    return Correction(NONE, _why_none(scores, by_items, by_raters), by_items, by_raters)


def enough(measures: Measures) -> bool:
    """Whether so many companies have both measures that an estimate can be made."""
    return measures.companies >= MIN_COMPANIES


def _why_none(scores: Maturity, *found: Measures | None) -> dict[str, Any]:
    known = [m.companies for m in found if m]
    if max(known, default=0):
        return message("measures.few_companies", companies=max(known), least=MIN_COMPANIES)
    own = "made_elsewhere" if scores.instrument.has_items else "one_index"
    return message(f"measures.{own}")


def split_measures(
    scores: Maturity, panel: Panel, splits: int = SPLITS, seed: int = 0, impute: bool = False
) -> Measures | None:
    """The panel's score from random halves of its items; None without items or for a stage.

    An item is the mean of its raters as in the score. Blocks of one item are halved together.
    impute fills a half-empty block from its other answers: a sensitivity, since it ties the two
    measures' errors.
    """
    items = [i.id for i in scores.instrument.items] if scores.instrument.has_items else []
    if panel.measure == STAGE or not items or not len(scores.items):
        return None
    use, scale = _scale(scores, panel.measure)
    rows, at = _rows(scores.items, panel)
    item = pd.Index(items).get_indexer(pd.Index(rows["item_id"]))
    answers = np.full((len(panel.table), len(items)), np.nan)
    column = GAP if panel.measure.startswith(GAP) else "performance_100"
    answers[at[item >= 0], item[item >= 0]] = rows[column].to_numpy(float)[item >= 0]
    first = halves([items[i] for i in use], scale.block, splits, seed)
    a, b = half_indexes(answers[:, use], first, scale, impute)
    return _measures(a, b, SPLIT_HALVES, panel, impute)


def _scale(scores: Maturity, measure: str) -> tuple[Codes, Scale]:
    """The items (positions) that make a measure, and how."""
    instrument = scores.instrument
    whole = plan(instrument)
    name = measure.split(":")[-1]
    if name in instrument.block_ids:
        use = np.flatnonzero(whole.block == list(instrument.block_ids).index(name))
        return use, Scale(np.zeros(len(use), np.intp), whole.points[use], np.ones(1), (0.0, 100.0))
    use = np.flatnonzero(whole.points > 0)
    block = np.unique(whole.stratum[use], return_inverse=True)[1].astype(np.intp)
    points = whole.points[use]
    ends = (instrument.minimum, instrument.maximum) if measure == INDEX else (0.0, 100.0)
    return use, Scale(block, points, np.bincount(block, points) / points.sum(), ends)


def rater_measures(
    scores: Maturity, panel: Panel, splits: int = SPLITS, seed: int = 0
) -> Measures | None:
    """The panel's score from two groups of its raters; None where no row has two, or where
    raters copy one another (`alike`), since a copy shares the error it should take out.

    A rater stays in one group over the waves. One division where no row has more than two
    raters, else `splits` of them. For the index and for single blocks.
    """
    known = _rater_scores(scores, panel.measure)
    if known is None or not len(known) or alike(scores) > MOST_ALIKE:
        return None
    rows, at = _rows(known, panel)
    place = np.empty(len(panel.table), np.intp)
    place[np.lexsort((panel.table["wave"], panel.table["company_id"]))] = np.arange(len(place))
    pairs = rows.groupby(["company_id", "respondent_id"], sort=False).ngroup()
    person: Codes = pairs.to_numpy().astype(np.intp)
    value = rows["value"].to_numpy(float)
    if np.bincount(at[np.isfinite(value)], minlength=1).max() < 2:
        return None
    a, b = rater_groups(value, place[at], person, len(place), splits, seed)
    return _measures(a[:, place], b[:, place], SECOND_RATER, panel, False)


def alike(scores: Maturity) -> float:
    """Share of company-waves with two raters or more in which two agree in every block.

    0 where no two raters answered three blocks or more: agreement then tells nothing.
    """
    blocks = scores.rater_blocks
    if not len(blocks):
        return 0.0
    wide = blocks.pivot_table("performance", [*KEY, "respondent_id"], "block").astype(float)
    wide = wide[wide.notna().sum(axis=1) >= _TELLING].round(9)
    same = wide.reset_index("respondent_id", drop=True).reset_index()
    teams = same.groupby(KEY)["company_id"].size()
    copied = same[same.duplicated()].groupby(KEY)["company_id"].size().index
    many = teams.index[teams >= 2]
    return float(many.isin(copied).mean()) if len(many) else 0.0


def _rater_scores(scores: Maturity, measure: str) -> pd.DataFrame | None:
    """One row per company, wave and respondent_id with this rater's own value."""
    if measure == INDEX:
        return scores.raters.rename(columns={"index": "value"})
    name = measure.split(":")[-1]
    if name not in scores.instrument.block_ids:
        return None
    rows = scores.rater_blocks[scores.rater_blocks["block"] == name]
    value = rows["performance"].astype(float)
    if measure.startswith(GAP):
        value = rows["importance"].astype(float) - value
    return rows.assign(value=value)


def _rows(frame: pd.DataFrame, panel: Panel) -> tuple[pd.DataFrame, Codes]:
    """The rows of a frame by company and wave that are in the panel, and where."""
    keys = pd.MultiIndex.from_frame(panel.table[KEY])
    at = keys.get_indexer(pd.MultiIndex.from_frame(frame[KEY]))
    return frame[at >= 0], at[at >= 0].astype(np.intp)


def _measures(a: Floats, b: Floats, kind: str, panel: Panel, imputed: bool) -> Measures:
    rows: Booleans = np.asarray((np.isfinite(a) & np.isfinite(b)).any(0))
    count = panel.table.loc[rows, "company_id"].value_counts()
    return Measures(a, b, kind, rows, int((count >= 2).sum()), imputed)
