"""The web that means harm, all of it in one feeds.yaml: each endpoint as a good client sees it, the others unharmed.

Everything is polled three times, an hour apart, and collected after each poll.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
import structlog

from collector import log
from collector.ingest import ARCHIVED_AT_ONCE, ARCHIVED_EVERY
from collector.model import ChannelItem, ChannelQuery, FeedStatus, PollRecord
from tests.scenario.conftest import World
from tests.scenario.hostile import Hostile, hostile

pytestmark = pytest.mark.shared

POLLS = 3
TIMEOUT = 6
MEMORY = 150  # MiB over what healthy feeds alone take
WORKER_MEMORY = 170  # MiB

# For each endpoint how the three polls end, by outcome or failure ("same": not modified, or nothing new), and how many
# entries there are in the end.
ENDPOINTS: dict[str, tuple[str, int]] = {
    "ok-rss": ("new same same", 10),
    "ok-atom": ("new same same", 10),
    "ok-json": ("new same same", 10),
    "ok-rdf": ("new same same", 10),
    "ok-gzip": ("new same same", 10),
    "slow-never": ("timeout timeout timeout", 0),
    "slow-headers": ("new same same", 10),
    "slow-drip-headers": ("timeout timeout timeout", 0),
    "slow-drip": ("timeout timeout timeout", 0),
    "slow-steps": ("timeout timeout timeout", 0),
    "slow-stall": ("timeout timeout timeout", 0),
    "slow-feed-of-slow-pages": ("new same same", 50),
    "conn-reset-now": ("broken broken broken", 0),
    "conn-reset-mid": ("broken broken broken", 0),
    "conn-close-now": ("broken broken broken", 0),
    "conn-close-mid-headers": ("broken broken broken", 0),
    "conn-short": ("broken broken broken", 0),
    "conn-short-cut": ("broken new same", 10),
    "conn-no-length": ("new same same", 10),
    "conn-chunked": ("new same same", 10),
    "conn-chunked-1byte": ("new same same", 10),
    "conn-chunked-truncated": ("broken broken broken", 0),
    "conn-chunked-bad": ("broken broken broken", 0),
    "conn-chunked-hugesize": ("broken broken broken", 0),
    "conn-hugelength": ("too-large too-large too-large", 0),
    "conn-trailers": ("broken broken broken", 0),
    "conn-cl-and-te": ("broken broken broken", 0),
    "conn-two-lengths": ("broken broken broken", 0),
    "conn-garbage": ("broken broken broken", 0),
    "conn-http09": ("broken broken broken", 0),
    "conn-status-odd": ("new same same", 10),
    "conn-1xx-flood": ("timeout timeout timeout", 0),
    "conn-poison": ("new same same", 10),
    "size-infinite": ("too-large too-large too-large", 0),
    "size-big": ("too-large too-large too-large", 0),
    "size-header-line": ("broken broken broken", 0),
    "size-headers-endless": ("broken broken broken", 0),
    "size-cookies": ("new same same", 10),
    "size-gzip-bomb": ("too-large too-large too-large", 0),
    "size-gzip-nested": ("broken broken broken", 0),
    "size-codings-1000": ("broken broken broken", 0),
    "size-deflate-raw": ("new same same", 10),
    "size-gzip-truncated": ("broken broken broken", 0),
    "size-gzip-badcrc": ("broken broken broken", 0),
    "size-gzip-trailing": ("new same same", 10),
    "size-gzip-lie": ("new same same", 10),
    "size-gzip-silent": ("new same same", 10),
    "size-coding-unknown": ("new same same", 10),
    "redir-loop": ("redirect redirect redirect", 0),
    "redir-endless": ("redirect redirect redirect", 0),
    "redir-chain": ("new same same", 10),
    "redir-private": ("forbidden-address forbidden-address forbidden-address", 0),
    "redir-file": ("redirect redirect redirect", 0),
    "redir-none": ("redirect redirect redirect", 0),
    "redir-bad": ("redirect redirect redirect", 0),
    "redir-permanent": ("new same same", 10),
    "redir-308": ("new same same", 10),
    "redir-temporary": ("new same same", 10),
    "redir-permanent-parking": ("not-a-feed not-a-feed not-a-feed", 0),
    "redir-cookie": ("new same same", 10),
    "redir-auth-leak": ("not-a-feed not-a-feed not-a-feed", 0),
    "redir-after-100k": ("new same same", 10),
    "status": ("http-error http-error http-error", 0),
    "retry-seconds": ("rate-limited rate-limited rate-limited", 0),
    "retry-date": ("http-error http-error http-error", 0),
    "retry-absurd": ("rate-limited rate-limited rate-limited", 0),
    "status-401": ("unauthorized unauthorized unauthorized", 0),
    "status-challenge": ("bot-blocked bot-blocked bot-blocked", 0),
    "status-empty": ("empty empty empty", 0),
    "status-206": ("http-error http-error http-error", 0),
    "status-flap": ("http-error new http-error", 10),
    "cache-etag-random": ("new same same", 10),
    "cache-etag-huge": ("new same same", 10),
    "cache-etag-odd": ("new same same", 10),
    "cache-maxage": ("new same same", 10),
    "cache-date-wrong": ("new same same", 5),
    "type-html": ("not-a-feed not-a-feed not-a-feed", 0),
    "type": ("new same same", 10),
    "type-charset": ("new same same", 1),
    "headers-inject": ("new same same", 10),
    "dyn-grow": ("new new new", 9),
    "dyn-guid-churn": ("new same same", 10),
    "dyn-link-churn": ("new same same", 10),
    "dyn-both-churn": ("new same same", 10),
    "dyn-date-churn": ("new same same", 10),
    "dyn-edit": ("new new new", 10),
    "dyn-ad-churn": ("new same same", 10),
    "dyn-shuffle": ("new same same", 10),
    "dyn-flip-format": ("new same same", 10),
    "dyn-vanish": ("new same same", 10),
    "dyn-guid-reuse": ("new new new", 30),
    "dyn-dup-in-page": ("new same same", 10),
    "dyn-backfill": ("new new same", 1010),
    "dyn-truncated-sometimes": ("new new same", 12),  # the thirteenth was never shown whole
    "dyn-same-article-many": ("new same same", 10),
    "fault": ("broken new new", 4),
    "page-one": ("new same same", 1),
}
# What the server makes of these depends on the time that passes, or on what is installed beside it.
LOOSE = {"cache-etag-lie", "conn-long", "dyn-clock", "size-br-bomb", "size-zstd-bomb"}
SAME = {"unchanged": "same", "not-modified": "same"}
# An archive is collected slowly: this much an hour after it was opened.
SOON = 10 + ARCHIVED_AT_ONCE + timedelta(hours=1) // ARCHIVED_EVERY
HEALTHY = ("ok-rss", "ok-atom", "ok-json", "ok-rdf", "ok-gzip")


class Stamped(list[PollRecord]):
    """Polls, with the seconds at which each ended."""

    def __init__(self) -> None:
        self.started = 0.0
        self.seconds: dict[str, list[float]] = defaultdict(list)

    def append(self, record: PollRecord) -> None:
        self.seconds[record.feed.key].append(time.monotonic() - self.started)
        super().append(record)


@dataclass(kw_only=True)
class Seen:
    """What three polls of some feeds amount to."""

    world: World
    polls: Stamped
    feeds: dict[str, FeedStatus] = field(default_factory=dict)
    items: list[ChannelItem] = field(default_factory=list)
    urls: dict[str, str] = field(default_factory=dict)  # where each feed is asked now
    memory: tuple[float, float] = (0.0, 0.0)  # MiB: the most of this process, and of any worker
    log: str = ""

    def outcomes(self, key: str) -> str:
        """How the polls of a feed ended."""
        words = (str(record.failure or record.outcome) for record in self.polls if record.feed.key == key)
        return " ".join(SAME.get(word, word) for word in words)

    def of(self, key: str) -> list[ChannelItem]:
        """What is published of a feed, newest first."""
        return [item for item in self.items if item.source_url == self.feeds[key].url]

    def seconds(self, *keys: str) -> float:
        """How long the polls of these feeds took, at the median."""
        return sorted(seconds for key in keys for seconds in self.polls.seconds[key])[len(keys) * POLLS // 2]


@pytest.fixture(scope="module")
def web(shared: Path) -> Iterator[Hostile]:
    with hostile(shared, "--life", "60") as server:
        server.ask("warm")
        yield server


@pytest.fixture(scope="module")
def alone(web: Hostile, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """The healthy feeds without the others."""
    return watch({key: web.feeds[key] for key in HEALTHY}, tmp_path_factory.mktemp("alone"))


@pytest.fixture(scope="module")
def seen(web: Hostile, alone: Seen, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """All feeds together."""
    web.ask("reset")
    return watch(web.feeds, tmp_path_factory.mktemp("all"))


def test_every_endpoint_has_its_row(web):
    assert ENDPOINTS.keys() | LOOSE == web.feeds.keys()


@pytest.mark.parametrize("name", ENDPOINTS)
def test_an_endpoint_is_met_as_a_good_client_meets_it(seen, name):
    outcomes, entries = ENDPOINTS[name]

    assert (seen.outcomes(name), seen.feeds[name].entries) == (outcomes, entries)
    assert seen.feeds[name].kept == (SOON if name == "dyn-backfill" else entries), "every entry is published"
    failed = seen.feeds[name].state != "ok"
    assert bool(seen.feeds[name].last_reason) == failed, "whatever is not well is explained"


def test_a_body_longer_than_it_says_is_no_feed_or_a_part_of_one(seen):
    """Whichever is noticed first, the broken framing or the end of the document."""
    assert seen.feeds["conn-long"].entries in (0, 9)
    assert seen.feeds["conn-long"].last_reason


def test_a_validator_that_lies_is_believed_until_the_feed_s_day_ends(seen):
    """Once a day the feed is asked without it: in these two hours or not, by the time of day."""
    name = "cache-etag-lie"

    assert (seen.outcomes(name), seen.feeds[name].entries) in {("new same same", 6), ("new same new", 8)}


def test_validators_are_sent(seen, web):
    for name in ("ok-rss", "redir-permanent", "redir-temporary", "conn-short-cut"):
        assert "not-modified" in {str(record.outcome) for record in seen.polls if record.feed.key == name}, name


def test_nobody_comes_near_the_forbidden_zone(seen, web):
    assert {hit["zone"] for hit in web.ask("canary")} <= {"allowed"}


def test_secrets_do_not_follow_a_redirect(seen, web):
    hits = [hit["headers"] for hit in web.ask("canary") if hit["path"].startswith("/canary/auth")]

    assert hits, "the redirect was followed"
    assert all(not {"authorization", "cookie"} & headers.keys() for headers in hits)


def test_the_healthy_do_not_wait_for_the_others(seen, alone):
    """Their polls end long before the first of the others is given up, although all were begun at one moment."""
    print(f"\nhealthy feeds are polled in {seen.seconds(*HEALTHY):.2f} s, alone in {alone.seconds(*HEALTHY):.2f} s")
    assert seen.seconds(*HEALTHY) < TIMEOUT / 2


def test_memory_stays_low(seen, alone):
    (main, worker), (alone_main, _) = seen.memory, alone.memory
    print(f"\n{main - alone_main:.0f} MiB over the {alone_main:.0f} MiB of healthy feeds alone; the largest worker {worker:.0f}")

    assert main <= alone_main + MEMORY
    assert worker <= WORKER_MEMORY


def test_nothing_unexpected_happens_and_logs_stay_one_line_an_event(seen):
    events = [json.loads(line) for line in seen.log.splitlines()]

    assert [event for event in events if event["level"] in ("error", "critical") or "exception" in event] == []
    assert len(events) >= len(seen.polls)
    assert seen.log.replace("\n", "").isprintable()


def test_pages_are_fetched_once_but_for_edited_entries(seen, web):
    pages = Counter(hit["target"].partition("?")[0] for hit in web.ask("log") if hit["path"].startswith("/article/"))

    assert {page for page, times in pages.items() if times > 1} == {f"/article/ed/{n}" for n in range(10)}
    assert max(pages.values()) == POLLS


def test_a_page_that_never_answers_is_not_tried_for_every_entry(seen, web):
    asked = sum(hit["path"] == "/slow/page-never" for hit in web.ask("log"))

    assert 2 <= asked <= 2 * POLLS
    assert {item.text for item in seen.of("slow-feed-of-slow-pages")} == {
        f"Summary of slowpages item {n}." for n in range(50)
    }


def test_what_was_shown_is_stored_once_each(seen, web):
    """As far as it was shown whole: by the server's own account."""
    truth = web.ask("truth")
    shown = {"dyn-grow": "grow:k", "dyn-clock": "clock:k", "fault": "fault:/fault/a"}
    for name, key in shown.items():
        titles = [re.sub(r"^fault item (\w+)-(\d+)$", r"\1 item \2", item.title) for item in seen.of(name)]
        assert sorted(titles) == sorted(truth[key]["shown"].values()), name
    titles = truth["gr:k"]["titles"]
    assert sorted(item.title for item in seen.of("dyn-guid-reuse")) == sorted(titles)


