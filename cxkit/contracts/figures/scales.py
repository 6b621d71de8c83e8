"""Answers on another scale than the instrument's: an end of it that nobody ever uses."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxkit.contracts.cells import Mask
from cxkit.contracts.figures.ledger import Floats
from cxkit.contracts.intake import Intake, value_texts

EXPECTED = 12.0  # answers at the empty end that its neighbours let expect, in the whole table
EXPECTED_OWN = 12.0  # the same for one company, by what the others do


def check_scales(intake: Intake) -> None:
    """An end of the scale that is empty though its neighbours are used: 1-5 sent for 0-5."""
    frame = intake.frames["assessments"]
    ranges = {item.id: (item.minimum, item.maximum) for item in intake.instrument.items}
    value = frame["performance"].to_numpy()
    for low, high in sorted(set(ranges.values())):
        items = [name for name, bounds in ranges.items() if bounds == (low, high)]
        own = frame["item_id"].isin(items).to_numpy() & np.isfinite(value)
        if not own.any() or (value[own] % 1).any() or high - low < 4 or low % 1 or high % 1:
            continue
        _check_end(intake, own, value, low, 1.0, (low, high))
        _check_end(intake, own, value, high, -1.0, (low, high))


def _check_end(
    intake: Intake, own: Mask, value: Floats, end: float, inward: float, bounds: tuple[float, float]
) -> None:
    count = [float((value[own] == end + inward * step).sum()) for step in range(4)]
    low, high = bounds
    sent = f"{low + 1:g}-{high:g}" if inward > 0 else f"{low:g}-{high - 1:g}"
    if count[0] == 0:
        expected = beyond(*count[1:])
        if expected >= EXPECTED:
            intake.findings.add(
                intake.file["assessments"],
                "wrong_scale",
                f"not one of {int(own.sum()):,} answers is {end:g}, where about {expected:,.0f} "
                f"would be usual: was the scale {sent} instead of {low:g}-{high:g}?",
                "convert the answers, declare the scale in the instrument, or say by "
                "severity: {wrong_scale: warn} that it is right",
                column="performance",
            )
    elif count[1] > 0:
        _check_companies(intake, own, value, end, inward, count[0] / count[1], sent)


def beyond(first: float, second: float, third: float) -> float:
    """The count to expect next to these, were answers normal: their logs lie on a parabola."""
    if min(first, second, third) <= 0:
        return 0.0
    bend = min(np.log(first) - 2 * np.log(second) + np.log(third), 0.0)
    return float(np.exp(2 * np.log(first) - np.log(second) + bend))


def _check_companies(
    intake: Intake, own: Mask, value: Floats, end: float, inward: float, ratio: float, sent: str
) -> None:
    """Companies without any answer at an end that others use, given their answers next to it."""
    frame = intake.frames["assessments"]
    names = frame["company_id"].where(own & np.isfinite(value))
    code, companies = pd.factorize(names)
    known = code >= 0
    at_end = np.bincount(code[known], value[known] == end, minlength=len(companies))
    beside = [
        np.bincount(code[known], value[known] == end + inward * step, minlength=len(companies))
        for step in (1, 2, 3)
    ]
    likely = np.minimum(beside[0] * ratio, [beyond(*three) for three in zip(*beside, strict=True)])
    odd = (at_end == 0) & (likely >= EXPECTED_OWN)
    first = np.zeros(len(frame), bool)
    inside = np.flatnonzero(known)
    where = inside[np.unique(code[known], return_index=True)[1]][odd]
    first[where] = True
    if not first.any():
        return
    expected = dict(zip(companies, likely, strict=True))
    ids = frame["company_id"][first]
    intake.report(
        "assessments",
        first,
        "wrong_scale_company",
        "performance",
        [
            f"no answer of this company is {end:g}, where others let expect {expected[name]:,.0f}: "
            f"was its scale {sent}?"
            for name in ids
        ],
        "ask which scale the company was shown",
        "companies that never use an end of the scale",
        values=value_texts(ids),
    )
