"""Stories of one event that started apart, each in its own language."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from collector.similar import Article, Grouper, Joined, Merged, Stories
from collector.similar.abroad import abroad
from collector.similar.report import read

START = datetime(2024, 6, 19, 8, tzinfo=UTC)
SUMMIT_EN = [
    ("Putin and Kim sign treaty in Pyongyang",
     "Russian President Vladimir Putin and North Korean leader Kim Jong Un signed a partnership treaty in Pyongyang on 19 June "
     "2024. Putin gave Kim an Aurus limousine; Lavrov and Choe Son Hui attended. Putin then flew to Hanoi in Vietnam."),
    ("Treaty signed: Putin gives Kim a limousine",
     "After signing a partnership treaty with Kim Jong Un in Pyongyang, Vladimir Putin gave him an Aurus limousine. Choe Son Hui "
     "and Lavrov were there on 19 June 2024, before Putin flew on to Hanoi in Vietnam."),
]  # fmt: skip
SUMMIT_RU = [
    ("Путин и Ким подписали договор в Пхеньяне",
     "Президент России Владимир Путин и лидер КНДР Ким Чен Ын подписали в Пхеньяне договор о партнёрстве 19 июня 2024 года. "
     "Путин подарил Киму лимузин Aurus; присутствовали Лавров и Цой Сон Хи. Затем Путин вылетел в Ханой, Вьетнам."),
    ("Путин подарил Киму лимузин Aurus после подписания договора",
     "Подписав в Пхеньяне договор о партнёрстве с Ким Чен Ыном, Владимир Путин подарил ему лимузин Aurus. Цой Сон Хи и Лавров "
     "присутствовали 19 июня 2024 года, после чего Путин вылетел в Ханой, Вьетнам."),
]  # fmt: skip
UNNAMED_RU = (
    "Подписали договор о партнёрстве и подарили лимузин",
    "Президент и лидер подписали договор о партнёрстве, подарили лимузин; присутствовали министры. Затем президент вылетел.",
)
FARM_EN = (
    "Polish farmers open crossing of Medyka",
    "Polish farmers ended their blockade of the crossing of Medyka to Ukraine after talks with minister Siekierski in Warsaw about "
    "1.4 million tonnes of grain.",
)
FARM_RU = [
    ("Польские фермеры открыли переход в Медыке",
     "Польские фермеры сняли блокаду перехода Медыка на границе с Украиной после переговоров с министром Секерским в Варшаве о "
     "1,4 миллиона тонн зерна."),
    ("Блокада Медыки снята: фермеры договорились с Секерским",
     "После переговоров в Варшаве о 1,4 миллиона тонн зерна польские фермеры открыли переход Медыка на границе с Украиной, "
     "сообщил министр Секерский."),
]  # fmt: skip


@pytest.fixture(autouse=True)
def apart(monkeypatch):
    """No first report is enough to find the story of another language."""
    monkeypatch.setattr("collector.similar.abroad._NEAR", 2.0)


class Told:
    """A grouper, and what came of what it was told."""

    def __init__(self) -> None:
        self.grouper, self.stories, self.steps = Grouper(), Stories(), []

    def add(self, language: str, title: str, text: str) -> int:
        """Adds a report an hour after the last one, and returns its number."""
        number = len(self.stories.of) + 1
        self.steps = self.place(number, language, title, text)
        self.stories.follow(self.steps)
        return number

    def keep(self, story: int, language: str, title: str, text: str):
        """Puts a report into a story; returns its record and the article."""
        number = len(self.stories.of) + 1
        self.stories.of[number] = story
        article = Article(key="", title=title, text=text, language=language, published_at=START)
        record = read(article, START)
        self.grouper.keep(number, story, record)
        return record, article

    def abroad(self, title: str, text: str):
        """What other languages say of a Russian report."""
        record = read(Article(key="", title=title, text=text, language="ru", published_at=START), START)
        return abroad(record, self.grouper._reports, self.grouper._comparer)

    def place(self, number: int, language: str, title: str, text: str):
        """The steps of a report with that number."""
        at = START + timedelta(hours=number)
        article = Article(key="", title=title, text=text, language=language, published_at=at)
        return self.grouper.add(number, article, at)

    def add_all(self, language: str, reports) -> list[int]:
        """The stories that they were in when they had come."""
        return [self.stories.of[self.add(language, *report)] for report in reports]


def test_two_reports_that_say_so_join_their_story_to_that_of_another_language():
    told = Told()
    [english, _] = told.add_all("en", SUMMIT_EN)
    told.add_all("ru", FARM_RU)
    told.add("ru", *SUMMIT_RU[0])
    apart = told.stories.of[5]
    told.add("ru", *SUMMIT_RU[1])

    [merged] = [step for step in told.steps if isinstance(step, Merged)]
    assert apart != english
    assert (merged.story, merged.into, merged.evidence.nearest in (1, 2)) == (apart, english, True)
    assert list(told.stories.of.values()) == [1, 1, 2, 2, 1, 1]
    assert 0.5 < merged.evidence.score <= 1
    assert merged.evidence.hours == pytest.approx(4, abs=1)


def test_one_report_alone_does_not():
    told = Told()
    told.add_all("en", SUMMIT_EN)
    told.add_all("ru", FARM_RU)
    told.add("ru", *SUMMIT_RU[0])

    assert told.stories.of[5] != 1
    assert told.add_all("ru", [SUMMIT_RU[0]]) != [1]  # a copy of it is no second opinion


def test_a_copy_adds_nothing_to_what_its_original_says():
    told = Told()
    told.add_all("en", SUMMIT_EN)
    told.add_all("ru", FARM_RU)
    told.add_all("ru", [SUMMIT_RU[0], UNNAMED_RU])

    assert 1 not in told.add_all("ru", [SUMMIT_RU[0]])


@pytest.mark.parametrize(("fellow", "meets"), [(SUMMIT_RU[1], True), (FARM_RU[0], False)])
def test_two_reports_must_speak_for_one_story(fellow, meets):
    told = Told()
    told.keep(1, "en", *SUMMIT_EN[0])
    told.keep(2, "en", *FARM_EN)
    told.keep(3, "ru", *fellow)
    record, article = told.keep(3, "ru", *SUMMIT_RU[0])

    assert told.abroad(*fellow).speaks and told.abroad(*SUMMIT_RU[0]).speaks
    assert bool(told.grouper._meet_abroad(4, record, article)) is meets


def test_what_is_near_to_two_stories_is_of_neither():
    told = Told()
    told.keep(1, "en", *SUMMIT_EN[0])
    assert told.abroad(*SUMMIT_RU[0]).speaks

    told.keep(2, "en", *SUMMIT_EN[0])
    assert not told.abroad(*SUMMIT_RU[0]).speaks


def test_a_story_that_its_own_language_tells_is_not_joined_abroad():
    told = Told()
    told.keep(1, "en", *SUMMIT_EN[0])
    assert told.abroad(*SUMMIT_RU[0]).story == 1

    told.keep(1, "ru", *FARM_RU[0])
    assert told.abroad(*SUMMIT_RU[0]) is None


def test_a_report_that_is_placed_anew_speaks_once():
    told = Told()
    told.add_all("en", SUMMIT_EN)
    told.add_all("ru", FARM_RU)
    told.add("ru", *SUMMIT_RU[0])
    told.add("ru", *UNNAMED_RU)
    ours = told.stories.of[5]
    assert told.stories.of[6] == ours != 1

    told.grouper.forget(5)
    [joined, *more] = told.place(5, "ru", *SUMMIT_RU[0])
    assert (joined.story, more) == (ours, [])


@pytest.mark.parametrize("frozen", [1, 3])
def test_what_a_person_settled_stays(frozen):
    told = Told()
    told.add_all("en", SUMMIT_EN)
    told.add_all("ru", FARM_RU)
    told.add("ru", *SUMMIT_RU[0])
    told.grouper.freeze(frozen)
    told.add("ru", *SUMMIT_RU[1])

    assert [told.stories.of[number] for number in (1, 5, 6)] == [1, 3, 3]


def test_a_story_that_is_told_in_the_language_already_is_left_alone():
    """It could have been joined there."""
    told = Told()
    told.add_all("en", SUMMIT_EN)
    told.add_all("ru", FARM_RU)
    told.grouper.merge(2, 1)
    told.add_all("ru", SUMMIT_RU)

    assert len(set(told.stories.of.values()) - {1, 2}) == 1


@pytest.mark.parametrize("language", ["en", None])
def test_two_stories_of_one_language_stay_two(language):
    """Or of what may be one: nobody knows the language of the report that a person put there."""
    told = Told()
    told.add_all("en", SUMMIT_EN)
    told.add_all("ru", FARM_RU)
    told.add("ru", *SUMMIT_RU[0])
    told.add(language, "4711", "0815 4712 4713")
    told.grouper.move(6, 3)
    for story in (3, 4):
        told.grouper.thaw(story)
    told.add("ru", *SUMMIT_RU[1])

    assert [type(step) for step in told.steps] == [Joined]
    assert told.steps[0].story == 3


def test_it_is_not_asked_for_days_later(monkeypatch):
    monkeypatch.setattr("collector.similar.abroad._HOURS", 2)
    told = Told()
    told.add_all("en", SUMMIT_EN)
    told.add_all("ru", FARM_RU)

    assert 1 not in told.add_all("ru", SUMMIT_RU)
