"""How sure we are that a report is of a story's event: boosted trees, whose numbers ship with the program."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np

TABLE = "scorer.npz"


class Scorer:
    """Trees of one depth, complete: node n has children 2n + 1 and 2n + 2; NaN goes where training sent it."""

    def __init__(
        self, feature: np.ndarray, threshold: np.ndarray, nan_left: np.ndarray, value: np.ndarray
    ) -> None:
        """`feature`, `threshold` and `nan_left` are (trees, inner nodes), `value` is (trees, leaves)."""
        self._feature, self._threshold, self._nan_left, self._value = feature, threshold, nan_left, value
        self._trees, self._inner = feature.shape
        self._depth = int(value.shape[1]).bit_length() - 1

    def scores(self, table: np.ndarray) -> np.ndarray:
        """For each row of features the probability, from 0 to 1."""
        asked, row = table.ravel(), np.arange(len(table))[:, None] * table.shape[1]
        tree = np.arange(self._trees)[None, :] * self._inner
        node = np.zeros((len(table), self._trees), np.intp)
        for _ in range(self._depth):
            at = tree + node
            value = asked.take(row + self._feature.take(at))
            left = (value <= self._threshold.take(at)) | (np.isnan(value) & self._nan_left.take(at))
            node = 2 * node + 2 - left
        leaf = np.arange(self._trees) * self._value.shape[1] + node - self._inner
        return 1 / (1 + np.exp(-self._value.take(leaf).sum(axis=1, dtype=np.float64)))

    def save(self, path: Path) -> None:
        """Writes the numbers where `shipped` finds them."""
        np.savez_compressed(
            path, feature=self._feature, threshold=self._threshold, nan_left=self._nan_left, value=self._value
        )


@cache
def shipped() -> Scorer:
    """The scorer that the program has."""
    with (files("collector.similar") / TABLE).open("rb") as file, np.load(file) as table:
        return Scorer(*(table[name] for name in ("feature", "threshold", "nan_left", "value")))
