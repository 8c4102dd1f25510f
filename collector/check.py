"""Does a configured feed work? One fetch and one reading of it; nothing is stored."""

from __future__ import annotations

from typing import Any

from collector.config import Config, FeedConfig
from collector.errors import ParseError, WorkerError
from collector.fetch import Fetcher
from collector.model import FetchFailed, PollOutcome
from collector.poll import request_for
from collector.workers import Workers


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
    return row | {"entries": len(parsed.entries), "note": "; ".join([*notes, *parsed.warnings[:3]])}
