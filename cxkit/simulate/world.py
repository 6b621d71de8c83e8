"""`simulate`: one call from planted quantities to the tables of a client folder."""

from __future__ import annotations

import inspect
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cxkit.simulate.accounts import pnl_table
from cxkit.simulate.design import BASE, Design, refuse_unknown
from cxkit.simulate.draws import SEED, Draw, draw
from cxkit.simulate.initiatives import initiative_table
from cxkit.simulate.metrics import metric_table
from cxkit.simulate.rollout import RolledOut, Rollout, event_table, roll_out, true_rollout
from cxkit.simulate.tables import assessment_table, company_ids, company_table, wave_dates
from cxkit.simulate.truth import profile_names, true_table, true_values
from cxkit.simulate.write import write_folder, write_truth

MEASURED = 5  # companies that send operating metrics


@dataclass(frozen=True, eq=False)
class Simulated:
    """A simulated client and what is true of it.

    companies, assessments, pnl, metrics and initiatives are the tables of a client folder (see
    data/README.md); reader is the id of a middling company with several raters, taken as the
    reader's own. Metrics are those of a few companies, initiatives the reader's.
    planted holds the design, the seed and the values that follow from them; truth has one row
    per company and wave: company_id, wave, profile, score and true block sums in points. events
    is there where a rollout was asked for.
    """

    companies: pd.DataFrame
    assessments: pd.DataFrame
    pnl: pd.DataFrame
    metrics: pd.DataFrame
    initiatives: pd.DataFrame
    truth: pd.DataFrame
    planted: dict[str, Any]
    reader: str
    design: Design
    seed: int
    events: pd.DataFrame | None = None

    def write(self, folder: Path, truth_path: Path | None = None) -> list[Path]:
        """Write the client folder, and the truth as JSON with a Parquet file beside it."""
        tables = {
            "companies": self.companies, "assessments": self.assessments, "pnl": self.pnl,
            "metrics": self.metrics, "initiatives": self.initiatives,
        }  # fmt: skip
        if self.events is not None:
            tables["events"] = self.events
        written = write_folder(folder, tables, self.reader, self.design)
        if truth_path is not None:
            written += write_truth(truth_path, self.planted, self.truth)
        return written


def simulate(*, seed: int = SEED, rollout: Rollout | None = None, **planted: Any) -> Simulated:
    """Simulate a benchmark; every planted quantity is a named argument.

    rollout lays a change over it that comes to companies in different years, sent as `events`.

    The arguments, their units and defaults are the fields of `Design`, which documents each:
    simulate(effect_growth=0, halo_sd=0.3). The same arguments give the same tables.
    """
    refuse_unknown(planted)
    drawn = draw(Design(**planted), seed)
    if rollout is None:
        return tables_of(drawn, seed)
    return _with_events(roll_out(drawn, rollout, seed), seed)


def _with_events(found: RolledOut, seed: int) -> Simulated:
    """The tables of a draw with a rollout, its events and its truth."""
    made = tables_of(found.drawn, seed)
    events = event_table(found, company_ids(found.drawn.design.companies))
    return replace(made, events=events, planted=made.planted | {"rollout": true_rollout(found)})


def write_shipped(root: Path, seed: int = SEED) -> list[Path]:
    """Make the shipped benchmark of the project at root: the client `simulated` and its truth."""
    data = root / "data"
    return simulate(seed=seed).write(
        data / "clients" / "simulated", data / "truth" / "simulated.json"
    )


def _named_arguments() -> inspect.Signature:
    keyword = inspect.Parameter.KEYWORD_ONLY
    fields = [
        inspect.Parameter(name, keyword, default=value, annotation=Design.__annotations__[name])
        for name, value in asdict(BASE).items()
    ]
    first = inspect.Parameter("seed", keyword, default=SEED, annotation="int")
    last = inspect.Parameter("rollout", keyword, default=None, annotation="Rollout | None")
    return inspect.Signature([first, *fields, last], return_annotation="Simulated")


# So that help() and completion show every planted quantity, kept once, in Design.
simulate.__signature__ = _named_arguments()  # type: ignore[attr-defined]


def tables_of(drawn: Draw, seed: int) -> Simulated:
    """The client folder's tables of a draw; seed is that of the draw."""
    # Streams of their own, so that the tables add nothing to what the draw has used.
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence([seed, 1]).spawn(3)]
    ids = company_ids(drawn.design.companies)
    pnl = pnl_table(drawn, ids, streams[0])
    employees = pnl.groupby("company_id", sort=False)["employees"].first()
    reader = _middling(drawn, ids)
    # Another seed, so that what came before stays as it was.
    later = [np.random.default_rng(s) for s in np.random.SeedSequence([seed, 2]).spawn(2)]
    metrics, shifts = metric_table(drawn.design, _measured(drawn, ids, reader), later[0])
    return Simulated(
        companies=company_table(drawn, ids, employees.loc[ids].to_numpy(), streams[1]),
        assessments=assessment_table(drawn, ids, streams[2]),
        pnl=pnl,
        metrics=metrics,
        initiatives=initiative_table(drawn.design, later[1]),
        truth=true_table(drawn, ids, wave_dates(drawn)),
        planted={
            "seed": seed,
            **true_values(drawn, profile_names(drawn.design.profiles)),
            "metrics": shifts,
        },
        reader=reader,
        design=drawn.design,
        seed=seed,
    )


def _measured(drawn: Draw, ids: np.ndarray, reader: str) -> list[str]:
    """The companies that send operating metrics: the reader's own, then the first that stayed."""
    stayed = ids[drawn.stay.all(axis=1)]
    return [reader, *(str(id) for id in stayed[stayed != reader][: MEASURED - 1])]


def _middling(drawn: Draw, ids: np.ndarray) -> str:
    """The company nearest the median true score among those with most raters that stayed."""
    raters = np.bincount(drawn.company, minlength=len(ids))
    stayed = drawn.stay.all(axis=1)
    stayed = stayed if stayed.any() else drawn.stay[:, 0]
    wanted = stayed & (raters == raters[stayed].max())
    score = drawn.score[:, -1]
    distance = np.abs(score - np.median(score[stayed]))
    return str(ids[np.argmin(np.where(wanted, distance, np.inf))])
