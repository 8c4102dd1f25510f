"""What a changed configuration would do to what is stored, before anything changes.

stored articles | judge, in worker processes | compare with what is published now
"""

from __future__ import annotations

import asyncio
import pickle
from collections import deque
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field

from collector.judge import Judge
from collector.model import Match, StoredArticle
from collector.store import Store
from collector.workers.pool import Workers
from collector.workers.worker import Job

# Topics made ready take more memory than what a page leaves behind, and seconds to make.
JUDGE = Job(name="judging", function="collector.judge:matches_of_all", seconds=300, leave_at=400 * 2**20)

EXAMPLES = 5  # of each topic, added and taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """An article that a topic would gain or lose. `why` are the words that match, or what it is that fails."""

    title: str
    url: str | None
    why: str


@dataclass(slots=True, kw_only=True)
class Change:
    """What becomes of a topic: how many articles it has, gains and loses, and the first few of them."""

    topic: str
    before: int = 0
    gains: int = 0
    losses: int = 0
    gained: list[Example] = field(default_factory=list)
    lost: list[Example] = field(default_factory=list)

    @property
    def after(self) -> int:
        """How many articles it would have."""
        return self.before + self.gains - self.losses


async def plan(store: Store, rules: bytes, workers: Workers, at_once: int) -> list[Change]:
    """The change of each topic that there was or would be, by key. `rules` are a `Judge`'s arguments, pickled.

    `at_once` chunks of articles are at work at the same time. Raises StoreError, and WorkerError when judging failed.
    """
    judge = await asyncio.to_thread(lambda: Judge(*pickle.loads(rules)))
    changes = {key: Change(topic=key) for key in judge.topics}
    async for articles, matches in _judged(store, rules, workers, at_once):
        for article, found in zip(articles, matches, strict=True):
            _compare(changes, judge, article, found)
    return [changes[key] for key in sorted(changes)]


async def _judged(
    store: Store, rules: bytes, workers: Workers, at_once: int
) -> AsyncIterator[tuple[list[StoredArticle], list[tuple[Match, ...]]]]:
    """The stored articles with their matches, in order, while the next ones are read and judged."""
    chunks: Iterator[list[StoredArticle]] = store.stored_articles()
    ahead: deque[tuple[list[StoredArticle], asyncio.Task[list[tuple[Match, ...]]]]] = deque()
    while chunk := await asyncio.to_thread(next, chunks, None):
        ahead.append((chunk, asyncio.create_task(workers.run(JUDGE, rules, chunk))))
        if len(ahead) > at_once:
            articles, task = ahead.popleft()
            yield articles, await task
    while ahead:
        articles, task = ahead.popleft()
        yield articles, await task


def _compare(changes: dict[str, Change], judge: Judge, article: StoredArticle, found: Sequence[Match]) -> None:
    matches = {match.topic: match for match in found}
    for key in article.topics:
        changes.setdefault(key, Change(topic=key)).before += 1
    for key in matches.keys() - set(article.topics):
        change = changes[key]
        change.gains += 1
        if len(change.gained) < EXAMPLES:
            words = dict.fromkeys(" ".join(place.words.split()) for place in matches[key].evidence)
            change.gained.append(Example(title=article.title, url=article.url, why=", ".join(list(words)[:5])))
    for key in set(article.topics) - matches.keys():
        change = changes[key]
        change.losses += 1
        if len(change.lost) < EXAMPLES:
            change.lost.append(Example(title=article.title, url=article.url, why=_reason(judge, article, key)))


def _reason(judge: Judge, article: StoredArticle, key: str) -> str:
    for verdict in judge.explain(article):
        if verdict.topic == key:
            return verdict.reason
    return "there is no such topic any more"
