"""Names to addresses, without letting slow name servers hold up anybody else.

The event loop's own lookup shares a few threads with other work (uvloop has four), and a thread that waits
for a dead name server cannot be ended: a handful of dead names would stop all polling, and the program's
exit. Here each lookup has a daemon thread of its own, of which there are a bounded number.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

MOST_LOOKUPS = 128


class ThreadResolver(AbstractResolver):
    """Asks the system's resolver."""

    def __init__(self) -> None:
        self._slots = asyncio.Semaphore(MOST_LOOKUPS)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of `host`. Raises OSError (socket.gaierror) when there are none."""
        loop = asyncio.get_running_loop()
        await self._slots.acquire()
        answer: asyncio.Future[list[Any]] = loop.create_future()
        threading.Thread(target=self._look_up, args=(loop, answer, host, port, family), daemon=True).start()
        return [
            ResolveResult(
                hostname=host,
                host=address[0],
                port=port,
                family=found,
                proto=protocol,
                flags=socket.AI_NUMERICHOST,
            )
            for found, _, protocol, _, address in await answer
            if found in (socket.AF_INET, socket.AF_INET6)
        ]

    async def close(self) -> None:
        """Lookups under way end by themselves."""

    def _look_up(self, loop: asyncio.AbstractEventLoop, answer: asyncio.Future, *question: Any) -> None:
        host, port, family = question
        try:
            infos, error = socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM), None
        except (OSError, UnicodeError) as exc:
            infos, error = (
                [],
                exc if isinstance(exc, OSError) else socket.gaierror(socket.EAI_NONAME, str(exc)),
            )
        try:
            loop.call_soon_threadsafe(self._deliver, answer, infos, error)
        except RuntimeError:  # the loop was closed meanwhile: nobody waits any more
            return

    def _deliver(self, answer: asyncio.Future, infos: list, error: OSError | None) -> None:
        self._slots.release()
        if answer.done():  # given up
            return
        if error:
            answer.set_exception(error)
        else:
            answer.set_result(infos)
