"""Feeds in the store: equal to feeds.yaml, handed out when due, shown with their state."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from collector.model import Failure, PollOutcome


def test_new_feeds_are_due_at_once_and_a_second_sync_changes_nothing(world):
    """What feeds.yaml names is polled; saying it again is no news."""
    world.feeds("a", "b")
    world.store.sync_feeds([world.feed("a"), world.feed("b")], world.now + world.hour)

    assert [(s.key, s.next_poll_at) for s in world.due_feeds(world.now)] == [
        ("a", world.now),
        ("b", world.now),
    ]


def test_due_feeds_are_the_longest_overdue_first_without_those_in_hand(world):
    """The limit counts what is handed out, not what is left out."""
    a, b, c = world.feeds("a", "b", "c")
    polled = [replace(a, next_poll_at=world.now + world.hour), replace(b, next_poll_at=world.now)]
    world.store.save_polls([world.poll(state) for state in polled])
    late = world.now + 2 * world.hour

    assert [s.key for s in world.due_feeds(world.now)] == ["b", "c"]
    assert [s.key for s in world.due_feeds(late, 2)] == ["b", "c"]
    assert [s.key for s in world.due_feeds(late, 2, {b.id, c.id})] == ["a"]
    assert world.store.next_due_at() == world.now


def test_a_state_comes_back_as_it_was_saved(world):
    """Every field of FeedState survives the way through the database."""
    [state] = world.feeds("a")
    saved = replace(
        state, current_url="https://moved.example/rss", etag='"é"',
        last_modified="Sun, 22 Nov 2026 12:00:00 GMT", body_hash=bytes(range(32)), interval=1800.5,
        next_poll_at=world.now + timedelta(microseconds=1),
        last_poll_at=world.now, wait_until=world.now - world.hour, failures=3, gone_count=1,
        moved_to="https://new.example/rss", moved_count=2, new_rate=12.25, gap_count=4,
    )  # fmt: skip
    world.store.save_polls([world.poll(saved)])

    assert world.due_feeds(world.now + world.hour) == [saved]


def test_feeds_that_are_gone_disabled_or_removed_are_not_polled_but_kept(world):
    """Nothing is deleted; a feed that comes back takes up where it was."""
    a, b, _ = world.feeds("a", "b", "c")
    world.store.save_polls([world.poll(replace(a, is_gone=True)), world.poll(replace(b, etag='"b"'))])
    world.store.sync_feeds([world.feed("a"), world.feed("b", disabled=True)], world.now)

    assert world.due_feeds(world.now + world.hour) == []
    assert {s.key: s.state for s in world.store.feeds()} == {"a": "gone", "b": "removed", "c": "removed"}

    world.store.sync_feeds([world.feed("a"), world.feed("b"), world.feed("c")], world.now)

    assert {s.key: s.etag for s in world.due_feeds(world.now)} == {"b": '"b"', "c": None}


def test_another_address_under_the_same_key_starts_anew(world):
    """Validators, redirects and the end of polling belong to an address, not to a name."""
    [state] = world.feeds("a")
    old = replace(
        state, etag='"1"', body_hash=b"1", moved_to="https://x.example/", moved_count=1, is_gone=True
    )
    world.store.save_polls([world.poll(old)])
    world.store.sync_feeds([world.feed("a", url="https://other.example/rss")], world.now + world.hour)

    [new] = world.due_feeds(world.now + world.hour)

    assert (new.id, new.url, new.current_url) == (
        state.id,
        "https://other.example/rss",
        "https://other.example/rss",
    )
    assert (new.etag, new.body_hash, new.moved_to, new.moved_count, new.is_gone) == (
        None,
        None,
        None,
        0,
        False,
    )


def test_a_poll_of_the_old_address_does_not_touch_the_new_one(world):
    """A poll may be in flight while feeds.yaml changes: its validators are not the new address's."""
    [state] = world.feeds("a")
    world.store.sync_feeds([world.feed("a", url="https://other.example/rss")], world.now)
    world.store.save_polls([world.poll(replace(state, etag='"old"'))])

    assert [s.etag for s in world.due_feeds(world.now)] == [None]


