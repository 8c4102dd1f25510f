"""How telling a term is among the stories of now: rare in news at large, and rare in what is open."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from collector.similar.common import shares
from collector.similar.ids import SIZE

_WORTH = 300  # stories: how much the shipped table of shares weighs against what is seen
_SEEDS_WORTH = 20  # examples: the same for the subject


class Commonness:
    """Counts, for each term, the open stories that have it."""

    def __init__(self, subject: Sequence[np.ndarray] = ()) -> None:
        """`subject` has the terms of each example: what most of them share says nothing of an event."""
        known = shares()
        if subject:
            seen = np.bincount(np.concatenate([np.unique(ids) for ids in subject]), minlength=SIZE)
            shared = np.maximum(seen - 1, 0) + _SEEDS_WORTH * known
            known = np.where(seen > 1, np.maximum(known, shared / (len(subject) + _SEEDS_WORTH)), known)
        self._prior = (known * _WORTH).astype(np.float32)
        self._logs = np.log(self._prior)
        self._counts = np.zeros(SIZE, np.int32)
        self.stories = 0

    def change(self, ids: np.ndarray, by: int) -> None:
        """A story has got terms (+1) or lost them (-1); each id once."""
        self._counts[ids] += by
        self._logs[ids] = np.log(self._counts[ids] + self._prior[ids])

    def fill(self, ids: np.ndarray) -> None:
        """Terms of many stories at once, each id once for each story that has it."""
        self._counts += np.bincount(ids, minlength=SIZE).astype(np.int32)
        self._logs = np.log(self._counts + self._prior)

    def counts(self, ids: np.ndarray) -> np.ndarray:
        """In how many open stories each term is."""
        return self._counts[ids]

    def rarity(self, ids: np.ndarray) -> np.ndarray:
        """Minus the logarithm of the share of stories that have a term (float32, never below 0)."""
        return np.maximum(np.float32(np.log(self.stories + _WORTH)) - self._logs[ids], np.float32(0))
