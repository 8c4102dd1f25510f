"""What goes out: golden bytes for every format, the rules of each, and the way back through a feed reader.

`python tests/test_publish.py` writes the golden files anew, for a person to look at what changed.
"""

from __future__ import annotations

import io
import json
import random
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import feedparser
import html5lib
import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from pydantic import TypeAdapter

from collector.errors import ParseError
from collector.model import Channel, ChannelItem, Enclosure, Report, Story
from collector.parse import parse
from collector.publish import FORMATS, wire
from collector.text.html import to_text

CASES = sorted(path for path in (Path(__file__).parent / "data" / "channels").iterdir() if path.is_dir())
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
# Those the W3C feed validator knows; it warns of every other.
KNOWN_NAMESPACES = {
    "http://www.w3.org/2005/Atom",
    "http://purl.org/dc/elements/1.1/",
    "http://purl.org/rss/1.0/modules/content/",
    "http://search.yahoo.com/mrss/",
}


def read_channel(folder: Path) -> Channel:
    return TypeAdapter(Channel).validate_json((folder / "channel.json").read_bytes())


def golden(folder: Path, form: str) -> Path:
    return folder / f"feed.{FORMATS[form].suffix}"


def an_item(number: int = 1, **details: object) -> ChannelItem:
    """An item with something in every field."""
    values: dict[str, object] = {
        "id": f"urn:uuid:{UUID(int=number)}",
        "url": f"https://news.example/{number}",
        "title": f"Report {number}",
        "source": "Example News",
        "source_url": "https://news.example/rss",
        "authors": ("Ada Writer",),
        "topics": ("kp",),
        "terms": ("Pyongyang",),
        "dated_at": NOW - timedelta(hours=number),
        "updated_at": NOW - timedelta(hours=number),
        "language": "en",
        "image": None,
        "summary": "What happened.",
        "text": "What happened.\nAnd what came after.",
    }
    return ChannelItem(**(values | details))  # type: ignore[arg-type]


def a_channel(*items: ChannelItem, **details: object) -> Channel:
    values: dict[str, object] = {
        "title": "World Watch",
        "description": "News",
        "home_url": "https://watch.example/",
        "self_url": "https://watch.example/feed.xml",
        "first_url": "https://watch.example/feed.xml",
        "next_url": None,
        "updated_at": NOW,
        "items": items,
        "topic_titles": {"kp": "North Korea"},
    }
    return Channel(**(values | details))  # type: ignore[arg-type]


def read_back(form: str, channel: Channel) -> feedparser.FeedParserDict:
    """What a feed reader sees, before it makes HTML harmless."""
    body = io.BytesIO(FORMATS[form].render(channel))
    read = feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False)
    assert not read.bozo, read.get("bozo_exception")
    return read


def words_of(html: str) -> list[str]:
    """The paragraphs that a reader shows of our HTML."""
    return [unescape(line) for line in re.findall(r"<p>(.*?)</p>", html, re.DOTALL)]


# --- golden bytes --------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
@pytest.mark.parametrize("form", FORMATS)
def test_a_channel_renders_to_its_golden_bytes(folder: Path, form: str) -> None:
    """A change of what subscribers get is seen in review, byte by byte."""
    assert golden(folder, form).read_bytes() == FORMATS[form].render(read_channel(folder))


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_channel_gives_the_same_bytes_at_any_time(form: str) -> None:
    """No clock goes into a rendering: a restart changes no byte."""
    channel = a_channel(an_item(1), an_item(2, url=None, updated_at=NOW))
    with time_machine.travel(NOW, tick=False):
        early = FORMATS[form].render(channel)
    with time_machine.travel(NOW + timedelta(days=4000), tick=False):
        assert early == FORMATS[form].render(channel)


