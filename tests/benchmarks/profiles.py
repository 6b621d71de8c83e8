"""Are profiles found as well, judged as rightly and fitted as fast as methods.md says?

truth: mean adjusted Rand index of latent profiles at each separation (methods.md 2), beside
k-means and cuts of the index. verdict: the share called "structure" among continua (bar: under
.05 each) and among three kinds (bar: over .95 at high separation). speed: processor seconds in
turn with scikit-learn and stepmix, ratios and likelihoods.

    OMP_NUM_THREADS=1 python tests/benchmarks/profiles.py truth|verdict|speed|stability [number]

number counts replications (rounds of speed); for verdict, numbers of companies may follow it.
"""

from __future__ import annotations

import resource
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from cxkit.models.profiles.centres import k_means
from cxkit.models.profiles.cuts import cut, mean_index
from cxkit.models.profiles.groupings import rand_index
from cxkit.models.profiles.search import fit_mixture
from cxkit.models.profiles.stability import centre_stability, mixture_stability
from cxkit.models.profiles.verdict import judge
from tests.models.profiles.worlds import CONTINUA, continuum, kinds

# Latent profiles and the ceiling for anyone: methods.md 2.
RESAMPLES, COPIES = 200, 10  # copies: timed for these and multiplied
STARTS, SOME = 20, 2  # some: the starts timed of stepmix, and multiplied
TOLERANCES = (1e-3, 1e-5)  # its default, and one at which its likelihoods come near
PUBLISHED = {"low": (0.40, 0.44), "middle": (0.60, 0.63), "high": (0.80, 0.81)}


def truth(replications: int) -> None:
    """Print the recovery of latent profiles, k-means and cuts, by separation."""
    for separation, (latent, ceiling) in PUBLISHED.items():
        rows = []
        for seed in range(replications):
            x, true = kinds(seed, separation)
            found = fit_mixture(x, 3)
            rows.append(
                [
                    rand_index(true, found.assign(x)),
                    rand_index(true, k_means((x - x.mean(0)) / x.std(0), 3).label),
                    rand_index(true, cut(mean_index(x), [0.23, 0.50, 0.27]).label),
                    found.entropy,
                    found.replicated > 1,
                ]
            )
        mean = np.mean(rows, axis=0)
        print(
            f"{separation:7s} latent {mean[0]:.2f} ({latent:.2f}; ceiling {ceiling:.2f}), k-means "
            f"{mean[1]:.2f}, cuts at the true shares {mean[2]:.2f}; entropy {mean[3]:.2f}; "
            f"best likelihood met twice in {mean[4]:.0%} of {replications}",
            flush=True,
        )


def verdict(replications: int, *companies: int) -> None:
    """Print the share of verdicts "structure", by world and number of companies."""
    for n in companies or (300, 600, 1500):
        for separation in PUBLISHED:
            _share(f"{separation} separation", n, replications, _world(separation, n))
        for name in CONTINUA:
            _share(name, n, replications, _continuum(name, n))


def _world(separation: str, n: int) -> Callable[[int], Any]:
    return lambda seed: kinds(seed, separation, round(n * 1.07))[0][:n]


def _continuum(name: str, n: int) -> Callable[[int], Any]:
    return lambda seed: continuum(name, n, 1000 + seed)


def _share(name: str, n: int, replications: int, made: Callable[[int], Any]) -> None:
    started = time.process_time()
    said = [judge(made(seed), seed=seed).verdict == "structure" for seed in range(replications)]
    spent = (time.process_time() - started) / replications
    print(
        f"{n:5d} companies, {name:18s} structure in {np.mean(said):.1%} of {replications}"
        f" ({spent:.1f} s each)",
        flush=True,
    )


