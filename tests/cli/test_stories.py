"""`story`: a person looks at stories, puts them right beside the running service, and takes it back."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.cli.conftest import Done, User
from tests.events import EVENTS, copied
from tests.site import Item, Site

# Two events: the reports 1 and 3 are of the first, 2 and 4 of the second.
REPORTS = [EVENTS["ferry"][0], EVENTS["bridge"][0], EVENTS["ferry"][1], EVENTS["bridge"][1]]


def publish(site: Site, *reports: tuple[str, str]) -> None:
    for title, text in reports:
        number = len(site.items) + 1
        site.items.append(Item(number=number, title=title, text=text))


async def shown(user: User, named: str) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
    """A story, its reports, and its steps."""
    first, *rest = (await user("story", "show", named, "--json")).rows
    reports = [row["report"] for row in rest if "report" in row]
    return first, reports, [row["step"] for row in rest if "step" in row]


async def titles(user: User, named: str) -> set[str]:
    return {report["title"] for report in (await shown(user, named))[1]}


async def collected(user: User, site: Site, keyword: str = "*") -> None:
    publish(site, *REPORTS)
    user.write(site.feed, keyword=keyword)
    assert (await user("once")).code == 0


async def test_a_story_is_shown_with_what_holds_it_together(user: User, site: Site) -> None:
    await collected(user, site)
    story, reports, steps = await shown(user, site.page(1))
    table = await user("story", "show", story["story"][:8])

    assert (story["reports"], story["independent"], story["is_frozen"], steps) == (2, 2, False, [])
    assert {one["title"] for one in reports} == {REPORTS[0][0], REPORTS[2][0]}
    assert sorted(one["because"] == "it began the story" for one in reports) == [False, True]
    assert story["story"] in table.out
    assert "it shares with" in table.out


async def test_why_names_the_story(user: User, site: Site) -> None:
    await collected(user, site)
    done = await user("why", site.page(3), "--json")

    [told] = [row for row in done.rows if row["step"] == "story"]
    assert told["text"].startswith("one of 2 reports of “")


async def test_a_person_puts_stories_right_and_takes_it_back(user: User, site: Site) -> None:
    await collected(user, site)
    ferry, bridge = {REPORTS[0][0], REPORTS[2][0]}, {REPORTS[1][0], REPORTS[3][0]}

    merged = await user("story", "merge", site.page(1), site.page(2))
    assert await titles(user, site.page(4)) == ferry | bridge
    assert (await shown(user, site.page(1)))[0]["story"] == merged.out.strip()
    await user("story", "undo")
    assert (await titles(user, site.page(1)), await titles(user, site.page(2))) == (ferry, bridge)

    assert (await user("story", "split", site.page(3))).code == 0
    assert await titles(user, site.page(1)) == {REPORTS[0][0]}
    moved = await user("story", "move", site.page(3), "--to", site.page(1))
    assert await titles(user, site.page(1)) == ferry
    assert moved.out.strip() == (await shown(user, site.page(1)))[0]["story"]

    await user("story", "pin", site.page(1))
    story, reports, steps = await shown(user, site.page(1))
    assert [one["is_pinned"] for one in reports if one["title"] == REPORTS[0][0]] == [True]
    assert story["is_frozen"]
    assert [step["kind"] for step in steps] == ["merge", "undo", "split", "move", "pin"]
    assert {step["who"] for step in steps} == {"person"}
    await user("story", "unpin", site.page(1))
    assert not any(one["is_pinned"] for one in (await shown(user, site.page(1)))[1])
    assert "undone by step" in (await user("story", "show", site.page(1))).out


async def test_the_running_service_respects_it(user: User, site: Site) -> None:
    """What a person made one is one for the reports that come afterwards, too."""
    publish(site, *REPORTS)
    user.write({"url": site.feed, "interval": "1s"}, keyword="*", poll={"min_interval": "1s"})
    async with user.service() as service:
        await grouped(user, 4)
        await user("story", "merge", site.page(1), site.page(2))
        publish(site, copied(EVENTS["ferry"][0]))
        await grouped(user, 5)
        assert len(await titles(user, site.page(2))) == 5
        service.process.terminate()
        await service.process.wait()
    assert service.events("not saved") == []


async def grouped(user: User, number: int) -> None:
    async with asyncio.timeout(60):
        while True:
            totals = (await user("status", "--json")).rows[-1]
            if totals["kept"] >= number and not totals["ungrouped"]:
                return
            await asyncio.sleep(0.3)


async def test_what_cannot_be_done_is_said(user: User, site: Site) -> None:
    await collected(user, site)

    async def refused(*words: str) -> str:
        done: Done = await user("story", *words)
        assert (done.code, done.out) == (2, "")
        return done.err

    assert "there is no story zzz" in await refused("show", "zzz")
    assert "there is no article https://nowhere.example/" in await refused("split", "https://nowhere.example/")
    assert "these are one already" in await refused("merge", site.page(1), site.page(3))
    assert "nothing to undo" in await refused("undo")
    assert "no step 99" in await refused("undo", "99")
