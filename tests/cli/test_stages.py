"""`parse`, `extract`, `match` and `group`: a line for each input, in its order, whatever the input is."""

from __future__ import annotations

import asyncio
import gzip
import json

import pytest

from tests.cli.conftest import User
from tests.site import Site

ENTRY = (
    '<item><title>{title}</title><link>https://a.example/{n}?utm_source=rss</link>'
    '<guid isPermaLink="false">{guid}</guid>'
    "<pubDate>Mon, 05 Jan 2026 10:00:00 GMT</pubDate><description>Words</description></item>"
)


def rss(*entries: str) -> str:
    """A feed with these items."""
    head = '<rss version="2.0"><channel><title>News</title><link>https://a.example/</link><language>en-GB</language>'
    return f"{head}{''.join(entries)}</channel></rss>"


@pytest.fixture
def page() -> bytes:
    """A page with an article."""
    site = Site(base="https://a.example")
    site.publish(1)
    return site.html(site.items[0]).encode()


# --- parse -----------------------------------------------------------------------------------------------------------


async def test_parse_shows_feeds_with_the_identity_of_their_entries(user: User) -> None:
    """An entry that a document shows twice has one key; what shows nothing has none."""
    one, two = ENTRY.format(title="One", n=1, guid="g1"), ENTRY.format(title="Two", n=2, guid="")
    (user.folder / "feed.xml").write_text(rss(one, two, one, "<item><category>x</category></item>"))
    (row,) = (await user("parse", "feed.xml")).rows

    assert (row["file"], row["outcome"]) == ("feed.xml", "ok")
    feed = row["feed"]
    assert (feed["title"], feed["url"], feed["language"]) == ("News", "https://a.example/", "en-GB")
    keys = [entry["key"] for entry in row["entries"]]
    assert keys == ["guid:g1", "link:https://a.example/2", "guid:g1", None]
    entry = row["entries"][0]
    assert next(iter(entry)) == "key"
    assert {"url", "title", "authors", "published", "updated", "summary", "content"} <= set(entry)
    assert (entry["title"], entry["published"]) == ("One", "2026-01-05T10:00:00+00:00")


async def test_parse_keeps_the_order_and_goes_on_after_a_failure(user: User) -> None:
    (user.folder / "feed.xml").write_text(rss(ENTRY.format(title="One", n=1, guid="g1")))
    (user.folder / "feed.xml.gz").write_bytes(gzip.compress((user.folder / "feed.xml").read_bytes()))
    (user.folder / "page.html").write_text("<html><body>No feed</body></html>")
    (user.folder / "empty.xml").touch()
    (user.folder / "cut.gz").write_bytes(gzip.compress(b"x" * 1000)[:-9])
    (user.folder / "bomb.gz").write_bytes(gzip.compress(bytes(40 * 2**20)))
    files = ["page.html", "feed.xml", "missing.xml", "empty.xml", "feed.xml.gz", "cut.gz", "bomb.gz", "."]
    done = await user("parse", *files)

    assert (done.code, done.err) == (0, "")
    assert [(row["file"], row["outcome"]) for row in done.rows] == [
        ("page.html", "not-a-feed"), ("feed.xml", "ok"), ("missing.xml", "unusable"), ("empty.xml", "not-a-feed"),
        ("feed.xml.gz", "ok"), ("cut.gz", "unusable"), ("bomb.gz", "unusable"), (".", "unusable"),
    ]  # fmt: skip
    failed = [row for row in done.rows if row["outcome"] != "ok"]
    assert all(set(row) == {"file", "outcome", "reason"} and row["reason"] for row in failed)
    assert done.rows[1]["entries"] == done.rows[4]["entries"]


# --- extract ---------------------------------------------------------------------------------------------------------


async def test_extract_shows_text_and_metadata(user: User, page: bytes) -> None:
    (user.folder / "page.html").write_bytes(page)
    (row,) = (await user("extract", "page.html", "--url", "https://a.example/news/0.html")).rows

    assert {"id", "title", "authors", "published", "language", "canonical_url", "image", "site", "text"} <= set(row)
    assert (row["id"], row["outcome"], row["language"]) == ("page.html", "ok", "en")
    assert row["title"] == "North Korea and Russia sign a treaty, part 0"
    assert row["published"] == "2026-01-05T10:00:00+00:00"
    assert row["canonical_url"] == "https://a.example/news/0.html"
    assert row["text"].startswith("North Korea and Russia sign a treaty. ")


