"""The JSON-LD of a page (schema.org): its nodes, and the one that describes the page's article.

Publishers write arrays, graphs, several types in one node, references, and JSON that is none: all of it is
read as far as it goes.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from collector.addresses.urls import url_identity

Node = dict[str, Any]

# A page has a few dozen nodes; beyond these nobody describes one article.
_MAX_NODES = 5_000
_MAX_CHARS = 2_000_000

_OPENING = re.compile(r"\s*(?:<!--|(?://|/\*)?\s*<!\[CDATA\[(?:\s*\*/)?)?\s*")
_CLOSING = re.compile(r"\s*(?:-->|(?://|/\*)?\s*\]\]>(?:\s*\*/)?|;)\s*$")
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
# Keys whose values are worth picking out of JSON that cannot be read at all.
_MOST_DOCUMENTS = 20
_PICKED_AUTHOR = re.compile(
    r'"author"\s*:[\s\[{]*(?:"@?\w+"\s*:\s*"[^"\\]{0,100}"\s*,\s*){0,3}"name"\s*:\s*"((?:[^"\\]|\\.){1,200}+)"'
)
_PICKED = re.compile(
    r'"(headline|datePublished|dateModified|inLanguage|articleSection)"\s*:\s*"((?:[^"\\]|\\.){1,2000}+)"'
)

_ARTICLES = ("article", "posting", "report", "opinion", "analysis")
_NOT_ARTICLES = ("jobposting", "discussionforumposting")
_CONTAINERS = ("@graph", "mainEntity", "mainEntityOfPage")


class Graph:
    """Every node of a page, and those at the top, which are about the page itself."""

    def __init__(self, scripts: Iterable[str]) -> None:
        documents = [document for script in scripts for document in _documents(script)]
        self.top: list[Node] = list(_nodes(documents, _CONTAINERS))
        self._by_id: dict[str, Node] = {}
        for node in _nodes(documents, None):
            if isinstance(key := node.get("@id"), str) and len(node) > len(self._by_id.get(key, ())):
                self._by_id[key] = node

    def resolve(self, value: Any) -> Any:
        """The node that a mere reference (`{"@id": …}`) points to, anything else as it is."""
        if isinstance(value, dict) and isinstance(key := value.get("@id"), str):
            return {**self._by_id.get(key, {}), **value}
        return value

    def article(self, url: str) -> Node:
        """The node of the page's article: the one that names the page's address, or the fullest."""
        articles = [node for node in self.top if is_article(node)]
        identity = url_identity(url)
        return max(articles, key=lambda node: (_names(node, identity), _fullness(node)), default={})

    def of_type(self, *types: str) -> Iterator[Node]:
        """The top nodes of one of the types (lower case)."""
        return (node for node in self.top if not _types(node).isdisjoint(types))


def is_article(node: Node) -> bool:
    """Whether a node is of schema.org's Article family."""
    return any(kind.endswith(_ARTICLES) and kind not in _NOT_ARTICLES for kind in _types(node))


def is_of_type(node: Node, types: Iterable[str]) -> bool:
    """Whether a node is of one of the types (lower case)."""
    return not _types(node).isdisjoint(types)


def strings(value: Any) -> list[str]:
    """The strings in a value that should be one string, and is often a list or a node of it."""
    values = value if isinstance(value, list) else [value]
    found = (v.get("@value", v.get("name", v.get("url"))) if isinstance(v, dict) else v for v in values[:100])
    return [v for v in found if isinstance(v, str) and v.strip()]


def _documents(script: str) -> list[Any]:
    """The JSON documents in a script: mostly one, none when it cannot be read."""
    script = script[:_MAX_CHARS].strip()
    if script[:300].count("&quot;") > 3:  # escaped as if it stood in an attribute
        script = html.unescape(script)
    script = _CLOSING.sub("", script[_OPENING.match(script).end() :])
    for text in (script, _TRAILING_COMMA.sub(r"\1", script)):
        try:
            return [json.loads(text, strict=False)]
        except (ValueError, RecursionError):
            continue
    return _several(script) or _picked(script)


def _several(script: str) -> list[Any]:
    """Documents one behind the other, where one was meant."""
    found, position, decoder = [], 0, json.JSONDecoder(strict=False)
    while (start := script.find("{", position)) >= 0 and len(found) < _MOST_DOCUMENTS:
        try:
            document, position = decoder.raw_decode(script, start)
        except (ValueError, RecursionError):
            return []
        found.append(document)
    return found


def _picked(script: str) -> list[Any]:
    """What can be told of the article from JSON that cannot be read."""
    picked: Node = {key: _unescaped(value) for key, value in reversed(_PICKED.findall(script))}
    if author := _PICKED_AUTHOR.search(script):
        picked["author"] = _unescaped(author[1])
    return [{"@type": "Article", **picked}] if picked else []


def _unescaped(value: str) -> str:
    try:
        return json.loads(f'"{value}"', strict=False)
    except ValueError:
        return value


def _nodes(documents: list[Any], keys: tuple[str, ...] | None) -> Iterator[Node]:
    """The nodes of the documents in order, a node before what it contains, in `keys` alone or everywhere."""
    stack = documents[::-1]
    for _ in range(_MAX_NODES):
        if not stack:
            return
        value = stack.pop()
        if isinstance(value, list):
            stack.extend(value[:_MAX_NODES][::-1])
        elif isinstance(value, dict):
            yield value
            inner = value.values() if keys is None else (value.get(key) for key in keys)
            stack.extend([v for v in inner if isinstance(v, dict | list)][::-1])


def _types(node: Node) -> set[str]:
    return {kind.rpartition("/")[2].lower() for kind in strings(node.get("@type"))}


def _names(node: Node, identity: str | None) -> bool:
    """Whether the node says that it is about the page with this identity."""
    page = node.get("mainEntityOfPage")
    claims = [node.get("url"), node.get("@id"), page.get("@id") if isinstance(page, dict) else page]
    return identity is not None and any(url_identity(c) == identity for c in claims if isinstance(c, str))


def _fullness(node: Node) -> int:
    return sum(bool(node.get(key)) for key in ("headline", "datePublished", "author"))
