"""The composition root: the only place where the parts are built and the clocks are read."""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from collector import log
from collector.addresses.networks import parse_networks
from collector.addresses.urls import host_key
from collector.collect import ArticleCollector
from collector.config import Config, Settings, load
from collector.config.reading import read_bytes
from collector.current import Current
from collector.errors import CollectorError
from collector.fetch import Fetcher
from collector.fetch.client import USER_AGENT
from collector.grouping import Grouping
from collector.model import Collected, PendingEntry, PollRecord, Visited
from collector.pace import HostPace
from collector.pages import Pages
from collector.poll import Poller
from collector.replay import Replay
from collector.revisions.visits import HOUR, Budget
from collector.revisit import Revisitor
from collector.robots import Robots
from collector.seeds import examples, read_corpus, save_corpus
from collector.store import Store
from collector.workers.pool import Workers


def clock() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The parts that poll and collect, ready to work on a database that nobody else works on."""

    current: Current
    store: Store
    poller: Poller
    collector: ArticleCollector
    revisitor: Revisitor
    replay: Replay
    grouping: Grouping
    now: Callable[[], datetime]
    own_addresses: set[tuple[str, int]]  # where this program listens: nothing is fetched from there

    def sync(self, config: Config) -> None:
        """Makes `config` the one in force, and brings the database in line: its feeds, and the articles of its corpus.

        Raises ConfigError, with nothing changed, when the corpus cannot be used.
        """
        seeds = read_corpus(config.corpus)
        self.current.adopt(config, examples(seeds))
        self.store.sync_feeds(config.feeds, self.now())
        save_corpus(self.store, seeds, self.current.judge, self.now())

    async def poll_due(self, *, everything: bool = False) -> None:
        """Polls what is due; with `everything`, all feeds but those that were told to wait and those that are gone."""
        ask = self.store.pollable_feeds if everything else self.store.due_feeds
        await self.poller.poll_feeds(await asyncio.to_thread(ask, self.now()))

    async def reload(self) -> None:
        """Adopts the saved configuration, or keeps the one in force and says what is wrong with the new one."""
        before = self.current.config.settings
        try:
            config = await asyncio.to_thread(self._saved_config)
            await asyncio.to_thread(self.sync, config)
        except CollectorError as exc:
            for problem in str(exc).splitlines():
                log.get().error("the change is not used", problem=problem)
        else:
            log.get().info("configuration in force", feeds=len(config.feeds), topics=len(config.topics))
            if later := _at_next_start(before, config.settings):
                log.get().warning("takes effect at the next start", settings=later)


    def _saved_config(self) -> Config:
        """The configuration as it is saved. A file that has not changed is not parsed again: it may be long."""
        config = self.current.config
        if hashlib.sha256(read_bytes(config.path)).hexdigest() == config.digest:
            return config
        return load(config.path, os.environ)


# What is built once: everything else is asked of the configuration each time.
_FIXED = {
    "fetch": ("timeout", "user_agent", "host_connections", "workers", "proxy", "allow_private"),
    "web": ("host", "port"),
}


def _at_next_start(before: Settings, after: Settings) -> list[str]:
    """The settings that differ, and that the running program does not ask for again."""
    pairs = ((f"{section}.{name}", section, name) for section, names in _FIXED.items() for name in names)
    return [
        both
        for both, section, name in pairs
        if getattr(getattr(before, section), name) != getattr(getattr(after, section), name)
    ]


@asynccontextmanager
async def network(
    config: Config,
    now: Callable[[], datetime] = clock,
    monotonic: Callable[[], float] = time.monotonic,
    own_addresses: Collection[tuple[str, int]] = (),
) -> AsyncIterator[tuple[Fetcher, Workers]]:
    """What reaches out and what reads what came: the guarded client and the worker processes."""
    settings = config.settings.fetch
    workers = Workers(settings.workers or os.cpu_count() or 1)
    fetcher = Fetcher(
        now=now,
        pace=HostPace(connections=settings.host_connections, monotonic=monotonic),
        allowed=parse_networks(settings.allow_private),
        own_addresses=own_addresses or _configured_addresses(config),
        user_agent=settings.user_agent or USER_AGENT,
        timeout=settings.timeout,
        proxy=settings.proxy,
        connections=config.settings.poll.concurrency + settings.concurrency,
    )
    async with fetcher:
        try:
            yield fetcher, workers
        finally:
            await workers.close()


def _configured_addresses(config: Config) -> set[tuple[str, int]]:
    return {(config.settings.web.host, config.settings.web.port)}


def _budget(store: Store, now: datetime) -> Budget:
    """What is left of each host's visits: a restart gives it no new ones."""
    budget = Budget()
    for url, at in store.visited_since(now - HOUR):
        budget.spend(host_key(url), at)
    return budget


@asynccontextmanager
async def opened(
    config: Config,
    on_poll: Callable[[PollRecord], None],
    on_collect: Callable[[PendingEntry, Collected], None],
    on_visit: Callable[[Visited], None],
    on_group: Callable[[Mapping[str, int]], None] = log.grouped,
    now: Callable[[], datetime] = clock,
    monotonic: Callable[[], float] = time.monotonic,
) -> AsyncIterator[App]:
    """The parts at work on the configured database, which is theirs alone until the end."""
    current, own = Current(config, examples(read_corpus(config.corpus))), _configured_addresses(config)
    store = Store.ready(config.database)
    try:
        with store.hold():
            async with network(config, now, monotonic, own) as (fetcher, workers):
                for url, seconds in store.waits(now()):
                    fetcher.leave_alone(url, seconds)
                robots = Robots(fetcher.fetch, monotonic=monotonic)
                pages = Pages(fetcher=fetcher, robots=robots, workers=workers, current=current, now=now)
                app = App(
                    current=current,
                    store=store,
                    poller=Poller(
                        store=store, fetcher=fetcher, workers=workers, current=current, now=now, rand=random.random,
                        observe=on_poll, fault=log.fault,
                    ),
                    collector=ArticleCollector(
                        store=store, pages=pages, current=current, now=now, observe=on_collect, fault=log.fault
                    ),
                    revisitor=Revisitor(
                        store=store, pages=pages, current=current, budget=_budget(store, now()), now=now,
                        observe=on_visit, fault=log.fault,
                    ),
                    replay=Replay(store=store, current=current, now=now, on_replayed=log.replayed),
                    grouping=Grouping(
                        store=store, current=current, now=now, on_grouped=on_group, fault=log.not_grouped
                    ),
                    now=now, own_addresses=own,
                )  # fmt: skip
                await asyncio.to_thread(app.sync, config)
                try:
                    yield app
                finally:  # also when it was interrupted: what was fetched and read by then is saved
                    await app.poller.drain()
                    await app.collector.drain()
                    await app.revisitor.drain()
    finally:
        store.close()
