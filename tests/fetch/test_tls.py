"""Secure connections: certificates are checked, and what is wrong with one is said."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

from collector.fetch import Fetcher
from collector.model import Failure, FetchFailed, FetchRequest
from tests.servers import http, serve

DATA = Path(__file__).resolve().parent.parent / "data" / "tls"


async def test_a_certificate_that_nobody_vouches_for_is_refused(fetcher: Fetcher) -> None:
    """Nothing is sent over such a connection. (The certificate is self-signed, for another name.)"""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(DATA / "certificate.pem", DATA / "key.pem")
    async with serve(http(b"secret"), tls=context) as server:
        result = await fetcher.fetch(FetchRequest(url=server.url(), credentials="ann:s3cret"))

    assert isinstance(result, FetchFailed)
    assert result.failure is Failure.TLS
    assert result.reason.startswith("the server's certificate is not valid: self")
    assert server.asked == []


async def test_a_server_that_speaks_no_tls_is_named_so(fetcher: Fetcher) -> None:
    """An https address on a port that answers in plain text."""

    async def plain(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        result = await fetcher.fetch(FetchRequest(url=f"https://127.0.0.1:{port}/"))

    assert isinstance(result, FetchFailed)
    assert result.failure is Failure.TLS
