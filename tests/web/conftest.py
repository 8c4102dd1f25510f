"""A real server on loopback, with a real store behind it, and a browser where there is one."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser
from prometheus_client import CollectorRegistry, Counter

from collector.channels import Channels
from collector.current import Current
from collector.tracing import explain
from collector.web import Health, Services, create_app
from collector.web.server import Server
from tests.watch import NOW, Watch


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass(kw_only=True)
class Site:
    """A running server, what it serves, and a client that asks it."""

    watch: Watch
    port: int
    health: Health = field(default_factory=lambda: Health(ok=True, detail={"last_tick": NOW.isoformat()}))

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, *, method: str = "GET", **headers: str) -> Answer:
        """One request; `if_none_match` stands for If-None-Match."""
        client = HTTPConnection("127.0.0.1", self.port, timeout=10)
        sent = {name.replace("_", "-"): text for name, text in headers.items()}
        try:
            client.request(method, path, headers=sent)
            answer = client.getresponse()
            return Answer(status=answer.status, headers=answer.headers, body=answer.read())
        finally:
            client.close()

    def send(self, raw: bytes) -> bytes:
        """Bytes as they are; everything that comes back until the server closes or falls silent."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
            connection.sendall(raw)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))


@contextmanager
def served(folder: Path) -> Iterator[Site]:
    """A site of two topics and two feeds, without articles, for as long as the block lasts."""
    watch = Watch(folder)
    metrics = CollectorRegistry()
    Counter("collector_polls", "Polls", registry=metrics).inc()
    listener = socket.create_server(("127.0.0.1", 0))
    site = Site(watch=watch, port=listener.getsockname()[1])
    services = Services(
        store=watch.store,
        channels=Channels(watch.store, lambda: watch.config),
        config=lambda: watch.config,
        explain=lambda named: explain(watch.store, Current(watch.config, ()), named),
        health=lambda: site.health,
        metrics=metrics,
        now=lambda: NOW,
    )
    server = Server(create_app(services))
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield site
    server.should_exit = True
    thread.join(10)
    assert not thread.is_alive()
    watch.store.close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A site for one test, which may change it."""
    with served(tmp_path) as site:
        yield site


@pytest.fixture(scope="package")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with 30 articles for many tests, which only look at it."""
    with served(tmp_path_factory.mktemp("shown")) as site:
        site.watch.keep_thirty()
        yield site


@pytest.fixture
def page_of(browser: Browser, site: Site) -> Iterator[Callable[..., Any]]:
    """Opens a path of the site in a new window; complaints of the browser fail the test."""
    contexts, complaints = [], []

    def open_page(path: str, **settings: Any) -> Any:
        contexts.append(browser.new_context(**settings))
        page = contexts[-1].new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(site.base + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints
