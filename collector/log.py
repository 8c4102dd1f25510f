"""Structured logs: one line an event, whatever a title contains. On a terminal for eyes, elsewhere as JSON."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import Any, TextIO

from collector.errors import CollectorError, StoreError
from collector.model import Collected, PendingEntry, PollOutcome, PollRecord, Visited, VisitOutcome

_how: dict[str, bool] = {}


def configure(*, as_json: bool | None = None, verbose: bool = False) -> None:
    """Sends all logs to standard error, as if nothing had been told yet.

    As JSON, unless standard error is a terminal or `as_json` says otherwise.
    """
    _told.clear()
    _how.update(as_json=not sys.stderr.isatty() if as_json is None else as_json, verbose=verbose)
    _structlog.cache_clear()
    # What the libraries say through the standard logging comes out in the same shape.
    logging.basicConfig(handlers=[_Forward()], level=logging.WARNING, force=True)
    logging.captureWarnings(True)


def get() -> Any:
    """The program's logger."""
    return _structlog().get_logger()


@cache
def _structlog() -> Any:
    """The library, as `configure` wants it: it is loaded with the first event, because that takes 60 ms."""
    import structlog

    if _how:
        for_eyes = (_one_line, structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback))
        structlog.configure(
            processors=[
                structlog.contextvars.merge_contextvars,
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.ExceptionRenderer(),
                *((_json_line,) if _how["as_json"] else for_eyes),
            ],
            wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if _how["verbose"] else logging.INFO),
            logger_factory=lambda *_: _Lines(sys.stderr),
            cache_logger_on_first_use=False,
        )
    return structlog


class _Lines:
    """Writes lines. A full disk under the log, or a reader that has gone, must not stop the work that is logged."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def msg(self, line: str) -> None:
        with suppress(OSError, ValueError):
            self._out.write(line + "\n")
            self._out.flush()

    log = debug = info = warning = error = critical = exception = msg


class _Forward(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        try:
            message = record.getMessage()
        except Exception:  # a library's own mistake
            message = str(record.msg)
        get().log(record.levelno, message, logger=record.name, exc_info=record.exc_info)


def _json_line(logger: object, method: str, event: dict[str, Any]) -> str:
    """The event as JSON that any way to tell lines apart takes for one line."""
    first = {name: event[name] for name in ("timestamp", "level", "event")}
    line = json.dumps(first | event, ensure_ascii=False, default=repr)
    return line if line.isprintable() else "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in line)


def _one_line(logger: object, method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Line breaks and control characters in a value would forge further lines, or move a terminal's cursor."""
    return {key: _escaped(value) for key, value in event.items()}


def _escaped(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_escaped(one) for one in value]
    if isinstance(value, dict):
        return {_escaped(str(name)): _escaped(one) for name, one in value.items()}
    if not isinstance(value, str) or value.isprintable():
        return value
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in value)


def polled(record: PollRecord) -> None:
    """One line for a poll: what came, or why nothing came."""
    _saved()
    done = record.ingested
    event: dict[str, Any] = {"feed": record.feed.key, "outcome": str(record.outcome)}
    if record.failure:
        event["failure"] = str(record.failure)
    if record.reason:
        event["reason"] = record.reason
    if done.new or done.changed:
        event |= {"new": done.new, "changed": done.changed}
    if done.gap:
        event["gap"] = "entries may have scrolled by unseen"
    if record.warnings:
        event["warnings"] = list(record.warnings[:3])
    failed = record.failure or record.outcome in _FAILED
    quiet = record.outcome in (PollOutcome.NOT_MODIFIED, PollOutcome.UNCHANGED)
    (get().debug if quiet else get().warning if failed else get().info)("poll", **event)


_FAILED = {PollOutcome.FAILED, PollOutcome.NOT_A_FEED, PollOutcome.UNREADABLE, PollOutcome.GONE}


def collected(pending: PendingEntry, record: Collected) -> None:
    """One line for an entry that ended, and how."""
    _saved()
    get().info(
        "entry", feed=pending.feed_key, outcome=str(record.outcome), title=pending.entry.title[:100],
        reason=record.reason, topics=[match.topic for match in record.matches],
    )  # fmt: skip


def visited(record: Visited) -> None:
    """One line for a page that was visited again: what had become of it."""
    _saved()
    event = {"feed": record.visit.feed_key, "outcome": str(record.outcome), "title": record.visit.draft.title[:100]}
    if record.reason:
        event["reason"] = record.reason
    (get().debug if record.outcome in _QUIET else get().info)("visit", **event)


_QUIET = {VisitOutcome.NOT_MODIFIED, VisitOutcome.UNCHANGED, VisitOutcome.POSTPONED}


def replayed(judged: int, changed: int) -> None:
    """One line for stored articles that were judged by new rules."""
    get().info("stored articles judged anew", articles=judged, with_other_topics=changed)


def grouped(counts: Mapping[str, int]) -> None:
    """One line for articles that were placed in stories."""
    _saved()
    get().info("articles grouped", **counts)


def not_grouped(article: str, error: Exception) -> None:
    """One line for an article that cannot be placed in a story: a mistake of ours."""
    get().error("not grouped until the next start", article=article, error=repr(error), exc_info=error)


# What was said to be wrong since something was saved last, and whether it was the whole database.
_told: dict[str, bool] = {}


def fault(feed: str | None, error: Exception) -> None:
    """One line for what cannot be saved, and will be later. Without a feed it is the whole database that takes nothing.

    A cause is told once, however much it concerns, until something is saved again.
    """
    words = str(error) or repr(error)
    if words in _told:
        return
    _told[words] = feed is None and isinstance(error, StoreError)
    if _told[words]:
        get().error("the database is at fault; the work waits for it", error=words)
    else:
        known = isinstance(error, CollectorError)
        get().error("not saved", feed=feed, error=words, exc_info=None if known else error)


def _saved() -> None:
    if any(_told.values()):
        get().info("the database takes what waited")
    _told.clear()
