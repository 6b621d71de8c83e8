"""Everything a client reads, written from `results.json` alone."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cxkit import plots
from cxkit.display import plain, text
from cxkit.reports import results as results_file
from cxkit.reports.html import render
from cxkit.reports.page import table_file

_FORMULA = frozenset("=+-@＝＋－＠")
_BLANK = frozenset("\t\r\n")


def write_report(folder: Path) -> list[str]:
    """Draw the report of a folder's `results.json` into it; returns the names written, in order.

    Writes `figures/*.svg`, `tables/<exhibit>.csv` and `report.html`. The same results give the
    same bytes.
    """
    results = results_file.load(folder)
    figures = draw_figures(results)
    written = dict(figures)
    for exhibit in results["exhibits"]:
        if exhibit["table"]["columns"]:
            written[table_file(exhibit)] = table_csv(exhibit, results["language"])
    written["report.html"] = render(results, figures).encode("utf-8")
    for name, content in written.items():
        target = folder / name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(content)
    return list(written)


def draw_figures(results: Mapping[str, Any]) -> dict[str, bytes]:
    """SVG bytes by name for every exhibit that has a figure."""
    return {
        exhibit["figure"]: plots.svg(plots.draw(exhibit["chart"], results["language"]))
        for exhibit in results["exhibits"]
        if exhibit["figure"]
    }


def table_csv(exhibit: Mapping[str, Any], language: str) -> bytes:
    """An exhibit's table as CSV: column ids as heads, numbers at full precision, missing empty.

    A cell of text that a spreadsheet would take for a formula is led by an apostrophe.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    ids = [column["id"] for column in exhibit["table"]["columns"]]
    writer.writerow([_harmless(id) for id in ids])
    for row in exhibit["table"]["rows"]:
        writer.writerow([_cell(row.get(id), language) for id in ids])
    return buffer.getvalue().encode("utf-8")


def _cell(value: Any, language: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    return _harmless(text(value, language))


def _harmless(words: str) -> str:
    """Text that a spreadsheet shows as text, whatever it starts with."""
    led = words[:1] in _BLANK or words.lstrip()[:1] in _FORMULA
    return f"'{plain(words)}" if words and led else plain(words)
