"""The service, unattended, on a whole news web: every article that is offered is published once, with its text."""

from __future__ import annotations

import html
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.scenario.newsweb import SILENT, Newsweb, newsweb
from tests.scenario.service import Service, running, wait_until

pytestmark = pytest.mark.shared

INTERVAL = 5
FEW = ("--entries-min", "4", "--entries-max", "7")
# Seeds at which all formats, and all faults, occur in so few feeds.
CLEAN = ("--scenario", "clean", "--feeds", "30", *FEW)
MIXED = ("--scenario", "mixed", "--feeds", "30", "--seed", "2677", *FEW)
FAULTY = ("--scenario", "faulty", "--feeds", "36", "--seed", "162", "--faults", "4", *FEW)
# What a person is told of each fault.
REASONS = {
    "404": "404 Not Found", "410": "410 Gone", "429": "asks to wait 120 s", "503": "asks to wait 120 s",
    "500": "500 Internal Server Error", "reset": "connection", "html": "HTML", "truncated": "cut short",
    "timeout": "no complete answer within 5 s", "drip": "no complete answer within 5 s",
}  # fmt: skip


@pytest.fixture
def start(database: str, tmp_path: Path) -> Iterator[Callable[[Newsweb], Service]]:
    """Makes the service of a news web: every feed at a short interval. Nothing unexpected may stand in its log."""
    made = []

    def make(web: Newsweb) -> Service:
        feeds = [{"url": feed["url"], "interval": f"{INTERVAL}s"} for feed in web.truth]
        made.append(Service(folder=tmp_path, database=database, feeds=feeds))
        return made[-1]

    yield make
    said = [event for service in made for event in service.said()]
    assert said
    assert [event for event in said if event["level"] in ("error", "critical")] == []


def test_formats_of_all_kinds_are_published_completely(shared, tmp_path, start):
    with newsweb(shared, tmp_path, *MIXED) as web, running(start(web)) as service:
        offered = web.offered()
        wait_until(lambda: service.addresses() >= offered.keys(), 60, "everything is published")

        assert_published_once(service, offered)
        assert_new_articles_appear(service, web)
        assert_faults_are_told(service, web)
        assert service.stop() < 10


def test_what_fails_shows_its_reason_and_stops_nothing_else(shared, tmp_path, start):
    with newsweb(shared, tmp_path, *FAULTY) as web, running(start(web)) as service:
        assert {feed["fault"] for feed in web.truth} > REASONS.keys() > SILENT
        offered = web.offered()
        wait_until(lambda: service.addresses() >= offered.keys(), 60, "everything is published")

        assert_published_once(service, offered)
        assert_new_articles_appear(service, web)
        assert_faults_are_told(service, web)
        assert service.stop() < 10


def test_a_restart_changes_no_byte(shared, tmp_path, start):
    with newsweb(shared, tmp_path, *CLEAN) as web, running(start(web)) as service:
        offered = web.offered()
        wait_until(lambda: service.addresses() >= offered.keys(), 60, "everything is published")
        assert_published_once(service, offered)
        assert_new_articles_appear(service, web)
        paths = [f"/feed.{form}{query}" for form in ("xml", "atom", "json") for query in ("", "?limit=7")]
        paths += [f"/stories.{form}{query}" for form in ("xml", "atom", "json") for query in ("", "?update=bump")]
        wait_until(lambda: not service.command("status", "--json")[-1]["ungrouped"], 20, "all are in stories")
        before = {path: service.get(path) for path in paths}
        pages = web.stats()["articles"]
        assert pages <= len(web.offered() | offered), "no page is fetched twice"

        assert service.stop() < 10
        service.start()
        assert {path: service.get(path) for path in paths} == before
        asked = web.stats()["feeds"]
        wait_until(lambda: web.stats()["feeds"] >= asked + len(web.truth), 15, "all feeds are polled again")
        time.sleep(1)
        assert {path: service.get(path) for path in paths} == before
        assert web.stats()["articles"] == pages


def test_killed_in_the_middle_of_the_import_nothing_is_lost_or_doubled(shared, tmp_path, start):
    with newsweb(shared, tmp_path, *CLEAN) as web, running(start(web)) as service:
        offered = web.offered()
        for part in (len(offered) // 10, len(offered) // 2):
            wait_until(lambda least=part: len(service.published()) >= least, 60, "a part is published")
            workers = service.children()
            service.kill()
            assert workers
            wait_until(lambda left=workers: not any(path.exists() for path in left), 5, "its workers end with it")
            service.start()
        assert len(service.published()) < len(offered), "it was killed before the end"
        wait_until(lambda: service.addresses() >= offered.keys(), 60, "everything is published")

        assert_published_once(service, offered)


def assert_published_once(service: Service, offered: dict[str, str]) -> None:
    """Everything offered is in the feed once, and exported, with the text of its own page."""
    counts = Counter(item["url"] for item in service.published())
    assert counts == Counter(offered.keys())
    exported = {row["url"]: row for row in service.command("export", "jsonl")}
    assert exported.keys() == offered.keys()
    for item in service.published():
        text = exported[item["url"]]["text"]
        assert len(text) > 100, item["url"]
        assert f"{offered[item['url']]}-" in text, f"{item['url']} has another article's text: {text[:200]}"
        assert plain(without_story(item)) == squeezed(text)


def assert_new_articles_appear(service: Service, web: Newsweb) -> None:
    """What is published from now on is in the feed after the feed's interval and ten seconds at the latest."""
    before = web.offered()
    web.advance(0.3)
    offered = before | web.offered()
    assert len(offered) > len(before)
    wait_until(lambda: service.addresses() >= offered.keys(), INTERVAL + 10, "what is new is published")
    assert Counter(item["url"] for item in service.published()) == Counter(offered.keys())


def assert_faults_are_told(service: Service, web: Newsweb) -> None:
    """The status page and `status` say of every feed that fails why, and of no other that it fails."""
    told = {row["url"]: row for row in service.command("status", "--json") if "url" in row}
    page = html.unescape(service.get("/").decode())
    for feed in web.truth:
        row = told[feed["url"]]
        reason = REASONS.get(feed["fault"])
        if reason is None:
            assert (row["state"], row["last_reason"]) == ("ok", ""), feed
        else:
            assert row["state"] in ("failing", "waiting", "gone"), feed
            assert reason in row["last_reason"], row
            assert row["last_reason"] in page


def without_story(item: dict[str, Any]) -> str:
    """The item's text without the block that names its fellow reports, which is there when there are any."""
    others = item["_collector"].get("story", {}).get("others", [])
    text, block, rest = item["content_html"].partition("\n<footer>")
    if not others:
        assert not block
    else:
        assert re.fullmatch(rf"<p>One of {len(others) + 1} reports of .*</p></footer>", rest)
    return text


def plain(markup: str) -> str:
    """The words of a piece of HTML."""
    return squeezed(html.unescape(re.sub(r"<[^>]*>", " ", markup)))


def squeezed(text: str) -> str:
    """The text without white space."""
    return "".join(text.split())
