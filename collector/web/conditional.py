"""Answers that cost next to nothing when the client has them already (RFC 9110 §13), compressed if wanted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from starlette.responses import Response

from collector.channels import Rendered

# Short, because a subscriber wants news; long enough to spare us a crowd that comes at the same second.
_CACHE = "max-age=10"
_COMPRESS_FROM = 1024  # bytes; below, a packet is a packet
_ENTITY_TAG = re.compile(r'(?:W/)?("[^"]*")')


def respond(headers: Mapping[str, str], rendered: Rendered) -> Response:
    """The channel, or 304 when `headers` say that the client has it. Names in `headers` are lower-case."""
    packed = _wants_gzip(headers.get("accept-encoding", "")) and len(rendered.body) >= _COMPRESS_FROM
    sent = {
        "ETag": _packed_tag(rendered.etag) if packed else rendered.etag,
        "Last-Modified": format_datetime(rendered.last_modified.astimezone(UTC), usegmt=True),
        "Cache-Control": _CACHE,
        "Vary": "Accept-Encoding",
    }
    if is_known(headers, {rendered.etag, _packed_tag(rendered.etag)}, rendered.last_modified):
        return Response(status_code=304, headers=sent)
    if packed:
        sent["Content-Encoding"] = "gzip"
    body = rendered.gzipped if packed else rendered.body
    return Response(body, headers=sent | {"Content-Type": _content_type(rendered.media_type)})


def is_known(headers: Mapping[str, str], etags: set[str], last_modified: datetime) -> bool:
    """Does the client have one of these representations? A list of tags outweighs a date, as the RFC demands.

    The date must be ours exactly: articles that a removed topic takes away make a channel older, not newer.
    """
    given = headers.get("if-none-match")
    if given is not None:
        return given.strip() == "*" or not etags.isdisjoint(_ENTITY_TAG.findall(given))
    try:
        since = parsedate_to_datetime(headers["if-modified-since"])
    except (KeyError, ValueError, TypeError):
        return False
    return since.replace(tzinfo=since.tzinfo or UTC) == last_modified.replace(microsecond=0)


def _packed_tag(etag: str) -> str:
    return f'{etag[:-1]}-gzip"'


def _wants_gzip(accepted: str) -> bool:
    for coding in accepted.lower().split(","):
        name, _, weight = coding.partition(";")
        if name.strip() == "gzip":
            return not re.fullmatch(r"\s*q=0(\.0*)?\s*", weight)
    return False


def _content_type(media_type: str) -> str:
    return media_type if media_type.endswith("json") else f"{media_type}; charset=utf-8"
