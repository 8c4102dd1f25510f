"""A pretend site: a real HTTP server on loopback whose feeds and pages a test writes, and which says what was asked of it."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape

from aiohttp import web

EPOCH = datetime(2026, 1, 5, 10, tzinfo=UTC)
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


_WORDS = (
    "council report minister growth storm market team river school energy court budget travel health science museum "
    "train border harvest festival treaty engine valley copper winter orchard signal harbour pension glacier"
).split()


def _sentence(number: int, place: int) -> str:
    """The sentence at this place of a report: unlike those of all other reports, and the same at every run."""
    chance = random.Random(f"{number}/{place}")
    return " ".join(chance.choice(_WORDS) for _ in range(9)).capitalize() + "."


@dataclass(frozen=True, kw_only=True)
class Item:
    """One item of a feed, with the page behind it."""

    number: int
    title: str
    text: str
    guid: str | None = None
    link: str | None = None
    date: datetime | None = None


@dataclass(kw_only=True)
class Site:
    """What the server answers. Change it while it runs."""

    base: str
    items: list[Item] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    headers: dict[str, str] = field(default_factory=dict)
    validators: bool = True

    @property
    def feed(self) -> str:
        """The address of the feed."""
        return f"{self.base}/feed.xml"

    def page(self, number: int) -> str:
        """The address of an item's page."""
        return f"{self.base}/news/{number}.html"

    def publish(self, count: int = 1, *, words: str = "North Korea and Russia sign a treaty") -> None:
        """Adds new items on top."""
        for _ in range(count):
            number = len(self.items)
            text = f"{words}. " + " ".join(_sentence(number, i) for i in range(24))
            when = EPOCH + timedelta(minutes=number)
            self.items.insert(0, Item(number=number, title=f"{words}, part {number}", text=text, date=when))

    def rss(self) -> str:
        """The feed document."""
        return (
            '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Pretend News</title>'
            f"<link>{self.base}/</link><description>News</description><language>en</language>"
            + "".join(map(self._item, self.items))
            + "</channel></rss>"
        )

    def _item(self, item: Item) -> str:
        link = item.link or self.page(item.number)
        guid = f'<guid isPermaLink="false">{escape(item.guid)}</guid>' if item.guid else ""
        date = f"<pubDate>{format_datetime(item.date, usegmt=True)}</pubDate>" if item.date else ""
        return (
            f"<item><title>{escape(item.title)}</title><link>{escape(link)}</link>{guid}{date}"
            f"<description>{escape(item.text[:200])}</description></item>"
        )

    def html(self, item: Item) -> str:
        """An item's page."""
        half = item.text.find(" ", len(item.text) // 2) + 1
        return (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(item.title)} | Pretend News</title>'
            f'<link rel="canonical" href="{self.page(item.number)}">'
            f'<meta property="article:published_time" content="{(item.date or EPOCH).isoformat()}"></head>'
            f"<body><nav>Home About</nav><article><h1>{escape(item.title)}</h1><p>{escape(item.text[:half])}</p>"
            f"<p>{escape(item.text[half:])}</p></article><footer>Copyright</footer></body></html>"
        )

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answers one request, by a test's own answer first."""
        self.asked[request.path] += 1
        response = await self._answer(request)
        self.statuses[response.status] += 1
        return response

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if answer := self.answers.get(request.path):
            return await answer(request)
        if request.path == "/feed.xml":
            return self._feed(request)
        for item in self.items:
            if request.path == f"/news/{item.number}.html":
                return web.Response(text=self.html(item), content_type="text/html")
        return web.Response(status=404, text="not found")

    def _feed(self, request: web.Request) -> web.Response:
        body = self.rss()
        if not self.validators:
            return web.Response(text=body, content_type="application/rss+xml", headers=self.headers)
        tag = f'"{hashlib.sha256(body.encode()).hexdigest()[:16]}"'
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers={"ETag": tag})
        return web.Response(text=body, content_type="application/rss+xml", headers={"ETag": tag} | self.headers)


@asynccontextmanager
async def serve(host: str = "127.0.0.1") -> AsyncIterator[Site]:
    """A site on a free port of `host`."""
    site = Site(base="")
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", site.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    listener = web.TCPSite(runner, host, 0)
    await listener.start()
    port = runner.addresses[0][1]
    site.base = f"http://{host}:{port}"
    try:
        yield site
    finally:
        await runner.cleanup()
