"""The values that cross module borders: frozen, complete when made, in the order in which one article meets them.

Times are aware UTC datetimes. A claim that a publisher did not make is None or empty, never invented.
HTML in these values is already sanitised; text is already cleaned of what cannot be stored or shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

# --- fetch -----------------------------------------------------------------------------------------------------------


class Failure(StrEnum):
    """Why a fetch brought nothing. A closed list: the words are log keys, counters and table values."""

    BAD_ADDRESS = "bad-address"  # not http(s), or cannot be read as an address
    FORBIDDEN_ADDRESS = "forbidden-address"  # private, loopback, … and not in allow_private
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    BROKEN = "broken"  # reset, cut short, not HTTP, compressed stream incomplete
    TOO_LARGE = "too-large"
    REDIRECT = "redirect"  # a loop, too many, or a target that cannot be followed
    ROBOTS = "robots"
    WRONG_TYPE = "wrong-type"  # a content type that cannot be text
    EMPTY = "empty"
    UNAUTHORIZED = "unauthorized"  # 401, 407
    BOT_BLOCKED = "bot-blocked"
    NOT_FOUND = "not-found"  # 404
    GONE = "gone"  # 410
    RATE_LIMITED = "rate-limited"  # 429
    HTTP_ERROR = "http-error"  # every other status


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRequest:
    """One GET. `credentials` is "user:password"; it and `headers` are sent to the origin of `url` only.

    `timeout` (seconds, None for the fetcher's own) covers redirects too, but not the wait for the host's turn;
    `spacing` is the least time in seconds since the last request to the host. `refuse_media` ends the exchange before
    the body of what cannot be text; `cut` takes the first `max_bytes` of a longer body instead of failing.
    """

    url: str
    accept: str = "*/*"
    etag: str | None = None
    last_modified: str | None = None
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    credentials: str | None = field(default=None, repr=False)
    proxy: str | None = field(default=None, repr=False)
    max_bytes: int = 15 * 2**20
    timeout: float | None = None
    spacing: float = 0.0
    refuse_media: bool = False
    cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A complete 200 answer. `headers` has lower-case names and printable values, without cookies and without
    validators that could not be sent back; `body` is decompressed.

    `moved_to` is the last address reached through permanent redirects alone (301, 308), None when there was none.
    """

    url: str
    final_url: str
    headers: dict[str, str]
    body: bytes
    moved_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """A 304 to a request that carried a validator."""

    url: str
    final_url: str
    headers: dict[str, str]
    moved_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFailed:
    """`reason` is a sentence for a person, without credentials; `retry_after` is in seconds, as the server asked, at
    most a day.

    `status` is None when no answer was received. RATE_LIMITED without a status means that nothing was sent, because
    the host has asked to be left alone for another `retry_after` seconds.
    """

    url: str
    failure: Failure
    reason: str
    status: int | None = None
    retry_after: float | None = None


FetchResult = Fetched | NotModified | FetchFailed

# --- parse -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A media file that an entry carries; `length` in bytes."""

    url: str
    media_type: str | None = None
    length: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedEntry:
    """One entry as its feed shows it. `summary` and `content` are sanitised HTML, `title` is text; "" when missing.

    `guid` is the identity the feed claims, `url` an absolute http(s) address; either may be missing.
    """

    guid: str | None = None
    url: str | None = None
    title: str = ""
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    updated_at: datetime | None = None
    summary: str = ""
    content: str = ""
    language: str | None = None
    categories: tuple[str, ...] = ()
    image: str | None = None
    enclosures: tuple[Enclosure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A feed document. `kind` is a row of `parse.PARSERS`, `version` what the document calls itself (rss20, …).

    `ttl` is in seconds. `warnings` says what was wrong and survived. When `is_truncated`, the end of the document is
    missing: the entries are complete, but more were to follow.
    """

    kind: str
    version: str = ""
    title: str = ""
    url: str | None = None
    language: str | None = None
    ttl: int | None = None
    entries: tuple[ParsedEntry, ...] = ()
    warnings: tuple[str, ...] = ()
    is_truncated: bool = False


# --- poll ------------------------------------------------------------------------------------------------------------


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


# --- collect ---------------------------------------------------------------------------------------------------------


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
    """What a page holds. `published_at` keeps the page's own time; `published_is_day` when it states only a day.

    `canonical_url` is the page's claim, already refused when it points to another site or to a front page.
    `sources` says for each field where it came from, for example {"title": "json-ld", "text": "trafilatura"}.
    """

    text: str
    title: str = ""
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    published_is_day: bool = False
    updated_at: datetime | None = None
    language: str | None = None
    canonical_url: str | None = None
    image: str | None = None
    site: str = ""
    sources: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What topics are matched against: an article, and where it comes from.

    `feeds` are keys; `labels` and `countries` are those of the feeds that showed it. `similarity` is that to the
    nearest article of the corpus, from 0 to 1, None when it is not known.
    """

    title: str
    text: str
    language: str | None = None
    feeds: tuple[str, ...] = ()
    labels: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    similarity: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One place where a term hit: `words` as they stand in `field` ("title" or "text"), from `start` to `end` (code
    points).

    `rule` is the part of the topic that the term belongs to, as written; `language` the text's, by which it was
    matched, None when it was not known.
    """

    term: str
    field: str
    words: str
    start: int
    end: int
    rule: str = "keywords"
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A topic hit an article. `evidence` is never empty; the first few places of each term."""

    topic: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a topic matches an article, and a sentence on which part of it held or failed."""

    topic: str
    is_match: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleDraft:
    """An article as collected, before the store gives it an id. `url` is what a reader opens; it may be missing.

    `canonical_url` is the identity: an http(s) address, or a urn where there is none to be had. `text` has a
    paragraph a line. `summary` is text. `sources` says for each field where it came from.
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
    summary: str = ""
    text: str = ""
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
class Collected:
    """One entry collected, ready to be saved in one transaction.

    `article` is None when the entry is a sighting of `article_id`; with both, that article is rewritten. `addresses`
    are further canonical addresses under which the article is to be known; `contested` ones are claimed by different
    texts, and name no article from now on, unless one is this article's own `canonical_url`, which it then takes over.
    `merged_id` is an article that turned out to be this one. `retry_at` asks for another try at its page; `is_try` is
    False when nothing was tried, and nothing is to be counted. `changes` is the pending entry's: an entry edited since
    stays due. `corpus_file` is set for a seed.
    """

    entry_id: int | None  # None for an article of the corpus
    feed_id: int | None
    article_id: int | None
    article: ArticleDraft | None
    addresses: tuple[str, ...] = ()
    contested: tuple[str, ...] = ()
    merged_id: int | None = None
    matches: tuple[Match, ...] = ()
    outcome: EntryOutcome
    reason: str = ""
    collected_at: datetime
    retry_at: datetime | None = None
    is_try: bool = True
    changes: int | None = None
    corpus_file: str | None = None


# --- publish ---------------------------------------------------------------------------------------------------------


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelItem:
    """One published article. `id` is a urn:uuid; `dated_at` is the claimed date bounded by when we first saw it.

    `topics` are keys, `terms` the words that matched (as they stand in the article). `updated_at` is when what we
    publish of it last changed.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPage:
    """Newest first. `next` is the cursor of the page behind this one, None on the last."""

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


# --- show ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedStatus:
    """A feed as the status page and `collector status` show it. `state` is ok, waiting, failing, gone, removed or
    new.
    """

    key: str
    url: str
    title: str
    state: str
    last_outcome: PollOutcome | None
    last_failure: Failure | None
    last_reason: str
    last_poll_at: datetime | None
    last_success_at: datetime | None
    next_poll_at: datetime | None
    interval: float
    failures: int
    entries: int
    kept: int
    gap_count: int
    last_new_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Counts over the whole database."""

    feeds: int
    entries: int
    pending: int
    articles: int
    kept: int
    topics: dict[str, int]
    entry_outcomes: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that `collector doctor` looked at. `message` says what was found, `advice` what to do about a
    problem.
    """

    check: str
    is_sound: bool = True
    message: str
    advice: str = ""
