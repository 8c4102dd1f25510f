"""Folding: two spellings that a reader takes for the same become the same text, and places lead back.

Everywhere: case, width, compatibility forms and digits of any script are one; apostrophes, quotation marks,
dashes and spaces are one each; what cannot be seen is dropped. A dash or underscore inside a word is a space,
so that "Jong-un" is "Jong Un". Line breaks stay: a phrase does not run on into the next paragraph.

Marks on letters are decided script by script, because a mark may be a spelling or a letter:

- Latin and Greek lose them, and ligatures and barred letters become plain (ø, ł, ß, æ);
- Cyrillic loses stress marks and ё, but й is not и, nor ї і, nor ў у;
- Arabic loses vowels, tatweel and the hamza on alef, and has one yeh, kaf and heh; the non-joiner between its
  letters is a space, which Persian writes for it as often;
- Hebrew loses points; Devanagari loses the nukta, and chandrabindu is anusvara;
- everywhere else (kana, Hangul, the scripts of India and South-East Asia) a mark is a part of the letter.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property


def fold(text: str) -> Folded:
    """The folded text. Places in the original are worked out when they are asked for."""
    if text.isascii():
        plain = text.translate(_ASCII)
        composed = None
    else:
        composed = _composed(text) if _needs_composing(text) else None
        plain = _folded(text if composed is None else composed)
    if "-" in plain:
        plain = _INNER_DASH.sub(" ", plain)
    squeezed = _SPACES.sub(" ", plain) if "  " in plain else None
    return Folded(
        plain if squeezed is None else squeezed, text, composed, plain if squeezed is not None else None
    )


@dataclass(frozen=True)
class Folded:
    """A folded text that remembers its original."""

    text: str
    original: str
    _composed: str | None  # when the original had to be composed first
    _unsqueezed: str | None  # when runs of spaces became one

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where in the original the (not empty) place from `start` to `end` of the folded text lies."""
        for step in self._steps:
            start, end = step.start(start), step.end(end)
        return start, end

    @cached_property
    def _steps(self) -> tuple[_Shifts, ...]:
        """The way back, last change first; a step that moved nothing is left out."""
        steps = []
        if self._unsqueezed is not None:
            steps.append(_Shifts([(*m.span(), 1) for m in _SPACES.finditer(self._unsqueezed)]))
        folded = self.original if self._composed is None else self._composed
        if not folded.isascii():
            moved = [(*m.span(), len(_TABLE[ord(m[0])])) for m in _TABLE.odd(folded).finditer(folded)]
            steps.append(_Shifts(moved))
        if self._composed is not None:
            composed = [(*m.span(), len(_compose(m))) for m in _clusters(self.original)]
            steps.append(_Shifts(composed))
        return tuple(step for step in steps if step.places)


class _Shifts:
    """Where one step of folding changed lengths: start and end before it, and the length after."""

    def __init__(self, changes: list[tuple[int, int, int]]) -> None:
        self.places: list[int] = []  # in the text after the step
        self._ends: list[int] = []
        self._changes = changes
        shift = 0
        for start, end, length in changes:
            self.places.append(start + shift)
            self._ends.append(start + shift + length)
            shift += length - (end - start)

    def start(self, place: int) -> int:
        """Where the character at `place` began before the step."""
        return self._around(place)[0]

    def end(self, place: int) -> int:
        """Where the character before `place` ended before the step."""
        return self._around(place - 1)[1]

    def _around(self, place: int) -> tuple[int, int]:
        index = bisect_right(self.places, place) - 1
        if index < 0:
            return place, place + 1
        start, end, _ = self._changes[index]
        if place < self._ends[index]:
            return start, end
        before = end + place - self._ends[index]
        return before, before + 1


# --- one character ------------------------------------------------------------------------------------------

