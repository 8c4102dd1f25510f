"""Numbers that change when something did: what is published, or stories by other hands than the grouping stage's."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector.store.dialects import insert
from collector.store.schema import meta

_PUBLISHED, _GROUPING = "revision", "grouping"
READ = sa.select(meta.c.value).where(meta.c.key == _PUBLISHED)
_READ_GROUPING = sa.select(meta.c.value).where(meta.c.key == _GROUPING)


def read(db: Connection) -> int:
    """The revision now."""
    return db.scalar(READ) or 0


def bump(db: Connection) -> None:
    """Notes that published content changed in this transaction."""
    _count(db, _PUBLISHED)


def read_grouping(db: Connection) -> int:
    """How often others than the grouping stage changed who belongs to which story."""
    return db.scalar(_READ_GROUPING) or 0


def bump_grouping(db: Connection) -> None:
    """Notes that this transaction does: what the grouper remembers is not true any more."""
    _count(db, _GROUPING)


def _count(db: Connection, key: str) -> None:
    first = insert(db, meta).values(key=key, value=1)
    db.execute(first.on_conflict_do_update(index_elements=["key"], set_={"value": meta.c.value + 1}))
