"""A report beside those in other languages, by what is common to languages: names by their sound, numbers, concepts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collector.similar.compare import Comparer, hours
from collector.similar.report import UNKNOWN
from collector.similar.reports import Reports

_LOOKED_AT = 64  # reports
# How near a report must be, how much nearer than those of other stories, and how many hours apart at most. Of halves of
# translated news, 99 in 100 that pass are of one event; one of them that only speaks for it is wrong more often.
_NEAR, _MARGIN, _HOURS = 0.15, 0.08, 72
_NEAR_TO_SPEAK, _MARGIN_TO_SPEAK = 0.1, 0.04


@dataclass(frozen=True, slots=True)
class Abroad:
    """The nearest report in another language (its row), of a story that the report's own language does not tell."""

    row: int
    story: int
    similarity: float  # the cosine of what languages share
    margin: float  # how much of it is beyond that with any report of another story
    hours: float

    @property
    def is_enough(self) -> bool:
        """Whether the report is of that story."""
        return self._reaches(_NEAR, _MARGIN)

    @property
    def speaks(self) -> bool:
        """Whether it would be, if another report of its story says the same."""
        return self._reaches(_NEAR_TO_SPEAK, _MARGIN_TO_SPEAK)

    def _reaches(self, similarity: float, margin: float) -> bool:
        return self.similarity >= similarity and self.margin >= margin and not self.hours > _HOURS

    @property
    def sure(self) -> float:
        """How sure that is, from 0 to 1."""
        return min(1.0, 0.5 + self.margin / (2 * self.similarity))


def abroad(record: np.void, reports: Reports, comparer: Comparer) -> Abroad | None:
    """The nearest report in another language; None where there is none, or its story is told in this language, too."""
    language = int(record["language"])
    own = {language, UNKNOWN}
    if language == UNKNOWN or not any(reports.spoken[other] for other in reports.spoken.keys() - own):
        return None
    rows, worth = reports.near(record, foreign=True)
    languages = reports.records["language"][rows]
    is_other = (languages != language) & (languages != UNKNOWN)
    rows, worth = rows[is_other], worth[is_other]
    rows = rows[np.lexsort((reports.numbers[rows], -worth))[:_LOOKED_AT]]
    if not len(rows):
        return None
    others = reports.records[rows]
    near = comparer.foreign(record, others)
    best = int(np.lexsort((reports.numbers[rows], -near))[0])
    story = int(reports.stories[rows[best]])
    if own & reports.languages(story):
        return None
    margin = near[best] - near[reports.stories[rows] != story].max(initial=0)
    return Abroad(int(rows[best]), story, float(near[best]), float(margin), float(hours(record, others[[best]])[0]))
