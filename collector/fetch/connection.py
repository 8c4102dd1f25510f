"""aiohttp's connection, with a bound on the size of an answer's head.

aiohttp bounds each header and their number, and real sites need both bounds wide: one entity tag of 60 kB, a
thousand cookies. Their product would be 70 MB. And it reads interim answers (100 Continue) for ever.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from aiohttp import ClientPayloadError, TCPConnector
from aiohttp.client_proto import ResponseHandler

MOST_HEADERS = 1200
LONGEST_HEADER = 64 * 1024
LARGEST_HEAD = 2**20


class HeadTooLargeError(ClientPayloadError):
    """The head of an answer does not end within LARGEST_HEAD."""


class BoundedConnection(ResponseHandler):
    """Counts what arrives while no body is being read; tells whoever reads one that its framing is broken."""

    _head = 0

    def set_response_params(self, **params: Any) -> None:
        self._head = 0
        super().set_response_params(**params)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        # During a body the payload is unfinished. Before it, and after an interim answer, there is none or a
        # finished one.
        if self._payload is None or self._payload.is_eof():
            self._head += len(data)
            if self._head > LARGEST_HEAD and self.transport is not None:
                self.set_exception(HeadTooLargeError())
                self.transport.abort()

    def set_exception(self, exc: BaseException, *cause: BaseException) -> None:
        super().set_exception(exc, *cause)
        # aiohttp tells whoever waits for a head; whoever reads a body would wait for the deadline.
        payload = self._payload
        if payload is not None and not payload.is_eof() and payload.exception() is None:
            payload.set_exception(ClientPayloadError("the framing of the body is broken"))


def bounded_connector(**options: Any) -> TCPConnector:
    """A TCPConnector that makes BoundedConnections."""
    connector = TCPConnector(**options)
    # There is no public hook. tests/fetch/test_client.py fails when this stops to work.
    connector._factory = partial(BoundedConnection, loop=asyncio.get_running_loop())
    return connector
