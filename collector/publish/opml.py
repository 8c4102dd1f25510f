"""Lists of feeds, out and in: OPML 2.0 (http://opml.org/spec2.opml), and plain lists of addresses.
The only file that imports listparser. It is lenient with markup that is no XML; size, nesting and entities
are guarded here, and the encoding is the one that the document declares.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from typing import Any

import listparser
import lxml.etree

from collector.config import FeedConfig
from collector.config.keys import same_address
from collector.config.shape import LANGUAGE
from collector.config.values import feed_address
from collector.errors import ConfigError, Problem
from collector.text.clean import clean

MAX_BYTES = 16 * 2**20
MAX_DEPTH = 32
MAX_FEEDS = 50_000  # more do not fit feeds.yaml
MAX_PROBLEMS = 100
MAX_TITLE = 300

_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
# Of Python's codecs, those that are encodings of text with ASCII in it, as XML declarations name them.
_ENCODING = re.compile(
    r"utf-8-sig|utf-16|us-ascii|iso-?8859-\d+|latin-?\d|windows-\d+|cp\d+|koi8-[ru]|gb\w+|big5\w*|euc-\w+|shift_jis",
    re.IGNORECASE,
)
_TOO_MANY = f"the list has more than {MAX_FEEDS:,} feeds"
_END = re.compile(r"</opml\s*>", re.IGNORECASE)
_DOCTYPE = re.compile(r"<!\s*(doctype|entity)", re.IGNORECASE)
# What XML 1.0 cannot hold (https://www.w3.org/TR/xml/#charsets).
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpmlFeed:
    """A feed in a list. `labels` are the folders that it lies in, outermost first, and its categories."""

    url: str
    title: str = ""
    labels: tuple[str, ...] = ()
    language: str | None = None


def render_opml(title: str, feeds: Iterable[FeedConfig]) -> bytes:
    """An OPML 2.0 document with one outline a feed. The same feeds give the same bytes."""
    root = ET.Element("opml", version="2.0")
    ET.SubElement(ET.SubElement(root, "head"), "title").text = _storable(title)
    body = ET.SubElement(root, "body")
    for feed in feeds:
        name = feed.name or feed.url
        attributes = {
            "type": "rss",
            "text": name,
            "title": name,
            "xmlUrl": feed.url,
            "language": feed.language,
            "category": ",".join(feed.labels),
        }
        ET.SubElement(body, "outline", {key: _storable(value) for key, value in attributes.items() if value})
    ET.indent(root)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def _storable(text: str) -> str:
    return _NOT_XML.sub("", text)


def read_opml(data: bytes, file: str = "OPML", passed_over: list[Problem] | None = None) -> list[OpmlFeed]:
    """The feeds in OPML, or in a text with an address a line; `file` is its name in messages.

    Each feed comes once, whatever the case of its host; the first title counts, labels are joined. What is
    no http(s) address is left out, and told in `passed_over`. Raises ConfigError when the whole cannot be
    read, or holds nothing but what would be left out.
    """
    if len(data) > MAX_BYTES:
        raise _refusal(file, f"the list is larger than {MAX_BYTES // 2**20} MiB")
    text = _decode(data, file)
    found = _outlines(text, file) if text.lstrip().startswith("<") else _lines(text, file)
    feeds: dict[str, OpmlFeed] = {}
    problems = []
    for line, feed in found:
        try:
            feed_address(feed.url)
        except ValueError as error:
            problems.append(Problem(file, line, 1 if line else 0, str(error)))
        else:
            known = feeds.setdefault(same_address(feed.url), feed)
            if known is not feed:
                feeds[same_address(feed.url)] = _joined(known, feed)
    if problems and not feeds:
        raise ConfigError(problems[:MAX_PROBLEMS])
    if passed_over is not None:
        passed_over += problems
    return list(feeds.values())


def _refusal(file: str, message: str, line: int = 0) -> ConfigError:
    return ConfigError([Problem(file, line, 1 if line else 0, message)])


def _decode(data: bytes, file: str) -> str:
    """The text, in the encoding of its byte order mark, of its XML declaration, or in UTF-8."""
    if data.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        raise _refusal(file, "the list is written in UTF-32: save it in UTF-8", 1)
    declared = _DECLARED.match(data.lstrip())
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif declared and not declared[1].lower().startswith(b"utf"):
        encoding = declared[1].decode()
    else:  # a declaration that could be read is not written in UTF-16, whatever it says
        encoding = "utf-8-sig"
    if not _ENCODING.fullmatch(encoding):
        raise _refusal(file, f"the list declares an unknown encoding, {encoding}", 1)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _refusal(file, f"the list is not written in {encoding.removesuffix('-sig')}", line) from None
    except LookupError:
        raise _refusal(file, f"the list declares an unknown encoding, {encoding}", 1) from None


def _lines(text: str, file: str) -> list[tuple[int, OpmlFeed]]:
    """One address a line, with the line's number; empty lines and those that begin with # do not count."""
    lines = ((number, line.strip()) for number, line in enumerate(text.splitlines(), 1))
    found = ((number, OpmlFeed(url=line)) for number, line in lines if line and not line.startswith("#"))
    feeds = list(islice(found, MAX_FEEDS + 1))
    if len(feeds) > MAX_FEEDS:
        raise _refusal(file, _TOO_MANY)
    return feeds


