"""The store: every question that the program asks of its database, on SQLite or PostgreSQL.

Each method is one transaction, or a few where it says so; plain values go in and come out; `now` is the
caller's. All of them block, and may be called from any thread: writers take turns, readers wait for nobody.
All raise StoreError.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Connection

from collector.errors import StoreError
from collector.model import (
    ChannelPage,
    ChannelQuery,
    Collected,
    DueVisit,
    FeedState,
    FeedStatus,
    GroupingStep,
    KnownArticle,
    KnownEntry,
    PendingEntry,
    PollRecord,
    Rejudged,
    StoredArticle,
    Story,
    StoryStep,
    Totals,
    Trace,
    Ungrouped,
    Visited,
)
from collector.store import (
    articles,
    channels,
    collected,
    dialects,
    entries,
    examination,
    feeds,
    grouped,
    judged,
    lines,
    revision,
    revisions,
    rules,
    settled,
    stories,
    totals,
    traces,
    visits,
)
from collector.store.database import Database

_CHUNK = 500  # articles that one transaction reads out or lets go


class Store(Database):
    """The questions that the program asks of its database."""

    def revision(self) -> int:
        """A number that changes when what is published changes, and only then."""
        return self._ask(revision.read)

    # --- feeds ----------------------------------------------------------------------------------------------

    def sync_feeds(self, configured: Sequence[feeds.ConfiguredFeed], now: datetime) -> None:
        """Makes the stored feeds those of feeds.yaml. New ones are due at once; those missing or disabled are
        kept, but not polled. A feed at a new address starts anew; one whose key alone changed keeps its
        state.
        """
        with self._write() as db:
            feeds.sync(db, configured, now)

    def due_feeds(self, now: datetime, limit: int | None = None, exclude: Collection[int] = ()) -> list[int]:
        """The ids of feeds whose next poll has come, longest overdue first, without those in `exclude`."""
        return self._ask(feeds.due, now, limit, exclude)

    def pollable_feeds(self, now: datetime) -> list[int]:
        """The ids of feeds that may be polled now, due or not: all that are neither gone nor told to wait."""
        return self._ask(feeds.pollable, now)

    def feed_states(self, ids: Sequence[int]) -> list[FeedState]:
        """Those of these feeds that are polled still, in the order of the ids."""
        return self._ask(feeds.by_ids, ids)

    def waits(self, now: datetime) -> list[tuple[str, float]]:
        """The addresses of feeds whose server asked to be left alone, and for how many seconds still."""
        return self._ask(feeds.waits, now)

    def next_due_at(self) -> datetime | None:
        """When the next feed is due; None when there is none to poll."""
        return self._ask(feeds.next_due_at)

    def feeds(self) -> list[FeedStatus]:
        """Every feed that ever was configured, by key."""
        return self._ask(feeds.statuses)

    # --- entries --------------------------------------------------------------------------------------------

    def known_entries(
        self, feed_id: int, guids: Collection[str], urls: Collection[str], identity_hashes: Collection[bytes]
    ) -> list[KnownEntry]:
        """The feed's entries that have one of these guids, canonical URLs or identity hashes, by id."""
        return self._ask(entries.known, feed_id, guids, urls, identity_hashes)

    def entry_count(self, feed_id: int) -> int:
        """How many entries the feed ever showed."""
        return self._ask(entries.count, feed_id)

    def save_polls(self, records: Sequence[PollRecord]) -> list[StoreError | None]:
        """Saves the polls in one transaction: for each record None, or the error that kept it, or entries of
        it, out.

        Data that the database refuses costs itself alone. Raises StoreError, with nothing saved, when the
        database as a whole is at fault.
        """
        return self._save_batch(records, _save_polls, self._salvage_poll)

    def due_entries(self, now: datetime, limit: int, exclude: Collection[int] = ()) -> list[int]:
        """The ids of entries that are to be collected now, oldest due first, without those in `exclude`."""
        return self._ask(entries.due, now, limit, exclude)

    def pending_entries(self, ids: Collection[int]) -> list[PendingEntry]:
        """Those of these entries that are to be collected still, due or not, oldest due first."""
        return self._ask(entries.by_ids, ids)

    def pending_count(self, now: datetime) -> int:
        """How many entries are to be collected now."""
        return self._ask(entries.pending_count, now)

    # --- articles -------------------------------------------------------------------------------------------

    def find_articles(self, addresses: Collection[str]) -> dict[str, KnownArticle | None]:
        """The articles known at these canonical addresses; None for an address that different texts claim.
        Unknown addresses are left out.
        """
        return self._ask(articles.find, addresses)

    def article_text(self, article_id: int) -> str:
        """The article's text; "" when it was let go."""
        return self._ask(articles.text_of, article_id)

    def host_lines(self, host: str, keys: Collection[int]) -> set[int]:
        """Those of the lines, by key, that different articles of the host have shown: see `hostlines`."""
        return self._ask(lines.repeated, host, keys)

    def save_collected(self, records: Sequence[Collected]) -> list[str | StoreError]:
        """Saves the records in one transaction: for each the key of its article, or the error that kept it
        out.

        A record for an address that an article has by now becomes a sighting of that one. Raises StoreError,
        with nothing saved, when the database as a whole is at fault.
        """
        return self._save_batch(records, collected.save, self._salvage_collected)

    def expire_unmatched(self, before: datetime) -> int:
        """Lets go of the texts of articles that never matched and were first seen before that time; returns
        how many.

        In several transactions. Their outcome and their addresses stay, so that none is collected twice.
        """
        total = 0
        while True:
            with self._write() as db:
                total += (gone := articles.expire(db, before, _CHUNK))
            if gone < _CHUNK:
                return total

    def forget_lines(self, before: datetime) -> None:
        """Lets go of what is known of lines that no article of their host has shown since that time."""
        with self._write() as db:
            lines.forget(db, before)

    def articles(self, *, kept_only: bool = True) -> Iterator[dict[str, Any]]:
        """Every article as a dict of plain values, by id, read in chunks; with the keys of its topics and
        feeds.
        """
        last = 0
        while rows := self._ask(articles.export, last, _CHUNK, kept_only):
            yield from rows
            last = rows[-1]["id"]

    # --- judged anew ----------------------------------------------------------------------------------------

    def outdated_articles(self, rules: int, limit: int) -> list[StoredArticle]:
        """Articles with their texts, at most `limit`, that were last judged by other rules than these."""
        return self._ask(judged.outdated, rules, limit)

    def stored_articles(self) -> Iterator[list[StoredArticle]]:
        """Every article whose text is kept, with it, by id, read in chunks."""
        last = 0
        while found := self._ask(judged.after, last, _CHUNK):
            yield found
            last = found[-1].id

    def save_judgements(self, records: Sequence[Rejudged]) -> int:
        """Saves new judgements in one transaction; returns how many articles match other topics than before.
        Articles that were rewritten since they were read are left as they are.
        """
        with self._write() as db:
            return judged.save(db, records)

    def trace(self, named: str, addresses: Collection[str]) -> Trace | None:
        """What is known of an article or entry by its key (`named`) or by one of these addresses; None when
        nothing is.
        """
        return self._ask(traces.of, named, addresses)

    # --- pages visited again --------------------------------------------------------------------------------

    def due_visits(
        self, now: datetime, limit: int, exclude: Collection[int] = (), resting: Collection[str] = ()
    ) -> list[int]:
        """The ids of entries whose page is to be visited again now, longest due first, without those in `exclude` and
        without pages of the hosts that are `resting`.
        """
        return self._ask(visits.due, now, limit, exclude, resting)

    def visit_count(self, now: datetime) -> int:
        """How many pages are to be visited again now."""
        return self._ask(visits.count, now)

    def give_up_visits(self, before: datetime) -> int:
        """Plans no visit any more that was due before that time; returns how many they were."""
        with self._write() as db:
            return visits.give_up(db, before)

    def visits(self, ids: Collection[int]) -> list[DueVisit]:
        """The visits of those of these entries whose page is to be visited again still, due or not, by id."""
        return self._ask(visits.by_ids, ids)

    def visited_since(self, since: datetime) -> list[tuple[str, datetime]]:
        """The addresses of pages that were visited again after that time, and when, in that order."""
        return self._ask(visits.visited_since, since)

    def save_visits(self, records: Sequence[Visited]) -> list[StoreError | None]:
        """Saves the visits in one transaction: for each record None, or the error that kept it out.

        What one found of an article that was rewritten meanwhile is dropped. Raises StoreError, with nothing saved,
        when the database as a whole is at fault.
        """
        return self._save_batch(records, visits.save, self._salvage_visit)

    # --- stories --------------------------------------------------------------------------------------------

    def ungrouped_articles(self, limit: int, exclude: Collection[int] = ()) -> list[Ungrouped]:
        """The first kept articles, by id, that are to be placed in a story, without those in `exclude`."""
        return self._ask(grouped.ungrouped, limit, exclude)

    def grouping_memory(self, most: int) -> grouped.Memory:
        """What a grouper is restored from: the members of the `most` stories whose last report is newest, and more."""
        return self._ask(grouped.memory, most)

    def grouping(self) -> int:
        """A number that changes when others than the grouping stage change who belongs to which story."""
        return self._ask(revision.read_grouping)

    def grouped_articles(self, ids: Sequence[int]) -> Iterator[Ungrouped]:
        """These articles, read in chunks, as the grouper got them."""
        for start in range(0, len(ids), _CHUNK):
            yield from self._ask(grouped.by_ids, ids[start : start + _CHUNK])

    def save_packed(self, packed: Mapping[int, bytes]) -> None:
        """Replaces what the grouper is to remember of these members, by article."""
        with self._write() as db:
            grouped.save_packed(db, packed)

    def save_grouping(self, base: int, steps: Sequence[GroupingStep], now: datetime) -> None:
        """Saves what the grouper decided in one transaction. Raises StoriesChanged when `grouping` is not `base`."""
        with self._write() as db:
            grouped.save(db, base, steps, now)

    def story(self, key: str) -> Story | None:
        """The story with that key, or the one that it was merged into; None when there is none to show."""
        return self._ask(stories.by_key, key)

    def story_key(self, named: str) -> str:
        """The key of a story by its key, the beginning of it, or that of one that it took in. Raises StoryError."""
        return self._ask(settled.key_of, named)

    def stories_around(self, number: int, limit: int) -> list[Story]:
        """Stories on a topic of that one which began before and after it, at most `limit` each, nearest first."""
        return self._ask(stories.around, number, limit)

    def story_steps(self, number: int) -> list[StoryStep]:
        """What was done to that story, oldest first."""
        return self._ask(stories.steps_of, number)

    def merge_stories(self, keys: Sequence[str], now: datetime) -> str:
        """A person makes stories one, the oldest; returns its key. Raises StoryError, as all of these do."""
        with self._write() as db:
            return settled.merge(db, keys, now)

    def split_story(self, articles: Sequence[int], now: datetime) -> str:
        """A person makes reports (ids) of one story a story of their own; returns its key."""
        with self._write() as db:
            return settled.split(db, articles, now)

    def move_reports(self, articles: Sequence[int], key: str, now: datetime) -> str:
        """A person moves reports (ids) into the story with that key; returns its key."""
        with self._write() as db:
            return settled.move(db, articles, key, now)

    def pin_reports(self, articles: Sequence[int], now: datetime, *, is_pinned: bool) -> list[str]:
        """A person fixes reports (ids) where they are, or lets them go; returns the keys of their stories."""
        with self._write() as db:
            return settled.pin(db, articles, now, is_pinned=is_pinned)

    def undo_step(self, number: int | None, now: datetime) -> tuple[int, str]:
        """Takes back a step, or a person's last one; returns its number and the key of its story."""
        with self._write() as db:
            return settled.undo(db, number, now)

    # --- what is shown --------------------------------------------------------------------------------------

    def channel(self, query: ChannelQuery) -> ChannelPage:
        """A page of kept articles. Raises ValueError when `query.before` is no cursor of ours."""
        return self._ask(channels.page, query)

    def revisions(self, query: ChannelQuery) -> ChannelPage:
        """A page of what became of kept articles. Raises ValueError when `query.before` is no cursor of ours."""
        return self._ask(revisions.page, query)

    def stories(self, query: ChannelQuery) -> ChannelPage:
        """A page of stories that have such an article. Raises ValueError as `channel` does."""
        return self._ask(channels.page_of_stories, query)

    def totals(self, topics: Sequence[str]) -> Totals:
        """Counts over the whole database."""
        return self._ask(totals.totals, topics)

    # --- its soundness --------------------------------------------------------------------------------------

    def server(self) -> str | None:
        """The version of the database's server; None when it is a file."""
        return self._ask(examination.server)

    def damage(self) -> list[str]:
        """What the database finds wrong with its pages and indexes, in its own words."""
        return self._ask(examination.damaged_pages)

    def lost_references(self) -> list[str]:
        """Rows that refer to what is missing, in words."""
        return self._ask(examination.lost_references)

    def unreadable_rows(self) -> list[str]:
        """Tables with rows that hold what cannot be read, in words."""
        return self._ask(examination.unreadable_rows)

    def missing_parts(self) -> list[str]:
        """Tables, columns and indexes that should be there, by name."""
        return self._ask(examination.missing_parts)

    def broken_rules(self, now: datetime, longest: timedelta) -> Iterable[tuple[rules.Rule, int, list[str]]]:
        """Every rule about the rows, with how many break it and the names of a few. No feed should wait longer
        than `longest`.
        """
        return rules.broken(self._ask, now, longest)

    # --- records that are saved one by one, after one of a batch was refused --------------------------------------

    def _salvage_poll(self, record: PollRecord) -> StoreError | None:
        try:
            with self._write() as db:
                refused = entries.salvage_poll(db, record)
        except StoreError as exc:
            return self._refusal(exc)
        if not refused:
            return None
        reasons = "; ".join(f"{key}: {dialects.store_error(self.name, exc)}" for key, exc in refused.items())
        return StoreError(f"entries that cannot be stored: {reasons}")

    def _salvage_collected(self, record: Collected) -> str | StoreError:
        try:
            with self._write() as db:
                return collected.save(db, [record])[0]
        except StoreError as exc:
            return self._refusal(exc)

    def _salvage_visit(self, record: Visited) -> StoreError | None:
        try:
            with self._write() as db:
                return visits.save(db, [record])[0]
        except StoreError as exc:
            return self._refusal(exc)


def _save_polls(db: Connection, records: Sequence[PollRecord]) -> list[None]:
    entries.save_polls(db, records)
    return [None] * len(records)
