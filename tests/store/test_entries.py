"""Entries in the store: saved with their poll or not at all, known again, due until they are settled."""

from __future__ import annotations

from dataclasses import replace

import pytest

from collector.errors import StoreError
from collector.model import Enclosure, EntryOutcome, Ingested


def test_an_entry_comes_back_as_it_was_saved(world):
    """The whole ParsedEntry survives, in every script."""
    [state] = world.feeds("a")
    item = world.item(
        "1", title="북한 · Россия · 金砖 · بريكس · 😀", authors=("김", "Иванов"),
        published_at=world.now - world.hour, updated_at=world.now, summary="<p>s</p>", content="<p>c</p>",
        language="ko", categories=("정치", "b"),
        image="https://news.example/i.jpg",
        enclosures=(Enclosure(url="https://a.example/a.mp3", media_type="audio/mpeg", length=5_000_000_000),),
    )  # fmt: skip
    world.store.save_polls([world.poll(state, item, language="en", title="The A Times")])

    [pending] = world.due_entries(world.now, 10)

    assert pending.entry == item.entry
    assert (pending.feed_key, pending.feed_title, pending.feed_language) == ("a", "The A Times", "en")
    assert (pending.key, pending.canonical_url) == (item.key, item.canonical_url)
    assert (pending.first_seen_at, pending.attempts, pending.article_id) == (world.now, 0, None)


def test_known_entries_are_found_by_guid_link_or_text(world):
    """Each claim alone is enough; another feed's entries are not meant."""
    a, b = world.feeds("a", "b")
    world.store.save_polls([world.poll(a, *map(world.item, "1234")), world.poll(b, world.item("1"))])

    found = world.store.known_entries(a.id, ["1", "none"], ["https://news.example/2"], [b"3"])

    assert [entry.guid for entry in found] == ["1", "2", "3"]
    assert (found[0].url, found[0].content_hash, found[0].changes, found[0].changed_at) == (
        "https://news.example/1",
        b"content",
        0,
        world.now,
    )
    assert (world.store.entry_count(a.id), world.store.entry_count(b.id)) == (4, 1)


def test_more_known_entries_than_a_statement_takes_parameters(world):
    """A feed with 40,000 entries is looked up like one with ten."""
    [state] = world.feeds("a")
    world.store.save_polls([world.poll(state, *(world.item(str(n)) for n in range(1100)))])

    found = world.store.known_entries(state.id, [str(n) for n in range(40_000)], [], [])

    assert len(found) == 1100


def test_saving_a_poll_twice_stores_each_entry_once(world):
    """An answer that was lost on its way is asked for again."""
    [state] = world.feeds("a")
    record = world.poll(state, world.item("1"), world.item("2"))
    world.store.save_polls([record])
    world.store.save_polls([record])

    assert world.store.entry_count(state.id) == 2


def test_a_changed_entry_is_due_again_and_keeps_its_article(world):
    """An edit updates, never doubles."""
    world.keep("1")
    [known] = world.store.known_entries(world.due_feeds(world.now)[0].id, ["1"], [], [])
    [state] = world.due_feeds(world.now)
    later = world.now + world.hour
    edited = replace(world.item("1", known_id=known.id, at=later, title="Edited"), content_hash=b"new")
    world.store.save_polls([world.poll(state, edited, at=later)])

    [pending] = world.due_entries(later, 10)
    [known] = world.store.known_entries(state.id, ["1"], [], [])

    assert world.due_entries(world.now, 10) == []
    assert (pending.entry.title, pending.attempts, pending.changes) == ("Edited", 0, 1)
    assert pending.article_id is not None
    assert (known.content_hash, known.changes, known.changed_at) == (b"new", 1, later)
    assert world.store.entry_count(state.id) == 1


def test_seeing_an_entry_again_is_noted_on_it_and_on_its_article(world):
    """`last_seen_at` says how long a feed showed something."""
    world.keep("1")
    [state] = world.due_feeds(world.now)
    [known] = world.store.known_entries(state.id, ["1"], [], [])
    later = world.now + world.hour
    seen = Ingested(seen_ids=(known.id,), unchanged=1)
    assert world.store.save_polls([world.poll(state, at=later, ingested=seen)]) == [None]

    with world.store._read() as db:
        for table in ("entry", "sighting"):
            times = db.exec_driver_sql(f"SELECT first_seen_at, last_seen_at FROM {table}").one()
            assert [str(time)[11:16] for time in times] == ["12:00", "13:00"]


