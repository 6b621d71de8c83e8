"""The specifications a linkage is estimated with, by their names in `results.json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from cxkit.errors import ConfigError, nearest

RECOMMENDED = "company-and-year"
RECOMMENDED_BETWEEN = "sub-industry-and-year-with-size"  # where no company was scored twice

Method = Literal["levels", "differences", "means", "deviations"]


@dataclass(frozen=True)
class Specification:
    """What a fit compares: columns whose effects are removed, controls, and at which level.

    adjusts names what is held fixed (industry, size, year, company), for grades and words.
    method: `levels` of score and outcome; `differences` to the year before; company `means`
    beside each year's distance from them (Mundlak 1978, Econometrica 46); forward orthogonal
    `deviations`, which need two measures of the score.
    """

    name: str
    effects: tuple[str, ...]
    controls: tuple[str, ...]
    level: str
    adjusts: tuple[str, ...]
    method: Method = "levels"


_ALL = (
    Specification("pooled", (), (), "between", ()),
    Specification(
        "industry-and-year",
        ("industry", "fiscal_year"),
        (),
        "between",
        ("industry", "year"),
    ),
    Specification(
        "sub-industry-and-year-with-size",
        ("sub_industry", "fiscal_year"),
        ("log_revenue",),
        "between",
        ("industry", "size", "year"),
    ),
    Specification(
        "between",
        ("sub_industry", "fiscal_year"),
        ("log_revenue",),
        "between",
        ("industry", "size", "year"),
        "means",
    ),
    Specification(
        "company-and-year",
        ("company_id", "fiscal_year"),
        (),
        "within",
        ("company", "year"),
    ),
    Specification(
        "industry-by-year",
        ("company_id", "industry_year"),
        (),
        "within",
        ("company", "industry", "year"),
    ),
    Specification(
        "first-differences",
        ("fiscal_year",),
        (),
        "within",
        ("company", "year"),
        "differences",
    ),
    Specification(
        "forward-deviations",
        ("company_id", "fiscal_year"),
        (),
        "within",
        ("company", "year"),
        "deviations",
    ),
)
SPECIFICATIONS: Mapping[str, Specification] = MappingProxyType({s.name: s for s in _ALL})
BASIC = ("pooled", "industry-and-year", "sub-industry-and-year-with-size", "company-and-year")
UNCORRECTED = tuple(s.name for s in _ALL if s.method != "deviations")
CORRECTED = (
    "sub-industry-and-year-with-size", "company-and-year", "industry-by-year",
    "first-differences", "forward-deviations",
)  # fmt: skip


def specification(name: str) -> Specification:
    """The specification of that name; an unknown one is a ConfigError with the nearest name."""
    if name not in SPECIFICATIONS:
        raise ConfigError(
            f'unknown specification "{name}"{nearest(name, SPECIFICATIONS)}; use one of '
            f"{', '.join(SPECIFICATIONS)}"
        )
    return SPECIFICATIONS[name]
