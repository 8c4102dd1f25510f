"""The fetcher: takes a request through turns, redirects and guarded connections to its result."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from aiohttp import ClientResponse, ClientSession, ClientTimeout, DummyCookieJar

import collector
from collector.addresses.networks import Network
from collector.addresses.urls import without_credentials
from collector.fetch import answers
from collector.fetch.body import peek, read_body
from collector.fetch.connection import LONGEST_HEADER, MOST_HEADERS, bounded_connector
from collector.fetch.decoding import OFFERED
from collector.fetch.failures import FetchError, translate
from collector.fetch.guard import Guard, OwnAddresses
from collector.fetch.resolver import ThreadResolver
from collector.fetch.trail import Trail, target_of
from collector.model import Failure, Fetched, FetchRequest, FetchResult, NotModified
from collector.pace import HostPace

USER_AGENT = f"Collector/{collector.__version__} (news monitor; feed reader)"
TIMEOUT = 30.0
CONNECTIONS = 64

_KEEP_ALIVE = 5.0  # seconds: redirects and the next page of a host use the connection again
_NO_TIMEOUT = ClientTimeout(total=None, sock_connect=None)  # the one deadline is ours
_TEXT_STATUSES = frozenset({202, 401, 403, 405, 406, 429, 503})  # a bot protection's page may come with these

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether an address may be asked for, beyond what the guard says. `refusal` is a sentence, None when it
    may be; `delay` is the spacing in seconds that its host wishes.
    """

    refusal: str | None = None
    delay: float = 0.0


Admit = Callable[[str, str | None], Awaitable[Admission]]  # address, proxy


class Fetcher:
    """Fetches with `await fetch(request)`, many at a time, between `async with` and its end.

    `allowed` opens private networks. `own_addresses` are the (address, port) pairs that this program listens
    on; the set may grow later. `proxy` is for requests that name none. At most `connections` exchanges run at
    once; whoever waits for a host's turn is not one of them. `now` and `monotonic` are the clocks.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        pace: HostPace,
        allowed: Sequence[Network] = (),
        own_addresses: OwnAddresses = (),
        user_agent: str = USER_AGENT,
        timeout: float = TIMEOUT,
        proxy: str | None = None,
        connections: int = CONNECTIONS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._now = now
        self._pace = pace
        self._guard = Guard(allowed, own_addresses)
        self._headers = {"User-Agent": user_agent, "Accept-Encoding": OFFERED}
        self._timeout = timeout
        self._proxy = proxy
        self._slots = asyncio.Semaphore(connections)
        self._monotonic = monotonic
        self._session: ClientSession | None = None
        self._proxied: ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = self._open(self._guard.socket)
        self._proxied = self._open(self._guard.proxy_socket)
        return self

    async def __aexit__(self, *_: object) -> None:
        for session in (self._session, self._proxied):
            if session:
                await session.close()

    def leave_alone(self, url: str, seconds: float) -> None:
        """Asks the host of `url` nothing for so long: it said so before the program was started."""
        if target := target_of(url):
            self._pace.hold(target.host, seconds)

    async def fetch(self, request: FetchRequest, *, admit: Admit | None = None) -> FetchResult:
        """What came of the request. `admit` is asked before each address, redirects included (see `robots`).

        Raises nothing but CancelledError: a failure is a FetchFailed.
        """
        if self._proxy and not request.proxy:
            request = replace(request, proxy=self._proxy)
        try:
            return await self._follow(Trail(request), admit)
        except FetchError as error:
            return error.as_result(without_credentials(request.url))
        except Exception as exc:
            error = translate(exc)
            if error is None:
                log.exception("the fetch of %s failed unexpectedly", without_credentials(request.url))
                error = FetchError(Failure.BROKEN, f"an unexpected error: {type(exc).__name__}")
            return error.as_result(without_credentials(request.url))

    async def _follow(self, trail: Trail, admit: Admit | None) -> FetchResult:
        left = trail.request.timeout or self._timeout
        while True:
            spacing = trail.request.spacing if trail.is_at_start else 0.0
            if admit:
                admission = await admit(trail.target.text, trail.request.proxy)
                if admission.refusal:
                    raise FetchError(Failure.ROBOTS, admission.refusal)
                spacing = max(spacing, admission.delay)
            result, took = await self._visit(trail, spacing, left)
            if result is not None:
                return result
            left -= took

    async def _visit(self, trail: Trail, spacing: float, left: float) -> tuple[FetchResult | None, float]:
        """One exchange, when it is its turn: its result, None after a redirect, and the seconds it took."""
        host = trail.target.host
        if wait := await self._pace.enter(host, spacing):
            reason = f"{host} asked not to be visited for another {math.ceil(wait)} s"
            raise FetchError(Failure.RATE_LIMITED, reason, retry_after=wait)
        try:
            async with self._slots:
                started = self._monotonic()
                try:
                    async with asyncio.timeout(left):
                        result = await self._exchange(trail)
                except TimeoutError:
                    limit = trail.request.timeout or self._timeout
                    raise FetchError(Failure.TIMEOUT, f"no complete answer within {limit:g} s") from None
                return result, self._monotonic() - started
        except FetchError as error:
            if error.retry_after and error.status in (429, 503):
                self._pace.hold(host, error.retry_after)
            raise
        finally:
            self._pace.leave(host)

    async def _exchange(self, trail: Trail) -> FetchResult | None:
        session = self._session
        proxy = trail.request.proxy
        if proxy:
            session = self._proxied
            if refusal := self._guard.target_refusal(trail.target.url.raw_host or "", trail.target.url.port):
                raise FetchError(Failure.FORBIDDEN_ADDRESS, f"refused to ask the proxy: {refusal}")
        response = await session.get(
            trail.target.url, headers=trail.headers(), proxy=proxy, allow_redirects=False
        )
        try:
            return await self._read(trail, response)
        finally:
            response.release()  # closes the connection when the body was not read to its end

    async def _read(self, trail: Trail, response: ClientResponse) -> FetchResult | None:
        status = response.status
        if status in answers.REDIRECTS:
            trail.follow(status, response.headers.get("Location"), response.headers.getall("Set-Cookie", ()))
            return None
        final = trail.target.text
        headers = answers.plain_headers(response.headers)
        if status == 304 and trail.validators:
            return NotModified(url=trail.url, final_url=final, headers=headers, moved_to=trail.moved_to)
        if status != 200:
            page = await peek(response) if status in _TEXT_STATUSES else b""
            raise answers.status_error(status, headers, page, self._now())
        request = trail.request
        if request.refuse_media and answers.is_media(headers.get("content-type", "")):
            raise FetchError(
                Failure.WRONG_TYPE, f"this is {headers['content-type'][:60]}, not a text", status
            )
        body = await read_body(response, request.max_bytes, cut=request.cut)
        if not body or body.isspace():
            raise FetchError(Failure.EMPTY, "the answer is empty", status)
        return Fetched(url=trail.url, final_url=final, headers=headers, body=body, moved_to=trail.moved_to)

    def _open(self, socket_factory: Callable) -> ClientSession:
        connector = bounded_connector(
            limit=0,
            keepalive_timeout=_KEEP_ALIVE,
            resolver=ThreadResolver(),
            socket_factory=socket_factory,
        )
        return ClientSession(
            connector=connector,
            cookie_jar=DummyCookieJar(),
            headers=self._headers,
            timeout=_NO_TIMEOUT,
            auto_decompress=False,
            trust_env=False,
            max_field_size=LONGEST_HEADER,
            max_headers=MOST_HEADERS,
        )
