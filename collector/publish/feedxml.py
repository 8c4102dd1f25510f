"""RSS 2.0 and Atom (RFC 4287), paged as RFC 5005 says. The only file that imports feedgen.

Rules beyond the two formats are those of the RSS Advisory Board's profile and of the W3C feed validator.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from uuid import NAMESPACE_URL, uuid5

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from collector.model import Channel, ChannelItem
from collector.publish import stories, wire

RSS_TYPE = "application/rss+xml"
ATOM_TYPE = "application/atom+xml"

_DC = "http://purl.org/dc/elements/1.1/"
_MEDIA = "http://search.yahoo.com/mrss/"
_ATOM_LINK = "{http://www.w3.org/2005/Atom}link"
_DC_CREATOR, _DC_LANGUAGE, _DC_PUBLISHER = (
    f"{{{_DC}}}{name}" for name in ("creator", "language", "publisher")
)
_MEDIA_THUMBNAIL = f"{{{_MEDIA}}}thumbnail"
_RELATED = 10  # reports that an article's entry links to
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def render_rss(channel: Channel) -> bytes:
    """The channel as RSS 2.0, UTF-8."""
    generator = _generator(channel, RSS_TYPE)
    for item in channel.items:
        entry = _add_item(generator, channel, item)
        entry.guid(item.id, permalink=False)
        is_short = not channel.full_text or item.is_story
        entry.summary(stories.body(channel, item, wire.excerpt_html(item)) if is_short else wire.excerpt_html(item))
        for enclosure in _enclosures(item)[:1]:  # RSS 2.0 has one an item
            entry.link(**enclosure)
        if channel.full_text and not (item.change or item.is_story):  # of these, the description says all
            entry.content(stories.body(channel, item, wire.full_html(item)))
    return _hexadecimal(generator.rss_str(pretty=True))


def render_atom(channel: Channel) -> bytes:
    """The channel as Atom 1.0, UTF-8."""
    generator = _generator(channel, ATOM_TYPE)
    generator.id(channel.first_url)  # pages are parts of one feed and share its identity
    generator.author(name=wire.one_line(channel.title) or "Collector")
    for item in channel.items:
        entry = _add_item(generator, channel, item)
        if channel.full_text or item.change or item.is_story:
            entry.summary(wire.paragraphs(stories.excerpt(item)), type="html")
            entry.content(stories.body(channel, item, wire.full_html(item)), type="html")
        else:
            entry.summary(stories.body(channel, item, wire.excerpt_html(item)), type="html")
            if not _address(channel, item):  # RFC 4287 §4.1.1: content or an alternate link
                entry.content(wire.excerpt_html(item), type="html")
    return _hexadecimal(generator.atom_str(pretty=True))


def _generator(channel: Channel, media_type: str) -> FeedGenerator:
    generator = FeedGenerator()
    generator.register_extension("collector", _ChannelParts, _ItemParts)
    generator.collector.channel = channel
    generator.title(wire.one_line(channel.title) or "Collector")
    generator.description(wire.one_line(channel.description) or wire.one_line(channel.title) or "Collector")
    generator.generator("Collector")  # without a version: an update must not change the bytes
    generator.updated(channel.updated_at.replace(microsecond=0))
    generator.lastBuildDate(channel.updated_at)
    generator.pubDate(channel.updated_at)
    generator.language(wire.common_language(channel.items))
    for rel, url in _pages(channel).items():
        generator.link(href=url, rel=rel, type=media_type)
    generator.link(href=channel.home_url, rel="alternate", type="text/html")  # the last one is the RSS link
    return generator


@lru_cache(4096)
def _urn(url: str) -> str:
    return uuid5(NAMESPACE_URL, url).urn


def _pages(channel: Channel) -> dict[str, str]:
    pages = {"self": channel.self_url, "first": channel.first_url, "next": channel.next_url}
    return {rel: url for rel, url in pages.items() if url}


def _add_item(generator: FeedGenerator, channel: Channel, item: ChannelItem) -> FeedEntry:
    entry = generator.add_entry(order="append")
    entry.collector.item, entry.collector.channel = item, channel
    entry.id(item.id)
    entry.title(wire.headline(item))
    entry.updated(item.updated_at.replace(microsecond=0))
    entry.published(item.dated_at.replace(microsecond=0))
    if url := _address(channel, item):
        entry.link(href=url, rel="alternate")
    if source_url := wire.address(item.source_url):
        entry.source(url=source_url, title=wire.one_line(item.source) or source_url)
    return entry


def _lines(texts: Iterable[str]) -> list[str]:
    return [line for line in map(wire.one_line, texts) if line]


def _address(channel: Channel, item: ChannelItem) -> str | None:
    """What a reader opens: the article, or the page of a story."""
    return stories.address_of(channel, item.story) if item.is_story and item.story else wire.address(item.url)


def _related(channel: Channel, item: ChannelItem) -> Iterator[tuple[str, str]]:
    """An article's story and its other reports, as addresses with titles."""
    if not item.story or not stories.fellows(item):
        return
    yield stories.address_of(channel, item.story), f"Story: {stories.summary(item.story)}"
    for one in stories.fellows(item)[:_RELATED]:
        if url := wire.address(one.url):
            yield url, wire.one_line(f"{one.source}: {one.title}" if one.source else one.title) or url


