"""Articles that a page carries in its scripts: in JSON-LD, and as the state of a program that would show them."""

from __future__ import annotations

import json
import re

from lxml.etree import ParserError
from lxml.html import document_fromstring

from collector.extract.blocks import Block, Kind, read_blocks
from collector.extract.furniture import is_furniture
from collector.extract.jsonld import Node, strings
from collector.text.html import title_text

# A string of JSON or JavaScript with markup in it; "<" is often written as \u003c.
_LITERAL = re.compile(r'"((?:[^"\\\n]|\\.){600,400000}+)"')
_PARAGRAPH = re.compile(r"<p\b|\\u003[cC]p\b")
_FEWEST = 3  # paragraphs
_MOST_LITERALS = 200


def body_of(article: Node) -> list[Block]:
    """The blocks of the article that JSON-LD carries as `articleBody`."""
    text = max(strings(article.get("articleBody")), key=len, default="")
    if _PARAGRAPH.search(text):
        return _blocks(text)
    lines = [line for line in title_text(text).splitlines() if line.strip()]
    root = document_fromstring("<body></body>")
    return [Block(text=" ".join(line.split()), kind=Kind.PARAGRAPH, element=root) for line in lines]


def body_in_scripts(markup: str) -> list[Block]:
    """The blocks of the longest text with paragraphs that stands in a string of a script."""
    best: list[Block] = []
    for number, literal in enumerate(_LITERAL.finditer(markup)):
        if number >= _MOST_LITERALS:
            break
        if len(_PARAGRAPH.findall(literal[1])) >= _FEWEST:
            found = _blocks(_decoded(literal[1]))
            best = max(best, found, key=lambda blocks: sum(block.letters for block in blocks))
    return best


def _decoded(literal: str) -> str:
    try:
        text = json.loads(f'"{literal}"', strict=False)
    except ValueError:
        return ""
    return text.replace('\\"', '"').replace("\\n", "\n")


def _blocks(markup: str) -> list[Block]:
    try:
        tree = document_fromstring(markup)
    except (ParserError, ValueError):
        return []
    return [
        block
        for block in read_blocks(tree)
        if block.element.tag not in ("html", "body")
        and not any(is_furniture(e) for e in (block.element, *block.element.iterancestors()))
    ]
