"""Numbers and dates in every locale: what was written is read back, and nothing else is read."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxkit.contracts import check_client, read_client
from cxkit.contracts.advice import date_fault, number_fault
from cxkit.contracts.locales import (
    APOSTROPHES,
    PLAIN,
    SPACES,
    Locale,
    parse_date,
    parse_number,
    write_date,
    write_number,
)
from cxkit.display import column, number, ticks
from cxkit.errors import ConfigError
from tests.contracts.folders import CLIENT, PNL, write_client

LOCALES = [
    Locale(decimal=decimal, thousands=thousands, dates=dates)
    for decimal, thousands, dates in itertools.product(
        (".", ","), ("", ",", ".", " ", "'"), ("iso", "dmy", "mdy", "ymd")
    )
    if decimal != thousands
]
# How a report in each language writes numbers, declared as a client would declare it.
LANGUAGES = {
    "en": Locale(thousands=","),
    "ru": Locale(decimal=",", thousands=" "),
    "pl": Locale(decimal=",", thousands=" "),
    "zh": Locale(thousands=","),
}
GERMAN = Locale(decimal=",", thousands=".", dates="dmy")
RUSSIAN = Locale(decimal=",", thousands=" ", dates="dmy")
SWISS = Locale(thousands="'")
ENGLISH = Locale(thousands=",", dates="mdy")

locales = st.sampled_from(LOCALES)
numbers = st.floats(allow_nan=False, allow_infinity=False) | st.floats(-1e9, 1e9).map(
    lambda value: round(value, 2)
)
days = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))


@given(numbers, locales)
def test_a_number_is_read_back(value: float, locale: Locale) -> None:
    assert parse_number(write_number(value, locale), locale) == value


@given(
    numbers, locales, st.sampled_from("-−－"), st.sampled_from(SPACES), st.sampled_from(APOSTROPHES)
)
def test_marks_of_a_family_are_one(
    value: float, locale: Locale, minus: str, space: str, apostrophe: str
) -> None:
    text = write_number(value, locale).replace("-", minus)
    text = text.replace(" ", space).replace("'", apostrophe)
    assert parse_number(text, locale) == value


@given(st.floats(0, allow_infinity=False), locales)
def test_parentheses_are_negative(value: float, locale: Locale) -> None:
    assert parse_number(f"({write_number(value, locale)})", locale) == -value


@given(numbers, locales)
def test_full_width_digits_are_digits(value: float, locale: Locale) -> None:
    wide = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")
    assert parse_number(write_number(value, locale).translate(wide), locale) == value


@given(numbers, locales, locales)
def test_another_locale_reads_the_same_number_or_declared_otherwise(
    value: float, writer: Locale, reader: Locale
) -> None:
    """A different value only ever comes of a mark that the reader's locale declares otherwise."""
    text = write_number(value, writer)
    read = parse_number(text, reader)
    if read is not None and read != value:
        assert reader.thousands == writer.decimal or reader.decimal == writer.thousands


@given(days, locales, st.sampled_from(".-/"))
def test_a_date_is_read_back(date: dt.date, locale: Locale, mark: str) -> None:
    assert parse_date(write_date(date, locale, mark), locale) == date
    assert parse_date(date.isoformat(), locale) == date


@given(days, st.sampled_from(".-/"))
def test_dates_without_zeros(date: dt.date, mark: str) -> None:
    bare = {"d": str(date.day), "m": str(date.month), "y": str(date.year)}
    for order in ("dmy", "mdy", "ymd"):
        text = mark.join(bare[part] for part in order)
        assert parse_date(text, Locale(dates=order)) == date  # type: ignore[arg-type]


@given(days)
def test_two_digit_years_are_no_dates(date: dt.date) -> None:
    for locale in LOCALES:
        for pattern in ("%d.%m.%y", "%m/%d/%y", "%y-%m-%d", "%y%m%d"):
            assert parse_date(date.strftime(pattern), locale) is None


@given(st.text(max_size=12) | st.text("0123456789.,-−+() '\u00a0%eE", max_size=12), locales)
def test_any_text_is_a_finite_number_a_date_or_nothing(text: str, locale: Locale) -> None:
    value = parse_number(text, locale)
    assert value is None or abs(value) < float("inf")
    parse_date(text, locale)
    assert number_fault(text, locale).startswith('"')
    assert date_fault(text, locale).startswith('"')


