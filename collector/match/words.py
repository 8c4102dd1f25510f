"""Words and phrases, and where they stand in a text: the lexical layer below the topics.

A word is found in its inflected forms (`inflection`), where it stands as a word by the habits of its script
(`scripts`); spellings are folded first (`folding`). One automaton looks for the unchanging beginning of one part of
every phrase, so that the time depends on the text; what stands around it is compared afterwards.

A keyword that is a country's name (`names`) also finds the country's adjectives and people in the languages that call
it so. It is not found inside a longer name of another country (South Sudan is not Sudan), nor in phrases that are
known to mean something else, nor in small letters where the name has a capital (turkey).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache, partial
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from collector.match import names
from collector.match.candidates import Candidates
from collector.match.inflection import inflects_as
from collector.match.patterns import EVERY, SMALL, TITLE, Pattern, compile_word
from collector.match.scripts import INSIDE, begins, habit, language_of, script, scripts_of, word_end
from collector.match.word import Word, is_word, letters, read_word
from collector.text.folding import Folded, fold
from collector.text.languages import guess

__all__ = ["Hit", "Word", "WordFinder", "is_word", "read_word"]


class Hit(NamedTuple):
    """A word (its index) stands in a folded text from `start` to `end`, which is where the inflected word ends."""

    word: int
    start: int
    end: int


class WordFinder:
    """Finds every place where a word stands as it must. Safe to use from several threads."""

    def __init__(self, words: Sequence[Word]) -> None:
        self._by_form: dict[str, list[Pattern]] = {}
        self._units: dict[tuple[Word, frozenset[str], bool], int] = {}  # what is looked for: each once
        self._users: list[list[int]] = []  # the words that a unit stands for; none for a cover
        self._codes: list[frozenset[str]] = []  # the countries and people whose name a unit is
        for number, word in enumerate(words):
            self._add_word(number, word)
        self._covers_from = len(self._users)
        self._build()
        if any(self._codes):
            self._add_covers()
            self._build()

    def hits(self, folded: Folded, language: str | None, *, is_phrase: bool = False) -> list[Hit]:
        """All places, in no particular order; of places of one word that lie in each other, the longest.

        In a phrase of a configuration covers do not count: it is asked what the phrase contains.
        """
        found = self._found(folded, EVERY if is_phrase else language)
        if is_phrase:
            found = [hit for hit in found if hit.word < self._covers_from]
        elif any(unit >= self._covers_from for unit, _, _ in found):
            found = self._uncovered(found)
        users = self._users
        hits = [Hit(word, start, end) for unit, start, end in found for word in users[unit]]
        return hits if len(hits) < 2 else _outermost(hits)

    def begun(self, stem: str) -> Iterator[int]:
        """The words that begin in a folded stem and go on behind it."""
        self._sorted = self._sorted or sorted(self._by_form)
        for start in range(len(stem)):
            tail = stem[start:]
            for index in range(bisect_left(self._sorted, tail), len(self._sorted)):
                if not self._sorted[index].startswith(tail):
                    break
                for pattern in self._by_form[self._sorted[index]]:
                    if begins(stem, start, pattern.habit, None):
                        yield from self._users[pattern.word]

    # --- compiling --------------------------------------------------------------------------------------------------

    def _add_word(self, number: int, word: Word) -> None:
        # In small letters it is no name, where names have others: a turkey, a cat, the isle of every man.
        is_small = word.text.islower() and word.text != word.text.title()
        is_name = word.form == "any" and not word.prefix and not is_small
        name = names.known(fold(word.text).text.strip()) if is_name else None
        self._users[self._unit(word, name, name.codes if name else frozenset())].append(number)
        for other in names.kin(name) if name else ():
            own = None if other.language else names.known(fold(other.text).text.strip())
            self._users[self._unit(other, own, name.codes)].append(number)

    def _unit(self, word: Word, name: names.Name | None, codes: frozenset[str], *, is_cover: bool = False) -> int:
        """The number of a word to look for, which is made ready when it is new."""
        key = word, codes, is_cover
        unit = self._units.get(key)
        if unit is None:
            unit = self._units[key] = len(self._users)
            self._users.append([])
            self._codes.append(codes)
            for form, pattern in compile_word(unit, word, name):
                self._by_form.setdefault(form, []).append(pattern)
        return unit

    def _build(self) -> None:
        self._candidates = [Candidates(habit(form[0]), patterns) for form, patterns in self._by_form.items()]
        self._is_word = [candidates.habit == "word" for candidates in self._candidates]
        self._automaton = AhoCorasick(list(self._by_form), store_patterns=False)
        self._sorted: list[str] = []

    def _add_covers(self) -> None:
        """The longer names of other countries, and the phrases that are not the country, as words of their own."""
        around = self._names_around()
        for code in sorted(frozenset().union(*self._codes)):
            for phrase in names.covers(code):
                is_proper = phrase.text[:1].isupper() and " " not in phrase.text
                self._unit(phrase, _NO_NAME if is_proper else None, frozenset({code}), is_cover=True)
        for line, inside in around:
            name = names.known(line)
            if name and any(not codes & name.codes for codes in inside):
                self._unit(Word(text=line), name, name.codes | _OTHERS, is_cover=True)

    def _names_around(self) -> list[tuple[str, list[frozenset[str]]]]:
        """The known names that contain words, with the countries whose names those are."""
        text, lines = names.all_names()
        starts, place = [], 0
        for line in lines:
            starts.append(place)
            place += len(line) + 1
        inside: dict[int, list[frozenset[str]]] = {}
        for unit, start, _ in self._found(Folded(text, text, None, None), EVERY):
            index = bisect_left(starts, start + 1) - 1
            if codes := self._codes[unit]:
                inside.setdefault(index, []).append(codes)
        return [(lines[index], codes) for index, codes in sorted(inside.items())]

    # --- finding ----------------------------------------------------------------------------------------------------

    def _found(self, folded: Folded, language: str | None) -> list[Hit]:
        """Where units stand, covers among them. With EVERY language, case does not count either."""
        text, found = folded.text, {}
        matches = self._automaton.find_matches_as_indexes(text, overlapping=True)
        seems = cache(partial(guess, folded.original))  # asked for few texts, and then often
        if matches and language is None:
            language = seems()
        language = inflects_as(language)
        all_candidates, is_word, inside, size = self._candidates, self._is_word, INSIDE, len(text)
        claimed, written = language, scripts_of(language) if language and language != EVERY else None
        others: dict[str, str | None] = {}
        for number, start, end in matches:
            # Nearly all that is found stands within another word.
            if start and is_word[number] and inside[text[start - 1]]:
                continue
            # In another script than the text's language has, it is in another language: quoted, or the claim is wrong.
            language = claimed
            if written is not None and (own := script(text[start])) not in written:
                if own not in others:
                    others[own] = inflects_as(language_of(own, seems()))
                language = others[own]
            candidates = all_candidates[number]
            if start and not is_word[number] and not begins(text, start, candidates.habit, language):
                continue
            last = end if end == size or not inside[text[end]] or not candidates.is_spaced else word_end(text, end)
            for pattern in candidates.at(text, start, end, last, language):
                place = pattern.place(text, start, end, last, language)
                if place and (pattern.cased is None or language == EVERY or _is_cased(folded, place, pattern.cased)):
                    found[Hit(pattern.word, *place)] = None
        return list(found)

    def _uncovered(self, found: list[Hit]) -> list[Hit]:
        """The units that stand in no cover."""
        covers = sorted((hit for hit in found if hit.word >= self._covers_from), key=_start)
        longest = max(cover.end - cover.start for cover in covers)
        return [
            hit
            for hit in found
            if hit.word < self._covers_from
            and not any(
                self._covers(covers[index], hit)
                for index in range(
                    bisect_left(covers, hit.start - longest, key=_start), bisect_left(covers, hit.end, key=_start)
                )
            )
        ]

    def _covers(self, cover: Hit, hit: Hit) -> bool:
        """A cover touches the hit, and is not itself a part of it; names of the same country cover nothing."""
        codes, owners = self._codes[hit.word], self._codes[cover.word]
        if cover.end <= hit.start or not codes:
            return False
        is_concerned = not codes & owners if owners >= _OTHERS else bool(codes & owners)
        is_longer = hit.end - hit.start > cover.end - cover.start
        return is_concerned and not (is_longer and hit.start <= cover.start and cover.end <= hit.end)


_NO_NAME = names.Name(frozenset(), frozenset())  # inflects as a name does
_OTHERS = frozenset({"others"})  # marks a cover that is a country's name: it covers the names of others


def _start(hit: Hit) -> int:
    return hit.start


def _outermost(hits: list[Hit]) -> list[Hit]:
    """Of the places of one word that lie in each other, the longest."""
    reached: dict[int, int] = {}
    kept = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if hit.end > reached.get(hit.word, -1):
            reached[hit.word] = hit.end
            kept.append(hit)
    return kept


def _is_cased(folded: Folded, place: tuple[int, int], cased: str) -> bool:
    """Whether the case is as `cased` asks (see `patterns`); a text of capitals or of small letters alone has none."""
    start, end = folded.span(*place)
    original = folded.original
    if cased == TITLE:
        return original[start:end].istitle() or original[start:end].isupper() or original.islower()
    if cased == SMALL:
        return not original[start].isupper() or _SENTENCE.search(original, 0, start) is not None or original.isupper()
    if cased:
        return letters(original[start:end]).startswith(cased)
    return not original[start].islower() or original.islower()


_SENTENCE = re.compile(r"(?:^|[.!?…:;\n])[\s\W]*\Z")  # before the beginning of a sentence
