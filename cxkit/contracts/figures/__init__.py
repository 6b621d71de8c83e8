"""What is wrong with the figures themselves, not with their form: rules, each with its rows.

A rule looks at a value beside the company's own other periods, the row's other lines and the
other companies' same period, in that order of trust. Periods found wrong as a whole refuse, a
cell that is certainly wrong is set aside, what may have a reason in the business only warns.
"""

from __future__ import annotations

from cxkit.contracts.figures.answers import check_answers
from cxkit.contracts.figures.breaks import check_breaks
from cxkit.contracts.figures.growth import check_growth
from cxkit.contracts.figures.identities import sums
from cxkit.contracts.figures.ledger import read_ledger
from cxkit.contracts.figures.marks import Marks
from cxkit.contracts.figures.mends import check_sums
from cxkit.contracts.figures.period_slips import check_whole_periods
from cxkit.contracts.figures.periods import check_periods
from cxkit.contracts.figures.signs import check_lost_signs, check_negative_costs
from cxkit.contracts.figures.swaps import check_swaps
from cxkit.contracts.figures.unit_slips import check_results, check_unit_slips
from cxkit.contracts.intake import Intake

__all__ = ["check_accounts", "check_figures"]


def check_figures(intake: Intake) -> None:
    """Findings about the accounts, the answers and the scores; takes out what is set aside."""
    if "pnl" in intake.frames and len(intake.frames["pnl"]):
        check_accounts(intake)
    if "assessments" in intake.frames:
        check_answers(intake)
    check_breaks(intake)
    for name in intake.frames:
        intake.drop_aside(name)


def check_accounts(intake: Intake) -> Marks:
    """Findings about the accounts, the surest first: a cell has one of them only."""
    ledger = read_ledger(intake)
    marks = Marks(intake, ledger)
    if not len(ledger):
        return marks
    check_periods(marks)
    check_whole_periods(marks)
    found = sums(ledger)
    check_negative_costs(marks)
    check_swaps(marks, found)
    check_unit_slips(marks, found)
    check_sums(marks, found)
    check_results(marks, found)
    check_lost_signs(marks)
    check_growth(marks)
    return marks
