"""When the page of an article is visited again, how often a host is asked for that, and what a visit says. Pure.

A week brings most of what ever changes in an article: it is visited about an hour, a day and a week after it was read.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from collector.copies import same_text
from collector.model import DueVisit, Extraction, VisitOutcome
from collector.revisions.difference import is_revised

WAITS = (timedelta(hours=1), timedelta(days=1), timedelta(days=7))
SPREAD = 0.2  # each wait is longer by up to this share, so that what was read together is not visited together
CONFIRM = timedelta(hours=6)  # a page that is not there is looked for again so soon
MISSES = 2  # visits in a row that found nothing make an article gone
HOURLY = 60  # visits of a host in an hour
HOUR = timedelta(hours=1)
TOO_LATE = timedelta(days=7)  # a visit that is overdue for so long, for want of budget or of a feed, is given up

_GOLDEN = 0.6180339887498949  # its multiples are spread evenly, however many there are
_SHORTER = 0.5  # a text that keeps less than this of its length is a wall or an error more often than an edit


def next_visit(since: datetime, now: datetime, number: int) -> datetime | None:
    """When an article that was read, or found gone, at `since` is visited next; None when it was often enough.

    `number` (of the entry) decides how much longer than the rule it waits. Visits that were missed are not made up for.
    """
    longer = 1 + SPREAD * (number * _GOLDEN % 1)
    return next((since + wait * longer for wait in WAITS if since + wait * longer > now), None)


class Budget:
    """How many visits each host got within the last hour."""

    def __init__(self) -> None:
        self._spent: dict[str, deque[datetime]] = {}

    def spend(self, host: str, at: datetime) -> None:
        """Notes a visit. Those of one host come in the order of their times."""
        self._spent.setdefault(host, deque(maxlen=HOURLY)).append(at)

    def exhausted(self, now: datetime) -> frozenset[str]:
        """The hosts that are not visited for the time being."""
        for host in [host for host, times in self._spent.items() if times[-1] <= now - HOUR]:
            del self._spent[host]
        return frozenset(
            host for host, times in self._spent.items() if len(times) == HOURLY and times[0] > now - HOUR
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a visit says of the article, and why. `misses` are those in a row by now; when it `is_changed`, the page
    says something else than before.
    """

    outcome: VisitOutcome
    reason: str = ""
    misses: int = 0
    is_changed: bool = False


def not_there(visit: DueVisit, reason: str) -> Finding:
    """What it means that there is no page at the article's address."""
    misses = visit.misses + 1
    is_news = misses >= MISSES and not visit.is_gone
    return Finding(outcome=VisitOutcome.GONE if is_news else VisitOutcome.MISSING, reason=reason, misses=misses)


def there(visit: DueVisit, page: Extraction | None) -> Finding:
    """What a page that is there means; None is one that was not modified. A text of before is never given up for less,
    nor for one that has nothing in common with it.
    """
    if page is not None and len(page.text) < _SHORTER * len(visit.draft.text):
        return unreadable(f"its page holds {len(page.text)} characters, where it held {len(visit.draft.text)}")
    if page is not None and not same_text(visit.draft.text, page.text):
        return unreadable("its page holds another text")
    is_changed = page is not None and has_changed(visit, page)
    if visit.is_gone:
        outcome = VisitOutcome.BACK
    elif page is None:
        outcome = VisitOutcome.NOT_MODIFIED
    else:
        outcome = VisitOutcome.REVISED if is_changed else VisitOutcome.UNCHANGED
    return Finding(outcome=outcome, is_changed=is_changed)


def unreadable(reason: str) -> Finding:
    """What it means that the page holds no article any more, although there is one."""
    return Finding(outcome=VisitOutcome.UNREADABLE, reason=f"{reason}; the text of before stays")


def has_changed(visit: DueVisit, page: Extraction) -> bool:
    """Whether a reader would call what the page says now another title or text."""
    draft = visit.draft
    return is_revised(draft.text, page.text) or (bool(page.title) and is_revised(draft.title, page.title))


def following(visit: DueVisit, finding: Finding, now: datetime) -> datetime | None:
    """When the next visit is due: sooner where a page that is not there is to be confirmed, and three more times,
    counted from now, where that was just done.
    """
    if finding.outcome is VisitOutcome.GONE:
        return next_visit(now, now, visit.entry_id)
    planned = next_visit(visit.since, now, visit.entry_id)
    if finding.outcome is VisitOutcome.MISSING and finding.misses < MISSES:
        return min(planned or now + CONFIRM, now + CONFIRM)
    return planned
