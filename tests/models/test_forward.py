"""Forward orthogonal deviations against dense matrices made by hand, and against a known truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from cxkit.models import least_squares as ls
from cxkit.models.forward import deviations, forward_deviations
from cxkit.models.instruments import oriv


@dataclass(frozen=True, eq=False)
class Data:
    y: np.ndarray
    a: np.ndarray
    b: np.ndarray
    company: np.ndarray
    period: np.ndarray


def data(companies: int = 150, splits: int = 2, seed: int = 3, feedback: float = 0.8) -> Data:
    """Five periods with gaps; the score answers to the shock of the outcome before it; slope .5."""
    rng = np.random.default_rng(seed)
    shock = rng.normal(size=(companies, 6))
    moving = np.zeros((companies, 5))
    for t in range(5):
        before = moving[:, t - 1] if t else rng.normal(size=companies)
        moving[:, t] = 0.5 * before + feedback * shock[:, t] + rng.normal(size=companies)
    score = moving + rng.normal(size=(companies, 1))
    y = 0.5 * score + rng.normal(size=(companies, 1)) + 0.3 * np.arange(5) + shock[:, 1:]
    keep = (rng.random(y.shape) < 0.85).ravel()
    company = np.repeat(np.arange(companies), 5)[keep]
    n = int(keep.sum())
    a, b = score.ravel()[keep] + rng.normal(0, 0.5, (2, splits, n))
    a[rng.random(a.shape) < 0.05] = np.nan
    return Data(y.ravel()[keep], a, b, ls.codes(company), np.tile(np.arange(5), companies)[keep])


def transform(rows: int) -> np.ndarray:
    """(rows - 1, rows): the upper Cholesky factor of (DD')^-1 times D, of first differences."""
    d = np.eye(rows)[1:] - np.eye(rows)[:-1]
    return np.linalg.cholesky(np.linalg.inv(d @ d.T)).T @ d


@dataclass(frozen=True, eq=False)
class Dense:
    """One equation: y and x in deviations, instruments with periods, the company of each row."""

    y: np.ndarray
    x: np.ndarray
    z: np.ndarray
    periods: np.ndarray
    company: np.ndarray


def dense(d: Data, split: int, turned: bool, kind: str) -> Dense:
    """Company by company, without any of the kit's shortcuts."""
    a, b = (d.b[split], d.a[split]) if turned else (d.a[split], d.b[split])
    keep = np.isfinite(a) & np.isfinite(b)
    level = b - [b[keep & (d.period == t)].mean() for t in d.period]
    y, x, z, periods, company = [], [], [], [], []
    for code in np.unique(d.company):
        own = np.flatnonzero(keep & (d.company == code))
        if len(own) < 2:
            continue
        f = transform(len(own))
        y.append(f @ d.y[own])
        x.append(f @ a[own])
        periods.append(f @ np.eye(5)[d.period[own]])
        company += [code] * (len(own) - 1)
        for at, row in enumerate(own[:-1]):
            z.append(_levels(level[own[: at + 1]], d.period[own[: at + 1]], d.period[row], kind))
    return Dense(
        np.concatenate(y), np.concatenate(x), np.array(z), np.vstack(periods), np.array(company)
    )


def _levels(levels: np.ndarray, periods: np.ndarray, now: int, kind: str) -> np.ndarray:
    if kind == "collapsed":
        first = len(levels) == 1
        return np.array([0 if first else levels[-1] - levels[:-1].mean(), levels[0] * first])
    out = np.zeros((5, 5))
    out[now, periods] = levels
    return out.ravel()


def slope(equations: list[Dense], without: int = -1) -> tuple[float, list[np.ndarray]]:
    """2SLS by projection matrices, the equations' sums added; residual sums by company."""
    top = bottom = 0.0
    found = []
    for e in equations:
        rest = e.company != without
        z = np.hstack([e.z, e.periods])[rest]
        x = np.column_stack([e.x, e.periods])[rest]
        projected = z @ np.linalg.pinv(z) @ x
        periods = projected[:, 1:]
        fitted = projected[:, 0] - periods @ np.linalg.pinv(periods) @ projected[:, 0]
        top += fitted @ e.y[rest]
        bottom += fitted @ e.x[rest]
        found.append((e, rest, fitted))
    coef = top / bottom
    sums = []
    for e, rest, fitted in found:
        left = e.y[rest] - coef * e.x[rest]
        left = left - e.periods[rest] @ np.linalg.pinv(e.periods[rest]) @ left
        sums.append(np.bincount(e.company[rest], fitted * left, 200) / bottom)
    return coef, sums


@pytest.mark.parametrize("kind", ["each", "collapsed"])
def test_slope_and_error_equal_dense_matrices(kind: str) -> None:
    d = data()
    (ours,) = forward_deviations(d.y[:, None], d.a, d.b, d.company, d.period, kind)  # type: ignore[arg-type]
    coef, sums = slope([dense(d, s, t, kind) for s in (0, 1) for t in (False, True)])
    total = np.sum(sums, axis=0)
    groups, n, counted = ours.clusters, ours.nobs, 5
    factor = groups / (groups - 1) * (n - 1) / (n - counted)
    assert ours.vcov == "CR1"
    assert ours.coef == pytest.approx(coef, rel=1e-8)
    assert ours.std_error == pytest.approx(np.sqrt(factor * (total @ total)), rel=1e-8)
    assert ours.columns == (10 if kind == "each" else 2)


def test_an_equation_equals_linearmodels() -> None:
    """Ours adds two equations; each is IV2SLS with periods as exogenous columns."""
    iv = pytest.importorskip("linearmodels.iv")
    d = data(splits=1)
    tops = []
    for turned in (False, True):
        e = dense(d, 0, turned, "each")
        z = e.z[:, np.abs(e.z).sum(0) > 0]
        fit = iv.IV2SLS(e.y, e.periods[:, 1:], e.x, z).fit(cov_type="unadjusted")
        single, _ = slope([e])
        assert float(fit.params["endog"]) == pytest.approx(single, rel=1e-8)
        tops.append(single)
    (ours,) = forward_deviations(d.y[:, None], d.a, d.b, d.company, d.period, "each")
    assert min(tops) <= ours.coef <= max(tops)


def test_the_jackknife_leaves_each_company_out() -> None:
    d = data(companies=40)
    (ours,) = forward_deviations(d.y[:, None], d.a, d.b, d.company, d.period)
    equations = [dense(d, s, t, "collapsed") for s in (0, 1) for t in (False, True)]
    whole = slope(equations)[0]
    seen = np.unique(np.concatenate([e.company for e in equations]))
    moved = np.array([slope(equations, int(c))[0] - whole for c in seen])
    expected = np.sqrt((len(seen) - 1) / len(seen) * (moved @ moved))
    assert (ours.vcov, ours.instruments, ours.clusters) == ("CR3", "collapsed", len(seen))
    assert ours.coef == pytest.approx(whole, rel=1e-8)
    assert ours.std_error == pytest.approx(expected, rel=1e-7)


def test_deviations_take_the_later_rows_there_are() -> None:
    values = np.array([[2.0], [9.0], [4.0], [6.0], [5.0]])
    keep = np.array([True, False, True, True, True])
    out, use = deviations(values, keep, np.array([4, 4, 4, 4, 5]))
    np.testing.assert_allclose(
        out[:, 0], [np.sqrt(2 / 3) * (2 - 5), 0, np.sqrt(1 / 2) * (4 - 6), 0, 0]
    )
    assert use.tolist() == [True, False, True, False, False]


def test_order_and_names_do_not_matter() -> None:
    d = data()
    order = np.random.default_rng(1).permutation(len(d.y))
    other = np.random.default_rng(2).permutation(int(d.company.max()) + 1)[d.company]
    (one,) = forward_deviations(d.y[:, None], d.a, d.b, d.company, d.period)
    (two,) = forward_deviations(
        d.y[order, None], d.b[:, order], d.a[:, order], other[order], 2010 + d.period[order]
    )
    assert two.coef == pytest.approx(one.coef, rel=1e-9)
    assert two.std_error == pytest.approx(one.std_error, rel=1e-9)


def test_feedback_does_not_deceive_it_and_does_deceive_company_effects() -> None:
    """200 draws: within companies the slope is far from .5, in forward deviations near it."""
    plain, robust = [], []
    for seed in range(200):
        d = data(companies=300, splits=1, seed=seed)
        plain.append(oriv(d.y, d.a, d.b, [d.company, d.period], d.company).coef)
        (found,) = forward_deviations(d.y[:, None], d.a, d.b, d.company, d.period)
        robust.append((found.coef, found.std_error))
    b, se = np.array(robust).T
    assert np.mean(plain) < 0.35
    assert b.mean() == pytest.approx(0.5, abs=0.03)
    assert 0.90 <= (np.abs(b - 0.5) < 1.96 * se).mean() <= 0.99
    assert 0.9 <= se.mean() / b.std() <= 1.1
