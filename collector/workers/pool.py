"""Processes with a time and a memory limit that parse and extract: what strangers send can kill only these.

    job | wait for a place | the worker idle last, or a new one | ask | its answer, or the end of the worker

The second place comes when jobs have waited for the first without a pause, and so on: a worker needs 0.15 s of CPU to
start, and one is enough for a poll of 1,000 feeds of which few changed (tests/bench/polling.py: 7 % less in all).

A worker is a fresh interpreter at one end of a socket pair; `collector.workers.worker` is its side. The ready-made
pools (pebble, loky, concurrent.futures) fork a program that has threads, or let each child import the main
module again (the whole command line, in time and in memory); they start all children at the first job, find
time-outs and deaths by polling, and cannot replace a child that has grown. Hence this one.
"""

from __future__ import annotations

import asyncio
import pickle
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import collector
from collector.errors import WorkerError
from collector.workers.worker import LENGTH_BYTES, Answer, Ending, Job, pack

if TYPE_CHECKING:
    from collector.model import Extraction, ParsedFeed, SiteRules

PARSE = Job(name="parsing", function="collector.parse:parse", seconds=20)
SITE_HITS = Job(name="extraction", function="collector.extract.sites:hits", seconds=30)
EXTRACT = Job(name="extraction", function="collector.extract:extract", seconds=30)

PATIENCE = 0.5  # seconds for which jobs wait without a pause until there is one more place

# The largest answer that is read in one go from the socket's buffer; larger ones take more rounds.
_BUFFER = 2**20


class Workers:
    """A pool of at most `count` worker processes. None is started before it is needed, nor while the others keep up.

    Each may hold `memory_limit` bytes of heap. Callers beyond `count` wait their turn, in order. Belongs to
    the event loop that first uses it.
    """

    def __init__(self, count: int, memory_limit: int = 512 * 2**20) -> None:
        self._memory_limit = memory_limit
        self._places = asyncio.Semaphore(1)
        self._more_places = count - 1
        self._waiting = 0
        self._growth: asyncio.TimerHandle | None = None
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()
        self._is_closed = False

    async def parse(self, body: bytes, headers: dict[str, str], url: str) -> ParsedFeed:
        """`collector.parse.parse` in a worker: raises its ParseError, or a WorkerError."""
        return await self.run(PARSE, body, headers, url)

    async def extract(
        self, body: bytes, url: str, charset: str | None = None, rules: SiteRules | None = None
    ) -> Extraction:
        """`collector.extract.extract` in a worker: raises its ExtractError, or a WorkerError."""
        return await self.run(EXTRACT, body, url, charset, rules)

    async def site_hits(self, body: bytes, url: str, charset: str | None, rules: SiteRules) -> dict[str, int]:
        """`collector.extract.sites.hits` in a worker: raises ExtractError, or a WorkerError."""
        return await self.run(SITE_HITS, body, url, charset, rules)

    async def run(self, job: Job, *arguments: Any) -> Any:
        """What the job's function returns for the arguments.

        Raises the CollectorError that the function raised, or WorkerError when the process had to be ended.
        An input that ends its process costs nothing but itself: the next job gets a new one.
        """
        async with self._place():
            worker = await self._take()
            try:
                answer = await worker.ask(job, arguments)
            except BaseException:  # when cancelled, too: an answer that came later would be the next job's
                await worker.end()
                self._refuse_when_closed()
                raise
            finally:
                self._busy.discard(worker)
            if answer.is_last or self._is_closed:
                await worker.end()
            else:
                self._idle.append(worker)
        return _value(answer, job, self._memory_limit)

    async def close(self) -> None:
        """End every worker, busy ones too: whoever waits for one gets a WorkerError. Takes no second."""
        self._is_closed = True
        self._stop_growing()
        workers = [*self._idle, *self._busy]
        self._idle.clear()
        await asyncio.gather(*(worker.end() for worker in workers))

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        self._waiting += 1
        if self._growth is None and self._more_places and self._places.locked():
            self._growth = asyncio.get_running_loop().call_later(PATIENCE, self._grow)
        try:
            await self._places.acquire()
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._stop_growing()
        try:
            yield
        finally:
            self._places.release()

    def _grow(self) -> None:
        self._more_places -= 1
        self._growth = asyncio.get_running_loop().call_later(PATIENCE, self._grow) if self._more_places else None
        self._places.release()

    def _stop_growing(self) -> None:
        if self._growth is not None:
            self._growth.cancel()
            self._growth = None

    async def _take(self) -> _Worker:
        """The worker that was idle last, which is the warmest, or a new one."""
        self._refuse_when_closed()
        while self._idle:
            worker = self._idle.pop()
            if worker.is_alive:
                break
            await worker.end()
        else:
            worker = await _Worker.start(self._memory_limit)
        self._busy.add(worker)
        if self._is_closed:  # while it was started
            await worker.end()
        return worker

    def _refuse_when_closed(self) -> None:
        if self._is_closed:
            raise WorkerError("the workers have been stopped")


