"""Names of countries in every language: each finds its own country, and no other."""

from __future__ import annotations

import pytest

from collector.errors import ConfigError
from collector.match import names
from collector.match.words import WordFinder, read_word
from collector.text.folding import fold
from tests import cldr

# Countries with a longer table, and those whose names lie in each other.
COUNTRIES = (
    "KP KR RU BY UA BR IN CN ZA EG ET IR AE ID US GB FR DE JP IL SA TR NE NG GN GW GQ PG DM DO SD SS ML SO RO OM JO GE TD"
    " IE MX".split()
)


@pytest.fixture(scope="module")
def finder() -> tuple[WordFinder, list[str]]:
    """A finder of all names of the countries, and the country of each word."""
    words = [(code, word) for code in COUNTRIES for word in names.country_words(code)]
    return WordFinder([word for _, word in words]), [code for code, _ in words]


def cldr_names() -> list[tuple[str, str, list[str]]]:
    return [(code, name, languages.split()) for code, name, languages in cldr.rows()]


def test_the_table_is_what_cldr_says() -> None:
    """`python -m tests.cldr` writes it anew after Babel has changed."""
    assert cldr.TABLE.read_text("utf-8") == cldr.table()


def test_every_name_finds_its_country_and_no_other(finder: tuple[WordFinder, list[str]]) -> None:
    """In whatever language: South Korea is not North Korea, Guinea-Bissau not Guinea, Nigeria not Niger."""
    find, owners = finder
    near = {"KP", "KR", "RU", "BY"}  # of these in all languages, of others in those that news are widely read in
    dropped = {"Guusu Kọria", "ደቡብ፡ኮሪያ"}  # CLDR calls North Korea South there
    parts_of = {"UM", "VI"}  # their names contain that of the United States, as they do
    wrong, missed = [], []
    for code, name, languages in cldr_names():
        folded = fold(name)
        shared = names.known(folded.text.strip())
        for language in languages if code in near else names.WIDELY_READ.intersection(languages):
            found = {owners[hit.word] for hit in find.hits(folded, language)}
            if code not in parts_of and found - {code} - (shared.codes if shared else set()):
                wrong.append((language, name, found))
            if code in COUNTRIES and code not in found and name not in dropped:
                missed.append((language, name))

    assert wrong == []
    assert missed == []


@pytest.mark.parametrize(("keyword", "text"), [("KP", "South Korea"), ("KR", "North Korea"), ("RU", "White Russia")])
def test_neighbours(keyword: str, text: str) -> None:
    find = WordFinder(list(names.country_words(keyword)))

    assert find.hits(fold(text), "en") == []


def test_an_unknown_country_is_an_error() -> None:
    with pytest.raises(ConfigError, match='there is no country "XX"'):
        names.country_words("XX")


def test_the_tables_say_where_they_are_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "_read", lambda _: "[KP]\nen nickname  The North\n")

    with pytest.raises(ValueError, match=r"countries\.txt, line 2: expected language, kind and words"):
        names._rows("countries.txt")


def test_a_plain_keyword_knows_what_its_country_does() -> None:
    """Its adjectives and people in the same language, and what it is not; `=` asks for the word alone."""
    text = fold("Turkish officials ate roast turkey in Turkey")

    assert [text.original[slice(*text.span(hit.start, hit.end))] for hit in WordFinder([read_word("Turkey")]).hits(text, "en")] == [
        "Turkish",
        "Turkey",
    ]
    assert len(WordFinder([read_word("=Turkey")]).hits(text, "en")) == 2  # turkey and Turkey: case is folded
    assert len(WordFinder([read_word("==Turkey")]).hits(text, "en")) == 1
