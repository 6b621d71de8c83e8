"""Every defensible specification at once, and whether all of them together could be chance.

Specification curve analysis (Simonsohn, Simmons, Nelson 2020, Nature Human Behaviour 4). What a
set of rows and effects shares is swept once into one matrix of cross products; a specification
solves a block of it. The joint test gives companies the whole score histories of others of the
same industry, which keeps everything but the link of score and outcome.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from cxkit.models import least_squares as ls
from cxkit.models.grams import TINY, Array, Codes, by_cluster, is_nested

Booleans = NDArray[np.bool_]
LEVEL = 0.05
Name = TypeVar("Name", bound=Hashable)


@dataclass(frozen=True)
class Choice:
    """One specification: names of the columns it takes from `Data`.

    clip holds the quantiles of the outcome beyond which it counts as the quantile itself.
    """

    outcome: str
    score: str
    effects: tuple[str, ...]
    controls: tuple[str, ...] = ()
    clip: tuple[float, float] = (0.0, 1.0)
    sample: str = "all"


@dataclass(frozen=True, eq=False)
class Data:
    """Columns (n,) of one row per company and period, NaN where missing.

    effects, company, period and industry are codes from 0, one row per company and period;
    samples say which rows each takes. No name may be an outcome's and a control's.
    """

    outcomes: Mapping[str, Array]
    scores: Mapping[str, Array]
    controls: Mapping[str, Array]
    effects: Mapping[str, Codes]
    samples: Mapping[str, Booleans]
    company: Codes
    period: Codes
    industry: Codes


@dataclass(frozen=True, eq=False)
class Estimates:
    """One value per specification, (s,): coef and std_error per point of its score, r the
    correlation that is left once effects and controls are out, rows and companies behind it.

    Errors are CR1 by company. NaN where a specification says nothing on these rows.
    """

    coef: Array
    std_error: Array
    r: Array
    rows: Array
    companies: Array

    @property
    def t(self) -> Array:
        return self.coef / self.std_error

    @property
    def p_value(self) -> Array:
        return np.asarray(2 * stats.t.sf(np.abs(self.t), self.companies - 1), np.float64)


@dataclass(frozen=True, eq=False)
class Joint:
    """The curve against `draws` permutations of it, two-sided.

    median of r, mean of t, and the share of specifications that are clear at 5 % in the
    direction of the median; each with the share of permutations that are at least as extreme
    (of the last one too large where few specifications leave many ties).
    spread is the standard deviation of the permutations' medians.
    """

    median: float
    mean_t: float
    share_clear: float
    p_median: float
    p_mean_t: float
    p_share: float
    spread: float
    draws: int


@dataclass(frozen=True, eq=False)
class _Cell:
    """Specifications that share rows and effects: `base` rows that have all but the score.

    outcomes (o, n) as clipped, controls (c, n), scores by name; at (s,) are the places of its
    specifications, wanted their outcome, score and controls by number.
    """

    base: Booleans
    effects: tuple[Codes, ...]
    outcomes: Array
    controls: Array
    scores: tuple[str, ...]
    at: Codes
    wanted: tuple[tuple[int, int, tuple[int, ...]], ...]


def estimates(data: Data, choices: Sequence[Choice]) -> Estimates:
    """Every choice by least squares; a row alone in its company or other effect is left out."""
    return _estimated(_cells(data, choices), data, data.scores, len(choices))


def joint_test(data: Data, choices: Sequence[Choice], draws: int, seed: int) -> Joint:
    """Whether the curve as a whole could come from scores that belong to other companies.

    In each draw a company takes the scores that another of its industry has in the same period;
    where that one has none the row falls out of the draw. A company alone in its industry keeps
    its own. Companies are drawn in the order of their codes.
    """
    cells, many = _cells(data, choices), len(choices)
    places, rng = _places(data), np.random.default_rng(seed)
    real = _statistics(_estimated(cells, data, data.scores, many))
    drawn = np.empty((draws, 3))
    for at in range(draws):
        giver = _permuted(data, rng)
        row = places[giver[data.company], data.period]
        scores = {k: np.where(row >= 0, v[row], np.nan) for k, v in data.scores.items()}
        drawn[at] = _statistics(_estimated(cells, data, scores, many))
    drawn = drawn[np.isfinite(drawn).all(1)]
    p = (1 + (np.abs(drawn) >= np.abs(real) * (1 - 1e-9)).sum(0)) / (1 + len(drawn))
    return Joint(
        median=float(real[0]), mean_t=float(real[1]), share_clear=float(real[2]),
        p_median=float(p[0]), p_mean_t=float(p[1]), p_share=float(p[2]),
        spread=float(drawn[:, 0].std()) if len(drawn) else np.nan, draws=len(drawn),
    )  # fmt: skip


def _statistics(found: Estimates) -> Array:
    """Median r, mean t, and the share clear in the median's direction."""
    known = np.isfinite(found.t)
    if not known.any():
        return np.full(3, np.nan)
    median, t = float(np.median(found.r[known])), found.t[known]
    clear = (found.p_value[known] < LEVEL) & (np.sign(t) == np.sign(median))
    return np.array([median, t.mean(), clear.mean()])


