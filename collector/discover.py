"""A site's address becomes its feeds: what it is itself, what its page names, and where feeds commonly lie."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

from lxml import etree, html

from collector.addresses.urls import web_url, without_credentials
from collector.errors import CollectorError, ParseError, WorkerError
from collector.fetch import Fetcher
from collector.model import Fetched, FetchFailed, FetchRequest
from collector.poll import ACCEPT
from collector.workers.pool import Workers

_TYPES = {
    "application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml",
    "application/json", "text/xml", "application/xml",
}  # fmt: skip
_COMMON = ("feed", "rss", "feed.xml", "rss.xml", "atom.xml", "index.xml", "feed.json", "feed/", "?feed=rss2")
# The words of an address that leads to a feed, rather than to a page about feeds.
_LOOKS_LIKE_FEED = re.compile(r"(?<![a-z])(rss|atom|feed|feeds|rdf)(?![a-z])|\.xml$", re.IGNORECASE)
_MOST = 10
_LARGEST_PAGE = 2 * 2**20  # bytes: a page names its feeds at its top, or in the menu below


class NothingFound(CollectorError):
    """Neither a feed nor a page that leads to one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A feed that was fetched and read. `url` is where it has moved to for good, if it has."""

    url: str
    title: str
    language: str | None
    entries: int


async def find_feeds(url: str, fetcher: Fetcher, workers: Workers) -> list[Found]:
    """The feeds at `url` or of the site there, those that its page names first. Raises NothingFound with the reason."""
    answer = await _get(url, fetcher)
    if isinstance(answer, FetchFailed):
        raise NothingFound(f"{without_credentials(url)}: {answer.reason}")
    if feed := await _read(answer, workers):
        return [feed]
    page = answer.body[:_LARGEST_PAGE]
    common = (urljoin(answer.final_url, f"/{path}") for path in _COMMON)
    for addresses, most in (
        (named_feeds(page, answer.final_url), _MOST),
        (linked_feeds(page, answer.final_url), 1),
        (common, 1),
    ):
        if found := await _try(addresses, fetcher, workers, most):
            return found
    raise NothingFound(
        f"{without_credentials(url)}: this is no feed, its page leads to none, and none lies where feeds commonly do"
    )


def named_feeds(body: bytes, url: str) -> list[str]:
    """The feed addresses that a page names in its head (link rel=alternate), in its order."""
    tree = _tree(body)
    links = () if tree is None else tree.iter("link")
    named = (
        link.get("href")
        for link in links
        if "alternate" in link.get("rel", "").lower().split()
        and link.get("type", "").partition(";")[0].strip().lower() in _TYPES
    )
    return _addresses(named, tree, url)


def linked_feeds(body: bytes, url: str) -> list[str]:
    """The addresses that a page links to and that look like a feed's, in its order."""
    tree = _tree(body)
    links = () if tree is None else tree.iter("a")
    hrefs = (link.get("href", "") for link in links)
    return _addresses((href for href in hrefs if _LOOKS_LIKE_FEED.search(href)), tree, url)


def _tree(body: bytes) -> html.HtmlElement | None:
    try:
        return html.document_fromstring(body)
    except (etree.LxmlError, ValueError):
        return None


def _addresses(hrefs: Iterable[str | None], tree: html.HtmlElement | None, url: str) -> list[str]:
    """The links as absolute addresses, once each; they belong to the page's base, where it names one."""
    base = None if tree is None else next(tree.iter("base"), None)
    where = url if base is None else web_url(base.get("href"), url) or url
    found: Iterator[str] = (address for href in hrefs if href and (address := web_url(href, where)))
    return list(dict.fromkeys(found))[:_MOST]


async def _try(urls: Iterable[str], fetcher: Fetcher, workers: Workers, most: int) -> list[Found]:
    found: list[Found] = []
    for url in urls:
        answer = await _get(url, fetcher)
        if isinstance(answer, Fetched) and (feed := await _read(answer, workers)):
            found.append(feed)
        if len(found) >= most:
            break
    return found


async def _get(url: str, fetcher: Fetcher) -> Fetched | FetchFailed:
    return await fetcher.fetch(FetchRequest(url=url, accept=ACCEPT))  # type: ignore[return-value]  # no validator was sent


async def _read(answer: Fetched, workers: Workers) -> Found | None:
    try:
        feed = await workers.parse(answer.body, answer.headers, answer.final_url)
    except (ParseError, WorkerError):
        return None
    return Found(
        url=answer.moved_to or answer.url, title=feed.title, language=feed.language, entries=len(feed.entries)
    )
