"""What grouping did is counted for Prometheus."""

from __future__ import annotations

from prometheus_client import generate_latest

from collector.metrics import Metrics


def test_what_grouping_did_is_counted() -> None:
    metrics = Metrics()
    metrics.grouped({"started": 2, "joined": 3})
    metrics.grouped({"joined": 1, "merged": 1, "split": 1})

    told = generate_latest(metrics.registry).decode()
    for word, number in {"started": 2, "joined": 4, "merged": 1, "split": 1}.items():
        assert f'collector_story_steps_total{{step="{word}"}} {number}.0' in told
