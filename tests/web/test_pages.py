"""The pages for people: everything that is to be seen is there, and nothing in it is markup of a stranger."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta

import html5lib
import pytest

from collector.model import FeedStatus, PollOutcome
from collector.web import Health
from collector.web.pages import STATES, problems_first, worth_showing
from tests.watch import NOW


def parsed(answer):
    """The page as a browser understands it; the page must hold to HTML's rules."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(answer.text)


def text_of(node) -> str:
    return " ".join(" ".join(node.itertext()).split())


def rows(page) -> dict[str, str]:
    """The feeds of the table: title to everything that its row says, in the order of the table."""
    found = {}
    for row in page.iterfind(".//tbody/tr"):
        found[text_of(row.find("th/span"))] = text_of(row)
    return found


def a_feed(key: str, state: str = "ok", **details) -> FeedStatus:
    told = dict.fromkeys(each.name for each in fields(FeedStatus)) | {
        "url": f"https://{key}.example/rss", "title": key.title(), "last_reason": "", "interval": 0.0,
        "failures": 0, "entries": 0, "kept": 0, "gap_count": 0,
    }  # fmt: skip
    return FeedStatus(**(told | {"key": key, "state": state} | details))


def test_the_front_page_shows_topics_articles_and_feeds(site):
    """Counts, links to every format, titles that link out, words that matched, and times."""
    site.watch.keep(3, "north-korea", "russia")
    site.watch.keep(50, "russia", title="Отчёт", url=None)
    page = parsed(site.get("/"))
    said = text_of(page)

    assert [text_of(heading) for heading in page.iterfind(".//h2")] == ["Topics", "Newest articles", "Feeds"]
    assert "North Korea 1 article " in said
    assert "Russia & CIS 2 articles" in said
    links = {link.get("href") for link in page.iterfind(".//a")}
    assert {f"./topics/russia.{suffix}" for suffix in ("xml", "atom", "json")} <= links
    (article,) = (link for link in page.iterfind(".//h3/a"))
    assert (article.get("href"), text_of(article)) == ("https://alpha.example/3", "Report 3")
    assert {"noopener", "noreferrer"} <= set(article.get("rel").split())
    assert "Alpha News 3 hours ago North Korea Russia & CIS matched Pyongyang Москва" in said
    assert "Отчёт" in said
    assert list(rows(page)) == ["Alpha News", "Бета"]


def test_readers_find_the_feeds_from_the_page(site):
    """Autodiscovery, for all and for each topic."""
    page = parsed(site.get("/"))
    links = page.iterfind(".//link[@rel='alternate']")
    found = {link.get("href"): link.get("type") for link in links}
    assert found["./feed.xml"] == "application/rss+xml"
    assert found["./topics/russia.atom"] == "application/atom+xml"
    assert found["./feed.json"] == "application/feed+json"


def test_a_feed_says_how_it_is(site):
    """State, last error in words, last and next poll, gaps."""
    reason = "the name beta.example has no address"
    site.watch.polled("beta", PollOutcome.FAILED, reason, failures=3, gap_count=2)
    site.watch.polled("alpha", PollOutcome.UNCHANGED)
    page = parsed(site.get("/"))
    found = rows(page)

    assert list(found) == ["Бета", "Alpha News"]
    assert f"failing 3 times {reason}" in found["Бета"]
    assert "May have missed entries 2 times" in found["Бета"]
    assert "5 minutes ago" in found["Alpha News"]
    assert "in 25 minutes every 30 minutes" in found["Alpha News"]
    exactly = {text_of(time): time.get("title") for time in page.iterfind(".//tbody//time")}
    assert exactly["in 25 minutes"] == "2026-03-04 12:25:00 UTC"


def test_a_feed_that_is_overdue_is_due(site):
    """Not "due in the past"."""
    assert "due" in rows(parsed(site.get("/")))["Alpha News"].split()


def test_a_service_that_stalls_is_seen_on_the_page(site):
    """Not only by machines."""
    site.health = Health(ok=False, detail={"scheduler": "stalled", "last_tick": "long ago"})
    said = text_of(parsed(site.get("/")).find(".//div[@role='alert']"))
    assert "not doing its work" in said
    assert "last tick" in said


def test_what_strangers_wrote_is_text(site):
    """Titles, sources, terms, reasons: no markup, no address but http(s)."""
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    site.watch.keep(1, title=evil, url="javascript:alert(1)", site=evil, language='en" onload="x')
    site.watch.polled("beta", PollOutcome.FAILED, evil, failures=1)
    for path in ("/", "/feeds"):
        page = parsed(site.get(path))
        assert page.find(".//script") is None
        assert {image.get("src") for image in page.iterfind(".//img")} == {"./static/icon.svg"}
        assert not [name for node in page.iter() for name in node.attrib if name.startswith("on")]
        for link in page.iterfind(".//a"):
            assert link.get("href").startswith(("http://", "https://", "./", "#")), link.get("href")
        assert evil in "".join(page.itertext())


