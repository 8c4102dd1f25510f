"""Languages are named one way, and found out where a text is long enough to tell."""

from __future__ import annotations

import pytest

from collector.text.languages import detect, primary

SENTENCES = {
    "ar": "قال الرئيس الروسي إن بلاده مستعدة للحوار مع جميع الأطراف من أجل إنهاء الأزمة في المنطقة",
    "de": "Der Bundeskanzler hat am Dienstag in Berlin mit den Ministern über den Haushalt gesprochen",
    "en": "The foreign minister said on Tuesday that the talks would be held in the capital next week",
    "es": "El presidente del gobierno anunció este martes nuevas medidas para los trabajadores del campo",
    "fa": "رئیس جمهور در سخنرانی امروز خود از گسترش روابط اقتصادی با کشورهای همسایه خبر داد و گفت",
    "fr": "Le premier ministre a déclaré mardi que les négociations allaient reprendre la semaine prochaine",
    "hi": "प्रधानमंत्री ने कहा कि भारत और रूस के बीच व्यापार अगले साल तक और बढ़ने की उम्मीद है और इस पर बात हुई",
    "ja": "政府は火曜日、来週の会議で新しい経済対策について話し合う方針を明らかにした。",
    "ko": "정부는 화요일 다음 주 회의에서 새로운 경제 대책을 논의할 방침이라고 밝혔다.",
    "pt": "O presidente afirmou nesta terça-feira que o governo não vai aumentar os impostos neste ano",
    "ru": "Министр иностранных дел заявил во вторник, что переговоры состоятся на следующей неделе",
    "zh": "外交部发言人星期二表示，双方将于下周在北京就经济合作问题举行新一轮会谈。",
}


@pytest.mark.parametrize(("language", "text"), SENTENCES.items())
def test_one_sentence_of_news_is_enough(language, text):
    """Each language that the shipped topics are named in is told from a single sentence."""
    assert detect(text) == language


@pytest.mark.parametrize(
    "text", ["", "OK", "Москва", "\n\n\n", "12:30 14/03/2026 1,234,567 " * 20, "https://e.example/a " * 30]
)
def test_too_little_text_is_no_language(text):
    """A guess on a word, on numbers or on addresses would be invented: it stays open."""
    assert detect(text) is None


def test_capitals_and_line_breaks_do_not_matter():
    """Headlines in capitals and text in paragraphs are read like any other."""
    assert detect(SENTENCES["en"].upper().replace(" ", "\n")) == "en"


def test_a_higher_bar_leaves_the_unclear_open():
    """`sure` is the least probability that counts: above one, nothing is sure."""
    assert detect(SENTENCES["en"], sure=1.01) is None


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en", "en"),
        ("en-US", "en"),
        ("pt_BR", "pt"),
        ("zh-Hant-TW", "zh"),
        ("EN-us", "en"),
        (" ru ", "ru"),
        ("en_US.UTF-8", "en"),
        ("iw", "he"),
        ("nb-NO", "no"),
        ("cmn-Hans", "zh"),
        ("fil", "fil"),
        ("", None),
        (None, None),
        ("und", None),
        ("x-default", None),
        ("English", None),
        ("e", None),
        ("en, fr", None),
    ],
)
def test_a_tag_is_named_by_its_language_alone(tag, language):
    """Script and region go, withdrawn codes are renamed, and what is no tag is no language."""
    assert primary(tag) == language
