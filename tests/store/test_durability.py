"""Nothing lost, nothing twice: many writers at once, and a process killed while it writes."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from collector.errors import AddressTaken
from collector.model import ChannelQuery
from collector.store import Store

WRITERS, ROUNDS = 8, 6


def test_writers_in_many_threads_lose_nothing(world):
    """Polls, collected articles and readers at once; every thread's entries end as one article each."""
    states = world.feeds(*map(str, range(WRITERS)))
    start = threading.Barrier(WRITERS, timeout=30)

    def write(number: int) -> None:
        start.wait()
        for turn in range(ROUNDS):
            items = [world.item(f"{number}-{turn}-{n}") for n in range(5)]
            assert world.store.save_polls([world.poll(states[number], *items)]) == [None]
            mine = [e for e in world.due_entries(world.now, 1000) if e.feed_id == states[number].id]
            records = [world.collected(e, world.draft(e.canonical_url)) for e in mine]
            assert all(isinstance(saved, str) for saved in world.store.save_collected(records))
            world.store.channel(ChannelQuery(topics=("russia",)))

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))

    totals = world.store.totals(["russia"])
    assert (totals.entries, totals.articles, totals.kept) == (WRITERS * ROUNDS * 5,) * 3
    assert (totals.pending, totals.topics) == (0, {"russia": WRITERS * ROUNDS * 5})


def test_one_address_collected_by_many_threads_is_one_article(world):
    """Whoever comes first writes it, all others are told."""
    world.feeds(*map(str, range(WRITERS)))
    entries = [world.pending("same", feed=str(number))[0] for number in range(WRITERS)]
    start = threading.Barrier(WRITERS, timeout=30)

    def write(number: int) -> object:
        start.wait()
        draft = world.draft("https://news.example/same", title=f"by {number}")
        [saved] = world.store.save_collected([world.collected(entries[number], draft)])
        return saved

    with ThreadPoolExecutor(WRITERS) as pool:
        saved = list(pool.map(write, range(WRITERS)))

    [row] = world.store.articles()
    assert [one for one in saved if not isinstance(one, AddressTaken)] == [row["key"]]
    totals = world.store.totals([])
    assert (totals.entry_outcomes, totals.pending) == ({"kept": 1}, WRITERS - 1)


_WRITER = """
    import sys
    from dataclasses import replace
    from datetime import UTC, datetime, timedelta
    from types import SimpleNamespace

    from collector.model import *
    from collector.store import Store

    now = datetime(2026, 11, 22, tzinfo=UTC)
    hit = Evidence(term="t", field="title", words="t", start=0, end=1)
    store = Store.open(sys.argv[1])
    feed = SimpleNamespace(key="a", url="https://a.example/", name=None, language=None, disabled=False)
    store.sync_feeds([feed], now)
    [state] = store.feed_states(store.due_feeds(now))
    for turn in range(store.entry_count(state.id) // 20, 10_000):
        items = tuple(
            EntryToSave(
                known_id=None, key=f"{turn}-{n}", guid=f"{turn}-{n}",
                canonical_url=f"https://a.example/{turn}/{n}",
                title_hash=b"", content_hash=b"", identity_hash=None, due_at=now,
                entry=ParsedEntry(title="x" * 200, content="y" * 2000),
            )
            for n in range(20)
        )
        state = replace(state, etag=str(turn))
        polled = PollRecord(
            feed=state, outcome=PollOutcome.NEW, polled_at=now, ingested=Ingested(to_save=items, new=20)
        )
        assert store.save_polls([polled]) == [None]
        print("polled", turn, flush=True)
        while due := store.pending_entries(store.due_entries(now, 100)):
          records = [
            Collected(
                entry_id=e.id, feed_id=e.feed_id, article_id=None, outcome=EntryOutcome.KEPT,
                collected_at=now,
                article=ArticleDraft(
                    canonical_url=e.canonical_url, url=None, title="t", first_seen_at=now, text="z" * 2000,
                    text_source=TextSource.FEED,
                ),
                matches=(Match(topic="t", evidence=(hit,)),),
            )
            for e in due
          ]
          saved = store.save_collected(records)
          assert len(set(saved)) == len(records), saved
        print("collected", turn, flush=True)
"""


def test_a_killed_process_loses_nothing_that_it_had_saved(database):
    """Killed at any moment, several times over: what was said to be saved is there, once; the rest is whole
    or absent.
    """
    store = Store.open(database)
    store.prepare()
    store.close()
    command = [sys.executable, "-c", textwrap.dedent(_WRITER), database]
    polled = collected = 0
    for _ in range(4):
        writer = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        first = writer.stdout.readline()
        time.sleep(random.uniform(0, 0.2))
        writer.kill()
        said, complaint = writer.communicate()
        assert (writer.returncode, complaint) == (-signal.SIGKILL, "")
        for line in (first + said).splitlines(keepends=True):
            if line.endswith("\n"):
                word, turn = line.split()
                polled = max(polled, int(turn) + 1) if word == "polled" else polled
                collected = max(collected, int(turn) + 1) if word == "collected" else collected

        store = Store.open(database)
        store.check()
        totals = store.totals(["t"])
        [state] = store.feed_states(store.pollable_feeds(store.next_due_at()))
        assert totals.entries % 20 == 0
        assert totals.entries >= polled * 20
        assert state.etag == str(totals.entries // 20 - 1)  # the validator and its entries, or neither
        assert totals.kept >= collected * 20
        assert totals.kept == totals.topics["t"] == totals.entry_outcomes.get("kept", 0)
        assert totals.pending == totals.entries - totals.kept
        with store._read() as db:
            if db.dialect.name == "sqlite":
                assert db.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        store.close()
    assert polled > 0
