"""Did the companies that left make the estimate?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxkit.display import message
from cxkit.measures import Panel
from cxkit.models import least_squares as ls
from cxkit.models.attrition import FEWEST_LEFT, Attrition, Bounds, bounds, reweighted
from cxkit.models.checks.check import Check, judged, no_verdict, not_applicable
from cxkit.models.checks.rows import Rows, rows_of
from cxkit.models.checks.timing import interval, probe_table
from cxkit.models.grams import Array
from cxkit.models.linkage_rows import clipped
from cxkit.models.linkage_spec import LinkageSpec
from cxkit.models.specifications import specification

ID = "attrition"
MATTERS = 0.1  # of the estimate: a smaller move overturns nothing, however clear
FEW_OF = 0.1  # of the companies: so few leavers cannot have made the estimate
CLEAR = 1.96  # standard errors
_OUTCOME = 1  # the outcome's place among the predictors of leaving, after the score
OBSERVED = ("log_revenue", "log_employees", "age")  # beside score and outcome, where known for all


def attrition(
    panel: Panel, spec: LinkageSpec, estimate: float, same_year: Panel | None = None
) -> Check:
    """Weighted by the inverse chance of still being seen: does the estimate move?

    Failed where it moves clearly and by more than a tenth. None where companies are held fixed
    and leaving clearly depends on the outcome: who leaves after a bad year takes that year into
    his company's mean, and no weight of the rows that stayed undoes it.
    Predictors are score, outcome, and of size and age what is known of every row. same_year is
    the panel of the same outcome at lag 0, whose scores show which outcomes were lost; with it
    the table also has the bounds. Not applicable where fewer than ten companies left and these
    are at most a tenth of all; none where they are more of a small sample.
    """
    rows = rows_of(panel, spec)
    found = reweighted(
        rows.y, rows.x, rows.effects, rows.company, rows.year, _observed(panel, spec, rows)
    )
    if found.at_risk and found.left < FEWEST_LEFT and found.left <= FEW_OF * found.at_risk:
        values = {"left": found.left, "of": found.at_risk}
        return not_applicable(ID, message("check.attrition_none_left", **values))
    if not found.difference.known:
        return no_verdict(ID, message("check.attrition_few"))
    table = probe_table(
        {"weighted": found.weighted, "plain": found.plain, "difference": found.difference}
    )
    limits = lost_outcomes(panel, spec, same_year) if same_year is not None else None
    if limits is not None:
        more = {"term": ["bound_low", "bound_high"], "estimate": [limits.low, limits.high],
                "rows": [limits.lost] * 2}  # fmt: skip
        table = pd.concat([table, pd.DataFrame(more)], ignore_index=True)
    check = _judged(found, estimate, table)
    within = "company_id" in specification(spec.specification).effects
    if check.passed and within and _by_outcome(found):
        values = {"left": found.left, "of": found.at_risk}
        return no_verdict(ID, message("check.attrition_by_outcome", **values), table)
    return check


def _by_outcome(found: Attrition) -> bool:
    """Whether leaving clearly depends on the outcome, given the score and what else is known."""
    slope, error = found.predictors[_OUTCOME], found.predictor_errors[_OUTCOME]
    return bool(error > 0 and abs(slope) > CLEAR * error)


def _judged(found: Attrition, estimate: float, table: pd.DataFrame) -> Check:
    values = interval(found.difference) | {"left": found.left, "of": found.at_risk}
    moved = abs(found.difference.estimate) > MATTERS * abs(estimate)
    return judged(ID, found.difference.clear and moved, found.difference.mde, estimate,
                  table, **values)  # fmt: skip


def _observed(panel: Panel, spec: LinkageSpec, rows: Rows) -> Array:
    """(n, p): what may tell who leaves."""
    table = rows.table
    known = [c for c in OBSERVED if c in table and table[c].notna().all()]
    return np.column_stack([rows.score, rows.y, table[known].to_numpy(float)])


def lost_outcomes(panel: Panel, spec: LinkageSpec, same_year: Panel) -> Bounds | None:
    """Bounds with the scores whose later outcome was lost; None where none was.

    A lost outcome is a company-year of the same-year panel that the panel does not have, up to
    the panel's last year. For specifications without controls.
    """
    shape = specification(spec.specification)
    if shape.controls or panel.table.empty:
        return None
    keys = ["company_id", "fiscal_year"]
    last = panel.table["fiscal_year"].max()
    whole = same_year.table[same_year.table["fiscal_year"] <= last]
    lost = whole.merge(panel.table[keys], on=keys, how="left", indicator="_found")
    lost = lost[lost["_found"] == "left_only"].assign(outcome=np.nan)
    if lost.empty:
        return None
    own = panel.table.assign(outcome=clipped(panel.table, panel.table, spec.clip))
    columns = [*keys, "score", "outcome", *(e for e in shape.effects if e not in keys)]
    if any(c not in own or c not in lost for c in columns):
        return None
    both = np.vstack([own[columns].to_numpy(object), lost[columns].to_numpy(object)])
    both = both[[not any(v is None or v != v for v in row[4:]) for row in both]]
    effects = [ls.codes(both[:, columns.index(e)].astype(str)) for e in shape.effects]
    y, score = both[:, 3].astype(float), both[:, 2].astype(float)
    return bounds(y, score, effects)
