"""How fast the linkage's core is beside other packages, timed in turn in one run.

Each measurement is a process of its own, so that peak memory is that of one package alone;
rounds go through all packages in turn. Packages get what is in their favour: a warm-up for what
they compile, and data already swept of effects where they cannot sweep. Bars: two-way effects at
100,000 companies x 40 years 8 times faster than pyfixest, 20 times than linearmodels, at under
half their memory; 9,999 wild draws at 1,500 clusters 100 times faster than wildboottest; 500
specifications 20 times faster than a loop over statsmodels.

    python tests/benchmarks/linkage.py [rounds]
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import os
import platform
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
ENOUGH = 2.0  # seconds of one process, after which nothing is repeated
Task = Callable[[], Any]
Columns = dict[str, np.ndarray]


@dataclass(frozen=True)
class Row:
    """One line of the table: what is done, by which packages, ours first."""

    name: str
    task: str
    size: tuple[int, int]
    packages: tuple[str, ...]
    bars: tuple[tuple[str, float], ...] = ()


ROWS = (
    Row("two-way effects, 10,000 x 40", "two_way", (10_000, 40),
        ("cxkit", "pyfixest", "linearmodels")),
    Row("two-way effects, 100,000 x 40", "two_way", (100_000, 40),
        ("cxkit", "pyfixest", "linearmodels"), (("pyfixest", 8), ("linearmodels", 20))),
    Row("the same, a tenth of the rows missing", "two_way_gaps", (100_000, 40),
        ("cxkit", "pyfixest", "linearmodels")),
    Row("wild bootstrap, 9,999 draws, 1,500 clusters x 5", "wild", (1_500, 5),
        ("cxkit", "wildboottest"), (("wildboottest", 100),)),
    Row("the same with its interval", "wild_interval", (1_500, 5), ("cxkit",)),
    Row("the same, 10,000 clusters x 40", "wild", (10_000, 40), ("cxkit",)),
    Row("the same, 100,000 clusters x 40", "wild", (100_000, 40), ("cxkit",)),
    Row("500 specifications, 1,500 x 5", "specifications", (1_500, 5),
        ("cxkit", "statsmodels", "pyfixest"), (("statsmodels", 20),)),
    Row("cluster jackknife (CR3), 90 x 6", "jackknife", (90, 6), ("cxkit", "pyfixest")),
)  # fmt: skip


def panel(companies: int, years: int, gaps: bool = False) -> Columns:
    """A panel with company and year effects, in order of company and year."""
    rng = np.random.default_rng(1)
    company = np.repeat(np.arange(companies), years)
    year = np.tile(np.arange(years), companies)
    if gaps:
        keep = rng.random(len(company)) < 0.9
        company, year = company[keep], year[keep]
    x = rng.normal(size=companies)[company] + rng.normal(size=len(company))
    y = 0.1 * x + rng.normal(size=years)[year] + rng.normal(size=len(company))
    return {"y": y, "x": x, "company": company, "year": year}


def two_way(package: str, data: Columns) -> Task:
    """Slope and clustered error; the codes of the effects are part of the work."""
    if package == "cxkit":
        from cxkit.models import least_squares as ls

        def ours() -> tuple[float, float]:
            company, year = ls.codes(data["company"]), ls.codes(data["year"])
            fitted = ls.fit(data["y"], data["x"][:, None], [company, year])
            covariance = ls.covariance_clustered(fitted, company, nested=int(company.max()))
            return float(fitted.coef[0]), float(covariance[0, 0] ** 0.5)

        return ours
    import pandas as pd

    frame = pd.DataFrame(data)
    if package == "pyfixest":
        import pyfixest as pf

        def theirs(own: pd.DataFrame = frame) -> tuple[float, float]:
            found = pf.feols("y ~ x | company + year", own, vcov={"CRV1": "company"})
            return float(found.coef().iloc[0]), float(found.se().iloc[0])

        theirs(frame.head(400))
        return theirs
    from linearmodels.panel import PanelOLS

    indexed = frame.set_index(["company", "year"])

    def panel_ols() -> tuple[float, float]:
        model = PanelOLS(indexed["y"], indexed[["x"]], entity_effects=True, time_effects=True)
        found = model.fit(cov_type="clustered", cluster_entity=True)
        return float(found.params.iloc[0]), float(found.std_errors.iloc[0])

    return panel_ols


def wild_bootstrap(package: str, data: Columns, interval: bool = False) -> Task:
    """The p-value of the slope; wildboottest gets data without effects, since it takes none."""
    from cxkit.models import least_squares as ls

    effects = [data["company"], data["year"]]
    if package == "cxkit":
        from cxkit.models.wild import wild

        return lambda: (
            wild(data["y"], data["x"], effects, data["company"], seed=1, interval=interval).p_value
        )
    import pandas as pd
    import statsmodels.api as sm
    from wildboottest.wildboottest import wildboottest

    swept = ls.sweep(np.column_stack([data["y"], data["x"]]), effects)[0]
    model = sm.OLS(swept[:, 0], pd.DataFrame({"x": swept[:, 1]}))
    cluster = pd.Series(data["company"])

    def theirs(own: Any = model, by: Any = cluster, draws: int = 9999) -> float:
        with contextlib.redirect_stdout(io.StringIO()):
            found = wildboottest(own, param="x", cluster=by, B=draws, seed=1, show=False)
        return float(found["p-value"].iloc[0])

    small = sm.OLS(swept[:100, 0], pd.DataFrame({"x": swept[:100, 1]}))
    theirs(small, cluster.head(100), 99)
    return theirs


def questions(data: Columns) -> tuple[dict[str, np.ndarray], list[tuple[str, ...]]]:
    """Columns to ask about, and 504 specifications: outcome, clip, score, effects, controls."""
    from itertools import product

    rng = np.random.default_rng(2)
    columns = dict(data)
    columns["margin"] = 0.5 * data["y"] + rng.normal(size=len(data["y"]))
    columns["stage"] = np.round(data["x"])
    columns["gap"] = data["x"] + rng.normal(size=len(data["y"]))
    for name in ("size", "age", "staff"):
        columns[name] = rng.normal(size=len(data["y"])) + 0.3 * data["x"]
    controls = ((), ("size",), ("age",), ("staff",), ("size", "age"), ("size", "staff"),
                ("age", "staff"))  # fmt: skip
    effects = (("company", "year"), ("company",), ("year",), ("industry", "year"))
    columns["industry"] = data["company"] % 8
    clips = ((0.0, 1.0), (0.01, 0.99), (0.05, 0.95))
    return columns, list(product(("y", "margin"), clips, ("x", "stage", "gap"), effects, controls))


def specifications(package: str, data: Columns) -> Task:
    """Every slope with its clustered error. statsmodels' loop gets its data swept beforehand."""
    columns, asked = questions(data)
    if package == "cxkit":
        return _curve(columns, asked)
    clipped = {(name, clip): np.clip(columns[name], *np.quantile(columns[name], clip))
               for name, clip, *_ in asked}  # fmt: skip
    return (_loop_statsmodels if package == "statsmodels" else _loop_pyfixest)(
        columns, asked, clipped
    )


