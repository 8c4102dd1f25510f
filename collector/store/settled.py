"""What a person does to stories: merge, split, move, pin, and take it back. The machine respects it from then on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector.errors import StoryError
from collector.model import Actor, StepKind
from collector.store import revision
from collector.store.changes import Change, found, is_empty, next_number
from collector.store.grouped import merge_into
from collector.store.schema import member, step, story


def merge(db: Connection, keys: Sequence[str], now: datetime) -> str:
    """Makes the stories one, the oldest of them; returns its key."""
    numbers = sorted({number_of(db, key) for key in keys})
    if len(numbers) < 2:
        raise StoryError("merging takes two stories: these are one already")
    into, *others = numbers
    for number in others:
        change = Change(db, now)
        change.freeze(into)
        merge_into(db, change, number, into)
        change.log(StepKind.MERGE, Actor.PERSON, number, into)
    return _done(db, into)


def split(db: Connection, articles: Sequence[int], now: datetime) -> str:
    """Makes these reports of one story a story of their own; returns its key."""
    rows = dict(_stories_of(db, articles))
    sources = set(rows.values())
    if len(sources) != 1:
        raise StoryError("the reports are of several stories: split one at a time")
    (source,) = sources
    if len(rows) == _size(db, source):
        raise StoryError("these are all the reports of the story: nothing would be left of it")
    return _separate(db, StepKind.SPLIT, sorted(rows), source, None, now)


def move(db: Connection, articles: Sequence[int], key: str, now: datetime) -> str:
    """Moves these reports into the story with that key; returns its key."""
    into, rows = number_of(db, key), dict(_stories_of(db, articles))
    by_source: dict[int, list[int]] = {}
    for number, source in sorted(rows.items()):
        by_source.setdefault(source, []).append(number)
    by_source.pop(into, None)
    if not by_source:
        raise StoryError("the reports are in that story already")
    for source, numbers in by_source.items():
        _separate(db, StepKind.MOVE, numbers, source, into, now)
    return _done(db, into)


def pin(db: Connection, articles: Sequence[int], now: datetime, *, is_pinned: bool) -> list[str]:
    """Fixes reports in their stories, whatever becomes of their texts; or lets them go. Returns their stories' keys."""
    rows = dict(_stories_of(db, articles))
    for number, of in sorted(rows.items()):
        change = Change(db, now)
        change.pin(number, is_pinned)
        change.log(StepKind.PIN if is_pinned else StepKind.UNPIN, Actor.PERSON, of)
    return [_done(db, of) for of in dict.fromkeys(rows.values())]


def undo(db: Connection, number: int | None, now: datetime) -> tuple[int, str]:
    """Takes a step back, the last one of a person when none is named; returns its number and the key of its story.

    Reports that came since stay where they are.
    """
    taken = _step_to_undo(db, number)
    _refuse_overtaken(db, taken)
    change = Change(db, now)
    for one, before, was_pinned in taken.detail["articles"]:
        _put_back(db, change, one, before, was_pinned)
    for one, evidence in taken.detail.get("evidence", ()):
        change.explain(one, evidence)
    for one, was_frozen, led_to in taken.detail["stories"]:
        # What a person takes back of the machine's, the machine leaves as it is.
        change.freeze(one, was_frozen or taken.who == Actor.MACHINE)
        change.forward(one, led_to)
    other = taken.other_id
    if other is not None and is_empty(db, other):  # a split that is taken back leaves a key behind
        change.forward(other, taken.story_id)
    change.log(StepKind.UNDO, Actor.PERSON, taken.story_id, other, undoes=taken.id)
    return taken.id, _done(db, taken.story_id)


