"""The pages for people: what came in, and how every feed is. Plain HTML that needs no script."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, HTTPException, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from collector import __version__, telling
from collector.channels import Kind, Place, places
from collector.model import FeedStatus
from collector.publish import FORMATS, wire
from collector.web import words
from collector.web.query import QueryError, number, query_of, read, shown
from collector.web.services import Services

_HERE = Path(__file__).parent
_NEWEST = 30
# So many feeds the front page shows; when there are more, so many of those with a problem.
_FEW_FEEDS = 500
_PER_PAGE = 100

# In the order in which a person wants to see them.
STATES = {
    "failing": "The last polls failed.",
    "gone": "The server says it is gone for good; polling has ended.",
    "waiting": "The server asked us to wait.",
    "new": "Not polled yet.",
    "ok": "All is well.",
    "removed": "Not in the configuration any more, or disabled; its articles stay.",
}
PROBLEMS = frozenset({"failing", "gone", "waiting"})


def problems_first(feeds: Sequence[FeedStatus]) -> list[FeedStatus]:
    """The feeds, those with a problem before the others; within a state by title."""
    order = {state: place for place, state in enumerate(STATES)}
    return sorted(feeds, key=lambda feed: (order[feed.state], feed.title.casefold(), feed.key))


def worth_showing(feeds: Sequence[FeedStatus]) -> list[FeedStatus]:
    """What the front page shows: all feeds when they are few, otherwise the first of those with a problem."""
    current = [feed for feed in problems_first(feeds) if feed.state != "removed"]
    if len(current) > _FEW_FEEDS:
        current = [feed for feed in current if feed.state in PROBLEMS]
    return current[:_FEW_FEEDS]


class Pages:
    """Fills the templates."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {
            "relative": words.relative,
            "absolute": words.absolute,
            "duration": words.duration,
            "count": words.count,
            "address": wire.address,
            "host": lambda url: urlsplit(url).hostname or "",
            "headline": wire.headline,
            "language": wire.language,
            "counted": telling.counted,
            "because": telling.because,
            "done": telling.done,
            "what_changed": lambda revision: wire.what_changed(revision.change, revision.difference),
        }
        self._templates.globals |= {
            "formats": FORMATS,
            "places": places(()),
            "place_of": lambda topic, kind=Kind.ARTICLES: Place(kind=kind, topic=topic),
            "of_stories": Kind.STORIES,
            "states": STATES,
            "version": __version__,
        }

    def status(self, request: Request) -> Response:
        """The front page."""
        read(query_of(request), known=())
        services, config = self._services, self._services.config()
        feeds = services.store.feeds()
        return self.page(
            request,
            "status.html",
            health=services.health(),
            totals=services.store.totals([topic.key for topic in config.topics]),
            items=services.channels.newest(_NEWEST),
            feeds=worth_showing(feeds),
            counts=_counts(feeds),
        )

    def feeds(self, request: Request) -> Response:
        """Every feed, a page at a time, of one state when asked."""
        asked = read(query_of(request), known=("state", "page"))
        state = asked.get("state", [""])[0]
        if state and state not in STATES:
            raise QueryError(f"state: expected one of {', '.join(STATES)}, found {shown(state)}")
        page = number("page", asked.get("page", ["1"])[0], 1_000_000)
        feeds = self._services.store.feeds()
        chosen = [feed for feed in problems_first(feeds) if not state or feed.state == state]
        pages = max(1, -(-len(chosen) // _PER_PAGE))
        if page > pages:
            raise HTTPException(404, f"there are only {pages} pages of feeds")
        part = chosen[(page - 1) * _PER_PAGE : page * _PER_PAGE]
        return self.page(
            request,
            "feeds.html",
            feeds=part,
            counts=_counts(feeds),
            state=state,
            page=page,
            pages=pages,
        )

    def error(
        self, request: Request, status: int, title: str, detail: str, headers: Mapping[str, str] | None
    ) -> Response:
        """A page that says what went wrong. Asks nothing of the database."""
        return self.page(request, "error.html", status, headers, code=status, title=title, detail=detail)

    def page(
        self,
        request: Request,
        template: str,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **values: Any,
    ) -> Response:
        """A template, filled with the values and with what every page shows."""
        config = self._services.config()
        html = self._templates.get_template(template).render(
            now=self._services.now(),
            publish=config.settings.publish,
            base=config.base_url,
            titles={topic.key: topic.title for topic in config.topics},
            root="../" * (request.scope["path"].count("/") - 1) or "./",
            **values,
        )
        return HTMLResponse(html, status, headers={"Cache-Control": "no-cache"} | dict(headers or {}))


def router(pages: Pages) -> APIRouter:
    """/, /feeds, and what they are dressed with."""
    routes = APIRouter()
    routes.add_api_route("/", pages.status, methods=["GET", "HEAD"])
    routes.add_api_route("/feeds", pages.feeds, methods=["GET", "HEAD"])
    routes.mount("/static", StaticFiles(directory=_HERE / "static"))
    return routes


def _counts(feeds: Sequence[FeedStatus]) -> dict[str, int]:
    found = Counter(feed.state for feed in feeds)
    return {state: found[state] for state in STATES}
