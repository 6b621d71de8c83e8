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
PUBLISHED_ERROR = {"base": (0.24, 0.10), "halo": (0.22, 0.09), "feedback": (0.66, 0.28)}
PUBLISHED_RELIABILITY = (0.96, 0.70)


@dataclass(frozen=True)
class Fit:
    """An estimate and its standard error, fractions per score point."""

    estimate: float
    std_error: float


def within(values: Floats, keep: Floats, year_only: bool = False) -> Floats:
    """Company and year means taken out of (n, T) values where keep; zero elsewhere.

    year_only takes out the grand mean instead, as pooled analysis does.
    """
    out = np.where(keep, np.nan_to_num(values), 0.0)
    if year_only:
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
    n, years = world.score.shape
    items = company_items(world.answers, world.company, n)
    score = index(items, world.layout)
    halves = [half_scores(items, world, rng) for _ in range(SPLITS)]
    raters = two_raters(world)
    first = world.answers[np.searchsorted(world.company, np.arange(n))]
    found = {}
    for outcome in OUTCOMES:
        raw = getattr(world, outcome)
        now, after = clipped(raw)[:, :-1], clipped(raw)[:, 1:]
        both = ~np.isnan(score) & ~np.isnan(now)
        lagged = ~np.isnan(score) & ~np.isnan(after)

        def plain(y: Floats, x: Floats, keep: Floats, pooled: bool = False) -> Fit:
            return slope(within(y, keep, pooled), within(x, keep, pooled))

        fits = {
            "cross-section, same year": plain(now[:, :1], score[:, :1], both[:, :1], True),
            "pooled, same year": plain(now, score, both, True),
            "company and year, same year": plain(now, score, both),
            "company and year, lag 1": plain(after, score, lagged),
            "lag 1, true score": plain(after, world.score, ~np.isnan(after)),
            "lag 1, true score, not clipped": plain(raw[:, 1:], world.score, ~np.isnan(after)),
            "lag 1, split halves": averaged([paired(after, a, b) for a, b in halves]),
        }
        if raters is not None:
            one = [half_scores(first, world, rng) for _ in range(SPLITS)]
            fits["lag 1, one rater's split halves"] = averaged([paired(after, *h) for h in one])
            fits["lag 1, second rater"] = paired(after, *raters)
        found |= {(name, outcome): fit for name, fit in fits.items()}
    return found


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


def two_raters(world: Draw) -> tuple[Floats, Floats] | None:
    """Index by each company's first and second rater, where everybody has two; else None."""
    n = len(world.size)
    if np.bincount(world.company, minlength=n).min() < 2:
        return None
    first = np.searchsorted(world.company, np.arange(n))
    return index(world.answers[first], world.layout), index(world.answers[first + 1], world.layout)


def reliability(world: Draw) -> tuple[float, float]:
    """Variance of the true over that of the observed score, across companies and within."""
    score = index(company_items(world.answers, world.company, len(world.size)), world.layout)
    keep = ~np.isnan(score)
    across = [np.var(world.score[k, t]) / np.var(score[k, t]) for t, k in enumerate(keep.T)]
    moved = (within(world.score, keep) ** 2).sum() / (within(score, keep) ** 2).sum()
    return float(np.mean(across)), float(moved)


def run(design: Design, replications: int, seed: int = 1) -> dict[str, object]:
    """All replications of a design: arrays (replications, 2) of estimates and errors."""
    rows, trust = [], []
    for replication in range(replications):
        world = draw(design, seed * 1_000_000 + replication)
        rows.append(estimates(world, np.random.default_rng([seed, replication])))
        trust.append(reliability(world))
    table = {
        key: np.array([[row[key].estimate, row[key].std_error] for row in rows]) for key in rows[0]
    }
    return {"table": table, "reliability": np.array(trust).mean(0)}


def report(name: str, design: Design, replications: int) -> str:
    """The printed table of a design, the published figure beside each."""
    start = time.perf_counter()
    found = run(design, replications)
    truth = {"growth": design.effect_growth / 10, "margin": design.effect_margin / 10}
    lines = [f"\n{name}: {replications} draws", f"{'':34s}{'growth':38s}margin"]
    table: dict[tuple[str, str], Floats] = found["table"]  # type: ignore[assignment]
    for analysis in dict.fromkeys(key[0] for key in table):
        cells = []
        for k, outcome in enumerate(OUTCOMES):
            b, se = table[analysis, outcome].T
            covered = np.abs(b - truth[outcome]) < 1.96 * se
            published = PUBLISHED.get((name, analysis))
            beside = "({:+.0%}, {:.2f})".format(*published[k]) if published else ""
            cells.append(
                f"{b.mean() / truth[outcome] - 1:+5.0%} {covered.mean():.2f} {beside:14s} "
                f"se {1000 * se.mean():.2f}/{1000 * b.std():.2f}"
            )
        lines.append(f"{analysis:34s}" + "".join(f"{c:38s}" for c in cells))
    across, moved = found["reliability"]  # type: ignore[misc]
    lines.append(
        f"reliability: {across:.3f} across ({PUBLISHED_RELIABILITY[0]}), "
        f"{moved:.3f} within ({PUBLISHED_RELIABILITY[1]}); "
        f"published corrected se {PUBLISHED_ERROR.get(name, '')}; "
        f"{(time.perf_counter() - start) / replications:.2f} s a draw"
    )
    return "\n".join(lines)


def main(arguments: list[str]) -> None:
    """Print the table of each design asked for; all without arguments."""
    replications = int(arguments[0]) if arguments else 200
    for name in arguments[1:] or list(DESIGNS):
        print(report(name, DESIGNS[name], replications), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
