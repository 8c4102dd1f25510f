"""What a page says of its article, field by field: of its statements, in order of trust, the first sound one.

Every function returns (where it came from, value), or None when the page does not say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from collector.addresses.urls import canonical_url, is_front_page, same_site
from collector.extract.dates import Moment, best_moment, day_in_address
from collector.extract.jsonld import Node, is_article, strings
from collector.extract.page import Page, bylines
from collector.extract.people import people
from collector.extract.titles import headline
from collector.text.clean import MAX_NAME, MAX_TITLE, clean
from collector.text.html import absolute_url, title_text
from collector.text.languages import primary

Claims = Iterator[tuple[str, str]]

_PUBLISHED_META = (
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "article:published",
    "parsely-pub-date",
    "sailthru.date",
    "cxenseparse:recs:publishtime",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date.created",
    "dc.date",
    "dcterms.date",
    "dc:date",
    "citation_publication_date",
    "citation_date",
    "publication_date",
    "publish_date",
    "publish-date",
    "published-date",
    "publishdate",
    "published_time",
    "published",
    "pubdate",
    "pub_date",
    "date.issued",
    "article.published",
    "article:post_date",
    "date",
    "created",
)
_UPDATED_META = (
    "article:modified_time",
    "og:article:modified_time",
    "og:updated_time",
    "article:modified",
    "dcterms.modified",
    "dc.date.modified",
    "last-modified",
    "lastmod",
    "modified",
)
_AUTHOR_META = (
    "author",
    "article:author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "dc:creator",
    "citation_author",
    "byl",
    "cxenseparse:author",
    "og:article:author",
    "article:author_name",
    "authors",
    "creator",
)
_TITLE_META = (
    "twitter:title",
    "dc.title",
    "dcterms.title",
    "citation_title",
    "sailthru.title",
    "parsely-title",
)
_SECTION_META = ("article:section", "section", "content_category")
_INVISIBLE = dict.fromkeys((0xAD, 0x200B, 0x2060))
_IMAGE_META = (
    "og:image:secure_url",
    "og:image",
    "og:image:url",
    "twitter:image",
    "twitter:image:src",
    "image",
)


def title(page: Page, article: Node, site_names: Iterable[str]) -> tuple[str, str] | None:
    """The headline, without the site's name."""
    stated = [
        *(("json-ld", text) for text in (strings(article.get("headline")) or strings(article.get("name")))[:1]),
        *(("opengraph", text) for text in page.meta.get("og:title", [])[:1]),
        *(("heading", text) for text in page.headings[:1]),
    ]
    others = [
        *(("microdata", text) for text in page.microdata.get("headline", [])[:1]),
        *(("meta", text) for name in _TITLE_META for text in page.meta.get(name, [])[:1]),
        ("title", page.title),
    ]
    names = list(site_names)
    return _without_section(headline(_cleaned(stated), names) or headline(_cleaned(others), names), page)


