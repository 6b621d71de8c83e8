"""Kinds of company: mixtures, centres and cuts, how many there are, and whether there are any."""

from __future__ import annotations

from cxkit.models.profiles.centres import Centres, k_means, k_medoids
from cxkit.models.profiles.criteria import Criteria, criteria
from cxkit.models.profiles.cuts import Cuts, cut, mean_index
from cxkit.models.profiles.groupings import rand_index
from cxkit.models.profiles.mixture import COVARIANCES, Covariance, Mixture, from_json
from cxkit.models.profiles.search import fit_mixture
from cxkit.models.profiles.stability import Stability, centre_stability, mixture_stability
from cxkit.models.profiles.verdict import Verdict, judge

__all__ = [
    "COVARIANCES",
    "Centres",
    "Covariance",
    "Criteria",
    "Cuts",
    "Mixture",
    "Stability",
    "Verdict",
    "centre_stability",
    "criteria",
    "cut",
    "fit_mixture",
    "from_json",
    "judge",
    "k_means",
    "k_medoids",
    "mean_index",
    "mixture_stability",
    "rand_index",
]
