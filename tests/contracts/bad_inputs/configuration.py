"""`client.yml` and instrument files that are wrong, and values that YAML readers change."""

from __future__ import annotations

from collections.abc import Iterator

from tests.contracts.bad_inputs.case import Case, config
from tests.contracts.folders import TINY

CLIENT, INSTRUMENT = "client.yml", "instruments"
DEEP = "a: " + "[" * 5000 + "]" * 5000
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
)

# A line added to client.yml, and a part of the message.
ADDED = {
    "an unknown key": ("titel: x", 'did you mean "title"'),
    "an unknown key inside another": ("primary: {lags: 1}", 'did you mean "lag"'),
    "an unknown outcome": ("outcomes: [revenue_grwth]", 'did you mean "revenue_growth"'),
    "an outcome twice": ("outcomes: [net_margin, net_margin]", "none twice"),
    "no outcome": ("outcomes: []", "at least one outcome"),
    "a primary outcome that is none": ("primary: {outcome: net_margin}", "is not among outcomes"),
    "a lag of four years": ("primary: {lag: 4}", "primary.lag: must be 0, 1, 2 or 3"),
    "a language that there is not": ("language: de", "language: must be"),
    "a severity that there is not": (
        "severity: {missing_value: ignore}",
        "may be refuse or set_aside",
    ),
    "a severity that is not allowed": ("severity: {not_utf8: warn}", "not_utf8 may be refuse"),
    "a kind that there is not": (
        "severity: {missing_values: warn}",
        'did you mean "missing_value"',
    ),
    "one mark for decimals and thousands": (
        "locale: {decimal: ',', thousands: ','}",
        "they must differ",
    ),
    "a decimal mark that is none": ("locale: {decimal: ';'}", "locale.decimal: must be"),
    "an order of dates that is none": ("locale: {dates: dd.mm.yyyy}", "locale.dates: must be"),
    "an encoding that is not read": ("locale: {encoding: utf-7}", "locale.encoding: must be"),
    "a fiscal year's end that is no day": ("fiscal_year_end: '02-30'", "month and day"),
    "a notebook by name": ("notebooks: [03_growth_linkage]", "must be a notebook's number"),
    "a notebook's number twice": ("parameters: {3: {lag: 1}, '03': {lag: 0}}", "stands twice"),
    "parameters without a notebook": ("parameters: {lag: 1}", "must be a notebook's number"),
    "a parameter of lists": ("parameters: {3: {lag: [1]}}", "one number, text, true or false"),
    "a parameter that is code": ("parameters: {3: {'x=1;import os': 1}}", "cannot be a parameter"),
    "a logo outside the folder": ("brand: {logo: ../../logo.svg}", "without a path"),
    "rates from elsewhere": ("rates: https://example.org/rates", "rates: must be 'ecb'"),
    "a key twice": ("language: en\nlanguage: ru", 'the key "language" stands twice'),
    "a key twice inside another": ("brand: {name: a, name: b}", 'the key "name" stands twice'),
    "a key that stands above already": ("as_of: '2020-12-31'", 'the key "as_of" stands twice'),
    "an anchor and an alias": ("brand: &b {name: x}\nprimary: *b", "anchors and aliases"),
    "aliases that multiply": (BOMB, "anchors and aliases"),
    "an alias of itself": ("brand: &b {name: *b}", "anchors and aliases"),
    "a merge": ("brand: {<<: {name: x}}", "tags (!)"),
    "a tag that runs code": ("title2: !!python/object/apply:os.system [ls]", "tags (!)"),
    "a tag that makes an object": ("brand: !!python/name:os.system ''", "tags (!)"),
    "a tag of one's own": ("brand: !secret x", "tags (!)"),
    "a nest of 5,000 lists": (DEEP, "nested deeper than 20"),
    "a nest of 5,000 keys": ("a: " + "{a: " * 5000, "nested deeper than 20"),
    "a number of 5,000 digits": ("company2: " + "9" * 5000, "more than 100 digits"),
    "a number of 50,000 digits": ("company2: 0x" + "f" * 50_000, "more than 100 digits"),
    "10 MB": ("# " + "x" * 10_000_000, "at most 300,000 are read"),
    "a second document": ("---\nclient: other", "not valid YAML"),
    "a tab": ("brand:\n\tname: x", "not valid YAML"),
    "a bracket never closed": ("outcomes: [net_margin", "not valid YAML"),
    "a NUL": ("brand: {name: \0}", "not valid YAML"),
    "a NUL in other words": ('brand: {name: "a\\0b"}', "invisible control characters"),
    "text turned round": ("brand: {name: \u202exslx.gpj}", "control characters"),
    "text turned round in other words": ('brand: {name: "\\u202e"}', "control characters"),
    "half a sign": ('brand: {name: "\\ud83c"}', "half a sign"),
    "what a terminal obeys": ('brand: {name: "\\e[2J"}', "control characters"),
}

