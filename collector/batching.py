"""Many things at once, with a bound: what is in hand, how wide, and one transaction for what is ready together."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Hashable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from math import inf
from typing import Generic, TypeVar

from collector.errors import StoreError

# Work that could not be saved is due still. Without a pause, longer at each fault, a full disk, or a mistake of ours,
# would have servers asked again at every look.
SET_ASIDE = 60.0  # seconds
LONGEST_ASIDE = 3600.0
REFILL = 0.03  # seconds until work that ended is replaced, at least
TOGETHER = 0.25  # seconds for which it waits at most to be replaced together with others
ASKING = 0.2  # the share of the time that may go into asking the database what is due
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0  # seconds until a database that took nothing is tried again
_LOOKS = 5  # at what gathers, before it is saved
LOOK = 2.0  # seconds until the database is asked again when it had nothing more to do

Item = TypeVar("Item")
Saved = TypeVar("Saved")


class InHand(Collection[int]):
    """The ids of what is being worked on, so that nobody begins it twice; and of what is set aside after a fault."""

    def __init__(self) -> None:
        self._busy: set[int] = set()
        self._aside: set[int] = set()
        self._faults: dict[int, int] = {}  # how often each was set aside since it last succeeded
        self._ended = asyncio.Event()

    def __contains__(self, number: object) -> bool:
        return number in self._busy or number in self._aside

    def __iter__(self) -> Iterator[int]:
        yield from self._busy
        yield from self._aside

    def __len__(self) -> int:
        return len(self._busy) + len(self._aside)

    @property
    def busy(self) -> int:
        """How many are being worked on."""
        return len(self._busy)

    def take(self, ids: Iterable[int]) -> list[int]:
        """Those of the ids that nobody has; they are in hand from now on."""
        taken = [number for number in dict.fromkeys(ids) if number not in self]
        self._busy.update(taken)
        return taken

    def give_back(self, ids: Iterable[int]) -> None:
        """Ends the work on these, done or not. What was set aside stays so."""
        self._busy.difference_update(ids)
        self._ended.set()

    def done(self, number: int) -> None:
        """Ends the work on what succeeded."""
        self._faults.pop(number, None)
        self.give_back((number,))

    def set_aside(self, number: int) -> None:
        """Ends the work on what failed unexpectedly; nobody takes it for a minute, two, four … up to an hour."""
        faults = self._faults.get(number, 0)
        self._faults[number] = min(faults + 1, 10)
        self._aside.add(number)
        asyncio.get_running_loop().call_later(min(SET_ASIDE * 2**faults, LONGEST_ASIDE), self._aside.discard, number)
        self.give_back((number,))

    async def ended(self, seconds: float) -> None:
        """Returns when the work on something has ended since the last call, or so much time has passed."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._ended.wait()
        self._ended.clear()

    async def eased(self, seconds: float) -> None:
        """Returns when the work on an eighth of what is in hand now has ended, or so much time has passed."""
        few, until = self.busy - self.busy // 8, time.monotonic() + seconds
        while self.busy > few and (left := until - time.monotonic()) > 0:
            await self.ended(left)


async def each(items: Sequence[Item], width: int, work: Callable[[Item], Awaitable[None]]) -> None:
    """Runs `work` on every item, at most `width` at once. `work` must not raise: that would stop the others."""
    todo = iter(items)

    async def worker() -> None:
        for item in todo:
            await work(item)

    async with asyncio.TaskGroup() as group:
        for _ in range(min(width, len(items))):
            group.create_task(worker())


async def work_off(
    hand: InHand,
    due: Callable[[int, Collection[int]], Sequence[int]],
    most: Callable[[], int],
    work: Callable[[Sequence[int]], Awaitable[None]],
    stop: asyncio.Event,
) -> None:
    """Works until nothing is due, replacing what ends at once, so that what is slow holds up nobody but itself.

    `due` is asked, in a thread, for so many ids without some; `most` may be in hand. Once `stop` is set, what is in
    hand is finished and nothing more begun.
    """
    async with asyncio.TaskGroup() as group:
        while not stop.is_set():
            # The answer is for what is in hand now. What ends while the database is asked is not due again, and may
            # have made room for what the answer leaves out.
            busy, room, without, asked = hand.busy, most() - hand.busy, frozenset(hand), time.monotonic()
            ids = await asyncio.to_thread(due, room, without) if room > 0 else ()
            took = time.monotonic() - asked
            if ids:
                group.create_task(work(ids))
            elif not busy:
                return
            else:
                await hand.ended(LOOK)
            await asyncio.sleep(max(REFILL, took / ASKING))
            await hand.eased(TOGETHER)


