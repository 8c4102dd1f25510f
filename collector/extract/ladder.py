"""The article's blocks, from the rung of the ladder that has most of it.

trafilatura and the page's structure (`body`) | what trafilatura found elsewhere | JSON-LD | strings in scripts
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from lxml.html import HtmlElement

from collector.extract.blocks import Block, Kind, read_blocks
from collector.extract.body import Claims, article_blocks
from collector.extract.embedded import body_in_scripts, body_of
from collector.extract.jsonld import Node
from collector.extract.text import rough_text
from collector.extract.titles import comparable

_BETTER = 1.6  # times as long, a text from elsewhere than the page's own blocks is the whole one
_FEWEST = 200  # letters of a text that may take the place of none
_START = 40  # letters and digits by which a paragraph is known
_SHORT = 600  # letters; a shorter text may be a beginning, and the next rung is tried


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The article's blocks, what sums it up before them, which rung they came from, and all blocks of the page."""

    blocks: list[Block]
    standfirst: str = ""
    source: str
    all_blocks: list[Block] = field(default_factory=list)

    @property
    def letters(self) -> int:
        """How long the blocks are together."""
        return sum(block.letters for block in self.blocks)


def find_body(
    tree: HtmlElement, markup: Callable[[], str], article: Node, claims: Claims, given: list[Block]
) -> Body:
    """The fullest body; it may have no blocks. `markup` gives the page's source, for which few pages are asked;
    `given` are blocks that rules for the site say are the article's: with them the ladder ends.
    """
    of_page = read_blocks(tree)
    if sum(block.letters for block in given) >= _FEWEST:
        kept = [block for block in given if comparable(block.text) != claims.title]
        return Body(blocks=kept, source="site", all_blocks=of_page)
    found: list[str] = []

    def rough() -> str:
        found.append(rough_text(tree))
        return found[0]

    blocks, standfirst = article_blocks(of_page, rough, claims)
    best = Body(blocks=blocks, standfirst=standfirst, source="trafilatura" if found else "page")
    if found and len(found[0]) > _BETTER * (best.letters + len(standfirst)):
        lines = [Block(text=line, kind=Kind.PARAGRAPH, element=tree) for line in found[0].splitlines()]
        best = Body(blocks=lines, source="trafilatura")
    best = _fuller(best, Body(blocks=body_of(article), source="json-ld"))
    if best.letters < _SHORT:
        best = _fuller(best, Body(blocks=body_in_scripts(markup()), source="script"))
    return replace(best, all_blocks=of_page)


def _fuller(best: Body, other: Body) -> Body:
    """The other one, when it is much longer and tells the same, or there is little to compare it with."""
    if other.letters <= max(_BETTER * (best.letters + len(best.standfirst)), _FEWEST):
        return best
    if best.letters < _SHORT:
        return other
    whole = comparable(" ".join(block.text for block in other.blocks))
    starts = [key for block in best.blocks if len(key := comparable(block.text)[:_START]) == _START]
    return other if 2 * sum(start in whole for start in starts) > len(starts) else best
