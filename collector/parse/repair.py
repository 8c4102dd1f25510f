"""Malformed XML made well-formed where its meaning is plain: what publishers do most often.

Bare ampersands and HTML entities, control characters, impossible character references, undeclared prefixes.
What is malformed otherwise is left for the lenient parser. All patterns take linear time.
"""

from __future__ import annotations

import html
import re
from html.entities import name2codepoint
from xml.parsers import expat

from collector.errors import ParseError
from collector.parse.document import entry_spans
from collector.text.clean import legal

_CDATA = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z))", re.DOTALL)
_REFERENCE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)(#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{1,30};)?")
_PREFIX = re.compile(r"</?([A-Za-z_][\w.-]*):[A-Za-z_]|\s([A-Za-z_][\w.-]*):[A-Za-z_][\w.-]*\s*=\s*[\"']")
_DECLARED = re.compile(r"\sxmlns:([A-Za-z_][\w.-]*)\s*=")
_TAG_NAME = re.compile(r"<[^\s/>]+")

_SHORT_ELEMENT = re.compile(
    r"<((?:\w+:)?(?i:author|creator|publisher|managingeditor|webmaster|keywords|tags))(?:\s[^<>]*)?>"
)
_LONGEST = 1_000  # characters
_GIANT_TAG = re.compile(r"<([A-Za-z_][\w:.-]*)\s[^<>]{10000,}")
# Up to the end tag, and not beyond the next start tag: linear time even when none is closed.
_CAPTION = re.compile(r"<media:description\b[^<>]*(?:/>|>(?:(?!<media:description)(?s:.))*?</media:description\s*>)")
_MOST_ATTRIBUTES = 500
_MOST_NAMESPACES = 1_000
_DEEPEST = 1_000
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


def shallow(text: str, root: str, warnings: list[str]) -> tuple[str, str | None]:
    """`text` without the entries whose elements are nested deeper than any feed needs, each with a warning; and
    what makes it malformed XML, with its place, None when it is well-formed. Expands no entity.

    Raises ParseError when it is too deep outside of its entries, or in each of them.
    """
    try:
        return text, _fault(text, expat.ParserCreate("utf-8", namespace_separator=" "))
    except ParseError:
        spans = entry_spans(text, root)
        deep = [(start, end) for start, end in spans if _is_too_deep(text[start:end])]
        if len(deep) == len(spans):
            raise
        kept, at = [], 0
        for start, end in deep:
            warnings.append("an entry cannot be read (it is nested too deeply)")
            kept.append(text[at:start])
            at = end
        text = "".join((*kept, text[at:]))
    return text, _fault(text, expat.ParserCreate("utf-8", namespace_separator=" "))


def _is_too_deep(entry: str) -> bool:
    try:
        _fault(entry, expat.ParserCreate("utf-8"))
    except ParseError:
        return True
    return False


def _fault(text: str, parser: expat.XMLParserType) -> str | None:
    depth = 0

    def enter(_name: str, _attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise ParseError(f"XML that is nested deeper than {_DEEPEST} elements")

    def leave(_name: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartElementHandler, parser.EndElementHandler = enter, leave
    try:
        parser.Parse(text.encode("utf-8", "surrogatepass"), True)
    except expat.ExpatError as error:
        return str(error)
    return None


def without_giants(text: str) -> str:
    """`text` with parts cut off on which feedparser spends quadratic time: tags with thousands of attributes, and
    persons (in which it looks for an address) and keywords longer than any that are meant to be read.

    Raises ParseError when there are thousands of namespaces.
    """
    if text.count("xmlns:") > _MOST_NAMESPACES and len(set(_DECLARED.findall(text))) > _MOST_NAMESPACES:
        raise ParseError(f"XML with more than {_MOST_NAMESPACES} namespaces")
    text = _GIANT_TAG.sub(_without_attributes, text)
    kept, at, unclosed = [], 0, set()
    for tag in _SHORT_ELEMENT.finditer(text):
        end_tag, start = f"</{tag[1]}", tag.end()
        if start < at or end_tag in unclosed or text.find(end_tag, start, start + _LONGEST) >= 0:
            continue
        end = text.find(end_tag, start)
        if end < 0:
            unclosed.add(end_tag)
            continue
        kept.append(text[at:start])
        at = end
    return "".join((*kept, text[at:])) if kept else text


def without_captions(text: str) -> str:
    """`text` without what Media RSS says of a picture, where entries have texts of their own: feedparser takes
    the one for the other, and the later wins. A feed of videos has no other texts.
    """
    captions = text.count("<media:description")
    if not captions:
        return text
    texts = sum(map(text.count, ("<description", "<content:encoded", "<summary", "<content ", "<content>")))
    return _CAPTION.sub("", text) if texts > captions / 2 else text


def _without_attributes(tag: re.Match[str]) -> str:
    if tag[0].count("=") < _MOST_ATTRIBUTES or "xmlns" in tag[0][:_LONGEST]:
        return tag[0]
    return f"<{tag[1]}/" if tag[0].endswith("/") else f"<{tag[1]}"


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
        return html.escape(legal(html.unescape(found[0])).replace("\ufffd", ""), quote=False)
    code = name2codepoint.get(name[:-1])
    return chr(code) if code else f"&amp;{name}"


def _declare_prefixes(text: str, markup: str) -> str:
    used = {element or attribute for element, attribute in _PREFIX.findall(markup)}
    missing = used - set(_DECLARED.findall(markup)) - {"xml", "xmlns"}
    if not missing or len(missing) > _MAX_PREFIXES:
        return text
    declarations = "".join(
        f' xmlns:{prefix}="{_NAMESPACES.get(prefix.lower(), f"urn:undeclared:{prefix}")}"' for prefix in sorted(missing)
    )
    return _TAG_NAME.sub(lambda tag: tag[0] + declarations, text, count=1)
