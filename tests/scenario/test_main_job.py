"""From feeds to the published channel: every article once, with its text, whatever the sites do."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.site import Item


async def test_every_matching_entry_becomes_one_article_with_its_page_text(world, site):
    site.publish(5)
    site.publish(1, words="A cat sat on a mat")
    world.feeds = [site.feed]

    items = await world.once()

    assert [item.title for item in items] == [f"North Korea and Russia sign a treaty, part {n}" for n in (4, 3, 2, 1, 0)]
    for item, told in zip(items, site.items[1:], strict=True):
        assert item.text.replace("\n", " ") == told.text
        assert (item.dated_at, item.url, item.source) == (told.date, site.page(told.number), "Pretend News")
        assert (item.topics, item.terms) == (("korea",), ("North Korea",))
    assert [str(c.outcome) for _, c in world.collected].count("unmatched") == 1


async def test_a_second_poll_asks_with_the_validator_and_changes_nothing(world, site):
    site.publish(3)
    world.feeds = [site.feed]
    first = await world.once()
    world.later(hours=1)

    second = await world.once()

    assert second == first
    assert world.outcomes() == ["new", "not-modified"]
    assert site.statuses[304] == 1
    assert site.asked[f"/news/{site.items[0].number}.html"] == 1, "a page is fetched once"


async def test_a_server_without_validators_is_known_by_its_bytes(world, site):
    site.validators = False
    site.publish(3)
    world.feeds = [site.feed]
    await world.once()
    world.later(hours=1)
    await world.once()

    assert world.outcomes() == ["new", "unchanged"]


async def test_a_new_item_is_added_and_the_others_keep_their_identity(world, site):
    site.publish(2)
    world.feeds = [site.feed]
    before = await world.once()
    site.publish(1)
    world.later(hours=1)

    after = await world.once()

    assert [item.id for item in after[1:]] == [item.id for item in before]
    assert after[1:] == before
    assert len(after) == 3


async def test_an_article_that_several_feeds_carry_is_one_and_its_page_is_fetched_once(world, site, other):
    site.publish(3)
    other.items = [replace(item, link=site.page(item.number) + "?utm_source=rss") for item in site.items]
    world.feeds = [site.feed, other.feed]

    items = await world.once()

    assert len(items) == 3
    assert all(site.asked[f"/news/{n}.html"] == 1 for n in range(3))
    assert sorted(str(c.outcome) for _, c in world.collected) == ["duplicate"] * 3 + ["kept"] * 3
    async with world.app() as app:
        assert all(len(row["feeds"]) == 2 for row in app.store.articles())


async def test_an_edited_entry_updates_its_article_and_never_doubles_it(world, site):
    site.publish(2)
    world.feeds = [site.feed]
    before = await world.once()
    edited = replace(site.items[0], title="Correction: North Korea signs", text=site.items[0].text + " They call it a pact.")
    site.items[0] = edited
    world.later(hours=1)

    after = await world.once()

    assert [item.id for item in after] == [item.id for item in before]
    assert after[0].title == "Correction: North Korea signs"
    assert "pact" in after[0].text
    assert after[0].dated_at == before[0].dated_at


async def test_an_entry_whose_page_fails_is_published_from_the_feed_and_its_page_is_read_later(world, site, answers):
    site.publish(1)
    path = f"/news/{site.items[0].number}.html"
    site.answers[path] = answers(status=503, text="down")
    world.feeds = [site.feed]

    (item,) = await world.once()
    assert item.text == site.items[0].text[:200].strip()
    assert "503" in world.collected[0][1].reason

    del site.answers[path]
    world.later(minutes=4)
    await world.once()
    assert site.asked[path] == 1, "not before its time"
    world.later(minutes=10)
    (again,) = await world.once()

    assert again.id == item.id
    assert again.text.replace("\n", " ") == site.items[0].text


async def test_a_page_is_tried_a_bounded_number_of_times(world, site, answers):
    site.publish(1)
    path = f"/news/{site.items[0].number}.html"
    site.answers[path] = answers(status=500, text="down")
    world.feeds = [site.feed]
    for _ in range(10):
        await world.once(everything=False)
        world.later(days=2)

    assert site.asked[path] == 5


async def test_robots_txt_is_obeyed_for_pages_and_the_feeds_text_is_published(world, site, answers):
    site.publish(1)
    site.answers["/robots.txt"] = answers(text="User-agent: *\nDisallow: /news/\n")
    world.feeds = [site.feed]

    (item,) = await world.once()

    assert item.text
    assert site.asked[f"/news/{site.items[0].number}.html"] == 0
    assert "robots.txt" in world.collected[0][1].reason


async def test_a_feed_with_the_whole_text_needs_no_page(world, site):
    site.publish(1)
    world.feeds = [{"url": site.feed, "full_text": True}]
    site.items[0] = replace(site.items[0], text="North Korea. " + site.items[0].text)
    body = site.rss().replace("<description>", "<content:encoded xmlns:content='http://purl.org/rss/1.0/modules/content/'>")
    body = body.replace("</description></item>", "</content:encoded></item>").replace("<content:encoded xmlns:content='http://purl.org/rss/1.0/modules/content/'>News</description>", "<description>News</description>")
    from aiohttp import web

    async def whole(request):
        return web.Response(text=body, content_type="application/rss+xml")

    site.answers["/feed.xml"] = whole

    (item,) = await world.once()

    assert "North Korea" in item.text
    assert site.asked[f"/news/{site.items[0].number}.html"] == 0


async def test_a_feed_told_to_wait_is_not_asked_before(world, site, answers):
    site.answers["/feed.xml"] = answers(status=429, headers={"Retry-After": "7200"})
    world.feeds = [site.feed]
    await world.once()
    del site.answers["/feed.xml"]
    site.publish(1)
    world.later(minutes=119)
    await world.once()
    assert site.asked["/feed.xml"] == 1

    world.later(minutes=2)
    assert len(await world.once()) == 1


async def test_a_permanent_redirect_is_adopted_after_it_was_confirmed(world, site, other, answers):
    site.publish(2)
    other.answers["/feed.xml"] = answers(status=301, headers={"Location": site.feed})
    world.feeds = [other.feed]
    for _ in range(5):
        items = await world.once()
        world.later(hours=1)

    assert len(items) == 2
    assert other.asked["/feed.xml"] == 3
    assert site.asked["/feed.xml"] == 5


async def test_a_parked_domain_is_never_adopted(world, site, other, answers):
    site.publish(1)
    world.feeds = [site.feed]
    await world.once()
    other.answers["/"] = answers(text="<html><body>This domain is for sale</body></html>", content_type="text/html")
    site.answers["/feed.xml"] = answers(status=301, headers={"Location": other.base + "/"})
    for _ in range(5):
        world.later(days=2)
        items = await world.once()

    assert world.outcomes()[1:] == ["not-a-feed"] * 5
    assert site.asked["/feed.xml"] == 6
    assert len(items) == 1, "old articles stay"


async def test_repeated_410_ends_polling_and_says_so(world, site, answers):
    site.answers["/feed.xml"] = answers(status=410)
    world.feeds = [site.feed]
    for _ in range(6):
        await world.once()
        world.later(days=2)

    assert world.outcomes() == ["failed", "failed", "gone"]
    async with world.app() as app:
        assert [feed.state for feed in app.store.feeds()] == ["gone"]


async def test_a_canonical_address_that_different_texts_claim_is_ignored(world, site):
    """A site whose every page claims the same canonical address still has as many articles as pages."""
    site.publish(3)
    original = site.html
    site.html = lambda item: original(item).replace(site.page(item.number), f"{site.base}/news/latest.html")
    world.feeds = [site.feed]

    items = await world.once()

    assert len(items) == 3
    assert len({item.url for item in items}) == 3


async def test_one_broken_feed_never_stops_another(world, site, other, answers):
    other.answers["/feed.xml"] = answers(body=b"\x89PNG\r\n\x1a\n" + b"\0" * 100, content_type="image/png")
    site.publish(2)
    world.feeds = [other.feed, f"{other.base}/missing.xml", "http://10.255.255.1/feed", site.feed]

    items = await world.once()

    assert len(items) == 2
    assert sorted(world.outcomes()) == ["failed", "failed", "new", "not-a-feed"]
    assert all(record.reason for record in world.polls if str(record.outcome) != "new")


async def test_entries_stay_pending_without_pages_and_are_collected_later(world, site):
    site.publish(3)
    world.feeds = [site.feed]

    assert await world.once(pages=False) == []
    assert len(await world.once()) == 3


async def test_a_feed_taken_out_of_the_file_is_not_polled_and_its_articles_stay(world, site):
    site.publish(2)
    world.feeds = [site.feed]
    await world.once()
    world.feeds = []
    world.later(days=1)

    items = await world.once()

    assert len(items) == 2
    assert site.asked["/feed.xml"] == 1


@pytest.mark.parametrize("guid", [None, "changes"])
async def test_identity_survives_missing_and_changing_guids(world, site, guid):
    site.publish(3)
    world.feeds = [site.feed]
    for turn in range(3):
        site.items = [replace(item, guid=f"{guid}-{turn}-{item.number}" if guid else None) for item in site.items]
        items = await world.once()
        world.later(hours=1)

    assert len(items) == 3


async def test_json_feed_is_polled_like_any_other(world, site):
    site.publish(2)
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Pretend News",
        "items": [
            {"id": str(item.number), "url": site.page(item.number), "title": item.title, "content_text": item.text[:100]}
            for item in site.items
        ],
    }
    from aiohttp import web

    async def as_json(request):
        return web.Response(text=json.dumps(feed), content_type="application/feed+json")

    site.answers["/feed.json"] = as_json
    world.feeds = [f"{site.base}/feed.json"]

    assert len(await world.once()) == 2


async def test_an_entry_without_a_link_is_published_from_the_feed(world, site):
    site.items = [Item(number=0, title="North Korea says nothing", text="It said so.", link=" ", guid="only-an-id")]
    world.feeds = [site.feed]

    (item,) = await world.once()

    assert (item.url, item.title) == (None, "North Korea says nothing")
