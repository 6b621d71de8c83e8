"""Respondents of one company whose answers are the same: one sheet, sent under several names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxkit.contracts.figures.answers_read import Answers
from cxkit.contracts.figures.ledger import Floats, Ints
from cxkit.contracts.intake import Intake
from cxkit.contracts.kinds import KINDS, SET_ASIDE

KIND = "identical_sheets"
FEWEST = 10  # items that both answered, below which equal sheets are no wonder
MOST = 400  # respondents in a company's wave, beyond which one copy changes little
CHANCE = 0.05  # pairs expected to be equal by chance in the whole table, at the most
NAMED = 5  # respondents that a message names


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Two voices (p,) of a company's wave with FEWEST shared items or more, all equal."""

    first: Ints
    second: Ints
    shared: Ints
    common: Floats  # how often two answers would be equal if drawn from these sheets' own
    compared: int  # pairs in the table with as many shared items
    usual: float  # how often the answers of those that are not equal throughout are equal


def check_copies(intake: Intake, answers: Answers) -> None:
    """Sheets of one company and wave that are identical in every item both answered.

    Left alone are those that chance makes equal: one answer throughout, nearly all at the floor
    or the ceiling, or raters who agree so often that some pair of so many had to.
    """
    pairs = _pairs(answers, _positions(intake, answers))
    likely = np.maximum(pairs.common, pairs.usual)
    odd = pairs.compared * likely**pairs.shared < CHANCE
    original = _originals(answers, pairs, odd)
    of = np.unique(original[np.flatnonzero(original != np.arange(len(original)))])
    if not len(of):
        return
    shared = np.full(len(original), np.iinfo(np.int64).max)
    np.minimum.at(shared, original[pairs.first[odd]], pairs.shared[odd])
    _report(intake, answers, original, of, shared)


def _positions(intake: Intake, answers: Answers) -> Floats:
    """Where each answer (n,) lies on its item's scale, 0 to 1; items may differ in scale."""
    ids = intake.frames["assessments"]["item_id"].iloc[answers.row]
    lows = {
        item.id: item.minimum / ((item.maximum - item.minimum) or 1.0)
        for item in intake.instrument.items
    }
    return np.asarray(answers.part - ids.map(lows).fillna(0.0).to_numpy(float))


def _pairs(answers: Answers, position: Floats) -> _Pairs:
    """All equal pairs, and how usual it is that two answers to an item are equal."""
    found: list[tuple[int, int, int, float]] = []
    compared = equal_answers = all_answers = 0
    for voices, value, place in _waves(answers, position):
        for at in range(len(voices) - 1):
            both = ~np.isnan(value[at]) & ~np.isnan(value[at + 1 :])
            equal = (value[at] == value[at + 1 :]).sum(axis=1)
            shared = both.sum(axis=1)
            enough = shared >= FEWEST
            same = enough & (equal == shared)
            compared += int(enough.sum())
            equal_answers += int(equal[enough & ~same].sum())
            all_answers += int(shared[enough & ~same].sum())
            for other in np.flatnonzero(same).tolist():
                of = both[other]
                common = max(_concentration(value[at, of]), _concentration(place[at, of]))
                pair = int(voices[at]), int(voices[at + 1 + other])
                found.append((*pair, int(shared[other]), common))
    columns = np.array(found, dtype=float).reshape(-1, 4).T
    first, second, shared_items = columns[:3].astype(np.int64)
    usual = equal_answers / max(all_answers, 1)
    return _Pairs(first, second, shared_items, columns[3], compared, usual)


def _waves(answers: Answers, position: Floats) -> Iterator[tuple[Ints, Floats, Floats]]:
    """By company's wave its voices (s,), their values and positions (s, i); unanswered is NaN."""
    order = np.argsort(answers.group, kind="stable")
    starts = np.flatnonzero(np.diff(answers.group[order])) + 1
    for rows in np.split(order, starts):
        voices, voice = np.unique(answers.voice[rows], return_inverse=True)
        if 2 <= len(voices) <= MOST:
            items, item = np.unique(answers.item[rows], return_inverse=True)
            value = np.full((len(voices), len(items)), np.nan)
            place = value.copy()
            value[voice, item] = answers.value[rows]
            place[voice, item] = position[rows]
            yield voices, value, place


def _concentration(values: Floats) -> float:
    """The probability that two of some values, drawn with replacement, are equal."""
    count = np.unique(values.round(9), return_counts=True)[1]
    return float((count**2).sum() / len(values) ** 2)


def _originals(answers: Answers, pairs: _Pairs, odd: np.ndarray) -> Ints:
    """For each voice (v,) the first that it, or one equal to it, is equal to; else itself."""
    original = np.arange(int(answers.voice.max()) + 1)
    for first, second in zip(pairs.first[odd].tolist(), pairs.second[odd].tolist(), strict=True):
        one, other = sorted((int(original[first]), int(original[second])))
        original[original == other] = one
    return original


def _report(intake: Intake, answers: Answers, original: Ints, of: Ints, shared: Ints) -> None:
    """One finding per set of equal sheets, at the second's first row.

    Where they are to be set aside, every row of all but the first sheet has one.
    """
    frame = intake.frames["assessments"]
    own = original[answers.voice]
    at = np.flatnonzero(own != answers.voice)
    if intake.config.severity.get(KIND, KINDS[KIND].severity) != SET_ASIDE:
        at = at[np.unique(own[at], return_index=True)[1]]
    at = np.sort(at)
    names = _names(frame["respondent_id"].iloc[answers.row], own, of)
    mask = np.zeros(len(frame), bool)
    mask[answers.row[at]] = True
    sets = own[at].tolist()
    intake.report(
        "assessments",
        mask,
        KIND,
        "respondent_id",
        [_message(names[one], int(shared[one])) for one in sets],
        "ask whether one filled in for the other; leave one of them out: copied sheets make the "
        "raters look more agreed than they are",
        "respondents whose answers are identical",
        values=[", ".join(names[one]) for one in sets],
    )


def _names(respondents: pd.Series, own: Ints, of: Ints) -> dict[int, list[str]]:
    """The respondents of each set of equal sheets, in the order of the table."""
    inside = np.isin(own, of)
    named = pd.DataFrame({"set": own[inside], "name": respondents.astype(str).to_numpy()[inside]})
    sets = named.drop_duplicates().groupby("set")["name"].agg(list)
    return dict(zip(sets.index.tolist(), sets.tolist(), strict=True))


def _message(names: list[str], shared: int) -> str:
    if len(names) == 2:
        who = f"{names[0]} and {names[1]}"
        return f"{who} gave the same answers to all {shared} items that both answered"
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    who = ", ".join(names[:NAMED]) + more
    return f"{who} gave the same answers to all items that two of them share ({shared} or more)"
