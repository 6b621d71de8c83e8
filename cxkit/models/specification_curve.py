"""The specification curve of panels: what is varied, one row per specification, the joint test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from scipy import stats

from cxkit.display import Shown, message, text
from cxkit.errors import SampleError
from cxkit.measures import Panel
from cxkit.models import least_squares as ls
from cxkit.models.curve import Choice, Data, Estimates, Joint, estimates, joint_test
from cxkit.models.grams import Array
from cxkit.models.linkage_spec import SEED
from cxkit.models.power import multiplier

DRAWS = 199
# Raw comparisons are left out: they are no defensible answer to the question.
EFFECTS = (
    ("industry", "fiscal_year"),
    ("sub_industry", "fiscal_year"),
    ("company_id", "fiscal_year"),
    ("company_id", "industry_year"),
)
CONTROLS = ((), ("log_revenue",), ("log_employees",), ("age",), ("log_revenue", "age"))
CLIPS = ((0.0, 1.0), (0.01, 0.99), (0.025, 0.975), (0.05, 0.95))
SAMPLES = ("all", "without_small", "without_large", "without_first_year", "earlier", "later")
_EDGE = 0.2  # of the rows, by revenue, that a sample without small or large ones leaves out
_KNOWN = 0.5  # of the rows have to have a control


@dataclass(frozen=True, eq=False, repr=False)
class SpecificationCurve(Shown):
    """Every specification of one question, and the test of all of them together.

    table has one row per specification, in rising order of r: outcome, lag, measure, effects,
    controls (names joined by +), clip_low, clip_high, sample, estimate (fraction per point of
    the measure), std_error, conf_low, conf_high, p_value (CR1 by company), r, nobs, entities.
    left_out counts the specifications that say nothing on this sample. mde_r is the least
    median r the joint test would find in 80 % of samples.
    """

    table: pd.DataFrame
    joint: Joint
    left_out: int
    entities: int
    seed: int

    @property
    def mde_r(self) -> float:
        return multiplier(self.entities - 1) * self.joint.spread

    @property
    def summary(self) -> str:
        return text(self.message)

    @property
    def message(self) -> dict[str, object]:
        """The finding as a text."""
        joint, r = self.joint, self.table["r"]
        return message(
            "curve.summary", specifications=len(self.table), median=joint.median,
            low=float(r.min()), high=float(r.max()), clear=joint.share_clear,
            p=joint.p_median, draws=joint.draws,
        )  # fmt: skip

    @property
    def sample_line(self) -> str:
        return text(message("curve.sample", entities=self.entities, left_out=self.left_out))


def specification_curve(
    panels: Sequence[Panel],
    *,
    draws: int = DRAWS,
    seed: int = SEED,
    effects: Sequence[tuple[str, ...]] = EFFECTS,
    controls: Sequence[tuple[str, ...]] = CONTROLS,
    clips: Sequence[tuple[float, float]] = CLIPS,
    samples: Sequence[str] = SAMPLES,
) -> SpecificationCurve:
    """Every combination on panels of one client: their outcomes, lags and measures as well.

    The outcomes should point the same way, since the joint test asks for the median. Controls
    that fewer than half of the rows have are not used, nor panels without a row. A SampleError
    where no specification can be estimated.
    """
    filled = [p for p in panels if len(p.table)]
    if not filled:
        raise _nothing()
    rows = _rows(filled)
    usable = [c for c in controls if all(rows[n].notna().mean() >= _KNOWN for n in c)]
    choices = [
        Choice(_outcome(p), p.measure, e, c, clip, sample)
        for p, e, c, clip, sample in product(filled, effects, usable, clips, samples)
    ]
    data = _data(rows, filled, usable)
    found = estimates(data, choices)
    kept = _different(_table(choices, filled, found))
    if not len(kept):
        raise _nothing()
    chosen = [choices[at] for at in kept]
    joint = joint_test(data, chosen, draws, seed)
    entities = int(found.companies[kept].max())
    table = _table(chosen, filled, _of(found, kept)).sort_values("r", kind="stable")
    left_out = int((~np.isfinite(found.t)).sum())
    return SpecificationCurve(table.reset_index(drop=True), joint, left_out, entities, seed)


def _different(table: pd.DataFrame) -> np.ndarray:
    """Specifications that say something, of two samples with the same rows the first."""
    known = table[np.isfinite(table["estimate"] / table["std_error"])]
    return known.drop_duplicates(known.columns.drop("sample")).index.to_numpy()


def _nothing() -> SampleError:
    reason = message("curve.nothing")
    return SampleError(text(reason), reason)


def _outcome(panel: Panel) -> str:
    return f"{panel.outcome}.lag{panel.lag}"


def _rows(panels: Sequence[Panel]) -> pd.DataFrame:
    """One row per company and fiscal year of a score, with what does not depend on the panel."""
    about = ["company_id", "fiscal_year", "industry", "sub_industry", "log_revenue",
             "log_employees", "age"]  # fmt: skip
    rows = pd.concat([p.table[about] for p in panels], ignore_index=True)
    rows = rows.drop_duplicates(["company_id", "fiscal_year"]).dropna(subset=["industry"])
    rows = rows.sort_values(["company_id", "fiscal_year"], ignore_index=True)
    rows["industry_year"] = rows["industry"].astype(str) + " " + rows["fiscal_year"].astype(str)
    return rows


def _data(rows: pd.DataFrame, panels: Sequence[Panel], controls: Sequence[tuple[str, ...]]) -> Data:
    key = ["company_id", "fiscal_year"]
    outcomes: dict[str, Array] = {}
    scores: dict[str, Array] = {}
    for panel in panels:
        once = panel.table.drop_duplicates(key)[[*key, "outcome", "score"]]
        own = rows[key].merge(once, on=key, how="left")
        for held, name, column in (
            (outcomes, _outcome(panel), "outcome"),
            (scores, panel.measure, "score"),
        ):
            values = own[column].to_numpy(float)
            known = held.get(name)
            held[name] = values if known is None else np.where(np.isnan(known), values, known)
    names = {name for chosen in controls for name in chosen}
    return Data(
        outcomes, scores, {n: rows[n].to_numpy(float) for n in sorted(names)},
        {n: ls.codes(rows[n].to_numpy(str)) for n in
         ("industry", "sub_industry", "company_id", "fiscal_year", "industry_year")},
        _samples(rows), ls.codes(rows["company_id"].to_numpy(str)),
        ls.codes(rows["fiscal_year"].to_numpy()), ls.codes(rows["industry"].to_numpy(str)),
    )  # fmt: skip


def _samples(rows: pd.DataFrame) -> dict[str, np.ndarray]:
    size, year = rows["log_revenue"].to_numpy(float), rows["fiscal_year"].to_numpy()
    middle = np.median(year)
    low, high = np.nanquantile(size, [_EDGE, 1 - _EDGE]) if np.isfinite(size).any() else (0, 0)
    return {
        "all": np.ones(len(rows), bool),
        "without_small": size >= low,
        "without_large": size <= high,
        "without_first_year": year > year.min(),
        "earlier": year <= middle,
        "later": year > middle,
    }


def _of(found: Estimates, at: np.ndarray) -> Estimates:
    return Estimates(found.coef[at], found.std_error[at], found.r[at], found.rows[at],
                     found.companies[at])  # fmt: skip


def _table(choices: Sequence[Choice], panels: Sequence[Panel], found: Estimates) -> pd.DataFrame:
    about = {_outcome(p): (p.outcome, p.lag) for p in panels}
    reach = stats.t.ppf(0.975, found.companies - 1) * found.std_error
    return pd.DataFrame(
        {
            "outcome": [about[c.outcome][0] for c in choices],
            "lag": [about[c.outcome][1] for c in choices],
            "measure": [c.score for c in choices],
            "effects": ["+".join(c.effects) for c in choices],
            "controls": ["+".join(c.controls) for c in choices],
            "clip_low": [c.clip[0] for c in choices],
            "clip_high": [c.clip[1] for c in choices],
            "sample": [c.sample for c in choices],
            "estimate": found.coef,
            "std_error": found.std_error,
            "conf_low": found.coef - reach,
            "conf_high": found.coef + reach,
            "p_value": found.p_value,
            "r": found.r,
            "nobs": np.nan_to_num(found.rows).astype(int),
            "entities": np.nan_to_num(found.companies).astype(int),
        }
    )
