"""What kind of document a body is: its characters, its root element, and whether its end is there.

    bytes | decode | cut what stands before and after the root element | is its end there?

A body that is no feed is refused here, with a message that says what it is instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from collector.errors import ParseError
from collector.text.clean import clean
from collector.text.decoding import charset_of, decode

JSON = "json"

# How files begin that are sometimes served where a feed was.
_MAGIC = (
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"RIFF", "an image or a media file"),
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip file without a Content-Encoding header"),
    (b"BZh", "a bzip2 file"),
    (b"\x28\xb5\x2f\xfd", "a zstd file without a Content-Encoding header"),
)
# Junk before the root (PHP warnings, a second declaration) is short; pages are known by their first
# kilobytes.
_HEAD_CHARS = 100_000
_ROOT = re.compile(
    r"<!--.*?(?:-->|\Z)|"
    r"<(?P<tag>(?:[A-Za-z][\w.-]*:)?(?P<name>rss|rdf|feed|channel|urlset|sitemapindex|html|head|body|opml|svg))(?=[\s/>])",
    re.IGNORECASE | re.DOTALL,
)
_PAGE = re.compile(r"<!doctype\s+html\b", re.IGNORECASE)
_FIRST_TAG = re.compile(r"<([A-Za-z][\w:.-]{0,60})")
_NOT_FEEDS = {
    **dict.fromkeys(("html", "head", "body"), "an HTML page"),
    "opml": "an OPML list of feeds",
    "svg": "an SVG image",
}
_ENTRY_NAMES = {"feed": "entry", "urlset": "url"}
_HAS_CHANNEL = ("rss", "rdf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document that may be a feed. `text` runs from the root element to its end, or is JSON; no
    declaration is left.

    `root` is the root element's name in lower case without prefix, or "json". When `is_truncated`, the
    entry in which the document was cut is gone and open elements are closed.
    """

    text: str
    root: str
    url: str
    language: str = ""  # the Content-Language header
    is_truncated: bool = False


def read(body: bytes, headers: Mapping[str, str], url: str) -> Document:
    """The document in `body`. Raises ParseError that says what it is when it is nothing that could be a
    feed.
    """
    for magic, what in _MAGIC:
        if body.startswith(magic):
            raise ParseError(f"{what}, not a feed")
    text = decode(body, charset_of(headers)).lstrip("\ufeff\0 \t\r\n")
    if not text:
        raise ParseError("an empty document")
    language = headers.get("content-language", "")
    if text[0] in "{[":
        return Document(text=text, root=JSON, url=url, language=language)
    tag, start = _find_root(text)
    root = tag.rpartition(":")[2].lower()
    end = _find_end(text, tag, start)
    if end is None:
        return Document(
            text=_complete_part(text[start:], tag, root),
            root=root,
            url=url,
            language=language,
            is_truncated=True,
        )
    return Document(text=text[start:end], root=root, url=url, language=language)


def _find_root(text: str) -> tuple[str, int]:
    """The root element's name as it is written, and where it starts."""
    for found in _ROOT.finditer(text, 0, _HEAD_CHARS):
        if found["name"] is None:
            continue
        if found["name"].lower() in _NOT_FEEDS:
            raise ParseError(f"{_NOT_FEEDS[found['name'].lower()]}, not a feed")
        return found["tag"], found.start()
    if _PAGE.match(text):
        raise ParseError("an HTML page, not a feed")
    first = _FIRST_TAG.search(text, 0, _HEAD_CHARS)
    if first and text.startswith("<"):
        raise ParseError(f"an XML or HTML document that begins with <{first[1]}>, not a feed")
    start = clean(text, 60)
    raise ParseError(f"no feed, but a document that begins with {start!r}" if start else "binary data, not a feed")


def _find_end(text: str, tag: str, start: int) -> int | None:
    """Where the root element ends; None when its end tag is missing.

    RSS is complete with its channel, too: some publishers forget the last end tag.
    """
    closed = re.compile(rf"<{re.escape(tag)}\b[^<>]*/>").match(text, start)
    if closed:
        return closed.end()
    ends = [f"</{tag}", *(["</channel"] if tag.lower() == "rss" else [])]
    for end in ends:
        at = text.rfind(end, start)
        close = text.find(">", at) if at >= 0 else -1
        if close >= 0:
            return close + 1
    return None


def _complete_part(text: str, tag: str, root: str) -> str:
    """`text` without the entry in which it was cut, its open elements closed."""
    spans = entry_spans(text, root)
    first = re.search(rf"<(?:[\w.-]+:)?{_entry_name(root)}[\s/>]", text, re.IGNORECASE)
    cut_at = first.start() if first else text.rfind(">") + 1
    end = spans[-1][1] if spans else cut_at
    channel = "</channel>" if root in _HAS_CHANNEL and "</channel" not in text[:end] else ""
    return f"{text[:end]}{channel}</{tag}>"


def entry_spans(text: str, root: str) -> list[tuple[int, int]]:
    """Where each complete entry of a document starts and ends; one inside another counts as its text."""
    tokens = re.compile(
        r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|"
        rf"<(?P<end>/?)(?:[\w.-]+:)?{_entry_name(root)}(?=[\s/>])[^<>]*>",
        re.DOTALL | re.IGNORECASE,
    )
    spans, start = [], None
    for token in tokens.finditer(text):
        if token["end"] is None:
            continue
        if token["end"] or token[0].endswith("/>"):
            spans.append((token.start() if start is None else start, token.end()))
            start = None
        elif start is None:
            start = token.start()
    return spans


def _entry_name(root: str) -> str:
    return _ENTRY_NAMES.get(root, "item")