def _cleaned(claims: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Titles as text, without soft hyphens."""
    return [
        (source, text)
        for source, claim in claims
        if (text := clean(title_text(claim).translate(_INVISIBLE), MAX_TITLE))
    ]


def _without_section(claim: tuple[str, str] | None, page: Page) -> tuple[str, str] | None:
    """The title without the section that some sites hang on to it ("Headline-World")."""
    if claim is None:
        return None
    sections = (f"-{name.strip()}" for meta in _SECTION_META for name in page.meta.get(meta, [])[:1])
    ending = next((end for end in sections if claim[1].endswith(end) and len(claim[1]) > 2 * len(end)), "")
    return claim[0], claim[1].removesuffix(ending)


def authors(page: Page, article: Node, outlets: Iterable[str]) -> tuple[str, tuple[str, ...]] | None:
    """Who wrote the article: people, and only where the page names none the outlet that it names instead."""
    stated = [
        ("json-ld", _authors_of(page, article)),
        ("meta", [value for name in _AUTHOR_META for value in page.meta.get(name, [])]),
        ("microdata", page.microdata.get("author", [])),
    ]
    not_people = list(outlets)
    if found := _named(stated, not_people):
        return found
    seen = [("byline", bylines(page))]
    return _named(seen, not_people) or _named([*stated, *seen], [])


def _named(stated: Iterable[tuple[str, Iterable[str]]], not_people: list[str]) -> tuple[str, tuple[str, ...]] | None:
    found = ((source, people(claims, not_people)) for source, claims in stated)
    return next((claim for claim in found if claim[1]), None)


def _authors_of(page: Page, article: Node) -> list[str]:
    value = article.get("author") or article.get("creator")
    nodes = [page.graph.resolve(v) for v in (value if isinstance(value, list) else [value])]
    return [name for node in nodes[:50] for name in _person(node)]


def _person(node: Any) -> list[str]:
    if isinstance(node, dict) and not node.get("name"):
        parts = [*strings(node.get("givenName")), *strings(node.get("familyName"))]
        return [" ".join(parts)] if parts else []
    return strings(node.get("name")) if isinstance(node, dict) else strings(node)


def published(page: Page, article: Node) -> tuple[str, Moment] | None:
    """When the article was published."""
    stated = best_moment(_published_claims(page, article))
    if stated is not None:
        return stated
    day = day_in_address(page.url)
    return ("address", day) if day is not None else None


def _published_claims(page: Page, article: Node) -> Claims:
    for key in ("datePublished", "dateCreated", "uploadDate"):
        yield from (("json-ld", value) for value in strings(article.get(key)))
    for name in _PUBLISHED_META:
        yield from (("meta", value) for value in page.meta.get(name, []))
    yield from (("microdata", value) for value in page.microdata.get("datepublished", []))
    for node in page.graph.top:
        if not is_article(node):
            yield from (("json-ld", value) for value in strings(node.get("datePublished")))
    yield from (("time", value) for value in page.times[:1])


def updated(page: Page, article: Node, published_at: datetime | None) -> tuple[str, datetime] | None:
    """When the article was changed last; nothing when that is before it was published."""
    claims = [
        *(("json-ld", value) for value in strings(article.get("dateModified"))),
        *(("meta", value) for name in _UPDATED_META for value in page.meta.get(name, [])),
        *(("microdata", value) for value in page.microdata.get("datemodified", [])),
    ]
    stated = best_moment(claims)
    if stated is None or stated[1].is_day or (published_at is not None and stated[1].at < published_at):
        return None
    return stated[0], stated[1].at


def language(page: Page, article: Node) -> tuple[str, str] | None:
    """The language that the page declares."""
    claims = [
        *(("json-ld", value) for value in strings(article.get("inLanguage"))),
        ("html", page.language),
        ("meta", page.first_meta("og:locale", "content-language", "language", "dc.language")),
    ]
    return next(((source, tag) for source, claim in claims if (tag := primary(claim))), None)


def address(page: Page, article: Node) -> tuple[str, str] | None:
    """The canonical address, refused unless it is an article's on the site that the page came from."""
    claims = [
        *(("link", href) for href in page.links.get("canonical", [])),
        ("opengraph", page.first_meta("og:url")),
        *(("json-ld", value) for value in strings(article.get("mainEntityOfPage"))),
        *(("json-ld", value) for value in strings(article.get("url"))),
    ]
    for source, claim in claims:
        canonical = canonical_url(claim, page.url)
        if canonical and same_site(canonical, page.url) and not is_front_page(canonical):
            return source, canonical
    return None


def image(page: Page, article: Node) -> tuple[str, str] | None:
    """The lead image, as an absolute address."""
    claims = [
        *(("opengraph", value) for name in _IMAGE_META for value in page.meta.get(name, [])[:1]),
        *(("json-ld", value) for value in _images(page, article)),
        *(("microdata", value) for value in page.microdata.get("image", [])),
        *(("link", value) for value in page.links.get("image_src", [])),
    ]
    found = ((source, absolute_url(claim, page.url)) for source, claim in claims)
    return next(((source, url) for source, url in found if url), None)


def _images(page: Page, article: Node) -> list[str]:
    values = article.get("image") or article.get("thumbnailUrl")
    nodes = [page.graph.resolve(v) for v in (values if isinstance(values, list) else [values])[:10]]
    return [url for node in nodes for url in strings(node.get("url") if isinstance(node, dict) else node)]


def descriptions(page: Page, article: Node) -> list[str]:
    """What the page says in a sentence or two of its article, from all who ask."""
    names = ("og:description", "description", "twitter:description", "dc.description")
    return [*(page.meta[name][0] for name in names if name in page.meta), *strings(article.get("description"))[:1]]


def site(page: Page, article: Node) -> tuple[str, str] | None:
    """The name of the site."""
    claims = [
        ("opengraph", page.first_meta("og:site_name")),
        *(("json-ld", name) for name in publishers(page, article)),
        (
            "meta",
            page.first_meta("application-name", "apple-mobile-web-app-title", "dc.publisher", "publisher"),
        ),
    ]
    return next(((source, name) for source, claim in claims if (name := clean(claim, MAX_NAME))), None)


def publishers(page: Page, article: Node) -> list[str]:
    """The names of whoever publishes the article or the site."""
    nodes = [page.graph.resolve(article.get("publisher"))]
    nodes += page.graph.of_type("website", "organization", "newsmediaorganization")
    return [name for node in nodes if isinstance(node, dict) for name in strings(node.get("name"))]


def site_names(page: Page, article: Node) -> list[str]:
    """Everything that the site calls itself on the page, its host included."""
    host = urlsplit(urljoin(page.url, "/")).hostname or ""
    labels = host.removeprefix("www.").split(".")
    names = [
        *publishers(page, article),
        *page.meta.get("og:site_name", []),
        *page.meta.get("application-name", []),
    ]
    return [*names, host, ".".join(labels), *labels[:-1], "".join(labels)]
