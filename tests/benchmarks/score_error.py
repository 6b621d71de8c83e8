"""Do intervals, stage probabilities and the smallest detectable change hold what they promise?

Draws worlds with known true scores, estimates the error from the drawn answers alone and counts:
how often the interval holds the true score, how often a company re-rated in the same state by
other raters seems changed (overall and in each third of the scale), and what came of the stages
that were given a probability. Each bar has a negative control that must miss it: under a common
halo the items' interval, hard stages instead of probabilities, the lowest block's name instead
of its probability.

    python tests/benchmarks/score_error.py [replications]
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cxkit.contracts import Instrument, load_instrument
from cxkit.models import (
    ErrorModel,
    block_prior,
    stage_probabilities,
    true_prior,
    weakest_link,
)
from cxkit.models.change import smallest_detectable_change
from cxkit.models.error_model import Source
from cxkit.models.error_rows import item_curves, rater_curves
from cxkit.models.score_error import score_intervals
from cxkit.models.weakest import posterior
from cxkit.simulate import DESIGNS, Design, Draw, block_scores, company_items, draw, index
from cxkit.simulate.answers import draw_answers
from cxkit.simulate.outcomes import draw_shocks
from cxkit.simulate.process import draw_companies, draw_course

Floats = NDArray[np.float64]
THIRDS = ("low", "middle", "high")
# The bars of issue 4 and what methods.md, 2b, measured.
PUBLISHED = {
    "base, one rater: covered": ".92-.97 (.95)",
    "base, several raters: covered": ".92-.97",
    "halo, two raters: covered": ".92-.97 (.95)",
    "halo, items alone: covered": "must fail (.76-.79)",
    "base, one rater: false alarms": ".03-.07 (.04)",
    "base, several raters: false alarms": ".03-.07",
    "halo, two raters: false alarms": ".03-.07",
    "halo, items alone: false alarms": "must fail (.22)",
}


@dataclass(frozen=True, eq=False)
class Rated:
    """One rating of every company and wave: index (n,), blocks (n, B) on 0-100, share of items
    answered (n,), raters (n,); rows are company by wave."""

    index: Floats
    blocks: Floats
    answered: Floats
    raters: Floats


def latent_state(design: Design, seed: int, shape: object) -> Floats:
    """(companies, waves, items): the state behind `draw(design, seed)`."""
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(7)]
    shocks = draw_shocks(design, streams[0])
    firms = draw_companies(design, shape, streams[1])
    return draw_course(design, shape, firms, shocks.growth, streams[2]).latent[:, 1:]


def rated(world: Draw, answers: Floats) -> Rated:
    """The scores a set of answers gives."""
    n = len(world.size)
    means = company_items(answers, world.company, n).reshape(n * answers.shape[1], -1)
    people = np.repeat(np.bincount(world.company, minlength=n), answers.shape[1]).astype(float)
    answered = (~np.isnan(means)).mean(1)
    blocks = 100 * block_scores(means, world.layout)
    return Rated(index(means, world.layout), blocks, answered, people)


def estimated(world: Draw, instrument: Instrument) -> ErrorModel:
    """The error model of the drawn answers, as `error_model` makes it from frames."""
    waves = world.answers.shape[1]
    own = world.answers.reshape(len(world.company) * waves, -1)
    group = (world.company[:, None] * waves + np.arange(waves)).ravel()
    company = np.repeat(np.arange(len(world.size)), waves)
    use = ~np.isnan(own).all(1)
    seen = item_curves(own[use], np.ones(int(use.sum())), company[group[use]], instrument)
    between = rater_curves(
        index(own, world.layout), 100 * block_scores(own, world.layout), group, company, instrument
    )
    sources = [Source(*found) if isinstance(found, tuple) else None for found in (seen, between)]
    return ErrorModel(instrument.id, instrument.version, sources[0], sources[1])


@dataclass(frozen=True, eq=False)
class Study:
    """One world, rated as drawn and once more in the same state by other raters."""

    world: Draw
    first: Rated
    again: Rated
    model: ErrorModel
    instrument: Instrument

    @property
    def true(self) -> Floats:
        return self.world.score.ravel()

    @property
    def ends(self) -> tuple[float, float]:
        return self.instrument.minimum, self.instrument.maximum


def study(design: Design, seed: int) -> Study:
    """Draw a world and rate it twice."""
    instrument = load_instrument("cx95")
    world = draw(design, seed)
    latent = latent_state(design, seed, world.layout)
    rng = np.random.default_rng([seed, 1])
    again = draw_answers(design, world.layout, latent, world.company, rng)
    model = estimated(world, instrument)
    return Study(world, rated(world, world.answers), rated(world, again), model, instrument)


def third(true: Floats, ends: tuple[float, float]) -> NDArray[np.int64]:
    """Which third of the scale a true score lies in: 0, 1, 2."""
    return np.clip(((true - ends[0]) / (ends[1] - ends[0]) * 3).astype(int), 0, 2)


@dataclass(frozen=True, eq=False)
class Counted:
    """How many rows hold, overall and by third of the scale: hits (4,), rows (4,)."""

    hits: Floats
    rows: Floats

    def __add__(self, other: Counted) -> Counted:
        return Counted(self.hits + other.hits, self.rows + other.rows)

    @property
    def share(self) -> float:
        return float(self.hits[0] / self.rows[0])

    @property
    def thirds(self) -> Floats:
        return self.hits[1:] / np.maximum(self.rows[1:], 1)


def counted(hit: Floats, true: Floats, use: Floats, ends: tuple[float, float]) -> Counted:
    """Counts of a study's rows that are used."""
    where = third(true[use], ends)
    hits = np.bincount(where, hit[use], minlength=3)
    rows = np.bincount(where, minlength=3).astype(float)
    return Counted(np.r_[hits.sum(), hits], np.r_[rows.sum(), rows])


