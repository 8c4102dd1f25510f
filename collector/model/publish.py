"""What is asked of a channel, and what it shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from collector.model.parse import Enclosure


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelQuery:
    """Which articles a channel shows: those that match any of `topics`, or of `only` where that is given. `since` is
    on first seen, inclusive. `before` is a cursor from `ChannelPage.next`.
    """

    topics: tuple[str, ...]
    only: tuple[str, ...] = ()
    feed: str | None = None
    language: str | None = None
    since: datetime | None = None
    before: str | None = None
    limit: int = 100
    by_similarity: bool = False  # the most similar to the corpus first


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelItem:
    """One published article. `id` is a urn:uuid; `dated_at` is the claimed date bounded by when we first saw it.

    `topics` are keys, `terms` the words that matched (as they stand in the article). `updated_at` is when what we
    publish of it last changed. `html` is empty or says what `text` says. `flags` are of model.Flag.
    """

    id: str
    url: str | None
    title: str
    source: str
    source_url: str | None
    authors: tuple[str, ...]
    topics: tuple[str, ...]
    terms: tuple[str, ...]
    dated_at: datetime
    updated_at: datetime
    language: str | None
    image: str | None
    summary: str
    text: str
    html: str = ""
    section: str = ""
    flags: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    is_seed: bool = False
    similarity: float = 0.0
    similar_to: str | None = None  # the title of the nearest article of the corpus


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPage:
    """Newest first, or the most similar. `next` is the cursor of the page behind this one, None on the last."""

    items: tuple[ChannelItem, ...]
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A feed that we publish, format-neutral. Addresses are absolute. `updated_at` is the newest change of its
    items.
    """

    title: str
    description: str
    home_url: str
    self_url: str
    first_url: str
    next_url: str | None
    updated_at: datetime
    items: tuple[ChannelItem, ...]
    topic_titles: dict[str, str] = field(default_factory=dict)
    full_text: bool = False
