"""Keywords hit words, in every script, and evidence says where; what only looks like a word is not hit."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.config import load
from collector.match import PLACES, Matcher, from_keywords
from collector.match.rules import Rule
from collector.model import Subject
from collector.shipped import shipped as shipped_file

DATA = Path(__file__).parent / "data" / "match"


@dataclass(frozen=True)
class Topic:
    key: str
    keywords: tuple[str, ...]
    exclude: tuple[str, ...] = ()

    @property
    def rule(self) -> Rule:
        return from_keywords(self.keywords)


def hits(keyword: str, text: str, *exclude: str, language: str | None = None) -> list[str]:
    """The words that one keyword hits in a text."""
    matches = Matcher([Topic("t", (keyword,), exclude)]).match(Subject(title="", text=text, language=language))
    return [evidence.words for match in matches for evidence in match.evidence]


@pytest.mark.parametrize(
    ("keyword", "text", "words"),
    [
        # English and what is common to all Latin letters
        pytest.param("Russia", "RUSSIA, Russia's, pro-Russia.", ["RUSSIA", "Russia", "Russia"], id="en"),
        pytest.param("Kim Jong Un", "Kim Jong-un met KIM JONG UN and Kim Jong‑Un", 3, id="en dashes"),
        pytest.param("Kim Jong-un", "Kim Jong Un", ["Kim Jong Un"], id="en no dashes"),
        pytest.param("North Korea", "#North_Korea, North\u00a0Korea, North  Korea", 3, id="en spaces"),
        pytest.param("People's Republic", "the People’s Republic", ["People’s Republic"], id="en apostrophe"),
        pytest.param("Côte d'Ivoire", "La Cote d’Ivoire", ["Cote d’Ivoire"], id="fr marks"),
        pytest.param("Iran", "l’Iran, d'Iran, l'Iran", ["Iran", "Iran", "Iran"], id="fr elision"),
        pytest.param("Rússia", "a RÚSSIA e a Russia", ["RÚSSIA", "Russia"], id="pt"),
        pytest.param("norcorean*", "norcoreanos y norcoreana", ["norcoreanos", "norcoreana"], id="es prefix"),
        pytest.param("russisch*", "die russischen Truppen", ["russischen"], id="de prefix"),
        pytest.param("Weißrussland", "WEISSRUSSLAND", ["WEISSRUSSLAND"], id="de sharp s"),
        pytest.param("İran", "İran ve IRAN", ["İran", "IRAN"], id="tr"),
        pytest.param("Triều Tiên", "Triều Tiên", ["Triều Tiên"], id="vi"),
        pytest.param("BRICS", "BRICS峰会 BRICS가 BRICS+ «BRICS»", ["BRICS"] * 3, id="beside other scripts"),
        # Cyrillic, Greek
        pytest.param("Россия", "«Росси́я» и РОССИЯ-2026", ["Росси́я", "РОССИЯ"], id="ru"),
        pytest.param("росси*", "российского", ["российского"], id="ru prefix"),
        pytest.param("КНДР", "В КНДР.", ["КНДР"], id="ru short"),
        pytest.param("Ρωσία", "Η ΡΩΣΙΑ", ["ΡΩΣΙΑ"], id="el"),
        # no spaces
        pytest.param("俄罗斯", "朝鲜与俄罗斯签署条约", ["俄罗斯"], id="zh"),
        pytest.param("北朝鮮", "北朝鮮が発射", ["北朝鮮"], id="ja"),
        pytest.param("ロシア", "対ロシア制裁、ﾛｼｱ軍", ["ロシア", "ﾛｼｱ"], id="ja kana"),
        pytest.param("キム・ジョンウン", "キムジョンウン氏とキム･ジョンウン", 2, id="ja dots"),
        pytest.param("弗拉基米尔·普京", "弗拉基米尔・普京", ["弗拉基米尔・普京"], id="zh dots"),
        pytest.param("รัสเซีย", "ประธานาธิบดีรัสเซียกล่าว", ["รัสเซีย"], id="th"),
        pytest.param("ရုရှား", "မြောက်ကိုရီးယားနှင့်ရုရှားတို့", ["ရုရှား"], id="my"),
        pytest.param("រុស្ស៊ី", "ប្រទេសរុស្ស៊ីនិង", ["រុស្ស៊ី"], id="km"),
        # Hangul
        pytest.param("북한", "북한이 북한과의 對북한 '북한'", ["북한"] * 3, id="ko particles"),
        pytest.param("러시아", "한국·러시아 회담, 러시아산", ["러시아", "러시아"], id="ko after a dot"),
        # Arabic script
        pytest.param("روسيا", "روسيا وروسيا بروسيا لروسيا وبروسيا", ["روسيا"] * 3, id="ar particles"),
        pytest.param("الصين", "والصين بالصين للصين وللصين", ["الصين", "الصين", "للصين"], id="ar article"),
        pytest.param("إيران", "ايران وإيران", ["ايران", "إيران"], id="ar hamza"),
        pytest.param("كوريا الشمالية", "وَكوريا الشماليه", ["كوريا الشماليه"], id="ar phrase"),
        pytest.param("کره شمالی", "كره شمالي و کرهٔ شمالی", ["كره شمالي", "کرهٔ شمالی"], id="fa letters"),
        pytest.param("روس", "روس نے", ["روس"], id="ur"),
        # Hebrew, Indic
        pytest.param("רוסיה", "רוסיה וברוסיה שרוסיה", ["רוסיה"] * 3, id="he prefixes"),
        pytest.param("रूस", "रूस ने रूस-यूक्रेन", ["रूस", "रूस"], id="hi"),
        pytest.param("রাশিয়া*", "রাশিয়ার", ["রাশিয়ার"], id="bn prefix"),
        pytest.param("ரஷ்யா", "ரஷ்யா மற்றும்", ["ரஷ்யா"], id="ta"),
    ],
)  # fmt: skip
def test_hits(keyword: str, text: str, words: list[str] | int) -> None:
    """The words that are hit, as they stand; at most the first places of a term."""
    found = hits(keyword, text)

    assert len(found) == words if isinstance(words, int) else found == words


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        pytest.param("Iran", "Tirana, Iranduba, Miran", id="sq Tirana"),
        pytest.param("BRICS", "fabrics, bricks and brics2", id="en bricks"),
        pytest.param("Oman", "Romania, woman, Romani", id="en Romania"),
        pytest.param("Russia", "Prussia, Borussia Dortmund, Belorussia", id="en Prussia"),
        pytest.param("Niger", "Nigeria", id="en Nigeria"),
        pytest.param("North Korea", "up north\nKorea said; in the north - Korea said", id="en two sentences"),
        pytest.param("North Korea", "North, Korea; North. Korea", id="en punctuation"),
        pytest.param("Rusia", "Prusia y Bielorrusia", id="es Prusia"),
        pytest.param("Russie", "la Prusse, la Biélorussie", id="fr Biélorussie"),
        pytest.param("russisch*", "preußische, weißrussische, belarussischen", id="de Belarus"),
        pytest.param("Rusya", "Prusya, Belarusya", id="tr Prusya"),
        pytest.param("росси*", "Пруссия, Белоруссия", id="ru Belorussia"),
        pytest.param("рус", "русло, белорус", id="ru inside words"),
        pytest.param("Ким", "каким, Кимки", id="ru каким"),
        pytest.param("=мой", "мои", id="ru й is not и"),
        pytest.param("북한", "남북한", id="ko both Koreas"),
        pytest.param("이란", "그이란", id="ko inside a word"),
        pytest.param("朝鲜", "韩国与日本", id="zh"),
        pytest.param("ハイチ", "バイチ", id="ja voice marks"),
        pytest.param("روسيا", "بيلاروسيا", id="ar Belarus"),
        pytest.param("إيران", "جيران وطيران", id="ar neighbours"),
        pytest.param("عمان", "نعمان", id="ar a name"),
        pytest.param("רוסיה", "פרוסיה, בלארוסיה", id="he Prussia"),
        pytest.param("रूस", "रूसो", id="hi Rousseau"),
        pytest.param("Ρωσία", "Πρωσία, Λευκορωσία", id="el Prussia"),
    ],
)
def test_traps(keyword: str, text: str) -> None:
    """What only looks like the word is not hit."""
    assert hits(keyword, text) == []


def test_particles_are_arabic_not_persian() -> None:
    """In Persian the letters before a word belong to it: بروس is Bruce."""
    assert hits("روس", "بروس لی", language="fa") == []
    assert hits("روسيا", "بروسيا", language="ar") == ["روسيا"]


# --- excluded phrases --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("White Russia is Belarus", []),
        ("White Russia and Russia", ["Russia"]),
        ("the White  Russia’s", []),
        ("Russia, White Russian", ["Russia"]),
    ],
)
def test_an_excluded_phrase_that_contains_a_keyword_covers_that_mention_alone(
    text: str, words: list[str]
) -> None:
    """White Russia is not Russia, but an article may be about both."""
    assert hits("Russia", text, "White Russia") == words


@pytest.mark.parametrize(
    ("keyword", "exclude", "text", "words"),
    [
        ("Russia", "football", "Russia, Russia. The football season", []),
        ("Russia", "football", "Russia, footballers", ["Russia"]),
        ("Russia", "football*", "Russia, footballers", []),
        ("Russia", "Borussia Dortmund", "Russia beats Borussia Dortmund", []),  # no word of it is Russia
        ("росси*", "Россини", "Опера Россини в России", ["России"]),
        ("Russians", "White Russia*", "White Russians and Russians", ["Russians"]),  # begins the keyword
        ("Russia", "White Rus*", "White Russia and Russia", ["Russia"]),
        ("Russia", "White Rus*", "White Rust and Russia", ["Russia"]),
        ("俄罗斯", "俄罗斯方块", "俄罗斯方块与俄罗斯", ["俄罗斯"]),
        ("俄罗斯", "足球", "俄罗斯足球", []),
        ("*", "football", "a football season", []),
        ("*", "football", "a season", ["a"]),
    ],
)
def test_any_other_excluded_phrase_keeps_the_article_out(
    keyword: str, exclude: str, text: str, words: list[str]
) -> None:
    """Who follows Russia without its football does not want an article on both."""
    assert hits(keyword, text, exclude) == words


def test_a_veto_stands_in_title_or_text() -> None:
    """Wherever it stands, it concerns the whole article, and its own topic only."""
    matcher = Matcher([Topic("a", ("Russia",), ("football",)), Topic("b", ("Russia",))])

    assert [match.topic for match in matcher.match(Subject(title="Football", text="Russia"))] == ["b"]
    assert [match.topic for match in matcher.match(Subject(title="Russia", text="football"))] == ["b"]
    assert [match.topic for match in matcher.match(Subject(title="Russia", text="chess"))] == ["a", "b"]


def test_a_longer_keyword_holds_a_veto() -> None:
    """A keyword that the exclusion would always silence is meant as the exception to it."""
    matcher = Matcher([Topic("t", ("Russia", "football diplomacy"), ("football",))])

    assert matcher.match(Subject(title="Russia", text="football diplomacy"))
    assert not matcher.match(Subject(title="Russia", text="football diplomacy and football"))


def test_a_longer_keyword_holds_an_excluded_phrase() -> None:
    """South Korea does not count, North and South Korea does."""
    matcher = Matcher([Topic("t", ("Korea", "North and South Korea"), ("South Korea",))])

    (match,) = matcher.match(Subject(title="", text="North and South Korea"))
    assert [evidence.words for evidence in match.evidence] == ["North and South Korea"]
    assert matcher.match(Subject(title="", text="South Korea")) == ()


def test_an_exclusion_belongs_to_its_topic() -> None:
    """Another topic may want the very phrase."""
    matcher = Matcher([Topic("russia", ("Russia",), ("White Russia",)), Topic("belarus", ("White Russia",))])

    assert [match.topic for match in matcher.match(Subject(title="White Russia", text=""))] == ["belarus"]


def test_exclusions_work_without_spaces() -> None:
    """白俄罗斯 is Belarus."""
    assert hits("俄罗斯", "白俄罗斯与俄罗斯", "白俄罗斯") == ["俄罗斯"]


def test_a_text_of_nothing_but_exclusions_is_soon_done() -> None:
    """Neither hits nor exclusions are compared all with all."""
    text = "South Korea, " * 20_000
    assert hits("Korea", text + "Korea", "South Korea") == ["Korea"]


# --- evidence ----------------------------------------------------------------------------------------------


def test_evidence_stands_in_title_and_text() -> None:
    """Term as configured, words and offsets as in the original, in the order of the fields and the text."""
    title, text = "Über „Nord­korea“", "Straße … nordkoreanische   Raketen, Kim Jong‑un"
    (match,) = Matcher([Topic("nk", ("Nordkorea*", "Kim Jong Un"))]).match(Subject(title=title, text=text))

    assert [(e.term, e.field, e.words) for e in match.evidence] == [
        ("Nordkorea*", "title", "Nord­korea"),
        ("Nordkorea*", "text", "nordkoreanische"),
        ("Kim Jong Un", "text", "Kim Jong‑un"),
    ]
    for evidence in match.evidence:
        assert {"title": title, "text": text}[evidence.field][evidence.start : evidence.end] == evidence.words


def test_evidence_is_the_first_places_of_each_term() -> None:
    """A word that stands a hundred times is shown a few times; another one is not crowded out."""
    (match,) = Matcher([Topic("t", ("Iran", "Oman"))]).match(Subject(title="", text="Iran " * 100 + "Oman"))
    places = [(e.term, e.start) for e in match.evidence]

    assert places == [("Iran", n * 5) for n in range(PLACES)] + [("Oman", 500)]


def test_an_article_has_every_topic_that_hits() -> None:
    """In the order of the configuration. One keyword may serve several; in one topic twice is once."""
    topics = [Topic("b", ("Iran", "IRAN")), Topic("a", ("Iran",)), Topic("c", ("Oman",))]
    matches = Matcher(topics).match(Subject(title="Iran", text=""))

    assert [(match.topic, len(match.evidence)) for match in matches] == [("b", 1), ("a", 1)]


@pytest.mark.parametrize(
    ("title", "text", "words"), [("A title", "x", "A"), ("", " the text", "the"), ("", "", "")]
)
def test_a_star_is_every_article(title: str, text: str, words: str) -> None:
    """With its first word as evidence."""
    (match,) = Matcher([Topic("all", ("*",))]).match(Subject(title=title, text=text))

    assert [(e.term, e.words) for e in match.evidence] == [("*", words)]


def test_no_topics_match_nothing() -> None:
    """An empty configuration is none to fear."""
    assert Matcher([]).match(Subject(title="Russia", text="Russia")) == ()


def test_a_keyword_that_nothing_can_be_is_refused() -> None:
    """Invisible characters are no keyword."""
    with pytest.raises(ValueError, match="without a letter"):
        Matcher([Topic("t", ("\u200b",))])


letters = st.text(st.sampled_from("abc -'·ßé\u00ad\u0301אב북한가ロシ俄روسيا٢*"), min_size=1, max_size=6)


@given(
    st.lists(letters, max_size=5), st.lists(letters, max_size=3), st.text(), st.randoms(use_true_random=False)
)
def test_evidence_always_stands_in_the_original(
    keywords: list[str], exclude: list[str], filling: str, rand: random.Random
) -> None:
    """Whatever is configured and written: no exception, and every place holds the words that it names."""
    usable = [word for word in keywords if any(map(str.isalnum, word))]
    unwanted = [word for word in exclude if any(map(str.isalnum, word))]
    words = [*usable, *unwanted, *filling.split(), filling]
    text = rand.choice(["", " ", "\n"]).join(rand.choices(words, k=10))
    for match in Matcher([Topic("t", tuple(usable), tuple(unwanted))]).match(Subject(title=filling, text=text)):
        assert match.evidence
        for evidence in match.evidence:
            assert {"title": filling, "text": text}[evidence.field][
                evidence.start : evidence.end
            ] == evidence.words
            assert evidence.words


@given(st.text(st.sampled_from("abcßé북한ロシ俄روسيا"), min_size=1, max_size=8))
def test_a_keyword_finds_itself(word: str) -> None:
    """Between spaces, in either case."""
    assert hits(word, f"x {word} y {word.upper()} z")[0] == word


# --- the shipped topics ------------------------------------------------------------------------------------

KEYS = {"nk": "north-korea", "ru": "russia", "br": "brics"}
SENTENCES = [
    line.split("\t")
    for line in (DATA / "shipped.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.fixture(scope="module")
def shipped() -> Matcher:
    """The topics that a newcomer starts with."""
    return Matcher(load(shipped_file("feeds.yaml"), {}).topics)


@pytest.mark.parametrize(("language", "topics", "sentence"), SENTENCES, ids=[row[2] for row in SENTENCES])
def test_the_shipped_topics(shipped: Matcher, language: str, topics: str, sentence: str) -> None:
    """They find their subject in twelve languages, and not its neighbours and namesakes."""
    expected = {KEYS[topic] for topic in topics.split(",") if topic != "-"}

    assert {match.topic for match in shipped.match(Subject(title=sentence, text="", language=language))} == expected
    assert {match.topic for match in shipped.match(Subject(title="", text=sentence))} == expected


def test_the_sample_has_hits_and_traps_in_every_language() -> None:
    """At least four of each."""
    for language in {row[0] for row in SENTENCES}:
        traps = [row[1] == "-" for row in SENTENCES if row[0] == language]
        assert sum(traps) >= 4
        assert len(traps) - sum(traps) >= 4


@pytest.mark.parametrize("language", ["en", "de", None])
@pytest.mark.parametrize("text", ["Россия подписала договор", "俄罗斯外长访问朝鲜", "وروسيا", "A summit (Россия) today"])
def test_a_wrong_claim_of_language_loses_nothing_in_another_script(text: str, language: str | None) -> None:
    """Feeds call themselves English, and articles quote."""
    matcher = Matcher([Topic("ru", ("Россия", "俄罗斯", "روسيا"))])

    assert len(matcher.match(Subject(title=text, text="", language=language))) == 1
