"""Price indices that are none: rates of inflation, a slip in one year, a change of base."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxkit.contracts.figures.ledger import Floats, Ints
from cxkit.contracts.intake import Intake

FALL, JUMP = 0.90, 2.0  # yearly ratios of a price index beyond which it is doubtful
RATES_BELOW = 50.0  # a level at which an index is rare and rates of inflation are usual
RISING = 0.75  # part of its steps in which an index of that level rises, at least
STEEP = 1.15  # yearly ratio that such levels reach when rates are taken for an index
NEAR_ZERO = 0.5  # a level below which no index lies
CHAINED = (95.0, 130.0)  # where indices with the year before as 100 lie, but for high inflation
BACK = 0.98  # a yearly ratio below which prices hardly ever fall
FLAT = 0.001  # yearly growth over all years below which an index hardly moves
LONG = 3  # steps from which a path is looked at
DIGITS = 0.1  # log10 from a whole power of ten: a slip of the decimal mark


@dataclass(frozen=True, eq=False)
class _Series:
    """A country's index by year: positions in the table, years and values, (n,) each."""

    country: str
    at: Ints
    year: Floats
    value: Floats

    @property
    def ratio(self) -> Floats:
        """Each year over the year before, (n - 1,); NaN over a gap."""
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = self.value[1:] / self.value[:-1]
        return np.where(np.diff(self.year) == 1, ratio, np.nan)


def check_prices(intake: Intake) -> None:
    """Series that are no index first, then single years; a cell has one finding only."""
    frame = intake.frames["prices"]
    fall, jump, off = ({}, {}, {})  # type: dict[int, str], dict[int, str], dict[int, str]
    for series in _series(frame):
        if _check_path(intake, series):
            continue
        slips = _slips(series)
        off |= slips
        for at, ratio in _steps(series, set(slips)):
            change = f"{abs(100 * (ratio - 1)):.0f} %"
            if ratio < FALL:
                fall[at] = f"the index is {change} below the year's before"
            else:
                jump[at] = f"the index is {change} above the year's before"
    base = "look for a change of base year, or rates of inflation in place of an index"
    _report(intake, "price_index_off", off, "correct the value", "values off their neighbours")
    _report(intake, "price_index_falls", fall, base, "values far below the year's before")
    _report(intake, "price_index_jumps", jump, base, "values far above the year's before")


def _series(frame: pd.DataFrame) -> Iterator[_Series]:
    known = frame[["country", "year", "index"]].notna().all(axis=1).to_numpy()
    places = frame.assign(at=np.arange(len(frame)))[known]
    places = places.sort_values(["country", "year"], kind="stable")
    places = places.drop_duplicates(["country", "year"])
    for country, part in places.groupby("country", sort=True):
        year, value = part["year"].to_numpy(float), part["index"].to_numpy(float)
        yield _Series(str(country), part["at"].to_numpy(), year, value)


def _check_path(intake: Intake, series: _Series) -> bool:
    """Whether a series as a whole is no index; said at its first row."""
    span = f"the values of {series.country}, {series.value.min():g} to {series.value.max():g},"
    why = _why_rates(series)
    if why:
        kind, out = "price_index_rates", "write a price index, such as 100, 102.1, 104.6, or"
        out += " leave the table out"
        says = f"{span} look like yearly rates of inflation, not like a price index: {why}"
    elif _is_flat(series):
        kind, out = "price_index_flat", "write the price index of each year, with one base year"
        says = f"{span} hardly rise over {len(series.value)} years: is it a price index?"
    else:
        return False
    at = int(series.at[0])
    _report(intake, kind, {at: says}, out, "price indices that are none", series.country)
    return True


def _why_rates(series: _Series) -> str:
    """Why a series looks like rates of inflation; nothing if it does not."""
    value, ratio = series.value, series.ratio[np.isfinite(series.ratio)]
    if value.max() < NEAR_ZERO:
        return "no index lies so near zero"
    if len(ratio) == 0:
        return ""
    rising = float((ratio > 1).mean())
    if value.max() < RATES_BELOW and not _is_slip(series):
        if rising < RISING and (len(ratio) > 1 or ratio[0] < FALL):
            return "they do not rise from year to year"
        if value.max() < RATES_BELOW / 2 and np.median(ratio) > STEEP:
            return f"as an index prices would rise by {100 * (np.median(ratio) - 1):.0f} % a year"
    inside = (value > CHAINED[0]) & (value < CHAINED[1])
    if len(ratio) >= LONG and inside.all() and rising < RISING and (ratio < BACK).any():
        return "they stay near 100 and fall back, as indices with the year before as 100 do"
    return ""


def _is_slip(series: _Series) -> bool:
    """Whether all that speaks against an index is one value out of its row."""
    slips = _slips(series)
    if not slips:
        return False
    kept = ~np.isin(series.at, list(slips))
    ratio = np.diff(np.log(series.value[kept]))
    return bool(len(ratio)) and float((ratio > 0).mean()) >= RISING


def _is_flat(series: _Series) -> bool:
    years = series.year[-1] - series.year[0]
    if len(series.value) <= LONG or series.value[0] <= 0:
        return False
    return bool(np.ptp(series.value) <= FLAT * years * series.value[0])


def _slips(series: _Series) -> dict[int, str]:
    """Values that leave their neighbours while these agree: the cell to blame, and why."""
    value, found = series.value, {}
    for place in range(len(value)):
        others = [series.value[n] for n in _neighbours(place, len(value))]
        if len(others) < 2 or not _agree(others[0], others[1]):
            continue
        middle = float(np.sqrt(others[0] * others[1]))
        ratio = value[place] / middle
        power = np.log10(ratio) if ratio > 0 else np.nan
        edge = place in (0, len(value) - 1)
        whole = abs(power - round(power)) <= DIGITS and round(power) != 0
        if (FALL <= ratio <= JUMP) or (edge and not whole):
            continue
        size = f"{ratio:.3g} times" if ratio > 1 else f"a {1 / ratio:.3g}th of"
        found[int(series.at[place])] = f"{{value}} is {size} what its neighbours let expect"
    return found


def _neighbours(place: int, count: int) -> list[int]:
    """The years on both sides; at an end the two next to it."""
    if place == 0:
        return [1, 2] if count > 2 else []
    return [place - 2, place - 1] if place == count - 1 else [place - 1, place + 1]


def _agree(first: float, second: float) -> bool:
    return first > 0 and FALL**2 <= second / first <= JUMP


def _steps(series: _Series, blamed: set[int]) -> Iterator[tuple[int, float]]:
    """Doubtful steps, each at its later year, but for those that a blamed value makes."""
    for place, ratio in enumerate(series.ratio.tolist(), start=1):
        if {int(series.at[place]), int(series.at[place - 1])} & blamed:
            continue
        if ratio < FALL or ratio > JUMP:
            yield int(series.at[place]), ratio


def _report(
    intake: Intake, kind: str, says: dict[int, str], way_out: str, what: str, value: str = ""
) -> None:
    if not says:
        return
    frame, rows = intake.frames["prices"], sorted(says)
    mask = np.zeros(len(frame), dtype=bool)
    mask[rows] = True
    shown = [f"{number:.15g}" for number in frame["index"].to_numpy()[rows]]
    messages = [says[row].replace("{value}", text) for row, text in zip(rows, shown, strict=True)]
    values = [value] * len(rows) if value else shown
    intake.report("prices", mask, kind, "index", messages, way_out, what, values=values)
