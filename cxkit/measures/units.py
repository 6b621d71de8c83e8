"""What a company says item by item, block by block or tag by tag, in its latest wave."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from cxkit.contracts import Instrument
from cxkit.errors import ConfigError, nearest
from cxkit.measures.answers import KEY, Booleans, Floats
from cxkit.measures.scores import Maturity
from cxkit.measures.scoring import item_points, membership, set_means

ITEM, BLOCK = "item", "block"
_KEPT: WeakKeyDictionary[Maturity, dict[str, Units]] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class Units:
    """Importance and performance of c companies on u units, (c, u) each, on 0-100.

    ids name the units, in the instrument's order; companies has a row per company: company_id,
    wave (its latest scored one), in the order of ids. respondents, (c, u), gave performance.
    """

    by: str
    ids: tuple[str, ...]
    companies: pd.DataFrame
    importance: Floats
    performance: Floats
    respondents: Floats

    @property
    def gap(self) -> Floats:
        """Importance minus performance, in points of 0-100; NaN where either is missing."""
        return self.importance - self.performance

    def rows(self, company: str) -> Booleans:
        """Which row is that company's."""
        return (self.companies["company_id"] == company).to_numpy(bool)

    def others(self, company: str, among: Collection[str] | None = None) -> Booleans:
        """Which rows are other companies', of those in `among` where it is given."""
        rest = ~self.rows(company)
        if among is not None:
            rest &= self.companies["company_id"].isin(list(among)).to_numpy(bool)
        return rest


def tags(instrument: Instrument) -> tuple[str, ...]:
    """The names of the items' tags, in order of appearance."""
    return tuple(dict.fromkeys(name for item in instrument.items for name in item.tags))


def unit_sets(instrument: Instrument, by: str) -> tuple[tuple[str, ...], Booleans]:
    """The units of `by` (`item`, `block` or a tag) and which items, (units, items), make them.

    An item without the tag is in none of its values.
    """
    items = instrument.items
    if by == ITEM:
        return tuple(i.id for i in items), np.eye(len(items), dtype=bool)
    if by == BLOCK:
        return instrument.block_ids, membership(instrument)
    if by not in tags(instrument):
        known = (ITEM, BLOCK, *tags(instrument))
        raise ConfigError(
            f'gaps are by {", ".join(known)}; "{by}" is none of them{nearest(by, known)}'
        )
    values = tuple(dict.fromkeys(i.tags[by] for i in items if by in i.tags))
    return values, np.array([[i.tags.get(by) == value for i in items] for value in values])


def last_waves(scores: Maturity) -> pd.DataFrame:
    """The last scored wave of each company, in the order of ids: company_id, wave.

    A company that never had an index is taken at its last wave with the score of a block.
    """
    some = scores.blocks.loc[scores.blocks["performance"].notna(), KEY].drop_duplicates()
    never = some[~some["company_id"].isin(scores.latest["company_id"])].sort_values(KEY)
    both = pd.concat([scores.latest[KEY], never.drop_duplicates("company_id", keep="last")])
    return both.sort_values(KEY, ignore_index=True)


def company_units(scores: Maturity, by: str) -> Units:
    """Every company's latest wave by item, block or tag.

    Blocks are those of `scores.blocks`, so also what was scored elsewhere; items and tags come
    from answers. A tag's value is the weighted mean of its answered items, under the same share
    of answered items as a block. Worked out once for the same scores.
    """
    kept = _KEPT.setdefault(scores, {})
    if by not in kept:
        kept[by] = _company_units(scores, by)
    return kept[by]


def _company_units(scores: Maturity, by: str) -> Units:
    """The same, worked out."""
    ids, inside = unit_sets(scores.instrument, by)
    waves = last_waves(scores)
    if by == BLOCK:
        people = scores.table[[*KEY, "respondents"]]
        frame = scores.blocks.merge(people, on=KEY, how="left")
        found = _spread(frame, "block", ids, waves, ("importance", "performance", "respondents"))
        return Units(by, ids, waves, found[0], found[1], found[2])
    answered = waves["company_id"].isin(scores.items["company_id"].unique())
    waves = waves[answered].reset_index(drop=True)
    names = [i.id for i in scores.instrument.items]
    columns = ("importance_100", "performance_100", "respondents", "applicable")
    found = _spread(scores.items, "item_id", names, waves, columns)
    if by == ITEM:
        return Units(by, ids, waves, found[0], found[1], found[2])
    points, applicable = item_points(scores.instrument), found[3] != 0
    importance, performance = (
        set_means(values, points, applicable, inside, scores.rules.min_answered)
        for values in found[:2]
    )
    most = [np.nan_to_num(found[2][:, items]).max(axis=1, initial=0.0) for items in inside]
    return Units(by, ids, waves, importance, performance, np.column_stack(most))


def _spread(
    frame: pd.DataFrame,
    name: str,
    ids: Collection[str],
    waves: pd.DataFrame,
    columns: Collection[str],
) -> list[Floats]:
    """Long rows of the given companies' waves as one array (companies, ids) per column."""
    row = pd.MultiIndex.from_frame(waves[KEY]).get_indexer(pd.MultiIndex.from_frame(frame[KEY]))
    column = pd.Index(list(ids)).get_indexer(pd.Index(frame[name]))
    known = (row >= 0) & (column >= 0)
    found = []
    for value in columns:
        out = np.full((len(waves), len(ids)), np.nan)
        out[row[known], column[known]] = frame[value].to_numpy(float)[known]
        found.append(out)
    return found
