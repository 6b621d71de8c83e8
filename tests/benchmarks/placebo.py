"""How often does the report headline a difference where there is none?

Each replication makes a client in memory and takes it through the kit's own pipeline: measures,
the primary estimate as it would be declared, every estimate, the sentence. Five worlds:

- `placebo`: 60 companies of six industries in six years; industries differ strongly in score and
  growth, and nothing else ties the two;
- `answers`: the same with answers to items, so that the primary estimate is corrected for error
  in the score;
- `shocks`: what an industry shares in a year moves score and growth as much as a company's own
  noise does, and again nothing ties the two;
- `weak`: 60 companies, one wave, and a correlation of 0.10 inside industries: a sample that
  cannot see it;
- `strong`: as `placebo`, with an effect large enough to be seen, so that silence is no virtue.

    python tests/benchmarks/placebo.py [replications] [world ...] [--processes N]
"""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd

from cxkit.contracts import Client, load_instrument
from cxkit.contracts.config import parse_config
from cxkit.contracts.tables import TABLES
from cxkit.contracts.typed import empty_table
from cxkit.exhibits.estimates import secondary
from cxkit.exhibits.wording import linkage_message
from cxkit.measures import accounts, maturity, panel
from cxkit.models import fit_linkages
from cxkit.models.declared import declared
from cxkit.models.grades import grade
from cxkit.models.linkage import CLIP, LinkageFamily
from cxkit.models.specifications import SPECIFICATIONS

COMPANIES, WAVES, INDUSTRIES = 60, 6, 6
OUTCOMES = ("revenue_growth", "operating_margin")
OWN = 0.5  # spread of companies' lasting outcomes inside an industry
SEED = 3_000_000
CONFIG = """\
schema_version: 1
client: placebo
instrument: {instrument}
as_of: "2024-12-31"
currency: EUR
"""


@dataclass(frozen=True)
class World:
    """What is drawn; quantities in standard deviations of a company's own noise.

    shared is what an industry shares in a year, in score and outcomes; r the correlation of
    score and later outcome inside industries; items says whether answers are drawn.
    """

    waves: int = WAVES
    shared: float = 0.0
    r: float = 0.0
    items: bool = False


WORLDS = {
    "placebo": World(), "answers": World(items=True), "shocks": World(shared=1.0),
    "weak": World(waves=1, r=0.10), "strong": World(r=0.30),
}  # fmt: skip
DIFFERENT = ("linkage.clear", "linkage.implausible", "linkage.exaggerated")
LARGE = DIFFERENT[1:]


def client(world: World, seed: int) -> Client:
    """One made-up client."""
    rng = np.random.default_rng(seed)
    industry = np.arange(COMPANIES) % INDUSTRIES
    known = "satisfaction-0-100" if not world.items else "cx95"
    instrument = load_instrument(known)
    score, outcomes = _drawn(world, industry, rng)
    ids = np.array([f"c{i:03d}" for i in range(COMPANIES)])
    about = pd.DataFrame({"company_id": ids, "name": ids, "industry": [f"i{i}" for i in industry]})
    waves = pd.to_datetime([f"{2018 + t}-06-30" for t in range(world.waves)])
    tables = {"companies": about, "pnl": _books(ids, outcomes, rng)}
    if world.items:
        tables["assessments"] = _answers(ids, waves, score, instrument, rng)
    else:
        tables["scores"] = pd.DataFrame({
            "company_id": np.repeat(ids, world.waves), "wave": np.tile(waves, COMPANIES),
            "measure": "index", "value": np.clip(50 + 8 * score, 0, 100).ravel(),
        })  # fmt: skip
    whole = {name: _whole(name, table) for name, table in tables.items()}
    config = parse_config(CONFIG.format(instrument=known).encode())
    return Client(Path(), config, instrument, whole, pd.DataFrame(), ())


