"""The way of one fetch through its redirects: where it is, what may be sent there, what it has learned."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from yarl import URL

from collector.addresses.urls import credentials_of, host_key, web_url, without_credentials
from collector.fetch.answers import PERMANENT, can_be_echoed
from collector.fetch.failures import FetchError
from collector.model import Failure, FetchRequest

MOST_REDIRECTS = 10
MOST_COOKIES = 50
LONGEST_COOKIE = 4096  # RFC 6265, 6.1

# Ours to set: they say how the answer is framed, or are set from other fields of the request.
_RESERVED = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "cookie",
        "host",
        "range",
        "te",
        "transfer-encoding",
        "upgrade",
    }
)


@dataclass(frozen=True, slots=True)
class Target:
    """An address, ready to be requested: `host` keys its turns, secrets belong to an `origin` (RFC 6454)."""

    text: str
    url: URL
    host: str
    origin: tuple[str, str | None, int | None]


@lru_cache(maxsize=2048)  # a kilobyte each, and pages pass through it that never come again
def target_of(url: str) -> Target | None:
    """None when `url` cannot be requested."""
    text = web_url(url)
    if text is None:
        return None
    parsed = URL(text, encoded=True)
    return Target(text, parsed, host_key(text), (parsed.scheme, parsed.raw_host, parsed.port))


def _validators(request: FetchRequest) -> tuple[tuple[str, str | None], ...]:
    return ("If-None-Match", request.etag), ("If-Modified-Since", request.last_modified)


class Trail:
    """Mutable; lives as long as one fetch. Raises FetchError for addresses that cannot be followed."""

    def __init__(self, request: FetchRequest) -> None:
        self.request = request
        self.url = without_credentials(request.url)
        first = target_of(request.url)
        if first is None:
            raise FetchError(Failure.BAD_ADDRESS, "this is no http or https address that can be requested")
        self.target = self._first = first
        self.validators = {
            name: value for name, value in _validators(request) if value and can_be_echoed(value)
        }
        self.moved_to: str | None = None
        self._is_permanent = True
        self._hops = 0
        self._cookies: dict[tuple, dict[str, str]] = {}  # per origin
        self._seen: set[tuple[str, str]] = set()

    @property
    def is_at_start(self) -> bool:
        """Whether no redirect has led elsewhere."""
        return self.target is self._first

    def headers(self) -> dict[str, str]:
        """What to send to the present target. Secrets go to the origin of the request only."""
        request = self.request
        headers = {"Accept": request.accept, **self.validators}
        if self.target.origin == self._first.origin:
            for name, value in request.headers:
                if name.lower() not in _RESERVED:
                    headers[name] = value
            if credentials := request.credentials or credentials_of(request.url):
                headers["Authorization"] = f"Basic {b64encode(credentials.encode()).decode()}"
        if cookies := self._cookie_header():
            headers["Cookie"] = cookies
        return headers

    def follow(self, status: int, location: str | None, set_cookies: Iterable[str]) -> None:
        """Goes where a redirect leads."""
        self._hops += 1
        if self._hops > MOST_REDIRECTS:
            raise FetchError(Failure.REDIRECT, f"redirected more than {MOST_REDIRECTS} times", status)
        self._remember(set_cookies)
        target = self._read(status, location)
        step = (target.text, self._cookie_header(target))
        if step in self._seen:
            raise FetchError(Failure.REDIRECT, "the redirects go round in a circle", status)
        self._seen.add(step)
        self._is_permanent = self._is_permanent and status in PERMANENT
        if self._is_permanent:
            self.moved_to = target.text if target.text != self._first.text else None
        self.target = target

    def _read(self, status: int, location: str | None) -> Target:
        if not location or not location.strip():
            raise FetchError(Failure.REDIRECT, "a redirect that leads nowhere", status)
        text = web_url(location, self.target.text)
        target = target_of(text) if text else None
        if target is None:
            raise FetchError(Failure.REDIRECT, "a redirect to what is no http or https address", status)
        return target

    def _remember(self, set_cookies: Iterable[str]) -> None:
        """Keeps cookies for this origin, without attributes: none outlives the fetch or leaves the origin."""
        jar = self._cookies.setdefault(self.target.origin, {})
        for cookie in set_cookies:
            name, equals, value = cookie.partition(";")[0].partition("=")
            name, value = name.strip(), value.strip()
            pair = f"{name}={value}"
            if equals and name and pair.isascii() and pair.isprintable() and len(pair) <= LONGEST_COOKIE:
                jar[name] = value
            if len(jar) >= MOST_COOKIES:
                return

    def _cookie_header(self, target: Target | None = None) -> str:
        jar = self._cookies.get((target or self.target).origin)
        return "; ".join(f"{name}={value}" for name, value in jar.items()) if jar else ""
