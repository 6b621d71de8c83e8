"""Are the simulated profiles as hard to find as those of methods.md, section 2?

Prints, by separation, the adjusted Rand index of latent profiles, of k-means, of cuts of the
index at the true shares, and of somebody who knows the profiles' true means and covariance;
the share of companies that seem to move between two waves though nobody does; and the bias and
coverage of the contrast of the upper two profiles when companies are cut first and compared
later. With plain numpy only. The latent profiles start from the truth, so that the figure is
that of the method and not of its search.

    python tests/benchmarks/simulate_profiles.py [replications] [separation ...]
"""

from __future__ import annotations

import sys

import numpy as np
from numpy.typing import NDArray

from cxkit.simulate import BASE, Draw, block_scores, company_items, draw
from cxkit.simulate.truth import adjusted_contrasts

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# By separation: latent profiles, ceiling, relative entropy, share that seems to move.
PUBLISHED = {
    "low": (0.40, 0.44, "", 0.30),
    "middle": (0.60, 0.63, ".74-.82", 0.20),
    "high": (0.80, 0.81, ".88-.91", 0.11),
}


def rand_index(one: Ints, other: Ints) -> float:
    """Adjusted Rand index of two groupings."""
    table = np.zeros((one.max() + 1, other.max() + 1))
    np.add.at(table, (one, other), 1)

    def pairs(counts: Floats) -> float:
        return float((counts * (counts - 1) / 2).sum())

    rows, columns = pairs(table.sum(0)), pairs(table.sum(1))
    n = table.sum()
    expected = rows * columns / (n * (n - 1) / 2)
    return (pairs(table) - expected) / ((rows + columns) / 2 - expected)


def log_odds(x: Floats, shares: Floats, means: Floats, cov: Floats) -> Floats:
    """(n, k) log of share times density, up to a constant common to the profiles."""
    root = np.linalg.cholesky(cov)
    flat = np.stack([np.linalg.solve(root, (x - m).T) for m in means], axis=2)
    return np.asarray(np.log(shares) - 0.5 * (flat**2).sum(0))


def moments(x: Floats, member: Floats) -> tuple[Floats, Floats, Floats]:
    """Shares, means and tied covariance for given memberships (n, k)."""
    total = member.sum(0)
    means = (member.T @ x) / total[:, None]
    cov = (x.T @ x - (means.T * total) @ means) / len(x)
    return total / len(x), means, cov


def latent_profiles(x: Floats, member: Floats, steps: int = 500) -> tuple[Floats, tuple]:
    """Memberships (n, k) and parameters of a Gaussian mixture with tied covariance."""
    last = -np.inf
    for _ in range(steps):
        found = moments(x, member)
        logs = log_odds(x, *found)
        top = logs.max(1, keepdims=True)
        total = np.exp(logs - top).sum(1, keepdims=True)
        member = np.exp(logs - top) / total
        likelihood = (top + np.log(total)).sum() - len(x) * np.log(np.linalg.det(found[2])) / 2
        if likelihood - last < 1e-5:
            break
        last = likelihood
    return member, found


def k_means(x: Floats, k: int, rng: np.random.Generator, starts: int = 10) -> Ints:
    """The best of several starts, ordered from the highest mean."""
    best = (np.inf, np.zeros(len(x), int))
    for _ in range(starts):
        centre = x[rng.choice(len(x), k, replace=False)]
        for _ in range(100):
            distance = ((x[:, None] - centre) ** 2).sum(2)
            label = distance.argmin(1)
            filled = [x[label == j].mean(0) if (label == j).any() else centre[j] for j in range(k)]
            if np.allclose(filled, centre):
                break
            centre = np.array(filled)
        best = min(best, (distance.min(1).sum(), label), key=lambda b: b[0])
    order = np.argsort([-x[best[1] == j].mean() for j in range(k)])
    return np.argsort(order)[best[1]]


