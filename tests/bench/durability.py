"""`kill -9` at random moments: is anything lost or doubled, the database sound, how soon does it serve again?

    python -m tests.bench.durability [--kills 100] [--database sqlite|postgres] [--shared ../shared]

The real `collector run`, in a loop, polls growing feeds and their pages on a server that breaks three of ten
answers in one of twelve ways. It is killed at a random moment, while it starts too, and started again. At
the end it may settle; then what it stored is compared with what the server ever showed in a complete answer.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from collector.store import Store
from collector.store.schema import article, entry
from tests.scenario.newsweb import free_port
from tests.scenario.service import ENVIRONMENT, PROGRAM, Service, wait_until

FEEDS = 12
_FAULTS = 0.3
_WHILE_STARTING = 0.2  # of all kills
_POSTGRES = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"


@dataclass(frozen=True, kw_only=True)
class Hostile:
    """The misbehaving server of the shared test data, running on loopback."""

    port: int

    def feed(self, number: int, path: str) -> str:
        """An address for a feed on a host of its own."""
        return f"http://127.0.1.{number + 1}:{self.port}{path}"

    def truth(self, key: str) -> dict[str, dict[str, Any]]:
        """What the feeds whose state has this key showed so far: `shown` has guid and title of every entry."""
        return self._control(f"truth?key={key}")

    def count(self, prefix: str) -> int:
        """How many requests there were for paths that begin so."""
        return sum(self._control(f"count?prefix={prefix}").values())

    def _control(self, command: str) -> dict[str, Any]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/__{command}", timeout=10) as answer:
            return json.loads(answer.read())


@contextmanager
def hostile(shared: Path) -> Iterator[Hostile]:
    """The server, until the end of the block."""
    port = free_port()
    program = [sys.executable, str(shared / "hostile/hostile.py"), "--port", str(port), "--life", "30"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        try:
            assert server.stdout is not None
            assert server.stdout.readline()
            yield Hostile(port=port)
        finally:
            server.kill()


@dataclass(kw_only=True)
class Result:
    """What became of it all. Times in seconds; `complaints` are what `collector doctor` found wrong."""

    kills: int = 0
    served: list[float] = field(default_factory=list)
    shown: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    half: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    page_texts: int = 0
    requests: int = 0

    def table(self, name: str) -> str:
        """The figures, a line each."""
        rows = {
            "kills": self.kills, "requests": self.requests, "entries shown": self.shown,
            "with their page's text": self.page_texts, "lost": len(self.lost), "doubled": len(self.doubled),
            "half": len(self.half), "database": "; ".join(self.complaints) or "sound",
            "serving again, median": f"{statistics.median(self.served):.2f} s",
            "serving again, longest": f"{max(self.served):.2f} s",
        }  # fmt: skip
        return "\n".join([name, *(f"  {label:24}{value}" for label, value in rows.items())])


def torment(shared: Path, folder: Path, database: str, kills: int, rand: random.Random) -> Result:
    """Kills the service so many times, and compares. `database` is empty; `folder` is for its feeds.yaml and log."""
    result = Result(kills=kills)
    with hostile(shared) as server:
        service = service_of(server, folder, database)
        try:
            for _ in range(kills):
                _start_and_kill(service, rand, result)
            launch(service)
            result.served.append(serves(service))
            settle(service, server)
        finally:
            if service.process is not None and service.process.poll() is None:
                service.kill()
        result.requests = server.count("/")
        compare(database, server.truth("fault:/fault/f"), result)
    result.complaints = [f["message"] for f in _doctor(service) if not f["is_sound"]]
    return result


def launch(service: Service) -> None:
    """Starts the service's process, and does not wait for it."""
    with service.log.open("ab") as log:
        service.process = subprocess.Popen(
            [*PROGRAM, "run"], cwd=service.folder, env=ENVIRONMENT, stdout=log, stderr=log
        )


def serves(service: Service, seconds: float = 20) -> float:
    """How long it took from now until the launched service serves."""
    started = time.monotonic()
    while not service._answers():
        assert time.monotonic() - started < seconds, f"it does not serve: {service.log.read_text()[-3000:]}"
        time.sleep(0.02)
    return time.monotonic() - started


