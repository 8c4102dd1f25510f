"""What of an article is kept to compare it."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from collector.similar import Article, report

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
VISIT = Article(
    key="visit",
    language="en",
    title="Lavrov arrives in Pyongyang for talks",
    text="Russian Foreign Minister Sergey Lavrov landed in North Korea on Friday. He met Choe Son Hui in Wonsan.",
)


@pytest.fixture(autouse=True)
def nothing_is_remembered(monkeypatch):
    monkeypatch.setattr(report, "_remembered", OrderedDict())


def test_an_article_is_read_once(monkeypatch):
    record = report.said(VISIT)
    monkeypatch.setattr(report, "reading", None)

    again = report.read(replace(VISIT, key="by another name"), NOW)

    assert again["words"].tobytes() == record["words"].tobytes()


def test_what_is_noted_in_a_record_is_not_remembered():
    report.read(VISIT, NOW)["crowd"] = 200

    assert report.read(VISIT, NOW)["crowd"] == 0


def test_a_record_tells_when_it_was_said_whenever_it_was_read():
    report.said(VISIT)

    first, second = report.read(VISIT, NOW), report.read(replace(VISIT, published_at=NOW - timedelta(hours=3)), NOW)

    assert (first["clock"], second["clock"]) == (report.UNDATED, report.TIME)
    assert first["when"] - second["when"] == 3 * 3_600


@pytest.mark.parametrize("change", [{"title": "Another"}, {"text": "Another text"}, {"language": "de"}], ids=str)
def test_another_text_is_read_anew(change):
    record = report.said(VISIT)

    assert report.said(replace(VISIT, **change)).tobytes() != record.tobytes()


def test_only_the_last_are_remembered(monkeypatch):
    monkeypatch.setattr(report, "_REMEMBERED", 3)
    for number in range(10):
        report.said(replace(VISIT, title=str(number)))

    assert len(report._remembered) == 3


def test_only_what_may_be_a_name_is_heard():
    """Small letters say that a word is none; a script without capitals leaves it open."""
    by_word = {token.terms: token for token, _ in report.reading(VISIT, "en").often}

    assert by_word["Lavrov",].sounds
    assert not by_word["talks",].sounds
    assert report.reading(replace(VISIT, title="لافروف", text=""), "ar").often[0][0].sounds


@pytest.mark.parametrize(
    ("language", "title", "text", "days"),
    [
        ("en", "Lavrov arrives on Friday", "He met Choe Son Hui. On Saturday they signed.", {4, 5}),
        ("en", "lavrov lands friday", "", {4}),
        ("de", "Lawrow in Pjöngjang", "Er landete am Freitag.", {4}),
        ("ru", "Лавров прибыл в пятницу", "", {4}),
        ("vi", "Ông Lavrov đến vào Chủ Nhật", "", {6}),
        ("zh", "拉夫罗夫", "星期五抵达平壤。", {4}),
        ("en", "Lavrov arrives", "He met Choe Son Hui.", set()),
        (None, "Lavrov arrives", "", set()),
    ],
)
def test_the_days_of_the_week_that_are_named_are_kept(language, title, text, days):
    record = report.said(replace(VISIT, language=language, title=title, text=text))

    assert {day for day in range(7) if record["days"] >> day & 1} == days


def test_a_day_that_is_named_late_is_background():
    late = replace(VISIT, text="word " * 300 + "It began on Monday.")

    assert report.said(late)["days"] == 0
