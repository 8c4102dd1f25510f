"""From a pending entry to an article ready to be saved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from collector.model.judge import Match
from collector.model.parse import Enclosure, ParsedEntry


class EntryOutcome(StrEnum):
    """How an entry ended. A closed list; an entry without one is pending."""

    KEPT = "kept"  # its article matches a topic
    UNMATCHED = "unmatched"  # its article matches none; remembered, not published
    DUPLICATE = "duplicate"  # its article was known already; the sighting is recorded
    EXPIRED = "expired"  # an unmatched article whose text was let go after `keep_unmatched`


class TextSource(StrEnum):
    """Where an article's text came from."""

    PAGE = "page"
    FEED = "feed"
    CORPUS = "corpus"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRules:
    """Where the pages of a host have their articles, as CSS selectors. They hold for hosts below it, too."""

    host: str
    body: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    date: tuple[str, ...] = ()
    author: tuple[str, ...] = ()

    @classmethod
    def read(cls, item: dict[str, Any]) -> SiteRules:
        """The rules as a file writes them: a selector, or a list of them."""
        listed = {name: (value,) if isinstance(value, str) else tuple(value) for name, value in item.items()}
        return cls(**listed | {"host": item["host"]})


def nearest(sites: Iterable[SiteRules], host: str) -> SiteRules | None:
    """The rules for a host: its own, or those of the nearest domain above it; `www.` is as if it were not there."""
    bare = host.removeprefix("www.")
    own = ((site, site.host.removeprefix("www.")) for site in sites)
    fitting = [site for site, name in own if bare == name or bare.endswith(f".{name}")]
    return max(fitting, key=lambda site: len(site.host), default=None)


class Flag(StrEnum):
    """What a page says of its article beside what is in it. A closed list."""

    PAID = "paid"  # not free to read
    OPINION = "opinion"
    LIVE = "live"  # goes on being written
    CORRECTION = "correction"  # something in it was corrected


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingEntry:
    """An entry that is due to be collected. `article_id` is set when it was collected before and changed, or is
    retried.

    `changes` counts its edits so far; handed back in `Collected`, it tells whether the entry was edited meanwhile.
    """

    id: int
    feed_id: int
    feed_key: str
    feed_title: str
    feed_language: str | None
    key: str
    canonical_url: str | None
    entry: ParsedEntry
    first_seen_at: datetime
    attempts: int
    article_id: int | None = None
    changes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What a page holds. `text` has a paragraph a line, `html` is the same with headings, lists and quotes, sanitised;
    `summary` is the standfirst, where the page sets it off from the text. `published_at` keeps the page's own time;
    `published_is_day` when it states only a day.

    `canonical_url` is the page's claim, already refused when it points to another site or to a front page.
    `sources` says for each field where it came from, for example {"title": "json-ld", "text": "trafilatura"}.
    """

    text: str
    html: str = ""
    summary: str = ""
    title: str = ""
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    published_is_day: bool = False
    updated_at: datetime | None = None
    language: str | None = None
    canonical_url: str | None = None
    image: str | None = None
    site: str = ""
    section: str = ""
    flags: tuple[Flag, ...] = ()
    sources: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleDraft:
    """An article as collected, before the store gives it an id. `url` is what a reader opens; it may be missing.

    `canonical_url` is the identity: an http(s) address, or a urn where there is none to be had. `text` has a
    paragraph a line; `html` is empty, or says the same words with headings, lists and quotes, sanitised. `summary` is
    text. `sources` says for each field where it came from.
    """

    canonical_url: str
    url: str | None
    title: str
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    published_is_day: bool = False
    updated_at: datetime | None = None
    first_seen_at: datetime
    language: str | None = None
    site: str = ""
    image: str | None = None
    section: str = ""
    flags: tuple[Flag, ...] = ()
    summary: str = ""
    text: str = ""
    html: str = ""
    text_source: TextSource
    enclosures: tuple[Enclosure, ...] = ()
    sources: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownArticle:
    """What the store remembers of an article, as needed to tell a report that is known from a new one."""

    id: int
    key: str
    canonical_url: str
    url: str | None
    title: str
    text_source: TextSource
    is_kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLines:
    """Lines at the ends of an article, by the keys of `hostlines`, and the two marks by which it is known again."""

    host: str
    keys: tuple[int, ...]
    article: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """One entry collected, ready to be saved in one transaction.

    `article` is None when the entry is a sighting of `article_id`; with both, that article is rewritten. `addresses`
    are further canonical addresses under which the article is to be known; `contested` ones are claimed by different
    texts, and name no article from now on, unless one is this article's own `canonical_url`, which it then takes over.
    `matches` and `similarity` are the article's `Judgement`, by these `rules`; with `rejudge` an article that is known
    already is judged anew when a feed is new to it: the rules look at all its feeds. `merged_id` is an article that
    turned out to be this one. `retry_at` asks for another try at its page; `is_try` is False when nothing was tried,
    and nothing is to be counted. `changes` is the pending entry's: an entry edited since stays due.
    `visit_at` is when a page that was read is visited again, with the validators that it came with. `lines` are those
    of a page: its host's are learned from them. `corpus_file` is set for a seed.
    """

    entry_id: int | None  # None for an article of the corpus
    feed_id: int | None
    article_id: int | None
    article: ArticleDraft | None
    addresses: tuple[str, ...] = ()
    contested: tuple[str, ...] = ()
    merged_id: int | None = None
    matches: tuple[Match, ...] = ()
    similarity: float = 0.0
    similar_to: str | None = None
    rules: int = 0
    rejudge: bool = False
    outcome: EntryOutcome
    reason: str = ""
    collected_at: datetime
    retry_at: datetime | None = None
    is_try: bool = True
    changes: int | None = None
    visit_at: datetime | None = None
    page_etag: str | None = None
    page_modified: str | None = None
    corpus_file: str | None = None
    lines: ShownLines | None = None
