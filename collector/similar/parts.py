"""The two parts into which the reports of a story fall, by what only some of them say."""

from __future__ import annotations

import numpy as np

from collector.similar.commonness import Commonness
from collector.similar.report import IDS, LEAD, NAME, NUMBER, counts

FEWEST = 2  # reports of a part
_TELLS = 1.5  # how much more a name or number, and what the lead says, tells of which part a report is
_STARTS = 20  # pairs of reports, the least alike, that parts are grown from
_ROUNDS = 6


def smaller_part(records: np.ndarray, common: Commonness) -> np.ndarray:
    """The places of the reports (records) that are the smaller of two parts; none where there are no two.

    The method is spherical 2-means (Dhillon and Modha 2001) over the terms that some, but not all of them have: what
    a whole story says does not tell its parts apart.
    """
    near = _cosines(records, common)
    one, other = np.tril_indices(len(near), -1)
    starts = np.argsort(near[one, other], kind="stable")[:_STARTS]
    grown = [_grown(near, one[at], other[at]) for at in starts.tolist()]
    parts = [in_one for in_one in grown if FEWEST <= in_one.sum() <= len(near) - FEWEST]
    if not parts:
        return np.zeros(0, np.intp)
    best = max(parts, key=lambda in_one: _length(near, in_one) + _length(near, ~in_one))
    return np.flatnonzero(best if 2 * best.sum() <= len(near) else ~best)


def _cosines(records: np.ndarray, common: Commonness) -> np.ndarray:
    """How alike each two reports are in what tells the reports of this story apart."""
    row, column = np.nonzero(records["words"])
    coded = records["words"][row, column]
    terms, place = np.unique(coded & IDS, return_inverse=True)
    having = np.bincount(place)
    telling = common.rarity(terms, elsewhere=True) * np.log((len(records) + 1) / having)
    telling[(having == 1) | (having == len(records))] = 0
    table = np.zeros((len(records), len(terms)))
    stress = np.where(coded & LEAD, _TELLS, 1.0) * np.where(coded & (NAME | NUMBER), _TELLS, 1.0)
    table[row, place] = counts(coded) * stress * telling[place]
    table /= np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-6)
    return table @ table.T


def _grown(near: np.ndarray, one: int, other: int) -> np.ndarray:
    """Which reports are in the part of one of two; each goes where the centre is nearer, again and again."""
    in_one = near[one] > near[other]
    for _ in range(_ROUNDS):
        before = in_one
        toward = [near[:, part].sum(axis=1) / max(_length(near, part), 1e-6) for part in (in_one, ~in_one)]
        in_one = toward[0] > toward[1]
        if (in_one == before).all():
            break
    return in_one


def _length(near: np.ndarray, part: np.ndarray) -> float:
    """The length of the sum of a part's vectors: the more alike they are, the longer."""
    return float(np.sqrt(near[np.ix_(part, part)].sum()))