# A key of client.yml with another value, and a part of the message.
CHANGED = {
    ("client", "Acme"): "client: must be of a-z",
    ("client", "../acme"): "client: must be of a-z",
    ("client", "acme/.."): "client: must be of a-z",
    ("client", "a b"): "client: must be of a-z",
    ("client", '"acme\\n"'): "client: must be of a-z",
    ("client", "x" * 64): "client: must be of a-z",
    ("client", "акме"): "client: must be of a-z",
    ("instrument", "../tiny"): "instrument: must be of a-z",
    ("instrument", "/etc/passwd"): "instrument: must be of a-z",
    ("instrument", "tinny"): 'no instrument "tinny"',
    ("as_of", "2024"): "as_of: must be a date",
    ("as_of", "2024-02-30"): "as_of: must be a date",
    ("as_of", "2024-12-31T00:00:00"): "as_of: must be a date",
    ("as_of", "NO"): "as_of: must be a date",
    ("currency", "usd"): "currency: must be three capital letters",
    ("currency", "$"): "currency: must be three capital letters",
    ("currency", "840"): "currency: must be three capital letters",
    ("company", "00123"): "put it in quotes",
    ("company", "010"): "put it in quotes",
    ("company", "1E5"): "put it in quotes",
    ("company", "0o10"): "put it in quotes",
    ("company", "1_000"): "put it in quotes",
    ("company", "true"): "put it in quotes",
    ("company", ".inf"): "put it in quotes",
    ("company", "[a1]"): "company: must be text",
    ("schema_version", "2"): "schema_version: must be 1",
    ("schema_version", "'1'"): "schema_version: must be 1",
    ("title", "[a, b]"): "title: must be text",
    ("title", "12"): "title: must be text",
}

# Texts that older YAML turns into something else; each is a company's id here.
PLAIN = ("NO", "yes", "off", "1:20", "12:30:45", "2024-01-01", "NA", "None", "0b1.", ".inf.")

