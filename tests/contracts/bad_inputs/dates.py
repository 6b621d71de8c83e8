"""Dates by declared order; ISO dates are read whatever is declared."""

from __future__ import annotations

from collections.abc import Iterator

from tests.contracts.bad_inputs.case import SMALL, Case, Finding, R, config, in_cell, text_of
from tests.contracts.folders import SCORES

FAMILY = "dates"

# By declared order: a text and the day that it is; None where it is none, which is refused.
READ: dict[str, dict[str, str | None]] = {
    "iso": {
        "2022-02-28": "2022-02-28",
        " 2022-03-31 ": "2022-03-31",
        "２０２２-０４-３０": "2022-04-30",
        "2020-02-29": "2020-02-29",
        "1900-01-01": "1900-01-01",
        "1905-03-13": "1905-03-13",
        "1905-03-14": None,  # the year 1900 in a cell for dates
        "1905-07-15": None,  # the year 2023
        "1905-10-01": "1905-10-01",
        "30.06.2022": None,
        "06/30/2022": None,
        "2022/06/30": None,
        "2022-6-30": None,
        "20220630": None,
        "2022-02-29": None,
        "2022-13-01": None,
        "2022-06": None,
        "2022": None,
        "2022-06-30 00:00": None,
        "2022-06-30T00:00:00Z": None,
        "44742": None,
        "44742.0": None,
        "June 30, 2022": None,
        "30-Jun-22": None,
        "2022-W26": None,
        "Q2 2022": None,
        "FY2022": None,
        "0202-06-30": None,
        "1899-12-31": None,
        "2101-01-01": None,
        "0000-00-00": None,
        "today": None,
        "=TODAY()": None,
        "2022\u201306\u201330": None,
    },
    "dmy": {
        "30.06.2022": "2022-06-30",
        "1/2/2022": "2022-02-01",
        "15.07.1905": None,
        "05-04-2022": "2022-04-05",
        "2022-01-02": "2022-01-02",
        "06/30/2022": None,
        "31.11.2022": None,
        "30.06.22": None,
        "30.06/2022": None,
        "30,06,2022": None,
    },
    "mdy": {
        "06/30/2022": "2022-06-30",
        "1/2/2022": "2022-01-02",
        "30.06.2022": None,
        "02/29/2022": None,
        "6/30/22": None,
    },
    "ymd": {
        "2022/6/30": "2022-06-30",
        "2022.06.30": "2022-06-30",
        "2022年6月30日": "2022-06-30",
        "30.06.2022": None,
        "22/06/30": None,
    },
}


def cases() -> Iterator[Case]:
    """All cases of the family."""
    for order, texts in READ.items():
        for text, day in texts.items():
            yield _cell(text, day, order)
    yield _mixed()
    yield Case(
        "a date of the run that is none",
        FAMILY,
        {"client.yml": config("").replace("2024-12-31", "31.12.2024")},
        says="as_of: must be a date",
    )
    yield Case(
        "after the date of the run",
        FAMILY,
        {"scores.csv": in_cell("scores", "wave", "2025-01-01")},
        {"scores": "\n".join([SCORES.splitlines()[0], SCORES.splitlines()[2], ""])},
        (("scores.csv", 2, "wave", "after_as_of", "set_aside", "2025-01-01"),),
    )


def _cell(text: str, day: str | None, order: str) -> Case:
    bad: Finding = ("scores.csv", 2, "wave", "not_a_date", R, text)
    return Case(
        f"{text!r}, {order}",
        FAMILY,
        {
            "client.yml": config(f"locale: {{dates: {order}}}"),
            "scores.csv": in_cell("scores", "wave", text),
        },
        {"scores": in_cell("scores", "wave", day or "")},
        () if day else (bad,),
        without=SMALL,
    )


def _mixed() -> Case:
    """03/04 where another row shows that the order is not the declared one."""
    rows = [line.split(",") for line in SCORES.splitlines()]
    sent, read = [rows[0]], [rows[0]]
    for row, text in zip(rows[1:], ("03/04/2022", "04/23/2022"), strict=True):
        sent.append([row[0], text, *row[2:]])
        read.append([row[0], "", *row[2:]])
    return Case(
        "03/04/2022 above 04/23/2022, dmy",
        FAMILY,
        {"client.yml": config("locale: {dates: dmy}"), "scores.csv": text_of(sent)},
        {"scores": text_of(read)},
        (
            ("scores.csv", 2, "wave", "ambiguous_value", R, "03/04/2022"),
            ("scores.csv", 3, "wave", "not_a_date", R, "04/23/2022"),
        ),
    )
