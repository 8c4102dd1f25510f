"""Feeds: kept equal to feeds.yaml, read when due, shown with their state."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from collector.addresses.urls import host_key
from collector.model import Failure, FeedState, FeedStatus, PollOutcome, PollRecord
from collector.store.revision import bump
from collector.store.rows import chunks, come, fair, pairs
from collector.store.schema import article, entry, feed, sighting


class ConfiguredFeed(Protocol):
    """What the store wants to know of a feed in feeds.yaml."""

    @property
    def key(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def name(self) -> str | None: ...
    @property
    def language(self) -> str | None: ...
    @property
    def disabled(self) -> bool: ...


# One server that does not answer must not keep all others waiting.
_OF_A_HOST = 4

_STATE = [feed.c[field.name] for field in fields(FeedState)]
_POLLED = feed.c.is_active & ~feed.c.is_gone
_IDS = sa.select(feed.c.id).where(_POLLED).order_by(feed.c.next_poll_at, feed.c.id)

# --- kept equal to feeds.yaml -------------------------------------------------------------------------------

_KNOWN = sa.select(feed.c.id, feed.c.key, feed.c.url, feed.c.name, feed.c.language, feed.c.is_active)
_SETTINGS = ("key", "url", "name", "language", "is_active")


def sync(db: Connection, configured: Sequence[ConfiguredFeed], now: datetime) -> None:
    """Makes the table say what feeds.yaml says; writes differences only, and deletes nothing."""
    known = {row.key: row for row in db.execute(_KNOWN)}
    wanted = {f.key: f for f in configured}
    unclaimed = {row.url: row for key, row in known.items() if key not in wanted}
    new, changed, moved = [], [], []
    for key, config in wanted.items():
        # The same address under another key is a feed that was renamed: it keeps its state.
        row = known.get(key) or unclaimed.pop(config.url, None)
        settings = _settings(config)
        if row is None:
            new.append(settings | _fresh(config.url, now))
        elif row.url != config.url:
            moved.append(settings | _fresh(config.url, now) | {"_id": row.id})
        elif tuple(settings.values()) != tuple(row[1:]):
            changed.append(settings | {"_id": row.id})
    removed = [{"_id": row.id} for row in unclaimed.values() if row.is_active]
    by_id = feed.c.id == sa.bindparam("_id")
    if new:
        db.execute(sa.insert(feed), new)
    for rows in (moved, changed):
        if rows:
            columns = {name: sa.bindparam(name) for name in rows[0] if name != "_id"}
            db.execute(sa.update(feed).where(by_id).values(columns), rows)
    if removed:
        db.execute(sa.update(feed).where(by_id).values(is_active=False), removed)
    names = {row.id: row.name for row in known.values()}
    if any(names[row["_id"]] != row["name"] for row in moved + changed):
        bump(db)


def _settings(config: ConfiguredFeed) -> dict[str, Any]:
    values = (config.key, config.url, config.name or None, config.language or None, not config.disabled)
    return dict(zip(_SETTINGS, values, strict=True))


def _fresh(url: str, now: datetime) -> dict[str, Any]:
    """The state of a feed that was never polled at this address."""
    return {
        "current_url": url, "etag": None, "last_modified": None, "body_hash": None, "interval": 0.0,
        "next_poll_at": now, "last_poll_at": None, "wait_until": None, "failures": 0, "gone_count": 0,
        "is_gone": False, "moved_to": None, "moved_count": 0, "new_rate": None, "gap_count": 0,
        "last_outcome": None, "last_failure": None, "last_reason": "",
    }  # fmt: skip


# --- read when due ------------------------------------------------------------------------------------------


def due(db: Connection, now: datetime, limit: int | None, exclude: Collection[int]) -> list[int]:
    """The ids of feeds whose next poll has come, longest overdue first, a few of each host."""
    if limit is None:
        return [number for number in db.scalars(_IDS.where(_is_due(now))) if number not in exclude]
    query = _IDS.add_columns(feed.c.current_url).where(_is_due(now))
    hosts = ((number, host_key(url)) for number, url in db.execute(query))
    return fair(hosts, limit, exclude, _OF_A_HOST)


def _is_due(now: datetime) -> sa.ColumnElement[bool]:
    return come(feed.c.next_poll_at, now, set_at=feed.c.last_poll_at)


def pollable(db: Connection, now: datetime) -> list[int]:
    """The ids of feeds that may be polled now, due or not: all but those told to wait."""
    may = sa.or_(feed.c.wait_until.is_(None), come(feed.c.wait_until, now, set_at=feed.c.last_poll_at))
    return list(db.scalars(_IDS.where(may)))


def waits(db: Connection, now: datetime) -> list[tuple[str, float]]:
    """The addresses of feeds whose server asked to be left alone, and for how many seconds still."""
    told = sa.select(feed.c.current_url, feed.c.wait_until).where(
        feed.c.wait_until > now, ~come(feed.c.wait_until, now, set_at=feed.c.last_poll_at)
    )
    return [(url, (until - now).total_seconds()) for url, until in db.execute(told)]


def by_ids(db: Connection, ids: Sequence[int]) -> list[FeedState]:
    """Those of these feeds that are polled still, in the order of the ids."""
    found: dict[int, FeedState] = {}
    for part in chunks(ids):
        rows = db.execute(sa.select(*_STATE).where(_POLLED, feed.c.id.in_(part)))
        found |= {row.id: FeedState(**row._mapping) for row in rows}
    return [found[number] for number in ids if number in found]


def next_due_at(db: Connection) -> datetime | None:
    """When the next feed is due; None when no feed is polled."""
    return db.scalar(
        sa.select(sa.func.min(feed.c.next_poll_at, type_=feed.c.next_poll_at.type)).where(_POLLED)
    )


# --- saved after a poll -------------------------------------------------------------------------------------

_WRITTEN = [field.name for field in fields(FeedState) if field.name not in ("id", "key", "url")]
# None keeps what is there: a poll that brought no document says nothing of it.
_TOLD = ("title", "site_url", "document_language", "last_success_at", "last_new_at")
# A feed whose address was changed meanwhile starts anew: this poll's validators are not its own.
_UPDATE = (
    sa.update(feed)
    .where(feed.c.id == sa.bindparam("_id"), feed.c.url == sa.bindparam("_url"))
    .values({name: sa.bindparam(name) for name in (*_WRITTEN, "last_outcome", "last_failure", "last_reason")})
    .values(
        {name: sa.func.coalesce(sa.bindparam(name, type_=feed.c[name].type), feed.c[name]) for name in _TOLD}
    )
)
_SUCCESS = {PollOutcome.NEW, PollOutcome.UNCHANGED, PollOutcome.NOT_MODIFIED}


def save_states(db: Connection, records: Sequence[PollRecord]) -> None:
    """Writes what each poll says of its feed."""
    titles = {record.feed.id: record.title for record in records if record.title is not None}
    if titles:
        shown = sa.select(feed.c.id, feed.c.title).where(feed.c.id.in_(titles), feed.c.name.is_(None))
        if any(row.title not in (None, titles[row.id]) for row in db.execute(shown)):
            bump(db)
    db.execute(_UPDATE, [_written(record) for record in records])


def _written(record: PollRecord) -> dict[str, Any]:
    state = record.feed
    values = {name: getattr(state, name) for name in _WRITTEN}
    values |= {
        "_id": state.id,
        "_url": state.url,
        "last_outcome": record.outcome,
        "last_failure": record.failure,
        "last_reason": record.reason,
        "title": record.title,
        "site_url": record.site_url,
        "document_language": record.language,
        "last_success_at": record.polled_at if record.outcome in _SUCCESS else None,
        "last_new_at": record.polled_at if record.ingested.new else None,
    }
    return values


# --- shown --------------------------------------------------------------------------------------------------


def statuses(db: Connection) -> list[FeedStatus]:
    """Every feed that ever was configured, by key."""
    entries = pairs(db, sa.select(entry.c.feed_id, sa.func.count()).group_by(entry.c.feed_id))
    of_kept = sighting.join(article, (article.c.id == sighting.c.article_id) & article.c.is_kept)
    shown = sa.select(sighting.c.feed_id, sa.func.count()).select_from(of_kept).group_by(sighting.c.feed_id)
    kept = pairs(db, shown)
    rows = db.execute(sa.select(feed).order_by(feed.c.key))
    return [_status(row, entries.get(row.id, 0), kept.get(row.id, 0)) for row in rows]


def _status(row: Row[Any], entries: int, kept: int) -> FeedStatus:
    return FeedStatus(
        key=row.key,
        url=row.url,
        title=row.name or row.title or row.key,
        state=_state_word(row),
        last_outcome=PollOutcome(row.last_outcome) if row.last_outcome else None,
        last_failure=Failure(row.last_failure) if row.last_failure else None,
        last_reason=row.last_reason,
        last_poll_at=row.last_poll_at,
        last_success_at=row.last_success_at,
        next_poll_at=row.next_poll_at if row.is_active and not row.is_gone else None,
        interval=row.interval,
        failures=row.failures,
        entries=entries,
        kept=kept,
        gap_count=row.gap_count,
        last_new_at=row.last_new_at,
    )


def _state_word(row: Row[Any]) -> str:
    if not row.is_active:
        return "removed"
    if row.is_gone:
        return "gone"
    # Polling a feed ends its wait, so one that reaches beyond the last poll is still in force.
    if row.wait_until is not None and (row.last_poll_at is None or row.wait_until > row.last_poll_at):
        return "waiting"
    if row.last_poll_at is None:
        return "new"
    return "failing" if row.failures else "ok"
