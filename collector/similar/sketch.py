"""Copies: a text's sketch, and how much of one text another contains.

A sketch is the bottom-k sample of the hashes of a text's shingles (Broder 1997): two samples, cut at the lower of their
highest values, are samples of both whole sets by the same rule, and what they share estimates what the sets share.
"""

from __future__ import annotations

from zlib import crc32

import numpy as np

from collector.copies import units

KEPT = 128
SHINGLE = 5
COPY = 0.34  # of the smaller text: as much as 0.4, where the estimate is low
FEWEST = 12  # shingles that say something when only that many are the same
_NONE = np.uint32(0xFFFFFFFF)
_MIX = np.array(  # odd numbers that spread what they multiply
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5, 0x85EBCA77C2B2AE63], np.uint64
)


def sketch(text: str) -> tuple[np.ndarray, int]:
    """The lowest hashes of a text's shingles, in order, filled up to `KEPT` (uint32), and how many shingles it has."""
    words = "\n".join(units(text)).encode().split(b"\n")  # encoded one by one they cost as much again
    hashes = np.fromiter(map(crc32, words), np.uint64, len(words))
    kept = np.full(KEPT, _NONE, np.uint32)
    if len(hashes) < SHINGLE:
        return kept, 0
    mixed = sum(hashes[i : len(hashes) - SHINGLE + 1 + i] * _MIX[i] for i in range(SHINGLE))
    mixed ^= mixed >> np.uint64(29)
    found = np.unique(((mixed * _MIX[0]) >> np.uint64(32)).astype(np.uint32))
    found = found[found != _NONE]
    kept[: len(found)] = found[:KEPT]
    return kept, len(found)


def containments(asked: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The share of the smaller text that is in the other, estimated, for a sketch and each row of `others`.

    0 where a text has too few shingles to say so, unless all of them are the same.
    """
    highest = np.minimum(asked[-1], others[:, -1])[:, None]
    places = np.minimum(np.searchsorted(asked, others), KEPT - 1)
    is_real = others != _NONE
    shared = ((asked[places] == others) & (others <= highest) & is_real).sum(axis=1)
    mine = ((asked[None, :] <= highest) & (asked != _NONE)).sum(axis=1)
    theirs = ((others <= highest) & is_real).sum(axis=1)
    smaller = np.minimum(mine, theirs)
    share = shared / np.maximum(smaller, 1)
    return np.where((smaller >= FEWEST) | (shared == np.maximum(mine, theirs)), share, 0.0)
