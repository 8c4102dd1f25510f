"""`status`, `publish`, `backup` and `migrate`: what is stored."""

from __future__ import annotations

import asyncio
import json
import sqlite3

import pytest

from tests.cli.conftest import User
from tests.site import Site


@pytest.fixture
async def watcher(user: User, site: Site) -> User:
    """Somebody who has collected two articles from a good feed, and nothing from a bad one."""
    site.publish(2)
    user.write({"url": site.feed, "key": "good"}, {"url": f"{site.base}/missing.xml", "key": "bad"})
    assert (await user("once")).code == 0
    return user


async def test_status_shows_every_feed_and_what_is_stored(watcher: User) -> None:
    table, rows = await asyncio.gather(watcher("status"), watcher("status", "--json"))

    header, bad, good, *_, summary = table.out.splitlines()
    assert header.split()[:2] == ["feed", "state"]
    assert bad.split()[:2] == ["bad", "failing"]
    assert "404" in bad
    assert good.split()[:2] == ["good", "ok"]
    assert "in " in good
    assert summary == "2 entries seen, 0 of them still to be collected; 2 articles, 2 of them kept (Korea 2)."
    feeds, totals = rows.rows[:-1], rows.rows[-1]
    assert [(row["key"], row["state"], row["last_outcome"], row["kept"]) for row in feeds] == [
        ("bad", "failing", "failed", 0), ("good", "ok", "new", 2),
    ]  # fmt: skip
    assert feeds[1]["next_poll_at"] > feeds[1]["last_poll_at"]
    assert "T" in feeds[1]["next_poll_at"]
    assert (totals["articles"], totals["topics"]) == (2, {"korea": 2})


async def test_status_of_nothing_says_how_to_begin(user: User) -> None:
    user.write()
    done = await user("status")

    assert (done.code, done.out) == (0, "Nothing is stored yet: `collector run` begins.\n")


async def test_publish_writes_every_format_and_the_second_time_nothing(watcher: User) -> None:
    first = await watcher("publish", "--out", "out")
    second = await watcher("publish", "--out", "out")

    files = {str(path.relative_to(watcher.folder / "out")) for path in (watcher.folder / "out").rglob("*.*")}
    places = ("feed", "stories", "revisions", "topics/korea", "topics/korea/stories")
    names = {f"{name}.{suffix}" for name in places for suffix in ("xml", "atom", "json")}
    assert names <= files
    assert len(json.loads((watcher.folder / "out/feed.json").read_text())["items"]) == 2
    assert (first.code, second.code) == (0, 0)
    assert f"{len(names)} changed files" in first.err
    assert "up to date" in second.err


async def test_publish_says_where_it_cannot_write(watcher: User) -> None:
    (watcher.folder / "file").touch()
    done = await watcher("publish", "--out", "file")

    assert done.code == 2
    assert done.err.startswith("collector: cannot write to file")


async def test_backup_is_a_whole_database_and_overwrites_nothing(watcher: User) -> None:
    done = await watcher("backup", "copy.sqlite3")
    again = await watcher("backup", "copy.sqlite3")
    restored = await watcher("export", "jsonl", "--database", "copy.sqlite3")

    assert done.code == 0
    assert (again.code, "exists already" in again.err) == (2, True)
    assert len(restored.rows) == 2
    with sqlite3.connect(watcher.folder / "copy.sqlite3") as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()


async def test_there_is_no_backup_of_what_is_not_there(user: User) -> None:
    """And none is made by looking."""
    user.write()
    done = await user("backup", "copy.sqlite3")

    assert (done.code, "there is no database yet" in done.err) == (2, True)
    assert [path.name for path in user.folder.iterdir()] == ["feeds.yaml"]


async def test_migrate_creates_a_database_once(user: User) -> None:
    user.write()
    for _ in range(2):
        done = await user("migrate", "--database", "new.sqlite3")
        assert (done.code, done.out) == (0, "")
        assert str(user.folder / "new.sqlite3") in done.err
