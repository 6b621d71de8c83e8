"""A benchmark made from a client's companies: for its own report, or for a file to give away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pandas as pd

from cxkit.contracts import Client
from cxkit.errors import SampleError
from cxkit.measures import Maturity
from cxkit.measures.disclosure import MIN_CELL
from cxkit.models.agreement import nested_icc, r_wg
from cxkit.models.benchmark import Benchmark, agreement_frame, reliability_frame
from cxkit.models.coarse import KEY, Coarse, coarse
from cxkit.models.error_model import ErrorModel, error_model_of
from cxkit.models.linkage import LinkageResult
from cxkit.models.norms import Norms, norms
from cxkit.models.reliability import Reliability, alpha, omega_total, stratified_alpha
from cxkit.models.score_error import block_intervals, intervals, with_effective_raters
from cxkit.models.steady import in_steps, steady_coefficient, steady_covariance, steady_error
from cxkit.models.transitions import transition_frame, transitions
from cxkit.models.true_scores import TruePrior, true_prior
from cxkit.models.weakest import BlockPrior, block_prior

MOVES = 2.0  # of a company in a step of an estimate


def own_benchmark(client: Client, scores: Maturity, id: str = "", told: bool = True) -> Benchmark:
    """The client's companies, the reader's own left out, as a benchmark; nothing is rounded.

    Without `told`, norms and transitions are empty: a report on these companies has their scores.
    Norms and transitions are those a file would hold; error, priors, reliability and agreement
    are exact. Linkage is left to the report's own estimates.
    """
    reader = client.config.company or ""
    others = _without(scores, reader)
    error, table = error_model_of(others), with_effective_raters(others)
    return Benchmark(
        id, str(client.config.as_of), scores.instrument.id, scores.instrument.version,
        norms(scores, client.table("companies"), reader) if told else Norms.none(), error,
        _prior(table, error, others), _block_prior(others, table, others.blocks, error),
        reliability_frame(_reliability(others)), agreement_frame(_agreement(others)),
        transitions(others) if told else transition_frame(()),
    )  # fmt: skip


def given_away(
    client: Client, scores: Maturity, id: str, linkage: Iterable[LinkageResult] = ()
) -> Benchmark:
    """The same as it may be written to a file.

    Distributions of true scores come from classes of scores; every other figure is told in steps
    that no single company shows in (`steady`).
    """
    own = own_benchmark(client, scores, id)
    others = _without(scores, client.config.company or "")
    instrument = scores.instrument
    error = steady_error(own.error, (instrument.minimum + instrument.maximum) / 2)
    scored = others.table.dropna(subset=["index"])
    found = coarse(others, scored) if len(scored) else None
    prior, blocks = (None, None) if found is None else _coarse_priors(others, found, error)
    reliability = [_told(row) for row in own.reliability.to_dict("records")]
    agreement = [_told(row) for row in own.agreement.to_dict("records")]
    return replace(
        own, error=error, prior=prior, block_prior=blocks,
        reliability=reliability_frame(reliability), agreement=agreement_frame(agreement),
        linkage=tuple(linkage_row(result) for result in linkage),
    )  # fmt: skip


def _without(scores: Maturity, company: str) -> Maturity:
    """The scores of every other company."""
    if not company:
        return scores
    detail = scores.detail
    given = detail.ratings
    if given is not None:
        given = given.of((given.raters["company_id"] != company).to_numpy())
    return replace(
        scores, table=_others(scores.table, company), blocks=_others(scores.blocks, company),
        detail=replace(
            detail, items=_others(detail.items, company), raters=_others(detail.raters, company),
            rater_blocks=_others(detail.rater_blocks, company), ratings=given,
        ),
    )  # fmt: skip


def _others(frame: pd.DataFrame, company: str) -> pd.DataFrame:
    return frame[frame["company_id"] != company].reset_index(drop=True)


def _prior(
    table: pd.DataFrame, error: ErrorModel, scores: Maturity, lost: np.ndarray | float = 0.0
) -> TruePrior | None:
    """The distribution of true scores; lost is a variance beyond the error's, by row."""
    sem = intervals(table, error, scores.instrument)["sem"].to_numpy(float)
    return true_prior(
        table["index"].to_numpy(float), np.sqrt(sem**2 + lost),
        table["company_id"].to_numpy(str), scores.instrument,
    )  # fmt: skip


def _block_prior(
    scores: Maturity,
    table: pd.DataFrame,
    blocks: pd.DataFrame,
    error: ErrorModel,
    lost: pd.Series | float = 0.0,
) -> BlockPrior | None:
    """The distribution of true block scores in each company's latest wave."""
    ids = list(scores.instrument.block_ids)
    if not ids or blocks.empty:
        return None
    found = block_intervals(blocks, table, error, scores.instrument)
    found["sem"] = np.sqrt(found["sem"] ** 2 + lost)
    rows = scores.latest[KEY].merge(found, on=KEY)
    performance, sem = (
        rows.pivot(index=KEY, columns="block", values=name).reindex(columns=ids).to_numpy(float)
        for name in ("performance", "sem")
    )
    return block_prior(performance, sem)


