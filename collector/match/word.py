"""A word or phrase to look for, and how it is written in a configuration."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Literal

from collector.match.scripts import habit
from collector.text.folding import fold


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
    is_listed: bool = False  # out of the tables of names: counts only in texts of languages that call it so

    def __str__(self) -> str:
        """As a keyword is written: `BRICS`, `=BRICS` exact form, `==BRICS` exact form and case, `nuclear*` prefix."""
        mark = "==" if self.case else "=" if self.form == "exact" else ""
        return f"{mark}{self.text}{'*' if self.prefix else ''}"

    def in_language(self, language: str | None) -> Word:
        return replace(self, language=language)


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


def letters(text: str) -> str:
    """The bare letters of a text, in their case."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKD", text))


def is_word(text: str) -> bool:
    """Whether anything in a text can be these words: nothing but signs is no word."""
    return any(habit(character) != "none" for character in fold(text).text.strip())
