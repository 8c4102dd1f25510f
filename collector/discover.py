"""A site's address becomes its feeds: what it is itself, what its page names, and where feeds commonly lie."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin

from lxml import etree, html

from collector.errors import CollectorError, ParseError, WorkerError
from collector.fetch import Fetcher
from collector.model import FetchFailed, FetchRequest, Fetched
from collector.urls import canonical_url
from collector.workers import Workers

ACCEPT = "application/rss+xml,application/atom+xml,application/feed+json,application/xml;q=0.9,text/xml;q=0.9,*/*;q=0.5"
_TYPES = {
    "application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml",
    "application/json", "text/xml", "application/xml",
}  # fmt: skip
_COMMON = ("feed", "rss", "feed.xml", "rss.xml", "atom.xml", "index.xml", "feed.json", "feed/", "?feed=rss2")
_MOST = 10


class NothingFound(CollectorError):
    """Neither a feed nor a page that leads to one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A feed that was fetched and read."""

    url: str
    title: str
    language: str | None
    entries: int


async def find_feeds(url: str, fetcher: Fetcher, workers: Workers) -> list[Found]:
    """The feeds at `url` or of the site there, those that its page names first. Raises NothingFound with the reason."""
    answer = await _get(url, fetcher)
    if isinstance(answer, FetchFailed):
        raise NothingFound(f"{url}: {answer.reason}")
    if feed := await _read(answer, workers):
        return [feed]
    found = await _try(named_feeds(answer.body, answer.final_url), fetcher, workers)
    if not found:
        found = await _try([urljoin(answer.final_url, f"/{path}") for path in _COMMON], fetcher, workers, most=1)
    if not found:
        raise NothingFound(f"{url}: this is no feed, its page names none, and none lies where feeds commonly do")
    return found


def named_feeds(body: bytes, url: str) -> list[str]:
    """The feed addresses that a page names in its head (link rel=alternate), in its order."""
    try:
        tree = html.document_fromstring(body)
    except (etree.LxmlError, ValueError):
        return []
    links = (
        link.get("href", "")
        for link in tree.iter("link")
        if "alternate" in link.get("rel", "").lower().split() and link.get("type", "").lower() in _TYPES
    )
    return list(dict.fromkeys(found for href in links if (found := canonical_url(href, url))))[:_MOST]


async def _try(urls: list[str], fetcher: Fetcher, workers: Workers, most: int = _MOST) -> list[Found]:
    found: list[Found] = []
    for url in urls:
        answer = await _get(url, fetcher)
        if isinstance(answer, Fetched) and (feed := await _read(answer, workers)):
            found.append(feed)
        if len(found) >= most:
            break
    return found


async def _get(url: str, fetcher: Fetcher) -> Fetched | FetchFailed:
    answer = await fetcher.fetch(FetchRequest(url=url, accept=ACCEPT))
    return answer  # type: ignore[return-value]  # no validator was sent: a 304 cannot come


async def _read(answer: Fetched, workers: Workers) -> Found | None:
    try:
        feed = await workers.parse(answer.body, answer.headers, answer.final_url)
    except (ParseError, WorkerError):
        return None
    return Found(url=answer.url, title=feed.title, language=feed.language, entries=len(feed.entries))
