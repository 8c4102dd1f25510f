"""What is asked of a channel, and what it shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from collector.model.parse import Enclosure
from collector.model.revise import Change, Difference
from collector.model.stories import Story


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelQuery:
    """Which articles a channel shows: those that match any of `topics`, or of `only` where that is given. `since` is
    on first seen, inclusive. `before` is a cursor from `ChannelPage.next`.

    `one_a_story`: of the articles that would be shown of one story, the newest alone. A channel of stories shows those
    with such an article, dated by how they began, or, with `bump`, by their newest report.
    """

    topics: tuple[str, ...]
    only: tuple[str, ...] = ()
    feed: str | None = None
    language: str | None = None
    since: datetime | None = None
    before: str | None = None
    limit: int = 100
    by_similarity: bool = False  # the most similar to the corpus first
    one_a_story: bool = False
    bump: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelItem:
    """One published article, or one `change` of the `article` that is named by its id. `id` is a urn:uuid; `dated_at`
    is the claimed date bounded by when we first saw it, or when the change was found.

    `topics` are keys, `terms` the words that matched (as they stand in the article). `updated_at` is when what we
    publish of it last changed. `story` is the one that it is a report of, None until it was grouped; with `is_story` it
    is that story itself, shown by its lead.
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
    enclosures: tuple[Enclosure, ...] = ()
    is_seed: bool = False
    similarity: float = 0.0
    similar_to: str | None = None  # the title of the nearest article of the corpus
    story: Story | None = None
    is_story: bool = False
    gone_at: datetime | None = None  # when its page was found to be gone
    change: Change | None = None
    difference: Difference | None = None
    article: str | None = None


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
