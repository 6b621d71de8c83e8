"""A world with known truth: companies, answers and accounts whose every effect was planted."""

from __future__ import annotations

from cxkit.simulate.design import BASE, DESIGNS, Design
from cxkit.simulate.draws import SEED, Draw, block_scores, company_items, draw, index
from cxkit.simulate.layout import Layout, layout
from cxkit.simulate.rollout import RolledOut, Rollout, roll_out
from cxkit.simulate.world import Simulated, simulate, tables_of, write_shipped

__all__ = [
    "BASE",
    "DESIGNS",
    "SEED",
    "Design",
    "Draw",
    "Layout",
    "RolledOut",
    "Rollout",
    "Simulated",
    "block_scores",
    "company_items",
    "draw",
    "index",
    "layout",
    "roll_out",
    "simulate",
    "tables_of",
    "write_shipped",
]
