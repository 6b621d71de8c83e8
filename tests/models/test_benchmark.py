"""A benchmark's file tells what companies are like and nothing of any one of them."""

from __future__ import annotations

import itertools
import json
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxkit.contracts import Client, load_instrument, read_client
from cxkit.errors import ConfigError, ContractError
from cxkit.measures import Maturity, maturity
from cxkit.measures.score_parts import Rules
from cxkit.measures.scores import assemble, from_answers
from cxkit.models.benchmark import Benchmark
from cxkit.models.benchmark_file import dumps, loads
from cxkit.models.benchmarking import given_away, own_benchmark
from cxkit.models.coarse import coarse
from cxkit.models.norms import norms
from tests.models.companies import write_companies

KEY = ["company_id", "wave"]
CX95 = load_instrument("cx95")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_companies(tmp_path_factory.mktemp("made") / "peers", company="comp-000")


@pytest.fixture(scope="module")
def client(folder: Path) -> Client:
    return read_client(str(folder))


@pytest.fixture(scope="module")
def scores(client: Client) -> Maturity:
    return maturity(client)


@pytest.fixture(scope="module")
def made(client: Client, scores: Maturity) -> Benchmark:
    return given_away(client, scores, "peers")


def others(scores: Maturity, of: str = "comp-000") -> pd.DataFrame:
    return scores.latest[scores.latest["company_id"] != of]


def test_the_file_gives_back_what_was_written(made: Benchmark) -> None:
    data = dumps(made)
    again = loads(data, "peers/benchmark.json")
    assert dumps(again) == data
    assert again.companies == 49
    assert again.prior is not None
    assert again.block_prior is not None
    assert set(again.reliability["coefficient"]) >= {"alpha", "omega_total"}
    assert set(again.agreement["measure"]) == {"icc1", "icck", "r_wg"}
    assert len(again.transitions)


def test_no_cell_stands_for_fewer_than_five_nor_can_be_had_by_subtraction(
    made: Benchmark, client: Client, scores: Maturity
) -> None:
    table = made.norms.table
    assert (table["n"] >= 5).all()
    assert set(made.norms.industries) == {"Banking", "Retail", "Travel"}
    for _, cells in table.groupby(["measure", "of"]):
        whole = cells.loc[cells["industry"].isna(), "n"].iloc[0]
        left = whole - cells.loc[cells["industry"].notna(), "n"].sum()
        assert left == 0 or left >= 5
    # Without the three that name no industry, Mining's four need company in silence.
    about = client.table("companies").assign(industry=lambda f: f["industry"].fillna("Retail"))
    assert norms(scores, about, "comp-000").industries == ("Banking", "Retail")


def test_stages_are_told_so_that_none_can_be_had_by_subtraction(made: Benchmark) -> None:
    stages = made.norms.stages
    said = stages["n"].dropna()
    assert ((said == 0) | (said >= 5)).all()
    left = made.companies - said.sum()
    assert left == 0 or left >= 5


def test_no_id_and_no_name_of_a_company_stands_in_the_file(made: Benchmark, client: Client) -> None:
    text = dumps(made).decode()
    about = client.table("companies")
    assert not [w for w in [*about["company_id"], *about["name"]] if w in text]


def test_the_reader_of_the_client_leaves_no_trace(
    tmp_path: Path, folder: Path, made: Benchmark
) -> None:
    copy = tmp_path / "peers"
    shutil.copytree(folder, copy)
    answers = pd.read_csv(copy / "assessments.csv")
    answers.loc[answers["company_id"] == "comp-000", "performance"] = 5
    answers.to_csv(copy / "assessments.csv", index=False)
    client = read_client(str(copy))
    assert dumps(given_away(client, maturity(client), "peers")) == dumps(made)


def test_order_and_names_of_companies_change_no_byte(
    tmp_path: Path, folder: Path, made: Benchmark
) -> None:
    copy = tmp_path / "peers"
    shutil.copytree(folder, copy)
    for name in ("companies", "assessments"):
        table = pd.read_csv(copy / f"{name}.csv").sample(frac=1, random_state=3)
        table["company_id"] = "z" + table["company_id"].str[::-1]
        table.to_csv(copy / f"{name}.csv", index=False)
    config = (copy / "client.yml").read_text().replace("comp-000", "z" + "comp-000"[::-1])
    (copy / "client.yml").write_text(config)
    client = read_client(str(copy))
    assert dumps(given_away(client, maturity(client), "peers")) == dumps(made)


