"""What every feed kind does alike with a field of an entry: clean it, bound it, or find that it is none."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from collector.model import Enclosure, ParsedEntry
from collector.text.clean import MAX_ID, MAX_NAME, MAX_TITLE, clean
from collector.text.html import title_text

MAX_ENCLOSURES = 20
MAX_CATEGORIES = 50
MAX_AUTHORS = 20
MAX_ENTRIES = 10_000
MAX_WARNINGS = 20
_MAX_TTL = 30 * 86_400  # seconds
_MAX_LENGTH = 2**63 - 1  # bytes; what a database holds

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,4}")
# jo@a.example (Jo Roe), as RSS asks for; Jo Roe <jo@a.example>; Jo Roe (jo@a.example)
_NAMED_ADDRESS = re.compile(
    r"\S+@\S+ \((?P<bracketed>[^()]+)\)|(?P<name>[^<>()@]+)[<(][^<>()\s]+@[^<>()\s]+[>)]"
)
_ADDRESS = re.compile(r"\S+@\S+\.\S+")
_WHOLE = re.compile(r"\s*(\d{1,18})(?:\.\d{0,9})?\s*")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9.+-]{1,60}/[A-Za-z0-9.+-]{1,60}")


def title(text: str) -> str:
    """A title that is text."""
    return clean(text, MAX_TITLE)


def html_title(markup: str) -> str:
    """A title that may be HTML."""
    return clean(title_text(markup[: 4 * MAX_TITLE]), MAX_TITLE)


def guid(text: str) -> str | None:
    """An identity: its case is kept, white space around it is not. A longer one than fits is replaced by
    its hash.
    """
    identity = clean(text, len(text) + 1)
    if len(identity) > MAX_ID:
        return "sha256:" + hashlib.sha256(identity.encode()).hexdigest()
    return identity or None


def author(text: str) -> str:
    """A person's name, without an e-mail address; "" when there is no more than the address."""
    name = html_title(text[: 4 * MAX_NAME])
    named = _NAMED_ADDRESS.fullmatch(name)
    if named:
        name = named["bracketed"] or named["name"]
    return "" if _ADDRESS.fullmatch(name.strip()) else clean(name.strip(" \"'"), MAX_NAME)


def language(text: str) -> str | None:
    """A language tag in the form of RFC 5646 ("en", "pt-BR"), None when `text` is none."""
    tag = clean(text, MAX_NAME)
    if not _LANGUAGE.fullmatch(tag):
        return None
    first, *rest = tag.replace("_", "-").split("-")
    return "-".join([first.lower(), *(part.upper() if len(part) == 2 else part for part in rest)])


def media_type(text: str) -> str | None:
    kind = text.strip().partition(";")[0].strip()
    return kind.lower() if _MEDIA_TYPE.fullmatch(kind) else None


def length(text: str) -> int | None:
    """A number of bytes; None when absent, zero (many publishers' word for unknown) or impossible."""
    found = _WHOLE.fullmatch(text[:40])
    return min(int(found[1]), _MAX_LENGTH) or None if found else None


def seconds(text: str, unit: int) -> int | None:
    """A duration of `text` times `unit` seconds, bounded; None when it is none."""
    digits = re.match(r"\s*(\d+)", text[:2_000])
    return min(int(digits[1][:12]) * unit, _MAX_TTL) or None if digits else None


def distinct(texts: Iterable[str], most: int, limit: int = MAX_NAME) -> tuple[str, ...]:
    """The first `most` different texts, cleaned, in order."""
    found: dict[str, None] = {}
    for text in texts:
        if len(found) == most:
            break
        if cleaned := clean(text, limit):
            found[cleaned] = None
    return tuple(found)


def first_enclosures(enclosures: Iterable[Enclosure]) -> tuple[Enclosure, ...]:
    """The first enclosures, one for each address."""
    found: dict[str, Enclosure] = {}
    for enclosure in enclosures:
        if len(found) == MAX_ENCLOSURES:
            break
        found.setdefault(enclosure.url, enclosure)
    return tuple(found.values())


def is_blank(entry: ParsedEntry) -> bool:
    """Is there nothing to know it by, and nothing to read?"""
    return not (entry.guid or entry.url or entry.title or entry.summary or entry.content)
