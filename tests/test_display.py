"""Numbers and texts as a reader sees them."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxkit.display import column, has_text, message, number, plain, text, ticks
from cxkit.errors import ConfigError

NUMBERS: list[tuple[Any, str, str]] = [
    (0.0042, "pp", "+0.42"),
    (-0.0042, "pp", "−0.42"),
    (0.00042, "pp", "+0.042"),
    (0.123, "pp", "+12.3"),
    (12.344, "pp", "+1,234"),
    (0.0, "pp", "0.00"),
    (-1e-12, "pp", "0.00"),
    (0.0042, "size", "0.42"),
    (0.042, "pct", "4.2\u202f%"),
    (-0.042, "pct", "−4.2\u202f%"),
    (1.0, "pct", "100\u202f%"),
    (0.00042, "pct", "0.042\u202f%"),
    (-1e-12, "pct", "0.0\u202f%"),
    (1.234, "points", "+1.23"),
    (-12.34, "points", "−12.3"),
    (0.101, "num", "0.101"),
    (9.996, "num", "10.0"),
    (1234.5, "num", "1,234"),
    (-0.0, "num", "0"),
    (1234567, "int", "1,234,567"),
    (-1234, "int", "−1,234"),
    (-0.2, "int", "0"),
    (2020.0, "year", "2020"),
    (0.00004, "p", "< 0.001"),
    (0.04, "p", "0.040"),
    (0.9999, "p", "> 0.999"),
    ("2020-12-31", "date", "2020-12-31"),
    (dt.date(2020, 12, 31), "date", "2020-12-31"),
    (pd.Timestamp("2020-12-31 10:00"), "date", "2020-12-31"),
    ("=00123", "text", "=00123"),
    (True, "text", "yes"),
    (False, "int", "no"),
    (np.float64(0.0042), "pp", "+0.42"),
]


@pytest.mark.parametrize(("value", "fmt", "shown"), NUMBERS)
def test_numbers(value: Any, fmt: str, shown: str) -> None:
    assert number(value, fmt) == shown


@pytest.mark.parametrize("missing", [None, math.nan, math.inf, np.float32("nan"), pd.NaT, pd.NA])
@pytest.mark.parametrize("fmt", ["pp", "pct", "num", "int", "date", "text"])
def test_what_is_missing_is_a_dash(missing: Any, fmt: str) -> None:
    assert number(missing, fmt) == "–"


def test_an_unknown_format_is_refused_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match='did you mean "pct"'):
        number(1.0, "pcd")


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12))
def test_signs_follow_the_value(value: float) -> None:
    for fmt in ("pp", "points"):
        shown = number(value, fmt)
        assert "-" not in shown
        if any(digit in shown for digit in "123456789"):
            assert shown[0] == ("+" if value > 0 else "−")
        else:
            assert shown == "0.00"


@given(st.floats(min_value=1e-6, max_value=1e9))
def test_plain_numbers_keep_three_figures(value: float) -> None:
    shown = float(number(value, "num").replace(",", ""))
    assert abs(shown - value) <= 0.0051 * value


def test_a_column_has_the_same_decimals() -> None:
    assert column([0.0042, -0.0004, None, 0.0], "pp") == ["+0.42", "−0.04", "–", "0.00"]
    assert column([0.0004, -0.0002], "pp") == ["+0.040", "−0.020"]
    assert column([41.0, 5.0, 123.4], "num") == ["41.0", "5.0", "123.4"]


def test_a_small_number_never_reads_as_zero_in_a_column() -> None:
    assert column([0.0042, 0.00004], "pp") == ["+0.42", "+0.0040"]


def test_a_column_draws_texts_and_keeps_words() -> None:
    mixed = ["NA", message("display.yes"), 0.5, True, None]
    assert column(mixed, "pct") == ["NA", "yes", "50.0\u202f%", "yes", "–"]


def test_numbers_of_one_sentence_share_their_decimals() -> None:
    cell = message("linkage.sure_interval", conf_low=0.0006, conf_high=0.00122, rows=1, companies=1)
    assert "+0.060 to +0.122" in text(cell)
    values = {"planted": 0.0008, "estimate": 0.00091}
    assert "+0.080" in text(message("linkage.truth_within", **values))


def test_ticks_have_the_fewest_decimals_that_tell_them_apart() -> None:
    assert ticks([0.0, 0.005, 0.01], "pp") == ["0.0", "+0.5", "+1.0"]
    assert ticks([0.0, 0.05, 0.1], "pct") == ["0\u202f%", "5\u202f%", "10\u202f%"]
    assert ticks([-0.0025, 0.0], "num") == ["−0.0025", "0.0000"]
    assert ticks([2010, 2015], "year") == ["2010", "2015"]


def test_client_words_are_never_a_template() -> None:
    assert text("{{7*7}} {x} {0}") == "{{7*7}} {x} {0}"
    drawn = text(message("plots.numbered", number="1", name="{number.__class__} {x}"))
    assert drawn == "1: {number.__class__} {x}"


def test_templates_reach_plain_values_only() -> None:
    with pytest.raises(ConfigError, match='needs the value "name"'):
        text(message("plots.numbered", number=1))


def test_unknown_texts_and_languages_are_refused() -> None:
    with pytest.raises(ConfigError, match=r'no text "plots\.hollo".*did you mean'):
        text(message("plots.hollo"))
    with pytest.raises(ConfigError, match='"xx" are not written yet'):
        text(message("plots.hollow"), "xx")
    assert has_text("plots.hollow")
    assert not has_text("plots.hollo")


def test_what_cannot_be_seen_is_marked() -> None:
    assert plain("a\x00b\u202ec\td\r\ne\ud800") == "a\ufffdb\ufffdc d  e\ufffd"
    assert plain("Ünï 客户 👩‍💻 −5 €") == "Ünï 客户 👩‍💻 −5 €"


@given(st.text(st.characters(codec=None)))
def test_plain_words_can_always_be_written(words: str) -> None:
    shown = plain(words)
    assert "\x00" not in shown
    assert len(shown) == len(words)
    shown.encode("utf-8")