def _curve(columns: Columns, asked: list[Any]) -> Task:
    from cxkit.models.curve import Choice, Data, estimates

    def pick(*names: str) -> Columns:
        return {name: columns[name] for name in names}

    data = Data(
        pick("y", "margin"), pick("x", "stage", "gap"), pick("size", "age", "staff"),
        pick("company", "year", "industry"), {"all": np.ones(len(columns["y"]), bool)},
        columns["company"], columns["year"], columns["industry"],
    )  # fmt: skip
    choices = [Choice(y, x, e, c, clip) for y, clip, x, e, c in asked]
    return lambda: estimates(data, choices).coef.tolist()


def _loop_statsmodels(columns: Columns, asked: list[Any], clipped: dict[Any, Any]) -> Task:
    import statsmodels.api as sm

    from cxkit.models import least_squares as ls

    plain = ("x", "stage", "gap", "size", "age", "staff")
    swept = {
        effects: {
            key: ls.sweep(values[:, None], [columns[e] for e in effects])[0][:, 0]
            for key, values in {**clipped, **{n: columns[n] for n in plain}}.items()
        }
        for effects in dict.fromkeys(a[3] for a in asked)
    }
    kwds = {"groups": columns["company"]}

    def loop() -> list[float]:
        out = []
        for y, clip, x, effects, controls in asked:
            own = swept[effects]
            regressors = np.column_stack([own[x], *(own[c] for c in controls)])
            found = sm.OLS(own[y, clip], regressors).fit(cov_type="cluster", cov_kwds=kwds)
            out.append((float(found.params[0]), float(found.bse[0]))[0])
        return out

    return loop


def _loop_pyfixest(columns: Columns, asked: list[Any], clipped: dict[Any, Any]) -> Task:
    import pandas as pd
    import pyfixest as pf

    names = {key: f"{key[0]}{at}" for at, key in enumerate(clipped)}
    frame = pd.DataFrame({**columns, **{names[key]: v for key, v in clipped.items()}})

    def loop(some: int = len(asked)) -> list[float]:
        out = []
        for y, clip, x, effects, controls in asked[:some]:
            formula = f"{names[y, clip]} ~ {' + '.join([x, *controls])} | {' + '.join(effects)}"
            found = pf.feols(formula, frame, vcov={"CRV1": "company"})
            out.append((float(found.coef().iloc[0]), float(found.se().iloc[0]))[0])
        return out

    loop(2)
    return loop


