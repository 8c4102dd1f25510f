"""What machines ask: health, metrics, the list of feeds, robots."""

from __future__ import annotations

import json

from collector.publish.opml import read_opml
from collector.web import Health


def test_health_is_200_while_the_service_works_and_503_when_not(site):
    """With the details for a person who looks."""
    well = site.get("/health")
    assert (well.status, json.loads(well.body)["status"]) == (200, "ok")
    assert well.headers["Cache-Control"] == "no-store"

    site.health = Health(ok=False, detail={"scheduler": "stalled"})
    ill = site.get("/health")
    assert (ill.status, json.loads(ill.body)) == (503, {"status": "failing", "scheduler": "stalled"})


def test_metrics_are_those_of_the_registry(shown):
    """In the text format of Prometheus."""
    answer = shown.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    assert "collector_polls_total 1.0" in answer.text


def test_opml_lists_the_configured_feeds(shown):
    """Fit for another reader, and without secrets."""
    answer = shown.get("/opml")
    assert answer.headers["Content-Type"] == "text/x-opml; charset=utf-8"
    assert [(feed.url, feed.title) for feed in read_opml(answer.body)] == [
        ("https://alpha.example/rss", "Alpha News"),
        ("https://beta.example/rss", "Бета"),
    ]


def test_robots_may_read_the_feeds(shown):
    """And leave the pages alone."""
    lines = shown.get("/robots.txt").text.splitlines()
    assert lines[0] == "User-agent: *"
    assert {"Allow: /feed.", "Allow: /stories.", "Allow: /topics/", "Disallow: /"} == set(lines[1:])
