"""Servers that ask for quiet, that never answer, and a database that refuses: each costs itself alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from collector.store import dialects

QUIET = {"status": 429, "headers": {"Retry-After": "3600"}}


async def test_a_host_that_asks_for_quiet_gets_it_from_all_its_feeds(world, site, answers):
    """What was not asked has not failed; a restart forgets nothing."""
    site.publish(1)
    site.answers["/feed.xml"] = answers(**QUIET)
    site.answers["/second.xml"] = answers(text=site.rss(), content_type="application/rss+xml")
    world.feeds = [site.feed, f"{site.base}/second.xml"]
    await world.once()

    told, spared = world.polls
    assert (told.status, told.feed.failures) == (429, 1)
    assert (spared.status, spared.feed.failures, spared.feed.last_poll_at) == (None, 0, None)
    assert "asked not to be visited" in spared.reason
    async with world.app() as app:
        assert [feed.state for feed in app.store.feeds()] == ["waiting", "waiting"]

    world.later(minutes=59)
    await world.once()
    assert (site.asked["/feed.xml"], site.asked["/second.xml"]) == (1, 0)
    world.later(minutes=2)
    del site.answers["/feed.xml"]
    assert len(await world.once()) == 1
    assert (site.asked["/feed.xml"], site.asked["/second.xml"]) == (2, 1)


async def test_the_pages_of_a_host_that_asks_for_quiet_are_read_later_and_no_try_is_lost(world, site, answers):
    site.publish(1)
    page = f"/news/{site.items[0].number}.html"
    world.feeds = [site.feed]
    await world.once(pages=False)
    site.answers["/feed.xml"] = answers(**QUIET)

    (item,) = await world.once()
    assert item.text == site.items[0].text[:200].strip(), "published at once, as far as the feed tells it"
    for _ in range(7):  # more often than a page is tried
        world.later(minutes=8)
        await world.once()
    assert site.asked[page] == 0

    del site.answers["/feed.xml"]
    world.later(minutes=10)
    (again,) = await world.once()
    assert again.text.replace("\n", " ") == site.items[0].text
    assert again.id == item.id
    assert site.asked[page] == 1


async def test_pages_that_never_answer_do_not_delay_the_articles_of_others(world, site, other):
    """Fifty of them, in the feed that comes first."""

    async def never(request):
        await asyncio.sleep(60)

    site.publish(50)
    site.answers |= {f"/news/{item.number}.html": never for item in site.items}
    other.publish(10)
    world.feeds = [site.feed, other.feed]

    async with world.app() as app:
        await app.poll_due()
        stop, started = asyncio.Event(), time.monotonic()
        collecting = asyncio.create_task(app.collector.collect_due(stop))
        while len(world.collected) < 10:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        took = time.monotonic() - started
        stop.set()
        collecting.cancel()

    assert all(pending.feed_key.startswith("127-0-0-9-") for pending, _ in world.collected)
    assert took < 3, "less than it takes until the first of the fifty is given up"


async def test_an_entry_that_the_database_refuses_stops_no_other_and_is_tried_again(world, site):
    site.publish(5)
    world.feeds = [site.feed]
    async with world.app() as app:
        await app.poll_due()
        refuse(world.database, site.items[2].title)
        await app.collector.collect_due()
        assert (app.collector.in_hand.busy, len(app.collector.in_hand)) == (0, 1)
        await app.collector.collect_due()
    assert len(world.collected) == 4
    assert site.asked[f"/news/{site.items[2].number}.html"] == 1, "set aside, not asked for at every look"

    accept(world.database)
    assert len(await world.once()) == 5


async def test_a_feed_that_was_taken_out_and_put_back_is_polled_again(world, site):
    """Although it was taken out while it was due."""
    site.publish(1)
    world.feeds = [site.feed]
    async with world.app() as app:
        (number,) = app.store.due_feeds(world.now)
        app.store.sync_feeds([], world.now)
        await app.poller.poll_feeds([number])
        assert not list(app.poller.in_hand)
        app.sync(app.current.config)
        await app.poller.poll_feeds([number])

    assert site.asked["/feed.xml"] == 1


@pytest.mark.parametrize("seconds", [0.0, 0.05, 0.3])
async def test_what_is_cancelled_is_still_due(world, site, other, seconds):
    """At whatever moment: the next start finds everything, once."""
    site.publish(6)
    other.publish(6)
    world.feeds = [site.feed, other.feed]
    async with world.app() as app:
        await cancelled_after(seconds, app.poll_due())
        assert not list(app.poller.in_hand)
        await cancelled_after(seconds, app.collector.collect_due())
        assert not list(app.collector.in_hand)
        await asyncio.to_thread(app.store.sync_feeds, app.current.config.feeds, world.now)  # behind all else
        await asyncio.sleep(0.1)

    assert len(await world.once()) == 12


async def cancelled_after(seconds: float, work: Coroutine[Any, Any, None]) -> None:
    """The work is begun, and ended after so long."""
    working = asyncio.create_task(work)
    await asyncio.sleep(seconds)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


_REFUSE = {
    "sqlite": [
        "CREATE TRIGGER refuse BEFORE INSERT ON article WHEN NEW.title = '{words}' "
        "BEGIN SELECT RAISE(ABORT, 'refused'); END",
    ],
    "postgresql": [
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE check_violation USING MESSAGE = 'refused'; END $$",
        "CREATE TRIGGER refuse BEFORE INSERT ON article FOR EACH ROW WHEN (NEW.title = '{words}') "
        "EXECUTE FUNCTION refuse()",
    ],
}
_ACCEPT = {
    "sqlite": ["DROP TRIGGER refuse"],
    "postgresql": ["DROP TRIGGER refuse ON article", "DROP FUNCTION refuse()"],
}


def refuse(database: str, words: str) -> None:
    """From now on the database takes no article of that title."""
    _run(database, _REFUSE, words)


def accept(database: str) -> None:
    """It takes all articles again."""
    _run(database, _ACCEPT)


def _run(database: str, statements: dict[str, list[str]], words: str = "") -> None:
    engine = sa.create_engine(dialects.database_url(database))
    with engine.begin() as db:
        for statement in statements[db.dialect.name]:
            db.exec_driver_sql(statement.replace("{words}", words))
    engine.dispose()


async def test_an_article_that_turns_out_to_be_another_one_is_published_once(world, site, other, answers):
    """A feed's link failed at first, so that its text stood for the article; later it leads to one that is known."""
    site.publish(1)
    (item,) = site.items
    link = f"{other.base}/away/1"
    other.items = [replace(item, link=link, text=item.text[:300])]
    other.answers["/away/1"] = answers(status=503)
    world.feeds = [other.feed, site.feed]
    assert len(await world.once()) == 2, "nothing tells yet that they are one"

    other.answers["/away/1"] = answers(status=302, headers={"Location": site.page(item.number)})
    world.later(minutes=6)
    (one,) = await world.once()

    assert one.url == site.page(item.number)
    assert one.text.replace("\n", " ") == item.text
    async with world.app() as app:
        (row,) = app.store.articles()
        assert len(row["feeds"]) == 2
        assert len(app.store.find_articles([link])) == 1, "the link is known from now on"
    assert await world.once() == [one]
