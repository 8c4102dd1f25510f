"""A word or phrase, made ready to be found: the beginning that is looked for, and what must stand around it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache

from collector.match import compounds, romanised
from collector.match.inflection import ANY, BARE, Endings, forms, inflects_as, languages_of
from collector.match.names import Name
from collector.match.scripts import (
    INSIDE,
    PARTICLES,
    SPACED,
    begins,
    free_end,
    habit,
    hangul_end,
    script,
    word_end,
    word_start,
)
from collector.match.word import Word, letters
from collector.text.folding import fold

_LONG_HANGUL = 3  # syllables from which on a word that is no name is found within compounds too
_SHORT_HANGUL = 2  # syllables up to which a name is told from other words by what follows
_ACRONYM = 6  # letters up to which a word in capitals is one: it takes endings and does not change otherwise

EVERY = "*"  # instead of a language: all endings that a language of the script has
SMALL = "-"  # no capital, except at the beginning of a sentence
TITLE = "+"  # a capital in each word: syllables of Vietnamese are words of their own
_SMALL_ADJECTIVES = frozenset({"it", "es", "pt"})  # languages in which an adjective with a capital is a surname (Russo)
_VIETNAMESE = frozenset({"vi"})
_LONG_ACRONYM = 5  # letters from which on an acronym is also written with one capital (Brics)
_LAST_ONLY = frozenset({"tr", "az", "hu"})  # languages in which the last word of a name takes all endings


@dataclass(frozen=True, slots=True)
class Part:
    """One word of a phrase: the beginnings that it may have, with their endings; or letters as they stand."""

    text: str
    habit: str
    forms: tuple[tuple[str, Endings, bool], ...]  # with whether it is the whole word; empty: the text as it stands
    is_name: bool = False
    is_prefix: bool = False

    def is_written(self, word: str, language: str | None) -> bool:
        """Whether a word between spaces is a form of this one."""
        return any(
            word.startswith(form[0]) and self.ends(form, word[len(form[0]) :], language) for form in self.forms
        )

    def ends(self, form: tuple[str, Endings, bool], ending: str, language: str | None) -> bool:
        """Whether one of the forms may end so."""
        beginning, endings, is_whole = form
        if is_whole and (self.is_prefix or not ending):
            return True
        if ending in _allowed(endings, language, self.text):
            return True
        return is_whole and compounds.follows(beginning, ending, language)


# Scripts of so many languages that a text of another one takes no endings in them.
_TOLD_APART = frozenset({"LATIN", "ARABIC"})


def _allowed(endings: Endings, language: str | None, text: str) -> Collection[str]:
    if language == EVERY:
        return ANY if ANY in endings.values() else frozenset().union(*endings.values())
    found = endings.get(language)
    if found is not None:
        return found
    if language is None or (script(text) not in _TOLD_APART and language not in languages_of(script(text))):
        return endings.get(None, BARE)
    return ()


@dataclass(frozen=True, slots=True)
class Pattern:
    """How one word may be written with one beginning, and what must stand around it."""

    word: int
    part: Part
    form: int  # which of the part's forms
    before: tuple[Part, ...]  # nearest last
    after: tuple[Part, ...]
    language: str | None
    cased: str | None  # "" a capital, SMALL, TITLE, else how it begins; None: any case
    name: Name | None
    is_listed: bool

    @property
    def habit(self) -> str:
        return self.part.habit

    @property
    def is_spaced(self) -> bool:
        return self.part.habit in SPACED

    def fits(self, ending: str, language: str | None) -> bool:
        """Whether the word may end so in a text of this language. Looks at nothing around it."""
        if self.language is not None and language not in (None, EVERY, self.language):
            return False
        name = None if language == EVERY else self.name
        if name is not None and not name.is_read_in(language, self.part.text, is_listed=self.is_listed):
            return False
        return not self.part.forms or self.part.ends(self.part.forms[self.form], ending, language)

    def place(self, text: str, start: int, end: int, last: int, language: str | None) -> tuple[int, int] | None:
        """Where the whole phrase stands, if it does; its beginning is at `start` to `end`, its word's end is `last`."""
        if self.part.forms:
            end = last
        elif not (
            (self.part.habit != "hangul" or begins(text, start, "hangul", language))
            and _stands(self.part, text, end, is_last=not self.after)
        ):
            return None
        for near in reversed(self.before):
            begin = _before(near, text, start, language)
            if begin is None:
                return None
            start = begin
        for near in self.after:
            finish = _after(near, text, end, language, is_last=near is self.after[-1])
            if finish is None:
                return None
            end = finish
        return start, end


