"""A term -> a number, the same in every process and for ever: what is stored and learned is known by it.

Different terms may share a number; among two million that is rare enough to cost nothing that could be measured.
"""

from __future__ import annotations

from zlib import crc32

import numpy as np

SIZE = 1 << 21

WORD, NUMBER, CONCEPT, GRAM, SOUND = (crc32(kind.encode()) for kind in "wkcgs")  # where a kind's checksums begin


def term_id(kind: int, term: str) -> int:
    """The number of a term of a kind, from 0 to SIZE - 1."""
    return crc32(term.encode(), kind) % SIZE


def distinct(ids: np.ndarray) -> np.ndarray:
    """Each id once, in order."""
    ids = np.sort(ids)
    return ids[np.diff(ids, prepend=ids[:1] + 1) != 0]
