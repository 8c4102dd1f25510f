"""An article's page and its JSON: what is stored of it, and why it is where it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict
from itertools import pairwise
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.encoders import jsonable_encoder
from starlette.responses import JSONResponse

from collector import telling
from collector.model import ArticleTrace, Evidence
from collector.tracing import Explained
from collector.web.pages import Pages
from collector.web.query import QueryError, query_of, read, shown
from collector.web.services import Services

_LONGEST = 4096  # characters of an address that is asked for
# What holds a line of the text: an item that holds paragraphs, and a quotation, do not.
_ELEMENT = re.compile(r"<(p|h[2-6]|li(?!><p>)|tr)\b")

Piece = tuple[str, tuple[str, ...]]


def router(services: Services, pages: Pages) -> APIRouter:
    """/articles/KEY, /articles/KEY.json, and /why?url=."""
    routes = APIRouter()

    @routes.api_route("/articles/{key}.json", methods=["GET", "HEAD"])
    def article_json(key: str) -> Response:
        return JSONResponse(_as_json(_found(services, key)))

    @routes.api_route("/articles/{key}", methods=["GET", "HEAD"])
    def article(key: str, request: Request) -> Response:
        return _page(pages, request, _found(services, key), key)

    @routes.api_route("/why", methods=["GET", "HEAD"])
    def why(request: Request) -> Response:
        asked = read(query_of(request), known=("url",)).get("url", [""])[0].strip()
        if not asked:
            raise QueryError("url: expected the address of an article")
        return _page(pages, request, services.explain(asked), asked)

    return routes


def _found(services: Services, key: str) -> Explained:
    found = services.explain(key) if len(key) <= _LONGEST else None
    if found is None or found.trace.article is None or found.trace.article.key != key:
        raise HTTPException(404, f"there is no article {shown(key)}")
    return found


def _page(pages: Pages, request: Request, found: Explained | None, asked: str) -> Response:
    article = found.trace.article if found else None
    marked = {name: _marked(article, name) for name in ("title", "text")} if article and article.stored else {}
    return pages.page(
        request,
        "article.html",
        200 if found else 404,
        asked=asked,
        article=article,
        entries=found.trace.entries if found else (),
        steps=found.steps if found else (),
        story=article.story if article else None,
        title_parts=marked.get("title", ()),
        lines=_lines(article.html if article else "", _paragraphs(marked.get("text", ()))),
    )


def _marked(article: ArticleTrace, field: str) -> list[Piece]:
    """The field's text in pieces, each with the topics whose evidence it is."""
    assert article.stored is not None
    text: str = getattr(article.stored, field)
    places = [(m.topic, e) for m in article.matches for e in m.evidence if _stands(e, field, text)]
    borders = sorted({0, len(text), *(b for _, e in places for b in (e.start, e.end))})
    return [
        (text[start:end], tuple(sorted({topic for topic, e in places if e.start <= start and end <= e.end})))
        for start, end in pairwise(borders)
    ]


def _stands(evidence: Evidence, field: str, text: str) -> bool:
    return evidence.field == field and text[evidence.start : evidence.end] == evidence.words != ""


def _paragraphs(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """The pieces by paragraph: a line each."""
    lines: list[list[Piece]] = [[]]
    for text, topics in pieces:
        first, *others = text.split("\n")
        lines[-1].append((first, topics))
        lines += [[(other, topics)] for other in others]
    return [line for line in lines if any(text for text, _ in line)]


def _lines(html: str, paragraphs: list[list[Piece]]) -> list[tuple[str, list[Piece]]]:
    """The paragraphs, each with the element that it is in clean HTML: "p" for all where that does not tell."""
    kinds = [match[1] for match in _ELEMENT.finditer(html)]
    return list(zip(kinds if len(kinds) == len(paragraphs) else ["p"] * len(paragraphs), paragraphs, strict=True))


def _as_json(found: Explained) -> Any:
    article = found.trace.article
    assert article is not None
    told = asdict(article)
    del told["id"]
    stored, story = told.pop("stored"), article.story
    told["story"] = story and {
        "key": story.key,
        "title": story.lead.title,
        "independent": story.independent,
        "reports": [telling.as_plain(one, story) for one in story.reports],
    }
    told |= {"text": stored and stored["text"], "feeds": stored and stored["feeds"]}
    told["entries"] = [asdict(entry) for entry in found.trace.entries]
    told["why"] = [asdict(step) for step in found.steps]
    return jsonable_encoder(told)
