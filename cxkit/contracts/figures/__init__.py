"""What is wrong with the figures themselves, not with their form: rules, each with its rows.

A rule looks at a value beside the company's own other periods, the row's other lines and the
other companies' same period, in that order of trust. Periods found wrong as a whole refuse, a
cell that is certainly wrong is set aside, what may have a reason in the business only warns.
"""

from __future__ import annotations

from cxkit.contracts.figures.answers import check_answers
from cxkit.contracts.figures.breaks import check_breaks
from cxkit.contracts.figures.company_units import check_company_units
from cxkit.contracts.figures.growth import check_growth
from cxkit.contracts.figures.identities import sums
from cxkit.contracts.figures.ledger import read_ledger
from cxkit.contracts.figures.marks import Marks
from cxkit.contracts.figures.mends import check_sums
from cxkit.contracts.figures.metrics import check_metrics
from cxkit.contracts.figures.minus import (
    check_negative_costs,
    check_negative_revenue,
    check_single_costs,
)
from cxkit.contracts.figures.period_slips import check_whole_periods
from cxkit.contracts.figures.periods import check_periods
from cxkit.contracts.figures.signs import check_lost_signs
from cxkit.contracts.figures.swaps import check_swaps
from cxkit.contracts.figures.ties import check_ties
from cxkit.contracts.figures.unit_slips import check_results, check_unit_slips
from cxkit.contracts.intake import Intake

LOOKS = 3  # at what undoing slips and swaps brings to light

__all__ = ["check_accounts", "check_figures"]


def check_figures(intake: Intake) -> None:
    """Findings about the accounts, answers, scores and metrics; takes out what is set aside."""
    if "pnl" in intake.frames and len(intake.frames["pnl"]):
        check_accounts(intake)
    if "assessments" in intake.frames:
        check_answers(intake)
    check_breaks(intake)
    if "metrics" in intake.frames:
        check_metrics(intake)
    for name in intake.frames:
        intake.drop_aside(name)


def check_accounts(intake: Intake) -> Marks:
    """Findings about the accounts, the surest first.

    A cell has one of them only, save where a slip or a swap, once undone, shows another.
    """
    ledger = read_ledger(intake)
    marks = Marks(intake, ledger)
    if not len(ledger):
        return marks
    check_periods(marks)
    check_whole_periods(marks)
    found = sums(ledger)
    check_negative_revenue(marks)
    check_negative_costs(marks, found)
    for _ in range(LOOKS):
        check_swaps(marks, found)
        unclear = check_unit_slips(marks, found)
        if not marks.looks_again:
            break
        marks = marks.undone()
        found = sums(marks.ledger)
    check_sums(marks, found)
    check_single_costs(marks, found)
    check_ties(marks, unclear)
    check_results(marks, found)
    check_lost_signs(marks)
    check_growth(marks)
    check_company_units(marks)
    return marks
