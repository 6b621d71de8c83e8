"""Does the link of score and outcome last? The same estimate in parts of the years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from cxkit.errors import SampleError
from cxkit.measures import Panel
from cxkit.models.linkage_fit import fit_one
from cxkit.models.linkage_result import LinkageResult
from cxkit.models.linkage_rows import clipped
from cxkit.models.linkage_spec import LinkageSpec
from cxkit.models.multiplicity import benjamini_hochberg
from cxkit.models.specifications import RECOMMENDED, RECOMMENDED_BETWEEN

PARTS = 3
LEAST_YEARS = 9  # three years to a part
CLEAR = 0.05


@dataclass(frozen=True, eq=False)
class Period:
    """The estimate of the scores of the calendar years first to last, exploratory."""

    first: int
    last: int
    result: LinkageResult

    @property
    def clear(self) -> bool:
        """Clear of zero once the number of parts and specifications is allowed for."""
        adjusted = self.result.p_adjusted
        return adjusted is not None and adjusted < CLEAR


@dataclass(frozen=True, eq=False)
class Course:
    """One specification's first and last part of the years, and the last less the first.

    p_value is that of no difference (two-sided), p_adjusted the same with all specifications
    asked (Benjamini, Hochberg); difference and its 95 % interval are in the estimate's unit.
    """

    specification: str
    early: Period
    late: Period
    difference: float
    conf_low: float
    conf_high: float
    p_value: float
    p_adjusted: float

    @property
    def differs(self) -> bool:
        """Whether the parts differ by more than chance."""
        return bool(self.p_adjusted < CLEAR)

    @property
    def fades(self) -> bool:
        """Clear at first, and nearer to zero later by more than chance."""
        first, last = (float(p.result.score.estimate) for p in (self.early, self.late))
        turned = self.late.clear and first * last < 0
        return self.differs and self.early.clear and abs(last) < abs(first) and not turned


def courses(found: Sequence[Period]) -> tuple[Course, ...]:
    """Each specification with two parts or more: does its last differ from its first?

    The parts are taken as independent samples of years: the difference over the root of the
    summed squared errors, t with the companies of the smaller part less one. Where a company's
    errors hang together positively from part to part, that is too strict. Parts without an error
    are not compared.
    """
    names = dict.fromkeys(p.result.spec.specification for p in found)
    parts = {n: [p for p in found if p.result.spec.specification == n] for n in names}
    pairs = [_course(n, p[0], p[-1]) for n, p in parts.items() if len(p) > 1]
    made = [c for c in pairs if np.isfinite(c.p_value)]
    adjusted = benjamini_hochberg([c.p_value for c in made])
    return tuple(replace(c, p_adjusted=float(q)) for c, q in zip(made, adjusted, strict=True))


def _course(name: str, early: Period, late: Period) -> Course:
    first, last = early.result, late.result
    difference = float(last.score.estimate - first.score.estimate)
    error = float(np.hypot(first.score.std_error, last.score.std_error))
    freedom = min(first.entities, last.entities) - 1
    reach = float(stats.t.ppf(0.975, freedom)) * error
    p = float(2 * stats.t.sf(abs(difference) / error, freedom)) if error > 0 else np.nan
    return Course(name, early, late, difference, difference - reach, difference + reach, p, p)


def fit_periods(
    panel: Panel,
    primary: LinkageSpec,
    specifications: Sequence[str] = (RECOMMENDED_BETWEEN, RECOMMENDED),
    starts: Sequence[int] = (),
) -> tuple[Period, ...]:
    """Each specification in each part of the years, not corrected for error in the score.

    Parts are thirds of the calendar years of the waves, or begin with the years in starts.

    Outcomes are clipped at the quantiles of the whole panel, and p-values adjusted together
    (Benjamini, Hochberg). Nothing with fewer than nine years; a part that cannot be estimated
    is left out.
    """
    waves = panel.table["wave"].dt.year
    years = sorted(int(y) for y in waves.unique())
    if len(years) < LEAST_YEARS and not starts:
        return ()
    outcome = clipped(panel.table, panel.table, primary.clip)
    whole = replace(panel, table=panel.table.assign(outcome=outcome))
    found = []
    for name in specifications:
        for part in _parts(years, starts):
            inside = waves.between(part[0], part[-1])
            spec = replace(primary, specification=name, clip=(0.0, 1.0), correction="none")
            try:
                result = fit_one(replace(whole, table=whole.table[inside]), spec)
            except SampleError:
                continue
            found.append(Period(int(part[0]), int(part[-1]), result))
    adjusted = benjamini_hochberg([float(p.result.score.p_value) for p in found])
    return tuple(
        replace(p, result=replace(p.result, role="exploratory", p_adjusted=q))
        for p, q in zip(found, adjusted, strict=True)
    )


def _parts(years: Sequence[int], starts: Sequence[int]) -> list[np.ndarray]:
    if not starts:
        return np.array_split(years, PARTS)
    cuts = np.searchsorted(years, sorted(starts))
    return [part for part in np.split(np.asarray(years), cuts) if len(part)]
