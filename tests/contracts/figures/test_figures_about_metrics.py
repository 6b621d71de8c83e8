"""The rules about operating metrics: named at their rows, and nothing besides."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxkit.contracts import check_client, read_client
from tests.contracts.folders import write_client
from tests.measures.metric_cases import HEAD, metric_client, rows


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (rows("nps", [-100.0, 0.0, 100.0]), []),
        (rows("nps", [100.5, -101.0, 4.0]), ["metric_outside"] * 2),
        (rows("churn", [0.0, 0.02, 1.0], n=50), []),
        (rows("Retention", [0.9, 1.1, -0.1], n=50), ["metric_outside"] * 2),
        (rows("ces", [5.2, 104.0, -3.0]), []),
        (rows("won", [0.2, 0.3]), ["share_without_n"]),
        (rows("won", [0.2, 0.3]) + rows("won", [0.1], company="b2"), ["share_without_n"] * 2),
        (rows("won", [0.2, 0.3], n=9) + rows("won", [0.4], first="2021-01-31"),
         ["share_without_n"]),
        (rows("won", [0.2, 1.3]), []),
        (rows("won", [0.86, 88.0, 0.87, 0.9], n=9), ["metric_unit"]),
        (rows("won", [86.0, 88.0, 0.87, 90.0], n=9), ["metric_unit"]),
        (rows("orders", [2.0, 3.0, 250.0, 2.0]), []),
        (rows("nps", [0.41, 0.4, -0.02, 0.5]), ["metric_unit"]),
        (rows("nps", [1.0, 0.0, -1.0]), []),
        (rows("flag", [0.0, 1.0]), []),
    ],
)  # fmt: skip
def test_metrics_that_cannot_be(text: str, kinds: list[str], tmp_path: Path) -> None:
    found = check_client(str(write_client(tmp_path, {"metrics.csv": HEAD + text})))
    assert found["kind"].tolist() == kinds
    assert set(found["file"]) <= {"metrics.csv"}


def test_what_is_set_aside_is_not_charted(tmp_path: Path) -> None:
    client = metric_client(tmp_path, rows("churn", [0.02, 2.4, 0.03], n=80))
    assert client.table("metrics")["value"].tolist() == [0.02, 0.03]
    assert client.findings["severity"].tolist() == ["set_aside"]


def test_no_metrics_with_rows(tmp_path: Path) -> None:
    client = read_client(str(write_client(tmp_path, {"metrics.csv": HEAD})))
    assert client.findings["kind"].tolist() == ["empty_table"]
