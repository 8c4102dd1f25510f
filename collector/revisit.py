"""A collected page is visited again, and what changed since becomes a revision of its article.

pages that are due | fetch, if modified | extract | the same, another text, not there? | judge anew | save
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from collector import hostlines
from collector.addresses.urls import host_key, is_front_page
from collector.batching import GroupCommit, InHand, each, work_off
from collector.current import Current
from collector.draft import revised
from collector.errors import ExtractError, WorkerError
from collector.model import (
    Collected,
    DueVisit,
    EntryOutcome,
    Extraction,
    Failure,
    Fetched,
    FetchFailed,
    FetchResult,
    Visited,
    VisitOutcome,
)
from collector.pages import Pages, is_held
from collector.revisions.visits import HOUR, Budget, Finding, following, not_there, there, unreadable
from collector.store import Store

_GATHER = 0.25  # seconds for which the first of a batch waits for others
_WIDTH = 4  # of the pages that may be fetched at the same time, one in so many may be a visit
_ABSENT = {Failure.NOT_FOUND, Failure.GONE}


class Revisitor:
    """Visits pages again. `observe` is told of each visit that ended and was saved, `fault` of one that could not be
    saved, or, without a feed, of a database that takes nothing.
    """

    def __init__(
        self,
        *,
        store: Store,
        pages: Pages,
        current: Current,
        budget: Budget,
        now: Callable[[], datetime],
        observe: Callable[[Visited], None],
        fault: Callable[[str | None, Exception], None],
    ) -> None:
        self._store, self._pages, self._current, self._budget = store, pages, current, budget
        self._now, self._observe, self._fault = now, observe, fault
        self.in_hand = InHand()
        self._saves = GroupCommit[Visited, None](store.save_visits, _GATHER, lambda: self.in_hand.busy)

    async def revisit_due(self, stop: asyncio.Event | None = None) -> None:
        """Visits until nothing is due that its host's budget allows, or, once `stop` is set, until those in hand have
        ended. With a `stop`, a database at fault is waited for until then.
        """
        if stop is not None:
            self._saves.wait_out(stop, lambda exc: self._fault(None, exc))
        await work_off(
            self.in_hand,
            lambda room, busy: self._store.due_visits(self._now(), room, busy, self._budget.exhausted(self._now())),
            lambda: max(1, self._current.config.settings.fetch.concurrency // _WIDTH),
            self.revisit,
            stop or asyncio.Event(),
        )

    async def revisit(self, ids: Sequence[int]) -> None:
        """Visits the pages of these entries. No page's trouble stops another."""
        ids = self.in_hand.take(ids)
        try:
            due = await asyncio.to_thread(self._store.visits, ids)
            self.in_hand.give_back(set(ids) - {visit.entry_id for visit in due})
            await each(due, len(due), self._visit_and_save)
        except BaseException:
            self.in_hand.give_back(ids)
            raise

    async def drain(self) -> None:
        """Returns when everything that was found so far is saved."""
        await self._saves.drain()

    async def _visit_and_save(self, visit: DueVisit) -> None:
        try:
            record = await self._visit(visit)
            await self._saves.add(record)
        except Exception as exc:  # a full disk, or a mistake of ours: it must not stop the others
            self.in_hand.set_aside(visit.entry_id)
            self._fault(visit.feed_key, exc)
        else:
            self.in_hand.done(visit.entry_id)
            self._observe(record)

    async def _visit(self, visit: DueVisit) -> Visited:
        answer = await self._pages.visit(visit)
        if is_held(answer):
            return self._postponed(visit, answer)
        self._budget.spend(host_key(visit.url), self._now())
        page: Extraction | None = None
        if isinstance(answer, FetchFailed):
            finding = self._failed(visit, answer)
        elif is_front_page(answer.final_url) and not is_front_page(visit.url):
            finding = not_there(visit, "its page leads to the site's front page")
        elif isinstance(answer, Fetched):
            page, finding = await self._read(visit, answer)
        else:
            finding = there(visit, None)
        return self._record(visit, answer, finding, page)

    def _failed(self, visit: DueVisit, answer: FetchFailed) -> Finding:
        if answer.failure in _ABSENT:
            return not_there(visit, answer.reason)
        return Finding(outcome=VisitOutcome.FAILED, reason=answer.reason, misses=visit.misses)

    async def _read(self, visit: DueVisit, answer: Fetched) -> tuple[Extraction | None, Finding]:
        try:
            page = await self._pages.extract(answer)
        except ExtractError as exc:
            return None, unreadable(f"its page has no article: {exc}")
        except WorkerError as exc:
            return None, Finding(outcome=VisitOutcome.FAILED, reason=str(exc), misses=visit.misses)
        before, page = await self._without_host_lines(visit, page, host_key(answer.final_url))
        return page, there(before, page)

    async def _without_host_lines(self, visit: DueVisit, page: Extraction, host: str) -> tuple[DueVisit, Extraction]:
        """Both without the lines that other articles of the host show: that one was learned since is no change."""
        draft = visit.draft
        keys = {key for one in (draft, page) for key in hostlines.shown(host, one.title, one.text).keys}
        repeated = await asyncio.to_thread(self._store.host_lines, host, keys)
        before, now = (hostlines.without(one.text, one.html, repeated) for one in (draft, page))
        return (
            replace(visit, draft=replace(draft, text=before.text, html=before.html)),
            replace(page, text=now.text, html=now.html),
        )

    def _record(self, visit: DueVisit, answer: FetchResult, finding: Finding, page: Extraction | None) -> Visited:
        now = self._now()
        is_read = page is not None and finding.outcome is not VisitOutcome.UNREADABLE
        told = answer.headers if is_read and isinstance(answer, Fetched) else None
        return Visited(
            visit=visit,
            outcome=finding.outcome,
            reason=finding.reason,
            visited_at=now,
            next_at=following(visit, finding, now),
            misses=finding.misses,
            # Those of a page that holds no article would have it taken for unchanged.
            etag=visit.etag if told is None else told.get("etag"),
            modified=visit.modified if told is None else told.get("last-modified"),
            collected=self._rewritten(visit, page, now) if page and finding.is_changed else None,
        )

    def _postponed(self, visit: DueVisit, answer: FetchResult) -> Visited:
        assert isinstance(answer, FetchFailed)
        now = self._now()
        return Visited(
            visit=visit,
            outcome=VisitOutcome.POSTPONED,
            reason=answer.reason,
            visited_at=now,
            next_at=now + timedelta(seconds=math.ceil(answer.retry_after or HOUR.total_seconds())),
            misses=visit.misses,
            etag=visit.etag,
            modified=visit.modified,
        )

    def _rewritten(self, visit: DueVisit, page: Extraction, now: datetime) -> Collected:
        """The article with what its page says now, judged anew."""
        draft, judge = revised(visit.draft, page, now), self._current.judge
        judgement = judge.judge(draft.title, draft.text, draft.language, visit.article.feeds)
        return Collected(
            entry_id=visit.entry_id,
            feed_id=visit.feed_id,
            article_id=visit.article.id,
            article=draft,
            matches=judgement.matches,
            similarity=judgement.similarity,
            similar_to=judgement.similar_to,
            rules=judge.rules,
            outcome=EntryOutcome.KEPT if judgement.matches else EntryOutcome.UNMATCHED,
            reason="the text is the page's, as it was when it was visited again",
            collected_at=now,
            is_try=False,
            changes=visit.changes,
        )
