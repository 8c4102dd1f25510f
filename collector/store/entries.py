"""Entries: known ones looked up, new and changed ones saved with their poll, due ones handed out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from collector.model import EntryToSave, KnownEntry, ParsedEntry, PendingEntry, PollRecord
from collector.store.dialects import REFUSALS, insert
from collector.store.feeds import save_states
from collector.store.rows import chunks, come, enclosures_from, enclosures_to, fair, many
from collector.store.schema import entry, feed, sighting

# Entries of one feed at work at once: most lead to one host, and one that is slow must not keep all others waiting.
_OF_A_FEED = 8

# --- known --------------------------------------------------------------------------------------------------

_KNOWN = sa.select(
    entry.c.id,
    entry.c.key,
    entry.c.guid,
    entry.c.canonical_url.label("url"),
    entry.c.title_hash,
    entry.c.content_hash,
    entry.c.identity_hash,
    entry.c.changes,
    entry.c.changed_at,
)

# By each claim alone, so that its own index is used; one statement, made once, costs half of three made each time.
_CLAIMS = ("guid", "canonical_url", "identity_hash")
_CLAIMED = sa.union(
    *(
        _KNOWN.where(entry.c.feed_id == sa.bindparam("feed"), entry.c[claim].in_(sa.bindparam(claim, expanding=True)))
        for claim in _CLAIMS
    )
)


def known(
    db: Connection,
    feed_id: int,
    guids: Collection[str],
    urls: Collection[str],
    identity_hashes: Collection[bytes],
) -> list[KnownEntry]:
    """The feed's entries that have one of these guids, canonical URLs or identity hashes, by id."""
    claims = (guids, urls, identity_hashes)
    found: dict[int, KnownEntry] = {}
    for parts in zip_longest(*map(chunks, claims), fillvalue=()):
        rows = db.execute(_CLAIMED, {"feed": feed_id, **dict(zip(_CLAIMS, parts, strict=True))})
        found.update((row.id, KnownEntry(**row._mapping)) for row in rows)
    return [found[number] for number in sorted(found)]


def count(db: Connection, feed_id: int) -> int:
    """How many entries the feed ever showed."""
    return db.scalar(sa.select(sa.func.count()).where(entry.c.feed_id == feed_id)) or 0


# --- saved with their poll ----------------------------------------------------------------------------------

_CONTENT = (
    "guid", "url", "canonical_url", "title", "authors", "published_at", "updated_at", "summary", "content",
    "language", "categories", "image", "enclosures", "title_hash", "content_hash", "identity_hash",
    "last_seen_at", "changed_at", "due_at",
)  # fmt: skip
_BY_ID = entry.c.id == sa.bindparam("_id")
_CLAIM = sa.bindparam("published_at", type_=entry.c.published_at.type)
# The outcome of before stays until the entry is collected again.
_CHANGE = (
    sa.update(entry)
    .where(_BY_ID)
    .values({name: sa.bindparam(name) for name in _CONTENT})
    # Some feeds date an entry anew at every edit: its first claim stays.
    .values(published_at=sa.func.coalesce(entry.c.published_at, _CLAIM))
    .values(changes=entry.c.changes + 1, attempts=0)
)
_SEEN = sa.update(entry).where(_BY_ID).values(last_seen_at=sa.bindparam("at"))
_ITS_ARTICLE = sa.select(entry.c.article_id).where(_BY_ID).scalar_subquery()
_SIGHTED = (
    sa.update(sighting)
    .where(sighting.c.feed_id == sa.bindparam("_feed"), sighting.c.article_id == _ITS_ARTICLE)
    .values(last_seen_at=sa.bindparam("at"))
)


def save_polls(db: Connection, records: Sequence[PollRecord]) -> None:
    """Writes the polls: each feed's state, its new and changed entries, and which known ones were seen."""
    save_states(db, records)
    _save(db, [(record, item) for record in records for item in record.ingested.to_save])
    _save_seen(db, records)


def salvage_poll(db: Connection, record: PollRecord) -> dict[str, Exception]:
    """Writes a poll entry by entry. Returns, by key, the entries that the database refuses."""
    save_states(db, [record])
    refused: dict[str, Exception] = {}
    for item in record.ingested.to_save:
        try:
            with db.begin_nested():
                _save(db, [(record, item)])
        except REFUSALS as exc:
            refused[item.key] = exc
    _save_seen(db, [record])
    return refused


