"""Pages that are visited again: handed out when due, and what each visit found."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from collector.addresses.urls import host_key
from collector.model import ArticleDraft, Change, DueVisit, StoredArticle, TextSource, Visited, VisitOutcome
from collector.store import collected, judged, revisions
from collector.store.revision import bump
from collector.store.rows import chunks, enclosures_from, fair
from collector.store.schema import article, entry, feed

_OF_A_HOST = 1  # at a time: new pages of the host need not wait for more than one visit

# --- handed out -------------------------------------------------------------------------------------------------------

_POLLED = feed.c.is_active & ~feed.c.is_gone
# An entry that its feed has edited is collected, not visited.
_PLANNED = (
    entry.c.visit_at.is_not(None) & entry.c.due_at.is_(None) & _POLLED & article.c.is_kept & article.c.url.is_not(None)
)


def due(
    db: Connection, now: datetime, limit: int, exclude: Collection[int], resting: Collection[str]
) -> list[int]:
    """The ids of entries whose page is to be visited now, longest due first, one of each host that is not `resting`."""
    query = _joined(entry.c.id, article.c.url).where(_PLANNED, entry.c.visit_at <= now)
    rows = ((number, host_key(url)) for number, url in db.execute(query.order_by(entry.c.visit_at, entry.c.id)))
    return fair((row for row in rows if row[1] not in resting), limit, exclude, _OF_A_HOST)


def count(db: Connection, now: datetime) -> int:
    """How many pages are to be visited now."""
    return db.scalar(_joined(sa.func.count()).where(_PLANNED, entry.c.visit_at <= now)) or 0


def give_up(db: Connection, before: datetime) -> int:
    """Plans no visit any more that was due before that time; returns how many they were."""
    return db.execute(sa.update(entry).where(entry.c.visit_at < before).values(visit_at=None)).rowcount


def visited_since(db: Connection, since: datetime) -> list[tuple[str, datetime]]:
    """The addresses of pages that were visited after that time, and when, in that order."""
    query = _joined(article.c.url, entry.c.visited_at).where(entry.c.visited_at > since, article.c.url.is_not(None))
    return [(url, at) for url, at in db.execute(query.order_by(entry.c.visited_at))]


def _joined(*columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    joined = entry.join(feed, feed.c.id == entry.c.feed_id).join(article, article.c.id == entry.c.article_id)
    return sa.select(*columns).select_from(joined)


_DRAFT = tuple(one.name for one in fields(ArticleDraft))
_VISIT = _joined(
    entry.c.id.label("entry_id"), entry.c.feed_id, feed.c.key.label("feed_key"), entry.c.changes,
    entry.c.page_etag, entry.c.page_modified, entry.c.read_at, entry.c.misses, entry.c.article_id, article.c.gone_at,
    *(article.c[name].label(f"draft_{name}") for name in _DRAFT),
).where(_PLANNED, article.c.text.is_not(None), entry.c.read_at.is_not(None))  # fmt: skip


def by_ids(db: Connection, ids: Collection[int]) -> list[DueVisit]:
    """The visits of those of these entries whose page is to be visited, now or later, by id."""
    rows = [row for part in chunks(ids) for row in db.execute(_VISIT.where(entry.c.id.in_(part)))]
    stored = {one.id: one for one in judged.by_ids(db, {row.article_id for row in rows})}
    return [_visit(row, stored[row.article_id]) for row in sorted(rows, key=lambda row: row.entry_id)]


def _visit(row: Row[Any], stored: StoredArticle) -> DueVisit:
    return DueVisit(
        entry_id=row.entry_id,
        feed_id=row.feed_id,
        feed_key=row.feed_key,
        changes=row.changes,
        url=row.draft_url,
        etag=row.page_etag,
        modified=row.page_modified,
        since=row.gone_at or row.read_at,
        misses=row.misses,
        is_gone=row.gone_at is not None,
        draft=_draft(row),
        article=stored,
    )


def _draft(row: Row[Any]) -> ArticleDraft:
    """The article as it was saved last."""
    values = {name: row._mapping[f"draft_{name}"] for name in _DRAFT}
    values |= {
        "authors": tuple(values["authors"] or ()), "enclosures": enclosures_from(values["enclosures"]),
        "flags": tuple(values["flags"] or ()), "html": values["html"] or "",
        "sources": values["sources"] or {}, "text_source": TextSource(values["text_source"]),
    }  # fmt: skip
    return ArticleDraft(**values)


# --- saved ------------------------------------------------------------------------------------------------------------

_PAGE = ("visit_at", "misses", "page_etag", "page_modified")
# What was collected anew meanwhile was planned anew, too.
_VISITED = (
    sa.update(entry)
    .where(entry.c.id == sa.bindparam("_id"), entry.c.changes == sa.bindparam("_changes"))
    .values({name: sa.bindparam(name) for name in _PAGE})
    .values(visited_at=sa.func.coalesce(sa.bindparam("_at", type_=entry.c.visited_at.type), entry.c.visited_at))
)


def save(db: Connection, records: Sequence[Visited]) -> list[None]:
    """Writes what the visits found. An article that was rewritten since it was handed out is left as it is."""
    written = _written(db, (record.visit.article.id for record in records))
    fresh = [record for record in records if written.get(record.visit.article.id) == _read(record)]
    collected.save(db, [record.collected for record in fresh if record.collected is not None])
    for record in fresh:
        if record.outcome is VisitOutcome.GONE:
            _mark(db, record, Change.GONE, record.visited_at)
        elif record.outcome is VisitOutcome.BACK and record.collected is None:
            _mark(db, record, Change.BACK, None)
    if records:
        db.execute(_VISITED, [_entry(record) for record in records])
    return [None] * len(records)


def _written(db: Connection, ids: Iterable[int]) -> dict[int, tuple[str, str | None, bool]]:
    found: dict[int, tuple[str, str | None, bool]] = {}
    query = sa.select(article.c.id, article.c.title, article.c.text, article.c.gone_at)
    for part in chunks(set(ids)):
        rows = db.execute(query.where(article.c.id.in_(part)))
        found |= {row.id: (row.title, row.text, row.gone_at is not None) for row in rows}
    return found


def _read(record: Visited) -> tuple[str, str, bool]:
    return record.visit.draft.title, record.visit.draft.text, record.visit.is_gone


def _mark(db: Connection, record: Visited, change: Change, gone_at: datetime | None) -> None:
    """Nothing, if another entry of the article led here in the same batch."""
    number, was_gone = record.visit.article.id, record.visit.is_gone
    unmarked = (article.c.id == number) & (article.c.gone_at.is_not(None) if was_gone else article.c.gone_at.is_(None))
    if db.execute(sa.update(article).where(unmarked).values(gone_at=gone_at)).rowcount:
        revisions.note(db, number, change, record.visited_at)
        bump(db)


def _entry(record: Visited) -> dict[str, Any]:
    return {
        "_id": record.visit.entry_id, "_changes": record.visit.changes, "visit_at": record.next_at,
        "misses": record.misses, "page_etag": record.etag, "page_modified": record.modified,
        "_at": None if record.outcome is VisitOutcome.POSTPONED else record.visited_at,
    }  # fmt: skip
