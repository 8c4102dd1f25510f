"""A due feed becomes saved entries and a planned next poll.

due feeds | fetch | parse | compare with known | plan next poll | save
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any
from urllib.parse import urlsplit

from collector.batching import SET_ASIDE, GroupCommit, InHand, each, work_off
from collector.cadence import Limits, PollSummary, cache_lifetime, claimed_rate, count_news, plan
from collector.config import FeedConfig, FetchSettings, PollSettings
from collector.current import Current
from collector.errors import ParseError, WorkerError
from collector.fetch import Fetcher
from collector.ingest import ingest, survey
from collector.model import (
    Failure,
    FeedState,
    Fetched,
    FetchFailed,
    FetchRequest,
    Ingested,
    NotModified,
    ParsedFeed,
    PollOutcome,
    PollRecord,
)
from collector.store import Store
from collector.workers.pool import Workers

# Seconds: a third of the transactions, 6 % less CPU for 5,000 feeds (tests/bench/polling.py).
_GATHER = 0.02
ACCEPT = "application/rss+xml,application/atom+xml,application/feed+json,application/xml;q=0.9,text/xml;q=0.9,*/*;q=0.5"


class Poller:
    """Polls feeds. `observe` is told of each poll that ended and was saved, `fault` of one that could not be
    saved, or, without a feed, of a database that takes nothing.
    """

    def __init__(
        self,
        *,
        store: Store,
        fetcher: Fetcher,
        workers: Workers,
        current: Current,
        now: Callable[[], datetime],
        rand: Callable[[], float],
        observe: Callable[[PollRecord], None],
        fault: Callable[[str | None, Exception], None],
    ) -> None:
        self._store, self._fetcher, self._workers, self._current = store, fetcher, workers, current
        self._now, self._rand, self._observe, self._fault = now, rand, observe, fault
        self.in_hand = InHand()
        self._saves = GroupCommit[PollRecord, None](store.save_polls, _GATHER, lambda: self.in_hand.busy)

    async def poll_due(self, stop: asyncio.Event) -> None:
        """Polls until no feed is due, or, once `stop` is set, until the polls in hand have ended.

        Until then a database at fault is waited for.
        """
        self._saves.wait_out(stop, lambda exc: self._fault(None, exc))
        await work_off(
            self.in_hand,
            lambda room, busy: self._store.due_feeds(self._now(), room, busy),
            self._width,
            self.poll_feeds,
            stop,
        )

    async def poll_feeds(self, ids: Sequence[int]) -> None:
        """Polls these feeds, as many at once as the settings allow. No feed's trouble stops another."""
        ids = self.in_hand.take(ids)
        try:
            states = await asyncio.to_thread(self._store.feed_states, ids)
            self.in_hand.give_back(set(ids) - {state.id for state in states})
            await each(states, self._width(), self._poll_and_save)
        except BaseException:
            self.in_hand.give_back(ids)
            raise

    async def drain(self) -> None:
        """Returns when everything polled so far is saved."""
        await self._saves.drain()

    def _width(self) -> int:
        return self._current.config.settings.poll.concurrency

    async def _poll_and_save(self, state: FeedState) -> None:
        feed = self._current.feeds.get(state.key)
        if feed is None:  # taken out of feeds.yaml a moment ago
            self.in_hand.done(state.id)
            return
        try:
            record = await self._poll(state, feed)
            await self._saves.add(record)
        except Exception as exc:  # a full disk, or a mistake of ours: it must not stop the others
            self.in_hand.set_aside(state.id)
            self._fault(state.key, exc)
        else:
            self.in_hand.done(state.id)
            self._observe(record)

    async def _poll(self, state: FeedState, feed: FeedConfig) -> PollRecord:
        settings = self._current.config.settings
        request = request_for(feed, state.current_url, settings.fetch, state.etag, state.last_modified)
        answer = await self._fetcher.fetch(request)
        if isinstance(answer, FetchFailed):
            return self._failed(state, feed, answer)
        if isinstance(answer, NotModified):
            return self._record(state, feed, self._summary(answer, PollOutcome.NOT_MODIFIED))
        digest = blake2b(answer.body, digest_size=16).digest()
        if digest == state.body_hash:
            return self._record(state, feed, self._summary(answer, PollOutcome.UNCHANGED, body_hash=digest))
        try:
            parsed = await self._workers.parse(answer.body, answer.headers, answer.final_url)
        except ParseError as exc:
            return self._record(state, feed, PollSummary(outcome=PollOutcome.NOT_A_FEED), reason=str(exc))
        except WorkerError as exc:
            return self._record(state, feed, PollSummary(outcome=PollOutcome.UNREADABLE), reason=str(exc))
        return await self._compare(state, feed, answer, parsed, digest)

    def _failed(self, state: FeedState, feed: FeedConfig, answer: FetchFailed) -> PollRecord:
        if answer.failure is Failure.RATE_LIMITED and answer.status is None:
            return self._postponed(state, answer)
        summary = PollSummary(
            outcome=PollOutcome.FAILED, failure=answer.failure, retry_after=answer.retry_after
        )
        return self._record(state, feed, summary, reason=answer.reason, status=answer.status)

    def _postponed(self, state: FeedState, answer: FetchFailed) -> PollRecord:
        """Nothing was asked, because the host wants to be left alone: nothing is known but when to come again."""
        now = self._now()
        until = now + timedelta(seconds=math.ceil(answer.retry_after or SET_ASIDE))
        return PollRecord(
            feed=replace(state, next_poll_at=until, wait_until=until),
            outcome=PollOutcome.FAILED,
            failure=answer.failure,
            reason=answer.reason,
            polled_at=now,
        )

    async def _compare(
        self, state: FeedState, feed: FeedConfig, answer: Fetched, parsed: ParsedFeed, digest: bytes
    ) -> PollRecord:
        now, shown = self._now(), survey(parsed)
        known = await asyncio.to_thread(
            self._store.known_entries, state.id, shown.guids, shown.urls, shown.identity_hashes
        )
        # Only a feed that showed entries before, and shows none of them now, may have scrolled by.
        asks = not known and bool(parsed.entries) and state.last_poll_at is not None
        had_entries = bool(known) or (asks and await asyncio.to_thread(self._store.entry_count, state.id) > 0)
        found = ingest(shown, known, had_entries, now)
        summary = self._summary(
            answer,
            PollOutcome.NEW if found.to_save else PollOutcome.UNCHANGED,
            ttl=parsed.ttl,
            new=count_news(found, now),
            seen=len(found.seen_ids),
            gap=found.gap,
            claimed_rate=claimed_rate(parsed, now),
            is_cut=parsed.is_truncated,
            body_hash=digest,
        )
        reason = "the document is cut short; its complete entries are taken" if parsed.is_truncated else ""
        return self._record(state, feed, summary, reason=reason, parsed=parsed, ingested=found)

    def _summary(self, answer: Fetched | NotModified, outcome: PollOutcome, **more: Any) -> PollSummary:
        return PollSummary(
            outcome=outcome,
            cache_lifetime=cache_lifetime(answer.headers, self._now()),
            etag=answer.headers.get("etag"),
            last_modified=answer.headers.get("last-modified"),
            moved_to=answer.moved_to,
            **more,
        )

    def _record(
        self,
        state: FeedState,
        feed: FeedConfig,
        summary: PollSummary,
        *,
        reason: str = "",
        status: int | None = None,
        parsed: ParsedFeed | None = None,
        ingested: Ingested | None = None,
    ) -> PollRecord:
        now = self._now()
        after = plan(state, summary, limits_of(feed, self._current.config.settings.poll), now, self._rand)
        return PollRecord(
            feed=after,
            outcome=PollOutcome.GONE if after.is_gone else summary.outcome,
            failure=summary.failure,
            reason=reason,
            status=status,
            polled_at=now,
            ingested=ingested or Ingested(),
            title=parsed.title if parsed else None,
            site_url=parsed.url if parsed else None,
            language=parsed.language if parsed else None,
            warnings=parsed.warnings if parsed else (),
        )


def request_for(
    feed: FeedConfig, url: str, settings: FetchSettings, etag: str | None = None, last_modified: str | None = None
) -> FetchRequest:
    """How a feed is asked for at `url`. What the user set for its server goes to that server alone."""
    is_home = urlsplit(url)[:2] == urlsplit(feed.url)[:2]
    return FetchRequest(
        url=url,
        accept=ACCEPT,
        etag=etag,
        last_modified=last_modified,
        headers=tuple(feed.headers.items()) if is_home else (),
        credentials=feed.credentials if is_home else None,
        proxy=feed.proxy,
        max_bytes=settings.max_feed_size,
    )


def limits_of(feed: FeedConfig, settings: PollSettings) -> Limits:
    """Between which intervals a feed is polled."""
    return Limits(
        interval=settings.interval,
        min_interval=settings.min_interval,
        max_interval=settings.max_interval,
        fixed=feed.interval,
    )

