"""The habits of scripts: where a word begins and ends, and what is written as one with it.

- Han, kana, Thai, Lao, Khmer and Burmese have no spaces: anywhere;
- Hangul: at the beginning of a word, whatever particle follows;
- Arabic and Hebrew: a whole word, also behind attached particles and the article;
- every other script: a whole word; an English 's is none of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache

_SCRIPTS = (
    (
        "free",
        "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u19e0-\u19ff\uaa60-\uaa7f",
    ),  # Thai, Lao, Burmese, Khmer
    ("free", "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3038-\u303b\u3040-\u312f\u31a0-\u31ff\u3400-\u9fff"),
    ("free", "\uf900-\ufaff\U00020000-\U0003ffff"),  # Han and kana
    ("hangul", "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff"),
    ("arabic", "\u0620-\u064a\u066e-\u06d3\u06d5\u06ee-\u06ef\u06fa-\u06ff\u0750-\u077f\u08a0-\u08c7"),
    ("hebrew", "\u05d0-\u05f2"),
)
_SCRIPT_OF = [(name, re.compile(f"[{letters}]")) for name, letters in _SCRIPTS]

SPACED = frozenset({"word", "arabic", "hebrew"})  # the scripts whose words end where their letters do

# Particles that are written as one with the next word, longest first, and the article behind them.
_ARABIC_PARTICLES = re.compile(r"[وف]?[بلك]?(?:ال)?|[وف]?لل")
_HEBREW_PARTICLES = re.compile(r"ו?(?:כש|מש|לכש)?[שהבלמכ]{0,2}")
_LONGEST_PARTICLES = 5

Begins = Callable[[str, int, str | None], bool]  # of a folded text, a place and the text's language
Ends = Callable[[str, int], bool]


@cache
def script(character: str) -> str:
    """Which habits a character follows: free, hangul, arabic, hebrew, word (of any other script), or none."""
    for name, letters in _SCRIPT_OF:
        if letters.match(character):
            return name
    is_word = character.isalnum() or unicodedata.category(character)[0] == "M"
    return "word" if is_word else "none"


def beginning(form: str, *, is_exact: bool) -> Begins:
    """How the place must be where a folded form begins; exact: without anything attached."""
    habits = _EXACT_BEGINNINGS if is_exact else _BEGINNINGS
    return habits.get(script(form[0]), word_begins)


def ending(form: str, *, is_exact: bool, is_prefix: bool) -> Ends:
    """How the place must be where a folded form ends."""
    if is_prefix:
        return _anything
    habits = _EXACT_ENDINGS if is_exact else _ENDINGS
    return habits.get(script(form[-1]), _word_ends)


def end_of_word(text: str, end: int) -> int:
    """Where the word ends that goes on at `end`; `end` itself where words have no borders."""
    while end < len(text) and script(text[end]) in SPACED:
        end += 1
    return end


def _anything(*_: object) -> bool:
    return True


def word_begins(text: str, start: int, _: str | None) -> bool:
    return start == 0 or script(text[start - 1]) not in SPACED


def _hangul_begins(text: str, start: int, _: str | None) -> bool:
    return start == 0 or script(text[start - 1]) != "hangul"


def _hangul_ends(text: str, end: int) -> bool:
    return end == len(text) or script(text[end]) != "hangul"


def _arabic_begins(text: str, start: int, language: str | None) -> bool:
    if word_begins(text, start, language):
        return True
    return language in (None, "ar") and _is_behind(_ARABIC_PARTICLES, text, start)


def _hebrew_begins(text: str, start: int, language: str | None) -> bool:
    return word_begins(text, start, language) or _is_behind(_HEBREW_PARTICLES, text, start)


def _is_behind(particles: re.Pattern[str], text: str, start: int) -> bool:
    """Whether nothing but particles stands between the beginning of the word and `start`."""
    begin = start
    while begin > 0 and start - begin <= _LONGEST_PARTICLES and script(text[begin - 1]) in SPACED:
        begin -= 1
    return particles.fullmatch(text, begin, start) is not None


def _word_ends(text: str, end: int) -> bool:
    return end == len(text) or script(text[end]) not in SPACED


_EXACT_BEGINNINGS: dict[str, Begins] = {"free": _anything, "none": _anything, "hangul": _hangul_begins}
_BEGINNINGS: dict[str, Begins] = _EXACT_BEGINNINGS | {"arabic": _arabic_begins, "hebrew": _hebrew_begins}
_EXACT_ENDINGS: dict[str, Ends] = {"free": _anything, "none": _anything, "hangul": _hangul_ends}
_ENDINGS: dict[str, Ends] = _EXACT_ENDINGS | {"hangul": _anything}
