"""There and back: what is stored of the seeds and of hostile feeds is what a reader gets from the published pages."""

from __future__ import annotations

import asyncio
import html
import io
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import feedparser
import pytest
from lxml import etree

from collector.addresses.urls import canonical_url
from collector.channels import ALL_ARTICLES, Channels, Selection
from collector.model import ChannelItem, ChannelQuery
from tests.conftest import ROOT, missing
from tests.scenario.conftest import World
from tests.scenario.hostile import Hostile, hostile
from tests.scenario.newsweb import free_port

pytestmark = pytest.mark.shared

SEEDS = 5
# Not XML, not a feed, or beyond what may be nested.
NO_FEEDS = {
    "binary-png-rss", "deep-xml-100k-rss", "empty-rss", "html-200-html", "json-error-json", "namespaces-20k-rss", "pdf-rss",
}  # fmt: skip
ATOM = "{http://www.w3.org/2005/Atom}"


@dataclass(frozen=True, kw_only=True)
class Published:
    """What is stored, and the pages of the combined feed that show it, by format."""

    items: list[ChannelItem]
    pages: dict[str, list[bytes]]
    feeds: dict[str, int]  # entries of each feed


@pytest.fixture(scope="module")
def published(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """The seeds, and every hostile feed document polled from a real server, published with whole texts."""
    folder = tmp_path_factory.mktemp("roundtrip")
    shutil.copytree(ROOT / "corpus", folder / "corpus")
    with hostile(shared) as web:
        yield asyncio.run(publish(web, sorted((shared / "hostile/payloads/feeds").iterdir()), folder))


async def publish(web: Hostile, files: list[Path], folder: Path) -> Published:
    world = World(folder=folder, database=str(folder / "collector.sqlite3"), now=datetime.now(UTC))
    world.topics = [{"key": "everything", "keywords": ["*"]}]
    world.fetch = {"allow_private": ["127.0.0.1/32"]}
    world.publish = {"full_text": True, "items": 1000}
    world.feeds = [{"key": key_of(file), "url": web.url(f"/payload/feeds/{file.name}")} for file in files]
    await world.once(pages=False)
    # The documents lead to all the world. With a proxy that is not there no page is had: the text is the feeds'.
    world.fetch |= {"proxy": f"http://127.0.0.1:{free_port()}", "host_delay": "0s"}
    async with world.app() as app:
        await app.collector.collect_due()
        channels = Channels(app.store, lambda: app.current.config)
        items, before = [], None
        while not items or before:
            page = app.store.channel(ChannelQuery(topics=world.keys, limit=1000, before=before))
            items, before = items + list(page.items), page.next
        feeds = {feed.key: feed.entries for feed in app.store.feeds()}
        pages = {form: pages_of(channels, form) for form in ("rss", "atom")}
    return Published(items=items, pages=pages, feeds=feeds)


def pages_of(channels: Channels, form: str) -> list[bytes]:
    """All pages, found by their links."""
    pages, before = [], None
    while not pages or before:
        pages.append(channels.render(form, ALL_ARTICLES, Selection(limit=1000, before=before)).body)
        links = {link.rel: link.href for link in read(pages[-1]).feed.links}
        before = links["next"].partition("before=")[2].partition("&")[0] if "next" in links else None
    return pages


def read(page: bytes) -> feedparser.FeedParserDict:
    """What a reader makes of a page; without its cleaning of HTML, which rewrites titles about HTML too."""
    return feedparser.parse(io.BytesIO(page), sanitize_html=False, resolve_relative_uris=False)


def key_of(file: Path) -> str:
    return re.sub(r"[^a-z0-9]+", "-", file.name.lower())


def test_every_document_that_is_a_feed_yields_entries(published):
    assert {key for key, entries in published.feeds.items() if not entries} == NO_FEEDS
    assert sum(item.is_seed for item in published.items) == SEEDS
    assert len(published.items) > 5000


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_a_reader_gets_back_what_was_put_in(published, form):
    """Title, identity, link, date and text of everything, in the same order, once."""
    entries = [entry for page in published.pages[form] for entry in read(page).entries]

    assert [entry.id for entry in entries] == [item.id for item in published.items]
    for item, entry in zip(published.items, entries, strict=True):
        if item.title:
            assert squeezed(entry.title) == squeezed(item.title), item.id
        link = next((link.href for link in entry.get("links", ()) if link.rel == "alternate"), None)
        assert (link and canonical_url(link)) == (item.url and canonical_url(item.url)), item.id
        assert datetime(*entry.published_parsed[:6], tzinfo=UTC) == item.dated_at.replace(microsecond=0), item.id
        if item.text:
            assert squeezed(plain(entry.content[0].value)) == squeezed(item.text), item.id


def test_atom_holds_its_grammar(published, shared, tmp_path):
    """RFC 4287, appendix B."""
    if not (jing := shutil.which("jing")):
        missing("shared", "there is no jing, the Debian package")
    files = []
    for number, page in enumerate(published.pages["atom"]):
        files.append(tmp_path / f"{number}.atom")
        files[-1].write_bytes(page)

    done = subprocess.run([jing, "-c", shared / "validate/atom.rnc", *files], capture_output=True, text=True)

    assert (done.returncode, done.stdout) == (0, "")


def test_rss_holds_its_rules(published):
    """Those of the specification that feedparser would forgive."""
    for page in published.pages["rss"]:
        (channel,) = etree.fromstring(page, etree.XMLParser(huge_tree=True))
        assert all(channel.findtext(name) for name in ("title", "link", "description"))
        assert [link.get("rel") for link in channel.iterfind(f"{ATOM}link")].count("self") == 1
        assert_date(channel.findtext("lastBuildDate"))
        for item in channel.iterfind("item"):
            assert item.findtext("title")
            assert item.find("guid").get("isPermaLink") == "false"
            assert_date(item.findtext("pubDate"))
            addresses = [item.findtext("link"), *(node.get("url") for node in item if node.get("url"))]
            assert all(re.match(r"https?://[^\s/]", address) for address in addresses if address)
    titles = re.findall(rb"<title>(.*?)</title>", b"".join(published.pages["rss"]), re.DOTALL)
    assert len(titles) >= len(published.items)
    assert not [title for title in titles if re.search(rb"&(?!#x26;|#x3C;|gt;)", title)]


def assert_date(date: str) -> None:
    """RFC 822 with a year of four digits."""
    assert re.fullmatch(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}", date), date
    assert parsedate_to_datetime(date).tzinfo


def plain(markup: str) -> str:
    """The words of a piece of HTML."""
    return html.unescape(re.sub(r"<[^>]*>", " ", markup))


def squeezed(text: str) -> str:
    """The text without white space and what cannot be seen."""
    return "".join(c for c in text if not c.isspace() and unicodedata.category(c) not in ("Cc", "Cf"))
