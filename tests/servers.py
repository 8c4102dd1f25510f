"""Raw servers on loopback: a test writes every byte of the answer, faults included."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Asked:
    """A request as it arrived. `headers` has lower-case names."""

    target: str
    headers: dict[str, str]


@dataclass
class RawServer:
    """A server and what was asked of it. `connections` counts accepted connections."""

    port: int = 0
    host: str = "127.0.0.1"
    scheme: str = "http"
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0

    def url(self, path: str = "/", host: str | None = None) -> str:
        """An address on this server, by its own or another name."""
        return f"{self.scheme}://{host or self.host}:{self.port}{path}"


Answer = bytes | Callable[[Asked, asyncio.StreamWriter], Awaitable[bytes | None]]


def http(
    body: bytes = b"", *headers: str, status: str = "200 OK", length: int | None = None, close: bool = False
) -> bytes:
    """A complete answer; `length` lies about the body's."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    if close:
        lines.append("Connection: close")
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body


def redirect(location: str, *headers: str, status: str = "302 Found") -> bytes:
    """A redirect without a body."""
    return http(b"", f"Location: {location}", *headers, status=status)


@asynccontextmanager
async def serve(
    answer: Answer | dict[str, Answer],
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[RawServer]:
    """Serves one answer for everything, or one for each path (query included); 404 for the rest.

    An answer is bytes, or a coroutine function that may write by itself and returns further bytes, or None to
    close the connection. Connections are kept alive.
    """
    seen = RawServer(host=host, scheme="https" if tls else "http")
    open_writers: set[asyncio.StreamWriter] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.connections += 1
        open_writers.add(writer)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while await _answer_one(seen, answer, reader, writer):
                pass
        writer.close()

    server = await asyncio.start_server(handle, host, port, ssl=tls)
    seen.port = server.sockets[0].getsockname()[1]
    try:
        yield seen
    finally:
        server.close()
        for writer in open_writers:
            writer.transport.abort()
        await asyncio.sleep(0)


async def _answer_one(
    seen: RawServer,
    answer: Answer | dict[str, Answer],
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> bool:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    asked = Asked(first.split(" ")[1], {name.lower(): value.strip() for name, _, value in pairs})
    seen.asked.append(asked)
    chosen = (
        answer.get(asked.target, http(b"none", status="404 Not Found"))
        if isinstance(answer, dict)
        else answer
    )
    data = chosen if isinstance(chosen, bytes) else await chosen(asked, writer)
    if data is None:
        return False
    writer.write(data)
    await writer.drain()
    return b"connection: close" not in data[:2000].lower()
