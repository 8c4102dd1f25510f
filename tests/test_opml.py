"""Lists of feeds come in from wherever readers have them, and go out so that readers take them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.config import FeedConfig
from collector.errors import ConfigError, Problem
from collector.publish.opml import MAX_BYTES, OpmlFeed, read_opml, render_opml

CASES = Path(__file__).parent / "data" / "opml"
GOLDEN = """<?xml version='1.0' encoding='utf-8'?>
<opml version="2.0">
  <head>
    <title>News &amp; more</title>
  </head>
  <body>
    <outline type="rss" text="조선 &lt;1&gt;" title="조선 &lt;1&gt;" \
xmlUrl="https://example.org/?a=1&amp;b=2" language="ko" category="state-media,agency" />
    <outline type="rss" text="https://example.org/2" title="https://example.org/2" \
xmlUrl="https://example.org/2" />
  </body>
</opml>
"""


def outlines(body: str) -> bytes:
    return f"<opml version='2.0'><body>{body}</body></opml>".encode()


def test_feeds_are_rendered_with_what_readers_know() -> None:
    """One outline a feed; labels are categories; a feed without a name shows its address."""
    feeds = [
        FeedConfig(
            url="https://example.org/?a=1&b=2",
            name="조선 <1>",
            language="ko",
            labels=("state-media", "agency"),
        ),
        FeedConfig(url="https://example.org/2", credentials="${SECRET}"),
    ]
    assert render_opml("News & more", feeds).decode() == GOLDEN


def test_folders_categories_and_titles_are_read() -> None:
    """Folders become labels, attribute names may have any case, a feed in two folders is one feed."""
    passed_over: list[Problem] = []
    feeds = read_opml((CASES / "folders.opml").read_bytes(), "folders.opml", passed_over)
    assert feeds == [
        OpmlFeed(
            url="https://example.org/one?a=1&b=2", title="첫째", labels=("World", "Asia East"), language="ko"
        ),
        OpmlFeed(
            url="https://example.org/two",
            title="Second",
            labels=("news", "politics", "daily", "World", "Again under another folder"),
            language="en-US",
        ),
        OpmlFeed(url="http://example.org/three", title="Old scheme"),
        OpmlFeed(url="https://example.org/four"),
    ]
    assert [str(problem) for problem in passed_over] == [
        'folders.opml: expected an address that starts with http:// or https://, found "javascript:alert(1)"'
    ]


@given(
    st.lists(
        st.builds(
            FeedConfig,
            url=st.integers().map("https://example.org/{}".format),
            name=st.none() | st.text(st.characters(codec="utf-8"), min_size=1, max_size=20).filter(str.strip),
            language=st.sampled_from([None, "ko", "pt-BR"]),
            labels=st.lists(st.from_regex(r"[a-z][a-z -]{0,9}[a-z]", fullmatch=True), max_size=3).map(tuple),
        ),
        unique_by=lambda feed: feed.url,
        max_size=5,
    )
)
def test_what_is_rendered_is_read_back(feeds: list[FeedConfig]) -> None:
    """Address, language and labels survive, and every name as far as XML can hold it."""
    found = read_opml(render_opml("Mine", feeds))
    assert [(feed.url, feed.language) for feed in found] == [(feed.url, feed.language) for feed in feeds]
    for read, rendered in zip(found, feeds, strict=True):
        assert read.labels == tuple(dict.fromkeys(" ".join(label.split()) for label in rendered.labels))
        if rendered.name and rendered.name.isprintable():
            assert read.title == " ".join(rendered.name.split())


def test_a_text_of_addresses_is_a_list_too() -> None:
    """One address a line; what is none is left out with its line."""
    passed_over: list[Problem] = []
    text = b"\xef\xbb\xbf# mine\r\nhttps://example.org/a\r\n\r\nsomething else\r\nhttps://example.org/b\r\n"
    assert [feed.url for feed in read_opml(text, "list.txt", passed_over)] == [
        "https://example.org/a",
        "https://example.org/b",
    ]
    assert [(problem.file, problem.line) for problem in passed_over] == [("list.txt", 4)]


@pytest.mark.parametrize("encoding", ["windows-1251", "koi8-r", "utf-8", "utf-8-sig", "utf-16"])
def test_the_encoding_is_the_declared_one(encoding: str) -> None:
    """Old exports are read in the letters that they were written in."""
    name = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{name}"?><opml><body><outline text="ТАСС" xmlUrl="http://a.b"/></body></opml>'
    assert read_opml(text.encode(encoding))[0].title == "ТАСС"


def test_markup_that_is_no_xml_is_read_as_far_as_it_goes() -> None:
    """A bare ampersand and a stray end tag cost nothing."""
    (feed,) = read_opml(outlines('</outline><outline text=A&B xmlUrl="http://a.b/?x=1&y=2">'))
    assert (feed.url, feed.title) == ("http://a.b/?x=1&y=2", "A&B")


def test_titles_and_messages_move_no_cursor() -> None:
    """What a terminal or a line would obey is taken out of titles, labels, and addresses that are complained of."""
    passed_over: list[Problem] = []
    title = "a&#27;[2J&#x202e;&#10;b"
    (feed,) = read_opml(
        outlines(f'<outline text="{title}"><outline text="{title}" xmlUrl="http://a.b"/></outline>'
                 '<outline xmlUrl="x:&#27;[2J"/>'),
        passed_over=passed_over,
    )  # fmt: skip
    for text in (feed.title, *feed.labels, str(passed_over[0])):
        assert text.isprintable()


def test_an_empty_list_is_a_list() -> None:
    """There is nothing to add, and nothing wrong."""
    assert read_opml(outlines("")) == []


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<!DOCTYPE opml [<!ENTITY a 'b'>]>\n<opml/>", "OPML:1:1: a document type or entity"),
        (b"\n<opml><body><!entity x></body></opml>", "OPML:2:1: a document type or entity"),
        (outlines("<outline text='f'>" * 10_000), "nested deeper"),
        (outlines("<div>" * 10_000 + "<outline text='f'>" * 40), "nested deeper"),
        (b"<html><body>Hello</body></html>", "expected OPML"),
        (b"<rss version='2.0'><channel/></rss>", "expected OPML"),
        (b"just\nwords", "OPML:1:1: expected an address"),
        (outlines("<outline xmlUrl='ftp://a.b'/>"), "expected an address"),
        (b"<opml><body><outline xmlUrl='http://a.b'/><outline xmlUrl='http://b.c", "cut short"),
        (b"<opml><body><outline xmlUrl='http://a.b'/>", "cut short"),
        (b"http://a.b\n" * 60_000, "more than 50,000 feeds"),
        (outlines("<outline xmlUrl='http://a.b'/>" * 101_000), "more than 50,000 feeds"),
        (outlines("").decode().encode("utf-32"), "UTF-32"),
        (b"http://a.b\n\xff", "OPML:2:1: the list is not written in utf-8"),
        (b"<?xml version='1.0' encoding='rot13'?><opml/>", "unknown encoding, rot13"),
        (b"<?xml version='1.0' encoding='cp99999'?><opml/>", "unknown encoding, cp99999"),
        (b" " * (MAX_BYTES + 1), "larger than"),
    ],
)
def test_what_cannot_be_a_list_is_refused_with_a_reason(data: bytes, message: str) -> None:
    """The error says what is wrong, and where if that is known; nothing is expanded or followed."""
    with pytest.raises(ConfigError, match=message):
        read_opml(data)


@given(
    st.binary(max_size=100)
    | st.text('<>/="opmlutinexURL &;!?- ', max_size=100).map(lambda text: text.encode())
)
def test_no_bytes_lead_to_anything_but_feeds_or_a_config_error(data: bytes) -> None:
    """Whatever is imported, the caller needs to catch one exception."""
    for content in (data, outlines("") + data, b"<opml>" + data):
        try:
            read_opml(content)
        except ConfigError as error:
            assert error.problems


@pytest.mark.shared
def test_hostile_lists_are_read_or_refused_at_once(shared: Path) -> None:
    """The bomb and the nest are refused; four spellings of one address are one feed."""
    start = time.monotonic()
    counts = {}
    for path in sorted((shared / "hostile" / "payloads" / "opml").iterdir()):
        try:
            counts[path.stem] = len(read_opml(path.read_bytes(), path.name))
        except ConfigError:
            counts[path.stem] = -1
    assert counts == {"bomb": -1, "dups_case": 1, "nested_10k": -1}
    assert time.monotonic() - start < 1
