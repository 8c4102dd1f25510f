"""The web server's side of the program: published channels, pages for people, answers for machines.

It only reads. Whatever a request contains, the answer is made of stored articles and of the configuration.
"""

from __future__ import annotations

from fastapi import FastAPI

from collector.web import articles, channels, errors, operations, stories
from collector.web.headers import SafeHeaders
from collector.web.pages import Pages
from collector.web.pages import router as pages_router
from collector.web.services import Health, Services

__all__ = ["Health", "Services", "create_app"]


def create_app(services: Services) -> FastAPI:
    """The application that answers with `services`. No interactive documentation: it would need scripts."""
    # A redirect to an address without its last slash would repeat whatever host the request names.
    app = FastAPI(title="Collector", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    pages = Pages(services)
    app.include_router(channels.router(services))
    app.include_router(operations.router(services))
    app.include_router(articles.router(services, pages))
    app.include_router(stories.router(services, pages))
    app.include_router(pages_router(pages))
    errors.install(app, pages)
    app.add_middleware(SafeHeaders)
    return app
