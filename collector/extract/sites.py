"""Help for single sites, without code: CSS selectors that say where a page has its article, and what is none of it.

The user's rules (`sites:` in feeds.yaml) come before the shipped ones (sites.yaml beside this file, of the same form).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import yaml
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement

from collector.addresses.urls import host_key
from collector.extract.blocks import Block, read_blocks
from collector.extract.tree import parse_html
from collector.model import SiteRules, nearest
from collector.text.decoding import decode

_SHIPPED = Path(__file__).with_name("sites.yaml")


def shipped(url: str) -> SiteRules | None:
    """The shipped rules for the address, None when there are none."""
    return nearest(_shipped(), host_key(url))


def remove(tree: HtmlElement, rules: SiteRules) -> None:
    """Takes out of the tree what the rules say is no part of an article."""
    for element in _found(tree, rules.remove):
        if element.getparent() is not None:
            element.drop_tree()


def body_of(tree: HtmlElement, rules: SiteRules) -> list[Block]:
    """The blocks of the elements that the rules say hold the article; none when the page has no such element."""
    elements = _found(tree, rules.body)
    chosen = [element for element in elements if not any(above in elements for above in element.iterancestors())]
    return [block for element in chosen for block in read_blocks(element)]


def dates(tree: HtmlElement, rules: SiteRules) -> list[str]:
    """What stands where the rules say that the date is."""
    return [value for element in _found(tree, rules.date) if (value := _stated(element))]


def authors(tree: HtmlElement, rules: SiteRules) -> list[str]:
    """What stands where the rules say that the authors are."""
    return [text for element in _found(tree, rules.author) if (text := _text(element))]


def hits(body: bytes, url: str, charset: str | None, rules: SiteRules) -> dict[str, int]:
    """How many elements of a page each of the rules' selectors selects."""
    tree = parse_html(decode(body, charset))
    selectors = dict.fromkeys((*rules.body, *rules.remove, *rules.date, *rules.author))
    return {selector: len(_found(tree, (selector,))) for selector in selectors}


def _found(tree: HtmlElement, selectors: Iterable[str]) -> list[HtmlElement]:
    """The elements that any of the selectors selects, in the page's order."""
    found = {element for selector in selectors for element in _compiled(selector)(tree)}
    return [element for element in tree.iter() if element in found] if len(found) > 1 else list(found)


@cache
def _compiled(selector: str) -> CSSSelector:
    return CSSSelector(selector, translator="html")


def _stated(element: HtmlElement) -> str:
    attributes = ("datetime", "content", "title", "data-time", "data-date")
    return next((value for name in attributes if (value := element.get(name))), "") or _text(element)


def _text(element: HtmlElement) -> str:
    return " ".join(" ".join(element.itertext()).split())


@cache
def _shipped() -> tuple[SiteRules, ...]:
    return tuple(map(SiteRules.read, yaml.safe_load(_SHIPPED.read_text("utf-8"))))
