"""What is published: kept articles and stories as channel items, a page at a time."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from collector.model import ChannelItem, ChannelPage, ChannelQuery, Story
from collector.store import stories
from collector.store.rows import chunks, enclosures_from
from collector.store.schema import article, feed, match, member, sighting, story

_NEWEST = (article.c.dated_at, article.c.id)
_EXAMPLE = article.alias("example")
_ITEMS = sa.select(
    article.c.id, article.c.key, article.c.url, article.c.title, article.c.authors,
    article.c.dated_at, article.c.changed_at, article.c.language, article.c.site, article.c.image,
    article.c.summary, article.c.text, article.c.html, article.c.section, article.c.flags,
    article.c.enclosures, article.c.corpus_file, article.c.similarity, article.c.gone_at,
    sa.func.coalesce(feed.c.name, feed.c.title, "").label("source"), feed.c.url.label("source_url"),
    _EXAMPLE.c.title.label("similar_to"),
)  # fmt: skip
# Articles with what an item shows of them.
ARTICLES = (
    _ITEMS.select_from(article)
    .outerjoin(feed, feed.c.id == article.c.origin_feed_id)
    .outerjoin(_EXAMPLE, _EXAMPLE.c.corpus_file == article.c.similar_to)
)


def page(db: Connection, query: ChannelQuery) -> ChannelPage:
    """A page of the channel. Raises ValueError when the cursor is none that we gave out."""
    order = (article.c.similarity, *_NEWEST) if query.by_similarity else _NEWEST
    select = ARTICLES.where(*wanted(article, query))
    if query.one_a_story:
        select = select.where(~_has_newer(query))
    rows, following = _part(db, select, order, query)
    return ChannelPage(items=tuple(_with_stories(db, rows, query)), next=following)


def page_of_stories(db: Connection, query: ChannelQuery) -> ChannelPage:
    """A page of stories, each with all its reports. Raises ValueError as above."""
    date = story.c.bumped_at if query.bump else story.c.began_at
    has_one = sa.exists().where(member.c.story_id == story.c.id, member.c.article_id == article.c.id)
    of_story = (member.c.story_id == story.c.id) & (member.c.article_id == article.c.id)
    similarity = sa.select(sa.func.max(article.c.similarity)).where(of_story).correlate(story).scalar_subquery()
    select = sa.select(story.c.id, date.label("dated_at"), similarity.label("similarity"))
    select = select.where(has_one.where(*wanted(article, query)).correlate(story))
    order = (similarity, date, story.c.id) if query.by_similarity else (date, story.c.id)
    rows, following = _part(db, select, order, query)
    return ChannelPage(items=tuple(_items_of_stories(db, rows, query)), next=following)


def wanted(of: Any, query: ChannelQuery) -> list[sa.ColumnElement[bool]]:
    """What must hold of an article (`of` is its table, under whatever name) that is to be shown."""
    seen = [of.c.first_seen_at >= query.since] if query.since is not None else []
    return [*asked_for(of, query), *seen]


def asked_for(of: Any, query: ChannelQuery) -> list[sa.ColumnElement[bool]]:
    """The same, whenever it was seen: of the topics, language and feed that were asked for."""
    of_topic = (match.c.article_id == of.c.id) & match.c.topic.in_(query.only or query.topics)
    conditions = [of.c.is_kept, sa.exists().where(of_topic)]
    if query.language is not None:
        primary = query.language.lower().partition("-")[0]
        spoken = sa.func.lower(of.c.language)
        conditions.append((spoken == primary) | spoken.startswith(f"{primary}-", autoescape=True))
    if query.feed is not None:
        of_feed = (sighting.c.article_id == of.c.id) & (sighting.c.feed_id == feed_id(query.feed))
        conditions.append(sa.exists().where(of_feed))
    return conditions


def _has_newer(query: ChannelQuery) -> sa.ColumnElement[bool]:
    """Whether the page shows an article of the same story before this one."""
    other, its, own = article.alias("newer"), member.alias("of_newer"), member.alias("of_own")
    names = ("similarity", "dated_at", "id") if query.by_similarity else ("dated_at", "id")
    return sa.exists().where(
        own.c.article_id == article.c.id,
        its.c.story_id == own.c.story_id,
        other.c.id == its.c.article_id,
        sa.tuple_(*(other.c[name] for name in names)) > sa.tuple_(*(article.c[name] for name in names)),
        *wanted(other, query),
    )


def _part(
    db: Connection, select: sa.Select[Any], order: Sequence[sa.ColumnElement[Any]], query: ChannelQuery
) -> tuple[Sequence[Row[Any]], str | None]:
    """A page's rows, last in order first, and the cursor of the page behind it."""
    select = select.order_by(*(column.desc() for column in order)).limit(query.limit + 1)
    if query.before is not None:
        behind = place(query.before, query.by_similarity)
        last = [sa.literal(value, column.type) for value, column in zip(behind, order, strict=True)]
        select = select.where(sa.tuple_(*order) < sa.tuple_(*last))
    rows = db.execute(select).all()
    shown = rows[: query.limit]
    more = shown and len(rows) > len(shown)
    if not more:
        return shown, None
    last_shown = shown[-1]
    similarity = last_shown.similarity if query.by_similarity else None
    return shown, cursor(last_shown.dated_at, last_shown.id, similarity)


