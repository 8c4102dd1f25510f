"""Lines that articles of a host repeat: looked up, learned, forgotten."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector import hostlines
from collector.model import ShownLines
from collector.store.dialects import insert
from collector.store.rows import THESE, chunks
from collector.store.schema import hostline

_KNOWN = sa.select(hostline.c.host, hostline.c.line, hostline.c.articles).where(
    hostline.c.host.in_(sa.bindparam("hosts", expanding=True)), hostline.c.line.in_(THESE)
)
_AT_ONCE = 40  # lines that are asked for together: each of them is looked up for each host


def repeated(db: Connection, host: str, keys: Collection[int]) -> set[int]:
    """Those of the lines that enough different articles of the host have shown."""
    known = _known(db, [(host, key) for key in keys])
    return {key for (_, key), articles in known.items() if len(articles) >= 2 * hostlines.ENOUGH}


def learn(db: Connection, seen: Sequence[tuple[ShownLines, datetime]]) -> None:
    """Notes what articles showed. Those of one host see each other."""
    known = _known(db, dict.fromkeys((shown.host, key) for shown, _ in seen for key in shown.keys))
    rows: dict[tuple[str, int], dict[str, Any]] = {}
    for shown, at in seen:
        for key in shown.keys:
            place = shown.host, key
            known[place] = articles = list(hostlines.learned(known.get(place, ()), shown.article))
            rows[place] = {"host": shown.host, "line": key, "articles": articles, "seen_at": at}
    new = insert(db, hostline)
    changed = {"articles": new.excluded.articles, "seen_at": new.excluded.seen_at}
    if rows:
        db.execute(new.on_conflict_do_update(index_elements=["host", "line"], set_=changed), list(rows.values()))


def forget(db: Connection, before: datetime) -> None:
    """Lets go of lines that no article has shown since then."""
    db.execute(sa.delete(hostline).where(hostline.c.seen_at < before))


def _known(db: Connection, places: Collection[tuple[str, int]]) -> dict[tuple[str, int], list[int]]:
    """The articles that showed lines, by host and key."""
    known: dict[tuple[str, int], list[int]] = {}
    for part in chunks(sorted(places), _AT_ONCE):
        hosts, keys = ({place[at] for place in part} for at in (0, 1))
        rows = db.execute(_KNOWN, {"hosts": hosts, "these": keys})
        known |= {(row.host, row.line): row.articles for row in rows}
    return known
