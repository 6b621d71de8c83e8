"""The weakest link: which block is the lowest, and in which stage it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxkit.contracts import Instrument
from cxkit.measures.index import on_scale
from cxkit.models.error_model import ErrorModel
from cxkit.models.score_error import KEY, block_intervals
from cxkit.models.variance_curve import Floats

DRAWS = 1000
LEAST = 10  # companies
ALIKE = 60  # companies' worth of the belief that blocks are alike
_CHUNK = 2_000_000  # rows times draws held at once


@dataclass(frozen=True, eq=False)
class BlockPrior:
    """Mean (B,) and covariance (B, B) of true block scores in a benchmark, points of 0-100."""

    mean: Floats
    covariance: Floats
    companies: int

    def to_json(self) -> dict[str, Any]:
        """Plain lists and numbers."""
        return {
            "mean": self.mean.tolist(), "covariance": self.covariance.tolist(),
            "companies": self.companies,
        }  # fmt: skip

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> BlockPrior:
        """The distribution that `to_json` wrote."""
        mean, covariance = (np.array(stored[k], float) for k in ("mean", "covariance"))
        return cls(mean, covariance, int(stored["companies"]))


def block_prior(performance: Floats, sem: Floats) -> BlockPrior | None:
    """The distribution of true block scores behind observed ones, as a normal.

    performance, sem (companies, B) on 0-100; rows with a missing block are left out; None below
    ten. The covariance is the observed one less the errors', made positive (Efron, Morris 1973),
    and widened by what the companies leave open of its mean. Few companies say little of single
    covariances and means, so both are drawn towards what all blocks have in common: without that
    a block named with .95 among a dozen companies is the lowest in half of the cases. Errors of
    different blocks are taken to be independent.
    """
    use = np.isfinite(performance).all(1) & np.isfinite(sem).all(1)
    score, error = performance[use], sem[use]
    if len(score) < LEAST:
        return None
    observed = np.cov(score, rowvar=False).reshape(score.shape[1], -1)
    covariance = observed - np.diag((error**2).mean(0))
    covariance = _drawn_together(covariance, observed, len(score))
    values, vectors = np.linalg.eigh(covariance)
    values = np.maximum(values, 0.01 * np.trace(observed) / len(observed))
    covariance = (vectors * values) @ vectors.T + observed / len(score)
    return BlockPrior(_means(score.mean(0), observed, len(score)), covariance, len(score))


def _parts(covariance: Floats) -> tuple[float, float]:
    """Mean variance of what blocks have in common, and of how one lies from their mean."""
    blocks = len(covariance)
    common = float(covariance.sum()) / blocks
    return common, (float(np.trace(covariance)) - common) / (blocks - 1)


def _drawn_together(covariance: Floats, observed: Floats, companies: int) -> Floats:
    """A mix with the covariance of blocks that are alike, which counts as ALIKE companies.

    Neither of the latter's two variances is taken to be below its own standard error.
    """
    blocks = len(covariance)
    if blocks < 2:
        return covariance
    df = companies - 1, (companies - 1) * (blocks - 1)
    common, own = (
        max(found, seen * np.sqrt(2 / free))
        for found, seen, free in zip(_parts(covariance), _parts(observed), df, strict=True)
    )
    alike = own * np.eye(blocks) + (common - own) / blocks
    return np.asarray((companies * covariance + ALIKE * alike) / (companies + ALIKE))


def _means(mean: Floats, observed: Floats, companies: int) -> Floats:
    """Means of the blocks drawn towards their own mean by their error (Morris 1983)."""
    if len(mean) < 2 or not mean.var():
        return mean
    kept = max(0.0, 1 - _parts(observed)[1] / companies / float(mean.var(ddof=1)))
    return np.asarray(mean.mean() + kept * (mean - mean.mean()))


@dataclass(frozen=True, eq=False)
class WeakestLink:
    """Which block is the lowest, and in which stage.

    lowest (n, B): probability that each block is the lowest, in the instrument's order;
    stage (n, stages): probability of each stage of the lowest block's score, taken as a share of
    the index's range. NaN where a block or its error is missing.
    """

    lowest: Floats
    stage: Floats


def weakest_link(
    performance: Floats,
    sem: Floats,
    instrument: Instrument,
    prior: BlockPrior | None,
    seed: int = 0,
) -> WeakestLink:
    """Probabilities of the lowest block, by 1,000 seeded draws of the true block scores.

    performance, sem (n, B) on 0-100. The lowest of noisy scores lies too low, and its name is
    partly chance: the draws come from each row's posterior under the benchmark's distribution,
    or around the scores themselves without one, which leaves that bias in.
    """
    n, blocks = performance.shape
    lowest = np.full((n, blocks), np.nan)
    stage = np.full((n, len(instrument.stages)), np.nan)
    known = np.flatnonzero(np.isfinite(performance).all(1) & np.isfinite(sem).all(1))
    normal = np.random.default_rng(seed).standard_normal((DRAWS // 2, blocks))
    normal = np.concatenate([normal, -normal]).astype(np.float32)
    mean, root = posterior(performance[known], np.maximum(sem[known], 1e-6), prior)
    mean, turned = mean.astype(np.float32), root.astype(np.float32).transpose(0, 2, 1)
    ids = [s.id for s in instrument.stages]
    parts = max(1, len(known) * DRAWS // _CHUNK)
    for at in np.array_split(np.arange(len(known)), parts):
        drawn = mean[at, None, :] + normal @ turned[at]
        first = drawn.argmin(2)
        lowest[known[at]] = (first[:, :, None] == np.arange(blocks)).mean(1)
        level = instrument.stage_of(on_scale(np.clip(drawn.min(2), 0, 100), instrument))
        for k, id in enumerate(ids):
            stage[known[at], k] = (level == id).mean(1)
    return WeakestLink(lowest, stage)


def posterior(score: Floats, sem: Floats, prior: BlockPrior | None) -> tuple[Floats, Floats]:
    """Mean (n, B) and a root (n, B, B) of the covariance of true block scores, row by row."""
    noise = sem[:, :, None] ** 2 * np.eye(score.shape[1])
    if prior is None:
        return score, np.sqrt(noise)
    gain = prior.covariance @ np.linalg.inv(prior.covariance + noise)
    mean = prior.mean + ((score - prior.mean)[:, None, :] @ gain.transpose(0, 2, 1))[:, 0]
    covariance = prior.covariance - gain @ prior.covariance
    covariance = (covariance + covariance.transpose(0, 2, 1)) / 2
    root = np.linalg.cholesky(covariance + 1e-9 * np.eye(score.shape[1]))
    return mean, root.astype(np.float64)


@dataclass(frozen=True, eq=False)
class WeakestLinks:
    """The weakest link of companies in their last wave with every block known.

    table has one row per company and wave: company_id, wave, block (the likeliest to be the
    lowest), probability, stage (the likeliest of the lowest block), stage_probability.
    blocks: company_id, wave, block, probability of being the lowest; stages: company_id, wave,
    stage, probability of the lowest block's level.
    """

    table: pd.DataFrame
    blocks: pd.DataFrame
    stages: pd.DataFrame


def weakest_links(
    blocks: pd.DataFrame,
    table: pd.DataFrame,
    model: ErrorModel,
    instrument: Instrument,
    prior: BlockPrior | None = None,
    seed: int = 0,
) -> WeakestLinks:
    """The weakest link of each company's last complete wave; frames as in `block_intervals`.

    The distribution of true block scores is that of these companies where none is given. Errors
    are taken at the levels the distribution makes likely rather than at the scores, whose own
    place near an end of the scale is partly chance.
    """
    ids = list(instrument.block_ids)
    found = block_intervals(blocks, table, model, instrument)
    wide = _wide(found, "performance", ids)
    score, sem = wide.to_numpy(float), _wide(found, "sem", ids).to_numpy(float)
    use = np.flatnonzero(np.isfinite(score).all(1) & np.isfinite(sem).all(1))
    company = pd.Series(wide.index.get_level_values("company_id")[use])
    use = use[~company.duplicated(keep="last").to_numpy()]
    keys, score, sem = wide.index[use].to_frame(index=False), score[use], sem[use]
    prior = prior or block_prior(score, sem)
    if prior is not None and len(score):
        level = np.clip(posterior(score, np.maximum(sem, 1e-6), prior)[0], 0, 100)
        likely = keys.assign(**dict(zip(ids, level.T, strict=True)))
        long = likely.melt(KEY, ids, "block", "performance")
        # The shares answered and the raters are those of the rows, whatever their level.
        own = [c for c in ("respondents", "answered") if c in blocks]
        long = long.merge(blocks[[*KEY, "block", *own]], on=[*KEY, "block"], how="left")
        sem = _wide(block_intervals(long, table, model, instrument), "sem", ids).to_numpy(float)
    return _tabulated(keys, weakest_link(score, sem, instrument, prior, seed), instrument)


def _wide(found: pd.DataFrame, value: str, ids: list[str]) -> pd.DataFrame:
    return found.pivot(index=KEY, columns="block", values=value).reindex(columns=ids).sort_index()


def _tabulated(keys: pd.DataFrame, found: WeakestLink, instrument: Instrument) -> WeakestLinks:
    blocks, stages = list(instrument.block_ids), [s.id for s in instrument.stages]
    table = keys.assign(
        block=[blocks[k] for k in found.lowest.argmax(1)], probability=found.lowest.max(1)
    )
    table["stage"] = table["stage_probability"] = np.nan
    if stages and len(keys):
        table["stage"] = [stages[k] for k in found.stage.argmax(1)]
        table["stage_probability"] = found.stage.max(1)
    by_block = keys.assign(**dict(zip(blocks, found.lowest.T, strict=True)))
    by_stage = keys.assign(**{str(s): found.stage[:, k] for k, s in enumerate(stages)})
    long = by_stage.melt(KEY, [str(s) for s in stages], "stage", "probability")
    return WeakestLinks(
        table, by_block.melt(KEY, blocks, "block", "probability"), long.astype({"stage": int})
    )
