"""One line an event, whatever a title contains, and a log that cannot be written stops nothing."""

from __future__ import annotations

import io
import json
import logging
import sys
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from collector import log
from collector.errors import StoreError
from collector.model import (
    Collected,
    EntryOutcome,
    Failure,
    FeedState,
    Ingested,
    ParsedEntry,
    PendingEntry,
    PollOutcome,
    PollRecord,
)

Said = Callable[[], list[str]]
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
NASTY = "Title\nforged line\r\x1b[31mred\x85next\u2028and\u2029 \x00 \ud800 \u202e"


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """What the tests configure is undone."""
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    structlog.reset_defaults()
    logging.captureWarnings(False)
    logging.root.handlers[:], logging.root.level = handlers, level


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """What was logged since the last question: the lines, however lines may be told apart."""
    return lambda: capsys.readouterr().err.splitlines()


def entry(title: str) -> tuple[PendingEntry, Collected]:
    """An entry with that title, and how it ended."""
    pending = PendingEntry(
        id=1, feed_id=1, feed_key="a", feed_title="A", feed_language=None, key="k", canonical_url=None,
        entry=ParsedEntry(title=title), first_seen_at=NOW, attempts=0,
    )  # fmt: skip
    collected = Collected(
        entry_id=1, feed_id=1, article_id=None, article=None, outcome=EntryOutcome.KEPT, collected_at=NOW
    )
    return pending, collected


def poll(outcome: PollOutcome, **details: object) -> PollRecord:
    """A poll that ended so."""
    state = FeedState(id=1, key="a", url="https://a.example/", current_url="https://a.example/", next_poll_at=NOW)
    return PollRecord(feed=state, outcome=outcome, polled_at=NOW, **details)  # type: ignore[arg-type]


def rows(lines: list[str]) -> list[dict]:
    """The events."""
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("as_json", [True, False])
def test_a_title_forges_no_line_and_moves_no_cursor(said: Said, as_json: bool) -> None:
    log.configure(as_json=as_json)
    log.collected(*entry(NASTY))
    log.polled(poll(PollOutcome.NOT_A_FEED, reason=NASTY, warnings=(NASTY,)))
    lines = said()

    assert len(lines) == 2
    assert all("Title" in line and "forged line" in line for line in lines)
    assert not any("\x1b[31mred" in line for line in lines)
    if as_json:
        assert [rows(lines)[0]["title"], rows(lines)[1]["reason"]] == [NASTY, NASTY]


@given(st.text(st.characters(codec=None)))
def test_every_event_is_one_line_of_json(title: str) -> None:
    """Surrogates included: the line can be written."""
    out, before = io.StringIO(), sys.stderr
    sys.stderr = out
    try:
        log.configure(as_json=True)
        log.collected(*entry(title))
    finally:
        sys.stderr = before
    # Warnings of what other tests left behind may come in between, in lines of their own.
    events = [json.loads(line)["event"] for line in out.getvalue().splitlines()]

    assert events.count("entry") == 1
    out.getvalue().encode()


def test_polls_are_told_by_their_weight(said: Said) -> None:
    """Failures warn; polls that brought nothing are told only when asked for."""
    log.configure()
    polls = [
        poll(PollOutcome.NEW, ingested=Ingested(new=2, gap=True)),
        poll(PollOutcome.NOT_MODIFIED),
        poll(PollOutcome.UNCHANGED),
        poll(PollOutcome.FAILED, failure=Failure.TIMEOUT, reason="no answer"),
        poll(PollOutcome.GONE, reason="410 Gone"),
    ]
    for record in polls:
        log.polled(record)
    told = rows(said())
    log.configure(verbose=True)
    log.polled(polls[1])
    (verbose,) = rows(said())

    assert [(row["outcome"], row["level"]) for row in told] == [
        ("new", "info"), ("failed", "warning"), ("gone", "warning"),
    ]  # fmt: skip
    assert (told[0]["new"], "gap" in told[0], told[1]["failure"]) == (2, True, "timeout")
    assert (verbose["outcome"], verbose["level"]) == ("not-modified", "debug")


def test_a_fault_of_ours_comes_with_its_traceback_and_one_of_the_database_without(said: Said) -> None:
    log.configure()
    log.fault("a", StoreError("the disk is full"))
    try:
        raise ZeroDivisionError("oops\n")
    except ZeroDivisionError as error:
        log.fault("a", error)
    full, ours = rows(said())

    assert (full["error"], "exception" in full) == ("the disk is full", False)
    assert "test_log.py" in ours["exception"]


def test_a_database_at_fault_is_told_once_for_each_cause_until_it_takes_something(said: Said) -> None:
    """Not once for each of the thousand things that wait for it."""
    log.configure(as_json=True)
    for _ in range(2):
        for feed in (None, "a", "b", None):
            log.fault(feed, StoreError("the disk is full"))
        log.fault(None, StoreError("the database is locked"))
        log.polled(poll(PollOutcome.NEW))

    told = [(row["event"], row.get("error")) for row in rows(said()) if row["event"] != "poll"]
    at_fault = "the database is at fault; the work waits for it"
    once = [
        (at_fault, "the disk is full"),
        (at_fault, "the database is locked"),
        ("the database takes what waited", None),
    ]
    assert told == once * 2


def test_what_libraries_say_has_the_same_shape(said: Said) -> None:
    """Their warnings, their exceptions, and their mistakes."""
    log.configure()
    try:
        raise ValueError("deep inside")
    except ValueError as error:
        logging.getLogger("asyncio").error("lost:\n%s", "task", exc_info=error)
    logging.getLogger("library").warning("%d", "no number")
    logging.getLogger("library").info("chatter")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old\nhabits", stacklevel=1)
    lost, mistaken, old = rows(said())

    assert (lost["logger"], lost["event"]) == ("asyncio", "lost:\ntask")
    assert "deep inside" in lost["exception"]
    assert mistaken["event"] == "%d"
    assert "old\nhabits" in old["event"]


def test_a_log_that_cannot_be_written_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk, or a reader that has gone."""

    def full(text: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys, "stderr", SimpleNamespace(write=full, flush=lambda: None, isatty=lambda: False))
    log.configure()

    log.get().info("still here")
