"""Ids and codes that programs take for something else, and ids that only look alike."""

from __future__ import annotations

from collections.abc import Iterator

from tests.contracts.bad_inputs.case import SMALL, Case, Finding, R, W, config, text_of
from tests.contracts.folders import SCORES

FAMILY = "ids"

KEPT = {
    "NA": "NA",
    "None": "None",
    "null": "null",
    "nan": "nan",
    "#N/A": "#N/A",
    "TRUE": "TRUE",
    "leading zeros": "00123",
    "an exponent": "1E5",
    "another exponent": "1e05",
    "a decimal point": "1.50",
    "a sign": "-0",
    "a plus": "+49",
    "twenty digits": "12345678901234567890",
    "hexadecimal": "0x1F",
    "a date": "2024-03-01",
    "a month": "MAR1",
    "a time": "12:30",
    "a formula": "=1+1",
    "a command": "=cmd|' /C calc'!A0",
    "an at sign": "@SUM(1)",
    "markup": "<script>alert(1)</script>",
    "a template": "{{7*7}}",
    "a path": "../../etc/passwd",
    "SQL": "x'); DROP TABLE scores;--",
    "quotes": "a \"b\" 'c'",
    "separators": "a,b;c|d",
    "a backslash": "a\\n",
    "Cyrillic": "Магнит",
    "Polish": "Żabka",
    "Chinese": "海底捞",
    "Turkish": "İş",
    "a sign beyond 16 bits": "🏬1",
    "one sign": "-",
    "5,000 signs": "x" * 5000,
}

# How an id is written in the scores, where the companies have b2, and what comes of it.
UNLIKE: dict[str, tuple[str, str]] = {
    "another case": ("B2", "unknown_company"),
    "another alphabet": ("Ь2", "unknown_company"),
    "full width": ("ｂ2", "unknown_company"),
    "a leading zero": ("b02", "unknown_company"),
    "a line break inside": ("b\n2", "control_character"),
    "a tab inside": ("b\t2", "control_character"),
    "a space of no width": ("b\u200b2", "control_character"),
    "a soft hyphen": ("b\u00ad2", "control_character"),
    "a lost letter": ("b\ufffd2", "control_character"),
    "text turned round": ("\u202eb2", "control_character"),
    "a NUL": ("b\x002", "control_character"),
    "shortened by a spreadsheet": ("1.23E+05", "rounded_id"),
}


def cases() -> Iterator[Case]:
    """All cases of the family."""
    for name, text in KEPT.items():
        yield _kept(name, text)
    for name, (text, kind) in UNLIKE.items():
        yield _unlike(name, text, kind)
    for name, space in {"spaces": " ", "no-break spaces": "\u00a0", "tabs": "\t"}.items():
        text = f"{space}b2{space}"
        finding = ("scores.csv", 3, "company_id", "space_around", W, text)
        yield _score(f"{name} around it", text, "b2", finding)
    yield _accents()
    yield _country()


def _kept(name: str, text: str) -> Case:
    """An id that stands in every table just as it was written."""
    companies = text_of([["company_id", "name", "country"], [text, text, text], ["b2", "Beta", ""]])
    scores = text_of(
        [
            ["company_id", "wave", "measure", "value"],
            [text, "2022-06-30", "index", "12"],
            ["b2", "2022-06-30", "serve", "0"],
        ]
    )
    quoted = text.replace("'", "''")
    own = "" if len(text) > 1000 else f"company: '{quoted}'"
    return Case(
        f"{name} as an id",
        FAMILY,
        {
            "client.yml": config("").replace("company: a1", own),
            "companies.csv": companies,
            "scores.csv": scores,
            "assessments.csv": None,
            "pnl.csv": None,
        },
        {"companies": companies, "scores": scores, "assessments": None, "pnl": None},
    )


def _score(name: str, text: str, read: str, *findings: Finding) -> Case:
    """The second score under another id."""
    rows = [line.split(",") for line in SCORES.splitlines()]
    sent, truth = (text_of([*rows[:2], [own, *rows[2][1:]]]) for own in (text, read))
    return Case(name, FAMILY, {"scores.csv": sent}, {"scores": truth}, findings, without=SMALL)


def _unlike(name: str, text: str, kind: str) -> Case:
    lost = kind == "control_character"
    findings: list[Finding] = [("scores.csv", 3, "company_id", kind, R, text)]
    if kind == "rounded_id":
        findings.append(("scores.csv", 3, "company_id", "unknown_company", R, text))
    return _score(f"an id with {name}", text, "" if lost else text, *findings)


def _accents() -> Case:
    """The same word to the eye, written with one sign or with two."""
    whole, parts = "Caf\u00e9", "Cafe\u0301"
    companies = f"company_id,name\na1,Acme\n{whole},Caf\u00e9\n"
    scores = SCORES.replace("b2", parts)
    return Case(
        "an accent written as a sign of its own",
        FAMILY,
        {"companies.csv": companies, "scores.csv": scores},
        {"companies": companies, "scores": scores},
        (("scores.csv", 3, "company_id", "unknown_company", R, parts),),
    )


def _country() -> Case:
    text = "company_id,name,country,ownership\na1,Acme,NA,None\nb2,Beta,NO,n/a\n"
    return Case(
        "Namibia and Norway as countries", FAMILY, {"companies.csv": text}, {"companies": text}
    )
