"""Blocks -> the article as text, a paragraph a line, and as clean HTML with its headings, lists, quotes and tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby

from lxml.html import HtmlElement

from collector.extract.blocks import Block, Kind
from collector.html import sanitise
from collector.text import MAX_CONTENT, paragraphs

_LONGEST_CELL = 200  # letters; beyond that a table is a layout, and its cells are paragraphs


def as_text(blocks: Iterable[Block]) -> str:
    """A paragraph, item or row a line; items are marked as such, cells divided."""
    lines: list[str] = []
    for kind, group in _grouped(blocks):
        if kind is Kind.ITEM:
            lines += [f"{mark} {block.text}".lstrip() for mark, block in _marked(group)]
        elif kind is Kind.ROW:
            lines += [" | ".join(cells) for cells in _rows(group)]
        else:
            lines += [block.text for block in group]
    return paragraphs("\n".join(lines), MAX_CONTENT)


def as_html(blocks: Iterable[Block], base: str) -> str:
    """Clean HTML: p, h2 to h6, ul and ol, blockquote, pre and table. What the page said in markup of its own is gone."""
    return sanitise("".join(_markup(kind, group) for kind, group in _grouped(blocks)), base)


def _grouped(blocks: Iterable[Block]) -> Iterator[tuple[Kind, list[Block]]]:
    """Neighbours that belong into one list, table or quotation."""
    for (kind, _), group in groupby(blocks, key=lambda block: (_kind(block), block.is_ordered)):
        yield kind, list(group)


def _kind(block: Block) -> Kind:
    is_layout = block.kind is Kind.ROW and block.letters > _LONGEST_CELL
    return Kind.PARAGRAPH if is_layout else block.kind


def _marked(items: list[Block]) -> Iterator[tuple[str, Block]]:
    """Each block of a list with its mark; an item's second paragraph has none."""
    number, last = 0, None
    for block in items:
        item = _around(block.element, "li")
        is_new = item is None or item is not last
        number, last = number + is_new, item
        yield ("" if not is_new else f"{number}." if block.is_ordered else "-"), block


def _rows(cells: list[Block]) -> list[list[str]]:
    return [[cell.text for cell in row] for _, row in groupby(cells, key=lambda cell: id(_around(cell.element, "tr")))]


def _around(element: HtmlElement, tag: str) -> HtmlElement | None:
    return element if element.tag == tag else next(element.iterancestors(tag), None)


def _markup(kind: Kind, group: list[Block]) -> str:
    if kind is Kind.HEADING:
        return "".join(f"<h{max(2, b.level)}>{escape(b.text)}</h{max(2, b.level)}>" for b in group)
    if kind is Kind.CODE:
        return "".join(f"<pre>{escape(block.text)}</pre>" for block in group)
    if kind is Kind.ROW:
        rows = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in _rows(group))
        return f"<table><tbody>{''.join(f'<tr>{row}</tr>' for row in rows)}</tbody></table>"
    if kind is Kind.ITEM:
        tag, items = ("ol" if group[0].is_ordered else "ul"), []
        for mark, block in _marked(group):
            items.append(f"</li><li>{escape(block.text)}" if mark else f"<br>{escape(block.text)}")
        return f"<{tag}>{''.join(items).removeprefix('</li>')}</li></{tag}>"
    inside = "".join(f"<p>{escape(block.text)}</p>" for block in group)
    return f"<blockquote>{inside}</blockquote>" if kind is Kind.QUOTE else inside
