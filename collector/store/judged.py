"""Articles judged by other rules than those in force, and what a new judgement changes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from collector.model import EntryOutcome, Match, Rejudged, StoredArticle
from collector.store import revision
from collector.store.articles import FEEDS, TOPICS
from collector.store.rows import THESE, chunks, grouped, match_rows, pairs
from collector.store.schema import article, entry, match

_HAS_TEXT = article.c.text.is_not(None)
_STORED = sa.select(
    *(
        article.c[name]
        for name in ("id", "key", "title", "text", "language", "url", "corpus_file", "changed_at", "similarity")
    )
).where(_HAS_TEXT)
_RULES = sa.bindparam("rules", type_=sa.BigInteger)
# Two ranges of an index: an inequality would look at every article.
_OUTDATED = sa.union_all(
    *(
        sa.select(sa.select(article.c.id).where(other, _HAS_TEXT).limit(sa.bindparam("most")).subquery())
        for other in (article.c.rules < _RULES, article.c.rules > _RULES)
    )
)


def outdated(db: Connection, rules: int, limit: int) -> list[StoredArticle]:
    """Articles, at most `limit`, that were last judged by other rules than these."""
    ids = list(db.scalars(_OUTDATED, {"rules": rules, "most": limit}))[:limit]
    return by_ids(db, ids)


def after(db: Connection, last: int, limit: int) -> list[StoredArticle]:
    """The next articles behind the one with id `last`, by id."""
    rows = db.execute(_STORED.where(article.c.id > last).order_by(article.c.id).limit(limit)).all()
    return _stored(db, rows)


def by_ids(db: Connection, ids: Collection[int]) -> list[StoredArticle]:
    """These articles, by id, without those whose text was let go."""
    rows = [row for part in chunks(ids) for row in db.execute(_STORED.where(article.c.id.in_(part)))]
    return _stored(db, sorted(rows, key=lambda row: row.id))


def _stored(db: Connection, rows: Sequence[Row[Any]]) -> list[StoredArticle]:
    ids = [row.id for row in rows]
    topics, feeds = grouped(db, TOPICS, ids), grouped(db, FEEDS, ids)
    return [
        StoredArticle(**row._mapping, topics=tuple(topics.get(row.id, ())), feeds=tuple(feeds.get(row.id, ())))
        for row in rows
    ]


# --- judged anew ----------------------------------------------------------------------------------------------------

_MATCHES = sa.select(match).where(match.c.article_id.in_(THESE))
_CHANGED_AT = sa.select(article.c.id, article.c.changed_at).where(article.c.id.in_(THESE))
_UNMATCH = sa.delete(match).where(match.c.article_id == sa.bindparam("_id"), match.c.topic == sa.bindparam("_topic"))
_JUDGE = (
    sa.update(article)
    .where(article.c.id == sa.bindparam("_id"))
    .values({name: sa.bindparam(name) for name in ("similarity", "similar_to", "rules", "changed_at")})
    .values(is_kept=sa.or_(article.c.is_kept, sa.bindparam("_matches", type_=sa.Boolean)))
)
_OUTCOME = (
    sa.update(entry)
    .where(entry.c.article_id == sa.bindparam("_id"), entry.c.outcome == sa.bindparam("_before"))
    .values(outcome=sa.bindparam("outcome"))
)


def save(db: Connection, records: Sequence[Rejudged]) -> int:
    """Writes the judgements, and returns how many articles match other topics than before.

    An article that was rewritten meanwhile was judged then, and is left as it is.
    """
    ids = [record.article.id for record in records]
    unchanged, written = _unchanged(db, records), _written(db, ids)
    judged, gone, new, outcomes = [], [], [], []
    count, is_published = 0, False
    for record in (one for one in records if one.article.id in unchanged):
        number = record.article.id
        before = written.get(number, {})
        now = {row["topic"]: row for row in match_rows(number, record.judgement.matches)}
        is_other = before.keys() != now.keys()
        is_published |= before != now or record.article.similarity != record.judgement.similarity
        gone += [{"_id": number, "_topic": topic} for topic, row in before.items() if now.get(topic) != row]
        new += [row for topic, row in now.items() if before.get(topic) != row]
        outcomes.append(_outcome(number, record.judgement.matches))
        judged.append(_judged(record, is_other))
        count += is_other
    for statement, rows in ((_UNMATCH, gone), (sa.insert(match), new), (_JUDGE, judged), (_OUTCOME, outcomes)):
        if rows:
            db.execute(statement, rows)
    if is_published:
        revision.bump(db)
    return count


def _judged(record: Rejudged, is_other: bool) -> dict[str, Any]:
    """To a subscriber the article changed when its topics did, not when the corpus made it more or less similar."""
    judgement = record.judgement
    return {
        "_id": record.article.id, "similarity": judgement.similarity, "similar_to": judgement.similar_to,
        "rules": record.rules, "_matches": bool(judgement.matches),
        "changed_at": record.judged_at if is_other else record.article.changed_at,
    }  # fmt: skip


def _outcome(number: int, matches: tuple[Match, ...]) -> dict[str, Any]:
    """Entries are called by what their article is now."""
    words = (EntryOutcome.UNMATCHED, EntryOutcome.KEPT) if matches else (EntryOutcome.KEPT, EntryOutcome.UNMATCHED)
    return {"_id": number, "_before": words[0], "outcome": words[1]}


def _unchanged(db: Connection, records: Sequence[Rejudged]) -> set[int]:
    now: dict[int, Any] = {}
    for part in chunks([record.article.id for record in records]):
        now |= pairs(db, _CHANGED_AT, {"these": part})
    return {one.article.id for one in records if now.get(one.article.id) == one.article.changed_at}


def _written(db: Connection, ids: Collection[int]) -> dict[int, dict[str, dict[str, Any]]]:
    found: dict[int, dict[str, dict[str, Any]]] = {}
    for part in chunks(ids):
        for row in db.execute(_MATCHES, {"these": part}):
            found.setdefault(row.article_id, {})[row.topic] = dict(row._mapping)
    return found
