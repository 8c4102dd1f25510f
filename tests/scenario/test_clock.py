"""A wall clock that is set back while the service runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from collector import scheduler as module
from collector.scheduler import Scheduler


def clock() -> datetime:
    """The clock that the service has."""
    return datetime.now(UTC)


async def until(is_so: Callable[[], bool], seconds: float) -> None:
    """Returns as soon as it is so."""
    async with asyncio.timeout(seconds):
        while not is_so():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.05)


async def test_a_clock_that_is_set_back_stops_no_work(world, site, monkeypatch: pytest.MonkeyPatch):
    """An hour back: the ticks go on, and what is due by the new clock is polled; nothing else is."""
    monkeypatch.setattr(module, "TICK", 0.2)
    site.publish(1)
    world.now = clock()
    world.feeds = [site.feed]
    ticks: list[datetime] = []
    async with world.app() as app:
        service = Scheduler(
            store=app.store, poller=app.poller, collector=app.collector, revisitor=app.revisitor,
            replay=app.replay, grouping=app.grouping, current=app.current, now=clock, reload=app.reload, publish=lambda: None, on_tick=ticks.append, on_ousted=lambda exc: None,
        )  # fmt: skip
        service.start()
        await until(lambda: site.asked["/feed.xml"] > 0 and len(ticks) > 2, 10)
        with time_machine.travel(clock() - timedelta(hours=1), tick=True):
            ticks.clear()
            await until(lambda: len(ticks) > 3, 10)
            assert service.is_alive()
            await service.stop()

    assert site.asked["/feed.xml"] == 1
