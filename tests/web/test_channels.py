"""Published channels over HTTP: the right bytes, cheap when nothing is new, strict about what is asked."""

from __future__ import annotations

import gzip
import io
import json
from datetime import timedelta
from email.utils import format_datetime

import feedparser
import pytest

from collector.publish import FORMATS
from tests.watch import BASE, NOW

PATHS = [f"/{name}.{form.suffix}" for form in FORMATS.values() for name in ("feed", "topics/russia")]


@pytest.fixture
def filled(site):
    """A site with articles that the test may change."""
    site.watch.keep_thirty()
    return site


@pytest.mark.parametrize("path", PATHS)
def test_every_format_is_served_with_its_type(shown, path):
    """All articles and those of a topic, in each row of the table."""
    answer = shown.get(path)
    form = next(form for form in FORMATS.values() if path.endswith(f".{form.suffix}"))
    assert answer.status == 200
    assert answer.headers["Content-Type"].partition(";")[0] == form.media_type
    assert f"{BASE}{path}" in answer.text


@pytest.mark.parametrize("path", PATHS)
def test_who_has_it_gets_304_and_no_body(shown, path):
    """With the tag, with the date, alone and in a list."""
    first = shown.get(path)
    tag, date = first.headers["ETag"], first.headers["Last-Modified"]
    asked = [
        {"if_none_match": tag},
        {"if_none_match": f"W/{tag}"},
        {"if_none_match": f'"other", {tag} , W/"x"'},
        {"if_none_match": "*"},
        {"if_modified_since": date},
        {"if_none_match": tag, "if_modified_since": "Thu, 01 Jan 1970 00:00:00 GMT"},
    ]
    for headers in asked:
        answer = shown.get(path, **headers)
        assert (answer.status, answer.body) == (304, b""), headers
        assert answer.headers["ETag"] == tag
        assert answer.headers["Cache-Control"] == first.headers["Cache-Control"]


@pytest.mark.parametrize(
    "headers",
    [
        {"if_none_match": '"other"'},
        {"if_none_match": "no quotes"},
        {"if_none_match": '"' * 5000},
        {"if_none_match": '"a", ' * 5000},
        {"if_none_match": ""},
        {"if_modified_since": "yesterday"},
        {"if_modified_since": "Thu, 99 Foo 2026 99:99:99 GMT"},
        {"if_modified_since": format_datetime(NOW - timedelta(days=9), usegmt=True)},
        {"if_modified_since": format_datetime(NOW + timedelta(days=9), usegmt=True)},
        {"if_none_match": '"other"', "if_modified_since": format_datetime(NOW, usegmt=True)},
        {"range": "bytes=0-0,1-1,2-2" + ",0-" * 5000},
        {"range": "bytes=99999999999999999999-"},
    ],
)
def test_who_has_another_one_gets_the_whole(shown, headers):
    """Nonsense in a condition is no condition; ranges of something that changes are not given."""
    assert shown.get("/feed.xml", **headers).body == shown.get("/feed.xml").body


def test_a_new_article_changes_the_tag(filled):
    """No subscriber misses it."""
    first = filled.get("/feed.json")
    filled.watch.keep(-1)
    second = filled.get("/feed.json", if_none_match=first.headers["ETag"])
    assert second.status == 200
    assert json.loads(second.body)["items"][0]["title"] == "Report -1"


def test_head_tells_the_same_without_the_body(shown):
    """Length and all."""
    got, told = shown.get("/feed.xml"), shown.get("/feed.xml", method="HEAD")
    assert (told.status, told.body) == (200, b"")
    assert told.headers["Content-Length"] == str(len(got.body))
    assert told.headers["ETag"] == got.headers["ETag"]


def test_it_is_compressed_for_who_wants_it(shown):
    """Under a tag of its own, and either tag is known again (RFC 9110 §8.8.3.3)."""
    plain = shown.get("/feed.xml", accept_encoding="identity")
    packed = shown.get("/feed.xml", accept_encoding="br, gzip;q=0.5")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert "Accept-Encoding" in packed.headers["Vary"]
    for tag in (plain.headers["ETag"], packed.headers["ETag"]):
        assert shown.get("/feed.xml", accept_encoding="gzip", if_none_match=tag).status == 304
    assert "Content-Encoding" not in shown.get("/feed.xml", accept_encoding="gzip;q=0").headers


