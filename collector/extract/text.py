"""A page's tree -> roughly the article's text. The only file that imports trafilatura."""

from __future__ import annotations

import warnings

from lxml.html import HtmlElement

from collector.text.clean import MAX_CONTENT, paragraphs

with warnings.catch_warnings():  # about a proxy library for its downloader, which is not used here
    warnings.simplefilter("ignore")
    from trafilatura import bare_extraction

# Chosen by measuring trafilatura's modes on news pages and on blogs (tests/bench/extraction.py). The precise
# mode is best wherever it finds the body; where it drops a part of the body, the balanced mode finds more
# than twice as much. Whether that can be is told from the page's <p> elements, so that few pages are worked
# on twice: one in fifteen, with the same result as all of them.
_PART = 0.5
_TINY = 250


def rough_text(tree: HtmlElement) -> str:
    """The text, a paragraph a line; "" when there is none. Leaves the tree as it is."""
    precise = _text(tree, favor_precision=True)
    if len(precise) >= max(_TINY, _PART * _paragraph_letters(tree)):
        return precise
    balanced = _text(tree, favor_precision=False)
    return balanced if len(precise) < _PART * len(balanced) else precise


def _text(tree: HtmlElement, *, favor_precision: bool) -> str:
    found = bare_extraction(tree, favor_precision=favor_precision, include_comments=False, with_metadata=False)
    return paragraphs(found.text or "", MAX_CONTENT) if found is not None else ""


def _paragraph_letters(tree: HtmlElement) -> int:
    return sum(len("".join(p.itertext()).strip()) for p in tree.iter("p"))
