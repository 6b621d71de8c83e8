"""Scores from answers that stay in their files: sums by DuckDB, the rest on small arrays.

The rules are those of `scores`: answers averaged over respondents by item, items to blocks,
blocks to the index. Sums of whole numbers are exact in any order; where answers or weights are
not whole, one thread adds them up, so that the same file gives the same bytes. Scores by item
and by rater are made of the reader's company and of companies spread evenly over the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cxkit.contracts import Instrument
from cxkit.contracts.large import LargeTable
from cxkit.contracts.tables import ASSESSMENTS
from cxkit.contracts.typed import empty_table
from cxkit.measures.answers import ROLES, UNSTATED, Floats, Means, ratings
from cxkit.measures.score_parts import EQUAL_ROLES, Detail, Parts, Rules, from_means, from_ratings

if TYPE_CHECKING:
    import duckdb

WHOLE = 2.0**31  # below this, millions of whole numbers add up without rounding
DETAIL_ROWS = 400_000  # answers that are looked at item by item and rater by rater


@dataclass(frozen=True, eq=False)
class _Items:
    """Item means of g companies' waves; keys has g rows: company_id, wave, respondents."""

    keys: pd.DataFrame
    means: Means


def from_large(
    answers: LargeTable, instrument: Instrument, rules: Rules, company: str = ""
) -> tuple[Parts, Detail]:
    """Scores of every company and wave; those by item and rater of `company` and a sample."""
    with answers.connect() as connection:
        items = _item_means(connection, instrument, rules)
        chosen, everyone = _sample(connection, company)
        detail = _detail(connection, chosen, instrument, rules, everyone)
    respondents = items.keys["respondents"].to_numpy(float)
    return from_means(items.keys, items.means, respondents, instrument, rules), detail


def answered_in_large(answers: LargeTable) -> pd.DataFrame:
    """Share of answers given (mean) and number of answers asked for (size), one row per item.

    An item that does not apply was not asked.
    """
    with answers.connect() as connection:
        found = _table(
            connection,
            "SELECT item_id, count(performance) AS given, "
            "count(*) AS size FROM answers WHERE NOT not_applicable "
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


def _item_means(
    connection: duckdb.DuckDBPyConnection, instrument: Instrument, rules: Rules
) -> _Items:
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
    equal = rules.raters == EQUAL_ROLES
    sums = _table(connection, _BY_ROLE if equal else _SUMS)
    return _Items(frame, _means(sums, (len(frame), len(names)), UNSTATED + 1 if equal else 1))


_COLUMNS = """
    sum(performance * w) AS performance, sum(w) FILTER (performance IS NOT NULL) AS performance_w,
    sum(importance * w) FILTER (NOT not_applicable) AS importance,
    sum(w) FILTER (importance IS NOT NULL AND NOT not_applicable) AS importance_w,
    count(performance) AS respondents, bool_or(not_applicable) AS denied
"""
_SUMS = f"""
SELECT g, k, 0 AS role, {_COLUMNS}
FROM (SELECT *, coalesce(weight, 1.0) AS w FROM answers)
JOIN item_numbers USING (item_id) JOIN waves USING (company_id, wave)
GROUP BY g, k
"""
_CASES = " ".join(f"WHEN '{role}' THEN {number}" for number, role in enumerate(ROLES))
_BY_ROLE = f"""
WITH a AS (
    SELECT * EXCLUDE (role), coalesce(weight, 1.0) AS w,
        min(CASE role {_CASES} ELSE {UNSTATED} END)
            OVER (PARTITION BY company_id, wave, respondent_id) AS role
    FROM answers)
SELECT g, k, role, {_COLUMNS}
FROM a JOIN item_numbers USING (item_id) JOIN waves USING (company_id, wave)
GROUP BY g, k, role
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


def _means(sums: pd.DataFrame, shape: tuple[int, int], roles: int) -> Means:
    """Sums by company, item and role as means: over a role's raters, then over the roles."""
    place = sums["g"].to_numpy(), sums["k"].to_numpy()
    by_role = (*place, sums["role"].to_numpy())
    values = []
    for name in ("performance", "importance"):
        means = np.full((*shape, roles), np.nan)
        with np.errstate(invalid="ignore", divide="ignore"):
            means[by_role] = sums[name].to_numpy(float) / sums[f"{name}_w"].to_numpy(float)
        known = (~np.isnan(means)).sum(axis=2)
        values.append(np.where(known > 0, np.nansum(means, axis=2) / np.maximum(known, 1), np.nan))
    respondents, denied = np.zeros(shape), np.zeros(shape, dtype=bool)
    np.add.at(respondents, place, sums["respondents"].to_numpy(float))
    np.logical_or.at(denied, place, sums["denied"].fillna(False).to_numpy(bool))
    asked = np.zeros(shape, dtype=bool)
    asked[place] = True
    nobody = np.isnan(values[0])
    return Means(values[0], values[1], respondents, denied & nobody, asked)


def _sample(connection: duckdb.DuckDBPyConnection, company: str) -> tuple[pd.DataFrame, bool]:
    """Companies with about DETAIL_ROWS answers, and whether that is everyone.

    The reader's own is among them, whatever its size; the others are spread evenly over the
    list of ids.
    """
    found = _table(
        connection,
        "SELECT company_id AS id, count(*) AS n FROM answers GROUP BY company_id ORDER BY id",
    )
    ids, n = found["id"].astype("str"), found["n"].to_numpy()
    if n.sum() <= DETAIL_ROWS:
        return pd.DataFrame({"id": ids}), True
    total = len(ids)
    order = np.argsort(np.arange(total) * 0.6180339887498949 % 1.0, kind="stable")
    order = np.concatenate([np.flatnonzero(ids == company), order[(ids != company)[order]]])
    kept = order[np.cumsum(n[order]) <= DETAIL_ROWS]
    kept = kept if len(kept) else order[:1]
    return pd.DataFrame({"id": ids.iloc[np.sort(kept)]}), False


def _detail(
    connection: duckdb.DuckDBPyConnection,
    chosen: pd.DataFrame,
    instrument: Instrument,
    rules: Rules,
    everyone: bool,
) -> Detail:
    connection.register("looked_at", chosen)
    found = _table(
        connection,
        "SELECT * FROM answers WHERE company_id IN (SELECT id FROM looked_at) ORDER BY _row",
    )
    frame = found.astype(empty_table(ASSESSMENTS).dtypes.to_dict())
    sampled = None if everyone else len(chosen)
    return from_ratings(ratings(frame, instrument), instrument, rules, sampled)[1]


def _table(connection: duckdb.DuckDBPyConnection, query: str) -> pd.DataFrame:
    found: pd.DataFrame = connection.sql(query).to_arrow_table().to_pandas(date_as_object=False)
    return found
