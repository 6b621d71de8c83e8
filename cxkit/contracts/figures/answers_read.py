"""The answers as arrays, and findings about groups of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxkit.contracts.cells import Mask
from cxkit.contracts.figures.ledger import Floats, Ints
from cxkit.contracts.followers import (
    has_lost_column,
    homeless_rows,
    refused_rows,
    troubled_companies,
)
from cxkit.contracts.intake import Intake
from cxkit.contracts.kinds import KINDS, SET_ASIDE


@dataclass(frozen=True, eq=False)
class Answers:
    """The answered rows of `assessments` (n,) as codes, in the order of the table.

    row is the position in the table; group is the company's wave, voice the respondent in it,
    person the respondent in all waves; part is the value as a part of its item's range. Block -1
    means that the item is unknown to the instrument.
    """

    row: Ints
    company: Ints
    group: Ints
    voice: Ints
    person: Ints
    block: Ints
    item: Ints
    value: Floats
    part: Floats
    assessor: Mask


def read_answers(intake: Intake) -> Answers:
    """The rows with a performance and a complete key, but for refused ones."""
    frame = intake.frames["assessments"]
    key = ["company_id", "wave", "respondent_id", "item_id"]
    keep = frame["performance"].notna() & frame[key].notna().all(axis=1)
    keep &= ~refused_rows(intake, "assessments")
    row = np.flatnonzero(keep)
    frame = frame.iloc[row]
    company, waves = (pd.factorize(frame[name])[0].astype(np.int64) for name in key[:2])
    respondent = pd.factorize(frame["respondent_id"])[0].astype(np.int64)
    group = _codes(company, waves)
    blocks = {item.id: at for at, b in enumerate(intake.instrument.blocks) for item in b.items}
    block = frame["item_id"].map(blocks).fillna(-1).to_numpy().astype(np.int64)
    value = frame["performance"].to_numpy(float)
    spans = {item.id: item.maximum - item.minimum for item in intake.instrument.items}
    span = frame["item_id"].map(spans).fillna(1.0).to_numpy(float)
    return Answers(
        row=row,
        company=company,
        group=group,
        voice=_codes(group, respondent),
        person=_codes(company, respondent),
        block=block,
        item=pd.factorize(frame["item_id"])[0].astype(np.int64),
        value=value,
        part=value / np.where(span > 0, span, 1.0),
        assessor=(frame["role"] == "assessor").to_numpy(dtype=bool),
    )


def _codes(first: Ints, second: Ints) -> Ints:
    """Pairs of codes as one code, numbered from 0."""
    if not len(first):
        return first
    return np.asarray(pd.factorize(first * (second.max() + 1) + second)[0].astype(np.int64))


def untroubled(intake: Intake, answers: Answers) -> Mask:
    """Which of the groups, (g,), lack nothing that a refused row may hold."""
    groups = int(answers.group.max()) + 1
    if has_lost_column(intake, "assessments") or homeless_rows(intake, "assessments").any():
        return np.zeros(groups, dtype=bool)
    names = intake.frames["assessments"]["company_id"].iloc[answers.row]
    troubled = names.isin(list(troubled_companies(intake, "assessments"))).to_numpy()
    return np.bincount(answers.group, troubled, minlength=groups) == 0


def report_groups(
    intake: Intake,
    answers: Answers,
    mask: Mask,
    group: Ints,
    kind: str,
    column: str,
    messages: list[str],
    way_out: str,
    what: str,
) -> None:
    """One finding per group, at its first row; at every row where they are to be set aside."""
    at = np.flatnonzero(mask)
    if not len(at):
        return
    if intake.config.severity.get(kind, KINDS[kind].severity) != SET_ASIDE:
        at = at[np.unique(group[at], return_index=True)[1]]
    at = np.sort(at)
    whole = np.zeros(len(intake.frames["assessments"]), bool)
    whole[answers.row[at]] = True
    intake.report("assessments", whole, kind, column, list(_at(messages, group[at])), way_out, what)


def _at(messages: list[str], groups: Ints) -> Iterator[str]:
    return (messages[group] for group in groups.tolist())
