"""What grouping did, step by step: what is stored, shown and, where a person wishes, undone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why two reports are of one event.

    `similarity` is the cosine of what they say, `score` how sure the scorer was, both from 0 to 1; of a copy it is how
    much of the shorter text is in the other. `hours` lie between them, None where one has no time. What they share
    stands as in the later report, the most telling first, at most eight each. `nearest` is the number of the report
    that it was compared with, `copy_of` that of the report whose text it has.
    """

    similarity: float
    score: float
    hours: float | None
    names: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    nearest: int | None = None
    copy_of: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A report is in a story; without evidence it starts it. `packed` is what has to be kept of the report."""

    number: int
    story: int
    evidence: Evidence | None
    packed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A report left a story for another; a split is several moves into a new one."""

    number: int
    story: int
    into: int
    evidence: Evidence | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """A story ended; its reports are those of `into`, the older one."""

    story: int
    into: int
    evidence: Evidence


Step = Joined | Moved | Merged


class Stories:
    """What steps come to: the story of each report (`of`), and why it is there (`because`, None where it began it)."""

    def __init__(self) -> None:
        self.of: dict[int, int] = {}
        self.because: dict[int, Evidence | None] = {}
        self._members: defaultdict[int, set[int]] = defaultdict(set)

    def follow(self, steps: Iterable[Step]) -> None:
        """Does what the steps say."""
        for step in steps:
            if isinstance(step, Merged):
                for number in self._members.pop(step.story, ()):
                    self._put(number, step.into)
                continue
            if isinstance(step, Moved):
                self._members[step.story].discard(step.number)
            self._put(step.number, step.into if isinstance(step, Moved) else step.story)
            self.because[step.number] = step.evidence

    def _put(self, number: int, story: int) -> None:
        self.of[number] = story
        self._members[story].add(number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A report as it is kept between runs."""

    number: int
    story: int
    packed: bytes
    copy_of: int | None = None
