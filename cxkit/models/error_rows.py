"""Frames of answers as the arrays from which errors are estimated."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from cxkit.contracts import Instrument
from cxkit.display import message
from cxkit.measures.answers import Ratings
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


def sheet_source(given: Ratings, instrument: Instrument) -> Found | Reason:
    """The same from the raters' own answers, so that means of several hide nothing."""
    if not instrument.has_items or not len(given.group):
        return Reason(message("certainty.no_items"))
    company = pd.factorize(given.groups["company_id"])[0].astype(int)[given.group]
    answers = given.means.performance
    use = np.isfinite(answers).any(1)
    return item_curves(answers[use], np.ones(int(use.sum())), company[use], instrument)


def effective_raters(given: Ratings, equal_roles: bool) -> Floats:
    """(groups,): how many raters of equal weight with whole sheets would have no smaller an error.

    One over the sum of squared shares; with equal_roles every role that answered an item has the
    same share of it. What a rater does in every answer counts by his share of the whole, what he
    does in one answer by the shares of each item; the larger error of the two stands, so that a
    rater who answered little, or where nobody else did, is no second one.
    """
    groups, known = len(given.groups), np.isfinite(given.means.performance)
    weight = np.where(known, given.weight, 0.0)
    if equal_roles:
        roles = int(given.role.max(initial=0)) + 1
        weight = _shares(weight, given.group * roles + given.role)
    share = _shares(weight, given.group)
    answered = np.bincount(given.group, share.sum(1), minlength=groups)
    whole = np.bincount(given.group, share.sum(1) ** 2, minlength=groups)
    single = np.bincount(given.group, (share**2).sum(1), minlength=groups) * answered
    worst = np.maximum(whole, single)
    return np.divide(answered**2, worst, out=np.full(groups, np.nan), where=worst > 0)


def _shares(weight: Floats, unit: Ints) -> Floats:
    """Each rater's share of each item within its unit; weight (raters, items), unit (raters,)."""
    found, place = np.unique(unit, return_inverse=True)
    total = np.zeros((len(found), weight.shape[1]))
    np.add.at(total, place, weight)
    return np.divide(weight, total[place], out=np.zeros_like(weight), where=total[place] > 0)


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
    whole = fit_curve(
        _index(answers, arrangement, instrument), errors.variance.sum(1), errors.df.sum(1),
        company, (instrument.minimum, instrument.maximum),
    )  # fmt: skip
    if whole is None:
        seen = len(np.unique(company[(errors.variance.sum(1) >= 0) & (errors.df.sum(1) > 0)]))
        alike = seen >= MIN_COMPANIES
        return _few("certainty.items_alike" if alike else "certainty.few_for_items", seen)
    curves = {"index": whole}
    level = level_by_others(_blocks(answers, arrangement))
    for k, block in enumerate(instrument.block_ids):
        inside = arrangement.block == k
        stratum = np.unique(arrangement.stratum[inside])
        if inside.sum() < 2 or len(stratum) != 1:
            continue
        points = arrangement.points[inside].sum() / 100
        curve = fit_curve(
            level[:, k], errors.variance[:, stratum[0]] / points**2, errors.df[:, stratum[0]],
            company, (0.0, 100.0),
        )  # fmt: skip
        if curve:
            curves[block] = curve
    return curves, found, len(answers)


def level_by_others(blocks: Floats) -> Floats:
    """Each block's level as the row's other blocks predict it, in points of 0-100.

    blocks (rows, B), NaN where missing. A block's own score at the end of the scale says that its
    items agree there by chance; the others carry none of its errors. With one block its own.
    """
    out = blocks.copy()
    for k in range(blocks.shape[1] if blocks.shape[1] > 1 else 0):
        rest = np.delete(blocks, k, axis=1)
        known = np.isfinite(rest)
        mean = np.where(known, rest, 0).sum(1) / np.where(known.any(1), known.sum(1), np.nan)
        use = np.isfinite(mean) & np.isfinite(blocks[:, k])
        if use.sum() < 3 or mean[use].std() == 0:
            continue
        slope, start = np.polyfit(mean[use], blocks[use, k], 1)
        out[:, k] = np.clip(start + slope * mean, 0, 100)
    return out