@pytest.mark.parametrize("language", LANGUAGES)
@given(value=st.floats(-1e12, 1e12))
def test_a_report_s_own_numbers_are_read_back(language: str, value: float) -> None:
    """The same number in every language, rounded as it is shown, negative with U+2212."""
    locale = LANGUAGES[language]
    for fmt in ("num", "int", "points", "pp", "size", "r", "rate", "pct"):
        shown = number(value, fmt, language).removesuffix("%").strip()
        english = number(value, fmt).removesuffix("%").strip().replace(",", "").replace("−", "-")
        assert parse_number(shown, locale) == float(english)


def test_each_language_has_its_own_marks() -> None:
    shown = {language: number(-1234567.8, "int", language) for language in LANGUAGES}
    assert shown == {
        "en": "−1,234,568",
        "ru": "−1\u202f234\u202f568",
        "pl": "−1\u202f234\u202f568",
        "zh": "−1,234,568",
    }
    assert [number(0.0421, "pct", language) for language in LANGUAGES] == [
        "4.2\u202f%",
        "4,2\u202f%",
        "4,2%",
        "4.2%",
    ]
    assert number(0.0001, "p", "ru") == "< 0,001"
    assert number("2024-12-31", "date", "ru") == "2024-12-31"
    assert number("a.b,c", "text", "pl") == "a.b,c"
    assert column([0.0042, -0.0004, None], "pp", "ru") == ["+0,42", "−0,04", "–"]
    assert ticks([0.0, 0.005], "pct", "pl") == ["0,0%", "0,5%"]
    with pytest.raises(ConfigError, match='numbers in "de" are not written yet'):
        number(1.5, "num", "de")


@pytest.mark.parametrize(
    ("text", "locale", "value"),
    [
        ("1.234", PLAIN, 1.234),
        ("1.234", GERMAN, 1234),
        ("1.234", Locale(decimal=","), None),
        ("1.234", ENGLISH, 1.234),
        ("1,234", ENGLISH, 1234),
        ("1,234", GERMAN, 1.234),
        ("1,234", PLAIN, None),
        ("1.234.567,89", GERMAN, 1234567.89),
        ("1 234 567,89", RUSSIAN, 1234567.89),
        ("1\u202f234\u00a0567,89", RUSSIAN, 1234567.89),
        ("1’234.5", SWISS, 1234.5),
        ("1 234", PLAIN, None),
        ("1 234", GERMAN, None),
        ("12.34", GERMAN, None),
        ("0.125", GERMAN, None),
        ("1234.567", GERMAN, None),
        ("1.23.456", GERMAN, None),
        ("1.234.56", GERMAN, None),
        ("1,5,5", GERMAN, None),
        ("1 234 56", RUSSIAN, None),
        ("1  234", RUSSIAN, None),
        ("12 345", RUSSIAN, 12345),
        ("123456", RUSSIAN, 123456),
        ("(1.234,5)", GERMAN, -1234.5),
        ("(-5)", GERMAN, None),
        ("(5", GERMAN, None),
        ("()", GERMAN, None),
        ("−5,5", RUSSIAN, -5.5),
        ("–5", RUSSIAN, None),
        ("- 5", RUSSIAN, None),
        ("5-", RUSSIAN, None),
        ("--5", RUSSIAN, None),
        ("１２３，４", RUSSIAN, 123.4),
        ("٣", RUSSIAN, None),
        ("1E5", GERMAN, 100000),
        ("1,5E+05", GERMAN, 150000),
        ("1.234E5", GERMAN, None),
        ("1e999", PLAIN, None),
        (",5", GERMAN, 0.5),
        ("5,", GERMAN, 5),
        ("", GERMAN, None),
        (",", GERMAN, None),
        (".", PLAIN, None),
        ("-", PLAIN, None),
        ("5%", PLAIN, None),
        ("€5", PLAIN, None),
        ("5 EUR", PLAIN, None),
        ("1_000", PLAIN, None),
        ("0x10", PLAIN, None),
        ("nan", PLAIN, None),
        ("inf", PLAIN, None),
    ],
)
def test_numbers(text: str, locale: Locale, value: float | None) -> None:
    assert parse_number(text, locale) == value


@pytest.mark.parametrize(
    ("text", "locale", "date"),
    [
        ("31.12.2024", GERMAN, "2024-12-31"),
        ("1/2/2024", GERMAN, "2024-02-01"),
        ("1/2/2024", ENGLISH, "2024-01-02"),
        ("12/31/2024", ENGLISH, "2024-12-31"),
        ("12/31/2024", GERMAN, None),
        ("31.12.2024", ENGLISH, None),
        ("31.12.2024", PLAIN, None),
        ("2024/12/31", Locale(dates="ymd"), "2024-12-31"),
        ("2024.1.5", Locale(dates="ymd"), "2024-01-05"),
        ("2024年1月5日", Locale(dates="ymd"), "2024-01-05"),
        ("２０２４－１２－３１", PLAIN, "2024-12-31"),
        ("2024-1-5", PLAIN, None),
        ("29.02.2023", GERMAN, None),
        ("29.02.2024", GERMAN, "2024-02-29"),
        ("31.12/2024", GERMAN, None),
        ("31.12.24", GERMAN, None),
        ("31 12 2024", GERMAN, None),
        ("31.12.1899", GERMAN, None),
        ("31.12.02024", GERMAN, None),
        ("20241231", GERMAN, None),
    ],
)
def test_dates(text: str, locale: Locale, date: str | None) -> None:
    read = parse_date(text, locale)
    assert (read.isoformat() if read else None) == date


