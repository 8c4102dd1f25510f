"""What people are shown of the feeds and of the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from collector.model.fetch import Failure
from collector.model.poll import PollOutcome


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
    stories: int
    ungrouped: int  # kept articles that are still to be placed in a story
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