def jackknife(package: str, data: Columns) -> Task:
    """The jackknife's error with company and year effects."""
    if package == "cxkit":
        from cxkit.models.cluster import jackknife as cr3

        effects = [data["company"], data["year"]]
        return lambda: float(
            cr3(data["y"], data["x"][:, None], effects, data["company"]).std_error[0]
        )
    import pandas as pd
    import pyfixest as pf

    frame = pd.DataFrame(data)
    groups = len(np.unique(data["company"]))

    def theirs(own: pd.DataFrame = frame) -> float:
        found = pf.feols("y ~ x | company + year", own, vcov={"CRV3": "company"},
                         ssc=pf.ssc(k_adj=False, G_adj=False))  # fmt: skip
        return float(found.se().iloc[0] * np.sqrt((groups - 1) / groups))

    theirs(frame.head(60))
    return theirs


def task_of(task: str, package: str, size: tuple[int, int]) -> Task:
    """What is timed."""
    data = panel(*size, gaps=task == "two_way_gaps")
    if task.startswith("two_way"):
        return two_way(package, data)
    if task.startswith("wild"):
        return wild_bootstrap(package, data, interval=task == "wild_interval")
    return (specifications if task == "specifications" else jackknife)(package, data)


def peak_mb() -> float:
    """The most memory this process has held, in megabytes."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.split("VmHWM:")[1].split()[0]) / 1024
    except (OSError, IndexError):
        import resource

        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most / (1024 * 1024 if sys.platform == "darwin" else 1024)


def measure(task: str, package: str, companies: int, years: int) -> None:
    """In a process of its own: print the least seconds of a few calls, peak memory, the result."""
    warnings.simplefilter("ignore")
    work = task_of(task, package, (companies, years))
    spent: list[float] = []
    while not spent or (sum(spent) < ENOUGH and len(spent) < 5):
        start = time.perf_counter()
        result = work()
        spent.append(time.perf_counter() - start)
    print(json.dumps({"seconds": min(spent), "peak": peak_mb(), "result": result}))


def in_own_process(row: Row, package: str) -> dict[str, Any] | None:
    """One measurement; None where the package fails, whose message is printed."""
    # -P: a benchmark beside this one is called coverage, as a package that others import.
    command = [sys.executable, "-P", __file__, "--one", row.task, package, *map(str, row.size)]
    env = os.environ | dict.fromkeys(THREADS, "1")
    done = subprocess.run(command, capture_output=True, text=True, env=env, check=False)
    if done.returncode:
        print(f"  {package}: {done.stderr.strip().splitlines()[-1]}")
        return None
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def compare(row: Row, rounds: int) -> dict[str, tuple[float, float]]:
    """Least seconds and most memory per package, and how far the results lie apart."""
    present = [p for p in row.packages if importlib.util.find_spec(p)]
    found: dict[str, list[dict[str, Any]]] = {p: [] for p in present}
    for _ in range(rounds):
        for package in present:
            one = in_own_process(row, package)
            if one:
                found[package].append(one)
    print(row.name)
    best = {p: (min(o["seconds"] for o in v), max(o["peak"] for o in v))
            for p, v in found.items() if v}  # fmt: skip
    for package in row.packages:
        if package not in best:
            print(f"  {package:14} {'not installed' if package not in present else 'failed'}")
            continue
        seconds, peak = best[package]
        ours = best["cxkit"]
        beside = (
            "" if package == "cxkit" else
            f"{seconds / ours[0]:8.1f} x our time{peak / ours[1]:6.1f} x our memory"
            f"   results {apart(found['cxkit'][0], found[package][0]):.1e} apart"
        )  # fmt: skip
        print(f"  {package:14}{seconds:9.3f} s{peak:9.0f} MB{beside}", flush=True)
    return best


def apart(one: dict[str, Any], other: dict[str, Any]) -> float:
    """The largest difference of two results; of slope and error the slope's."""
    a, b = (np.atleast_1d(np.asarray(o["result"], float)) for o in (one, other))
    return float(np.abs(a - b)[: 1 if len(a) == 2 else None].max())


def verdicts(row: Row, best: dict[str, tuple[float, float]]) -> None:
    """The bars of this row, met or not."""
    for package, times in row.bars:
        if package not in best or "cxkit" not in best:
            print(f"  bar: {times:g} times faster than {package}: not measured")
            continue
        ratio, memory = (best[package][k] / best["cxkit"][k] for k in (0, 1))
        met = ratio >= times and (row.task != "two_way" or memory > 2)
        also = " at under half its memory" if row.task == "two_way" else ""
        print(f"  bar: {times:g} times faster than {package}{also}: {'met' if met else 'MISSED'}")


def facts() -> None:
    """The machine and what ran."""
    model = ""
    with contextlib.suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next((x.split(":")[1].strip() for x in lines if x.startswith("model name")), "")
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(f"{platform.system()}, {model or platform.machine()}, {os.cpu_count()} cores{load}")
    print(f"Python {platform.python_version()}, numpy {np.__version__}, one thread for BLAS")


def main() -> None:
    if len(sys.argv) > 1 and sys.argv[1] == "--one":
        measure(sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
        return
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    facts()
    for row in ROWS:
        verdicts(row, compare(row, rounds))


if __name__ == "__main__":
    main()
