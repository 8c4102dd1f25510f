"""feedparser, on a shorter way from expat. The only file that imports it.

feedparser is given clean, well-formed UTF-8 where that can be had, as bytes in a file object (it opens anything
else as a path or an address), without its own sanitiser and link resolver: both are slow, and the sanitiser lets
active content through.

What is well-formed comes to feedparser's handlers straight from expat and not through xml.sax, each name mapped
once, with cheaper tables where they look things up at every letter and element. The result is the same
(tests/test_sax.py compares the two ways), for 3.6 ms of CPU instead of 6.2 for 25 entries
(tests/bench/parsing.py); the poll of a changed feed costs little else.
"""

from __future__ import annotations

import io
from typing import Any
from xml.parsers import expat

import feedparser
import feedparser.mixin
from feedparser.api import StrictFeedParser

_DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>\n'
_ENTRIES = frozenset({"item", "entry"})
# feedparser compares each with all before it: 100,000 categories of one entry would take it minutes.
_MOST_ALIKE = 200
# Elements within text, whose namespace feedparser wants to see as an attribute.
_EMBEDDED = {("http://www.w3.org/1998/Math/MathML", "math"), ("http://www.w3.org/2000/svg", "svg")}


def read(text: str, language: str) -> dict[str, Any]:
    """What feedparser makes of a document without declaration, its texts in `language` unless it says otherwise: its
    `feed`, `entries` and `version`.

    Raises whatever feedparser raises.
    """
    body = text.encode("utf-8", "replace")
    _dates.are_ours = True
    try:
        return _Reader(language).read(body)
    except expat.ExpatError:
        return read_leniently(body, language)
    finally:
        _dates.are_ours = False


def read_leniently(body: bytes, language: str) -> dict[str, Any]:
    """The same on feedparser's own way, also of what is malformed."""
    return feedparser.parse(
        io.BytesIO(_DECLARATION + body),
        response_headers={"content-type": "application/xml; charset=utf-8", "content-language": language},
        sanitize_html=False,
        resolve_relative_uris=False,
    )


class _Reader(StrictFeedParser):
    """feedparser's handlers for one document."""

    def __init__(self, language: str) -> None:
        super().__init__("", language, "utf-8")
        self.resolve_relative_uris = self.sanitize_html = False
        self.contentparams = _Params()
        self._tags: dict[str, str] = {}
        self._alike: dict[str, int] = {}  # how often each element has come in this entry
        self._left_out: dict[str, int] = {}  # those still open

    def read(self, body: bytes) -> dict[str, Any]:
        parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        parser.namespace_prefixes = parser.buffer_text = True
        parser.StartNamespaceDeclHandler = self._declare
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self.handle_data
        parser.Parse(body, True)
        return {"feed": self.feeddata, "entries": self.entries, "version": self.version}

    def push_content(self, *details: Any) -> None:
        super().push_content(*details)
        self.contentparams = _Params(self.contentparams)

    def _declare(self, prefix: str | None, uri: str | None) -> None:
        self._tags.clear()
        self.startPrefixMapping(prefix, uri)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = self._tags.get(name) or self._tag(name)
        values, self.decls = self.decls, {}
        if not self.incontent and self._is_one_too_many(tag):
            return
        if tag.endswith(("math", "svg")) and (place := _split(name)) in _EMBEDDED:
            values["xmlns"] = place[0]
        prefixed = [key for key in attributes if " " in key]
        for key in prefixed:
            values[self._known_name(*_split(key))] = attributes[key]
        for key, value in attributes.items():
            values[_written(key) if prefixed else key.lower()] = value
        self.unknown_starttag(tag, list(values.items()))

    def _end(self, name: str) -> None:
        tag = self._tags.get(name) or self._tag(name)
        if self._left_out and self._left_out.get(tag):
            self._left_out[tag] -= 1
            return
        self.unknown_endtag(tag)

    def _is_one_too_many(self, tag: str) -> bool:
        """Whether the entry has had so many of these elements that no more are read."""
        if tag in _ENTRIES:
            self._alike.clear()
            return False
        count = self._alike[tag] = self._alike.get(tag, 0) + 1
        if count <= _MOST_ALIKE:
            return False
        self._left_out[tag] = self._left_out.get(tag, 0) + 1
        return True

    def _tag(self, name: str) -> str:
        """The element's name as feedparser knows it, or else with the document's own prefix."""
        namespace, local = _split(name)
        tag = self._known_name(namespace, local)
        if namespace and ":" not in tag:
            own = next((prefix for prefix, uri in self.namespaces_in_use.items() if prefix and uri == namespace), "")
            tag = f"{own}:{local}".lower() if own else tag
        self._tags[name] = tag
        return tag

    def _known_name(self, namespace: str, local: str) -> str:
        prefix = self._matchnamespaces.get(namespace.lower())
        return f"{prefix}:{local}".lower() if prefix else local.lower()


def _split(name: str) -> tuple[str, str]:
    """Namespace and local name, out of expat's `namespace name prefix`."""
    namespace, separator, rest = name.partition(" ")
    return (namespace, rest.partition(" ")[0]) if separator else ("", name)


def _written(name: str) -> str:
    """An attribute's name as the document has it."""
    _, local, prefix = name.split(" ") if name.count(" ") == 2 else ("", name.rpartition(" ")[2], "")
    return f"{prefix}:{local}".lower() if prefix else local.lower()


class _Params(dict[str, Any]):
    """What feedparser knows of the text at hand. It asks six times an element, and copies it for each text; a
    FeedParserDict looks for other names of each key, and these have none.
    """

    def __deepcopy__(self, memo: object) -> dict[str, Any]:
        return dict(self)


class _Table(dict[int, Any]):
    """A table for str.translate that misses each character once, not each time with a KeyError."""

    def __missing__(self, character: int) -> int:
        self[character] = character
        return character


class _Dates:
    """While we read, collector.text.dates reads the dates: nine zeros spare feedparser its own nine attempts."""

    are_ours = False

    def __call__(self, text: str) -> tuple[int, ...] | None:
        return (0,) * 9 if self.are_ours else None


feedparser.mixin._cp1252 = _Table(feedparser.mixin._cp1252)
_dates = _Dates()
feedparser.registerDateHandler(_dates)
