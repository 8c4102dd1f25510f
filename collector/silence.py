"""Hosts that do not answer: while one is silent, it is not asked for the rest of a feed's pages one by one.

A page that never answers takes its host's turn until it times out. A feed of fifty of them would keep every other
feed's pages on that host waiting for an hour.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from datetime import datetime, timedelta

PATIENCE = 2  # pages in a row without an answer
PAUSES = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
MOST = 10_000  # remembered


class Silence:
    """What did not answer, by a key of the caller's: a feed and a host, say."""

    def __init__(self) -> None:
        self._known: OrderedDict[Hashable, tuple[int, datetime]] = OrderedDict()

    def until(self, key: Hashable, now: datetime) -> datetime | None:
        """When to ask again; None when it may be asked now."""
        count, until = self._known.get(key, (0, now))
        return until if count >= PATIENCE and until > now else None

    def heard(self, key: Hashable) -> None:
        """It answered, however badly."""
        self._known.pop(key, None)

    def unheard(self, key: Hashable, now: datetime) -> None:
        """It did not answer. From the second time in a row on it is left alone, longer each time."""
        count, _ = self._known.pop(key, (0, now))
        self._known[key] = count + 1, now + PAUSES[min(max(0, count + 1 - PATIENCE), len(PAUSES) - 1)]
        if len(self._known) > MOST:
            self._known.popitem(last=False)
