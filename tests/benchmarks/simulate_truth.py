"""Does the simulated world have the order and sizes of bias of methods.md, section 1?

Draws many worlds and prints, beside the published figure, the bias and coverage of the naive
analyses, of the split-half correction, and of the true score itself, with plain numpy only:
none of the kit's estimators is used, so that they can be tested against this generator.

    python tests/benchmarks/simulate_truth.py [replications] [design ...]
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxkit.simulate import DESIGNS, Design, Draw, block_scores, company_items, draw, index

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

SPLITS = 10
OUTCOMES = ("growth", "margin")
# Bias (share of the truth) and coverage in methods.md; standard errors per ten points, in
# percentage points.
PUBLISHED = {
    ("base", "cross-section, same year"): ((0.19, 0.66), (0.53, 0.01)),
    ("base", "pooled, same year"): ((0.19, 0.06), (0.53, 0.00)),
    ("base", "company and year, same year"): ((-0.91, 0.00), (-0.90, 0.00)),
    ("base", "company and year, lag 1"): ((-0.30, 0.72), (-0.28, 0.45)),
    ("base", "lag 1, split halves"): ((-0.01, 0.97), (0.02, 0.94)),
    ("halo", "lag 1, one rater's split halves"): ((-0.42, 0.48), (-0.43, 0.15)),
    ("halo", "lag 1, second rater"): ((0.00, 0.97), (0.00, 0.96)),
    ("feedback", "lag 1, true score"): ((-0.70, 0.18), (0.01, 0.94)),
}
PUBLISHED_ERROR = {"base": (0.24, 0.10), "halo": (0.22, 0.09)}
PUBLISHED_RELIABILITY = (0.96, 0.70)


@dataclass(frozen=True)
class Fit:
    """An estimate and its standard error, fractions per score point."""

    estimate: float
    std_error: float


def within(values: Floats, keep: Booleans, pooled: bool = False) -> Floats:
    """Company and year means taken out of (n, T) values where keep; zero elsewhere.

    pooled takes out the grand mean instead.
    """
    out = np.where(keep, np.nan_to_num(values), 0.0)
    if pooled:
        return np.where(keep, out - out.sum() / keep.sum(), 0.0)
    rows = np.maximum(keep.sum(1, keepdims=True), 1)
    columns = np.maximum(keep.sum(0, keepdims=True), 1)
    for _ in range(30):
        out -= keep * (out.sum(1, keepdims=True) / rows)
        step = out.sum(0, keepdims=True) / columns
        out -= keep * step
        if np.abs(step).max() < 1e-12:
            break
    return out


def slope(y: Floats, x: Floats, z: Floats | None = None) -> Fit:
    """Obviously related instruments: x and z are two measures, each instrumenting the other.

    Without z least squares. y, x, z (n, T) have their effects taken out; clustered by row.
    """
    z = x if z is None else z
    top = (z * y).sum() + (x * y).sum()
    bottom = 2 * (x * z).sum()
    b = top / bottom
    score = (z * (y - b * x) + x * (y - b * z)).sum(1)
    clusters = len(score)
    return Fit(b, float(np.sqrt((score**2).sum() * clusters / (clusters - 1)) / abs(bottom)))


def clipped(values: Floats) -> Floats:
    """Clipped at 1 % and 99 % of the whole sample, as the kit does before estimation."""
    low, high = np.nanquantile(values, [0.01, 0.99])
    return np.clip(values, low, high)


def estimates(world: Draw, rng: np.random.Generator) -> dict[tuple[str, str], Fit]:
    """Every analysis of one draw, by name and outcome."""
    n = len(world.size)
    items = company_items(world.answers, world.company, n)
    score = index(items, world.layout)
    halves = [half_scores(items, world, rng) for _ in range(SPLITS)]
    pairs = {"lag 1, split halves": halves} | second_raters(world, rng)
    found: dict[tuple[str, str], Fit] = {}
    for outcome in OUTCOMES:
        raw = getattr(world, outcome)
        fits = plain_fits(raw, score, world.score)
        after = clipped(raw)[:, 1:]
        for name, measures in pairs.items():
            fits[name] = averaged([paired(after, a, b) for a, b in measures])
        found |= {(name, outcome): fit for name, fit in fits.items()}
    return found


def plain_fits(raw: Floats, score: Floats, true: Floats) -> dict[str, Fit]:
    """Least squares on the observed score, and on the true one; raw (n, T + 1) outcomes."""
    cut = clipped(raw)
    now, after = cut[:, :-1], cut[:, 1:]

    def fit(y: Floats, x: Floats, pooled: bool = False) -> Fit:
        keep = ~np.isnan(x) & ~np.isnan(y)
        return slope(within(y, keep, pooled), within(x, keep, pooled))

    return {
        "cross-section, same year": fit(now[:, :1], score[:, :1], True),
        "pooled, same year": fit(now, score, True),
        "company and year, same year": fit(now, score),
        "company and year, lag 1": fit(after, score),
        "lag 1, true score": fit(after, true),
        "lag 1, true score, not clipped": fit(raw[:, 1:], true),
    }


def second_raters(world: Draw, rng: np.random.Generator) -> dict[str, list[tuple[Floats, Floats]]]:
    """Pairs of measures where everybody has two raters: halves of the first, first and second."""
    n = len(world.size)
    if np.bincount(world.company, minlength=n).min() < 2:
        return {}
    first = np.searchsorted(world.company, np.arange(n))
    one, two = world.answers[first], world.answers[first + 1]
    return {
        "lag 1, one rater's split halves": [half_scores(one, world, rng) for _ in range(SPLITS)],
        "lag 1, second rater": [(index(one, world.layout), index(two, world.layout))],
    }


def paired(y: Floats, a: Floats, b: Floats) -> Fit:
    """Two measures of the score, company and year effects taken out."""
    keep = ~np.isnan(y) & ~np.isnan(a) & ~np.isnan(b)
    return slope(within(y, keep), within(a, keep), within(b, keep))


def averaged(fits: list[Fit]) -> Fit:
    """The mean over splits; their errors are nearly the same, so their mean stands for it."""
    return Fit(
        float(np.mean([f.estimate for f in fits])), float(np.mean([f.std_error for f in fits]))
    )


def half_scores(items: Floats, world: Draw, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Index from each of two block-balanced random halves of the items, (n, T) each."""
    shape = world.layout
    order = rng.random(shape.items)
    half = np.zeros(shape.items, bool)
    odd = rng.permutation(len(shape.block_ids)) % 2
    for block in range(len(shape.block_ids)):
        own = np.flatnonzero(shape.block == block)
        half[own[np.argsort(order[own])[: (len(own) + odd[block]) // 2]]] = True
    span = (shape.maximum - shape.minimum) @ shape.membership
    out = []
    for chosen in (half, ~half):
        part = np.where(chosen, items, np.nan)
        out.append(shape.minimum.sum() + block_scores(part, shape, least=0.0) @ span)
    return out[0], out[1]


def reliability(world: Draw) -> tuple[float, float]:
    """Variance of the true over that of the observed score, across companies and within."""
    score = index(company_items(world.answers, world.company, len(world.size)), world.layout)
    keep = ~np.isnan(score)
    across = [np.var(world.score[k, t]) / np.var(score[k, t]) for t, k in enumerate(keep.T)]
    moved = (within(world.score, keep) ** 2).sum() / (within(score, keep) ** 2).sum()
    return float(np.mean(across)), float(moved)


@dataclass(frozen=True, eq=False)
class Found:
    """table: (replications, 2) estimates and errors by analysis and outcome; reliability of the
    observed score across companies and within them."""

    table: dict[tuple[str, str], Floats]
    across: float
    moved: float


def run(design: Design, replications: int, seed: int = 1) -> Found:
    """All replications of a design."""
    rows, trust = [], []
    for replication in range(replications):
        world = draw(design, seed * 1_000_000 + replication)
        rows.append(estimates(world, np.random.default_rng([seed, replication])))
        trust.append(reliability(world))
    across, moved = np.mean(trust, axis=0)
    table = {k: np.array([[row[k].estimate, row[k].std_error] for row in rows]) for k in rows[0]}
    return Found(table, float(across), float(moved))


def cell(name: str, analysis: str, k: int, found: Floats, truth: float) -> str:
    """Bias, coverage, the published two, mean standard error over spread of one analysis."""
    b, se = found.T
    covered = (np.abs(b - truth) < 1.96 * se).mean()
    published = PUBLISHED.get((name, analysis))
    beside = "({:+.0%}, {:.2f})".format(*published[k]) if published else ""
    errors = f"{1000 * se.mean():.3f}/{1000 * b.std():.3f}"
    return f"{b.mean() / truth - 1:+5.0%} {covered:.2f} {beside:14s} {errors}"


def report(name: str, design: Design, replications: int) -> str:
    """The printed table of a design, the published figures in brackets."""
    start = time.perf_counter()
    found = run(design, replications)
    took = (time.perf_counter() - start) / replications
    truth = {"growth": design.effect_growth / 10, "margin": design.effect_margin / 10}
    lines = [
        f"\n{name}: {replications} draws, {took:.2f} s each. Bias, coverage (published), mean "
        "standard error / spread in points per ten",
        f"{'':34s}{'growth':40s}margin",
    ]
    for analysis in dict.fromkeys(key[0] for key in found.table):
        cells = [
            cell(name, analysis, k, found.table[analysis, outcome], truth[outcome])
            for k, outcome in enumerate(OUTCOMES)
        ]
        lines.append(f"{analysis:34s}" + "".join(f"{c:40s}" for c in cells).rstrip())
    across, moved = PUBLISHED_RELIABILITY
    lines.append(
        f"reliability across {found.across:.3f} ({across:.2f}), "
        f"within {found.moved:.3f} ({moved:.2f})"
    )
    if name in PUBLISHED_ERROR:
        lines.append(
            "published error of the corrected: {:.2f}, {:.2f}".format(*PUBLISHED_ERROR[name])
        )
    return "\n".join(lines)


def main(arguments: list[str]) -> None:
    """Print the table of each design asked for; all without arguments."""
    replications = int(arguments[0]) if arguments else 200
    for name in arguments[1:] or list(DESIGNS):
        print(report(name, DESIGNS[name], replications), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
