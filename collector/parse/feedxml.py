"""RSS 0.9x to 2.0, RSS 1.0 (RDF), Atom 0.3 and 1.0, and CDF: what feedparser reads, as entries of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from collector.errors import ParseError
from collector.model import Enclosure, ParsedEntry, ParsedFeed
from collector.parse import fields, sax
from collector.parse.document import Document, entry_spans
from collector.parse.repair import repair, shallow, without_captions, without_giants
from collector.text.clean import MAX_SUMMARY
from collector.text.dates import parse_date
from collector.text.html import absolute_url, escape, sanitise

ROOTS = frozenset({"rss", "rdf", "feed", "channel"})

_START_TAG = re.compile(r"<[^<>]*>?")
_HTML_TYPES = ("text/html", "application/xhtml+xml")
# RSS 1.0 syndication module
_PERIODS = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}


def parse(document: Document) -> ParsedFeed:
    """The feed, with every entry that can be read. Raises ParseError when it is none."""
    warnings = []
    text = without_captions(without_giants(document.text))
    text, malformed = shallow(text, document.root, warnings)
    if malformed:
        warnings.append(f"malformed XML ({malformed})")
        text = repair(text)
    found = _read(document, text, warnings)
    version = found["version"] or ("cdf" if document.root == "channel" else "")
    if not version and not found["entries"]:
        raise ParseError(f"an XML document with the root <{document.root}>, not a feed")
    feed = found["feed"]
    site = absolute_url(_raw(feed, "link"), document.url)
    reader = _EntryReader(version, _base(version, site, document.url))
    return ParsedFeed(
        kind="xml",
        version=version,
        title=_title(feed, version),
        url=site,
        language=fields.language(_raw(feed, "language")),
        ttl=_ttl(feed),
        entries=tuple(reader.read_all(found["entries"], warnings)),
        warnings=tuple(warnings),
    )


def _read(document: Document, text: str, warnings: list[str]) -> dict[str, Any]:
    """What feedparser reads. It raises on what its authors did not think of (a stray </media:player>):
    then the entries are read apart, and only those are lost.
    """
    language = fields.language(document.language) or ""
    try:
        return sax.read(text, language)
    except Exception:  # of any type: the fault is feedparser's
        spans = entry_spans(text, document.root)
        if not spans:
            raise
    head, tail = text[: spans[0][0]], text[spans[-1][1] :]
    try:
        found = sax.read(head + tail, language)
    except Exception as error:
        warnings.append(f"what the document says of itself cannot be read ({error!r:.100})")
        head, tail = _START_TAG.match(text)[0], ""
        found = sax.read(head, language)
    entries = [text[start:end] for start, end in spans]
    found["entries"] = _read_apart(head, entries, tail, language, warnings)
    return found


def _read_apart(head: str, entries: list[str], tail: str, language: str, warnings: list[str]) -> list[dict[str, Any]]:
    """The readable entries, found by halving."""
    try:
        return sax.read(head + "".join(entries) + tail, language)["entries"]
    except Exception as error:
        if len(entries) == 1:
            warnings.append(f"an entry cannot be read ({error!r:.100})")
            return []
    half = len(entries) // 2
    return [
        *_read_apart(head, entries[:half], tail, language, warnings),
        *_read_apart(head, entries[half:], tail, language, warnings),
    ]


def _base(version: str, site: str | None, url: str) -> str:
    """What relative links are relative to, where no xml:base says so: RSS has no rule, and means the site."""
    return site if site and version.startswith("rss") else url


def _raw(values: dict[str, Any], key: str) -> str:
    """The text at `key`, "" when missing. feedparser's own look-up warns, and answers for other keys."""
    value = dict.get(values, key)
    return value if isinstance(value, str) else ""


