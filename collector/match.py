"""Topics -> Matcher; an article -> the topics that hit it, each with its evidence.

A keyword is a word or phrase. It hits where it stands as a word, by the habits of the script it is in:

- Han, kana, Thai, Lao, Khmer and Burmese have no spaces: anywhere;
- Hangul: at the beginning of a word, whatever particle follows;
- Arabic and Hebrew: a whole word, also behind attached particles and the article;
- every other script: a whole word; an English 's is none of it.

`word*` hits every word that begins so, `*` alone every article. The words that an excluded phrase covers do
not hit (White Russia is not Russia), unless a longer keyword holds the phrase (North and South Korea); it
vetoes nothing else. Spellings are folded first (`folding`); evidence stands in the original text.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, Protocol

from ahocorasick_rs import AhoCorasick

from collector.folding import Folded, fold
from collector.model import Evidence, Match

PLACES = 3  # of each term in each field


class Topic(Protocol):
    """What is needed of a configured topic."""

    @property
    def key(self) -> str: ...
    @property
    def keywords(self) -> Sequence[str]: ...
    @property
    def exclude(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class _Term:
    """A keyword or excluded phrase of one topic, and how it must stand in the text."""

    topic: int
    words: str  # as configured
    is_excluded: bool
    is_prefix: bool
    before: Callable[[str, int, str | None], bool]
    after: Callable[[str, int], bool]


class _Hit(NamedTuple):
    term: _Term
    start: int
    end: int


class Matcher:
    """All topics, compiled once. Safe to use from several threads."""

    def __init__(self, topics: Iterable[Topic]) -> None:
        self._topics: list[str] = []
        self._everything: set[int] = set()
        patterns: dict[str, list[_Term]] = {}
        for number, topic in enumerate(topics):
            self._topics.append(topic.key)
            for is_excluded, keywords in ((False, topic.keywords), (True, topic.exclude)):
                for keyword in keywords:
                    if keyword.strip() == "*" and not is_excluded:
                        self._everything.add(number)
                    else:
                        _compile(patterns, number, keyword, is_excluded)
        self._terms = list(patterns.values())
        self._longest_cover = max(
            (len(form) for form, terms in patterns.items() if any(term.is_excluded for term in terms)),
            default=0,
        )
        self._finder = AhoCorasick(list(patterns), store_patterns=False)

    def match(self, title: str, text: str, language: str | None = None) -> tuple[Match, ...]:
        """The topics that hit, in their order, with the first places of each term in title and text.

        `language` is the article's, where it is known: attached particles are looked for in Arabic, not in
        Persian, which is written in the same letters.
        """
        evidence: dict[int, list[Evidence]] = {}
        for field, original in (("title", title), ("text", text)):
            folded = fold(original)
            for hit in _few(_uncovered(self._hits(folded.text, language), self._longest_cover)):
                evidence.setdefault(hit.term.topic, []).append(_evidence(hit, field, folded))
        for number in self._everything - evidence.keys():
            evidence[number] = [_first_word(title, text)]
        return tuple(Match(topic=self._topics[n], evidence=tuple(evidence[n])) for n in sorted(evidence))

    def _hits(self, folded: str, language: str | None) -> list[_Hit]:
        """Every place where a term stands as it must."""
        return [
            _Hit(term, start, end)
            for pattern, start, end in self._finder.find_matches_as_indexes(folded, overlapping=True)
            for term in self._terms[pattern]
            if term.before(folded, start, language) and term.after(folded, end)
        ]


# --- compiling ----------------------------------------------------------------------------------------------


def _compile(patterns: dict[str, list[_Term]], topic: int, keyword: str, is_excluded: bool) -> None:
    stem = keyword.strip().removesuffix("*")
    is_prefix = keyword.strip() != stem
    folded = fold(stem).text.strip()
    if all(_script(character) == "none" for character in folded):
        raise ValueError(f"a keyword without a letter: {keyword!r}")
    for form in _written_forms(folded):
        begins = _BEGINNINGS.get(_script(form[0]), _word_begins)
        ends = _anything if is_prefix else _ENDINGS.get(_script(form[-1]), _word_ends)
        terms = patterns.setdefault(form, [])
        if not any(
            (topic, is_excluded, ends) == (term.topic, term.is_excluded, term.after) for term in terms
        ):
            terms.append(_Term(topic, keyword, is_excluded, is_prefix, begins, ends))


def _written_forms(folded: str) -> set[str]:
    """How a folded keyword may stand in a folded text."""
    forms = {folded}
    if "·" in folded:  # between the parts of a foreign name in Han and kana
        forms.add(folded.replace("·", ""))
    if folded.startswith("ال"):  # after the particle ل the article loses its alef
        forms.add("لل" + folded[2:])
    return forms


# --- scripts ------------------------------------------------------------------------------------------------

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


@cache
def _script(character: str) -> str:
    """Which habits a character follows: free, hangul, arabic, hebrew, word (of any other script), or none."""
    for name, letters in _SCRIPT_OF:
        if letters.match(character):
            return name
    is_word = character.isalnum() or unicodedata.category(character)[0] == "M"
    return "word" if is_word else "none"


_SPACED = frozenset({"word", "arabic", "hebrew"})

# Particles that are written as one with the next word, longest first, and the article behind them.
_ARABIC_PARTICLES = re.compile(r"[وف]?[بلك]?(?:ال)?|[وف]?لل")
_HEBREW_PARTICLES = re.compile(r"ו?(?:כש|מש|לכש)?[שהבלמכ]{0,2}")
_LONGEST_PARTICLES = 5


def _anything(*_: object) -> bool:
    return True


def _word_begins(text: str, start: int, _: str | None) -> bool:
    return start == 0 or _script(text[start - 1]) not in _SPACED


def _hangul_begins(text: str, start: int, _: str | None) -> bool:
    return start == 0 or _script(text[start - 1]) != "hangul"


def _arabic_begins(text: str, start: int, language: str | None) -> bool:
    if _word_begins(text, start, language):
        return True
    return language in (None, "ar") and _is_behind(_ARABIC_PARTICLES, text, start)


def _hebrew_begins(text: str, start: int, language: str | None) -> bool:
    return _word_begins(text, start, language) or _is_behind(_HEBREW_PARTICLES, text, start)


def _is_behind(particles: re.Pattern[str], text: str, start: int) -> bool:
    """Whether nothing but particles stands between the beginning of the word and `start`."""
    begin = start
    while begin > 0 and start - begin <= _LONGEST_PARTICLES and _script(text[begin - 1]) in _SPACED:
        begin -= 1
    return particles.fullmatch(text, begin, start) is not None


def _word_ends(text: str, end: int) -> bool:
    return end == len(text) or _script(text[end]) not in _SPACED


_BEGINNINGS: dict[str, Callable[[str, int, str | None], bool]] = {
    "free": _anything,
    "none": _anything,
    "hangul": _hangul_begins,
    "arabic": _arabic_begins,
    "hebrew": _hebrew_begins,
}
_ENDINGS: dict[str, Callable[[str, int], bool]] = {"free": _anything, "none": _anything, "hangul": _anything}

# --- hits ---------------------------------------------------------------------------------------------------


def _uncovered(hits: list[_Hit], longest_cover: int) -> list[_Hit]:
    """The keywords' hits that touch no words of an excluded phrase of their topic, or hold it whole."""
    covers = sorted((hit for hit in hits if hit.term.is_excluded), key=_start)
    if not covers:
        return hits
    return [
        hit
        for hit in hits
        if not hit.term.is_excluded
        and not any(
            _covers(covers[index], hit)
            for index in range(
                bisect_left(covers, hit.start - longest_cover, key=_start),
                bisect_left(covers, hit.end, key=_start),
            )
        )
    ]


