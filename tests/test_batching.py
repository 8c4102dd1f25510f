"""Bounded work at once, group commits, and locks by key."""

from __future__ import annotations

import asyncio
import threading

import pytest

from collector.batching import GroupCommit, OneAtATime, each


async def test_each_works_on_everything_and_never_on_more_at_once_than_it_may():
    at_once, most, done = 0, 0, []

    async def work(item: int) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.001)
        at_once -= 1
        done.append(item)

    await each(range(50), 7, work)

    assert sorted(done) == list(range(50))
    assert most == 7


async def test_what_is_ready_together_is_saved_together():
    """While the first batch is being written, the others gather into one."""
    gate, batches = threading.Event(), []

    def save(items):
        batches.append(list(items))
        if len(batches) == 1:
            gate.wait(5)
        return [item * 2 for item in items]

    commit = GroupCommit(save)
    first = asyncio.create_task(commit.add(1))
    await asyncio.sleep(0.05)
    others = [asyncio.create_task(commit.add(n)) for n in (2, 3, 4)]
    await asyncio.sleep(0)
    gate.set()

    assert await asyncio.gather(first, *others) == [2, 4, 6, 8]
    assert batches == [[1], [2, 3, 4]]


async def test_one_bad_item_is_told_to_its_owner_alone():
    commit = GroupCommit(lambda items: [ValueError("bad") if item == 2 else item for item in items])

    results = await asyncio.gather(*(commit.add(n) for n in (1, 2, 3)), return_exceptions=True)

    assert results[0] == 1
    assert isinstance(results[1], ValueError)
    assert results[2] == 3


async def test_a_save_that_raises_is_told_to_everyone_and_the_next_batch_is_saved():
    calls = []

    def save(items):
        calls.append(list(items))
        if len(calls) == 1:
            raise OSError("disk full")
        return items

    commit = GroupCommit(save)
    with pytest.raises(OSError, match="disk full"):
        await commit.add(1)

    assert await commit.add(2) == 2


async def test_a_cancelled_waiter_does_not_stop_the_write():
    gate, saved = threading.Event(), []

    def save(items):
        gate.wait(5)
        saved.extend(items)
        return items

    commit = GroupCommit(save)
    waiter = asyncio.create_task(commit.add(1))
    await asyncio.sleep(0.02)
    waiter.cancel()
    gate.set()
    await commit.drain()

    assert saved == [1]


async def test_a_key_is_held_by_one_at_a_time_and_others_do_not_wait():
    held, order = OneAtATime(), []

    async def hold(key: str, name: str) -> None:
        async with held(key) as waited:
            order.append((name, waited))
            await asyncio.sleep(0.01)

    await asyncio.gather(hold("a", "first"), hold("a", "second"), hold("b", "other"))

    assert order == [("first", False), ("other", False), ("second", True)]
    assert not held._locks, "a lock that nobody wants is forgotten"
