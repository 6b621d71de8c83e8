"""The error of a score: its standard error and interval.

The true score is the one expected over raters, the items held fixed. With one rater its error is
seen between the items (his leniency is not: he rates them all); with several, between the raters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from cxkit.contracts import Instrument
from cxkit.errors import ConfigError
from cxkit.measures import Maturity
from cxkit.models.error_model import ErrorModel
from cxkit.models.error_rows import effective_raters
from cxkit.models.error_sources import plan
from cxkit.models.variance_curve import Floats

LEVEL = 0.95
_STEPS = 25
_ONE = 1 + 1e-9  # raters, or as many as unequal ones are worth
KEY = ["company_id", "wave"]


@dataclass(frozen=True, eq=False)
class Intervals:
    """Standard error and 95 % interval of scores, (n,) each; NaN where there is none.

    df are the degrees of freedom behind the variance, by which t replaces the normal. source is
    "items", "raters" or None; widened says that the benchmark's raters differ by more than the
    items of one rater show, and that the interval holds that.
    """

    sem: Floats
    df: Floats
    low: Floats
    high: Floats
    source: np.ndarray
    widened: np.ndarray


def score_intervals(
    score: Floats,
    raters: Floats,
    answered: Floats,
    model: ErrorModel,
    ends: tuple[float, float],
    measure: str = "index",
) -> Intervals:
    """Intervals of scores (n,) given by `raters` (n,) people, who answered a share (n,) of items.

    raters may be what unequal raters are worth in equal ones.

    sem is the standard error at the score's own level. An end of the interval is the level from
    which the score would be 1.96 of *its* standard errors away (Wilson 1927): errors shrink
    towards the ends of a scale, so that an interval at the score's own error would be too short
    there. t instead of 1.96 where few raters stand behind the variance. Clipped to `ends`.
    """
    score, raters = np.asarray(score, float), np.asarray(raters, float)
    answered = np.where(np.isfinite(answered) & (answered > 0), answered, 1.0)
    by_items, by_raters = model.curve("items", measure), model.curve("raters", measure)
    known = np.isfinite(score) & (raters >= 1)
    use_raters = known & (by_raters is not None) & ((raters > _ONE) | (by_items is None))
    use_items = known & ~use_raters & (by_items is not None)
    people = np.where(known, np.maximum(raters, 1), np.nan)
    nothing = np.zeros(score.shape)

    def variance(level: Floats) -> Floats:
        between = by_raters.at(level) if by_raters else nothing
        own = np.maximum(by_items.at(level) / answered, between) if by_items else nothing
        return np.where(use_raters, between, np.where(use_items, own, np.nan)) / people

    widened = use_raters & (raters <= _ONE)
    if by_items and by_raters:
        widened |= use_items & (by_raters.at(score) > by_items.at(score) / answered)
    df = np.where(use_items & ~widened, by_items.df if by_items else np.nan, np.nan)
    df = np.where(use_raters | widened, by_raters.df if by_raters else np.nan, df)
    low, high = _inverted(score, variance, stdtrit(df, (1 + LEVEL) / 2), ends)
    source = np.full(score.shape, None, dtype=object)
    source[use_items], source[use_raters] = "items", "raters"
    return Intervals(np.sqrt(variance(score)), df, low, high, source, widened)


def _inverted(
    score: Floats, variance: Any, quantile: Floats, ends: tuple[float, float]
) -> tuple[Floats, Floats]:
    """The levels from which the score is `quantile` standard errors away, by iteration."""
    low = high = score
    for _ in range(_STEPS):
        low = (low + np.clip(score - quantile * np.sqrt(variance(low)), *ends)) / 2
        high = (high + np.clip(score + quantile * np.sqrt(variance(high)), *ends)) / 2
    return low, high


def intervals(table: pd.DataFrame, model: ErrorModel, instrument: Instrument) -> pd.DataFrame:
    """Every index with its interval; one row per company and wave, in the table's order.

    table: company_id, wave, index, respondents, answered (share of items); optionally
    `effective_raters`, one over the sum of squared weights, where respondents weigh unequally.
    Columns: company_id, wave, index, sem, df, conf_low, conf_high (points), error_source (items,
    raters or None), widened. No index, no raters or no error model: no interval.
    """
    found = score_intervals(
        table["index"].to_numpy(float), _people(table), table["answered"].to_numpy(float),
        _fitting(model, instrument), (instrument.minimum, instrument.maximum),
    )  # fmt: skip
    return _framed(table[[*KEY, "index"]], found)


def block_intervals(
    blocks: pd.DataFrame, table: pd.DataFrame, model: ErrorModel, instrument: Instrument
) -> pd.DataFrame:
    """Every block's score with its interval, in points of 0-100; the rows of `blocks`.

    blocks: company_id, wave, block, performance; table: as in `intervals`, whose respondents
    and share of answers count where `blocks` has no columns `respondents` and `answered`.
    Columns: company_id, wave, block, performance, sem, df, conf_low, conf_high, error_source,
    widened.
    """
    wanted = ("respondents", "answered", "effective_raters")
    missing = [c for c in wanted if c in table and c not in blocks]
    rows = blocks.merge(table[[*KEY, *missing]], on=KEY, how="left") if missing else blocks
    rows = rows.reset_index(drop=True)
    parts = []
    for block in instrument.block_ids:
        part = rows[rows["block"] == block]
        found = score_intervals(
            part["performance"].to_numpy(float), _people(part), part["answered"].to_numpy(float),
            _fitting(model, instrument), (0.0, 100.0), block,
        )  # fmt: skip
        parts.append(_framed(part[[*KEY, "block", "performance"]], found))
    return pd.concat(parts).sort_index().reset_index(drop=True)


def with_effective_raters(scores: Maturity) -> pd.DataFrame:
    """The table of scores with `effective_raters`, where respondents or roles weigh unequally.

    A column of missing values where raters are not at hand: respondents count instead.
    """
    given = scores.ratings
    if given is None:
        return scores.table.assign(effective_raters=np.nan)
    found = effective_raters(given, scores.rules.raters == "equal-roles")
    keyed = given.groups[KEY].assign(effective_raters=found)
    return scores.table.merge(keyed, on=KEY, how="left")


def _people(table: pd.DataFrame) -> Floats:
    given = table["respondents"].to_numpy(float)
    if "effective_raters" not in table:
        return given
    effective = table["effective_raters"].to_numpy(float)
    return np.where(np.isfinite(effective), effective, given)


def _fitting(model: ErrorModel, instrument: Instrument) -> ErrorModel:
    if (model.instrument, model.version) != (instrument.id, instrument.version):
        raise ConfigError(
            f"The error model is of {model.instrument} version {model.version}, the scores are "
            f"of {instrument.id} version {instrument.version}"
        )
    return model


def _framed(rows: pd.DataFrame, found: Intervals) -> pd.DataFrame:
    return rows.assign(
        sem=found.sem, df=found.df, conf_low=found.low, conf_high=found.high,
        error_source=pd.Series(found.source, index=rows.index, dtype=object),
        widened=found.widened,
    )  # fmt: skip


def item_standard_errors(
    items: pd.DataFrame, blocks: pd.DataFrame, model: ErrorModel, instrument: Instrument
) -> pd.DataFrame:
    """Standard errors of single items on 0-100: company_id, wave, block, item_id,
    performance_100, respondents, sem, df.

    items: company_id, wave, item_id, block, performance_100, respondents. An item's own error is
    its block's at the block's level, times the block's items; what raters of a block differ in
    beyond that is common to its items and counts once.
    """
    columns = [*KEY, "block", "item_id", "performance_100", "respondents"]
    rows = items[columns].merge(
        blocks[[*KEY, "block", "performance"]], on=[*KEY, "block"], how="left"
    )
    level = rows.pop("performance").fillna(rows["performance_100"]).to_numpy(float)
    variance, df = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    factor = rows["item_id"].map(_item_factors(instrument)).to_numpy(float)
    for block in instrument.block_ids:
        inside = (rows["block"] == block).to_numpy()
        own, between = model.curve("items", block), model.curve("raters", block)
        seen = own or between
        if seen is None:
            continue
        whole = seen.at(level) * factor
        if own and between:
            whole = whole + np.maximum(between.at(level) - own.at(level), 0)
        variance[inside], df[inside] = whole[inside], seen.df
    people = rows["respondents"].to_numpy(float)
    rows["sem"], rows["df"] = np.sqrt(variance / np.where(people >= 1, people, np.nan)), df
    return rows


def _item_factors(instrument: Instrument) -> dict[str, float]:
    """By which an item's variance on 0-100 exceeds its block's, errors alike in points."""
    points = plan(instrument).points if instrument.has_items else np.zeros(0)
    block = np.array([item.block for item in instrument.items])
    return {
        item.id: float(
            points[block == item.block].sum() ** 2 / ((block == item.block).sum() * points[k] ** 2)
        )
        for k, item in enumerate(instrument.items)
    }