class GroupCommit(Generic[Item, Saved]):
    """Saves what is ready together: while one batch is being written, the next one gathers.

    `save` runs in a thread and returns one result for each item, in order; a result that is an exception is raised to
    the one who handed in that item. A StoreError that it raises itself is the whole database's: see `wait_out`.
    """

    _LARGEST = 200

    def __init__(
        self,
        save: Callable[[Sequence[Item]], Sequence[Saved | Exception]],
        gather: float = 0.0,
        coming: Callable[[], float] = lambda: inf,
    ) -> None:
        """`gather` is for how many seconds, at most, the first of a batch waits for others: until none came for a fifth
        of that, or as many wait as are `coming` in all.
        """
        self._save, self._gather, self._coming = save, gather, coming
        self._is_all = asyncio.Event()
        self._stop: asyncio.Event | None = None
        self._tell: Callable[[StoreError], None] = lambda _: None
        self._fault: StoreError | None = None  # why the last try failed
        self._waiting: list[tuple[Item, asyncio.Future[Saved]]] = []
        self._writer: asyncio.Task[None] | None = None

    def wait_out(self, stop: asyncio.Event, tell: Callable[[StoreError], None]) -> None:
        """From now on, what a full disk or a server that is away keeps from being saved is saved once it is back.

        Who handed it in waits, and asks nobody for anything meanwhile. `tell` hears of every try that failed; none
        is made any more when `stop` is set.
        """
        self._stop, self._tell = stop, tell

    async def add(self, item: Item) -> Saved:
        """Returns what `save` said of this item, once its transaction has ended."""
        done: asyncio.Future[Saved] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if len(self._waiting) >= self._coming():
            self._is_all.set()
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        # The write goes on when the one who waits is cancelled: half of a batch is never thrown away.
        return await asyncio.shield(done)

    async def drain(self) -> None:
        """Returns when everything handed in is written."""
        if self._writer is not None:
            await asyncio.shield(self._writer)

    async def _write(self) -> None:
        while self._waiting:
            await self._gathered()
            batch, self._waiting = self._waiting[: self._LARGEST], self._waiting[self._LARGEST :]
            results = await self._saved([item for item, _ in batch])
            for (_, done), result in zip(batch, results, strict=True):
                if done.done():
                    continue
                if isinstance(result, Exception):
                    done.set_exception(result)
                    done.exception()  # whoever waits may be gone; that is no "never retrieved" then
                else:
                    done.set_result(result)

    async def _gathered(self) -> None:
        for _ in range(_LOOKS):
            before = len(self._waiting)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._gather / _LOOKS):
                    await self._is_all.wait()
            if len(self._waiting) == before:
                break
        self._is_all.clear()

    async def _saved(self, items: Sequence[Item]) -> Sequence[Saved | Exception]:
        pause = FIRST_PAUSE
        while not (self._fault and self._stop and self._stop.is_set()):
            try:
                results = await asyncio.to_thread(self._save, items)
            except StoreError as exc:
                if self._stop is None:
                    return [exc] * len(items)
                self._fault = exc
                self._tell(exc)
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await self._stop.wait()
                pause = min(2 * pause, LONGEST_PAUSE)
            except Exception as exc:
                return [exc] * len(items)
            else:
                self._fault = None
                return results
        return [self._fault] * len(items)


class Turns:
    """For each key so many at a time, first come, first served; remembered only while somebody wants it."""

    def __init__(self, width: int = 1) -> None:
        self._width = width
        self._places: dict[Hashable, tuple[asyncio.Semaphore, int]] = {}

    @asynccontextmanager
    async def __call__(self, key: Hashable) -> AsyncIterator[bool]:
        """The block is run when it is its turn. Yields whether anybody else had one that has not ended, or just did."""
        places, users = self._places.get(key, (asyncio.Semaphore(self._width), 0))
        self._places[key] = (places, users + 1)
        try:
            async with places:
                yield users > 0
        finally:
            places, users = self._places.pop(key)
            if users > 1:
                self._places[key] = (places, users - 1)
