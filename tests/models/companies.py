"""A client folder of made-up companies on cx95, small enough to be made anew in each test."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from cxkit.contracts import load_instrument

CONFIG = """\
schema_version: 1
client: {name}
instrument: cx95
as_of: "2024-12-31"
currency: EUR
"""
INDUSTRIES = {"Retail": 22, "Banking": 15, "Travel": 6, "Mining": 4, "": 3}


def write_companies(
    folder: Path,
    industries: dict[str, int] | None = None,
    company: str = "",
    pairs: bool = True,
    seed: int = 7,
) -> Path:
    """companies.csv, assessments.csv (two waves, every third company with two raters)."""
    folder.mkdir(parents=True, exist_ok=True)
    about = companies(INDUSTRIES if industries is None else industries)
    about.to_csv(folder / "companies.csv", index=False)
    answers(about, pairs, seed).to_csv(folder / "assessments.csv", index=False)
    config = CONFIG.format(name=folder.name) + (f"company: {company}\n" if company else "")
    (folder / "client.yml").write_text(config, encoding="utf-8")
    return folder


def companies(industries: dict[str, int]) -> pd.DataFrame:
    """One row per company: company_id, name, industry."""
    names = [name for name, n in industries.items() for _ in range(n)]
    ids = [f"comp-{k:03d}" for k in range(len(names))]
    return pd.DataFrame(
        {"company_id": ids, "name": [f"Firm number {i}" for i in ids], "industry": names}
    )


def answers(about: pd.DataFrame, pairs: bool, seed: int) -> pd.DataFrame:
    """One row per answer, drawn around a level of the company's own that rises between waves."""
    instrument = load_instrument("cx95")
    low = np.array([i.minimum for i in instrument.items])
    ids = [i.id for i in instrument.items]
    rng = np.random.default_rng(seed)
    parts = []
    for k, company in enumerate(about["company_id"]):
        level = rng.normal(2.3, 0.9)
        own = rng.normal(0, 0.4, len(ids))
        for wave in ("2023-06-30", "2024-06-30"):
            level += 0.4
            for rater in range(2 if pairs and k % 3 == 0 else 1):
                drawn = np.round(level + own + rng.normal(0, 0.8, len(ids)))
                parts.append(pd.DataFrame({
                    "company_id": company, "wave": wave, "respondent_id": f"r{rater}",
                    "item_id": ids, "performance": np.clip(drawn, low, 5).astype(int),
                    "importance": np.clip(np.round(rng.normal(3.6, 0.9, len(ids))), 1, 5)
                    .astype(int),
                }))  # fmt: skip
    return pd.concat(parts, ignore_index=True)
