"""Counting words: how far apart two places of a text are.

A word is what stands between spaces and signs, with its apostrophes. In scripts without spaces (Han, kana, Thai, Lao,
Khmer, Burmese) each character is one, with the marks on it.
"""

from __future__ import annotations

import re
import unicodedata

from collector.match.scripts import habit


class _Kinds(dict[int, str]):
    """For `str.translate`: w for letters of words, f for letters of scripts without spaces, a for apostrophes, m for
    marks on f, _ for the rest.
    """

    def __missing__(self, point: int) -> str:
        habits, category = habit(chr(point)), unicodedata.category(chr(point))
        if habits in ("free", "katakana"):
            kind = "m" if category[0] == "M" else "f" if category[0] in "LN" else "_"
        else:
            kind = "a" if chr(point) in "'’ʼ׳" else "_" if habits == "none" else "w"
        self[point] = kind
        return kind


_KINDS = _Kinds()
_UNIT = re.compile("w+(?:aw+)*|f")


def units(text: str) -> list[int]:
    """Where the words of a text begin."""
    return [found.start() for found in _UNIT.finditer(text.translate(_KINDS))]
