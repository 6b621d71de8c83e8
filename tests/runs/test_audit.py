"""The published notebook: no path, no address, no clock, the same ids each time."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import nbformat

from cxkit.runs.audit import published_copy
from cxkit.runs.findings import records, table

PLACES = {"project": Path("/srv/kit"), "outputs": Path("/srv/kit/outputs")}


def executed(text: str) -> nbformat.NotebookNode:
    book = nbformat.v4.new_notebook()
    book.metadata = {"papermill": {"start_time": "now"}, "cxkit": {"needs": []}}
    cell = nbformat.v4.new_code_cell("x = 1")
    cell.metadata = {"papermill": {"duration": 1}, "tags": ["parameters"]}
    cell.outputs = [
        nbformat.v4.new_output("stream", text=text),
        nbformat.v4.new_output("display_data", data={"image/png": "AAAA", "text/html": [text]}),
    ]
    book.cells = [cell]
    return book


def test_what_differs_between_runs_is_taken_out() -> None:
    text = (
        "/srv/kit/outputs/a 0007.work/fragments /srv/kit/b <x at 0x7f00aa> "
        f"/tmp/ipykernel_12/345.py:1 {sys.prefix}/lib {Path.home()}/c"
    )
    copy = json.loads(published_copy(executed(text), PLACES))
    assert copy["metadata"] == {"cxkit": {"needs": []}}
    (cell,) = copy["cells"]
    assert cell["id"] == "cell-01"
    assert cell["metadata"] == {"tags": ["parameters"]}
    shown = "<outputs>/a staging/fragments <project>/b <x> <cell>:1 <python>/lib <home>/c"
    assert cell["outputs"][0]["text"] == shown
    assert cell["outputs"][1]["data"] == {"image/png": "AAAA", "text/html": [shown]}
    nbformat.validate(nbformat.from_dict(copy))


def test_a_notebook_that_never_started() -> None:
    assert json.loads(published_copy(None, PLACES))["cells"] == []


def test_findings_as_a_table() -> None:
    import pandas as pd

    rows = [
        ("pnl.csv", 2 + i, "revenue", "not_a_number", "refuse", f"x{i}", "no number", "mend it")
        for i in range(7)
    ]
    rows.append(("notes.txt", None, None, "unknown_file", "warn", None, "not read", "delete it"))
    names = ["file", "row", "column", "kind", "severity", "value", "message", "way_out"]
    found = records(pd.DataFrame(rows, columns=names).astype({"row": "Int64"}))
    assert found[0]["row"] == 2
    assert found[-1]["row"] is None
    assert table(found) == (
        "Refused (7)\n"
        "  file     column   finding       n  where and what\n"
        "  pnl.csv  revenue  not_a_number  7  rows 2, 3, 4, 5, 6, ...: x0, x1, x2, x3, x4\n"
        "      no number.\n"
        "      Way out: mend it.\n\n"
        "Warnings (1)\n"
        "  file       column  finding       n  where and what\n"
        "  notes.txt          unknown_file  1\n"
        "      not read.\n"
        "      Way out: delete it."
    )
