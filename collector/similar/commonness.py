"""How telling a term is among the stories of now: rare in news at large, and rare in what is open."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from collector.similar.common import UNSEEN, shares
from collector.similar.ids import SIZE

# How much the shipped table weighs against what is seen, in stories: what it lists was counted, the rest is a guess.
_LISTED_WORTH, _GUESSED_WORTH = 300, 60
_SEEDS_WORTH = 20  # examples: the same for the subject


class Commonness:
    """Counts, for each term, the open stories that have it."""

    def __init__(self, subject: Sequence[np.ndarray] = ()) -> None:
        """`subject` has the terms of each example: what most of them share says nothing of an event."""
        known, self._worth, self._prior = _shipped()
        if subject:
            seen = np.bincount(np.concatenate([np.unique(ids) for ids in subject]), minlength=SIZE)
            shared = np.maximum(seen - 1, 0) + _SEEDS_WORTH * known
            known = np.where(seen > 1, np.maximum(known, shared / (len(subject) + _SEEDS_WORTH)), known)
            self._prior = (known * self._worth).astype(np.float32)
        self._counts = np.zeros(SIZE, np.float32)
        self._is_listed = self._worth == _LISTED_WORTH
        self.stories = 0
        self.refresh()

    def change(self, ids: np.ndarray, by: int) -> None:
        """A story has got terms (+1) or lost them (-1); each id once."""
        self._counts[ids] += by
        self._logs[ids], self._elsewhere[ids] = _logs(self._counts[ids], self._prior[ids])

    def fill(self, ids: np.ndarray) -> None:
        """Terms of many stories at once, each id once for each story that has it; `refresh` follows the last."""
        self._counts += np.bincount(ids, minlength=SIZE)

    def refresh(self) -> None:
        """Works out what is asked for from what was counted."""
        self._logs, self._elsewhere = _logs(self._counts, self._prior)

    def counts(self, ids: np.ndarray) -> np.ndarray:
        """In how many open stories each term is."""
        return self._counts[ids]

    def rarity(self, ids: np.ndarray, *, elsewhere: bool = False) -> np.ndarray:
        """Minus the logarithm of the share of stories that have a term (float32, never below 0).

        `elsewhere` leaves out one story, which has the term.
        """
        guessed, listed = np.log(self.stories + _GUESSED_WORTH), np.log(self.stories + _LISTED_WORTH)
        # The dearest step of a comparison: `take` costs less than an index.
        of = np.where(self._is_listed.take(ids), np.float32(listed), np.float32(guessed))
        of -= (self._elsewhere if elsewhere else self._logs).take(ids)
        return np.maximum(of, np.float32(0), out=of)


def _logs(counts: np.ndarray, prior: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The logarithm of the stories that have a term, and of those but one."""
    return np.log(counts + prior), np.log(np.maximum(counts - np.float32(1), np.float32(0)) + prior)


@cache
def _shipped() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The share of each term by the table, how many stories that is worth, and in how many of those it would be."""
    known = shares()
    worth = np.where(known == UNSEEN, _GUESSED_WORTH, _LISTED_WORTH).astype(np.float32)
    return known, worth, known * worth