def _start(hit: _Hit) -> int:
    return hit.start


def _covers(cover: _Hit, hit: _Hit) -> bool:
    if cover.term.topic != hit.term.topic or cover.end <= hit.start:
        return False
    is_longer = hit.end - hit.start > cover.end - cover.start
    return not (is_longer and hit.start <= cover.start and cover.end <= hit.end)


def _few(hits: list[_Hit]) -> list[_Hit]:
    """The first places of each term, in the order of the text."""
    places: dict[tuple[int, str], int] = {}
    few = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        term = (hit.term.topic, hit.term.words)
        places[term] = places.get(term, 0) + 1
        if places[term] <= PLACES:
            few.append(hit)
    return few


def _evidence(hit: _Hit, field: str, folded: Folded) -> Evidence:
    """The words of a hit as they stand in the original; with a prefix, to the end of the word."""
    end = hit.end
    while hit.term.is_prefix and end < len(folded.text) and _script(folded.text[end]) in _SPACED:
        end += 1
    start, end = folded.span(hit.start, end)
    return Evidence(term=hit.term.words, field=field, words=folded.original[start:end], start=start, end=end)


def _first_word(title: str, text: str) -> Evidence:
    """Evidence that there is an article."""
    for field, original in (("title", title), ("text", text)):
        if found := re.search(r"\S+", original):
            return Evidence(term="*", field=field, words=found[0], start=found.start(), end=found.end())
    return Evidence(term="*", field="title", words="", start=0, end=0)
