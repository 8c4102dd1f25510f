"""A page's tree -> its blocks: what a reader sees as paragraphs, headings, items, quotes and rows of tables.

A block is the text between two borders of block-level elements or pairs of <br>. Blocks come in the page's order, and
each knows the element that it stands in, so that what is decided of a text can be decided by its surroundings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from lxml.html import HtmlElement

from collector.text.clean import MAX_CONTENT, legal

_SPACES = re.compile(r"\s+")
# Soft hyphens, and spaces that nobody sees: hints for a renderer, no part of a word.
_INVISIBLE = dict.fromkeys((0xAD, 0x200B, 0x2060, 0xFEFF))

_BLOCK_TAGS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "div", "dl", "dt"),
        *("fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup"),
        *("hr", "html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table"),
        *("tbody", "td", "tfoot", "th", "thead", "tr", "ul", "caption", "search"),
    }
)
_MUTE = frozenset(
    {"script", "style", "noscript", "template", "head", "title", "select", "option", "button", "textarea", "input"}
    | {"svg", "iframe", "object", "embed", "datalist", "canvas", "meta", "link", "math"}
)


class Kind(StrEnum):
    """What a block is, by the nearest element that says so; the value is its element in clean HTML."""

    PARAGRAPH = "p"
    HEADING = "h"
    ITEM = "li"
    QUOTE = "blockquote"
    CODE = "pre"
    ROW = "tr"


@dataclass(slots=True, eq=False, kw_only=True)
class Block:
    """One block. `element` is the innermost block-level element around it, `linked` the letters inside links.

    `level` is a heading's 1 to 6, or how deep the lists around an item nest; `is_ordered` says which kind of list.
    """

    text: str
    kind: Kind
    element: HtmlElement
    linked: int = 0
    level: int = 0
    is_ordered: bool = False

    @property
    def letters(self) -> int:
        """The length of the text."""
        return len(self.text)

    @property
    def link_share(self) -> float:
        """Which part of the text is inside links, 0 to 1."""
        return self.linked / max(1, len(self.text))


def tidy(text: str) -> str:
    """A text on one line, as a reader sees it."""
    return " ".join(legal(text.translate(_INVISIBLE) if not text.isascii() else text).split())


def read_blocks(root: HtmlElement) -> list[Block]:
    """The blocks below an element, in order; nothing of scripts, controls and forms' fields."""
    return list(_Reader().read(root))


@dataclass(slots=True)
class _Run:
    """The text that is being gathered."""

    parts: list[str] = field(default_factory=list)
    linked: int = 0
    breaks: int = 0  # <br> since the last letter


@dataclass(slots=True)
class _End:
    """The end of an element, on the way back."""

    of: HtmlElement


class _Reader:
    """Walks a tree without recursion: pages nest deeper than Python's stack."""

    def __init__(self) -> None:
        self._run = _Run()
        self._left = MAX_CONTENT

    def read(self, root: HtmlElement) -> Iterator[Block]:
        holders: list[HtmlElement] = [root]
        stack: list[HtmlElement | _End] = [root]
        links = 0
        while stack and self._left > 0:
            element = stack.pop()
            if isinstance(element, _End):
                element = element.of
                if element.tag in _BLOCK_TAGS:
                    if self._run.parts:
                        yield from self._end(holders[-1])
                    holders.pop()
                elif element.tag == "a":
                    links -= 1
            elif not isinstance(element.tag, str) or element.tag in _MUTE:
                pass
            elif element.tag == "br":
                self._run.breaks += 1
                self._add(element.tail, links)
                if self._run.breaks > 1:
                    yield from self._end(holders[-1])
                continue
            else:
                if element.tag in _BLOCK_TAGS:
                    if self._run.parts:
                        yield from self._end(holders[-1])
                    holders.append(element)
                elif element.tag == "a":
                    links += 1
                if element.text:
                    self._add(element.text, links)
                stack.append(_End(element))
                if len(element):
                    stack.extend(element[::-1])
                continue
            if element.tail and element is not root:
                self._add(element.tail, links)
        yield from self._end(holders[-1])

    def _add(self, text: str | None, links: int) -> None:
        if not text:
            return
        if text.isspace():
            self._run.parts.append(" ")
            return
        if self._run.breaks:
            self._run.parts.append("\n" if self._run.breaks == 1 else "\n\n")
        self._run.breaks = 0
        self._run.parts.append(text)
        if links:
            self._run.linked += len(text.strip())

    def _end(self, holder: HtmlElement) -> Iterator[Block]:
        run, self._run = self._run, _Run()
        if not run.parts:
            return
        whole = "".join(run.parts)
        if whole.isspace():
            return
        kind, level, is_ordered = _kind(holder)
        texts = [whole] if kind is Kind.CODE else re.split(r"\n\n", whole) if "\n\n" in whole else [whole]
        for part in texts:
            text = tidy(part) if kind is not Kind.CODE else legal(part).strip("\n")
            if text:
                self._left -= len(text)
                linked = min(run.linked, len(text))
                yield Block(text=text, kind=kind, element=holder, linked=linked, level=level, is_ordered=is_ordered)


def _kind(holder: HtmlElement) -> tuple[Kind, int, bool]:
    """What the element and those around it make of a text."""
    element, depth, is_ordered, found = holder, 0, False, Kind.PARAGRAPH
    for _ in range(12):
        tag = element.tag
        if found is Kind.PARAGRAPH:
            if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
                return Kind.HEADING, int(tag[1]), False
            if tag == "li":
                found = Kind.ITEM
            elif tag == "blockquote":
                return Kind.QUOTE, 0, False
            elif tag == "pre":
                return Kind.CODE, 0, False
            elif tag in ("td", "th") and element is holder:
                return Kind.ROW, 0, False
        if tag in ("ul", "ol"):
            is_ordered = is_ordered if depth else tag == "ol"
            depth += 1
        parent = element.getparent()
        if parent is None or tag in ("article", "section", "main", "body", "table"):
            break
        element = parent
    return found, depth, is_ordered
