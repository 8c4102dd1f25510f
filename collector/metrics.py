"""What the service counts, for Prometheus. The words of its labels are those of `model`."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge

from collector.model import Collected, PendingEntry, PollRecord, Totals


class Metrics:
    """Counters of one process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._polls = Counter("collector_polls", "Polls by how they ended", ["outcome"], registry=self.registry)
        self._failures = Counter("collector_fetch_failures", "Failed polls by cause", ["failure"], registry=self.registry)
        self._gaps = Counter("collector_gaps", "Polls that may have missed entries", registry=self.registry)
        self._entries = Counter("collector_entries", "Entries by how they ended", ["outcome"], registry=self.registry)
        self._stored = Gauge("collector_stored", "What the database holds", ["what"], registry=self.registry)
        self._tick = Gauge("collector_last_tick_seconds", "When the scheduler last looked (Unix time)", registry=self.registry)

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

    def ticked(self, at: float) -> None:
        """Notes when the scheduler last looked for work."""
        self._tick.set(at)

    def stored(self, totals: Totals) -> None:
        """Notes what the database holds."""
        for what in ("feeds", "entries", "pending", "articles", "kept"):
            self._stored.labels(what).set(getattr(totals, what))
