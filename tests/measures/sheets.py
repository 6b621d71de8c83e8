"""Random answers, and the scores they make worked out one by one, without arrays."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxkit.contracts import Instrument

ROLES = ("executive", "manager", "staff", "assessor", None)


def random_answers(
    instrument: Instrument, seed: int, companies: int = 3, *, weighted: bool = True
) -> pd.DataFrame:
    """Up to four raters of each company; some answers missing, some not applicable."""
    rng = np.random.default_rng(seed)
    rows = []
    for company in range(companies):
        missing, denied = rng.uniform(0, 0.4), rng.choice([0.0, 0.1, 0.5])
        for rater in range(int(rng.integers(1, 5))):
            role = ROLES[int(rng.integers(len(ROLES)))]
            weight = float(rng.choice([1.0, 1.0, 2.5])) if weighted else np.nan
            for item in instrument.items:
                not_applicable = bool(rng.random() < denied)
                low = instrument.importance[0] if instrument.importance else np.nan
                rows.append({
                    "company_id": f"c{company}", "wave": pd.Timestamp("2024-06-30"),
                    "respondent_id": f"r{rater}", "item_id": item.id,
                    "performance": np.nan if not_applicable or rng.random() < missing
                    else float(rng.integers(int(item.minimum), int(item.maximum) + 1)),
                    "importance": low + float(rng.integers(0, 5)),
                    "not_applicable": not_applicable, "role": role, "weight": weight,
                })  # fmt: skip
    return pd.DataFrame(rows).astype({"role": "str"})


def score_by_hand(
    answers: pd.DataFrame, instrument: Instrument, min_answered: float, raters: str
) -> tuple[float, dict[str, float]]:
    """Index (by `sum`) and blocks, 0-100, of one company and wave; NaN where missing."""
    blocks: dict[str, float] = {}
    points = {}
    for block in instrument.blocks:
        applicable, answered, top, bottom = 0, 0, 0.0, 0.0
        for item in block.items:
            rows = answers[answers["item_id"] == item.id]
            mean = _mean(rows, raters)
            applicable += not (mean is None and bool(rows["not_applicable"].any()))
            if mean is not None:
                answered += 1
                span = item.maximum - item.minimum
                top += item.weight * (mean - item.minimum)
                bottom += item.weight * span
        enough = answered > 0 and answered >= min_answered * applicable
        blocks[block.id] = 100 * top / bottom if enough else float("nan")
        points[block.id] = block.weight * sum(
            i.weight * (i.maximum - i.minimum) for i in block.items
        )
    share = sum(points[b] * blocks[b] for b in blocks) / sum(points.values()) / 100
    return instrument.minimum + share * (instrument.maximum - instrument.minimum), blocks


def _mean(rows: pd.DataFrame, raters: str) -> float | None:
    """The answer of a company to one item: over raters, or over roles that answered it."""
    given = rows[rows["performance"].notna()]
    if given.empty:
        return None
    if raters == "pooled":
        return _weighted(given)
    roles = given["role"].fillna("none")
    return float(np.mean([_weighted(given[roles == role]) for role in sorted(set(roles))]))


def _weighted(rows: pd.DataFrame) -> float:
    weight = rows["weight"].fillna(1.0)
    return float((rows["performance"] * weight).sum() / weight.sum())
