"""Is there active content in a piece of HTML? An HTML5 parser says what a browser would make of it."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it is old
    import html5lib

# Elements that run, load, redirect, restyle, ask for input, or hide what follows them from a sanitiser.
_ELEMENTS = frozenset((
    "script", "iframe", "object", "embed", "base", "meta", "link", "style", "applet", "frame", "frameset", "portal",
    "form", "template", "noscript", "plaintext",
))  # fmt: skip
_ADDRESSES = frozenset((
    "href", "src", "srcset", "action", "formaction", "data", "poster", "background", "cite", "ping", "manifest",
    "codebase", "longdesc", "dynsrc", "lowsrc", "from", "to", "values",
))  # fmt: skip
_RUNS = re.compile(r"(?:java|vb|live)script:|mocha:|data:")
_IGNORED = "".join(map(chr, range(33)))  # what browsers pass over before an address (WHATWG URL §4.4)


def active(markup: str, allowed: frozenset[str] = frozenset()) -> list[str]:
    """What is active in `markup`, a fragment of a page's body; elements that are `allowed` are passed over."""
    return list(
        _reasons(html5lib.parseFragment(markup, container="div", namespaceHTMLElements=False), allowed)
    )


def active_in_page(document: str) -> list[str]:
    """What is active in a whole page of ours, whose head has a style sheet, an icon and links to feeds."""
    page = html5lib.parse(document, namespaceHTMLElements=False)
    return list(_reasons(page, frozenset(["meta", "link"])))


def _reasons(tree, allowed: frozenset[str]) -> Iterator[str]:
    for element in tree.iter():
        if not isinstance(element.tag, str):  # a comment
            continue
        tag = element.tag.rpartition("}")[2].lower()
        if tag in _ELEMENTS - allowed:
            yield f"<{tag}>"
        for name, value in element.attrib.items():
            name = name.rpartition("}")[2].lower()
            address = re.sub(r"[\t\n\r]", "", value.lstrip(_IGNORED)).lower()
            if name.startswith("on") or name in ("srcdoc", "style", "http-equiv"):
                yield f"{tag}@{name}"
            elif (name in _ADDRESSES or name.endswith("href")) and _RUNS.match(address):
                yield f"{tag}@{name}={address[:20]}"
