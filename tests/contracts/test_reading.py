"""Values come out of a file as they went in, whatever the file's format."""

from __future__ import annotations

import datetime as dt
import io
import unicodedata
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxkit.contracts import TABLES, check_client, load_instrument, read_client
from cxkit.contracts.cells import CONTROL, parse_date, parse_number
from cxkit.contracts.findings import Findings
from cxkit.contracts.mojibake import is_mojibake
from cxkit.contracts.raw import read_raw
from cxkit.contracts.typed import type_table
from tests.contracts.folders import CLIENT, SCORES, write_client

IDS = ["00123", "NA", "None", "1E5", "nan", "null", "TRUE", "-0", "1.50", "N/A", "=1+1", "Ä ö", "İ"]


def _parquet(columns: dict[str, pa.Array]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


def _scores(**columns: pa.Array) -> bytes:
    """A Parquet file of two scores, some columns as given."""
    plain = {
        "company_id": pa.array(["a1", "b2"]),
        "wave": pa.array(["2022-06-30", "2023-06-30"]),
        "measure": pa.array(["index", "index"]),
        "value": pa.array([12.0, 3.0]),
    }
    return _parquet({**plain, **columns})


def _read_scores(tmp_path: Path, data: bytes) -> pd.DataFrame:
    folder = write_client(tmp_path, {"scores.csv": None, "scores.parquet": data})
    return read_client(str(folder)).table("scores")


@pytest.mark.parametrize("format_", ["csv", "parquet"])
def test_ids_stay_text(format_: str, tmp_path: Path) -> None:
    frame = pd.DataFrame({"company_id": IDS, "name": IDS, "country": ["NA"] * len(IDS)})
    scores = pd.DataFrame(
        {"company_id": IDS, "wave": "2023-06-30", "measure": "index", "value": 5.0}
    )
    changes = {"companies.csv": None, "assessments.csv": None, "pnl.csv": None, "scores.csv": None}
    folder = write_client(tmp_path, {**changes, "client.yml": CLIENT.replace("a1", '"00123"')})
    for name, table in {"companies": frame, "scores": scores}.items():
        if format_ == "csv":
            table.to_csv(folder / f"{name}.csv", index=False)
        else:
            table.to_parquet(folder / f"{name}.parquet", index=False)
    client = read_client(str(folder))
    assert client.table("companies")["company_id"].tolist() == IDS
    assert client.table("companies")["country"].tolist() == ["NA"] * len(IDS)
    assert client.table("scores")["company_id"].tolist() == IDS
    assert client.findings.empty


def test_every_table_has_its_types_and_all_its_columns(tmp_path: Path) -> None:
    client = read_client(str(write_client(tmp_path)))
    dtypes = {"text": "str", "number": "float64", "date": "datetime64[us]", "flag": "bool"}
    for name, contract in TABLES.items():
        table = client.table(name)
        expected = {"_row": "int64"} | {c.name: dtypes[c.type] for c in contract.columns}
        assert {column: str(dtype) for column, dtype in table.dtypes.items()} == expected
    assert client.table("scores")["_row"].tolist() == [2, 3]


def test_empty_is_missing_and_zero_is_zero(tmp_path: Path) -> None:
    answers = read_client(str(write_client(tmp_path))).table("assessments")
    np.testing.assert_array_equal(answers["performance"], [3, 0, np.nan])
    np.testing.assert_array_equal(answers["importance"], [4, np.nan, 5])
    assert answers["role"].isna().all()


def test_rows_are_counted_as_a_spreadsheet_counts_them(tmp_path: Path) -> None:
    text = 'company_id,name\n\na1,"Acme\nand Sons"\n,\nb2,Beta\n'
    companies = read_client(str(write_client(tmp_path, {"companies.csv": text}))).table("companies")
    assert companies["_row"].tolist() == [3, 5]
    assert companies["name"].tolist() == ["Acme\nand Sons", "Beta"]


def test_order_of_columns_does_not_matter(tmp_path: Path) -> None:
    text = "value,measure,wave,company_id\n12,index,2022-06-30,a1\n0,serve,2022-06-30,b2\n"
    first = read_client(str(write_client(tmp_path, name="one"))).table("scores")
    other = read_client(str(write_client(tmp_path, {"scores.csv": text}, "two"))).table("scores")
    pd.testing.assert_frame_equal(first, other)


@pytest.mark.parametrize(
    "columns",
    [
        {"company_id": pa.array(["a1", "b2"]).dictionary_encode()},
        {"company_id": pa.array(["a1", "b2"], pa.large_string())},
        {"company_id": pa.array(["a1", "b2"], pa.string_view())},
        {"wave": pa.array([dt.date(2022, 6, 30), dt.date(2023, 6, 30)])},
        {"wave": pa.array([dt.date(2022, 6, 30), dt.date(2023, 6, 30)], pa.date64())},
        *(
            {"wave": pa.array(np.array(["2022-06-30", "2023-06-30"], f"datetime64[{unit}]"))}
            for unit in ("s", "ms", "us", "ns")
        ),
        {
            "wave": pa.array(
                np.array(["2022-06-30T04", "2023-06-30T04"], "datetime64[us]"),
                pa.timestamp("us", "America/New_York"),
            )
        },
        {"wave": pa.array(["2022-06-30", "2023-06-30"]).dictionary_encode()},
        {"value": pa.array(["12", "3.0"])},
        {"value": pa.array(["12", "3.0"]).dictionary_encode()},
        {"value": pa.array([12, 3], pa.int8())},
        {"value": pa.array([12, 3], pa.uint64())},
        {"value": pa.array([12, 3], pa.float32())},
        {"value": pa.array([Decimal("12.00"), Decimal("3.00")])},
        {"instrument_version": pa.array([None, None])},
        {"instrument_version": pa.array([2, None])},
    ],
    ids=lambda columns: " ".join(f"{name} {array.type}" for name, array in columns.items()),
)
def test_parquet_types_that_hold_the_same_values(
    columns: dict[str, pa.Array], tmp_path: Path
) -> None:
    scores = _read_scores(tmp_path, _scores(**columns))
    assert scores["company_id"].tolist() == ["a1", "b2"]
    assert scores["wave"].dt.strftime("%Y-%m-%d").tolist() == ["2022-06-30", "2023-06-30"]
    assert scores["value"].tolist() == [12, 3]


def test_whole_numbers_as_ids_in_parquet(tmp_path: Path) -> None:
    companies = "company_id,name\n123,Acme\n9007199254740993,Beta\n"
    data = _scores(company_id=pa.array([123, 9007199254740993]))
    changes = {"companies.csv": companies, "assessments.csv": None, "pnl.csv": None}
    folder = write_client(
        tmp_path,
        {**changes, "client.yml": CLIENT.replace("company: a1\n", ""), "scores.csv": None}
        | {"scores.parquet": data},
    )
    ids = read_client(str(folder)).table("scores")["company_id"].tolist()
    assert ids == ["123", "9007199254740993"]


@pytest.mark.parametrize(
    ("columns", "finding"),
    [
        (
            {"company_id": pa.array([1.0, 2.0])},
            [None, "company_id", "wrong_type", "refuse", "double"],
        ),
        (
            {"company_id": pa.array([True, False])},
            [None, "company_id", "wrong_type", "refuse", "bool"],
        ),
        ({"value": pa.array([True, False])}, [None, "value", "wrong_type", "refuse", "bool"]),
        (
            {"value": pa.array([[1.0], [2.0]])},
            [None, "value", "wrong_type", "refuse", "list<element: double>"],
        ),
        ({"wave": pa.array([2022, 2023])}, [None, "wave", "wrong_type", "refuse", "int64"]),
        (
            {"wave": pa.array(np.array(["2022-06-30T12", "2023-06-30"], "datetime64[us]"))},
            [2, "wave", "not_a_date", "refuse", "2022-06-30 12:00:00.000000"],
        ),
        (
            {"value": pa.array([1.0, float("inf")])},
            [3, "value", "not_a_number", "refuse", "inf"],
        ),
        (
            {"value": pa.array([1.0, float("nan")])},
            [3, "value", "missing_value", "refuse", "nan"],
        ),
        ({"value": pa.array([1.0, None])}, [3, "value", "missing_value", "refuse", ""]),
        ({"other": pa.array([1, 2])}, [None, "other", "unknown_column", "warn", "other"]),
    ],
    ids=lambda value: value[2] if isinstance(value, list) else "",
)
def test_parquet_that_does_not_fit(
    columns: dict[str, pa.Array], finding: list[object], tmp_path: Path
) -> None:
    folder = write_client(tmp_path, {"scores.csv": None, "scores.parquet": _scores(**columns)})
    found = check_client(str(folder))
    found = found[found["file"] == "scores.parquet"]
    keys = ["row", "column", "kind", "severity", "value"]
    assert found[keys].values.tolist() == [finding]


TEXTS = st.text(min_size=1, max_size=12).filter(
    lambda text: (
        text == text.strip()
        and not CONTROL.search(text)
        and text.isprintable()
        and not is_mojibake(text)
    )
)


@given(st.lists(TEXTS, min_size=1, max_size=5, unique=True))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_no_good_text_is_changed(texts: list[str]) -> None:
    frame = pd.DataFrame({"company_id": texts, "name": texts})
    findings = Findings()
    for file, data in {
        "companies.csv": frame.to_csv(index=False).encode(),
        "companies.parquet": _parquet({name: pa.array(texts) for name in frame}),
    }.items():
        raw = read_raw(file, data, findings)
        assert raw is not None
        table = type_table(raw, TABLES["companies"], findings)
        assert table["company_id"].tolist() == texts
        assert table["name"].tolist() == texts
    assert findings.frame().empty


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_no_number_is_changed(value: float) -> None:
    assert parse_number(repr(value)) == value


@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)))
def test_no_date_is_changed(date: dt.date) -> None:
    assert parse_date(date.isoformat()) == date


