"""One visit of a feed: what is known, what came, what is saved."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from collector.model.fetch import Failure
from collector.model.parse import ParsedEntry


class PollOutcome(StrEnum):
    """How a poll ended. A closed list."""

    NEW = "new"  # at least one new or changed entry
    UNCHANGED = "unchanged"  # a complete answer that held nothing new
    NOT_MODIFIED = "not-modified"  # 304
    FAILED = "failed"  # the fetch failed: `failure` says how
    NOT_A_FEED = "not-a-feed"  # the answer is no feed document
    UNREADABLE = "unreadable"  # a feed document that could not be parsed, or a worker had to be ended on it
    GONE = "gone"  # 410, repeated: polling has ended


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What the store remembers of a feed, as needed to poll it and to plan the next poll. Durations in seconds."""

    id: int
    key: str
    url: str  # as configured
    current_url: str  # after adopted permanent redirects
    etag: str | None = None
    last_modified: str | None = None
    body_hash: bytes | None = None
    interval: float = 0.0  # as last planned; 0 before the first poll
    next_poll_at: datetime
    last_poll_at: datetime | None = None
    wait_until: datetime | None = None  # a server's Retry-After: not even `once --all` polls before
    failures: int = 0  # consecutive
    gone_count: int = 0  # consecutive 410 answers
    is_gone: bool = False  # polling has ended
    moved_to: str | None = None  # a permanent redirect under confirmation
    moved_count: int = 0
    new_rate: float | None = None  # new entries a day, smoothed; None before it is known
    gap_count: int = 0  # polls in which no entry of the poll before was left


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEntry:
    """What the store remembers of an entry, as needed to tell new from changed."""

    id: int
    key: str
    guid: str | None
    url: str | None  # canonical
    title_hash: bytes
    content_hash: bytes
    identity_hash: bytes | None
    changes: int
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryToSave:
    """An entry that is new (`known_id` None) or changed. `key` is unique within its feed and never changes.

    `content_hash` covers what a reader would see, dates left out; `identity_hash` covers title, text and date, and
    finds an entry whose guid and link both changed.
    """

    known_id: int | None
    key: str
    guid: str | None
    canonical_url: str | None
    title_hash: bytes
    content_hash: bytes
    identity_hash: bytes | None
    entry: ParsedEntry
    due_at: datetime  # when it is to be collected


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """What one poll's entries amount to. `seen_ids` are known entries shown again, changed ones included.

    `gap` is true when a feed that showed entries before shows none of them any more: some may have scrolled by unseen.
    """

    to_save: tuple[EntryToSave, ...] = ()
    seen_ids: tuple[int, ...] = ()
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    duplicate: int = 0
    gap: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PollRecord:
    """One poll, ready to be saved in one transaction: the feed's next state, and its entries when there are any.

    `title`, `site_url` and `language` are None when the poll brought no document.
    """

    feed: FeedState
    outcome: PollOutcome
    failure: Failure | None = None
    reason: str = ""
    status: int | None = None
    polled_at: datetime
    ingested: Ingested = field(default_factory=Ingested)
    title: str | None = None
    site_url: str | None = None
    language: str | None = None
    warnings: tuple[str, ...] = ()
