"""What is wrong in answers that stay in their files: the doubtful rows, found by SQL.

Each distinct cell goes through the same door as every other table's; rows that hold a faulty
one, lie outside their scale or stand more than once are taken out of the file and checked like
a small table of their own. So a finding is the same whatever the size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from cxkit.contracts.cells import Mask, says_not_applicable
from cxkit.contracts.findings import Findings
from cxkit.contracts.intake import Intake
from cxkit.contracts.large.table import KEY, LargeTable
from cxkit.contracts.raw import RawTable
from cxkit.contracts.table_checks import SLACK
from cxkit.contracts.tables import ASSESSMENTS, DATE, FLAG, TEXT, Column, Table
from cxkit.contracts.typed import denies, empty_table, type_table

if TYPE_CHECKING:
    import duckdb

NAME = "assessments"
MOST_FAULTS = 300_000  # faulty rows that are looked at one by one
SAMPLE_ROWS = 200_000  # answers in which patterns of answering are looked for
WORD = 62  # items told apart by the bits of one number


@dataclass(frozen=True, eq=False)
class _Cells:
    """A column's distinct cells, their values, and which of them make a row doubtful."""

    cells: pa.Array
    values: pd.Series
    doubtful: Mask


def examine(intake: Intake) -> None:
    """Put the doubtful rows of a large table of answers among the frames to be checked."""
    table = intake.large[NAME]
    with table.connect() as connection:
        found = {name: _distinct(connection, name, table, intake) for name in table.types}
    maps = {
        name: pa.table({"cell": one.cells, "value": pa.Array.from_pandas(one.values)})
        for name, one in found.items()
        if _needs_map(table.types[name], ASSESSMENTS.named[name], one)
    }
    table = replace(table, maps=maps, saying_none=_saying_none(found))
    with table.connect() as connection:
        _find_doubtful(connection, found, intake)
        rows = _numbers(connection, "SELECT _row FROM doubtful ORDER BY _row")
        raw = _fetch(connection, table)
        companies = _column(
            connection,
            "SELECT DISTINCT company_id FROM typed WHERE company_id IS NOT NULL "
            "AND _row NOT IN (SELECT _row FROM doubtful)",
        )
    intake.large[NAME] = replace(table, left_out=rows, companies=frozenset(companies))
    intake.file[NAME], intake.sent_rows[NAME] = table.file, table.rows
    if len(rows) > MOST_FAULTS:
        _report_more(intake, len(rows))
    intake.frames[NAME] = type_table(raw, ASSESSMENTS, intake.findings, intake.config.locale)


def finish(intake: Intake) -> None:
    """Take the rows that were looked at one by one back, but for those set aside since."""
    table = intake.large[NAME]
    aside = intake.findings.aside(table.file)
    kept = intake.frames.pop(NAME)
    kept = kept[~np.isin(kept["_row"].to_numpy(), aside)].reset_index(drop=True)
    intake.large[NAME] = replace(table, left_out=np.union1d(table.left_out, aside), kept=kept)


@contextmanager
def looking_at_a_sample(intake: Intake) -> Iterator[None]:
    """Have every answer of some companies among the frames, drawn by their ids, for a while.

    With them stand doubtful rows that are theirs or nobody's: what these hold is not missing.
    """
    if NAME not in intake.large:
        yield
        return
    table, doubtful = intake.large[NAME], intake.frames[NAME]
    chosen = max(1, round(len(table.companies) * min(1.0, SAMPLE_ROWS / max(1, table.rows))))
    intake.findings.add(
        table.file,
        "answers_sampled",
        f"the table has {table.rows:,} answers; patterns of answering are looked for in those "
        f"of {min(chosen, len(table.companies)):,} of {len(table.companies):,} companies",
        "nothing to do; every answer was checked by itself",
    )
    ids = _chosen(table, chosen)
    sample = _sample(table, ids)
    beside = doubtful[~doubtful["company_id"].isin(list(table.companies - set(ids)))]
    together = pd.concat([sample, beside.astype(sample.dtypes.to_dict())], ignore_index=True)
    intake.frames[NAME] = together.sort_values("_row", kind="stable", ignore_index=True)
    yield
    intake.frames[NAME] = doubtful


