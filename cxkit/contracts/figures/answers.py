"""Answers that are complete and inside the scale, and yet cannot be what was meant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxkit.contracts.cells import Mask
from cxkit.contracts.figures.ledger import Ints
from cxkit.contracts.figures.scales import check_scales
from cxkit.contracts.intake import Intake
from cxkit.contracts.kinds import KINDS, SET_ASIDE

FEWEST = 10  # answers below which a table says nothing about how it was answered
LINE = 10  # equal answers of one respondent that make a straight line
SUMMED_UP = 10  # companies' waves from which "most have" is said once


@dataclass(frozen=True, eq=False)
class Answers:
    """The answered rows of `assessments` (n,) as codes, in the order of the table.

    row is the position in the table; group is the company's wave, voice the respondent in it;
    block -1 means that the item is unknown to the instrument.
    """

    row: Ints
    company: Ints
    group: Ints
    voice: Ints
    block: Ints
    value: np.ndarray
    assessor: Mask


def check_answers(intake: Intake) -> None:
    """Wrong scales, straight lines, single respondents and missing blocks."""
    frame = intake.frames["assessments"]
    if not intake.instrument.has_items or frame["performance"].count() < FEWEST:
        return
    check_scales(intake)
    answers = read_answers(intake)
    if not len(answers.row):
        return
    _check_straight_lines(intake, answers)
    _check_respondents(intake, answers)
    _check_blocks(intake, answers)


def read_answers(intake: Intake) -> Answers:
    """The rows with a performance and a complete key."""
    frame = intake.frames["assessments"]
    key = ["company_id", "wave", "respondent_id", "item_id"]
    keep = frame["performance"].notna() & frame[key].notna().all(axis=1)
    row = np.flatnonzero(keep)
    frame = frame.iloc[row]
    company, waves = (pd.factorize(frame[name])[0].astype(np.int64) for name in key[:2])
    respondent = pd.factorize(frame["respondent_id"])[0].astype(np.int64)
    group = _codes(company, waves)
    blocks = {item.id: at for at, b in enumerate(intake.instrument.blocks) for item in b.items}
    block = frame["item_id"].map(blocks).fillna(-1).to_numpy().astype(np.int64)
    return Answers(
        row, company, group, _codes(group, respondent), block,
        frame["performance"].to_numpy(float), (frame["role"] == "assessor").to_numpy(dtype=bool),
    )  # fmt: skip


def _codes(first: Ints, second: Ints) -> Ints:
    """Pairs of codes as one code, numbered from 0."""
    if not len(first):
        return first
    return np.asarray(pd.factorize(first * (second.max() + 1) + second)[0].astype(np.int64))


def _check_straight_lines(intake: Intake, answers: Answers) -> None:
    """Respondents with one and the same answer throughout a wave."""
    voices = pd.DataFrame({"voice": answers.voice, "value": answers.value, "block": answers.block})
    seen = voices.groupby("voice").agg(
        low=("value", "min"), high=("value", "max"), n=("value", "size"),
        first=("block", "min"), last=("block", "max"),
    )  # fmt: skip
    wide = (seen["first"] != seen["last"]) | (len(intake.instrument.blocks) == 1)
    straight = (seen["low"] == seen["high"]) & (seen["n"] >= LINE) & wide
    _report(
        intake,
        answers,
        straight.to_numpy()[answers.voice],
        answers.voice,
        "straight_lining",
        "respondent_id",
        [f"all {n} answers are {low:g}" for n, low in zip(seen["n"], seen["low"], strict=True)],
        "ask again, or leave this respondent out",
        "respondents with one answer to everything",
    )


def _check_respondents(intake: Intake, answers: Answers) -> None:
    """Companies' waves that rest on one person's view; an outside assessor is meant to be one."""
    pairs = pd.DataFrame({"group": answers.group, "voice": answers.voice})
    single = (pairs.groupby("group")["voice"].nunique() == 1).to_numpy()
    outside = np.bincount(answers.group, answers.assessor) > 0
    single = single & ~outside
    known = int((~outside).sum())
    if single.sum() > max(SUMMED_UP, known / 2):
        intake.findings.add(
            intake.file["assessments"],
            "one_respondent",
            f"{int(single.sum()):,} of {known:,} companies' waves rest on one respondent: "
            "their scores carry that person's leniency",
            "have a second person answer, at least in some companies",
            column="respondent_id",
        )
        return
    _report(
        intake,
        answers,
        single[answers.group],
        answers.group,
        "one_respondent",
        "respondent_id",
        ["the company's wave rests on one respondent"] * len(single),
        "have a second person answer",
        "waves that rest on one respondent",
    )


def _check_blocks(intake: Intake, answers: Answers) -> None:
    """Companies' waves in which nobody answered any item of a block."""
    names = intake.instrument.block_ids
    count = np.zeros((int(answers.group.max()) + 1, len(names)))
    known = answers.block >= 0
    np.add.at(count, (answers.group[known], answers.block[known]), 1)
    none = (count == 0) & (count.sum(axis=1) > 0)[:, None]
    for at, name in enumerate(names):
        _report(
            intake,
            answers,
            none[:, at][answers.group],
            answers.group,
            "missing_block",
            "item_id",
            [f"nobody answered an item of {name} in this company's wave"] * len(none),
            "send these answers; without them the block and the index are missing",
            f"waves without an answer to {name}",
        )


def _report(
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
