"""Answers that stay in their files: the same findings and the same scores as in memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from cxkit.contracts import Client, Instrument, check_client, load_instrument, read_client
from cxkit.contracts.large import checks, files, read_answers
from cxkit.errors import ConfigError, ContractError, InfrastructureError
from cxkit.exhibits import quality
from cxkit.measures import Maturity, large_scores, maturity, score_out_of_core
from cxkit.measures.score_parts import Rules
from cxkit.measures.scores import answered_by_item
from tests.contracts.cases import CASES, Case
from tests.contracts.folders import ASSESSMENTS, TINY, write_client

CX95 = load_instrument("cx95")
SEEN = ["file", "row", "column", "kind", "severity", "value", "message", "way_out"]
SETTINGS = SimpleNamespace(scoring=SimpleNamespace(min_answered=0.5, raters="pooled"), company="")
WITH_ANSWERS = [case for case in CASES if "assessments.csv" in case.changes]


@pytest.fixture
def all_are_large(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Switches to leaving every table of answers in its file."""

    def switch() -> None:
        monkeypatch.setattr(files, "LARGE_ROWS", 1)
        monkeypatch.setattr(files, "SHORTEST", 1)

    return switch


def answers(
    instrument: Instrument, companies: int = 40, seed: int = 5, *, whole: bool = True
) -> pd.DataFrame:
    """Random answers of up to four people in two waves, some rows and some values missing."""
    rng = np.random.default_rng(seed)
    rows = []
    for company in range(companies):
        roles = rng.permutation(["executive", "staff", "staff", None])
        for wave in ("2023-06-30", "2024-06-30"):
            for person in range(rng.integers(1, 5)):
                rows += [
                    {
                        "company_id": f"c{company}", "wave": pd.Timestamp(wave),
                        "respondent_id": f"r{person}", "item_id": item.id,
                        "performance": rng.uniform(item.minimum, item.maximum),
                        "importance": float(rng.integers(1, 6)),
                        "weight": rng.choice([np.nan, 0.0, 1.0, 2.5]),
                        "role": roles[person % len(roles)],
                        "not_applicable": bool(rng.random() < 0.1),
                    } for item in instrument.items
                ]  # fmt: skip
    frame = pd.DataFrame(rows)
    if whole:
        frame["performance"] = frame["performance"].round()
    for column in ("performance", "importance"):
        frame.loc[rng.random(len(frame)) < 0.25, column] = np.nan
    frame["performance"] = frame["performance"].mask(frame["not_applicable"])
    return frame[rng.random(len(frame)) > 0.05].sample(frac=1, random_state=seed)


def in_memory(frame: pd.DataFrame, instrument: Instrument, raters: str = "pooled") -> Maturity:
    """The scores of a client that holds these answers and nothing else."""
    client = SimpleNamespace(
        instrument=instrument, large={}, table=lambda name: frame, config=SETTINGS,
        has=lambda name: name == "assessments",
    )  # fmt: skip
    return maturity(client, raters=raters)


def assert_same(one: Maturity, two: Maturity) -> None:
    pd.testing.assert_frame_equal(one.table, two.table, rtol=1e-9, atol=1e-9)
    pd.testing.assert_frame_equal(one.blocks, two.blocks, rtol=1e-9, atol=1e-9)
    for name in ("excluded", "missing"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name))
    if one.sampled is None:
        for name in ("items", "raters", "rater_blocks"):
            pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name), atol=1e-9)


@pytest.mark.parametrize("raters", ["pooled", "equal-roles"])
@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("kind", ["parquet", "csv", "parts"])
def test_scores_are_those_of_the_path_in_memory(
    tmp_path: Path, kind: str, whole: bool, raters: str
) -> None:
    frame = answers(CX95, whole=whole)
    if kind == "csv":
        frame.to_csv(tmp_path / "answers.csv", index=False)
    elif kind == "parquet":
        frame.to_parquet(tmp_path / "answers.parquet", index=False)
    else:
        half = len(frame) // 2
        frame.iloc[:half].to_parquet(tmp_path / "part [1].parquet", index=False)
        frame.iloc[half:].to_parquet(tmp_path / "part '2'*?.parquet", index=False)
    found = score_out_of_core(tmp_path, CX95, raters=raters)
    assert set(found.missing["reason"]) == {"not_answered", "not_applicable"}
    assert_same(found, in_memory(frame, CX95, raters))


