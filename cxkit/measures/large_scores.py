"""Scores from answers that stay in their files: sums by DuckDB, the rest on small arrays.

The rules are those of `scores`: answers averaged over respondents by item, items to blocks,
blocks to the index. Sums of whole numbers are exact in any order; where answers or weights are
not whole, one thread adds them up, so that the same file gives the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxkit.contracts import Instrument
from cxkit.contracts.large import LargeTable
from cxkit.measures.index import block_shares, on_scale

if TYPE_CHECKING:
    import duckdb

KEY = ["company_id", "wave"]
WHOLE = 2.0**31  # below this, millions of whole numbers add up without rounding

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class _Items:
    """Item means of g companies' waves and k items, (g, k) each; NaN where nobody answered.

    asked says whether there is any row at all; keys has g rows: company_id, wave, respondents.
    """

    keys: pd.DataFrame
    asked: Booleans
    performance: Floats
    importance: Floats


def from_large(
    answers: LargeTable, instrument: Instrument, min_answered: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One row per company and wave: index, respondents, answered; and one per block of these."""
    with answers.connect() as connection:
        items = _item_means(connection, instrument)
    low, high = _ranges(instrument, "minimum", "maximum")
    points = np.array([i.weight for i in instrument.items]) * (high - low)
    performance = _rescaled(items.performance, low, high)
    importance = _rescaled(
        items.importance, *_ranges(instrument, "importance_minimum", "importance_maximum")
    )
    blocks = [
        _blocks(values, points, instrument, min_answered) for values in (performance, importance)
    ]
    if instrument.method == "mean-of-items":
        percent = _weighted(performance, points, min_answered)
    else:
        percent = blocks[0] @ block_shares(instrument)
    table = items.keys.assign(
        answered=(~np.isnan(performance)).sum(axis=1) / len(instrument.items),
        index=on_scale(percent, instrument),
    )
    order = [*KEY, "answered", "respondents", "index"]
    return table[order], _long(items, blocks[0], blocks[1], instrument)


def answered_in_large(answers: LargeTable) -> pd.DataFrame:
    """Share of answers given (mean) and number of answers asked for (size), one row per item."""
    with answers.connect() as connection:
        found = _table(
            connection,
            "SELECT item_id, count(performance) AS given, count(*) AS size FROM answers "
            "GROUP BY item_id ORDER BY item_id",
        )
    frame = found.astype({"item_id": "str"}).set_index("item_id")
    return frame.assign(mean=frame["given"] / frame["size"])[["mean", "size"]]


def companies_and_rows(answers: LargeTable) -> tuple[int, int]:
    """How many companies and how many answers count."""
    with answers.connect() as connection:
        query = "SELECT count(DISTINCT company_id), count(*) FROM answers"
        companies, rows = connection.sql(query).fetchall()[0]
    return int(companies), int(rows)


def _item_means(connection: duckdb.DuckDBPyConnection, instrument: Instrument) -> _Items:
    """Answers averaged over respondents; a respondent's weight counts where given, else 1."""
    names = pd.DataFrame({"item_id": [i.id for i in instrument.items]}, dtype="str")
    connection.register("item_numbers", names.assign(k=range(len(names))))
    if not _is_whole(connection):
        connection.execute("SET threads = 1")
    connection.execute(
        "CREATE TEMP TABLE waves AS SELECT company_id, wave, "
        "row_number() OVER (ORDER BY company_id, wave) - 1 AS g "
        "FROM (SELECT DISTINCT company_id, wave FROM answers)"
    )
    keys = _table(connection, "SELECT company_id, wave FROM waves ORDER BY g")
    frame = pd.DataFrame(
        {
            "company_id": keys["company_id"].astype("str"),
            "wave": keys["wave"].astype("datetime64[us]"),
        }
    )
    frame["respondents"] = _respondents(connection, len(frame))
    sums = _table(connection, _SUMS)
    place = sums["g"].to_numpy(), sums["k"].to_numpy()
    asked = np.zeros((len(frame), len(names)), dtype=bool)
    asked[place] = True
    means = [_means(sums, value, place, asked.shape) for value in ("performance", "importance")]
    return _Items(frame, asked, *means)


