"""Articles: found by their addresses, let go when nothing ever matched, read out whole."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from collector.model import EntryOutcome, KnownArticle, TextSource
from collector.store.rows import THESE, chunks, grouped, place_of
from collector.store.schema import address, article, entry, feed, match, member, revision, sighting, story

# --- found --------------------------------------------------------------------------------------------------

_FIND = sa.select(
    address.c.address,
    article.c.id,
    article.c.key,
    article.c.canonical_url,
    article.c.url,
    article.c.title,
    article.c.text_source,
    article.c.is_kept,
).outerjoin_from(address, article).where(address.c.address.in_(THESE))


def find(db: Connection, addresses: Collection[str]) -> dict[str, KnownArticle | None]:
    """What is known at these canonical addresses: an article, or None where different texts claim the
    address.
    """
    places = {one: place_of(one) for one in addresses}
    found: dict[str, KnownArticle | None] = {}
    for part in chunks(set(places.values())):
        for row in db.execute(_FIND, {"these": part}):
            found[row.address] = None if row.id is None else _known(row)
    return {one: found[place] for one, place in places.items() if place in found}


def _known(row: Row[Any]) -> KnownArticle:
    return KnownArticle(
        id=row.id,
        key=row.key,
        canonical_url=row.canonical_url,
        url=row.url,
        title=row.title,
        text_source=TextSource(row.text_source),
        is_kept=row.is_kept,
    )


def text_of(db: Connection, article_id: int) -> str:
    """The article's text; "" when it was let go, or when there is no such article."""
    return db.scalar(sa.select(article.c.text).where(article.c.id == article_id)) or ""


# --- let go -------------------------------------------------------------------------------------------------


def expire(db: Connection, before: datetime, limit: int) -> int:
    """Lets go of the texts, earlier ones too, of at most `limit` articles that never matched and were first seen before
    that time.

    Their addresses stay, so that none is collected twice. Returns how many they were.
    """
    old = ~article.c.is_kept & article.c.text.is_not(None) & (article.c.first_seen_at < before)
    ids = list(db.scalars(sa.select(article.c.id).where(old).order_by(article.c.first_seen_at).limit(limit)))
    if ids:
        gone = {"text": None, "summary": "", "enclosures": None, "sources": None}
        db.execute(sa.update(article).where(article.c.id.in_(ids)).values(gone))
        db.execute(sa.delete(revision).where(revision.c.article_id.in_(ids)))
        unmatched = entry.c.article_id.in_(ids) & (entry.c.outcome == EntryOutcome.UNMATCHED)
        db.execute(sa.update(entry).where(unmatched).values(outcome=EntryOutcome.EXPIRED))
    return len(ids)


# --- read out -----------------------------------------------------------------------------------------------

_ORIGINAL = article.alias("original")
_EXPORTED = (
    "id", "key", "url", "canonical_url", "title", "authors", "published_at", "published_is_day", "updated_at",
    "first_seen_at", "language", "site", "image", "summary", "text", "text_source", "enclosures", "sources",
    "corpus_file", "is_kept", "similarity", "similar_to", "gone_at",
)  # fmt: skip


# The topics of these articles, and the keys of the feeds that showed them.
TOPICS = sa.select(match.c.article_id, match.c.topic).where(match.c.article_id.in_(THESE))
FEEDS = sa.select(sighting.c.article_id, feed.c.key).join_from(sighting, feed).where(sighting.c.article_id.in_(THESE))


def export(db: Connection, after: int, limit: int, kept_only: bool) -> list[dict[str, Any]]:
    """The next articles behind the one with id `after`, by id, as `Store.articles` gives them."""
    query = sa.select(*(article.c[name] for name in _EXPORTED)).where(article.c.id > after)
    if kept_only:
        query = query.where(article.c.is_kept)
    rows = db.execute(query.order_by(article.c.id).limit(limit)).all()
    ids = [row.id for row in rows]
    topics, feeds = grouped(db, TOPICS, ids), grouped(db, FEEDS, ids)
    revisions, stories = _revisions(db, ids), _stories(db, ids)
    return [
        _exported(row, topics.get(row.id, []), feeds.get(row.id, []))
        | {"revisions": revisions.get(row.id, [])} | stories.get(row.id, _NO_STORY)
        for row in rows
    ]  # fmt: skip


_NO_STORY = {"story": None, "copy_of": None}
_STORIES = (
    sa.select(member.c.article_id, story.c.key, _ORIGINAL.c.key.label("copy_of"))
    .join_from(member, story, story.c.id == member.c.story_id)
    .outerjoin(_ORIGINAL, _ORIGINAL.c.id == member.c.copy_of)
    .where(member.c.article_id.in_(THESE))
)


def _stories(db: Connection, ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """For each article the key of its story, and that of the article whose text it repeats."""
    rows = [row for part in chunks(ids) for row in db.execute(_STORIES, {"these": part})]
    return {row.article_id: {"story": row.key, "copy_of": row.copy_of} for row in rows}


def _revisions(db: Connection, ids: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    """For each article what became of it, oldest first: when, and the title and text of before."""
    found: dict[int, list[dict[str, Any]]] = {}
    query = sa.select(*(revision.c[name] for name in ("article_id", "found_at", "change", "title", "text")))
    for part in chunks(ids):
        rows = db.execute(query.where(revision.c.article_id.in_(part)).order_by(revision.c.found_at, revision.c.id))
        for number, *values in rows:
            told = dict(zip(("found_at", "change", "title", "text"), values, strict=True))
            found.setdefault(number, []).append(told)
    return found


def _exported(row: Row[Any], topics: list[str], feeds: list[str]) -> dict[str, Any]:
    values = dict(row._mapping)
    enclosures = [dict(zip(("url", "media_type", "length"), e, strict=True)) for e in row.enclosures or ()]
    values |= {
        "authors": row.authors or [], "text": row.text or "", "enclosures": enclosures,
        "sources": row.sources or {}, "topics": topics, "feeds": feeds,
    }  # fmt: skip
    return values
