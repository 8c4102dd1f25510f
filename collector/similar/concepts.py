"""What has a name in every language: countries, languages, cities, months, days, currencies, by the names of CLDR.

A mention is known by its code ("KP", "Europe/Moscow"), so that two texts that share no word share it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from babel import Locale, UnknownLocaleError

from collector.similar.tokens import tokens_of

# A language that is spoken mainly in one country is as good as its name: its adjective is often the same word.
_COUNTRIES = {
    "be": "BY", "bg": "BG", "cs": "CZ", "da": "DK", "de": "DE", "el": "GR", "et": "EE", "fi": "FI", "fr": "FR",
    "he": "IL", "hr": "HR", "hu": "HU", "hy": "AM", "id": "ID", "is": "IS", "it": "IT", "ja": "JP", "ka": "GE",
    "ko": "KR", "lt": "LT", "lv": "LV", "mn": "MN", "nl": "NL", "no": "NO", "pl": "PL", "ro": "RO", "ru": "RU",
    "sk": "SK", "sl": "SI", "sq": "AL", "sr": "RS", "sv": "SE", "th": "TH", "tr": "TR", "uk": "UA", "vi": "VN",
    "zh": "CN",
}  # fmt: skip

DAYS = {f"d{day}": day for day in range(7)}  # the codes of the days of the week, Monday first


class Concepts:
    """The concepts that one language names."""

    def __init__(self, language: str | None) -> None:
        self._language = language
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] | None = None

    def find(self, terms: list[str]) -> Iterator[tuple[int, str]]:
        """Where something is mentioned, and its code, each as often as it is; the longest name counts."""
        names = self._names()
        end = 0
        for at in [at for at, term in enumerate(terms) if term in names]:
            if at < end:
                continue
            for name, code in names[terms[at]]:
                if len(name) == 1 or tuple(terms[at : at + len(name)]) == name:
                    yield at, code
                    end = at + len(name)
                    break

    def _names(self) -> dict[str, list[tuple[tuple[str, ...], str]]]:
        if self._by_first is None:
            self._by_first = {}
            for name, code in _cldr(self._language):
                terms = tuple(stem for token in tokens_of(self._language).read(name) for stem in token.stems)
                if terms and len("".join(terms)) > 1:
                    self._by_first.setdefault(terms[0], []).append((terms, code))
            for names in self._by_first.values():
                names.sort(key=lambda named: -len(named[0]))
        return self._by_first


@cache
def concepts_of(language: str | None) -> Concepts:
    """The concepts of a language, shared by all who read it."""
    return Concepts(language)


@cache
def _cldr(language: str | None) -> tuple[tuple[str, str], ...]:
    """Names and what they name; () for a language that CLDR does not know."""
    try:
        locale = Locale.parse(language or "")
    except (UnknownLocaleError, ValueError):
        return ()
    found = [(name, code) for code, name in locale.territories.items()]
    found += [(name, _COUNTRIES.get(code, f"+{code}")) for code, name in locale.languages.items() if len(code) == 2]
    found += [(zone["city"], key.split("/")[-1]) for key, zone in locale.time_zones.items() if zone.get("city")]
    for kind in ("format", "stand-alone"):
        found += [(name, f"m{number}") for number, name in locale.months[kind]["wide"].items()]
        found += [(name, f"d{number}") for number, name in locale.days[kind]["wide"].items()]
    found += [(name, f"${code}") for code, name in locale.currencies.items()]
    return tuple(dict.fromkeys((name.partition("(")[0].strip(), code) for name, code in found))
