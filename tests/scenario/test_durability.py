"""Nothing lost, nothing twice: the service killed at random moments, and a database that takes nothing for a while."""

from __future__ import annotations

import os
import random
import resource
import sqlite3
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from collector.errors import InUse, StoreError
from collector.store import Store, dialects
from tests.bench.durability import Hostile, Result, compare, hostile, launch, serves, service_of, settle, torment
from tests.scenario.service import Service, running, wait_until

pytestmark = pytest.mark.shared

KILLS = 20
ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
ON_POSTGRES = pytest.mark.parametrize(
    "database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)


@pytest.fixture
def web(shared: Path) -> Iterator[Hostile]:
    with hostile(shared) as server:
        yield server


def test_a_service_killed_at_random_moments_loses_and_doubles_nothing(shared: Path, tmp_path: Path, database: str):
    """Under 30 % faults, with pages; it serves again within 5 seconds, and the database is sound."""
    seed = random.randrange(10**6)

    result = torment(shared, tmp_path, database, KILLS, random.Random(seed))

    print(result.table(f"seed {seed}"))
    assert (result.lost, result.doubled, result.half, result.complaints) == ([], [], [], [])
    assert result.shown > 100
    assert result.page_texts > result.shown / 3
    assert statistics.median(result.served) <= 5, "the longest is for the benchmark: it depends on what else runs"


# --- a database that takes nothing --------------------------------------------------------------------------


@contextmanager
def at_work(web: Hostile, folder: Path, database: str) -> Iterator[Service]:
    """A service that has polled every feed of a web without faults."""
    service = service_of(web, folder, database, faults=0)
    launch(service)
    try:
        serves(service)
        wait_until(lambda: len(web.truth("fault:/fault/f")) >= len(service.feeds), 20, "every feed is polled")
        yield service
    finally:
        if service.process is not None and service.process.poll() is None:
            service.kill()


def troubles(service: Service) -> list[str]:
    """What the log says of the database."""
    return [event["error"] for event in service.said() if "the database is at fault" in event["event"]]


def suffers(web: Hostile, service: Service, seconds: float) -> None:
    """The service serves, says what is wrong once for each cause, and leaves the feeds alone."""
    wait_until(lambda: bool(troubles(service)), 15, "the log says it")
    time.sleep(1)
    before, until = web.count("/fault/f"), time.monotonic() + seconds
    while time.monotonic() < until:
        service.get("/health")
        service.get("/feed.xml")
        time.sleep(0.5)
    assert web.count("/fault/f") - before <= len(service.feeds), "they are not asked for what cannot be saved"
    said = [event for event in service.said() if event["level"] in ("warning", "error")]
    assert len(said) <= 4, said
    assert len(set(troubles(service))) == len(troubles(service))


def recovers(web: Hostile, service: Service) -> None:
    """It polls again by itself; then everything shown is stored once."""
    before = web.count("/fault/f")
    wait_until(lambda: web.count("/fault/f") > before + len(service.feeds), 30, "it polls again")
    settle(service, web)
    result = Result()
    compare(service.database, web.truth("fault:/fault/f"), result)
    assert result.shown > 50
    assert (result.lost, result.doubled, result.half) == ([], [], [])


def test_a_full_disk_is_waited_for(web: Hostile, tmp_path: Path):
    with small_disk(tmp_path) as disk, at_work(web, tmp_path, str(disk / "news.sqlite3")) as service:
        with full(disk, service):
            suffers(web, service, 5)
        recovers(web, service)

    assert any("disk" in error for error in troubles(service))


@ON_SQLITE
def test_a_locked_database_is_waited_for(web: Hostile, tmp_path: Path, database: str):
    """Another process keeps it locked for twenty seconds."""
    with at_work(web, tmp_path, database) as service:
        with closing(sqlite3.connect(database, isolation_level=None, timeout=30)) as other:
            other.execute("BEGIN EXCLUSIVE")
            locked = time.monotonic()
            suffers(web, service, 10)
            time.sleep(max(0, 20 - (time.monotonic() - locked)))
            other.execute("ROLLBACK")
        recovers(web, service)

    assert troubles(service) == [f"{database}: another process keeps the database locked"]


@ON_SQLITE
def test_a_locked_database_does_not_keep_the_service_from_stopping(web: Hostile, tmp_path: Path, database: str):
    other = sqlite3.connect(database, isolation_level=None, timeout=30)
    with at_work(web, tmp_path, database) as service, closing(other):
        other.execute("BEGIN EXCLUSIVE")
        time.sleep(3)
        assert service.stop() < 10


@ON_POSTGRES
def test_connections_that_the_server_ends_are_made_anew(web: Hostile, tmp_path: Path, database: str):
    """As when the server is restarted, five times over; the lock is taken again with them."""
    with at_work(web, tmp_path, database) as service:
        assert is_held(database)
        for _ in range(5):
            time.sleep(random.uniform(0.5, 1.5))
            end_connections(database)
        wait_until(lambda: is_held(database), 10, "the lock is held again")
        recovers(web, service)

    assert len(set(troubles(service))) == len(troubles(service))


@ON_POSTGRES
def test_a_service_whose_lock_another_process_took_stops_and_says_so(web: Hostile, tmp_path: Path, database: str):
    with at_work(web, tmp_path, database) as service, closing(Store.open(database)) as other:
        end_connections(database)
        with at_once(other.hold):
            assert service.process is not None
            assert service.process.wait(15) == 2

    assert f"process {os.getpid()} is collecting into it" in service.log.read_text().splitlines()[-1]


# --- a feed that scrolls faster than it is polled -----------------------------------------------------------


def test_a_feed_that_scrolls_by_is_noticed_reported_and_polled_more_often(web: Hostile, tmp_path: Path):
    """An entry a second, ten shown, polled every twelve seconds at first. All are dated wrongly, months ago."""
    service = Service(
        folder=tmp_path,
        database=str(tmp_path / "news.sqlite3"),
        feeds=[{"key": "clock", "url": web.feed(1, "/dyn/clock?every=1&keep=10&key=gap")}],
        settings={"poll": {"interval": "12s", "min_interval": "1s", "max_interval": "30s"}},
    )
    with running(service):
        wait_until(lambda: clock(service)["gap_count"] > 0, 30, "the gap is counted")
        assert "May have missed entries" in service.get("/").decode()
        wait_until(lambda: clock(service)["interval"] <= 7.5, 30, "it is polled often enough")
        before = clock(service)
        assert f"collector_gaps_total {before['gap_count']}.0" in service.get("/metrics").decode()
        time.sleep(15)
        later = clock(service)

    assert later["gap_count"] == before["gap_count"], "nothing is missed any more"
    assert later["entries"] - before["entries"] == pytest.approx(15, abs=9)
    told = [event["gap"] for event in service.said() if "gap" in event]
    assert told == ["entries may have scrolled by unseen"] * len(told)
    assert len(told) == later["gap_count"]
    assert later["entries"] <= len(web.truth("clock:gap")["clock:gap"]["shown"]), "each is stored once"


def clock(service: Service) -> dict[str, object]:
    """The state of the one feed, as `collector status` tells it."""
    return service.command("status", "--json")[0]


# --- means --------------------------------------------------------------------------------------------------


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of a few megabytes; where this user may make none, a folder."""
    disk = folder / "disk"
    disk.mkdir()
    is_made = os.geteuid() == 0 and not subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(disk)], capture_output=True, check=False
    ).returncode
    try:
        yield disk
    finally:
        if is_made:
            subprocess.run(["umount", "-l", str(disk)], check=True)


@contextmanager
def full(disk: Path, service: Service) -> Iterator[None]:
    """Nothing more can be written to the disk; where it is a folder, the service's files cannot grow."""
    if disk.is_mount():
        filler = disk / "filler"
        with filler.open("wb", buffering=0) as out:
            try:
                while True:
                    out.write(b"x" * 4096)
            except OSError:
                pass
        yield
        filler.unlink()
        return
    assert service.process is not None
    most = max(path.stat().st_size for path in [*disk.iterdir(), service.log]) + 20_000
    resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
    yield
    resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)


_END = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name NOT LIKE :own
"""


def end_connections(database: str) -> int:
    """Ends every connection to the database but our own, as a restart of its server does; returns how many."""
    engine = sa.create_engine(dialects.database_url(database))
    with engine.begin() as db:
        ended = db.execute(sa.text(_END), {"own": f"%process {os.getpid()}"})
        number = len(ended.all())
    engine.dispose()
    return number


def is_held(database: str) -> bool:
    with closing(Store.look_at(database)) as store:
        return store.holder() is not None


@contextmanager
def at_once(hold: Callable[[], object]) -> Iterator[None]:
    """Takes the lock in the moment in which it is free."""
    until = time.monotonic() + 5
    while True:
        taken = hold()
        try:
            taken.__enter__()
            break
        except (InUse, StoreError):
            assert time.monotonic() < until
    try:
        yield
    finally:
        taken.__exit__(None, None, None)
