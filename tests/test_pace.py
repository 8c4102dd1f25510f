"""Turns at hosts, on a clock that the tests move."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from collector.pace import IDLE, MANY, MOST_HELD, HostPace


class Clock:
    """Seconds that pass only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


@pytest.fixture
def clock() -> Clock:
    """A clock."""
    return Clock()


def paced(clock: Clock, connections: int = 1) -> HostPace:
    """A pace on that clock."""
    return HostPace(connections=connections, monotonic=clock, sleep=clock.sleep)


async def visit(
    pace: HostPace, host: str, spacing: float = 0.0, *, log: list | None = None, name: object = None
) -> float:
    """A short visit; notes when it began."""
    wait = await pace.enter(host, spacing)
    if wait:
        return wait
    if log is not None:
        log.append((name, pace._monotonic()))
    await asyncio.sleep(0)
    pace.leave(host)
    return 0.0


async def test_turns_at_a_host_are_taken_in_order(clock: Clock) -> None:
    """First come, first served, one at a time."""
    pace, log = paced(clock), []
    await asyncio.gather(*(visit(pace, "a", log=log, name=n) for n in range(5)))

    assert [name for name, _ in log] == [0, 1, 2, 3, 4]
    assert clock.slept == []


async def test_only_so_many_connections_run_at_once(clock: Clock) -> None:
    """As many as allowed, and hosts do not wait for each other."""
    pace = paced(clock, connections=2)
    assert [await pace.enter("a"), await pace.enter("a"), await pace.enter("b")] == [0.0, 0.0, 0.0]
    third = asyncio.create_task(pace.enter("a"))
    await asyncio.sleep(0)
    assert not third.done()
    pace.leave("a")

    assert await third == 0.0


async def test_requests_are_spaced_from_the_end_of_the_one_before(clock: Clock) -> None:
    """A slow answer does not shorten the pause; the first visit does not wait; feeds ask for no space."""
    pace, log = paced(clock), []
    assert await pace.enter("a", 2.0) == 0.0
    clock.now += 10.0
    pace.leave("a")
    await visit(pace, "a", 2.0, log=log)
    await visit(pace, "a", 0.0, log=log)
    await visit(pace, "b", 2.0, log=log)

    assert [when for _, when in log] == [1012.0, 1012.0, 1012.0]


async def test_spacing_holds_between_several_connections(clock: Clock) -> None:
    """Two slots do not mean two requests at one moment."""
    pace, log = paced(clock, connections=2), []
    await asyncio.gather(*(visit(pace, "a", 1.0, log=log, name=n) for n in range(4)))

    times = [when for _, when in log]
    assert all(later - earlier >= 1.0 for earlier, later in itertools.pairwise(times))


async def test_a_host_that_asked_to_wait_gives_no_turn(clock: Clock) -> None:
    """Not to those who come, nor to those who wait already; to the second."""
    pace = paced(clock)
    assert await pace.enter("a") == 0.0
    waiting = asyncio.create_task(pace.enter("a"))
    await asyncio.sleep(0)
    pace.hold("a", 120.0)
    pace.hold("a", 5.0)
    pace.leave("a")

    assert await waiting == 120.0
    clock.now += 119.0
    assert await pace.enter("a") == 1.0
    assert pace.held("a") == 1.0
    assert await pace.enter("b") == 0.0
    clock.now += 1.0
    assert await pace.enter("a") == 0.0


async def test_whoever_gives_up_leaves_the_queue(clock: Clock) -> None:
    """In the queue or while spacing, the next one gets the turn."""
    pace = HostPace(monotonic=clock, sleep=asyncio.sleep)
    assert await pace.enter("a") == 0.0
    queued = asyncio.create_task(pace.enter("a"))
    await asyncio.sleep(0)
    queued.cancel()
    await asyncio.gather(queued, return_exceptions=True)
    pace.leave("a")
    spaced = asyncio.create_task(pace.enter("a", 30.0))
    await asyncio.sleep(0.01)
    spaced.cancel()
    await asyncio.gather(spaced, return_exceptions=True)

    async with asyncio.timeout(1):
        assert await pace.enter("a") == 0.0


async def test_idle_hosts_are_forgotten(clock: Clock) -> None:
    """Years of new hosts do not fill the memory; what somebody waits for or must wait for stays."""
    pace = paced(clock)
    pace.hold("held", 10 * IDLE)
    await pace.enter("busy")
    for number in range(5 * MANY):
        await visit(pace, f"host-{number}")
        clock.now += IDLE / MANY

    assert pace.remembered < 3 * MANY
    assert pace.held("held") > 0
    pace.leave("busy")


async def test_waits_are_forgotten_only_beyond_a_bound(clock: Clock) -> None:
    """The ones that end first."""
    pace = paced(clock)
    for number in range(3 * MOST_HELD):
        pace.hold(f"host-{number}", 1000.0 + number)

    assert pace.remembered < 2.1 * MOST_HELD
    assert pace.held(f"host-{3 * MOST_HELD - 1}") > 0
