"""The page behind an entry, read; or why it is not, and when it is to be tried again."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from collector.addresses.redirectors import is_redirector
from collector.addresses.urls import host_key, is_front_page
from collector.batching import Turns
from collector.current import Current
from collector.draft import has_full_text, with_standfirst
from collector.errors import ExtractError, WorkerError
from collector.fetch import Fetcher
from collector.model import (
    DueVisit,
    Extraction,
    Failure,
    Fetched,
    FetchFailed,
    FetchRequest,
    FetchResult,
    PendingEntry,
    ShownLines,
)
from collector.robots import Robots
from collector.silence import Silence
from collector.text.decoding import charset_of
from collector.workers.pool import Workers

# A page that could not be had is tried again after these waits; then the feed's text stays.
RETRIES = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
# Asking again would bring the same answer.
_FINAL = {
    Failure.BAD_ADDRESS,
    Failure.FORBIDDEN_ADDRESS,
    Failure.TOO_LARGE,
    Failure.ROBOTS,
    Failure.WRONG_TYPE,
    Failure.GONE,
    Failure.UNAUTHORIZED,
}
_ACCEPT = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page that was had: where it was in the end, what it holds, and the validators that it came with. `lines` are
    those that it may share with others of its host, once they were looked up.
    """

    url: str
    extraction: Extraction
    etag: str | None = None
    modified: str | None = None
    lines: ShownLines | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoPage:
    """Why there is no page, and when it is to be tried again. `was_asked`: it was tried, and counts as such."""

    reason: str
    retry_at: datetime | None = None
    was_asked: bool = True


class Pages:
    """Reads pages of entries: politely, and each feed's in turn on a host."""

    def __init__(
        self,
        *,
        fetcher: Fetcher,
        robots: Robots,
        workers: Workers,
        current: Current,
        now: Callable[[], datetime],
    ) -> None:
        self._fetcher, self._robots, self._workers, self._current, self._now = fetcher, robots, workers, current, now
        # One feed's pages do not stand in front of another's on the same host.
        self._turns = Turns(current.config.settings.fetch.host_connections)
        self._silence = Silence()

    async def read(self, pending: PendingEntry) -> Page | NoPage:
        """The entry's page, or why it is not had or not needed."""
        url, feed = pending.entry.url, self._current.feeds.get(pending.feed_key)
        if url is None or pending.canonical_url is None or is_front_page(url):
            return NoPage(reason="it has no page of its own; the text is the feed's")
        if has_full_text(pending, feed.full_text if feed else None):
            return NoPage(reason="the feed has the full text")
        answer = await self._fetch(pending, url, feed.proxy if feed else None)
        if isinstance(answer, NoPage):
            return answer
        if isinstance(answer, FetchFailed):
            return self._failed(pending, answer.reason, answer.failure in _FINAL, answer.retry_after)
        assert isinstance(answer, Fetched)  # no validator was sent
        if is_redirector(answer.final_url):
            return self._failed(pending, "its link leads no further than a redirector")
        if is_front_page(answer.final_url):
            return self._failed(pending, "its page leads to the site's front page")
        return await self._extract(pending, answer)

    async def visit(self, visit: DueVisit) -> FetchResult:
        """The answer to another look at the page of an article, or that its host is to be left alone.

        It waits for its host's turn, but keeps no page of an entry waiting for more than itself.
        """
        feed = self._current.feeds.get(visit.feed_key)
        request = self._request(visit.url, feed.proxy if feed else None)
        request = replace(request, etag=visit.etag, last_modified=visit.modified)
        return await self._fetcher.fetch(request, admit=self._robots.admit)

    async def extract(self, answer: Fetched) -> Extraction:
        """What a page holds. Raises ExtractError where that is no article, WorkerError when it could not be read."""
        rules = self._current.site_rules(answer.final_url)
        page = await self._workers.extract(answer.body, answer.final_url, charset_of(answer.headers), rules)
        return with_standfirst(page)

    def _request(self, url: str, proxy: str | None) -> FetchRequest:
        settings = self._current.config.settings.fetch
        return FetchRequest(
            url=url,
            accept=_ACCEPT,
            max_bytes=settings.max_page_size,
            cut=True,
            refuse_media=True,
            spacing=settings.host_delay,
            proxy=proxy,
        )

    async def _fetch(self, pending: PendingEntry, url: str, proxy: str | None) -> FetchResult | NoPage:
        request, place = self._request(url, proxy), (pending.feed_id, host_key(url))
        async with self._turns(place):
            if until := self._silence.until(place, self._now()):
                return _postponed(f"{place[1]} does not answer", until)
            answer = await self._fetcher.fetch(request, admit=self._robots.admit)
            if isinstance(answer, FetchFailed) and answer.failure is Failure.TIMEOUT:
                self._silence.unheard(place, self._now())
            elif not is_held(answer):
                self._silence.heard(place)
        if is_held(answer):
            wait = timedelta(seconds=math.ceil(answer.retry_after or 0))
            return _postponed(answer.reason, self._now() + wait)
        return answer

    async def _extract(self, pending: PendingEntry, answer: Fetched) -> Page | NoPage:
        try:
            page = await self.extract(answer)
        except ExtractError as exc:
            return self._failed(pending, f"its page has no article ({exc.outcome}): {exc}")
        except WorkerError as exc:
            # Once more, in case it was our machine and not the page.
            return self._failed(pending, f"its page could not be read: {exc}", is_final=pending.attempts > 0)
        etag, modified = (answer.headers.get(name) for name in ("etag", "last-modified"))
        return Page(url=answer.final_url, extraction=page, etag=etag, modified=modified)

    def _failed(
        self, pending: PendingEntry, reason: str, is_final: bool = False, wait: float | None = None
    ) -> NoPage:
        if is_final or pending.attempts >= len(RETRIES):
            return NoPage(reason=f"{reason}; the text is the feed's")
        again = self._now() + max(RETRIES[pending.attempts], timedelta(seconds=wait or 0))
        return NoPage(reason=f"{reason}; the text is the feed's for now", retry_at=again)


def is_held(answer: FetchResult) -> bool:
    """Whether nothing was asked, because the host wants to be left alone."""
    return isinstance(answer, FetchFailed) and answer.failure is Failure.RATE_LIMITED and answer.status is None


def _postponed(reason: str, until: datetime) -> NoPage:
    return NoPage(reason=f"{reason}; the text is the feed's for now", retry_at=until, was_asked=False)
