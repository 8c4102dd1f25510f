"""Blocks -> the article as text, a paragraph a line, and as clean HTML with its headings, lists, quotes and tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby

from lxml.html import HtmlElement

from collector.extract.blocks import Block, Kind
from collector.text.clean import MAX_CONTENT, paragraphs
from collector.text.html import sanitise

_LONGEST_CELL = 200  # letters; beyond that a table is a layout, and its cells are paragraphs


def as_text(blocks: Iterable[Block]) -> str:
    """A paragraph, item or row of a table a line: the words of `as_html`, and no others."""
    lines: list[str] = []
    for kind, group in _grouped(blocks):
        lines += map(" ".join, _rows(group)) if kind is Kind.ROW else [block.text for block in group]
    return paragraphs("\n".join(lines), MAX_CONTENT)


def as_html(blocks: Iterable[Block]) -> str:
    """Clean HTML: p, h2 to h6, ul and ol, blockquote, pre and table, without any of the page's own markup."""
    return sanitise("".join(_markup(kind, group) for kind, group in _grouped(blocks)), "")


def _grouped(blocks: Iterable[Block]) -> Iterator[tuple[Kind, list[Block]]]:
    """Neighbours that belong into one list, table or quotation."""
    for (kind, _), group in groupby(blocks, key=lambda block: (_kind(block), block.is_ordered)):
        yield kind, list(group)


def _kind(block: Block) -> Kind:
    is_layout = block.kind is Kind.ROW and block.letters > _LONGEST_CELL
    return Kind.PARAGRAPH if is_layout else block.kind


def _rows(cells: list[Block]) -> list[list[str]]:
    return [[cell.text for cell in row] for _, row in groupby(cells, key=lambda cell: _around(cell.element, "tr"))]


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
        tag = "ol" if group[0].is_ordered else "ul"
        items = groupby(group, key=lambda block: _around(block.element, "li"))
        return f"<{tag}>{''.join(f'<li>{_paragraphs(item)}</li>' for _, item in items)}</{tag}>"
    inside = _paragraphs(group)
    if kind is Kind.QUOTE:
        return f"<blockquote>{inside}</blockquote>"
    return inside if len(group) > 1 else f"<p>{inside}</p>"


def _paragraphs(group: Iterable[Block]) -> str:
    texts = [escape(block.text) for block in group]
    return texts[0] if len(texts) == 1 else "".join(f"<p>{text}</p>" for text in texts)
