"""Answers as arrays: one row per rater, one column per item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxkit.contracts import Instrument

KEY = ["company_id", "wave"]
RATER = [*KEY, "respondent_id", "role"]
ROLES = ("executive", "manager", "staff", "assessor")
UNSTATED = len(ROLES)  # the number of a role that was not given
VALUES = ("performance", "importance")

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Integers = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Means:
    """Answers of n units (raters, companies in a wave, roles) to k items, (n, k) each.

    performance and importance are on the item's own scale, NaN where nobody answered. weight is
    what stands behind a mean; respondents counts who gave performance. not_applicable is true
    where somebody said so and nobody answered; asked is true where there is any row at all.
    """

    performance: Floats
    importance: Floats
    respondents: Floats
    not_applicable: Booleans
    asked: Booleans


@dataclass(frozen=True, eq=False)
class Ratings:
    """Answers rater by rater, in the order of company, wave, role and respondent.

    groups has one row per company and wave: company_id, wave. raters has one row per company,
    wave and respondent: those two, respondent_id, role (missing where not given); group and
    role are their numbers in groups and ROLES (UNSTATED where not given). weight, (n, k), is
    the respondent's weight, 1 where none is given.
    """

    groups: pd.DataFrame
    raters: pd.DataFrame
    group: Integers
    role: Integers
    means: Means
    weight: Floats

    def of(self, rows: NDArray[np.bool_]) -> Ratings:
        """The same for some of the raters; groups stay."""
        means = Means(*(getattr(self.means, name)[rows] for name in Means.__annotations__))
        raters = self.raters[rows].reset_index(drop=True)
        return Ratings(
            self.groups, raters, self.group[rows], self.role[rows], means, self.weight[rows]
        )


def ratings(answers: pd.DataFrame, instrument: Instrument) -> Ratings:
    """The rows of `assessments` as arrays; a row says performance, n/a, or nothing."""
    item = pd.Index([i.id for i in instrument.items]).get_indexer(pd.Index(answers["item_id"]))
    known = item >= 0
    answers, item = answers[known], item[known]
    rater, raters, group, groups = _raters(answers)
    order, role = _roles(answers, rater, group)
    place = np.empty(len(order), dtype=np.intp)
    place[order] = np.arange(len(order))
    means, weight = _spread(
        answers, place[rater] * len(instrument.items) + item, (len(order), len(instrument.items))
    )
    names = words([*ROLES, None], role[order])
    raters = raters.take(order).reset_index(drop=True).assign(role=names)
    return Ratings(groups, raters, group[order], role[order], means, weight)


def _raters(answers: pd.DataFrame) -> tuple[Integers, pd.DataFrame, Integers, pd.DataFrame]:
    """Each row's rater; the raters; each rater's company and wave; these."""
    company, companies = pd.factorize(answers["company_id"], sort=True)
    wave, waves = pd.factorize(answers["wave"], sort=True)
    person, people = pd.factorize(answers["respondent_id"], sort=True)
    pair = company * max(1, len(waves)) + wave
    code = pair * max(1, len(people)) + person
    found, rater = np.unique(code, return_inverse=True)
    pairs, group = np.unique(found // max(1, len(people)), return_inverse=True)
    groups = pd.DataFrame(
        {
            "company_id": words(list(companies), pairs // max(1, len(waves))),
            "wave": waves[pairs % max(1, len(waves))],
        }
    )
    respondent = words(list(people), found % max(1, len(people)))
    raters = groups.take(group).reset_index(drop=True).assign(respondent_id=respondent)
    return rater, raters, group, groups


def _roles(answers: pd.DataFrame, rater: Integers, group: Integers) -> tuple[Integers, Integers]:
    """The raters in the order of group, role and respondent; each rater's first role."""
    role = np.full(len(group), UNSTATED)
    if "role" in answers:
        given = pd.Index(ROLES).get_indexer(pd.Index(answers["role"]))
        np.minimum.at(role, rater, np.where(given < 0, UNSTATED, given))
    return np.lexsort((np.arange(len(group)), role, group)), role


