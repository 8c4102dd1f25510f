"""What must hold of the rows, beyond what the database itself enforces. Each rule finds the rows that break it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector.model import Actor, Change, EntryOutcome, Failure, PollOutcome, StepKind, TextSource
from collector.store.rows import pairs, place_of
from collector.store.schema import (
    address,
    article,
    entry,
    feed,
    match,
    member,
    revision,
    sighting,
    step,
    story,
)

_CHUNK = 500
_A_DAY = timedelta(days=1)  # a clock that is wrong by less is no matter
_RESTORE = "restore a backup of before; if there was no damage, please report it as a mistake of Collector's"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`says` what is wrong, behind a number; `broken` selects a name of each row that breaks the rule."""

    name: str
    says: str
    broken: sa.Select[Any]
    advice: str = _RESTORE


def _not_one_of(column: sa.ColumnElement[Any], words: type[StrEnum]) -> sa.ColumnElement[bool]:
    return column.is_not(None) & column.not_in([str(word) for word in words])


def _of_entries(*conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return sa.select(feed.c.key + " " + entry.c.key).join_from(entry, feed, isouter=True).where(*conditions)


def _of_articles(*conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return sa.select(article.c.canonical_url).where(*conditions)


_ITS_ARTICLE = article.c.id == entry.c.article_id
_LATER = story.alias("later")
_POLLED = feed.c.is_active & ~feed.c.is_gone

_RULES = (
    Rule(
        name="entries",
        says="entries are neither collected nor to be collected",
        broken=_of_entries(entry.c.outcome.is_(None), entry.c.due_at.is_(None)),
    ),
    Rule(
        name="entries",
        says="entries are settled without an article",
        broken=_of_entries(entry.c.outcome.is_not(None), entry.c.article_id.is_(None)),
    ),
    Rule(
        name="entries",
        says="entries are called kept, but their article is not",
        broken=_of_entries(
            entry.c.outcome == EntryOutcome.KEPT, sa.exists().where(_ITS_ARTICLE, ~article.c.is_kept)
        ),
    ),
    Rule(
        name="entries",
        says="entries have an article that their feed is not said to have shown",
        broken=_of_entries(
            entry.c.article_id.is_not(None),
            ~sa.exists().where(
                sighting.c.article_id == entry.c.article_id, sighting.c.feed_id == entry.c.feed_id
            ),
        ),
    ),
    Rule(
        name="articles",
        says="articles match a topic and are not published",
        broken=_of_articles(~article.c.is_kept, sa.exists().where(match.c.article_id == article.c.id)),
    ),
    Rule(
        name="articles",
        says="published articles have lost their text",
        broken=_of_articles(article.c.is_kept, article.c.text.is_(None)),
    ),
    Rule(
        name="articles",
        says="articles are dated later than they were first seen",
        broken=_of_articles(article.c.dated_at > article.c.first_seen_at),
    ),
    Rule(
        name="stories",
        says="articles are called grouped, but are in no story",
        broken=_of_articles(article.c.is_grouped, ~sa.exists().where(member.c.article_id == article.c.id)),
        advice="`UPDATE article SET is_grouped = false` has the service group all that is in no story",
    ),
    Rule(
        name="stories",
        says="reports are in a story that was merged into another one",
        broken=_of_articles(
            sa.exists().where(
                member.c.article_id == article.c.id, story.c.id == member.c.story_id, story.c.forwarded_to.is_not(None)
            )
        ),
    ),
    Rule(
        name="stories",
        says="stories lead to one that itself leads on",
        broken=sa.select(story.c.key).where(
            sa.exists().where(_LATER.c.id == story.c.forwarded_to, _LATER.c.forwarded_to.is_not(None))
        ),
    ),
    Rule(
        name="articles",
        says="articles have a history, but their text was let go",
        broken=_of_articles(article.c.text.is_(None), sa.exists().where(revision.c.article_id == article.c.id)),
    ),
    Rule(
        name="entries",
        says="entries have a page that is visited again, but was never read",
        broken=_of_entries(
            entry.c.visit_at.is_not(None), entry.c.read_at.is_(None) | entry.c.article_id.is_(None)
        ),
    ),
    Rule(
        name="words",
        says="rows hold a word that this version does not know",
        broken=sa.union_all(
            _of_entries(_not_one_of(entry.c.outcome, EntryOutcome)),
            _of_articles(_not_one_of(article.c.text_source, TextSource)),
            sa.select(story.c.key).where(
                story.c.id == step.c.story_id, _not_one_of(step.c.kind, StepKind) | _not_one_of(step.c.who, Actor)
            ),
            sa.select(revision.c.key).where(_not_one_of(revision.c.change, Change)),
            sa.select(feed.c.key).where(
                _not_one_of(feed.c.last_outcome, PollOutcome) | _not_one_of(feed.c.last_failure, Failure)
            ),
        ),  # type: ignore[arg-type]
        advice="was a newer Collector at work on it? Install that version",
    ),
)


def _of_feeds(now: datetime, longest: timedelta) -> tuple[Rule, ...]:
    """The rules that time decides: a feed waits no longer than `longest`, and nothing was polled tomorrow."""
    return (
        Rule(
            name="feeds",
            says="feeds are not to be polled for longer than any wait allows",
            broken=sa.select(feed.c.key).where(_POLLED, feed.c.next_poll_at > now + longest),
            advice="was the clock wrong when they were polled? `collector once --all` polls them now",
        ),
        Rule(
            name="feeds",
            says="feeds were last polled in the future",
            broken=sa.select(feed.c.key).where(feed.c.last_poll_at > now + _A_DAY),
            advice="check the clock of this machine; `collector once --all` polls them now",
        ),
        Rule(
            name="feeds",
            says="feeds have a counter or an interval below zero",
            broken=sa.select(feed.c.key).where(
                sa.or_(
                    *(
                        feed.c[name] < 0
                        for name in ("interval", "failures", "gone_count", "moved_count", "gap_count")
                    )
                )
            ),
        ),
    )


def broken(
    ask: Callable[..., Any], now: datetime, longest: timedelta
) -> Iterable[tuple[Rule, int, list[str]]]:
    """Each rule with how many rows break it, 0 too, and the names of a few. `ask` puts one question."""
    for rule in (*_RULES, *_of_feeds(now, longest)):
        yield rule, *ask(_count, rule.broken)
    yield _IDENTITY, *ask(_misnamed)


def _count(db: Connection, query: sa.Select[Any]) -> tuple[int, list[str]]:
    rows = query.subquery()
    number = db.scalar(sa.select(sa.func.count()).select_from(rows)) or 0
    return number, [str(name) for name in db.scalars(sa.select(rows).limit(3))] if number else []


_IDENTITY = Rule(
    name="addresses",
    says="articles share their address with another one, or are not found at it",
    broken=_of_articles(),
)


def _misnamed(db: Connection) -> tuple[int, list[str]]:
    """Articles that are not the one known at their own address: the next report of them would be a second one."""
    number, names, last = 0, [], 0
    query = sa.select(article.c.id, article.c.canonical_url).order_by(article.c.id).limit(_CHUNK)
    while rows := db.execute(query.where(article.c.id > last)).all():
        places = {row.id: place_of(row.canonical_url) for row in rows if not row.canonical_url.startswith("urn:")}
        known = pairs(db, sa.select(address).where(address.c.address.in_(set(places.values()))))
        wrong = [row.canonical_url for row in rows if row.id in places and known.get(places[row.id]) != row.id]
        number, names, last = number + len(wrong), (names + wrong)[:3], rows[-1].id
    return number, names
