"""The report's page as words: first page, sections with their exhibits, contents."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from cxkit.reports.views import Exhibit, Omission, Section, Words, exhibit_table

_MOST_REASONS = 8


def table_file(exhibit: Mapping[str, Any]) -> str:
    """Where an exhibit's table lies, as a name below the report's folder."""
    return f"tables/{exhibit['id']}.csv"


def sections(results: Mapping[str, Any], words: Words) -> list[Section]:
    """Every section in order, with what belongs to it."""
    found = enumerate(results["sections"], start=1)
    return [_section(number, row, results, words) for number, row in found]


def _section(
    number: int, row: Mapping[str, Any], results: Mapping[str, Any], words: Words
) -> Section:
    own = [e for e in results["exhibits"] if e["section"] == row["id"]]
    return Section(
        anchor=f"section-{row['id']}",
        number=number,
        title=words.draw(row["title"]),
        status=row["status"],
        reason=words.draw(row["reason"]),
        exhibits=tuple(_exhibit(e, f"{number}.{i}", words) for i, e in enumerate(own, start=1)),
    )


def _exhibit(row: Mapping[str, Any], number: str, words: Words) -> Exhibit:
    chart = row["chart"]
    return Exhibit(
        anchor=f"exhibit-{row['id']}",
        label=words.say("exhibit", number=number),
        headline=row["headline"],
        grade=row["grade"],
        figure=row["figure"],
        reason=words.draw(chart["reason"]) if chart["kind"] == "box" else "",
        table=exhibit_table(row, words, table_file(row)),
        note=row["note"],
        source=row["source"],
    )


def facts(results: Mapping[str, Any], words: Words) -> list[tuple[str, str]]:
    """Who and when: pairs of a name and its value."""
    instrument = results["instrument"]
    title = words.draw(instrument["title"])
    pairs = [
        ("client", results["client"]),
        ("company", results.get("company_name") or results["company"]),
        ("as_of", results["as_of"]),
        ("instrument", words.say("instrument_version", title=title, version=instrument["version"])),
    ]
    return [(words.say(id), str(value)) for id, value in pairs if value is not None]


def reservations(results: Mapping[str, Any], words: Words) -> list[str]:
    """What must be known of the answer before it is read: its age, and who chose its question."""
    found = []
    if results["answer"] and results["answer"].get("stale"):
        found.append(words.say("answer_stale"))
    overridden = results.get("parameters_overridden") or []
    if overridden:
        set_to = [f"{_plain_name(row['name'])} {words.term(row['value'])}" for row in overridden]
        found.append(words.say("overridden", parameters=", ".join(set_to)))
    return found


def _plain_name(name: str) -> str:
    return name.replace("_", " ")


def omissions(results: Mapping[str, Any], words: Words) -> list[Omission]:
    """What the first page says was left out: sections, rows of the data, scores, estimates."""
    found = [
        *_absent_sections(results, words),
        _set_aside(results, words),
        _excluded(results, words),
        *_counts(results, words),
    ]
    return [omission for omission in found if omission is not None]


def _absent_sections(results: Mapping[str, Any], words: Words) -> list[Omission]:
    absent = [s for s in results["sections"] if s["status"] in ("skipped", "stale")]
    return [
        Omission(
            words.say(s["status"], title=words.draw(s["title"])),
            (words.draw(s["reason"]),) if s["reason"] else (),
        )
        for s in absent
    ]


def _set_aside(results: Mapping[str, Any], words: Words) -> Omission | None:
    rows = [f for f in results["findings"] if f["severity"] == "set_aside"]
    lines = [_counted(f["rows"], f"{f['file']}: {words.draw(f['message'])}", words) for f in rows]
    return Omission(words.say("findings_set_aside"), _shortened(lines, words)) if lines else None


def _excluded(results: Mapping[str, Any], words: Words) -> Omission | None:
    """Rows that fell out: those behind the answer where there is one, else all by reason."""
    rows = [e for e in results["excluded"] if e["rows"]]
    primary = next((e for e in results["estimates"] if e["id"] == results["primary"]), None)
    asked = (primary["outcome"], primary["lag"]) if primary else None
    held = (None, primary["specification"]) if primary else (None,)
    same = [e for e in rows if e.get("specification") in held]
    chosen = [e for e in same if asked and (e.get("outcome"), e.get("lag")) in (asked, (None,) * 2)]
    heading = "excluded_primary" if chosen else "excluded_rows"
    largest: dict[str, int] = {}
    for row in chosen or rows:
        reason = words.draw(row["reason"])
        largest[reason] = max(row["rows"], largest.get(reason, 0))
    ordered = sorted(largest.items(), key=lambda pair: (-pair[1], pair[0]))
    lines = [_counted(count, reason, words) for reason, count in ordered]
    return Omission(words.say(heading), _shortened(lines, words)) if lines else None


def _counts(results: Mapping[str, Any], words: Words) -> list[Omission]:
    missing = sum(not e["rows"] for e in results["excluded"])
    warnings = sum(f["rows"] for f in results["findings"] if f["severity"] == "warn")
    found = [("excluded_estimates", missing), ("findings_warn", warnings)]
    return [Omission(words.count(id, count)) for id, count in found if count]


def _counted(rows: int, reason: str, words: Words) -> str:
    return f"{words.count('rows_count', rows)}: {reason}"


def _shortened(lines: Sequence[str], words: Words) -> tuple[str, ...]:
    rest = len(lines) - _MOST_REASONS
    more = [words.count("excluded_more", rest)] if rest > 0 else []
    return (*lines[:_MOST_REASONS], *more)


def sure(results: Mapping[str, Any]) -> list[str]:
    """How sure the answer is, line by line; an empty line is none."""
    answer = results["answer"]
    return [line for line in answer["sure_text"] if re.search(r"\S", line)] if answer else []