def number_of(db: Connection, key: str) -> int:
    """The story with that key, or with a key that begins so, or the one that it was merged into."""
    given = key.strip().removeprefix("urn:uuid:").lower()
    row = db.execute(_NAMED.where(story.c.key == given)).first()
    if row is None and len(given) >= 4 and not set(given) - set("0123456789abcdef-"):
        found_ = db.execute(_NAMED.where(story.c.key.startswith(given, autoescape=True)).limit(2)).all()
        if len(found_) > 1:
            raise StoryError(f"several stories have a key that begins with {given}")
        row = next(iter(found_), None)
    if row is None:
        raise StoryError(f"there is no story {key[:80]}")
    return int(row.id if row.forwarded_to is None else row.forwarded_to)


def key_of(db: Connection, named: str) -> str:
    """The key of the story that `number_of` finds."""
    return _key(db, number_of(db, named))


def _key(db: Connection, number: int) -> str:
    return str(db.scalars(sa.select(story.c.key).where(story.c.id == number)).one())


_NAMED = sa.select(story.c.id, story.c.forwarded_to)
_UNDONE = sa.select(step.c.undoes).where(step.c.undoes.is_not(None))


def _separate(
    db: Connection, kind: StepKind, numbers: list[int], source: int, into: int | None, now: datetime
) -> str:
    """Takes reports out of a story, into another one or a new one; both are settled."""
    change = Change(db, now)
    if into is None:
        into = next_number(db)
        found(db, into, numbers[0], now)
    change.move(numbers, into)
    for one in (source, into):
        change.freeze(one)
    if is_empty(db, source):
        change.forward(source, into)
    change.log(kind, Actor.PERSON, source, into)
    return _done(db, into)


def _stories_of(db: Connection, articles: Collection[int]) -> Sequence[Any]:
    query = sa.select(member.c.article_id, member.c.story_id).where(member.c.article_id.in_(articles))
    rows = db.execute(query).all()
    if len(rows) < len(set(articles)):
        raise StoryError("an article that is in no story: it is not kept, or was not grouped yet")
    return rows


def _size(db: Connection, number: int) -> int:
    return db.scalar(sa.select(sa.func.count()).where(member.c.story_id == number)) or 0


def _step_to_undo(db: Connection, number: int | None) -> Any:
    query = sa.select(step)
    if number is None:
        of_person = (step.c.who == Actor.PERSON) & (step.c.kind != StepKind.UNDO) & step.c.id.not_in(_UNDONE)
        row = db.execute(query.where(of_person).order_by(step.c.id.desc()).limit(1)).first()
        if row is None:
            raise StoryError("there is nothing to undo")
        return row
    row = db.execute(query.where(step.c.id == number)).first()
    if row is None:
        raise StoryError(f"there is no step {number}; `collector story show KEY` lists those of a story")
    if db.scalar(sa.select(step.c.id).where(step.c.undoes == number)):
        raise StoryError(f"step {number} is undone already")
    if row.kind == StepKind.REJOIN:
        raise StoryError(f"step {number} came of a rewritten text, which stays: move the report instead")
    return row


def _refuse_overtaken(db: Connection, taken: Any) -> None:
    """A step under later ones cannot be taken out: they were made on top of it."""
    later = sa.select(step).where(step.c.id > taken.id, step.c.id.not_in(_UNDONE), step.c.undoes.is_(None))
    for one in db.execute(later.order_by(step.c.id.desc())):
        if _touched(one) & _touched(taken):
            raise StoryError(f"step {one.id} changed the same story later: undo that first")


def _touched(taken: Any) -> set[int]:
    return {taken.story_id, taken.other_id, *(one for one, *_ in taken.detail["stories"])} - {None}


def _put_back(db: Connection, change: Change, number: int, before: int, was_pinned: bool) -> None:
    """The report is in the story again in which it was; unless it is no report any more."""
    row = db.execute(sa.select(member).where(member.c.article_id == number)).first()
    if row is None:
        return
    if row.story_id != before:
        change.move([number], before)
    if row.is_pinned != was_pinned:
        change.pin(number, was_pinned)


def _done(db: Connection, number: int) -> str:
    """Tells everybody; returns the story's key."""
    revision.bump_grouping(db)
    revision.bump(db)
    return _key(db, number)