def _before(part: Part, text: str, start: int, language: str | None) -> int | None:
    """Where a part that ends at `start` begins, None if it does not."""
    if not part.forms:
        begin = start - len(part.text)
        return begin if begin >= 0 and text.startswith(part.text, begin) else None
    begin = word_start(text, start)
    if part.is_written(text[begin:start], language):
        return begin
    if part.habit in ("arabic", "hebrew"):
        return _behind_particles(part, text, begin, start, language)
    return None


def _behind_particles(part: Part, text: str, begin: int, start: int, language: str | None) -> int | None:
    """As `_before`, where particles may be attached to the part."""
    if begin == start or text[begin] not in PARTICLES:
        return None
    for place in range(begin + 1, min(begin + 5, start - 1)):
        if begins(text, place, part.habit, language) and part.is_written(text[place:start], language):
            return place
    return None


def _after(part: Part, text: str, end: int, language: str | None, *, is_last: bool) -> int | None:
    """Where a part that begins at `end` ends, None if it does not stand there."""
    if not part.forms:
        if not text.startswith(part.text, end):
            return None
        finish = end + len(part.text)
        return finish if _stands(part, text, finish, is_last=is_last) else None
    last = word_end(text, end)
    return last if last > end and part.is_written(text[end:last], language) else None


def _stands(part: Part, text: str, end: int, *, is_last: bool) -> bool:
    """Whether letters without spaces may end at `end`."""
    if not is_last or part.is_prefix:
        return True
    if part.habit == "hangul":
        return not (part.is_name and len(part.text) <= _SHORT_HANGUL) or hangul_end(text, end)
    if part.habit in ("free", "katakana"):
        return free_end(text, end, part.habit)
    return True


# --- compiling ------------------------------------------------------------------------------------------------------


def compile_word(number: int, word: Word, name: Name | None) -> Iterator[tuple[str, Pattern]]:
    """What to look for, and how to go on from there, for every way to write a word. `name` if it is a country's."""
    for parts in _ways(word, name):
        anchor = max(range(len(parts)), key=lambda index: _weight(parts[index]))
        part = parts[anchor]
        around = tuple(parts[:anchor]), tuple(parts[anchor + 1 :])
        cased, language = _cased(word, name, parts), inflects_as(word.language)
        for index, beginning in enumerate([form[0] for form in part.forms] or [part.text]):
            yield beginning, Pattern(number, part, index, *around, language, cased, name, word.is_listed)


def _ways(word: Word, name: Name | None) -> Iterator[list[Part]]:
    """The parts of a word or phrase, for each way to write it."""
    text = fold(word.text).text.strip()
    for written in _written(text):
        yield _parts(written, word, name)
    if word.form == "any" and not word.prefix and word.text[:1].isupper() and " " in text and text.isascii():
        for way in romanised.spellings(text.split(" ")):
            parts = [_spelt(spellings) if spellings[0].isalpha() else _literal(spellings[0]) for spellings in way]
            yield [piece for part in parts for piece in (_SPACE, part)][1:]


def _literal(text: str) -> Part:
    return Part(text, "none", ())


_SPACE = _literal(" ")


def _spelt(spellings: tuple[str, ...]) -> Part:
    """A word of a name that is spelt in several ways."""
    found = [
        (beginning, endings, index == 0)
        for spelling in spellings
        for index, (beginning, endings) in enumerate(forms(spelling, is_name=True))
    ]
    return Part(spellings[0], "word", tuple(found), True)


