"""What becomes of entries whose pages are no articles, and of lines that a host repeats: seen from outside."""

from __future__ import annotations

import json

from aiohttp import web

from tests.cli.conftest import User
from tests.site import Site

WALL = """<!doctype html><html lang="en"><head><title>Just a moment...</title></head><body><h1>news.example</h1>
<p>Checking if the site connection is secure. This process is automatic.</p></body></html>"""
APPEAL = "This paper lives from its readers, who know that good reporting about harbours has its price."


async def test_a_wall_is_named_and_the_feeds_text_published(user: User, site: Site) -> None:
    """The entry's reason names the outcome; the page is to be tried again."""

    async def wall(request: web.Request) -> web.Response:
        return web.Response(text=WALL, content_type="text/html")

    site.publish(1)
    address = site.page(0)
    site.answers[address.removeprefix(site.base)] = wall
    user.write(site.feed)
    await user("once")
    [row] = (await user("export", "jsonl")).rows
    told = await user("why", address)

    assert row["text_source"] == "feed"
    assert "bot-challenge" in told.out
    assert "for now" in told.out


async def test_a_line_of_the_host_is_gone_once_it_is_known(user: User, site: Site) -> None:
    """The fourth article of a host is free of the line that three have shown; section and flags are kept."""

    def page(number: int):
        facts = " ".join(f"North Korea and Russia spoke of matter {'abcd'[number]}{n * 'y'} for a long while." for n in range(6))
        other = " ".join(f"Nobody knows what {'abcd'[number]}{n * 'x'} means for the island." for n in range(6))

        async def answer(request: web.Request) -> web.Response:
            text = (
                f'<html lang="en"><head><meta property="article:section" content="Opinion"></head><body><article>'
                f"<h1>Title {'abcd'[number]}</h1><p>{facts}</p><h2>What is known</h2><p>{other}</p><p>{other[::-1]}</p>"
                f"<p>{facts}</p><p>{APPEAL}</p></article></body></html>"
            )
            return web.Response(text=text, content_type="text/html")

        return answer

    user.write(site.feed, publish={"full_text": True})
    for number in range(4):
        site.publish(1)
        site.answers[site.page(number).removeprefix(site.base)] = page(number)
        await user("once", "--all")
    rows = {row["url"]: row for row in (await user("export", "jsonl")).rows}
    texts = [rows[site.page(number)] for number in range(4)]

    assert [APPEAL in row["text"] for row in texts] == [True, True, True, False]
    assert {(row["section"], *row["flags"]) for row in texts} == {("Opinion", "opinion")}

    await user("publish", "--out", "out")
    items = json.loads((user.folder / "out" / "feed.json").read_text("utf-8"))["items"]
    shown = {item["url"]: item for item in items}[site.page(3)]
    assert "<h2>What is known</h2>" in shown["content_html"]
    assert APPEAL not in shown["content_html"]
    assert shown["_collector"]["section"] == "Opinion"
    assert shown["_collector"]["flags"] == ["opinion"]
