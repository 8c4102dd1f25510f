"""A page visited again, and what had become of its article."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from collector.model.collect import ArticleDraft, Collected
from collector.model.judge import StoredArticle


class VisitOutcome(StrEnum):
    """How a visit ended. A closed list."""

    NOT_MODIFIED = "not-modified"  # 304
    UNCHANGED = "unchanged"  # the text and the title of before, but for white space, counters and dates
    REVISED = "revised"  # another title or text
    MISSING = "missing"  # 404, 410 or the front page: for the first time, or still
    GONE = "gone"  # the same for the second time in a row
    BACK = "back"  # the page of an article that was gone
    UNREADABLE = "unreadable"  # a wall, an error page, or next to nothing: the text of before stays
    FAILED = "failed"  # no answer that says anything of the page
    POSTPONED = "postponed"  # nothing was asked: the host wants to be left alone


class Change(StrEnum):
    """What a revision says of an article. A closed list."""

    REVISED = "revised"
    GONE = "gone"
    BACK = "back"


class Op(StrEnum):
    """What became of a run of text."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Run:
    """Words that share their fate."""

    op: Op
    text: str


Runs = tuple[Run, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What tells two versions of an article apart. `title` has no runs where it stayed the same. `text` has the changed
    paragraphs and their neighbours; a paragraph without runs stands for all that are left out there.
    """

    title: Runs = ()
    text: tuple[Runs, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One change of an article. `key` names it for good; `difference` is None when nothing was written anew, and so are
    `title` and `text`, which are those of before, each None when it stayed.
    """

    key: str
    change: Change
    found_at: datetime
    title: str | None = None
    text: str | None = None
    difference: Difference | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DueVisit:
    """A page that is to be visited again: its article as it is stored, and what the last visit left behind.

    `since` is when it was read first, or found gone; `misses` counts visits in a row that found nothing there.
    """

    entry_id: int
    feed_id: int
    feed_key: str
    changes: int
    url: str
    etag: str | None
    modified: str | None
    since: datetime
    misses: int
    is_gone: bool
    draft: ArticleDraft
    article: StoredArticle


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """A visit that ended, ready to be saved. `next_at` is when the next one is due; `etag` and `modified` are those to
    send then. `collected` rewrites the article.
    """

    visit: DueVisit
    outcome: VisitOutcome
    reason: str = ""
    visited_at: datetime
    next_at: datetime | None
    misses: int = 0
    etag: str | None = None
    modified: str | None = None
    collected: Collected | None = None
