"""A Gaussian mixture: what was fitted, and memberships of new rows.

Latent profile analysis as in Vermunt and Magidson (2002), Latent class cluster analysis; entropy
as in Celeux and Soromenho (1996), Journal of Classification 13; ICL as in Biernacki, Celeux,
Govaert (2000), IEEE Transactions on Pattern Analysis and Machine Intelligence 22.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray

from cxkit.errors import ConfigError

Array = NDArray[np.float64]
Covariance = Literal["tied", "diagonal", "full"]
COVARIANCES: tuple[str, ...] = get_args(Covariance)


@dataclass(frozen=True, eq=False)
class Mixture:
    """A fitted mixture of k profiles over d features, profiles from the highest mean down.

    shares (k,), means (k, d) and covariances (k, d, d) in the features' own units; with
    covariance "tied" the k matrices are equal. log_likelihood, bic and icl (smaller is better)
    are those of the `rows` fitted. entropy is relative: 1 where every row is certain, 0 where
    nothing is known; NaN with one profile. replicated counts the starts that reached the best
    likelihood: 1 is a solution that nothing confirms. floored names the profiles (from 0) whose
    variance was held at the floor: rows that are almost alike, not a kind of company.
    notes are texts to be shown beside the result.
    """

    covariance: Covariance
    shares: Array
    means: Array
    covariances: Array
    log_likelihood: float
    bic: float
    icl: float
    entropy: float
    rows: int
    replicated: int
    starts: int
    converged: bool
    floored: tuple[int, ...] = ()
    notes: tuple[dict[str, Any], ...] = ()

    @property
    def k(self) -> int:
        """The number of profiles."""
        return len(self.shares)

    @property
    def parameters(self) -> int:
        """Free parameters, as BIC counts them."""
        return parameters(self.covariance, self.k, self.means.shape[1])

    def log_densities(self, x: Array) -> Array:
        """(n, k): log of share times density of each row of x (n, d) under each profile.

        Only what was observed of a row counts; a row of NaN has density one.
        """
        return joint_logs(x, self.shares, self.means, self.covariances)

    def posterior(self, x: Array) -> Array:
        """(n, k): the probability of each profile, given what was observed of each row of x.

        A row of NaN gets the shares.
        """
        logs = self.log_densities(x)
        return np.asarray(np.exp(logs - log_sum(logs)[:, None]))

    def assign(self, x: Array) -> NDArray[np.intp]:
        """(n,): the likeliest profile of each row, from 0."""
        return np.asarray(self.log_densities(x).argmax(1))

    def to_json(self) -> dict[str, Any]:
        """Plain numbers and lists, from which from_json makes an equal mixture."""
        tied = self.covariance == "tied"
        return {
            "covariance": self.covariance,
            "shares": self.shares.tolist(),
            "means": self.means.tolist(),
            "covariances": (self.covariances[:1] if tied else self.covariances).tolist(),
            "log_likelihood": self.log_likelihood,
            "bic": self.bic,
            "icl": self.icl,
            "entropy": None if np.isnan(self.entropy) else self.entropy,
            "rows": self.rows,
            "replicated": self.replicated,
            "starts": self.starts,
            "converged": self.converged,
            "floored": list(self.floored),
            "notes": list(self.notes),
        }


def from_json(stored: Mapping[str, Any]) -> Mixture:
    """The mixture that to_json described; ConfigError where shapes or kind do not fit."""
    try:
        shares, means = (np.asarray(stored[name], np.float64) for name in ("shares", "means"))
        given = np.asarray(stored["covariances"], np.float64)
        k, d = means.shape
        full = np.broadcast_to(given, (k, d, d)).copy()
        if stored["covariance"] not in COVARIANCES or shares.shape != (k,):
            raise ValueError("covariance or shares")
        np.linalg.cholesky(full)
    except (KeyError, TypeError, ValueError, np.linalg.LinAlgError) as problem:
        raise ConfigError(
            f"The stored profiles cannot be read ({problem}). Make the benchmark again."
        ) from problem
    return Mixture(
        covariance=cast(Covariance, stored["covariance"]),
        shares=shares, means=means, covariances=full,
        log_likelihood=float(stored["log_likelihood"]), bic=float(stored["bic"]),
        icl=float(stored["icl"]),
        entropy=float("nan") if stored["entropy"] is None else float(stored["entropy"]),
        rows=int(stored["rows"]), replicated=int(stored["replicated"]),
        starts=int(stored["starts"]), converged=bool(stored["converged"]),
        floored=tuple(stored["floored"]), notes=tuple(stored["notes"]),
    )  # fmt: skip


def parameters(covariance: str, k: int, d: int) -> int:
    """Free parameters of k profiles over d features: shares, means and covariances."""
    half = d * (d + 1) // 2
    spread = {"tied": half, "diagonal": k * d, "full": k * half}[covariance]
    return k - 1 + k * d + spread


def log_sum(logs: Array) -> Array:
    """(n,): log of the sum of exponentials of each row of logs (n, k)."""
    top = logs.max(1)
    return np.asarray(top + np.log(np.exp(logs - top[:, None]).sum(1)))


def patterns(x: Array) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Rows grouped by what was observed: pairs of row numbers and observed columns of x (n, d)."""
    seen = ~np.isnan(x)
    if seen.all():
        return [(np.arange(len(x)), np.arange(x.shape[1]))]
    packed = np.packbits(seen, axis=1)
    _, first, which = np.unique(
        packed.view(f"V{packed.shape[1]}").reshape(-1), return_index=True, return_inverse=True
    )
    order = np.argsort(which, kind="stable")
    rows = np.split(order, np.cumsum(np.bincount(which))[:-1])
    return [(r, np.flatnonzero(seen[at])) for r, at in zip(rows, first, strict=True)]


def joint_logs(x: Array, shares: Array, means: Array, covariances: Array) -> Array:
    """(n, k): log of share times density of the observed part of each row of x (n, d)."""
    out = np.tile(np.log(shares), (len(x), 1))
    for rows, seen in patterns(x):
        for j in range(len(shares)) if len(seen) else ():
            root = np.linalg.cholesky(covariances[j][np.ix_(seen, seen)])
            far = np.linalg.solve(root, (x[np.ix_(rows, seen)] - means[j, seen]).T)
            size = np.log(np.diagonal(root)).sum() + 0.5 * len(seen) * np.log(2 * np.pi)
            out[rows, j] -= 0.5 * (far**2).sum(0) + size
    return out
