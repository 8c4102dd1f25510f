"""Pages that stand where an article should be: consent walls, captchas, challenges, shells, stubs, errors, listings.

A page is called one of these when its title says so, or when what could be read of it is short and speaks of nothing
else; a page that states an article and has its text is none, whatever else is on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from lxml.html import HtmlElement

from collector.addresses.urls import is_front_page
from collector.errors import ExtractError, NoArticle
from collector.extract.blocks import Block, Kind
from collector.extract.jsonld import Node
from collector.extract.page import Page
from collector.extract.wallwords import APPEALS, MACHINES, TITLES

_DENSE = re.compile("[\u3040-\ud7af]")
_FEWEST = 60  # letters; fewer are a caption or a notice
_LITTLE = 400  # letters: one sentence of a wall decides
_SHORT = 1_600  # letters: more sentences of a wall must be among them
_LONG = 6_000  # letters: beyond that it is a text, whatever it speaks of
_SENTENCE = 350  # letters that one sentence of a wall may stand for
_SHARE = 0.3  # of the text, in lines that speak of a wall
_STUB = 700  # letters of a paid article that are its beginning only

_TEASERS = 8  # linked headings from which a page may be a list of articles
_PER_TEASER = 160  # letters of text for each of them, at most
_LISTING_TYPES = ("collectionpage", "itemlist", "searchresultspage")


def weight(text: str) -> int:
    """The letters of a text; an ideograph or a syllable of Hangul counts for three."""
    return len(text) - sum(map(str.isspace, text)) + 2 * len(_DENSE.findall(text))


def refuse_walls(page: Page, article: Node, blocks: Sequence[Block], text: str, markup: str, *, is_paid: bool) -> None:
    """Raises ExtractError with its outcome when the page is no article. `blocks` are all of the page's, `text` is what
    could be read as its article, `markup` its source.
    """
    letters = weight(text)
    outcome = _outcome(page, article, blocks, text, letters, markup, is_paid)
    if outcome is not None:
        raise ExtractError(_WORDS[outcome], outcome)
    if letters < _FEWEST:
        raise ExtractError("no article text found", NoArticle.NO_TEXT)


def _outcome(
    page: Page, article: Node, blocks: Sequence[Block], text: str, letters: int, markup: str, is_paid: bool
) -> NoArticle | None:
    if letters > _LONG:
        return None
    is_stated = _states_article(page, article)
    heads = [head for head in (page.title, *page.headings[:2]) if head]
    if not (is_stated and letters > _LITTLE):
        for outcome, pattern in TITLES.items():
            if letters <= _SHORT and any(pattern.search(head) for head in heads):
                return outcome
    said = text
    if letters < _FEWEST:
        said = "\n".join([*heads, *(block.text for block in blocks[:200]), _noscript(page.tree, markup)])[:20_000]
    elif letters <= _LITTLE and (outcome := _machine(markup)) and not is_stated:
        return outcome
    if (outcome := _spoken(said, max(letters, 1), is_stated)) is not None:
        return outcome
    if letters < _FEWEST and (outcome := _machine(markup)) is not None:
        return outcome
    if is_paid and letters < _STUB and _has_appeal(blocks):
        return NoArticle.PAYWALL
    # A front page is known by its address, and never asked for; on a site of one page it is the text.
    if not is_stated and not is_front_page(page.url) and _is_listing(page, blocks, letters):
        return NoArticle.LISTING
    return NoArticle.SCRIPT if letters < _FEWEST and _is_shell(blocks, markup) else None


def _states_article(page: Page, article: Node) -> bool:
    """Whether the page says that an article is on it, with a date or an author."""
    if article.get("headline") and (article.get("datePublished") or article.get("author")):
        return True
    kind = page.first_meta("og:type").lower()
    return "article:published_time" in page.meta or (
        (kind in ("article", "video") or kind.startswith("video.")) and bool(page.headings)
    )


def _spoken(said: str, letters: int, is_stated: bool) -> NoArticle | None:
    """What the text speaks of, when it speaks of little else."""
    if is_stated and letters > _SHORT:
        return None
    lines = [line for line in said.splitlines() if line.strip()]
    best, most, share = None, 0, 0.0
    for outcome, pattern in APPEALS.items():
        speaking = [line for line in lines if pattern.search(line)]
        found = {match[0].casefold() for line in speaking for match in pattern.finditer(line)}
        if len(found) > most:
            best, most = outcome, len(found)
            share = sum(map(weight, speaking)) / max(1, sum(map(weight, lines)))
    if best is None or (share < _SHARE and letters >= _FEWEST):
        return None
    if letters <= (_LITTLE // 2 if is_stated else _LITTLE):
        return best
    return best if most >= 2 and most * _SENTENCE >= letters else None


def _has_appeal(blocks: Iterable[Block]) -> bool:
    pattern = APPEALS[NoArticle.PAYWALL]
    return any(len(block.text) < 400 and pattern.search(block.text) for block in blocks)


def _machine(markup: str) -> NoArticle | None:
    """What a page's scripts are, by names that belong to makers of challenges."""
    head = markup[:300_000]
    return next((outcome for outcome, pattern in MACHINES.items() if pattern.search(head)), None)


def _noscript(tree: HtmlElement, markup: str) -> str:
    return "\n".join(" ".join(element.itertext()) for element in list(tree.iter("noscript"))[:5])


def _is_listing(page: Page, blocks: Sequence[Block], letters: int) -> bool:
    """Whether the page is mostly headlines that lead elsewhere."""
    teasers = sum(_is_teaser(block) for block in blocks)
    least = _TEASERS // 2 if any(page.graph.of_type(*_LISTING_TYPES)) else _TEASERS
    longest = max((block.letters for block in blocks if block.link_share < 0.5), default=0)
    return teasers >= least and letters < _PER_TEASER * teasers and longest < 2.5 * _PER_TEASER


def _is_teaser(block: Block) -> bool:
    return block.kind is Kind.HEADING and block.link_share > 0.8 and weight(block.text) >= 20


def _is_shell(blocks: Sequence[Block], markup: str) -> bool:
    """Whether the page has next to no text, and scripts that would write it."""
    return sum(block.letters for block in blocks) < _LITTLE and markup.count("<script") >= 1


_WORDS = {
    NoArticle.CONSENT: "it asks for consent to cookies first",
    NoArticle.CAPTCHA: "it asks whether a person is reading",
    NoArticle.CHALLENGE: "it checks the browser first, or turns programs away",
    NoArticle.SCRIPT: "it shows its text to browsers with JavaScript alone",
    NoArticle.PAYWALL: "it shows the beginning to all, and the rest to subscribers",
    NoArticle.LOGIN: "it asks to sign in first",
    NoArticle.ERROR: "it says that there is nothing, or that something went wrong",
    NoArticle.LISTING: "it is a list of other articles",
    NoArticle.NO_TEXT: "no article text found",
}
