"""Names of countries and people: what CLDR, countries.txt and people.txt know.

`known` says of any word whether it is such a name, so that a keyword "Turkey" knows as much of its traps as
`country: TR` does. `country_words` is what `country:` stands for.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files

from collector.errors import ConfigError, Problem
from collector.match.inflection import inflects_as
from collector.match.scripts import habit, script
from collector.match.word import Word, read_word
from collector.text.folding import fold

_TABLES = ("cldr.tsv", "countries.txt", "people.txt", "inflection.txt")
_KINDS = frozenset({"name", "adj", "seat", "not", "drop"})
# Languages in which news are followed: their names may stand in an article of any language. The names of others, in
# Latin letters, are taken in their own language alone: there are too many words that mean something elsewhere.
WIDELY_READ = frozenset(
    "ar az be bg bn ca cs da de el en es et fa fi fr he hi hu hy id is it ja ka kk ko lt lv mk ms nl no pl pt ro ru sk"
    " sl sq sr sv th tr uk ur uz vi zh".split()
)


_SHARING = {"free": frozenset({"ja", "zh"}), "arabic": frozenset({"ar", "fa", "ur"})}
_LONG = 5  # letters


@dataclass(frozen=True, slots=True)
class Name:
    """A name of one or more countries or people (some share one: Congo), and the languages that call them so."""

    codes: frozenset[str]  # of countries; a person is known by name
    languages: frozenset[str]  # empty: all
    is_seat: bool = False  # a city that stands for its government

    def is_read_in(self, language: str | None, text: str, *, is_listed: bool) -> bool:
        """Whether the name, folded, may stand in a text of this language, which may have a name of its own for it.

        English names are found everywhere, others where they are read: in another language they are too often other
        words (Indien is "if" in Dutch). A name that somebody chose himself is found anywhere when it is long enough.
        """
        if not self.languages or language in self.languages:
            return True
        if language is None:
            return bool(self.languages & WIDELY_READ) or script(text) != "LATIN"
        if language not in WIDELY_READ or habit(text[0]) == "hangul":
            return True
        if language in _SHARING.get(habit(text[0]), ()):
            return False
        return "en" in self.languages or (not is_listed and len(text) >= _LONG)


@dataclass(slots=True)
class _Entry:
    names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # as written -> languages
    seats: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    adjectives: list[Word] = field(default_factory=list)
    covers: list[Word] = field(default_factory=list)


@cache
def country_words(code: str) -> tuple[Word, ...]:
    """The names of a country in all languages, and those of its seat of government.

    The adjectives and people come with the names: whoever looks for a name finds them in the same language. The code
    is that of ISO 3166-1 ("KP"). Raises ConfigError for a code that is none.
    """
    country = _countries().get(code)
    if country is None:
        raise ConfigError([Problem("country", 0, 0, f'there is no country "{code}" (ISO 3166-1)')])
    words: dict[tuple[str, bool, str | None], Word] = {}
    for text, languages in (*country.names.items(), *country.seats.items()):
        word = _word(text, languages)
        key = fold(word.text).text, word.text.isupper(), word.language
        if key not in words or words[key].text.islower():
            words[key] = word
    return tuple(words.values())


def listed(key: str) -> list[str]:
    """The names of a country (by code) or a person in widely read languages, as they are written there."""
    entry = _people().get(key) or _countries()[key]
    return [read_word(text).text for text, on in entry.names.items() if "*" in on or on & WIDELY_READ]


def countries() -> frozenset[str]:
    """The codes (ISO 3166-1) that `country_words` knows."""
    return frozenset(_countries())


def known(folded: str) -> Name | None:
    """Whose name a folded word or phrase is."""
    return _names().get(folded)


def kin(name: Name) -> list[Word]:
    """What is found with a name: a country's adjectives and people in the name's languages, a person's other names."""
    if len(name.codes) > 1 or name.is_seat:
        return []
    (code,) = name.codes
    if code in _people():
        return [_word(text, languages) for text, languages in _people()[code].names.items()]
    adjectives = _countries()[code].adjectives
    return [word for word in adjectives if not name.languages or word.language in name.languages]


def covers(code: str) -> list[Word]:
    """Phrases that contain a name of the country or person and do not mean it."""
    return (_people().get(code) or _countries()[code]).covers


@cache
def all_names() -> tuple[str, tuple[str, ...]]:
    """Every known name, folded: as one text with a name a line, and the lines."""
    lines = tuple(_names())
    return "\n".join(lines), lines


