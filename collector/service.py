"""`collector run`: scheduler, collector and web server in one process, from start to a clean end."""

from __future__ import annotations

import asyncio
import errno
import signal
import socket
from collections.abc import Callable, Mapping
from dataclasses import replace

from collector import __version__, log
from collector.app import App, clock, opened
from collector.channels import Channels
from collector.config import Config
from collector.current import Current
from collector.errors import CollectorError, InUse
from collector.metrics import Metrics
from collector.model import Collected, PendingEntry, PollRecord, Visited
from collector.scheduler import Scheduler
from collector.static import write_site
from collector.tracing import explain
from collector.web import Health, Services, create_app
from collector.web.server import Server

_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class _Served:
    """The configuration in force, with the address that the server really listens on until it is started again."""

    def __init__(self, current: Current, port: int) -> None:
        self._current = current
        self._address = {"host": current.config.settings.web.host, "port": port}
        self._read: Config | None = None

    def __call__(self) -> Config:
        config = self._current.config
        if config is not self._read:
            web = config.settings.web.model_copy(update=self._address)
            self._served = replace(config, settings=config.settings.model_copy(update={"web": web}))
            self._read = config
        return self._served


async def run(config: Config, say: Callable[[str], None]) -> None:
    """Serves until SIGTERM or Ctrl-C. `say` prints the start-up lines for a person."""
    metrics, stop = Metrics(), asyncio.Event()
    for number in _STOP_SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, stop.set)

    def polled(record: PollRecord) -> None:
        metrics.polled(record)
        log.polled(record)

    def collected(pending: PendingEntry, record: Collected) -> None:
        metrics.collected(pending, record)
        log.collected(pending, record)

    def visited(record: Visited) -> None:
        metrics.visited(record)
        log.visited(record)

    def grouped(counts: Mapping[str, int]) -> None:
        metrics.grouped(counts)
        log.grouped(counts)

    async with opened(config, polled, collected, visited, grouped) as app:
        with _listen(config) as listening:
            app.own_addresses.add(listening.getsockname()[:2])  # the port may have been free to choose
            await _serve(app, metrics, listening, stop, say)
    say("Stopped.")


async def _serve(
    app: App, metrics: Metrics, listening: socket.socket, stop: asyncio.Event, say: Callable[[str], None]
) -> None:
    config = _Served(app.current, listening.getsockname()[1])
    channels = Channels(app.store, config)
    metrics.stored(lambda: app.store.totals([topic.key for topic in config().topics]))

    def publish() -> None:
        if folder := config().publish_folder:
            write_site(channels, config(), folder)

    ousted: list[InUse] = []

    def make_way(exc: InUse) -> None:
        ousted.append(exc)
        stop.set()

    scheduler = Scheduler(
        store=app.store, poller=app.poller, collector=app.collector, revisitor=app.revisitor, replay=app.replay,
        grouping=app.grouping, current=app.current, now=clock, reload=app.reload, publish=publish,
        on_tick=lambda at: metrics.ticked(at.timestamp()), on_ousted=make_way,
    )  # fmt: skip
    services = Services(
        store=app.store, channels=channels, config=config, health=lambda: _health(app, scheduler),
        explain=lambda named: explain(app.store, app.current, named), metrics=metrics.registry, now=clock,
    )  # fmt: skip
    server = Server(create_app(services))
    serving = asyncio.create_task(server.serve([listening]))
    scheduler.start()
    greet(config(), app.store.name, say)
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({stopping, serving}, return_when=asyncio.FIRST_COMPLETED)
    say("Stopping: finishing the work in hand.")
    stopping.cancel()
    server.should_exit = True
    await asyncio.gather(scheduler.stop(), serving)
    for exc in ousted:
        raise exc


def greet(config: Config, database: str, say: Callable[[str], None]) -> None:
    """Says where everything is."""
    base, topics = config.base_url, ", ".join(topic.title for topic in config.topics)
    feeds = sum(not feed.disabled for feed in config.feeds)
    say(f"Collector {__version__}")
    say(f"  Your feed     {base}/feed.xml   (also /feed.atom and /feed.json)")
    say(f"  Status page   {base}/")
    say(f"  Watching      {topics or 'nothing: there are no topics'}")
    say(f"  Sources       {feeds} feeds in {config.path}")
    say(f"  Database      {database}")
    say("Stop with Ctrl-C.")


def _listen(config: Config) -> socket.socket:
    web = config.settings.web
    family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
    try:
        return socket.create_server((web.host, web.port), family=family, backlog=512)
    except OSError as exc:
        hint = (
            "another program uses it (a Collector that runs already?); choose another `web.port`"
            if exc.errno == errno.EADDRINUSE
            else exc.strerror
        )
        raise CollectorError(f"cannot listen on {web.host} port {web.port}: {hint}") from exc


def _health(app: App, scheduler: Scheduler) -> Health:
    last = scheduler.last_tick
    return Health(
        ok=scheduler.is_alive(),
        detail={
            "scheduler": "looking for work" if scheduler.is_alive() else "stalled",
            "last_tick": last.isoformat() if last else None,
            "polls_in_hand": len(app.poller.in_hand),
            "entries_in_hand": len(app.collector.in_hand),
            "visits_in_hand": len(app.revisitor.in_hand),
        },
    )
