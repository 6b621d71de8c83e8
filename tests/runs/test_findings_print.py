"""Findings in a terminal: each different reason once, with its rows and its way out."""

from __future__ import annotations

from typing import Any

from cxkit.runs import findings


def _row(row: int | None, message: str, way_out: str = "mend it") -> dict[str, Any]:
    return {
        "file": "pnl.csv",
        "row": row,
        "column": "revenue",
        "kind": "unit_slip",
        "severity": "warn",
        "value": "1",
        "message": message,
        "way_out": way_out,
    }


def test_different_reasons_are_told_with_their_rows() -> None:
    rows = [_row(n, f"revenue is {n} times its neighbours") for n in range(2, 9)]
    rows += [_row(20, "revenue is negative", "write it without a sign")]
    shown = findings.table(rows, 110)
    assert "Rows 2, 3, 4, 5, 6 and 2 more: revenue is 2 times its neighbours." in shown
    assert "Row 20: revenue is negative." in shown
    assert "Way out: mend it." in shown
    assert "Way out: write it without a sign." in shown
    assert shown.count("times its neighbours") == 1


def test_one_reason_needs_no_rows_of_its_own() -> None:
    shown = findings.table([_row(n, f'"{n}" is no number') for n in (2, 3)], 110)
    assert '"2" is no number.' in shown
    assert "Row 2:" not in shown
    assert '"3" is no number' not in shown


def test_reasons_beyond_a_few_are_counted() -> None:
    words = ("one", "two", "three", "four", "five", "six")
    shown = findings.table([_row(None, f"reason {word}") for word in words], 110)
    assert "reason four." in shown
    assert "reason five" not in shown
    assert "And 2 more reasons; --json lists all." in shown