def speed(rounds: int) -> None:
    """Print processor seconds in turn, and how likelihoods compare."""
    from sklearn.mixture import GaussianMixture
    from stepmix.stepmix import StepMix

    def ours(x: Any, kind: Any) -> list[float]:
        return [fit_mixture(x, k, kind).log_likelihood for k in range(1, 9)]

    def theirs(x: Any, kind: str, tol: float) -> list[float]:
        kinds_ = {"diagonal": "diag"}
        fits = (
            GaussianMixture(
                k, covariance_type=kinds_.get(kind, kind), n_init=STARTS, tol=tol, max_iter=1000,
                random_state=0,
            ).fit(x)
            for k in range(1, 9)
        )  # fmt: skip
        return [float(f.score(x) * len(x)) for f in fits]

    def stepmix(x: Any) -> list[float]:
        chosen = {"n_init": SOME, "random_state": 0, "progress_bar": 0}
        fits = (StepMix(k, measurement="gaussian_diag", **chosen).fit(x) for k in range(1, 9))
        return [float(f.score(x) * len(x)) for f in fits]

    for turn in range(rounds):
        x = kinds(turn, "middle", 1600)[0][:1500]
        for kind in ("tied", "diagonal"):
            us, mine = _timed(lambda x=x, kind=kind: ours(x, kind))
            for tol in TOLERANCES:
                them, other = _timed(lambda x=x, kind=kind, tol=tol: theirs(x, kind, tol))
                _compare(f"k 1-8, {kind}, scikit-learn tol {tol:g}", us, them, mine, other)
        them, other = _timed(lambda x=x: stepmix(x))
        them *= STARTS / SOME
        _compare(f"k 1-8, diagonal, stepmix ({SOME} of {STARTS} starts)", us, them, mine, other)
    stability(1)


def stability(_: int) -> None:
    """Print processor seconds of resampling: by weights here, by copies in scikit-learn."""
    from sklearn.cluster import KMeans

    for n in (1500, 15_000, 150_000):
        x = kinds(1, "middle", round(n * 1.07))[0][:n]
        z = (x - x.mean(0)) / x.std(0)
        fitted = k_means(z, 3)
        us, _ = _timed(lambda z=z, c=fitted.centres: centre_stability(z, c))
        mixture = fit_mixture(x, 3)
        latent, _ = _timed(lambda x=x, m=mixture: mixture_stability(x, m, resamples=RESAMPLES))
        them = float("nan")
        if n < 150_000:
            rng = np.random.default_rng(0)
            them, _ = _timed(
                lambda z=z, rng=rng: [
                    KMeans(3, n_init=10).fit(z[rng.integers(0, len(z), len(z))])
                    for _ in range(COPIES)
                ]
            )
        them *= RESAMPLES / COPIES
        copied = f"{them:.1f} s ({them / us:.0f} times; from {COPIES})" if them > 0 else "not run"
        print(
            f"stability, {RESAMPLES} resamples, {n} x 6: k-means {us:.2f} s, latent profiles "
            f"{latent:.2f} s; copies and ten starts in scikit-learn {copied}",
            flush=True,
        )
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GB")


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.process_time()
    out = work()
    return time.process_time() - started, out


def _compare(name: str, us: float, them: float, mine: list[float], other: list[float]) -> None:
    behind = np.array(other) - np.array(mine)
    print(
        f"{name}: {us:.2f} s against {them:.2f} s ({them / us:.1f} times); theirs above ours by at "
        f"most {behind[:5].max():+.4f} at k to 5, {behind.max():+.4f} at k to 8; below by "
        f"up to {-behind.min():.1f}",
        flush=True,
    )


def main(arguments: list[str]) -> None:
    """Run one part."""
    warnings.simplefilter("ignore")  # scikit-learn's on convergence at loose tolerances
    parts: dict[str, Callable[..., None]] = {
        "truth": truth,
        "verdict": verdict,
        "speed": speed,
        "stability": stability,
    }
    chosen = arguments[0] if arguments else "truth"
    given = [int(a) for a in arguments[1:]] or [1 if chosen == "speed" else 20]
    parts[chosen](*given)


if __name__ == "__main__":
    main(sys.argv[1:])
