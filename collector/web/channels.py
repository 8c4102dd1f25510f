"""The published channels: a route for each place and each row of `FORMATS`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from fastapi import APIRouter, HTTPException, Request, Response

from collector.channels import Place, places
from collector.publish import FORMATS
from collector.web.conditional import respond
from collector.web.query import QueryError, query_of, read_selection, shown
from collector.web.services import Services


def router(services: Services) -> APIRouter:
    """/feed.xml, /topics/KEY.xml and the same for every other format."""
    routes = APIRouter()
    for form, row in FORMATS.items():
        for place in places(["{topic}"]):
            path, answer = f"/{place.path(row.suffix)}", _endpoint(services, form, place)
            routes.add_api_route(path, answer, methods=["GET", "HEAD"])
    return routes


def _endpoint(services: Services, form: str, place: Place) -> Callable[[Request], Response]:
    def channel(request: Request) -> Response:
        asked = replace(place, topic=request.path_params["topic"]) if place.topic else place
        return _channel(services, form, asked, request)

    return channel


def _channel(services: Services, form: str, place: Place, request: Request) -> Response:
    config, topic = services.config(), place.topic
    topics = [each.key for each in config.topics]
    if topic is not None and topic not in topics:
        known = ", ".join(topics) or "none"
        raise HTTPException(404, f"there is no topic {shown(topic)}; topics are: {known}")

    def feed_exists(key: str) -> bool:
        return any(feed.key == key for feed in (*config.feeds, *services.store.feeds()))

    selection = read_selection(query_of(request), topics, feed_exists, place.parameters)
    try:
        rendered = services.channels.render(form, place, selection)
    except ValueError as exc:
        raise QueryError(f"before: {exc}") from exc
    return respond(request.headers, rendered)