def _with_stories(db: Connection, rows: Sequence[Row[Any]], query: ChannelQuery) -> list[ChannelItem]:
    ids = [row.id for row in rows]
    matches, of = matches_of(db, ids, query.topics), stories.of_articles(db, ids)
    return [item_of(row, matches.get(row.id, []), of.get(row.id)) for row in rows]


def _items_of_stories(db: Connection, rows: Sequence[Row[Any]], query: ChannelQuery) -> Iterator[ChannelItem]:
    """Each story as its lead shows it, with what was found of any of its reports."""
    found = stories.by_ids(db, [row.id for row in rows])
    leads = _by_id(db, [one.lead.id for one in found.values()])
    matches = matches_of(db, [report.id for one in found.values() for report in one.reports], query.topics)
    for row in rows:
        if (one := found.get(row.id)) is None:
            continue
        hits = {hit for report in one.reports for hit in matches.get(report.id, [])}
        yield replace(
            item_of(leads[one.lead.id], list(hits), one),
            id=f"urn:uuid:{one.key}", url=None, source=", ".join(one.sources), source_url=None, authors=(), text="",
            html="", section="", flags=(), enclosures=(), dated_at=row.dated_at, updated_at=one.changed_at,
            similarity=row.similarity, is_story=True,
        )  # fmt: skip


def _by_id(db: Connection, ids: Sequence[int]) -> dict[int, Row[Any]]:
    return {row.id: row for part in chunks(ids) for row in db.execute(ARTICLES.where(article.c.id.in_(part)))}


def feed_id(key: str) -> sa.ScalarSelect[int]:
    """The number of the feed with that key, as part of a statement."""
    return sa.select(feed.c.id).where(feed.c.key == key).correlate(None).scalar_subquery()


def matches_of(db: Connection, ids: Sequence[int], topics: Sequence[str]) -> dict[int, list[tuple[str, str]]]:
    """For each article the topics that it matches, each with its terms, a line each."""
    found: dict[int, list[tuple[str, str]]] = {}
    for part in chunks(ids):
        hits = sa.select(match.c.article_id, match.c.topic, match.c.terms).where(
            match.c.article_id.in_(part), match.c.topic.in_(topics)
        )
        for number, topic, terms in db.execute(hits):
            found.setdefault(number, []).append((topic, terms))
    return found


def item_of(row: Row[Any], matches: list[tuple[str, str]], story: Story | None = None) -> ChannelItem:
    """What is published of an article, a row of `ARTICLES`."""
    matches.sort()
    return ChannelItem(
        id=f"urn:uuid:{row.key}",
        url=row.url,
        title=row.title,
        source=row.source or row.site,
        source_url=row.source_url,
        authors=tuple(row.authors or ()),
        topics=tuple(dict.fromkeys(topic for topic, _ in matches)),
        terms=tuple(dict.fromkeys(term for _, terms in matches for term in terms.split("\n"))),
        dated_at=row.dated_at,
        updated_at=row.changed_at,
        language=row.language,
        image=row.image,
        summary=row.summary,
        text=row.text or "",
        html=row.html or "",
        section=row.section,
        flags=tuple(row.flags or ()),
        enclosures=enclosures_from(row.enclosures),
        is_seed=row.corpus_file is not None,
        similarity=row.similarity,
        similar_to=row.similar_to,
        gone_at=row.gone_at,
        story=story,
    )


# --- the cursor: the place of a page's last item, opaque to those who hand it back --------------------------


def cursor(when: datetime, number: int, similarity: float | None = None) -> str:
    """The place behind an item; with its similarity where that is what items are sorted by."""
    told = f"{when.isoformat()} {number}" + (f" {similarity!r}" if similarity is not None else "")
    return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def place(given: str, by_similarity: bool) -> tuple[Any, ...]:
    """What `cursor` was made of, in the order in which items are sorted. Raises ValueError when it was not."""
    try:
        padded = given.encode("ascii") + b"=" * (-len(given) % 4)
        dated_at, number, *similarity = base64.b64decode(padded, b"-_", validate=True).decode("ascii").split(" ")
        when = datetime.fromisoformat(dated_at)
        if when.tzinfo is None or not 0 <= int(number) < 2**63 or len(similarity) != by_similarity:
            raise ValueError
        return *(float(one) for one in similarity), when, int(number)
    except ValueError:
        raise ValueError(f"not a place in this channel: {given[:80]!r}") from None
