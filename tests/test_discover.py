"""A site's address becomes its feeds, whatever its page looks like."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from aiohttp import web

from collector.addresses.networks import parse_networks
from collector.discover import Found, NothingFound, find_feeds, linked_feeds, named_feeds
from collector.fetch import Fetcher
from collector.pace import HostPace
from collector.workers.pool import Workers
from tests.site import Site, serve

NOW = datetime(2026, 1, 5, 10, tzinfo=UTC)
URL = "https://a.example/news/index.html"


# --- what a page says ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('<link rel="alternate" type="application/rss+xml" href="/rss?a=1&amp;b=2">', ["https://a.example/rss?a=1&b=2"]),
        ("<LINK REL='Home ALTERNATE' TYPE='Application/Atom+XML; charset=utf-8' HREF=atom>", ["https://a.example/news/atom"]),
        ('<link rel="alternate" type="application/feed+json" href="//b.example/f">', ["https://b.example/f"]),
        ('<link rel="alternate" hreflang="ko" href="/ko">', []),
        ('<link rel="stylesheet" type="text/xml" href="/style">', []),
        ('<link rel="alternate" type="application/rss+xml">', []),
        ('<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">', []),
        ('<base href="/sub/"><link rel="alternate" type="application/rss+xml" href="rss">', ["https://a.example/sub/rss"]),
        ('<base href="::"><link rel="alternate" type="application/rss+xml" href="rss">', ["https://a.example/news/rss"]),
        ('<link rel="alternate" type="application/rss+xml" href="/r">' * 3, ["https://a.example/r"]),
        # what only tracks a reader of pages may be what tells one feed from another
        ('<link rel="alternate" type="text/xml" href="/f?utm_source=x">', ["https://a.example/f?utm_source=x"]),
    ],
)  # fmt: skip
def test_a_page_names_its_feeds(head: str, expected: list[str]) -> None:
    assert named_feeds(f"<html><head>{head}</head><body>x</body></html>".encode(), URL) == expected


def test_a_page_links_to_what_looks_like_a_feed() -> None:
    page = b"""<a href="/about">About</a><a href="/rss-feeds">RSS</a><a href="feed.xml">F</a><a href="/feedback">no</a>
    <a href="mailto:rss@a.example">mail</a><a href="/press">no</a><a href="/latest/atom">A</a>"""

    assert linked_feeds(page, URL) == [
        "https://a.example/rss-feeds", "https://a.example/news/feed.xml", "https://a.example/latest/atom",
    ]  # fmt: skip


@pytest.mark.parametrize("page", [b"", b"\x00\xff\xfe", b"<", b"<html>", b"<!-- x", b'{"version": 1}'])
def test_what_is_no_page_names_nothing(page: bytes) -> None:
    assert named_feeds(page, URL) == linked_feeds(page, URL) == []


def test_a_page_with_thousands_of_links_is_not_believed() -> None:
    page = b"".join(b'<link rel="alternate" type="application/rss+xml" href="/%d">' % n for n in range(5000))

    assert len(named_feeds(page, URL)) == 10


# --- what is there ---------------------------------------------------------------------------------------------------


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    """A fetcher that may reach loopback."""
    pace = HostPace(connections=4, monotonic=time.monotonic)
    async with Fetcher(now=lambda: NOW, pace=pace, allowed=parse_networks(["127.0.0.0/8"]), timeout=5) as fetcher:
        yield fetcher


@pytest.fixture
async def workers() -> AsyncIterator[Workers]:
    """A worker process."""
    workers = Workers(1)
    yield workers
    await workers.close()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """A site with a feed at /feed.xml that nothing leads to."""
    async with serve() as site:
        site.publish(2)
        page(site, "/", "Welcome")
        yield site


def page(site: Site, path: str, body: str, **answer: object) -> None:
    """Puts a page on the site."""
    told = {"text": body, "content_type": "text/html"} | answer

    async def respond(request: web.Request) -> web.Response:
        return web.Response(**told)  # type: ignore[arg-type]

    site.answers[path] = respond


def link(address: str) -> str:
    """Names a feed."""
    return f'<link rel="alternate" type="application/rss+xml" href="{address}">'


async def test_a_feed_is_found_where_it_is(fetcher: Fetcher, workers: Workers, site: Site) -> None:
    expected = Found(url=site.feed, title="Pretend News", language="en", entries=2)

    assert await find_feeds(site.feed, fetcher, workers) == [expected]


async def test_a_site_names_its_feeds_and_those_that_are_none_are_passed_over(
    fetcher: Fetcher, workers: Workers, site: Site
) -> None:
    page(site, "/", link("/missing.xml") + link("/") + link("/feed.xml") + link("/two.xml"))
    page(site, "/two.xml", site.rss().replace("Pretend", "Second"))
    found = await find_feeds(site.base, fetcher, workers)

    assert [(feed.url, feed.title) for feed in found] == [
        (site.feed, "Pretend News"), (f"{site.base}/two.xml", "Second News"),
    ]  # fmt: skip


async def test_links_come_before_guesses_and_guesses_last(fetcher: Fetcher, workers: Workers, site: Site) -> None:
    """A page that names nothing links to one; a page that links to nothing lies beside a common place."""
    assert [feed.url for feed in await find_feeds(site.base, fetcher, workers)] == [site.feed]

    page(site, "/deep/rss", site.rss())
    page(site, "/", '<a href="/deep/rss">RSS</a>')
    assert [feed.url for feed in await find_feeds(site.base, fetcher, workers)] == [f"{site.base}/deep/rss"]


async def test_a_feed_that_has_moved_for_good_is_found_at_its_new_place(
    fetcher: Fetcher, workers: Workers, site: Site
) -> None:
    """A temporary move keeps the address that is asked for."""
    page(site, "/old", "", status=301, headers={"Location": "/feed.xml"})
    page(site, "/today", "", status=302, headers={"Location": "/feed.xml"})

    assert [feed.url for feed in await find_feeds(f"{site.base}/old", fetcher, workers)] == [site.feed]
    assert [feed.url for feed in await find_feeds(f"{site.base}/today", fetcher, workers)] == [f"{site.base}/today"]


async def test_nothing_found_says_why(fetcher: Fetcher, workers: Workers, site: Site) -> None:
    page(site, "/feed.xml", "No feed")
    with pytest.raises(NothingFound, match="this is no feed, its page leads to none"):
        await find_feeds(site.base, fetcher, workers)
    with pytest.raises(NothingFound, match="404"):
        await find_feeds(f"{site.base}/missing", fetcher, workers)
    with pytest.raises(NothingFound, match="private"):
        await find_feeds("http://10.0.0.1/", fetcher, workers)
