"""The published channels: a route for each row of `FORMATS`, for all articles and for those of one topic."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, HTTPException, Request, Response

from collector.channels import channel_path
from collector.publish import FORMATS
from collector.web.conditional import respond
from collector.web.query import QueryError, query_of, read_selection, shown
from collector.web.services import Services


def router(services: Services) -> APIRouter:
    """/feed.xml, /topics/KEY.xml and the same for every other format."""
    routes = APIRouter()
    for form, row in FORMATS.items():
        for path in (channel_path(row.suffix), channel_path(row.suffix, "{topic}")):
            routes.add_api_route(f"/{path}", _endpoint(services, form), methods=["GET", "HEAD"])
    return routes


def _endpoint(services: Services, form: str) -> Callable[[Request], Response]:
    def channel(request: Request) -> Response:
        return _channel(services, form, request.path_params.get("topic"), request)

    return channel


def _channel(services: Services, form: str, topic: str | None, request: Request) -> Response:
    config = services.config()
    topics = [each.key for each in config.topics]
    if topic is not None and topic not in topics:
        known = ", ".join(topics) or "none"
        raise HTTPException(404, f"there is no topic {shown(topic)}; topics are: {known}")

    def feed_exists(key: str) -> bool:
        return any(feed.key == key for feed in (*config.feeds, *services.store.feeds()))

    selection = read_selection(query_of(request), topics, feed_exists, of_topic=topic is not None)
    try:
        rendered = services.channels.render(form, topic, selection)
    except ValueError as exc:
        raise QueryError(f"before: {exc}") from exc
    return respond(request.headers, rendered)
