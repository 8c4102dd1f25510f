"""A watch on two topics: a configuration file and a store with kept articles, as publishing finds them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from collector.config import Config, load
from collector.current import Current
from collector.grouping import Grouping
from collector.model import (
    ArticleDraft,
    Collected,
    EntryOutcome,
    Evidence,
    FeedState,
    Match,
    PollOutcome,
    PollRecord,
    TextSource,
)
from collector.store import Store
from tests.events import EVENTS, copied, reports

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
BASE = "https://watch.example/news"

FILE = """\
topics:
  - {key: north-korea, title: North Korea, keywords: [North Korea]}
  - {key: russia, title: Russia & CIS, keywords: [Russia]}
feeds:
  - {url: https://alpha.example/rss, key: alpha, name: Alpha News, language: en, labels: [wire]}
  - {url: https://beta.example/rss, key: beta, name: Бета}
settings:
  publish: {title: World Watch, description: What the wires say., items: 10}
  web: {base_url: https://watch.example/news}
"""


class Watch:
    """The file, the store, and what happens to them. Time stands still at `NOW`."""

    def __init__(self, folder: Path, store: Store | None = None) -> None:
        self.file = folder / "feeds.yaml"
        self.store = store or Store.open(folder / "collector.sqlite3")
        self.store.prepare()
        self.write(FILE)

    def write(self, text: str) -> None:
        """Saves the file, and takes it into use as the service does."""
        self.file.write_text(text, "utf-8")
        self.config: Config = load(self.file, {})
        self.store.sync_feeds(self.config.feeds, NOW)

    def edit(self, old: str, new: str) -> None:
        """Changes one place of the file."""
        text = self.file.read_text("utf-8")
        assert text.count(old) == 1
        self.write(text.replace(old, new))

    def feed(self, key: str) -> FeedState:
        """The state of a feed."""
        states = self.store.feed_states(self.store.pollable_feeds(NOW))
        return next(state for state in states if state.key == key)

    def keep(
        self, number: int, *topics: str, feed: str = "alpha", matches: tuple[Match, ...] = (), **details: Any
    ) -> str:
        """A kept article that was seen `number` hours ago; returns its key."""
        seen = NOW - timedelta(hours=number)
        told: dict[str, Any] = {
            "canonical_url": f"https://{feed}.example/{number}",
            "url": f"https://{feed}.example/{number}",
            "title": f"Report {number}",
            "published_at": seen,
            "first_seen_at": seen,
            "language": "en",
            "summary": f"Summary {number}",
            "text": f"Text {number}.",
            "text_source": TextSource.PAGE,
        }
        words = {"north-korea": "Pyongyang", "russia": "Москва"}
        matches = matches or tuple(
            Match(
                topic=topic, evidence=(Evidence(term="t", field="text", words=words[topic], start=0, end=1),)
            )
            for topic in topics or ("north-korea",)
        )
        record = Collected(
            entry_id=None,
            feed_id=self.feed(feed).id,
            article_id=None,
            article=ArticleDraft(**(told | details)),
            matches=matches,
            outcome=EntryOutcome.KEPT,
            collected_at=seen,
        )
        (saved,) = self.store.save_collected([record])
        assert isinstance(saved, str), saved
        return saved

    def keep_thirty(self) -> None:
        """Articles on one topic, every second one on both."""
        for number in range(30):
            self.keep(number, "north-korea", *(["russia"] if number % 2 else []))

    def polled(self, key: str, outcome: PollOutcome, reason: str = "", **state: Any) -> None:
        """A poll of a feed that ended five minutes ago."""
        then = NOW - timedelta(minutes=5)
        told = {"last_poll_at": then, "next_poll_at": NOW + timedelta(minutes=25), "interval": 1800.0}
        feed = replace(self.feed(key), **(told | state))
        saved = self.store.save_polls([PollRecord(feed=feed, outcome=outcome, reason=reason, polled_at=then)])
        assert saved == [None]

    def group(self) -> None:
        """Places what was kept in stories, as the service does."""
        stage = Grouping(
            store=self.store, current=Current(self.config, ()), now=lambda: NOW, on_grouped=lambda _: None, fault=_fail
        )
        while stage.batch():
            pass

    def keep_stories(self) -> dict[str, str]:
        """Articles on three events, one of them printed elsewhere too, grouped; their keys by name."""
        told = [(f"{event}-{n}", title, text) for n, (event, title, text) in enumerate(reports())]
        told.append(("ferry-copy", *copied(EVENTS["ferry"][0])))
        keys = {
            name: self.keep(20 - n, feed="beta" if n % 2 else "alpha", title=title, text=text, summary=text[:60])
            for n, (name, title, text) in enumerate(told)
        }
        self.group()
        return keys


def _fail(_: str, exc: Exception) -> None:
    raise exc
