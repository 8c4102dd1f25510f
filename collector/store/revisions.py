"""What became of articles after they were saved: noted, shown with an article, and published newest first."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from collector.model import (
    ArticleDraft,
    Change,
    ChannelItem,
    ChannelPage,
    ChannelQuery,
    Difference,
    Op,
    Revision,
    Run,
    TextSource,
)
from collector.revisions.difference import compare, is_revised
from collector.store.channels import ARTICLES, asked_for, cursor, item_of, matches_of, place
from collector.store.schema import article, revision

# --- noted ------------------------------------------------------------------------------------------------------------


def note(db: Connection, article_id: int, change: Change, at: datetime, **before: Any) -> None:
    """Writes that an article changed. `before` are columns of what was written anew."""
    row = {"key": str(uuid.uuid4()), "article_id": article_id, "change": change, "found_at": at}
    db.execute(sa.insert(revision), row | before)


def note_rewriting(db: Connection, before: Row[Any], draft: ArticleDraft, at: datetime) -> None:
    """Writes what a new draft changes in a stored article, a row of its table, if a reader would notice.

    The page's text in the place of the feed's is no change of the article, nor is a new text in the corpus.
    """
    if before.gone_at is not None and draft.text_source == TextSource.PAGE:
        note(db, before.id, Change.BACK, at)
    if before.text is None or draft.text_source != before.text_source or draft.text_source == TextSource.CORPUS:
        return
    has_title, has_text = is_revised(before.title, draft.title), is_revised(before.text, draft.text)
    if has_title or has_text:
        told = _as_json(compare(before.title, before.text, draft.title, draft.text))
        note(
            db, before.id, Change.REVISED, at, difference=told,
            title=before.title if before.title != draft.title else None,
            text=before.text if before.text != draft.text else None,
        )  # fmt: skip


def _as_json(difference: Difference) -> dict[str, Any]:
    return {
        "title": [[run.op, run.text] for run in difference.title],
        "text": [[[run.op, run.text] for run in runs] for runs in difference.text],
    }


# --- shown ------------------------------------------------------------------------------------------------------------

_OF_ARTICLE = sa.select(revision).order_by(revision.c.found_at.desc(), revision.c.id.desc())


def of_article(db: Connection, article_id: int) -> tuple[Revision, ...]:
    """What became of an article, newest first."""
    rows = db.execute(_OF_ARTICLE.where(revision.c.article_id == article_id))
    return tuple(
        Revision(
            key=row.key, change=Change(row.change), found_at=row.found_at, title=row.title, text=row.text,
            difference=_difference(row.difference),
        )
        for row in rows
    )  # fmt: skip


def _difference(told: dict[str, Any] | None) -> Difference | None:
    if told is None:
        return None
    return Difference(title=_runs(told["title"]), text=tuple(map(_runs, told["text"])))


def _runs(told: list[list[str]]) -> tuple[Run, ...]:
    return tuple(Run(Op(op), text) for op, text in told)


# --- published --------------------------------------------------------------------------------------------------------

_ORDER = (revision.c.found_at, revision.c.id)
_REVISED = (
    ARTICLES.add_columns(
        revision.c.id.label("number"), revision.c.key.label("name"), revision.c.change, revision.c.found_at,
        revision.c.difference,
    )
    .join(revision, revision.c.article_id == article.c.id)
    .order_by(*(column.desc() for column in _ORDER))
)  # fmt: skip


def page(db: Connection, query: ChannelQuery) -> ChannelPage:
    """A page of what became of kept articles; `since` is on when it was found. Raises ValueError when the cursor is
    none that we gave out.
    """
    select = _REVISED.where(*asked_for(article, query))
    if query.since is not None:
        select = select.where(revision.c.found_at >= query.since)
    if query.before is not None:
        last = [sa.literal(v, c.type) for v, c in zip(place(query.before, False), _ORDER, strict=True)]
        select = select.where(sa.tuple_(*_ORDER) < sa.tuple_(*last))
    rows = db.execute(select.limit(query.limit + 1)).all()
    shown = rows[: query.limit]
    matches = matches_of(db, [row.id for row in shown], query.topics)
    items = tuple(_item(row, item_of(row, matches.get(row.id, []))) for row in shown)
    more = shown and len(rows) > len(shown)
    return ChannelPage(items=items, next=cursor(shown[-1].found_at, shown[-1].number) if more else None)


def _item(row: Row[Any], item: ChannelItem) -> ChannelItem:
    """The item of the article, as one of what became of it."""
    difference = _difference(row.difference)
    later = "".join(run.text for run in difference.title if run.op is not Op.REMOVED) if difference else ""
    return replace(
        item, id=f"urn:uuid:{row.name}", title=later or item.title, dated_at=row.found_at, updated_at=row.found_at,
        text="", html="", summary="", image=None, enclosures=(), change=Change(row.change), difference=difference,
        article=item.id,
    )  # fmt: skip