_SUMS = """
SELECT g, k,
    sum(performance * w) AS performance, sum(w) FILTER (performance IS NOT NULL) AS performance_w,
    sum(importance * w) AS importance, sum(w) FILTER (importance IS NOT NULL) AS importance_w
FROM (SELECT *, coalesce(weight, 1.0) AS w FROM answers)
JOIN item_numbers USING (item_id) JOIN waves USING (company_id, wave)
GROUP BY g, k
"""


def _is_whole(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether every answer and weight is a whole number of moderate size."""
    tests = [
        f"coalesce(bool_and({name} = floor({name}) AND abs({name}) < {WHOLE}), true)"
        for name in ("performance", "importance", "weight")
    ]
    found = connection.sql(f"SELECT {' AND '.join(tests)} FROM answers").fetchall()
    return bool(found[0][0])


def _respondents(connection: duckdb.DuckDBPyConnection, waves: int) -> Floats:
    """How many people gave an answer, by company and wave."""
    found = _table(
        connection,
        "SELECT g, count(*) AS n FROM (SELECT DISTINCT company_id, wave, respondent_id "
        "FROM answers WHERE performance IS NOT NULL) JOIN waves USING (company_id, wave) "
        "GROUP BY g",
    )
    counts = np.zeros(waves)
    counts[found["g"].to_numpy()] = found["n"].to_numpy()
    return counts


def _means(
    sums: pd.DataFrame, value: str, place: tuple[np.ndarray, ...], shape: tuple[int, ...]
) -> Floats:
    means = np.full(shape, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        means[place] = sums[value].to_numpy(float) / sums[f"{value}_w"].to_numpy(float)
    return means


def _table(connection: duckdb.DuckDBPyConnection, query: str) -> pd.DataFrame:
    found: pd.DataFrame = connection.sql(query).to_arrow_table().to_pandas(date_as_object=False)
    return found


def _ranges(instrument: Instrument, low: str, high: str) -> tuple[Floats, Floats]:
    """A bound of every item, NaN where it has none."""
    bounds = [[getattr(item, name) for item in instrument.items] for name in (low, high)]
    return np.array(bounds[0], dtype=float), np.array(bounds[1], dtype=float)


def _rescaled(means: Floats, low: Floats, high: Floats) -> Floats:
    """Item means as percent of their items' ranges; NaN where the range is none."""
    span = np.where(high > low, high - low, np.nan)
    return 100 * (means - low) / span


def _blocks(values: Floats, points: Floats, instrument: Instrument, min_answered: float) -> Floats:
    """Weighted means over the answered items of each block, (g, blocks)."""
    names = np.array([item.block for item in instrument.items])
    columns = [
        _weighted(values[:, names == block.id], points[names == block.id], min_answered)
        for block in instrument.blocks
    ]
    return np.column_stack(columns)


def _weighted(values: Floats, points: Floats, min_answered: float) -> Floats:
    """Weighted mean of each row's known values; NaN where too few of them are known."""
    known = ~np.isnan(values)
    top = np.where(known, values * points, 0.0).sum(axis=1)
    bottom = np.where(known, points, 0.0).sum(axis=1)
    enough = known.sum(axis=1) / max(1, values.shape[1]) >= min_answered
    ok = enough & known.any(axis=1) & (bottom != 0)
    return np.where(ok, top / np.where(ok, bottom, 1.0), np.nan)


def _long(
    items: _Items, performance: Floats, importance: Floats, instrument: Instrument
) -> pd.DataFrame:
    """One row per company, wave and block that was asked about, blocks by their ids."""
    names = np.array([item.block for item in instrument.items])
    ids = instrument.block_ids
    asked = np.column_stack([items.asked[:, names == block].any(axis=1) for block in ids])
    row, column = np.nonzero(asked[:, np.argsort(ids)])
    column = np.argsort(ids)[column]
    return items.keys[KEY].iloc[row].reset_index(drop=True).assign(
        block=pd.array(np.array(ids, dtype=object)[column], dtype="str"),
        performance=performance[row, column],
        importance=importance[row, column],
        gap=importance[row, column] - performance[row, column],
    )  # fmt: skip
