"""Answers that are complete and inside the scale, and yet cannot be what was meant."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxkit.contracts.cells import Mask
from cxkit.contracts.figures.answers_read import (
    Answers,
    read_answers,
    report_groups,
    untroubled,
)
from cxkit.contracts.figures.copies import check_copies
from cxkit.contracts.figures.ledger import Floats
from cxkit.contracts.figures.reversed import check_reversed
from cxkit.contracts.figures.scales import check_scales
from cxkit.contracts.instrument import Block
from cxkit.contracts.intake import Intake
from cxkit.contracts.kinds import SET_ASIDE

FEWEST = 10  # answers below which a table says nothing about how it was answered
LINE = 10  # equal answers of one respondent that make a straight line
SUMMED_UP = 10  # companies' waves from which "most have" is said once


def check_answers(intake: Intake) -> None:
    """Wrong scales, straight lines, copied, reversed and single sheets, missing blocks."""
    frame = intake.frames["assessments"]
    if not intake.instrument.has_items or frame["performance"].count() < FEWEST:
        return
    check_scales(intake)
    answers = read_answers(intake)
    if not len(answers.row):
        return
    _check_straight_lines(intake, answers)
    check_copies(intake, answers)
    check_reversed(intake, answers)
    _check_respondents(intake, answers)
    _check_blocks(intake, answers)


def _check_straight_lines(intake: Intake, answers: Answers) -> None:
    """Respondents with one and the same answer throughout a wave."""
    voices = pd.DataFrame({"voice": answers.voice, "value": answers.value, "block": answers.block})
    seen = voices.groupby("voice").agg(
        low=("value", "min"), high=("value", "max"), n=("value", "size"),
        first=("block", "min"), last=("block", "max"),
    )  # fmt: skip
    wide = (seen["first"] != seen["last"]) | (len(intake.instrument.blocks) == 1)
    straight = (seen["low"] == seen["high"]) & (seen["n"] >= LINE) & wide
    report_groups(
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
    single = single & ~outside & untroubled(intake, answers)
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
    report_groups(
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
    count += _not_applicable(intake, answers)
    none = (count == 0) & (untroubled(intake, answers) & (count.sum(axis=1) > 0))[:, None]
    not_asked = intake.findings.columns_of(intake.file["assessments"], "missing_item")
    for at, block in enumerate(intake.instrument.blocks):
        name = block.id
        if not_asked.issuperset(item.id for item in block.items):
            continue
        if none[:, at].all() and len(none) > SUMMED_UP:
            _report_block(intake, name, len(none))
            continue
        _report_unanswered(intake, answers, none[:, at], block)


def _not_applicable(intake: Intake, answers: Answers) -> Floats:
    """By wave and block (g, b), the respondents to whom no item of the block applies."""
    blocks = intake.instrument.blocks
    found = np.zeros((int(answers.group.max()) + 1, len(blocks)))
    frame = intake.frames["assessments"]
    if "not_applicable" not in frame or not frame["not_applicable"].any():
        return found
    key = ["company_id", "wave"]
    groups = frame.iloc[answers.row][key].assign(group=answers.group).drop_duplicates(key)
    asked = frame[frame["item_id"].isin([item.id for item in intake.instrument.items])]
    asked = asked.merge(groups, on=key)
    home = {item.id: at for at, block in enumerate(blocks) for item in block.items}
    asked = asked.assign(block=asked["item_id"].map(home))
    whole = asked.groupby(["group", "block", "respondent_id"])["not_applicable"].all()
    group, block = (whole[whole].index.get_level_values(name) for name in ("group", "block"))
    np.add.at(found, (group.to_numpy(np.int64), block.to_numpy(np.int64)), 1)
    return found


def _report_unanswered(intake: Intake, answers: Answers, none: Mask, block: Block) -> None:
    """Waves (g,) without an answer to a block, each at its first row of the block."""
    frame = intake.frames["assessments"]
    message = f"nobody answered an item of {block.id} in this company's wave"
    way_out = "send these answers; without them the block and the index are missing"
    what = f"waves without an answer to {block.id}"
    if intake.config.severity.get("missing_block") == SET_ASIDE:
        report_groups(
            intake, answers, none[answers.group], answers.group, "missing_block", "item_id",
            [message] * len(none), way_out, what,
        )  # fmt: skip
        return
    key = ["company_id", "wave"]
    waves = frame.iloc[answers.row][key].assign(none=none[answers.group]).drop_duplicates(key)
    rows = frame[key].assign(at=np.arange(len(frame)))
    rows["other"] = ~frame["item_id"].isin([item.id for item in block.items])
    rows = rows.merge(waves[waves["none"]], on=key).sort_values(["other", "at"])
    mask = np.zeros(len(frame), bool)
    mask[rows.drop_duplicates(key)["at"].to_numpy(np.int64)] = True
    intake.report("assessments", mask, "missing_block", "item_id", message, way_out, what)


def _report_block(intake: Intake, name: str, waves: int) -> None:
    """A block that nobody answered in the whole table, said once."""
    intake.findings.add(
        intake.file["assessments"],
        "missing_block",
        f"nobody answered an item of {name} in any of {waves:,} companies' waves",
        "send these answers; without them the block and the index are missing",
        column="item_id",
        value=name,
    )
