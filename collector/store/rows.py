"""Small conversions between rows and values, shared by the modules of the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector.addresses.urls import url_identity
from collector.model import Enclosure, Evidence, Match

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")

# SQLite takes 32,766 parameters in a statement, PostgreSQL's protocol 65,535.
_PARAMETERS = 500
_DAY = timedelta(days=1)


def chunks(values: Collection[T], size: int = _PARAMETERS) -> Iterator[list[T]]:
    """The values in lists short enough for one statement."""
    rest = iter(values)
    while part := list(islice(rest, size)):
        yield part


# A list of values in a statement that is made once: making it anew takes longer than running it.
THESE = sa.bindparam("these", expanding=True)


def pairs(db: Connection, query: sa.Select[tuple[K, V]], values: Mapping[str, Any] | None = None) -> dict[K, V]:
    """The rows of a statement with two columns, as a dict from one to the other."""
    return dict(db.execute(query, values).all())


def grouped(db: Connection, query: sa.Select[tuple[int, str]], ids: Collection[int]) -> dict[int, list[str]]:
    """The rows of a statement over `THESE` with two columns: for each first one the second ones, sorted."""
    groups: dict[int, list[str]] = {}
    for part in chunks(ids):
        for number, word in db.execute(query, {"these": part}):
            groups.setdefault(number, []).append(word)
    return {number: sorted(words) for number, words in groups.items()}


def place_of(address: str) -> str:
    """What an address is known by: http and https, with and without `www.`, are one place."""
    return url_identity(address) or address


def come(moment: sa.ColumnElement[datetime | None], now: datetime, *, set_at: Any) -> sa.ColumnElement[bool]:
    """Whether a planned moment has come. One that lies further off than a day and was planned in what is still the
    future was planned by a clock that has been set back since; nobody shall wait for that to pass.
    """
    is_of_another_clock = (moment > now + _DAY) & (set_at.is_(None) | (set_at > now))
    return (moment <= now) | is_of_another_clock


def fair(rows: Iterable[tuple[int, Hashable]], limit: int, exclude: Collection[int], share: int) -> list[int]:
    """The first `limit` ids of (id, group) rows, at most `share` of one group; those in `exclude` are not
    chosen, but are of their group's share.
    """
    chosen: list[int] = []
    groups: Counter[Hashable] = Counter()
    for number, group in rows:
        if groups[group] >= share:
            continue
        groups[group] += 1
        if number not in exclude:
            chosen.append(number)
            if len(chosen) >= limit:
                break
    return chosen


def many(values: tuple[str, ...]) -> list[str] | None:
    """Several texts as a JSON column holds them; none at all are NULL."""
    return list(values) or None


def enclosures_to(enclosures: tuple[Enclosure, ...]) -> list[list[Any]] | None:
    """Enclosures as a JSON column holds them."""
    return [[e.url, e.media_type, e.length] for e in enclosures] or None


def enclosures_from(column: list[list[Any]] | None) -> tuple[Enclosure, ...]:
    """Enclosures from a JSON column."""
    if not column:
        return ()
    return tuple(
        Enclosure(url=url, media_type=media_type, length=length) for url, media_type, length in column
    )


def match_rows(number: int, matches: Sequence[Match]) -> list[dict[str, Any]]:
    """The matches as the table holds them, by topic. A term that hit in several places is told once, a line
    each.
    """
    return [
        {
            "article_id": number,
            "topic": one.topic,
            "terms": "\n".join(dict.fromkeys(" ".join(e.words.split()) for e in one.evidence)),
            "evidence": [asdict(e) for e in one.evidence],
        }
        for one in sorted(matches, key=lambda one: one.topic)
    ]


def match_from(topic: str, evidence: list[dict[str, Any]]) -> Match:
    """A match from its row."""
    return Match(topic=topic, evidence=tuple(Evidence(**place) for place in evidence))
