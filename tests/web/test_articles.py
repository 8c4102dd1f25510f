"""An article's page and its JSON: what is stored, with the evidence marked, and why it is there."""

from __future__ import annotations

import json
from dataclasses import replace
from html import unescape
from urllib.parse import quote

import pytest

from collector.model import ArticleDraft, Collected, EntryOutcome, Evidence, Match, TextSource
from tests.watch import NOW

TITLE, TEXT = "Pyongyang & Moscow", "Trains <b>left</b> Pyongyang.\n\nМосква waited 🚆 for Pyongyang."


def evidence(field, words, within, nth=0):
    start = -1
    for _ in range(nth + 1):
        start = within.index(words, start + 1)
    return Evidence(term="t", field=field, words=words, start=start, end=start + len(words), rule="keywords", language="en")


@pytest.fixture
def article(site):
    """A site with one article of two topics; its key."""
    return site.watch.keep(1, title=TITLE, text=TEXT, matches=(
        Match(topic="north-korea", evidence=(
            evidence("title", "Pyongyang", TITLE), evidence("text", "Pyongyang", TEXT), evidence("text", "Pyongyang", TEXT, 1),
        )),
        Match(topic="russia", evidence=(evidence("text", "Москва", TEXT),)),
    ))  # fmt: skip


def test_the_page_marks_what_matched_and_nothing_of_the_text_is_markup(site, article):
    answer = site.get(f"/articles/{article}")

    assert answer.status == 200
    assert '<h1 dir="auto"><mark title="North Korea">Pyongyang</mark> &amp; Moscow</h1>' in answer.text
    assert '<p dir="auto">Trains &lt;b&gt;left&lt;/b&gt; <mark title="North Korea">Pyongyang</mark>.</p>' in answer.text
    assert '<mark title="Russia &amp; CIS">Москва</mark> waited 🚆 for <mark title="North Korea">Pyongyang</mark>.' in answer.text
    assert "<b>" not in answer.text


def test_evidence_that_does_not_stand_in_the_text_marks_nothing(site):
    """It was found in an earlier version."""
    wrong = replace(evidence("text", "Pyongyang", TEXT), start=1, end=10)
    key = site.watch.keep(1, text=TEXT, matches=(Match(topic="russia", evidence=(wrong,)),))

    assert "<mark" not in site.get(f"/articles/{key}").text


def test_the_same_as_json(site, article):
    told = json.loads(site.get(f"/articles/{article}.json").body)

    assert (told["key"], told["title"], told["text"], told["feeds"]) == (article, TITLE, TEXT, ["alpha"])
    assert told["matches"][1] == {
        "topic": "russia",
        "evidence": [{
            "term": "t", "field": "text", "words": "Москва", "start": 31, "end": 37, "rule": "keywords", "language": "en",
        }],
    }  # fmt: skip
    assert {"article", "known as", "topic"} <= {step["step"] for step in told["why"]}


def test_why_finds_an_article_by_its_address(site, article):
    answer = site.get("/why?url=" + quote("http://www.alpha.example/1", safe=""))

    assert answer.status == 200
    assert "Why it is here" in answer.text
    assert "https://alpha.example/1" in unescape(answer.text)


def test_why_of_what_nobody_showed(site, article):
    answer = site.get("/why?url=" + quote("https://alpha.example/<b>2", safe=""))

    assert answer.status == 404
    assert "No feed showed it" in answer.text
    assert "https://alpha.example/&lt;b&gt;2" in answer.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/articles/unknown", 404),
        ("/articles/unknown.json", 404),
        ("/articles/" + "x" * 5000, 404),
        ("/articles/..%2f..%2ffeeds.yaml", 404),
        ("/why", 400),
        ("/why?url=%20", 400),
        ("/why?url=a&url=b", 400),
        ("/why?address=a", 400),
    ],
)
def test_what_is_not_there_gets_a_clean_answer(shown, path, status):
    assert shown.get(path).status == status


@pytest.mark.browser
def test_a_person_asks_why_from_the_front_page(site, article, page_of):
    page = page_of("/")
    assert "/why?url=" in page.get_by_text("Why is an article here, or not?").inner_text()
    page.get_by_role("link", name="why").click()

    assert page.get_by_role("heading", level=1).inner_text() == TITLE
    assert page.locator("mark").count() == 4
    assert page.get_by_role("heading", name="Why it is here").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_what_became_of_an_article_is_shown_with_its_differences(site, article):
    """Inline, newest first; nothing of either version is markup."""
    store = site.watch.store
    known = store.find_articles(["https://alpha.example/1"])["https://alpha.example/1"]
    draft = ArticleDraft(
        canonical_url=known.canonical_url, url=known.url, title="Pyongyang & <Minsk>", text=TEXT + "\nNew <b>line</b>.",
        first_seen_at=NOW, text_source=TextSource.PAGE,
    )  # fmt: skip
    record = Collected(
        entry_id=None, feed_id=site.watch.feed("alpha").id, article_id=known.id, article=draft,
        matches=(Match(topic="russia", evidence=(evidence("title", "Minsk", draft.title),)),), outcome=EntryOutcome.KEPT,
        collected_at=NOW,
    )  # fmt: skip
    assert store.save_collected([record]) == [article]

    page = site.get(f"/articles/{article}").text
    told = json.loads(site.get(f"/articles/{article}.json").body)
    feed = json.loads(site.get("/revisions.json?topic=russia&limit=5").body)

    assert "Changed: the title and 1 paragraph of the text." in page
    assert '<strong>Pyongyang &amp; <del>Moscow</del><ins>&lt;Minsk&gt;</ins></strong>' in page
    assert "<ins>New &lt;b&gt;line&lt;/b&gt;.</ins>" in page
    [revision] = told["revisions"]
    assert (revision["title"], revision["text"], revision["change"]) == (TITLE, TEXT, "revised")
    assert revision["difference"]["title"][1] == {"op": "removed", "text": "Moscow"}
    assert told["gone_at"] is None
    [item] = feed["items"]
    assert (item["id"], item["title"]) == (f"urn:uuid:{revision['key']}", "Changed: Pyongyang & <Minsk>")
    assert item["_collector"]["article"] == f"urn:uuid:{article}"
    assert "<del>Moscow</del><ins>&lt;Minsk&gt;</ins>" in item["content_html"]


def test_the_channel_of_revisions_says_what_it_takes(site):
    answer = site.get("/revisions.xml?sort=similar")

    assert answer.status == 400
    assert "topic, feed, lang, since, limit, before" in answer.text
    assert site.get("/revisions.atom").status == 200
    tag = site.get("/revisions.xml").headers["ETag"]
    assert site.get("/revisions.xml", if_none_match=tag).status == 304
