"""Two articles that turn out to be one: what refers to the second refers to the first from now on."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector.store.dialects import insert
from collector.store.schema import address, article, entry, match, revision, sighting


def merge(db: Connection, second: int, first: int) -> None:
    """Moves the second article's addresses, entries, sightings and revisions to the first, and removes the second."""
    for table in (address, entry, revision):
        db.execute(sa.update(table).where(table.c.article_id == second).values(article_id=first))
    moved = sa.select(
        sa.literal(first, sighting.c.article_id.type),
        sighting.c.feed_id,
        sighting.c.first_seen_at,
        sighting.c.last_seen_at,
    ).where(sighting.c.article_id == second)
    db.execute(insert(db, sighting).from_select(sighting.c.keys(), moved).on_conflict_do_nothing())
    for table in (sighting, match):
        db.execute(sa.delete(table).where(table.c.article_id == second))
    db.execute(sa.delete(article).where(article.c.id == second))
