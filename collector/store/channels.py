"""What is published: kept articles as channel items, a page at a time."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from collector.model import ChannelItem, ChannelPage, ChannelQuery
from collector.store.rows import chunks, enclosures_from
from collector.store.schema import article, feed, match, sighting

_NEWEST = (article.c.dated_at, article.c.id)
_MOST_SIMILAR = (article.c.similarity, *_NEWEST)
_EXAMPLE = article.alias("example")
_ITEMS = sa.select(
    article.c.id, article.c.key, article.c.url, article.c.title, article.c.authors,
    article.c.dated_at, article.c.changed_at, article.c.language, article.c.site, article.c.image,
    article.c.summary, article.c.text, article.c.html, article.c.section, article.c.flags,
    article.c.enclosures, article.c.corpus_file, article.c.similarity,
    sa.func.coalesce(feed.c.name, feed.c.title, "").label("source"), feed.c.url.label("source_url"),
    _EXAMPLE.c.title.label("similar_to"),
)  # fmt: skip
_KEPT = (
    _ITEMS.select_from(article)
    .outerjoin(feed, feed.c.id == article.c.origin_feed_id)
    .outerjoin(_EXAMPLE, _EXAMPLE.c.corpus_file == article.c.similar_to)
    .where(article.c.is_kept)
)


def page(db: Connection, query: ChannelQuery) -> ChannelPage:
    """A page of the channel. Raises ValueError when the cursor is none that we gave out."""
    select = _filtered(query).limit(query.limit + 1)
    rows = db.execute(select).all()
    shown = rows[: query.limit]
    matches = _matches(db, [row.id for row in shown], query.topics)
    items = tuple(_item(row, matches.get(row.id, [])) for row in shown)
    more = shown and len(rows) > len(shown)
    return ChannelPage(items=items, next=_cursor(shown[-1], query.by_similarity) if more else None)


def _filtered(query: ChannelQuery) -> sa.Select[Any]:
    order = _MOST_SIMILAR if query.by_similarity else _NEWEST
    of_topic = (match.c.article_id == article.c.id) & match.c.topic.in_(query.only or query.topics)
    select = _KEPT.where(sa.exists().where(of_topic)).order_by(*(column.desc() for column in order))
    if query.language is not None:
        primary = query.language.lower().partition("-")[0]
        spoken = sa.func.lower(article.c.language)
        select = select.where((spoken == primary) | spoken.startswith(f"{primary}-", autoescape=True))
    if query.feed is not None:
        of_feed = (sighting.c.article_id == article.c.id) & (sighting.c.feed_id == feed_id(query.feed))
        select = select.where(sa.exists().where(of_feed))
    if query.since is not None:
        select = select.where(article.c.first_seen_at >= query.since)
    if query.before is not None:
        place = _place(query.before, query.by_similarity)
        last = [sa.literal(value, column.type) for value, column in zip(place, order, strict=True)]
        select = select.where(sa.tuple_(*order) < sa.tuple_(*last))
    return select


def feed_id(key: str) -> sa.ScalarSelect[int]:
    """The number of the feed with that key, as part of a statement."""
    return sa.select(feed.c.id).where(feed.c.key == key).correlate(None).scalar_subquery()


def _matches(db: Connection, ids: Sequence[int], topics: Sequence[str]) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = {}
    for part in chunks(ids):
        hits = sa.select(match.c.article_id, match.c.topic, match.c.terms).where(
            match.c.article_id.in_(part), match.c.topic.in_(topics)
        )
        for number, topic, terms in db.execute(hits):
            found.setdefault(number, []).append((topic, terms))
    return found


def _item(row: Row[Any], matches: list[tuple[str, str]]) -> ChannelItem:
    matches.sort()
    return ChannelItem(
        id=f"urn:uuid:{row.key}",
        url=row.url,
        title=row.title,
        source=row.source or row.site,
        source_url=row.source_url,
        authors=tuple(row.authors or ()),
        topics=tuple(topic for topic, _ in matches),
        terms=tuple(dict.fromkeys(term for _, terms in matches for term in terms.split("\n"))),
        dated_at=row.dated_at,
        updated_at=row.changed_at,
        language=row.language,
        image=row.image,
        summary=row.summary,
        text=row.text or "",
        html=row.html or "",
        section=row.section,
        flags=tuple(row.flags or ()),
        enclosures=enclosures_from(row.enclosures),
        is_seed=row.corpus_file is not None,
        similarity=row.similarity,
        similar_to=row.similar_to,
    )


# --- the cursor: the place of a page's last item, opaque to those who hand it back --------------------------


def _cursor(row: Row[Any], by_similarity: bool) -> str:
    place = f"{row.dated_at.isoformat()} {row.id}" + (f" {row.similarity!r}" if by_similarity else "")
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _place(cursor: str, by_similarity: bool) -> tuple[Any, ...]:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        dated_at, number, *similarity = base64.b64decode(padded, b"-_", validate=True).decode("ascii").split(" ")
        when = datetime.fromisoformat(dated_at)
        if when.tzinfo is None or not 0 <= int(number) < 2**63 or len(similarity) != by_similarity:
            raise ValueError
        return *(float(one) for one in similarity), when, int(number)
    except ValueError:
        raise ValueError(f"not a place in this channel: {cursor[:80]!r}") from None
