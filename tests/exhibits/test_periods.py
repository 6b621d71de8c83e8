"""Parts of the years: clear is what stays so for their number; a fade is a tested difference."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from cxkit.display import text
from cxkit.exhibits.estimates import periods
from cxkit.models.periods import Period, courses
from tests.exhibits.test_wording import result

WITHIN, BETWEEN = "company-and-year", "sub-industry-and-year-with-size"


def part(
    first: int, estimate: float, error: float, q: float | None = None, name: str = WITHIN
) -> Period:
    """Three years' estimate with its error; q is its adjusted p-value (of 90 companies)."""
    one = result(estimate - 2 * error, estimate + 2 * error, name=name, role="exploratory")
    p = 2 * float(stats.t.sf(abs(estimate / error), 89))
    return Period(first, first + 2, replace(one, p_adjusted=p if q is None else q))


def said(*parts: Period) -> str:
    shown = periods(parts, "revenue_growth")
    return " ".join([shown.summary, *(text(n) for n in shown.notes)])


def test_the_difference_is_of_independent_samples() -> None:
    (found,) = courses(
        [part(2000, 0.008, 0.003), part(2003, 0.003, 0.1), part(2006, -0.004, 0.004)]
    )
    assert found.difference == pytest.approx(-0.012)
    assert found.p_value == pytest.approx(2 * stats.t.sf(0.012 / 0.005, 89))
    reach = stats.t.ppf(0.975, 89) * 0.005
    assert [found.conf_low, found.conf_high] == pytest.approx([-0.012 - reach, -0.012 + reach])
    assert (found.early.first, found.late.first) == (2000, 2006)


def test_clear_and_then_unclear_is_no_fade() -> None:
    """The first is clear and the last is not, yet they differ by less than their errors."""
    parts = part(2000, 0.004, 0.0015), part(2003, 0.002, 0.0015)
    assert [p.clear for p in parts] == [True, False]
    assert "fades" not in said(*parts)
    assert "do not differ clearly between parts of the years" in said(*parts)
    assert "1 of 2 estimates" in said(*parts)


def test_a_difference_beyond_chance_from_a_clear_start_fades() -> None:
    assert "The link fades" in said(part(2000, 0.008, 0.001), part(2003, 0.001, 0.001))


def test_a_rise_or_a_turn_is_no_fade() -> None:
    for late in (0.016, -0.006):
        told = said(part(2000, 0.008, 0.001), part(2003, late, 0.001))
        assert "The link changed" in told
        assert "fades" not in told


def test_each_specification_is_told_by_its_own_test() -> None:
    """Between companies it fades, within it is not shown to."""
    told = said(
        part(2000, 0.008, 0.001, name=BETWEEN), part(2003, 0.001, 0.001, name=BETWEEN),
        part(2000, 0.008, 0.003), part(2003, 0.004, 0.003),
    )  # fmt: skip
    assert "The link fades: nominal revenue growth per score point, between companies" in told
    assert "Between companies the link fades" in told
    assert "Within companies first and last part do not differ clearly" in told


def test_clear_is_judged_by_the_adjusted_p_value() -> None:
    """Intervals that leave zero out, but not once the number asked is allowed for."""
    parts = part(2000, 0.004, 0.0015, q=0.07), part(2003, 0.003, 0.0014, q=0.07)
    assert all(p.result.clear for p in parts)
    assert "0 of 2 estimates" in said(*parts)
    faded = courses([part(2000, 0.006, 0.0015, q=0.07), part(2003, 0.0, 0.0015)])
    assert [(c.differs, c.fades) for c in faded] == [(True, False)]


def test_one_part_is_compared_with_nothing() -> None:
    assert courses([part(2000, 0.004, 0.001)]) == ()
    assert "differ clearly" not in said(part(2000, 0.004, 0.001))


def test_parts_without_an_error_are_not_compared() -> None:
    parts = part(2000, 0.008, 0.001), part(2003, 0.001, np.nan, q=0.9)
    assert courses(parts) == ()
    assert "1 of 2 estimates" in said(*parts)
    assert "differ" not in said(*parts).split("(exploratory)")[0]