@pytest.mark.parametrize("path", ["/", "/feeds", "/nothing", "/feed.xml", "/health", "/static/style.css"])
def test_every_answer_ties_the_browser_down(shown, path):
    """No scripts, no frames, no guessing of types, no telling where one comes from."""
    headers = shown.get(path, accept="text/html").headers
    policy = dict(rule.split(" ", 1) for rule in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert "script-src" not in policy
    assert not any("unsafe" in sources or "*" in sources for sources in policy.values())
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_a_forged_host_reaches_no_output(shown):
    """Links come from the configuration."""
    for path in ("/", "/feed.xml", "/feeds", "/nothing", "/opml"):
        for host in ("evil.example", "[", "a b", "evil.example/<script>"):
            answer = shown.get(path, host=host, x_forwarded_host="evil.example", accept="text/html")
            assert answer.status in (200, 400, 404)
            assert b"evil.example" not in answer.body + str(answer.headers).encode()


def test_an_error_is_a_page_for_a_browser_and_a_line_for_a_tool(shown):
    """Each gets what it can read; what was asked for is not markup."""
    page = shown.get("/topics/%3Cscript%3E.xml", accept="text/html,*/*")
    assert (page.status, page.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "<script>" not in page.text
    assert parsed(page).find(".//link[@rel='stylesheet']").get("href") == "../static/style.css"
    line = shown.get("/nothing")
    assert line.text == "404 Not Found: there is nothing at this address\n"


def test_only_reading_is_possible(shown):
    """Every other method is 405 with those that are allowed."""
    for method in ("POST", "PUT", "DELETE"):
        answer = shown.get("/feed.xml", method=method)
        assert answer.status == 405
        assert answer.text == "405 Method Not Allowed: this address can only be read\n"
        assert "GET" in answer.headers["Allow"]


def test_a_database_that_does_not_answer_is_503(site):
    """Without a word of what is behind it."""
    site.watch.store.close()
    (site.watch.file.parent / "collector.sqlite3").write_bytes(b"no database" * 1000)
    for path in ("/", "/feed.xml", "/feeds"):
        answer = site.get(path)
        assert answer.status == 503
        assert answer.text == "503 Service Unavailable: the database does not answer at the moment\n"
        assert answer.headers["Retry-After"] == "10"
    assert site.get("/health").status == 200


def test_an_unexpected_error_tells_nothing(site, monkeypatch):
    """500, safe headers, no traceback."""
    monkeypatch.setattr(site.watch, "config", None)
    answer = site.get("/feed.xml")
    assert answer.status == 500
    assert answer.text == "500 Internal Server Error: something went wrong; the log says what\n"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_an_empty_start_says_what_to_do(site):
    """No topics, no feeds, no articles."""
    site.watch.write("topics: []\nfeeds: []\n")
    said = text_of(parsed(site.get("/")))
    assert "No topics yet" in said
    assert "No feeds yet: run collector add URL" in said
    assert "Nothing has matched yet." in said


# --- which feeds --------------------------------------------------------------------------------------------


def test_feeds_with_a_problem_come_first():
    """In the order of states, then by title."""
    feeds = [a_feed("b"), a_feed("a"), *(a_feed(state, state) for state in reversed(STATES) if state != "ok")]
    assert [feed.key for feed in problems_first(feeds)] == [
        "failing", "gone", "waiting", "new", "a", "b", "removed",
    ]  # fmt: skip


def test_the_front_page_of_thousands_of_feeds_shows_those_with_a_problem():
    """And not all of them, when all are failing."""
    many = [a_feed(f"f{number}") for number in range(5000)]
    assert worth_showing(many) == []
    assert worth_showing([*many, a_feed("x", "failing")]) == [a_feed("x", "failing")]
    assert len(worth_showing([a_feed(f"f{number}", "failing") for number in range(5000)])) == 500
    assert worth_showing([a_feed("a", "removed"), a_feed("b")]) == [a_feed("b")]


def test_all_feeds_are_paged_and_sorted_by_state(site):
    """A page of 100, links to the next, a filter that counts."""
    feeds = "".join(f"  - {{url: 'https://site-{n}.example/rss', key: site-{n:03}}}\n" for n in range(250))
    site.watch.edit("settings:", f"{feeds}settings:")
    site.watch.polled("site-100", PollOutcome.FAILED, "down", failures=1)

    pages = [parsed(site.get(f"/feeds?page={number}")) for number in (1, 2, 3)]
    shown = [title for page in pages for title in rows(page)]
    assert shown[0] == "site-100"
    assert len(shown) == len(set(shown)) == 252
    assert pages[0].find(".//a[@rel='next']").get("href") == "./feeds?page=2"
    assert pages[2].find(".//a[@rel='next']") is None
    assert list(rows(parsed(site.get("/feeds?state=failing")))) == ["site-100"]
    front = parsed(site.get("/"))
    assert list(rows(front)) == shown


@pytest.mark.parametrize(
    ("query", "status"),
    [("page=0", 400), ("page=x", 400), ("state=odd", 400), ("sort=a", 400), ("page=9", 404)],
)
def test_a_wrong_page_is_said(shown, query, status):
    """As for channels."""
    assert shown.get(f"/feeds?{query}").status == status


def test_a_removed_feed_stays_in_the_list_of_all(site):
    """Its articles do, too."""
    site.watch.edit("  - {url: https://beta.example/rss, key: beta, name: Бета}\n", "")
    assert list(rows(parsed(site.get("/")))) == ["Alpha News"]
    assert "removed" in rows(parsed(site.get("/feeds")))["Бета"]


def test_times_are_relative_to_the_clock_that_was_given(site):
    """And absolute for who wants to know."""
    site.watch.keep(0, title="Now", first_seen_at=NOW, published_at=NOW - timedelta(days=3))
    page = parsed(site.get("/"))
    time = page.find(".//ol//time")
    assert (text_of(time), time.get("datetime")) == ("3 days ago", "2026-03-01T12:00:00+00:00")