# --- RSS -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
@pytest.mark.parametrize("full_text", [True, False])
def test_rss_holds_the_rules_that_validators_check(folder: Path, full_text: bool) -> None:
    """No error and no warning of the W3C feed validator: the rules of RSS 2.0 and of the RSS profile."""
    document = FORMATS["rss"].render(replace(read_channel(folder), full_text=full_text))
    root = etree.fromstring(document)
    (channel,) = root
    children = [child.tag for child in channel]
    items = channel.findall("item")

    assert {uri for node in root.iter() for uri in node.nsmap.values()} <= KNOWN_NAMESPACES
    assert children[len(children) - len(items) :] == ["item"] * len(items)  # metadata comes first
    for name in ("title", "link", "description", "lastBuildDate", "pubDate"):
        assert channel.findtext(name).strip(), name
    assert [link.get("rel") for link in channel.findall(f"{ATOM}link")].count("self") == 1
    for name in ("lastBuildDate", "pubDate"):
        assert_rfc822(channel.findtext(name))
    for item in items:
        assert_item(item)
    guids = [item.findtext("guid") for item in items]
    assert len(set(guids)) == len(guids)


def assert_item(item: etree._Element) -> None:
    tags = [child.tag for child in item]
    once = ("title", "link", "description", "guid", "pubDate", "enclosure", "source", f"{CONTENT}encoded")
    for name in once:
        assert tags.count(name) <= 1, name
    assert "author" not in tags  # RSS wants an e-mail address there
    assert item.findtext("title").strip()
    assert item.find("guid").get("isPermaLink") == "false"
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", item.findtext("guid"))
    assert_rfc822(item.findtext("pubDate"))
    linked = [node.text for node in item.iterfind("link")]
    for url in linked + [node.get("url") for node in item if node.get("url")]:
        assert_address(url)
    for enclosure in item.iterfind("enclosure"):
        assert re.fullmatch(r"\d+", enclosure.get("length"))
        assert re.fullmatch(r"[\w.+-]+/[\w.+-]+", enclosure.get("type"))
    for html in filter(None, (item.findtext("description"), item.findtext(f"{CONTENT}encoded"))):
        assert_harmless(html)
    for tag in item.iterfind(f"{DC}language"):
        assert re.fullmatch(r"[A-Za-z]{2,3}(-\w+)*", tag.text)