def test_of_many_answers_a_sample_is_looked_at_item_by_item(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = answers(CX95)
    frame.to_parquet(tmp_path / "answers.parquet", index=False)
    monkeypatch.setattr(large_scores, "DETAIL_ROWS", len(frame) // 4)
    rules = Rules()
    table = read_answers(tmp_path / "answers.parquet", CX95)
    parts, detail = large_scores.from_large(table, CX95, rules, company="c7")
    whole = in_memory(frame, CX95)
    companies = set(detail.items["company_id"])
    assert "c7" in companies
    assert detail.sampled == len(companies)
    assert 5 <= len(companies) <= 12
    assert set(parts.table["company_id"]) == set(whole.table["company_id"])
    kept = whole.items["company_id"].isin(companies)
    expected = whole.items[kept].reset_index(drop=True)
    pd.testing.assert_frame_equal(detail.items, expected, rtol=1e-9)


def test_an_index_over_all_items_and_items_without_importance(tmp_path: Path) -> None:
    pooled = TINY.replace("method: sum", "method: mean-of-items").replace(
        "importance: {minimum: 1, maximum: 5}\n", ""
    )
    for text, name in ((TINY, "tiny"), (pooled, "pooled")):
        (tmp_path / f"{name}.yml").write_text(text.replace("id: tiny", f"id: {name}"))
        instrument = load_instrument(name, tmp_path)
        frame = answers(instrument)
        if name == "pooled":
            frame["importance"] = np.nan
        frame.to_parquet(tmp_path / f"{name}.parquet", index=False)
        found = score_out_of_core(tmp_path / f"{name}.parquet", instrument)
        assert_same(found, in_memory(frame, instrument))


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    answers(CX95, whole=False).to_parquet(tmp_path / "a.parquet", index=False)
    first, second = (score_out_of_core(tmp_path, CX95) for _ in range(2))
    assert first.table["index"].to_numpy().tobytes() == second.table["index"].to_numpy().tobytes()


def test_what_does_not_fit_is_refused_with_its_row(tmp_path: Path) -> None:
    frame = answers(CX95).reset_index(drop=True)
    frame.loc[7, "performance"] = 9.0
    frame.loc[9, "item_id"] = "nonsense"
    frame.to_parquet(tmp_path / "a.parquet", index=False)
    with pytest.raises(ContractError) as caught:
        score_out_of_core(tmp_path / "a.parquet", CX95)
    found = caught.value.findings
    assert list(zip(found["row"], found["kind"], strict=True)) == [
        (9, "outside_scale"), (11, "unknown_item"),
    ]  # fmt: skip


def test_files_that_are_no_answers(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no Parquet or CSV"):
        score_out_of_core(tmp_path, CX95)
    (tmp_path / "a.csv").write_text("company_id,wave\na,2024-06-30\n")
    with pytest.raises(ConfigError, match="performance"):
        score_out_of_core(tmp_path, CX95)


@pytest.mark.parametrize("case", WITH_ANSWERS, ids=lambda case: case.name)
def test_findings_are_the_same_whatever_the_size(
    case: Case, tmp_path: Path, all_are_large: Callable[[], None]
) -> None:
    folder = str(write_client(tmp_path, case.changes))
    small = check_client(folder)
    all_are_large()
    large = check_client(folder)
    large = large[large["kind"] != "answers_sampled"].reset_index(drop=True)
    pd.testing.assert_frame_equal(large[SEEN], small[SEEN])


FAULTY = {
    "assessments.csv": ASSESSMENTS
    + " b2,2023-06-30,r1,lead_1,3,4\n"  # space around an id
    + "b2,2023-06-30,r1,lead_2,4,4\n"
    + "b2,2023-06-30,r1,serve_1,2,4\n"
    + "b2,2023-06-30,r1,serve_1,2,4\n"  # the same row again
    + "b2,2023-06-30,r1,serve_2,5,\n"
    + "b2,2025-06-30,r1,serve_2,5,\n"  # after the run's date
    + "b2,2023-06-30,r2,lead_1,9,\n",  # outside the scale
}


def test_rows_set_aside_and_rows_mended_count_as_in_memory(
    tmp_path: Path, all_are_large: Callable[[], None]
) -> None:
    settings = "severity: {outside_scale: set_aside, duplicate_row: set_aside}\n"
    folder = write_client(tmp_path, FAULTY)
    (folder / "client.yml").write_text((folder / "client.yml").read_text() + settings)
    small = read_client(str(folder))
    all_are_large()
    large = read_client(str(folder))
    assert large.has("assessments")
    assert set(large.large) == {"assessments"}
    assert_same(maturity(large), maturity(small))
    assert_same_exhibits(large, small)
    sizes = [{f.name: (f.sha256, f.rows) for f in client.files} for client in (large, small)]
    assert sizes[0] == sizes[1]
    with pytest.raises(InfrastructureError, match="stays in its file"):
        large.table("assessments")


def test_not_applicable_and_the_scoring_of_client_yml_count_as_in_memory(
    tmp_path: Path, all_are_large: Callable[[], None]
) -> None:
    rows = """\
company_id,wave,respondent_id,role,item_id,performance,importance
a1,2023-06-30,r1,executive,lead_1,5,4
a1,2023-06-30,r1,executive,lead_2,n/a,
a1,2023-06-30,r1,executive,serve_1,4,5
a1,2023-06-30,r1,executive,serve_2,,5
a1,2023-06-30,r2,staff,lead_1,1,4
a1,2023-06-30,r2,staff,serve_1,2,5
a1,2023-06-30,r3,staff,lead_1,1,4
a1,2023-06-30,r3,staff,serve_1,2,5
b2,2023-06-30,r1,,lead_1,N/A,4
b2,2023-06-30,r1,,lead_2,n/a,4
b2,2023-06-30,r1,,serve_1,2,4
b2,2023-06-30,r1,,serve_2,2,4
"""
    folder = write_client(tmp_path, {"assessments.csv": rows, "scores.csv": None})
    settings = "scoring: {min_answered: 0.4, raters: equal-roles}\n"
    (folder / "client.yml").write_text((folder / "client.yml").read_text() + settings)
    small_client = read_client(str(folder))
    small = maturity(small_client)
    scored = small.table.set_index("company_id")
    fractions = (((5 + 1) / 2 - 1) / 4, ((4 + 2) / 2) / 5)  # each role alike; lead_2 not asked for
    expected = 1 + 19 * (9 * fractions[0] + 10 * fractions[1]) / 19
    assert scored.loc["a1", "index"] == pytest.approx(expected)
    assert small.missing.to_numpy()[:, 2:].tolist() == [["lead", "not_applicable"]]
    assert small.excluded["rows"].tolist() == [1]
    all_are_large()
    large = read_client(str(folder))
    assert set(large.large) == {"assessments"}
    assert_same(maturity(large), small)
    assert_same_exhibits(large, small_client)
    by_item = answered_by_item(small_client)
    assert by_item.loc["lead_1"].tolist() == [1, 3]
    assert "lead_2" not in by_item.index


def assert_same_exhibits(large: Client, small: Client) -> None:
    for one, two in (
        (quality.tables(large), quality.tables(small)),
        (quality.answered(large, maturity(large)), quality.answered(small, maturity(small))),
    ):
        assert one.summary == two.summary
        pd.testing.assert_frame_equal(one.table, two.table)


def test_more_faults_than_can_be_listed_are_refused(
    tmp_path: Path, all_are_large: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    all_are_large()
    monkeypatch.setattr(checks, "MOST_FAULTS", 2)
    found = check_client(str(write_client(tmp_path, FAULTY)))
    more = found[found["kind"] == "too_many_faults"].iloc[0]
    assert more["severity"] == "refuse"
    assert "the first 2 are listed" in more["message"]
    assert found["row"].dropna().nunique() <= 2


def test_what_was_not_looked_for_everywhere_is_said(
    tmp_path: Path, all_are_large: Callable[[], None]
) -> None:
    all_are_large()
    found = check_client(str(write_client(tmp_path)))
    sampled = found[found["kind"] == "answers_sampled"]["message"].tolist()
    assert sampled == [
        "the table has 3 answers; patterns of answering are looked for in those of 1 of 1 companies"
    ]


def test_the_simulated_client_scores_the_same(
    project: Path, all_are_large: Callable[[], None]
) -> None:
    file = project / "data" / "clients" / "simulated" / "assessments.parquet"
    if not file.is_file():
        pytest.skip("the simulated client has not been made")
    small = read_client("simulated")
    found = score_out_of_core(file, CX95)
    assert_same(found, in_memory(small.table("assessments"), CX95))


def test_a_client_in_another_locale(tmp_path: Path, all_are_large: Callable[[], None]) -> None:
    rows = ASSESSMENTS.replace(",", ";").replace("2023-06-30", "30.06.2023")
    changes = {"assessments.csv": rows.replace(";3;4", ";3,5;4")}
    folder = write_client(tmp_path, changes)
    locale = 'locale: {decimal: ",", dates: dmy, separator: ";"}\n'
    (folder / "client.yml").write_text((folder / "client.yml").read_text() + locale)
    for name in ("companies", "scores", "pnl"):
        text = (folder / f"{name}.csv").read_text().replace(",", ";").replace(".", ",")
        (folder / f"{name}.csv").write_text(text)
    small = maturity(read_client(str(folder)))
    all_are_large()
    large = read_client(str(folder))
    assert set(large.large) == {"assessments"}
    assert_same(maturity(large), small)