def _distinct(
    connection: duckdb.DuckDBPyConnection, name: str, table: LargeTable, intake: Intake
) -> _Cells:
    """A column's distinct cells through the door; doubtful ones have a finding there or later."""
    column = ASSESSMENTS.named[name]
    cells = connection.sql(f'SELECT DISTINCT "{name}" AS cell FROM cells').to_arrow_table()
    array = cells.column("cell").combine_chunks()
    rows = np.arange(len(array))
    scratch = Findings()
    raw = RawTable(table.file, {name: array}, rows, np.zeros(len(rows), dtype=bool))
    one = Table(NAME, (column,), key=())
    values = type_table(raw, one, scratch, intake.config.locale)[name]
    doubtful = np.isin(rows, scratch.rows_of(table.file)) | _without_partner(name, values, intake)
    return _Cells(array, values, doubtful)


def _saying_none(found: dict[str, _Cells]) -> pa.Table | None:
    """The answers that say not applicable."""
    cells = found["performance"].cells
    said = cells.filter(pa.array(says_not_applicable(cells)))
    return pa.table({"cell": said, "value": pa.array([True] * len(said))}) if len(said) else None


def _without_partner(name: str, values: pd.Series, intake: Intake) -> Mask:
    """Values that other tables, the instrument or the run's date have something against."""
    if name == "company_id" and "companies" in intake.frames:
        return _unknown(values, _sound_companies(intake))
    if name == "item_id" and intake.instrument.has_items:
        return _unknown(values, [item.id for item in intake.instrument.items])
    if name == "wave":
        return (values > pd.Timestamp(intake.config.as_of)).to_numpy()
    if name == "instrument_version":
        return (values.notna() & (values != intake.instrument.version)).to_numpy()
    return np.zeros(len(values), dtype=bool)


def _unknown(values: pd.Series, known: Iterable[str]) -> Mask:
    among = set(known)
    return np.array([value not in among for value in values.tolist()], dtype=bool)


def _sound_companies(intake: Intake) -> list[str]:
    """Companies that no check of their own table can take out."""
    companies = intake.frames["companies"]
    aside = intake.findings.aside(intake.file["companies"])
    sound = ~np.isin(companies["_row"].to_numpy(), aside)
    sound &= ~companies["company_id"].duplicated(keep=False).to_numpy()
    return companies.loc[sound, "company_id"].dropna().tolist()


def _needs_map(kind: pa.DataType, column: Column, found: _Cells) -> bool:
    """Whether cells have to be looked up, rather than be taken as the values they are."""
    written = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    written = written or pa.types.is_string_view(kind)
    if column.type == TEXT:
        return written and bool(found.doubtful.any())
    if column.type == FLAG:
        return written
    return written or (column.type == DATE and not pa.types.is_date(kind))


def _find_doubtful(
    connection: duckdb.DuckDBPyConnection, found: dict[str, _Cells], intake: Intake
) -> None:
    """Make the table `doubtful` of row numbers."""
    connection.register("items", _items(intake))
    queries = [_outside_scale()]
    for name, one in found.items():
        bad = one.cells.filter(pa.array(one.doubtful))
        if not len(bad):
            continue
        connection.register(f"bad_{name}", pa.table({"cell": bad.drop_null()}))
        queries.append(f'SELECT _row FROM cells WHERE "{name}" IN (SELECT cell FROM bad_{name})')
        if bad.null_count:
            queries.append(f'SELECT _row FROM cells WHERE "{name}" IS NULL')
    queries += _contradicting(connection, found)
    if not any(i.importance_minimum is not None for i in intake.instrument.items):
        queries.append("SELECT min(_row) AS _row FROM typed WHERE importance IS NOT NULL")
    connection.execute(f"CREATE TABLE repeated AS {_repeated(len(intake.instrument.items))}")
    queries.append(f"SELECT _row FROM typed JOIN repeated USING ({', '.join(KEY[:3])})")
    union = " UNION ALL ".join(queries)
    connection.execute(
        f"CREATE TABLE doubtful AS SELECT DISTINCT _row FROM ({union}) WHERE _row IS NOT NULL"
    )


