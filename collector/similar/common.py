"""How common a term is in any news: a small table of learned shares stands in for a corpus."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np

from collector.similar.ids import SIZE

UNSEEN = np.float32(0.003)  # the share of texts that a term has which the table does not list
TABLE = "common.npz"


@cache
def shares() -> np.ndarray:
    """For each id the share of articles, from 0 to 1, that have such a term (float32)."""
    found = np.full(SIZE, UNSEEN, np.float32)
    path = files("collector.similar") / TABLE
    if path.is_file():
        with path.open("rb") as file, np.load(file) as table:
            found[table["ids"]] = np.exp(-table["rarity"].astype(np.float32) / 16)
    return found


@cache
def _rarities() -> np.ndarray:
    return -np.log(shares())


def rarity(ids: np.ndarray) -> np.ndarray:
    """Minus the logarithm of the share of articles that have such a term: 0 for what is in every text."""
    return _rarities()[ids]
