"""Topics -> Matcher; an article -> the topics that hit it, each with its evidence.

A keyword is a word or phrase. It hits where it stands as a word, by the habits of the script it is in:

- Han, kana, Thai, Lao, Khmer and Burmese have no spaces: anywhere;
- Hangul: at the beginning of a word, whatever particle follows;
- Arabic and Hebrew: a whole word, also behind attached particles and the article;
- every other script: a whole word; an English 's is none of it.

`word*` hits every word that begins so, `*` alone every article. An excluded phrase that contains one of its
topic's keywords is a cover: the words that it covers do not hit (White Russia is not Russia). Any other is a
veto: it keeps the whole article out of the topic. Neither counts inside a longer keyword (North and South
Korea). Spellings are folded first (`folding`); evidence stands in the original text.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
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


class _Role(Enum):
    """What a term does where it stands."""

    KEYWORD = "it is evidence"
    COVER = "it takes the keywords that it touches away"
    VETO = "it takes the article away"


@dataclass(frozen=True, slots=True)
class _Term:
    """A keyword or excluded phrase of one topic, and how it must stand in the text."""

    topic: int
    words: str  # as configured
    role: _Role
    is_prefix: bool
    before: Callable[[str, int, str | None], bool]
    after: Callable[[str, int], bool]


class _Hit(NamedTuple):
    term: _Term
    start: int
    end: int


_Patterns = dict[str, list[_Term]]  # folded forms, and the terms that are written so


class _Finder:
    """Finds every place where a term stands as it must."""

    def __init__(self, patterns: _Patterns) -> None:
        self._terms = list(patterns.values())
        self._automaton = AhoCorasick(list(patterns), store_patterns=False)

    def hits(self, folded: str, language: str | None) -> list[_Hit]:
        return [
            _Hit(term, start, end)
            for pattern, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True)
            for term in self._terms[pattern]
            if term.before(folded, start, language) and term.after(folded, end)
        ]


class Matcher:
    """All topics, compiled once. Safe to use from several threads."""

    def __init__(self, topics: Iterable[Topic]) -> None:
        topics = list(topics)
        self._topics = [topic.key for topic in topics]
        self._everything = {n for n, topic in enumerate(topics) if any(map(_is_everything, topic.keywords))}
        patterns: _Patterns = {}
        for number, topic in enumerate(topics):
            for keyword in topic.keywords:
                if not _is_everything(keyword):
                    _compile(patterns, number, keyword, _Role.KEYWORD)
        roles = _roles(topics, patterns)
        for number, phrase, role in roles:
            _compile(patterns, number, phrase, role)
        self._finder = _Finder(patterns)
        self._longest_cover = max(
            (len(form) for form, terms in patterns.items() if any(term.role is _Role.COVER for term in terms)),
            default=0,
        )

    def match(self, title: str, text: str, language: str | None = None) -> tuple[Match, ...]:
        """The topics that hit, in their order, with the first places of each term in title and text.

        `language` is the article's, where it is known: attached particles are looked for in Arabic, not in
        Persian, which is written in the same letters.
        """
        evidence: dict[int, list[Evidence]] = {}
        vetoed: set[int] = set()
        for field, original in (("title", title), ("text", text)):
            folded = fold(original)
            hits = self._finder.hits(folded.text, language)
            vetoed |= _vetoed(hits)
            for hit in _few(_uncovered(hits, self._longest_cover)):
                evidence.setdefault(hit.term.topic, []).append(_evidence(hit, field, folded))
        for number in self._everything - evidence.keys():
            evidence[number] = [_first_word(title, text)]
        kept = sorted(evidence.keys() - vetoed)
        return tuple(Match(topic=self._topics[n], evidence=tuple(evidence[n])) for n in kept)


# --- compiling ----------------------------------------------------------------------------------------------


def is_keyword(words: str) -> bool:
    """Whether anything in a text can be these words: a keyword of nothing but signs is none."""
    return _is_everything(words) or any(_script(character) != "none" for character in _stem(words))


def _is_everything(keyword: str) -> bool:
    return keyword.strip() == "*"


def _stem(words: str) -> str:
    return fold(words.strip().removesuffix("*")).text.strip()


def _is_prefix(words: str) -> bool:
    return words.strip().endswith("*")


def _compile(patterns: _Patterns, topic: int, words: str, role: _Role) -> None:
    if not is_keyword(words):
        raise ValueError(f"a keyword without a letter: {words!r}")
    is_prefix = _is_prefix(words)
    for form in _written_forms(_stem(words)):
        begins = _BEGINNINGS.get(_script(form[0]), _word_begins)
        ends = _anything if is_prefix else _ENDINGS.get(_script(form[-1]), _word_ends)
        terms = patterns.setdefault(form, [])
        if not any((topic, role, ends) == (term.topic, term.role, term.after) for term in terms):
            terms.append(_Term(topic, words, role, is_prefix, begins, ends))


def _roles(topics: Sequence[Topic], keywords: _Patterns) -> list[tuple[int, str, _Role]]:
    """The excluded phrases, with the number of their topic: covers where they contain a keyword, else vetoes."""
    finder, forms = _Finder(keywords), sorted(keywords)
    roles = []
    for number, topic in enumerate(topics):
        for phrase in topic.exclude:
            stem = _stem(phrase)
            contained = {hit.term.topic for hit in finder.hits(stem, None)}
            if _is_prefix(phrase):  # any ending: also that of a keyword that it begins
                contained |= {term.topic for term in _begun(stem, keywords, forms)}
            roles.append((number, phrase, _Role.COVER if number in contained else _Role.VETO))
    return roles


def _begun(stem: str, keywords: _Patterns, forms: list[str]) -> Iterator[_Term]:
    """The keywords that begin in the stem and go on behind it. `forms` are the keywords' own, sorted."""
    for start in range(len(stem)):
        tail = stem[start:]
        for index in range(bisect_left(forms, tail), len(forms)):
            if not forms[index].startswith(tail):
                break
            yield from (term for term in keywords[forms[index]] if term.before(stem, start, None))


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


def _vetoed(hits: list[_Hit]) -> set[int]:
    """The topics that an excluded phrase keeps the article out of."""
    if not any(hit.term.role is _Role.VETO for hit in hits):
        return set()
    vetoed: set[int] = set()
    reached: dict[int, int] = {}  # where the topic's keywords so far end
    for hit in sorted(hits, key=lambda hit: (hit.start, hit.term.role is _Role.VETO)):
        topic = hit.term.topic
        if hit.term.role is _Role.KEYWORD:
            reached[topic] = max(reached.get(topic, 0), hit.end)
        elif hit.term.role is _Role.VETO and reached.get(topic, 0) < hit.end:
            vetoed.add(topic)
    return vetoed


def _uncovered(hits: list[_Hit], longest_cover: int) -> list[_Hit]:
    """The keywords' hits that touch no words of a cover of their topic, or hold it whole."""
    keywords = [hit for hit in hits if hit.term.role is _Role.KEYWORD]
    covers = sorted((hit for hit in hits if hit.term.role is _Role.COVER), key=_start)
    if not covers:
        return keywords
    return [
        hit
        for hit in keywords
        if not any(
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
