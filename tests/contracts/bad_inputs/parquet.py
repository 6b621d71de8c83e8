"""Parquet files: types that hold the values, types that have lost them, and damaged files."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.contracts.bad_inputs.case import SMALL, Case, Finding, R, W, config
from tests.contracts.folders import SCORES

FAMILY = "Parquet"
GOOD = {
    "company_id": pa.array(["a1", "b2"]),
    "wave": pa.array(["2022-06-30", "2022-06-30"]),
    "measure": pa.array(["index", "serve"]),
    "value": pa.array([12.0, 0.0]),
}
DAY = dt.date(2022, 6, 30)


def _file(columns: dict[str, pa.Array], **options: str) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, **options)
    return sink.getvalue()


def cases() -> Iterator[Case]:
    """All cases of the family."""
    yield from _sound()
    yield from _lost()
    yield from _cells()
    yield from _damaged()
    yield _twice()


def _case(name: str, data: bytes, truth: str | None, *findings: Finding) -> Case:
    files = {"scores.csv": None, "scores.parquet": data}
    return Case(name, FAMILY, files, {"scores": truth}, findings, without=SMALL)


def _mangled() -> pa.Array:
    """Two texts of bytes that are no text."""
    ends = pa.array([0, 2, 4], pa.int32()).buffers()[1]
    return pa.Array.from_buffers(pa.string(), 2, [None, ends, pa.py_buffer(b"a1\xff\xfe")])


def _sound() -> Iterator[Case]:
    nights = np.array(["2022-06-30", "2022-06-30"])
    sound = {
        "text": {},
        "categories": {"company_id": GOOD["company_id"].dictionary_encode()},
        "dates": {"wave": pa.array([DAY, DAY])},
        "nanoseconds": {"wave": pa.array(nights.astype("datetime64[ns]"))},
        "a time zone": {
            "wave": pa.array(
                nights.astype("datetime64[us]") + np.timedelta64(4, "h"),
                pa.timestamp("us", "America/New_York"),
            )
        },
        "whole numbers": {"value": pa.array([12, 0], pa.int16())},
        "decimals": {"value": pa.array([Decimal("12.00"), Decimal("0.00")])},
        "half precision": {"value": pa.array(np.array([12, 0], np.float16))},
        "numbers as text": {"value": pa.array(["12", "0.0"])},
    }
    for name, columns in sound.items():
        yield _case(name, _file({**GOOD, **columns}), SCORES)
    yield _case("packed with zstd", _file(GOOD, compression="zstd"), SCORES)
    yield _whole_ids()


def _whole_ids() -> Case:
    """Ids as whole numbers keep every digit."""
    ids = [123, 9007199254740993]
    companies = "company_id,name\n" + "".join(f"{one},Acme\n" for one in ids)
    scores = "company_id,wave,measure,value\n" + "".join(
        f"{one},2022-06-30,index,5\n" for one in ids
    )
    columns = {**GOOD, "company_id": pa.array(ids), "measure": pa.array(["index"] * 2)}
    return Case(
        "ids as whole numbers",
        FAMILY,
        {
            "client.yml": config("").replace("company: a1\n", ""),
            "companies.csv": companies,
            "scores.csv": None,
            "scores.parquet": _file({**columns, "value": pa.array([5.0, 5.0])}),
            "assessments.csv": None,
            "pnl.csv": None,
        },
        {"companies": companies, "scores": scores, "assessments": None, "pnl": None},
    )


def _without(column: str) -> str:
    """The good scores with an empty column."""
    header, *rows = (line.split(",") for line in SCORES.splitlines())
    place = header.index(column)
    cut = [[*row[:place], "", *row[place + 1 :]] for row in rows]
    return "\n".join(",".join(row) for row in [header, *cut])


def _lost() -> Iterator[Case]:
    lost = {
        "ids as decimals": ("company_id", pa.array([1.0, 2.0]), "double"),
        "ids as true and false": ("company_id", pa.array([True, False]), "bool"),
        "ids as bytes": ("company_id", pa.array([b"a1", b"b2"]), "binary"),
        "values as true and false": ("value", pa.array([True, False]), "bool"),
        "values in lists": ("value", pa.array([[1.0], [2.0]]), "list<element: double>"),
        "years as whole numbers": ("wave", pa.array([2022, 2022]), "int64"),
    }
    for name, (column, array, kind) in lost.items():
        yield _case(
            name,
            _file({**GOOD, column: array}),
            _without(column),
            ("scores.parquet", None, column, "wrong_type", R, kind),
        )


def _twice() -> Case:
    columns = [GOOD["company_id"], *GOOD.values()]
    sink = io.BytesIO()
    pq.write_table(pa.table(columns, names=["company_id", *GOOD]), sink)
    finding: Finding = ("scores.parquet", None, "company_id", "duplicate_column", R, "")
    return _case("a column twice", sink.getvalue(), SCORES, finding)


def _cells() -> Iterator[Case]:
    noon = np.array(["2022-06-30T12", "2022-06-30"], "datetime64[us]")
    first, second = SCORES.replace("2022-06-30", "", 1), SCORES.replace("serve,0", "serve,")
    faults = {
        "a time of day": (
            {"wave": pa.array(noon)}, first, (2, "wave", "not_a_date", "2022-06-30 12:00:00.000000")
        ),
        "an infinite value": (
            {"value": pa.array([12.0, float("inf")])}, second, (3, "value", "not_a_number", "inf")
        ),
        "NaN": (
            {"value": pa.array([12.0, float("nan")])}, second, (3, "value", "missing_value", "nan")
        ),
        "nothing": ({"value": pa.array([12.0, None])}, second, (3, "value", "missing_value", "")),
    }  # fmt: skip
    for name, (columns, truth, (row, column, kind, value)) in faults.items():
        finding: Finding = ("scores.parquet", row, column, kind, R, value)
        yield _case(f"{name} in a cell", _file({**GOOD, **columns}), truth, finding)
    yield from _far_dates()
    yield _case(
        "a column that is not used",
        _file({**GOOD, "note": pa.array(["x", "y"])}),
        SCORES,
        ("scores.parquet", None, "note", "unknown_column", W, "note"),
    )


def _far_dates() -> Iterator[Case]:
    """Dates that smaller units cannot hold: they must not come out as others."""
    far = {
        "days": (pa.array([2**31 - 1, 19_173], pa.int32()).cast(pa.date32()), "2022-06-30"),
        "milliseconds": (pa.array([2**62, 0]).cast(pa.timestamp("ms")), "1970-01-01"),
    }
    for unit, (dates, second) in far.items():
        truth = SCORES.replace("2022-06-30", "", 1).replace("2022-06-30", second)
        value = str(dates.cast(pa.string())[0])
        finding: Finding = ("scores.parquet", 2, "wave", "not_a_date", R, value)
        yield _case(f"a date far off, in {unit}", _file({**GOOD, "wave": dates}), truth, finding)


def _damaged() -> Iterator[Case]:
    data = _file(GOOD)
    damaged = {
        "CSV named .parquet": SCORES.encode(),
        "an empty file": b"",
        "half a file": data[: len(data) // 2],
        "a file without its end": data[:-4],
        "a marker alone": b"PAR1PAR1",
        "a broken page": data[:4] + b"\xff" * 60 + data[64:],
        "a broken footer": data[:-60] + b"\xff" * 52 + data[-8:],
        "text that is no UTF-8": _file({**GOOD, "company_id": _mangled()}),
        "20,000,001 rows in few bytes": _file({"company_id": pa.nulls(20_000_001)}),
        "a length beyond the file": data[:-8] + b"\xff\xff\xff\x7f" + data[-4:],
    }
    for name, content in damaged.items():
        yield _case(name, content, None, ("scores.parquet", None, None, "unreadable_file", R, ""))
