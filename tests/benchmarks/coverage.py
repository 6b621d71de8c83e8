"""Do the kit's estimators find what was planted, and how often do their intervals hold it?

Draws the designs of methods.md, section 1, and prints its table beside ours: bias, coverage of
the 95 % interval, mean standard error, and that over the estimates' spread; then each bar, met
or not, with the naive estimators that must fail it. methods.md's figures and ours are points per
ten points of score.

    python tests/benchmarks/coverage.py [replications] [design ...] [--processes N]

1,000 replications of all five designs take under ten minutes on two idle cores.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from cxkit.models import least_squares as ls
from cxkit.models.forward import forward_deviations
from cxkit.models.instruments import orivs
from cxkit.models.splits import Scale, half_indexes, halves, rater_groups
from cxkit.simulate import DESIGNS, Draw, company_items, draw, index

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]

SPLITS, FORWARD_SPLITS = 50, 20
CONTROL_SPLITS = 10  # where halves of items are the negative control
SEED = 7_000_000
OUTCOMES = ("growth", "margin")
CROSS, POOLED = "cross-section, no controls", "pooled, same year"
SAME, RAW = "company and year, same year", "company and year, lag 1, raw score"
SPLIT, ALONE = "split halves", "one rater's split halves"
SECOND, TRUE = "second rater", "the true score"
FORWARD = "forward deviations, 2SLS"
# methods.md: bias (share of the truth) and coverage, growth and margin.
PUBLISHED = {
    ("base", CROSS): ((0.19, 0.66), (0.53, 0.01)),
    ("base", POOLED): ((0.19, 0.06), (0.53, 0.00)),
    ("base", SAME): ((-0.91, 0.00), (-0.90, 0.00)),
    ("base", RAW): ((-0.30, 0.72), (-0.28, 0.45)),
    ("base", SPLIT): ((-0.01, 0.97), (0.02, 0.94)),
    ("halo", ALONE): ((-0.42, 0.48), (-0.43, 0.15)),
    ("halo", SECOND): ((0.00, 0.97), (0.00, 0.96)),
    ("feedback", TRUE): ((-0.70, 0.18), (0.01, 0.94)),
    ("feedback", FORWARD): ((-0.15, 0.95), (0.03, 0.96)),
}
# methods.md: standard errors per ten points.
ERRORS = {("base", SPLIT): (0.24, 0.10), ("halo", SECOND): (0.22, 0.09),
          ("feedback", FORWARD): (0.66, 0.28)}  # fmt: skip
RELIABILITY = {"base": (0.96, 0.70)}


@dataclass(frozen=True)
class Bar:
    """What an analysis must reach in a design, and the analyses that must fail the same."""

    design: str
    analysis: str
    bias: float
    ratio: tuple[float, float] | None
    controls: tuple[str, ...]
    outcomes: tuple[str, ...] = OUTCOMES


BARS = (
    Bar("base", SPLIT, 0.05, (0.93, 1.07), (CROSS, POOLED, SAME, RAW)),
    Bar("halo", SECOND, 0.05, (0.93, 1.07), (RAW, SPLIT, ALONE)),
    # Growth alone is fed back into the score, so only there must the others fail.
    Bar("feedback", FORWARD, 0.20, None, (RAW, SPLIT, TRUE), ("growth",)),
    Bar("feedback", FORWARD, 0.20, None, (), ("margin",)),
)
COVERAGE, ERROR = (0.92, 0.97), 1.1


@dataclass(frozen=True, eq=False)
class Rows:
    """A draw as rows of company and wave: outcomes of the next and the same year, clipped, (n, 2);
    company and year (n,); answers (n, items) on 0-100; the score and the true one (n,)."""

    after: Floats
    now: Floats
    company: Integers
    year: Integers
    answers: Floats
    score: Floats
    true: Floats
    scale: Scale


def rows_of(world: Draw) -> Rows:
    """Every company and wave that was seen."""
    n, waves = world.score.shape
    shape = world.layout
    points = shape.maximum - shape.minimum
    items = company_items(world.answers, world.company, n)
    outcomes = [_clipped(getattr(world, o)) for o in OUTCOMES]
    ends = float(shape.minimum.sum()), float(shape.maximum.sum())
    shares = np.bincount(shape.block, points) / points.sum()
    return Rows(
        after=np.stack([o[:, 1:].ravel() for o in outcomes], axis=1),
        now=np.stack([o[:, :-1].ravel() for o in outcomes], axis=1),
        company=np.repeat(np.arange(n), waves), year=np.tile(np.arange(waves), n),
        answers=(100 * (items - shape.minimum) / points).reshape(n * waves, -1),
        score=index(items, shape).ravel(), true=world.score.ravel(),
        scale=Scale(shape.block.astype(np.intp), points, shares, ends),
    )  # fmt: skip


def _clipped(values: Floats) -> Floats:
    """At 1 % and 99 % of the whole sample, as the kit does before it estimates."""
    low, high = np.nanquantile(values, [0.01, 0.99])
    return np.clip(values, low, high)


def measures(world: Draw, rows: Rows, seed: int, splits: int) -> dict[str, tuple[Floats, Floats]]:
    """Pairs of measures: halves of everybody's items; where all have two raters, halves of the
    first one's and the two raters."""
    ids, shape = world.layout.item_ids, world.layout
    n, waves = world.score.shape
    several = np.bincount(world.company, minlength=n).min() > 1
    first = halves(ids, rows.scale.block, CONTROL_SPLITS if several else splits, seed)
    found = {SPLIT: half_indexes(rows.answers, first, rows.scale)}
    if not several:
        return found
    at = np.searchsorted(world.company, np.arange(n))
    own = 100 * (world.answers[at] - shape.minimum) / rows.scale.points
    found[ALONE] = half_indexes(own.reshape(n * waves, -1), first, rows.scale)
    place = (world.company[:, None] * waves + np.arange(waves)).ravel()
    person = np.repeat(np.arange(len(world.company)), waves)
    value = index(world.answers, shape).ravel()
    found[SECOND] = rater_groups(value, place, person, n * waves, 1, seed)
    return found


