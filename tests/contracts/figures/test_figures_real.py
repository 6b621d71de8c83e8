"""The rules on real and simulated accounts: no right row accused, errors found, in little time."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from cxkit.contracts import Client, read_client
from cxkit.contracts.figures import check_accounts
from cxkit.contracts.findings import Findings
from cxkit.contracts.intake import Intake
from cxkit.contracts.kinds import FIGURES
from cxkit.contracts.tables import PNL
from tests.benchmarks.intake_errors import ERRORS, Score, findings, score
from tests.contracts.figures.books import books

CASES = Path(__file__).parent


@pytest.fixture(scope="module")
def us_brands(shared_data: Path) -> Client:
    return read_client(str(shared_data / "clients" / "us-brands"))


def intake(client: Client) -> Intake:
    tables = dict(client.tables)
    return Intake(client.config, client.instrument, Findings(), tables, {"pnl": "pnl.csv"})


def test_real_accounts_are_warned_of_at_most(us_brands: Client) -> None:
    found = us_brands.findings
    assert set(found["severity"]) == {"warn"}
    accused = found[found["column"].isin(["revenue", "net_income"])]
    assert len(accused) < 0.025 * len(us_brands.table("pnl"))


def test_total_assets_of_2012_are_wrong_in_the_source(us_brands: Client) -> None:
    """108 of 156 are a 10th or a 100th of what they are: the points in the source were lost."""
    found = us_brands.findings
    found = found[found["kind"] == "unit_slip_unmeasured"]
    rows = us_brands.table("pnl").set_index("_row").loc[found["row"].astype(int)]
    assert set(rows["period_end"].dt.year) == {2012}
    assert (len(found), set(found["column"])) == (108, {"total_assets"})
    after = us_brands.table("pnl").set_index(["company_id", "period_end"])["total_assets"]
    next_year = pd.MultiIndex.from_arrays([rows["company_id"], [pd.Timestamp("2013-12-31")] * 108])
    ratio = after.reindex(next_year).to_numpy() / rows["total_assets"].to_numpy()
    assert np.nanmin(ratio) > 7


@pytest.mark.parametrize("size", [1, 3, 12, 40])
def test_small_clients_of_real_companies_are_not_accused(us_brands: Client, size: int) -> None:
    frame, rng = us_brands.table("pnl"), np.random.default_rng(size)
    given = intake(us_brands)
    for _ in range(15):
        chosen = rng.choice(frame["company_id"].unique(), size, replace=False)
        first = int(rng.integers(1995, 2018))
        own = frame["company_id"].isin(list(chosen)) & (frame["period_end"].dt.year >= first)
        found, _ = findings(given, frame[own].reset_index(drop=True))
        assert set(found["severity"]) <= {"warn"}


@pytest.mark.parametrize("error", list(ERRORS))
def test_planted_errors_are_found(us_brands: Client, error: str) -> None:
    result, rng, given = Score(), np.random.default_rng(7), intake(us_brands)
    for _ in range(12):
        planted = ERRORS[error](us_brands.table("pnl"), rng)
        found, _ = findings(given, planted.frame)
        score(planted, found, result)
    assert result.found >= 0.85 * result.units
    assert result.accused <= 0.005 * result.clean


def test_the_order_of_the_rows_says_nothing(us_brands: Client) -> None:
    frame, given = us_brands.table("pnl"), intake(us_brands)
    first, _ = findings(given, frame)
    second, _ = findings(given, frame.sample(frac=1, random_state=3).reset_index(drop=True))
    pd.testing.assert_frame_equal(first, second)


numbers = st.one_of(
    st.none(), st.sampled_from([0.0, -1.0, 1e-300, 1e300, -1e300]), st.floats(-1e9, 1e9)
)


@cache
def _empty() -> Intake:
    client = read_client("service-brands")
    return Intake(client.config, client.instrument, Findings(), {}, {"pnl": "pnl.csv"})


@settings(max_examples=80, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.data())
def test_no_figures_end_in_an_error(data: st.DataObject) -> None:
    """Empty lines, zeros, huge numbers, single rows: findings or none, never a traceback."""
    count = data.draw(st.integers(1, 12))
    frame = books(3).iloc[:count].astype(dict.fromkeys(books(1).columns[4:], float))
    for column in PNL.columns:
        if column.name not in frame:
            frame[column.name] = np.nan
    for line in frame.columns[5:]:
        some = data.draw(st.lists(numbers, min_size=count, max_size=count))
        if line != "as_of" and data.draw(st.booleans()):
            frame[line] = pd.Series(some, index=frame.index, dtype=float)
    months = st.sampled_from([12.0, 3.0, 15.0])
    frame["period_months"] = data.draw(st.lists(months, min_size=count, max_size=count))
    units = st.sampled_from([1.0, 1e6, np.nan, 0.0])
    frame["unit"] = data.draw(st.lists(units, min_size=count, max_size=count))
    frame["period_end"] = pd.to_datetime(frame["period_end"])
    frame["_row"] = np.arange(2, count + 2)
    given = replace(_empty(), findings=Findings(), frames={"pnl": frame})
    with np.errstate(all="raise", under="ignore"):
        check_accounts(given)
    assert given.findings.frame()["kind"].isin(list(FIGURES)).all()


def test_every_kind_of_figures_has_a_test() -> None:
    text = "".join(path.read_text() for path in CASES.glob("test_figures_[!r]*.py"))
    assert [kind for kind in FIGURES if f'"{kind}"' not in text] == []
