"""A day in minutes: is anything lost, does memory grow, is any server asked more often than it wishes?

    python -m tests.bench.soak [--hours 24] [--feeds 500] [--faults 0.3]

The real program polls growing feeds on a server that breaks answers in one of twelve ways, fetches pages for a tenth
of them, and publishes; all clocks are the bench's, and jump to where there is something to do. Needs the shared test
data. Exit code 1 when something was lost or doubled, or a server's wish was not respected.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import random
import resource
import sqlite3
import sys
import tempfile
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Coroutine, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from collector.app import App, opened
from collector.cadence import SOON
from collector.channels import Channels
from collector.config import load
from collector.publish import FORMATS
from tests.scenario.hostile import Hostile, hostile

ROOT = Path(__file__).resolve().parents[2]
STEP = 60.0  # seconds that the clocks jump at least
WIDTH = 48  # polls and entries in hand at the same time
HOSTS = 100  # addresses of feeds that grow; ten more for those that want to be left alone
MIN_INTERVAL = 300.0  # seconds; the setting's default
FAULTS = "500 503 429 reset resetmid close short gztrunc trunc html empty stall".split()  # the server's, in its order
RETRY_AFTER = 7200  # seconds that a twentieth of the feeds always ask for


@dataclass
class Clock:
    """Simulated time, and when in real time it jumped."""

    now: datetime
    real: list[float] = field(default_factory=list)
    simulated: list[float] = field(default_factory=list)

    def __call__(self) -> datetime:
        return self.now

    def monotonic(self) -> float:
        """The same as seconds."""
        return self.now.timestamp()

    def jump(self, to: datetime) -> None:
        """Sets the clocks forward."""
        self.now = to
        self.real.append(time.time())
        self.simulated.append(to.timestamp())

    def at(self, real: float) -> float:
        """What the clocks showed at a moment of real time."""
        return self.simulated[max(0, bisect_right(self.real, real) - 1)]


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What the program holds between two hours: MiB, sockets, processes."""

    memory: float
    sockets: int
    processes: int


