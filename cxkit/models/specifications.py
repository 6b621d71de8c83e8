"""The specifications a linkage is estimated with, by their names in `results.json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cxkit.errors import ConfigError, nearest

RECOMMENDED = "company-and-year"


@dataclass(frozen=True)
class Specification:
    """What a fit compares: columns whose effects are removed, controls, and at which level.

    adjusts names what is held fixed (industry, size, year, company), for grades and words.
    """

    name: str
    effects: tuple[str, ...]
    controls: tuple[str, ...]
    level: str
    adjusts: tuple[str, ...]


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
        "company-and-year",
        ("company_id", "fiscal_year"),
        (),
        "within",
        ("company", "year"),
    ),
)
SPECIFICATIONS: Mapping[str, Specification] = MappingProxyType({s.name: s for s in _ALL})


def specification(name: str) -> Specification:
    """The specification of that name; an unknown one is a ConfigError with the nearest name."""
    if name not in SPECIFICATIONS:
        raise ConfigError(
            f'unknown specification "{name}"{nearest(name, SPECIFICATIONS)}; use one of '
            f"{', '.join(SPECIFICATIONS)}"
        )
    return SPECIFICATIONS[name]
