"""Characters -> one lxml tree that metadata and text are read from, whatever the page does to the parser.

libxml2 gives up on markup nested deeper than 255 and on runs of text longer than 10 MB, and then keeps
nothing of what it read. Such a page is flattened or cut. Everything here takes linear time.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from collector.errors import ExtractError, NoArticle
from collector.text.clean import MAX_CONTENT

# A page beyond this many characters is first rid of what holds no text. Pages are 0.2 million on average.
_LARGE = 500_000

# Kept of a page's nesting when it is deeper than the parser allows. What stands between (<li>, <tr>, <td>) is
# not counted, because its end tags may be left out, and makes at most four of one.
_MAX_DEPTH = 60

# More elements than this hold no article, but take a minute. Pages have 2,000 on average, large ones 20,000.
_MAX_TAGS = 100_000
_MAX_ALIKE = 10_000  # of one name, in a page that has more: a flood of <img> hides no article

_CONTROLS = bytes({*range(32)} - {*b"\t\n\r"})
# References to what is no character, or to one of the 32 that HTML reads as windows-1252 (HTML §13.2.5.80).
_REFERENCE = re.compile(
    r"&#(?i:0*(?P<decimal>[0-8]|1[124-9]|2\d|3[01]|12[89]|1[34]\d|15\d|5[5-7]\d{3}|6553[45]|\d{7,})"
    r"|x0*(?P<hex>[0-8bcef]|1[0-9a-f]|[89][0-9a-f]|d[89a-f][0-9a-f]{2}|fff[ef]|[0-9a-f]{6,}))(?![0-9a-fA-F]);?"
)
# libxml2 compares each attribute with all before it.
_GIANT_TAG = re.compile(r"<([a-zA-Z][^\s/<>]*)\s[^<>]{10000,}+>")
_MAX_ATTRIBUTES = 500
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*)[^<>]*>")
# What a large or deep page is rid of: comments, drawings, style sheets, scripts other than JSON-LD.
_BALLAST = re.compile(r"<(?:!--|(?i:(script|style|svg)\b(?![^>]{0,300}ld\+json))[^>]{0,300}>)")
_BALLAST_END = {
    None: re.compile("-->"),
    "script": re.compile(r"</(?i:script)\s*>"),
    "style": re.compile(r"</(?i:style)\s*>"),
    "svg": re.compile(r"</(?i:svg)\s*>"),
}
_SPACES = re.compile(r"[ \t\r\n]{100,}+")
_BREAKS = re.compile(r"<(?i:br\s*/?>(?:\s*+<br\s*/?>)++)")

_CODE = ("script", "style", "template", "svg", "canvas", "iframe")
_MEDIA = ("img", "picture", "source", "video", "audio")
_WORDLESS = (*_CODE, *_MEDIA)

# Elements that have no end tag, or are seldom given one: they do not count as nesting.
_FLAT = frozenset(
    {
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    }
    | {"p", "li", "dt", "dd", "tr", "td", "th", "option"}
)
_INLINE = frozenset(
    {
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "cite",
        "code",
        "em",
        "font",
        "i",
        "mark",
        "q",
        "s",
        "small",
        "span",
        "strike",
    }
    | {"strong", "sub", "sup", "time", "tt", "u", "var"}
)


def parse_html(markup: str) -> HtmlElement:
    """The tree of a page. Raises ExtractError when it is none."""
    if _TAG.search(markup) is None:
        raise ExtractError("no HTML document", NoArticle.NO_HTML)
    markup = _REFERENCE.sub(_referenced, markup)
    if len(markup) > _LARGE:
        markup = _lightened(markup)
    tree, is_whole = _parse(markup)
    if not is_whole:
        tree, _ = _parse(_flattened(_without_ballast(markup)))
    _drop_wordless(tree)
    return tree


def _drop_wordless(tree: HtmlElement) -> None:
    """Take out what holds no words of an article, and costs a fifth of the time that extraction takes.

    JSON-LD stays: it is read, and is trafilatura's last resort for the text.
    """
    for element in list(tree.iter(*_WORDLESS)):
        if "ld+json" not in element.get("type", "").lower() and element.getparent() is not None:
            element.drop_tree()


def _referenced(reference: re.Match[str]) -> str:
    code = int(reference["decimal"] or "0") or int(reference["hex"] or "0", 16)
    if 0x80 <= code <= 0x9F:
        return bytes([code]).decode("windows-1252", "ignore")
    is_character = 0xE000 <= code < 0xFFFE or 0x10000 <= code <= 0x10FFFF or 31 < code < 0xD800
    return reference[0] if is_character else ""


def _parse(markup: str) -> tuple[HtmlElement, bool]:
    """The tree, and whether the parser read the page to its end."""
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    try:
        tree = document_fromstring(markup.encode("utf-8", "replace").translate(None, _CONTROLS), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, AssertionError) as error:
        if any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log):
            return etree.Element("html"), False
        raise ExtractError("no HTML document", NoArticle.NO_HTML) from error
    return tree, not any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log)


def _lightened(markup: str) -> str:
    """A large page without what holds no text, without endless blanks and paragraphs, with fewer tags."""
    markup = _BREAKS.sub("<br><br>", _SPACES.sub("\n", _without_ballast(markup)))
    markup = _GIANT_TAG.sub(_without_attributes, markup)
    if len(markup) > MAX_CONTENT:
        markup = "<".join(map(_shortened, markup.split("<")))
    if _end_of_tags(markup) is None:
        return markup
    markup = _flattened(_thinned(markup))
    return markup[: _end_of_tags(markup)]


def _without_attributes(tag: re.Match[str]) -> str:
    return f"<{tag[1]}>" if len(tag[0].split()) > _MAX_ATTRIBUTES else tag[0]


def _thinned(markup: str) -> str:
    """The page without the tags of which it has had thousands; what stands between them stays."""
    seen: Counter[str] = Counter()

    def keep(tag: re.Match[str]) -> str:
        name = tag[2].lower()
        seen[name] += 1
        return tag[0] if seen[name] <= _MAX_ALIKE else "" if name in _INLINE else " "

    return _TAG.sub(keep, markup)


def _shortened(piece: str) -> str:
    """A tag and the text behind it, which may be as long as an article."""
    if len(piece) <= MAX_CONTENT:
        return piece
    tag, end, text = piece.partition(">")
    return tag + end + text[:MAX_CONTENT]


def _end_of_tags(markup: str) -> int | None:
    """Where a page has had more tags than any article, None when it has fewer."""
    if markup.count("<") <= _MAX_TAGS:
        return None
    last = next(islice(_TAG.finditer(markup), _MAX_TAGS, None), None)
    return last and last.start()


def _without_ballast(markup: str) -> str:
    """What begins first ends first, as in browsers. Where an end is missing, the rest stays."""
    kept = []
    position = 0
    while (start := _BALLAST.search(markup, position)) is not None:
        end = _BALLAST_END[start[1] and start[1].lower()].search(markup, start.end())
        if end is None:
            break
        kept.append(markup[position : start.start()])
        position = end.end()
    return "".join([*kept, markup[position:]])


def _flattened(markup: str) -> str:
    """The page with the tags beyond the greatest depth taken out, and line breaks where those were blocks."""
    depth = 0

    def keep(tag: re.Match[str]) -> str:
        nonlocal depth
        name = tag[2].lower()
        if name in _FLAT:
            return tag[0] if depth < _MAX_DEPTH or name in ("br", "p", "img") else "<br>"
        was_deep = depth > _MAX_DEPTH
        depth = max(0, depth - 1) if tag[1] else depth + 1
        if not was_deep and depth <= _MAX_DEPTH:
            return tag[0]
        return "" if name in _INLINE else "<br>"

    return _BREAKS.sub("<br><br>", _TAG.sub(keep, markup))
