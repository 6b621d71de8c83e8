"""Instrument files: the shipped ones, other shapes, and every fault of a file."""

from __future__ import annotations

import functools
import hashlib
import itertools
import pickle
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxkit.contracts import Instrument, load_instrument
from cxkit.contracts.instrument_file import parse_instrument
from cxkit.contracts.strict import LANGUAGES
from cxkit.errors import ConfigError
from tests.contracts.folders import TINY


def _load(text: str) -> Instrument:
    return parse_instrument(text.encode(), "tiny.yml", "tiny")


def _bands(*stages: str, low: float = 0, high: float = 100) -> str:
    """An instrument of one index from `low` to `high` with these stages."""
    lines = [f"  - {{id: {n}, name: {{en: S}}, {stage}}}" for n, stage in enumerate(stages, 1)]
    return (
        "id: tiny\nversion: 1\ntitle: {en: T}\nprovenance: own\n"
        f"scale: {{minimum: {low}, maximum: {high}}}\n"
        f"index: {{minimum: {low}, maximum: {high}}}\nstages:\n" + "\n".join(lines)
    )


def test_cx95_is_what_the_field_says_of_it() -> None:
    cx95 = load_instrument("cx95")
    assert {block.id: len(block.items) for block in cx95.blocks} == {
        "strategy_leadership": 3,
        "processes_management": 4,
        "metrics_evaluation": 3,
        "data_analytics": 3,
        "technology_channels": 3,
        "people_culture": 3,
    }
    for block in cx95.blocks:
        assert [item.id for item in block.items] == [
            f"{block.id}_{n}" for n in range(1, len(block.items) + 1)
        ]
        assert [item.minimum for item in block.items] == [1] + [0] * (len(block.items) - 1)
    assert {(i.maximum, i.importance_minimum, i.importance_maximum) for i in cx95.items} == {
        (5, 1, 5)
    }
    assert (cx95.minimum, cx95.maximum, cx95.method, cx95.version) == (6, 95, "sum", 1)
    assert [(s.id, s.lower, s.below, s.provenance) for s in cx95.stages] == [
        (1, 6, 19, "published"),
        (2, 19, 38, "assumed"),
        (3, 38, 57, "assumed"),
        (4, 57, 76, "assumed"),
        (5, 76, None, "assumed"),
    ]
    assert cx95.stages[0].name["en"] == "Acquaintance"


def _texts(instrument: Instrument) -> list[Mapping[str, str]]:
    """Every text of an instrument that a report may show, but for the drivers."""
    blocks, stages = instrument.blocks, instrument.stages
    texts = [instrument.title, *(b.title for b in blocks), *(i.text for i in instrument.items)]
    texts += [level.text for block in blocks for level in block.levels]
    texts += [text for stage in stages for text in (stage.name, stage.text)]
    return texts + [move.text for stage in stages for move in stage.moves]


def test_cx95_has_four_languages_throughout() -> None:
    cx95 = load_instrument("cx95")
    texts = _texts(cx95)
    assert len(texts) == 1 + 6 + 19 + 30 + 10 + 90
    for language in LANGUAGES:
        own = [text[language] for text in texts]
        own += [line for stage in cx95.stages for line in stage.drivers[language]]
        assert len(set(own)) == len(own) == len(texts) + 14
        assert max(map(len, own)) < 260
        assert all(line == line.strip() and "  " not in line for line in own)
    assert all(set(text) == set(LANGUAGES) for text in texts)