def _contradicting(
    connection: duckdb.DuckDBPyConnection, found: dict[str, _Cells]
) -> Iterator[str]:
    """Rows with an answer that does not apply, or with one that says so and a flag that denies."""
    yield "SELECT _row FROM typed WHERE not_applicable AND performance IS NOT NULL"
    said = _saying_none(found)
    if said is None or "not_applicable" not in found:
        return
    flags = found["not_applicable"].cells
    connection.register("none", said)
    connection.register("denied", pa.table({"cell": flags.filter(pa.array(denies(flags)))}))
    yield (
        "SELECT _row FROM cells WHERE performance IN (SELECT cell FROM none) "
        "AND not_applicable IN (SELECT cell FROM denied)"
    )


def _items(intake: Intake) -> pa.Table:
    items = intake.instrument.items
    return pa.table(
        {
            "item_id": pa.array([i.id for i in items], pa.string()),
            "k": pa.array(range(len(items)), pa.int64()),
            "low": pa.array([i.minimum for i in items], pa.float64()),
            "high": pa.array([i.maximum for i in items], pa.float64()),
            "importance_low": pa.array([i.importance_minimum for i in items], pa.float64()),
            "importance_high": pa.array([i.importance_maximum for i in items], pa.float64()),
        }
    )


def _outside_scale() -> str:
    return (
        "SELECT _row FROM typed JOIN items USING (item_id) WHERE "
        f"performance < low - {SLACK} OR performance > high + {SLACK} OR "
        f"importance < importance_low - {SLACK} OR importance > importance_high + {SLACK}"
    )


def _repeated(items: int) -> str:
    """Respondents' waves that answer an item twice: more rows than different items."""
    bits = " + ".join(
        f"bit_count(bit_or(CASE WHEN k // {WORD} = {word} THEN 1::BIGINT << (k % {WORD})::INT "
        "ELSE 0::BIGINT END))"
        for word in range(items // WORD + 1)
    )
    group = ", ".join(KEY[:3])
    return (
        f"SELECT {group} FROM typed JOIN items USING (item_id) "
        f"GROUP BY {group} HAVING count(*) <> {bits}"
    )


def _fetch(connection: duckdb.DuckDBPyConnection, table: LargeTable) -> RawTable:
    """The doubtful rows as they stand in the file, the first of them where they are too many."""
    found = connection.sql(
        "SELECT cells.* FROM cells WHERE _row IN "
        f"(SELECT _row FROM doubtful ORDER BY _row LIMIT {MOST_FAULTS}) ORDER BY _row"
    ).to_arrow_table()
    columns = {name: found.column(name).combine_chunks() for name in table.types}
    columns |= {name: pa.nulls(len(found)) for name in table.unknown}
    rows = found.column("_row").to_numpy().astype(np.int64)
    return RawTable(table.file, columns, rows, np.zeros(len(rows), dtype=bool))


def _report_more(intake: Intake, count: int) -> None:
    intake.findings.add(
        intake.file[NAME],
        "too_many_faults",
        f"{count:,} rows have something wrong; the first {MOST_FAULTS:,} are listed",
        "mend what they have in common",
    )


def _chosen(table: LargeTable, companies: int) -> list[str]:
    """So many of a table's companies, drawn by their ids."""
    ids = pd.Series(sorted(table.companies), dtype="str")
    order = pd.util.hash_array(ids.to_numpy(dtype=object)).argsort(kind="stable")
    return ids.iloc[order[:companies]].tolist()


def _sample(table: LargeTable, companies: list[str]) -> pd.DataFrame:
    """Every sound answer of some companies, as their table's contract has it."""
    with table.connect() as connection:
        connection.register("chosen", pd.DataFrame({"id": pd.Series(companies, dtype="str")}))
        found = connection.sql(
            "SELECT * FROM typed WHERE company_id IN (SELECT id FROM chosen) "
            "AND _row NOT IN (SELECT _row FROM left_out) ORDER BY _row"
        ).to_arrow_table()
    frame = found.to_pandas(date_as_object=False)
    return frame.astype(empty_table(ASSESSMENTS).dtypes.to_dict())


def _numbers(connection: duckdb.DuckDBPyConnection, query: str) -> np.ndarray:
    found = connection.sql(query).to_arrow_table().column(0)
    return np.asarray(found.to_numpy(), dtype=np.int64)


def _column(connection: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    return [str(value) for value in connection.sql(query).to_arrow_table().column(0).to_pylist()]
