"""A page's bytes -> Extraction: the article's text, and what the page says of it.

bytes | decode | parse into one tree | read its statements | text | metadata, each field with its source
"""

from __future__ import annotations

from typing import Any

from collector.errors import ExtractError, NoArticle
from collector.extract import labels, metadata, sites
from collector.extract.body import Claims
from collector.extract.dates import Moment, best_moment
from collector.extract.guess import guess_day
from collector.extract.ladder import find_body
from collector.extract.page import read_page
from collector.extract.people import people
from collector.extract.rendering import as_html, as_text
from collector.extract.titles import comparable
from collector.extract.tree import parse_html
from collector.extract.walls import refuse_walls
from collector.model import Extraction, Flag, SiteRules
from collector.text.decoding import decode
from collector.text.languages import detect

# PDF, PNG, GIF, JPEG, ZIP, gzip (MIME Sniffing standard, §6)
_BINARY = (b"%PDF-", b"\x89PNG\r\n", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04", b"\x1f\x8b\x08")


def extract(
    body: bytes, url: str, charset: str | None = None, rules: SiteRules | None = None
) -> Extraction:
    """The article on a page. `url` is the address that it came from, `charset` the Content-Type header's; `rules` are
    the user's for its host, if there are any.

    Raises ExtractError, and nothing else, when there is no article to be had.
    """
    try:
        return _extract(body, url, charset, rules)
    except (ExtractError, MemoryError):
        raise
    except Exception as error:  # a stranger's bytes met a fault in a parser: the outcome of this page alone
        raise ExtractError(f"the page could not be read ({type(error).__name__})", NoArticle.UNREADABLE) from error


def as_json(found: Extraction) -> dict[str, Any]:
    """`found` as values that JSON knows: times in ISO 8601 with the page's zone, a mere day as that day."""
    at = found.published_at
    return {
        "title": found.title,
        "authors": list(found.authors),
        "published": at and (at.date() if found.published_is_day else at).isoformat(),
        "updated": found.updated_at and found.updated_at.isoformat(),
        "language": found.language,
        "canonical_url": found.canonical_url,
        "image": found.image,
        "site": found.site,
        "section": found.section,
        "flags": list(found.flags),
        "text": found.text,
        "html": found.html,
        "summary": found.summary,
        "sources": found.sources,
    }


def _extract(body: bytes, url: str, charset: str | None, rules: SiteRules | None) -> Extraction:
    if body.startswith(_BINARY):
        raise ExtractError("an image, a PDF or an archive, no HTML document", NoArticle.NO_HTML)
    markup = decode(body, charset)
    tree = parse_html(markup)
    rules = rules or sites.shipped(url)
    page = read_page(tree, url)
    article = page.graph.article(url)
    names = metadata.site_names(page, article)
    title = metadata.title(page, article, names)
    authors = metadata.authors(page, article, names)
    if rules and (named := people(sites.authors(tree, rules), names)):
        authors = "site", named
    claims = Claims(
        title=comparable(title[1]) if title else "",
        authors=frozenset(map(comparable, authors[1])) if authors else frozenset(),
        descriptions=tuple(map(comparable, metadata.descriptions(page, article))),
    )
    told = [("site", value) for value in sites.dates(tree, rules)] if rules else []
    if rules:
        sites.remove(tree, rules)
    given = sites.body_of(tree, rules) if rules else []
    found_body = find_body(tree, lambda: markup, article, claims, given)
    text = as_text(found_body.blocks)
    section = labels.section(page, article)
    flags = labels.flags(page, article, section[1] if section else "")
    refuse_walls(page, article, found_body.all_blocks, text, markup, is_paid=Flag.PAID in flags)
    published = best_moment(told) or metadata.published(page, article) or guess_day(tree, url)
    moment: Moment | None = published[1] if published else None
    found: dict[str, tuple[str, Any] | None] = {
        "title": title,
        "authors": authors,
        "published_at": (published[0], moment.at) if published else None,
        "updated_at": metadata.updated(page, article, moment.at if moment else None),
        "language": _language(text, metadata.language(page, article)),
        "canonical_url": metadata.address(page, article),
        "image": metadata.image(page, article),
        "site": metadata.site(page, article),
    }
    found["section"] = section
    known = {field: claim for field, claim in found.items() if claim is not None}
    return Extraction(
        text=text,
        html=as_html(found_body.blocks),
        summary=found_body.standfirst,
        flags=flags,
        published_is_day=moment is not None and moment.is_day,
        sources={"text": found_body.source, **{field: source for field, (source, _) in known.items()}},
        **{field: value for field, (_, value) in known.items()},
    )


def _language(text: str, declared: tuple[str, str] | None) -> tuple[str, str] | None:
    """The declared language, unless the text is surely in another: templates keep that of their makers."""
    certain = detect(text, sure=0.9)
    if certain is not None and (declared is None or declared[1] != certain):
        return "text", certain
    if declared is not None:
        return declared
    likely = detect(text)
    return ("text", likely) if likely is not None else None
