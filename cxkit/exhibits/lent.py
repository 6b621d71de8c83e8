"""A client below the sample a model needs: the benchmark's estimate, applied and named as such."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

from cxkit.display import message
from cxkit.exhibits.wording import GRADE_VERB
from cxkit.models.benchmark import Benchmark
from cxkit.models.grades import grade
from cxkit.models.linkage import LinkageSpec
from cxkit.models.specifications import SPECIFICATIONS

STEP = 10.0  # points that are applied to the reader's revenue


def lent(
    benchmark: Benchmark, primary: LinkageSpec, companies: int, revenue: float | None, currency: str
) -> tuple[dict[str, Any], list[dict[str, Any]], str] | None:
    """Headline, how sure that is, and grade; None where the benchmark has no such estimate.

    companies are the client's own with a score and the outcome, revenue (in currency) that of
    the reader's company in its last year, None where it is not known.
    """
    row = _like(benchmark, primary)
    if row is None:
        return None
    estimate, error = float(row["estimate"][0]), float(np.sqrt(row["covariance"][0][0]))
    n = int(row["entities"])
    reach = float(stats.t.ppf(0.975, n - 1)) * error
    low, high = estimate - reach, estimate + reach
    shape = SPECIFICATIONS[str(row["specification"])]
    earned = grade(shape, int(row["lag"]), corrected=False, checks=())
    values = {
        "own": companies, "benchmark": benchmark.id, "as_of": benchmark.as_of, "companies": n,
        "outcome": primary.outcome, "when": f"when.lag{primary.lag}", "estimate": estimate,
        "conf_low": low, "conf_high": high, "level": f"level.{shape.level}",
        "verb": f"verb.{GRADE_VERB[earned]}",
    }  # fmt: skip
    clear = low > 0 or high < 0
    sure = [message("linkage.lent_sure", **values), message(f"grade.{earned}")]
    if revenue is not None and clear and primary.outcome.endswith("growth") and earned != "D":
        ends = {"estimate": estimate, "conf_low": low, "conf_high": high}
        amounts = {name: STEP * value * revenue for name, value in ends.items()}
        sure.insert(1, message("linkage.lent_own", step=STEP, currency=currency, **amounts))
    return message("linkage.lent" if clear else "linkage.lent_unclear", **values), sure, earned


def _like(benchmark: Benchmark, primary: LinkageSpec) -> Any:
    """The benchmark's estimate of the same question, corrected the same way where it has that."""
    alike = [
        row for row in benchmark.linkage
        if (row["outcome"], row["lag"]) == (primary.outcome, primary.lag)
        and row["specification"] in SPECIFICATIONS
    ]  # fmt: skip
    chosen = [row for row in alike if row["id"] == primary.id]
    main = [row for row in alike if row["role"] == "primary"]
    same = [row for row in alike if row["specification"] == primary.specification]
    return next(iter([*chosen, *main, *same]), None)
