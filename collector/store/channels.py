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
    article.c.summary, article.c.text, article.c.enclosures, article.c.corpus_file, article.c.similarity,
    article.c.gone_at,
    sa.func.coalesce(feed.c.name, feed.c.title, "").label("source"), feed.c.url.label("source_url"),
    _EXAMPLE.c.title.label("similar_to"),
)  # fmt: skip
# Kept articles with what an item shows of them.
ARTICLES = (
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
    matches = matches_of(db, [row.id for row in shown], query.topics)
    items = tuple(item_of(row, matches.get(row.id, [])) for row in shown)
    more = shown and len(rows) > len(shown)
    return ChannelPage(items=items, next=_cursor(shown[-1], query.by_similarity) if more else None)


def _cursor(row: Row[Any], by_similarity: bool) -> str:
    return cursor(row.dated_at, row.id, row.similarity if by_similarity else None)


def _filtered(query: ChannelQuery) -> sa.Select[Any]:
    order = _MOST_SIMILAR if query.by_similarity else _NEWEST
    select = of_query(ARTICLES, query).order_by(*(column.desc() for column in order))
    if query.since is not None:
        select = select.where(article.c.first_seen_at >= query.since)
    if query.before is not None:
        last_place = place(query.before, query.by_similarity)
        last = [sa.literal(value, column.type) for value, column in zip(last_place, order, strict=True)]
        select = select.where(sa.tuple_(*order) < sa.tuple_(*last))
    return select


def of_query(select: sa.Select[Any], query: ChannelQuery) -> sa.Select[Any]:
    """The statement, narrowed to articles of the topics, language and feed that were asked for."""
    of_topic = (match.c.article_id == article.c.id) & match.c.topic.in_(query.only or query.topics)
    select = select.where(sa.exists().where(of_topic))
    if query.language is not None:
        primary = query.language.lower().partition("-")[0]
        spoken = sa.func.lower(article.c.language)
        select = select.where((spoken == primary) | spoken.startswith(f"{primary}-", autoescape=True))
    if query.feed is not None:
        of_feed = (sighting.c.article_id == article.c.id) & (sighting.c.feed_id == feed_id(query.feed))
        select = select.where(sa.exists().where(of_feed))
    return select


def feed_id(key: str) -> sa.ScalarSelect[int]:
    """The number of the feed with that key, as part of a statement."""
    return sa.select(feed.c.id).where(feed.c.key == key).correlate(None).scalar_subquery()


def matches_of(db: Connection, ids: Sequence[int], topics: Sequence[str]) -> dict[int, list[tuple[str, str]]]:
    """For each article the topics that it matches, each with its terms, a line each."""
    found: dict[int, list[tuple[str, str]]] = {}
    for part in chunks(ids):
        hits = sa.select(match.c.article_id, match.c.topic, match.c.terms).where(
            match.c.article_id.in_(part), match.c.topic.in_(topics)
        )
        for number, topic, terms in db.execute(hits):
            found.setdefault(number, []).append((topic, terms))
    return found


def item_of(row: Row[Any], matches: list[tuple[str, str]]) -> ChannelItem:
    """What is published of an article, a row of `ARTICLES`."""
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
        enclosures=enclosures_from(row.enclosures),
        is_seed=row.corpus_file is not None,
        similarity=row.similarity,
        similar_to=row.similar_to,
        gone_at=row.gone_at,
    )


# --- the cursor: the place of a page's last item, opaque to those who hand it back --------------------------


def cursor(when: datetime, number: int, similarity: float | None = None) -> str:
    """The place behind an item; with its similarity where that is what items are sorted by."""
    told = f"{when.isoformat()} {number}" + (f" {similarity!r}" if similarity is not None else "")
    return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def place(given: str, by_similarity: bool) -> tuple[Any, ...]:
    """What `cursor` was made of, in the order in which items are sorted. Raises ValueError when it was not."""
    try:
        padded = given.encode("ascii") + b"=" * (-len(given) % 4)
        dated_at, number, *similarity = base64.b64decode(padded, b"-_", validate=True).decode("ascii").split(" ")
        when = datetime.fromisoformat(dated_at)
        if when.tzinfo is None or not 0 <= int(number) < 2**63 or len(similarity) != by_similarity:
            raise ValueError
        return *(float(one) for one in similarity), when, int(number)
    except ValueError:
        raise ValueError(f"not a place in this channel: {given[:80]!r}") from None