# --- An attacker who knows every company but one ---------------------------------------------


@cache
def variants(client: Client, company: str) -> pd.DataFrame:
    """A company's latest answers (v0000), and others it could have given instead.

    Up to three answers of its first rater moved to the other one of their pair, with the
    importance of the same items as it was or moved along.
    """
    answers = client.table("assessments")
    answers = answers[answers["company_id"] == company]
    answers = answers[answers["wave"] == answers["wave"].max()].reset_index(drop=True)
    first = (answers["respondent_id"] == answers["respondent_id"].min()).to_numpy()
    given, importance = (answers[c].to_numpy(float) for c in ("performance", "importance"))
    low = answers["item_id"].map({i.id: i.minimum for i in CX95.items}).to_numpy()
    up = np.where(low > 0, given < 5, given % 2 == 0)
    step = np.where(up, 1, -1)
    moved = [np.zeros(len(given), bool)]
    for size in (1, 2, 3):
        moved += [np.isin(np.arange(len(given)), s)
                  for s in itertools.combinations(np.flatnonzero(first), size)]  # fmt: skip
    parts = []
    for k, (which, along) in enumerate(itertools.product(moved, (False, True))):
        asked = np.clip(importance + along * which * step, 1, 5)
        parts.append(answers.assign(company_id=f"v{k:04d}", performance=given + which * step,
                                    importance=asked))  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def scored(answers: pd.DataFrame) -> Maturity:
    parts, detail = from_answers(answers, CX95, Rules())
    return assemble([parts], CX95, detail, Rules())


@cache
def consistent(client: Client, company: str) -> tuple[Maturity, np.ndarray]:
    """Answers that leave every norm as it is, the company's own first among them."""
    found = scored(variants(client, company))
    parts = coarse(found, found.table[KEY]).parts
    same = np.ones(len(found.table), bool)
    for part in parts.values():
        values = part.values.to_numpy()
        same &= (values == values[0]) | (np.isnan(values) & np.isnan(values[0]))
    return found, same


@pytest.mark.parametrize("k", [9, 17, 41])
def test_whoever_knows_all_others_does_not_find_the_index(client: Client, k: int) -> None:
    found, same = consistent(client, f"comp-{k:03d}")
    assert np.ptp(found.table["index"].to_numpy()[same]) >= 1
    blocks = found.blocks.pivot(index="company_id", columns="block", values="performance")
    assert (np.ptp(blocks.to_numpy()[same], axis=0) > 0).sum() >= 3


def test_norms_are_the_same_for_answers_of_the_same_classes(client: Client) -> None:
    company = "comp-007"
    found, same = consistent(client, company)
    index = found.table["index"].to_numpy()
    other = found.table["company_id"][same & (index != index[0])].iloc[0]
    told = [json.dumps(_norms_with(client, company, v)) for v in (other, "v0000")]
    assert told[0] == told[1]
    moved = found.table["company_id"][np.argmax(np.abs(index - index[0]))]
    assert json.dumps(_norms_with(client, company, moved)) != told[1]  # the test can fail


def _norms_with(client: Client, company: str, variant: str) -> object:
    answers = client.table("assessments")
    last = answers["wave"] == answers["wave"].max()
    drawn = variants(client, company)
    drawn = drawn[drawn["company_id"] == variant].assign(company_id=company)
    rest = answers[~((answers["company_id"] == company) & last)]
    found = scored(pd.concat([rest, drawn], ignore_index=True))
    return norms(found, client.table("companies"), "comp-000").to_json()


def test_means_do_not_give_the_last_company_away(made: Benchmark, scores: Maturity) -> None:
    index = others(scores)["index"].to_numpy()
    n, exact = len(index), index.mean()
    cell = made.norms.cell("index")
    assert cell is not None
    rest = index.sum() - index
    assert np.abs(n * exact - rest - index).max() < 1e-9  # the exact mean would
    assert np.median(np.abs(n * cell["mean"] - rest - index)) > 2


