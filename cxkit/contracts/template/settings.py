"""A new client's `client.yml`, with a word on every key."""

from __future__ import annotations

import json

from cxkit.contracts.template.plan import Plan

LOCALES = {",": (" ", "dmy"), ".": (",", "iso")}  # thousands and dates by decimal mark

TEXT = """\
# What this folder is. Keys that are commented out show their default or an example.
schema_version: 1
client: {client}            # this folder's name: a-z, 0-9 and -
title: {title}
{company}
instrument: {instrument}             # data/instruments/<id>.yml, or a file of that name here
as_of: "{as_of}"          # last day of the data; later rows are set aside
currency: {currency}                # of the report; accounts in others need rates
language: {language}                 # en, ru, pl or zh
fiscal_year_end: "{fiscal_year_end}"     # month and day

# How numbers and dates are written where they are text (CSV files, text cells). Other ways of
# writing them are refused, never guessed.
locale: {{decimal: "{decimal}", thousands: "{thousands}", dates: {dates}}}

# The one estimate declared before the run; only it may headline the report.
# primary: {{outcome: revenue_growth, lag: 1, specification: company-and-year}}
# outcomes: [revenue_growth, operating_margin]

# Only these notebooks, and their parameters by number:
# notebooks: ["01", "02", "03"]
# parameters: {{"03": {{lag: 1}}}}

# The share of a block's applicable items that must be answered for it to count, and whether every
# rater counts alike (pooled) or every role does (equal-roles):
# scoring: {{min_answered: 0.5, raters: pooled}}

# What a kind of finding does: refuse ends the run, set_aside leaves the rows out and says so
# in the report, warn only says so. `cxkit check` names the kinds.
# severity: {{outside_scale: set_aside}}
# restatements: latest       # of a period sent twice; or refuse

# brand: {{name: "Your firm", color: "#1f3864", logo: logo.png}}
"""


def settings(plan: Plan) -> str:
    """The file's text; what is the client's own is quoted, so that it is text whatever it holds."""
    thousands, dates = LOCALES[plan.decimal]
    if plan.language == "zh":
        dates = "ymd"
    company = '# company: "..."           # company_id of the reader\'s own company'
    if plan.company_id:
        company = f"company: {_quoted(plan.company_id)}   # the reader's own company"
    return TEXT.format(
        client=plan.client,
        title=_quoted(plan.title),
        company=company,
        instrument=plan.instrument.id,
        as_of=plan.as_of,
        currency=plan.currency,
        language=plan.language,
        fiscal_year_end=plan.fiscal_year_end,
        decimal=plan.decimal,
        thousands=thousands,
        dates=dates,
    )


def _quoted(text: str) -> str:
    """A YAML string in double quotes; what does not print is written as its number."""
    plain = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else _escaped(c) for c in plain)


def _escaped(c: str) -> str:
    return f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}"
