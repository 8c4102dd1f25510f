"""`run`: the service from its greeting to its end, and what it makes of a changed configuration."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sqlite3
import time
import urllib.request

import pytest
from aiohttp import web

from tests.cli.conftest import Service, User
from tests.site import Site


async def get(service: Service, path: str) -> str:
    """What the service answers."""

    def read() -> str:
        with urllib.request.urlopen(service.base + path, timeout=10) as answer:
            return answer.read().decode()

    return await asyncio.to_thread(read)


async def never(request: web.Request) -> web.Response:
    """An answer that does not come."""
    await asyncio.sleep(60)
    return web.Response()


async def stop(service: Service, number: int = signal.SIGTERM) -> tuple[int | None, float]:
    """How the service ends, and in how many seconds."""
    started = time.monotonic()
    service.process.send_signal(number)
    async with asyncio.timeout(30):
        await service.process.wait()
    return service.process.returncode, time.monotonic() - started


async def test_it_says_where_everything_is_and_serves_what_it_collects(user: User, site: Site) -> None:
    """Words for people on standard output, events for programs on standard error."""
    site.publish(2)
    user.write(site.feed)
    async with user.service() as service:
        told = "".join(service.greeting)
        await service.until_event("entry", 2)
        feed = json.loads(await get(service, "/feed.json"))
        code, _ = await stop(service)
        rest = (await service.process.stdout.read()).decode()

    assert f"{service.base}/feed.xml" in told
    assert "1 feeds in feeds.yaml" in told
    assert str(user.folder / "db/data/collector.sqlite3") in told
    assert len(feed["items"]) == 2
    assert feed["feed_url"] == f"{service.base}/feed.json"
    assert code == 0
    assert rest.splitlines() == ["Stopping: finishing the work in hand.", "Stopped."]
    assert {event["outcome"] for event in service.events("entry")} == {"kept"}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_stops_within_ten_seconds_whatever_it_waits_for(user: User, site: Site, number: int) -> None:
    """A feed and a page that never come, and a subscriber who reads nothing."""
    site.publish(1)
    site.answers[f"/news/{site.items[0].number}.html"] = never
    site.answers["/slow.xml"] = never
    fetch = {"allow_private": ["127.0.0.0/8"], "timeout": "60s", "host_connections": 4}
    user.write(site.feed, f"{site.base}/slow.xml", fetch=fetch)
    async with user.service() as service:
        async with asyncio.timeout(20):
            while not (site.asked["/slow.xml"] and site.asked["/news/0.html"]):  # noqa: ASYNC110 - counters tell nobody
                await asyncio.sleep(0.1)
        host, port = service.base.removeprefix("http://").split(":")
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET /feed.xml HTTP/1.1\r\nHost: x\r\n")  # and does not go on
        await writer.drain()
        code, seconds = await stop(service, number)
        writer.close()

    assert code == 0
    assert seconds < 10


async def test_a_second_one_is_refused_and_every_other_command_works_beside_it(user: User, site: Site) -> None:
    site.publish(1)
    user.write(site.feed)
    async with user.service() as service:
        await service.until_event("entry")
        refused = await asyncio.gather(user("run"), user("once"))
        beside = await asyncio.gather(
            *(user(*words) for words in (
                ["status"], ["check", "--online"], ["export", "jsonl"], ["publish", "--out", "out"], ["backup", "copy"],
                ["migrate"], ["add", site.feed], ["match", "--title", "x"],
            ))
        )  # fmt: skip
        code, _ = await stop(service)

    for done in refused:
        assert (done.code, done.out) == (2, "")
        assert f"is in use: process {service.process.pid}" in done.err
    assert [done.code for done in beside] == [0] * len(beside)
    assert code == 0


async def test_a_taken_port_is_told(user: User) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        user.write(web={"port": port})
        done = await user("run")

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"collector: cannot listen on 127.0.0.1 port {port}: another program uses it")


async def test_a_changed_configuration_and_a_new_seed_are_picked_up(user: User, site: Site) -> None:
    """Feeds, topics and the corpus; what cannot change while it runs is told."""
    site.publish(1)
    user.write()
    async with user.service() as service:
        user.write(site.feed, publish={"title": "Changed"})
        await service.until_event("entry")
        feed = json.loads(await get(service, "/feed.json"))
        assert (feed["title"], len(feed["items"])) == ("Changed", 1)

        (user.folder / "corpus").mkdir()
        (user.folder / "corpus" / "mine.txt").write_text("A seed on North Korea\n\nIt tells what similar news is.\n")
        await service.until_event("configuration in force", 2)
        titles = [item["title"] for item in json.loads(await get(service, "/feed.json"))["items"]]
        assert "A seed on North Korea" in titles

        user.write(site.feed, web={"port": 1})
        told = await service.until_event("takes effect at the next start")
        assert told["settings"] == ["web.port"]
        assert f"{service.base}/feed.xml" in await get(service, "/feed.xml")


async def test_it_never_fetches_from_itself(user: User, site: Site) -> None:
    """Its own feed as a source would echo for ever; the port that was free to choose counts, too."""
    site.publish(1)
    user.write(site.feed)
    async with user.service() as service:
        user.write(site.feed, f"{service.base}/feed.xml")
        await service.until_event("configuration in force")
        await service.until_event("poll", 2)
        (told,) = [poll for poll in service.events("poll") if poll["outcome"] == "failed"]

    assert "itself listens" in told["reason"]


async def test_a_wrong_configuration_changes_nothing_and_its_places_are_logged(user: User, site: Site) -> None:
    site.publish(1)
    path = user.write(site.feed)
    right = path.read_bytes()
    async with user.service() as service:
        await service.until_event("entry")
        path.write_text("topics:\n  - key: [\n")
        event = await service.until_event("the change is not used")
        assert event["problem"].startswith("feeds.yaml:")
        assert len(json.loads(await get(service, "/feed.json"))["items"]) == 1

        path.write_bytes(right)
        await service.until_event("configuration in force")
        assert (await stop(service))[0] == 0


async def test_a_database_that_cannot_be_used_is_told(humble_user: User) -> None:
    """One that is none, one of a newer program, one that must not be written, one that has no place."""
    user = humble_user
    user.write()
    (user.folder / "text.db").write_text("This is a text, and no database at all. " * 50)
    assert (await user("migrate", "--database", "newer.db")).code == 0
    with sqlite3.connect(user.folder / "newer.db") as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    db.close()
    locked = user.folder / "locked"
    locked.mkdir()
    locked.chmod(0o555)
    reasons = {
        "text.db": "not a database",
        "newer.db": "newer Collector",
        "locked/x.db": "write",
        "text.db/x.db": "cannot be made",
        "mysql://a/b": "postgresql://",
    }
    ended = await asyncio.gather(*(user("run", "--database", database) for database in reasons))
    for done, reason in zip(ended, reasons.values(), strict=True):
        assert (done.code, done.out) == (2, "")
        assert reason in done.err
        assert done.err.count("\n") == 1


async def test_every_command_tells_of_a_database_that_cannot_be_used(user: User) -> None:
    user.write()
    (user.folder / "text.db").write_text("This is a text, and no database at all. " * 50)
    commands = [["once"], ["status"], ["export", "csv"], ["publish", "--out", "out"], ["backup", "copy"], ["migrate"]]
    for done in await asyncio.gather(*(user(*words, "--database", "text.db") for words in commands)):
        assert (done.code, done.out) == (2, "")
        assert "text.db: the file is not a database" in done.err
    assert not (user.folder / "copy").exists()
