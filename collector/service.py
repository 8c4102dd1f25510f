"""`collector run`: scheduler, collector and web server in one process, from start to a clean end."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import signal
import socket
from collections.abc import Callable, Iterator

import uvicorn
from fastapi import FastAPI

from collector import __version__, log
from collector.app import App, clock, opened
from collector.channels import Channels
from collector.config import Config
from collector.errors import CollectorError
from collector.metrics import Metrics
from collector.model import Collected, PendingEntry, PollRecord
from collector.scheduler import Scheduler
from collector.static import write_site
from collector.web import Health, Services, create_app

_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class _Server(uvicorn.Server):
    """A server that leaves the signals to the service, which stops more than the server."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def run(config: Config, say: Callable[[str], None]) -> None:
    """Serves until SIGTERM or Ctrl-C. `say` prints the start-up lines for a person."""
    metrics = Metrics()

    def polled(record: PollRecord) -> None:
        metrics.polled(record)
        log.polled(record)

    def collected(pending: PendingEntry, record: Collected) -> None:
        metrics.collected(pending, record)
        log.collected(pending, record)

    async with opened(config, polled, collected) as app:
        await _serve(app, metrics, say)


async def _serve(app: App, metrics: Metrics, say: Callable[[str], None]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _STOP_SIGNALS:
        loop.add_signal_handler(number, stop.set)
    channels = Channels(app.store, lambda: app.current.config)

    def publish() -> None:
        if folder := app.current.config.publish_folder:
            write_site(channels, app.current.config, folder)

    scheduler = Scheduler(
        store=app.store, poller=app.poller, collector=app.collector, current=app.current, now=clock,
        reload=app.reload, publish=publish, on_tick=lambda at: metrics.ticked(at.timestamp()),
    )  # fmt: skip
    sockets = [_listen(app.current.config)]
    server = _Server(uvicorn.Config(_web(app, scheduler, metrics, channels), log_config=None, access_log=False))
    serving = asyncio.create_task(server.serve(sockets))
    scheduler.start()
    greet(app.current.config, app.store, say)
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({stopping, serving}, return_when=asyncio.FIRST_COMPLETED)
    say("Stopping: finishing the work in hand.")
    server.should_exit = True
    await asyncio.gather(scheduler.stop(), serving)
    stopping.cancel()
    say("Stopped.")


def greet(config: Config, store: Store, say: Callable[[str], None]) -> None:
    """Says where everything is."""
    base, topics = config.settings.web.address, ", ".join(topic.title for topic in config.topics)
    say(f"Collector {__version__}")
    say(f"  Your feed     {base}/feed.xml   (also /feed.atom and /feed.json)")
    say(f"  Status page   {base}/")
    say(f"  Watching      {topics or 'nothing: there are no topics'}")
    say(f"  Sources       {sum(not feed.disabled for feed in config.feeds)} feeds in {config.path}")
    say(f"  Database      {store.name}")
    say("Stop with Ctrl-C.")


def _listen(config: Config) -> socket.socket:
    web = config.settings.web
    family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
    try:
        return socket.create_server((web.host, web.port), family=family, backlog=512)
    except OSError as exc:
        hint = "another program uses it; choose another `web.port`" if exc.errno == errno.EADDRINUSE else exc.strerror
        raise CollectorError(f"cannot listen on {web.host} port {web.port}: {hint}") from exc


def _web(app: App, scheduler: Scheduler, metrics: Metrics, channels: Channels) -> FastAPI:
    def health() -> Health:
        last = scheduler.last_tick
        return Health(
            ok=scheduler.is_alive(),
            detail={
                "scheduler": "looking for work" if scheduler.is_alive() else "stalled",
                "last_tick": last.isoformat() if last else None,
                "polls_in_hand": len(app.poller.in_hand),
                "entries_in_hand": len(app.collector.in_hand),
            },
        )

    return create_app(
        Services(
            store=app.store, channels=channels, config=lambda: app.current.config, health=health,
            metrics=metrics.registry, now=clock,
        )  # fmt: skip
    )
