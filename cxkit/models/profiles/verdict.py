"""Are there kinds of company, or only more and less? A printed rule, and how it was calibrated.

Two figures of a mixture of k profiles, relative entropy (how surely companies are assigned) and
the gain in log likelihood over one profile, are compared with the same figures of draws from a
continuum that shares the sample's marginals and its common factor (see continuum). Only where
both exceed theirs is there structure. Draws end as soon as the answer is certain (Besag and
Clifford 1991, Biometrika 78). tests/benchmarks/profiles.py counts the rule's errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from cxkit.display import message
from cxkit.errors import ConfigError
from cxkit.models.profiles.continuum import fit_continuum
from cxkit.models.profiles.mixture import Array, Covariance
from cxkit.models.profiles.search import QUICK, fit_mixture

Answer = Literal["structure", "continuum", "too-few"]
LEAST = 250  # companies: below, even well separated profiles are missed more often than found
MOST = 2000  # companies judged: beyond, small faults of any model would count as structure
LEVEL = 0.05
DRAWS = 59
_STARTS = 8


@dataclass(frozen=True, eq=False)
class Verdict:
    """structure, continuum or too-few, with the figures it rests on.

    entropy and gain are the sample's (of `judged` companies), continuum_entropy and
    continuum_gain the means of `draws` draws; entropy_p and gain_p the share of draws, the
    sample counted as one, that reach the sample's. NaN where there are too few companies.
    answer says the verdict, rule how it is reached, both as texts.
    """

    verdict: Answer
    k: int
    judged: int
    entropy: float
    gain: float
    continuum_entropy: float
    continuum_gain: float
    entropy_p: float
    gain_p: float
    draws: int
    answer: dict[str, Any]
    rule: dict[str, Any]


def judge(
    x: Array, k: int = 3, *, covariance: Covariance = "tied", draws: int = DRAWS, seed: int = 0
) -> Verdict:
    """The verdict on k profiles of rows x (n, d), NaN where missing.

    Rows with nothing observed do not count. Beyond 2,000 rows a random 2,000 are judged.
    """
    if k < 2 or draws < 19:
        raise ConfigError(f"A verdict needs 2 profiles and 19 draws; {k} and {draws} were asked.")
    known = x[~np.isnan(x).all(1)]
    if len(known) < least(k):
        return _too_few(k, len(known), draws)
    rng = np.random.default_rng(seed)
    if len(known) > MOST:
        known = known[np.sort(rng.choice(len(known), MOST, replace=False))]
    own = figures(known, k, covariance, seed)
    continuum = fit_continuum(known, seed)
    most = int(LEVEL * (draws + 1)) - 1
    drawn: list[Array] = []
    for turn in range(draws):
        drawn.append(figures(continuum.draw(rng), k, covariance, seed + turn))
        if (np.array(drawn) >= own).sum(0).max() > most:
            break
    reached = ((np.array(drawn) >= own).sum(0) + 1) / (len(drawn) + 1)
    return _judged(k, len(known), own, np.array(drawn), reached, draws)


def least(k: int) -> int:
    """The fewest companies that k profiles are judged on."""
    return max(LEAST, 40 * k)


def figures(x: Array, k: int, covariance: Covariance, seed: int = 0) -> Array:
    """Relative entropy of k profiles of x, and their gain in log likelihood over one profile."""
    one = fit_mixture(x, 1, covariance, starts=1, effort=QUICK)
    more = fit_mixture(x, k, covariance, starts=_STARTS, seed=seed, effort=QUICK)
    return np.array([more.entropy, more.log_likelihood - one.log_likelihood])


def _judged(k: int, judged: int, own: Array, drawn: Array, reached: Array, draws: int) -> Verdict:
    found: Answer = "structure" if (reached <= LEVEL).all() else "continuum"
    entropy, gain = (float(v) for v in own)
    middle = drawn.mean(0)
    answer = message(
        f"kinds.{found}", k=k, entropy=entropy, other=float(middle[0]), gain=gain,
        other_gain=float(middle[1]), companies=judged,
    )  # fmt: skip
    return Verdict(
        found, k, judged, entropy, gain, float(middle[0]), float(middle[1]),
        float(reached[0]), float(reached[1]), len(drawn), answer, _rule(k, draws),
    )  # fmt: skip


def _too_few(k: int, rows: int, draws: int) -> Verdict:
    answer = message("kinds.too_few", companies=rows, least=least(k), k=k)
    none = float("nan")
    return Verdict(
        "too-few", k, rows, none, none, none, none, none, none, 0, answer, _rule(k, draws)
    )


def _rule(k: int, draws: int) -> dict[str, Any]:
    return message("kinds.rule", k=k, draws=draws, level_rest=1 - LEVEL, least=least(k), most=MOST)
