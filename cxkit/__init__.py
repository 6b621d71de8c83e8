"""cxkit: from a scored customer-experience assessment to a report a CFO can check.

The names below are what notebooks use; each is loaded when it is first asked for, so that the
command line starts without the scientific stack.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_PUBLIC = {
    "accounts": "cxkit.measures",
    "check_client": "cxkit.contracts",
    "check_linkage": "cxkit.models",
    "design_of": "cxkit.models.planner",
    "fit_linkage": "cxkit.models",
    "fit_linkages": "cxkit.models",
    "fit_periods": "cxkit.models",
    "load_instrument": "cxkit.contracts",
    "maturity": "cxkit.measures",
    "open_run": "cxkit.runs.session",
    "panel": "cxkit.measures",
    "plan": "cxkit.models.planner",
    "read_client": "cxkit.contracts",
}
_MODULES = (
    "contracts", "display", "errors", "exhibits", "measures", "models", "plots", "reports",
    "simulate",
)  # fmt: skip

__all__ = ["__version__", *_PUBLIC]


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(importlib.import_module(_PUBLIC[name]), name)
    if name in _MODULES:
        return importlib.import_module(f"cxkit.{name}")
    raise AttributeError(f"module 'cxkit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *_MODULES])
