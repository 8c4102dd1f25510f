"""How single values of rules are written. Each function returns the value as the program uses it, or raises ValueError
with what was expected.
"""

from __future__ import annotations

from collector.config.values import is_number, shorten
from collector.match import is_keyword
from collector.match.names import countries
from collector.text.languages import primary


def check_keyword(words: str) -> str:
    """A keyword as it stands in the file, if it is one. Raises ValueError."""
    if "*" in words.strip()[:-1]:
        raise ValueError(f"a * can only stand at the end of a keyword, found {shorten(words)}")
    if not is_keyword(words):
        raise ValueError(f"expected a word or phrase, found {shorten(words)}")
    return words


def check_country(code: str) -> str:
    """The code of a country whose names are known. Raises ValueError."""
    if code not in countries():
        guess = code.upper() if code.upper() in countries() else ""
        hint = f': did you mean "{guess}"?' if guess else ""
        raise ValueError(f'expected the code of a country such as "KP" (ISO 3166-1), found {shorten(code)}{hint}')
    return code


def check_similarity(value: object) -> float:
    """A least similarity. Raises ValueError."""
    if not is_number(value) or not 0 < value <= 1:  # type: ignore[operator]
        raise ValueError("expected a number above 0 and up to 1, such as 0.4")
    return float(value)  # type: ignore[arg-type]


def check_language(tag: object) -> str:
    """The language of a tag. Raises ValueError."""
    found = primary(tag) if isinstance(tag, str) else None
    if found is None:
        raise ValueError('expected a language tag such as "ko"')
    return found
