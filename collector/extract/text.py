"""A page's tree -> the article's text. The only file that imports trafilatura."""

from __future__ import annotations

from lxml.html import HtmlElement
from trafilatura import bare_extraction

from collector.text import MAX_CONTENT, paragraphs

# Chosen by measuring the modes on news pages and on blogs (tests/bench/extraction.py). The precise mode is best
# wherever it finds the article at all. Where it finds little, and the balanced mode finds more than twice as much, it
# has dropped a part of the body. Long results never have that, so the second run is spared: one page in six needs it.
_SHORT = 3_000
_PART = 0.5


def article_text(tree: HtmlElement) -> str:
    """The text, a paragraph a line; "" when there is none. Leaves the tree as it is."""
    precise = _text(tree, favor_precision=True)
    if len(precise) >= _SHORT:
        return precise
    balanced = _text(tree, favor_precision=False)
    return balanced if len(precise) < _PART * len(balanced) else precise


def _text(tree: HtmlElement, *, favor_precision: bool) -> str:
    document = bare_extraction(tree, favor_precision=favor_precision, include_comments=False, with_metadata=False)
    return paragraphs(document.text or "", MAX_CONTENT) if document is not None else ""