def service_of(server: Hostile, folder: Path, database: str, faults: float = _FAULTS) -> Service:
    """A service, not started yet, that polls growing feeds every second or two. `faults` is how many answers break."""
    feeds = [
        {"key": f"f{number}", "url": server.feed(number, f"/fault/f{number}?p={faults}&per=2&keep=60&stall=2")}
        for number in range(FEEDS)
    ]
    settings = {
        "poll": {"interval": "1s", "min_interval": "1s", "max_interval": "2s"},
        "fetch": {"timeout": "1s", "host_connections": 8, "workers": 2},
    }
    service = Service(folder=folder, database=database, feeds=feeds, settings=settings)
    service.configure()
    return service


def _start_and_kill(service: Service, rand: random.Random, result: Result) -> None:
    launch(service)
    if rand.random() < _WHILE_STARTING:
        time.sleep(rand.uniform(0, 2))
    else:
        result.served.append(serves(service))
        time.sleep(rand.uniform(0, 2.5))
    service.kill()


def settle(service: Service, server: Hostile) -> None:
    """Lets every feed show a complete document once more, stops, and collects what is pending without polling."""
    before = {name: state["ok"] for name, state in server.truth("fault:/fault/f").items()}

    def is_through() -> bool:
        return all(
            state["ok"] > before.get(name, 0)
            for name, state in server.truth("fault:/fault/f").items()
            if not name.startswith("fault:/fault/page")
        )

    wait_until(is_through, 60, "every feed is polled well once more")
    service.stop()
    for configured in service.feeds:
        configured["disabled"] = True
    service.configure()
    for _ in range(60):
        service.command("once", "--json")
        if not _due(service):
            return
        time.sleep(1)
    raise AssertionError("entries stay due")


def _due(service: Service) -> int:
    """How many entries have not been collected at all."""
    with closing(Store.look_at(service.database)) as store:
        return store.totals([]).pending


def compare(database: str, truth: dict[str, dict[str, Any]], result: Result) -> None:
    """Notes what of all that was shown is not stored, or more than once, or in part."""
    shown = {guid: title for state in truth.values() for guid, title in state["shown"].items()}
    columns = (entry.c.guid, entry.c.title, article.c.text, article.c.text_source)
    query = sa.select(*columns).join_from(entry, article, isouter=True)
    with closing(Store.look_at(database)) as store, store._read() as db:
        rows = db.execute(query).all()
        titles = db.scalars(sa.select(article.c.title).where(article.c.corpus_file.is_(None))).all()
    stored = {row.guid: row for row in rows}
    result.shown = len(shown)
    result.lost = [guid for guid in shown if guid not in stored or stored[guid].title != shown[guid]]
    counts = Counter(row.guid for row in rows), Counter(titles)
    result.doubled = [name for count in counts for name, number in count.items() if number > 1]
    result.half = [row.guid for row in rows if not row.title or not row.text]
    result.page_texts = sum(row.text_source == "page" for row in rows)


def _doctor(service: Service) -> list[dict[str, Any]]:
    done = subprocess.run(
        [*PROGRAM, "doctor", "--json"], cwd=service.folder, env=ENVIRONMENT, capture_output=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    """An empty database of that kind."""
    if kind == "sqlite":
        yield str(folder / "collector.sqlite3")
        return
    url = sa.make_url(os.environ.get("COLLECTOR_TEST_POSTGRES", _POSTGRES)).set(drivername="postgresql+psycopg")
    server = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    name = f"collector_bench_{uuid.uuid4().hex}"
    with server.connect() as db:
        db.exec_driver_sql(f'CREATE DATABASE "{name}"')
    try:
        yield url.set(database=name, drivername="postgresql").render_as_string(hide_password=False)
    finally:
        with server.connect() as db:
            db.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
        server.dispose()


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--kills", type=int, default=100)
    options.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    options.add_argument("--seed", type=int, default=None, help="of the random moments; printed")
    options.add_argument("--shared", type=Path, default=Path(__file__).resolve().parents[3] / "shared")
    chosen = options.parse_args()
    seed = random.randrange(10**6) if chosen.seed is None else chosen.seed
    with tempfile.TemporaryDirectory() as folder, _database(chosen.database, Path(folder)) as database:
        result = torment(chosen.shared, Path(folder), database, chosen.kills, random.Random(seed))
    print(result.table(f"{chosen.database}, {FEEDS} feeds, {_FAULTS:.0%} faults, seed {seed}"))
    is_well = not (result.lost or result.doubled or result.half or result.complaints) and max(result.served) <= 5
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
