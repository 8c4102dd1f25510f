"""Names: looked up in threads of their own, and judged by every address they have."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from urllib.request import urlopen

import pytest

from collector.fetch.resolver import ThreadResolver


async def test_a_name_is_looked_up_by_the_system() -> None:
    """Every address that it has, ready to be connected."""
    found = await ThreadResolver().resolve("localhost", 80)

    assert {"127.0.0.1", "::1"} >= {result["host"] for result in found}
    assert {80} == {result["port"] for result in found}


async def test_a_name_that_cannot_be_asked_for_is_an_error() -> None:
    """Of the kind that an unknown name is."""
    for name in ("a" * 70 + ".example", "ü" * 64):
        with pytest.raises(socket.gaierror):
            await ThreadResolver().resolve(name, 80)


async def test_lookups_do_not_wait_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that does not answer holds up its own name only; giving up leaves nothing behind."""
    barrier = threading.Barrier(50, timeout=5)
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: barrier.wait() and [])
    resolver = ThreadResolver()
    given_up = asyncio.create_task(resolver.resolve("a.example"))
    await asyncio.sleep(0.01)
    given_up.cancel()
    await asyncio.gather(*(resolver.resolve(f"{n}.example") for n in range(49)))

    with pytest.raises(asyncio.CancelledError):
        await given_up


SCRIPT = textwrap.dedent(
    """
    import asyncio, sys, time
    from datetime import UTC, datetime
    from collector.addresses.networks import parse_networks
    from collector.fetch import Fetcher
    from collector.model import FetchRequest
    from collector.pace import HostPace

    async def main(port, names):
        # The public address is refused as if it were ours, so that the test sends nothing to the outside.
        own = {("93.184.216.34", port)}
        pace = HostPace(monotonic=time.monotonic)
        allowed = parse_networks(["127.0.0.1"])
        clock = lambda: datetime.now(UTC)
        async with Fetcher(now=clock, pace=pace, allowed=allowed, own_addresses=own, timeout=0.5) as fetcher:
            for name in names:
                result = await fetcher.fetch(FetchRequest(url=f"http://{name}.hostile.test:{port}/ok/rss"))
                print(name, getattr(result, "failure", "fetched"))

    main = main(int(sys.argv[1]), sys.argv[3:])
    if sys.argv[2] == "uvloop":
        import uvloop
        uvloop.run(main)
    else:
        asyncio.run(main)
    """
)
OUTCOMES = {
    "feed": "fetched",
    "private": "forbidden-address",
    "mixed": "forbidden-address",
    "rebind": "forbidden-address",
    "six": "forbidden-address",
    "mapped": "forbidden-address",
    "slow": "timeout",
    "fail": "dns",
    "nx": "dns",
}


@pytest.mark.shared
@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_names_are_judged_by_what_they_lead_to(shared: Path, hostile: int, loop: str) -> None:
    """Private, mixed and rebinding names, slow and failing ones, on both loops; exit is not held up."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(shared / "hostile" / "rebind_site"),
        "HOSTILE_DNS_SLOW": "60",
    }
    command = [sys.executable, "-c", SCRIPT, str(hostile), loop, *OUTCOMES]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=20)

    assert (done.stderr, done.returncode) == ("", 0)
    assert dict(line.split() for line in done.stdout.splitlines()) == OUTCOMES
    with urlopen(f"http://127.0.0.1:{hostile}/__canary") as answer:
        assert [hit for hit in json.load(answer) if hit["zone"] == "forbidden"] == []
