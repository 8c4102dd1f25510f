"""The open reports in memory: their records, the story of each, and what finds the near ones of a new one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from collector.similar.commonness import Commonness
from collector.similar.ids import SIZE, distinct
from collector.similar.postings import Postings
from collector.similar.report import IDS, RECORD, counts

_INDEXED = 40  # words of a report by which it is found
_FOREIGN_INDEXED = 24
_LOOKED_UP = 4_000  # about how many rows a report's words are looked up in, the rarest words first
_ABROAD_LOOKED_UP = 1_500  # the same for what languages share
_FOUND = 600  # rows that come of it
_EMPTY = 1_024
_COUNTED_KINDS = ("words", "phrases", "foreign")
_COUNTED = 1_000  # stories whose terms are counted at once when they are restored


class Reports:
    """Rows of records. A row belongs to one story as long as it lives."""

    def __init__(self, subject: Sequence[np.ndarray] = ()) -> None:
        self.common = Commonness(subject)
        self.records = np.zeros(_EMPTY, RECORD)
        self.numbers = np.full(_EMPTY, -1, np.int64)
        self.stories = np.full(_EMPTY, -1, np.int64)
        self.row_of: dict[int, int] = {}
        self.members: dict[int, list[int]] = {}  # story -> rows
        self.spoken: Counter[int] = Counter()  # language -> how many reports are in it
        self._words, self._foreign = Postings(), Postings()
        self._marked = np.zeros(SIZE, bool)
        self._hit = np.zeros(_EMPTY, bool)
        self._used = 0
        self._free: list[int] = []
        self._dead: list[int] = []  # rows that the index still names

    def add(self, number: int, story: int, record: np.void) -> int:
        """A new report in a story, new or old; returns its row."""
        row = self._row()
        self.records[row] = record
        self.numbers[row] = number
        self.spoken[int(record["language"])] += 1
        self.row_of[number] = row
        self._enter(row, story)
        self._words.add(row, _terms(record["words"][:_INDEXED]))
        self._foreign.add(row, _terms(record["foreign"][:_FOREIGN_INDEXED]))
        if self._words.is_full:
            self._reindex()
        return row

    def extend(self, numbers: Sequence[int], stories: Sequence[int], records: np.ndarray) -> None:
        """Many reports at once; `finish` follows the last of them."""
        first, end = self._used, self._used + len(numbers)
        self._grow(end)
        self.records[first:end], self.numbers[first:end], self.stories[first:end] = records, numbers, stories
        self._used = end

    def finish(self, is_open: Callable[[int], bool]) -> None:
        """Counts and indexes what was extended, as far as its story is open."""
        open_ = np.fromiter(map(is_open, self.stories[: self._used].tolist()), bool, self._used)
        rows = np.flatnonzero(open_)
        if len(rows) < self._used:
            for column in (self.records, self.numbers, self.stories):
                column[: len(rows)] = column[rows]
        self.numbers[len(rows) :] = self.stories[len(rows) :] = -1
        self._used = len(rows)
        self.row_of = {number: row for row, number in enumerate(self.numbers[: self._used].tolist())}
        for row, story in enumerate(self.stories[: self._used].tolist()):
            self.members.setdefault(story, []).append(row)
        self.spoken.update(self.records["language"][: self._used].tolist())
        self.common.stories = len(self.members)
        by_story = np.argsort(self.stories[: self._used], kind="stable")
        starts = np.flatnonzero(np.diff(self.stories[by_story], prepend=-1))
        for some in np.split(by_story, starts[_COUNTED::_COUNTED]):
            self._count(some)
        self.common.refresh()
        self._reindex()

    def remove(self, number: int) -> None:
        """The report is gone, and so is its story if it was the last there."""
        row = self.row_of.pop(number)
        self._leave(row)
        self.spoken[int(self.records["language"][row])] -= 1
        self.numbers[row] = -1
        self._dead.append(row)

    def move(self, row: int, story: int) -> None:
        """The report leaves its story for another."""
        self._leave(row)
        self._enter(row, story)

    def rows(self, story: int) -> np.ndarray:
        """The rows of a story, in order of the numbers of their reports."""
        rows = np.array(self.members[story])
        return rows[np.argsort(self.numbers[rows])]

    def languages(self, story: int) -> set[int]:
        """The languages that a story is told in."""
        return set(self.records["language"][self.members[story]].tolist())

    def near(self, record: np.void, *, foreign: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """The rows that share telling terms with a record, and how much, roughly; in no order."""
        coded = record["foreign" if foreign else "words"]
        coded = coded[coded != 0]
        ids = coded & IDS
        rarity = self.common.rarity(ids)
        order = np.argsort(-rarity, kind="stable")
        most, postings = (_ABROAD_LOOKED_UP, self._foreign) if foreign else (_LOOKED_UP, self._words)
        looked_up = order[np.cumsum(self.common.counts(ids[order])) <= most]
        rows, which = postings.find(ids[looked_up])
        if not len(rows):
            return rows, np.zeros(0)
        worth = (counts(coded) * rarity**2)[looked_up][which]
        sums = np.bincount(rows, worth, self._used)
        self._hit[rows] = True  # few of all: bits are found faster than sums
        found = np.flatnonzero(self._hit)
        self._hit[found] = False
        found = found[self.numbers[found] >= 0]
        if len(found) > _FOUND:
            found = found[sums[found] >= np.partition(sums[found], -_FOUND)[-_FOUND]]
        return found, sums[found]

    def _row(self) -> int:
        if self._free:
            return self._free.pop()
        self._grow(self._used + 1)
        self._used += 1
        return self._used - 1

    def _grow(self, count: int) -> None:
        old = len(self.numbers)
        if count <= old:
            return
        size = max(count, old + old // 4)
        for column in (self.records, self.numbers, self.stories, self._hit):
            column.resize(size, refcheck=False)  # in place: a second copy of all would be half of the memory
        self.numbers[old:] = self.stories[old:] = -1

    def _reindex(self) -> None:
        rows = np.flatnonzero(self.numbers[: self._used] >= 0)
        self._words.rebuild(rows, self.records["words"][rows, :_INDEXED] & IDS)
        self._foreign.rebuild(rows, self.records["foreign"][rows, :_FOREIGN_INDEXED] & IDS)
        self._free += self._dead
        self._dead = []

    def _enter(self, row: int, story: int) -> None:
        members = self.members.setdefault(story, [])
        self.common.stories += not members
        self.common.change(self._alone(row, members), 1)
        members.append(row)
        self.stories[row] = story

    def _leave(self, row: int) -> None:
        story = int(self.stories[row])
        members = self.members[story]
        members.remove(row)
        self.common.change(self._alone(row, members), -1)
        if not members:
            del self.members[story]
            self.common.stories -= 1
        self.stories[row] = -1

    def _alone(self, row: int, others: list[int]) -> np.ndarray:
        """The terms of a row that no other row of its story has, each once."""
        mine = distinct(np.concatenate([_terms(self.records[kind][row]) for kind in _COUNTED_KINDS]))
        if not others:
            return mine
        theirs = np.concatenate([(self.records[kind][others] & IDS).ravel() for kind in _COUNTED_KINDS])
        self._marked[theirs] = True
        alone = mine[~self._marked[mine]]
        self._marked[theirs] = False
        return alone

    def _count(self, rows: np.ndarray) -> None:
        """Each term of these rows once for each story. The rows of a story come together."""
        stories = np.cumsum(np.diff(self.stories[rows], prepend=-1) != 0)
        terms = np.concatenate([self.records[kind][rows] & IDS for kind in _COUNTED_KINDS], axis=1)
        pairs = distinct((stories[:, None] << 32 | terms).ravel())
        ids = pairs & int(IDS)
        self.common.fill(ids[ids != 0])


def _terms(coded: np.ndarray) -> np.ndarray:
    return coded[coded != 0] & IDS
