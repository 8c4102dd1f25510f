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
    KnownArticle,
    PendingEntry,
    TextSource,
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
from collector.model.revise import (
    Change,
    Difference,
    DueVisit,
    Op,
    Revision,
    Run,
    Runs,
    Visited,
    VisitOutcome,
)
from collector.model.status import (
    FeedStatus,
    Finding,
    Totals,
)
from collector.model.stories import (
    Actor,
    GroupingStep,
    JoinEvidence,
    Joining,
    Leaving,
    Merging,
    Moving,
    Remembered,
    Report,
    Staying,
    StepKind,
    Story,
    StoryStep,
    Ungrouped,
)

__all__ = [
    "Actor",
    "ArticleDraft",
    "ArticleTrace",
    "Change",
    "Channel",
    "ChannelItem",
    "ChannelPage",
    "ChannelQuery",
    "Collected",
    "Difference",
    "DueVisit",
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
    "GroupingStep",
    "Ingested",
    "JoinEvidence",
    "Joining",
    "Judgement",
    "KnownArticle",
    "KnownEntry",
    "Leaving",
    "Match",
    "Merging",
    "Moving",
    "NotModified",
    "Op",
    "ParsedEntry",
    "ParsedFeed",
    "PendingEntry",
    "PollOutcome",
    "PollRecord",
    "Rejudged",
    "Remembered",
    "Report",
    "Revision",
    "Run",
    "Runs",
    "Staying",
    "StepKind",
    "StoredArticle",
    "Story",
    "StoryStep",
    "Subject",
    "TextSource",
    "Totals",
    "Trace",
    "Ungrouped",
    "Verdict",
    "VisitOutcome",
    "Visited",
]
