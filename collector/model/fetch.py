"""A request, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Failure(StrEnum):
    """Why a fetch brought nothing. A closed list: the words are log keys, counters and table values."""

    BAD_ADDRESS = "bad-address"  # not http(s), or cannot be read as an address
    FORBIDDEN_ADDRESS = "forbidden-address"  # private, loopback, … and not in allow_private
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    BROKEN = "broken"  # reset, cut short, not HTTP, compressed stream incomplete
    TOO_LARGE = "too-large"
    REDIRECT = "redirect"  # a loop, too many, or a target that cannot be followed
    ROBOTS = "robots"
    WRONG_TYPE = "wrong-type"  # a content type that cannot be text
    EMPTY = "empty"
    UNAUTHORIZED = "unauthorized"  # 401, 407
    BOT_BLOCKED = "bot-blocked"
    NOT_FOUND = "not-found"  # 404
    GONE = "gone"  # 410
    RATE_LIMITED = "rate-limited"  # 429
    HTTP_ERROR = "http-error"  # every other status


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRequest:
    """One GET. `credentials` is "user:password"; it and `headers` are sent to the origin of `url` only.

    `timeout` (seconds, None for the fetcher's own) covers redirects too, but not the wait for the host's turn;
    `spacing` is the least time in seconds since the last request to the host. `refuse_media` ends the exchange before
    the body of what cannot be text; `cut` takes the first `max_bytes` of a longer body instead of failing.
    """

    url: str
    accept: str = "*/*"
    etag: str | None = None
    last_modified: str | None = None
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    credentials: str | None = field(default=None, repr=False)
    proxy: str | None = field(default=None, repr=False)
    max_bytes: int = 15 * 2**20
    timeout: float | None = None
    spacing: float = 0.0
    refuse_media: bool = False
    cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A complete 200 answer. `headers` has lower-case names and printable values, without cookies and without
    validators that could not be sent back; `body` is decompressed.

    `moved_to` is the last address reached through permanent redirects alone (301, 308), None when there was none.
    """

    url: str
    final_url: str
    headers: dict[str, str]
    body: bytes
    moved_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """A 304 to a request that carried a validator."""

    url: str
    final_url: str
    headers: dict[str, str]
    moved_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFailed:
    """`reason` is a sentence for a person, without credentials; `retry_after` is in seconds, as the server asked, at
    most a day.

    `status` is None when no answer was received. RATE_LIMITED without a status means that nothing was sent, because
    the host has asked to be left alone for another `retry_after` seconds.
    """

    url: str
    failure: Failure
    reason: str
    status: int | None = None
    retry_after: float | None = None


FetchResult = Fetched | NotModified | FetchFailed
