"""Changes of who belongs to which story, noted with the state before them: what a log shows and an undo needs."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from itertools import count
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector.model import Actor, JoinEvidence, StepKind
from collector.store.rows import chunks
from collector.store.schema import article, member, step, story

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:x-collector:story")

_MEMBERS = sa.select(member.c.article_id, member.c.story_id, member.c.is_pinned)
_STATE = sa.select(story.c.id, story.c.is_frozen, story.c.forwarded_to)


class Change:
    """One step of a person or of the machine, in a transaction: what it touches is remembered as it was before."""

    def __init__(self, db: Connection, now: datetime) -> None:
        self._db, self._now = db, now
        self._articles: dict[int, list[Any]] = {}
        self._evidence: dict[int, list[Any]] = {}
        self._stories: dict[int, list[Any]] = {}

    def move(self, articles: Collection[int], into: int) -> None:
        """These articles are reports of that story from now on."""
        for part in chunks(articles):
            self._remember_articles(part)
            self._db.execute(sa.update(member).where(member.c.article_id.in_(part)).values(story_id=into))
        touched = {into, *(self._articles[number][1] for number in articles)}
        self._remember_stories(touched)
        touch(self._db, touched, self._now)

    def explain(self, number: int, evidence: dict[str, Any] | None) -> None:
        """Why an article is where it is now."""
        of_article = member.c.article_id == number
        before = self._db.scalar(sa.select(member.c.evidence).where(of_article))
        self._evidence.setdefault(number, [number, before])
        self._db.execute(sa.update(member).where(of_article).values(evidence=evidence))

    def pin(self, number: int, is_pinned: bool) -> None:
        """Fixes an article where it is, or lets it go."""
        self._remember_articles([number])
        self._db.execute(sa.update(member).where(member.c.article_id == number).values(is_pinned=is_pinned))

    def freeze(self, number: int, is_frozen: bool = True) -> None:
        """The machine leaves the story as it is, or does not."""
        self._remember_stories({number})
        self._db.execute(sa.update(story).where(story.c.id == number).values(is_frozen=is_frozen))

    def forward(self, number: int, into: int | None) -> None:
        """Whoever asks for the story, or for one that led to it, is led to that other one; with None, no more."""
        self._remember_stories({number, *_led_to(self._db, number)} if into is not None else {number})
        forward(self._db, number, into)

    def log(
        self,
        kind: StepKind,
        who: Actor,
        number: int,
        other: int | None = None,
        because: JoinEvidence | None = None,
        undoes: int | None = None,
    ) -> int:
        """Writes the step down; returns its number."""
        detail: dict[str, Any] = {"articles": list(self._articles.values()), "stories": list(self._stories.values())}
        if self._evidence:
            detail["evidence"] = list(self._evidence.values())
        if because is not None:
            detail["because"] = asdict(because)
        values = {
            "at": self._now, "kind": kind, "who": who, "story_id": number, "other_id": other, "undoes": undoes,
            "detail": detail,
        }  # fmt: skip
        return int(self._db.execute(sa.insert(step).values(values).returning(step.c.id)).scalar_one())

    def _remember_articles(self, numbers: Collection[int]) -> None:
        rows = self._db.execute(_MEMBERS.where(member.c.article_id.in_(numbers)).order_by(member.c.article_id))
        for row in rows:
            self._articles.setdefault(row.article_id, list(row))

    def _remember_stories(self, numbers: Collection[int]) -> None:
        new = [number for number in numbers if number not in self._stories]
        for row in self._db.execute(_STATE.where(story.c.id.in_(new)).order_by(story.c.id)):
            self._stories[row.id] = list(row)


def forward(db: Connection, number: int, into: int | None) -> None:
    """Whoever asks for the story, or for one that led to it, is led to that other one; with None, no more."""
    led = {number, *_led_to(db, number)} if into is not None else {number}
    db.execute(sa.update(story).where(story.c.id.in_(led)).values(forwarded_to=into))


def _led_to(db: Connection, number: int) -> set[int]:
    return set(db.scalars(sa.select(story.c.id).where(story.c.forwarded_to == number)))


def touch(db: Connection, numbers: Collection[int], now: datetime) -> None:
    """Notes that what is published of these stories changed."""
    db.execute(sa.update(story).where(story.c.id.in_(numbers)).values(changed_at=now))


def found(db: Connection, number: int, founder: int, now: datetime, *, is_frozen: bool = False) -> None:
    """A new story. Its key is made of its first report's, with a number behind it where that is taken."""
    first = db.execute(sa.select(article.c.key, article.c.dated_at).where(article.c.id == founder)).one()
    values = {
        "id": number, "key": free_key(db, first.key), "began_at": first.dated_at, "bumped_at": first.dated_at,
        "changed_at": now, "is_frozen": is_frozen,
    }  # fmt: skip
    db.execute(sa.insert(story).values(values))


def free_key(db: Connection, article_key: str) -> str:
    """The first key for a story of that article that no story has."""
    for number in count(1):
        key = str(uuid.uuid5(_NAMESPACE, article_key if number == 1 else f"{article_key}#{number}"))
        if db.scalar(sa.select(story.c.id).where(story.c.key == key)) is None:
            return key
    raise AssertionError("count() does not end")


def next_number(db: Connection) -> int:
    """The number of the next new story: none is ever used twice."""
    return (db.scalar(sa.select(sa.func.max(story.c.id))) or 0) + 1


def is_empty(db: Connection, number: int) -> bool:
    """Whether the story has no reports any more."""
    return db.scalar(sa.select(member.c.article_id).where(member.c.story_id == number).limit(1)) is None