def _cased(word: Word, name: Name | None, parts: list[Part]) -> str | None:
    if word.case:
        return letters(word.text)
    if name is not None and _is_acronym(word.text) and len(word.text) < _LONG_ACRONYM:
        return letters(word.text)
    if name is not None and name.languages == _VIETNAMESE and word.text.istitle():
        return TITLE
    is_capital = word.text[:1].isupper() and len(parts) == 1
    if is_capital and (name is not None or word.language is not None):
        return ""
    return SMALL if word.language in _SMALL_ADJECTIVES and len(parts) == 1 and name is None else None


def _weight(part: Part) -> int:
    """The rarer a part is, the better it is to look for: mostly the longest."""
    return 0 if part.habit == "none" else len(part.text)


_ASCII_PIECES = re.compile(r"[a-z0-9]+|[^a-z0-9]")  # of a folded text


def _parts(text: str, word: Word, name: Name | None) -> list[Part]:
    """The words of a phrase and what stands between them."""
    parts: list[Part] = []
    place = 0
    if text.isascii():
        pieces = _ASCII_PIECES.findall(text)
        return [_part(piece, word, name, is_last=index == len(pieces)) for index, piece in enumerate(pieces, 1)]
    while place < len(text):
        end = place + 1
        if INSIDE[text[place]]:
            end = word_end(text, place)
        else:
            kind = habit(text[place])
            while end < len(text) and habit(text[end]) == kind and kind != "none":
                end += 1
        parts.append(_part(text[place:end], word, name, is_last=end == len(text)))
        place = end
    return parts


def _part(text: str, word: Word, name: Name | None, *, is_last: bool) -> Part:
    kind = habit(text[0])
    is_prefix = word.prefix and is_last
    if kind not in SPACED:
        if kind == "hangul" and name is None and len(text) >= _LONG_HANGUL and word.form == "any":
            kind = "free"
        return Part(text, kind, (), name is not None, is_prefix)
    if is_prefix or word.form == "exact":
        return Part(text, kind, ((text, {None: BARE}, True),), name is not None, is_prefix)
    is_acronym = _is_acronym(word.text)
    found = forms(text, is_name=name is not None or is_acronym)
    if is_acronym:
        found = found[:1]
    if name is not None:
        languages = _inflecting(name.languages) if name.languages else None
        found = [(form, _only(endings, languages, is_last)) for form, endings in found]
    kept = tuple((form, endings, index == 0) for index, (form, endings) in enumerate(found) if endings or index == 0)
    return Part(text, kind, kept, name is not None)


@cache
def _inflecting(languages: frozenset[str]) -> frozenset[str]:
    return frozenset(found for language in languages if (found := inflects_as(language)))


_ONLY: dict[tuple[int, frozenset[str] | None, bool], Endings] = {}  # by identity of the endings, which stay


def _only(endings: Endings, languages: frozenset[str] | None, is_last: bool) -> Endings:
    """The endings of some languages (None: all); without a language, of all of them together."""
    key = id(endings), languages, is_last
    if (found := _ONLY.get(key)) is not None:
        return found
    kept: Endings = {
        language: found
        for language, found in endings.items()
        if language and (languages is None or language in languages) and (is_last or language not in _LAST_ONLY)
    }
    together = frozenset().union(*(found for found in kept.values() if found is not ANY))
    if together:
        kept[None] = together
    _ONLY[key] = kept
    return kept


def _is_acronym(text: str) -> bool:
    return text.isupper() and len(text) <= _ACRONYM and text.isalpha()


def _written(folded: str) -> set[str]:
    """How a folded word may stand in a folded text."""
    written = {folded}
    if "·" in folded:  # between the parts of a foreign name in Han and kana
        written.add(folded.replace("·", ""))
    if len(folded) == 2 and script(folded) == "HANGUL":  # two countries, by a syllable each
        written.add("·".join(folded))
    if folded.startswith("ال"):  # after the particle ل the article loses its alef
        written.add("لل" + folded[2:])
    return written