@cache
def tables_version() -> str:
    """Changes with what the tables say."""
    return hashlib.sha256("".join(map(_read, _TABLES)).encode()).hexdigest()


def _word(text: str, languages: set[str]) -> Word:
    word = replace(read_word(text), is_listed=True)
    alone = next(iter(languages)) if len(languages) == 1 else "*"
    if alone == "*" or alone in WIDELY_READ or script(text) != "LATIN":
        return word
    return word.in_language(alone)


# --- the tables -----------------------------------------------------------------------------------------------------


@cache
def _countries() -> dict[str, _Entry]:
    found: dict[str, _Entry] = defaultdict(_Entry)
    for line in _read("cldr.tsv").splitlines():
        if not line.startswith("#"):
            code, name, languages = line.split("\t")
            found[code].names[name].update(languages.split())
    _add_table(found, "countries.txt")
    return dict(found)


@cache
def _people() -> dict[str, _Entry]:
    found: dict[str, _Entry] = defaultdict(_Entry)
    _add_table(found, "people.txt")
    return dict(found)


def _add_table(entries: dict[str, _Entry], table: str) -> None:
    for key, language, kind, words in _rows(table):
        _apply(entries[key], language, kind, words)


def _apply(country: _Entry, language: str, kind: str, words: list[str]) -> None:
    languages = {language}
    for text in words:
        if kind == "name":
            country.names[text].update(languages)
        elif kind == "seat":
            country.seats[text].update(languages)
        elif kind == "adj":
            country.adjectives.extend(_softened(read_word(text, language)))
        elif kind == "not":
            # An English phrase may stand in any language.
            country.covers.append(read_word(text, None if language in ("en", "*") else language))
        else:
            _drop(country, language, text)


# Adjectives in -ský and -ski have another consonant in the plural of men.
_SOFT = {"cs": "št", "pl": "sc"}


def _softened(word: Word) -> list[Word]:
    soft = _SOFT.get(word.language or "")
    if soft and word.prefix and word.text.endswith("sk"):
        return [word, replace(word, text=word.text.removesuffix("sk") + soft)]
    return [word]


def _drop(country: _Entry, language: str, text: str) -> None:
    for found in (country.names, country.seats):
        if text in found:
            found[text].discard(language)
            if not found[text]:
                del found[text]
    dropped = read_word(text, language).text
    country.adjectives = [word for word in country.adjectives if (word.text, word.language) != (dropped, language)]


def _rows(table: str) -> list[tuple[str, str, str, list[str]]]:
    """Heading, language, kind and words of each line; raises ValueError with the number of a line that is none."""
    rows, code = [], ""
    for number, line in enumerate(_read(table).splitlines(), 1):
        line = line.partition("#")[0].strip()
        if heading := re.fullmatch(r"\[(.+)\]", line):
            code = heading[1]
        elif line:
            parts = line.split(maxsplit=2)
            if not code or len(parts) < 3 or parts[1] not in _KINDS:
                raise ValueError(f"{table}, line {number}: expected language, kind and words: {line!r}")
            rows.append((code, parts[0], parts[1], [word.strip() for word in parts[2].split(";") if word.strip()]))
    return rows


@cache
def _names() -> dict[str, Name]:
    """Every name by its folded form; a city is one where no country is called so."""
    entries = [*_countries().items(), *_people().items()]
    cities = _by_folded((code, text, on) for code, entry in entries for text, on in entry.seats.items())
    names = _by_folded((code, text, on) for code, entry in entries for text, on in entry.names.items())
    return {text: Name(*found, is_seat=True) for text, found in cities.items()} | {
        text: Name(*found) for text, found in names.items()
    }


def _by_folded(rows: Iterable[tuple[str, str, set[str]]]) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """For each folded name whose it is and the languages that call them so; empty: all."""
    rows = list(rows)
    folded = fold("\n".join(text.lstrip("=").rstrip("*") for _, text, _ in rows)).text.split("\n")
    found: dict[str, tuple[set[str], set[str]]] = {}
    for text, (code, _, languages) in zip(folded, rows, strict=True):
        owners, spoken = found.setdefault(text.strip(), (set(), set()))
        owners.add(code)
        spoken.update(languages, map(inflects_as, languages))
    return {
        text: (frozenset(owners), frozenset() if "*" in spoken else frozenset(spoken))
        for text, (owners, spoken) in found.items()
    }


def _read(name: str) -> str:
    return files("collector.match").joinpath(name).read_text("utf-8")
