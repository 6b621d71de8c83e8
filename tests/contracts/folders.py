"""A small client folder that is right in everything, to be broken in one place at a time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

Content = str | bytes | None

CLIENT = """\
schema_version: 1
client: acme
title: "Acme and its peers"
company: a1
instrument: tiny
as_of: "2024-12-31"
currency: USD
"""
TINY = """\
id: tiny
version: 2
title: {en: "Four questions"}
provenance: own
scale: {minimum: 0, maximum: 5}
importance: {minimum: 1, maximum: 5}
blocks:
  - id: lead
    title: {en: "Lead"}
    items:
      - {id: lead_1, text: {en: "We lead."}, minimum: 1}
      - {id: lead_2, text: {en: "We follow up."}}
  - id: serve
    title: {en: "Serve"}
    items:
      - {id: serve_1, text: {en: "We serve."}}
      - {id: serve_2, text: {en: "We listen."}}
index: {minimum: 1, maximum: 20, method: sum}
stages:
  - {id: 1, name: {en: "Low"}, from: 1, below: 8}
  - {id: 2, name: {en: "Middle"}, from: 8, below: 15}
  - {id: 3, name: {en: "High"}, from: 15, below: null}
"""
COMPANIES = """\
company_id,name,industry
a1,Acme,Retail
b2,Beta,Retail
"""
ASSESSMENTS = """\
company_id,wave,respondent_id,item_id,performance,importance
a1,2023-06-30,r1,lead_1,3,4
a1,2023-06-30,r1,lead_2,0,
a1,2023-06-30,r1,serve_1,,5
"""
SCORES = """\
company_id,wave,measure,value
a1,2022-06-30,index,12
b2,2022-06-30,serve,0
"""
PNL = """\
company_id,period_end,period_months,currency,unit,revenue,net_income
a1,2022-12-31,12,USD,1000000,100.5,-3
a1,2023-12-31,12,USD,1000000,,4
"""
GOOD: dict[str, Content] = {
    "client.yml": CLIENT,
    "tiny.yml": TINY,
    "companies.csv": COMPANIES,
    "assessments.csv": ASSESSMENTS,
    "scores.csv": SCORES,
    "pnl.csv": PNL,
}


def write_client(
    place: Path, changes: Mapping[str, Content] | None = None, name: str = "acme"
) -> Path:
    """The good folder below `place`, with some files changed, added or (None) left out."""
    folder = place / name
    folder.mkdir(parents=True)
    for file, content in {**GOOD, **(changes or {})}.items():
        if content is not None:
            data = content.encode() if isinstance(content, str) else content
            (folder / file).write_bytes(data)
    return folder
