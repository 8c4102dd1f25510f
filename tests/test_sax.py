"""The short way from expat to feedparser's handlers brings what feedparser's own way brings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from collector.errors import ParseError
from collector.parse import feedxml, sax
from collector.parse.document import read
from collector.parse.repair import repair
from collector.text.decoding import decode

CASES = Path(__file__).parent / "data" / "feeds"
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="http://a.example/b/">'
XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'
SVG = 'xmlns="http://www.w3.org/2000/svg" xmlns:l="http://www.w3.org/1999/xlink"'
ODD = [
    f'{ATOM}<entry><title type="html">A &amp;lt;b></title><link HREF="c"/><id>1</id></entry></feed>',
    f'{ATOM}<entry><content type="xhtml"><div {XHTML}><p>a <b>b</b></p></div></content></entry></feed>',
    f'{ATOM}<entry><content type="xhtml"><svg {SVG}><use l:href="#a"/></svg></content></entry></feed>',
    f'{ATOM}<entry><content type="application/x" mode="base64">PGI+YTwvYj4=</content></entry></feed>',
    '<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry><a:title>prefix</a:title></a:entry></a:feed>',
    '<rss version="2.0" xmlns:o="urn:own" xmlns:O="urn:other"><channel><item><o:Title o:a="1" a="2">x</o:Title>'
    "<O:b/></item></channel></rss>",
    '<rss xmlns="http://backend.userland.com/rss2"><channel><item><title>\x91cp1252\x92 \xe2\x82\xac</title></item>'
    "</channel></rss>",
    '<rss version="2.0"><channel><item><m:content xmlns:m="http://search.yahoo.com/mrss" URL="u" url="v"/></item>'
    "</channel></rss>",
    '<rss version="2.0"><channel><item><pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate><author>a@b.example (A)</author>'
    "</item></channel></rss>",
]


def plain(value: Any) -> Any:
    """The same without what nobody reads: feedparser's own reading of dates, and its kind of dictionary."""
    if isinstance(value, dict):
        return {key: plain(value) for key, value in dict.items(value) if not key.endswith("_parsed")}
    return [plain(one) for one in value] if isinstance(value, list | tuple) else value


def both(text: str) -> tuple[Any, Any]:
    """What comes of a document on either way: its parts, or the error."""

    def outcome(way: Any, *details: Any) -> Any:
        try:
            found = way(*details)
            return plain({name: dict.get(found, name) for name in ("feed", "entries", "version")})
        except Exception as exc:
            return repr(exc)

    return outcome(sax.read, text, "en"), outcome(sax.read_leniently, text.encode("utf-8", "replace"), "en")


@pytest.mark.parametrize("text", ODD)
def test_odd_documents_are_read_alike(text: str):
    """Namespaces known, unknown and spelt in other cases, embedded vocabularies, languages, bases, base64."""
    short, long = both(text)

    assert short == long
    assert short["entries"]


@pytest.mark.parametrize("path", sorted(CASES.glob("*.xml")), ids=lambda path: path.stem)
def test_cases_are_read_alike(path: Path):
    """Every document under tests/data/feeds, malformed ones included."""
    short, long = both(decode(path.read_bytes()).partition("?>")[2])

    assert short == long


@pytest.mark.shared
def test_the_documents_of_other_projects_are_read_alike(shared: Path):
    """Several thousand documents, from the tests of feed parsers."""
    compared = 0
    for path in sorted(path for path in (shared / "feeds").rglob("*") if path.is_file()):
        try:
            document = read(path.read_bytes(), {}, "http://a.example/")
        except ParseError:
            continue
        if document.root in feedxml.ROOTS:
            short, long = both(repair(document.text))

            assert short == long, path
            compared += 1

    assert compared > 1_000