def replication(design: str, seed: int, splits: int = SPLITS) -> dict[str, Floats]:
    """Estimate, standard error and t's 97.5 % quantile of each analysis, (outcomes, 3); the
    score's reliability across companies and within them under `reliability`."""
    world = draw(DESIGNS[design], SEED + seed)
    rows = rows_of(world)
    pairs = measures(world, rows, seed, splits)
    found = plain(rows)
    for name, (a, b) in pairs.items():
        found[name], trust = corrected(rows, a, b)
        found[f"reliability, {name}"] = trust
    if world.design.feedback:
        best = SECOND if SECOND in pairs else SPLIT
        found[FORWARD] = forward(rows, *(m[:FORWARD_SPLITS] for m in pairs[best]))
    return found


def plain(rows: Rows) -> dict[str, Floats]:
    """Least squares on the observed score and on the true one, clustered by company."""
    first = rows.year == 0
    everywhere = np.ones(len(first), bool)
    return {
        CROSS: _least_squares(rows, rows.now, rows.score, first, False),
        POOLED: _least_squares(rows, rows.now, rows.score, everywhere, False),
        SAME: _least_squares(rows, rows.now, rows.score, everywhere, True),
        RAW: _least_squares(rows, rows.after, rows.score, everywhere, True),
        TRUE: _least_squares(rows, rows.after, rows.true, everywhere, True),
    }


def _least_squares(rows: Rows, y: Floats, x: Floats, use: np.ndarray, effects: bool) -> Floats:
    keep = use & np.isfinite(y).all(1) & np.isfinite(x)
    company = ls.codes(rows.company[keep])
    regressors = x[keep, None] if effects else np.column_stack([x[keep], np.ones(keep.sum())])
    sets = [company, rows.year[keep]] if effects else []
    out = []
    for values in y[keep].T:
        fit = ls.fit(values, regressors, sets)
        nested = int(company.max()) if effects else 0
        error = np.sqrt(ls.covariance_clustered(fit, company, nested=nested)[0, 0])
        out.append((fit.coef[0], error, stats.t.ppf(0.975, company.max())))
    return np.array(out)


def corrected(rows: Rows, a: Floats, b: Floats) -> tuple[Floats, Floats]:
    keep = np.isfinite(rows.after).all(1) & (np.isfinite(a) & np.isfinite(b)).any(0)
    company = ls.codes(rows.company[keep])
    effects = [company, rows.year[keep]]
    fits = orivs(rows.after[keep], a[:, keep], b[:, keep], effects, company)
    table = [(f.coef, f.std_error, stats.t.ppf(0.975, f.clusters - 1)) for f in fits]
    return np.array(table), np.array([fits[0].reliability_across, fits[0].reliability_within])


def forward(rows: Rows, a: Floats, b: Floats) -> Floats:
    keep = np.isfinite(rows.after).all(1) & (np.isfinite(a) & np.isfinite(b)).any(0)
    company = ls.codes(rows.company[keep])
    fits = forward_deviations(rows.after[keep], a[:, keep], b[:, keep], company, rows.year[keep])
    return np.array([(f.coef, f.std_error, stats.t.ppf(0.975, f.clusters - 1)) for f in fits])


@dataclass(frozen=True)
class Line:
    """One analysis of one outcome over all replications, as shares of the truth and of one;
    error and spread in points per ten points of score."""

    bias: float
    coverage: float
    error: float
    spread: float

    @property
    def ratio(self) -> float:
        return self.error / self.spread


Table = dict[tuple[str, str], Line]


