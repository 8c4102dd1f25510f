"""Stories for people and for machines: their pages, their feeds, and where old addresses lead."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest

from collector.store import Store
from tests.watch import NOW

FORMS = ("xml", "atom", "json")


@pytest.fixture
def told(site):
    """A site with three stories; the keys of their articles by name."""
    return site.watch.keep_stories()


def story_of(site, told, name):
    store: Store = site.watch.store
    return store.trace(told[name], ()).article.story


# --- the page -------------------------------------------------------------------------------------------------------


def test_a_story_has_a_page(site, told):
    story = story_of(site, told, "ferry-0")
    answer = site.get(f"/stories/{story.key}")
    text = unescape(answer.text)

    assert answer.status == 200
    assert "4 reports, 3 independent" in text
    assert "1 report with the same text" in text
    assert "it repeats the text of “Ferry Arirang sinks off Wonsan, 41 rescued”" in text
    assert re.search(r"it shares with “.+?” the .*(Arirang|Wonsan)", text)
    assert all(heading in text for heading in ("Timeline", "Sources side by side", "Alpha News", "Бета"))
    assert "Minister Orlov" not in text


def test_the_same_as_json(site, told):
    story = story_of(site, told, "ferry-0")
    found = json.loads(site.get(f"/stories/{story.key}.json").body)

    assert (found["key"], found["title"], found["independent"]) == (story.key, story.lead.title, 3)
    assert [one["key"] for one in found["reports"]] == [told[name] for name in sorted(told) if name.startswith("ferry")]
    assert [one["copy_of"] for one in found["reports"]] == [None, None, None, told["ferry-0"]]
    assert found["reports"][0]["because"] == "it began the story"
    assert found["reports"][1]["evidence"].keys() == {"similarity", "score", "hours", "names", "words", "numbers"}
    assert (found["languages"], found["sources"]) == (["en"], ["Alpha News", "Бета"])


def test_what_was_done_to_it_is_told_and_old_addresses_lead_to_it(site, told):
    ferry, chess = (story_of(site, told, name).key for name in ("ferry-0", "chess-2"))
    kept = site.watch.store.merge_stories([ferry, chess], NOW)
    gone = chess if kept == ferry else ferry

    for suffix in ("", ".json"):
        answer = site.get(f"/stories/{gone}{suffix}")
        assert (answer.status, answer.headers["Location"]) == (301, f"{kept}{suffix}")
    assert "by a person: merged into another story" in site.get(f"/stories/{kept}").text
    [step] = json.loads(site.get(f"/stories/{kept}.json").body)["steps"]
    assert (step["kind"], step["who"], step["story"], step["other"]) == ("merge", "person", gone, kept)


def test_related_stories_are_near_and_others_are_not(site, told):
    title = "Wonsan ferries get a new timetable"
    text = "From May the ferries of Wonsan will leave at seven in the morning. Tickets will cost two won more than now."
    site.watch.keep(300, title=title, text=text)
    site.watch.group()
    story = story_of(site, told, "ferry-0")

    related = json.loads(site.get(f"/stories/{story.key}.json").body)["related"]
    assert [one["title"] for one in related] == [title]
    assert "Related stories" in site.get(f"/stories/{story.key}").text


def test_nothing_of_a_report_is_markup(site):
    for number in (1, 2):
        site.watch.keep(number, title="<b>Ferry</b> sinks off Wonsan", text="The ferry <i>Arirang</i> sank off Wonsan. " * 5)
    site.watch.group()
    [item] = json.loads(site.get("/stories.json").body)["items"]
    page = site.get("/stories/" + item["id"].removeprefix("urn:uuid:")).text

    assert "<b>Ferry" not in page
    assert "&lt;b&gt;Ferry&lt;/b&gt; sinks" in page
    assert "<b>" not in item["content_html"]


@pytest.mark.parametrize("path", ["/stories/unknown", "/stories/unknown.json", "/stories/" + "x" * 5000, "/stories/..%2fx"])
def test_a_story_that_is_not_there(shown, path):
    assert shown.get(path).status == 404


def test_pages_lead_to_stories(site, told):
    story = story_of(site, told, "ferry-0")
    article = site.get(f"/articles/{told['ferry-0']}").text

    assert f'href="../stories/{story.key}"' in article
    assert "The same story elsewhere" in article
    assert f'href="./stories/{story.key}"' in site.get("/").text
    assert f'href="./stories/{story.key}"' in site.get("/stories").text
    assert "one of 4 reports, 3 independent" in unescape(site.get("/why?url=https://alpha.example/20").text)
    as_json = json.loads(site.get(f"/articles/{told['ferry-0']}.json").body)
    assert (as_json["story"]["key"], len(as_json["story"]["reports"])) == (story.key, 4)


def test_an_article_that_is_not_grouped_yet_says_so(site):
    key = site.watch.keep(1)

    assert "not placed in a story yet" in site.get(f"/articles/{key}").text
    assert json.loads(site.get(f"/articles/{key}.json").body)["story"] is None


# --- the feeds ------------------------------------------------------------------------------------------------------


def items(site, path):
    return json.loads(site.get(path).body)["items"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("place", ["/stories", "/topics/north-korea/stories"])
def test_stories_are_published_in_every_format(site, told, place, form):
    answer = site.get(f"{place}.{form}")
    again = site.get(f"{place}.{form}", if_none_match=answer.headers["ETag"])

    assert (answer.status, again.status) == (200, 304)
    assert answer.text.count(f"urn:uuid:{story_of(site, told, 'ferry-0').key}") >= 1
    assert "4 reports, 3 independent" in answer.text


def test_a_topic_without_stories_has_none(site, told):
    assert len(items(site, "/topics/north-korea/stories.json")) == 3
    assert items(site, "/topics/russia/stories.json") == []
    assert site.get("/topics/unknown/stories.xml").status == 404


def test_a_new_report_moves_an_item_only_where_the_subscriber_wants_it(site, told):
    story = story_of(site, told, "chess-2")

    def item(path):
        return next(one for one in items(site, path) if one["id"] == f"urn:uuid:{story.key}")

    before = {path: item(path) for path in ("/stories.json", "/stories.json?update=silent", "/stories.json?update=bump")}
    site.watch.keep(1, title="Petrova, 16, takes chess title", text="Nadia Petrova, 16, beat Ana Souza in Brasilia in a rook "
        "endgame and won the women's chess championship with nine points out of eleven, and 60,000 dollars.")  # fmt: skip
    site.watch.group()

    for path, old in before.items():
        new = item(path)
        assert "3 reports" in new["content_html"]
        assert new["date_modified"] >= old["date_modified"]
        assert (new["date_published"] > old["date_published"]) == path.endswith("bump")
    assert items(site, "/stories.json?update=bump")[0]["id"] == f"urn:uuid:{story.key}"


def test_the_feed_names_stories_and_can_show_one_article_of_each(site, told):
    every, few = items(site, "/feed.json?limit=100"), items(site, "/feed.json?limit=100&group=story")

    assert len(every) == len(told)
    assert len(few) == 3
    assert len({one["_collector"]["story"]["id"] for one in few}) == 3
    newest = {}
    for one in every:
        newest.setdefault(one["_collector"]["story"]["id"], one["id"])
    assert [one["id"] for one in few] == list(newest.values())


def test_stories_page_by_page(site, told):
    seen, path = [], "/stories.json?limit=1"
    while path:
        page = json.loads(site.get(path).body)
        seen += [item["id"] for item in page["items"]]
        path = page.get("next_url", "").removeprefix("https://watch.example/news")

    assert seen == [item["id"] for item in items(site, "/stories.json")]
    assert len(seen) == 3


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("/stories.xml?update=loud", "update: expected silent or bump"),
        ("/stories.xml?group=story", "unknown parameter 'group'"),
        ("/feed.xml?group=topic", "group: expected none or story"),
        ("/feed.xml?update=bump", "unknown parameter 'update'"),
        ("/stories.xml?before=x", "before: not a place"),
    ],
)
def test_what_is_wrong_with_a_query_is_said(shown, query, message):
    answer = shown.get(query)

    assert answer.status == 400
    assert message in answer.text


@pytest.mark.browser
def test_a_person_goes_from_the_front_page_to_a_story_and_back_to_an_article(site, told, page_of):
    page = page_of("/")
    page.get_by_role("link", name="stories", exact=True).click()
    page.get_by_role("link", name="Ferry Arirang sinks off Wonsan, 41 rescued").click()

    assert page.get_by_role("heading", name="Timeline").is_visible()
    page.locator("summary").click()
    assert page.get_by_text("it repeats the text of").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("link", name="why").first.click()
    assert page.get_by_role("heading", name="The same story elsewhere").is_visible()
