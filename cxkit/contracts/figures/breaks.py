"""Sharp breaks in a score series, of a company or of a whole wave; scores without accounts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxkit.contracts.followers import may_belong, refused_rows
from cxkit.contracts.intake import Intake

FEWEST = 20  # changes from which their usual size is known
SIGMAS = 6.0  # of the usual change: a break
PART = 0.1  # and at least that part of the scale
ALONE = 0.3  # part of the scale where the usual change is not known
TOGETHER = 5.0  # standard errors by which a whole wave moved, and
SHIFT = 0.05  # at least that part of the scale
LONGEST_GAP = 900  # days
COMPANIES = 5  # with scores from which one without accounts stands out


def check_breaks(intake: Intake) -> None:
    """Breaks in scores and in companies' mean answers; companies with scores but no accounts."""
    if "scores" in intake.frames:
        _check_series(intake, "scores", _score_series(intake))
    if "assessments" in intake.frames and intake.instrument.has_items:
        _check_series(intake, "assessments", _answer_series(intake))
    _check_accounts(intake)


def _score_series(intake: Intake) -> pd.DataFrame:
    """Scores as parts of their measure's range: company_id, measure, wave, part, row."""
    frame = intake.frames["scores"]
    known = {m: intake.instrument.measure_range(m) for m in intake.instrument.measures}
    low = frame["measure"].map({m: r[0] for m, r in known.items()}).astype(float)
    high = frame["measure"].map({m: r[1] for m, r in known.items()}).astype(float)
    part = (frame["value"] - low) / (high - low)
    series = frame[["company_id", "measure", "wave"]].assign(part=part, row=np.arange(len(frame)))
    return series[~refused_rows(intake, "scores")].dropna()


def _answer_series(intake: Intake) -> pd.DataFrame:
    """Each company's mean answer by wave, as a part of the items' ranges, at its first row."""
    frame = intake.frames["assessments"]
    items = {item.id: (item.minimum, item.maximum) for item in intake.instrument.items}
    low = frame["item_id"].map({i: r[0] for i, r in items.items()}).astype(float)
    high = frame["item_id"].map({i: r[1] for i, r in items.items()}).astype(float)
    part = (frame["performance"] - low) / (high - low)
    answers = frame[["company_id", "wave"]].assign(part=part, row=np.arange(len(frame)))
    answers = answers[~refused_rows(intake, "assessments")].dropna()
    means = answers.groupby(["company_id", "wave"], as_index=False).agg(
        part=("part", "mean"), row=("row", "min")
    )
    return means.assign(measure="answers")


def _check_series(intake: Intake, table: str, series: pd.DataFrame) -> None:
    series = series.sort_values(["measure", "company_id", "wave"], kind="stable")
    run = series.groupby(["measure", "company_id"])
    near = run["wave"].diff().dt.days <= LONGEST_GAP
    series = series.assign(step=run["part"].diff().where(near), before=run["part"].shift())
    for measure, own in series.dropna(subset=["step"]).groupby("measure"):
        _check_measure(intake, table, str(measure), own)


def _check_measure(intake: Intake, table: str, measure: str, own: pd.DataFrame) -> None:
    year = own["wave"].dt.year
    together = own.groupby(year)["step"].transform("median")
    count = own.groupby(year)["step"].transform("size")
    common = together.where(count >= 10, 0.0)
    rest = own["step"] - common
    usual = 1.4826 * float((rest - rest.median()).abs().median())
    _report_waves(intake, table, measure, own.assign(year=year, common=common, n=count), usual)
    limit = max(SIGMAS * usual, PART) if len(own) >= FEWEST else ALONE
    broken = own[rest.abs() > limit].sort_values("row")
    mask = np.zeros(len(intake.frames[table]), bool)
    mask[broken["row"].to_numpy()] = True
    intake.report(
        table,
        mask,
        "score_break",
        "value" if table == "scores" else "performance",
        [_broken(change, before) for change, before in zip(broken["step"], broken["before"],
                                                           strict=True)],
        "compare with the source; a change of method is an event of kind method",
        "scores far from the wave before",
    )  # fmt: skip


def _broken(change: float, before: float) -> str:
    word = "rises" if change > 0 else "falls"
    return (
        f"the score {word} by {100 * abs(change):.0f} % of its scale from the wave before, "
        f"from {100 * before:.0f} % to {100 * (before + change):.0f} %"
    )


def _report_waves(
    intake: Intake, table: str, measure: str, own: pd.DataFrame, usual: float
) -> None:
    """Waves in which all companies moved together: more often a new method than the world."""
    waves = own.drop_duplicates("year")
    limit = np.maximum(TOGETHER * 1.2533 * usual / np.sqrt(waves["n"]), SHIFT)
    for wave in waves[waves["common"].abs() > limit].itertuples():
        move = 100 * float(wave.common)
        intake.findings.add(
            intake.file[table],
            "wave_break",
            f"{measure} of half of {wave.n} companies moved by {move:+.0f} % of the scale or more "
            f"in {wave.year}: was the method changed?",
            "compare with the source; declare an event of kind method, or split the data there",
            column="wave",
            value=str(wave.year),
        )


def _check_accounts(intake: Intake) -> None:
    """Companies with scores whose accounts were not sent, where others' were."""
    names = [name for name in ("assessments", "scores") if name in intake.frames]
    if not {"companies", "pnl"} <= set(intake.frames) or not names:
        return
    ids = intake.frames["companies"]["company_id"]
    scored = set(ids) & set(
        pd.concat([intake.frames[name]["company_id"] for name in names]).dropna()
    )
    filed = set(intake.frames["pnl"]["company_id"].dropna())
    if len(scored) < COMPANIES or not filed:
        return
    without = (ids.isin(list(scored)) & ~ids.isin(list(filed))).to_numpy()
    if may_belong(intake, "pnl", int(without.sum())):
        return
    intake.report(
        "companies",
        without,
        "score_without_accounts",
        "company_id",
        "{value} has scores and no accounts: it cannot be held against growth or margins",
        "send its accounts, or nothing if there are none",
        "companies with scores and without accounts",
    )
