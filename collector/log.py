"""Structured logs: one line an event, whatever a title contains. On a terminal for eyes, elsewhere as JSON."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

from collector.errors import CollectorError
from collector.model import Collected, PendingEntry, PollOutcome, PollRecord


def configure(*, as_json: bool | None = None, verbose: bool = False) -> None:
    """Sends all logs to standard error. JSON unless standard error is a terminal, or as `as_json` says."""
    if as_json is None:
        as_json = not sys.stderr.isatty()
    renderer = structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else structlog.dev.ConsoleRenderer()
    level = logging.DEBUG if verbose else logging.INFO
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _one_line,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    # What the libraries say through the standard logging comes out in the same shape.
    logging.basicConfig(handlers=[_Forward()], level=logging.WARNING, force=True)


def get() -> Any:
    """The program's logger."""
    return structlog.get_logger()


class _Forward(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger().log(record.levelno, record.getMessage(), logger=record.name)


def _one_line(logger: object, method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Line breaks and control characters in a value would forge further lines, or move a terminal's cursor."""
    return {key: _escaped(value) if isinstance(value, str) else value for key, value in event.items()}


def _escaped(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def polled(record: PollRecord) -> None:
    """One line for a poll: what came, or why nothing came."""
    done = record.ingested
    event: dict[str, Any] = {"feed": record.feed.key, "outcome": str(record.outcome)}
    if record.reason:
        event["reason"] = record.reason
    if done.new or done.changed:
        event |= {"new": done.new, "changed": done.changed}
    if done.gap:
        event["gap"] = "entries may have scrolled by unseen"
    quiet = record.outcome in (PollOutcome.NOT_MODIFIED, PollOutcome.UNCHANGED)
    (get().debug if quiet else get().warning if record.failure else get().info)("poll", **event)


def collected(pending: PendingEntry, record: Collected) -> None:
    """One line for an entry that ended, and how."""
    get().info(
        "entry", feed=pending.feed_key, outcome=str(record.outcome), title=pending.entry.title[:100], reason=record.reason,
        topics=[match.topic for match in record.matches],
    )  # fmt: skip


def fault(feed: str, error: Exception) -> None:
    """One line for work that could not be saved, and will be done again."""
    known = isinstance(error, CollectorError)
    get().error("not saved", feed=feed, error=str(error) or repr(error), exc_info=None if known else error)