def assert_rfc822(date: str) -> None:
    assert re.fullmatch(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000", date)
    assert parsedate_to_datetime(date).strftime("%a") == date[:3]


def assert_address(url: str) -> None:
    assert re.fullmatch(r"https?://(\[[0-9A-Fa-f:]+\])?[0-9A-Za-z;/?:@&=+$.\-_!~*'()%,#]+", url), url
    assert "@" not in urlsplit(url).netloc


def assert_harmless(html: str) -> None:
    """HTML of plain paragraphs, lists, links to the web and marks of what changed: no other element or attribute, nothing
    that an HTML5 parser minds.
    """
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    for node in parser.parseFragment(html).iter():
        assert node.tag in ("DOCUMENT_FRAGMENT", "p", "strong", "del", "ins", "footer", "ul", "li", "a")
        assert node.attrib.keys() == ({"href"} if node.tag == "a" else set())
        if node.tag == "a":
            assert_address(node.attrib["href"])


def test_an_ampersand_in_a_title_is_a_hexadecimal_reference() -> None:
    """A reader that decodes titles twice must not find markup in them (RSS profile)."""
    document = FORMATS["rss"].render(a_channel(an_item(title="Q&A: is 1 < 2?")))
    assert b"<title>Q&#x26;A: is 1 &#x3C; 2?</title>" in document


def test_pages_of_a_feed_are_linked_in_every_format() -> None:
    """RFC 5005: who was away finds what is older, in RSS and JSON as well as in Atom."""
    first, following = "https://watch.example/feed.xml", "https://watch.example/feed.xml?before=x"
    channel = a_channel(an_item(), first_url=first, next_url=following)

    for form in ("rss", "atom"):
        links = {link.rel: link.href for link in read_back(form, channel).feed.links}
        assert {"first": first, "next": following, "self": channel.self_url}.items() <= links.items()
    assert following == json.loads(FORMATS["json"].render(channel))["next_url"]


# --- Atom ----------------------------------------------------------------------------------------------


@pytest.mark.shared
def test_atom_holds_its_grammar(shared: Path, tmp_path: Path) -> None:
    """RFC 4287, appendix B, for every case and with whole texts and without."""
    if not (jing := shutil.which("jing")):
        pytest.skip("there is no jing")
    files = []
    for folder in CASES:
        for full_text in (True, False):
            files.append(tmp_path / f"{folder.name}-{full_text}.atom")
            files[-1].write_bytes(FORMATS["atom"].render(replace(read_channel(folder), full_text=full_text)))
    grammar = shared / "validate" / "atom.rnc"
    checked = subprocess.run([jing, "-c", grammar, *files], capture_output=True, text=True)
    assert (checked.returncode, checked.stdout) == (0, "")


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_an_atom_entry_has_an_author_and_content_or_a_link(folder: Path) -> None:
    """What RFC 4287 asks for in words (§4.1.1, §4.1.2, §4.2.11), for items that have neither."""
    root = etree.fromstring(FORMATS["atom"].render(read_channel(folder)))
    assert root.findtext(f"{ATOM}author/{ATOM}name")  # stands for the author of an entry that has none
    for entry in root.iterfind(f"{ATOM}entry"):
        rels = [link.get("rel", "alternate") for link in entry.iterfind(f"{ATOM}link")]
        alternate = rels.count("alternate")
        assert alternate <= 1
        assert alternate or entry.findtext(f"{ATOM}content")
        assert entry.findtext(f"{ATOM}summary")
        for source in entry.iterfind(f"{ATOM}source"):
            assert all(source.findtext(f"{ATOM}{name}") for name in ("id", "title", "updated"))


def test_atom_keeps_every_enclosure() -> None:
    """RSS has room for one media file, Atom for all, with type and length."""
    podcast = Enclosure(url="https://a.example/1.mp3", media_type="audio/mpeg", length=7)
    film = Enclosure(url="https://a.example/2.mp4")
    channel = a_channel(an_item(enclosures=(podcast, film)))

    (rss,) = read_back("rss", channel).entries
    (atom,) = read_back("atom", channel).entries
    expected = [("https://a.example/1.mp3", "audio/mpeg"), ("https://a.example/2.mp4", "video/mp4")]
    assert [(each.href, each.type) for each in atom.enclosures] == expected
    assert [(each.href, each.type) for each in rss.enclosures] == expected[:1]
    assert atom.enclosures[0].length == rss.enclosures[0].length == "7"


# --- JSON Feed -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_json_feed_has_what_its_version_requires(folder: Path) -> None:
    """JSON Feed 1.1: required fields, RFC 3339 dates, absolute addresses, no empty values."""
    feed = json.loads(FORMATS["json"].render(read_channel(folder)))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"]
    for item in feed["items"]:
        assert item["id"].startswith("urn:uuid:")
        assert_harmless(item["content_html"])
        for name in ("date_published", "date_modified"):
            assert datetime.fromisoformat(item[name]).utcoffset() == timedelta(0)
        for url in filter(None, (item.get("url"), item.get("image"), *_attached(item))):
            assert_address(url)
        assert all(value not in ("", None, [], {}) for value in item.values())


def _attached(item: dict[str, list[dict[str, str]]]) -> list[str]:
    return [attachment["url"] for attachment in item.get("attachments", [])]


def test_topics_are_the_categories_and_what_only_we_know_is_told_beside_them() -> None:
    """Topics by title, the source; the terms that matched, the similarity, and that an item is a seed."""
    channel = a_channel(an_item(is_seed=True, similarity=0.4236, similar_to="A seed"))
    (rss,) = read_back("rss", channel).entries
    (atom,) = read_back("atom", channel).entries
    (told,) = json.loads(FORMATS["json"].render(channel))["items"]

    found = [("urn:x-collector:term", "Pyongyang"), ("urn:x-collector:similarity", "0.42")]
    assert [(tag.scheme, tag.term) for tag in rss.tags] == [(None, "North Korea"), *found]
    assert [(tag.scheme, tag.term) for tag in atom.tags] == [(None, "kp"), *found]
    assert atom.tags[0].label == "North Korea"
    assert rss.source.title == atom.source.title == told["_collector"]["source"]["name"] == "Example News"
    assert told["tags"] == ["North Korea"]
    assert told["_collector"]["topics"] == ["kp"]
    assert told["_collector"]["terms"] == ["Pyongyang"]
    assert (told["_collector"]["similarity"], told["_collector"]["similar_to"]) == (0.424, "A seed")
    assert told["_collector"]["seed"] is True


def reports_of(number: int) -> tuple[Report, ...]:
    """So many reports of one story; the third repeats the text of the first."""
    return tuple(
        Report(
            id=n, key=str(UUID(int=n)), title=f"Report {n}", url=f"https://news.example/{n}", source=f"Paper {n}",
            language="ko" if n == 2 else "en", dated_at=NOW, joined_at=NOW, is_seed=False, is_pinned=False,
            copy_of=str(UUID(int=1)) if n == 3 else None, nearest=None, evidence=None,
        )
        for n in range(1, number + 1)
    )  # fmt: skip


def a_story(number: int = 3) -> Story:
    return Story(
        id=1, key=str(UUID(int=99)), began_at=NOW, changed_at=NOW, is_frozen=False, reports=reports_of(number)
    )  # fmt: skip


@pytest.mark.parametrize("full_text", [True, False])
def test_an_article_names_its_story_and_its_fellow_reports_apart_from_its_text(full_text: bool) -> None:
    item = an_item(1, story=a_story())
    channel, plain = a_channel(item, full_text=full_text), a_channel(an_item(1), full_text=full_text)
    page = "https://watch.example/stories/00000000-0000-0000-0000-000000000063"
    for form in ("rss", "atom"):
        (entry,), (alone,) = read_back(form, channel).entries, read_back(form, plain).entries
        html, text = ((one.content[0].value if full_text else one.summary) for one in (entry, alone))
        assert html.startswith(f"{text}\n<footer><p>One of 3 reports of <a href=\"{page}\">this story</a>: ")
        assert re.findall('href="(.*?)"', html)[1:] == ["https://news.example/2", "https://news.example/3"]
        assert ("urn:x-collector:story", item.story.key) in [(tag.scheme, tag.term) for tag in entry.tags]
    related = [link.href for link in read_back("atom", channel).entries[0].links if link.rel == "related"]
    assert related == [page, "https://news.example/2", "https://news.example/3"]

    told = json.loads(FORMATS["json"].render(channel))["items"][0]["_collector"]["story"]
    assert (told["id"], told["url"], told["reports"], told["independent"]) == (f"urn:uuid:{item.story.key}", page, 3, 2)
    assert [one["url"] for one in told["others"]] == related[1:]
    assert told["others"][1]["copy_of"] == "urn:uuid:00000000-0000-0000-0000-000000000001"


def test_an_article_without_fellows_is_published_as_before() -> None:
    """But for the name of its story."""
    for form in ("rss", "atom"):
        (entry,) = read_back(form, a_channel(an_item(1, story=a_story(1)), full_text=True)).entries
        assert "footer" not in entry.content[0].value
        assert [link.rel for link in entry.links] == ["alternate"]


@pytest.mark.parametrize("full_text", [True, False])
def test_a_story_is_published_with_its_reports(full_text: bool) -> None:
    """Source, time, language and link of each; copies stand below what they repeat."""
    item = an_item(1, id=f"urn:uuid:{UUID(int=99)}", story=a_story(), is_story=True, url=None)
    channel = a_channel(item, full_text=full_text)
    for form in ("rss", "atom"):
        (entry,) = read_back(form, channel).entries
        html = entry.content[0].value if full_text else entry.summary
        assert entry.link == f"https://watch.example/stories/{UUID(int=99)}"
        assert "3 reports, 2 independent" in html
        assert '<a href="https://news.example/2">Report 2</a> (Paper 2, ko, 2026-03-04 12:00 UTC)' in html
        first, second = html.partition("<ul>")[2].split("</ul></li>")
        assert ("Report 1" in first, "Report 3" in first, "Report 2" in second) == (True, True, True)
    told = json.loads(FORMATS["json"].render(channel))["items"][0]
    assert [one["title"] for one in told["_collector"]["story"]["members"]] == ["Report 1", "Report 2", "Report 3"]
    assert told["summary"] == "3 reports, 2 independent: Paper 1, Paper 2, Paper 3"


def test_a_story_of_any_size_is_published() -> None:
    item = an_item(1, story=a_story(1000), is_story=True)
    (told,) = json.loads(FORMATS["json"].render(a_channel(item)))["items"]

    assert len(told["_collector"]["story"]["members"]) == 1000
    assert told["content_html"].count("<li>") < 200
    assert "1,000 reports, 999 independent" in told["content_html"]


def test_a_source_without_address_is_named_in_rss() -> None:
    """RSS demands an address of a source; without one the name is the publisher's."""
    (entry,) = read_back("rss", a_channel(an_item(source_url=None))).entries
    assert entry.publisher == "Example News"


# --- there and back ------------------------------------------------------------------------------------

_TEXT = st.text(max_size=120)
_DATE = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
_ITEM = st.builds(
    an_item,
    st.integers(1, 10**6),
    title=_TEXT,
    summary=_TEXT,
    text=st.text(max_size=300),
    source=_TEXT,
    authors=st.lists(_TEXT, max_size=3).map(tuple),
    terms=st.lists(_TEXT, max_size=3).map(tuple),
    language=st.sampled_from(["ko", "pt-BR", "", None, "ü", "en_US"]),
    url=st.one_of(st.none(), _TEXT, _TEXT.map("https://news.example/{}".format)),
    dated_at=_DATE,
    updated_at=_DATE,
)


@pytest.mark.parametrize("form", ["rss", "atom"])
@settings(deadline=None, max_examples=60)
@given(items=st.lists(_ITEM, max_size=4, unique_by=lambda item: item.id), full_text=st.booleans())
def test_a_reader_gets_back_what_was_put_in(form: str, items: list[ChannelItem], full_text: bool) -> None:
    """Titles, identities, dates, links and texts survive, whatever characters a stranger put into them."""
    entries = read_back(form, a_channel(*items, full_text=full_text)).entries

    assert [item.id for item in items] == [entry.id for entry in entries]
    for item, entry in zip(items, entries, strict=True):
        assert same(wire.headline(item), entry.title)
        assert item.dated_at.replace(microsecond=0) == datetime(*entry.published_parsed[:6], tzinfo=UTC)
        assert wire.address(item.url) == next(
            (x.href for x in entry.get("links", ()) if x.rel == "alternate"), None
        )
        expected = wire.full_text(item) if full_text else wire.excerpt(item)
        html = entry.content[0].value if full_text else entry.summary
        assert same(wire.paragraphs(expected), html)


def same(written: str, read: str) -> bool:
    # feedparser takes text that could be UTF-8 read as Latin-1 for just that, and mends it.
    try:
        return written == read or written.encode("latin-1").decode() == read
    except UnicodeError:
        return False


@settings(deadline=None, max_examples=100)
@given(items=st.lists(_ITEM, max_size=4, unique_by=lambda item: item.id))
def test_json_gives_back_what_was_put_in(items: list[ChannelItem]) -> None:
    """The same for JSON Feed, lone surrogates and all."""
    told = json.loads(FORMATS["json"].render(a_channel(*items)))["items"]
    assert [(item.id, wire.headline(item), wire.address(item.url)) for item in items] == [
        (item["id"], item["title"], item.get("url")) for item in told
    ]


@pytest.mark.shared
def test_what_hostile_feeds_hold_is_published_and_read_back(shared: Path) -> None:
    """Entries of feeds made to break readers come out valid: same titles, identities and addresses."""
    published = 0
    for file in sorted((shared / "hostile" / "payloads" / "feeds").iterdir()):
        items = items_of(file) if file.stat().st_size < 400_000 else []
        for form in ("rss", "atom"):
            entries = read_back(form, a_channel(*items)).entries
            assert [wire.headline(item) for item in items] == [entry.title for entry in entries], file.name
            assert [item.id for item in items] == [entry.id for entry in entries], file.name
        published += bool(items)
    assert published > 30


def items_of(file: Path) -> list[ChannelItem]:
    """The entries of a feed as they are published when their pages are out of reach."""
    try:
        feed = parse(file.read_bytes(), {}, "https://news.example/rss")
    except ParseError:
        return []
    return [
        an_item(
            number, url=entry.url, title=entry.title, source=feed.title, authors=entry.authors,
            image=entry.image, language=entry.language, summary=to_text(entry.summary),
            text=to_text(entry.content), enclosures=entry.enclosures,
        )
        for number, entry in enumerate(feed.entries)
    ]  # fmt: skip


# --- what every format needs ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/x?b=1&c=2#d", "https://a.example/x?b=1&c=2#d"),
        ("https://exämple.org/päth", "https://xn--exmple-cua.org/p%C3%A4th"),
        ("https://a.example/?q=[x]|<y>", "https://a.example/?q=%5Bx%5D%7C%3Cy%3E"),
        ("https://a.example/%zz", "https://a.example/%25zz"),
        ("https://a.example/#!/ü", "https://a.example/#!/%C3%BC"),
        ("https://user:secret@a.example/x", "https://a.example/x"),
        ("https://[2001:db8::1]:8080/[x]", "https://[2001:db8::1]:8080/%5Bx%5D"),
        ("http://a.example", "http://a.example"),
        ("javascript:alert(1)", None),
        ("//a.example/x", None),
        ("/x", None),
        ("https://", None),
        ("https://[", None),
        ("", None),
        (None, None),
    ],
)
def test_an_address_has_the_characters_of_rfc_3986_or_is_none(url: str | None, expected: str | None) -> None:
    """Readers and validators refuse others; a script is no address."""
    assert expected == wire.address(url)