@pytest.mark.parametrize("company", ["comp-022", "comp-031"])
def test_the_whole_file_fits_more_than_one_index(client: Client, company: str) -> None:
    """Not only the norms: error, priors and agreement too leave the company's score open."""
    known = dumps(_file_with(client, company, "v0000"))
    found, same = consistent(client, company)
    index = found.table["index"].to_numpy()
    ids = found.table["company_id"].to_numpy()
    tries = np.random.default_rng(0).permutation(ids[same & (index != index[0])])[:25]
    assert any(dumps(_file_with(client, company, v)) == known for v in tries)


def _file_with(client: Client, company: str, variant: str) -> Benchmark:
    answers = client.table("assessments")
    last = answers["wave"] == answers["wave"].max()
    drawn = variants(client, company)
    drawn = drawn[drawn["company_id"] == variant].assign(company_id=company)
    rest = answers[~((answers["company_id"] == company) & last)]
    found = scored(pd.concat([rest, drawn], ignore_index=True))
    return given_away(client, found, "peers")


# --- What the file is good for ---------------------------------------------------------------


def test_what_is_rounded_stays_close(made: Benchmark, client: Client, scores: Maturity) -> None:
    own = own_benchmark(client, scores)
    assert own.norms.to_json() == made.norms.to_json()
    for source in ("items", "raters"):
        exact, told = own.error.curve(source), made.error.curve(source)
        assert exact is not None
        assert told is not None
        near = min(told.companies)
        assert told.at([50.0]) == pytest.approx(exact.at([50.0]), rel=4 / near)
        assert told.variance != exact.variance
    assert own.prior is not None
    assert made.prior is not None
    for prior in (own.prior, made.prior):
        assert prior.companies == 49
    exact_mean, told_mean = (
        np.average((p.edges[1:] + p.edges[:-1]) / 2, weights=p.mass)
        for p in (own.prior, made.prior)
    )
    assert told_mean == pytest.approx(exact_mean, abs=1.0)


def test_a_value_is_placed_between_quartiles(made: Benchmark) -> None:
    cell = made.norms.cell("index")
    assert cell is not None
    place = made.norms.place
    assert place(6.0) == (0.0, 0.25)
    assert place(95.0) == (0.75, 1.0)
    assert place(cell["median"]) == (0.5, 0.5)
    assert place((cell["median"] + cell["q75"]) / 2) == (0.5, 0.75)
    assert place(50.0, industry="Mining") is None
    assert place(float("nan")) is None


def test_another_instrument_or_version_is_refused(made: Benchmark) -> None:
    assert made.fitting(CX95, "acme") is made
    with pytest.raises(
        ContractError, match='"peers" is of cx95 version 1; acme is on cx95 version'
    ):
        made.fitting(replace(CX95, version=2), "acme")
    with pytest.raises(ContractError, match="do not compare"):
        made.fitting(replace(CX95, id="other"), "acme")


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (("norms", "cells", 0, "n"), 4, "greater than or equal to 5"),
        (("norms", "cells", 0, "median"), 1e9, "quantiles must rise"),
        (("norms", "cells", 0, "surprise"), 1, "unknown key"),
        (("prior", "mass", 0), 0.9, "mass must add up to 1"),
        (("error", "items", "curves", "index", "variance", 0), -1, "greater than 0"),
        (("error", "version"), 2, "another instrument"),
        (("schema_version",), 2, "schema_version"),
        (("companies",), 50, "differ"),
        (("as_of",), "soon", "must be a date"),
    ],
)
def test_a_file_that_does_not_fit_is_explained(
    made: Benchmark, path: tuple[str | int, ...], value: object, says: str
) -> None:
    content = json.loads(dumps(made))
    place = content
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(ConfigError, match=says):
        loads(json.dumps(content).encode(), "peers/benchmark.json")


@pytest.mark.parametrize("data", [b"", b"[]", b'{"a": NaN}', b"\xff", b"[" * 100_000])
def test_what_is_no_benchmark_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(ConfigError, match=r"peers/benchmark.json"):
        loads(data, "peers/benchmark.json")


def test_one_company_alone_is_no_benchmark(tmp_path: Path) -> None:
    lone = write_companies(tmp_path / "lone", {"Retail": 1}, company="comp-000")
    client = read_client(str(lone))
    own = own_benchmark(client, maturity(client))
    assert own.own
    assert own.norms.table.empty
    assert own.norms.quartiles("index") is None
    assert own.error.items is None
    assert own.prior is None
