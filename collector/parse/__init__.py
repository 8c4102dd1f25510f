"""A feed's bytes -> ParsedFeed: every kind of feed is a row of `PARSERS`.

    bytes | decode | find the root | is the end there? | the row that knows the root | entries, cleaned

A new kind of feed is a file with a function Document -> ParsedFeed, and a row here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from collector.errors import ParseError
from collector.model import ParsedFeed
from collector.parse import feedxml, fields, jsonfeed, sitemap
from collector.parse.document import JSON, Document, read


@dataclass(frozen=True, slots=True, kw_only=True)
class Parser:
    """A kind of feed: the root elements by which it is known (in lower case, without prefix), and its
    reader.
    """

    roots: frozenset[str]
    parse: Callable[[Document], ParsedFeed]


PARSERS = {
    "xml": Parser(roots=feedxml.ROOTS, parse=feedxml.parse),
    "jsonfeed": Parser(roots=frozenset({JSON}), parse=jsonfeed.parse),
    "sitemap": Parser(roots=sitemap.ROOTS, parse=sitemap.parse),
}


def parse(body: bytes, headers: Mapping[str, str], url: str) -> ParsedFeed:
    """The feed in `body`, with every entry that can be read; what was wrong is in its warnings.

    `headers` has lower-case names; `url` is the address that the body came from. Raises ParseError, and
    nothing else, for a body that is no feed; the message says what it is instead.
    """
    try:
        return _parse(body, headers, url)
    except (ParseError, MemoryError):
        raise
    except Exception as error:  # a stranger's bytes met a fault in a parser: this feed's outcome, nobody else's
        raise ParseError(f"the feed could not be read ({type(error).__name__}: {error!s:.200})") from error


def _parse(body: bytes, headers: Mapping[str, str], url: str) -> ParsedFeed:
    document = read(body, headers, url)
    for kind, row in PARSERS.items():
        if document.root in row.roots:
            feed = row.parse(document)
            warnings = [*(["the document is cut short"] if document.is_truncated else []), *feed.warnings]
            return replace(
                feed,
                kind=kind,
                warnings=tuple(warnings[: fields.MAX_WARNINGS]),
                is_truncated=document.is_truncated or feed.is_truncated,
            )
    raise ParseError(f"a document with the root <{document.root}>, not a feed")


def as_json(feed: ParsedFeed) -> dict[str, Any]:
    """`feed` as values that JSON knows: a dictionary of the feed, and a list of its entries; times in ISO
    8601.
    """
    values = _plain(asdict(feed))
    entries = values.pop("entries")
    return {"feed": values, "entries": [_shorter(entry) for entry in entries]}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, datetime) else value


def _shorter(entry: dict[str, Any]) -> dict[str, Any]:
    return {key.removesuffix("_at"): value for key, value in entry.items()}
