"""Two articles that turn out to be one: what refers to the second refers to the first from now on."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector.store.changes import forward, is_empty
from collector.store.dialects import insert
from collector.store.revision import bump_grouping
from collector.store.schema import address, article, entry, match, member, revision, sighting


def merge(db: Connection, second: int, first: int) -> None:
    """Moves the second article's addresses, entries, sightings and revisions to the first, and removes the second.

    Where the first is in no story yet, it takes the second's place in its story, to be looked at again.
    """
    for table in (address, entry, revision):
        db.execute(sa.update(table).where(table.c.article_id == second).values(article_id=first))
    moved = sa.select(
        sa.literal(first, sighting.c.article_id.type),
        sighting.c.feed_id,
        sighting.c.first_seen_at,
        sighting.c.last_seen_at,
    ).where(sighting.c.article_id == second)
    db.execute(insert(db, sighting).from_select(sighting.c.keys(), moved).on_conflict_do_nothing())
    _merge_members(db, second, first)
    for table in (sighting, match):
        db.execute(sa.delete(table).where(table.c.article_id == second))
    db.execute(sa.delete(article).where(article.c.id == second))


def _merge_members(db: Connection, second: int, first: int) -> None:
    of = sa.select(member.c.story_id).where
    place, own = db.scalar(of(member.c.article_id == second)), db.scalar(of(member.c.article_id == first))
    copies = sa.update(member).where(member.c.copy_of == second)
    db.execute(copies.where(member.c.article_id != first).values(copy_of=first))
    db.execute(copies.values(copy_of=None))
    if place is None:
        return
    if own is None:
        db.execute(sa.update(member).where(member.c.article_id == second).values(article_id=first))
        db.execute(sa.update(article).where(article.c.id == first).values(is_grouped=False))
    else:
        db.execute(sa.delete(member).where(member.c.article_id == second))
        if place != own and is_empty(db, place):
            forward(db, place, own)
    bump_grouping(db)
