"""What became of an entry and of its article."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from collector.model.collect import EntryOutcome, TextSource
from collector.model.judge import Match, StoredArticle
from collector.model.revise import Revision
from collector.model.stories import Story


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryTrace:
    """What became of an entry. `outcome` is None while it is pending; `due_at` is when it is collected (again),
    `visit_at` when its page is visited again.
    """

    feed: str
    feed_title: str
    key: str
    url: str | None
    title: str
    first_seen_at: datetime
    last_seen_at: datetime
    changes: int
    attempts: int
    outcome: EntryOutcome | None
    reason: str | None
    due_at: datetime | None
    visited_at: datetime | None
    visit_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleTrace:
    """All that is stored of an article but its text, which is in `stored`; that one is None when it was let go.

    `sources` says for each field where it came from, `addresses` under which ones the article is known. `matches` are
    those of all topics, also of those that are not in force any more; `revisions` say what became of it, newest first.
    `story` is the one that it is a report of, once it was grouped.
    """

    id: int
    key: str
    canonical_url: str
    url: str | None
    title: str
    authors: tuple[str, ...]
    published_at: datetime | None
    first_seen_at: datetime
    language: str | None
    site: str
    text_source: TextSource
    sources: dict[str, str]
    corpus_file: str | None
    is_kept: bool
    similarity: float
    similar_to: str | None
    rules: int
    gone_at: datetime | None
    addresses: tuple[str, ...]
    matches: tuple[Match, ...]
    revisions: tuple[Revision, ...]
    stored: StoredArticle | None
    story: Story | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What is known of an address: the entries that link to it, first seen first, and the article behind it."""

    entries: tuple[EntryTrace, ...]
    article: ArticleTrace | None
