"""What the service counts, for Prometheus. The words of its labels are those of `model`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge
from prometheus_client.core import GaugeMetricFamily

from collector.model import Collected, PendingEntry, PollRecord, Totals, Visited


class Metrics:
    """Counters of one process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._polls = self._counter("polls", "Polls by how they ended", "outcome")
        self._failures = self._counter("fetch_failures", "Failed polls by cause", "failure")
        self._gaps = self._counter("gaps", "Polls that may have missed entries")
        self._entries = self._counter("entries", "Entries by how they ended", "outcome")
        self._steps = self._counter("story_steps", "What grouping did: stories started, reports joined, …", "step")
        self._visits = self._counter("visits", "Pages visited again by what had become of them", "outcome")
        self._tick = Gauge("collector_last_tick_seconds", "When work was last looked for", registry=self.registry)

    def polled(self, record: PollRecord) -> None:
        """Counts a poll that ended."""
        self._polls.labels(record.outcome).inc()
        if record.failure:
            self._failures.labels(record.failure).inc()
        if record.ingested.gap:
            self._gaps.inc()

    def collected(self, pending: PendingEntry, record: Collected) -> None:
        """Counts an entry that ended."""
        self._entries.labels(record.outcome).inc()

    def grouped(self, counts: Mapping[str, int]) -> None:
        """Counts what grouping did."""
        for step, number in counts.items():
            self._steps.labels(step).inc(number)

    def visited(self, record: Visited) -> None:
        """Counts a page that was visited again."""
        self._visits.labels(record.outcome).inc()

    def ticked(self, at: float) -> None:
        """Notes when the scheduler last looked for work (Unix time)."""
        self._tick.set(at)

    def stored(self, totals: Callable[[], Totals]) -> None:
        """From now on, tells what the database holds, asked of `totals` at every scrape."""
        self.registry.register(_Stored(totals))

    def _counter(self, name: str, words: str, *labels: str) -> Counter:
        return Counter(f"collector_{name}", words, labels, registry=self.registry)


class _Stored:
    """What the database holds, as prometheus_client asks for it."""

    def __init__(self, totals: Callable[[], Totals]) -> None:
        self._totals = totals

    def describe(self) -> list[GaugeMetricFamily]:
        return [GaugeMetricFamily("collector_stored", "What the database holds", labels=["what"])]

    def collect(self) -> Iterator[GaugeMetricFamily]:
        (family,), totals = self.describe(), self._totals()
        for what in ("feeds", "entries", "pending", "articles", "kept", "stories", "ungrouped"):
            family.add_metric([what], getattr(totals, what))
        yield family
