"""Which values a notebook's parameters may take, as its metadata declares them.

`metadata.cxkit.values` holds by parameter a list of allowed values, or a mapping with any of
minimum, maximum (both allowed themselves) and below (a number, or another parameter's name).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cxkit.errors import nearest


def problems(values: Mapping[str, Any], domains: Mapping[str, Any]) -> list[str]:
    """What is wrong with resolved parameters, each with the nearest value that would do."""
    found: list[str] = []
    for name, domain in domains.items():
        if name not in values:
            continue
        if isinstance(domain, Mapping):
            found += [f"{name}: {why}" for why in _outside(values[name], domain, values)]
        elif values[name] not in domain:
            found.append(f"{name}: {_not_among(values[name], domain)}")
    return found


def _not_among(value: Any, allowed: Sequence[Any]) -> str:
    shown = ", ".join(_shown(one) for one in allowed)
    return f"{_shown(value)} is not one of {shown}{_nearest(value, allowed)}"


def _nearest(value: Any, allowed: Sequence[Any]) -> str:
    if isinstance(value, str):
        return nearest(value, [one for one in allowed if isinstance(one, str) and one])
    numbers = [one for one in allowed if isinstance(one, int | float)]
    if not numbers or not isinstance(value, int | float):
        return ""
    return f"; the nearest is {min(numbers, key=lambda one: abs(one - value))}"


def _outside(value: Any, domain: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[str]:
    """A number beyond its bounds; the bound is the nearest value."""
    least, most, below = (domain.get(name) for name in ("minimum", "maximum", "below"))
    if least is not None and value < least:
        yield f"{value} is too low; the least is {least}"
    if most is not None and value > most:
        yield f"{value} is too high; the most is {most}"
    limit = values.get(below) if isinstance(below, str) else below
    if limit is not None and not value < limit:
        name = f"{below}, " if isinstance(below, str) else ""
        yield f"{value} is too high; it must be below {name}{limit}"


def _shown(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