def _spread(answers: pd.DataFrame, cell: Integers, shape: tuple[int, int]) -> tuple[Means, Floats]:
    """Rows to (rater, item); a row sent twice counts once, as its mean."""
    marked = answers.get("not_applicable")
    says_no = np.zeros(len(answers), bool) if marked is None else marked.to_numpy(bool)
    rows = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
    denied = np.bincount(cell[says_no], minlength=shape[0] * shape[1]).reshape(shape) > 0
    found = []
    for name in VALUES:
        values = answers[name].to_numpy(float)
        given = ~np.isnan(values) & ~says_no
        n = np.bincount(cell[given], minlength=shape[0] * shape[1]).reshape(shape)
        total = np.bincount(cell[given], values[given], minlength=shape[0] * shape[1])
        found.append(_ratio(total.reshape(shape).astype(float), n.astype(float)))
    weight = answers["weight"].fillna(1.0).to_numpy(float)
    total = np.bincount(cell, weight, minlength=shape[0] * shape[1]).reshape(shape)
    weights = np.where(rows > 0, total / np.maximum(rows, 1), 1.0)
    answered = ~np.isnan(found[0])
    means = Means(found[0], found[1], answered.astype(float), denied & ~answered, rows > 0)
    return means, weights


def pooled(ratings: Ratings, by: Integers, units: int) -> Means:
    """Raters' answers averaged over the units that `by` (n,) numbers, by respondents' weights.

    `by` rises from row to row; each of the units has a rater.
    """
    start = np.searchsorted(by, np.arange(units))
    values = []
    for name in VALUES:
        x = getattr(ratings.means, name)
        given = ~np.isnan(x)
        top = np.add.reduceat(np.where(given, x * ratings.weight, 0.0), start, axis=0)
        bottom = np.add.reduceat(np.where(given, ratings.weight, 0.0), start, axis=0)
        values.append(_ratio(top, bottom))
    counts = np.add.reduceat(ratings.means.respondents, start, axis=0)
    denied = np.logical_or.reduceat(ratings.means.not_applicable, start, axis=0)
    asked = np.logical_or.reduceat(ratings.means.asked, start, axis=0)
    return Means(values[0], values[1], counts, denied & np.isnan(values[0]), asked)


def by_company(ratings: Ratings, raters: str) -> Means:
    """Means of each company and wave: `pooled` over raters, or `equal-roles`.

    Under equal roles an item is averaged within each role, then over the roles that answered
    it; raters without a role count as one more.
    """
    groups = len(ratings.groups)
    if raters == "pooled" or not groups:
        return pooled(ratings, ratings.group, groups) if groups else ratings.means
    group, _, means = by_role(ratings)
    equal = Ratings(ratings.groups, ratings.raters, group, group, means, np.ones(means.asked.shape))
    return pooled(equal, group, groups)


def by_role(ratings: Ratings) -> tuple[Integers, Integers, Means]:
    """Means of each company, wave and role: its group, its number in ROLES, and the means."""
    pair = ratings.group * (UNSTATED + 1) + ratings.role
    pairs, unit = np.unique(pair, return_inverse=True)
    means = pooled(ratings, unit, len(pairs)) if len(pairs) else ratings.means
    return pairs // (UNSTATED + 1), pairs % (UNSTATED + 1), means


def _ratio(top: Floats, bottom: Floats) -> Floats:
    return np.where(bottom > 0, top / np.where(bottom > 0, bottom, 1.0), np.nan)


def words(values: Sequence[str | None], at: Integers) -> pd.api.extensions.ExtensionArray:
    """Texts by their place in a list."""
    found: pd.api.extensions.ExtensionArray = pd.array(list(values), dtype="str").take(at)
    return found