def _enclosures(item: ChannelItem) -> list[dict[str, str]]:
    return [
        {"href": url, "rel": "enclosure", "type": wire.media_type(enclosure)}
        | ({"length": str(enclosure.length)} if enclosure.length and enclosure.length > 0 else {})
        for enclosure in item.enclosures
        if (url := wire.address(enclosure.url))
    ]


def _hexadecimal(document: bytes) -> bytes:
    """The same document with `&` and `<` as hexadecimal references, as the RSS profile asks, lest a reader
    take a title for markup. Without CDATA, every ampersand of a serialised document begins a reference.
    """
    return document.replace(b"&amp;", b"&#x26;").replace(b"&lt;", b"&#x3C;")


class _ChannelParts(BaseExtension):
    """What feedgen leaves out of a channel: in RSS, the links to other pages."""

    channel: Channel

    def extend_ns(self) -> dict[str, str]:
        return {"dc": _DC, "media": _MEDIA}

    def extend_rss(self, feed: etree._Element) -> etree._Element:
        for rel, url in _pages(self.channel).items():
            if rel != "self":
                etree.SubElement(feed[0], _ATOM_LINK, href=url, rel=rel, type=RSS_TYPE)
        return feed


class _ItemParts(BaseEntryExtension):
    """What feedgen leaves out of an item, or makes at a multiple of the cost."""

    channel: Channel
    item: ChannelItem

    def extend_rss(self, entry: etree._Element) -> etree._Element:
        item = self.item
        for author in _lines(item.authors):
            etree.SubElement(entry, _DC_CREATOR).text = author
        if not wire.address(item.source_url) and (source := wire.one_line(item.source)):
            etree.SubElement(entry, _DC_PUBLISHER).text = source  # a source element needs an address
        if tag := wire.language(item.language):
            etree.SubElement(entry, _DC_LANGUAGE).text = tag
        for key in item.topics:
            etree.SubElement(entry, "category").text = wire.one_line(self.channel.topic_titles.get(key, key))
        for scheme, term in wire.findings(item):
            etree.SubElement(entry, "category", domain=scheme).text = term
        return self._add_image(entry)

    def extend_atom(self, entry: etree._Element) -> etree._Element:
        item = self.item
        if tag := wire.language(item.language):
            entry.set(_XML_LANG, tag)
        for author in _lines(item.authors) or _lines([item.source]):  # with neither, it is the feed's
            etree.SubElement(etree.SubElement(entry, "author"), "name").text = author
        for url, title in _related(self.channel, item):
            etree.SubElement(entry, "link", href=url, rel="related", title=title)
        for enclosure in _enclosures(item):  # feedgen 1.0 loses rel and type of an entry's links
            etree.SubElement(entry, "link", **enclosure)
        if (source := entry.find("source")) is not None:
            # RFC 4287 §4.2.11 asks for both. The feed's own are not ours to know: a name made of its address,
            # and a moment by which it had certainly changed.
            etree.SubElement(source, "id").text = _urn(item.source_url or "")
            etree.SubElement(source, "updated").text = item.updated_at.replace(microsecond=0).isoformat()
        for key in item.topics:
            label = wire.one_line(self.channel.topic_titles.get(key, key))
            etree.SubElement(entry, "category", term=key, label=label)
        for scheme, term in wire.findings(item):
            etree.SubElement(entry, "category", scheme=scheme, term=term)
        return self._add_image(entry)

    def _add_image(self, entry: etree._Element) -> etree._Element:
        if image := wire.address(self.item.image):
            etree.SubElement(entry, _MEDIA_THUMBNAIL, url=image)
        return entry
