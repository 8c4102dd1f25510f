"""What becomes of articles after they were collected: pages that change, vanish, come back or hide behind a wall."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import feedparser
from aiohttp import web

from collector.channels import Channels, Kind, Place, Selection
from collector.metrics import Metrics
from collector.model import ChannelItem, ChannelQuery
from collector.revisions.visits import CONFIRM, SPREAD, WAITS
from collector.tracing import explain
from tests.scenario.conftest import World
from tests.site import EPOCH, Item, Site

HOUR, DAY, WEEK = ({"hours": 1.3}, {"days": 1.3}, {"days": 8.5})


class Pages:
    """The pages of a site, with validators when wanted, every second one with a date alone; counts how each was answered."""

    def __init__(self, site: Site) -> None:
        self.site, self.has_validators, self.answered = site, False, Counter[int]()
        for item in site.items:
            site.answers[f"/news/{item.number}.html"] = self.answer

    async def answer(self, request: web.Request) -> web.StreamResponse:
        item = next(one for one in self.site.items if request.path == f"/news/{one.number}.html")
        body = self.site.html(item)
        digest = int(hashlib.sha256(body.encode()).hexdigest()[:6], 16)
        asked, told = (
            ("If-None-Match", {"ETag": f'"{digest}"'}),
            ("If-Modified-Since", {"Last-Modified": format_datetime(EPOCH + timedelta(seconds=digest), usegmt=True)}),
        )[item.number % 2]
        if self.has_validators and request.headers.get(asked) in told.values():
            self.answered[304] += 1
            return web.Response(status=304, headers=told)
        self.answered[200] += 1
        headers = told if self.has_validators else {}
        return web.Response(text=body, content_type="text/html", headers=headers)


def edit(site: Site, place: int = 0, **changes: Any) -> Item:
    """Changes a page. The feed goes on to show what it showed."""
    old = site.items[place]
    feed = site.rss()
    site.items[place] = replace(old, **changes)
    if "/feed.xml" not in site.answers:

        async def as_before(request: web.Request) -> web.StreamResponse:
            return web.Response(text=feed, content_type="application/rss+xml")

        site.answers["/feed.xml"] = as_before
    return site.items[place]


async def visit(world: World, **later: float) -> list[str]:
    """Sets the clock forward, polls nothing, visits what is due; returns how the visits ended."""
    world.later(**later)
    before = len(world.visited)
    async with world.app() as app:
        await app.revisitor.revisit_due()
    return [str(one.outcome) for one in world.visited[before:]]


async def published(world: World, **asked: Any) -> tuple[list[ChannelItem], list[ChannelItem]]:
    """The articles, and what became of them."""
    query = ChannelQuery(topics=world.keys, limit=1000, **asked)
    async with world.app() as app:
        return list(app.store.channel(query).items), list(app.store.revisions(query).items)


def words(item: ChannelItem) -> tuple[str, str]:
    """What a change removed and what it added."""
    assert item.difference is not None
    runs = [run for line in (item.difference.title, *item.difference.text) for run in line]
    return tuple(" ".join(run.text for run in runs if run.op == op) for op in ("removed", "added"))  # type: ignore[return-value]


async def test_a_page_is_visited_after_an_hour_a_day_and_a_week_and_then_no_more(world, site):
    site.publish(2)
    world.feeds = [site.feed]
    await world.once()
    assert await visit(world, minutes=50) == []

    outcomes = [await visit(world, **later) for later in (HOUR, DAY, WEEK, {"days": 30})]

    assert outcomes == [["unchanged"] * 2] * 3 + [[]]
    assert all(site.asked[f"/news/{item.number}.html"] == 4 for item in site.items)
    assert (await published(world))[1] == []
    metrics = Metrics()
    for one in world.visited:
        metrics.visited(one)
    assert metrics.registry.get_sample_value("collector_visits_total", {"outcome": "unchanged"}) == 6


async def test_a_page_that_says_it_is_the_same_is_not_sent_again(world, site):
    site.publish(2)
    pages = Pages(site)
    pages.has_validators = True
    world.feeds = [site.feed]
    before = await world.once()

    assert [await visit(world, **later) for later in (HOUR, DAY)] == [["not-modified"] * 2] * 2
    assert pages.answered == {200: 2, 304: 4}
    assert (await published(world))[0] == before

    for place in range(2):
        edit(site, place, title="North Korea tests a missile")
    assert await visit(world, **WEEK) == ["revised"] * 2
    assert pages.answered[200] == 4


async def test_a_changed_text_is_rewritten_judged_anew_and_told_with_its_difference(world, site):
    world.topics = [{"key": "korea", "keywords": ["North Korea"]}, {"key": "iran", "keywords": ["Iran"]}]
    site.publish(2)
    world.feeds = [site.feed]
    old = await world.once()
    first = old[0].text
    changed = edit(site, text=site.items[0].text.replace("Russia sign", "Iran assent", 1))

    assert sorted(await visit(world, **HOUR)) == ["revised", "unchanged"]
    articles, (revision,) = await published(world)

    article = next(one for one in articles if one.id == old[0].id)
    assert article.text.replace("\n", " ") == changed.text
    assert article.topics == ("iran", "korea")
    assert article.updated_at > old[0].updated_at
    assert (article.dated_at, article.url) == (old[0].dated_at, old[0].url)
    assert [one for one in articles if one.id != article.id] == old[1:]
    assert (revision.article, revision.url, revision.change) == (article.id, article.url, "revised")
    assert words(revision) == ("Russia sign", "Iran assent")
    async with world.app() as app:
        (row,) = [row for row in app.store.articles() if row["revisions"]]
        (told,) = row["revisions"]
        assert (told["text"], told["title"]) == (first, None), "the first text is kept"


async def test_every_change_is_a_revision_of_its_own_newest_first(world, site):
    site.publish(1)
    world.feeds = [site.feed]
    await world.once()
    for number, later in enumerate((HOUR, DAY, WEEK)):
        edit(site, title=f"North Korea and Russia sign {number} treaties")
        assert await visit(world, **later) == ["revised"]

    (article,), revisions = await published(world)

    assert article.title == "North Korea and Russia sign 2 treaties"
    assert [words(one) for one in revisions][:2] == [("1", "2"), ("0", "1")]
    assert len({one.id for one in revisions}) == 3
    assert all(one.updated_at == one.dated_at for one in revisions)
    since = revisions[1].dated_at
    assert [one.id for one in (await published(world, since=since))[1]] == [one.id for one in revisions[:2]]


FURNITURE = ("{} comments", "Updated {} hours ago", "2{} November 2026, 10:3{}", "1,0{} views", "조회수 1,20{}")


async def test_counters_and_dates_are_no_revision(world, site):
    site.publish(len(FURNITURE))
    original, turn = site.html, iter(range(100))
    world.feeds = [site.feed]

    def html(item: Item) -> str:
        line = FURNITURE[item.number].replace("{}", str(next(turn) % 10))
        return original(item).replace("<p>", f"<p>{line}</p>\n\n <p>", 1)

    site.html = html
    before = await world.once()

    assert [await visit(world, **later) for later in (HOUR, DAY)] == [["unchanged"] * len(FURNITURE)] * 2
    assert await published(world) == (before, [])


async def test_an_edit_that_comes_through_the_feed_is_a_revision_too(world, site):
    site.publish(2)
    world.feeds = [site.feed]
    await world.once()
    site.items[0] = replace(site.items[0], title="Correction: North Korea signs")
    world.later(minutes=10)
    await world.once()

    _, (revision,) = await published(world)

    assert revision.title == "Correction: North Korea signs"
    assert not world.visited
    assert [await visit(world, hours=1), await visit(world, minutes=20)] == [["unchanged"], ["unchanged"]], (
        "it is visited again an hour after it was read last"
    )


async def test_the_pages_text_in_the_place_of_the_feeds_is_no_revision(world, site, answers):
    site.publish(1)
    path = f"/news/{site.items[0].number}.html"
    site.answers[path] = answers(status=503)
    world.feeds = [site.feed]
    await world.once()
    del site.answers[path]
    world.later(minutes=10)
    (item,) = await world.once()

    assert item.text.replace("\n", " ") == site.items[0].text
    assert (await published(world))[1] == []
    assert await visit(world, **HOUR) == ["unchanged"]


async def test_a_page_that_is_not_there_twice_is_gone_until_it_comes_back(world, site, answers):
    site.publish(3)
    world.feeds = [site.feed]
    before = await world.once()
    site.answers["/"] = answers(text="<html><body><p>Welcome</p></body></html>", content_type="text/html")
    ways = {"status": 404}, {"status": 410}, {"status": 302, "headers": {"Location": "/"}}
    paths = [f"/news/{item.number}.html" for item in site.items]
    site.answers |= {path: answers(**way) for path, way in zip(paths, ways, strict=True)}

    assert await visit(world, **HOUR) == ["missing"] * 3
    assert await published(world) == (before, []), "once may be a mistake"
    assert await visit(world, seconds=CONFIRM.total_seconds() + 60) == ["gone"] * 3
    articles, told = await published(world)
    assert articles == [replace(one, gone_at=one_told.dated_at) for one, one_told in zip(before, by(told, before), strict=True)]
    assert all(one.change == "gone" for one in told)

    assert await visit(world, **HOUR) == ["missing"] * 3
    for path in paths:
        del site.answers[path]
    assert await visit(world, **DAY) == ["back"] * 3
    articles, told = await published(world)
    assert articles == before
    assert [str(one.change) for one in told] == ["back"] * 3 + ["gone"] * 3


def by(told: list[ChannelItem], articles: list[ChannelItem]) -> list[ChannelItem]:
    """What became of each of the articles."""
    found = {one.article: one for one in told}
    return [found[article.id] for article in articles]


async def test_a_page_that_comes_back_changed_is_both(world, site, answers):
    site.publish(1)
    path = f"/news/{site.items[0].number}.html"
    world.feeds = [site.feed]
    await world.once()
    site.answers[path] = answers(status=404)
    await visit(world, **HOUR)
    await visit(world, **DAY)
    del site.answers[path]
    edit(site, title="North Korea and Russia sign nothing")

    assert await visit(world, **HOUR) == ["back"]
    (article,), revisions = await published(world)

    assert (article.title, article.gone_at) == ("North Korea and Russia sign nothing", None)
    assert [str(one.change) for one in revisions] == ["revised", "back", "gone"]


async def test_one_404_between_two_visits_means_nothing(world, site, answers):
    site.publish(1)
    path = f"/news/{site.items[0].number}.html"
    world.feeds = [site.feed]
    before = await world.once()
    for later in (HOUR, DAY):
        site.answers[path] = answers(status=404)
        assert await visit(world, **later) == ["missing"]
        del site.answers[path]
        assert await visit(world, hours=7) == ["unchanged"]

    assert await published(world) == (before, [])


WALLS = {
    "consent": "<html><body><h1>We value your privacy</h1><p>We and our partners store cookies. Accept all or manage.</p></body></html>",
    "captcha": "<html><body><p>Verify that you are human by completing the action below.</p></body></html>",
    "error": "<html><body><h1>Something went wrong</h1><p>We are sorry. Try again later.</p></body></html>",
    "empty": "<html><body></body></html>",
    "long": "<html><body><article><h1>Subscribe now</h1>" + "".join(
        f"<p>Offer {n} gives you unlimited reading of every story on all your devices for {n} euros a month.</p>" for n in range(60)
    ) + "</article></body></html>",
}  # fmt: skip


async def test_a_wall_never_takes_the_place_of_a_good_text(world, site, answers):
    site.publish(len(WALLS))
    world.feeds = [site.feed]
    before = await world.once()
    paths = [f"/news/{item.number}.html" for item in site.items]
    for path, wall in zip(paths, WALLS.values(), strict=True):
        site.answers[path] = answers(text=wall, content_type="text/html", headers={"ETag": '"wall"'})

    assert [await visit(world, **later) for later in (HOUR, DAY)] == [["unreadable"] * len(WALLS)] * 2
    assert await published(world) == (before, [])
    assert all(one.reason for one in world.visited)

    site.answers.clear()
    edit(site, title="North Korea and Russia sign it after all")
    Pages(site).has_validators = True
    assert sorted(await visit(world, **WEEK)) == ["revised"] + ["unchanged"] * (len(WALLS) - 1), (
        "what the wall was marked with is not sent to the page"
    )


async def test_an_answer_that_says_nothing_of_the_page_changes_nothing(world, site, answers):
    site.publish(3)
    world.feeds = [site.feed]
    before = await world.once()
    for item, status in zip(site.items, (403, 500, 503), strict=True):
        site.answers[f"/news/{item.number}.html"] = answers(status=status, text="no")

    assert [await visit(world, **later) for later in (HOUR, DAY, WEEK)] == [["failed"] * 3] * 3
    assert await published(world) == (before, [])


async def test_a_host_that_asks_for_quiet_gets_it(world, site, answers):
    site.publish(2)
    world.feeds = [site.feed]
    await world.once()
    for item in site.items:
        site.answers[f"/news/{item.number}.html"] = answers(status=429, headers={"Retry-After": "3600"})

    assert sorted(await visit(world, **HOUR)) == ["failed", "postponed"]
    site.answers.clear()
    assert await visit(world, minutes=30) == []
    assert await visit(world, minutes=31) == ["unchanged"]


async def test_no_host_is_visited_more_often_than_its_budget_also_after_a_restart(world, site, other, monkeypatch):
    monkeypatch.setattr("collector.revisions.visits.HOURLY", 5)
    site.publish(8)
    other.publish(3, words="North Korea and China")
    world.feeds = [site.feed, other.feed]
    await world.once()

    assert await visit(world, **HOUR) == ["unchanged"] * 8
    assert sum(site.base in one.visit.url for one in world.visited) == 5
    assert sum(other.base in one.visit.url for one in world.visited) == 3

    assert await visit(world, minutes=30) == [], "another process, the same hour"
    site.publish(7, words="North Korea again")
    assert len(await world.once()) == 18, "new entries' pages are none of the budget's business"
    assert await visit(world, minutes=31) == ["unchanged"] * 3


async def test_only_what_still_matters_is_visited(world, site, other):
    site.publish(2)
    site.publish(1, words="A cat sat on a mat")
    other.publish(1, words="North Korea and China")
    world.feeds = [site.feed, other.feed]
    await world.once()
    world.feeds = [site.feed]
    async with world.app():
        pass

    assert await visit(world, **HOUR) == ["unchanged"] * 2
    assert not any("cat" in one.visit.draft.title.lower() for one in world.visited)
    assert other.asked["/news/0.html"] == 1


async def test_what_an_end_in_the_middle_cuts_short_is_visited_again(world, site):
    """What was found by then is saved, and nothing is told twice."""
    site.publish(3)
    world.feeds = [site.feed]
    await world.once()
    for place in range(3):
        edit(site, place, title=f"North Korea and Russia sign another treaty, part {place}")
    pages, asked = Pages(site), asyncio.Event()

    async def silent(request: web.Request) -> web.StreamResponse:
        asked.set()
        await asyncio.sleep(30)
        return await pages.answer(request)

    site.answers["/news/1.html"] = silent
    world.later(**HOUR)
    async with world.app() as app:
        stop = asyncio.Event()
        work = asyncio.create_task(app.revisitor.revisit_due(stop))
        await asked.wait()
        stop.set()
        await asyncio.sleep(1)
        work.cancel()  # as the service does with what does not end
        await asyncio.gather(work, return_exceptions=True)
    found = len((await published(world))[1])
    assert found < 3

    del site.answers["/news/1.html"]
    assert await visit(world, seconds=1) == ["revised"] * (3 - found)
    articles, revisions = await published(world)
    assert sorted(one.article for one in revisions) == sorted(one.id for one in articles)


async def test_an_entry_that_was_edited_meanwhile_is_left_to_its_feed(world, site):
    """The visit is answered before the edit, and is saved behind it."""
    site.publish(1)
    world.feeds = [site.feed]
    world.fetch = {"host_connections": 2}
    await world.once()
    asked, released, path = asyncio.Event(), asyncio.Event(), f"/news/{site.items[0].number}.html"
    before = site.html(replace(site.items[0], title="North Korea: the first edit"))

    async def slow(request: web.Request) -> web.StreamResponse:
        asked.set()
        await released.wait()
        return web.Response(text=before, content_type="text/html")

    site.answers[path] = slow
    world.later(**HOUR)
    async with world.app() as app:
        work = asyncio.create_task(app.revisitor.revisit_due())
        await asked.wait()
        del site.answers[path]
        site.items[0] = replace(site.items[0], title="North Korea: the second edit")
        await app.poll_due(everything=True)
        await app.collector.collect_due()
        released.set()
        await work

    assert [str(one.outcome) for one in world.visited] == ["revised"]
    (article,), (revision,) = await published(world)
    assert article.title == revision.title == "North Korea: the second edit"
    assert await visit(world, minutes=10) == [], "it is visited when the edit was planned to be"


async def test_the_channel_of_revisions_reads_like_any_other(world, site, answers):
    site.publish(3)
    world.feeds = [site.feed]
    await world.once()
    edit(site, 0, title="North Korea & Russia sign <nothing>")
    edit(site, 1, text=site.items[1].text.replace("treaty.", "treaty & <b>more</b>.", 1))
    site.answers[f"/news/{site.items[2].number}.html"] = answers(status=404)
    await visit(world, **HOUR)
    await visit(world, hours=7)

    async with world.app() as app:
        channels = Channels(app.store, lambda: app.current.config)
        place = Place(kind=Kind.REVISIONS)
        told = json.loads(channels.render("json", place).body)
        assert [item["title"].partition(":")[0] for item in told["items"]] == ["Gone", "Changed", "Changed"]
        html = " ".join(item["content_html"] for item in told["items"])
        assert "&amp;" in html
        assert "&lt;nothing&gt;" in html
        assert "<b>" not in html
        for form in ("rss", "atom"):
            entries = feedparser.parse(io.BytesIO(channels.render(form, place).body), sanitize_html=False).entries
            assert [one.title for one in entries] == [item["title"] for item in told["items"]]
            assert [one.id for one in entries] == [item["id"] for item in told["items"]]
            change = next(one for one in entries if "nothing" in one.title)
            assert "<ins>" in change.content[0].value
        page = json.loads(channels.render("json", place, Selection(limit=2)).body)
        behind = page["next_url"].partition("before=")[2]
        rest = json.loads(channels.render("json", place, Selection(limit=2, before=behind)).body)
        assert [one["id"] for one in page["items"] + rest["items"]] == [one["id"] for one in told["items"]]
        key = told["items"][1]["_collector"]["article"]
        steps = explain(app.store, app.current, key.removeprefix("urn:uuid:"))
        assert any(step.step == "changed" for step in steps.steps)


def test_these_tests_wait_long_enough():
    assert all(timedelta(**later) > wait * (1 + SPREAD) for wait, later in zip(WAITS, (HOUR, DAY, WEEK), strict=True))