def _drawn(
    world: World, industry: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Scores (companies, waves) and the two outcomes (2, companies, waves + 1), standardised."""
    n, waves = len(industry), world.waves
    apart = rng.normal(size=INDUSTRIES)[industry][:, None]  # ties score and outcomes
    score = 1.5 * apart + rng.normal(size=(n, 1))
    own = np.empty((n, waves))
    own[:, 0] = rng.normal(size=n)
    for t in range(1, waves):
        own[:, t] = 0.5 * own[:, t - 1] + np.sqrt(0.75) * rng.normal(size=n)
    both = rng.normal(size=(2, INDUSTRIES, waves + 1)) * world.shared
    score = score + own + both[0, industry, :waves]
    noise = rng.normal(size=(2, n, waves + 1))
    tied = (score - 1.5 * apart)[:, :waves]
    spread = np.sqrt(2.0)  # of the score inside an industry
    rest = np.sqrt(1 + OWN**2)  # of the outcome inside an industry, without the score's part
    noise[:, :, 1:] += world.r / np.sqrt(1 - world.r**2) * rest * tied / spread
    level = 1.5 * apart + OWN * rng.normal(size=(n, 1))
    shock = rng.normal(size=(2, INDUSTRIES, waves + 1)) * world.shared
    return score, level + noise + shock[:, industry]


def _books(ids: np.ndarray, outcomes: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Accounts whose growth is 5 % and 4 points, whose margin 10 % and 3 points, per unit."""
    growth, margin = 0.05 + 0.04 * outcomes[0], 0.10 + 0.03 * outcomes[1]
    first = np.exp(rng.normal(4, 1, (len(ids), 1)))
    revenue = np.hstack([first, first * np.cumprod(1 + growth, axis=1)])
    margin = np.hstack([margin[:, :1], margin])
    years = revenue.shape[1]
    ends = pd.to_datetime([f"{2017 + t}-12-31" for t in range(years)])
    return pd.DataFrame({
        "company_id": np.repeat(ids, years), "period_end": np.tile(ends, len(ids)),
        "period_months": 12.0, "currency": "EUR", "unit": 1.0, "revenue": revenue.ravel(),
        "operating_income": (revenue * margin).ravel(),
    })  # fmt: skip


def _answers(
    ids: np.ndarray, waves: pd.DatetimeIndex, score: np.ndarray, instrument: object,
    rng: np.random.Generator,
) -> pd.DataFrame:  # fmt: skip
    """One rater's whole-numbered answers around each company's level."""
    items = instrument.items  # type: ignore[attr-defined]
    drawn = 2.6 + 0.45 * score[:, :, None] + 0.9 * rng.normal(size=(*score.shape, len(items)))
    low = np.array([i.minimum for i in items])
    top = np.array([i.maximum for i in items])
    value = np.clip(np.round(drawn), low, top)
    rows = pd.MultiIndex.from_product(
        [ids, waves, [i.id for i in items]], names=["company_id", "wave", "item_id"]
    )
    frame = pd.DataFrame({"performance": value.ravel()}, index=rows).reset_index()
    return frame.assign(respondent_id="r1")


def _whole(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """The table with every column of its contract, empty where nothing was drawn."""
    blank = empty_table(TABLES[name])
    wide = table.reindex(columns=blank.columns)
    for column in blank.columns.difference(table.columns):
        if blank[column].dtype == bool:
            wide[column] = False
        else:
            wide[column] = wide[column].astype(blank[column].dtype, errors="ignore")
    return wide.assign(_row=np.arange(2, len(wide) + 2)) if "_row" in blank else wide


def family(made: Client, whole: bool = True) -> LinkageFamily:
    """Every estimate of a client, or the primary alone, declared as without wishes."""
    scores, books = maturity(made), accounts(made)
    asked = [(o, lag) for o in OUTCOMES for lag in (1, 0)]
    panels = [panel(made, scores, books, *one) for one in (asked if whole else asked[:1])]
    primary, _ = declared(panels[0], scores, None, None, CLIP, 1)
    names = None if whole else (primary.specification,)
    return fit_linkages(panels, primary, names, scores)


@dataclass(frozen=True)
class Said:
    """What one report says: the headline's text, whether without the check of shared years it
    would have told a difference, whether a secondary headline tells one, the highest grade."""

    headline: str
    raw: bool
    secondary: bool
    within_grades: bool


def one(name: str, seed: int) -> Said:
    """One replication of a world."""
    found = family(client(WORLDS[name], seed), name in ("placebo", "answers"))
    main = found.main
    assert main is not None
    others = [r for r in found.of("secondary") if r.spec.outcome != main.spec.outcome]
    alike = [
        r for r in others
        if (r.spec.lag, r.spec.specification, r.spec.correction)
        == (main.spec.lag, main.spec.specification, main.spec.correction)
    ]  # fmt: skip
    told = any(secondary(r)["id"] in DIFFERENT for r in alike)
    allowed = all(
        r.grade >= grade(SPECIFICATIONS[r.spec.specification], r.spec.lag, corrected=False,
                         checks=()) for r in found.results
    )  # fmt: skip
    return Said(linkage_message(main)["id"], main.clear, told, allowed)


def run(name: str, replications: int, processes: int = 1) -> list[Said]:
    """Replications of one world, in order of their seeds."""
    seeds = range(SEED, SEED + replications)
    if processes == 1:
        return [one(name, seed) for seed in seeds]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return list(pool.map(partial(one, name), seeds, chunksize=10))


def share(said: Sequence[Said], ids: Sequence[str]) -> float:
    """Share of reports whose headline is one of these texts."""
    return sum(s.headline in ids for s in said) / len(said)


def _print(name: str, said: Sequence[Said], seconds: float) -> None:
    print(f"\n{name}: {len(said)} reports in {seconds:.0f} s")
    for id, count in Counter(s.headline for s in said).most_common():
        print(f"  {id:28s} {100 * count / len(said):5.1f} %")
    print(f"  primary told as a difference  {100 * share(said, DIFFERENT):5.1f} %")
    print(f"  the same by its interval alone {100 * np.mean([s.raw for s in said]):4.1f} %")
    print(f"  a secondary headline          {100 * np.mean([s.secondary for s in said]):5.1f} %")
    print(
        f"  grades within their design    {100 * np.mean([s.within_grades for s in said]):5.1f} %"
    )
    for label, value, low, high in _bars(name, said):
        print(f"  {label:40s} {100 * value:5.1f} % of {100 * low:g}-{100 * high:g}: "
              f"{'met' if low <= value <= high else 'NOT MET'}")  # fmt: skip


def _bars(name: str, said: Sequence[Said]) -> list[tuple[str, float, float, float]]:
    different = share(said, DIFFERENT)
    if name in ("placebo", "answers"):
        others = float(np.mean([s.secondary for s in said]))
        return [("primary", different, 0.03, 0.07), ("secondary", others, 0.0, 0.07)]
    if name == "shocks":
        return [("primary", different, 0.0, 0.07)]
    if name == "weak":
        silent = share(said, ["linkage.undetectable"])
        large = share(said, LARGE) / max(1e-9, 1 - silent)
        return [("not detectable here", silent, 0.84, 0.92),
                ("else larger than plausible", large, 0.999, 1.001)]  # fmt: skip
    return [("primary", different, 0.8, 1.0)]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("replications", type=int, nargs="?", default=1000)
    parser.add_argument("worlds", nargs="*", default=list(WORLDS))
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    for name in asked.worlds:
        start = time.perf_counter()
        said = run(name, asked.replications, asked.processes)
        _print(name, said, time.perf_counter() - start)


if __name__ == "__main__":
    main()