def test_due_entries_come_oldest_first_without_those_in_hand(world):
    """The limit counts what is handed out."""
    [state] = world.feeds("a")
    early, late = world.now - world.hour, world.now + world.hour
    items = world.item("1"), world.item("2", at=early), world.item("3", at=late)
    world.store.save_polls([world.poll(state, *items)])
    second, first = (e.id for e in sorted(world.due_entries(world.now, 10), key=lambda e: e.entry.title))

    assert [e.entry.guid for e in world.due_entries(world.now, 10)] == ["2", "1"]
    assert [e.id for e in world.due_entries(world.now, 1, {first})] == [second]
    assert [e.entry.guid for e in world.store.pending_entries([second, first])] == ["2", "1"]
    assert world.store.pending_count(world.now) == 2
    assert world.store.pending_count(late) == 3


def test_a_settled_entry_is_handed_out_no_more_and_lets_its_content_go(world):
    """The article holds the text; the outcome stays."""
    [entry] = world.pending("1")
    world.store.save_collected([world.collected(entry, world.draft("https://news.example/1"))])

    assert world.due_entries(world.now + 100 * world.hour, 10) == []
    assert world.store.pending_entries([entry.id]) == []
    totals = world.store.totals(["russia"])
    assert (totals.entries, totals.pending, totals.entry_outcomes) == (1, 0, {EntryOutcome.KEPT: 1})


def test_an_entry_whose_page_is_tried_again_keeps_its_content_until_then(world):
    """A retry has what the first try had, and knows its article."""
    [state] = world.feeds("a")
    world.store.save_polls([world.poll(state, world.item("1", content="<p>the text</p>"))])
    [entry] = world.due_entries(world.now, 1)
    draft, later = world.draft("https://news.example/1"), world.now + world.hour
    world.store.save_collected([world.collected(entry, draft, retry_at=later)])

    [again] = world.due_entries(later, 10)

    assert world.due_entries(world.now, 10) == []
    assert again.entry.content == "<p>the text</p>"
    assert again.attempts == 1
    assert again.article_id is not None


def test_an_edit_that_came_while_the_entry_was_collected_is_collected_too(world):
    """Settling what was read before must not swallow what came after."""
    [entry] = world.pending("1")
    [state] = world.due_feeds(world.now)
    edited = world.item("1", known_id=entry.id, title="Edited", content="<p>new</p>")
    world.store.save_polls([world.poll(state, edited)])
    world.store.save_collected([world.collected(entry, world.draft("https://news.example/1"))])

    [again] = world.due_entries(world.now, 10)

    assert (again.entry.title, again.entry.content) == ("Edited", "<p>new</p>")
    assert again.article_id is not None


def test_one_entry_that_the_database_refuses_costs_itself_alone(world):
    """Neither the other entries of its feed nor other feeds suffer, and the error names it."""
    a, b = world.feeds("a", "b")
    bad = world.item("bad", title="half a character: \ud800")
    later = world.now + world.hour
    records = [
        world.poll(replace(a, next_poll_at=later), world.item("1"), bad, world.item("2")),
        world.poll(replace(b, next_poll_at=later), world.item("3")),
    ]

    first, second = world.store.save_polls(records)

    assert isinstance(first, StoreError)
    assert "guid:bad" in str(first)
    assert second is None
    assert sorted(e.entry.guid for e in world.due_entries(world.now, 10)) == ["1", "2", "3"]
    assert world.due_feeds(world.now) == []


def test_one_poll_that_the_database_refuses_costs_itself_alone(world):
    """A feed whose own state cannot be stored is due still; the others are saved."""
    a, b = world.feeds("a", "b")
    later = world.now + world.hour
    records = [
        world.poll(replace(a, next_poll_at=later, etag="\udfff"), world.item("1")),
        world.poll(replace(b, next_poll_at=later), world.item("2")),
    ]

    first, second = world.store.save_polls(records)

    assert isinstance(first, StoreError)
    assert second is None
    assert [s.key for s in world.due_feeds(world.now)] == ["a"]
    assert [e.entry.guid for e in world.due_entries(world.now, 10)] == ["2"]


def test_a_time_without_a_zone_is_refused(world):
    """What it would mean is anybody's guess."""
    with pytest.raises(StoreError, match="without a zone"):
        world.due_feeds(world.now.replace(tzinfo=None))


def test_a_mistake_of_the_program_is_loud(world):
    """Only refused data is an outcome; a wrong call is not hidden as one."""
    [state] = world.feeds("a")
    with pytest.raises((AttributeError, TypeError)):
        world.store.save_polls([world.poll(state, ingested=None)])
