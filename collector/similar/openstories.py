"""The open stories: which reports they have, what persons settled, and a new report beside those it may be of."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

import numpy as np

from collector.model import Remembered
from collector.similar.article import Article
from collector.similar.compare import Comparer, hours
from collector.similar.features import Beside, beside
from collector.similar.report import IDS, UNKNOWN, read, unpack
from collector.similar.reports import Reports

OPEN = 20_000  # stories that reports may join
MEMBERS = 40  # reports of a story that are compared at most: the last
# That a report is compared with: those that share most. With more it costs more, and groups worse.
_STORIES = 6
_AT_ONCE = 1_000  # reports that are unpacked together
_EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Look:
    """A report beside the rows that it was compared with, and their stories."""

    rows: np.ndarray
    records: np.ndarray
    pairs: np.ndarray
    hours: np.ndarray
    beside: Beside
    language: int


class OpenStories:
    """Knows and changes who is in which story; decides nothing."""

    def __init__(self, subject: Sequence[Article]) -> None:
        terms = [read(article, _EPOCH) for article in subject]
        self._reports = Reports([np.concatenate([r["words"], r["foreign"]]) & IDS for r in terms])
        self._comparer = Comparer(self._reports.common)
        self._frozen: set[int] = set()
        self._copy_of: dict[int, int] = {}
        self._latest: dict[int, int] = {}  # story -> the number of its last report
        self._order: list[tuple[int, int]] = []  # the same as (number, story), in order
        self._numbers: list[int] = []  # of all reports, in order
        self.next_story = 1

    def restore(self, members: Iterable[Remembered], frozen: Collection[int], next_story: int) -> None:
        """Takes up where another left off, from nothing. `members` come in order of their numbers.

        Raises ValueError when one was packed by another version.
        """
        latest: dict[int, int] = {}
        remaining = iter(members)
        while some := list(islice(remaining, _AT_ONCE)):
            latest.update((member.story, member.number) for member in some)
            numbers, stories = zip(*((member.number, member.story) for member in some), strict=True)
            self._reports.extend(numbers, stories, unpack(member.packed for member in some))
            self._copy_of.update((member.number, member.copy_of) for member in some if member.copy_of is not None)
        self._latest = dict(sorted(latest.items(), key=lambda last: last[1])[-OPEN:])
        self._order = sorted((last, story) for story, last in self._latest.items())
        self._reports.finish(self._latest.__contains__)
        self._numbers = sorted(self._reports.row_of)
        self._copy_of = {number: of for number, of in self._copy_of.items() if number in self._reports.row_of}
        self._frozen = set(frozen)
        self.next_story = next_story

    def forget(self, number: int) -> None:
        """A report is rewritten or let go: it leaves its story. One that is not open any more is nobody's."""
        if number in self._reports.row_of:
            story = self._story_of(number)
            self._remove(number)
            self._touch(story)

    def move(self, number: int, into: int | None) -> int:
        """A person moves a report into a story, or into a new one (None); both are frozen. Returns its story now."""
        target = self._new_story() if into is None else into
        if number in self._reports.row_of:
            self._frozen.add(self._story_of(number))
            self._put(number, target)
        self._frozen.add(target)
        return target

    def merge(self, story: int, into: int) -> None:
        """A person makes two stories one, which is frozen."""
        self._unite(story, into)
        self._frozen.add(into)

    def freeze(self, story: int) -> None:
        """The machine takes its hands off a story; reports still join it."""
        self._frozen.add(story)

    def thaw(self, story: int) -> None:
        """The machine may merge and split a story again."""
        self._frozen.discard(story)

    def look(self, record: np.void, without: int | None = None) -> Look | None:
        """A report beside the stories that it may be of, except one; None when there is none."""
        return self._look_at(record, *self._reports.near(record), without)

    def _look_at(self, record: np.void, found: np.ndarray, worth: np.ndarray, without: int | None) -> Look | None:
        """The same, with the rows that share telling words with it, and how much."""
        rows = self._candidates(record, found, worth, without)
        if not len(rows):
            return None
        records = self._reports.records[rows]
        pairs, apart = self._comparer.pairs(record, records), hours(record, records)
        stories = self._reports.stories[rows]
        seen = beside(record, rows, records, stories, pairs, apart)
        return Look(rows, records, pairs, apart, seen, int(record["language"]))

    def keep(self, number: int, story: int, record: np.void, copy_of: int | None = None) -> None:
        """Puts a report into a story. Raises ValueError when it is in one already."""
        if number in self._reports.row_of:
            raise ValueError(f"report {number} is in a story already")
        self._reports.add(number, story, record)
        insort(self._numbers, number)
        if copy_of is not None:
            self._copy_of[number] = copy_of
        self._touch(story)
        while len(self._order) > OPEN:
            self._close(self._order[0][1])

    def _spoken(self, story: int, language: int) -> np.ndarray:
        """The rows of a story that a report in a language may be compared with, in order of their numbers."""
        rows = self._reports.rows(story)
        spoken = self._reports.records["language"][rows]
        return rows[(spoken == language) | (spoken == UNKNOWN) | (language == UNKNOWN)]

    def _candidates(self, record: np.void, rows: np.ndarray, worth: np.ndarray, without: int | None) -> np.ndarray:
        """The rows to compare a report with: of the stories that share most, in its language, in order."""
        languages = self._reports.records["language"][rows]
        fits = (languages == record["language"]) | (languages == UNKNOWN) | (record["language"] == UNKNOWN)
        rows, worth = rows[fits], worth[fits]
        order = np.lexsort((self._reports.numbers[rows], -worth))
        stories = self._reports.stories[rows[order]].tolist()
        found = (story for story in dict.fromkeys(stories) if story != without)
        return self._members(sorted(islice(found, _STORIES)), record["language"])

    def _members(self, stories: Sequence[int], language: int) -> np.ndarray:
        found = [self._spoken(story, language)[-MEMBERS:] for story in stories]
        return np.concatenate(found) if found else np.zeros(0, np.int64)

    def _close(self, story: int) -> None:
        for row in list(self._reports.members[story]):
            self._remove(int(self._reports.numbers[row]))
        self._touch(story)

    def _remove(self, number: int) -> None:
        self._reports.remove(number)
        self._copy_of.pop(number, None)
        del self._numbers[bisect_left(self._numbers, number)]

    def _put(self, number: int, into: int) -> None:
        story = self._story_of(number)
        self._reports.move(self._reports.row_of[number], into)
        self._touch(story)
        self._touch(into)

    def _unite(self, story: int, into: int) -> None:
        for row in list(self._reports.members.get(story, ())):
            self._reports.move(row, into)
        self._touch(story)
        self._touch(into)

    def _touch(self, story: int) -> None:
        """The reports of a story have changed."""
        if (last := self._latest.pop(story, None)) is not None:
            del self._order[bisect_left(self._order, (last, story))]
        if rows := self._reports.members.get(story):
            self._latest[story] = int(self._reports.numbers[rows].max())
            insort(self._order, (self._latest[story], story))

    def _story_of(self, number: int) -> int:
        return int(self._reports.stories[self._reports.row_of[number]])

    def _new_story(self) -> int:
        self.next_story += 1
        return self.next_story - 1
