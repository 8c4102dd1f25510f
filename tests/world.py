"""Values to put into a store, with the fewest words that a test needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from collector.model import (
    ArticleDraft,
    Collected,
    EntryOutcome,
    EntryToSave,
    Evidence,
    FeedState,
    Ingested,
    Match,
    ParsedEntry,
    PendingEntry,
    PollOutcome,
    PollRecord,
    TextSource,
)
from collector.store import Store

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed as feeds.yaml names it."""

    key: str
    url: str
    name: str | None = None
    language: str | None = None
    disabled: bool = False


class World:
    """A store and what happens to it. Time stands still at `now` unless a test says otherwise."""

    now = NOW
    hour = timedelta(hours=1)

    def __init__(self, store: Store) -> None:
        self.store = store

    def feed(self, key: str = "a", **details: Any) -> Feed:
        return Feed(**({"key": key, "url": f"https://{key}.example/rss"} | details))

    def feeds(self, *keys: str) -> list[FeedState]:
        """Feeds that are configured and due, in the order of their keys."""
        self.store.sync_feeds([self.feed(key) for key in keys], self.now)
        return sorted(self.due_feeds(self.now), key=lambda state: state.key)

    def due_feeds(
        self, now: datetime, limit: int | None = None, exclude: Iterable[int] = ()
    ) -> list[FeedState]:
        """The states of feeds that are due."""
        return self.store.feed_states(self.store.due_feeds(now, limit, set(exclude)))

    def pollable_feeds(self, now: datetime) -> list[FeedState]:
        """The states of feeds that may be polled."""
        return self.store.feed_states(self.store.pollable_feeds(now))

    def due_entries(self, now: datetime, limit: int, exclude: Iterable[int] = ()) -> list[PendingEntry]:
        """Entries that are due."""
        return self.store.pending_entries(self.store.due_entries(now, limit, set(exclude)))

    def item(self, key: str, *, known_id: int | None = None, at: datetime = NOW, **shown: Any) -> EntryToSave:
        url = f"https://news.example/{key}"
        return EntryToSave(
            known_id=known_id,
            key=f"guid:{key}",
            guid=key,
            canonical_url=url,
            title_hash=b"title",
            content_hash=b"content",
            identity_hash=key.encode("utf-8", "replace"),
            entry=ParsedEntry(**({"guid": key, "url": url, "title": f"Title {key}"} | shown)),
            due_at=at,
        )

    def poll(self, state: FeedState, *items: EntryToSave, at: datetime = NOW, **details: Any) -> PollRecord:
        new = sum(item.known_id is None for item in items)
        told = {
            "feed": state,
            "outcome": PollOutcome.NEW if items else PollOutcome.UNCHANGED,
            "polled_at": at,
            "ingested": Ingested(to_save=items, new=new, changed=len(items) - new),
        }
        return PollRecord(**(told | details))

    def pending(self, *keys: str, feed: str = "a") -> list[PendingEntry]:
        """New entries of a feed, saved and due, in the order of their ids."""
        states = {state.key: state for state in self.due_feeds(self.now)}
        state = states.get(feed) or self.feeds(feed)[0]
        assert self.store.save_polls([self.poll(state, *map(self.item, keys))]) == [None]
        wanted = {f"guid:{key}" for key in keys}
        found = [e for e in self.due_entries(self.now, 1000) if e.key in wanted and e.feed_key == feed]
        return sorted(found, key=lambda e: e.id)

    def draft(self, address: str, **details: Any) -> ArticleDraft:
        told = {
            "canonical_url": address,
            "url": address,
            "title": "A title",
            "first_seen_at": self.now,
            "language": "en",
            "site": "News",
            "summary": "A summary",
            "text": "A text.",
            "text_source": TextSource.PAGE,
        }
        return ArticleDraft(**(told | details))

    def match(self, topic: str = "russia", *words: str) -> Match:
        places = enumerate(words or ("Moscow",))
        return Match(
            topic=topic,
            evidence=tuple(
                Evidence(term="term", field="text", words=word, start=i, end=i + len(word))
                for i, word in places
            ),
        )

    def collected(self, entry: PendingEntry | None, draft: ArticleDraft | None, **details: Any) -> Collected:
        """An entry that became a kept article; an article of the corpus without an entry."""
        told = {
            "entry_id": entry and entry.id,
            "feed_id": entry and entry.feed_id,
            "article_id": entry and entry.article_id,
            "article": draft,
            "matches": (self.match(),),
            "outcome": EntryOutcome.KEPT,
            "reason": "for a test",
            "collected_at": self.now,
            "changes": entry and entry.changes,
        }
        return Collected(**(told | details))

    def keep(self, key: str, *, feed: str = "a", **details: Any) -> str:
        """A kept article from an entry of a feed; returns the article's key."""
        [entry] = self.pending(key, feed=feed)
        draft = self.draft(entry.canonical_url or "", **details)
        [saved] = self.store.save_collected([self.collected(entry, draft)])
        assert isinstance(saved, str)
        return saved
