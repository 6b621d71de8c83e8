"""How many planted errors does the intake find, and how many clean rows does it accuse?

Plants one error at random into the accounts of `us-brands` (real) and `simulated`, many times,
and runs the rules about figures as `cxkit check` does. Whole-period errors count as (line, period)
pairs: found when a finding of the right kind names rows of that line and period. A cell or swap is
found when a finding about figures names its row and line (or the whole row). "Stopped" are those
found by a finding that refuses or sets aside; the rest only warns. "Listed" are the changed cells
of whole-period errors that have a finding of their own. A clean row is accused when a
finding that refuses or sets aside names it though nothing was planted in its row, nor in its
line and period. Digits are kept: 65.7 slipped by 1,000 is 65700 or 0.0657.

    python tests/benchmarks/intake_errors.py [plantings] [client ...]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from cxkit.contracts import project_root, read_client
from cxkit.contracts.figures import check_accounts
from cxkit.contracts.figures.ledger import MONEY
from cxkit.contracts.findings import Findings
from cxkit.contracts.intake import Intake

FACTORS = (10.0, 100.0, 1000.0, 1_000_000.0)
ROW_KINDS = ("period_end", "unit")  # columns by which a finding accuses a whole row
RESULTS = ("operating_income", "net_income")
Rng = np.random.Generator


@dataclass
class Planted:
    """Changed accounts; cells are (row position, line), pairs are (line, year)."""

    frame: pd.DataFrame
    cells: set[tuple[int, str]] = field(default_factory=set)
    pairs: set[tuple[str, int]] = field(default_factory=set)
    kinds: tuple[str, ...] = ()


def lines(frame: pd.DataFrame) -> list[str]:
    """The money lines a client sent."""
    return [line for line in MONEY if frame[line].notna().any()]


def factor(rng: Rng) -> float:
    size = float(rng.choice(FACTORS))
    return size if rng.random() < 0.5 else 1 / size


def year_slip(frame: pd.DataFrame, rng: Rng) -> Planted:
    """All money lines, or one, of a whole year off by a factor."""
    year = int(rng.choice(frame["period_end"].dt.year.unique()))
    rows = (frame["period_end"].dt.year == year).to_numpy()
    chosen = [line for line in lines(frame) if frame.loc[rows, line].notna().any()]
    if rng.random() < 0.5:
        chosen = [str(rng.choice(chosen))]
    out, times = frame.copy(), factor(rng)
    for line in chosen:
        out.loc[rows, line] = out.loc[rows, line] * times
    at = np.flatnonzero(rows)
    cells = {
        (int(i), line) for line in chosen for i in at if frame[line].iat[i] == frame[line].iat[i]
    }
    kinds = ("unit_slip_period", "unit_slip_unmeasured")
    return Planted(out, cells, {(line, year) for line in chosen}, kinds)


def lost_signs(frame: pd.DataFrame, rng: Rng) -> Planted:
    """A result's minus signs lost in two to five years running, for all companies."""
    line = str(rng.choice([name for name in RESULTS if frame[name].notna().any()]))
    years = np.sort(frame["period_end"].dt.year.unique())
    length = int(rng.integers(2, min(5, len(years) // 2) + 1))
    start = int(rng.integers(0, len(years) - length + 1))
    chosen = years[start : start + length]
    hit = frame["period_end"].dt.year.isin(chosen) & (frame[line] < 0)
    out = frame.copy()
    out.loc[hit, line] = -out.loc[hit, line]
    cells = {(int(i), line) for i in np.flatnonzero(hit)}
    pairs = {(line, int(year)) for year in frame["period_end"].dt.year[hit].unique()}
    return Planted(out, cells, pairs, ("lost_signs", "lost_sign", "few_losses"))


def cell_slip(frame: pd.DataFrame, rng: Rng, only: tuple[str, ...] = ()) -> Planted:
    """One value of one line off by a factor."""
    line = str(rng.choice(list(only) or lines(frame)))
    able = np.flatnonzero(frame[line].notna() & (frame[line] != 0))
    at = int(rng.choice(able))
    out = frame.copy()
    out.loc[out.index[at], line] = out[line].iat[at] * factor(rng)
    return Planted(out, {(at, line)})


def row_slip(frame: pd.DataFrame, rng: Rng) -> Planted:
    """All amounts of one company's year off by a factor."""
    at, times = int(rng.integers(len(frame))), factor(rng)
    out, index = frame.copy(), frame.index[at]
    for line in lines(frame):
        out.loc[index, line] = out[line].iat[at] * times
    return Planted(
        out, {(at, line) for line in lines(frame) if frame[line].iat[at] == frame[line].iat[at]}
    )


def swap(frame: pd.DataFrame, rng: Rng, whole: bool) -> Planted:
    """Two companies' values of a year swapped: their revenue, or all amounts and employees.

    The two differ in revenue at least twofold: a swap of equals changes little and shows nothing.
    """
    year = int(rng.choice(frame["period_end"].dt.year.unique()))
    rows = np.flatnonzero((frame["period_end"].dt.year == year) & frame["revenue"].notna())
    while True:
        first, second = (int(i) for i in rng.choice(rows, 2, replace=False))
        if abs(np.log2(frame["revenue"].iat[first] / frame["revenue"].iat[second])) >= 1:
            break
    out = frame.copy()
    for line in [*lines(frame), "employees"] if whole else ["revenue"]:
        a, b = frame[line].iat[first], frame[line].iat[second]
        out.loc[out.index[[first, second]], line] = [b, a]
    return Planted(out, {(first, "revenue"), (second, "revenue")})


ERRORS: dict[str, Callable[[pd.DataFrame, Rng], Planted]] = {
    "unit slip of a whole year": year_slip,
    "lost signs over 2-5 years": lost_signs,
    "unit slip of a company's year": row_slip,
    "unit slip of one cell": cell_slip,
    "... of revenue": lambda frame, rng: cell_slip(frame, rng, ("revenue",)),
    "... of net income": lambda frame, rng: cell_slip(frame, rng, ("net_income",)),
    "swap of all values": lambda frame, rng: swap(frame, rng, True),
    "swap of revenue": lambda frame, rng: swap(frame, rng, False),
}


@dataclass
class Score:
    """What came of the plantings of one error."""

    units: int = 0
    found: int = 0
    stopped: int = 0
    rows: int = 0
    listed: int = 0
    clean: int = 0
    accused: int = 0
    seconds: float = 0.0


def findings(intake: Intake, frame: pd.DataFrame) -> tuple[pd.DataFrame, float]:
    """The rules' findings about changed accounts, and their time in seconds."""
    changed = replace(intake, findings=Findings(), frames={**intake.frames, "pnl": frame})
    start = time.perf_counter()
    check_accounts(changed)
    seconds = time.perf_counter() - start
    return changed.findings.frame(), seconds


def score(planted: Planted, found: pd.DataFrame, score: Score) -> None:
    """Counts what a planting's findings got right and wrong."""
    frame = planted.frame
    position = {int(row): i for i, row in enumerate(frame["_row"])}
    year = frame["period_end"].dt.year.to_numpy()
    named = [
        (position[row], column, kind, severity)
        for row, column, kind, severity in found[["row", "column", "kind", "severity"]].values
        if row is not None
    ]
    stopping = [n for n in named if n[3] != "warn"]
    if planted.pairs:
        right = [n for n in named if n[2] in planted.kinds]
        pairs = {(n[1], int(year[n[0]])) for n in right}
        firm = {(n[1], int(year[n[0]])) for n in right if n[3] != "warn" or "unmeasured" in n[2]}
        score.units += len(planted.pairs)
        score.found += len(planted.pairs & pairs)
        score.stopped += len(planted.pairs & firm)
        score.rows += len(planted.cells)
        score.listed += len(planted.cells & {(n[0], n[1]) for n in right})
    else:
        score.units += 1
        score.found += any(_names(n, planted.cells) for n in named)
        score.stopped += any(_names(n, planted.cells) for n in stopping)
    touched = {cell[0] for cell in planted.cells}
    wrong = {
        n[0]
        for n in stopping
        if n[0] not in touched and (n[1], int(year[n[0]])) not in planted.pairs
    }
    score.accused += len(wrong)
    score.clean += len(frame) - len(touched)


def _names(finding: tuple[int, str, str, str], cells: set[tuple[int, str]]) -> bool:
    kinds = ("implausible_growth", "unmarked_break", "identity_gap", "identity_broken")
    whole = finding[1] in ROW_KINDS or finding[2] in kinds
    return (finding[0], finding[1]) in cells or (whole and finding[0] in {at for at, _ in cells})


def study(client: str, plantings: int, seed: int = 20240131) -> Iterator[tuple[str, Score]]:
    """Every error planted so many times into a client's accounts, with what came of it."""
    read = read_client(client)
    frame = read.table("pnl")
    intake = Intake(read.config, read.instrument, Findings(), dict(read.tables), {"pnl": "pnl"})
    for name, plant in ERRORS.items():
        rng, result = np.random.default_rng(seed), Score()
        for _ in range(plantings):
            planted = plant(frame, rng)
            found, seconds = findings(intake, planted.frame)
            result.seconds += seconds
            score(planted, found, result)
        yield name, result


def main(arguments: list[str]) -> None:
    plantings = int(arguments[0]) if arguments else 200
    shared = project_root().parent / "shared" / "data" / "clients" / "us-brands"
    clients = arguments[1:] or [*([str(shared)] if shared.exists() else []), "simulated"]
    for client in clients:
        print(f"{Path(client).name}, {plantings} plantings of each")
        print(f"  {'error':<32}{'found':>8}{'stopped':>9}{'listed':>9}{'accused':>10}{'ms':>6}")
        for name, one in study(client, plantings):
            listed = f"{100 * one.listed / one.rows:.1f} %" if one.rows else ""
            shares = f"{100 * one.found / one.units:>6.1f} %{100 * one.stopped / one.units:>7.1f} %"
            accused = f"{100 * one.accused / one.clean:.3f} %"
            milliseconds = 1000 * one.seconds / plantings
            line = f"  {name:<32}{shares}{listed:>9}{accused:>10}{milliseconds:>6.0f}"
            print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
