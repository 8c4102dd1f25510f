"""JSON Feed 1.0 and 1.1 (https://jsonfeed.org/version/1.1), read with whatever types its author used."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from collector.errors import ParseError
from collector.model import Enclosure, ParsedEntry, ParsedFeed
from collector.parse import fields
from collector.parse.document import Document
from collector.text.dates import parse_date
from collector.text.html import absolute_url, escape, sanitise

_VERSION = re.compile(r"https?://(?:www\.)?jsonfeed\.org/version/(\d+(?:\.\d+)?)", re.IGNORECASE)
_LONGEST_NUMBER = 18  # digits; Python refuses to convert more than 4,300, databases hold 18
_ITEM_KEYS = frozenset({"id", "content_html", "content_text", "title"})
_ENTRY_KEYS = _ITEM_KEYS | {"url"}
_ITEMS = re.compile(r'"items"\s*:\s*\[')
_OBJECT = re.compile(r"[\[,]\s*\{")
_ESCAPE = re.compile(r"""\\(["\\/bfnrt]|u[0-9a-fA-F]{4})?""")
_LAST_COMMA = re.compile(r",(?=\s*[}\]])")
_MOST_FAILURES = 50  # objects that cannot be read, each for the price of reading the document


def parse(document: Document) -> ParsedFeed:
    """The feed, with every item that can be read. Raises ParseError when it is none."""
    feed, broken = _load(document.text)
    warnings = [broken] if broken else []
    version = _VERSION.search(_text(feed, "version"))
    items = feed.get("items")
    if isinstance(items, dict):  # what PHP makes of a list with gaps; or a lone item
        items = [items] if _ENTRY_KEYS & items.keys() else list(items.values())
    if not isinstance(items, list):
        items = []
        if not version:
            raise ParseError("a JSON document without items, not a JSON Feed")
    if not version and not any(isinstance(item, dict) and _ENTRY_KEYS & item.keys() for item in items):
        raise ParseError("a JSON document that does not name a version of JSON Feed, not a feed")
    base = document.url
    return ParsedFeed(
        kind="jsonfeed",
        version=f"json{version[1].replace('.', '')}" if version else "",
        title=fields.title(_text(feed, "title")),
        url=absolute_url(_text(feed, "home_page_url"), base),
        language=fields.language(_text(feed, "language") or document.language),
        entries=tuple(_entries(items, base, warnings)),
        warnings=tuple(warnings),
        is_truncated=bool(broken),
    )


def _load(text: str) -> tuple[dict[str, Any], str]:
    """The document and ""; of a broken one what can be had, and what is wrong with it."""
    decoder = json.JSONDecoder(strict=False, parse_int=_number, parse_float=_number, parse_constant=lambda _: None)
    try:
        # What follows the document is junk, as after the root element in XML.
        value, _ = decoder.raw_decode(text)
    except RecursionError:
        value, broken = _salvage(text, decoder), "JSON that is nested too deeply"
    except json.JSONDecodeError as error:
        value, broken = _salvage(_repair(text), decoder), f"broken JSON ({error.msg}, line {error.lineno})"
    else:
        broken = ""
    if not isinstance(value, dict):
        raise ParseError("a JSON list, not a feed")
    if broken and not value["items"]:
        raise ParseError(f"{broken}, not a feed")
    return value, broken


def _repair(text: str) -> str:
    """`text` with what is often written although JSON has none of it: commas at the end, backslashes in texts."""
    text = _ESCAPE.sub(lambda found: found[0] if found[1] else r"\\", text)
    return _LAST_COMMA.sub("", text)


def _salvage(text: str, decoder: json.JSONDecoder) -> dict[str, Any]:
    """A broken document as far as it can be read: what stands before its items, and the items that are whole."""
    start = _ITEMS.search(text)
    if not start:
        return {"items": []}
    head = _decode(decoder, text[: start.end()] + "]}", 0)
    items, failures, at = [], 0, start.end() - 1
    for opening in _OBJECT.finditer(text, at):
        if opening.start() < at:
            continue
        found = _decode(decoder, text, opening.end() - 1)
        if found is None:
            failures += 1
            if failures > _MOST_FAILURES:
                break
        elif _ITEM_KEYS & found[0].keys() and "mime_type" not in found[0]:  # else an author, or an attachment
            items.append(found[0])
            at = found[1]
    return {**(head[0] if head else {}), "items": items}


def _decode(decoder: json.JSONDecoder, text: str, at: int) -> tuple[dict[str, Any], int] | None:
    try:
        return decoder.raw_decode(text, at)
    except (json.JSONDecodeError, RecursionError):
        return None


def _number(digits: str) -> int | float | str:
    if len(digits) > _LONGEST_NUMBER:
        return digits
    try:
        return int(digits)
    except ValueError:
        return float(digits)


def _text(values: dict[str, Any], *keys: str) -> str:
    """The first of `keys` that holds a text, or a number as text."""
    for key in keys:
        value = values.get(key)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
    return ""


def _dicts(value: Any) -> list[dict[str, Any]]:
    """The objects in a list; a lone object is taken for a list of one."""
    values = value if isinstance(value, list) else [value]
    return [one for one in values if isinstance(one, dict)]


def _entries(items: list[Any], base: str, warnings: list[str]) -> Iterator[ParsedEntry]:
    for number, item in enumerate(items[: fields.MAX_ENTRIES], 1):
        if not isinstance(item, dict):
            warnings.append(f"item {number} is no object")
            continue
        entry = _entry(item, base)
        if fields.is_blank(entry):
            warnings.append(f"item {number} shows nothing")
        yield entry
    if len(items) > fields.MAX_ENTRIES:
        warnings.append(f"only the first {fields.MAX_ENTRIES} of {len(items)} items are read")


def _entry(item: dict[str, Any], base: str) -> ParsedEntry:
    html, plain = _text(item, "content_html"), _text(item, "content_text")
    images = (absolute_url(_text(item, key), base) for key in ("image", "banner_image"))
    people = item.get("authors") or item.get("author")
    tags = item.get("tags")
    tags = tags if isinstance(tags, list) else [tags]
    return ParsedEntry(
        guid=fields.guid(_text(item, "id")),
        url=absolute_url(_text(item, "url"), base) or absolute_url(_text(item, "external_url"), base),
        title=fields.title(_text(item, "title")),
        authors=fields.distinct(
            (fields.author(_text(person, "name")) for person in _dicts(people)), fields.MAX_AUTHORS
        ),
        published_at=parse_date(_text(item, "date_published")),
        updated_at=parse_date(_text(item, "date_modified")),
        summary=sanitise(escape(_text(item, "summary")), base),
        content=sanitise(html or escape(plain), base),
        language=fields.language(_text(item, "language")),
        categories=fields.distinct((tag for tag in tags if isinstance(tag, str)), fields.MAX_CATEGORIES),
        image=next(filter(None, images), None),
        enclosures=fields.first_enclosures(_enclosures(item, base)),
    )


def _enclosures(item: dict[str, Any], base: str) -> Iterator[Enclosure]:
    for attachment in _dicts(item.get("attachments")):
        url = absolute_url(_text(attachment, "url"), base)
        if url:
            kind = fields.media_type(_text(attachment, "mime_type"))
            yield Enclosure(url=url, media_type=kind, length=fields.length(_text(attachment, "size_in_bytes")))