def test_a_feed_that_scrolls_too_fast_is_reported_and_polled_more_often(seen):
    clock, calm = seen.feeds["dyn-clock"], seen.feeds["ok-rss"]

    assert clock.gap_count >= 1
    assert clock.interval < calm.interval


def test_texts_and_places_survive(seen):
    titles = {pending.entry.title for pending, _ in seen.world.collected if pending.feed_key == "type-charset"}
    assert titles == {"Café Ж"}
    assert not any("poisoned" in item.title for item in seen.items)
    assert all(item.summary.startswith("Version 3 ") for item in seen.of("dyn-edit")), "the latest text"
    places = {key: "/" + url.split("/", 3)[3] for key, url in seen.urls.items()}
    assert places["redir-permanent"] == places["redir-308"] == "/ok/rss", "adopted"
    assert places["redir-temporary"] == "/redir/temporary"
    assert places["redir-permanent-parking"] == "/redir/permanent-parking"


def test_no_wrong_date_is_on_top(seen):
    """An old archive is at the bottom, and what is dated anew at each poll stays where it was."""
    dates = [item.dated_at for item in seen.items]
    assert dates == sorted(dates, reverse=True)
    assert max(dates) <= seen.world.now
    old = [place for place, item in enumerate(seen.items) if item.title.startswith("bf-old")]
    assert min(old) > len(seen.items) - len(old) - 1


