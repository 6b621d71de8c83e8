"""From checked tables to measures: scores, stages, growth, margins, the joined panel."""

from __future__ import annotations

from cxkit.measures.accounts import OUTCOMES, Accounts, accounts
from cxkit.measures.out_of_core import score_out_of_core
from cxkit.measures.panel import Panel, panel
from cxkit.measures.scores import Maturity, maturity

__all__ = [
    "OUTCOMES",
    "Accounts",
    "Maturity",
    "Panel",
    "accounts",
    "maturity",
    "panel",
    "score_out_of_core",
]
