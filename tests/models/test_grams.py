"""Cross products by cluster: an estimate without one cluster is the fit without its rows."""

from __future__ import annotations

import numpy as np
import pytest

from cxkit.models import grams
from cxkit.models import least_squares as ls


def rows(seed: int = 3, companies: int = 25) -> dict[str, np.ndarray]:
    """An unbalanced panel; company 4 alone has the year 99, company 7 alone its industry."""
    rng = np.random.default_rng(seed)
    company, year = np.repeat(np.arange(companies), 6), np.tile(np.arange(6), companies)
    keep = rng.random(len(company)) < 0.8
    company, year = company[keep], year[keep]
    year = np.where((company == 4) & (np.arange(len(year)) == np.flatnonzero(company == 4)[0]),
                    99, year)  # fmt: skip
    industry = np.where(company == 7, 50, company % 5)
    level = rng.normal(size=companies)[company]
    x = np.column_stack([level + rng.normal(size=len(company)), rng.normal(size=len(company))])
    y = x @ [0.5, -0.3] + level + rng.normal(size=len(company))
    return {"company": company, "year": year, "industry": industry, "x": x, "y": y}


@pytest.mark.parametrize("names", [("company", "year"), ("industry", "year"), ("year",)])
def test_without_a_cluster_is_the_fit_without_its_rows(names: tuple[str, ...]) -> None:
    data = rows()
    cluster = ls.codes(data["company"])
    columns = np.column_stack([data["y"], data["x"]])
    found = grams.grams(columns, [ls.codes(data[e]) for e in names], cluster)
    whole = found.partialled()
    every = ls.fit(data["y"], data["x"], [ls.codes(data[e]) for e in names])
    np.testing.assert_allclose(np.linalg.solve(whole[1:, 1:], whole[1:, 0]), every.coef, rtol=1e-8)
    assert found.means == every.parameters - 2
    without = found.left_out()
    coef = np.linalg.solve(without[:, 1:, 1:], without[:, 1:, :1])[..., 0]
    for left in range(cluster.max() + 1):
        keep = cluster != left
        effects = [ls.codes(data[e][keep]) for e in names]
        again = ls.fit(data["y"][keep], data["x"][keep], effects)
        np.testing.assert_allclose(coef[left], again.coef, rtol=1e-7)


def test_effects_inside_clusters_are_told_from_those_across() -> None:
    company = np.array([0, 0, 1, 1, 2])
    assert grams.is_nested(company, company)
    assert grams.is_nested(np.arange(5), company)
    assert not grams.is_nested(np.array([0, 1, 0, 1, 0]), company)
