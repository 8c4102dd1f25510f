"""Which rows have a term: a large sorted part, made anew now and then, and a small part of what came since."""

from __future__ import annotations

from itertools import chain

import numpy as np

_RECENT = 2_048  # rows until the sorted part is made anew


class Postings:
    """Term -> rows."""

    def __init__(self) -> None:
        self._ids = np.zeros(0, np.uint32)
        self._rows = np.zeros(0, np.int32)
        self._recent: dict[int, list[int]] = {}
        self._added = 0

    @property
    def is_full(self) -> bool:
        """Whether it should be made anew."""
        return self._added >= _RECENT

    def add(self, row: int, ids: np.ndarray) -> None:
        """The row has these terms."""
        for term in ids.tolist():
            self._recent.setdefault(term, []).append(row)
        self._added += 1

    def rebuild(self, rows: np.ndarray, ids: np.ndarray) -> None:
        """Of each row its terms (a matrix); an id of 0 is none. Nothing else is known afterwards."""
        flat = ids.ravel()
        order = np.argsort(flat, kind="stable")
        order = order[np.searchsorted(flat, 1, sorter=order) :]
        self._ids = flat[order]
        self._rows = rows[order // ids.shape[1]].astype(np.int32)
        self._recent = {}
        self._added = 0

    def find(self, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The rows that have each of the terms, and for each row the place of its term in `ids`."""
        first, last = np.searchsorted(self._ids, ids, "left"), np.searchsorted(self._ids, ids, "right")
        lengths = last - first
        starts = np.cumsum(lengths) - lengths
        places = np.arange(lengths.sum()) + np.repeat(first - starts, lengths)
        recent = [self._recent.get(term, ()) for term in ids.tolist()]
        rows = np.concatenate([self._rows[places], np.fromiter(chain.from_iterable(recent), np.int32)])
        which = np.concatenate([np.repeat(np.arange(len(ids)), lengths),
                                np.repeat(np.arange(len(ids)), [len(some) for some in recent])])  # fmt: skip
        return rows, which
