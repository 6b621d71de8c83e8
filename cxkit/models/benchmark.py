"""A benchmark: what one client's companies are compared with, whoever they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cxkit.contracts import Instrument
from cxkit.display import Shown
from cxkit.errors import ContractError
from cxkit.models.error_model import ErrorModel
from cxkit.models.norms import Norms
from cxkit.models.transitions import transition_frame
from cxkit.models.true_scores import TruePrior
from cxkit.models.weakest import BlockPrior

SCHEMA_VERSION = 1


@dataclass(frozen=True, eq=False, repr=False)
class Benchmark(Shown):
    """What companies are like on one version of one instrument, the reader's own left out.

    id is "" for the client's own companies. norms hold how scores are spread, error how large a
    rater's error is, prior and block_prior how true scores are distributed (None with too few
    companies). reliability has one row per coefficient: coefficient, value, conf_low, conf_high,
    companies, items; agreement one row per measure: measure (icc1, icck, r_wg), block, value,
    conf_low, conf_high, companies, raters. transitions: from_stage, to_stage, block, change, n.
    linkage holds one mapping per estimate: id, outcome, lag, specification, terms, estimate,
    covariance (of the terms), nobs, entities, unit.
    """

    id: str
    as_of: str
    instrument: str
    version: int
    norms: Norms
    error: ErrorModel
    prior: TruePrior | None
    block_prior: BlockPrior | None
    reliability: pd.DataFrame
    agreement: pd.DataFrame
    transitions: pd.DataFrame
    linkage: tuple[Mapping[str, Any], ...] = ()

    @property
    def companies(self) -> int:
        """Companies with an index behind the norms."""
        return self.norms.companies

    @property
    def own(self) -> bool:
        """Whether these are the client's own companies."""
        return not self.id

    @property
    def table(self) -> pd.DataFrame:
        """The norms over all companies."""
        return self.norms.table[self.norms.table["industry"].isna()].drop(columns="industry")

    @property
    def summary(self) -> str:
        name = f'Benchmark "{self.id}"' if self.id else "The client's own companies"
        return (
            f"{name}: {self.companies:,} companies on {self.instrument} version {self.version}, "
            f"up to {self.as_of}."
        )

    def fitting(self, instrument: Instrument, client: str) -> Benchmark:
        """The benchmark itself; a ContractError where the client answers another instrument."""
        if (self.instrument, self.version) == (instrument.id, instrument.version):
            return self
        raise ContractError(
            f'The benchmark "{self.id}" is of {self.instrument} version {self.version}; {client} '
            f"is on {instrument.id} version {instrument.version}. Scores of different instruments "
            "or versions do not compare.\nName a benchmark of the same version in client.yml, or "
            "leave `benchmark` out."
        )

    def to_json(self) -> dict[str, Any]:
        """Everything as plain lists, mappings, numbers and texts; None where there is none."""
        return {
            "schema_version": SCHEMA_VERSION,
            "id": self.id,
            "as_of": self.as_of,
            "instrument": {"id": self.instrument, "version": self.version},
            "companies": self.companies,
            "norms": self.norms.to_json(),
            "error": self.error.to_json(),
            "prior": self.prior.to_json() if self.prior else None,
            "block_prior": self.block_prior.to_json() if self.block_prior else None,
            "reliability": _rows(self.reliability),
            "agreement": _rows(self.agreement),
            "transitions": _rows(self.transitions),
            "linkage": [dict(row) for row in self.linkage],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Benchmark:
        """The benchmark that `to_json` wrote; the mapping is taken as checked."""
        blocks = stored["block_prior"]
        return cls(
            str(stored["id"]), str(stored["as_of"]), str(stored["instrument"]["id"]),
            int(stored["instrument"]["version"]), Norms.from_json(stored["norms"]),
            ErrorModel.from_json(stored["error"]),
            TruePrior.from_json(stored["prior"]) if stored["prior"] else None,
            BlockPrior.from_json(blocks) if blocks else None,
            reliability_frame(stored["reliability"]), agreement_frame(stored["agreement"]),
            transition_frame(stored["transitions"]), tuple(stored["linkage"]),
        )  # fmt: skip


def reliability_frame(rows: Sequence[Any]) -> pd.DataFrame:
    """Rows of reliability in their columns and types."""
    kinds = {"coefficient": "str", "value": "float64", "conf_low": "float64",
             "conf_high": "float64", "companies": "int64", "items": "int64"}  # fmt: skip
    return pd.DataFrame(rows, columns=list(kinds)).astype(kinds)


def agreement_frame(rows: Sequence[Any]) -> pd.DataFrame:
    """Rows of agreement in their columns and types."""
    kinds = {"measure": "str", "block": "str", "value": "float64", "conf_low": "float64",
             "conf_high": "float64", "companies": "int64", "raters": "float64"}  # fmt: skip
    return pd.DataFrame(rows, columns=list(kinds)).astype(kinds)


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(k): None if pd.isna(v) else v for k, v in row.items()}
        for row in frame.to_dict("records")
    ]
