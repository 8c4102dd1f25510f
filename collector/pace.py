"""How often a host is asked: a few connections at a time, spaced where wished, and not at all while it asked
to be left alone.

The waits live in memory. After a restart, what must outlive it (a feed's Retry-After) is told again with
`hold`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

IDLE = 60.0  # seconds for which an idle host is remembered: longer than any spacing
MANY = 1024  # hosts remembered before idle ones are looked for
MOST_HELD = 20_000  # hosts whose wait is remembered


class _Host:
    __slots__ = ("held_until", "last", "slots", "users")

    def __init__(self, connections: int) -> None:
        self.slots = asyncio.Semaphore(connections)  # first come, first served
        self.users = 0
        self.last: float | None = None  # when a request last started or ended
        self.held_until = 0.0


class HostPace:
    """Turns at hosts. `monotonic` gives seconds; `sleep` waits for them."""

    def __init__(
        self,
        *,
        connections: int = 1,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._connections = connections
        self._monotonic = monotonic
        self._sleep = sleep
        self._hosts: dict[str, _Host] = {}
        self._sweep_at = MANY

    @property
    def remembered(self) -> int:
        """How many hosts are remembered."""
        return len(self._hosts)

    def hold(self, host: str, seconds: float) -> None:
        """No turn at `host` for so long. A shorter wait does not shorten one that is running."""
        record = self._record(host)
        record.held_until = max(record.held_until, self._monotonic() + seconds)

    def held(self, host: str) -> float:
        """For how many seconds `host` is still to be left alone; 0.0 when it may be asked."""
        record = self._hosts.get(host)
        return max(0.0, record.held_until - self._monotonic()) if record else 0.0

    async def enter(self, host: str, spacing: float = 0.0) -> float:
        """Waits for a turn at `host`, at least `spacing` seconds after its last request. 0.0: `leave` must
        follow.

        Anything else: the host is to be left alone for so many seconds, and no turn was taken.
        """
        if wait := self.held(host):
            return wait
        record = self._record(host)
        record.users += 1
        try:
            await record.slots.acquire()
        except BaseException:
            record.users -= 1
            raise
        try:
            await self._space(record, spacing)
            wait = self.held(host)  # the request before this one may have been told to wait
        except BaseException:
            self._release(record)
            raise
        if wait:
            self._release(record)
        else:
            record.last = self._monotonic()
        return wait

    def leave(self, host: str) -> None:
        """Ends a turn."""
        record = self._hosts[host]
        record.last = self._monotonic()
        self._release(record)

    async def _space(self, record: _Host, spacing: float) -> None:
        # In a loop: with several connections another request may have started meanwhile.
        while spacing and record.last is not None:
            wait = record.last + spacing - self._monotonic()
            if wait <= 0:
                return
            await self._sleep(wait)

    def _release(self, record: _Host) -> None:
        record.users -= 1
        record.slots.release()

    def _record(self, host: str) -> _Host:
        record = self._hosts.get(host)
        if record is None:
            if len(self._hosts) >= self._sweep_at:
                self._sweep()
            record = self._hosts[host] = _Host(self._connections)
        return record

    def _sweep(self) -> None:
        """Forgets idle hosts. Costs little in sum: the next sweep comes when the number has doubled."""
        now = self._monotonic()
        for host, record in list(self._hosts.items()):
            if (
                not record.users
                and record.held_until <= now
                and (record.last is None or record.last + IDLE <= now)
            ):
                del self._hosts[host]
        held = [(record.held_until, host) for host, record in self._hosts.items() if not record.users]
        for _, host in sorted(held)[: max(0, len(held) - MOST_HELD)]:
            del self._hosts[host]
        self._sweep_at = max(MANY, 2 * len(self._hosts))
