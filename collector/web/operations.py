"""What machines ask the service itself: is it well, how much does it do, what does it watch."""

from __future__ import annotations

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse, PlainTextResponse

from collector.publish.opml import render_opml
from collector.web.services import Services

_SAVED = {"Content-Disposition": 'attachment; filename="collector.opml"'}
_FRESH = {"Cache-Control": "no-store"}
_ROBOTS = "User-agent: *\nAllow: /feed.\nAllow: /stories.\nAllow: /topics/\nDisallow: /\n"


def router(services: Services) -> APIRouter:
    """/health, /metrics, /opml and /robots.txt."""
    routes = APIRouter()

    @routes.api_route("/health", methods=["GET", "HEAD"])
    def health() -> Response:
        now = services.health()
        answer = {"status": "ok" if now.ok else "failing"} | now.detail
        return JSONResponse(answer, 200 if now.ok else 503, headers=_FRESH)

    @routes.api_route("/metrics", methods=["GET", "HEAD"])
    def metrics() -> Response:
        return Response(generate_latest(services.metrics), media_type=CONTENT_TYPE_LATEST, headers=_FRESH)

    @routes.api_route("/opml", methods=["GET", "HEAD"])
    def opml() -> Response:
        config = services.config()
        body = render_opml(config.settings.publish.title, config.feeds)
        return Response(body, media_type="text/x-opml; charset=utf-8", headers=_SAVED)

    @routes.api_route("/robots.txt", methods=["GET", "HEAD"])
    def robots() -> Response:
        return PlainTextResponse(_ROBOTS)

    return routes
