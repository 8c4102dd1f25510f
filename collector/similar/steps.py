"""What grouping did, step by step: what is stored, shown and, where a person wishes, undone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from collector.model import JoinEvidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A report is in a story; without evidence it starts it. `packed` is what has to be kept of the report."""

    number: int
    story: int
    evidence: JoinEvidence | None
    packed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A report left a story for another; a split is several moves into a new one, which have no evidence."""

    number: int
    story: int
    into: int
    evidence: JoinEvidence | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """A story ended; its reports are those of `into`, the older one."""

    story: int
    into: int
    evidence: JoinEvidence


Step = Joined | Moved | Merged


class Stories:
    """What steps come to: the story of each report (`of`), and why it is there (`because`, None where it began it)."""

    def __init__(self) -> None:
        self.of: dict[int, int] = {}
        self.because: dict[int, JoinEvidence | None] = {}
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
            if isinstance(step, Joined) or step.evidence:
                self.because[step.number] = step.evidence

    def _put(self, number: int, story: int) -> None:
        self.of[number] = story
        self._members[story].add(number)
