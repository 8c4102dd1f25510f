"""Reports of one event are one story: found online, report by report, and kept right as stories grow.

A report is compared with the reports of the stories that share its telling words, within its language, and the scorer
says for each story how sure it is. Copies of a text join without scoring. A report in a language that a story does not
have yet may join it by what is common to languages; then its own language alone decides again, so that no mistake there
can touch what one language says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise

import numpy as np

from collector.model import JoinEvidence
from collector.similar.abroad import Abroad, abroad
from collector.similar.article import Article
from collector.similar.compare import LONG
from collector.similar.evidence import shared
from collector.similar.features import Beside
from collector.similar.openstories import MEMBERS, Look, OpenStories
from collector.similar.parts import smaller_part
from collector.similar.report import UNKNOWN, pack, read
from collector.similar.scorer import Scorer, shipped
from collector.similar.sketch import COPY, FEWEST, containments
from collector.similar.steps import Joined, Merged, Moved, Step

# What is asked beyond the scorer's own odds, in logits. Where few reports of a language are known, most are of another
# event, even if no other story is nearer; reports of which nothing is known of the times, and headlines, say less.
_DOUBT, _FEW = 5.0, 20
_UNDATED, _TERSE = 1.3, 1.0
# Where no times are known, the days of the week that the reports name tell them: what one day says for a story, and
# another against it. Most reports of one event name one day, and most of events that are alike do not.
_SAME_DAY, _OTHER_DAY = 0.8, 1.2
_JOIN = 0.35  # how sure is enough: more reports of one event would stay apart than of two would meet
_ALSO, _MERGE, _ASKED = 0.4, 0.4, 4  # a second story, what its reports must say on average, and how many of them
_SPLIT = 0.3  # what the reports of each part say of the other, on average, when a story is two
_SPLIT_SIZES = frozenset(round(4 * 1.2**n) for n in range(50))  # of a story that is looked at so
# A report is looked at again when so many have come after it, if its story is small: more is known by then. It goes
# where it would join now, if it is hardly of its story.
_AGAIN, _SMALL, _HARDLY = (60, 120), 4, 0.3
_NEIGHBOUR = 0.1  # how much of what a report's own words are worth another must share for such a look
_MEETING_SIZES = _SPLIT_SIZES | {2, 3}  # of what a language tells of a story, that is compared with other languages
_ALIKE = 0.2  # the cosine below which texts are not looked at as copies


class Grouper(OpenStories):
    """Deterministic: the same input in the same order gives the same steps, also when it was restored in between."""

    def __init__(
        self,
        subject: Sequence[Article] = (),
        *,
        scorer: Scorer | None = None,
        article_of: Callable[[int], Article | None] = lambda number: None,
    ) -> None:
        """`subject` is the corpus: what nearly every report shares with it says nothing of the event. `article_of`
        gives an earlier report again, for the words of evidence.
        """
        super().__init__(subject)
        self._given = scorer
        self._article_of = article_of

    def add(self, number: int, article: Article, seen_at: datetime) -> list[Step]:
        """Finds the story of a report: first a Joined, then what it entails."""
        record = read(article, seen_at)
        look = self.look(record)
        scores = self._scores(look)
        found = self._join(record, article, look, scores) if look is not None else None
        story, evidence = found or self._join_abroad(record, article) or (self._new_story(), None)
        if look is not None:
            look.beside.settle(record, story)
        self.keep(number, story, record, evidence.copy_of if evidence else None)
        steps: list[Step] = [Joined(number=number, story=story, evidence=evidence, packed=pack(record))]
        if found and look is not None:
            merged = list(self._mend(record, article, story, look.beside, scores))
            split = [] if merged else self._split(story, int(record["language"]))
            steps += merged or split or self._meet_abroad(number, record, article)
        for before, later in pairwise((0, *_AGAIN)):
            steps += self._look_again(later, later - before)
        return steps

    def start(self, number: int, article: Article, seen_at: datetime) -> list[Step]:
        """Gives a report a story of its own, which is frozen."""
        record = read(article, seen_at)
        story = self._new_story()
        self._frozen.add(story)
        self.keep(number, story, record)
        return [Joined(number=number, story=story, evidence=None, packed=pack(record))]

    def _scores(self, look: Look | None) -> np.ndarray:
        """How sure the scorer is of each story, with what is asked beyond it."""
        if look is None:
            return np.zeros(0)
        scores = (self._given or shipped()).scores(look.beside.table)
        doubt = _DOUBT * np.exp(-self._reports.spoken[look.language] / _FEW)
        undated, days = np.isnan(look.beside.hours), look.beside.days
        told = np.where(np.isnan(days), 0.0, _OTHER_DAY - (_SAME_DAY + _OTHER_DAY) * days)
        doubt = doubt + (_UNDATED + told) * undated + _TERSE * look.beside.terse
        scores = scores / (scores + (1 - scores) * np.exp(doubt))
        return np.where(look.beside.chained, 0.0, scores)

    def _join(
        self, record: np.void, article: Article, look: Look, scores: np.ndarray
    ) -> tuple[int, JoinEvidence] | None:
        """The story of a report by what its own language says."""
        if (copied := self._copied(record, look)) is not None:
            at, share = copied
            evidence = self._evidence(
                article, record, look.rows[at], look.pairs[at, 0], share, look.hours[at], is_copy=True
            )
            return int(self._reports.stories[look.rows[at]]), evidence
        best = int(scores.argmax())
        if scores[best] < _JOIN:
            return None
        return int(look.beside.stories[best]), self._told(article, record, look.beside, scores, best)

    def _join_abroad(self, record: np.void, article: Article) -> tuple[int, JoinEvidence] | None:
        """The story, told in other languages only, that a report is far nearer to than to any other."""
        found = abroad(record, self._reports, self._comparer)
        return (found.story, self._told_abroad(article, record, found)) if found and found.is_enough else None

    def _meet_abroad(self, number: int, record: np.void, article: Article) -> list[Step]:
        """Merges the story of a new report with one that is told in other languages only, when another of its last
        reports says, too, that it is the same; copies say nothing of their own. What each language tells stays together
        whatever comes of it.
        """
        story = self._story_of(number)
        if story in self._frozen or number in self._copy_of:
            return []
        spoken = self._spoken(story, int(record["language"]))
        rows = spoken[[one not in self._copy_of for one in self._reports.numbers[spoken].tolist()]]
        if len(rows) not in _MEETING_SIZES:
            return []
        found = abroad(record, self._reports, self._comparer)
        if found is None or not found.speaks or found.story in self._frozen:
            return []
        if (self._reports.languages(found.story) | {UNKNOWN}) & self._reports.languages(story):
            return []
        fellows = rows[self._reports.numbers[rows] != number][1 - _ASKED :]
        others = (abroad(other, self._reports, self._comparer) for other in self._reports.records[fellows])
        if not any(other and other.speaks and other.story == found.story for other in others):
            return []
        return [self._merged(story, found.story, self._told_abroad(article, record, found))]

    def _mend(
        self, record: np.void, article: Article, story: int, seen: Beside, scores: np.ndarray
    ) -> Iterator[Step]:
        """Merges with the story of a new report what it shows to be of the same event."""
        for at in np.argsort(-scores, kind="stable").tolist():
            other = int(seen.stories[at])
            if scores[at] < _ALSO:
                return
            is_other = other != story and other in self._reports.members
            if not is_other or self._frozen & {story, other} or not self._agree(story, other):
                continue
            merged = self._merged(story, other, self._told(article, record, seen, scores, at))
            story = merged.into
            yield merged

    def _look_again(self, later: int, new: int) -> list[Step]:
        """What the report so many before the last would join, had it come only now; its story follows it, if that would
        join too. It is worth a look where one of the last `new` reports is near: it was compared with those before.
        """
        if len(self._numbers) <= later:
            return []
        number = self._numbers[-1 - later]
        row, story = self._reports.row_of[number], self._story_of(number)
        size = len(self._reports.members[story])
        if story in self._frozen or size > _SMALL:
            return []
        record = self._reports.records[row].copy()
        rows, worth = self._reports.near(record)
        is_new = self._reports.numbers[rows] > self._numbers[-1 - new]
        theirs = worth[is_new & (self._reports.stories[rows] != story)]
        if theirs.max(initial=0) < _NEIGHBOUR * worth[rows == row].sum():
            return []
        if (look := self._look_at(record, rows, worth, story)) is None:
            return []
        scores = self._scores(look)
        best = int(scores.argmax())
        other = int(look.beside.stories[best])
        if other in self._frozen or scores[best] < _JOIN:
            return []
        moves = other < story if size == 1 else self._is_astray(number, record)
        if not moves and not self._agree(story, other):
            return []
        evidence = self._told(self._article_of(number), record, look.beside, scores, best)
        if not moves:
            return [self._merged(story, other, evidence)]
        self._put(number, other)
        return [Moved(number=number, story=story, into=other, evidence=evidence)]

    def _merged(self, one: int, other: int, evidence: JoinEvidence) -> Merged:
        """Two stories become the older one."""
        into, gone = min(one, other), max(one, other)
        self._unite(gone, into)
        return Merged(story=gone, into=into, evidence=evidence)

    def _is_astray(self, number: int, record: np.void) -> bool:
        """Whether a report would hardly join the rest of its story. Copies stay with what they are copies of."""
        row, story, aside = self._reports.row_of[number], self._story_of(number), self.next_story
        numbers = self._reports.numbers[self._reports.members[story]].tolist()
        if number in self._copy_of or any(self._copy_of.get(other) == number for other in numbers):
            return False
        self._reports.move(row, aside)
        look = self.look(record, without=aside)
        own = 0.0 if look is None else float(self._scores(look)[look.beside.stories == story].sum())
        self._reports.move(row, story)
        return own < _HARDLY

    def _split(self, story: int, language: int) -> list[Step]:
        """Takes a story apart that has fallen into two, and would not become one again."""
        rows = self._spoken(story, language)
        if story in self._frozen or len(rows) not in _SPLIT_SIZES:
            return []
        rows = rows[-MEMBERS:]
        part = rows[smaller_part(self._reports.records[rows], self._reports.common)]
        if not len(part):
            return []
        other = self.next_story
        for row in part:
            self._reports.move(row, other)
        if not self._are_two(language, other, story):
            for row in part:
                self._reports.move(row, story)
            return []
        self._new_story()
        self._touch(story)
        self._touch(other)
        return [Moved(number=int(self._reports.numbers[row]), story=story, into=other, evidence=None) for row in part]

    def _agree(self, one: int, other: int) -> bool:
        """Whether two stories would become one in every language that both have, and they have one."""
        members = self._reports.members
        both = self._reports.languages(one) & self._reports.languages(other)
        small, large = sorted((one, other), key=lambda story: (len(members[story]), -story))
        return bool(both) and all(
            _is_reached(_MERGE, self._said(language, small, large)) for language in sorted(both)
        )

    def _are_two(self, language: int, small: int, large: int) -> bool:
        """Whether the reports of two stories, asked in turn, say that they are not of one event."""
        both = self._said(language, small, large), self._said(language, large, small)
        return not _is_reached(_SPLIT, ((score, share / 2) for said in both for score, share in said))

    def _said(self, language: int, story: int, other: int) -> Iterator[tuple[float, float]]:
        """How sure the scorer is that each of the reports of a story, the last of them, is of another one; and the
        share of that report in the mean.
        """
        rows = self._spoken(story, language)[-_ASKED:]
        for row in rows:
            look = self.look(self._reports.records[row], without=story)
            at = [] if look is None else np.flatnonzero(look.beside.stories == other)
            yield (float(self._scores(look)[at[0]]) if len(at) else 0.0), 1 / len(rows)

    def _told(
        self, article: Article | None, record: np.void, seen: Beside, scores: np.ndarray, at: int
    ) -> JoinEvidence:
        return self._evidence(article, record, seen.nearest[at], seen.similarity[at], scores[at], seen.hours[at])

    def _told_abroad(self, article: Article, record: np.void, found: Abroad) -> JoinEvidence:
        return self._evidence(article, record, found.row, found.similarity, found.sure, found.hours)

    def _copied(self, record: np.void, look: Look) -> tuple[int, float] | None:
        """The place of the report whose text it is, and how much of it."""
        alike = np.flatnonzero(look.pairs[:, 0] >= _ALIKE)
        share = containments(record["sketch"], look.records["sketch"][alike])
        is_short = (look.records["shingles"][alike] < FEWEST) | (record["shingles"] < FEWEST)
        share[is_short & (look.hours[alike] > LONG)] = 0.0  # a headline that comes back is no copy
        if not len(share) or share.max() < COPY:
            return None
        best = alike[np.lexsort((self._reports.numbers[look.rows[alike]], -share))[0]]
        return int(best), float(share.max())

    def _evidence(
        self, article: Article | None, record: np.void, row: int, similarity: float, score: float, apart: float,
        *, is_copy: bool = False,
    ) -> JoinEvidence:  # fmt: skip
        number = int(self._reports.numbers[row])
        return JoinEvidence(
            similarity=round(float(similarity), 3),
            score=round(float(score), 3),
            hours=None if np.isnan(apart) else round(float(apart), 1),
            nearest=number,
            copy_of=self._copy_of.get(number, number) if is_copy else None,
            **(shared(article, record, self._reports.records[row], self._reports.common) if article else {}),
        )


def _is_reached(mean: float, scores: Iterable[tuple[float, float]]) -> bool:
    """Whether scores, from 0 to 1, each with its share, have that mean at least. Asks for no more than settle it."""
    said, left = 0.0, 1.0
    for score, share in scores:
        said, left = said + score * share, left - share
        if said >= mean or said + left < mean:
            break
    return said >= mean
