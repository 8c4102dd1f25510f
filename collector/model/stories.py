"""Stories: which reports are of one event, why, and what was done to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class StepKind(StrEnum):
    """What was done to a story, beyond reports that join it. A closed list."""

    REJOIN = "rejoin"  # a report was rewritten, and now belongs to another story
    MERGE = "merge"
    SPLIT = "split"
    MOVE = "move"
    PIN = "pin"
    UNPIN = "unpin"
    UNDO = "undo"


class Actor(StrEnum):
    """Who did it."""

    MACHINE = "machine"
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinEvidence:
    """Why two reports are of one event.

    `similarity` is the cosine of what they say, `score` how sure the scorer was, both from 0 to 1; of a copy it is how
    much of the shorter text is in the other. `hours` lie between them, None where one has no time. What they share
    stands as in the later report, the most telling first, at most eight each. `nearest` is the number of the report
    that it was compared with, `copy_of` that of the report whose text it has.
    """

    similarity: float
    score: float
    hours: float | None = None
    names: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    nearest: int | None = None
    copy_of: int | None = None


# --- from the grouping stage to the store --------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Ungrouped:
    """A kept article that is to be placed in a story. `story` is the one that it was in when it was rewritten, which
    holds it fast when it `is_fixed`. `is_seed`: it is of the corpus.
    """

    id: int
    key: str
    title: str
    text: str
    language: str | None
    published_at: datetime | None
    first_seen_at: datetime
    is_seed: bool
    story: int | None
    is_fixed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A report as it is kept between runs; its number is its article's id."""

    number: int
    story: int
    packed: bytes
    copy_of: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """A rewritten article leaves its story, to be placed anew."""

    article_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Staying:
    """A rewritten article stays where a person fixed it."""

    article_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """An article joins a story, or, without evidence, founds it. `is_frozen`: the story is left as it is."""

    article_id: int
    story: int
    evidence: JoinEvidence | None
    packed: bytes
    is_frozen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Moving:
    """An article changes stories: several that go to a new one are a split, and keep the evidence that they have."""

    article_id: int
    story: int
    into: int
    evidence: JoinEvidence | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Merging:
    """A story ends: its reports are another one's."""

    story: int
    into: int
    evidence: JoinEvidence


GroupingStep = Leaving | Staying | Joining | Moving | Merging


# --- from the store to people --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """How a report came to its story that did not join it by itself: its own was merged into it, or it was split off or
    moved. `because` is what the machine had for it.
    """

    kind: StepKind
    who: Actor
    at: datetime
    because: JoinEvidence | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report of a story. `key` is its article's; `copy_of` that of the article whose text it repeats.

    `evidence` says why it joined, None for one that founded a story; `nearest` is the key of the article that it was
    compared with. `arrival` is how it came to this story since, None where it joined or founded it.
    """

    id: int
    key: str
    title: str
    url: str | None
    source: str
    language: str | None
    dated_at: datetime
    joined_at: datetime
    is_seed: bool
    is_pinned: bool
    copy_of: str | None
    nearest: str | None
    evidence: JoinEvidence | None
    arrival: Arrival | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryStep:
    """Something that was done to a story. `story` and `other` are keys; `articles` are the keys of the reports that it
    moved, `because` is what the machine had for it. `undone_by` is the step that undid it.
    """

    id: int
    at: datetime
    kind: StepKind
    who: Actor
    story: str
    other: str | None
    undoes: int | None
    undone_by: int | None
    articles: tuple[str, ...]
    because: JoinEvidence | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A story with what is shown of it: its reports, first seen first. `is_frozen`: a person settled it."""

    id: int
    key: str
    began_at: datetime
    changed_at: datetime
    is_frozen: bool
    reports: tuple[Report, ...]

    @property
    def lead(self) -> Report:
        """The report whose title is the story's: the first that is no copy."""
        originals = self.originals
        return next((one for one in self.reports if originals[one.key] == one.key), self.reports[0])

    @property
    def independent(self) -> int:
        """How many of its reports repeat no other one of them."""
        return len(set(self.originals.values()))

    @property
    def originals(self) -> dict[str, str]:
        """For each report the one whose text it has, at the end of a chain of copies: itself when it is no copy."""
        before = {one.key: one.copy_of for one in self.reports}
        found: dict[str, str] = {}
        for key in before:
            chain = [key]
            while (earlier := before[chain[-1]]) in before and earlier not in chain:
                chain.append(earlier)
            found[key] = chain[-1]
        return found

    @property
    def languages(self) -> tuple[str, ...]:
        """In which languages it is told, the most frequent first."""
        spoken = [one.language.partition("-")[0].lower() for one in self.reports if one.language]
        return tuple(sorted(set(spoken), key=lambda tag: (-spoken.count(tag), tag)))

    @property
    def sources(self) -> tuple[str, ...]:
        """Who reports it, in the order in which they did."""
        return tuple(dict.fromkeys(one.source for one in self.reports if one.source))