# --- watching -----------------------------------------------------------------------------------------------


def watch(feeds: dict[str, str], folder: Path) -> Seen:
    """Polls the feeds three times, an hour apart, and collects what came."""
    world = World(folder=folder, database=str(folder / "collector.sqlite3"), polls=Stamped(), now=datetime.now(UTC))
    world.feeds = [{"key": key, "url": url} for key, url in feeds.items()]
    world.topics = [{"key": "everything", "keywords": ["*"]}]
    world.fetch = {"allow_private": ["127.0.0.1/32", "127.0.1.0/24"], "timeout": f"{TIMEOUT}s", "workers": 2}
    seen = Seen(world=world, polls=world.polls)
    with log_of(seen), memory_of(seen):
        for _ in range(POLLS):
            asyncio.run(poll(seen))
            world.later(hours=1)
        for record in seen.polls:
            log.polled(record)
        for entry, record in world.collected:
            log.collected(entry, record)
    return seen


async def poll(seen: Seen) -> None:
    async with seen.world.app() as app:
        seen.polls.started = time.monotonic()
        await app.poll_due(everything=True)
        await app.collector.collect_due()
        seen.feeds = {feed.key: feed for feed in app.store.feeds()}
        states = app.store.feed_states(range(1, len(seen.feeds) + 1))
        seen.urls = {state.key: state.current_url for state in states}
        page = app.store.channel(ChannelQuery(topics=seen.world.keys, limit=10_000))
        seen.items = list(page.items)
        assert page.next is None


@contextmanager
def log_of(seen: Seen) -> Iterator[None]:
    """Everything that is logged, as JSON lines."""
    said, configured, handlers = StringIO(), structlog.get_config(), logging.root.handlers[:]
    try:
        with redirect_stderr(said):
            log.configure(as_json=True, verbose=True)
            yield
    finally:
        seen.log = said.getvalue()
        structlog.configure(**configured)
        logging.root.handlers[:] = handlers
        logging.captureWarnings(False)


@contextmanager
def memory_of(seen: Seen) -> Iterator[None]:
    """Watches the memory of this process and its workers; pages that they share are counted once."""
    done = threading.Event()

    def look() -> None:
        while not done.wait(0.1):
            main, *workers = map(proportional_set, family())
            seen.memory = max(seen.memory[0], main), max(seen.memory[1], *workers, 0.0)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def family() -> list[int]:
    """This process and its children. A thread may end while it is looked at."""
    children: list[int] = []
    for task in Path(f"/proc/{os.getpid()}/task").iterdir():
        with suppress(OSError):
            children += map(int, (task / "children").read_text().split())
    return [os.getpid(), *children]


def proportional_set(process: int) -> float:
    """Its proportional set size in MiB; 0 when it has ended."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)
