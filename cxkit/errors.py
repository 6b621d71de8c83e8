"""Errors a user can act on, each with the exit code the command line ends with.

Codes: 2 usage or configuration, 3 data refused, 5 infrastructure.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


class CxkitError(Exception):
    """Base of every error the kit raises on purpose; `exit_code` is the command's."""

    exit_code = 5


class ConfigError(CxkitError):
    """A command, parameter, `client.yml` or instrument file that cannot be used as it is."""

    exit_code = 2


class ContractError(CxkitError):
    """Data that do not fit their contract; `findings` holds one row per problem."""

    exit_code = 3

    def __init__(self, message: str, findings: pd.DataFrame | None = None) -> None:
        super().__init__(message)
        self.findings = findings


class SampleError(CxkitError):
    """Too few companies or rows for what was asked; the message gives count and minimum.

    `reason`, where given, is the same as a text that a report can draw in its language.
    """

    exit_code = 3

    def __init__(self, message: str, reason: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.reason = reason


class DisclosureError(CxkitError):
    """Nothing can be told without telling what belongs to a single company."""

    exit_code = 6


class InfrastructureError(CxkitError):
    """Disk, kernel or lock trouble: nothing is wrong with the data or the request."""

    exit_code = 5


def nearest(name: str, names: Iterable[str]) -> str:
    """A closing half-sentence with the nearest known name, or an empty string."""
    close = difflib.get_close_matches(name, list(names), n=1, cutoff=0.6)
    return f'; did you mean "{close[0]}"?' if close else ""