def covered_and_alarms(
    s: Study, use: Floats, model: ErrorModel, block: int | None = None
) -> tuple[Counted, Counted]:
    """Rows whose interval holds the true score, and rows that seem changed though they are not."""
    measure, ends = "index", s.ends
    true, scores = s.true, (s.first.index, s.again.index)
    if block is not None:
        measure, ends = s.instrument.block_ids[block], (0.0, 100.0)
        true = true_blocks(s)[:, block]
        scores = (s.first.blocks[:, block], s.again.blocks[:, block])
    found = [
        score_intervals(x, r.raters, r.answered, model, ends, measure)
        for x, r in zip(scores, (s.first, s.again), strict=True)
    ]
    use = use & np.isfinite(scores[0]) & np.isfinite(scores[1])
    inside = (found[0].low <= true) & (true <= found[0].high)
    sdc = smallest_detectable_change(found[0].sem, found[1].sem, np.fmin(found[0].df, found[1].df))
    alarm = np.abs(scores[1] - scores[0]) > sdc
    return counted(inside, true, use, ends), counted(alarm, true, use, ends)


def bars(seed: int, designs: dict[str, Design] = DESIGNS) -> dict[str, Counted]:
    """Every share of one seed: the bars and their negative controls."""
    out: dict[str, Counted] = {}

    def note(name: str, s: Study, use: Floats, model: ErrorModel) -> None:
        for kind, found in zip(
            ("covered", "false alarms"), covered_and_alarms(s, use, model), strict=True
        ):
            out[f"{name}: {kind}"] = found
        blocks = [covered_and_alarms(s, use, model, b) for b in range(len(s.instrument.block_ids))]
        for kind, found in zip(("covered", "false alarms"), zip(*blocks, strict=True), strict=True):
            total = found[0]
            for more in found[1:]:
                total = total + more
            out[f"{name}, blocks: {kind}"] = total

    s = study(designs["base"], seed)
    note("base, one rater", s, s.first.raters == 1, s.model)
    note("base, several raters", s, s.first.raters > 1, s.model)
    s = study(designs["halo"], seed)
    note("halo, two raters", s, s.first.raters > 1, s.model)
    note("halo, items alone", s, s.first.raters > 1, replace(s.model, raters=None))
    return out


@dataclass(frozen=True, eq=False)
class Forecast:
    """Probabilities given to events, and whether these came; (n, events) each."""

    given: Floats
    came: Floats

    @property
    def brier(self) -> float:
        """Mean over rows of the summed squared differences; 0 is perfect."""
        return float(((self.given - self.came) ** 2).sum(1).mean())

    def curve(self, bins: int = 10) -> list[tuple[float, float, int]]:
        """Mean probability given, share that came and count, by tenths of probability."""
        given, came = self.given.ravel(), self.came.ravel()
        at = np.clip((given * bins).astype(int), 0, bins - 1)
        return [
            (float(given[at == k].mean()), float(came[at == k].mean()), int((at == k).sum()))
            for k in range(bins)
            if (at == k).any()
        ]

    @property
    def worst(self) -> float:
        """The largest difference between given and come in a tenth of 100 or more."""
        return max(abs(given - came) for given, came, n in self.curve() if n >= 100)


