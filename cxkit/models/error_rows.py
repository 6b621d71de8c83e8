"""Frames of answers as the arrays from which errors are estimated."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from cxkit.contracts import Instrument
from cxkit.display import message
from cxkit.models.error_sources import Plan, item_errors, plan, rater_spread
from cxkit.models.variance_curve import (
    MIN_COMPANIES,
    MIN_LEVELS,
    Curve,
    Floats,
    Ints,
    fit_curve,
)

KEY = ["company_id", "wave"]


class Reason(dict[str, Any]):
    """Why a source is missing, as a text that a report can draw."""


Found = tuple[dict[str, Curve], int, int]


def item_source(items: pd.DataFrame, instrument: Instrument) -> Found | Reason:
    """Curves from items, with the companies and rows behind them, or why there are none.

    Sheets of one rater say most plainly what his error is; means over several raters are used
    only where fewer than thirty companies have one.
    """
    if not instrument.has_items or not len(items):
        return Reason(message("certainty.no_items"))
    rows = items[items["item_id"].isin([i.id for i in instrument.items])]
    group, _, group_company = _groups(rows)
    order = {item.id: k for k, item in enumerate(instrument.items)}
    answers = np.full((len(group_company), len(order)), np.nan)
    at = rows["item_id"].map(order).to_numpy(int)
    answers[group, at] = rows["performance"].to_numpy(float)
    people = np.zeros(len(answers))
    np.maximum.at(people, group, rows["respondents"].fillna(0).to_numpy(float))
    use = people >= 1
    alone = people == 1
    if len(np.unique(group_company[alone])) >= MIN_LEVELS:
        use = alone
    return item_curves(answers[use], people[use], group_company[use], instrument)


def item_curves(
    answers: Floats, people: Floats, company: Ints, instrument: Instrument
) -> Found | Reason:
    """Curves from items on arrays: answers (rows, items), people and company (rows,)."""
    arrangement = plan(instrument)
    errors = item_errors(answers, people, arrangement)
    found = len(np.unique(company[np.isfinite(errors.variance).any(1)]))
    if found < MIN_COMPANIES:
        return _few("certainty.few_for_items", found)
    if not (errors.df > 0).any():
        return Reason(message("certainty.no_items"))
    curves = {}
    ends = instrument.minimum, instrument.maximum
    whole = fit_curve(
        _index(answers, arrangement, instrument), errors.variance.sum(1), errors.df.sum(1),
        company, ends,
    )  # fmt: skip
    if whole:
        curves["index"] = whole
    for k, block in enumerate(instrument.block_ids):
        inside = arrangement.block == k
        stratum = np.unique(arrangement.stratum[inside])
        if inside.sum() < 2 or len(stratum) != 1:
            continue
        points = arrangement.points[inside].sum() / 100
        curve = fit_curve(
            _share(answers, arrangement, inside), errors.variance[:, stratum[0]] / points**2,
            errors.df[:, stratum[0]], company, (0.0, 100.0),
        )  # fmt: skip
        if curve:
            curves[block] = curve
    return (curves, found, len(answers)) if "index" in curves else _few(
        "certainty.few_for_items", found
    )  # fmt: skip


def _share(answers: Floats, arrangement: Plan, inside: np.ndarray) -> Floats:
    """Percent of the range of the chosen items, from those answered."""
    points = arrangement.points[inside]
    given = (answers[:, inside] - arrangement.low[inside]) / arrangement.span[inside]
    known = (~np.isnan(given)) @ points
    top = np.nan_to_num(given) @ points
    return np.divide(100 * top, known, out=np.full(len(top), np.nan), where=known > 0)


def _index(answers: Floats, arrangement: Plan, instrument: Instrument) -> Floats:
    """The index with missing items taken as their block's others; NaN without a whole block."""
    total = np.full(len(answers), instrument.minimum, float)
    for k in np.unique(arrangement.block):
        inside = arrangement.block == k
        points = arrangement.points[inside].sum()
        total = total + points * _share(answers, arrangement, inside) / 100
    return total


def rater_source(
    raters: pd.DataFrame, rater_blocks: pd.DataFrame | None, instrument: Instrument
) -> Found | Reason:
    """Curves from differences between raters of the same company and wave, or why none."""
    if not len(raters):
        return _few("certainty.few_for_raters", 0)
    ends = instrument.minimum, instrument.maximum
    curve, companies, rows = _between(raters, "index", ends)
    if curve is None:
        return _few("certainty.few_for_raters", companies)
    curves = {"index": curve}
    parts = rater_blocks.groupby("block", observed=True) if rater_blocks is not None else ()
    for block, part in parts:
        found = _between(part, "performance", (0.0, 100.0))[0]
        if found:
            curves[str(block)] = found
    return curves, companies, rows


def _between(
    rows: pd.DataFrame, value: str, ends: tuple[float, float]
) -> tuple[Curve | None, int, int]:
    group, _, group_company = _groups(rows)
    spread = rater_spread(rows[value].to_numpy(float), group)
    company = group_company[spread.group]
    curve = fit_curve(spread.level, spread.variance, spread.df, company, ends)
    return curve, len(np.unique(company)), len(spread.level)


def _groups(rows: pd.DataFrame) -> tuple[Ints, Ints, Ints]:
    """Position of each row's company and wave, of its company, and of each group's company."""
    company = pd.factorize(rows["company_id"])[0].astype(int)
    wave = pd.factorize(rows["wave"])[0].astype(int)
    both = company * (wave.max(initial=0) + 1) + wave
    found, first, group = np.unique(both, return_index=True, return_inverse=True)
    return group, company, company[first] if len(found) else company


def _few(id: str, companies: int) -> Reason:
    return Reason(message(id, companies=companies, least=MIN_COMPANIES))