def test_following_next_shows_every_article_once(shown):
    """Over HTTP, by the links alone, as a reader that knows RFC 5005 does."""
    path, seen = "/feed.atom?limit=7", []
    while path:
        feed = feedparser.parse(io.BytesIO(shown.get(path).body))
        seen += [entry.title for entry in feed.entries]
        path = next((link.href.removeprefix(BASE) for link in feed.feed.links if link.rel == "next"), "")
    assert seen == [f"Report {number}" for number in range(30)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("limit=2", [0, 1]),
        ("topic=russia&limit=2", [1, 3]),
        ("topic=russia&topic=north-korea&limit=2", [0, 1]),
        ("since=2026-03-04T10:00:00Z", [0, 1, 2]),
        ("since=2026-03-04T11:00:00%2B01:00", [0, 1, 2]),
        ("since=2026-03-04T11:00:00+01:00", [0, 1, 2]),
        ("since=2026-03-04t10:00:00.000z", [0, 1, 2]),
        ("lang=en&limit=1", [0]),
        ("lang=ko", []),
        ("feed=alpha&limit=1", [0]),
        ("feed=beta", []),
    ],
)
def test_parameters_select(shown, query, expected):
    """Each alone and together."""
    items = json.loads(shown.get(f"/feed.json?{query}").body)["items"]
    assert [item["title"] for item in items] == [f"Report {number}" for number in expected]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("limits=5", "unknown parameter 'limits'; known are: topic, feed, lang, since, limit, sort, group, before"),
        ("LIMIT=5", "unknown parameter 'LIMIT'"),
        ("limit=0", "limit: expected a whole number from 1 to 1000, found '0'"),
        ("limit=1001", "limit: expected"),
        ("limit=-1", "limit: expected"),
        ("limit=1e2", "limit: expected"),
        ("limit=%D9%A1", "limit: expected"),
        ("limit=", "limit has no value"),
        ("limit=1&limit=2", "limit is given more than once"),
        (
            "since=yesterday",
            "since: expected a date and time such as 2026-01-31T08:00:00Z, found",
        ),
        ("since=2026-03-04T10:00:00", "since: expected"),
        ("since=2026-03-04", "since: expected"),
        ("since=2026-02-30T10:00:00Z", "since: expected"),
        ("since=0001-01-01T00:00:00%2B14:00", "since: expected"),
        ("lang=english!", "lang: expected a language such as ko or pt-BR"),
        ("feed=nobody", "feed: there is no feed with the key 'nobody'"),
        ("topic=cooking", "topic: there is no 'cooking'; topics are: north-korea, russia"),
        ("before=zz", "before: not a place in this channel"),
        ("before=%F0%9F%98%80", "before: not a place in this channel"),
        ("&".join(f"limit={n}" for n in range(400)), "more than 64 parameters"),
        ("x" * 5000, "the query is longer than 4096 characters"),
    ],
)
def test_what_is_wrong_with_a_query_is_said(shown, query, said):
    """400, with the name of the parameter and what would be right."""
    answer = shown.get(f"/feed.xml?{query}")
    assert answer.status == 400
    assert answer.text.startswith("400 Bad Request: ")
    assert said in answer.text
    assert len(answer.text) < 300


def test_the_channel_of_a_topic_takes_no_other(shown):
    """A topic in the path and another in the query would contradict each other."""
    answer = shown.get("/topics/russia.xml?topic=north-korea")
    assert (answer.status, "unknown parameter 'topic'" in answer.text) == (400, True)


def test_a_topic_that_is_not_there_is_404_with_those_that_are(filled):
    """Plainly said, also for a topic that a changed file took away."""
    answer = filled.get("/topics/cooking.xml")
    assert answer.status == 404
    assert answer.text == "404 Not Found: there is no topic 'cooking'; topics are: north-korea, russia\n"

    filled.watch.edit("  - {key: russia, title: Russia & CIS, keywords: [Russia]}\n", "")
    assert filled.get("/topics/russia.xml").status == 404


def test_articles_of_a_feed_that_was_taken_out_can_still_be_asked_for(filled):
    """They stay, and so does the feed's key."""
    line = (
        "  - {url: https://alpha.example/rss, key: alpha, name: Alpha News, language: en, labels: [wire]}\n"
    )
    filled.watch.edit(line, "")
    items = json.loads(filled.get("/feed.json?feed=alpha&limit=1").body)["items"]
    assert [item["title"] for item in items] == ["Report 0"]
