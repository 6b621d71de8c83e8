"""Numbers as people and spreadsheets write them, by locale; nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterator

from tests.contracts.bad_inputs.case import SMALL, Case, Finding, R, W, config, in_cell, text_of
from tests.contracts.folders import PNL

FAMILY = "numbers"
NARROW, NO_BREAK, THIN = "\u202f", "\u00a0", "\u2009"

# By decimal mark and mark between thousands: a text and the number that it is; None where it is
# none, which is refused.
READ: dict[tuple[str, str], dict[str, str | None]] = {
    (".", ""): {
        "1234.5": "1234.5",
        "+7": "7",
        ".5": "0.5",
        "5.": "5",
        " 7.25 ": "7.25",
        "\u22127": "-7",
        "(7.5)": "-7.5",
        "１２３．５": "123.5",
        "1e3": "1000",
        "0.1000000000000000055": "0.1",
        "1,234": None,
        "1,5": None,
        "1 234": None,
        f"1{NO_BREAK}234": None,
        "1'234": None,
        "5 %": None,
        "$5": None,
        "5 USD": None,
        "5-": None,
        "- 5": None,
        "\u20135": None,
        "(-5)": None,
        "~5": None,
        "<5": None,
        "5*": None,
        "5-7": None,
        "1_000": None,
        "0x1A": None,
        "NaN": None,
        "inf": None,
        "1e999": None,
        "٣": None,
        "½": None,
        "#DIV/0!": None,
        "#REF!": None,
        "n/a": None,
        "-": None,
        "=1+1": None,
        "TRUE": None,
        "five": None,
        "12:30": None,
        "2024-01-01": None,
        "O.5": None,
        "1O0": None,
        "5k": None,
        "1.5m": None,
        "1..5": None,
        "1.2.3": None,
    },
    (".", ","): {
        "1,234.5": "1234.5",
        "1,234,567": "1234567",
        "1234567.5": "1234567.5",
        "-1,234": "-1234",
        "(1,234.50)": "-1234.5",
        "12,34": None,
        "1,2345": None,
        ",234": None,
        "1,234,": None,
        "0,125": None,
        "1.234,5": None,
        "12,34,567": None,
    },
    (",", "."): {
        "1.234,5": "1234.5",
        "1.234": "1234",
        "0,5": "0.5",
        "\u22121.234.567,25": "-1234567.25",
        "1.23": None,
        "0.125": None,
        "1234.5": None,
        "1,234.5": None,
    },
    (",", ""): {
        "1234,5": "1234.5",
        "1E3": "1000",
        "1.234": None,
        "1.5": None,
        "1 234,5": None,
    },
    (",", " "): {
        "1 234,5": "1234.5",
        f"1{NO_BREAK}234{NO_BREAK}567,5": "1234567.5",
        f"\u22121{NARROW}234,5": "-1234.5",
        f"1{THIN}234": "1234",
        "12 34": None,
        "1.234": None,
        "1  234": None,
    },
    (".", "'"): {
        "1'234.5": "1234.5",
        "1\u2019234'567": "1234567",
        "12'34": None,
        "1,234": None,
    },
}


def cases() -> Iterator[Case]:
    """All cases of the family."""
    for (decimal, thousands), texts in READ.items():
        locale = f'locale: {{decimal: "{decimal}", thousands: "{thousands}"}}'
        plain = (decimal, thousands) == (".", "")
        for text, number in texts.items():
            yield _cell(text, number, "" if plain else locale)
    for text, number in {"1.5E+05": "150000", "2E-05": "0.00002"}.items():
        finding: Finding = ("metrics.csv", 2, "value", "spreadsheet_rounding", W, text)
        yield _cell(text, number, "", finding)
    yield from _mixed()


def _metrics(*texts: str) -> str:
    """A table of metrics with these values, which may be any numbers."""
    rows = [["a1", f"20{22 + at}-12-31", "calls", text, "50"] for at, text in enumerate(texts)]
    return text_of([["company_id", "date", "metric", "value", "n"], *rows])


def _cell(text: str, number: str | None, locale: str, *findings: Finding) -> Case:
    if number is None:
        findings = (("metrics.csv", 2, "value", "not_a_number", R, text),)
    said = f" ({locale.removeprefix('locale: ')})" if locale else ""
    return Case(
        f"{text!r}{said}",
        FAMILY,
        {"client.yml": config(locale), "metrics.csv": _metrics(text)},
        {"metrics": _metrics(number or "")},
        findings,
        without=SMALL,
    )


def _mixed() -> Iterator[Case]:
    """Two ways of writing in one column: neither is guessed."""
    for mark, other, way in ((".", ",", "1.234"), (",", ".", "1,234")):
        yield Case(
            f"{way} above 5{mark}75",
            FAMILY,
            {
                "client.yml": config(f'locale: {{decimal: "{other}", thousands: "{mark}"}}'),
                "metrics.csv": _metrics(way, f"5{mark}75"),
            },
            {"metrics": _metrics("", "")},
            (
                ("metrics.csv", 2, "value", "ambiguous_value", R, way),
                ("metrics.csv", 3, "value", "not_a_number", R, f"5{mark}75"),
            ),
            without=SMALL,
        )
    yield Case(
        "a number that is set aside",
        FAMILY,
        {
            "client.yml": config("severity: {not_a_number: set_aside}"),
            "pnl.csv": in_cell("pnl", "revenue", "5 %"),
        },
        {"pnl": "\n".join([PNL.splitlines()[0], PNL.splitlines()[2], ""])},
        (("pnl.csv", 2, "revenue", "not_a_number", "set_aside", "5 %"),),
    )
