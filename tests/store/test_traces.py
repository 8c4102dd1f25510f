"""What is known of an address: every entry that links to it, and the article behind it."""

from __future__ import annotations

import pytest

from collector.model import EntryOutcome, TextSource


def trace(world, named, *addresses):
    return world.store.trace(named, addresses or (named,))


def test_nothing_is_known_of_an_address_that_no_feed_showed(world):
    world.keep("1")

    assert trace(world, "https://news.example/other") is None


def test_a_pending_entry_is_found_by_its_address(world):
    [entry] = world.pending("1")

    found = trace(world, "https://news.example/1")

    [told] = found.entries
    assert (told.feed, told.title, told.outcome, told.due_at) == ("a", "Title 1", None, world.now)
    assert told.key == entry.key
    assert found.article is None


@pytest.mark.parametrize("name", ["address", "other spelling", "key", "urn", "guid"])
def test_an_article_is_found_with_all_its_entries(world, name):
    world.feeds("a", "b")
    key = world.keep("1", title="one", text="All of the text.", sources={"title": "json-ld"})
    [article] = world.store.outdated_articles(7, 10)
    [again] = world.pending("2", feed="b")
    told = {"article_id": article.id, "outcome": EntryOutcome.DUPLICATE, "reason": "its address is known"}
    told["addresses"] = ("https://news.example/2",)
    world.store.save_collected([world.collected(again, None, **told)])
    named = {
        "address": "https://news.example/1", "other spelling": "http://www.news.example/1", "key": key,
        "urn": f"urn:uuid:{key}", "guid": "1",
    }[name]  # fmt: skip

    found = trace(world, named)

    assert [(e.feed, e.outcome, e.reason) for e in found.entries] == [
        ("a", "kept", "for a test"),
        ("b", "duplicate", "its address is known"),
    ]
    assert (found.article.key, found.article.title, found.article.text_source) == (key, "one", TextSource.PAGE)
    assert found.article.sources == {"title": "json-ld"}
    assert found.article.addresses == ("https://news.example/1", "https://news.example/2")
    assert [place.words for match in found.article.matches for place in match.evidence] == ["Moscow"]
    assert found.article.stored.text == "All of the text."
    assert found.article.stored.feeds == ("a", "b")


def test_an_article_of_the_corpus_is_found_by_its_file(world):
    draft = world.draft("urn:x-collector:corpus:a.txt", url=None, text_source=TextSource.CORPUS)
    world.store.save_collected([world.collected(None, draft, corpus_file="a.txt")])

    found = trace(world, "a.txt")

    assert (found.article.corpus_file, found.entries) == ("a.txt", ())
