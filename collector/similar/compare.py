"""One report beside many others: for each pair what they share, as numbers."""

from __future__ import annotations

import numpy as np

from collector.similar.commonness import Commonness
from collector.similar.ids import SIZE
from collector.similar.report import DAY, IDS, LEAD, NAME, NUMBER, TITLE, UNDATED, WORDS, counts

_TELLING = 3.5  # rarity above which sharing a term says something by itself
LONG = 72  # hours from which on two reports are days apart, whatever is not known of their times
_ABSENT = WORDS  # the place of a term that the asked report does not have

# The columns of what `Comparer.pairs` returns. Cosines and shares are from 0 to 1, NaN where a side has nothing to
# compare; `rare` and the like are sums of rarity beyond what is common, on a logarithmic scale.
PAIR = (
    "body", "lead", "title", "names", "covered", "covers", "rare", "rare_names", "numbers", "inner", "phrases",
    "rare_phrases",
)  # fmt: skip


class Comparer:
    """Compares reports of one language."""

    def __init__(self, common: Commonness) -> None:
        self._common = common
        self._place = np.full(SIZE, _ABSENT, np.int16)

    def pairs(self, asked: np.void, others: np.ndarray) -> np.ndarray:
        """For a record and each of some others (records) the columns of `PAIR` (float32)."""
        mine, theirs = asked["words"], others["words"]
        count = int(np.count_nonzero(mine))
        ids = theirs & IDS
        self._place[mine[:count] & IDS] = np.arange(count)
        places = np.where(theirs != 0, self._place.take(ids), _ABSENT)
        self._place[mine[:count] & IDS] = _ABSENT
        # What is rare is asked of all other stories: that the one which is looked at has a term makes it no commoner.
        rarity = np.where(theirs != 0, self._common.rarity(ids, elsewhere=True), 0)
        r, said = self._common.rarity(mine & IDS), counts(mine)
        hit = np.nonzero(places != _ABSENT)
        row, at, other, r_hit = hit[0], places[hit], theirs[hit], rarity[hit]
        both, either, square = mine[at] & other, mine[at] | other, r_hit**2
        risen = square - r[at] ** 2
        weights, squares = counts(theirs) * rarity, rarity**2

        def summed(values: np.ndarray) -> np.ndarray:
            return np.bincount(row, values, len(others))

        def masses(flag: np.uint32) -> tuple[np.ndarray, np.ndarray]:
            own = np.sum(r[(mine & flag) != 0] ** 2) + summed(risen * ((mine[at] & flag) != 0))
            their = np.where((theirs & flag) != 0, squares, 0).sum(axis=1)
            return np.where(own > 1e-3, own, np.nan), np.where(their > 1e-3, their, np.nan)

        def cosine(flag: np.uint32, own: np.ndarray, their: np.ndarray) -> np.ndarray:
            return summed(square * ((both & flag) != 0)) / np.sqrt(own * their)

        def covered(flag: np.uint32, own: np.ndarray, their: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            mine_in = summed(square * ((mine[at] & flag) != 0)) / own
            theirs_in = summed(square * ((other & flag) != 0)) / their
            return np.fmax(mine_in, theirs_in), np.fmin(mine_in, theirs_in)

        title = masses(TITLE)
        telling = np.maximum(r_hit - _TELLING, 0)
        length = np.sqrt(np.sum((said * r) ** 2) + summed(said[at] ** 2 * risen))
        lengths = np.sqrt((weights**2).sum(axis=1))
        body = summed(said[at] * r_hit * weights[hit]) / np.maximum(length * lengths, 1e-6)
        small, large = np.minimum(length, lengths), np.maximum(length, lengths)
        return np.stack(
            [
                body,
                cosine(LEAD, *masses(LEAD)),
                cosine(TITLE, *title),
                cosine(NAME, *masses(NAME)),
                *covered(TITLE, *title),
                np.log1p(summed(telling)),
                np.log1p(summed(telling * ((either & NAME) != 0))),
                np.log1p(summed(telling * ((both & NUMBER) != 0))),
                np.minimum(1.0, body * large / np.maximum(small, 1e-6)),
                *self._phrases(asked["phrases"], others["phrases"]),
            ],
            axis=1,
        ).astype(np.float32)  # fmt: skip

    def foreign(self, asked: np.void, others: np.ndarray) -> np.ndarray:
        """For a record and others in other languages the columns of `ABROAD` (float32)."""
        mine, theirs = asked["foreign"], others["foreign"]
        count = int(np.count_nonzero(mine))
        self._place[mine[:count] & IDS] = np.arange(count)
        ids = theirs & IDS
        places = np.where(theirs != 0, self._place[ids], _ABSENT)
        self._place[mine[:count] & IDS] = _ABSENT
        weights = counts(theirs) * self._common.rarity(ids, elsewhere=True)
        said = counts(mine) * self._common.rarity(mine & IDS)
        row, column = np.nonzero(places != _ABSENT)
        dots = np.bincount(row, said[places[row, column]] * weights[row, column], len(others))
        lengths = np.sqrt(float(said @ said) * (weights**2).sum(axis=1))
        return np.stack([dots / np.maximum(lengths, 1e-6)], axis=1).astype(np.float32)

    def _phrases(self, mine: np.ndarray, theirs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The cosine of phrases, and how telling those are that both have."""
        mine = mine[mine != 0] & IDS
        ids = theirs & IDS
        self._place[mine] = 0
        shared = (self._place.take(ids) == 0) & (theirs != 0)
        self._place[mine] = _ABSENT
        squares = np.where(theirs != 0, self._common.rarity(ids, elsewhere=True) ** 2, 0)
        own, their, both = np.sum(self._common.rarity(mine) ** 2), squares.sum(axis=1), (squares * shared).sum(axis=1)
        lengths = np.sqrt(own * their)
        cosine = np.where(lengths > 0, np.minimum(1.0, both / np.maximum(lengths, 1e-6)), np.nan)
        return cosine, np.log1p(np.sqrt(np.where(shared, squares, 0)).sum(axis=1))


def hours(asked: np.void, others: np.ndarray) -> np.ndarray:
    """How far apart a record and others are in time; NaN where a side has no time of its own and that may be nothing.

    A report of which only the day is known may be from any hour of it. One without a date counts as of when it was
    first seen only where that is days from the other: it may be old, but it is not from the future.
    """
    apart = np.abs(others["when"] - asked["when"]) / 3_600
    loose = 24.0 * ((others["clock"] == DAY) + int(asked["clock"] == DAY))
    undated = (others["clock"] == UNDATED) | (asked["clock"] == UNDATED)
    return np.where(undated, np.where(apart > LONG, apart, np.nan), np.maximum(apart - loose, 0.0))
