"""Lines that articles of a host repeat: looked up, learned, forgotten."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector import hostlines
from collector.model import ShownLines
from collector.store.dialects import insert
from collector.store.schema import hostline


def repeated(db: Connection, host: str, keys: Collection[int]) -> set[int]:
    """Those of the lines that enough different articles of the host have shown."""
    return {key for key, articles in _known(db, host, keys).items() if len(articles) >= 2 * hostlines.ENOUGH}


def learn(db: Connection, seen: Sequence[tuple[ShownLines, datetime]]) -> None:
    """Notes what articles showed. Those of one host see each other."""
    for shown, at in seen:
        known = _known(db, shown.host, shown.keys)
        rows = [
            {
                "host": shown.host,
                "line": key,
                "articles": list(hostlines.learned(known.get(key, ()), shown.article)),
                "seen_at": at,
            }
            for key in shown.keys
        ]
        new = insert(db, hostline)
        changed = {"articles": new.excluded.articles, "seen_at": new.excluded.seen_at}
        if rows:
            db.execute(new.on_conflict_do_update(index_elements=["host", "line"], set_=changed), rows)


def forget(db: Connection, before: datetime) -> None:
    """Lets go of lines that no article has shown since then."""
    db.execute(sa.delete(hostline).where(hostline.c.seen_at < before))


def _known(db: Connection, host: str, keys: Collection[int]) -> dict[int, list[int]]:
    query = sa.select(hostline.c.line, hostline.c.articles).where(hostline.c.host == host, hostline.c.line.in_(keys))
    return {row.line: row.articles for row in db.execute(query)}
