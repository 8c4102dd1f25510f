"""robots.txt, fetched by the real fetcher from real servers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

import pytest

from collector import robots as module
from collector.addresses.networks import parse_networks
from collector.fetch import Fetcher
from collector.model import Failure, Fetched, FetchFailed, FetchRequest
from collector.pace import HostPace
from collector.robots import KEEP, RETRY, Robots
from tests.servers import Answer, Asked, RawServer, http, serve

DENY = b"User-agent: *\nDisallow: /private\n\nUser-agent: collector\nDisallow: /ours\nCrawl-delay: 3\n"


class Web:
    """A server with a robots.txt, and a Robots with a clock that asks it."""

    def __init__(self, server: RawServer, fetcher: Fetcher, answers: dict[str, Answer]) -> None:
        self.server, self.fetcher, self.answers, self.clock = server, fetcher, answers, 0.0
        self.robots = Robots(fetcher.fetch, monotonic=lambda: self.clock)

    async def refusal(self, path: str) -> str | None:
        """Why a page may not be fetched."""
        return (await self.robots.admit(self.server.url(path))).refusal

    @property
    def asked(self) -> int:
        """How often robots.txt was fetched."""
        return sum(asked.target == "/robots.txt" for asked in self.server.asked)


@asynccontextmanager
async def web(robots_txt: Answer) -> AsyncIterator[Web]:
    """A web of one site."""
    answers: dict[str, Answer] = {"/robots.txt": robots_txt}
    pace = HostPace(monotonic=time.monotonic)
    fetcher = Fetcher(
        now=lambda: datetime(2026, 1, 5, tzinfo=UTC), pace=pace, allowed=parse_networks(["127.0.0.0/8"])
    )
    async with serve(answers) as server, fetcher:
        yield Web(server, fetcher, answers)


async def test_rules_for_us_are_obeyed_before_those_for_all() -> None:
    """And fetched once, however many pages ask at a time."""
    async with web(http(DENY, "Content-Type: text/plain")) as site:
        answers = await asyncio.gather(*(site.refusal(path) for path in ("/ours/1", "/private", "/a") * 5))
        admission = await site.robots.admit(site.server.url("/a"))

        assert site.asked == 1
    assert answers[:3] == [
        f"the robots.txt of 127.0.0.1:{site.server.port} does not allow this page",
        None,
        None,
    ]
    assert admission.delay == 3.0


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        ("Crawl-delay: 5", 5.0),
        ("Crawl-delay: 0.5", 0.5),
        ("Crawl-delay: 86400", 30.0),
        ("Crawl-delay: inf", 0.0),
        ("Crawl-delay: nan", 0.0),
        ("Crawl-delay: -3", 0.0),
        ("Crawl-delay: soon", 0.0),
        ("Request-rate: 1/10", 10.0),
        ("Request-rate: 0/0", 0.0),
    ],
)
async def test_the_wished_delay_is_obeyed_within_bounds(text: str, delay: float) -> None:
    """Nobody can stop us for a day with it."""
    async with web(http(f"User-agent: *\n{text}\nDisallow: /x\n".encode())) as site:
        assert (await site.robots.admit(site.server.url("/a"))).delay == delay


@pytest.mark.parametrize(
    "answer",
    [
        http(b"no", status="404 Not Found"),
        http(b"no", status="401 Unauthorized"),
        http(b"no", status="403 Forbidden"),
        http(b"", "Content-Type: text/plain"),
        http(b"<html>User-agent: *\nDisallow: /\n"),
        http(b"User-agent: *\nDisallow: /\n", "Content-Type: text/html"),
        http(b"\x89PNG", "Content-Type: image/png"),
        http(b"\x00\xff\xfe\n\n\x1b"),
    ],
)
async def test_what_is_no_robots_txt_holds_no_rules(answer: bytes) -> None:
    """For a day."""
    async with web(answer) as site:
        assert await site.refusal("/a") is None
        site.clock = KEEP - 1
        assert await site.refusal("/a") is None
        assert site.asked == 1


@pytest.mark.parametrize(
    "failing", [http(b"x", status="500 Oops"), http(b"x", status="429 X"), b"garbage\r\n\r\n"]
)
async def test_a_robots_txt_that_cannot_be_read_blocks_nothing_and_is_tried_again(failing: bytes) -> None:
    """Rules that were known stay in force meanwhile."""
    async with web(failing) as site:
        assert await site.refusal("/private") is None
        site.answers["/robots.txt"] = http(DENY.replace(b"collector", b"other"))
        site.clock = RETRY + 1
        assert await site.refusal("/private")
        site.answers["/robots.txt"] = failing
        site.clock += KEEP + 1
        assert await site.refusal("/private")
        site.answers["/robots.txt"] = http(b"", status="404 X")
        site.clock += RETRY + 1
        assert await site.refusal("/private") is None


async def test_a_slow_robots_txt_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page does not wait for it longer than its time."""
    monkeypatch.setattr(module, "TIMEOUT", 0.1)

    async def never(_: Asked, __: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    async with web(never) as site, asyncio.timeout(2):
        assert await site.refusal("/a") is None


async def test_of_an_endless_robots_txt_the_beginning_counts() -> None:
    """500 kB are read and obeyed (RFC 9309, 2.5), no more."""
    sent = 0

    async def endless(_: Asked, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + DENY)
        while True:
            sent += 50_000
            writer.write(b"Disallow: /x\n" * 3846)
            await writer.drain()

    async with web(endless) as site:
        assert await site.refusal("/ours/1")
        assert await site.refusal("/a") is None
    assert sent < 20_000_000


async def test_rules_of_many_sites_do_not_fill_the_memory() -> None:
    """The least recently used are forgotten, and fetched again when needed."""
    large = http(b"User-agent: *\nDisallow: /private\n# " + b"x" * 400_000)
    async with web(http(b"")) as site, AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(serve(large)) for _ in range(7)]
        for server in [*servers, servers[-1], servers[0]]:
            await site.robots.admit(server.url("/a"))

        assert [len(server.asked) for server in servers] == [2, 1, 1, 1, 1, 1, 1]


async def test_a_page_is_fetched_as_its_robots_txt_allows() -> None:
    """Together with the fetcher: refused pages are not asked for."""
    async with web(http(DENY)) as site:
        site.answers["/a"] = site.answers["/ours"] = http(b"page")
        good = await site.fetcher.fetch(FetchRequest(url=site.server.url("/a")))
        refused = await site.fetcher.fetch(
            FetchRequest(url=site.server.url("/ours")), admit=site.robots.admit
        )

    assert isinstance(good, Fetched)
    assert isinstance(refused, FetchFailed)
    assert refused.failure is Failure.ROBOTS
    assert "/ours" not in [asked.target for asked in site.server.asked]


async def test_a_host_that_asked_to_wait_is_not_asked_for_its_rules() -> None:
    """And its silence is not kept as an answer."""
    async with web(http(b"", "Retry-After: 1", status="429 X")) as site:
        assert await site.refusal("/private") is None
        assert await site.refusal("/private") is None
        assert site.asked == 1
        site.clock = RETRY + 1
        assert await site.refusal("/private") is None
        site.answers["/robots.txt"] = http(DENY.replace(b"collector", b"other"))
        await asyncio.sleep(1.0)
        assert await site.refusal("/private")