def _list(values: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = dict.get(values, key)
    return [value for value in found if isinstance(value, dict)] if isinstance(found, list) else []


def _title(values: dict[str, Any], version: str) -> str:
    raw = _raw(values, "title")
    detail = dict.get(values, "title_detail") or {}
    is_text = version.startswith("atom") and _raw(detail, "type") == "text/plain"
    return fields.title(raw) if is_text else fields.html_title(raw)


def _ttl(feed: dict[str, Any]) -> int | None:
    ttl = fields.seconds(_raw(feed, "ttl"), 60)
    if ttl:
        return ttl
    period = _PERIODS.get(_raw(feed, "sy_updateperiod").strip().lower())
    frequency = fields.seconds(_raw(feed, "sy_updatefrequency") or "1", 1) or 1
    return period and max(60, period // frequency)


class _EntryReader:
    """Reads feedparser's entries of one document."""

    def __init__(self, version: str, base: str) -> None:
        self._is_atom = version.startswith("atom")
        self._version = version
        self._base = base

    def read_all(self, entries: list[dict[str, Any]], warnings: list[str]) -> Iterator[ParsedEntry]:
        """The readable ones among the entries; adds a warning for each of the others."""
        for number, raw in enumerate(entries[: fields.MAX_ENTRIES], 1):
            try:
                entry = self._read(raw)
            except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
                warnings.append(f"entry {number} cannot be read ({error!r:.100})")
                continue
            if fields.is_blank(entry):
                warnings.append(f"entry {number} shows nothing")
            yield entry
        if len(entries) > fields.MAX_ENTRIES:
            warnings.append(f"only the first {fields.MAX_ENTRIES} of {len(entries)} entries are read")

    def _read(self, raw: dict[str, Any]) -> ParsedEntry:
        summary, content = self._texts(raw)
        published = parse_date(_raw(raw, "published")) or parse_date(_raw(raw, "created"))
        updated = parse_date(_raw(raw, "updated"))
        if published is None and not self._is_atom:
            # RSS says with dc:date when an item was published; feedparser files it under "updated".
            published, updated = updated, None
        return ParsedEntry(
            guid=fields.guid(_raw(raw, "id")),
            url=self._url(raw),
            title=_title(raw, self._version),
            authors=self._authors(raw),
            published_at=published,
            updated_at=updated,
            summary=summary,
            content=content,
            language=self._language(raw),
            categories=self._categories(raw),
            image=self._image(raw),
            enclosures=fields.first_enclosures(self._enclosures(raw)),
        )

    def _texts(self, raw: dict[str, Any]) -> tuple[str, str]:
        """Summary and content as sanitised HTML. A summary that repeats the content is "": feedparser made it."""
        contents = [detail for detail in _list(raw, "content") if self._is_content(detail)]
        full = max(contents, key=lambda detail: len(_raw(detail, "value")), default={})
        short = dict.get(raw, "summary_detail") or {}
        if not _raw(short, "value"):
            short = {"value": _raw(raw, "summary"), "base": _raw(short, "base")}
        if _raw(short, "value") == _raw(full, "value"):
            short = {}
        summary, content = self._markup(short), self._markup(full)
        if len(summary) > MAX_SUMMARY:  # the full text under the wrong name, or no summary
            summary, content = "", content or summary
        return summary, content

    def _is_content(self, detail: dict[str, Any]) -> bool:
        """In RSS, feedparser also takes a second description (media:description, itunes:summary) for
        content.
        """
        return self._is_atom or _raw(detail, "type") in _HTML_TYPES

    def _markup(self, detail: dict[str, Any]) -> str:
        value = _raw(detail, "value")
        if not value:
            return ""
        if self._is_atom and _raw(detail, "type") == "text/plain":
            value = escape(value)
        return sanitise(value, absolute_url(_raw(detail, "base"), self._base) or self._base)

    def _url(self, raw: dict[str, Any]) -> str | None:
        """The address of the entry's page: the original where a proxy counts clicks, HTML before other
        types.
        """
        links = [link for link in _list(raw, "links") if _raw(link, "rel") in ("", "alternate")]
        links.sort(key=lambda link: _raw(link, "type") not in ("", "text/html", "application/xhtml+xml"))
        candidates = [
            _raw(raw, "feedburner_origlink"),
            *(_raw(link, "href") for link in links),
            _raw(raw, "link"),
        ]
        return next(filter(None, (absolute_url(link, self._base) for link in candidates if link)), None)

    def _authors(self, raw: dict[str, Any]) -> tuple[str, ...]:
        names = [_raw(author, "name") for author in _list(raw, "authors")]
        if len(names) < 2 and (not any(names) or "@" in _raw(raw, "author")):
            names = [_raw(raw, "author")]  # before feedparser took an address out of it, or a part of one
        return fields.distinct(map(fields.author, names), fields.MAX_AUTHORS)

    def _categories(self, raw: dict[str, Any]) -> tuple[str, ...]:
        names = (_raw(tag, "label") or _raw(tag, "term") for tag in _list(raw, "tags")[: 4 * fields.MAX_CATEGORIES])
        return fields.distinct(map(fields.html_title, names), fields.MAX_CATEGORIES)

    def _language(self, raw: dict[str, Any]) -> str | None:
        details = (
            dict.get(raw, "title_detail") or {},
            *_list(raw, "content"),
            dict.get(raw, "summary_detail") or {},
        )
        claims = (_raw(raw, "language"), *(_raw(detail, "language") for detail in details))
        return next(filter(None, map(fields.language, claims)), None)

    def _enclosures(self, raw: dict[str, Any]) -> Iterator[Enclosure]:
        attached = [link for link in _list(raw, "links") if _raw(link, "rel") == "enclosure"]
        media = [item for item in _list(raw, "media_content") if not _is_image(item)]
        for item in (*attached, *media):
            url = absolute_url(_raw(item, "href") or _raw(item, "url"), self._base)
            if url:
                kind = fields.media_type(_raw(item, "type"))
                yield Enclosure(
                    url=url,
                    media_type=kind,
                    length=fields.length(_raw(item, "length") or _raw(item, "filesize")),
                )

    def _image(self, raw: dict[str, Any]) -> str | None:
        """The lead image: the widest that is offered as such, else one that is enclosed."""
        pictures = [item for item in _list(raw, "media_content")[:100] if _is_image(item)]
        pictures += _list(raw, "media_thumbnail")[:100]
        pictures.sort(key=lambda item: -(fields.length(_raw(item, "width")) or 0))
        image = dict.get(raw, "image")
        enclosed = [link for link in _list(raw, "links")[:100] if _raw(link, "rel") == "enclosure" and _is_image(link)]
        candidates = [*pictures, *([image] if isinstance(image, dict) else []), *enclosed]
        addresses = (absolute_url(_raw(item, "url") or _raw(item, "href"), self._base) for item in candidates)
        return next(filter(None, addresses), None)


def _is_image(item: dict[str, Any]) -> bool:
    return _raw(item, "medium") == "image" or _raw(item, "type").startswith("image/")
