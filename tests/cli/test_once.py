"""`once`: polls what is due, collects what is pending, says what came of it, and keeps it whatever happens."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from aiohttp import web

from tests.cli.conftest import User
from tests.site import Site, serve


def counts(rows: list[dict]) -> dict[tuple[str, str], int]:
    """How many polls and entries ended how."""
    return {(row["what"], row["outcome"]): row["count"] for row in rows if row.get("what") not in (None, "story")}


async def test_once_prints_what_came_and_then_nothing_is_due(user: User, site: Site) -> None:
    site.publish(3)
    site.publish(1, words="A cat sat on a mat")
    user.write(site.feed)
    first = await user("once", "--json")
    second = await user("once")

    assert counts(first.rows) == {("poll", "new"): 1, ("entry", "kept"): 3, ("entry", "unmatched"): 1}
    assert sum(row["count"] for row in first.rows if row["what"] == "story") == 3, "what is kept is in a story"
    assert (first.code, first.err) == (0, "")
    assert (second.code, second.out, second.err) == (0, "Nothing was due.\n", "")
    assert site.asked["/feed.xml"] == 1


async def test_all_polls_what_is_not_due_but_not_who_asked_for_patience(user: User, site: Site) -> None:
    async def busy(request: web.Request) -> web.Response:
        return web.Response(status=429, headers={"Retry-After": "3600"})

    site.publish(1)
    async with serve("127.0.0.9") as other:
        other.answers["/feed.xml"] = busy
        user.write(site.feed, other.feed)
        await user("once")
        again = await user("once", "--all", "--json")

    assert counts(again.rows) == {("poll", "not-modified"): 1}
    assert other.asked["/feed.xml"] == 1


async def test_no_pages_leaves_them_for_the_next_time(user: User, site: Site) -> None:
    site.publish(2)
    user.write(site.feed)
    first = await user("once", "--no-pages", "--json")
    second = await user("once", "--json")

    assert counts(first.rows) == {("poll", "new"): 1}
    assert counts(second.rows) == {("entry", "kept"): 2}


async def test_pages_that_are_visited_again_are_counted(user: User, site: Site) -> None:
    site.publish(2)
    user.write(site.feed)
    await user("once")
    with closing(sqlite3.connect(user.folder / "db/data/collector.sqlite3")) as db, db:
        assert db.execute("UPDATE entry SET visit_at = read_at").rowcount == 2
    site.items[0] = replace(site.items[0], title="North Korea and Russia sign nothing")

    without = await user("once", "--no-pages", "--json")
    told = await user("once", "--json")

    assert not any(what == "visit" for what, _ in counts(without.rows))
    assert counts(told.rows) == {("visit", "revised"): 1, ("visit", "unchanged"): 1}


async def test_feeds_that_failed_are_listed_with_the_reason(user: User, site: Site) -> None:
    site.publish(1)
    user.write(site.feed, {"url": f"{site.base}/missing.xml", "key": "missing"})
    done = await user("once")

    assert done.code == 0
    assert "Feeds that failed" in done.out
    (line,) = (line for line in done.out.splitlines() if line.startswith("missing"))
    assert "not-found" in line
    assert "404" in line


async def test_verbose_logs_every_poll_and_entry_as_json(user: User, site: Site) -> None:
    import json

    site.publish(1)
    user.write(site.feed)
    done = await user("once", "--verbose", "--json")

    events = [json.loads(line)["event"] for line in done.err.splitlines()]
    assert events == ["poll", "entry", "articles grouped"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_stopped_in_the_middle_it_keeps_what_it_has(user: User, site: Site, number: int) -> None:
    """One page never comes; the others are saved, and the waiting one is collected the next time."""
    waits = asyncio.Event()

    async def slow(request: web.Request) -> web.Response:
        waits.set()
        await asyncio.sleep(300)
        return web.Response()

    site.publish(3)
    path = f"/news/{site.items[-1].number}.html"
    site.answers[path] = slow
    user.write(site.feed, fetch={
        "allow_private": ["127.0.0.0/8"], "host_delay": "0s", "host_connections": 4, "timeout": "300s",
    })  # fmt: skip
    process = await user.start("once", "--json")
    async with asyncio.timeout(120):
        await waits.wait()
        while (await user("status", "--json")).rows[-1]["kept"] < 2:
            pass
        process.send_signal(number)
        out, err = await process.communicate()

    assert (process.returncode, err) == (130, b"")
    assert b'"kept", "count": 2' in out
    del site.answers[path]
    again = await user("once", "--json")
    assert counts(again.rows) == {("entry", "kept"): 1}


async def test_a_second_one_is_refused_while_the_first_works(user: User, site: Site) -> None:
    """And says who holds the database; every other command works beside it."""
    asked = asyncio.Event()

    async def slow(request: web.Request) -> web.Response:
        asked.set()
        await asyncio.sleep(60)
        return web.Response()

    site.answers["/slow.xml"] = slow
    user.write(f"{site.base}/slow.xml")
    first = await user.start("once")
    async with asyncio.timeout(20):
        await asked.wait()
    second = await user("once")
    beside = await asyncio.gather(user("status"), user("backup", "copy"), user("export", "jsonl"), user("migrate"))
    first.send_signal(signal.SIGINT)
    await first.communicate()

    assert (second.code, second.out) == (2, "")
    assert f"is in use: process {first.pid}" in second.err
    assert [done.code for done in beside] == [0, 0, 0, 0]
