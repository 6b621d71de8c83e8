"""How often the checks raise a false alarm, and how often they catch what is wrong.

Draws many simulated benchmarks and runs the kit's own checks of the estimate with company and
year held fixed, on the score as it was measured. In `base` nothing is wrong, so every failure is
a false alarm (at most 10 % for each check); in `feedback` growth moves the score in the same
year, which the reverse regression has to catch in at least 90 %. Beside it the plain versions
that methods.md warns of, and the two-stage difference in differences against a plain dummy.

    python tests/benchmarks/checks.py [replications] [design ...]
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np
import pandas as pd

from cxkit.measures import Panel
from cxkit.models.checks import (
    Check,
    attrition,
    functional_form,
    influence,
    leave_one_industry_out,
    placebo_lead,
    reverse,
)
from cxkit.models.checks.rows import rows_of
from cxkit.models.did import did, plain_dummy
from cxkit.models.linkage import LinkageSpec, fit_linkage
from cxkit.models.probes import first
from cxkit.models.timing import elsewhen
from cxkit.simulate import (
    BASE,
    DESIGNS,
    Design,
    Draw,
    Rollout,
    company_items,
    draw,
    index,
    roll_out,
)
from cxkit.simulate.rollout import true_rollout

OUTCOMES = {"growth": "revenue_growth", "margin": "operating_margin"}
CHECKS = (
    "placebo_lead", "reverse_regression", "functional_form", "attrition",
    "leave_one_industry_out", "influence",
)  # fmt: skip
PLAIN = ("plain lead placebo",)
ALARMS = {"base": 0.10, "no-attrition": 0.10}  # most failures of any check
CAUGHT = 0.90  # least failures of the reverse regression of growth in `feedback`
# Share of rejections in methods.md, section 1: sound designs, designs ruined by feedback.
PUBLISHED = {"plain lead placebo": (0.18, 0.11), "reverse_regression": (0.08, 1.00)}
T = TypeVar("T")
ROLLOUT = Rollout(growth=0.02, step=1.0, first=2, last=6)


def panel_of(world: Draw, outcome: str, lag: int = 1) -> Panel:
    """The panel that a client of this draw would have, its score from all its raters."""
    n, waves = world.score.shape
    score = index(company_items(world.answers, world.company, n), world.layout)
    value = getattr(world, outcome)[:, lag : lag + waves]
    score = score[:, : value.shape[1]]
    known = np.isfinite(score) & np.isfinite(value)
    company, wave = np.nonzero(known)
    table = pd.DataFrame(
        {
            "company_id": np.char.mod("c%05d", company),
            "wave": pd.to_datetime([f"{world.design.first_wave + t}-09-30" for t in range(waves)])[
                wave
            ],
            "fiscal_year": world.design.first_wave + wave,
            "score": score[known],
            "outcome": value[known],
            "industry": np.char.mod("i%d", world.industry[company]),
            "sub_industry": np.char.mod("i%d", world.industry[company]),
            "log_revenue": world.size[company],
        }
    )
    nothing = pd.DataFrame({"reason": [], "rows": []})
    return Panel(table, nothing, OUTCOMES[outcome], lag, len(table), 89.0)


def verdicts(panel: Panel, names: Sequence[str] = CHECKS) -> dict[str, bool | None]:
    """Every named check's verdict on the estimate of this panel; an absent one did not apply."""
    main = fit_linkage(panel)
    estimate = float(main.score.estimate)
    ways: dict[str, Callable[[], Check]] = {
        "placebo_lead": lambda: placebo_lead(panel, main.spec, estimate),
        "reverse_regression": lambda: reverse(panel, main.spec, estimate),
        "functional_form": lambda: functional_form(panel, main.spec, estimate),
        "attrition": lambda: attrition(panel, main.spec, estimate),
        "leave_one_industry_out": lambda: leave_one_industry_out(panel, main),
        "influence": lambda: influence(panel, main),
    }
    found = [ways[name]() for name in names]
    return {check.id: check.passed for check in found if check.applicable}


def plain_versions(panel: Panel, spec: LinkageSpec) -> dict[str, bool | None]:
    """What methods.md warns of: the same question, not given the lagged score."""
    rows = rows_of(panel, spec)
    lead = elsewhen(rows.score, rows.company, rows.year, rows.lag + 1)
    plain = first(rows.y, lead[:, None], rows.effects, rows.company)
    return {PLAIN[0]: not plain.clear}


