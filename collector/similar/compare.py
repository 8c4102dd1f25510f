"""One report beside many others: for each pair what they share, as numbers."""

from __future__ import annotations

from functools import cache

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
        places = self._places(mine, theirs)
        # What is rare is asked of all other stories: that the one which is looked at has a term makes it no commoner.
        rarity = np.where(theirs != 0, self._common.rarity(theirs & IDS, elsewhere=True), 0)
        r, said = self._common.rarity(mine & IDS), counts(mine)
        hit = np.nonzero(places != _ABSENT)
        squares = rarity**2
        row, at, other, r_hit, square = hit[0], places[hit], theirs[hit], rarity[hit], squares[hit]
        both, either = mine[at] & other, mine[at] | other
        risen = square - r[at] ** 2
        weights = counts(theirs) * rarity

        def summed(values: np.ndarray) -> np.ndarray:
            return np.bincount(row, values, len(others))

        @cache
        def masses(flag: np.uint32) -> tuple[np.ndarray, np.ndarray]:
            own = np.sum(r[(mine & flag) != 0] ** 2) + summed(risen * ((mine[at] & flag) != 0))
            their = np.where((theirs & flag) != 0, squares, 0).sum(axis=1)
            return np.where(own > 1e-3, own, np.nan), np.where(their > 1e-3, their, np.nan)

        def cosine(flag: np.uint32) -> np.ndarray:
            own, their = masses(flag)
            return summed(square * ((both & flag) != 0)) / np.sqrt(own * their)

        def covered(flag: np.uint32) -> tuple[np.ndarray, np.ndarray]:
            own, their = masses(flag)
            mine_in = summed(square * ((mine[at] & flag) != 0)) / own
            theirs_in = summed(square * ((other & flag) != 0)) / their
            return np.fmax(mine_in, theirs_in), np.fmin(mine_in, theirs_in)

        telling = np.maximum(r_hit - _TELLING, 0)
        length = np.sqrt(np.sum((said * r) ** 2) + summed(said[at] ** 2 * risen))
        lengths = np.sqrt((weights**2).sum(axis=1))
        body = summed(said[at] * r_hit * weights[hit]) / np.maximum(length * lengths, 1e-6)
        small, large = np.minimum(length, lengths), np.maximum(length, lengths)
        return np.stack(
            [
                body,
                cosine(LEAD),
                cosine(TITLE),
                cosine(NAME),
                *covered(TITLE),
                np.log1p(summed(telling)),
                np.log1p(summed(telling * ((either & NAME) != 0))),
                np.log1p(summed(telling * ((both & NUMBER) != 0))),
                np.minimum(1.0, body * large / np.maximum(small, 1e-6)),
                *self._phrases(asked["phrases"], others["phrases"]),
            ],
            axis=1,
        ).astype(np.float32)  # fmt: skip

    def foreign(self, asked: np.void, others: np.ndarray) -> np.ndarray:
        """For a record and each of some others in other languages the cosine of what languages share (float32)."""
        mine, theirs = asked["foreign"], others["foreign"]
        places = self._places(mine, theirs)
        weights = counts(theirs) * self._common.rarity(theirs & IDS, elsewhere=True)
        said = counts(mine) * self._common.rarity(mine & IDS)
        row, column = np.nonzero(places != _ABSENT)
        dots = np.bincount(row, said[places[row, column]] * weights[row, column], len(others))
        lengths = np.sqrt(float(said @ said) * (weights**2).sum(axis=1))
        return (dots / np.maximum(lengths, 1e-6)).astype(np.float32)

    def _phrases(self, mine: np.ndarray, theirs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The cosine of phrases, and how telling those are that both have."""
        shared = self._places(mine, theirs) != _ABSENT
        mine = mine[mine != 0] & IDS
        squares = np.where(theirs != 0, self._common.rarity(theirs & IDS, elsewhere=True) ** 2, 0)
        own, their, both = np.sum(self._common.rarity(mine) ** 2), squares.sum(axis=1), (squares * shared).sum(axis=1)
        lengths = np.sqrt(own * their)
        cosine = np.where(lengths > 0, np.minimum(1.0, both / np.maximum(lengths, 1e-6)), np.nan)
        return cosine, np.log1p(np.sqrt(np.where(shared, squares, 0)).sum(axis=1))

    def _places(self, mine: np.ndarray, theirs: np.ndarray) -> np.ndarray:
        """Where the asked report has each term of the others; `_ABSENT` where it has not."""
        known = mine[mine != 0] & IDS
        self._place[known] = np.arange(len(known))
        places = np.where(theirs != 0, self._place.take(theirs & IDS), _ABSENT)
        self._place[known] = _ABSENT
        return places


def days(asked: np.void, others: np.ndarray) -> np.ndarray:
    """Whether a record and others name one day of the week (1) or only others (0); NaN where a side names none."""
    both = (others["days"] != 0) & (asked["days"] != 0)
    return np.where(both, (others["days"] & asked["days"]) != 0, np.float32(np.nan))


def hours(asked: np.void, others: np.ndarray) -> np.ndarray:
    """How far apart a record and others are in time; NaN where a side has no time of its own and that may be nothing.

    A report of which only the day is known may be from any hour of it. One without a date counts as of when it was
    first seen only where that is days from the other: it may be old, but it is not from the future.
    """
    apart = np.abs(others["when"] - asked["when"]) / 3_600
    loose = 24.0 * ((others["clock"] == DAY) + int(asked["clock"] == DAY))
    undated = (others["clock"] == UNDATED) | (asked["clock"] == UNDATED)
    return np.where(undated, np.where(apart > LONG, apart, np.nan), np.maximum(apart - loose, 0.0))
