"""Malformed XML made well-formed where its meaning is plain: what publishers do most often.

Bare ampersands and HTML entities, control characters, impossible character references, undeclared prefixes.
What is malformed otherwise is left for the lenient parser. All patterns take linear time.
"""

from __future__ import annotations

import html
import re
from html.entities import name2codepoint
from xml.parsers import expat

from collector.text import legal

_CDATA = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z))", re.DOTALL)
_REFERENCE = re.compile(
    r"&(?!(?:amp|lt|gt|quot|apos);)(#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{1,30};)?"
)
_PREFIX = re.compile(r"</?([A-Za-z_][\w.-]*):[A-Za-z_]|\s([A-Za-z_][\w.-]*):[A-Za-z_][\w.-]*\s*=\s*[\"']")
_DECLARED = re.compile(r"\sxmlns:([A-Za-z_][\w.-]*)\s*=")
_TAG_NAME = re.compile(r"<[^\s/>]+")

_MAX_PREFIXES = 50
_NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "image": "http://www.google.com/schemas/sitemap-image/1.1",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "news": "http://www.google.com/schemas/sitemap-news/0.9",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "wfw": "http://wellformedweb.org/CommentAPI/",
}


def fault(text: str) -> str | None:
    """What makes `text` malformed XML, with its place; None when it is well-formed. Expands no entity."""
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    try:
        parser.Parse(text.encode("utf-8", "surrogatepass"), True)
    except expat.ExpatError as error:
        return str(error)
    return None


def repair(text: str) -> str:
    """`text` with the faults mended that can be mended without doubt."""
    parts = _CDATA.split(legal(text))
    parts[::2] = [_REFERENCE.sub(_reference, part) for part in parts[::2]]
    return _declare_prefixes("".join(parts), " ".join(parts[::2]))


def _reference(found: re.Match[str]) -> str:
    """A reference that XML does not know, as its character; what is no reference, as text."""
    name = found[1]
    if not name:
        return "&amp;"
    if name.startswith("#"):
        return html.escape(legal(html.unescape(found[0])), quote=False)
    code = name2codepoint.get(name[:-1])
    return chr(code) if code else f"&amp;{name}"


def _declare_prefixes(text: str, markup: str) -> str:
    used = {element or attribute for element, attribute in _PREFIX.findall(markup)}
    missing = used - set(_DECLARED.findall(markup)) - {"xml", "xmlns"}
    if not missing or len(missing) > _MAX_PREFIXES:
        return text
    declarations = "".join(
        f' xmlns:{prefix}="{_NAMESPACES.get(prefix.lower(), f"urn:undeclared:{prefix}")}"'
        for prefix in sorted(missing)
    )
    return _TAG_NAME.sub(lambda tag: tag[0] + declarations, text, count=1)
