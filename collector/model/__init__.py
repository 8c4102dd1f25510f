"""The values that cross module borders: frozen, complete when made, in the order in which one article meets them.

Times are aware UTC datetimes. A claim that a publisher did not make is None or empty, never invented.
HTML in these values is already sanitised; text is already cleaned of what cannot be stored or shown.
"""

from __future__ import annotations

from collector.model.collect import (
    ArticleDraft,
    Collected,
    EntryOutcome,
    Extraction,
    Flag,
    KnownArticle,
    PendingEntry,
    ShownLines,
    SiteRules,
    TextSource,
    nearest,
)
from collector.model.explain import (
    ArticleTrace,
    EntryTrace,
    Trace,
)
from collector.model.fetch import (
    Failure,
    Fetched,
    FetchFailed,
    FetchRequest,
    FetchResult,
    NotModified,
)
from collector.model.judge import (
    Evidence,
    Judgement,
    Match,
    Rejudged,
    StoredArticle,
    Subject,
    Verdict,
)
from collector.model.parse import (
    Enclosure,
    ParsedEntry,
    ParsedFeed,
)
from collector.model.poll import (
    EntryToSave,
    FeedState,
    Ingested,
    KnownEntry,
    PollOutcome,
    PollRecord,
)
from collector.model.publish import (
    Channel,
    ChannelItem,
    ChannelPage,
    ChannelQuery,
)
from collector.model.status import (
    FeedStatus,
    Finding,
    Totals,
)

__all__ = [
    "ArticleDraft",
    "ArticleTrace",
    "Channel",
    "ChannelItem",
    "ChannelPage",
    "ChannelQuery",
    "Collected",
    "Enclosure",
    "EntryOutcome",
    "EntryToSave",
    "EntryTrace",
    "Evidence",
    "Extraction",
    "Failure",
    "FeedState",
    "FeedStatus",
    "FetchFailed",
    "FetchRequest",
    "FetchResult",
    "Fetched",
    "Finding",
    "Flag",
    "Ingested",
    "Judgement",
    "KnownArticle",
    "KnownEntry",
    "Match",
    "NotModified",
    "ParsedEntry",
    "ParsedFeed",
    "PendingEntry",
    "PollOutcome",
    "PollRecord",
    "Rejudged",
    "ShownLines",
    "SiteRules",
    "StoredArticle",
    "Subject",
    "TextSource",
    "Totals",
    "Trace",
    "Verdict",
    "nearest",
]
