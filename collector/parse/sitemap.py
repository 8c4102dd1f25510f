"""News sitemaps (https://www.google.com/schemas/sitemap-news/0.9): a publisher's articles of the last two
days.
"""

from __future__ import annotations

from lxml import etree

from collector.errors import ParseError
from collector.model import ParsedEntry, ParsedFeed
from collector.parse import fields
from collector.parse.document import Document
from collector.parse.repair import shallow
from collector.text.dates import parse_date
from collector.text.html import absolute_url

ROOTS = frozenset({"urlset", "sitemapindex"})


def parse(document: Document) -> ParsedFeed:
    """The articles of a news sitemap. Raises ParseError for a plain sitemap and for an index of sitemaps."""
    if document.root == "sitemapindex":
        raise ParseError("an index of sitemaps, not a feed: use the news sitemap that it lists")
    if "sitemap-news" not in document.text:
        raise ParseError("a sitemap without news, not a feed: use the site's news sitemap")
    warnings: list[str] = []
    # libxml2 would leave out what follows a deep nesting, and say nothing.
    text, _ = shallow(document.text, document.root, warnings)
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=True)
    root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    if root is None:
        raise ParseError("a sitemap that cannot be read")
    urls = [element for element in root if _name(element) == "url"]
    entries = []
    for number, element in enumerate(urls[: fields.MAX_ENTRIES], 1):
        entry = _entry(_values(element), document.url)
        if entry is None:
            warnings.append(f"url {number} is no news")
        else:
            entries.append(entry)
    if len(urls) > fields.MAX_ENTRIES:
        warnings.append(f"only the first {fields.MAX_ENTRIES} of {len(urls)} addresses are read")
    return ParsedFeed(kind="sitemap", version="news", entries=tuple(entries), warnings=tuple(warnings))


def _name(element: etree._Element) -> str:
    """The name of an element without its namespace or prefix; "" for a comment."""
    return element.tag.rpartition("}")[2].rpartition(":")[2] if isinstance(element.tag, str) else ""


def _values(url: etree._Element) -> dict[str, str]:
    """The texts below a <url>, by their path: "loc", "news/title", "image/loc"."""
    found: dict[str, str] = {}
    todo = [(child, "") for child in reversed(url)]
    while todo:
        element, above = todo.pop()
        path = above + _name(element)
        found.setdefault(path, element.text or "")
        todo += [(child, f"{path}/") for child in reversed(element)] if above.count("/") < 3 else []
    return found


def _entry(values: dict[str, str], base: str) -> ParsedEntry | None:
    if "news" not in values:
        return None
    address = absolute_url(values.get("loc", ""), base)
    return ParsedEntry(
        guid=fields.guid(values.get("loc", "")),
        url=address,
        title=fields.html_title(values.get("news/title", "")),
        published_at=parse_date(values.get("news/publication_date", "")),
        updated_at=parse_date(values.get("lastmod", "")),
        language=fields.language(values.get("news/publication/language", "")),
        categories=fields.distinct(values.get("news/keywords", "").split(","), fields.MAX_CATEGORIES),
        image=absolute_url(values.get("image/loc", ""), base),
    )
