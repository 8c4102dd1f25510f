"""Every keyword is found in the forms that its language gives it, and in no other word."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.match.words import WordFinder, read_word
from collector.text.folding import fold

CASES = [
    [part.strip() for part in line.split("|")]
    for line in (Path(__file__).parents[1] / "data/match/inflection.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


def found(keyword: str, text: str, language: str | None) -> list[str]:
    folded = fold(text)
    return [folded.original[slice(*folded.span(hit.start, hit.end))] for hit in WordFinder([read_word(keyword)]).hits(folded, language)]


@pytest.mark.parametrize(("language", "keyword", "forms", "others"), CASES, ids=[f"{c[0]} {c[1]}" for c in CASES])
def test_inflection(language: str, keyword: str, forms: str, others: str) -> None:
    missed = [form for form in forms.split(";") if form.strip() and not found(keyword, form, language)]
    wrong = [other for other in others.split(";") if other.strip() and found(keyword, other, language)]

    assert (missed, wrong) == ([], [])


@pytest.mark.parametrize(
    ("keyword", "text", "words"),
    [
        ("Kim Jong Un", "Kim Jong-un, Kim Jong Eun, Kim Jongun", ["Kim Jong-un", "Kim Jong Eun", "Kim Jongun"]),
        ("Kim Jong Un", "Kim Jong Il, Kim Jong Nam, Kim Yong Un", []),
        ("Choe Son Hui", "Choi Son-hee, Ch'oe Sŏn-hŭi, Choe Sonhui", ["Choi Son-hee", "Ch'oe Sŏn-hŭi", "Choe Sonhui"]),
        ("Choe Son Hui", "Cho Son Hui, Choe Ryong Hae", []),
        ("Park Geun-hye", "Pak Kun Hye", ["Pak Kun Hye"]),
        ("Xi Jinping", "Xi Jin-ping and Xi Jin Ping", ["Xi Jin-ping", "Xi Jin Ping"]),
        ("Zelensky", "Zelenskyy, Zelenskiy", ["Zelenskyy", "Zelenskiy"]),
        ("Sergei Lavrov", "Sergey Lavrov", ["Sergey Lavrov"]),
    ],
)
def test_names_that_are_spelt_by_several_systems(keyword: str, text: str, words: list[str]) -> None:
    assert found(keyword, text, "en") == words


@pytest.mark.parametrize(
    ("keyword", "text", "words"),
    [
        ("=missile", "missiles, a missile", ["missile"]),
        ("==BRICS", "Brics, BRICS", ["BRICS"]),
        ("BRICS", "bricks, fabrics", []),
        ("missil*", "missiles", ["missiles"]),
        ("US", "give us more", []),
        ("==US", "give us the US", ["US"]),
    ],
)
def test_forms_that_are_asked_for(keyword: str, text: str, words: list[str]) -> None:
    assert found(keyword, text, "en") == words


def test_an_adjective_with_a_capital_is_a_surname_in_italian() -> None:
    """Except where a sentence begins, and where all is in capitals."""
    assert found("Russia", "I fratelli Russo tornano", "it") == []
    assert found("Russia", "Il governo russo. Russi e cinesi. IL GOVERNO RUSSO", "it") == ["russo", "Russi"]
    assert found("Russia", "IL GOVERNO RUSSO", "it") == ["RUSSO"]


@given(st.text(max_size=60), st.sampled_from(["Россия", "북한", "Kim Jong Un", "روسيا", "ロシア", "Nordkorea", "चीन"]), st.sampled_from([None, "ru", "ko", "ar", "de"]))
def test_any_text_has_places_within_it(text: str, keyword: str, language: str | None) -> None:
    finder = WordFinder([read_word(keyword)])
    for around in (text, f"{text} {keyword}", f"{text}{keyword}{text}"):
        folded = fold(around)
        for hit in finder.hits(folded, language):
            start, end = folded.span(hit.start, hit.end)
            assert 0 <= start < end <= len(around)