def _places(data: Data) -> Codes:
    """Row of each company and period, (companies, periods), -1 where there is none."""
    out = np.full((int(data.company.max()) + 1, int(data.period.max()) + 1), -1, np.intp)
    out[data.company, data.period] = np.arange(len(data.company))
    return out


def _permuted(data: Data, rng: np.random.Generator) -> Codes:
    """(companies,): whose scores each company takes, within industries."""
    industry = np.zeros(int(data.company.max()) + 1, np.intp)
    industry[data.company] = data.industry
    draw = rng.random(len(industry))
    out = np.empty(len(industry), np.intp)
    out[np.argsort(industry, kind="stable")] = np.lexsort((draw, industry))
    return out


def _cells(data: Data, choices: Sequence[Choice]) -> list[_Cell]:
    """Choices gathered by the rows and effects they share."""
    finite = {name: np.isfinite(v) for name, v in {**data.outcomes, **data.controls}.items()}
    patterns = {name: np.isfinite(v).tobytes() for name, v in data.scores.items()}
    bases: dict[tuple[str, ...], bytes] = {}
    found: dict[tuple[bytes, bytes, tuple[str, ...]], list[int]] = {}
    rows: dict[bytes, Booleans] = {}
    for place, choice in enumerate(choices):
        needs = (choice.sample, choice.outcome, *choice.controls)
        if needs not in bases:
            own = np.all([finite[name] for name in needs[1:]], axis=0)
            base = data.samples[choice.sample] & own
            bases[needs] = base.tobytes()
            rows[bases[needs]] = base
        key = bases[needs], patterns[choice.score], choice.effects
        found.setdefault(key, []).append(place)
    kinds = _numbered((c.outcome, c.clip) for c in choices)
    versions = {kind: _clipped(data.outcomes[kind[0]], kind[1]) for kind in kinds}
    return [
        _cell(data, choices, np.array(at), rows[key[0]], key[2], versions)
        for key, at in found.items()
    ]


def _cell(
    data: Data,
    choices: Sequence[Choice],
    at: Codes,
    base: Booleans,
    effects: tuple[str, ...],
    versions: Mapping[tuple[str, tuple[float, float]], Array],
) -> _Cell:
    own = [choices[place] for place in at]
    outcomes = _numbered((c.outcome, c.clip) for c in own)
    scores = _numbered(c.score for c in own)
    sets = dict.fromkeys(c.controls for c in own)
    controls = _numbered(name for names in sets for name in names)
    numbers = {names: tuple(controls[name] for name in names) for names in sets}
    wanted = tuple((outcomes[c.outcome, c.clip], scores[c.score], numbers[c.controls]) for c in own)
    columns = [data.controls[name] for name in controls]
    return _Cell(
        base, tuple(data.effects[e] for e in effects),
        np.stack([versions[kind] for kind in outcomes]),
        np.stack(columns) if columns else np.empty((0, len(base))),
        tuple(scores), at, wanted,
    )  # fmt: skip


def _numbered(names: Iterable[Name]) -> dict[Name, int]:
    """The different names in the order they come, with their numbers."""
    return {name: at for at, name in enumerate(dict.fromkeys(names))}


def _clipped(values: Array, clip: tuple[float, float]) -> Array:
    low, high = np.quantile(values[np.isfinite(values)], clip)
    return np.clip(values, low, high)


def _estimated(
    cells: Sequence[_Cell], data: Data, scores: Mapping[str, Array], many: int
) -> Estimates:
    out = np.full((5, many), np.nan)
    for cell in cells:
        out[:, cell.at] = _of_cell(cell, np.stack([scores[s] for s in cell.scores]), data.company)
    return Estimates(*out)