def _blocks(answers: Floats, arrangement: Plan) -> Floats:
    """(rows, blocks) in percent of their range, from the items answered; NaN without any."""
    count = arrangement.block.max() + 1
    member = np.eye(count)[arrangement.block] * arrangement.points[:, None]
    given = (answers - arrangement.low) / arrangement.span
    known = (~np.isnan(given)).astype(float) @ member
    top = 100 * np.nan_to_num(given) @ member
    return np.divide(top, known, out=np.full(top.shape, np.nan), where=known > 0)


def _index(answers: Floats, arrangement: Plan, instrument: Instrument) -> Floats:
    """The index with missing items taken as their block's others; NaN without a whole block."""
    points = np.bincount(arrangement.block, arrangement.points)
    return (
        instrument.minimum + _blocks(answers, arrangement)[:, points > 0] @ points[points > 0] / 100
    )


def rater_source(
    raters: pd.DataFrame, rater_blocks: pd.DataFrame | None, instrument: Instrument
) -> Found | Reason:
    """Curves from differences between raters of the same company and wave, or why none."""
    rows = raters[raters["index"].notna()].reset_index(drop=True) if len(raters) else raters
    if not len(rows):
        return _few("certainty.few_for_raters", 0)
    group, _, group_company = _groups(rows)
    several = np.bincount(group)[group] > 1
    rows, group = rows[several].reset_index(drop=True), group[several]
    blocks = np.full((len(rows), len(instrument.blocks)), np.nan)
    if rater_blocks is not None and len(rows):
        sheet = [*KEY, "respondent_id"]
        known = rater_blocks.merge(rows[sheet].assign(_row=np.arange(len(rows))), on=sheet)
        known = known[known["block"].isin(instrument.block_ids)]
        order = known["block"].map({b: k for k, b in enumerate(instrument.block_ids)})
        blocks[known["_row"], order.astype(int)] = known["performance"]
    return rater_curves(rows["index"].to_numpy(float), blocks, group, group_company, instrument)


def rater_curves(
    index: Floats, blocks: Floats, group: Ints, company: Ints, instrument: Instrument
) -> Found | Reason:
    """Curves from raters on arrays.

    index (rows,), blocks (rows, B) on 0-100 and group (rows,) are one row per rater, company
    (groups,) the company of each group, which is a company and wave.
    """
    spread = rater_spread(index, group)
    at = company[spread.group]
    ends = instrument.minimum, instrument.maximum
    curve = fit_curve(spread.level, spread.variance, spread.df, at, ends)
    if curve is None:
        seen = len(np.unique(at))
        alike = seen >= MIN_COMPANIES
        return _few("certainty.raters_alike" if alike else "certainty.few_for_raters", seen)
    curves = {"index": curve}
    parts = [rater_spread(blocks[:, k], group) for k in range(blocks.shape[1])]
    level = np.full((len(company), len(parts)), np.nan)
    for k, part in enumerate(parts):
        level[part.group, k] = part.level
    level = level_by_others(level)
    for k, (block, part) in enumerate(zip(instrument.block_ids, parts, strict=True)):
        found = fit_curve(
            level[part.group, k], part.variance, part.df, company[part.group], (0.0, 100.0)
        )
        if found:
            curves[block] = found
    return curves, len(np.unique(at)), len(spread.level)


def _groups(rows: pd.DataFrame) -> tuple[Ints, Ints, Ints]:
    """Position of each row's company and wave, of its company, and of each group's company."""
    company = pd.factorize(rows["company_id"])[0].astype(int)
    wave = pd.factorize(rows["wave"])[0].astype(int)
    both = company * (wave.max(initial=0) + 1) + wave
    found, first, group = np.unique(both, return_index=True, return_inverse=True)
    return group, company, company[first] if len(found) else company


def _few(id: str, companies: int) -> Reason:
    return Reason(message(id, companies=companies, least=MIN_COMPANIES))