class _Worker:
    """One process and our end of the socket to it."""

    def __init__(
        self, process: subprocess.Popen[bytes], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._process = process
        self._reader = reader
        self._writer = writer

    @classmethod
    async def start(cls, memory_limit: int) -> _Worker:
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                process = subprocess.Popen(  # noqa: ASYNC220 - returns as soon as the child runs: a millisecond
                    [sys.executable, "-P", "-c", _PROGRAM, _PACKAGE_PARENT, str(memory_limit)],
                    stdin=theirs,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    process_group=0,  # Ctrl-C in a terminal goes to the collector alone
                )
            except OSError as error:
                ours.close()
                raise WorkerError(f"a worker process could not be started: {error}") from error
        reader, writer = await asyncio.open_unix_connection(sock=ours, limit=_BUFFER)
        return cls(process, reader, writer)

    @property
    def is_alive(self) -> bool:
        return not self._reader.at_eof() and self._process.poll() is None

    async def ask(self, job: Job, arguments: tuple[Any, ...]) -> Answer:
        """The process's answer, or WorkerError when it took too long or died."""
        try:
            async with asyncio.timeout(job.seconds):
                self._writer.write(pack((job, arguments)))
                await self._writer.drain()
                length = int.from_bytes(await self._reader.readexactly(LENGTH_BYTES), "big")
                return pickle.loads(await self._reader.readexactly(length))
        except TimeoutError:
            raise WorkerError(f"{job.name} was ended after {job.seconds:g} s") from None
        except (asyncio.IncompleteReadError, ConnectionError):
            raise WorkerError(f"{job.name} failed: its process {await self._epitaph()}") from None

    async def end(self) -> None:
        """Kill the process, if it still runs, and wait until nothing is left of it."""
        self._process.kill()
        await asyncio.to_thread(self._process.wait)
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()

    async def _epitaph(self) -> str:
        """What the process died of; it has closed its end of the socket already."""
        await self.end()
        code = self._process.returncode
        if code >= 0:
            return f"ended with exit code {code}"
        return f"was killed by {signal.Signals(-code).name}"


# The package is found where it was found here, behind all else: no folder of the user shadows a module.
_PACKAGE_PARENT = str(Path(collector.__file__).parent.parent)
_PROGRAM = """
import sys
sys.path.append(sys.argv[1])
from collector.workers.worker import main
main(int(sys.argv[2]))
"""


def _value(answer: Answer, job: Job, memory_limit: int) -> Any:
    """What the function returned, or the error that the caller is to see."""
    match answer.ending:
        case Ending.DONE:
            return answer.value
        case Ending.REFUSED:
            raise answer.value
        case Ending.OUT_OF_MEMORY:
            raise WorkerError(f"{job.name} needed more than {memory_limit // 2**20} MiB")
        case Ending.FAILED:
            last_line = answer.value.strip().splitlines()[-1]
            error = WorkerError(f"{job.name} failed: {last_line}")
            error.add_note(answer.value)
            raise error