def test_a_renamed_feed_keeps_its_state(world):
    """The same address under another key is the same feed; swapped keys are two moved feeds."""
    a, b = world.feeds("a", "b")
    world.store.save_polls([world.poll(replace(a, etag='"1"'))])
    world.store.sync_feeds([world.feed("z", url=a.url), world.feed("b")], world.now)

    assert {s.key: (s.id, s.etag) for s in world.due_feeds(world.now)} == {
        "z": (a.id, '"1"'),
        "b": (b.id, None),
    }

    world.store.sync_feeds([world.feed("z", url=b.url), world.feed("b", url=a.url)], world.now)

    assert {s.key: (s.id, s.url) for s in world.due_feeds(world.now)} == {
        "z": (a.id, b.url),
        "b": (b.id, a.url),
    }


def test_all_feeds_may_be_polled_but_those_told_to_wait_and_gone(world):
    """`once --all` polls before the interval is over, but not against a server's word."""
    a, b, c, d = world.feeds("a", "b", "c", "d")
    later = world.now + world.hour
    world.store.save_polls(
        [
            world.poll(replace(a, next_poll_at=later)),
            world.poll(replace(b, next_poll_at=later, wait_until=later)),
            world.poll(replace(c, next_poll_at=later, wait_until=world.now)),
            world.poll(replace(d, next_poll_at=later, is_gone=True)),
        ]
    )

    assert {s.key for s in world.pollable_feeds(world.now)} == {"a", "c"}


def test_the_status_says_how_each_feed_is_doing(world):
    """The state in a word, the last error in a sentence, and what the feed brought."""
    a, b, c, _ = world.feeds("a", "b", "c", "d")
    later = world.now + world.hour
    world.store.save_polls(
        [
            world.poll(
                replace(a, last_poll_at=world.now, next_poll_at=later, interval=3600.0),
                world.item("1"),
                world.item("2"),
                title="The A Times",
            ),
            world.poll(
                replace(b, last_poll_at=world.now, failures=2),
                outcome=PollOutcome.FAILED,
                failure=Failure.TIMEOUT,
                reason="no answer within 30 s",
            ),
            world.poll(replace(c, last_poll_at=world.now, wait_until=later, failures=1)),
        ]
    )
    first = world.due_entries(world.now, 1)[0]
    draft = world.draft("https://news.example/1")
    world.store.save_collected([world.collected(first, draft)])

    statuses = {s.key: s for s in world.store.feeds()}

    assert {key: s.state for key, s in statuses.items()} == {
        "a": "ok",
        "b": "failing",
        "c": "waiting",
        "d": "new",
    }
    a_status, b_status = statuses["a"], statuses["b"]
    assert (a_status.title, a_status.entries, a_status.kept) == ("The A Times", 2, 1)
    assert (a_status.last_success_at, a_status.last_new_at, a_status.next_poll_at) == (
        world.now,
        world.now,
        later,
    )
    assert (b_status.title, b_status.last_failure, b_status.last_reason, b_status.last_success_at) == (
        "b",
        Failure.TIMEOUT,
        "no answer within 30 s",
        None,
    )


def test_a_failed_poll_forgets_nothing_that_the_document_said(world):
    """Title and last success stay until a document says otherwise."""
    [state] = world.feeds("a")
    world.store.save_polls([world.poll(state, title="Title", site_url="https://a.example/", language="ko")])
    later = world.now + world.hour
    failed = world.poll(
        state, at=later, outcome=PollOutcome.FAILED, failure=Failure.DNS, reason="no such host"
    )
    world.store.save_polls([failed])

    [status] = world.store.feeds()

    assert (status.title, status.last_success_at, status.last_outcome) == (
        "Title",
        world.now,
        PollOutcome.FAILED,
    )


def test_a_clock_that_was_set_back_stops_no_feed(world):
    """What was planned by a clock that ran years ahead has come; what waits for an hour still waits."""
    ahead = world.now + 1000 * 24 * world.hour
    a, b, c = world.feeds("a", "b", "c")
    polled = [
        replace(a, last_poll_at=ahead, next_poll_at=ahead + world.hour),
        replace(b, last_poll_at=ahead, next_poll_at=ahead + world.hour, wait_until=ahead + world.hour),
        replace(c, last_poll_at=world.now, next_poll_at=world.now + 30 * 24 * world.hour),  # as feeds.yaml wants it
    ]
    world.store.save_polls([world.poll(state) for state in polled])

    assert [s.key for s in world.due_feeds(world.now + world.hour / 2)] == ["a", "b"]
    assert sorted(world.store.pollable_feeds(world.now)) == sorted([a.id, b.id, c.id])
    assert world.store.waits(world.now) == []
    assert [s.key for s in world.due_feeds(ahead)] == ["c"]
