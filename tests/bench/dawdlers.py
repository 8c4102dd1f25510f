"""Are healthy feeds polled in time while others never answer, or send a byte a second?

    python -m tests.bench.dawdlers [--feeds 200] [--interval 15] [--seconds 90]

The real service polls them; the server's log says when. Prints how long healthy feeds really waited, as a multiple of
their interval. Exit code 1 when one of them waited more than 1.2 intervals on average. Needs the shared test data.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from tests.scenario.hostile import Hostile, hostile
from tests.scenario.service import Service, running

ROOT = Path(__file__).resolve().parents[2]
HOSTS = 90  # addresses for healthy feeds; twenty more for those that dawdle
ALLOWED = 1.2


def path_of(number: int) -> str:
    """A twentieth never answers, a twentieth drips, the others are well."""
    kinds = {0: "/slow/never", 10: "/slow/drip"}
    return f"{kinds.get(number % 20, '/ok/rss')}?key={number}"


def url_of(web: Hostile, number: int) -> str:
    """A feed's address; nobody who is well shares a host with one who dawdles."""
    host = HOSTS + 1 + number // 10 % 20 if number % 10 == 0 else number % HOSTS + 1
    return f"http://127.0.1.{host}:{web.port}{path_of(number)}"


def measure(shared: Path, folder: Path, *, feeds: int, interval: int, seconds: float) -> list[float]:
    """The mean time between two polls of each healthy feed, in intervals."""
    with hostile(shared, "--life", "600") as web:
        service = Service(
            folder=folder,
            database=str(folder / "db.sqlite3"),
            feeds=[{"url": url_of(web, number), "interval": f"{interval}s"} for number in range(feeds)],
            settings={"poll": {"min_interval": "1s"}, "fetch": {"timeout": "30s"}},
        )
        with running(service):
            time.sleep(seconds)
            service.stop()
        polls: dict[str, list[float]] = {}
        for request in web.ask("log"):
            if request["path"] == "/ok/rss":
                polls.setdefault(request["target"], []).append(request["t"])
    healthy = sum(path_of(number).startswith("/ok/") for number in range(feeds))
    assert len(polls) == healthy
    return [statistics.mean(b - a for a, b in pairwise(times)) / interval for times in polls.values()]


def main() -> None:
    """Runs it in a folder of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=200)
    parser.add_argument("--interval", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=90)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        waits = measure(
            args.shared, Path(folder), feeds=args.feeds, interval=args.interval, seconds=args.seconds
        )
    print(f"healthy feeds                    {len(waits)} of {args.feeds}")
    print(f"polled after, in intervals       {statistics.mean(waits):.2f} on average, {max(waits):.2f} the slowest")
    sys.exit(max(waits) > ALLOWED)


if __name__ == "__main__":
    main()
