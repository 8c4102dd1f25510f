"""What collecting brought, saved: articles created or rewritten, their addresses and matches, sightings,
entries settled.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import count
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from collector.errors import AddressTaken, StoreError
from collector.model import ArticleDraft, Collected, EntryOutcome, TextSource
from collector.store import lines, revision, revisions
from collector.store.dialects import insert
from collector.store.merged import merge
from collector.store.rows import THESE, chunks, enclosures_to, many, match_rows, pairs, place_of
from collector.store.schema import address, article, entry, match, sighting

# What a subscriber sees of an article: when one of these changes, the channel does.
_PUBLISHED = (
    "url", "title", "authors", "dated_at", "language", "site", "image", "summary", "text", "enclosures",
    "section", "flags", "html", "corpus_file",
)  # fmt: skip

# What the grouper goes by: a report that changes in one of these may be of another story.
_TOLD = ("title", "text", "language", "published_at")

_BY_ID = entry.c.id == sa.bindparam("_id")
_ENDED = (
    sa.update(entry)
    .where(_BY_ID)
    .values({name: sa.bindparam(name) for name in ("outcome", "reason", "article_id")})
    .values(attempts=entry.c.attempts + sa.bindparam("_tries", type_=sa.Integer))
)
# An entry that its feed edited while it was being collected stays due.
_UNEDITED = _BY_ID & (
    entry.c.changes == sa.func.coalesce(sa.bindparam("_changes", type_=sa.Integer), entry.c.changes)
)
_AGAIN = sa.update(entry).where(_UNEDITED).values(due_at=sa.bindparam("due_at"))
# The article holds the text: the entry need not.
_DONE = sa.update(entry).where(_UNEDITED).values(due_at=None, summary=None, content=None)
# Its page was read: when it is visited again. Another entry of the article is not visited too.
_READ = (
    sa.update(entry)
    .where(_BY_ID)
    .values({name: sa.bindparam(name) for name in ("read_at", "visit_at", "page_etag", "page_modified")})
    .values(misses=0)
)
_READ_BEFORE = (
    sa.update(entry)
    .where(entry.c.article_id == sa.bindparam("_article"), entry.c.id != sa.bindparam("_id"))
    .values(visit_at=None)
)


@dataclass(slots=True, kw_only=True)
class _Article:
    """What the batch must know of an article that it touches."""

    id: int
    key: str
    canonical_url: str
    url: str | None
    is_kept: bool


_HELD = sa.select(address).where(address.c.address.in_(THESE))
_TOUCHED = sa.select(*(article.c[name] for name in _Article.__slots__)).where(article.c.id.in_(THESE))
_TIMES = sa.select(entry.c.id, entry.c.first_seen_at, entry.c.last_seen_at).where(entry.c.id.in_(THESE))
_SIGHTED = sa.select(sighting.c.article_id, sighting.c.feed_id).where(sighting.c.article_id.in_(THESE))
_UNMATCH = sa.delete(match).where(match.c.article_id.in_(THESE))


def save(db: Connection, records: Sequence[Collected]) -> list[str]:
    """Writes the records. Returns the key of each one's article."""
    return _Saving(db, records).run()


