"""`why` and `plan`: somebody changes a topic, looks before what it will do, and asks afterwards why."""

from __future__ import annotations

import asyncio

from tests.cli.conftest import PATIENCE, User
from tests.site import Site


async def test_a_changed_topic_is_planned_applied_and_explained_without_fetching_again(user: User, site: Site) -> None:
    site.publish(2)
    site.publish(1, words="A cat sat on a mat")
    dropped = site.page(2)
    user.write(site.feed)
    await user("once")
    asked = dict(site.asked)
    before = await user("why", dropped, "--json")
    user.write(site.feed, keyword="cat")
    plan, table = await asyncio.gather(user("plan", "--json"), user("plan"))
    applied = await user("once")
    after, again = await asyncio.gather(user("why", dropped), user("plan"))

    [korea] = plan.rows
    assert (korea["before"], korea["gains"], korea["losses"], korea["after"]) == (2, 1, 2, 1)
    assert korea["gained"][0]["why"] == "cat"
    assert "korea gains" in table.out
    assert "Nothing would change." in again.out
    assert {row["step"]: row["text"] for row in before.rows}["topic"].startswith("does not match: ")
    assert "matches: " in after.out
    assert "“cat” in the text at" in after.out
    assert applied.code == 0
    assert dict(site.asked) == asked


async def test_the_service_applies_a_saved_change_to_old_articles(user: User, site: Site) -> None:
    site.publish(2)
    user.write(site.feed)
    async with user.service() as service:
        await service.until_event("entry", 2)
        user.write(site.feed, keyword="Paris")
        told = await service.until_event("stored articles judged anew")
        asked = dict(site.asked)
        why = await user("why", site.page(1), "--json")
        service.process.terminate()
        async with asyncio.timeout(PATIENCE):
            await service.process.wait()

    assert (told["articles"], told["with_other_topics"]) == (2, 2)
    assert {row["step"] for row in why.rows} >= {"seen", "collected", "article", "topic"}
    assert dict(site.asked) == asked


async def test_why_of_what_no_feed_showed_says_so(user: User, site: Site) -> None:
    user.write(site.feed)
    done = await user("why", "https://nowhere.example/a")

    assert (done.code, done.out) == (1, "")
    assert done.err == "no feed showed https://nowhere.example/a; none of the feeds is from nowhere.example\n"
