"""What became of articles: noted with what was rewritten, shown, published, carried along, let go."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from collector.model import (
    Change,
    ChannelQuery,
    Collected,
    EntryOutcome,
    PendingEntry,
    TextSource,
    Visited,
    VisitOutcome,
)
from tests.world import World

TOPICS = ("russia",)
VISIT_AT = timedelta(hours=1)


def read(world: World, key: str = "1", feed: str = "a", **details: Any) -> PendingEntry:
    """An entry whose page was read, and is to be visited again in an hour."""
    [entry] = world.pending(key, feed=feed)
    record = world.collected(entry, world.draft(entry.canonical_url or ""), visit_at=world.now + VISIT_AT, **details)
    [saved] = world.store.save_collected([record])
    assert isinstance(saved, str), saved
    return entry


def visits(world: World, later: timedelta = VISIT_AT) -> list[Any]:
    return world.store.visits(world.store.due_visits(world.now + later, 100))


def visited(world: World, visit: Any, outcome: VisitOutcome, **details: Any) -> Visited:
    told = {"visited_at": world.now + VISIT_AT, "next_at": world.now + timedelta(days=1)}
    return Visited(visit=visit, outcome=outcome, **told | details)


def rewritten(world: World, visit: Any, **changes: Any) -> Collected:
    return Collected(
        entry_id=visit.entry_id, feed_id=visit.feed_id, article_id=visit.article.id, article=replace(visit.draft, **changes),
        matches=(world.match(),), outcome=EntryOutcome.KEPT, collected_at=world.now + VISIT_AT, is_try=False,
        changes=visit.changes,
    )  # fmt: skip


def revise(world: World, **changes: Any) -> None:
    [visit] = visits(world)
    record = visited(world, visit, VisitOutcome.REVISED, collected=rewritten(world, visit, **changes))
    assert world.store.save_visits([record]) == [None]


def published(world: World, **asked: Any) -> list[Any]:
    return list(world.store.revisions(ChannelQuery(topics=TOPICS, **asked)).items)


def test_a_visit_has_all_that_was_saved(world):
    read(world, page_etag='"e"', page_modified="yesterday")
    assert visits(world, VISIT_AT - timedelta(seconds=1)) == []

    [visit] = visits(world)

    assert (visit.etag, visit.modified, visit.since, visit.misses, visit.is_gone) == ('"e"', "yesterday", world.now, 0, False)
    assert visit.draft == world.draft("https://news.example/1")
    assert (visit.article.feeds, visit.article.topics) == (("a",), ("russia",))


def test_a_rewriting_notes_what_was_there_before_and_bumps_what_is_published(world):
    read(world)
    before = world.store.revision()
    revise(world, title="Another title")

    [item] = published(world)
    [row] = world.store.articles()

    assert world.store.revision() > before
    assert (item.change, item.title, item.article) == (Change.REVISED, "Another title", f"urn:uuid:{row['key']}")
    assert (item.dated_at, item.updated_at) == (world.now + VISIT_AT,) * 2
    assert row["revisions"] == [
        {"found_at": world.now + VISIT_AT, "change": "revised", "title": "A title", "text": None}
    ]
    assert world.store.trace(row["key"], set()).article.revisions[0].difference == item.difference


def test_what_the_text_of_the_feed_and_of_the_page_differ_in_is_no_change(world):
    [entry] = world.pending("1")
    draft = world.draft(entry.canonical_url, text_source=TextSource.FEED, text="The beginning")
    world.store.save_collected([world.collected(entry, draft, retry_at=world.now)])
    [again] = world.due_entries(world.now, 10)
    world.store.save_collected([world.collected(again, world.draft(entry.canonical_url))])

    assert published(world) == []


@pytest.mark.parametrize("outcome", [VisitOutcome.UNCHANGED, VisitOutcome.NOT_MODIFIED, VisitOutcome.FAILED])
def test_a_visit_that_found_nothing_new_changes_nothing_that_is_published(world, outcome):
    read(world)
    before = world.store.revision()
    [visit] = visits(world)
    world.store.save_visits([visited(world, visit, outcome, etag='"f"', misses=1)])

    assert (world.store.revision(), published(world), visits(world)) == (before, [], [])
    [later] = visits(world, timedelta(days=1))
    assert (later.etag, later.misses, later.since) == ('"f"', 1, world.now)


def test_gone_is_marked_once_and_unmarked_once(world):
    read(world)
    [visit] = visits(world)
    gone = visited(world, visit, VisitOutcome.GONE, misses=2, next_at=world.now + VISIT_AT)
    assert world.store.save_visits([gone, gone]) == [None, None]

    assert [one.change for one in published(world)] == ["gone"]
    [article] = world.store.channel(ChannelQuery(topics=TOPICS)).items
    assert article.gone_at == world.now + VISIT_AT
    [again] = visits(world)
    assert (again.is_gone, again.since, again.misses) == (True, world.now + VISIT_AT, 2)

    world.store.save_visits([visited(world, again, VisitOutcome.BACK)])
    assert [str(one.change) for one in published(world)] == ["back", "gone"]
    assert world.store.channel(ChannelQuery(topics=TOPICS)).items[0].gone_at is None


def test_what_was_found_of_an_article_that_was_rewritten_meanwhile_is_dropped(world):
    entry = read(world)
    [visit] = visits(world)
    article_id = visit.article.id
    newer = replace(entry, article_id=article_id)
    world.store.save_collected([world.collected(newer, world.draft(entry.canonical_url, title="The feed's edit"))])

    stale = visited(world, visit, VisitOutcome.REVISED, collected=rewritten(world, visit, title="Of before"))
    assert world.store.save_visits([stale]) == [None]
    assert world.store.save_visits([visited(world, visit, VisitOutcome.GONE)]) == [None]

    assert [row["title"] for row in world.store.articles()] == ["The feed's edit"]
    assert [one.title for one in published(world)] == ["The feed's edit"]


def test_an_entry_that_is_edited_is_collected_and_not_visited(world):
    entry = read(world)
    state = world.due_feeds(world.now)[0]
    world.store.save_polls([world.poll(state, world.item("1", known_id=entry.id, title="Edited"))])

    assert visits(world) == []


def test_an_article_that_two_entries_were_read_for_is_visited_for_the_last_of_them(world):
    world.feeds("a", "b")
    first = read(world)
    [other] = world.pending("2", feed="b")
    [article] = [one.article.id for one in visits(world)]
    second = replace(other, article_id=article)
    record = world.collected(second, world.draft(first.canonical_url), visit_at=world.now + VISIT_AT)
    world.store.save_collected([record])

    assert [one.entry_id for one in visits(world)] == [second.id]


def test_only_one_of_a_host_at_a_time_and_none_of_a_host_that_rests(world):
    for key in ("1", "2", "3"):
        read(world, key)
    moment = world.now + VISIT_AT

    assert world.store.visit_count(moment) == 3
    [one] = world.store.due_visits(moment, 10)
    assert world.store.due_visits(moment, 10, {one}) == []
    assert world.store.due_visits(moment, 10, (), {"news.example"}) == []


def test_visits_that_come_too_late_are_given_up(world):
    read(world)
    assert world.store.give_up_visits(world.now + VISIT_AT) == 0
    assert len(visits(world)) == 1

    assert world.store.give_up_visits(world.now + VISIT_AT + timedelta(seconds=1)) == 1
    assert visits(world) == []


def test_the_visits_of_the_last_hour_are_remembered(world):
    read(world)
    [visit] = visits(world)
    world.store.save_visits([visited(world, visit, VisitOutcome.UNCHANGED)])

    assert world.store.visited_since(world.now) == [("https://news.example/1", world.now + VISIT_AT)]
    assert world.store.visited_since(world.now + VISIT_AT) == []


def test_a_visit_that_was_postponed_is_none(world):
    read(world)
    [visit] = visits(world)
    world.store.save_visits([visited(world, visit, VisitOutcome.POSTPONED)])

    assert world.store.visited_since(world.now) == []


def test_the_channel_takes_what_the_others_take(world):
    world.feeds("a", "b")
    ids = [read(world, key, feed).id for key, feed in (("1", "a"), ("2", "b"), ("3", "a"))]
    for number, visit in enumerate(world.store.visits(ids)):
        at = world.now + VISIT_AT + timedelta(minutes=number)
        record = replace(rewritten(world, visit, title=f"New {number}", language="ko" if number else "en"), collected_at=at)
        world.store.save_visits([visited(world, visit, VisitOutcome.REVISED, visited_at=at, collected=record)])

    def names(**asked: Any) -> list[str]:
        return [one.title for one in published(world, **asked)]

    assert names() == ["New 2", "New 1", "New 0"]
    assert names(language="ko") == ["New 2", "New 1"]
    assert names(feed="b") == ["New 1"]
    assert names(since=world.now + VISIT_AT + timedelta(minutes=1)) == ["New 2", "New 1"]
    assert names(only=("north-korea",)) == []
    first = world.store.revisions(ChannelQuery(topics=TOPICS, limit=2))
    second = world.store.revisions(ChannelQuery(topics=TOPICS, limit=2, before=first.next))
    assert [one.title for one in (*first.items, *second.items)] == names()
    assert second.next is None
    with pytest.raises(ValueError, match="not a place"):
        published(world, before="zz")


def test_what_an_article_that_becomes_another_one_went_through_goes_along(world):
    [entry] = world.pending("1")
    stand_in = world.draft(entry.canonical_url, text_source=TextSource.FEED, text="The beginning")
    world.store.save_collected([world.collected(entry, stand_in, retry_at=world.now)])
    [again] = world.due_entries(world.now, 10)
    edited = replace(stand_in, title="Another title")
    world.store.save_collected([world.collected(again, edited, retry_at=world.now)])
    other = world.keep("2")
    known = world.store.find_articles(["https://news.example/1", "https://news.example/2"])
    first, second = (known[f"https://news.example/{n}"].id for n in (2, 1))
    [again] = world.due_entries(world.now, 10)
    same = world.collected(again, None, article_id=first, merged_id=second, outcome=EntryOutcome.DUPLICATE)
    assert world.store.save_collected([same]) == [other]

    [item] = published(world)
    assert item.article == f"urn:uuid:{other}"


def test_what_became_of_a_text_goes_when_the_text_goes(world):
    [entry] = world.pending("1")
    old = world.draft(entry.canonical_url)
    none = {"matches": (), "outcome": EntryOutcome.UNMATCHED}
    world.store.save_collected([world.collected(entry, old, retry_at=world.now, **none)])
    [again] = world.due_entries(world.now, 10)
    world.store.save_collected([world.collected(again, replace(old, title="Another"), **none)])
    [row] = world.store.articles(kept_only=False)
    assert len(row["revisions"]) == 1

    assert world.store.expire_unmatched(world.now + world.hour) == 1
    [row] = world.store.articles(kept_only=False)
    assert row["revisions"] == []
    assert world.store.trace(row["key"], set()).article.revisions == ()
