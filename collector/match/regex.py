"""Regular expressions in time that grows with the text alone: the only file that imports re2 (google-re2).

Syntax: https://github.com/google/re2/wiki/Syntax, without \\C. They are looked for in the original text, with upper and
lower case as written; offsets count its code points.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import Any

import re2

_MOST_MEMORY = 2**20  # bytes of one compiled expression: RE2 refuses what needs more
_LONGEST = 2_000  # characters
_MOST_PLACES = 100  # in one text: a search is linear, a hundred thousand of them are not
_ASCII_ONLY = re.compile(r"(?:[^\\]|^)(?:\\\\)*(\\[bBwWdD])")
_BYTE = re.compile(r"(?:[^\\]|^)(?:\\\\)*(\\C)")
_SURROGATES = re.compile("[\ud800-\udfff]")


class RegexError(ValueError):
    """The expression is wrong: the message says what, `offset` where in it."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> Any:
    """The expression, ready to search with. Raises RegexError."""
    if len(pattern) > _LONGEST:
        raise RegexError(f"expected a regular expression of at most {_LONGEST} characters", _LONGEST)
    _complain_of_letters(pattern)
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MOST_MEMORY
    try:
        found = re2.compile(pattern, options)
    except UnicodeEncodeError as exc:
        raise RegexError("expected a regular expression of whole characters", exc.start) from None
    except re2.error as exc:
        raise _told(pattern, exc) from None
    if found.search("") is not None:
        raise RegexError("expected a regular expression that needs at least one character", 0)
    return found


def places(pattern: str, text: str) -> list[tuple[int, int]]:
    """The first hundred places in the text, none within another."""
    try:
        found = [match.span() for match in islice(compiled(pattern).finditer(text), _MOST_PLACES)]
    except UnicodeEncodeError:  # half a character: it counts as one, and is none that could be asked for
        return places(pattern, _SURROGATES.sub("\ufffd", text))
    return [(start, end) for start, end in found if end > start]


def _complain_of_letters(pattern: str) -> None:
    if wrong := _BYTE.search(pattern):
        raise RegexError("expected no \\C: it matches a part of a character", wrong.start(1))
    if not pattern.isascii() and (wrong := _ASCII_ONLY.search(pattern)):
        instead = {"b": r"(?:^|\PL)", "w": r"[\pL\pN]", "d": r"\p{Nd}"}[wrong[1][1].lower()]
        raise RegexError(f"{wrong[1]} knows the letters and digits of English alone: write {instead}", wrong.start(1))


def _told(pattern: str, error: Exception) -> RegexError:
    """RE2's own words, which end with the part of the expression that they speak of."""
    told = error.args[0]
    message = told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)
    kind, _, part = message.partition(": ")
    if "too large" in kind:
        return RegexError("this regular expression needs too much memory: repeat less", 0)
    if kind == "missing )":
        return RegexError("expected ) before the end of the regular expression", len(pattern))
    offset = 0 if kind == "unexpected )" else max(pattern.rfind(part), 0) if part else len(pattern) - 1
    return RegexError(f"not a regular expression (RE2): {message}", offset)