def _coarse_priors(
    scores: Maturity, found: Coarse, error: ErrorModel
) -> tuple[TruePrior | None, BlockPrior | None]:
    """Both priors from classes of scores; what a class hides counts as error."""
    index = found.parts[("index", "performance")]
    table = with_effective_raters(scores).dropna(subset=["index"])
    table = table.assign(index=index.values.to_numpy(float))
    lost = index.classes.variances(table["index"].to_numpy(float))
    prior = _prior(table, error, scores, lost)
    if prior is not None:
        prior = replace(prior, mass=tuple(round(float(m), 7) for m in prior.mass))
    frames = []
    for block in scores.instrument.block_ids:
        part = found.parts.get((block, "performance"))
        if part is None:
            return prior, None
        frame = part.values.rename("performance").reset_index().assign(block=block)
        frames.append(frame.assign(lost=part.classes.variances(frame["performance"])))
    rows = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    blocks = _block_prior(scores, table, rows, error, rows["lost"]) if len(rows) else None
    if blocks is not None:
        told = steady_covariance(blocks.covariance, blocks.companies, places=2)
        blocks = BlockPrior(blocks.mean.round(1), told, blocks.companies)
    return prior, blocks


def _reliability(scores: Maturity) -> list[dict[str, Any]]:
    """Alpha, stratified alpha and omega of the items in each company's latest wave."""
    instrument = scores.instrument
    if scores.items.empty:
        return []
    rows = scores.latest[KEY].merge(scores.items, on=KEY)
    ids = [item.id for item in instrument.items]
    wide = rows.pivot(index=KEY, columns="item_id", values="performance").reindex(columns=ids)
    x = wide.to_numpy(float)
    x = x[np.lexsort(x.T)]  # resamples are drawn by row: by answers, not by companies' names
    codes = np.array([instrument.block_ids.index(item.block) for item in instrument.items])
    found: list[Reliability] = []
    for coefficient in (alpha, lambda y: stratified_alpha(y, codes), omega_total):
        try:
            found.append(coefficient(x))
        except SampleError:
            return []
    return [asdict(one) for one in found]


def _agreement(scores: Maturity) -> list[dict[str, Any]]:
    """ICC(1), ICC(k) of the index and mean r_wg of each block, in each company's latest wave."""
    raters = scores.latest[KEY].merge(scores.raters, on=KEY)
    try:
        found = nested_icc(raters["index"].to_numpy(float), raters["company_id"].to_numpy(str))
    except SampleError:
        return []
    if found.companies < MIN_CELL:
        return []
    rows = [
        {"measure": name, "block": None, "value": getattr(found, name),
         "conf_low": getattr(found, f"{name}_low"), "conf_high": getattr(found, f"{name}_high"),
         "companies": found.companies, "raters": found.raters} for name in ("icc1", "icck")
    ]  # fmt: skip
    return rows + _within_groups(scores)


def _within_groups(scores: Maturity) -> list[dict[str, Any]]:
    """Mean r_wg of each block over the companies with two raters or more."""
    given, instrument = scores.ratings, scores.instrument
    if given is None:
        return []
    last = pd.MultiIndex.from_frame(scores.latest[KEY])
    latest = np.flatnonzero(pd.MultiIndex.from_frame(given.groups[KEY]).isin(last))
    groups = [rows for g in latest if len(rows := np.flatnonzero(given.group == g)) > 1]
    found = []
    for block in instrument.blocks:
        at = [k for k, item in enumerate(instrument.items) if item.block == block.id]
        options = [instrument.items[k].maximum - instrument.items[k].minimum + 1 for k in at]
        answers = given.means.performance[:, at]
        values = np.array([r_wg(answers[rows], options) for rows in groups]) if at else np.array([])
        known = values[np.isfinite(values)]
        if len(known) >= MIN_CELL:
            raters = float(np.mean([len(rows) for rows in groups]))
            found.append({
                "measure": "r_wg", "block": block.id, "value": float(known.mean()),
                "conf_low": None, "conf_high": None, "companies": len(known), "raters": raters,
            })  # fmt: skip
    return found


def _told(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A row of reliability or agreement as a file may hold it."""
    told = {str(name): value for name, value in row.items()}
    for name in ("value", "conf_low", "conf_high"):
        told[name] = steady_coefficient(float(row[name]), float(row["companies"]))
    if "raters" in told:
        told["raters"] = round(float(told["raters"]), 1)
    return told


def linkage_row(result: LinkageResult) -> Mapping[str, Any]:
    """An estimate with the covariance of its terms, told in steps no company shows in.

    A company moves an estimate by about its standard error over the root of the companies; two
    such moves are one step, which adds at most 2 % to the error of twelve companies.
    """
    spec, table, n = result.spec, result.table, result.entities
    covariance = steady_covariance(result.covariance, n)
    errors = np.sqrt(np.diag(covariance))
    steps = [MOVES * float(e) / np.sqrt(n) for e in errors]
    estimate = [in_steps(float(b), s) for b, s in zip(table["estimate"], steps, strict=True)]
    return {
        "id": spec.id, "outcome": spec.outcome, "lag": spec.lag,
        "specification": spec.specification, "clip": list(spec.clip),
        "terms": [str(t) for t in table["term"]], "estimate": estimate,
        "covariance": [[float(v) for v in line] for line in covariance],
        "nobs": result.nobs, "entities": n, "unit": "fraction per score point", "role": result.role,
    }  # fmt: skip
