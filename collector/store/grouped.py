"""The grouping stage's questions: which articles are to be placed, what the grouper remembers, what it decided."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from collector.errors import StoriesChanged
from collector.model import (
    Actor,
    GroupingStep,
    Joining,
    Leaving,
    Merging,
    Moving,
    Remembered,
    Staying,
    StepKind,
    Ungrouped,
)
from collector.store import revision
from collector.store.changes import Change, found, free_key, is_empty, next_number, touch
from collector.store.dialects import insert
from collector.store.rows import THESE, chunks
from collector.store.schema import article, member, story

_TO_PLACE = (
    article.c.is_grouped == sa.false(),
    (article.c.is_kept == sa.true()) | article.c.corpus_file.is_not(None),
)
_IS_FIXED = sa.or_(member.c.is_pinned, story.c.is_frozen)
_ARTICLES = (
    sa.select(
        *(article.c[name] for name in ("id", "key", "title", "text", "language", "published_at", "first_seen_at")),
        article.c.corpus_file.is_not(None).label("is_seed"),
        member.c.story_id.label("story"),
        sa.func.coalesce(_IS_FIXED, sa.false()).label("is_fixed"),
    )
    .select_from(article)
    .outerjoin(member, member.c.article_id == article.c.id)
    .outerjoin(story, story.c.id == member.c.story_id)
    .order_by(article.c.id)
)


def ungrouped(db: Connection, limit: int, exclude: Collection[int] = ()) -> list[Ungrouped]:
    """The first articles, by id, that are to be placed in a story, or to be placed anew; without those in `exclude`."""
    query = _ARTICLES.where(*_TO_PLACE, article.c.id.not_in(exclude)).limit(limit)
    return list(map(_article, db.execute(query)))


def by_ids(db: Connection, ids: Collection[int]) -> list[Ungrouped]:
    """These articles, by id, placed or not."""
    return list(map(_article, db.execute(_ARTICLES.where(article.c.id.in_(ids)))))


def _article(row: Row[Any]) -> Ungrouped:
    flags = {"is_seed": bool(row.is_seed), "is_fixed": bool(row.is_fixed)}
    return Ungrouped(**dict(row._mapping) | flags | {"text": row.text or ""})


def count(db: Connection) -> int:
    """How many articles are to be placed."""
    return db.scalar(sa.select(sa.func.count()).where(*_TO_PLACE)) or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What the grouper knew, by article; the stories that are left as they are; the number of the next new one. `base`
    is the `Store.grouping` for which this is true.
    """

    members: list[Remembered]
    settled: set[int]
    next_story: int
    base: int


def memory(db: Connection, most: int) -> Memory:
    """The members of the `most` stories whose last report is newest, and what else a grouper must know."""
    return Memory(
        base=revision.read_grouping(db),
        members=_members(db, most),
        settled=_settled(db),
        next_story=next_number(db),
    )


def _members(db: Connection, most: int) -> list[Remembered]:
    newest = (
        sa.select(member.c.story_id)
        .group_by(member.c.story_id)
        .order_by(sa.func.max(member.c.article_id).desc())
        .limit(most)
        .subquery()
    )
    query = sa.select(member.c.article_id, member.c.story_id, member.c.packed, member.c.copy_of).where(
        member.c.story_id.in_(sa.select(newest.c.story_id))
    )
    return [
        Remembered(number=number, story=of, packed=packed, copy_of=copy)
        for number, of, packed, copy in db.execute(query.order_by(member.c.article_id))
    ]


def _settled(db: Connection) -> set[int]:
    frozen = sa.select(story.c.id).where(story.c.is_frozen, story.c.forwarded_to.is_(None))
    pinned = sa.select(member.c.story_id).where(member.c.is_pinned == sa.true())
    return set(db.scalars(sa.union(frozen, pinned)))  # type: ignore[arg-type]


def save_packed(db: Connection, packed: Mapping[int, bytes]) -> None:
    """Replaces what the grouper is to remember of these members."""
    by_article = sa.update(member).where(member.c.article_id == sa.bindparam("_id"))
    rows = [{"_id": number, "_packed": data} for number, data in packed.items()]
    if rows:
        db.execute(by_article.values(packed=sa.bindparam("_packed", type_=sa.LargeBinary)), rows)


