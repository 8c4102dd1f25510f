"""robots.txt (RFC 9309), obeyed for article pages. Feeds are made for robots and are not asked about.

- Rules are kept for a day. 4xx, HTML or nothing at that address means that there are no rules.
- A robots.txt that cannot be reached (5xx, timeout, …) never blocks: the rules known before stay in force,
  without any the page is allowed, and it is tried again after an hour.
- At most 500 kB are read, as the RFC asks, for at most ten seconds.
- Crawl-delay and Request-rate are obeyed up to 30 seconds between two pages.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from protego import Protego

from collector.fetch import Admission
from collector.model import Failure, Fetched, FetchFailed, FetchRequest, FetchResult

AGENT = "Collector"
KEEP = 86_400.0
RETRY = 3_600.0
TIMEOUT = 10.0
MOST_BYTES = 512_000
LONGEST_DELAY = 30.0

_CACHE_BYTES = 2**21  # of robots.txt text; parsed, a hostile one takes seventy times its size
_ENTRY_BYTES = 2**10  # the least that an entry is counted as
_LARGE = 2**15  # parsing more is done in a thread


@dataclass(frozen=True, slots=True)
class _Rules:
    """What a robots.txt says; `protego` is None without any rule. `size` in bytes, `until` on the clock."""

    protego: Protego | None
    delay: float
    size: int
    until: float


class Robots:
    """Answers whether a page may be fetched. `fetch` gets the robots.txt files, `monotonic` gives seconds."""

    def __init__(
        self,
        fetch: Callable[[FetchRequest], Awaitable[FetchResult]],
        *,
        monotonic: Callable[[], float],
        agent: str = AGENT,
    ) -> None:
        self._fetch = fetch
        self._monotonic = monotonic
        self._agent = agent
        self._known: OrderedDict[str, _Rules] = OrderedDict()  # by origin, least recently used first
        self._bytes = 0
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def admit(self, url: str, proxy: str | None = None) -> Admission:
        """Whether the site allows `url`, and the delay it wishes. Fits `Fetcher.fetch(request, admit=…)`."""
        parts = urlsplit(url)
        rules = await self._rules(f"{parts.scheme}://{parts.netloc}", proxy)
        if rules.protego is None or rules.protego.can_fetch(url, self._agent):
            return Admission(delay=rules.delay)
        return Admission(
            refusal=f"the robots.txt of {parts.netloc} does not allow this page", delay=rules.delay
        )

    async def _rules(self, origin: str, proxy: str | None) -> _Rules:
        if rules := self._fresh(origin):
            return rules
        lock = self._locks.setdefault(origin, asyncio.Lock())  # one request, however many pages wait for it
        async with lock:
            if rules := self._fresh(origin):
                return rules
            rules = await self._load(origin, proxy)
            self._remember(origin, rules)
            return rules

    def _fresh(self, origin: str) -> _Rules | None:
        rules = self._known.get(origin)
        if rules is None or rules.until <= self._monotonic():
            return None
        self._known.move_to_end(origin)
        return rules

    async def _load(self, origin: str, proxy: str | None) -> _Rules:
        request = FetchRequest(
            url=f"{origin}/robots.txt",
            accept="text/plain, */*;q=0.1",
            proxy=proxy,
            max_bytes=MOST_BYTES,
            timeout=TIMEOUT,
            refuse_media=True,
            cut=True,
        )
        result = await self._fetch(request)
        if isinstance(result, Fetched) and not _is_html(result):
            return await self._parse(result.body)
        if isinstance(result, FetchFailed) and _is_unreachable(result):
            return self._unreachable(origin, result)
        return _Rules(None, 0.0, 0, self._monotonic() + KEEP)

    async def _parse(self, body: bytes) -> _Rules:
        text = body.decode("utf-8-sig", "replace")
        protego = await asyncio.to_thread(Protego.parse, text) if len(body) > _LARGE else Protego.parse(text)
        return _Rules(protego, _delay(protego, self._agent), len(body), self._monotonic() + KEEP)

    def _unreachable(self, origin: str, result: FetchFailed) -> _Rules:
        # A host that asked to be left alone was not asked for its rules; it is not asked for the page either.
        wait = RETRY if result.status or result.failure is not Failure.RATE_LIMITED else 0.0
        until = self._monotonic() + wait
        known = self._known.get(origin)
        return _Rules(known.protego, known.delay, known.size, until) if known else _Rules(None, 0.0, 0, until)

    def _remember(self, origin: str, rules: _Rules) -> None:
        old = self._known.pop(origin, None)
        self._bytes += _counted(rules) - (_counted(old) if old else 0)
        self._known[origin] = rules
        while self._bytes > _CACHE_BYTES:
            self._bytes -= _counted(self._known.popitem(last=False)[1])


def _delay(protego: Protego, agent: str) -> float:
    rate = protego.request_rate(agent)
    wishes = [
        protego.crawl_delay(agent) or 0.0,
        rate.seconds / rate.requests if rate and rate.requests else 0.0,
    ]
    return min(max((wish for wish in wishes if wish > 0), default=0.0), LONGEST_DELAY)  # not-a-number is not


def _counted(rules: _Rules) -> int:
    return max(rules.size, _ENTRY_BYTES)


def _is_html(result: Fetched) -> bool:
    return (
        "html" in result.headers.get("content-type", "")
        or result.body.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<"
    )


def _is_unreachable(result: FetchFailed) -> bool:
    """Whether nothing can be said yet, in contrast to an answer that there is no robots.txt."""
    if result.failure in (Failure.EMPTY, Failure.WRONG_TYPE):
        return False
    return result.status is None or result.status == 429 or result.status >= 500
