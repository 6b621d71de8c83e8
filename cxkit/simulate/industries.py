"""Industries of the simulated world: names, cost structures and their standing.

All invented, and constant over seeds: with eight industries a random standing would make the
confounding of one draw unlike that of the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from cxkit.simulate.layout import Floats


@dataclass(frozen=True)
class Industry:
    """One industry; sales, research and wear are shares of revenue (selling, general and
    administrative; research and development; depreciation and amortisation), assets a multiple
    of revenue, per_head revenue per employee in thousands."""

    name: str
    parts: tuple[str, str, str]
    sales: float
    research: float
    wear: float
    assets: float
    per_head: float


INDUSTRIES = (
    Industry("Banking", ("Retail banks", "Business banks", "Payments"), 0.28, 0.02, 0.03, 6.0, 420),
    Industry("Insurance", ("Life", "Motor and home", "Health"), 0.22, 0.01, 0.02, 3.5, 520),
    Industry("Telecoms", ("Mobile", "Fixed line", "Cable"), 0.20, 0.02, 0.14, 1.8, 330),
    Industry("Retail", ("Grocery", "Fashion", "Electronics"), 0.21, 0.00, 0.03, 0.7, 260),
    Industry("Software", ("Applications", "Platforms", "Services"), 0.30, 0.14, 0.04, 1.2, 210),
    Industry("Machinery", ("Tools", "Vehicles", "Plant"), 0.14, 0.05, 0.05, 1.1, 290),
    Industry("Travel", ("Airlines", "Hotels", "Agencies"), 0.18, 0.00, 0.07, 1.4, 240),
    Industry("Utilities", ("Power", "Water", "Heat"), 0.08, 0.01, 0.10, 2.6, 610),
)


@dataclass(frozen=True, eq=False)
class Standing:
    """Standardised over industries: maturity, growth and margin (industries,). Growth and
    margin each correlate .8 with maturity, so that an industry confounds without being all."""

    maturity: Floats
    growth: Floats
    margin: Floats


@cache
def standing() -> Standing:
    """The fixed standing of the industries."""
    maturity = _scaled(np.array([0.6, -0.2, 0.9, 0.1, 1.5, -0.6, -0.7, -1.6]))
    other = np.array([-0.5, 0.9, -1.1, 0.7, 0.6, 0.2, -1.0, 0.2])
    third = np.array([0.8, 0.9, 0.3, -1.2, 0.4, -0.9, -0.6, 0.3])
    growth = _beside(maturity, other)
    margin = _beside(maturity, third)
    return Standing(maturity, 0.8 * maturity + 0.6 * growth, 0.8 * maturity + 0.6 * margin)


def _scaled(values: Floats) -> Floats:
    centred = values - values.mean()
    return np.asarray(centred / centred.std())


def _beside(one: Floats, other: Floats) -> Floats:
    """The part of `other` unrelated to `one`, standardised."""
    other = _scaled(other)
    return _scaled(other - one * (one @ other) / (one @ one))
