"""The report's appendix as words: estimates, exclusions, findings, data, parameters, grades."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cxkit.display import MISSING
from cxkit.reports.views import Table, Words, cells, plain_table

_FRACTION = "fraction per score point"
_VERDICTS = {True: "check.passed", False: "check.failed", None: "check.none"}


@dataclass(frozen=True)
class Part:
    """One part of the appendix; without a table it says that there is nothing to list."""

    anchor: str
    title: str
    note: str
    table: Table | None


def parts(results: Mapping[str, Any], words: Words) -> list[Part]:
    """Every part in order; estimates and findings only where there are some."""
    found = [
        _part("grades", _grades(words), words),
        _estimates(results, words),
        _part("checks", _checks(results, words), words),
        _part("excluded", _excluded(results, words), words),
        _part("findings", _findings(results, words), words, note=False),
        _part("data_files", _data_files(results, words), words),
        _part("parameters", _parameters(results, words), words),
    ]
    return [part for part in found if part is not None]


def _part(id: str, table: Table | None, words: Words, note: bool = True) -> Part:
    said = words.say(f"{id}_note") if note and table else ""
    return Part(f"appendix-{id}", words.say(id), said, table)


def _grades(words: Words) -> Table | None:
    rows = [
        (grade, words.say(f"grade.{grade}.needs"), words.say(f"grade.{grade}.may_say"))
        for grade in "ABCD"
    ]
    heads = [("grade", False), ("needs", False), ("may_say", False)]
    return plain_table(words, heads, rows, "grades")


def _estimates(results: Mapping[str, Any], words: Words) -> Part | None:
    rows = results["estimates"]
    if not rows:
        return None
    units = list(dict.fromkeys(row["unit"] for row in rows))
    unit = ", ".join(words.say("unit.points") if u == _FRACTION else u for u in units)
    primary = frozenset(i for i, row in enumerate(rows) if row["role"] == "primary")
    note = "estimates_note" if primary else "estimates_note_plain"
    table = plain_table(words, _ESTIMATE_HEADS, _estimate_rows(rows, words), "estimates")
    table = table and replace(table, strong=primary)
    return Part("appendix-estimates", words.say("estimates"), words.say(note, unit=unit), table)


_ESTIMATE_HEADS = [
    ("outcome", False), ("lag", True), ("specification", False), ("estimate", True),
    ("ci_low", True), ("ci_high", True), ("p_value", True), ("p_adjusted", True), ("mde", True),
    ("companies", True), ("rows", True), ("grade", False),
]  # fmt: skip


def _estimate_rows(rows: list[dict[str, Any]], words: Words) -> list[tuple[str, ...]]:
    fmt = "pp" if all(row["unit"] == _FRACTION for row in rows) else "points"
    keys = [("estimate", fmt), ("conf_low", fmt), ("conf_high", fmt), ("p_value", "p"),
            ("p_adjusted", "p"), ("mde", "size" if fmt == "pp" else "num"),
            ("entities", "int"), ("nobs", "int")]  # fmt: skip
    numbers = cells(
        [[row.get(key) for row in rows] for key, _ in keys], [f for _, f in keys], words
    )
    return [
        (
            words.term(row["outcome"]),
            words.number(row.get("lag"), "int"),
            words.term(row["specification"]) if row.get("specification") else "",
            *shown,
            row["grade"] or "",
        )
        for row, shown in zip(rows, zip(*numbers, strict=True), strict=True)
    ]


def _checks(results: Mapping[str, Any], words: Words) -> Table | None:
    rows = [
        (
            row["id"].replace("_", " "),
            words.say(_VERDICTS[row["passed"]]),
            words.draw(row["summary"]),
        )
        for row in results["checks"]
    ]
    return plain_table(
        words, [("check", False), ("verdict", False), ("why", False)], rows, "checks"
    )


def _excluded(results: Mapping[str, Any], words: Words) -> Table | None:
    titles = _titles(results, words)
    rows = [
        (
            words.draw(row["reason"]),
            words.number(row["rows"] or None, "int"),
            words.term(row["outcome"]) if row.get("outcome") else "",
            words.number(row.get("lag"), "int"),
            titles.get(row.get("section"), ""),
        )
        for row in results["excluded"]
    ]
    heads = [("reason", False), ("rows", True), ("outcome", False), ("lag", True),
             ("section", False)]  # fmt: skip
    return plain_table(words, heads, rows, "excluded")


def _findings(results: Mapping[str, Any], words: Words) -> Table | None:
    rows = [
        (
            row["file"],
            words.draw(row["message"]),
            words.number(row["rows"], "int"),
            words.say(f"severity.{row['severity']}"),
        )
        for row in results["findings"]
    ]
    heads = [("file", False), ("finding", False), ("rows", True), ("treated", False)]
    return plain_table(words, heads, rows, "findings")


def _data_files(results: Mapping[str, Any], words: Words) -> Table | None:
    rows = [
        (row["name"], words.number(row["rows"], "int"), row["sha256"]) for row in results["tables"]
    ]
    heads = [("file", False), ("rows", True), ("sha256", False)]
    return plain_table(words, heads, rows, "data_files")


def _parameters(results: Mapping[str, Any], words: Words) -> Table | None:
    titles = _titles(results, words)
    rows = [
        (titles.get(row["section"], row["section"]), row["name"], _literal(row["value"]))
        for row in results["parameters"]
    ]
    heads = [("section", False), ("name", False), ("value", False)]
    return plain_table(words, heads, rows, "parameters")


def _literal(value: Any) -> str:
    """A parameter's value as it is, text without quotes; an empty text or none is a dash."""
    if value is None:
        return MISSING
    return (value or MISSING) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _titles(results: Mapping[str, Any], words: Words) -> dict[Any, str]:
    return {section["id"]: words.draw(section["title"]) for section in results["sections"]}
