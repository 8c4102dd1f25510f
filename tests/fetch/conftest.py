"""A fetcher that may reach loopback, with a clock that a test sets."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from collector.addresses.networks import parse_networks
from collector.fetch import Fetcher
from collector.pace import HostPace

NOW = datetime(2026, 1, 5, 10, tzinfo=UTC)
Make = Callable[..., AbstractAsyncContextManager[Fetcher]]


@pytest.fixture
def make() -> Make:
    """Makes a fetcher: `async with make(timeout=1) as fetcher`. Loopback is open unless `allow` differs."""

    @asynccontextmanager
    async def fetcher(
        *, allow: tuple[str, ...] = ("127.0.0.0/8",), pace: HostPace | None = None, **options: Any
    ) -> AsyncIterator[Fetcher]:
        options.setdefault("timeout", 5.0)
        pace = pace or HostPace(monotonic=time.monotonic)
        async with Fetcher(now=lambda: NOW, pace=pace, allowed=parse_networks(allow), **options) as made:
            yield made

    return fetcher


@pytest.fixture
async def fetcher(make: Make) -> AsyncIterator[Fetcher]:
    """A fetcher that may reach loopback."""
    async with make() as made:
        yield made


@pytest.fixture(scope="session")
def hostile(shared: Path) -> Iterator[int]:
    """The port of a running hostile server."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, str(shared / "hostile" / "hostile.py"), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert "hostile server on" in process.stdout.readline()
        yield port
        process.terminate()
