"""Many things at once, with a bound: a width for work in hand, and one transaction for what is ready together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

# Work that could not be saved is due still. Without a pause a full disk would have every server asked again at every look.
SET_ASIDE = 60.0  # seconds

Item = TypeVar("Item")
Saved = TypeVar("Saved")


async def each(items: Iterable[Item], width: int, work: Callable[[Item], Awaitable[None]]) -> None:
    """Runs `work` on every item, at most `width` at once. Items are taken as there is room, so a long list costs nothing."""
    todo = iter(items)

    async def worker() -> None:
        for item in todo:
            await work(item)

    async with asyncio.TaskGroup() as group:
        for _ in range(width):
            group.create_task(worker())


class GroupCommit(Generic[Item, Saved]):
    """Saves what is ready together: while one batch is being written, the next one gathers.

    `save` runs in a thread and returns one result for each item, in order; a result that is an exception is raised to the
    one who handed in that item.
    """

    _LARGEST = 200

    def __init__(self, save: Callable[[Sequence[Item]], Sequence[Saved | Exception]]) -> None:
        self._save = save
        self._waiting: list[tuple[Item, asyncio.Future[Saved]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def add(self, item: Item) -> Saved:
        """Returns what `save` said of this item, once its transaction has ended."""
        done: asyncio.Future[Saved] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
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
            batch, self._waiting = self._waiting[: self._LARGEST], self._waiting[self._LARGEST :]
            try:
                results = await asyncio.to_thread(self._save, [item for item, _ in batch])
            except Exception as exc:
                results = [exc] * len(batch)
            for (_, done), result in zip(batch, results, strict=True):
                if done.done():
                    continue
                if isinstance(result, Exception):
                    done.set_exception(result)
                    done.exception()  # whoever waits may be gone; that is no "never retrieved" then
                else:
                    done.set_result(result)


class OneAtATime:
    """A lock for each key, kept only while somebody wants it."""

    def __init__(self) -> None:
        self._locks: dict[Hashable, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def __call__(self, key: Hashable) -> AsyncIterator[bool]:
        """Yields whether somebody else held the key before."""
        lock, users = self._locks.get(key, (asyncio.Lock(), 0))
        self._locks[key] = (lock, users + 1)
        try:
            async with lock:
                yield users > 0
        finally:
            lock, users = self._locks.pop(key)
            if users > 1:
                self._locks[key] = (lock, users - 1)