LETTERS = {"ru": "[а-яё]", "pl": "[ąćęłńóśźż]", "zh": "[\u4e00-\u9fff]"}
FOREIGN = {
    "en": "[^\x00-\x7f]",
    "ru": "[a-z]",
    "pl": "[а-яё\u4e00-\u9fff]",
    "zh": "[a-zа-яё,;]",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_cx95_is_written_in_the_letters_of_its_language(language: str) -> None:
    own = [text[language].lower() for text in _texts(load_instrument("cx95"))]
    assert [text for text in own if re.search(FOREIGN[language], text)] == []
    letters = LETTERS.get(language, "[a-z]")
    share = sum(bool(re.search(letters, text)) for text in own) / len(own)
    assert share > (0.8 if language == "pl" else 0.99)


def test_cx95_describes_every_block_in_every_stage_and_what_moves_it_on() -> None:
    cx95 = load_instrument("cx95")
    stages = [stage.id for stage in cx95.stages]
    for block in cx95.blocks:
        assert [level.stage for level in block.levels] == stages
        assert [level.provenance.split(":")[0] for level in block.levels] == ["own"] + [
            "assumed"
        ] * 4
        for level in block.levels:
            assert len(re.findall(r"[.] |[.]$", level.text["en"])) in (1, 2)
    for stage in cx95.stages:
        moves = [(move.block, move.months) for move in stage.moves]
        assert moves == list(itertools.product(cx95.block_ids, (6, 12, 24)))
        assert {move.provenance for move in stage.moves} == {"assumed"}


def test_cx95_has_items_of_every_part_of_the_journey_and_both_channels() -> None:
    tags = [item.tags for item in load_instrument("cx95").items]
    journey = {tag["journey"] for tag in tags if "journey" in tag}
    assert journey == {"discover", "evaluate", "buy", "use", "stay"}
    assert {tag["channel"] for tag in tags if "channel" in tag} == {"digital", "analogue"}


def test_what_an_answer_to_cx95_means_has_not_changed() -> None:
    """Texts may be added; what a score is made of needs another version (and another pin)."""
    cx95 = load_instrument("cx95")
    items = [(i.id, i.text["en"], i.minimum, i.maximum, i.weight) for i in cx95.items]
    made = [*items, *((s.id, s.lower, s.below) for s in cx95.stages)]
    digest = hashlib.sha256(repr((cx95.version, cx95.method, made)).encode()).hexdigest()
    assert digest[:16] == "fa61c848487aeca5"


def test_a_blocks_level_is_the_stage_that_its_score_would_fall_into() -> None:
    cx95 = load_instrument("cx95")
    edges = [100 * (stage.lower - 6) / 89 for stage in cx95.stages]
    scores = np.array([*edges, *(edge - 1e-6 for edge in edges[1:]), 100, np.nan, -0.1, 100.1])
    levels = cx95.level_of(scores)
    np.testing.assert_array_equal(levels, [1, 2, 3, 4, 5, 1, 2, 3, 4, 5, np.nan, np.nan, np.nan])
    table = cx95.level_of(np.full((2, 3), 50.0))
    assert table.tolist() == [[3.0] * 3] * 2
    tiny = _load(TINY)
    assert tiny.level_of(np.array([100 * 7 / 19 - 1e-6, 100 * 7 / 19])).tolist() == [1, 2]
    index = load_instrument("satisfaction-0-100")
    assert np.isnan(index.level_of(np.array([50.0]))).all()


LEVELS = TINY.replace(
    '    title: {en: "Serve"}\n',
    '    title: {en: "Serve"}\n    levels:\n'
    '      - {stage: 3, text: {en: "At once."}, provenance: assumed}\n'
    '      - {stage: 1, text: {en: "Late."}}\n',
).replace(
    "below: 8}",
    "below: 8, provenance: published,\n     moves: [{block: serve, months: 12, "
    'text: {en: "Hurry."}}]}',
)


def test_levels_and_moves_are_read() -> None:
    tiny = _load(LEVELS)
    lead, serve = tiny.blocks
    assert lead.levels == ()
    assert [(n.stage, n.text["en"], n.provenance) for n in serve.levels] == [
        (1, "Late.", "own"),
        (3, "At once.", "assumed"),
    ]
    assert serve.level(3) is serve.levels[1]
    assert serve.level(2) is None
    (move,) = tiny.stages[0].moves
    assert (move.block, move.months, move.text["en"], move.provenance) == (
        "serve",
        12,
        "Hurry.",
        "own",
    )
    assert tiny.stages[1].moves == ()
    assert pickle.loads(pickle.dumps(tiny)) == tiny


def test_satisfaction_is_one_index() -> None:
    index = load_instrument("satisfaction-0-100")
    assert (index.minimum, index.maximum, index.has_items, index.stages) == (0, 100, False, ())
    assert index.measures == ("index",)
    assert np.isnan(index.stage_of(np.array([50.0]))).all()


def test_stage_of_is_half_open_and_missing_outside() -> None:
    cx95 = load_instrument("cx95")
    values = [5.9, 6, 18.99, 19 - 1e-12, 19, 37.5, 38, 75.9, 76, 95, 95.1, np.nan]
    stages = cx95.stage_of(np.array(values, dtype=float))
    expected = [np.nan, 1, 1, 2, 2, 2, 3, 4, 5, 5, np.nan, np.nan]
    np.testing.assert_array_equal(stages, expected)


@functools.cache
def _cx95() -> Instrument:
    return load_instrument("cx95")


@given(st.floats(6, 95))
def test_every_index_has_one_stage(value: float) -> None:
    cx95 = _cx95()
    stage = cx95.stage_of(np.array([value]))[0]
    band = next(s for s in cx95.stages if s.id == stage)
    assert round(value, 9) >= band.lower
    assert band.below is None or round(value, 9) < band.below


@pytest.mark.parametrize(
    ("low", "high", "stages"),
    [
        (7, 28, ("from: 7, below: 12", "from: 12, below: 17.5", "from: 17.5, below: null")),
        (1, 100, ("from: 1, below: 34", "from: 34, below: 101")),
        (1, 5, ("from: 1, below: null",)),
        (-10, 10, ("from: -10, below: 0", "from: 0, below: null")),
    ],
)
def test_other_shapes_load(low: float, high: float, stages: tuple[str, ...]) -> None:
    instrument = _load(_bands(*stages, low=low, high=high))
    ends = instrument.stage_of(np.array([low, high], dtype=float))
    assert ends.tolist() == [1, len(stages)]


def test_blocks_are_sent_on_the_mean_range_of_their_items() -> None:
    tiny = _load(TINY)
    assert tiny.measures == ("index", "lead", "serve")
    assert [tiny.measure_range(measure) for measure in tiny.measures] == [(1, 20), (0.5, 5), (0, 5)]


def test_what_an_item_leaves_out_comes_from_the_instrument() -> None:
    first, second, *_ = _load(TINY).items
    assert (first.minimum, first.maximum, first.weight, dict(first.tags)) == (1, 5, 1, {})
    assert (second.minimum, second.importance_minimum) == (0, 1)
    bare = _load(TINY.replace("importance: {minimum: 1, maximum: 5}\n", ""))
    assert bare.importance is None
    assert {item.importance_minimum for item in bare.items} == {None}


def test_an_instrument_travels_between_processes() -> None:
    tiny = _load(TINY)
    assert pickle.loads(pickle.dumps(tiny)) == tiny


FAULTS = {
    "gap": (_bands("from: 0, below: 40", "from: 50, below: null"), "gap from 40 to 50"),
    "overlap": (_bands("from: 0, below: 50", "from: 40, below: null"), "overlap, 40 to 50"),
    "late start": (_bands("from: 1, below: null"), "starts at 1, the index at 0"),
    "early start": (_bands("from: -1, below: null"), "starts at -1, the index at 0"),
    "half-open at the maximum": (_bands("from: 0, below: 100"), "leaves out 100"),
    "early end": (_bands("from: 0, below: 90"), "ends below 90"),
    "late last band": (
        _bands("from: 0, below: 101", "from: 101, below: null"),
        "starts at 101, the index ends at 100",
    ),
    "open in the middle": (
        _bands("from: 0, below: null", "from: 40, below: null"),
        "1 is open upward",
    ),
    "empty band": (
        _bands("from: 0, below: 0", "from: 0, below: null"),
        "1 is empty, from 0 below 0",
    ),
    "bands out of order": (
        _bands("from: 0, below: 50", "from: 50, below: null").replace("id: 1,", "id: 3,"),
        "2 follows 3",
    ),
    "stage twice": (
        _bands("from: 0, below: 50", "from: 50, below: null").replace("id: 2,", "id: 1,"),
        "the id 1 stands more than once",
    ),
    "sum range": (TINY.replace("maximum: 20", "maximum: 21"), "the answers add up to 1 to 20"),
    "sum minimum": (TINY.replace("minimum: 1, maximum: 20", "minimum: 0, maximum: 20"), "1 to 20"),
    "item twice": (TINY.replace("serve_2", "lead_1"), 'the item id "lead_1" stands more than'),
    "block twice": (TINY.replace("id: serve\n", "id: lead\n"), 'the block id "lead" stands more'),
    "block called index": (TINY.replace("id: serve\n", "id: index\n"), "the whole score's name"),
    "item out of scale": (
        TINY.replace('"We serve."}', '"We serve."}, maximum: 6'),
        "item serve_1: 0 to 6 does not lie within the scale 0 to 5",
    ),
    "empty scale": (
        TINY.replace("scale: {minimum: 0", "scale: {minimum: 5"),
        "scale: minimum 5 is not below maximum 5",
    ),
    "level twice": (LEVELS.replace("stage: 3", "stage: 1"), "levels has the stage 1 more than"),
    "level of no stage": (
        LEVELS.replace("stage: 3", "stage: 4"),
        "block serve: levels names the stage 4, which is not among stages",
    ),
    "level without English": (LEVELS.replace('{en: "Late."}', '{ru: "x"}'), "with English among"),
    "level without text": (
        LEVELS.replace(', text: {en: "Late."}', ""),
        "levels[2].text: is missing",
    ),
    "level of a stage in words": (LEVELS.replace("stage: 3", "stage: high"), "a whole number"),
    "unknown key in a level": (LEVELS.replace("stage: 3", "stag: 3"), 'did you mean "stage"?'),
    "move of no block": (
        LEVELS.replace("block: serve", "block: sreve"),
        'stage 1: moves names no block "sreve"; did you mean "serve"?',
    ),
    "move over nine months": (LEVELS.replace("months: 12", "months: 9"), "must be 6, 12 or 24"),
    "move over a list": (LEVELS.replace("months: 12", "months: [6]"), "must be 6, 12 or 24"),
    "move over true": (LEVELS.replace("months: 12", "months: true"), "must be 6, 12 or 24"),
    "move without text": (LEVELS.replace(', text: {en: "Hurry."}', ""), "text: is missing"),
    "unknown key in a move": (LEVELS.replace("months", "month"), 'did you mean "months"?'),
    "no English": (TINY.replace('{en: "We lead."}', '{ru: "Мы"}'), "with English among them"),
    "other language": (TINY.replace('{en: "We lead."}', '{en: "We", xx: "y"}'), '"xx" is no'),
    "plain title": (TINY.replace('{en: "Lead"}', "Lead"), "blocks[1].title: must be text per"),
    "version as text": (TINY.replace("version: 2", 'version: "2"'), "must be a whole number"),
    "version zero": (TINY.replace("version: 2", "version: 0"), "must be 1 or more, not 0"),
    "number as text": (TINY.replace("minimum: 0", 'minimum: "0"'), "must be a number"),
    "not a number": (TINY.replace("minimum: 0", "minimum: .nan"), "must be a number"),
    "id as a number": (TINY.replace("id: serve_1", "id: 17"), "in quotes if a number"),
    "weight of zero": (
        TINY.replace('"We serve."}', '"We serve."}, weight: 0'),
        "must be a number above zero",
    ),
    "no provenance": (TINY.replace("provenance: own\n", ""), "provenance: is missing"),
    "other provenance": (TINY.replace("provenance: own", "provenance: found"), "start with"),
    "other method": (TINY.replace("method: sum", "method: median"), "must be 'sum'"),
    "other id": (TINY.replace("id: tiny", "id: tinny"), "differs from the file's name"),
    "unknown key": (TINY.replace("provenance", "provenence"), 'did you mean "provenance"?'),
    "unknown key in an item": (
        TINY.replace("minimum: 1}\n", "minimun: 1}\n", 1),
        'minimun: unknown key; did you mean "minimum"?',
    ),
    "unknown key in a stage": (
        TINY.replace("from: 1,", "from: 1, belo: 2,"),
        'stages[1].belo: unknown key; did you mean "below"?',
    ),
    "block without items among others": (
        TINY.replace("index:", '  - {id: bare, title: {en: "Bare"}}\nindex:'),
        "bare without items",
    ),
    "importance nobody declared": (
        TINY.replace("importance: {minimum: 1, maximum: 5}\n", "").replace(
            '"We serve."}', '"We serve."}, importance: {minimum: 1, maximum: 5}'
        ),
        "importance, though the instrument declares none",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_refused(fault: str) -> None:
    text, words = FAULTS[fault]
    with pytest.raises(ConfigError) as caught:
        _load(text)
    assert words in str(caught.value)
    assert str(caught.value).startswith("tiny.yml has ")


def test_all_faults_of_a_file_come_at_once() -> None:
    text = (
        TINY.replace("from: 8", "from: 9")
        .replace("maximum: 20", "maximum: 25")
        .replace("serve_2", "serve_1")
    )
    with pytest.raises(ConfigError, match="3 problems") as caught:
        _load(text)
    assert str(caught.value).count("\n  ") == 3


@pytest.mark.parametrize(
    "name", ["../cx95", "/etc/passwd", "a/b", "cx95.yml", "", ".", "CX95", "a\x00b", "..", "x" * 64]
)
def test_names_that_are_paths_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is not a name"):
        load_instrument(name, tmp_path)


def test_near_name_is_offered() -> None:
    with pytest.raises(ConfigError, match='did you mean "cx95"'):
        load_instrument("cx59")


def test_the_clients_own_file_comes_first(tmp_path: Path) -> None:
    (tmp_path / "cx95.yml").write_text(TINY.replace("id: tiny", "id: cx95"))
    assert load_instrument("cx95", tmp_path).version == 2
    assert load_instrument("cx95").version == 1
