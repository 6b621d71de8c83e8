"""The files of a report: names, full precision, harmless cells, the same bytes."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from cxkit.reports.write import table_csv, write_report
from tests.reports.sample import column, exhibit, sample, save


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def cells(rows: list[dict[str, Any]], *columns: dict[str, Any]) -> list[list[str]]:
    shape = {"columns": list(columns), "rows": rows}
    one = exhibit("x", "01_data_quality", "x", {"kind": "table"}, table=shape)
    return list(csv.reader(io.StringIO(table_csv(one, "en").decode("utf-8"))))


def test_names_are_those_written(tmp_path: Path) -> None:
    folder = save(tmp_path, sample())
    names = write_report(folder)
    assert sorted([*names, "results.json"]) == sorted(files(folder))
    assert names[-1] == "report.html"
    assert "figures/linkage.estimates.svg" in names
    assert "tables/linkage.estimates.csv" in names


def test_same_results_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_report(save(tmp_path / name, sample()))
    write_report(tmp_path / "two")
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_tables_hold_numbers_at_full_precision(tmp_path: Path) -> None:
    value = 0.1 + 0.2
    rows = [{"a": value, "b": 12, "c": None, "d": True}, {"a": 1e-17}]
    shape = [column(id, id, "num") for id in "abcd"]
    assert cells(rows, *shape) == [
        ["a", "b", "c", "d"],
        [repr(value), "12", "", "true"],
        ["1e-17", "", "", ""],
    ]


@pytest.mark.parametrize(
    "words",
    ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n@x", "＝1", "-5"],
)
def test_no_cell_is_a_formula(words: str) -> None:
    (_, (cell,)) = cells([{"a": words}], column("a", "a"))
    assert cell.startswith("'")


def test_ordinary_words_stay_as_they_are() -> None:
    rows = [{"a": words} for words in ("00123", "NA", 'say "x", y', "a=b", "−5")]
    assert [row[0] for row in cells(rows, column("a", "a"))[1:]] == [r["a"] for r in rows]


def test_messages_are_drawn_and_unseen_characters_marked() -> None:
    rows = [{"a": {"id": "report.rows_count_one", "values": {}}}, {"a": "a\x00b\nc"}]
    assert cells(rows, column("a", "a"))[1:] == [["1 row"], ["a\ufffdb c"]]