_ALIKE = {
    "'": "'‘’‚‛`´ʻʼʹˈ′＇׳",
    '"': '"“”„‟«»″＂״',
    "-": "-_‐‑‒–—―−﹘﹣－־＿",
    "·": "·・･‧ㆍ᛫",
    "...": "…",
    # Letters that no normal form takes apart
    "l": "łŁ",
    "o": "øØ",
    "d": "đĐðÐ",
    "h": "ħĦ",
    "i": "ı",
    "t": "ŧŦ",
    "th": "þÞ",
    "ae": "æÆ",
    "oe": "œŒ",
    "e": "əƏ",  # Azerbaijani, where it stands for e in foreign names
    # Cyrillic
    "е": "ёЁѐЀ",
    "и": "ѝЍ",
    # Arabic script: one form of each letter that is written differently from language to language
    "ا": "آأإٱٲٳ",
    "ي": "ىیېۍے",
    "ك": "کڪ",
    "ه": "ةہۃھەۀۂۿ",
    "و": "ۆۇۋ",
    # Devanagari chandrabindu
    "ं": "ँ",
}
_SINGLE = {ord(form): plain for plain, forms in _ALIKE.items() for form in forms}
_KEPT = frozenset("\nำຳ")  # Thai and Lao am: its compatibility form is two vowels in another order
_DROPPED = frozenset("ـ\u034f\u115f\u1160\u3164\uffa0\u093c")  # tatweel, joiner, Hangul fillers, nukta
_BARE = ("LATIN", "GREEK")  # scripts whose letters lose every mark
# Marks that are spelling, wherever they stand alone: accents, and the vowels and points of Arabic and Hebrew.
_MARKS = ((0x300, 0x36F), (0x483, 0x489), (0x591, 0x5C7), (0x610, 0x61A), (0x64B, 0x65F), (0x670, 0x670),
          (0x6D6, 0x6ED), (0x8D3, 0x8FF), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF),
          (0xFE00, 0xFE0F), (0xFE20, 0xFE2F), (0xE0100, 0xE01EF))  # fmt: skip


def _fold_character(character: str) -> str:
    """What one character folds to: mostly one, sometimes none, rarely several."""
    if character in _KEPT:
        return character
    if (alike := _SINGLE.get(ord(character))) is not None:
        return alike
    category = unicodedata.category(character)
    if category in ("Cf", "Cs") or character in _DROPPED or _is_mark(character):
        return ""
    if category in ("Zs", "Cc", "Zl", "Zp"):
        return "\n" if category in ("Zl", "Zp") or character in "\r\x0b\x0c\x85" else " "
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category in ("So", "Sm", "Sk") and not unicodedata.normalize("NFKC", character).isalnum():
        return character
    wide = unicodedata.normalize("NFKC", character)
    if category == "So":  # ™ and ℠ stand at a word, not in it
        return character if len(wide) > 1 else wide.casefold()
    return "".join(map(_fold_letter, wide.casefold()))


def _fold_letter(letter: str) -> str:
    if (alike := _SINGLE.get(ord(letter))) is not None:
        return alike
    if letter in _DROPPED or _is_mark(letter):
        return ""
    if unicodedata.name(letter, "").startswith(_BARE):
        bare = "".join(part for part in unicodedata.normalize("NFD", letter) if not _is_mark(part))
        return "".join(_SINGLE.get(ord(part), part) for part in bare)
    return letter


def _is_mark(character: str) -> bool:
    return any(first <= ord(character) <= last for first, last in _MARKS)


class _Table(dict[int, str]):
    """For `str.translate`: filled as characters are met."""

    def __init__(self) -> None:
        super().__init__()
        self._odd: set[str] = set()
        self._finder = (0, re.compile(r"(?!)"))

    def __missing__(self, point: int) -> str:
        folded = _fold_character(chr(point))
        if len(folded) != 1:
            self._odd.add(chr(point))
        self[point] = folded
        return folded

    def odd(self, text: str) -> re.Pattern[str]:
        """Finds the characters of the text that do not fold to exactly one, and others such that were met."""
        for character in set(_UNUSUAL.findall(text)):
            self[ord(character)]
        if self._finder[0] != len(self._odd):
            odd = sorted(self._odd.copy())
            self._finder = (len(odd), re.compile(f"[{re.escape(''.join(odd))}]"))
        return self._finder[1]


