"""Is this the same text? Two addresses may carry one article, and one address may be claimed by several."""

from __future__ import annotations

import re

# Scripts without word boundaries are compared by character, all others by word.
BY_CHARACTER = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_UNIT = re.compile(rf"[{BY_CHARACTER}]|[^\W_]+")
_SHINGLE = 5
_SAME = 0.4  # containment at which edited, truncated and re-headlined copies still separate from other texts
_LONGEST = 20_000


def same_text(one: str, other: str) -> bool:
    """Whether two texts are copies of one another: containment of 5-word shingles in the smaller set is at least 0.4.

    Two texts of less than five words are the same only when their words are.
    """
    a, b = _shingles(one), _shingles(other)
    smaller = min(len(a), len(b))
    return bool(smaller) and len(a & b) >= _SAME * smaller


def units(text: str) -> list[str]:
    """What a text's shingles are made of: its words, or its characters where the script has no word boundaries."""
    return _UNIT.findall(text[:_LONGEST].casefold())


def _shingles(text: str) -> set[tuple[str, ...]]:
    found = units(text)
    if len(found) < _SHINGLE:
        return {tuple(found)} if found else set()
    return set(zip(*(found[i:] for i in range(_SHINGLE)), strict=False))
