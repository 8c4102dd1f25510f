"""Characters -> one lxml tree that metadata and text are read from, whatever the page does to the parser.

libxml2 gives up on markup nested deeper than 255 and on runs of text longer than 10 MB, and then keeps nothing of what
it read. Such a page is flattened, or cut, and parsed again.
"""

from __future__ import annotations

import re

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from collector.errors import ExtractError
from collector.text import MAX_CONTENT

# A page beyond this many characters is first rid of what holds no text. Pages are 0.2 million on average.
_LARGE = 1_000_000

# Kept of a page's nesting when it is deeper than the parser allows.
_MAX_DEPTH = 200

# More elements than this hold no article, but take a minute. Pages have 2,000 on average, large ones 20,000.
_MAX_TAGS = 100_000

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)[^>]*>")
_SCRIPT = re.compile(r"<(script|style)\b([^>]{0,2000})>", re.IGNORECASE)
_SCRIPT_END = re.compile(r"</(?:script|style)", re.IGNORECASE)
_COMMENT = re.compile("<!--")
_COMMENT_END = re.compile("-->")
_LONG_RUN = re.compile(rf"([^<]{{{MAX_CONTENT}}})[^<]++")
_SPACES = re.compile(r"[ \t\r\n]{100,}+")

# Elements that have no end tag, or are seldom given one: they do not count as nesting.
_FLAT = frozenset("area base br col embed hr img input link meta param source track wbr p li dt dd tr td th option".split())
_INLINE = frozenset("a abbr b bdi bdo cite code em font i mark q s small span strike strong sub sup time tt u var".split())


def parse_html(markup: str) -> HtmlElement:
    """The tree of a page. Raises ExtractError when there is no element in it."""
    markup = _CONTROLS.sub("", markup)
    if len(markup) > _LARGE:
        markup = _lightened(markup)
    tree, is_whole = _parse(markup)
    if not is_whole:
        tree, _ = _parse(_flattened(markup))
    return tree


def _parse(markup: str) -> tuple[HtmlElement, bool]:
    """The tree, and whether the parser read the page to its end."""
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    try:
        tree = document_fromstring(markup.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, AssertionError) as error:
        if any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log):
            return etree.Element("html"), False
        raise ExtractError("no HTML document") from error
    return tree, not any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log)


def _lightened(markup: str) -> str:
    """A large page without its comments, scripts (JSON-LD stays), style sheets, long blanks and endless paragraphs."""
    markup = _without(markup, _COMMENT, _COMMENT_END)
    markup = _without(markup, _SCRIPT, _SCRIPT_END)
    markup = _LONG_RUN.sub(r"\1", _SPACES.sub("\n", markup))
    tags = 0
    for tag in _TAG.finditer(markup):
        tags += 1
        if tags > _MAX_TAGS:
            return markup[: tag.start()]
    return markup


def _without(markup: str, start: re.Pattern[str], end: re.Pattern[str]) -> str:
    """Everything between a start and the end that follows it is left out, in linear time; an end that lacks ends this."""
    kept = []
    position = 0
    while (opening := start.search(markup, position)) is not None:
        closing = end.search(markup, opening.end())
        if closing is None:
            break
        is_kept = "ld+json" in opening[0].lower()
        kept.append(markup[position : closing.end() if is_kept else opening.start()])
        position = closing.end()
    kept.append(markup[position:])
    return "".join(kept)


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

    return _TAG.sub(keep, markup)
