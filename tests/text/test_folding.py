"""Spellings that a reader takes for the same fold to the same, other letters do not; places lead back."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.text.folding import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        pytest.param("North KOREA", "north korea", id="case"),
        pytest.param("ＢＲＩＣＳ　１２", "brics 12", id="width"),
        pytest.param("ﾌﾟｰﾁﾝ ｶﾞ", "プーチン ガ", id="half-width kana with voice marks"),
        pytest.param("ﬁnance Ⅳ ㎏", "finance iv ㎏", id="compatibility forms"),
        pytest.param("BRICS™", "brics™", id="signs at a word are not part of it"),
        pytest.param("Corée São Pjöngjang Łódź Đà Øst", "coree sao pjongjang lodz da ost", id="Latin marks"),
        pytest.param("Weiß Æther İran ırak", "weiss aether iran irak", id="ligatures and the Turkish i"),
        pytest.param("Triều Tiên", "trieu tien", id="Vietnamese"),
        pytest.param("Ρωσία ΡΩΣΊΑΣ", "ρωσια ρωσιασ", id="Greek accents and final sigma"),
        pytest.param("Росси́я Ещё", "россия еще", id="stress marks and ё"),
        pytest.param("й и ї і ў у", "й и ї і ў у", id="Cyrillic letters with marks stay"),
        pytest.param("وَرُوسِيَا روسـيا", "وروسيا روسيا", id="Arabic vowels and tatweel"),
        pytest.param("أحمد إيران آسيا", "احمد ايران اسيا", id="hamza on alef"),
        pytest.param("کره روسیه", "كره روسيه", id="Persian kaf and yeh"),
        pytest.param("ﻛﻮﺭﻳﺎ", "كوريا", id="Arabic presentation forms"),
        pytest.param("رُوسیہ شمالى", "روسيه شمالي", id="Urdu heh, alef maksura"),
        pytest.param("רוּסְיָה", "רוסיה", id="Hebrew points"),
        pytest.param("क़ज़ाक हाँ", "कजाक हां", id="nukta and chandrabindu"),
        pytest.param("रूसी उत्तर", "रूसी उत्तर", id="Devanagari vowels stay"),
        pytest.param("が か パ は", "が か パ は", id="voice marks of kana stay"),
        pytest.param("북한이", "북한이", id="Hangul stays"),
        pytest.param("เกาหลีเหนือ น้ำ", "เกาหลีเหนือ น้ำ", id="Thai stays"),
        pytest.param("٢٠٢٦ ২০২৬ ۲۰۲۶", "2026 2026 2026", id="digits"),
        pytest.param(
            "Russia’s ‘new’ “deal”", "russia's 'new' \"deal\"", id="apostrophes and quotation marks"
        ),
        pytest.param("Jong‑un Jong–un Jong_un", "jong un jong un jong un", id="dashes inside words"),
        pytest.param("in the north – Korea", "in the north - korea", id="a dash between words"),
        pytest.param(
            "Rus\u00adsia Rus\u200bsia Rus\u2060sia", "russia russia russia", id="invisible characters"
        ),
        pytest.param("\u202bIran\u202c \u200fIran", "iran iran", id="directions"),
        pytest.param("می\u200cخواهد کره\u200cشمالی", "مي خواهد كره شمالي", id="Persian non-joiner"),
        pytest.param("क्\u200cष", "क्ष", id="Indic non-joiner"),
        pytest.param("North \u00a0\t  Korea", "north korea", id="spaces"),
        pytest.param("north\nKorea", "north\nkorea", id="a line break is no space"),
        pytest.param(
            "キム・ジョンウン 弗拉基米尔·普京", "キム·ジョンウン 弗拉基米尔·普京", id="dots in names"
        ),
        pytest.param("", "", id="nothing"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    """The same whether characters come composed or taken apart."""
    assert fold(text).text == folded
    assert fold(unicodedata.normalize("NFD", text)).text == folded


@pytest.mark.parametrize(
    ("text", "words", "original"),
    [
        ("Die Straße nach Moskau", "moskau", "Moskau"),
        ("Die Straße nach Moskau", "strasse", "Straße"),
        ("Rus\u00adsia and\u200b Iran", "russia", "Rus\u00adsia"),
        ("Rus\u00adsia and\u200b Iran", "iran", "Iran"),
        ("a   b\u00a0 \u00a0c… Iran", "iran", "Iran"),
        ("ｷﾞﾔ ﾌﾟｰﾁﾝ大統領", "プーチン", "ﾌﾟｰﾁﾝ"),
        (
            unicodedata.normalize("NFD", "Corée à Pjöngjang"),
            "pjongjang",
            unicodedata.normalize("NFD", "Pjöngjang"),
        ),
        (unicodedata.normalize("NFD", "러시아와 북한"), "북한", unicodedata.normalize("NFD", "북한")),
        ("وَرُوسِيَا و إيران", "ايران", "إيران"),
        ("ﬁﬁﬁ Iran ﬁﬁ", "iran", "Iran"),
        ("Kim Jong‑un", "kim jong un", "Kim Jong‑un"),
    ],
)
def test_places_lead_back(text: str, words: str, original: str) -> None:
    """What stands in the folded text is found in the original, marks and invisible parts included."""
    folded = fold(text)
    start = folded.text.index(words)
    begin, end = folded.span(start, start + len(words))

    assert text[begin:end] == original


hard = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("aß\u0301\u0308eéﬁ… -_–\u00ad\u200b\n\t\u00a0ｶﾞ\uff9e\u1112\u1161\u11abかُ\u0653ا・ंकİ"),
    ),
    max_size=30,
)


@given(hard)
def test_folding_twice_is_folding_once(text: str) -> None:
    """A keyword that was folded finds itself."""
    once = fold(text).text

    assert fold(once).text == once


@given(hard)
def test_every_place_leads_into_the_original_in_order(text: str) -> None:
    """Spans lie inside the original, are not empty, and follow each other as the places do."""
    folded = fold(text)
    last = 0
    for place in range(len(folded.text)):
        start, end = folded.span(place, place + 1)
        assert last <= start < end <= len(text)
        last = start


@given(hard, hard)
def test_what_is_found_stands_there(before: str, after: str) -> None:
    """A word between any neighbours that do not touch it is found where it stands."""
    text = f"{before}\n北朝鮮\n{after}"
    folded = fold(text)
    place = folded.text.index("\n北朝鮮\n") + 1
    start, end = folded.span(place, place + 3)

    assert text[start:end] == "北朝鮮"
    assert start == len(before) + 1


@given(hard, hard)
def test_a_long_text_folds_as_its_parts(one: str, other: str) -> None:
    """However many kinds of unusual characters there are: few are replaced one by one, many translated."""
    many = " ".join(map(chr, range(0xC0, 0x180)))

    assert fold(f"{one}\n{many}\n{other}").text == "\n".join(fold(part).text for part in (one, many, other))


def test_every_character_folds_alone_as_in_company() -> None:
    """Also those that fold to several or none, and those whose small letter is longer."""
    many = "\n".join(map(chr, range(0xC0, 0x180)))
    for first in (*range(0, 0x3400, 16), *range(0xA640, 0xABC0, 16), *range(0xF900, 0x10000, 16)):
        few = "\n".join(f"{chr(point)}б" for point in range(first, first + 16))
        assert fold(f"{few}\n{many}").text.startswith(f"{fold(few).text}\n")
