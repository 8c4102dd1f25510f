"""Stories as people see them: their reports, why each is there, and what was done."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from collector.model import Actor, Arrival, JoinEvidence, Report, StepKind, Story, StoryStep
from collector.store.rows import THESE, chunks, pairs
from collector.store.schema import article, feed, match, member, step, story

_ORIGINAL = article.alias("original")
# What matches no topic any more is shown nowhere; a seed is always shown where it belongs.
_IS_SHOWN = article.c.corpus_file.is_not(None) | sa.exists().where(match.c.article_id == article.c.id)
_REPORTS = (
    sa.select(
        member.c.story_id,
        *(article.c[name] for name in ("id", "key", "title", "url", "language", "dated_at")),
        sa.func.coalesce(feed.c.name, feed.c.title, article.c.site, "").label("source"),
        article.c.corpus_file.is_not(None).label("is_seed"),
        member.c.joined_at, member.c.is_pinned, member.c.evidence, _ORIGINAL.c.key.label("copy_of"),
    )
    .select_from(member)
    .join(article, article.c.id == member.c.article_id)
    .outerjoin(feed, feed.c.id == article.c.origin_feed_id)
    .outerjoin(_ORIGINAL, _ORIGINAL.c.id == member.c.copy_of)
    .where(member.c.story_id.in_(THESE), _IS_SHOWN)
    .order_by(article.c.id)
)  # fmt: skip
_STORIES = sa.select(story).where(story.c.id.in_(THESE))
_KEYS = sa.select(article.c.id, article.c.key).where(article.c.id.in_(THESE))
_BROUGHT = (
    sa.select(step.c.other_id, *(step.c[name] for name in ("kind", "who", "at", "detail")))
    .where(step.c.other_id.in_(THESE), step.c.kind.in_([StepKind.MERGE, StepKind.SPLIT, StepKind.MOVE]))
    .order_by(step.c.id)
)
_OF_ARTICLES = sa.select(member.c.article_id, member.c.story_id).where(member.c.article_id.in_(THESE))


def by_ids(db: Connection, numbers: Collection[int]) -> dict[int, Story]:
    """These stories by number, without those of which nothing is shown."""
    found: dict[int, Story] = {}
    for part in chunks(set(numbers)):
        rows = db.execute(_REPORTS, {"these": part}).all()
        keys = _keys(db, {row.evidence["nearest"] for row in rows if row.evidence} - {None})
        arrivals = _arrivals(db, part)
        reports: dict[int, list[Report]] = {}
        for row in rows:
            came = arrivals.get((row.story_id, row.id))
            is_since = came is not None and came.at >= row.joined_at  # a rewritten report joins anew
            reports.setdefault(row.story_id, []).append(_report(row, keys, came if is_since else None))
        for row in db.execute(_STORIES, {"these": part}):
            if row.id in reports:
                found[row.id] = _story(row, reports[row.id])
    return found


def of_articles(db: Connection, numbers: Collection[int]) -> dict[int, Story]:
    """The stories of these articles, by article."""
    of: dict[int, int] = {}
    for part in chunks(numbers):
        of |= pairs(db, _OF_ARTICLES, {"these": part})
    stories = by_ids(db, set(of.values()))
    return {number: stories[one] for number, one in of.items() if one in stories}


def by_key(db: Connection, key: str) -> Story | None:
    """The story with that key, or the one that it was merged into; None when there is none, or nothing to show."""
    row = db.execute(sa.select(story.c.id, story.c.forwarded_to).where(story.c.key == key)).first()
    if row is None:
        return None
    number = row.id if row.forwarded_to is None else row.forwarded_to
    return by_ids(db, [number]).get(number)


def around(db: Connection, number: int, limit: int) -> list[Story]:
    """Other stories of a topic of this one whose beginnings lie nearest to its own."""
    topics = sa.select(match.c.topic).join_from(member, match, match.c.article_id == member.c.article_id)
    of_same = sa.exists().where(
        member.c.story_id == story.c.id,
        match.c.article_id == member.c.article_id,
        match.c.topic.in_(topics.where(member.c.story_id == number).correlate(None)),
    )
    began = sa.select(story.c.began_at).where(story.c.id == number).correlate(None).scalar_subquery()
    numbers: list[int] = []
    before, behind = story.c.began_at <= began, story.c.began_at > began
    for side, order in ((before, story.c.began_at.desc()), (behind, story.c.began_at)):
        query = sa.select(story.c.id).where(side, story.c.id != number, of_same).order_by(order).limit(limit)
        numbers += db.scalars(query)
    return list(by_ids(db, numbers).values())


# --- steps ----------------------------------------------------------------------------------------------------------

_OTHER, _UNDOING = story.alias("other"), step.alias("undoing")
_STEPS = (
    sa.select(
        *(step.c[name] for name in ("id", "at", "kind", "who", "undoes", "detail")),
        story.c.key.label("story"), _OTHER.c.key.label("other"), sa.func.max(_UNDOING.c.id).label("undone_by"),
    )
    .select_from(step)
    .join(story, story.c.id == step.c.story_id)
    .outerjoin(_OTHER, _OTHER.c.id == step.c.other_id)
    .outerjoin(_UNDOING, _UNDOING.c.undoes == step.c.id)
    .group_by(step.c.id, story.c.key, _OTHER.c.key)
    .order_by(step.c.id)
)  # fmt: skip


def steps_of(db: Connection, number: int) -> list[StoryStep]:
    """What was done to the story, and to those that it took in, oldest first."""
    led = sa.select(story.c.id).where((story.c.id == number) | (story.c.forwarded_to == number)).correlate(None)
    rows = db.execute(_STEPS.where(step.c.story_id.in_(led) | step.c.other_id.in_(led))).all()
    keys = _keys(db, {one for row in rows for one, *_ in row.detail["articles"]})
    return [_step(row, keys) for row in rows]


def _step(row: Row[Any], keys: dict[int, str]) -> StoryStep:
    values = dict(row._mapping) | {"kind": StepKind(row.kind), "who": Actor(row.who)}
    detail = values.pop("detail")
    articles = tuple(keys[one] for one, *_ in detail["articles"] if one in keys)
    return StoryStep(**values, articles=articles, because=evidence_from(detail.get("because")))


# --- rows to values -------------------------------------------------------------------------------------------------


def _keys(db: Connection, numbers: Iterable[int]) -> dict[int, str]:
    keys: dict[int, str] = {}
    for part in chunks(set(numbers)):
        keys |= pairs(db, _KEYS, {"these": part})
    return keys


def _arrivals(db: Connection, numbers: Collection[int]) -> dict[tuple[int, int], Arrival]:
    """How reports came to these stories last, by story and article."""
    found: dict[tuple[int, int], Arrival] = {}
    for row in db.execute(_BROUGHT, {"these": numbers}):
        because = evidence_from(row.detail.get("because"))
        came = Arrival(kind=StepKind(row.kind), who=Actor(row.who), at=row.at, because=because)
        found |= {(row.other_id, one): came for one, *_ in row.detail["articles"]}
    return found


def _story(row: Row[Any], reports: list[Report]) -> Story:
    return Story(
        id=row.id, key=row.key, began_at=row.began_at, changed_at=row.changed_at, is_frozen=row.is_frozen,
        reports=tuple(reports),
    )  # fmt: skip


def _report(row: Row[Any], keys: dict[int, str], arrival: Arrival | None) -> Report:
    values = {name: value for name, value in row._mapping.items() if name != "story_id"}
    evidence = evidence_from(row.evidence)
    nearest = keys.get(evidence.nearest) if evidence and evidence.nearest is not None else None
    flags = {"is_seed": bool(row.is_seed), "is_pinned": bool(row.is_pinned)}
    return Report(**values | flags | {"evidence": evidence, "nearest": nearest, "arrival": arrival})


def evidence_from(column: dict[str, Any] | None) -> JoinEvidence | None:
    """Evidence from its JSON column."""
    if column is None:
        return None
    lists = {name: tuple(column[name]) for name in ("names", "words", "numbers")}
    return JoinEvidence(**column | lists)