def test_a_missing_title_is_the_beginning_of_the_text() -> None:
    """Formats that ask for a title get the best there is, never an empty one."""
    words = "word " * 100
    assert wire.headline(an_item(title=" ", summary="", text="First\nline")) == "First line"
    assert wire.headline(an_item(title="", summary="", text="")) == "Example News"
    assert wire.headline(an_item(title="", summary="", text="", source="")) == "Untitled"
    assert len(wire.headline(an_item(title="", summary=words))) <= wire.HEADLINE


@given(text=st.text(max_size=300))
def test_paragraphs_show_a_text_line_by_line(text: str) -> None:
    """What a browser shows of our HTML is the text, whatever in it looks like markup."""
    assert words_of(wire.paragraphs(text)) == [line for line in map(str.strip, text.splitlines()) if line]


@given(text=st.text(max_size=300), limit=st.integers(2, 200))
def test_a_shortened_text_is_within_its_limit_and_a_beginning(text: str, limit: int) -> None:
    """Whatever is cut off, nothing is made up."""
    short = wire.shorten(text, limit)
    assert len(short) <= limit
    assert short == text or text.startswith(short.removesuffix("…"))


@pytest.mark.parametrize("form", FORMATS)
def test_a_text_of_64_kilobytes_is_published_whole(form: str) -> None:
    """Length is no reason to lose text, be it one paragraph or thousands."""
    one = "".join(random.Random(1).choices("абв где<&>", k=2**16)).strip()
    many = "\n".join(f"line {number}" for number in range(5000))
    rendered = FORMATS[form].render(a_channel(an_item(1, text=one), an_item(2, text=many), full_text=True))
    if form == "json":
        texts = [item["content_html"] for item in json.loads(rendered)["items"]]
    else:
        texts = [entry.content[0].value for entry in feedparser.parse(io.BytesIO(rendered)).entries]
    assert [one.split(), many.split()] == [" ".join(words_of(text)).split() for text in texts]


if __name__ == "__main__":
    for case in CASES:
        for key in FORMATS:
            golden(case, key).write_bytes(FORMATS[key].render(read_channel(case)))
