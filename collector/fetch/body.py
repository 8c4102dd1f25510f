"""Reading a body: complete, decoded, and never more of it than was asked for."""

from __future__ import annotations

import asyncio
import io
import zlib

from aiohttp import ClientError, ClientResponse

from collector.fetch.decoding import Decoder, too_large
from collector.fetch.failures import FetchError
from collector.model import Failure

_PEEK = 16 * 1024
_PEEK_TIMEOUT = 3.0


async def read_body(response: ClientResponse, limit: int, *, cut: bool = False) -> bytes:
    """The whole body, decoded. With `cut` at most its first `limit` bytes. Raises FetchError and what aiohttp
    raises.

    aiohttp itself raises when the body is shorter than declared, or its last chunk is missing.
    """
    if not cut and (response.content_length or 0) > limit:
        raise too_large()
    decoder = Decoder(response.headers.get("Content-Encoding", ""), limit)
    body = io.BytesIO()
    try:
        await _decode(response, decoder, body, limit)
    except FetchError as error:
        if not (cut and error.failure is Failure.TOO_LARGE):
            raise
    return body.getvalue()[:limit]


async def _decode(response: ClientResponse, decoder: Decoder, body: io.BytesIO, limit: int) -> None:
    received = 0
    async for chunk in response.content.iter_any():
        received += len(chunk)
        for piece in decoder.feed(chunk):
            body.write(piece)
        if received > limit:  # junk behind a compressed stream, or streams of nothing
            raise too_large()
    for piece in decoder.finish():
        body.write(piece)


async def peek(response: ClientResponse) -> bytes:
    """The start of an error page, as far as it comes quickly; b"" when there is none to be had."""
    head = b""
    try:
        async with asyncio.timeout(_PEEK_TIMEOUT):
            while len(head) < _PEEK and (chunk := await response.content.readany()):
                head += chunk
    except (ClientError, OSError, TimeoutError):
        pass
    head = head[:_PEEK]
    if head.startswith(b"\x1f\x8b"):
        try:
            return zlib.decompressobj(31).decompress(head, 4 * _PEEK)
        except zlib.error:
            return b""
    return head
