"""Which work runs how often: APScheduler ticks that look for due work, and for changes of feeds.yaml and the corpus.

A tick never waits for the work that it starts, so that one slow server delays nobody. What is due is a question to the
database: a restart forgets nothing, and a tick that came late starts what the missed ones would have.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from collector import hostlines, log
from collector.collect import ArticleCollector
from collector.current import Current
from collector.errors import InUse, StoreError
from collector.grouping import Grouping
from collector.poll import Poller
from collector.replay import Replay
from collector.revisions.visits import TOO_LATE
from collector.revisit import Revisitor
from collector.store import Store
from collector.watch import Watch

TICK = 2.0  # seconds between two looks for due work
DRAIN = 5.0  # seconds that work in hand may take to finish when the service stops
STALLED = timedelta(seconds=60)  # without a tick for so long the service is not healthy


class Scheduler:
    """Runs the service's work until it is stopped. `on_ousted` is told when another process works on the database."""

    def __init__(
        self,
        *,
        store: Store,
        poller: Poller,
        collector: ArticleCollector,
        revisitor: Revisitor,
        replay: Replay,
        grouping: Grouping,
        current: Current,
        now: Callable[[], datetime],
        reload: Callable[[], Awaitable[None]],
        publish: Callable[[], None],
        on_tick: Callable[[datetime], None],
        on_ousted: Callable[[InUse], None],
    ) -> None:
        self._store, self._poller, self._collector, self._current = store, poller, collector, current
        self._revisitor, self._replay, self._grouping = revisitor, replay, grouping
        self._now, self._reload, self._publish = now, reload, publish
        self._on_tick, self._on_ousted = on_tick, on_ousted
        self._watch = Watch(current)
        self._jobs = AsyncIOScheduler(timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True})
        self._work: set[asyncio.Task[None]] = set()
        self._looking: asyncio.Task[None] | None = None
        self._polling: asyncio.Task[None] | None = None
        self._collecting: asyncio.Task[None] | None = None
        self._revisiting: asyncio.Task[None] | None = None
        self._replaying: asyncio.Task[None] | None = None
        self._placing: asyncio.Task[None] | None = None
        self._last_tick: datetime | None = None
        self._stopping = asyncio.Event()

    def start(self) -> None:
        """Begins to look for work."""
        jobs = (self._look, TICK), (self._reload_changed, 1), (self._publish_files, 10), (self._tidy, 3600)
        for job, seconds in jobs:
            self._jobs.add_job(
                self._guarded, "interval", args=[job], seconds=seconds, max_instances=1, next_run_time=self._now()
            )
        self._jobs.start()
        self._begin(self._follow_clock())

    async def stop(self) -> None:
        """Starts nothing more, gives the work in hand a few seconds, ends what is left, and saves what is ready."""
        self._stopping.set()
        self._jobs.shutdown(wait=False)
        await asyncio.sleep(0)  # the scheduler ends in the next turn of the loop; until then it may begin work
        if self._work:
            _, late = await asyncio.wait(self._work, timeout=DRAIN)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._poller.drain()
        await self._collector.drain()
        await self._revisitor.drain()

    def is_alive(self) -> bool:
        """Whether the scheduler looked for work lately."""
        return self._last_tick is not None and abs(self._now() - self._last_tick) < STALLED

    @property
    def last_tick(self) -> datetime | None:
        """When the scheduler last looked for work."""
        return self._last_tick

    async def _follow_clock(self) -> None:
        """The jobs' times are the wall clock's: when that is set back by an hour, they would rest for an hour."""
        seen = self._now()
        while not self._stopping.is_set():
            now = self._now()
            if now < seen:
                log.get().warning("the clock was set back", seconds=round((seen - now).total_seconds()))
                for job in self._jobs.get_jobs():
                    job.modify(next_run_time=now)
            seen = now
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK):
                    await self._stopping.wait()

    async def _look(self) -> None:
        """Starts what looks for work and ends when there is none, unless it is still at it."""
        self._last_tick = self._now()
        self._on_tick(self._last_tick)
        if self._looking is None or self._looking.done():
            self._looking = self._begin(self._begin_work())

    async def _begin_work(self) -> None:
        """While nobody else works on this database."""
        await asyncio.to_thread(self._store.assure_hold)
        if self._stopping.is_set():
            return
        if self._polling is None or self._polling.done():
            self._polling = self._begin(self._poller.poll_due(self._stopping))
        if self._collecting is None or self._collecting.done():
            self._collecting = self._begin(self._collector.collect_due(self._stopping))
        if self._revisiting is None or self._revisiting.done():
            self._revisiting = self._begin(self._revisitor.revisit_due(self._stopping))
        if self._replaying is None or self._replaying.done():
            self._replaying = self._begin(self._replay.run(self._stopping))
        if self._placing is None or self._placing.done():
            self._placing = self._begin(self._grouping.run(self._stopping))

    async def _publish_files(self) -> None:
        await asyncio.to_thread(self._publish)

    async def _tidy(self) -> None:
        before = self._now() - timedelta(seconds=self._current.config.settings.storage.keep_unmatched)
        expired = await asyncio.to_thread(self._store.expire_unmatched, before)
        await asyncio.to_thread(self._store.forget_lines, self._now() - hostlines.MEMORY)
        if expired:
            log.get().info("unmatched articles let go", articles=expired)
        given_up = await asyncio.to_thread(self._store.give_up_visits, self._now() - TOO_LATE)
        if given_up:
            log.get().info("pages are not visited again: it is too late", pages=given_up)

    async def _reload_changed(self) -> None:
        if await asyncio.to_thread(self._watch.has_changed):
            await self._reload()

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._work.add(task)
        task.add_done_callback(self._ended)
        return task

    async def _guarded(self, job: Callable[[], Awaitable[None]]) -> None:
        """One turn of a job. A database at fault is told of once, and asked again in the next turn."""
        try:
            await job()
        except StoreError as exc:
            log.fault(None, exc)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._work.discard(task)
        error = None if task.cancelled() else task.exception()
        for one in error.exceptions if isinstance(error, ExceptionGroup) else (error,):
            if isinstance(one, InUse):
                self._on_ousted(one)
            elif isinstance(one, StoreError):
                log.fault(None, one)
            elif one is not None:
                log.get().error("work ended with an error nobody expected", error=repr(one), exc_info=one)
