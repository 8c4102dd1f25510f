"""Countries by the names that they have in each language (Unicode CLDR, by way of Babel)."""

from __future__ import annotations

from functools import cache

from babel import Locale, localedata

from collector.errors import ConfigError, Problem
from collector.match.words import Word

VERSION = "cldr"  # changes with what a country's names are
_NO_COUNTRIES = {"EU", "EZ", "UN", "ZZ"}


@cache
def countries() -> frozenset[str]:
    """The codes (ISO 3166-1) that `country_words` knows."""
    return frozenset(code for code in Locale("en").territories if len(code) == 2) - _NO_COUNTRIES


@cache
def country_words(code: str) -> tuple[Word, ...]:
    """The names of a country in every language. Raises ConfigError for a code that is none."""
    if code not in countries():
        raise ConfigError([Problem("country", 0, 0, f'there is no country "{code}" (ISO 3166-1)')])
    names: dict[tuple[str, str], None] = {}
    for identifier in localedata.locale_identifiers():
        if "_" not in identifier and (name := Locale(identifier).territories.get(code)):
            names[name, identifier] = None
    return tuple(Word(text=name, language=language) for name, language in names)
