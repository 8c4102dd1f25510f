"""Errors as answers: a status and a sentence, as a page for people and as text for everything else."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse

from collector.errors import StoreError
from collector.web.headers import HEADERS
from collector.web.pages import Pages
from collector.web.query import QueryError

_SENTENCES = {404: "there is nothing at this address", 405: "this address can only be read"}


def install(app: FastAPI, pages: Pages) -> None:
    """Answers every error of `app`. Nothing of a traceback or of the database goes out."""

    def answer(request: Request, status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
        title = HTTPStatus(status).phrase
        if "text/html" in request.headers.get("accept", ""):
            return pages.error(request, status, title, detail, headers)
        return PlainTextResponse(f"{status} {title}: {detail}\n", status, headers)

    @app.exception_handler(HTTPException)
    def told(request: Request, exc: HTTPException) -> Response:
        unsaid = exc.detail == HTTPStatus(exc.status_code).phrase
        detail = _SENTENCES.get(exc.status_code, exc.detail) if unsaid else exc.detail
        return answer(request, exc.status_code, detail, exc.headers)

    @app.exception_handler(QueryError)
    def bad_query(request: Request, exc: QueryError) -> Response:
        return answer(request, 400, str(exc))

    @app.exception_handler(StoreError)
    def no_store(request: Request, exc: StoreError) -> Response:
        return answer(request, 503, "the database does not answer at the moment", {"Retry-After": "10"})

    @app.exception_handler(Exception)
    def unexpected(request: Request, exc: Exception) -> Response:
        # Made outside of all middleware.
        return answer(request, 500, "something went wrong; the log says what", HEADERS)
