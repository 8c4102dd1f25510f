"""Words and phrases, and where they stand in a text: the lexical layer below the topics.

A word is found where it stands as one, by the habits of the script it is in (`scripts`). Spellings are folded first
(`folding`).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from ahocorasick_rs import AhoCorasick

from collector.folding import Folded, fold
from collector.match.scripts import Begins, Ends, beginning, end_of_word, ending, script


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word or phrase to find. `form` "any" finds its inflected forms too, "exact" this one; `case` asks for upper and
    lower case as in `text`; `prefix` finds every word that begins so. With a `language` it counts in texts of that
    language, and in those whose language is not known.
    """

    text: str
    form: Literal["any", "exact"] = "any"
    case: bool = False
    prefix: bool = False
    language: str | None = None

    def __str__(self) -> str:
        """As a keyword is written: `BRICS`, `=BRICS` exact form, `==BRICS` exact form and case, `nuclear*` prefix."""
        mark = "==" if self.case else "=" if self.form == "exact" else ""
        return f"{mark}{self.text}{'*' if self.prefix else ''}"


class Hit(NamedTuple):
    """A word (its index) stands in a folded text from `start` to `end`, which is where the inflected word ends."""

    word: int
    start: int
    end: int


def read_word(written: str, language: str | None = None) -> Word:
    """The word that a keyword names."""
    text = written.strip()
    marks = len(text[:2]) - len(text[:2].lstrip("="))
    text = text[marks:]
    return Word(
        text=text.removesuffix("*").strip(),
        form="exact" if marks else "any",
        case=marks == 2,
        prefix=text.endswith("*"),
        language=language,
    )


def is_word(text: str) -> bool:
    """Whether anything in a text can be these words: nothing but signs is no word."""
    return any(script(character) != "none" for character in fold(text).text.strip())


@dataclass(frozen=True, slots=True)
class _Form:
    """How a word may be written, and how it must stand."""

    word: int
    is_prefix: bool
    language: str | None
    cased: str | None  # its letters, where their case counts
    begins: Begins
    ends: Ends


class WordFinder:
    """Finds every place where a word stands as it must. Safe to use from several threads."""

    def __init__(self, words: Sequence[Word]) -> None:
        self._forms: dict[str, list[_Form]] = {}
        for number, word in enumerate(words):
            for form in _written_forms(fold(word.text).text.strip()):
                self._forms.setdefault(form, []).append(_form(number, word, form))
        self._by_pattern = list(self._forms.values())
        self._automaton = AhoCorasick(list(self._forms), store_patterns=False)
        self._sorted: list[str] = []

    def hits(self, folded: Folded, language: str | None) -> list[Hit]:
        """All places, in no particular order."""
        text = folded.text
        return [
            Hit(form.word, start, end_of_word(text, end) if form.is_prefix else end)
            for pattern, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True)
            for form in self._by_pattern[pattern]
            if form.begins(text, start, language)
            and form.ends(text, end)
            and (form.language is None or language is None or form.language == language)
            and (form.cased is None or form.cased == _letters(_words(folded, start, end)))
        ]

    def begun(self, stem: str) -> Iterator[int]:
        """The words that begin in a folded stem and go on behind it."""
        self._sorted = self._sorted or sorted(self._forms)
        for start in range(len(stem)):
            tail = stem[start:]
            for index in range(bisect_left(self._sorted, tail), len(self._sorted)):
                if not self._sorted[index].startswith(tail):
                    break
                yield from (form.word for form in self._forms[self._sorted[index]] if form.begins(stem, start, None))


def _form(number: int, word: Word, form: str) -> _Form:
    is_exact = word.form == "exact"
    return _Form(
        number,
        word.prefix,
        word.language,
        _letters(word.text) if word.case else None,
        beginning(form, is_exact=is_exact),
        ending(form, is_exact=is_exact, is_prefix=word.prefix),
    )


def _written_forms(folded: str) -> set[str]:
    """How a folded word may stand in a folded text."""
    forms = {folded}
    if "·" in folded:  # between the parts of a foreign name in Han and kana
        forms.add(folded.replace("·", ""))
    if folded.startswith("ال"):  # after the particle ل the article loses its alef
        forms.add("لل" + folded[2:])
    return forms


def _words(folded: Folded, start: int, end: int) -> str:
    first, last = folded.span(start, end)
    return folded.original[first:last]


def _letters(text: str) -> str:
    """The bare letters, in their case."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKD", text))
