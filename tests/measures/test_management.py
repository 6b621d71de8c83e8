"""The World Management Survey's 18 items as an instrument file, against its published scores.

Bloom and Van Reenen (2007) score 18 practices from 1 to 5; the management score is the mean of
all 18, and each of the four published sub-scores the mean of its own items. The firms' answers
and the published scores lie outside the project; what the items ask is said in our words.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxkit.contracts import Client, read_client
from cxkit.measures import Maturity, maturity, score_out_of_core

FIRMS = 300
BLOCKS = {
    "operations": ("Operations", {
        "lean1": "Modern ways of production have been introduced.",
        "lean2": "They were introduced for a reason that can be named.",
    }),
    "monitor": ("Monitoring", {
        "perf1": "Problems in the process are recorded and mended.",
        "perf2": "Performance is tracked.",
        "perf3": "Performance is reviewed.",
        "perf4": "Reviews are talks with an agenda and data.",
        "perf5": "Missed plans have consequences.",
    }),
    "target": ("Targets", {
        "perf6": "Targets balance money and other matters.",
        "perf7": "Targets of units add up to those of the firm.",
        "perf8": "Targets reach far and near.",
        "perf9": "Targets stretch.",
        "perf10": "Everyone knows their targets and how they compare.",
    }),
    "people": ("People", {
        "talent1": "Managers answer for attracting talent.",
        "talent2": "Performance is rewarded.",
        "talent3": "Poor performers are dealt with.",
        "talent4": "Good people are promoted.",
        "talent5": "The firm has something distinct to offer.",
        "talent6": "Good people are held.",
    }),
}  # fmt: skip
CLIENT = """\
schema_version: 1
client: management-mexico
instrument: management
as_of: "2013-12-31"
currency: MXN
"""


def instrument_file() -> str:
    """The instrument as YAML: a mean of items from 1 to 5, without importance or stages."""
    lines = [
        "id: management",
        "version: 1",
        'title: {en: "Management practices, 1 to 5"}',
        "provenance: published",
        "scale: {minimum: 1, maximum: 5}",
        "index: {minimum: 1, maximum: 5, method: mean-of-items}",
        "blocks:",
    ]
    for block, (title, items) in BLOCKS.items():
        lines += [f"  - id: {block}", f'    title: {{en: "{title}"}}', "    items:"]
        lines += [f'      - {{id: {id}, text: {{en: "{text}"}}}}' for id, text in items.items()]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def survey(shared_data: Path) -> Path:
    """The folder of the survey's answers; skips where it is not there."""
    folder = shared_data / "clients" / "management-mexico"
    if not (folder / "published_scores.csv").is_file():
        pytest.skip("no management-mexico among the reference data")
    return folder


@pytest.fixture(scope="module")
def client(survey: Path, tmp_path_factory: pytest.TempPathFactory) -> Client:
    """The survey as a client's folder: its two tables, and the two files that describe them."""
    folder = tmp_path_factory.mktemp("clients") / "management-mexico"
    folder.mkdir()
    for name in ("assessments.csv", "companies.csv"):
        shutil.copyfile(survey / name, folder / name)
    (folder / "client.yml").write_text(CLIENT, encoding="utf-8")
    (folder / "management.yml").write_text(instrument_file(), encoding="utf-8")
    return read_client(str(folder))


@pytest.fixture(scope="module")
def scores(client: Client) -> Maturity:
    return maturity(client)


@pytest.fixture(scope="module")
def published(survey: Path) -> pd.DataFrame:
    return pd.read_csv(survey / "published_scores.csv").set_index("company_id").sort_index()


def test_every_firms_management_score_is_the_published_one(
    scores: Maturity, published: pd.DataFrame
) -> None:
    found = scores.table.set_index("company_id")["index"].sort_index()
    assert len(found) == len(published) == FIRMS
    assert list(found.index) == list(published.index)
    np.testing.assert_allclose(found, published["management"], rtol=0, atol=1e-6)


def test_every_firms_sub_scores_are_the_published_ones(
    scores: Maturity, published: pd.DataFrame
) -> None:
    wide = scores.blocks.pivot(index="company_id", columns="block", values="performance")
    for block in BLOCKS:
        found = 1 + wide[block].sort_index() * 4 / 100  # of 0-100, on the answers' 1 to 5
        np.testing.assert_allclose(found, published[block], rtol=0, atol=1e-6)


def test_a_mean_of_blocks_would_not_be_the_published_score(
    scores: Maturity, published: pd.DataFrame
) -> None:
    wide = scores.blocks.pivot(index="company_id", columns="block", values="performance")
    equal = 1 + wide.mean(axis=1).sort_index() * 4 / 100
    assert (equal - published["management"]).abs().max() > 0.1


def test_the_survey_has_one_rater_an_assessor_and_no_importance(scores: Maturity) -> None:
    assert scores.raters["role"].unique().tolist() == ["assessor"]
    assert len(scores.raters) == FIRMS
    assert scores.blocks["gap"].isna().all()
    assert scores.table["stage"].isna().all()
    assert scores.missing.empty


def test_straight_from_the_file_the_scores_are_the_same(
    client: Client, survey: Path, scores: Maturity
) -> None:
    found = score_out_of_core(survey / "assessments.csv", client.instrument)
    pd.testing.assert_frame_equal(found.table, scores.table, rtol=1e-12)
    pd.testing.assert_frame_equal(found.items, scores.items, rtol=1e-12)