def contrast(label: Ints, y: Floats, controls: Floats) -> tuple[float, float]:
    """First profile less the second, controls held fixed, and its robust standard error."""
    x = np.column_stack([np.eye(label.max() + 1)[label], controls])
    inverse = np.linalg.inv(x.T @ x)
    b = inverse @ (x.T @ y)
    score = x * (y - x @ b)[:, None]
    cov = inverse @ (score.T @ score) @ inverse
    return float(b[0] - b[1]), float(np.sqrt(cov[0, 0] + cov[1, 1] - 2 * cov[0, 1]))


def one_draw(world: Draw, rng: np.random.Generator) -> dict[str, float]:
    """Every figure of one draw, from the last two waves."""
    blocks = block_scores(
        company_items(world.answers, world.company, len(world.size)), world.layout
    )
    keep: NDArray[np.bool_] = ~np.isnan(blocks[:, -2:]).max(axis=(1, 2))
    before, x = 100 * blocks[keep, -2], 100 * blocks[keep, -1]
    true = world.profile[keep, -1]
    known = np.eye(true.max() + 1)[true]
    member, found = latent_profiles(x, 0.9 * known + 0.1 / known.shape[1])
    label = member.argmax(1)
    earlier = log_odds(before + x.mean(0) - before.mean(0), *found).argmax(1)
    index = x.mean(1)
    cuts = (index[:, None] < np.quantile(index, 1 - known.mean(0).cumsum()[:-1])).sum(1)
    by_means = k_means(x, known.shape[1], rng)
    sure = -(member * np.log(np.maximum(member, 1e-300))).sum() / len(x)
    return {
        "latent": rand_index(true, label),
        "ceiling": rand_index(true, log_odds(x, *moments(x, known)).argmax(1)),
        "k-means": rand_index(true, by_means),
        "cuts": rand_index(true, cuts),
        "entropy": 1 - sure / np.log(known.shape[1]),
        "moved": float((label != earlier).mean()),
        **cut_first(world, keep, by_means),
    }


def cut_first(world: Draw, keep: NDArray[np.bool_], label: Ints) -> dict[str, float]:
    """Bias and coverage of the contrast of k-means groups, industry and size held fixed."""
    industry = np.eye(world.industry.max() + 1)[world.industry[keep]][:, 1:]
    controls = np.column_stack([industry, world.size[keep]])
    above = adjusted_contrasts(world)
    out = {}
    for name in ("growth", "margin"):
        y = np.nanmean(getattr(world, name)[keep, 1:], axis=1)
        effect = getattr(world.design, f"effect_{name}")
        truth = effect * (above[0] - above[1]) / 10
        found, error = contrast(label, y, controls)
        out[f"{name} bias"] = found / truth - 1
        out[f"{name} coverage"] = float(abs(found - truth) < 1.96 * error)
    return out


def main(arguments: list[str]) -> None:
    """Print one line per separation, the published figures in brackets."""
    replications = int(arguments[0]) if arguments else 200
    for separation in arguments[1:] or list(PUBLISHED):
        design = BASE.but(separation=separation)
        rows = [one_draw(draw(design, s), np.random.default_rng(s)) for s in range(replications)]
        mean = {key: float(np.mean([row[key] for row in rows])) for key in rows[0]}
        latent, ceiling, entropy, moved = PUBLISHED[separation]
        print(
            f"{separation:7s} adjusted Rand: latent {mean['latent']:.2f} ({latent:.2f}), "
            f"ceiling {mean['ceiling']:.2f} ({ceiling:.2f}), k-means {mean['k-means']:.2f}, "
            f"cuts {mean['cuts']:.2f}; entropy {mean['entropy']:.2f} ({entropy}); "
            f"seem to move {mean['moved']:.0%} ({moved:.0%})\n"
            f"        k-means, then means: growth {mean['growth bias']:+.0%} "
            f"{mean['growth coverage']:.2f}, margin {mean['margin bias']:+.0%} "
            f"{mean['margin coverage']:.2f}"
            + (" (-12% .87, -15% .71)" if separation == "middle" else ""),
            flush=True,
        )


if __name__ == "__main__":
    main(sys.argv[1:])