class _Saving:
    """One batch in one transaction: what is known is read at the start, articles are written as they come,
    the rest at the end. A record sees what those before it did.
    """

    def __init__(self, db: Connection, records: Sequence[Collected]) -> None:
        self._db, self._records = db, records
        self._held = self._read_addresses(_addresses(records))
        numbers = {number for record in records for number in (record.article_id, record.merged_id)}
        numbers |= set(self._held.values())
        self._articles = self._read_articles(numbers - {None})
        self._named: dict[str, int] = {}  # addresses that nobody had
        self._moved: dict[str, int | None] = {}  # addresses that change hands, or name nothing any more
        self._matches: dict[int, list[dict[str, Any]]] = {}  # to be written
        self._changed = False

    def run(self) -> list[str]:
        saved = [self._save(record) for record in self._records]
        self._write_addresses()
        self._write_matches()
        self._write_sightings([known for known, _ in saved])
        self._settle(saved)
        lines.learn(self._db, [(r.lines, r.collected_at) for r in self._records if r.lines is not None])
        if self._changed:
            revision.bump(self._db)
        return [known.key for known, _ in saved]

    # --- one record ---

    def _save(self, record: Collected) -> tuple[_Article, EntryOutcome]:
        for claimed in record.contested:
            self._contest(place_of(claimed))
        draft, number = record.article, self._of_corpus(record) or record.article_id
        if number is not None:
            if (known := self._articles.get(number)) is None:
                raise StoreError(f"there is no article {number} for entry {record.entry_id}")
            outcome = record.outcome
            if draft is not None:
                self._rewrite(record, draft, known)
            if record.merged_id is not None:
                self._merge(record.merged_id, known)
        elif draft is None:
            raise StoreError(f"entry {record.entry_id} was collected without an article")
        elif self._held.get(place_of(draft.canonical_url)) is not None:
            raise AddressTaken(draft.canonical_url)
        else:
            known, outcome = self._create(record, draft), record.outcome
        self._name(record, known)
        return known, outcome

    def _of_corpus(self, record: Collected) -> int | None:
        """The seed that was made of the same file, under whatever address."""
        if record.corpus_file is None:
            return None
        number = self._db.scalar(sa.select(article.c.id).where(article.c.corpus_file == record.corpus_file))
        if number is not None:
            self._articles |= self._read_articles({number})
        return number

    def _contest(self, claimed: str) -> None:
        """From now on the address names no article; the one that was known by it takes another name."""
        holder = self._held.get(claimed)
        self._held[claimed] = self._moved[claimed] = None
        self._named.pop(claimed, None)
        if holder is None or place_of((known := self._articles[holder]).canonical_url) != claimed:
            return
        known.canonical_url, at = f"urn:uuid:{known.key}", known.url and place_of(known.url)
        if known.url and at and at != claimed and self._holder(at) == known.id:
            known.canonical_url = known.url
        of_holder = sa.update(article).where(article.c.id == known.id)
        self._db.execute(of_holder.values(canonical_url=known.canonical_url))

    def _holder(self, one: str) -> int | None:
        if one not in self._held:
            self._held |= self._read_addresses([one])
        return self._held.get(one)

    def _is_free(self, record: Collected, wanted: str, number: int | None) -> bool:
        """Whether the address may be this article's name: nobody has it, or it has, or it takes over what it
        contests.
        """
        at = place_of(wanted)
        if at in self._held and self._held[at] is None:
            return at in map(place_of, record.contested)
        return self._held.get(at, number) == number

    def _create(self, record: Collected, draft: ArticleDraft) -> _Article:
        """The new article. Raises AddressTaken when another process created one there just now."""
        names = (draft.canonical_url, draft.url)
        name = next((n for n in names if n is not None and self._is_free(record, n, None)), None)
        values = _columns(draft) | {
            "first_seen_at": draft.first_seen_at,
            "dated_at": min(draft.published_at or draft.first_seen_at, draft.first_seen_at),
            "changed_at": record.collected_at,
            "origin_feed_id": record.feed_id,
            "corpus_file": record.corpus_file,
            "is_kept": bool(record.matches),
        } | _judgement(record)
        for number in count(1):
            seed = draft.canonical_url if number == 1 else f"{draft.canonical_url}#{number}"
            key = str(uuid.uuid5(uuid.NAMESPACE_URL, seed))
            own = {"key": key, "canonical_url": name or f"urn:uuid:{key}"}
            new = insert(self._db, article).on_conflict_do_nothing().returning(article.c.id)
            made = self._db.scalar(new, values | own)
            if made is not None:
                known = _Article(id=made, url=draft.url, is_kept=bool(record.matches), **own)
                self._articles[made] = known
                self._matches[made] = match_rows(made, record.matches)
                self._changed |= known.is_kept
                return known
            if self._db.scalar(sa.select(article.c.id).where(article.c.canonical_url == own["canonical_url"])):
                raise AddressTaken(own["canonical_url"])
        raise AssertionError("count() does not end")

    def _rewrite(self, record: Collected, draft: ArticleDraft, known: _Article) -> None:
        """Writes the article as it is told now. Its key and when it was first seen stay."""
        row = self._db.execute(sa.select(article).where(article.c.id == known.id)).one()
        if self._is_free(record, draft.canonical_url, known.id):
            known.canonical_url = draft.canonical_url
        known.url, known.is_kept = draft.url, known.is_kept or bool(record.matches)
        values = _columns(draft) | {
            "canonical_url": known.canonical_url,
            "dated_at": min(draft.published_at or row.first_seen_at, row.first_seen_at),
            "corpus_file": record.corpus_file or row.corpus_file,
            "is_kept": known.is_kept,
        } | _judgement(record)
        revisions.note_rewriting(self._db, row, draft, record.collected_at)
        if draft.text_source == TextSource.PAGE:
            values["gone_at"] = None
        is_changed = any(row._mapping[name] != values[name] for name in _PUBLISHED)
        matches = match_rows(known.id, record.matches)
        if self._matches_of(known.id) != matches:
            is_changed = True
            self._matches[known.id] = matches
        values["changed_at"] = record.collected_at if is_changed else row.changed_at
        if any(row._mapping[name] != values[name] for name in _TOLD):
            values["is_grouped"] = False
        self._db.execute(sa.update(article).where(article.c.id == known.id).values(values))
        self._changed |= is_changed and known.is_kept

    def _merge(self, number: int, known: _Article) -> None:
        """What is published stays so: an article that matches a topic is not lost in one that does not."""
        merged = self._articles.get(number)
        if merged is None or merged is known or (merged.is_kept and not known.is_kept):
            return
        merge(self._db, number, known.id)
        del self._articles[number]
        self._matches.pop(number, None)
        for held in (self._held, self._named, self._moved):
            held.update({at: known.id for at, holder in held.items() if holder == number})
        self._changed |= merged.is_kept

    def _name(self, record: Collected, known: _Article) -> None:
        names = record.addresses
        if record.article is not None:
            names = (known.canonical_url, record.article.canonical_url, record.article.url or "", *names)
        own = place_of(known.canonical_url)
        for at in map(place_of, filter(None, names)):
            if at not in self._held:
                self._held[at] = self._named[at] = known.id
            elif self._held[at] is None and at == own:
                self._held[at] = self._moved[at] = known.id

    # --- what is known ---

    def _read_addresses(self, wanted: Collection[str]) -> dict[str, int | None]:
        held: dict[str, int | None] = {}
        for part in chunks(wanted):
            held |= pairs(self._db, _HELD, {"these": part})
        return held

    def _read_articles(self, numbers: set[Any]) -> dict[int, _Article]:
        found: dict[int, _Article] = {}
        for part in chunks(numbers):
            found |= {row.id: _Article(**row._mapping) for row in self._db.execute(_TOUCHED, {"these": part})}
        return found

    def _matches_of(self, number: int) -> list[dict[str, Any]]:
        if number in self._matches:
            return self._matches[number]
        rows = self._db.execute(sa.select(match).where(match.c.article_id == number))
        return sorted((dict(row._mapping) for row in rows), key=itemgetter("topic"))

    # --- the end of the batch ---

    def _write_addresses(self) -> None:
        new = insert(self._db, address)
        named = new.on_conflict_do_nothing(index_elements=["address"])
        moved = new.on_conflict_do_update(
            index_elements=["address"], set_={"article_id": new.excluded.article_id}
        )
        for statement, held in ((named, self._named), (moved, self._moved)):
            if held:
                self._db.execute(
                    statement, [{"address": a, "article_id": number} for a, number in held.items()]
                )

    def _write_matches(self) -> None:
        for part in chunks(self._matches):
            self._db.execute(_UNMATCH, {"these": part})
        rows = [row for matches in self._matches.values() for row in matches]
        if rows:
            self._db.execute(sa.insert(match), rows)

    def _write_sightings(self, articles: Sequence[_Article]) -> None:
        """Notes which feed showed which article. A feed's first sight of a published one changes that feed's
        channel.
        """
        seen = self._entry_times()
        rows: dict[tuple[int, int], dict[str, Any]] = {}
        for record, known in zip(self._records, articles, strict=True):
            if record.feed_id is None:
                continue
            first, last = seen.get(record.entry_id, (record.collected_at, record.collected_at))
            row = rows.setdefault((known.id, record.feed_id), {"first_seen_at": first, "last_seen_at": last})
            row["first_seen_at"], row["last_seen_at"] = (
                min(row["first_seen_at"], first),
                max(row["last_seen_at"], last),
            )
        if not rows:
            return
        kept = {known.id for known in articles if known.is_kept}
        others = {known.id for record, known in zip(self._records, articles, strict=True) if record.rejudge}
        new_feeds = {number for number, _ in rows.keys() - self._read_sightings(kept | others)}
        self._changed |= not new_feeds.isdisjoint(kept)
        for part in chunks(others & new_feeds):
            self._db.execute(_ANEW, {"these": part})
        new = insert(self._db, sighting)
        upsert = new.on_conflict_do_update(
            index_elements=["article_id", "feed_id"], set_={"last_seen_at": new.excluded.last_seen_at}
        )
        self._db.execute(upsert, [{"article_id": a, "feed_id": f} | times for (a, f), times in rows.items()])

    def _entry_times(self) -> dict[int | None, tuple[Any, Any]]:
        times: dict[int | None, tuple[Any, Any]] = {}
        for part in chunks([record.entry_id for record in self._records if record.entry_id is not None]):
            times |= {number: (first, last) for number, first, last in self._db.execute(_TIMES, {"these": part})}
        return times

    def _read_sightings(self, numbers: set[int]) -> set[tuple[int, int]]:
        found: set[tuple[int, int]] = set()
        for part in chunks(numbers):
            found.update((row.article_id, row.feed_id) for row in self._db.execute(_SIGHTED, {"these": part}))
        return found

    def _settle(self, saved: Sequence[tuple[_Article, EntryOutcome]]) -> None:
        ended, again, done, read, rewritten = [], [], [], [], []
        for record, (known, outcome) in zip(self._records, saved, strict=True):
            if record.entry_id is None:
                continue
            by = {"_id": record.entry_id, "_changes": record.changes}
            ended.append(
                {
                    "_id": record.entry_id, "outcome": outcome, "reason": record.reason,
                    "article_id": known.id, "_tries": int(record.is_try),
                }
            )  # fmt: skip
            if record.visit_at is not None and known.is_kept:
                read.append(_read(record))
                if record.article_id is not None:
                    rewritten.append({"_article": known.id, "_id": record.entry_id})
            if record.retry_at is None:
                done.append(by)
            else:
                again.append(by | {"due_at": record.retry_at})
        work = (_ENDED, ended), (_AGAIN, again), (_DONE, done), (_READ, read), (_READ_BEFORE, rewritten)
        for statement, rows in work:
            if rows:
                self._db.execute(statement, rows)