@given(st.text(max_size=12) | st.text("0123456789.-+eE_ ", max_size=12))
def test_text_is_a_number_as_python_has_it_or_none(text: str) -> None:
    value = parse_number(text)
    plain = unicodedata.normalize("NFKC", text).replace("−", "-")
    if plain.startswith("("):  # as accountants write what is negative
        plain = "-" + plain[1:-1]
    assert value is None or value == float(plain)


def test_a_huge_cell_is_named_and_not_repeated(tmp_path: Path) -> None:
    folder = write_client(tmp_path, {"scores.csv": SCORES + "x" * 10_000_000 + ",,,\n"})
    found = check_client(str(folder))
    assert found["kind"].tolist() == ["unreadable_file"]
    assert len(str(found.to_dict())) < 2000


def test_many_answers_are_read_whole(tmp_path: Path) -> None:
    items = [item.id for item in load_instrument("cx95").items]
    companies = [f"c{n:05d}" for n in range(1500)]
    waves = pd.date_range("2020-06-30", periods=5, freq="YE")
    names = ["company_id", "wave", "respondent_id", "item_id"]
    grid = pd.MultiIndex.from_product([companies, waves, ["r1", "r2", "r3"], items], names=names)
    answers = grid.to_frame(index=False).assign(performance=3.0, importance=4.0)
    changes = {"assessments.csv": None, "scores.csv": None, "pnl.csv": None, "companies.csv": None}
    folder = write_client(
        tmp_path, {**changes, "client.yml": CLIENT.replace("tiny", "cx95").replace("a1", "c00001")}
    )
    pd.DataFrame({"company_id": companies, "name": companies}).to_csv(
        folder / "companies.csv", index=False
    )
    answers.to_parquet(folder / "assessments.parquet", index=False)
    client = read_client(str(folder))
    assert len(client.table("assessments")) == len(answers) == 427_500
