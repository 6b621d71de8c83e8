"""What followed a change: rollout events, or a stage reached, two-stage, from a client's tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxkit.contracts import Client
from cxkit.display import Shown, message, text
from cxkit.measures import Accounts, Maturity
from cxkit.measures.panel import YEAR, period_of
from cxkit.models import least_squares as ls
from cxkit.models.assigned import GradeA, grade_a
from cxkit.models.did import NEVER, Did, EventTime, did
from cxkit.models.linkage_spec import CLIP

ROLLOUT, TRANSITION = "rollout", "transition"


@dataclass(frozen=True, eq=False, repr=False)
class ChangeEffect(Shown):
    """An outcome after a change, against companies it had not reached.

    table has one row per year since the change (0 is the fiscal year that holds its date; below
    0 the years before it, each against all earlier ones) and one for all years together
    (`year` missing): year, estimate, std_error, conf_low, conf_high, p_value, entities; as a
    fraction of revenue. kind is `rollout` or `transition`; verdict says whether grade A is earned.
    """

    table: pd.DataFrame
    outcome: str
    kind: str
    found: Did
    verdict: GradeA

    @property
    def grade(self) -> str:
        return "A" if self.verdict.holds else "C"

    @property
    def reason(self) -> Mapping[str, Any]:
        """The effect in one sentence, as a text; its verb follows the grade."""
        effect = self.found.effect
        if not effect.known:
            return message("did.none", changed=self.found.changed, others=self.found.unchanged)
        ending = ("raised" if self.verdict.holds else "after") if effect.clear else "unclear"
        return message(
            f"did.{ending}", outcome=self.outcome, estimate=effect.estimate, low=effect.conf_low,
            high=effect.conf_high, changed=self.found.changed, others=self.found.unchanged,
            mde=effect.mde,
        )  # fmt: skip

    @property
    def summary(self) -> str:
        return text(self.reason)

    @property
    def sample_line(self) -> str:
        f = self.found
        return (
            f"{f.nobs:,} rows, {f.changed:,} companies changed, {f.unchanged:,} did not "
            f"({f.never_changed:.0%}); two-stage, errors by company."
        )


def rollout_effect(
    client: Client, books: Accounts, outcome: str, clip: tuple[float, float] = CLIP
) -> ChangeEffect:
    """The outcome after the first `rollout` event of each company that has one."""
    events = client.table("events")
    events = events[events["kind"] == ROLLOUT].sort_values("date", kind="stable")
    events = events.drop_duplicates("company_id")
    at = period_of(events.rename(columns={"date": "wave"}), books.table)
    years = books.table["fiscal_year"].to_numpy()
    inside = at >= 0
    start = pd.Series(years[at[inside]], index=events["company_id"][inside], dtype="int64")
    return _effect(books, outcome, clip, start, ROLLOUT, list(events["assignment"][inside]))


def transition_effect(
    scores: Maturity, books: Accounts, outcome: str, clip: tuple[float, float] = CLIP
) -> ChangeEffect:
    """The outcome after each company's first wave in a higher stage than its first one.

    A stage is crossed by a noisy score, and companies may fall back: never grade A.
    """
    known = scores.table.dropna(subset=["stage"]).sort_values(["company_id", "wave"])
    first = known.groupby("company_id")["stage"].transform("first")
    risen = known[known["stage"] > first].drop_duplicates("company_id")
    at = period_of(risen, books.table)
    years = books.table["fiscal_year"].to_numpy()
    inside = at >= 0
    start = pd.Series(years[at[inside]], index=risen["company_id"][inside], dtype="int64")
    scored = set(known["company_id"])
    return _effect(books, outcome, clip, start, TRANSITION, [TRANSITION] * len(start), scored)


def _effect(
    books: Accounts, outcome: str, clip: tuple[float, float], start: pd.Series, kind: str,
    assignments: list[object], among: set[str] | None = None,
) -> ChangeEffect:  # fmt: skip
    """Twelve-month periods only; outcomes clipped at quantiles of them all."""
    rows = books.table[books.table["period_months"] == YEAR].dropna(subset=[outcome])
    if among is not None:
        rows = rows[rows["company_id"].isin(among)]
    y = rows[outcome].to_numpy(float)
    if len(y):
        y = np.clip(y, *np.quantile(y, clip))
    began = rows["company_id"].map(start)
    begin = np.where(began.notna(), began.fillna(0), 0).astype(np.int64)
    begin[began.isna().to_numpy()] = NEVER
    found = did(
        y, ls.codes(rows["company_id"].to_numpy(str)),
        rows["fiscal_year"].to_numpy().astype(np.int64), begin,
    )  # fmt: skip
    return ChangeEffect(_table(found), outcome, kind, found, grade_a(found, assignments))


def _table(found: Did) -> pd.DataFrame:
    before = tuple(reversed(found.before.leads)) if found.before.known else ()
    rows = [_row(e.year, e) for e in (*before, *found.by_year)]
    everything = EventTime(0, found.effect, found.changed)
    return pd.DataFrame([*rows, _row(None, everything)])


def _row(year: int | None, event: EventTime) -> dict[str, Any]:
    keep = ("estimate", "std_error", "conf_low", "conf_high", "p_value")
    values = {k: getattr(event.probe, k) for k in keep}
    return {"year": year} | values | {"entities": event.companies}