def stages(s: Study) -> dict[str, Forecast]:
    """Forecasts of the true stage: by the kit, without a prior, and the stage of the score."""
    found = score_intervals(s.first.index, s.first.raters, s.first.answered, s.model, s.ends)
    use = np.isfinite(found.sem)
    score, sem = s.first.index[use], found.sem[use]
    ids = np.array([stage.id for stage in s.instrument.stages])
    came = (s.instrument.stage_of(s.true[use])[:, None] == ids).astype(float)
    company = np.repeat(np.arange(len(s.world.size)), s.world.score.shape[1])[use]
    prior = true_prior(score, sem, company, s.instrument)
    hard = (s.instrument.stage_of(score)[:, None] == ids).astype(float)
    return {
        "stage": Forecast(stage_probabilities(score, sem, s.instrument, prior), came),
        "stage, no prior": Forecast(stage_probabilities(score, sem, s.instrument, None), came),
        "stage of the score": Forecast(hard, came),
    }


def block_sems(s: Study, level: Floats) -> Floats:
    """Standard errors of every block at these levels, (n, B)."""
    errors = [
        score_intervals(
            level[:, k], s.first.raters, s.first.answered, s.model, (0.0, 100.0), block
        ).sem
        for k, block in enumerate(s.instrument.block_ids)
    ]
    return np.column_stack(errors)


def true_blocks(s: Study) -> Floats:
    """True block scores on 0-100, (n, B)."""
    shape = s.world.layout
    low = shape.minimum @ shape.membership
    span = (shape.maximum - shape.minimum) @ shape.membership
    return (100 * (s.world.blocks - low) / span).reshape(-1, len(span))


def weakest(s: Study, rows: int = 1500) -> dict[str, Forecast]:
    """Forecasts of the lowest block and of its stage: by the kit, and by the scores."""
    blocks, instrument, true = s.first.blocks, s.instrument, true_blocks(s)
    sem = block_sems(s, blocks)
    use = np.flatnonzero(np.isfinite(blocks).all(1))
    prior = block_prior(blocks[use], sem[use])
    level = blocks.copy()
    level[use] = np.clip(posterior(blocks[use], sem[use], prior)[0], 0, 100)
    sem = block_sems(s, level)
    use = use[:rows]
    found = weakest_link(blocks[use], sem[use], instrument, prior)
    place = np.arange(blocks.shape[1])
    came = (true[use].argmin(1)[:, None] == place).astype(float)
    named = (blocks[use].argmin(1)[:, None] == place).astype(float)
    ids = np.array([stage.id for stage in instrument.stages])

    def stage(lowest: Floats) -> Floats:
        points = instrument.minimum + lowest / 100 * (instrument.maximum - instrument.minimum)
        return (instrument.stage_of(points)[:, None] == ids).astype(float)

    level = stage(true[use].min(1))
    return {
        "lowest block": Forecast(found.lowest, came),
        "lowest block by name": Forecast(named, came),
        "stage of the lowest": Forecast(found.stage, level),
        "stage of the lowest score": Forecast(stage(blocks[use].min(1)), level),
    }


def joined(parts: Iterable[dict[str, Forecast]]) -> dict[str, Forecast]:
    """The rows of several studies together."""
    kept: dict[str, list[Forecast]] = defaultdict(list)
    for part in parts:
        for name, forecast in part.items():
            kept[name].append(forecast)
    return {
        name: Forecast(
            np.concatenate([f.given for f in all_]), np.concatenate([f.came for f in all_])
        )
        for name, all_ in kept.items()
    }


def main(arguments: list[str]) -> None:
    """Print the shares with the bars, the calibration and the time taken."""
    replications = int(arguments[0]) if arguments else 40
    started = time.perf_counter()
    total: dict[str, Counted] = {}
    for seed in range(replications):
        for name, found in bars(seed).items():
            total[name] = total[name] + found if name in total else found
    for name, found in total.items():
        thirds = ", ".join(
            f"{label} {share:.3f}" for label, share in zip(THIRDS, found.thirds, strict=True)
        )
        print(f"{name:42s} {found.share:.3f}  ({thirds})  {PUBLISHED.get(name, '')}", flush=True)
    studies = [study(DESIGNS["base"], seed) for seed in range(min(replications, 10))]
    forecasts = joined({**stages(s), **weakest(s)} for s in studies)
    for name, forecast in forecasts.items():
        curve = " ".join(f"{given:.2f}:{came:.2f}" for given, came, _ in forecast.curve())
        print(f"{name:26s} Brier {forecast.brier:.4f}, worst tenth {forecast.worst:.3f}; {curve}")
    print(f"{replications} replications, {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
