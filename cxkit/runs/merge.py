"""Fragments of notebooks merged, in the notebooks' order, into results.json and analysis.json."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cxkit.display import finding_text, in_language, message, text
from cxkit.errors import InfrastructureError

if TYPE_CHECKING:
    from cxkit.contracts import Client

SCHEMA_VERSION = 1
DONE, KEPT, STALE, SKIPPED = "done", "kept", "stale", "skipped"
_LISTS = ("estimates", "checks", "exhibits", "excluded")
_LEFT_OPEN = ("", -1)
ANSWERS = "03"  # number of the notebook whose primary estimate answers on the first page
# Without one the first page says where the company stands: this exhibit, then these.
POSITION = ("maturity.distribution", "certainty.index", "position.ladder")


@dataclass(frozen=True)
class Section:
    """One notebook's part of a report; without a fragment it was skipped, for `reason`."""

    notebook: str
    title: Any
    status: str
    reason: Any = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    fragment: Mapping[str, Any] | None = None


def merge(client: Client, sections: Sequence[Section]) -> dict[str, Any]:
    """results.json: what every report is drawn from, keys in a fixed order."""
    config, instrument = client.config, client.instrument
    lists = {name: _gather(sections, name) for name in _LISTS}
    language = config.language
    return {
        "schema_version": SCHEMA_VERSION,
        "client": config.client,
        "as_of": str(config.as_of),
        "language": language,
        "estimates": lists["estimates"],
        "profiles": _first(sections, "profiles"),
        "checks": lists["checks"],
        "exhibits": lists["exhibits"],
        "excluded": lists["excluded"],
        "title": config.title or config.client,
        "company": config.company,
        "company_name": _company_name(client),
        "instrument": {
            "id": instrument.id,
            "version": instrument.version,
            "title": in_language(instrument.title, language),
        },
        "primary": _primary(lists["estimates"]),
        "answer": _answer(sections, language),
        "sections": [_heading(section) for section in sections],
        "parameters": _parameters(sections, config.company),
        "parameters_overridden": _overridden(sections),
        "tables": _tables(client),
        "findings": _findings(client),
    }


def merge_analysis(sections: Sequence[Section]) -> dict[str, Any]:
    """analysis.json: rows by company, for the analyst only."""
    merged: dict[str, list[Any]] = {"maturity": [], "members": []}
    for section in sections:
        for name, rows in ((section.fragment or {}).get("analysis") or {}).items():
            merged.setdefault(name, []).extend(rows)
    return dict(merged)


def _gather(sections: Sequence[Section], name: str) -> list[dict[str, Any]]:
    return [
        {**row, "section": section.notebook}
        for section in sections
        for row in (section.fragment or {}).get(name) or ()
    ]


def _first(sections: Sequence[Section], name: str) -> Any:
    found = ((section.fragment or {}).get(name) for section in sections)
    return next((value for value in found if value), None)


def _primary(estimates: Sequence[Mapping[str, Any]]) -> str | None:
    primary = [str(row["id"]) for row in estimates if row.get("role") == "primary"]
    if len(primary) > 1:
        raise InfrastructureError(
            f"only one estimate may be primary, these say they are: {', '.join(primary)}"
        )
    return primary[0] if primary else None


def _answer(sections: Sequence[Section], language: str) -> dict[str, Any]:
    """The first page's answer; `stale` where it comes from an earlier run on other inputs."""
    for section in sections:
        found = (section.fragment or {}).get("answer")
        if found:
            return {**found, "stale": section.status == STALE}
    stands, stale = _position(sections)
    headline, *sure = [*stands, _why_no_answer(sections)]
    return {
        "message": headline,
        "headline": text(headline, language),
        "sure": sure,
        "sure_text": [text(one, language) for one in sure],
        "grade": None,
        "stale": stale,
    }


def _position(sections: Sequence[Section]) -> tuple[list[dict[str, Any]], bool]:
    """Where the company stands, from the exhibits that say it, and whether that is stale."""
    for section in sections:
        made = {
            row["id"]: row["message"]
            for row in (section.fragment or {}).get("exhibits") or ()
            if row.get("kind") not in (None, "box")
        }
        if POSITION[0] in made:
            return [made[name] for name in POSITION if name in made], section.status == STALE
    return [], False


def _why_no_answer(sections: Sequence[Section]) -> dict[str, Any]:
    """That there is no primary estimate, and why where that is known."""
    own = next((s for s in sections if s.notebook.startswith(ANSWERS)), None)
    if own is None:
        return message("runs.no_answer_not_listed")
    reason = own.reason if isinstance(own.reason, Mapping) else {}
    if reason.get("id") == "runs.skipped_needs":
        return message("runs.no_answer_needs", **reason["values"])
    asked = own.status != SKIPPED
    return message("runs.no_answer" if asked else "runs.no_answer_not_asked")


def _heading(section: Section) -> dict[str, Any]:
    return {
        "id": section.notebook,
        "title": section.title,
        "status": section.status,
        "reason": section.reason,
    }


def _parameters(sections: Sequence[Section], company: str | None) -> list[dict[str, Any]]:
    """Every parameter with the value that was used.

    "" and -1 leave the choice to the client or the notebook, which says what it was.
    """
    rows = []
    for section in sections:
        if section.fragment is not None:
            used = {"company": company, **section.fragment.get("resolved", {})}
            for name, value in section.parameters.items():
                shown = used.get(name, value) if value in _LEFT_OPEN else value
                rows.append({"section": section.notebook, "name": name, "value": shown})
    return rows


def _overridden(sections: Sequence[Section]) -> list[dict[str, Any]]:
    """What of the primary estimate the command line set otherwise than client.yml."""
    return [
        {"section": section.notebook, **row}
        for section in sections
        if section.fragment is not None and section.fragment.get("answer")
        for row in section.fragment.get("parameters_overridden", ())
    ]


def _company_name(client: Client) -> str | None:
    """The name of the reader's own company, as the client wrote it."""
    companies = client.table("companies")
    names = companies.loc[companies["company_id"] == client.config.company, "name"]
    return str(names.iloc[0]) if len(names) else None


def _tables(client: Client) -> list[dict[str, Any]]:
    return [
        {"name": file.name, "rows": file.rows, "sha256": file.sha256}
        for file in sorted(client.files, key=lambda file: file.name)
        if file.rows is not None
    ]


def _findings(client: Client) -> list[dict[str, Any]]:
    """Findings by file, kind and severity, with their number, in words of the kind's own.

    A finding's own message may name values and companies; only `cxkit check` prints those.
    """
    groups: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in client.findings.to_dict("records"):
        key = (str(row["file"]), str(row["kind"]), str(row["severity"]))
        group = groups.setdefault(
            key,
            {"file": key[0], "kind": key[1], "severity": key[2], "rows": 0,
             "message": finding_text(key[1])},
        )  # fmt: skip
        group["rows"] += 1
    return list(groups.values())
