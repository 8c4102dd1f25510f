"""The HTTP server: uvicorn, with a bound on how long one client may take and on how many may be there at once.

uvicorn waits for ever for the end of a request, and for a client to take its answer, and closes a connection while
the client still sends, which takes from it the answer that says why. What is done here about it:

- A request must be complete ten seconds after the connection was ready for it; its answer taken in two minutes.
- When all connections are in use, a new one takes the place of the one that has dawdled longest over its request.
- What is refused gets a sentence, and whatever else comes is thrown away for a moment before the connection ends.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import h11
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_TIME = 10.0  # seconds from a connection that is ready to a complete request
ANSWER_TIME = 120.0  # seconds to take the answer
LINGER = 2.0  # seconds for which a refused client is listened to, so that it comes to hear the refusal
MOST_CONNECTIONS = 400  # well below the 1,024 files that a process may usually open
PATIENCE = 5  # seconds that a client may take to receive its answer when the service stops


class Server(uvicorn.Server):
    """Serves `app`, and leaves the signals to the service, which stops more than the server."""

    def __init__(self, app: FastAPI) -> None:
        config = uvicorn.Config(
            app,
            http=Connection,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="error",  # what strangers get wrong is no news
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=PATIENCE,
        )
        super().__init__(config)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Connection(H11Protocol):
    """One client, who has so much time for a request and so much for its answer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._timer: asyncio.TimerHandle | None = None
        self._since = 0.0  # when it became ready for a request
        self._is_refused = False
        self._has_ended = False  # the client will send no more

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_request()
        if len(self.connections) > MOST_CONNECTIONS:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._is_refused:
            return
        super().data_received(data)
        if self._is_answering():
            self._start_timer(ANSWER_TIME)

    def eof_received(self) -> bool:  # type: ignore[override]
        self._has_ended = True
        return self._is_answering()  # who has asked may close that direction and listen

    def on_response_complete(self) -> None:
        super().on_response_complete()  # a request that was sent ahead is begun by that
        if self._has_ended and not self._is_answering():
            self.transport.close()
        if self._is_answering() or self.transport.get_write_buffer_size():
            self._start_timer(ANSWER_TIME)
        else:
            self._await_request()

    def send_400_response(self, msg: str) -> None:
        if self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete:
            self.transport.abort()  # it is in the middle of an answer
        else:
            self._refuse(HTTPStatus.BAD_REQUEST, "this is no request that can be understood, or it is too large")

    def shutdown(self) -> None:
        if self._is_refused:
            self.transport.abort()
        else:
            super().shutdown()

    def _is_answering(self) -> bool:
        """Whether a request is complete and its answer is not."""
        done = self.conn.their_state in (h11.DONE, h11.MUST_CLOSE)
        return done and self.cycle is not None and not self.cycle.response_complete

    def _await_request(self) -> None:
        self._since = self.loop.time()
        self._start_timer(REQUEST_TIME)

    def _start_timer(self, seconds: float) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(seconds, self._expire)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _expire(self) -> None:
        has_begun = self.conn.their_state is h11.IDLE and self.conn.trailing_data[0]
        if has_begun and not self._is_refused and not self.transport.get_write_buffer_size():
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "the request was not complete in time")
        else:
            self.transport.abort()

    def _make_room(self) -> None:
        """Ends the connection that has waited longest for a request; all being answered, this one."""
        dawdling = [other for other in self.connections if other is not self and not other._is_answering()]
        if dawdling:
            oldest = min(dawdling, key=lambda other: other._since)
            self.connections.discard(oldest)  # now, not when the loop comes to it: the next may be here first
            oldest.transport.abort()
        else:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "too many requests are being answered; come again")

    def _refuse(self, status: HTTPStatus, detail: str) -> None:
        """Says no, and listens a little longer: closing at once would take the answer from who still sends."""
        self._is_refused = True
        self._unset_keepalive_if_required()
        if self.cycle is not None:
            self.cycle.disconnected = True  # nothing more is sent for the request that was under way
            self.cycle.message_event.set()
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            body = f"{status} {status.phrase}: {detail}\n".encode()
            head = f"HTTP/1.1 {status} {status.phrase}\r\nContent-Type: text/plain; charset=utf-8\r\n"
            self.transport.write(f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
        self.flow.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._start_timer(LINGER)
