"""The number that changes when what is published changes, and only then."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector.store.dialects import insert
from collector.store.schema import meta

_KEY = "revision"
READ = sa.select(meta.c.value).where(meta.c.key == _KEY)


def read(db: Connection) -> int:
    """The revision now."""
    return db.scalar(READ) or 0


def bump(db: Connection) -> None:
    """Notes that published content changed in this transaction."""
    first = insert(db, meta).values(key=_KEY, value=1)
    db.execute(first.on_conflict_do_update(index_elements=["key"], set_={"value": meta.c.value + 1}))
