"""What became of an address: the entries that link to it, and the article behind it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from collector.model import ArticleTrace, EntryOutcome, EntryTrace, TextSource, Trace
from collector.store import judged, revisions, stories
from collector.store.rows import match_from, place_of
from collector.store.schema import address, article, entry, feed, match

_ENTRIES = (
    sa.select(
        *(
            entry.c[name]
            for name in (
                "key", "url", "title", "first_seen_at", "last_seen_at", "changes", "attempts", "outcome", "reason",
                "due_at", "visited_at", "visit_at", "article_id",
            )
        ),
        feed.c.key.label("feed"),
        sa.func.coalesce(feed.c.name, feed.c.title, feed.c.key).label("feed_title"),
    )
    # By feed and address: the index has them in this order.
    .join_from(feed, entry, entry.c.feed_id == feed.c.id)
    .order_by(entry.c.first_seen_at, entry.c.id)
)  # fmt: skip
_ARTICLE = sa.select(
    *(
        article.c[name]
        for name in (
            "id", "key", "canonical_url", "url", "title", "authors", "published_at", "first_seen_at", "language",
            "site", "text_source", "sources", "corpus_file", "is_kept", "similarity", "similar_to", "rules",
            "gone_at",
        )
    )
)  # fmt: skip
_KNOWN_AT = sa.select(address.c.address).order_by(address.c.address)
_MATCHES = sa.select(match.c.topic, match.c.evidence).order_by(match.c.topic)


def of(db: Connection, named: str, addresses: Collection[str]) -> Trace | None:
    """What is known of an article or entry by its address, canonical or as its feed wrote it (`addresses`), or by the
    article's key (`named`). None when no feed showed it and the corpus does not hold it.
    """
    number = _article_id(db, named, addresses)
    linked = entry.c.canonical_url.in_(addresses) | entry.c.guid.in_(addresses)
    rows = db.execute(_ENTRIES.where(linked)).all()
    if number is None:
        number = next((row.article_id for row in rows if row.article_id is not None), None)
    if number is not None:
        rows = _merged(rows, db.execute(_ENTRIES.where(entry.c.article_id == number)).all())
    if number is None and not rows:
        return None
    return Trace(entries=tuple(map(_entry, rows)), article=None if number is None else _article(db, number))


def _article_id(db: Connection, named: str, addresses: Collection[str]) -> int | None:
    by_name = sa.select(article.c.id).where(
        (article.c.key == named.removeprefix("urn:uuid:")) | (article.c.corpus_file == named)
    )
    by_address = sa.select(address.c.article_id).where(address.c.address.in_([place_of(one) for one in addresses]))
    return db.scalar(by_name) or db.scalar(by_address)


def _merged(some: Sequence[Row[Any]], others: Sequence[Row[Any]]) -> list[Row[Any]]:
    rows = {(row.feed, row.key): row for row in (*some, *others)}
    return sorted(rows.values(), key=lambda row: (row.first_seen_at, row.feed, row.key))


def _entry(row: Row[Any]) -> EntryTrace:
    values = {name: value for name, value in row._mapping.items() if name != "article_id"}
    return EntryTrace(**values | {"outcome": EntryOutcome(row.outcome) if row.outcome else None})


def _article(db: Connection, number: int) -> ArticleTrace:
    row = db.execute(_ARTICLE.where(article.c.id == number)).one()
    matches = db.execute(_MATCHES.where(match.c.article_id == number))
    values = {
        "authors": tuple(row.authors or ()), "sources": row.sources or {}, "text_source": TextSource(row.text_source),
        "addresses": tuple(db.scalars(_KNOWN_AT.where(address.c.article_id == number))),
        "matches": tuple(match_from(topic, places) for topic, places in matches),
        "story": stories.of_articles(db, [number]).get(number),
        "revisions": revisions.of_article(db, number),
        "stored": next(iter(judged.by_ids(db, [number])), None),
    }  # fmt: skip
    return ArticleTrace(**dict(row._mapping) | values)