def save(db: Connection, base: int, steps: Sequence[GroupingStep], now: datetime) -> None:
    """Writes what the grouper decided. Raises StoriesChanged when it did not know what others did since `base`."""
    if revision.read_grouping(db) != base:
        raise StoriesChanged("stories were changed meanwhile")
    if steps:
        _Saving(db, steps, now).run()
        revision.bump(db)


@dataclass(slots=True)
class _Growing:
    """A story to which reports are added: the date that its newest one moves it to, and whether it is new."""

    bumped_at: datetime
    is_new: bool


_FACTS = sa.select(*(article.c[name] for name in ("id", "key", "dated_at", "first_seen_at"))).where(
    article.c.id.in_(THESE)
)
_GROWN = (
    sa.update(story)
    .where(story.c.id == sa.bindparam("_id"))
    .values({name: sa.bindparam(name) for name in ("bumped_at", "changed_at")})
)
_BUMPED = sa.select(story.c.id, story.c.bumped_at).where(story.c.id.in_(THESE))
_PLACED = sa.update(article).where(article.c.id.in_(THESE)).values(is_grouped=True)


class _Saving:
    """One batch of steps in one transaction, in their order. Reports that join, nearly all there is, are gathered, and
    written together before anything else happens.
    """

    def __init__(self, db: Connection, steps: Sequence[GroupingStep], now: datetime) -> None:
        self._db, self._steps, self._now = db, steps, now
        joining = [step for step in steps if isinstance(step, Joining)]
        self._facts = {row.id: row for row in self._read(_FACTS, [step.article_id for step in joining])}
        self._joined = {step.story for step in joining}
        self._new: set[int] = set()  # stories that this batch founded
        self._stories: dict[int, _Growing] = {}
        self._read_stories()
        self._members: list[dict[str, Any]] = []
        self._founded: list[dict[str, Any]] = []
        self._grown: set[int] = set()
        self._left: dict[int, int] = {}  # where articles were that left
        self._split: tuple[int, int, Change, Moving] | None = None  # moves that are one step

    def run(self) -> None:
        """Does all of it."""
        for step in self._steps:
            if not isinstance(step, Moving):
                self._end_split()
            if not isinstance(step, Joining | Staying):
                self._write()
            match step:
                case Leaving(article_id=number):
                    self._leave(number)
                case Joining():
                    self._join(step)
                case Moving():
                    self._move(step)
                case Merging():
                    self._merge(step)
        self._end_split()
        self._write()
        placed = [step.article_id for step in self._steps if isinstance(step, Joining | Staying)]
        for part in chunks(placed):
            self._db.execute(_PLACED, {"these": part})

    def _read(self, query: sa.Select[Any], numbers: Collection[int]) -> list[Row[Any]]:
        return [row for part in chunks(numbers) for row in self._db.execute(query, {"these": part})]

    def _read_stories(self) -> None:
        """What the stories that are joined are now: after others were merged or split, too."""
        for number, bumped_at in self._read(_BUMPED, self._joined):
            self._stories[number] = _Growing(bumped_at, is_new=number in self._new)

    def _leave(self, number: int) -> None:
        of_article = member.c.article_id == number
        self._left[number] = self._db.scalars(sa.select(member.c.story_id).where(of_article)).one()
        self._db.execute(sa.delete(member).where(of_article))
        touch(self._db, [self._left[number]], self._now)

    def _join(self, step: Joining) -> None:
        number, of = step.article_id, step.story
        if is_founder := of not in self._stories:
            self._found(step)
        else:
            self._grow(of, self._facts[number])
        self._members.append({
            "article_id": number, "story_id": of, "copy_of": step.evidence and step.evidence.copy_of,
            "is_pinned": False, "joined_at": self._now, "evidence": step.evidence and asdict(step.evidence),
            "packed": step.packed,
        })  # fmt: skip
        if number in self._left:
            self._write()
            self._rejoin(number, self._left.pop(number), step, is_founder)

    def _found(self, step: Joining) -> None:
        facts = self._facts[step.article_id]
        self._stories[step.story] = _Growing(facts.dated_at, is_new=True)
        self._new.add(step.story)
        self._founded.append({
            "id": step.story, "key": free_key(self._db, facts.key), "began_at": facts.dated_at,
            "bumped_at": facts.dated_at, "changed_at": self._now, "is_frozen": step.is_frozen,
        })  # fmt: skip

    def _grow(self, of: int, facts: Row[Any]) -> None:
        """A new report moves the story to its own date, and one that came late to the time when it was seen."""
        growing = self._stories[of]
        if facts.dated_at > growing.bumped_at:
            growing.bumped_at = facts.dated_at
        elif not growing.is_new:  # nobody has seen a new story before
            growing.bumped_at = max(growing.bumped_at, facts.first_seen_at)
        self._grown.add(of)

    def _write(self) -> None:
        """Writes what was gathered. A batch later a story of this one is an old one."""
        grown = [
            {"_id": number, "bumped_at": self._stories[number].bumped_at, "changed_at": self._now}
            for number in sorted(self._grown)
        ]
        for statement, rows in ((insert(self._db, story), self._founded), (insert(self._db, member), self._members)):
            if rows:
                self._db.execute(statement, rows)
        if grown:
            self._db.execute(_GROWN, grown)
        self._founded, self._members, self._grown = [], [], set()

    def _rejoin(self, number: int, before: int, step: Joining, is_founder: bool) -> None:
        """A rewritten report is where it was, or alone as it was, or its way is noted."""
        if before == step.story:
            return
        is_left_empty = is_empty(self._db, before)
        if is_founder and is_left_empty:
            self._succeed(before, step.story, number)
            return
        change = Change(self._db, self._now)
        if is_left_empty:
            change.forward(before, step.story)
        change.log(StepKind.REJOIN, Actor.MACHINE, before, step.story, step.evidence)

    def _succeed(self, before: int, now: int, founder: int) -> None:
        """To subscribers the new story is the old one: it takes its key and its dates."""
        old = self._db.execute(sa.select(story).where(story.c.id == before)).one()
        key = self._db.scalars(sa.select(article.c.key).where(article.c.id == founder)).one()
        of = sa.update(story).where
        self._db.execute(of(story.c.id == before).values(key=free_key(self._db, f"{key} {before}")))
        values = {"key": old.key, "began_at": old.began_at, "bumped_at": old.bumped_at}
        self._db.execute(of(story.c.id == now).values(values))
        Change(self._db, self._now).forward(before, now)
        self._read_stories()

    def _move(self, step: Moving) -> None:
        number, source, into = step.article_id, step.story, step.into
        if self._split is None or self._split[:2] != (source, into):
            self._end_split()
            if self._db.scalar(sa.select(story.c.id).where(story.c.id == into)) is None:
                found(self._db, into, number, self._now)
                self._new.add(into)
            self._split = (source, into, Change(self._db, self._now), step)
        self._split[2].move([number], into)
        if step.evidence:
            self._split[2].explain(number, asdict(step.evidence))

    def _end_split(self) -> None:
        if self._split is None:
            return
        (source, into, change, first), self._split = self._split, None
        if is_empty(self._db, source):
            change.forward(source, into)
        kind = StepKind.SPLIT if into in self._new else StepKind.MOVE
        change.log(kind, Actor.MACHINE, source, into, first.evidence)
        dates = sa.select(sa.func.max(article.c.dated_at)).where(article.c.id == member.c.article_id)
        if kind == StepKind.SPLIT and (newest := self._db.scalar(dates.where(member.c.story_id == into))):
            self._db.execute(sa.update(story).where(story.c.id == into).values(bumped_at=newest))
        self._read_stories()

    def _merge(self, step: Merging) -> None:
        change = Change(self._db, self._now)
        merge_into(self._db, change, step.story, step.into)
        change.log(StepKind.MERGE, Actor.MACHINE, step.story, step.into, step.evidence)
        self._read_stories()


def merge_into(db: Connection, change: Change, number: int, into: int) -> None:
    """All reports of a story become another one's, and its key leads there."""
    reports = list(db.scalars(sa.select(member.c.article_id).where(member.c.story_id == number)))
    change.move(reports, into)
    change.forward(number, into)
    ended = sa.select(story.c.bumped_at).where(story.c.id == number).scalar_subquery()
    of = sa.update(story).where(story.c.id == into, story.c.bumped_at < ended)
    db.execute(of.values(bumped_at=ended))
