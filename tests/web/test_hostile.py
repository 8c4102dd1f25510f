"""Requests that mean harm get a clean answer, and a good client is served all the while."""

from __future__ import annotations

import contextlib
import socket
import time

import pytest


@pytest.mark.parametrize(
    "path",
    [
        "/static/../pages.py",
        "/static/..%2fpages.py",
        "/static/%2e%2e/pages.py",
        "/static/....//pages.py",
        "/static/%00",
        "/static//etc/passwd",
        "/topics/../feed.xml",
        "/topics/..%2ffeed.xml",
        "/topics/%00.xml",
        "/topics/" + "a" * 5000 + ".xml",
        "//evil.example/",
        "/%ff%fe",
        "/feed.xml/",
        "/feed.php",
        "/docs",
        "/openapi.json",
    ],
)
def test_tricks_with_the_path_find_nothing(shown, path):
    """No file of ours, no traceback, no redirect to elsewhere."""
    answer = shown.get(path)
    assert answer.status in (400, 404) or (answer.status == 307 and "evil" not in answer.headers["Location"])
    assert b"import" not in answer.body
    assert b"Traceback" not in answer.body


@pytest.mark.parametrize(
    "raw",
    [
        b"GET /feed.xml\r\n\r\n",
        b"GET /feed.xml HTTP/1.1\r\nHost: x\r\nBad Header\r\n\r\n",
        b"GET /feed.xml HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
        b"POST /feed.xml HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\nabc",
        b"GET /feed.xml HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
        b"GET /feed.xml HTTP/1.1\r\nHost: x\r\nIf-None-Match: \xff\xfe\r\nAccept-Encoding: \xff\r\n\r\n",
        b"GET /feed.xml?%ff=%00&\xff HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
def test_broken_requests_are_answered_or_dropped(shown, raw):
    """Never with a traceback, and the server lives on."""
    with contextlib.suppress(OSError):
        answer = shown.send(raw)
        assert b"Traceback" not in answer
        assert b" 500 " not in answer.split(b"\r\n", 1)[0]
    assert shown.get("/health").status == 200


def test_a_good_client_is_served_while_others_dawdle(shown):
    """A hundred connections that never finish their request."""
    with contextlib.ExitStack() as stack:
        for _ in range(100):
            slow = stack.enter_context(socket.create_connection(("127.0.0.1", shown.port)))
            slow.sendall(b"GET /feed.xml HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        started = time.monotonic()
        assert shown.get("/feed.xml").status == 200
        assert time.monotonic() - started < 2
