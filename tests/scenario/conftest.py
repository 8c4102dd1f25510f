"""A world for scenarios: pretend sites on loopback, and the real program at work on a real database."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from collector.app import App, opened
from collector.config import load
from collector.model import ChannelItem, ChannelQuery, Collected, PendingEntry, PollRecord, Visited
from tests.site import Site, serve

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(kw_only=True)
class World:
    """One user's folder with its feeds.yaml and database, and a clock that tests set."""

    folder: Path
    database: str
    now: datetime = START
    feeds: list[Any] = field(default_factory=list)
    fetch: dict[str, Any] = field(default_factory=dict)
    publish: dict[str, Any] = field(default_factory=dict)
    topics: list[Any] = field(default_factory=lambda: [{"key": "korea", "keywords": ["North Korea"]}])
    polls: list[PollRecord] = field(default_factory=list)
    collected: list[tuple[PendingEntry, Collected]] = field(default_factory=list)
    visited: list[Visited] = field(default_factory=list)

    def write(self) -> Path:
        """Writes feeds.yaml (JSON is YAML)."""
        path = self.folder / "feeds.yaml"
        fetch = {"allow_private": ["127.0.0.0/8"], "host_delay": "0s", "timeout": "3s", "workers": 1}
        settings = {"fetch": fetch | self.fetch, "storage": {"database": self.database}, "publish": self.publish}
        path.write_text(json.dumps({"topics": self.topics, "feeds": self.feeds, "settings": settings}))
        return path

    @asynccontextmanager
    async def app(self) -> AsyncIterator[App]:
        """The program, until the end of the block."""
        config = load(self.write(), {})
        async with opened(
            config,
            self.polls.append,
            lambda p, c: self.collected.append((p, c)),
            self.visited.append,
            now=lambda: self.now,
        ) as app:
            yield app

    async def once(self, *, everything: bool = True, pages: bool = True) -> list[ChannelItem]:
        """Polls, collects, and returns what is published, newest first."""
        async with self.app() as app:
            await app.poll_due(everything=everything)
            if pages:
                await app.collector.collect_due()
            return list(app.store.channel(ChannelQuery(topics=self.keys, limit=1000)).items)

    def later(self, **duration: float) -> None:
        """Sets the clock forward."""
        self.now += timedelta(**duration)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the topics."""
        return tuple(topic["key"] for topic in self.topics)

    def outcomes(self) -> list[str]:
        """How the polls so far ended."""
        return [str(record.outcome) for record in self.polls]


@pytest.fixture
def world(database: str, tmp_path: Path) -> World:
    """A world without feeds, on SQLite and on PostgreSQL."""
    return World(folder=tmp_path, database=database)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """A pretend site on 127.0.0.1."""
    async with serve() as site:
        yield site


@pytest.fixture
async def other() -> AsyncIterator[Site]:
    """A second site, on an address of its own."""
    async with serve("127.0.0.9") as site:
        yield site


@pytest.fixture
def answers() -> Callable[..., Any]:
    """Makes a site's own answer for a path."""
    from aiohttp import web

    def make(**response: Any) -> Any:
        async def answer(request: web.Request) -> web.StreamResponse:
            return web.Response(**response)

        return answer

    return make
