"""What went wrong, as one of `model.Failure` and a sentence for a person.

Sentences are ours: nothing that a server, a library or an address says gets into them unless it is short,
printable and no secret.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import ssl

import aiohttp
from aiohttp import client_exceptions as c
from aiohttp.http_exceptions import HttpProcessingError

from collector.fetch.connection import HeadTooLargeError
from collector.fetch.guard import FORBIDDEN
from collector.model import Failure, FetchFailed


class FetchError(Exception):
    """Ends an exchange; becomes a FetchFailed. Never leaves this package."""

    def __init__(
        self, failure: Failure, reason: str, status: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(reason)
        self.failure, self.reason, self.status, self.retry_after = failure, reason, status, retry_after

    def as_result(self, url: str) -> FetchFailed:
        """The value that `Fetcher.fetch` returns. `url` holds no credentials."""
        return FetchFailed(
            url=url,
            failure=self.failure,
            reason=self.reason,
            status=self.status,
            retry_after=self.retry_after,
        )


_BROKEN = "the connection broke before the answer was complete"
_NOT_HTTP = "the answer is not valid HTTP"
_BAD_ADDRESS = "the address cannot be requested"

# The most special class of an exception that stands here decides. A test holds it complete over aiohttp's
# exceptions.
TRANSLATIONS: dict[type[BaseException], tuple[Failure, str]] = {
    c.ClientError: (Failure.BROKEN, "the exchange failed"),
    c.ClientResponseError: (Failure.BROKEN, _NOT_HTTP),
    c.ContentTypeError: (Failure.BROKEN, _NOT_HTTP),
    c.WSServerHandshakeError: (Failure.BROKEN, _NOT_HTTP),
    c.ClientHttpProxyError: (Failure.CONNECT, "the proxy refused to connect"),
    c.TooManyRedirects: (Failure.REDIRECT, "too many redirects"),
    c.ClientConnectionError: (Failure.BROKEN, _BROKEN),
    c.ClientConnectionResetError: (Failure.BROKEN, _BROKEN),
    c.ClientOSError: (Failure.BROKEN, _BROKEN),
    c.ClientConnectorError: (Failure.CONNECT, "no connection to the server"),
    c.ClientConnectorDNSError: (Failure.DNS, "the server's name cannot be looked up"),
    c.ClientProxyConnectionError: (Failure.CONNECT, "no connection to the proxy"),
    c.UnixClientConnectorError: (Failure.CONNECT, "no connection to the server"),
    c.ServerConnectionError: (Failure.BROKEN, _BROKEN),
    c.ServerDisconnectedError: (Failure.BROKEN, "the server closed the connection without an answer"),
    c.ServerTimeoutError: (Failure.TIMEOUT, "the server did not answer in time"),
    c.ConnectionTimeoutError: (Failure.TIMEOUT, "the server could not be reached in time"),
    c.SocketTimeoutError: (Failure.TIMEOUT, "the server did not answer in time"),
    c.ServerFingerprintMismatch: (Failure.TLS, "the server's certificate is another one"),
    c.ClientPayloadError: (Failure.BROKEN, _BROKEN),
    c.UploadAbortedError: (Failure.BROKEN, _BROKEN),
    c.InvalidURL: (Failure.BAD_ADDRESS, _BAD_ADDRESS),
    c.InvalidUrlClientError: (Failure.BAD_ADDRESS, _BAD_ADDRESS),
    c.InvalidUrlRedirectClientError: (Failure.BAD_ADDRESS, _BAD_ADDRESS),
    c.RedirectClientError: (Failure.REDIRECT, "the redirect cannot be followed"),
    c.NonHttpUrlClientError: (Failure.BAD_ADDRESS, "the address is not http or https"),
    c.NonHttpUrlRedirectClientError: (Failure.REDIRECT, "the redirect does not lead to http or https"),
    c.ClientSSLError: (Failure.TLS, "no secure connection to the server"),
    c.ClientConnectorSSLError: (Failure.TLS, "no secure connection to the server"),
    c.ClientConnectorCertificateError: (Failure.TLS, "the server's certificate is not valid"),
    c.WSMessageTypeError: (Failure.BROKEN, _NOT_HTTP),
    aiohttp.ClientConnectionError: (Failure.BROKEN, _BROKEN),
    HttpProcessingError: (Failure.BROKEN, _NOT_HTTP),
    HeadTooLargeError: (Failure.TOO_LARGE, "the headers of the answer do not end"),
    asyncio.TimeoutError: (Failure.TIMEOUT, "no complete answer in time"),
    ssl.SSLError: (Failure.TLS, "no secure connection to the server"),
    OSError: (Failure.BROKEN, _BROKEN),
    ValueError: (Failure.BAD_ADDRESS, "the request holds what HTTP does not allow"),
}

_ERRNO_WORDS = {
    errno.ECONNREFUSED: "nothing answers there (connection refused)",
    errno.ECONNRESET: "the server reset the connection",
    errno.EHOSTUNREACH: "there is no way to the server",
    errno.ENETUNREACH: "there is no way to the server's network",
    errno.ETIMEDOUT: "the server does not answer",
    errno.EMFILE: "this machine has no file descriptors left (raise `ulimit -n`)",
    errno.ENFILE: "this machine has no file descriptors left",
}


def translate(error: BaseException) -> FetchError | None:
    """The failure that an exception of an exchange means; None when it is none of the network's."""
    for kind in type(error).__mro__:
        if kind in TRANSLATIONS:
            failure, words = TRANSLATIONS[kind]
            break
    else:
        return None
    cause = getattr(error, "os_error", error)
    if getattr(error, "errno", None) == FORBIDDEN:
        return FetchError(Failure.FORBIDDEN_ADDRESS, f"refused to connect: {plain(cause.strerror or '')}")
    if detail := _detail(cause):
        words = f"{words}: {detail}"
    return FetchError(failure, words)


def _detail(cause: BaseException) -> str:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return plain(cause.verify_message)
    if isinstance(cause, ssl.SSLError):
        return plain((getattr(cause, "reason", "") or "").replace("_", " ").lower())
    if isinstance(cause, socket.gaierror):
        known = cause.errno == socket.EAI_NONAME
        return "there is no such name" if known else plain(cause.strerror or "")
    if isinstance(cause, OSError) and cause.errno and cause.errno > 0:
        return _ERRNO_WORDS.get(cause.errno, os.strerror(cause.errno))
    return ""


def plain(text: str, limit: int = 200) -> str:
    """One printable line of `text`."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())[:limit]
