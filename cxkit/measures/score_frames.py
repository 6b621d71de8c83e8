"""Scores in arrays as tidy tables: by company, block, item and rater."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxkit.contracts import Instrument
from cxkit.measures.answers import KEY, RATER, Means, Ratings, words
from cxkit.measures.scoring import Scored

NOT_ANSWERED, NOT_APPLICABLE = "not_answered", "not_applicable"


def table_frame(keys: pd.DataFrame, found: Scored, respondents: np.ndarray) -> pd.DataFrame:
    """One row per company and wave: answered, respondents, index."""
    return keys[KEY].assign(answered=found.answered, respondents=respondents, index=found.index)


def block_frame(keys: pd.DataFrame, found: Scored, instrument: Instrument) -> pd.DataFrame:
    """One row per unit of keys and block that was asked about, blocks by their ids."""
    ids = instrument.block_ids
    row, column = np.nonzero(found.asked[:, np.argsort(ids)])
    column = np.argsort(ids)[column]
    performance, importance = found.performance[row, column], found.importance[row, column]
    return _rows(keys, row).assign(
        block=words(ids, column),
        performance=performance,
        importance=importance,
        gap=importance - performance,
    )


def missing_frame(keys: pd.DataFrame, found: Scored, instrument: Instrument) -> pd.DataFrame:
    """One row per company, wave and block without a score, with the reason."""
    ids = instrument.block_ids
    row, column = np.nonzero(np.isnan(found.performance)[:, np.argsort(ids)])
    column = np.argsort(ids)[column]
    applies = found.applies[row, column].astype(int)
    reason = words((NOT_APPLICABLE, NOT_ANSWERED), applies)
    return _rows(keys, row).assign(block=words(ids, column), reason=reason)


def item_frame(
    keys: pd.DataFrame, means: Means, found: Scored, instrument: Instrument
) -> pd.DataFrame:
    """One row per company, wave and item that was asked, items in the instrument's order."""
    row, column = np.nonzero(means.asked)
    performance, importance = found.items[row, column], found.importances[row, column]
    return _rows(keys, row).assign(
        item_id=words([i.id for i in instrument.items], column),
        block=words([i.block for i in instrument.items], column),
        performance=means.performance[row, column],
        importance=means.importance[row, column],
        performance_100=performance,
        importance_100=importance,
        gap=importance - performance,
        respondents=means.respondents[row, column],
        applicable=~means.not_applicable[row, column],
    )


def rater_frames(
    ratings: Ratings, found: Scored, instrument: Instrument
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One row per rater: index, answered; and one per rater and block that was asked about."""
    raters = ratings.raters[RATER].assign(index=found.index, answered=found.answered)
    blocks = block_frame(ratings.raters[RATER], found, instrument)
    return raters, blocks.drop(columns="gap")


def _rows(keys: pd.DataFrame, rows: np.ndarray) -> pd.DataFrame:
    return keys.take(rows).reset_index(drop=True)
