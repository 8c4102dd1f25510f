"""Does a configured feed work, and do the rules for a site? One fetch and one reading of each; nothing is stored."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from collector.addresses.urls import host_key
from collector.config import Config, FeedConfig, SiteConfig
from collector.errors import ExtractError, ParseError, WorkerError
from collector.fetch import Fetcher
from collector.model import FetchFailed, FetchRequest, PollOutcome, nearest
from collector.poll import request_for
from collector.text.decoding import charset_of
from collector.workers.pool import Workers


async def check_feed(feed: FeedConfig, config: Config, fetcher: Fetcher, workers: Workers) -> dict[str, Any]:
    """A row for a table: the feed's key, its outcome ("ok" or why not), how many entries it shows, and what is odd."""
    row: dict[str, Any] = {"feed": feed.key, "url": feed.url, "outcome": "ok", "entries": None, "note": ""}
    answer = await fetcher.fetch(request_for(feed, feed.url, config.settings.fetch))
    if isinstance(answer, FetchFailed):
        return row | {"outcome": str(answer.failure), "note": answer.reason}
    try:
        parsed = await workers.parse(answer.body, answer.headers, answer.final_url)
    except ParseError as exc:
        return row | {"outcome": str(PollOutcome.NOT_A_FEED), "note": str(exc)}
    except WorkerError as exc:
        return row | {"outcome": str(PollOutcome.UNREADABLE), "note": str(exc)}
    notes = [f"has moved to {answer.moved_to}"] if answer.moved_to else []
    links = [entry.url for entry in parsed.entries if entry.url]
    found = {"entries": len(parsed.entries), "note": "; ".join([*notes, *parsed.warnings[:3]])}
    return row | found | {"links": links}


async def check_site(
    site: SiteConfig, links: Iterable[str], config: Config, fetcher: Fetcher, workers: Workers
) -> dict[str, Any]:
    """A row as of a feed: "ok", or which of the site's selectors select nothing on the first of the links that leads to
    its host.
    """
    row: dict[str, Any] = {"feed": f"site {site.host}", "url": None, "outcome": "ok", "entries": None, "note": ""}
    url = next((link for link in links if nearest([site.rules], host_key(link))), None)
    if url is None:
        return row | {"outcome": "no-page", "note": "no feed shows an article of this host"}
    settings = config.settings.fetch
    request = FetchRequest(
        url=url, accept="text/html", max_bytes=settings.max_page_size, cut=True, refuse_media=True,
        spacing=settings.host_delay,
    )  # fmt: skip
    answer = await fetcher.fetch(request)
    if isinstance(answer, FetchFailed):
        return row | {"url": url, "outcome": str(answer.failure), "note": answer.reason}
    try:
        hits = await workers.site_hits(answer.body, answer.final_url, charset_of(answer.headers), site.rules)
    except (ExtractError, WorkerError) as exc:
        return row | {"url": url, "outcome": str(PollOutcome.UNREADABLE), "note": str(exc)}
    wanted = (*site.rules.body, *site.rules.date, *site.rules.author)
    missed = [selector for selector in wanted if not hits[selector]]
    unused = [selector for selector in site.rules.remove if not hits[selector]]  # not every page has it
    notes = [f"{selector} selects nothing" for selector in (*missed, *unused)]
    return row | {"url": url, "outcome": "selects-nothing" if missed else "ok", "note": "; ".join(notes)}