def _read(record: Collected) -> dict[str, Any]:
    return {
        "_id": record.entry_id, "read_at": record.collected_at, "visit_at": record.visit_at,
        "page_etag": record.page_etag, "page_modified": record.page_modified,
    }  # fmt: skip


def _addresses(records: Sequence[Collected]) -> set[str]:
    """The place of every address that the records speak of."""
    wanted: set[str] = set()
    for record in records:
        wanted.update(record.addresses, record.contested)
        if record.article is not None:
            wanted.update(filter(None, (record.article.canonical_url, record.article.url)))
    return set(map(place_of, wanted))


def _judgement(record: Collected) -> dict[str, Any]:
    return {"similarity": record.similarity, "similar_to": record.similar_to, "rules": record.rules}


_ANEW = sa.update(article).where(article.c.id.in_(THESE)).values(rules=0)


def _columns(draft: ArticleDraft) -> dict[str, Any]:
    """The columns that an article takes from its draft as they are."""
    return {
        "url": draft.url, "title": draft.title, "authors": many(draft.authors),
        "published_at": draft.published_at, "published_is_day": draft.published_is_day,
        "updated_at": draft.updated_at,
        "language": draft.language, "site": draft.site, "image": draft.image,
        "section": draft.section, "flags": many(draft.flags), "html": draft.html or None,
        "summary": draft.summary, "text": draft.text, "text_source": draft.text_source,
        "enclosures": enclosures_to(draft.enclosures), "sources": draft.sources or None,
    }  # fmt: skip
