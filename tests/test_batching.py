"""Bounded work at once, group commits, and locks by key."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from collections import Counter

import pytest

from collector import batching
from collector.batching import REFILL, GroupCommit, InHand, Turns, each, work_off
from collector.errors import StoreError


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


async def test_a_batch_waits_for_what_is_coming_and_no_longer():
    coming, batches = 3, []

    def save(items):
        batches.append(list(items))
        return items

    commit = GroupCommit(save, 60, lambda: coming)
    async with asyncio.timeout(10):
        waiting = [asyncio.create_task(commit.add(1))]
        await asyncio.sleep(0.05)
        assert batches == []
        waiting += [asyncio.create_task(commit.add(n)) for n in (2, 3)]
        assert await asyncio.gather(*waiting) == [1, 2, 3]
        coming = 1
        assert await commit.add(4) == 4
        coming = 2
        waiting = [asyncio.create_task(commit.add(5))]
        await asyncio.sleep(0.05)
        waiting += [asyncio.create_task(commit.add(6))]
        assert await asyncio.gather(*waiting) == [5, 6]
    assert batches == [[1, 2, 3], [4], [5, 6]]


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


@pytest.mark.parametrize(("width", "most"), [(1, 1), (2, 2)])
async def test_a_key_is_held_by_so_many_at_a_time_and_others_do_not_wait(width, most):
    turns, order, now = Turns(width), [], Counter()

    async def hold(key: str, name: str) -> None:
        async with turns(key):
            now[key] += 1
            order.append((name, now[key]))
            await asyncio.sleep(0.01)
            now[key] -= 1

    await asyncio.gather(*(hold("a", str(n)) for n in range(3)), hold("b", "other"))

    assert [name for name, _ in order if name != "other"] == ["0", "1", "2"], "first come, first served"
    assert ("other", 1) in order[: most + 1]
    assert max(number for _, number in order) == most
    assert not turns._places, "a key that nobody wants is forgotten"


def test_what_is_in_hand_is_not_taken_twice():
    hand = InHand()

    assert hand.take([1, 2, 2, 3]) == [1, 2, 3]
    assert hand.take([2, 4]) == [4]
    hand.done(2)
    hand.give_back([3])
    assert sorted(hand) == [1, 4]
    assert (len(hand), hand.busy, 1 in hand, 2 in hand) == (2, 2, True, False)


async def test_what_failed_is_set_aside_longer_each_time(monkeypatch):
    """Otherwise a mistake of ours would have a server asked again at every look."""
    monkeypatch.setattr(batching, "SET_ASIDE", 0.02)
    hand, waits = InHand(), []
    for _ in range(3):
        hand.take([1])
        hand.set_aside(1)
        started = time.monotonic()
        assert (hand.take([1]), hand.busy) == ([], 0)
        while 1 in hand:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        waits.append(time.monotonic() - started)

    assert waits[0] >= 0.02
    assert waits[1] >= 0.04
    assert waits[2] >= 0.08
    hand.take([1])
    hand.done(1)
    assert not hand._faults, "what succeeded is forgotten"


async def test_much_that_ends_is_replaced_together():
    """Whoever asks what is due waits until an eighth has ended, and not for ever; where little is in hand, not at all."""
    hand = InHand()
    hand.take(range(64))
    waiting = asyncio.ensure_future(hand.eased(60))
    for number in range(8):
        await asyncio.sleep(0.01)
        assert not waiting.done(), f"after {number}"
        hand.done(number)
    await asyncio.wait_for(waiting, 1)

    started = time.monotonic()
    await hand.eased(0.05)
    assert 0.04 < time.monotonic() - started < 1
    hand.give_back(range(60))
    await asyncio.wait_for(hand.eased(60), 0.1)


async def work_off_all(due, work, *, most: int = 4, hand: InHand | None = None, stop: asyncio.Event | None = None):
    await work_off(InHand() if hand is None else hand, due, lambda: most, work, stop or asyncio.Event())


async def test_work_goes_on_until_nothing_is_due_and_what_is_slow_holds_up_nobody():
    hand, todo, asked, most = InHand(), list(range(1, 30)), [], 0

    def due(room, busy):
        asked.append(room)
        return [number for number in todo if number not in busy][:room]

    async def work(ids):
        nonlocal most
        taken = hand.take(ids)
        most = max(most, hand.busy)
        for number in taken:
            await asyncio.sleep(0.5 if number == 1 else 0)
            todo.remove(number)
            hand.done(number)

    await asyncio.wait_for(work_off_all(due, work, hand=hand), 10)

    assert todo == []
    assert most <= 4
    assert min(asked) > 0


async def test_what_ends_while_the_database_is_asked_is_not_begun_again():
    """The rows that are read may be older than the end of the work on them."""
    hand, begun, asking, ended = InHand(), [], threading.Event(), threading.Event()

    def due(room, busy):
        if not begun:
            return [1]
        if ended.is_set():
            return []
        asking.set()
        ended.wait(5)
        return [number for number in (1,) if number not in busy]

    async def work(ids):
        begun.extend(hand.take(ids))
        await asyncio.to_thread(asking.wait, 5)
        hand.done(1)
        ended.set()

    stop = asyncio.Event()
    working = asyncio.create_task(work_off_all(due, work, hand=hand, stop=stop))
    await asyncio.to_thread(ended.wait, 5)
    await asyncio.sleep(0.05)
    stop.set()
    await asyncio.wait_for(working, 5)

    assert begun == [1]


async def test_once_told_to_stop_nothing_more_is_begun_and_what_is_in_hand_is_finished():
    hand, stop, finished = InHand(), asyncio.Event(), []

    async def work(ids):
        taken = hand.take(ids)
        await asyncio.sleep(0.2)
        finished.extend(taken)
        hand.give_back(taken)

    numbers = itertools.count()

    def due(room, busy):
        return [next(numbers) for _ in range(room)]

    working = asyncio.create_task(work_off_all(due, work, hand=hand, stop=stop))
    await asyncio.sleep(0.1)
    stop.set()
    await asyncio.wait_for(working, 3)

    assert finished == list(range(next(numbers)))
    assert hand.busy == 0


async def test_an_error_of_the_database_ends_the_work_and_leaves_nothing_in_hand():
    def due(room, busy):
        raise OSError("disk I/O error")

    with pytest.raises(ExceptionGroup) as caught:
        await work_off_all(due, None)

    assert caught.group_contains(OSError, match="disk I/O error")


async def test_a_database_at_fault_is_waited_for_when_asked_to(monkeypatch):
    """Nothing handed in meanwhile is lost, and every try that failed is told."""
    monkeypatch.setattr(batching, "FIRST_PAUSE", 0.01)
    tries, told = [], []

    def save(items):
        tries.append(list(items))
        if len(tries) < 4:
            raise StoreError("the disk is full")
        return items

    commit = GroupCommit(save)
    commit.wait_out(asyncio.Event(), told.append)

    assert await asyncio.gather(*map(commit.add, range(3))) == [0, 1, 2]
    assert tries == [[0, 1, 2]] * 4
    assert list(map(str, told)) == ["the disk is full"] * 3


async def test_once_it_is_to_stop_nothing_more_is_tried(monkeypatch):
    """What waits, and what still comes, gets the error at once: the program ends in seconds."""
    stop, tries = asyncio.Event(), []

    def save(items):
        tries.append(items)
        raise StoreError("the disk is full")

    commit = GroupCommit(save)
    commit.wait_out(stop, lambda _: None)
    waiting = asyncio.create_task(commit.add(1))
    await asyncio.sleep(0.1)
    stop.set()

    results = await asyncio.gather(waiting, commit.add(2), return_exceptions=True)

    assert list(map(str, results)) == ["the disk is full"] * 2
    assert tries == [[1]]


async def test_without_being_asked_to_wait_a_fault_goes_to_all_who_handed_in():
    def save(items):
        raise StoreError("the disk is full")

    results = await asyncio.gather(*map(GroupCommit(save).add, range(2)), return_exceptions=True)

    assert list(map(str, results)) == ["the disk is full"] * 2


async def test_what_was_left_out_for_the_sake_of_what_is_in_hand_is_not_forgotten():
    """A few of each kind at a time: all of them may end while the database looks for more."""
    hand, todo = InHand(), list(range(10))

    def due(room, busy):
        time.sleep(0.01)
        return [number for number in todo if number not in busy][: 2 - len(busy)]

    async def work(ids):
        for number in hand.take(ids):
            todo.remove(number)
            hand.done(number)
            await asyncio.sleep(REFILL)

    await asyncio.wait_for(work_off_all(due, work, hand=hand), 10)

    assert todo == []
