"""Answers that do not apply, levels and moves in instrument files, and how answers are scored."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from tests.contracts.bad_inputs.case import A, Case, Finding, R, config, given, in_cell
from tests.contracts.bad_inputs.workbook_case import ANSWERS, TRUTH, case, changed
from tests.contracts.books import WIDE
from tests.contracts.folders import TINY

FAMILY = "not applicable"
HEAD = "company_id,wave,respondent_id,item_id,performance,importance,not_applicable\n"
ROW = "a1,2023-06-30,r1,"
PLAIN = HEAD + f"{ROW}lead_1,3,4,\n{ROW}lead_2,,4,yes\n{ROW}serve_1,,5,\n"

LEVELS = TINY.replace(
    'title: {en: "Serve"}\n',
    'title: {en: "Serve"}\n    levels:\n'
    '      - {stage: 1, text: {en: "Late.", ru: "Поздно."}, provenance: assumed}\n'
    '      - {stage: 2, text: {en: "=HYPERLINK(1)"}}\n',
).replace(
    "below: 8}",
    'below: 8, moves: [{block: serve, months: 6, text: {en: "Hurry."}, provenance: own}]}',
)
# A part of that instrument, what stands there instead, and a part of the message.
BROKEN = {
    "a level twice": ("stage: 2,", "stage: 1,", "levels has the stage 1 more than once"),
    "a level of a stage that there is not": ("stage: 2,", "stage: 9,", "not among stages"),
    "a level without a stage": ("stage: 2, ", "", "stage: is missing"),
    "a level's stage in words": ("stage: 2,", "stage: low,", "must be a whole number"),
    "a level's stage as a fraction": ("stage: 2,", "stage: 2.5,", "must be a whole number"),
    "a level without text": (', text: {en: "=HYPERLINK(1)"}', "", "text: is missing"),
    "a level's text without a language": ('{en: "=HYPERLINK(1)"}', '"Late."', "text per language"),
    "a level without English": ('en: "Late.", ', "", "with English among them"),
    "a level in a language that there is not": ("ru:", "de:", '"de" is no language'),
    "a level's text that is empty": ('"Поздно."', '" "', "the text for ru is empty"),
    "a level's text turned round": ('"Поздно."', '"\u202ePoz"', "control characters"),
    "a level of hearsay": ("provenance: assumed", "provenance: hearsay", "must start with"),
    "a level with a key too many": ("stage: 2,", "stage: 2, score: 3,", "score: unknown key"),
    "levels that are no list": ("levels:\n", "levels: 3\n    other:\n", "levels: must be a list"),
    "a move of a block that there is not": ("block: serve", "block: srve", 'mean "serve"'),
    "a move over seven months": ("months: 6", "months: 7", "must be 6, 12 or 24"),
    "a move over months in words": ("months: 6", "months: six", "must be 6, 12 or 24"),
    "a move without months": ("months: 6, ", "", "months: is missing"),
    "a move without English": ('{en: "Hurry."}', '{pl: "Szybko."}', "with English among them"),
    "moves that are no list": ("moves: [{", "moves: x, other: [{", "moves: must be a list"),
    "a move that runs code": ('"Hurry."', "!!python/name:os.system ''", "tags (!)"),
    "levels of 300 KB": ('"Late."', '"' + "x" * 300_000 + '"', "at most 300,000 are read"),
}
# A line added to client.yml, and a part of the message.
SCORING = {
    "a completeness of zero": ("scoring: {min_answered: 0}", "a number above 0 and at most 1"),
    "a completeness in percent": ("scoring: {min_answered: 50}", "a number above 0 and at most 1"),
    "a completeness below zero": ("scoring: {min_answered: -0.5}", "a number above 0"),
    "a completeness in words": ("scoring: {min_answered: half}", "a number above 0"),
    "a completeness without end": ("scoring: {min_answered: .inf}", "a number above 0"),
    "raters weighted otherwise": ("scoring: {raters: equal}", "'pooled' or 'equal-roles'"),
    "an unknown key of scoring": ("scoring: {rater: pooled}", 'did you mean "raters"'),
    "scoring by a number": ("scoring: 0.5", "scoring: must hold keys with values"),
}


def cases() -> Iterator[Case]:
    """Cases of a family of their own, of instruments and of client.yml."""
    yield from _said()
    yield from _flagged()
    yield from _contradicting()
    yield from _workbooks()
    for name, (part, other, says) in BROKEN.items():
        assert part in LEVELS, part
        files = {"tiny.yml": LEVELS.replace(part, other, 1)}
        yield Case(name, "instruments", files, says=says)
    yield Case("levels and moves", "instruments", {"tiny.yml": LEVELS})
    for name, (line, says) in SCORING.items():
        yield Case(name, "client.yml", {"client.yml": config(line)}, says=says)
    line = "scoring: {min_answered: 1, raters: equal-roles}"
    yield Case("scoring of complete answers", "client.yml", {"client.yml": config(line)})


def _case(name: str, text: str | bytes, truth: str | None, *findings: Finding) -> Case:
    return given(name, FAMILY, "assessments", text, truth, *findings)


def _answer(row: int, column: str, kind: str, value: str, severity: str = R) -> Finding:
    return ("assessments.csv", row, column, kind, severity, value)


def _said() -> Iterator[Case]:
    """What the cell of an answer may say, and what it may not."""
    truth = HEAD + f"{ROW}lead_1,3,4,\n{ROW}lead_2,,,yes\n{ROW}serve_1,,5,\n"
    for text in ("n/a", "N/A", "N/a", " n/a "):
        yield _case(f"an answer {text!r}", in_cell("assessments", "performance", text, 3), truth)
    lost = in_cell("assessments", "performance", "", 3)
    for text in ("NA", "n.a.", "#N/A", "n/a (new)", "н/д", "nan", "-", "yes"):
        fault = _answer(3, "performance", "not_a_number", text)
        sent = in_cell("assessments", "performance", text, 3)
        yield _case(f"an answer {text!r}", sent, lost, fault)
    fault = _answer(2, "importance", "not_a_number", "n/a")
    sent, lost = (in_cell("assessments", "importance", text) for text in ("n/a", ""))
    yield _case("an importance 'n/a'", sent, lost, fault)
    sent = in_cell("assessments", "respondent_id", "n/a")
    yield _case("a respondent called n/a", sent, sent)
    files = {"scores.csv": "company_id,wave,measure,value\na1,2022-06-30,index,n/a\n"}
    found = ("scores.csv", 2, "value", "not_a_number", R, "n/a")
    empty = ("companies.csv", 3, "company_id", "company_without_scores", "warn", "b2")
    lost = files["scores.csv"].replace("n/a", "")
    yield Case("a score 'n/a'", FAMILY, files, {"scores": lost}, (found, empty))


def _flagged() -> Iterator[Case]:
    """The column of its own."""
    for yes in ("yes", "YES", "true", "True", " yes"):
        sent = PLAIN.replace(",yes", f",{yes}")
        yield _case(f"a flag {yes!r}", sent, PLAIN)
    for no in ("no", "No", "FALSE"):
        sent = PLAIN.replace("3,4,\n", f"3,4,{no}\n")
        yield _case(f"a flag {no!r}", sent, PLAIN)
    both = PLAIN.replace(",,4,yes", ",n/a,4,yes")
    yield _case("n/a and the flag", both, PLAIN)
    for word in ("1", "x", "ja", "n/a", "y"):
        sent = PLAIN.replace(",yes", f",{word}")
        fault = _answer(3, "not_applicable", "unknown_word", word)
        yield _case(f"a flag {word!r}", sent, PLAIN.replace(",yes", ","), fault)
    yield _parquet("a flag of Parquet", pa.array([None, True, False]), ["3", None, None])
    yield _parquet("n/a in Parquet", None, ["3", "N/A", None])
    yield _parquet("n/a in Parquet's categories", None, ["3", "n/a", None], coded=True)
    fault = ("assessments.parquet", None, "not_applicable", "wrong_type", R, "int64")
    lost = PLAIN.replace(",yes", ",")
    yield _parquet("a flag of numbers", pa.array([0, 1, 0]), ["3", None, None], fault, truth=lost)


def _parquet(
    name: str,
    flag: pa.Array | None,
    answers: list[str | None],
    *findings: Finding,
    truth: str = PLAIN,
    coded: bool = False,
) -> Case:
    given = pa.array(answers)
    columns = {
        "company_id": pa.array(["a1"] * 3),
        "wave": pa.array(["2023-06-30"] * 3),
        "respondent_id": pa.array(["r1"] * 3),
        "item_id": pa.array(["lead_1", "lead_2", "serve_1"]),
        "performance": given.dictionary_encode() if coded else given,
        "importance": pa.array([4.0, 4.0, 5.0]),
        **({} if flag is None else {"not_applicable": flag}),
    }
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    files = {"assessments.csv": None, "assessments.parquet": sink.getvalue()}
    return Case(name, FAMILY, files, {"assessments": truth}, findings, without=("pnl",))


def _contradicting() -> Iterator[Case]:
    """An answer and its denial in one row, or in two."""
    kind = "answer_not_applicable"
    sent = PLAIN.replace(",,4,yes", ",2,4,yes")
    fault = _answer(3, "performance", kind, "2")
    yield _case("an answer that does not apply", sent, sent, fault)
    said = PLAIN.replace(",,4,yes", ",n/a,4,no")
    fault = _answer(3, "performance", kind, "n/a")
    yield _case("n/a that the flag denies", said, PLAIN, fault)
    aside = "".join(line for line in sent.splitlines(keepends=True) if "yes" not in line)
    yield given(
        "an answer that does not apply, set aside",
        FAMILY,
        "assessments",
        sent,
        aside,
        _answer(3, "performance", kind, "2", A),
        client_yml=config(f"severity: {{{kind}: set_aside}}"),
    )
    twice = PLAIN + f"{ROW}lead_2,,4,\n"
    key = "a1, 2023-06-30, r1, lead_2"
    again = [_answer(row, "company_id", "duplicate_row", key) for row in (3, 5)]
    yield _case("not applicable and not answered", twice, twice, *again)


def _workbooks() -> Iterator[Case]:
    """The same in the wide sheet of a workbook."""
    head, first, second = WIDE
    truth = TRUTH["assessments"].replace("importance\n", "importance,not_applicable\n")
    sent = [head, [*first[:5], "n/a", None, 5], second]
    marked = truth.replace("a1,2023-06-30,r1,lead_2,0,\n", "a1,2023-06-30,r1,lead_2,,,yes\n")
    yield _filed("n/a in a workbook", changed("assessments", sent), marked)
    sent = [head, [*first[:5], "n/a?", None, 5], second]
    fault = (ANSWERS, 2, "lead_2", "not_a_number", R, "n/a?")
    lost = truth.replace("r1,lead_2,0,\n", "r1,lead_2,,\n", 1)
    yield _filed("n/a and more in a workbook", changed("assessments", sent), lost, fault)
    sent = [head, [*first[:4], "n/a", *first[5:]], second]
    fault = (ANSWERS, 2, "lead_1:importance", "not_a_number", R, "n/a")
    lost = truth.replace("lead_1,3,4\n", "lead_1,3,\n")
    yield _filed("an importance 'n/a' in a workbook", changed("assessments", sent), lost, fault)


def _filed(name: str, data: bytes, truth: str, *findings: Finding) -> Case:
    made = case(name, data, *findings, assessments=truth)
    return Case(name, FAMILY, made.files, made.truth, made.findings)
