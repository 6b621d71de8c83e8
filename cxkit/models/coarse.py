"""Every score of a company as the class it falls into, and no more than that taken together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxkit.contracts import Instrument
from cxkit.measures import Maturity
from cxkit.measures.index import block_shares
from cxkit.measures.scoring import item_points
from cxkit.models.classes import (
    Classes,
    block_classes,
    gap_classes,
    index_classes,
    item_classes,
)

KEY = ["company_id", "wave"]
ASKED = ("performance", "importance")


@dataclass(frozen=True, eq=False)
class Part:
    """One measure: the middle of each company's class (index company_id, wave), and the classes."""

    values: pd.Series
    classes: Classes


@dataclass(frozen=True, eq=False)
class Coarse:
    """Measures of companies known by class; keys are (measure, of) in the instrument's order.

    A measure whose classes would tell an answer is absent.
    """

    parts: Mapping[tuple[str, str], Part]


def coarse(scores: Maturity, rows: pd.DataFrame) -> Coarse:
    """The scores of these companies and waves (company_id, wave) by class.

    A company's items, where together with their block's class they would place its block within
    less than half a class, are left out; so are its blocks where they would so place its index.
    """
    instrument = scores.instrument
    keys = pd.MultiIndex.from_frame(rows[KEY])
    index = scores.table.set_index(KEY)["index"].reindex(keys)
    parts = {("index", "performance"): _part(index, index_classes(instrument))}
    blocks = _wide(scores.blocks, "block", keys, {of: of for of in (*ASKED, "gap")})
    items = _wide(scores.items, "item_id", keys, {of: f"{of}_100" for of in ASKED})
    _leave_out_blocks(instrument, index, blocks)
    _leave_out_items(instrument, blocks, items)
    for block in instrument.blocks:
        classes = {of: block_classes(block, of) for of in ASKED}
        for of in ASKED:
            _add(parts, block.id, of, blocks[of], classes[of])
        if all(classes.values()):
            _add(parts, block.id, "gap", blocks["gap"], gap_classes())
    for item in instrument.items:
        for of in ASKED:
            _add(parts, item.id, of, items[of], item_classes(item, of))
    return Coarse(parts)


def _part(values: pd.Series, classes: Classes) -> Part:
    return Part(pd.Series(classes.middles(values.to_numpy(float)), values.index), classes)


def _add(
    parts: dict[tuple[str, str], Part], id: str, of: str, wide: pd.DataFrame,
    classes: Classes | None,
) -> None:  # fmt: skip
    if classes is not None and id in wide and wide[id].notna().any():
        parts[(id, of)] = _part(wide[id], classes)


def _wide(
    long: pd.DataFrame, by: str, keys: pd.MultiIndex, columns: dict[str, str]
) -> dict[str, pd.DataFrame]:
    """One frame per value: a row per key, a column per block or item."""
    rows = long.set_index(KEY)
    rows = rows[rows.index.isin(keys)].reset_index()
    return {
        of: rows.pivot(index=KEY, columns=by, values=column).reindex(keys).astype(float)
        for of, column in columns.items()
    }


def _leave_out_blocks(
    instrument: Instrument, index: pd.Series, blocks: dict[str, pd.DataFrame]
) -> None:
    """Blocks whose classes place the index within less than half of its own class."""
    wide = blocks["performance"]
    known = [b for b in instrument.blocks if b.id in wide and block_classes(b, "performance")]
    if len(known) < len(instrument.blocks) or not known:
        return
    shares = dict(zip(instrument.block_ids, block_shares(instrument), strict=True))
    bounds = [block_classes(b, "performance") for b in known]
    ends = [c.bounds(wide[b.id]) for b, c in zip(known, bounds, strict=True) if c is not None]
    weight = np.array([shares[b.id] for b in known])
    span = (instrument.maximum - instrument.minimum) / 100
    low = instrument.minimum + span * sum(w * e[0] for w, e in zip(weight, ends, strict=True))
    high = instrument.minimum + span * sum(w * e[1] for w, e in zip(weight, ends, strict=True))
    out = _too_narrow(low, high, index.to_numpy(float), index_classes(instrument))
    for frame in blocks.values():
        frame[out] = np.nan


def _leave_out_items(
    instrument: Instrument, blocks: dict[str, pd.DataFrame], items: dict[str, pd.DataFrame]
) -> None:
    """Items whose classes place their block within less than half of its own class."""
    points = dict(zip((i.id for i in instrument.items), item_points(instrument), strict=True))
    for block in instrument.blocks:
        for of in ASKED:
            wide, whole = items[of], block_classes(block, of)
            ids = [i.id for i in block.items if i.id in wide and item_classes(i, of)]
            if whole is None or not ids or block.id not in blocks[of]:
                continue
            score = blocks[of][block.id].to_numpy(float)
            low, high = _sum_of(block.items, wide, of, points)
            out = _too_narrow(low, high, score, whole)
            wide.loc[out, ids] = np.nan


def _sum_of(
    items: tuple, wide: pd.DataFrame, of: str, points: Mapping[str, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Least and greatest block score that the classes of its answered items allow."""
    low, high, total = (np.zeros(len(wide)) for _ in range(3))
    for item in items:
        if item.id not in wide:
            continue
        x, classes = wide[item.id].to_numpy(float), item_classes(item, of)
        given, weight = np.isfinite(x), points[item.id]
        ends = classes.bounds(x) if classes else (np.zeros(len(x)), np.full(len(x), 100.0))
        low += np.where(given, weight * ends[0], 0.0)
        high += np.where(given, weight * ends[1], 0.0)
        total += np.where(given, weight, 0.0)
    safe = np.where(total > 0, total, np.nan)
    return low / safe, high / safe


def _too_narrow(low: np.ndarray, high: np.ndarray, score: np.ndarray, whole: Classes) -> np.ndarray:
    """Where the parts leave the whole less than half of the class it is known to lie in."""
    start, end = whole.bounds(score)
    overlap = np.minimum(high, end) - np.maximum(low, start)
    return np.asarray(overlap < (end - start) / 2 - 1e-9)