class _Reader(listparser.Handler):  # type: ignore[misc, valid-type]
    """listparser's handler, with an end to its patience, and with the attributes that it leaves out."""

    outlines = 0

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        if len(self.hierarchy) >= MAX_DEPTH:
            raise _TooDeep
        super().start(tag, attrs)

    def start_opml_outline(self, attrs: dict[str, str]) -> None:
        self.outlines += 1
        if self.outlines > 2 * MAX_FEEDS:  # folders, too
            raise _TooMany
        super().start_opml_outline(attrs)
        _, feed = self.found_urls.get(attrs.get("xmlurl", "").strip(), (None, {}))
        feed.setdefault("language", attrs.get("language", "").strip().replace("_", "-"))


class _TooDeep(Exception):
    """Outlines within outlines, beyond what a person would make."""


class _TooMany(Exception):
    """More outlines than there can be feeds and folders."""


def _outlines(text: str, file: str) -> list[tuple[int, OpmlFeed]]:
    if found := _DOCTYPE.search(text):
        raise _refusal(
            file, "a document type or entity is not read: remove it", text.count("\n", 0, found.start()) + 1
        )
    reader = _Reader()
    reader.harvest.update(feeds=[], lists=[], opportunities=[], meta={}, version="")
    parser = lxml.etree.HTMLParser(target=reader, recover=True, encoding="utf-8", no_network=True)
    try:
        lxml.etree.parse(BytesIO(text.encode("utf-8", "replace")), parser)
    except _TooDeep:
        raise _refusal(file, f"outlines are nested deeper than {MAX_DEPTH} levels") from None
    except _TooMany:
        raise _refusal(file, _TOO_MANY) from None
    if not reader.harvest["version"]:
        raise _refusal(file, "expected OPML, or a text with one address a line")
    if not _END.search(text):
        raise _refusal(file, "the list is cut short: its last tag, </opml>, is missing", text.count("\n") + 1)
    return [(0, _feed(item)) for item in reader.harvest["feeds"]]


def _feed(item: dict[str, Any]) -> OpmlFeed:
    labels = (_label(part) for path in item["categories"] for part in path)
    title = clean(item["title"], MAX_TITLE)
    return OpmlFeed(
        url=_address(item["url"]),
        title="" if title == item["url"] else title,
        labels=tuple(dict.fromkeys(filter(None, labels))),
        language=item["language"] if re.fullmatch(LANGUAGE, item["language"]) else None,
    )


def _address(url: str) -> str:
    """The address behind the feed: scheme, under which browsers once handed feeds to readers."""
    if not url.lower().startswith("feed:"):
        return url
    rest = url[5:].lstrip("/")
    return rest if rest.lower().startswith("http") else f"http://{rest}"


def _label(text: str) -> str:
    """A label as feeds.yaml can hold it: without comma and slash, which part labels in OPML's `category`."""
    return clean(re.sub(r"[,/]", " ", text), 100).strip()


def _joined(first: OpmlFeed, second: OpmlFeed) -> OpmlFeed:
    return OpmlFeed(
        url=first.url,
        title=first.title or second.title,
        labels=tuple(dict.fromkeys(first.labels + second.labels)),
        language=first.language or second.language,
    )
