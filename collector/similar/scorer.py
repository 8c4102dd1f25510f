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
        self._depth = int(value.shape[1]).bit_length() - 1
        self._tree = np.arange(len(feature))[None, :]

    def scores(self, table: np.ndarray) -> np.ndarray:
        """For each row of features the probability, from 0 to 1."""
        node = np.zeros((len(table), len(self._feature)), np.int32)
        row = np.arange(len(table))[:, None]
        for _ in range(self._depth):
            asked = table[row, self._feature[self._tree, node]]
            left = asked <= self._threshold[self._tree, node]
            left |= np.isnan(asked) & self._nan_left[self._tree, node]
            node = 2 * node + 2 - left
        leaf = node - self._feature.shape[1]
        return 1 / (1 + np.exp(-self._value[self._tree, leaf].sum(axis=1, dtype=np.float64)))

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
