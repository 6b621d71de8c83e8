"""A simulated benchmark, scored, with its truth: what several tests of certainty start from."""

from __future__ import annotations

from functools import cache

from cxkit.contracts import load_instrument
from cxkit.measures import Maturity
from cxkit.measures.score_parts import Rules
from cxkit.measures.scores import assemble, from_answers
from cxkit.simulate import Draw, draw, tables_of
from cxkit.simulate.design import Design

CX95 = load_instrument("cx95")


@cache
def scored(companies: int = 120, seed: int = 5, years: int = 3) -> tuple[Draw, Maturity]:
    """A draw of the base design and the scores of its tables; one of each, so never change it."""
    drawn = draw(Design(companies=companies, years=years), seed)
    answers = tables_of(drawn, seed).assessments.assign(weight=float("nan"))
    parts, detail = from_answers(answers, CX95, Rules())
    return drawn, assemble([parts], CX95, detail, Rules())
