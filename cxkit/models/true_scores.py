"""How true scores are distributed, once the errors are taken out of the observed ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr

from cxkit.contracts import Instrument
from cxkit.models.variance_curve import Floats, Ints

CELLS = 178  # half a point of cx95
MIN_COMPANIES = 30  # fewer give a normal distribution
ITERATIONS = 20
_NARROW = 0.05  # at least this share of the spread is taken to be true


@dataclass(frozen=True)
class TruePrior:
    """The distribution of true scores in a benchmark.

    mass holds the probability of equally wide cells from minimum to maximum; companies are those
    behind it; method is `deconvolution` or `normal`.
    """

    minimum: float
    maximum: float
    mass: tuple[float, ...]
    companies: int
    method: str

    @property
    def edges(self) -> Floats:
        """Ends of the cells, one more than there are cells."""
        return np.linspace(self.minimum, self.maximum, len(self.mass) + 1)

    def to_json(self) -> dict[str, Any]:
        """Plain lists and numbers."""
        return {
            "minimum": self.minimum, "maximum": self.maximum, "mass": list(self.mass),
            "companies": self.companies, "method": self.method,
        }  # fmt: skip

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> TruePrior:
        """The distribution that `to_json` wrote."""
        return cls(
            float(stored["minimum"]), float(stored["maximum"]), tuple(map(float, stored["mass"])),
            int(stored["companies"]), str(stored["method"]),
        )  # fmt: skip


def true_prior(
    index: Floats, sem: Floats, company: Ints, instrument: Instrument
) -> TruePrior | None:
    """The distribution of true scores behind observed ones; None below ten companies.

    index, sem (points) and company are one row per company and wave; rows without an interval
    are left out. From thirty companies by nonparametric empirical Bayes: EM on a grid with each
    row's own normal error (Laird 1978), started at a smooth distribution and stopped early, which
    keeps it smooth. Below thirty the normal of Kelley (1947): the observed mean, and the observed
    variance less the errors'.
    """
    use = np.isfinite(index) & np.isfinite(sem)
    score, error, company = index[use], np.maximum(sem[use], 1e-9), company[use]
    count = len(np.unique(company))
    if count < 10:
        return None
    ends = instrument.minimum, instrument.maximum
    edges = np.linspace(*ends, CELLS + 1)
    # A company counts once, however many waves it has.
    _, code, rows = np.unique(company, return_inverse=True, return_counts=True)
    weight = 1 / rows[code] / count
    mass = _kelley(score, error, weight, edges)
    if count < MIN_COMPANIES:
        return TruePrior(*ends, tuple(map(float, mass)), count, "normal")
    chance = _likelihood(score, error, edges)
    for _ in range(ITERATIONS):
        share = weight / np.maximum(chance @ mass, 1e-300)
        mass = mass * (share @ chance)
    return TruePrior(*ends, tuple(map(float, mass / mass.sum())), count, "deconvolution")


def _kelley(score: Floats, error: Floats, weight: Floats, edges: Floats) -> Floats:
    mean = float(weight @ score)
    observed = float(weight @ (score - mean) ** 2)
    true = max(observed - float(weight @ error**2), _NARROW * observed, 1e-12)
    mass = np.diff(ndtr((edges - mean) / np.sqrt(true)))
    mass = mass + 1e-9 * mass.max()
    return np.asarray(mass / mass.sum())


def _likelihood(score: Floats, error: Floats, edges: Floats) -> Floats:
    """(rows, cells): average chance density of each score over each cell."""
    middle = (edges[1:] + edges[:-1]) / 2
    z = (score[:, None] - middle) / error[:, None]
    return np.asarray(np.exp(-0.5 * z**2) / error[:, None])