def _save(db: Connection, items: Sequence[tuple[PollRecord, EntryToSave]]) -> None:
    new = [_new(record, item) for record, item in items if item.known_id is None]
    changed = [
        _content(record, item) | {"_id": item.known_id} for record, item in items if item.known_id is not None
    ]
    if new:
        # The same poll saved twice, after an answer that was lost, is no error.
        db.execute(insert(db, entry).on_conflict_do_nothing(index_elements=["feed_id", "key"]), new)
    if changed:
        db.execute(_CHANGE, changed)


def _save_seen(db: Connection, records: Sequence[PollRecord]) -> None:
    seen = [
        {"_id": number, "_feed": record.feed.id, "at": record.polled_at}
        for record in records
        for number in record.ingested.seen_ids
    ]
    if seen:
        db.execute(_SEEN, seen)
        db.execute(_SIGHTED, seen)


def _new(record: PollRecord, item: EntryToSave) -> dict[str, Any]:
    values = _content(record, item)
    values |= {
        "feed_id": record.feed.id, "key": item.key, "first_seen_at": record.polled_at,
        "changes": 0, "attempts": 0,
    }  # fmt: skip
    return values


def _content(record: PollRecord, item: EntryToSave) -> dict[str, Any]:
    shown = item.entry
    return {
        "guid": item.guid, "url": shown.url, "canonical_url": item.canonical_url,
        "title": shown.title, "authors": many(shown.authors),
        "published_at": shown.published_at, "updated_at": shown.updated_at,
        "summary": shown.summary or None, "content": shown.content or None, "language": shown.language,
        "categories": many(shown.categories), "image": shown.image,
        "enclosures": enclosures_to(shown.enclosures),
        "title_hash": item.title_hash, "content_hash": item.content_hash, "identity_hash": item.identity_hash,
        "last_seen_at": record.polled_at, "changed_at": record.polled_at, "due_at": item.due_at,
    }  # fmt: skip


# --- handed out ---------------------------------------------------------------------------------------------

_PENDING = sa.select(
    entry,
    feed.c.key.label("feed_key"),
    feed.c.name.label("feed_name"),
    feed.c.title.label("feed_title"),
    sa.func.coalesce(feed.c.language, feed.c.document_language).label("feed_language"),
).join_from(entry, feed)


def due(db: Connection, now: datetime, limit: int, exclude: Collection[int]) -> list[int]:
    """The ids of entries that are to be collected now, oldest due first, a few of each feed."""
    is_due = come(entry.c.due_at, now, set_at=entry.c.first_seen_at)
    query = sa.select(entry.c.id, entry.c.feed_id).where(is_due)
    return fair(db.execute(query.order_by(entry.c.due_at, entry.c.id)), limit, exclude, _OF_A_FEED)


def by_ids(db: Connection, ids: Collection[int]) -> list[PendingEntry]:
    """Those of these entries that are to be collected, now or later, oldest due first."""
    rows = []
    for part in chunks(ids):
        rows += db.execute(_PENDING.where(entry.c.id.in_(part), entry.c.due_at.is_not(None)))
    return [_pending(row) for row in sorted(rows, key=lambda row: (row.due_at, row.id))]


def pending_count(db: Connection, now: datetime) -> int:
    """How many entries are to be collected now."""
    return db.scalar(sa.select(sa.func.count()).where(entry.c.due_at <= now)) or 0


def _pending(row: Row[Any]) -> PendingEntry:
    return PendingEntry(
        id=row.id,
        feed_id=row.feed_id,
        feed_key=row.feed_key,
        feed_title=row.feed_name or row.feed_title or row.feed_key,
        feed_language=row.feed_language,
        key=row.key,
        canonical_url=row.canonical_url,
        entry=ParsedEntry(
            guid=row.guid,
            url=row.url,
            title=row.title,
            authors=tuple(row.authors or ()),
            published_at=row.published_at,
            updated_at=row.updated_at,
            summary=row.summary or "",
            content=row.content or "",
            language=row.language,
            categories=tuple(row.categories or ()),
            image=row.image,
            enclosures=enclosures_from(row.enclosures),
        ),
        first_seen_at=row.first_seen_at,
        attempts=row.attempts,
        article_id=row.article_id,
        changes=row.changes,
    )
