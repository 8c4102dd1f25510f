"""Channels: the right articles under the right addresses, and kept bytes for as long as they are true."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import feedparser
import pytest

from collector.channels import ALL_ARTICLES, Channels, Place, Rendered, Selection
from collector.errors import StoreError
from collector.publish import FORMATS
from collector.store import Store
from tests.watch import BASE, NOW, Watch


@pytest.fixture
def watch(tmp_path: Path, store: Store) -> Watch:
    return Watch(tmp_path, store)


@pytest.fixture
def channels(watch: Watch) -> Channels:
    return Channels(watch.store, lambda: watch.config)


@pytest.fixture
def sqlite_watch(tmp_path: Path) -> Iterator[Watch]:
    watch = Watch(tmp_path)
    yield watch
    watch.store.close()


def feed_of(rendered: Rendered) -> dict[str, Any]:
    return json.loads(rendered.body)


def titles(rendered: Rendered) -> list[str]:
    return [item["title"] for item in feed_of(rendered)["items"]]


def test_the_combined_channel_has_every_topic_newest_first(watch: Watch, channels: Channels) -> None:
    """One feed to subscribe to, whatever the topic."""
    for number, topic in ((3, "russia"), (1, "north-korea"), (2, "russia")):
        watch.keep(number, topic)
    assert titles(channels.render("json")) == ["Report 1", "Report 2", "Report 3"]


def test_a_topic_has_a_channel_of_its_own(watch: Watch, channels: Channels) -> None:
    """With its name in the title, and its own address."""
    watch.keep(1, "north-korea")
    watch.keep(2, "russia")
    told = feed_of(rendered := channels.render("json", Place(topic="russia")))
    assert titles(rendered) == ["Report 2"]
    assert told["title"] == "World Watch: Russia & CIS"
    assert told["feed_url"] == f"{BASE}/topics/russia.json"


def test_every_link_is_built_from_the_configured_address(watch: Watch, channels: Channels) -> None:
    """Also behind a proxy, under a path."""
    watch.keep(1)
    read = feedparser.parse(io.BytesIO(channels.render("rss").body))
    assert read.feed.link == f"{BASE}/"
    assert {link.href for link in read.feed.links} == {f"{BASE}/", f"{BASE}/feed.xml"}


def test_a_selection_filters_and_stands_in_the_address(watch: Watch, channels: Channels) -> None:
    """What was asked for is what the channel says that it is."""
    for number in range(1, 6):
        watch.keep(number, feed="beta" if number % 2 else "alpha", language="ru" if number > 3 else "en")
    chosen = Selection(feed="beta", language="en", since=NOW - timedelta(hours=3), limit=7)
    rendered = channels.render("json", ALL_ARTICLES, chosen)
    assert titles(rendered) == ["Report 1", "Report 3"]
    assert (
        feed_of(rendered)["feed_url"]
        == f"{BASE}/feed.json?feed=beta&lang=en&since=2026-03-04T09:00:00Z&limit=7"
    )


def test_pages_lead_back_in_time_to_every_article_once(watch: Watch, channels: Channels) -> None:
    """Who was away loses nothing: following `next` shows all that is stored."""
    for number in range(1, 24):
        watch.keep(number)
    seen, before = [], None
    while True:
        told = feed_of(rendered := channels.render("json", ALL_ARTICLES, Selection(before=before)))
        seen += titles(rendered)
        if "next_url" not in told:
            break
        start, _, before = told["next_url"].partition("before=")
        assert start == f"{BASE}/feed.json?"
        assert told["_collector"]["first_url"] == f"{BASE}/feed.json"
    assert seen == [f"Report {number}" for number in range(1, 24)]


def test_a_cursor_that_we_never_gave_out_is_refused(channels: Channels) -> None:
    """The caller hears of it and can say so."""
    with pytest.raises(ValueError, match="not a place"):
        channels.render("rss", ALL_ARTICLES, Selection(before="zz"))


def test_an_empty_channel_is_valid_and_always_the_same(watch: Watch, channels: Channels) -> None:
    """Before the first article, in every format."""
    for form in FORMATS:
        first = channels.render(form)
        assert first.body == Channels(watch.store, lambda: watch.config).render(form).body
        assert first.last_modified == datetime(2000, 1, 1, tzinfo=UTC)


def test_the_tag_is_of_the_bytes_and_the_date_of_the_newest_change(watch: Watch, channels: Channels) -> None:
    """What clients ask with tells exactly what they have."""
    watch.keep(2)
    watch.keep(1)
    rendered = channels.render("atom")
    assert rendered.etag == f'"{hashlib.blake2b(rendered.body, digest_size=16).hexdigest()}"'
    assert rendered.last_modified == NOW - timedelta(hours=1)
    assert gzip.decompress(rendered.gzipped) == rendered.body


def test_a_channel_is_kept_until_an_article_comes(watch: Watch, channels: Channels) -> None:
    """The same object is handed out; what changes elsewhere in the database does not cost a rendering."""
    watch.keep(2)
    first = channels.render("rss")
    watch.store.sync_feeds(watch.config.feeds, NOW)
    assert channels.render("rss") is first
    watch.keep(1)
    assert "Report 1" in channels.render("rss").body.decode()


def test_a_changed_configuration_changes_the_channel(watch: Watch, channels: Channels) -> None:
    """A new title is published at once."""
    assert b"World Watch" in channels.render("rss").body
    watch.edit("World Watch", "Changed Watch")
    assert b"Changed Watch" in channels.render("rss").body


def test_a_restart_changes_no_byte(watch: Watch, channels: Channels) -> None:
    """Nothing of a rendering is remembered in the process alone."""
    watch.keep(1, "north-korea", "russia", authors=("Ada",), image="https://alpha.example/1.jpg")
    for form in FORMATS:
        assert channels.render(form).body == Channels(watch.store, lambda: watch.config).render(form).body


def test_few_channels_are_kept(watch: Watch, channels: Channels) -> None:
    """Whoever asks for thousands of different selections fills no memory."""
    watch.keep(1)
    first = channels.render("json")
    for limit in range(1, 200):
        channels.render("json", ALL_ARTICLES, Selection(limit=limit))
    again = channels.render("json")
    assert again is not first
    assert again == first


def test_threads_that_ask_at_once_get_one_rendering(sqlite_watch: Watch) -> None:
    """A crowd of subscribers costs one rendering, not one each."""
    for number in range(30):
        sqlite_watch.keep(number)
    channels = Channels(sqlite_watch.store, lambda: sqlite_watch.config)
    barrier, got = Barrier(8), []

    def ask() -> None:
        barrier.wait()
        got.append(channels.render("rss"))

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 8
    assert len({id(rendered) for rendered in got}) == 1


def test_a_database_that_is_gone_is_said_so(sqlite_watch: Watch) -> None:
    """No stale bytes are passed off as current."""
    channels = Channels(sqlite_watch.store, lambda: sqlite_watch.config)
    channels.render("rss")
    sqlite_watch.store.close()
    file = sqlite_watch.file.parent / "collector.sqlite3"
    file.write_bytes(b"this is no database" * 1000)
    with pytest.raises(StoreError):
        channels.render("rss")


def test_the_newest_articles_of_all_topics(watch: Watch, channels: Channels) -> None:
    """For the front page."""
    for number, topic in ((3, "russia"), (1, "north-korea"), (2, "russia")):
        watch.keep(number, topic)
    assert [item.title for item in channels.newest(2)] == ["Report 1", "Report 2"]
