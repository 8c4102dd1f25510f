"""A feed document, read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A media file that an entry carries; `length` in bytes."""

    url: str
    media_type: str | None = None
    length: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedEntry:
    """One entry as its feed shows it. `summary` and `content` are sanitised HTML, `title` is text; "" when missing.

    `guid` is the identity the feed claims, `url` an absolute http(s) address; either may be missing.
    """

    guid: str | None = None
    url: str | None = None
    title: str = ""
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    updated_at: datetime | None = None
    summary: str = ""
    content: str = ""
    language: str | None = None
    categories: tuple[str, ...] = ()
    image: str | None = None
    enclosures: tuple[Enclosure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A feed document. `kind` is a row of `parse.PARSERS`, `version` what the document calls itself (rss20, …).

    `ttl` is in seconds. `warnings` says what was wrong and survived. When `is_truncated`, the end of the document is
    missing, or a part of it cannot be read: the entries are complete, but there are more.
    """

    kind: str
    version: str = ""
    title: str = ""
    url: str | None = None
    language: str | None = None
    ttl: int | None = None
    entries: tuple[ParsedEntry, ...] = ()
    warnings: tuple[str, ...] = ()
    is_truncated: bool = False