_TABLE = _Table()
_ASCII = {point: _fold_character(chr(point)) for point in range(128)}
_INNER_DASH = re.compile(r"-(?<=\w-)(?=\w)")
_SPACES = re.compile(r" {2,}")

# All that folds to itself in the scripts that are met most, and what is its capital.
_UNUSUAL = re.compile(
    "[^\n -@A-Za-z{|}~А-Яа-я\u05d0-\u05ea\u062a-\u063f\u0641-\u0643\u0645-\u0648\u064a\u0904-\u0939\u093e-\u094d"
    "\u0e01-\u0e32\u0e34-\u0e4f\u3001-\u3037\u303b-\u3096\u30a1-\u30fa\u30fc\u4e00-\u9fff\uac00-\ud7a3]"
)
_MOST_REPLACED = 30  # with more, looking at each character costs less


def _folded(text: str) -> str:
    """Every character folded: all that is unusual is replaced where it stands, which costs half of a translation.

    Small letters fold as their capitals do, and what a character folds to folds to itself.
    """
    small = text.lower()
    unusual = {character: _TABLE[ord(character)] for character in set(_UNUSUAL.findall(small))}
    changed = {character: new for character, new in unusual.items() if new != character}
    if len(changed) > _MOST_REPLACED:
        return small.translate(_TABLE)
    for character, new in changed.items():
        small = small.replace(character, new)
    return small


# --- characters that belong together ------------------------------------------------------------------------

# A letter and the marks that follow it; Hangul letters of one syllable; half-width kana with a voice mark;
# the non-joiner between Arabic letters.
_CLUSTER = re.compile(
    "[^\\s\u0300-\u036f][\u0300-\u036f]+|[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?"
    "|[\u0621-\u064a\u06c1\u06d2\u06d5][\u0653-\u0655]+|[\u3046-\u30fd][\u3099\u309a]|[\uff66-\uff9d][\uff9e\uff9f]"
    "|[\u0900-\u0dff][\u09be\u09d7\u0b3e\u0b56\u0b57\u0bbe\u0bd7\u0c56\u0cc2\u0cd5\u0cd6\u0d3e\u0d57\u0dca\u0dcf\u0ddf]+"
    "|(?<=[\u0620-\u06d5])\u200c+(?=[\u0620-\u06d5])"
)
# What such a cluster cannot be without.
_SECONDS = re.compile(
    "[\u0300-\u036f\u1161-\u1175\u0653-\u0655\u3099\u309a\uff9e\uff9f\u200c\u09be\u09d7\u0b3e\u0b56\u0b57\u0bbe\u0bd7"
    "\u0c56\u0cc2\u0cd5\u0cd6\u0d3e\u0d57\u0dca\u0dcf\u0ddf]+"
)
_NORMAL_BUT_APART = re.compile("[\uff9e\uff9f\u200c]")  # what is in normal form, and belongs to its neighbour


def _needs_composing(text: str) -> bool:
    """Whether a cluster is not yet as `_compose` would make it. Only what is around second characters is looked at."""
    clusters = {text[max(0, found.start() - 1) : found.end()] for found in _SECONDS.finditer(text)}
    return any(
        _NORMAL_BUT_APART.search(cluster) or not unicodedata.is_normalized("NFC", cluster) for cluster in clusters
    )


def _clusters(text: str) -> Iterator[re.Match[str]]:
    """Every cluster, from the left. There is one only around second characters: a search through all costs the most."""
    done = 0
    for second in _SECONDS.finditer(text):
        for cluster in _CLUSTER.finditer(text, max(done, second.start() - 1), second.end() + 1):
            done = cluster.end()
            yield cluster


def _composed(text: str) -> str:
    parts, done = [], 0
    for cluster in _clusters(text):
        parts += text[done : cluster.start()], _compose(cluster)
        done = cluster.end()
    return "".join((*parts, text[done:]))


def _compose(cluster: re.Match[str]) -> str:
    """The characters as one, where there is one; half-width ones become wide, as the voice mark needs."""
    if cluster[0][0] == "\u200c":
        return " "
    form = "NFKC" if "\uff65" < cluster[0][0] < "\uff9e" else "NFC"
    return unicodedata.normalize(form, cluster[0])