@dataclass(frozen=True, kw_only=True)
class Report:
    """What came of it. `grown` is in MiB, over the second half."""

    polls: dict[str, int]
    shown: int
    lost: int
    doubled: int
    unseen_gaps: int
    violations: list[str]
    samples: list[Sample]
    stranded: int
    seconds: float

    @property
    def grown(self) -> float:
        """MiB by which memory grew in the second half: what it holds in the last hours against those in the middle."""
        half = self.samples[len(self.samples) // 2 :]
        third = max(1, len(half) // 4)
        late, early = half[-third:], half[:third]
        return sum(s.memory for s in late) / len(late) - sum(s.memory for s in early) / len(early)

    @property
    def is_sound(self) -> bool:
        """Whether every promise was kept."""
        return not (self.lost or self.doubled or self.violations or self.stranded)


def addresses(web: Hostile, feeds: int, faults: float) -> list[dict[str, Any]]:
    """The feeds of feeds.yaml: growing ones that fail at times, and some that always ask to be left alone."""
    found = []
    for number in range(feeds):
        if number % 20 == 19:
            url = f"http://127.0.1.{HOSTS + 1 + number % 10}:{web.port}/retry/seconds?v={RETRY_AFTER}&key={number}"
        else:
            address = f"http://127.0.1.{number % HOSTS + 1}:{web.port}"
            url = f"{address}/fault/f{number}?p={faults}&per=2&keep=50&stall=2"
        found.append({"url": url, "full_text": number % 10 != 0})
    return found


async def soak(shared: Path, folder: Path, *, hours: int, feeds: int, faults: float) -> Report:
    """Lives through so many hours."""
    started = time.monotonic()
    clock = Clock(datetime.now(UTC).replace(microsecond=0))
    with hostile(shared, "--life", "30") as web:
        config = {
            "topics": [{"key": "all", "keywords": ["*"]}],
            "feeds": addresses(web, feeds, faults),
            "settings": {
                "fetch": {"allow_private": ["127.0.0.0/8"], "host_delay": "0s", "timeout": "1s", "workers": 2},
                "storage": {"database": str(folder / "db.sqlite3")},
            },
        }
        (folder / "feeds.yaml").write_text(json.dumps(config))
        polls: Counter[str] = Counter()
        async with opened(
            load(folder / "feeds.yaml", {}),
            lambda record: polls.update([record.outcome]),
            lambda pending, collected: None,
            lambda visited: None,
            now=clock,
            monotonic=clock.monotonic,
        ) as app:
            samples = [sample async for sample in _live(app, clock, hours)]
            gaps = sum(status.gap_count for status in app.store.feeds())
        truth = {key: set(state["shown"]) for key, state in web.ask("truth?key=fault:").items() if "/page/" not in key}
        log = web.ask("log")
    shown = sum(map(len, truth.values()))
    kept, stranded = _stored(folder / "db.sqlite3")
    return Report(
        polls={str(name): count for name, count in sorted(polls.items())},
        shown=shown,
        lost=sum(guid not in kept for guids in truth.values() for guid in guids),
        doubled=sum(count - 1 for count in kept.values()),
        unseen_gaps=gaps,
        violations=list(violations(log, clock, faults)),
        samples=samples,
        stranded=stranded,
        seconds=time.monotonic() - started,
    )


async def _live(app: App, clock: Clock, hours: int) -> Any:
    """Yields what the program holds at the end of each hour."""
    channels, hands = Channels(app.store, lambda: app.current.config), Hands()
    start = clock.now
    clock.jump(start)
    for hour in range(1, hours + 1):
        end = start + timedelta(hours=hour)
        while clock.now < end:
            await _work(app, clock, hands)
            due = app.store.next_due_at() or end
            clock.jump(min(end, max(due, clock.now + timedelta(seconds=STEP))))
        await hands.rest(app)
        for form in FORMATS:
            channels.render(form)
        app.store.expire_unmatched(clock.now - timedelta(days=30))
        yield _sample()


class Hands:
    """Work that goes on while the clocks move."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(WIDTH)
        self._tasks: set[asyncio.Task[None]] = set()

    async def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Begins the work when a hand is free."""
        await self._free.acquire()
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._end)
        await asyncio.sleep(0)  # it takes its id in hand

    def _end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._free.release()
        task.result()

    async def rest(self, app: App) -> None:
        """Returns when all is done and saved."""
        while self._tasks:
            await asyncio.gather(*self._tasks)
        await app.poller.drain()
        await app.collector.drain()


async def _work(app: App, clock: Clock, hands: Hands) -> None:
    """Begins what is due."""
    for number in app.store.due_feeds(clock.now, None, frozenset(app.poller.in_hand)):
        await hands.begin(app.poller.poll_feeds([number]))
    for number in app.store.due_entries(clock.now, 10_000, frozenset(app.collector.in_hand)):
        await hands.begin(app.collector.collect_entries([number]))


def _sample() -> Sample:
    gc.collect()
    links = [_target(path) for path in Path("/proc/self/fd").iterdir()]
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return Sample(
        memory=pages * resource.getpagesize() / 2**20,
        sockets=sum(link.startswith("socket:") for link in links),
        processes=len(children),
    )


def _target(path: Path) -> str:
    try:
        return str(path.readlink())
    except OSError:  # closed meanwhile
        return ""


def _stored(database: Path) -> tuple[Counter[str], int]:
    """How often each guid is among the entries; and how many entries neither ended nor are to be tried again."""
    with closing(sqlite3.connect(database)) as connection:
        guids = Counter(guid for (guid,) in connection.execute("SELECT guid FROM entry"))
        stranded = "SELECT count(*) FROM entry WHERE outcome IS NULL AND due_at IS NULL"
        return guids, connection.execute(stranded).fetchone()[0]


def violations(log: list[dict[str, Any]], clock: Clock, faults: float) -> Iterator[str]:
    """Requests for a feed that came sooner than the settings or its server allow."""
    last: dict[str, float] = {}
    asked: Counter[str] = Counter()
    for request in log:
        target = request["target"]
        if "/page/" in target or target.startswith(("/robots.txt", "/__")):
            continue
        at, before = clock.at(request["t"]), last.get(target)
        fault = _fault(request["path"], asked[target], faults)
        asked[target] += 1
        last[target] = at
        # The times are rounded: a jump of the clocks may fall between.
        if before is not None and at - before < _least(target, fault) - STEP:
            yield f"{target} again after {at - before:.0f} s, {fault or 'all well'}"


def _least(target: str, fault: str | None) -> float:
    """Seconds until a feed may be asked again after an answer of this kind."""
    if "/retry/" in target:
        return RETRY_AFTER
    if fault in ("reset", "close"):
        return 0.0  # before any answer: the same request is sent once more at once (RFC 9110 §9.2.2)
    return SOON if fault else MIN_INTERVAL


def _fault(path: str, number: int, faults: float) -> str | None:
    """How the server broke its answer to this request, as its dice say; None when it did not."""
    dice = random.Random(f"1:{path}:{number}")
    return dice.choice(FAULTS) if path.startswith("/fault/") and dice.random() < faults else None


def show(report: Report) -> None:
    """Prints the figures."""
    first, middle, last = report.samples[0], report.samples[len(report.samples) // 2], report.samples[-1]
    print(f"polls                          {sum(report.polls.values()):,} {report.polls}")
    print(f"entries shown                  {report.shown:,}")
    print(f"lost, doubled                  {report.lost}, {report.doubled}")
    print(f"entries nobody will look at    {report.stranded}")
    print(f"limits of servers violated     {len(report.violations)} {report.violations[:3]}")
    held = f"{first.memory:.0f} after an hour, {middle.memory:.0f} in the middle, {last.memory:.0f} at the end"
    print(f"memory, MiB                    {held}")
    print(f"growth in the second half, MiB {report.grown:.1f}")
    print(f"sockets                        {middle.sockets} in the middle, {last.sockets} at the end")
    print(f"processes                      {middle.processes} in the middle, {last.processes} at the end")
    print(f"took                           {report.seconds:.0f} s")


def main() -> None:
    """Runs it in a folder of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=int, default=24)
    parser.add_argument("--feeds", type=int, default=500)
    parser.add_argument("--faults", type=float, default=0.3)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = soak(args.shared, Path(folder), hours=args.hours, feeds=args.feeds, faults=args.faults)
        report = asyncio.run(work)
    show(report)
    sys.exit(not report.is_sound)


if __name__ == "__main__":
    main()
