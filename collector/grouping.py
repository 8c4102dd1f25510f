"""Kept articles are placed in stories, in the order in which they came.

What is not placed yet is a question to the database, and so is what the grouper knew: a restart goes on where the last
run stopped, and makes the stories that it would have made.

articles without a story | group | save a batch of steps in one transaction
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from collector.current import Current
from collector.errors import StoriesChanged
from collector.model import (
    GroupingStep,
    JoinEvidence,
    Joining,
    Leaving,
    Merging,
    Moving,
    Staying,
    Ungrouped,
)
from collector.similar import OPEN, Article, Grouper, Joined, Merged, Moved, Step
from collector.store import Store

_BATCH = 50  # articles in one transaction: a fifth of a second
_REST = 1.0  # pauses as long as the work took: polling and readers come first


class Grouping:
    """The stage. `on_grouped` is told, after each batch, how many of which steps were taken; `fault` of an article
    (its key) that cannot be grouped, which is left out until the next start.
    """

    def __init__(
        self,
        *,
        store: Store,
        current: Current,
        now: Callable[[], datetime],
        on_grouped: Callable[[Mapping[str, int]], None],
        fault: Callable[[str, Exception], None],
    ) -> None:
        self._store, self._current, self._now = store, current, now
        self._on_grouped, self._fault = on_grouped, fault
        self._grouper: Grouper | None = None
        self._base = 0  # the `Store.grouping` that the grouper knows
        self._subject: tuple[Article, ...] = ()
        self._aside: set[int] = set()

    async def run(self, stop: asyncio.Event | None = None) -> None:
        """Groups until nothing is left to be grouped, or `stop` is set."""
        while stop is None or not stop.is_set():
            started = time.monotonic()
            if not await asyncio.to_thread(self.batch):
                return
            if stop is not None:
                await asyncio.sleep(_REST * (time.monotonic() - started))

    def batch(self) -> int:
        """Places the next articles, and returns how many they were. Raises StoreError, with nothing changed."""
        articles = self._store.ungrouped_articles(_BATCH, self._aside)
        if not articles:
            return 0
        grouper = self._known()
        steps: list[GroupingStep] = []
        try:
            for article in articles:
                steps += self._placed(grouper, article)
        except Exception as exc:  # a mistake of ours: it must not stop the others
            self._grouper = None
            self._aside.add(article.id)
            self._fault(article.key, exc)
            return len(articles)
        try:
            self._store.save_grouping(self._base, steps, self._now())
        except BaseException as exc:
            self._grouper = None  # it knows what nobody else does
            if isinstance(exc, StoriesChanged):
                return len(articles)
            raise
        self._on_grouped(counts(steps))
        return len(articles)

    def _placed(self, grouper: Grouper, article: Ungrouped) -> Iterator[GroupingStep]:
        if article.story is not None:
            if article.is_fixed:
                yield Staying(article_id=article.id)
                return
            grouper.forget(article.id)
            yield Leaving(article_id=article.id)
        place = grouper.start if article.is_seed else grouper.add
        for step in place(article.id, as_article(article), article.first_seen_at):
            yield _to_save(step, article.is_seed)

    def _known(self) -> Grouper:
        """The grouper that knows what the database does, made anew where others changed stories or the corpus."""
        subject = self._current.examples
        if self._grouper is None or self._subject != subject or self._base != self._store.grouping():
            self._grouper, self._base = self._restored(subject)
            self._subject = subject
        return self._grouper

    def _restored(self, subject: tuple[Article, ...]) -> tuple[Grouper, int]:
        memory = self._store.grouping_memory(OPEN)
        grouper = Grouper(subject, article_of=self._article_of)
        try:
            grouper.restore(memory.members, memory.settled, memory.next_story)
        except ValueError:  # another version of this program packed them
            packed = self._packed_anew([one.number for one in memory.members])
            self._store.save_packed(packed)
            memory, grouper = self._store.grouping_memory(OPEN), Grouper(subject, article_of=self._article_of)
            grouper.restore(memory.members, memory.settled, memory.next_story)
        return grouper, memory.base

    def _article_of(self, number: int) -> Article | None:
        return next(map(as_article, self._store.grouped_articles([number])), None)

    def _packed_anew(self, ids: Sequence[int]) -> dict[int, bytes]:
        scratch = Grouper(())
        packed = {}
        for article in self._store.grouped_articles(ids):
            first, *_ = scratch.start(article.id, as_article(article), article.first_seen_at)
            assert isinstance(first, Joined)
            packed[article.id] = first.packed
        return packed


def counts(steps: Sequence[GroupingStep]) -> Counter[str]:
    """How many steps there are of each word: stories started, reports joined, merges, splits, and single moves."""
    found: Counter[str] = Counter()
    split: tuple[int, int] | None = None
    for step in steps:
        match step:
            case Joining(evidence=None):
                found["started"] += 1
            case Joining():
                found["joined"] += 1
            case Merging():
                found["merged"] += 1
            case Moving(evidence=JoinEvidence()):
                found["moved"] += 1
            case Moving() if (step.story, step.into) != split:
                found["split"] += 1
        split = (step.story, step.into) if isinstance(step, Moving) else None
    return found


def as_article(article: Ungrouped) -> Article:
    """A stored article as similarity wants it."""
    return Article(
        key=article.key,
        title=article.title,
        text=article.text,
        language=article.language and article.language.partition("-")[0].lower(),
        published_at=article.published_at,
    )


def _to_save(step: Step, is_frozen: bool) -> GroupingStep:
    """The step as the store takes it; a story that is started by a seed is frozen."""
    match step:
        case Joined():
            return Joining(
                article_id=step.number,
                story=step.story,
                evidence=step.evidence,
                packed=step.packed,
                is_frozen=is_frozen,
            )
        case Moved():
            return Moving(article_id=step.number, story=step.story, into=step.into, evidence=step.evidence)
        case Merged():
            return Merging(story=step.story, into=step.into, evidence=step.evidence)
