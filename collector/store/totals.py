"""Counts over the whole database."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector.model import Totals
from collector.store import grouped
from collector.store.rows import pairs
from collector.store.schema import article, entry, feed, match, member


def totals(db: Connection, topics: Sequence[str]) -> Totals:
    """How much there is of everything; a topic that nothing matches counts 0."""
    ended = sa.select(entry.c.outcome, sa.func.count()).group_by(entry.c.outcome)
    outcomes = pairs(db, ended)
    pending = outcomes.pop(None, 0)
    hits = sa.select(match.c.topic, sa.func.count()).where(match.c.topic.in_(topics)).group_by(match.c.topic)
    return Totals(
        feeds=_count(db, sa.select(sa.func.count()).select_from(feed).where(feed.c.is_active)),
        entries=pending + sum(outcomes.values()),
        pending=pending,
        articles=_count(db, sa.select(sa.func.count()).select_from(article)),
        kept=_count(db, sa.select(sa.func.count()).where(article.c.is_kept)),
        stories=_count(db, sa.select(sa.func.count(sa.distinct(member.c.story_id)))),
        ungrouped=grouped.count(db),
        topics=dict.fromkeys(topics, 0) | pairs(db, hits),
        entry_outcomes={word: outcomes[word] for word in sorted(outcomes)},
    )


def _count(db: Connection, query: sa.Select[tuple[int]]) -> int:
    return db.scalar(query) or 0