async def test_extract_reads_a_list_whose_paths_belong_to_it(user: User, page: bytes) -> None:
    folder = user.folder / "pages"
    folder.mkdir()
    (folder / "page.html.gz").write_bytes(gzip.compress(page))
    (user.folder / "page.html").write_bytes(page)
    rows = [
        {"id": 7, "path": "page.html.gz", "url": "https://a.example/news/0.html"},
        {"id": "none", "path": "missing.html", "url": "https://a.example/"},
        {"id": "absolute", "path": str(user.folder / "page.html")},
        {"id": "no-path"},
    ]
    (folder / "list.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows) + "\nnonsense\n")
    done = await user("extract", "--list", "pages/list.jsonl")

    assert (done.code, done.err) == (0, "")
    assert [(row["id"], row["outcome"]) for row in done.rows] == [
        (7, "ok"), ("none", "unusable"), ("absolute", "ok"), ("no-path", "unusable"),
        ("pages/list.jsonl:6", "unusable"),
    ]  # fmt: skip
    assert all(set(row) == {"id", "outcome", "reason"} for row in done.rows if row["outcome"] != "ok")


async def test_extract_tells_a_page_without_an_article(user: User) -> None:
    (user.folder / "page.html").write_text("<html><body><p>Hi.</p></body></html>")
    (row,) = (await user("extract", "page.html")).rows

    assert row == {"id": "page.html", "outcome": "no-article", "reason": "no article text found"}


async def test_nothing_to_work_on_is_a_mistake(user: User) -> None:
    user.write()
    for done in await asyncio.gather(user("parse"), user("extract"), user("match"), user("match", "missing.jsonl")):
        assert (done.code, done.out) == (2, "")
        assert done.err


# --- match -----------------------------------------------------------------------------------------------------------


async def test_match_shows_topics_and_where(user: User) -> None:
    user.write(keyword="Korea")
    lines = [
        json.dumps({"id": 1, "lang": "en", "title": "On Korea", "text": "None"}),
        "[]",
        json.dumps({"id": 2, "title": None, "text": "Nothing"}),
    ]
    (user.folder / "articles.jsonl").write_text("\n".join(lines))
    done, direct = await asyncio.gather(user("match", "articles.jsonl"), user("match", "--text", "Korea"))

    evidence = {"topic": "korea", "term": "Korea", "field": "title", "words": "Korea", "start": 3, "end": 8}
    evidence |= {"rule": "keywords", "language": "en"}
    assert done.code == 0
    assert done.rows[0] == {"id": 1, "topics": ["korea"], "evidence": [evidence]}
    assert (done.rows[1]["id"], done.rows[1]["outcome"]) == ("articles.jsonl:2", "unusable")
    assert done.rows[2] == {"id": 2, "topics": [], "evidence": []}
    assert direct.rows[0]["topics"] == ["korea"]


async def test_match_knows_where_articles_come_from_and_says_why(user: User) -> None:
    (user.folder / "feeds.yaml").write_text(
        "topics:\n- {key: agencies, keywords: [Korea], where: {labels: agency, countries: KR, languages: ko}}\n"
        "- {key: like, similar: 0.4}\n"
        "feeds:\n- {key: yonhap, url: 'http://example.org/', labels: [agency], country: KR, language: ko}\n"
    )
    lines = [
        {"id": 1, "title": "Korea", "feed": "yonhap"},
        {"id": 2, "title": "Korea", "labels": ["agency", 3], "country": "KR", "lang": "ko", "similarity": 0.5},
        {"id": 3, "title": "Korea", "feed": "gone"},
    ]
    (user.folder / "articles.jsonl").write_text("\n".join(map(json.dumps, lines)))
    done, direct = await asyncio.gather(
        user("match", "articles.jsonl", "--why"), user("match", "--title", "Korea", "--lang", "en", "--why")
    )

    assert [row["topics"] for row in done.rows] == [["agencies"], ["agencies", "like"], []]
    assert done.rows[0]["why"]["agencies"] == '"Korea" stands in the title (keywords)'
    assert done.rows[2]["why"]["agencies"] == "its feed is labelled nothing, not agency"
    assert direct.rows[0]["why"] == {
        "agencies": "its feed is labelled nothing, not agency",
        "like": "its similarity to the corpus is not known",
    }


async def test_what_extract_prints_is_what_match_reads(user: User, page: bytes) -> None:
    """Packed or not."""
    user.write()
    (user.folder / "page.html").write_bytes(page)
    (user.folder / "articles.jsonl.gz").write_bytes(gzip.compress((await user("extract", "page.html")).out.encode()))
    (row,) = (await user("match", "articles.jsonl.gz")).rows

    assert (row["id"], row["topics"]) == ("page.html", ["korea"])


# --- group -----------------------------------------------------------------------------------------------------------

ARTICLES = (
    {"id": "a1", "lang": "en", "title": "Ferry Aurora sinks off Lindholm", "published": "2024-03-01T08:00:00Z",
     "text": "The ferry Aurora sank off Lindholm on Friday. The coast guard rescued 48 passengers, captain Ove Brandt said."},
    {"id": "b1", "lang": "en", "title": "Mango growers block highway near Piura", "published": "2024-03-01T09:00:00Z",
     "text": "Growers parked 30 trucks on the highway near Piura. Their leader Rosa Chunga wants the ministry to buy the crop."},
    {"id": "a2", "lang": "en", "title": "48 rescued as ferry sinks near Lindholm", "published": "2024-03-01T10:00:00Z",
     "text": "All 48 passengers of the ferry Aurora were saved when it went down near Lindholm, said Ove Brandt, its captain."},
)  # fmt: skip


async def test_group_shows_the_story_of_each_article(user: User) -> None:
    (user.folder / "articles.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ARTICLES) + "no object\n")
    result = await user("group", "articles.jsonl")

    assert result.code == 0
    assert result.out.splitlines() == ["a1\t1", "b1\t2", "a2\t1"]
    assert "articles.jsonl:4" in result.err


async def test_group_says_why(user: User) -> None:
    (user.folder / "articles.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ARTICLES))
    first, _, last = (await user("group", "--why", "articles.jsonl")).rows

    assert (first["id"], first["story"], first["evidence"]) == ("a1", 1, None)
    assert (last["id"], last["story"], last["evidence"]["nearest"]) == ("a2", 1, "a1")
    assert "Lindholm" in last["evidence"]["names"]
    assert last["evidence"]["numbers"] == ["48"]
    assert (last["evidence"]["hours"], last["evidence"]["copy_of"]) == (2.0, None)
