"""Which claim wins: the page's before the feed's, but for the dates, and the text's own language before both."""

from __future__ import annotations

import time
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.draft import EXCERPT, excerpt, from_feed, from_page, has_full_text, revised, urn, with_standfirst
from collector.model import ArticleDraft, Enclosure, Extraction, ParsedEntry, PendingEntry, TextSource

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
SEEN = NOW - timedelta(hours=1)
MORNING = datetime(2026, 3, 4, 6, 30, tzinfo=UTC)
DAY = datetime(2026, 3, 4, tzinfo=UTC)

ENGLISH = "The foreign ministers of both countries signed a treaty in the capital on Wednesday morning, officials said."
RUSSIAN = "Министры иностранных дел обеих стран подписали в среду утром договор в столице, сообщили представители."


def pending(feed_language: str | None = None, **entry: object) -> PendingEntry:
    """An entry as its feed shows it."""
    told = {"url": "https://a.example/1", "title": "Feed title", "summary": f"<p>{ENGLISH}</p>"}
    return PendingEntry(
        id=1, feed_id=1, feed_key="a", feed_title="A News", feed_language=feed_language, key="guid:1",
        canonical_url="https://a.example/1", entry=ParsedEntry(**(told | entry)), first_seen_at=SEEN, attempts=0,
    )  # fmt: skip


def drafted(entry: PendingEntry, **page: object) -> ArticleDraft:
    """The article, with a page that says this."""
    extraction = Extraction(**({"text": ENGLISH} | page))
    return from_page(entry, extraction, "https://a.example/canonical", "https://a.example/landed", NOW)


# --- the feed alone --------------------------------------------------------------------------------------------------


def test_what_the_feed_tells_is_kept_as_text_with_who_said_it() -> None:
    file = Enclosure(url="https://a.example/1.mp3")
    entry = pending(
        authors=("Ann Lee",), published_at=MORNING, image="https://a.example/1.jpg", enclosures=(file,),
        content=f"<p>{ENGLISH}</p><p>More &amp; more.</p>",
    )  # fmt: skip
    draft = from_feed(entry, NOW)

    assert (draft.title, draft.text) == ("Feed title", f"{ENGLISH}\nMore & more.")
    assert draft.summary == ENGLISH
    assert (draft.authors, draft.published_at, draft.enclosures) == (("Ann Lee",), MORNING, (file,))
    assert (draft.canonical_url, draft.url, draft.site) == ("https://a.example/1", "https://a.example/1", "A News")
    assert (draft.text_source, draft.first_seen_at) == (TextSource.FEED, SEEN)
    assert {draft.sources[name] for name in ("title", "text", "authors", "published", "image")} == {"feed"}


def test_what_nobody_told_stays_empty() -> None:
    draft = from_feed(pending(), NOW)

    assert (draft.authors, draft.published_at, draft.updated_at, draft.image) == ((), None, None, None)
    assert "published" not in draft.sources


def test_the_longer_of_summary_and_content_is_the_text() -> None:
    draft = from_feed(pending(content="<p>Short.</p>"), NOW)

    assert draft.text == ENGLISH


def test_an_entry_without_a_title_is_named_by_its_first_words() -> None:
    draft = from_feed(pending(title=""), NOW)

    assert ENGLISH.startswith(draft.title.removesuffix("…"))
    assert 60 < len(draft.title) <= 121


def test_an_article_without_an_address_has_a_lasting_name() -> None:
    """It depends on feed and entry alone."""
    entry = replace(pending(url=None), canonical_url=None)

    assert from_feed(entry, NOW).canonical_url == urn(entry) == urn(replace(entry, id=2, attempts=3))
    assert urn(entry) != urn(replace(entry, key="guid:2"))
    assert urn(entry) != urn(replace(entry, feed_key="b"))
    assert uuid.UUID(urn(entry)).version == 5


# --- feed and page ---------------------------------------------------------------------------------------------------


def test_the_page_is_believed_before_the_feed() -> None:
    draft = drafted(
        pending(authors=("Feed",), image="https://a.example/feed.jpg", published_at=MORNING),
        title="Page title", authors=("Page",), image="https://a.example/page.jpg", site="Page News",
        published_at=MORNING + timedelta(minutes=1), sources={"title": "json-ld", "text": "trafilatura"},
    )  # fmt: skip

    assert (draft.title, draft.authors, draft.image) == ("Page title", ("Page",), "https://a.example/page.jpg")
    assert (draft.site, draft.text, draft.text_source) == ("Page News", ENGLISH, TextSource.PAGE)
    assert draft.published_at == MORNING + timedelta(minutes=1)
    assert (draft.canonical_url, draft.url) == ("https://a.example/canonical", "https://a.example/landed")
    assert (draft.sources["title"], draft.sources["text"]) == ("json-ld", "trafilatura")


def test_the_feed_fills_in_what_the_page_leaves_out() -> None:
    draft = drafted(pending(authors=("Feed",), image="https://a.example/feed.jpg", published_at=MORNING))

    assert (draft.title, draft.authors, draft.image) == ("Feed title", ("Feed",), "https://a.example/feed.jpg")
    assert (draft.site, draft.published_at, draft.sources["published"]) == ("A News", MORNING, "feed")


