"""The least-squares core against published figures, to every digit printed there."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from cxkit.models import least_squares as ls


def published(folder: Path) -> dict[tuple[str, str], str]:
    with (folder / "reference" / "published_values.csv").open(encoding="utf-8") as file:
        return {(r["dataset"], r["quantity"]): r["published"] for r in csv.DictReader(file)}


def columns(folder: Path, name: str) -> dict[str, np.ndarray]:
    with (folder / "reference" / f"{name}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {c: np.array([float(r[c]) for r in rows]) for c in rows[0]}


def agrees(value: float, text: str) -> bool:
    """Equal at the published number of decimals."""
    decimals = len(text.split(".")[1])
    return round(float(value), decimals) == float(text)


def test_agrees_can_fail() -> None:
    assert agrees(1.03483, "1.0348")
    assert not agrees(1.0350, "1.0348")


def petersen(shared_data: Path) -> dict[str, float]:
    data = columns(shared_data, "petersen_cl")
    x = np.column_stack([data["x"], np.ones(len(data["x"]))])
    fit = ls.fit(data["y"], x)
    firm, year = ls.codes(data["firm"]), ls.codes(data["year"])
    covariances = {
        "se OLS x": ls.covariance_classical(fit),
        "se White HC1 x": ls.covariance_robust(fit),
        "se cluster firm x": ls.covariance_clustered(fit, firm),
        "se cluster year x": ls.covariance_clustered(fit, year),
        "se two-way cluster x": ls.covariance_clustered(fit, firm, year),
    }
    errors = {k: float(np.sqrt(v[0, 0])) for k, v in covariances.items()}
    return {"OLS coef x": float(fit.coef[0]), **errors}


def grunfeld(shared_data: Path) -> dict[str, float]:
    data = columns(shared_data, "plm_Grunfeld")
    x = np.column_stack([data["value"], data["capital"]])
    firm = ls.codes(data["firm"])
    within = ls.fit(data["inv"], x, [firm])
    error = np.sqrt(np.diag(ls.covariance_classical(within)))
    random, _ = ls.random_effects(data["inv"], x, firm)
    random_error = np.sqrt(np.diag(ls.covariance_classical(random)))
    return {
        "FE within coef value": within.coef[0],
        "FE within coef capital": within.coef[1],
        "FE within se value": error[0],
        "FE within se capital": error[1],
        "RE (Swamy-Arora) coef Intercept": random.coef[0],
        "RE (Swamy-Arora) coef value": random.coef[1],
        "RE (Swamy-Arora) coef capital": random.coef[2],
        "RE se value": random_error[1],
        "RE se capital": random_error[2],
    }


@pytest.mark.parametrize(
    ("dataset", "ours"), [("petersen_cl", petersen), ("plm_Grunfeld", grunfeld)]
)
def test_every_published_figure(shared_data: Path, dataset: str, ours) -> None:
    values = ours(shared_data)
    wanted = {q: v for (d, q), v in published(shared_data).items() if d == dataset}
    assert wanted, f"no published figure of {dataset}"
    wrong = {q: (values[q], v) for q, v in wanted.items() if not agrees(values[q], v)}
    assert not wrong
