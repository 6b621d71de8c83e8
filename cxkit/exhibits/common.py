"""What the exhibits of `02_maturity` share: names, titles, peers, and why one has no sense."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from cxkit.contracts import Client
from cxkit.display import Text, has_text, in_language, message
from cxkit.exhibits.base import Column, quartiles
from cxkit.models.certainty import Certainty
from cxkit.models.multiplicity import holm

SECTION = "02_maturity"
LEVEL = 0.05
_IQR = 2 * float(norm.ppf(0.75))  # standard deviations between the quartiles of a normal
_MEDIAN = float(np.sqrt(np.pi / 2))  # a median's standard error over a mean's

# An own value and its interval beside the others' quartiles.
AGAINST_OTHERS = (
    Column("value", message("column.own"), "num"),
    Column("conf_low", message("column.conf_low"), "num"),
    Column("conf_high", message("column.conf_high"), "num"),
    Column("q25", message("column.q25"), "num"),
    Column("median", message("column.median"), "num"),
    Column("q75", message("column.q75"), "num"),
    Column("n", message("column.companies"), "int"),
)


def company_name(client: Client, company: str) -> str:
    """The company's name, its id where it has none."""
    about = client.table("companies")
    names = about.loc[about["company_id"] == company, "name"].dropna()
    return str(names.iloc[0]) if len(names) else company


def block_titles(client: Client) -> dict[str, str]:
    """Titles of the blocks by id, in the report's language."""
    return {b.id: in_language(b.title, client.config.language) for b in client.instrument.blocks}


def unit_labels(client: Client, by: str) -> dict[str, Text]:
    """Titles of items, blocks or a tag's values by id."""
    if by == "block":
        return dict(block_titles(client))
    if by == "item":
        items = client.instrument.items
        return {item.id: in_language(item.text, client.config.language) for item in items}
    values = {item.tags[by] for item in client.instrument.items if by in item.tags}
    return {value: tag_label(by, value) for value in values}


def tag_label(name: str, value: str) -> Text:
    """A tag's value in the report's words; one the kit does not know as the instrument has it."""
    known = {"journey": ("discover", "evaluate", "buy", "use", "stay"),
             "channel": ("digital", "analogue")}  # fmt: skip
    return message(f"tag.{value}") if value in known.get(name, ()) else value


def stage_label(client: Client, id: int) -> str:
    """A stage's number and name."""
    stage = next(s for s in client.instrument.stages if s.id == id)
    return f"{stage.id} {in_language(stage.name, client.config.language)}"


def named(label: Text) -> Text:
    """A statement as it stands inside a sentence: without its full stop."""
    return label.rstrip(".。") if isinstance(label, str) else label


def listed(names: Sequence[str]) -> str:
    """Names one after the other; a name that holds a comma calls for semicolons."""
    return ("; " if any("," in name for name in names) else ", ").join(names)


def lacks(sure: Certainty, *needs: str) -> Text | None:
    """Why an exhibit has no sense here: what it needs (`blocks`, `answers`, `stages`) is absent."""
    instrument = sure.scores.instrument
    if not instrument.blocks:
        return message("maturity.one_index")
    if "answers" in needs and sure.scores.items.empty:
        return message("maturity.no_answers")
    if "stages" in needs and not instrument.stages:
        return message("maturity.no_stages")
    return None


def block_quartiles(sure: Certainty, company: str) -> dict[str, dict[str, Any] | None]:
    """Quartiles of each block's performance among others: by id, None below five companies.

    The client's other companies in their latest wave, or those of the benchmark it names.
    """
    ids = sure.scores.instrument.block_ids
    if not sure.benchmark.own:
        return {id: sure.benchmark.norms.quartiles(id) for id in ids}
    latest = sure.scores.latest[["company_id", "wave"]]
    frame = sure.scores.blocks.merge(latest[latest["company_id"] != company])
    by = {str(id): part["performance"] for id, part in frame.groupby("block")}
    return {id: quartiles(by.get(id, pd.Series(dtype=float))) for id in ids}


def others(client: Client, sure: Certainty) -> dict[str, Any]:
    """Who is compared with, as a text: the client's other companies, or a named benchmark."""
    if sure.benchmark.own:
        return message("peers.own" if client.config.company else "peers.all")
    return message("peers.named", name=sure.benchmark.id, as_of=sure.benchmark.as_of)


def apart(
    values: Sequence[float | None], sems: Sequence[float | None], peers: Sequence[dict | None]
) -> list[int]:
    """+1 above, -1 below, 0 not clearly apart from the peers' median, one per value.

    The errors of the value and of the median, Holm over the values that can be compared, 5 %.
    """
    z = np.full(len(values), np.nan)
    for i, (value, sem, found) in enumerate(zip(values, sems, peers, strict=True)):
        if value is None or not sem or found is None or np.isnan(sem) or np.isnan(value):
            continue
        spread = (found["q75"] - found["q25"]) / _IQR
        z[i] = (value - found["median"]) / np.hypot(sem, _MEDIAN * spread / np.sqrt(found["n"]))
    known = np.flatnonzero(np.isfinite(z))
    p = holm([2 * float(norm.sf(abs(z[i]))) for i in known])
    clear = {int(i) for i, one in zip(known, p, strict=True) if one < LEVEL}
    return [int(np.sign(z[i])) if i in clear else 0 for i in range(len(values))]


def origin(provenance: str) -> Text:
    """Where a text or a bound of an instrument comes from, without the note after the colon.

    An instrument may write more than published, assumed or own; another word stands as it is.
    """
    word = provenance.partition(":")[0].strip()
    return message(f"term.{word}") if has_text(f"term.{word}") else word