def one(
    design: Design, seed: int, names: Sequence[str] = CHECKS
) -> dict[tuple[str, str], bool | None]:
    """The verdicts of one draw, by outcome and check."""
    world = draw(design, seed)
    found: dict[tuple[str, str], bool | None] = {}
    for outcome in OUTCOMES:
        panel = panel_of(world, outcome)
        own = verdicts(panel, names) | plain_versions(panel, LinkageSpec(panel.outcome, panel.lag))
        found |= {(outcome, name): verdict for name, verdict in own.items()}
    return found


@dataclass(frozen=True)
class Counted:
    """Shares of the draws a check applied to: passed, failed, no verdict."""

    passed: float
    failed: float
    none: float


def counted(found: Sequence[dict[tuple[str, str], bool | None]]) -> dict[tuple[str, str], Counted]:
    """Shares by outcome and check."""
    keys = dict.fromkeys(key for row in found for key in row)
    out = {}
    for key in keys:
        own = [row[key] for row in found if key in row]
        shares = [sum(v is verdict for v in own) / len(own) for verdict in (True, False, None)]
        out[key] = Counted(*shares)
    return out


def two_stage(seed: int) -> tuple[float, float, float, float, float]:
    """Bias and coverage of the two-stage estimate and of the plain dummy, and a flat past."""
    drawn = draw(BASE.but(companies=400, years=8), seed)
    found = roll_out(drawn, ROLLOUT, seed)
    truth = true_rollout(found)["mean_effect"]["revenue_growth"]
    y = found.drawn.growth
    n, columns = y.shape
    year = np.tile(np.arange(columns) + drawn.design.first_wave, n)
    rows = y.ravel(), np.repeat(np.arange(n), columns), year, np.repeat(found.start, columns)
    ours, plain = did(*rows), plain_dummy(*rows)
    pairs = [(p.estimate / truth - 1, float(p.conf_low < truth < p.conf_high))
             for p in (ours.effect, plain)]  # fmt: skip
    return *pairs[0], *pairs[1], float(ours.before.flat)


def mapped(work: Callable[[int], T], seeds: Sequence[int]) -> list[T]:
    """Every seed's result, by two processes."""
    with ProcessPoolExecutor(2) as pool:
        return list(pool.map(work, seeds, chunksize=10))


def report(name: str, replications: int) -> str:
    """The printed table of a design."""
    start = time.perf_counter()
    found = counted(mapped(partial(one, DESIGNS[name]), range(1000, 1000 + replications)))
    took = time.perf_counter() - start
    lines = [
        f"\n{name}: {replications} draws, {took:.0f} s. Failed / passed / no verdict (published)",
        f"{'':32s}{'growth':34s}margin",
    ]
    for check in (*CHECKS, *PLAIN):
        cells = []
        for outcome in OUTCOMES:
            c = found.get((outcome, check))
            cell = f"{c.failed:6.1%} /{c.passed:6.1%} /{c.none:6.1%}" if c else "did not apply"
            beside = PUBLISHED.get(check, ())
            cell += f" ({beside[name == 'feedback']:.0%})" if beside else ""
            cells.append(cell + ("" if not c or _met(name, outcome, check, c) else " MISSED"))
        lines.append(f"{check:32s}" + "".join(f"{c:34s}" for c in cells).rstrip())
    return "\n".join(lines)


def _met(name: str, outcome: str, check: str, c: Counted) -> bool:
    if check in PLAIN:
        return True
    if (name, outcome, check) == ("feedback", "growth", "reverse_regression"):
        return c.failed >= CAUGHT
    return c.failed <= ALARMS.get(name, 1.0)


def report_two_stage(replications: int) -> str:
    """Two-stage difference in differences against the plain dummy."""
    bias, covered, plain_bias, plain_covered, flat = np.mean(
        mapped(two_stage, range(replications)), axis=0
    )
    return (
        f"\nrollout, {replications} draws of 400 companies x 9 years: bias, coverage (published)\n"
        f"two-stage    {bias:+6.1%} {covered:.2f} (+0.1%, .95); flat before in {flat:.1%}\n"
        f"plain dummy  {plain_bias:+6.1%} {plain_covered:.2f} (-32%, .11)"
    )


def main(arguments: list[str]) -> None:
    """Print the table of each design asked for; base, halo and feedback without arguments."""
    for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(threads, "1")
    replications = int(arguments[0]) if arguments else 1000
    for name in arguments[1:] or ["base", "halo", "feedback"]:
        print(report(name, replications), flush=True)
    print(report_two_stage(replications), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
