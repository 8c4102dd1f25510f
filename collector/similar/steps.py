"""What grouping did, step by step: what is stored, shown and, where a person wishes, undone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why two reports are of one event.

    `similarity` is the cosine of what they say, `score` how sure the scorer was, both from 0 to 1. `hours` lie between
    them, None where one has no time. What they share stands as in the later report, the most telling first, at most
    eight each. `nearest` is the number of the report that it was compared with, `copy_of` that of the report whose text
    it has.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A report as it is kept between runs."""

    number: int
    story: int
    packed: bytes
    copy_of: int | None = None
