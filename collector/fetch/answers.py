"""What an answer's status and headers mean: decisions without any network."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from multidict import CIMultiDictProxy

from collector.fetch.failures import FetchError
from collector.model import Failure

REDIRECTS = frozenset({300, 301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})
LONGEST_WAIT = 86_400.0  # seconds of a Retry-After that are believed
LONGEST_VALIDATOR = 1024

_VALIDATORS = ("etag", "last-modified")
_JOINED = ("cache-control", "link", "vary")  # lists: several headers of the name are one (RFC 9110, 5.3)
_DROPPED = frozenset({"set-cookie", "set-cookie2"})

# application/octet-stream, application/xml, missing and nonsense types may all be text.
_MEDIA = re.compile(
    r"(?:image/(?!svg)|video/|audio/|font/|model/|application/(?:zip|pdf|x-?gzip|gzip|x-tar|x-7z|vnd\.rar|x-rar|x-bzip"
    r"|java-archive|vnd\.(?:ms-|openxmlformats|oasis|android)|msword|epub|x-shockwave|x-msdownload|mp4|ogg|wasm|font))",
    re.I,
)

# How widespread bot protections mark their answers.
_CHALLENGE_HEADERS = (
    ("cf-mitigated", "challenge"),  # Cloudflare
    ("x-amzn-waf-action", ""),  # AWS WAF
    ("x-datadome", ""),
    ("x-sucuri-block", ""),
    ("x-vercel-mitigated", ""),
)
_CHALLENGE_PAGE = re.compile(
    rb"<title>\s*(?:just a moment|attention required! \| cloudflare|please wait\.\.\. \| cloudflare"
    rb"|ddos-guard|pardon our interruption|access to this page has been denied)|/cdn-cgi/challenge-platform"
    rb"|captcha-delivery\.com|px-captcha|_incapsula_resource|errors\.edgesuite\.net|sgcaptcha",
    re.I,
)
_NAMED = {
    401: Failure.UNAUTHORIZED,
    404: Failure.NOT_FOUND,
    407: Failure.UNAUTHORIZED,
    410: Failure.GONE,
    429: Failure.RATE_LIMITED,
}


def is_media(content_type: str) -> bool:
    """Whether a content type says that the body cannot be text."""
    return _MEDIA.match(content_type.strip()) is not None


def can_be_echoed(validator: str) -> bool:
    """Whether an ETag or Last-Modified can be sent back as it came."""
    return validator.isascii() and validator.isprintable() and 0 < len(validator) <= LONGEST_VALIDATOR


def plain_headers(headers: CIMultiDictProxy[str]) -> dict[str, str]:
    """The headers: names lower-case, values plain. Of several with one name the first, or all of a list."""
    plain: dict[str, str] = {}
    for name, value in headers.items():
        name = name.lower()
        if name in plain:
            if name in _JOINED:
                plain[name] += f", {_printable(value)}"
        elif name not in _DROPPED:
            plain[name] = _printable(value)
    for name in _VALIDATORS:
        if name in plain and not can_be_echoed(headers[name]):
            del plain[name]
    return plain


def _printable(value: str) -> str:
    if value.isascii() and value.isprintable():
        return value
    # aiohttp reads UTF-8 and keeps other bytes as surrogates; those are Latin-1 (RFC 9110, 5.5).
    value = "".join(chr(ord(c) - 0xDC00) if "\udc80" <= c <= "\udcff" else c for c in value)
    return "".join(c for c in value if c.isprintable())


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After (number or HTTP date) means, from 0 to a day; None when it says nothing."""
    value = (value or "").strip()
    if not value:
        return None
    if value.isascii() and value.isdigit():
        return min(float(value[:20]), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(value[:64])
        if until.tzinfo is None:
            until = until.replace(tzinfo=UTC)
        return min(max((until - now).total_seconds(), 0.0), LONGEST_WAIT)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def status_error(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> FetchError:
    """The failure that a status other than 200 is. `body` is the start of the page, as far as it is known."""
    wait = retry_after(headers.get("retry-after"), now)
    if is_challenge(status, headers, body):
        return FetchError(Failure.BOT_BLOCKED, "blocked by the site's bot protection", status, wait)
    reason = f"the server answered {_status_words(status)}"
    if status == 304:
        reason += " although nothing was said to be known"
    if wait:
        reason += f" and asks to wait {math.ceil(wait)} s"
    return FetchError(_NAMED.get(status, Failure.HTTP_ERROR), reason, status, wait)


def is_challenge(status: int, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether the answer comes from a protection against robots and not from the site."""
    if status < 400 and status != 202:
        return False
    for name, expected in _CHALLENGE_HEADERS:
        if name in headers and expected in headers[name].lower():
            return True
    return _CHALLENGE_PAGE.search(body) is not None


def _status_words(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
