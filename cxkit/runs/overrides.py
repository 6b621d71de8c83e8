"""What the command line changes of the primary estimate that `client.yml` declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cxkit.models import RECOMMENDED

if TYPE_CHECKING:
    from cxkit.contracts.config import ClientConfig

PRIMARY = (
    "outcome", "lag", "specification", "correction", "measure", "clip_lower", "clip_upper",
)  # fmt: skip


def overridden(
    now: Mapping[str, Any], before: Mapping[str, Any], config: ClientConfig
) -> list[dict[str, Any]]:
    """The parts of the primary estimate that differ, with the values they have now.

    now are a notebook's parameters with those of the command line, before without them.
    """
    return [
        {"name": name, "value": _used(name, now[name], config)}
        for name in PRIMARY
        if name in now and _used(name, now[name], config) != _used(name, before[name], config)
    ]


def _used(name: str, value: Any, config: ClientConfig) -> Any:
    """A parameter's value as the notebook will use it: "" and -1 take the client's own."""
    primary = config.primary
    if name == "lag":
        own = 1 if primary.lag is None else primary.lag
        return own if value == -1 else value
    if name == "outcome":
        return value or primary.outcome or config.outcomes[0]
    if name == "specification":
        return value or primary.specification or RECOMMENDED
    if name in ("correction", "measure"):
        return value or getattr(primary, name) or ""
    return value