def _of_cell(cell: _Cell, scores: Array, company: Codes) -> Array:
    """(5, specifications): coef, std_error, r, rows, companies."""
    out = np.full((5, len(cell.wanted)), np.nan)
    keep = _kept(np.flatnonzero(cell.base & np.isfinite(scores[0])), cell.effects)
    cluster = ls.codes(company[keep]) if len(keep) else company[:0]
    if not len(keep) or cluster.max() < 1:
        return out
    effects = [ls.codes(e[keep]) for e in cell.effects]
    wide = np.vstack([cell.outcomes[:, keep], scores[:, keep], cell.controls[:, keep]]).T
    before = np.square(wide - wide.mean(0)).sum(0)
    swept, means = ls.sweep(wide, effects) if effects else (wide - wide.mean(0), 1)
    nested = max((int(e.max()) for e in effects if is_nested(e, cluster)), default=0)
    gram = swept.T @ swept
    pulls, residuals = _solved(cell, gram, before)
    free = len(keep) - means - 1 - np.array([len(w[2]) for w in cell.wanted]) + nested
    own = ((pulls @ gram) * pulls).sum(1)
    coef = _coefficients(cell, residuals)
    whole = ((residuals @ gram) * residuals).sum(1) + coef**2 * own
    meat = _meat(swept, cluster, pulls, residuals, len(cell.outcomes))
    groups, n = int(cluster.max()) + 1, len(keep)
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = np.where(free > 0, groups / (groups - 1) * (n - 1) / free, np.nan)
        r = coef * np.sqrt(own / whole)
        error = np.sqrt(factor * meat) / own
    return np.stack([coef, error, r, np.full(len(coef), n), np.full(len(coef), groups)])


def _meat(swept: Array, cluster: Codes, pulls: Array, residuals: Array, first: int) -> Array:
    """(s,): over clusters the squared sums of score times residual, from cross products alone.

    The scores' weights lie in the columns from `first` on, behind the outcomes.
    """
    order, rows = np.argsort(cluster, kind="stable"), np.bincount(cluster)
    each = by_cluster(swept[order], rows, first).reshape(len(rows), -1)
    both = (pulls[:, first:, None] * residuals[:, None, :]).reshape(len(pulls), -1)
    sums = each @ both.T
    return np.asarray(np.einsum("gs,gs->s", sums, sums), np.float64)


def _kept(rows: Codes, effects: Sequence[Codes]) -> Codes:
    """Rows that share every effect with another row."""
    while len(rows):
        alone = np.zeros(len(rows), bool)
        for effect in effects:
            alone |= np.bincount(effect[rows])[effect[rows]] < 2
        if not alone.any():
            break
        rows = rows[~alone]
    return rows


def _solved(cell: _Cell, gram: Array, before: Array) -> tuple[Array, Array]:
    """Of each specification the weights on the swept columns, (s, columns), that make its score
    without the controls, and its residual. NaN where the score does not vary on its own."""
    many, first = len(cell.outcomes), len(cell.outcomes) + len(cell.scores)
    pulls = np.zeros((len(cell.wanted), len(gram)))
    residuals = np.zeros_like(pulls)
    blocks: dict[tuple[int, ...], Array] = {}
    for at, (outcome, score, controls) in enumerate(cell.wanted):
        if controls not in blocks:
            blocks[controls] = _without(gram, [first + c for c in controls])
        turn, x = blocks[controls], many + score
        pull, y = turn[x], turn[outcome]
        size = float(pull @ gram @ pull)
        if not size > TINY * before[x]:
            pulls[at] = residuals[at] = np.nan
            continue
        pulls[at] = pull
        residuals[at] = y - (pull @ gram @ y) / size * pull
    return pulls, residuals


def _without(gram: Array, controls: Sequence[int]) -> Array:
    """(columns, columns): row j is column j less what the controls explain of it."""
    turn = np.eye(len(gram))
    if controls:
        inner = gram[np.ix_(controls, controls)]
        turn[:, controls] -= np.linalg.lstsq(inner, gram[controls], rcond=TINY)[0].T
    return turn


def _coefficients(cell: _Cell, residuals: Array) -> Array:
    """The score's weight in the residual, its sign turned."""
    columns = [len(cell.outcomes) + score for _, score, _ in cell.wanted]
    return np.asarray(-residuals[np.arange(len(columns)), columns], np.float64)
