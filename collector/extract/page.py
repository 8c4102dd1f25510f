"""What a page states about itself, read once from its tree: head elements, microdata, times, JSON-LD."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from lxml.etree import XPath
from lxml.html import HtmlElement

from collector.extract.jsonld import Graph
from collector.text.clean import MAX_TITLE, clean

# A page states a few dozen of each; the rest is not about its article.
_MAX_STATEMENTS = 300
_MAX_BYLINE = 100
_MOST_HEADINGS = 20
_NEAR = 3  # elements up from a heading in which its date stands

_IN_COMMENT = "ancestor::*[contains(@class, 'comment') or contains(@id, 'comment') or @itemprop = 'comment']"
_ITEMS = XPath(f"//*[@itemprop][not({_IN_COMMENT})]")
_AUTHOR_LINKS = XPath(f"//body//a[@rel = 'author'][not({_IN_COMMENT})]")
_BYLINES = XPath(
    f"""//body//*[contains(@class, 'byline') or contains(@class, 'author') or contains(@class, 'Author')]
    [not({_IN_COMMENT} or ancestor-or-self::footer)]"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The statements of one page. Keys are lower case; values keep their order, and may be anything.

    `meta` is by name or property, `links` by rel, `microdata` by itemprop. `times` are the values of the
    <time> elements, first those that are marked as a time of publication, then those beside the main heading.
    """

    url: str
    language: str
    title: str
    headings: tuple[str, ...]
    meta: dict[str, list[str]]
    links: dict[str, list[str]]
    microdata: dict[str, list[str]]
    times: tuple[str, ...]
    graph: Graph
    tree: HtmlElement

    def first_meta(self, *names: str) -> str:
        """The first value of the first of the names that the page has, "" when it has none."""
        return next((self.meta[name][0] for name in names if name in self.meta), "")


def read_page(tree: HtmlElement, url: str) -> Page:
    """Everything that the page says about itself. Changes nothing in the tree."""
    scripts = (s.text for s in tree.iter("script") if "ld+json" in s.get("type", "").lower() and s.text)
    title = tree.find(".//title")
    return Page(
        url=url,
        language=tree.get("lang") or tree.get("xml:lang", ""),
        title=_text(title) if title is not None else "",
        headings=tuple(text for h in list(tree.iter("h1"))[:_MOST_HEADINGS] if (text := _text(h))),
        meta=_metas(tree),
        links=_links(tree),
        microdata=_microdata(tree),
        times=_times(tree),
        graph=Graph(scripts),
        tree=tree,
    )


def bylines(page: Page) -> list[str]:
    """The texts of links that say that they lead to the author, else of what the page's classes call so.

    Looked for only when somebody asks, because few pages need it.
    """
    links = [text for element in _AUTHOR_LINKS(page.tree)[:10] if (text := _text(element))]
    if links:
        return links
    texts = [_text(element) for element in _BYLINES(page.tree)[:3]]
    return [text for text in texts if 0 < len(text) <= _MAX_BYLINE][:1]


def _metas(tree: HtmlElement) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for element in list(tree.iter("meta"))[:_MAX_STATEMENTS]:
        content = element.get("content", "").strip()
        for attribute in ("property", "name", "http-equiv"):
            if content and (name := element.get(attribute)):
                found[name.strip().lower()].append(content)
    return dict(found)


def _links(tree: HtmlElement) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for element in list(tree.iter("link"))[:_MAX_STATEMENTS]:
        href = element.get("href", "").strip()
        for rel in element.get("rel", "").lower().split():
            if href:
                found[rel].append(href)
    return dict(found)


def _microdata(tree: HtmlElement) -> dict[str, list[str]]:
    """Values by itemprop, those of comments left out."""
    found: dict[str, list[str]] = defaultdict(list)
    for element in _ITEMS(tree)[:_MAX_STATEMENTS]:
        value = element.get("content") or element.get("datetime") or _item_name(element)
        for name in element.get("itemprop").lower().split():
            if value:
                found[name].append(value)
    return dict(found)


def _item_name(element: HtmlElement) -> str:
    """The name of a nested item (an author that is a Person), else the text."""
    names = element.xpath("(.//*[@itemprop='name'])[1]") if element.get("itemscope") is not None else []
    return names[0].get("content") or _text(names[0]) if names else _text(element)


def _times(tree: HtmlElement) -> tuple[str, ...]:
    elements = list(tree.iter("time"))[:_MAX_STATEMENTS]
    heading = max(list(tree.iter("h1"))[:_MOST_HEADINGS], key=lambda h: len(_text(h)), default=None)
    near = set(list(heading.iterancestors())[:_NEAR]) - set(tree.iter("body", "html")) if heading is not None else set()
    elements.sort(key=lambda e: (e.get("pubdate") is None, near.isdisjoint(e.iterancestors())))
    return tuple(value for e in elements if (value := e.get("datetime", "").strip() or _text(e)))


def _text(element: HtmlElement) -> str:
    return clean(" ".join(element.itertext()) if len(element) else element.text or "", MAX_TITLE)
