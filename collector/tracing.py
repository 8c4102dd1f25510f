"""An address -> what happened to it: what the store knows, judged by the rules in force, in words."""

from __future__ import annotations

from dataclasses import dataclass

from collector.addresses.urls import canonical_url, host_key
from collector.current import Current
from collector.model import Trace
from collector.store import Store
from collector.why import Step, steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """What is known of an address, and the same in words."""

    trace: Trace
    steps: tuple[Step, ...]


def explain(store: Store, current: Current, named: str) -> Explained | None:
    """What happened to the article at this address, or with this key or corpus file; None when nothing is known of it.

    Raises StoreError.
    """
    named = named.strip()
    trace = store.trace(named, {named, canonical_url(named) or named})
    if trace is None:
        return None
    stored = trace.article and trace.article.stored
    verdicts = current.judge.explain(stored) if stored else ()
    return Explained(trace=trace, steps=tuple(steps(trace, verdicts, current.example_titles)))


def unseen(store: Store, named: str) -> str:
    """Why nothing is known of an address: whose feeds are polled, and how they are."""
    host = host_key(canonical_url(named) or "")
    feeds = [feed for feed in store.feeds() if host and host_key(feed.url) == host]
    if not feeds:
        return f"no feed showed {named}; none of the feeds is from {host or 'there'}"
    states = [f"{feed.key} is {feed.state}" + (f" ({feed.last_reason})" if feed.last_reason else "") for feed in feeds]
    return f"no feed showed {named}; of its host: {'; '.join(states)}"
