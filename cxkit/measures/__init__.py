"""From checked tables to measures: scores, stages, growth, margins, the joined panel."""

from __future__ import annotations

from cxkit.measures.accounts import OUTCOMES, Accounts, accounts
from cxkit.measures.gaps import Gaps, gap_norms, gaps
from cxkit.measures.out_of_core import score_out_of_core
from cxkit.measures.panel import Panel, panel
from cxkit.measures.perceptions import Perceptions, by_roles, evidence, perceptions
from cxkit.measures.scores import Maturity, maturity

__all__ = [
    "OUTCOMES",
    "Accounts",
    "Gaps",
    "Maturity",
    "Panel",
    "Perceptions",
    "accounts",
    "by_roles",
    "evidence",
    "gap_norms",
    "gaps",
    "maturity",
    "panel",
    "perceptions",
    "score_out_of_core",
]
