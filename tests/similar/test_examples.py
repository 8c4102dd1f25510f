"""Relevance by example."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from collector.similar import Article, Examples
from collector.similar.report import said
from tests.bench import floors, relevance


def article(key: str, language: str, title: str, text: str = "") -> Article:
    return Article(key=key, language=language, title=title, text=text)


VISIT = article(
    "visit",
    "en",
    "Lavrov arrives in Pyongyang for talks with Choe Son Hui",
    "Russian Foreign Minister Sergey Lavrov landed in North Korea on Friday. He met his counterpart Choe Son Hui in Wonsan, "
    "and later Kim Jong Un received him. Moscow and Pyongyang signed a treaty in 2024.",
)
VISIT_AGAIN = article(
    "visit again",
    "en",
    "North Korea's Kim receives Russian minister",
    "Kim Jong Un told Lavrov that his country supports Moscow. The Russian minister had been talking to Choe Son Hui "
    "in the coastal city of Wonsan before he was received.",
)
VISIT_RU = article(
    "visit, Russian",
    "ru",
    "Лавров прибыл в КНДР на переговоры с Цой Сон Хи",
    "Министр иностранных дел России Сергей Лавров прилетел в Северную Корею. В Вонсане он встретился с главой МИД "
    "Цой Сон Хи, затем его принял Ким Чен Ын. Договор между Москвой и Пхеньяном подписан в 2024 году.",
)
VISIT_KO = article(
    "visit, Korean",
    "ko",
    "라브로프 러시아 외무장관 북한 방문",
    "세르게이 라브로프 러시아 외무장관이 북한 원산에서 최선희 외무상과 회담했다. 김정은 국무위원장도 라브로프를 "
    "접견했다. 모스크바와 평양은 2024년 조약을 체결했다.",
)
CHEESE = article(
    "cheese",
    "en",
    "Cheese makers of the valley count their losses",
    "After a dry summer the dairies of the upper valley produced a third less than the year before. Prices will rise, "
    "the association of producers said, and some of the smaller ones may have to close.",
)
CHEESE_RU = article(
    "cheese, Russian",
    "ru",
    "Сыроделы долины подсчитывают убытки",
    "После засушливого лета молочные хозяйства произвели на треть меньше сыра, чем годом ранее. Цены вырастут, "
    "сообщили в объединении производителей, и некоторым небольшим хозяйствам придётся закрыться.",
)


@pytest.mark.parametrize("near", [VISIT_AGAIN, VISIT_RU, VISIT_KO], ids=lambda near: near.key)
def test_a_report_of_the_same_is_nearer_than_one_of_something_else(near):
    examples = Examples([VISIT])

    assert examples.similarity(near)[0] > 0.3
    assert examples.similarity(near)[0] > 2 * examples.similarity(CHEESE)[0]
    assert examples.similarity(near)[0] > 2 * examples.similarity(CHEESE_RU)[0]


def test_the_same_text_is_at_the_top_of_the_scale():
    value, nearest = Examples([CHEESE, VISIT]).similarity(replace(VISIT, key="asked"))

    assert value == 1.0
    assert nearest == "visit"


def test_a_similarity_depends_on_nothing_but_the_article_and_the_examples():
    """What else was collected, and in which order the examples stand, changes nothing."""
    first = Examples([VISIT, CHEESE]).similarity(VISIT_AGAIN)
    for other in (CHEESE_RU, VISIT_KO):
        Examples([other]).similarity(VISIT)

    assert Examples([CHEESE, VISIT]).similarity(VISIT_AGAIN) == first


@pytest.mark.parametrize(
    "nothing",
    [article("empty", "en", ""), article("marks", "en", "?!", "…"), article("unknown", "xx", "")],
    ids=lambda nothing: nothing.key,
)
def test_an_article_without_words_is_like_nothing(nothing):
    assert Examples([VISIT]).similarity(nothing) == (0.0, None)
    assert Examples([nothing]).similarity(VISIT) == (0.0, None)


def test_without_examples_nothing_is_similar():
    assert Examples([]).similarity(VISIT) == (0.0, None)


def test_one_example_more_never_makes_an_article_less_similar():
    few, more = Examples([CHEESE]), Examples([CHEESE, VISIT_AGAIN])

    assert more.similarity(VISIT)[0] >= few.similarity(VISIT)[0]


def test_the_nearness_to_each_example_comes_in_their_order():
    near = Examples([CHEESE, VISIT_AGAIN, VISIT]).nearness(said(VISIT))

    assert near.shape == (3,)
    assert np.argmax(near) == 2
    assert near[1] > near[0]


@pytest.mark.shared
def test_retrieval_by_example_does_not_fall(shared):
    folder = shared / "stories"

    assert floors.below(relevance.figures(folder)) == []
