"""What is published: kept articles, filtered, newest first, page by page."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from collector.model import ChannelQuery, Enclosure

EVERYTHING = ChannelQuery(topics=("russia", "brics"))


def titles(world, query: ChannelQuery = EVERYTHING) -> list[str]:
    """The titles of a page, in order."""
    return [item.title for item in world.store.channel(query).items]


def test_an_item_holds_what_is_published(world):
    """Identity from the key, the feed as its source, topics and the words that hit."""
    [state] = world.feeds("a")
    world.store.save_polls([world.poll(state, title="The A Times", site_url="https://a.example/")])
    [entry] = world.pending("1")
    media = (Enclosure(url="https://news.example/v.mp4"),)
    draft = world.draft(
        "https://news.example/1", authors=("Kim", "Иванов"), enclosures=media, image="https://i.example/1.jpg"
    )
    matches = (world.match("russia", "Moscow", "Moscow", "the\nKremlin"), world.match("brics", "BRICS"))
    [key] = world.store.save_collected([world.collected(entry, draft, matches=matches)])

    [item] = world.store.channel(EVERYTHING).items

    assert (item.id, item.url) == (f"urn:uuid:{key}", "https://news.example/1")
    assert (item.source, item.source_url) == ("The A Times", "https://a.example/rss")
    assert (item.topics, item.terms) == (("brics", "russia"), ("BRICS", "Moscow", "the Kremlin"))
    assert (item.authors, item.enclosures, item.image) == (
        ("Kim", "Иванов"),
        media,
        "https://i.example/1.jpg",
    )
    assert (item.summary, item.text, item.language) == ("A summary", "A text.", "en")
    assert (item.dated_at, item.updated_at, item.is_seed) == (world.now, world.now, False)


def test_the_users_name_for_a_feed_comes_before_its_own(world):
    """And an article without a feed is from its site."""
    world.keep("1")
    world.store.sync_feeds([world.feed("a", name="My A")], world.now)
    world.store.save_collected(
        [world.collected(None, world.draft("urn:x:1", site="The Site"), corpus_file="1")]
    )

    assert [item.source for item in world.store.channel(EVERYTHING).items] == ["The Site", "My A"]


def test_newest_first_by_a_date_that_cannot_lie_in_the_future(world):
    """A claim is bounded by the first sight; a missing one is the first sight."""
    world.keep("1", title="future", published_at=world.now + 1000 * world.hour)
    world.keep("2", title="old", published_at=world.now - 2 * world.hour)
    world.keep("3", title="undated")
    world.keep("4", title="recent", published_at=world.now - world.hour)

    assert titles(world) == ["undated", "future", "recent", "old"]
    assert world.store.channel(EVERYTHING).items[1].dated_at == world.now


def test_filters(world):
    """Topic, feed, language by its primary subtag, and first sight; together they all must hold."""
    world.feeds("a", "b")
    world.keep("1", title="1", language="pt-BR")
    world.keep("2", title="2", feed="b", language="pt", first_seen_at=world.now - world.hour)
    world.keep("3", title="3", feed="b", language="ptx")

    assert titles(world) == ["3", "1", "2"]
    assert titles(world, replace(EVERYTHING, language="pt")) == ["1", "2"]
    assert titles(world, replace(EVERYTHING, language="PT-pt")) == ["1", "2"]
    assert titles(world, replace(EVERYTHING, feed="b")) == ["3", "2"]
    assert titles(world, replace(EVERYTHING, feed="nobody")) == []
    assert titles(world, replace(EVERYTHING, since=world.now)) == ["3", "1"]
    assert titles(world, replace(EVERYTHING, since=world.now + timedelta(microseconds=1))) == []
    assert titles(world, replace(EVERYTHING, language="pt", feed="b")) == ["2"]
    assert titles(world, replace(EVERYTHING, topics=("brics",))) == []
    assert titles(world, replace(EVERYTHING, topics=())) == []


def test_pages_hold_every_article_once(world):
    """Also where many have the same date, and while new ones arrive on top."""
    for number in range(7):
        world.keep(str(number), title=str(number), published_at=world.now - world.hour * (number // 3))
    seeds = [world.draft(f"urn:x:{n}", title=f"seed {n}", url=None) for n in range(3)]
    world.store.save_collected(
        [world.collected(None, seed, corpus_file=str(n)) for n, seed in enumerate(seeds)]
    )
    whole = titles(world)

    seen, query = [], replace(EVERYTHING, limit=2)
    while True:
        page = world.store.channel(query)
        seen += [item.title for item in page.items]
        if page.next is None:
            break
        query = replace(query, before=page.next)
        world.keep(f"new {len(seen)}", title="new")

    assert len(whole) == 10
    assert seen == whole


def test_a_full_last_page_has_no_next(world):
    """Nobody is sent to an empty page."""
    world.keep("1")
    world.keep("2")

    assert world.store.channel(replace(EVERYTHING, limit=2)).next is None
    assert world.store.channel(replace(EVERYTHING, limit=1)).next is not None


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "MSAyMDI2",
        "é",
        "\ud800",
        "!!!!",
        "A" * 10_000,
        "MSAyMDI2LTExLTIyVDEyOjAwOjAwIDE",
        "../../etc/passwd",
    ],
)
def test_a_cursor_of_somebody_else_is_refused(world, cursor):
    """ValueError, whatever it is; the fourth last is one without a zone."""
    with pytest.raises(ValueError, match="not a place"):
        world.store.channel(replace(EVERYTHING, before=cursor))


def test_totals_count_everything(world):
    """A topic that nothing matches counts 0; one that is not asked for does not count."""
    world.feeds("a", "b")
    world.keep("1")
    world.pending("2", "3", feed="b")

    totals = world.store.totals(["russia", "brics"])

    assert (totals.feeds, totals.entries, totals.pending, totals.articles, totals.kept) == (2, 3, 2, 1, 1)
    assert totals.topics == {"russia": 1, "brics": 0}