def summarised(found: Sequence[dict[str, Floats]], design: str) -> Table:
    """A line per analysis and outcome."""
    table = {}
    effects = DESIGNS[design].effect_growth, DESIGNS[design].effect_margin
    for name in (k for k in found[0] if not k.startswith("reliability")):
        for k, outcome in enumerate(OUTCOMES):
            b, se, t = np.array([f[name][k] for f in found]).T
            truth = effects[k] / 10
            held = float((np.abs(b - truth) <= t * se).mean())
            bias = float(b.mean() / truth - 1)
            table[name, outcome] = Line(
                bias, held, float(1000 * se.mean()), float(1000 * b.std(ddof=1))
            )
    return table


def run(
    design: str, replications: int, processes: int = 1, splits: int = SPLITS
) -> list[dict[str, Floats]]:
    """All replications of a design, in the order of their seeds."""
    seeds = range(replications)
    if processes == 1:
        return [replication(design, seed, splits) for seed in seeds]
    # Fresh processes, so that numpy reads this when it starts: one thread to each.
    os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return list(pool.map(partial(replication, design, splits=splits), seeds, chunksize=10))


def failures(line: Line, bar: Bar, outcome: str) -> list[str]:
    """What of a bar a line does not meet; empty where it meets all."""
    checks = [
        (COVERAGE[0] <= line.coverage <= COVERAGE[1], f"coverage {line.coverage:.3f}"),
        (abs(line.bias) <= bar.bias, f"bias {100 * line.bias:+.1f} %"),
    ]
    if bar.ratio:
        inside = bar.ratio[0] <= line.ratio <= bar.ratio[1]
        checks.append((inside, f"error over spread {line.ratio:.3f}"))
        allowed = ERROR * ERRORS[bar.design, bar.analysis][OUTCOMES.index(outcome)]
        checks.append((line.error <= allowed, f"error {line.error:.3f} above {allowed:.3f}"))
    return [text for met, text in checks if not met]


def judged(tables: dict[str, Table]) -> Iterator[str]:
    """Each bar of the designs that were drawn, and its negative controls."""
    for bar in BARS:
        table = tables.get(bar.design, {})
        for outcome in bar.outcomes if table else ():
            wrong = failures(table[bar.analysis, outcome], bar, outcome)
            yield _verdict(bar, bar.analysis, outcome, not wrong, wrong)
            for name in bar.controls:
                wrong = failures(table[name, outcome], bar, outcome)
                yield _verdict(bar, f"negative control: {name}", outcome, bool(wrong), wrong)


def _verdict(bar: Bar, name: str, outcome: str, met: bool, wrong: list[str]) -> str:
    mark = "met    " if met else "NOT MET"
    return f"{mark} {bar.design}, {outcome}, {name}: {'; '.join(wrong) or 'passes every bar'}"


def printed(design: str, table: Table, found: Sequence[dict[str, Floats]]) -> str:
    """The table of a design, methods.md's figures in brackets."""
    head = "bias, coverage (methods.md), mean error (methods.md) / spread = ratio"
    lines = [f"{'':36s}{'growth: ' + head:78s}margin"]
    for name in dict.fromkeys(key[0] for key in table):
        cells = [_cell(design, name, k, table[name, outcome]) for k, outcome in enumerate(OUTCOMES)]
        lines.append(f"{name:36s}{cells[0]:78s}{cells[1]}")
    for name in (k for k in found[0] if k.startswith("reliability")):
        across, within = np.mean([f[name] for f in found], axis=0)
        beside = (
            " ({:.2f} and {:.2f})".format(*RELIABILITY[design]) if design in RELIABILITY else ""
        )
        lines.append(f"{name}: across companies {across:.3f}, within {within:.3f}{beside}")
    return "\n".join(lines)


def _cell(design: str, name: str, k: int, line: Line) -> str:
    published = PUBLISHED.get((design, name))
    beside = "({:+.0%}, {:.2f})".format(*published[k]) if published else ""
    error = ERRORS.get((design, name))
    known = f" ({error[k]:.2f})" if error else ""
    return (
        f"{100 * line.bias:+6.1f} % {line.coverage:.3f} {beside:14s} "
        f"{line.error:.3f}{known} / {line.spread:.3f} = {line.ratio:.3f}"
    )


def main() -> None:
    """Print the table of each design asked for, then the bars."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("replications", nargs="?", type=int, default=1000)
    parser.add_argument("designs", nargs="*", default=list(DESIGNS))
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    tables: dict[str, Table] = {}
    for design in asked.designs:
        start = time.perf_counter()
        found = run(design, asked.replications, asked.processes)
        tables[design] = summarised(found, design)
        took = time.perf_counter() - start
        print(f"\n{design}: {asked.replications} replications, {took:.0f} s")
        print(printed(design, tables[design], found), flush=True)
    print(f"\nBars at {asked.replications} replications")
    print("\n".join(judged(tables)), flush=True)


if __name__ == "__main__":
    main()
