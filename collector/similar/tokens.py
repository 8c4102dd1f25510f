"""A text -> tokens, each with what similarity needs to know of it. What a token says is worked out once and kept.

Words are split where the script splits them. Han and Hangul are read by pairs of characters, a word in katakana
whole, and the scripts of South-East Asia by threes.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple
from zlib import crc32

from collector.similar.ids import GRAM, NUMBER, SIZE, SOUND, WORD, term_id
from collector.similar.sounds import latin, sound
from collector.similar.stems import stemmer
from collector.text.clean import QUICK_MARKS
from collector.text.folding import fold

_TOKEN = re.compile(rf"[^\W\d_]+(?:[{QUICK_MARKS}]+[^\W\d_]*)*|\d+(?:[.,٫]\d+)*|[.!?…;:()\"“”«»。！？؟।\n]")
_HAN = "\u3400-\u9fff\U00020000-\U0003ffff"
_HANGUL = "\uac00-\ud7af"
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_PIECES = re.compile(f"([{_HAN}]+)|([{_HANGUL}]+)|([\u30a1-\u30fa\u30fc]{{2,}})|([{_UNSPACED}]+)")
_BY_CHARACTERS = re.compile(f"[{_UNSPACED}\u3040-\u30ff{_HAN}{_HANGUL}]")
# What Arabic and Hebrew write at the front of a word: and, with, to, from, the.
_CLITIC = re.compile("^[وفبلك]?(?:ال|لل)(?=..)|^[והבלמשכ]ה?(?=...)")
_GROUPED = re.compile(r"[.,٫](?=\d{3}(?!\d))")
_KEPT = 150_000  # tokens of a language that are remembered
_GRAM = 4
_LONGEST = 60  # characters of a word that are looked at


class Token(NamedTuple):
    """What is known of one token; a mark of punctuation has nothing. Ids are those of `ids.py`.

    `terms` are the words as they can be shown, `words` their ids. `grams` and `sounds` are ids of letters and sounds
    that another language may share; the former are so many that they are packed (uint32), the latter are only of what
    may be a name. `number` is its plain form.
    """

    terms: tuple[str, ...] = ()
    words: tuple[int, ...] = ()
    stems: tuple[str, ...] = ()
    grams: bytes = b""
    sounds: tuple[int, ...] = ()
    is_capital: bool = False
    is_cased: bool = False
    number: str = ""


class Tokens(dict[str, Token]):
    """The tokens of one language, by how they are written."""

    def __init__(self, language: str | None) -> None:
        super().__init__()
        self._stem = stemmer(language)

    def read(self, text: str) -> list[Token]:
        """The tokens of a text, in order."""
        return [self[written] for written in self.split(text)]

    def split(self, text: str) -> list[str]:
        """How a text's tokens are written, in order."""
        if len(self) > _KEPT:
            self.clear()
        return _TOKEN.findall(text)

    def __missing__(self, written: str) -> Token:
        token = self[written] = self._token(written)
        return token

    def _token(self, written: str) -> Token:
        if written[0].isdigit():
            return _number(written)
        if not written[0].isalpha():
            return Token()
        if written.isascii():  # most of what is read, and nothing of it is written in another way elsewhere
            bare = plain = written[:_LONGEST].lower()
        else:
            folded = fold(written[:_LONGEST]).text
            if _BY_CHARACTERS.search(folded):
                return _by_characters(folded)
            bare = _CLITIC.sub("", folded)
            plain = latin(bare)
        stem = self._stem(bare)
        is_capital, is_cased = written[0].isupper(), written.upper() != written.lower()
        return Token(
            terms=(written,),
            words=(term_id(WORD, stem),) if len(stem) > 1 else (),
            stems=(stem,),
            grams=_grams(plain),
            sounds=_sounds((plain,)) if is_capital or not is_cased else (),
            is_capital=is_capital,
            is_cased=is_cased,
        )


@cache
def tokens_of(language: str | None) -> Tokens:
    """The tokens of a language, shared by all who read it."""
    return Tokens(language)


def _number(written: str) -> Token:
    plain = _GROUPED.sub("", fold(written[:_LONGEST]).text).replace(",", ".").replace("٫", ".")
    is_telling = len(plain) > 1
    return Token((written,) if is_telling else (), (term_id(NUMBER, plain),) if is_telling else (), number=plain)


def _by_characters(run: str) -> Token:
    """The terms of a run in a script without spaces, or of a Korean word with its particles."""
    terms: list[str] = []
    spoken: list[str] = []
    for han, hangul, katakana, unspaced in _PIECES.findall(run):
        found = han or hangul or katakana or unspaced
        plain = [latin(character) for character in found]
        if katakana:
            terms.append(katakana)
            spoken.append("".join(plain))
        elif unspaced:
            terms += _spans(unspaced, 3)
            spoken += ["".join(plain[i : i + n]) for n in (4, 6, 8) for i in range(len(plain) - n + 1)]
        else:
            terms += _spans(found, 2)
            begin = range(len(plain)) if han else range(1)
            spoken += ["".join(plain[i : i + n]) for n in (2, 3, 4, 5, 6) for i in begin if i + n <= len(plain)]
    return Token(
        terms=tuple(terms),
        words=tuple(term_id(WORD, term) for term in terms),
        stems=tuple(terms),
        grams=_grams(latin(run)),
        sounds=_sounds(spoken),
    )


def _spans(text: str, length: int) -> list[str]:
    return [text[i : i + length] for i in range(max(1, len(text) - length + 1))]


def _grams(plain: str) -> bytes:
    """The ids of its letters by fours; the ends of the word are letters, too."""
    letters = f"^{plain}$".encode()
    starts = range(max(1, len(letters) - _GRAM + 1)) if plain else ()
    return array("I", [crc32(letters[i : i + _GRAM], GRAM) % SIZE for i in starts]).tobytes()


def _sounds(spoken: Iterable[str]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(_sounded(spoken)))


def _sounded(spoken: Iterable[str]) -> Iterator[int]:
    for plain in spoken:
        heard = sound(plain)
        if len(heard) > 2:
            yield term_id(SOUND, heard)
