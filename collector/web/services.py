"""What the web server is given to work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from prometheus_client import CollectorRegistry

from collector.channels import Channels
from collector.config import Config
from collector.store import Store
from collector.tracing import Explained


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Is the service doing its work? `detail` is for people and monitors: plain values that JSON can hold."""

    ok: bool
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The parts that answer requests. What may change while the server runs is asked anew for each."""

    store: Store
    channels: Channels
    config: Callable[[], Config]
    explain: Callable[[str], Explained | None]
    health: Callable[[], Health]
    metrics: CollectorRegistry
    now: Callable[[], datetime]
