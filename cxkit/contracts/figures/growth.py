"""Revenue that jumps: by more than a merger explains, or like one that no event declares."""

from __future__ import annotations

import numpy as np

from cxkit.contracts.figures.marks import Marks

JUMP = 1.8  # times (or one part of) the period before: a merger, a disposal, a shock
IMPLAUSIBLE = 4.0  # hardly a merger either
DECLARED = 10.0  # where an event is declared


def check_growth(marks: Marks) -> None:
    """Jumps of revenue between neighbouring periods; cells already found wrong are left out."""
    ledger = marks.ledger
    run = ledger.run("revenue")
    if not len(run.at):
        return
    level = np.log10(np.abs(ledger.amounts["revenue"][run.at]))
    step = np.nan_to_num(run.step(level))
    bad = (marks.cells("revenue") | marks.cells_divided("revenue"))[run.at]
    event = ledger.event[run.at]
    known = ~bad & ~np.append(False, bad[:-1])
    size = np.abs(step)
    wild = known & (size > np.log10(np.where(event, DECLARED, IMPLAUSIBLE)))
    jump = known & ~event & ~wild & (size > np.log10(JUMP))
    for kind, mask, why, way_out in (
        (
            "implausible_growth", wild, "more than most mergers explain",
            "compare with the source; declare a merger or disposal in events",
        ),
        (
            "unmarked_break", jump, "like a merger, a disposal or a shock, and no event says so",
            "declare a merger or disposal in events, so that it counts as no growth",
        ),
    ):  # fmt: skip
        marks.report(
            run.at[mask],
            kind,
            "revenue",
            [f"revenue is {_ratio(one)} that of the period before: {why}" for one in step[mask]],
            way_out,
            "values far from the period before",
            (),
        )


def _ratio(step: float) -> str:
    return f"{10**step:.1f} times" if step > 0 else f"1/{10**-step:.1f} of"