@pytest.mark.parametrize(
    ("text", "locale", "words"),
    [
        ("1.234", Locale(decimal=","), 'with locale {decimal: "."} it is 1.234'),
        ("1.234", Locale(decimal=","), 'with locale {thousands: "."} it is 1234'),
        ("1,234", PLAIN, 'with locale {decimal: ","} it is 1.234'),
        ("1,234", PLAIN, 'with locale {thousands: ","} it is 1234'),
        ("1 000", PLAIN, 'with locale {thousands: " "} it is 1000'),
        ("1.234,5", PLAIN, 'with locale {decimal: ",", thousands: "."} it is 1234.5'),
        ("12%", PLAIN, "percent sign"),
        ("12 ₽", PLAIN, "currency sign"),
        ("12 zł", PLAIN, "currency sign"),
        ("USD 12", PLAIN, "currency sign"),
        ("–", PLAIN, "to be empty"),
        ("n/a", PLAIN, "to be empty"),
        ("#DIV/0!", PLAIN, "a spreadsheet's error"),
        ("–5", PLAIN, "a minus sign is - or −"),
        ("5,5-", GERMAN, "a minus sign stands in front"),
    ],
)
def test_what_is_no_number_says_why(text: str, locale: Locale, words: str) -> None:
    assert words in number_fault(text, locale)


@pytest.mark.parametrize(
    ("text", "locale", "words"),
    [
        ("31.12.2024", PLAIN, "with locale {dates: dmy} it is 2024-12-31"),
        ("12/31/2024", GERMAN, "with locale {dates: mdy} it is 2024-12-31"),
        ("01/02/2024", PLAIN, "{dates: dmy} it is 2024-02-01, with locale {dates: mdy} it is 2024"),
        ("31.12.24", GERMAN, "two digits"),
        ("2024-12-31T00:00", PLAIN, "a time of day"),
        ("2024-12-31 10:15:00", PLAIN, "a time of day"),
        ("45657", PLAIN, "day number it is 2024-12-31"),
    ],
)
def test_what_is_no_date_says_why(text: str, locale: Locale, words: str) -> None:
    assert words in date_fault(text, locale)


def test_a_client_s_own_way_of_writing(tmp_path: Path) -> None:
    pnl = (
        "company_id;period_end;period_months;currency;unit;revenue;net_income\n"
        "a1;31.12.2022;12;USD;1\u00a0000;1\u00a0234\u202f567,5;(3,25)\n"
        "a1;2023-12-31;12;USD;1000;1345678,5;−4,25\n"
    )
    scores = "company_id;wave;measure;value\na1;30.6.2022;index;12,5\nb2;30.06.2022;serve;0\n"
    changes = {
        "client.yml": CLIENT + "locale: {decimal: ',', thousands: ' ', dates: dmy}\n",
        "pnl.csv": pnl,
        "scores.csv": "\ufeff" + scores,
    }
    client = read_client(str(write_client(tmp_path, changes)))
    assert client.table("pnl")["revenue"].tolist() == [1234567.5, 1345678.5]
    assert client.table("pnl")["net_income"].tolist() == [-3.25, -4.25]
    assert client.table("pnl")["unit"].tolist() == [1000, 1000]
    assert client.table("scores")["value"].tolist() == [12.5, 0]
    waves = client.table("scores")["wave"].dt.strftime("%Y-%m-%d").tolist()
    assert waves == ["2022-06-30", "2022-06-30"]


def test_thousands_in_a_file_that_declares_none_are_refused_with_both_readings(
    tmp_path: Path,
) -> None:
    pnl = PNL.replace("100.5,-3", '"1,234",-3')
    found = check_client(str(write_client(tmp_path, {"pnl.csv": pnl})))
    assert found[["row", "column", "kind", "value"]].values.tolist() == [
        [2, "revenue", "not_a_number", "1,234"]
    ]
    assert found["message"].item() == (
        '"1,234" is not a number as client.yml declares them; '
        'with locale {decimal: ","} it is 1.234, with locale {thousands: ","} it is 1234'
    )