@pytest.mark.parametrize(
    ("feed", "page", "is_day", "expected"),
    [
        (MORNING, DAY, True, (MORNING, False)),  # a time of day says more than a day
        (MORNING, MORNING + timedelta(hours=1), False, (MORNING + timedelta(hours=1), False)),
        (None, DAY, True, (DAY, True)),
        (MORNING, None, False, (MORNING, False)),
        (MORNING, NOW + timedelta(days=3), False, (MORNING, False)),  # a date to come is no claim
        (NOW + timedelta(days=3), None, False, (None, False)),
        (NOW + timedelta(hours=20), None, False, (NOW + timedelta(hours=20), False)),  # a time zone may explain it
    ],
)
def test_of_two_dates_the_more_exact_one_counts(
    feed: datetime | None, page: datetime | None, is_day: bool, expected: tuple[datetime | None, bool]
) -> None:
    draft = drafted(pending(published_at=feed), published_at=page, published_is_day=is_day)

    assert (draft.published_at, draft.published_is_day) == expected


def test_an_entry_that_only_says_when_it_was_updated_is_dated_by_that() -> None:
    assert from_feed(pending(updated_at=MORNING), NOW).published_at == MORNING


@pytest.mark.parametrize(
    ("text", "page", "entry", "feed", "expected"),
    [
        (RUSSIAN, "en", "en", "en", ("ru", "text")),  # templates keep the language of their makers
        ("DPRK", "ko-KR", "en", "en", ("ko", "page")),
        ("DPRK", None, "ko-KR", "en", ("ko", "entry")),
        ("DPRK", None, None, "ko-KR", ("ko", "feed")),
        ("DPRK", None, None, None, (None, "unknown")),
    ],
)
def test_the_text_tells_its_language_where_it_is_long_enough(
    text: str, page: str | None, entry: str | None, feed: str | None, expected: tuple[str | None, str]
) -> None:
    told = pending(feed, title="DPRK", summary=text, language=entry)
    draft = drafted(told, text=text, language=page)

    assert (draft.language, draft.sources["language"]) == expected


# --- is the page needed? ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "summary", "hint", "expected"),
    [
        (ENGLISH * 12, "A summary.", None, True),
        (ENGLISH * 12, ENGLISH * 12, None, False),  # content that says no more than the summary is a summary
        (ENGLISH * 5, "A summary.", None, False),  # too short to be sure
        (ENGLISH * 12 + " … Read more", "A summary.", None, False),
        (ENGLISH * 12 + "<p>[...]</p>", "A summary.", None, False),
        (RUSSIAN * 12 + " Читать далее »", "A summary.", None, False),
        ("", ENGLISH * 12, None, False),
        ("Short.", "", True, True),  # the user knows better
        ("", "Short.", True, True),  # whichever element the feed carries it in
        ("<img src='x'>", "", True, False),
        (ENGLISH * 12, "", False, False),
    ],
)
def test_a_feed_with_whole_articles_is_known_by_their_length_and_end(
    content: str, summary: str, hint: bool | None, expected: bool
) -> None:
    assert has_full_text(pending(content=content, summary=summary), hint) is expected


def test_the_end_of_a_text_is_looked_at_in_no_time() -> None:
    """However many dots a stranger writes."""
    started = time.process_time()
    assert has_full_text(pending(content="." * 400_000 + "x"), None)

    assert time.process_time() - started < 1


# --- excerpts --------------------------------------------------------------------------------------------------------


def test_an_excerpt_ends_between_words() -> None:
    assert excerpt("One two three", 13) == "One two three"
    assert excerpt("One two, three", 9) == "One two…"
    assert excerpt("북한이" * 10, 9) == "북한이" * 3 + "…"


@given(st.text())
def test_an_excerpt_is_one_short_line_that_the_text_begins_with(text: str) -> None:
    short = excerpt(text)
    line = " ".join(text.split())

    assert len(short) <= EXCERPT + 1
    assert line.startswith(short.removesuffix("…"))


def test_a_standfirst_is_the_first_paragraph_and_the_summary_where_the_feed_has_none() -> None:
    page = with_standfirst(
        Extraction(text="It was signed today.", html="<p>It was signed today.</p>", summary="Two & more agree.")
    )
    draft = from_page(pending(summary=""), page, "https://a.example/1", "https://a.example/1", NOW)

    assert draft.text == "Two & more agree.\nIt was signed today."
    assert draft.html == "<p>Two &amp; more agree.</p>\n<p>It was signed today.</p>"
    assert draft.summary == "Two & more agree."
    bare = Extraction(text="It was signed today.")
    assert with_standfirst(bare) is bare


@pytest.mark.parametrize(("told", "summary"), [("", "Three agree."), (f"<p>{ENGLISH}</p>", ENGLISH)])
def test_a_summary_from_the_page_is_revised_with_it_and_the_feed_s_stays(told: str, summary: str) -> None:
    pages = [with_standfirst(Extraction(text=ENGLISH, summary=words)) for words in ("Two agree.", "Three agree.")]
    draft = from_page(pending(summary=told), pages[0], "https://a.example/1", "https://a.example/1", NOW)
    later = revised(draft, pages[1], NOW)

    assert later.text == f"Three agree.\n{ENGLISH}"
    assert later.summary == summary