# A part of the instrument, what stands there instead, and a part of the message.
BROKEN = {
    "an id that is not the file's": ("id: tiny\n", "id: other\n", "differs from the file's name"),
    "an item twice": ("id: lead_2", "id: lead_1", "stands more than once"),
    "a block twice": ("id: serve\n", "id: lead\n", "stands more than once"),
    "a block called index": ("id: serve\n", "id: index\n", "the whole score's name"),
    "an unknown key": ("version: 2", "version: 2\nauthor: x", "author: unknown key"),
    "no version": ("version: 2\n", "", "version: is missing"),
    "a version of 0": ("version: 2", "version: 0", "must be 1 or more"),
    "a version in words": ("version: 2", "version: two", "must be a whole number"),
    "no English title": ('title: {en: "Four', 'title: {ru: "Four', "English among them"),
    "a scale turned round": ("minimum: 0, maximum: 5", "minimum: 5, maximum: 0", "is not below"),
    "an item outside the scale": ("minimum: 1}", "minimum: -1}", "does not lie within"),
    "an index that cannot be reached": ("maximum: 20", "maximum: 30", "add up to 1 to 20"),
    "an index of another method": ("method: sum", "method: median", "index.method: must be"),
    "stages with a gap": ("from: 8, below: 15", "from: 9, below: 15", "gap from 8 to 9"),
    "stages that overlap": ("from: 8, below: 15", "from: 7, below: 15", "overlap"),
    "a first stage that starts late": ("from: 1, below: 8", "from: 2, below: 8", "starts at 2"),
    "a last stage that ends": ("below: null", "below: 20", "leaves out"),
    "stages out of order": ("id: 3, name", "id: 0, name", "ids must rise"),
    "a stage without an end": ("from: 8, below: 15", "from: 8", "below: is missing"),
    "a provenance that is none": ("provenance: own", "provenance: hearsay", "must start with"),
    "a number as an item's id": ("id: lead_2", "id: 7", "in quotes if a number"),
    "a formula as an item's id": ("id: lead_2", 'id: "=1+1"', "must be text of letters"),
    "a path as a block's id": ("id: serve\n", "id: ../serve\n", "must be text of letters"),
    "a weight of zero": ("minimum: 1}", "weight: 0}", "a number above zero"),
    "a minimum that is no number": ("minimum: 1}", "minimum: .nan}", "must be a number"),
    "a tag": ("version: 2", "version: !!python/name:os.system ''", "tags (!)"),
}


def cases() -> Iterator[Case]:
    """All cases of the two families."""
    for name, (line, says) in ADDED.items():
        yield Case(name, CLIENT, {"client.yml": config(line)}, says=says)
    good = config("")
    lines = dict(line.split(": ", 1) for line in good.splitlines())
    for (key, value), says in CHANGED.items():
        text = good.replace(f"{key}: {lines[key]}", f"{key}: {value}")
        yield Case(f"{key}: {value}", CLIENT, {"client.yml": text}, says=says)
    for key in ("schema_version", "client", "instrument", "as_of", "currency"):
        text = good.replace(f"{key}: {lines[key]}\n", "")
        yield Case(f"no {key}", CLIENT, {"client.yml": text}, says=f"{key}: is missing")
    yield from _other_contents()
    for text in PLAIN:
        yield _plain(text)
    for name, (part, other, says) in BROKEN.items():
        assert part in TINY, part
        yield Case(name, INSTRUMENT, {"tiny.yml": TINY.replace(part, other, 1)}, says=says)
    yield Case("an empty file", INSTRUMENT, {"tiny.yml": ""}, says="must hold keys with values")
    yield Case("not UTF-8", INSTRUMENT, {"tiny.yml": b"id: \xff"}, says="is not UTF-8")


def _other_contents() -> Iterator[Case]:
    contents: dict[str, tuple[str | bytes, str]] = {
        "an empty file": ("", "must hold keys with values"),
        "a list": ("- client: acme", "must hold keys with values"),
        "plain text": ("Acme and its peers", "must hold keys with values"),
        "JSON": ('{"client": "acme"}', "is missing"),
        "cp1251": (config("# Акме").encode("cp1251"), "is not UTF-8"),
        "UTF-16": (config("").encode("utf-16"), "is not UTF-8"),
        "random bytes": (bytes(range(256)), "is not UTF-8"),
        "a directive": ("%YAML 1.1\n---\n" + config(""), "directives"),
    }
    for name, (content, says) in contents.items():
        yield Case(name, CLIENT, {"client.yml": content}, says=says)


def _plain(text: str) -> Case:
    """The id of the reader's own company, unquoted in client.yml, is what is written there."""
    companies = f"company_id,name,industry\n{text},Acme,Retail\nb2,Beta,Retail\n"
    scores = f"company_id,wave,measure,value\n{text},2022-06-30,index,12\nb2,2022-06-30,serve,0\n"
    files = {
        "client.yml": config("").replace("company: a1", f"company: {text}"),
        "companies.csv": companies,
        "scores.csv": scores,
        "assessments.csv": None,
        "pnl.csv": None,
    }
    truth = {"companies": companies, "scores": scores, "assessments": None, "pnl": None}
    return Case(f"company: {text} without quotes", CLIENT, files, truth)
