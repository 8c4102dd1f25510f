"""A story's page and its JSON: its reports in time and side by side, why each is there, what was done, what is near."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.encoders import jsonable_encoder
from starlette.responses import JSONResponse, RedirectResponse

from collector import telling
from collector.channels import Kind, Place, Selection
from collector.model import Report, Story
from collector.similar.related import related
from collector.web.pages import Pages
from collector.web.query import query_of, read, shown
from collector.web.services import Services

_KEY = 36  # characters of a key
_AROUND = 30  # stories before and after that are looked at as related
_NEWEST = 50


def router(services: Services, pages: Pages) -> APIRouter:
    """/stories, /stories/KEY and /stories/KEY.json."""
    routes = APIRouter()

    @routes.api_route("/stories", methods=["GET", "HEAD"])
    def newest(request: Request) -> Response:
        read(query_of(request), known=())
        items = services.channels.newest(_NEWEST, Place(kind=Kind.STORIES), Selection(bump=True))
        return pages.page(request, "stories.html", items=items)

    @routes.api_route("/stories/{key}.json", methods=["GET", "HEAD"])
    def story_json(key: str) -> Response:
        story = _found(services, key)
        return _led(f"{story.key}.json") if story.key != key else JSONResponse(_as_json(services, story))

    @routes.api_route("/stories/{key}", methods=["GET", "HEAD"])
    def story_page(key: str, request: Request) -> Response:
        story = _found(services, key)
        return _led(story.key) if story.key != key else _page(services, pages, request, story)

    return routes


def _found(services: Services, key: str) -> Story:
    story = services.store.story(key) if len(key) <= _KEY else None
    if story is None:
        raise HTTPException(404, f"there is no story {shown(key)}")
    return story


def _led(name: str) -> Response:
    """To the story that it was merged into. Relative: no host that a request names is repeated."""
    return RedirectResponse(name, 301)


def _related(services: Services, story: Story) -> list[Story]:
    return related(story, services.store.stories_around(story.id, _AROUND))


def _page(services: Services, pages: Pages, request: Request, story: Story) -> Response:
    read(query_of(request), known=())
    copies, originals = _copies(story), set(story.originals.values())
    return pages.page(
        request,
        "story.html",
        story=story,
        timeline=[(one, copies.get(one.key, [])) for one in _in_time(story) if one.key in originals],
        sources=_by_source(story),
        steps=services.store.story_steps(story.id),
        related=_related(services, story),
    )


def _in_time(story: Story) -> list[Report]:
    return sorted(story.reports, key=lambda one: (one.dated_at, one.id))


def _copies(story: Story) -> dict[str, list[Report]]:
    """The reports that repeat another one, by the key of that one."""
    found: dict[str, list[Report]] = {}
    originals = story.originals
    for one in _in_time(story):
        if originals[one.key] != one.key:
            found.setdefault(originals[one.key], []).append(one)
    return found


def _by_source(story: Story) -> dict[str, list[Report]]:
    found: dict[str, list[Report]] = {}
    for one in _in_time(story):
        found.setdefault(one.source or "unknown", []).append(one)
    return found


def _as_json(services: Services, story: Story) -> Any:
    told = {
        "key": story.key,
        "title": story.lead.title,
        "began_at": story.began_at,
        "changed_at": story.changed_at,
        "is_frozen": story.is_frozen,
        "reports": [telling.as_plain(one, story) for one in story.reports],
        "independent": story.independent,
        "languages": story.languages,
        "sources": story.sources,
        "related": [{"key": one.key, "title": one.lead.title} for one in _related(services, story)],
        "steps": [telling.step_as_plain(step) for step in services.store.story_steps(story.id)],
    }
    return jsonable_encoder(told)
