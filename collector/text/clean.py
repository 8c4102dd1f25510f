"""Text is cleaned once, at the door: what comes out can be stored, logged, put into XML and shown.

`legal` keeps the shape of a text (HTML), `clean` makes one line of it (titles and names), `paragraphs`
one line a paragraph (articles). All limits on what a stranger may send are here, in characters.
"""

from __future__ import annotations

import re
import unicodedata

MAX_TITLE = 1_000
MAX_NAME = 200  # an author, a category, a site
MAX_ID = 1_000  # a guid; a longer one is hashed
MAX_URL = 4_096
MAX_SUMMARY = 50_000  # HTML
MAX_CONTENT = 1_000_000  # HTML, or the text of an article

def _ranges(points: list[int]) -> str:
    """The inside of a regular expression's character class that holds exactly `points`, which are sorted."""
    spans: list[list[int]] = []
    for point in points:
        if spans and point == spans[-1][1] + 1:
            spans[-1][1] = point
        else:
            spans.append([point, point])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in spans)


# What XML 1.0 §2.2 forbids, what PostgreSQL (NUL) and UTF-8 (lone surrogates) cannot hold, C1 controls,
# non-characters.
_CONTROLS = [*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0x85), *range(0x86, 0xA0)]
_UNWRITABLE = [*range(0xD800, 0xE000), *range(0xFDD0, 0xFDF0)]
_LAST_OF_PLANES = [plane * 0x10000 + last for plane in range(17) for last in (0xFFFE, 0xFFFF)]
_ILLEGAL_POINTS = [*_CONTROLS, *_UNWRITABLE, *_LAST_OF_PLANES]
_ILLEGAL = re.compile(f"[{_ranges(_ILLEGAL_POINTS)}]")
# Embeddings, overrides and isolates reorder what stands around a title; the byte order mark is invisible.
_REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff]")


# Normalising sorts runs of combining marks in quadratic time, and a reader sees long runs as a smear over
# other lines. No language needs more than a few; Unicode's Stream-Safe Text Format (UAX #15, §13) allows 30.
# Only what is no ideograph, syllable or private character is looked at: a sixth of the time, at every start.
_ALPHABETS = ((0x300, 0x3100), (0xA000, 0xAC00), (0xFB00, 0x12000), (0x16A00, 0x17000), (0x1BC00, 0x1F000))
_MARK_POINTS = [
    point
    for first, end in _ALPHABETS
    for point in range(first, end)
    if unicodedata.category(chr(point)) in ("Mn", "Mc")
]
_COMBINING = [point for point in _MARK_POINTS if unicodedata.combining(chr(point))]
_MARKS = _ranges(_COMBINING)
_PILED_MARKS = re.compile(f"([{_MARKS}]{{8}})[{_MARKS}]+")
# Nearly every text has none of either. A class of single characters and one range is compiled to a table: 4 ns a
# character, a sixth of what looking each up in a set takes; the exact classes take 200 ns.
_SUSPECT = re.compile(
    f"[{_ranges([point for point in sorted([*_ILLEGAL_POINTS, *_COMBINING]) if point < 0x10000])}\U00010000-\U0010ffff]"
)
# What belongs to the character before it, for whoever takes texts apart: vowel signs too, which sort as letters do.
MARKS = _ranges(_MARK_POINTS)
# Those that a class of characters finds in a table: looked for behind every word, the others cost twice the time.
QUICK_MARKS = _ranges([point for point in _MARK_POINTS if point < 0x10000])
_ASCII_CONTROLS = bytes(point for point in _CONTROLS if point < 0x80)


def legal(text: str) -> str:
    """`text` without what cannot be stored or written as XML, in NFC. White space stays as it is."""
    if text.isascii():
        return text.encode().translate(None, _ASCII_CONTROLS).decode()
    if _SUSPECT.search(text):
        text = _PILED_MARKS.sub(r"\1", _ILLEGAL.sub("", text))
    return unicodedata.normalize("NFC", text)


def clean(text: str, limit: int) -> str:
    """One line of at most `limit` characters, with single spaces, that reorders nothing around it."""
    # Enough to fill the limit even when much of it is white space; more is not worth its normalising.
    line = legal(text[: 4 * limit + 1_000])
    return cut(" ".join(_REORDERING.sub("", line).split()), limit)


def paragraphs(text: str, limit: int) -> str:
    """A paragraph a line, without empty lines, at most `limit` characters."""
    lines = (" ".join(line.split()) for line in legal(text[: 2 * limit]).splitlines())
    return cut("\n".join(line for line in lines if line), limit)


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, an ellipsis where something was cut, never between letter and mark."""
    if len(text) <= limit:
        return text
    end = limit - 1
    while end > 0 and _joins(text, end):
        end -= 1
    return text[: end or limit - 1].rstrip() + "…"


def _joins(text: str, at: int) -> bool:
    """Is the border before `text[at]` inside what a reader sees as one character?"""
    return (
        unicodedata.category(text[at])[0] == "M"
        or text[at] in "\u200d\ufe0f"
        or text[at - 1] == "\u200d"
        or "\U0001f3fb" <= text[at] <= "\U0001f3ff"
    )
