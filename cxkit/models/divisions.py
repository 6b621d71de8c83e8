"""One division of a score into two measures, with effects and controls taken out.

Also what a sum of products would be without each cluster, exactly: the leave-out identity of
least squares (Bell and McCaffrey 2002; MacKinnon, Nielsen and Webb 2023, Journal of Applied
Econometrics 38), used on any pair of columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from cxkit.models.splits import Booleans, Codes, Floats

_TINY = 1e-10  # share of a standardised column's variance below which it is a combination of others


@dataclass(frozen=True, eq=False)
class Design:
    """What is taken out of y, a and b.

    group (n,) is the effect whose means are swept (None: none is), total (groups, n) sums by it,
    nested whether it lies inside the clusters; second (n,) is an effect swept with it (None:
    none is); columns (n, q) are partialled out after that.
    """

    group: Codes | None
    total: csr_matrix | None
    nested: bool
    second: Codes | None
    columns: Floats


@dataclass(frozen=True, eq=False)
class Division:
    """One division with its effects out; rows that are not in it are zero.

    values (n, 2 + outcomes) are a, b and the outcomes, columns (n, q) what was partialled out,
    bread (q, q) the inverse of their products; keep (n,) the rows in it; parameters the
    means and slopes that count, removed all of them; across the raw correlation of a and b.
    """

    values: Floats
    columns: Floats
    bread: Floats
    keep: Booleans
    parameters: int
    removed: int
    across: float


def design(
    n: int, effects: Sequence[Codes], cluster: Codes, controls: Floats, leave_out: bool
) -> Design:
    """Effects (n,) inside the clusters are swept; of others the two largest, unless leave_out.

    A sweep over several clusters would have to be redone without each; columns need not.
    """
    nested = [e for e in effects if _nested(e, cluster)]
    swept = nested or ([] if leave_out else list(effects))
    group = max(swept, key=lambda e: int(e.max()), default=None)
    others = sorted((e for e in effects if e is not group), key=lambda e: -int(e.max()))
    second = others.pop(0) if others and not leave_out else None
    columns = [np.eye(int(e.max()) + 1)[e] for e in others]
    if group is None:
        columns.append(np.ones((n, 1)))
    if controls.size:
        columns.append(controls - controls.mean(0))
    total = None if group is None else sums_by(group)
    return Design(group, total, bool(nested), second, np.hstack([np.empty((n, 0)), *columns]))


def _nested(effect: Codes, cluster: Codes) -> bool:
    """Whether every level of an effect lies in one cluster."""
    home = np.zeros(int(effect.max()) + 1, np.intp)
    home[effect] = cluster
    return bool((home[effect] == cluster).all())


def sums_by(code: Codes) -> csr_matrix:
    """(groups, n): sums of rows by their code."""
    shape = int(code.max()) + 1, len(code)
    return csr_matrix((np.ones(len(code)), (code, np.arange(len(code)))), shape)


def division(y: Floats, a: Floats, b: Floats, shape: Design) -> Division:
    """a and b (n,) with y (n, outcomes), on the rows that have both.

    A row left alone in its swept group says nothing and is not in the division.
    """
    keep = np.isfinite(a) & np.isfinite(b)
    if shape.group is not None:
        keep &= np.bincount(shape.group, keep)[shape.group] > 1
    values = np.column_stack([a, b, y, shape.columns])
    values[~keep] = 0
    across = _correlation(values[keep, 0], values[keep, 1])
    levels = rank = 0
    if shape.group is not None and shape.total is not None:
        count = np.bincount(shape.group, keep)
        levels = int((count > 0).sum())
        values -= ((shape.total @ values) / np.maximum(count, 1)[:, None])[shape.group]
        values[~keep] = 0
        if shape.second is not None:
            rank = _sweep_second(values, shape.group, shape.second, keep)
    at = 2 + y.shape[1]
    own, columns = values[:, :at], values[:, at:]
    bread, more = _inverse(columns.T @ columns)
    own -= columns @ (bread @ (columns.T @ own))
    rank += more
    counted = 1 if shape.nested else levels
    return Division(own, columns, bread, keep, counted + rank + 1, levels + rank, across)


def _sweep_second(values: Floats, group: Codes, second: Codes, keep: Booleans) -> int:
    """Takes a second effect out of values (n, m) whose groups' means are out, in place; its rank.

    The normal equations of its indicators, from counts alone (Baltagi 2013, ch. 3).
    """
    kept = keep.astype(float)
    count = np.maximum(np.bincount(group, kept), 1)
    table = csr_matrix((kept, (group, second)))
    share = table.multiply(1 / count[:, None]).tocsr()
    size = np.bincount(second, kept)
    bread, rank = _inverse(np.diag(size) - (table.T @ share).toarray())
    effect = bread @ (sums_by(second) @ values)
    values -= effect[second] - (share @ effect)[group]
    values[~keep] = 0
    return rank


def _correlation(a: Floats, b: Floats) -> float:
    spread = a.std() * b.std() if len(a) else 0.0
    return float((a - a.mean()) @ (b - b.mean()) / len(a) / spread) if spread > 0 else np.nan


def _inverse(gram: Floats) -> tuple[Floats, int]:
    """Inverse of products of columns, those that are combinations of others left out; rank."""
    scale = np.sqrt(np.diag(gram))
    scale = np.where(scale > 0, scale, 1.0)
    size, vectors = np.linalg.eigh(gram / scale / scale[:, None])
    known = size > _TINY
    inverse = (vectors[:, known] / size[known]) @ vectors[:, known].T
    return inverse / scale / scale[:, None], int(known.sum())


def left_out(found: Division, places: Codes) -> Floats:
    """(clusters, m, m): products of a, b and the outcomes without each cluster in turn.

    places (clusters, longest) are the rows of each cluster, -1 beyond its last. With residuals e
    of a cluster and its block H of the hat matrix of the columns, what is lost is e'(I - H)^-1 e:
    effects and controls are estimated anew without the cluster. A column that lives in one
    cluster only makes I - H singular there, where e is zero.
    """
    inside = (places >= 0)[:, :, None]
    rest = np.where(inside, found.values[places], 0.0)
    columns = np.where(inside, found.columns[places], 0.0)
    hat = np.eye(places.shape[1]) - (columns @ found.bread) @ columns.transpose(0, 2, 1)
    lost = rest.transpose(0, 2, 1) @ np.linalg.pinv(hat, rcond=1e-9, hermitian=True) @ rest
    return np.asarray(found.values.T @ found.values - lost)


def places_of(cluster: Codes) -> Codes:
    """(clusters, longest): the rows of each cluster, -1 beyond its last."""
    count = np.bincount(cluster)
    order = np.argsort(cluster, kind="stable")
    out = np.full((len(count), int(count.max())), -1, np.intp)
    start = np.concatenate([[0], np.cumsum(count)[:-1]])
    out[cluster[order], np.arange(len(order)) - start[cluster[order]]] = order
    return out
