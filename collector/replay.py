"""Stored articles are judged anew when the rules change: in the background, and without fetching anything again.

What is outdated is a question to the database, so that a restart goes on where the last run stopped:

articles judged by other rules | judge | save what changed
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime

from collector.current import Current
from collector.model import Rejudged, StoredArticle
from collector.store import Store

_CHUNK = 50  # articles judged in one go: a tenth of a second
_REST = 1.0  # pauses as long as the work took: polling and readers come first


class Replay:
    """Judges stored articles by the rules in force. `on_replayed` is told how many it judged, and how many of them
    match other topics than before.
    """

    def __init__(
        self,
        *,
        store: Store,
        current: Current,
        now: Callable[[], datetime],
        on_replayed: Callable[[int, int], None],
    ) -> None:
        self._store, self._current, self._now, self._on_replayed = store, current, now, on_replayed

    async def run(self, stop: asyncio.Event | None = None) -> None:
        """Judges what is outdated, until nothing is, or `stop` is set."""
        judged = changed = 0
        while stop is None or not stop.is_set():
            started = time.monotonic()
            outdated = await asyncio.to_thread(self._store.outdated_articles, self._current.judge.rules, _CHUNK)
            if not outdated:
                break
            changed += await asyncio.to_thread(self._judge, outdated)
            judged += len(outdated)
            if stop is not None:
                await asyncio.sleep(_REST * (time.monotonic() - started))
        if judged:
            self._on_replayed(judged, changed)

    def _judge(self, articles: list[StoredArticle]) -> int:
        judge = self._current.judge
        records = [
            Rejudged(article=one, judgement=judge.judge_stored(one), rules=judge.rules, judged_at=self._now())
            for one in articles
        ]
        return self._store.save_judgements(records)
