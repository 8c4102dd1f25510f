"""Requests that mean harm get a clean answer, and a good client is served all the while."""

from __future__ import annotations

import contextlib
import logging
import re
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from collector.web import server
from tests.scenario.service import Service, running

GOOD = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
PATHS = [
    "/",
    "/feeds",
    "/feeds/",
    "/feed.xml",
    "/feed.json",
    "/topics/russia.atom",
    "/opml",
    "/health",
    "/static",
    "/no",
]


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No request whatever leaves a traceback, or anything else, in the log."""
    with caplog.at_level(logging.WARNING):
        yield
    assert caplog.messages == []


def status_of(answer: bytes) -> int:
    """The status of the first answer."""
    found = re.match(rb"HTTP/1\.1 (\d{3}) ", answer)
    assert found, answer[:200]
    return int(found[1])


@pytest.mark.parametrize(
    "path",
    [
        "/static/../pages.py",
        "/static/..%2fpages.py",
        "/static/%2e%2e/pages.py",
        "/static/%2e%2e%5c%2e%2e%5cpages.py",
        "/static/..\\..\\pages.py",
        "/static/....//pages.py",
        "/static/%00",
        "/static/style.css%00.png",
        "/static//etc/passwd",
        "/static/" + "../" * 3000,
        "/static/" + "a" * 10_000,
        "/static/" + "a/" * 5_000,
        "/topics/../feed.xml",
        "/topics/..%2ffeed.xml",
        "/topics/%00.xml",
        "/topics/" + "a" * 5000 + ".xml",
        "/topics/%F0%9F%92%A9.xml",
        "/" + "%25" * 3000,
        "//evil.example/",
        "/\\evil.example/",
        "http://evil.example/feed.xml",
        "/%ff%fe",
        "/feed.xml/",
        "/feeds/",
        "/feed.php",
        "/docs",
        "/openapi.json",
        "*",
    ],
)
def test_tricks_with_the_path_find_nothing(shown, path):
    """No file of ours, no traceback, no redirect."""
    answer = shown.get(path)
    assert answer.status in (400, 404)
    assert b"import" not in answer.body
    assert b"Traceback" not in answer.body


@pytest.mark.parametrize(
    "raw",
    [
        b"GET /feed.xml\r\n\r\n",
        b"GET /feed.xml HTTP/1.1\r\n\r\n",
        b"GET /feed.xml HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        b"GET /feed.xml HTTP/1.1\r\nHost: x\r\nBad Header\r\n\r\n",
        b"GET /feed.xml HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n",
        b"GET /feed\x00.xml HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /feed.xml?\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /feed.xml HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 3_000_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /feed.xml?" + b"a=b&" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
        b"\r\n" * 200_000,
        b"POST /feed.xml HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\nabc",
        b"POST /feed.xml HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\nabc",
        b"POST /feed.xml HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: bogus\r\n\r\nabc",
    ],
)
def test_what_is_no_request_is_answered_so(shown, raw):
    """With 400, which the client comes to hear although it was still sending."""
    answer = shown.send(raw)
    assert status_of(answer) == 400
    assert answer.endswith(b"\n")


@pytest.mark.parametrize(
    "raw",
    [
        b"POST /feed.xml HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n",
        b"GET /feed.xml HTTP/9.9\r\n\r\n",
        b"GET /feed.xml HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
        b"GET /feed.xml HTTP/1.1\r\nHost: x\r\n" + b"X: a\r\n" * 10_000 + b"\r\n",
        b"GET /feed.xml HTTP/1.1\r\nHost: x\r\nIf-None-Match: " + b'"tag", ' * 5_000 + b"\r\n\r\n",
        b"GET /feed.xml HTTP/1.1\r\nHost: x\r\n\r\nGARBAGE GARBAGE\r\n\r\n",
        b"GET /feed.xml HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
        b"GET /feed.xml HTTP/1.1\r\nHost: x\r\nConnection: upgrade, http2-settings\r\nUpgrade: h2c\r\n\r\n",
        b"GET /feed.xml HTTP/1.1\r\nHost: x\r\nIf-None-Match: \xff\xfe\r\nAccept-Encoding: \xff\r\n\r\n",
        b"GET /feed.xml?%ff=%00& HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /feed.xml HTTP/1.1\r\nHost: \xff<script>\r\n\r\n",
    ],
)
def test_odd_requests_are_answered(shown, raw):
    """With what was asked for, or a refusal; nothing breaks, and the server lives on."""
    assert status_of(shown.send(raw)) in (200, 400, 404, 405)
    assert shown.get("/health").status == 200


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get"]
)
@pytest.mark.parametrize("path", ["/feed.xml", "/", "/static/style.css", "/no"])
def test_other_methods_are_refused(shown, method, path):
    """Everything here can only be read; TRACE tells nobody what was sent."""
    answer = shown.get(path, method=method, x_secret="do not repeat")
    assert answer.status in (404, 405)
    assert "repeat" not in answer.text


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:99999", "evil.example/x", "evil.example@x", "[evil.example"]
)
def test_a_forged_host_comes_back_nowhere(shown, path, host):
    """Addresses that we name are made of the configuration."""
    for lines in (
        f"Host: {host}",
        f"Host: x\r\nX-Forwarded-Host: {host}",
        f"Host: x\r\nForwarded: host={host}",
    ):
        answer = shown.send(f"GET {path} HTTP/1.1\r\n{lines}\r\n\r\n".encode())
        assert status_of(answer) in (200, 400, 404)
        assert b"evil" not in answer


@pytest.mark.parametrize(
    "value",
    [
        "bytes=0-",
        "bytes=-1",
        "bytes=99999999999999999999-",
        "bytes=5-1",
        "bytes=" + "0-," * 4000 + "1-",
        "lines=1-2",
        "bytes=a-b",
    ],
)
@pytest.mark.parametrize("path", ["/feed.xml", "/static/style.css"])
def test_ranges_cost_and_break_nothing(shown, path, value):
    """A part, the whole, or a refusal; never more than the whole."""
    whole = len(shown.get(path).body)
    started = time.monotonic()
    answer = shown.get(path, range=value)

    assert answer.status in (200, 206, 400, 416)
    assert len(answer.body) <= whole + 1000
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("tags", [['"x"'] * 2500, ['W/"'] * 2500, ['"' * 9000], ["*", "*"], [","] * 9000])
def test_thousands_of_entity_tags_are_read_quickly(shown, tags):
    """None of them is ours, so the answer is the channel."""
    started = time.monotonic()

    assert shown.get("/feed.xml", if_none_match=", ".join(tags)).status in (200, 400)
    assert time.monotonic() - started < 1


def test_thousands_of_parameters_are_refused_in_a_sentence(shown):
    """The answer names the mistake, not the thousands."""
    answer = shown.get("/feed.xml?" + "&".join(f"p{number}=1" for number in range(2000)))

    assert answer.status == 400
    assert len(answer.body) < 300


def test_old_and_hasty_clients_are_served(shown):
    """HTTP/1.0 without a Host; and a hundred requests sent before the first answer, answered in order."""
    assert status_of(shown.send(b"GET /health HTTP/1.0\r\n\r\n")) == 200

    answers = shown.send((GOOD + GOOD.replace(b"/health", b"/none")) * 50)
    assert re.findall(rb"HTTP/1\.1 (\d+)", answers) == [b"200", b"404"] * 50


@pytest.mark.parametrize("path", ["/", "/feed.xml", "/no"])
def test_a_huge_body_is_thrown_away(shown, path):
    """A hundred megabytes are refused, and are kept nowhere."""
    before = _resident()
    with socket.create_connection(("127.0.0.1", shown.port), timeout=20) as client:
        client.sendall(b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 104857600\r\n\r\n" % path.encode())
        for _ in range(1600):
            client.sendall(b"x" * 65536)
        client.sendall(GOOD)
        client.shutdown(socket.SHUT_WR)
        answers = b"".join(iter(lambda: client.recv(65536), b""))

    assert re.findall(rb"HTTP/1\.1 (\d+)", answers) in ([b"405", b"200"], [b"404", b"200"])
    assert _resident() - before < 30


def _resident() -> float:
    """MiB that this process, the server included, holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"", None),
        (b"GET /feed.xml HTTP/1.1\r\nHost: x\r\nX-Slow: ", 408),
        (b"POST /feed.xml HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nslow", 405),
        (GOOD + b"GET ", 200),
    ],
)
def test_a_slow_client_is_sent_away(shown, monkeypatch, sent, status):
    """Whether it says nothing, drips its headers or drips a body: a byte now and then does not keep it here."""
    monkeypatch.setattr(server, "REQUEST_TIME", 0.6)
    monkeypatch.setattr(server, "LINGER", 0.3)
    started = time.monotonic()
    with socket.create_connection(("127.0.0.1", shown.port), timeout=5) as client:
        client.sendall(sent)
        client.settimeout(0.1)
        heard = b""
        with contextlib.suppress(ConnectionError):
            while True:
                try:
                    more = client.recv(65536)
                except TimeoutError:
                    if sent:
                        client.sendall(b"a")
                    continue
                if not more:
                    break
                heard += more

    assert 0.5 < time.monotonic() - started < 2.5
    assert (status_of(heard) if heard else None) == status


def test_a_client_that_does_not_take_its_answer_is_cut_off(site, monkeypatch):
    """What waits in memory to be sent does not wait for ever."""
    monkeypatch.setattr(server, "ANSWER_TIME", 0.5)
    site.watch.edit("items: 10", "items: 100, full_text: true")
    for number in range(100):
        site.watch.keep(number, text=f"{number} " + "many words " * 20_000)
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", site.port))
        client.settimeout(5)
        client.sendall(GOOD.replace(b"/health", b"/feed.json"))
        time.sleep(2.5)
        heard = 0
        with contextlib.suppress(ConnectionError):
            while more := client.recv(2**20):
                heard += len(more)

    assert heard < len(site.get("/feed.json").body)


def test_a_crowd_that_dawdles_makes_room_for_who_comes(shown, monkeypatch):
    """No more connections than are allowed; whoever asks at once is answered, and the oldest dawdlers leave."""
    monkeypatch.setattr(server, "MOST_CONNECTIONS", 40)
    with contextlib.ExitStack() as stack:
        slow = []
        for number in range(150):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", shown.port), timeout=5))
            if number % 2:
                client.sendall(b"GET /feed.xml HTTP/1.1\r\nHost: x\r\nX-Slow: ")
            slow.append(client)
        started = time.monotonic()
        assert shown.get("/feed.xml").status == 200
        assert time.monotonic() - started < 1
        assert sum(map(_is_open, slow)) <= 40
        assert sum(map(_is_open, slow[:50])) <= 2, "a thread may have been late to start"
        assert _is_open(slow[-1])


def _is_open(client: socket.socket) -> bool:
    client.setblocking(False)
    try:
        return client.recv(1) != b""
    except BlockingIOError:
        return True
    except ConnectionError:
        return False


def test_a_good_client_is_served_by_the_service_whatever_others_do(tmp_path):
    """The real process, beset from all sides for some seconds: each good request within a second, the log silent."""
    service = Service(folder=tmp_path, database=str(tmp_path / "db.sqlite3"), feeds=[])
    stop = threading.Event()
    with running(service), ThreadPoolExecutor(len(ATTACKS)) as pool:
        attacks = [pool.submit(attack, service.port, stop) for attack in ATTACKS]
        slowest = 0.0
        try:
            for number in range(40):
                started = time.monotonic()
                service.get(PATHS[number % 2] if number % 3 else "/feed.xml")
                slowest = max(slowest, time.monotonic() - started)
                time.sleep(0.1)
        finally:
            stop.set()
        assert min(attack.result() for attack in attacks) > 0
        assert slowest < 1
        assert service.said() == []
        assert "Traceback" not in service.log.read_text()
        assert service.stop() < 10


def _repeat(work: Callable[[socket.socket], None]) -> Callable[[int, threading.Event], int]:
    """An attack: the same on connection after connection. Returns on how many."""

    def attack(port: int, stop: threading.Event) -> int:
        count = 0
        while not stop.is_set():
            with (
                contextlib.suppress(OSError),
                socket.create_connection(("127.0.0.1", port), timeout=2) as client,
            ):
                work(client)
                count += 1
            time.sleep(0.02)
        return count

    return attack


def _post(client: socket.socket) -> None:
    client.sendall(b"POST /feed.xml HTTP/1.1\r\nHost: x\r\nContent-Length: 104857600\r\n\r\n")
    for _ in range(1600):
        client.sendall(bytes(65536))


def _headers(client: socket.socket) -> None:
    client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 100_000 + b"\r\n\r\n")
    client.recv(1000)


def _pipeline(client: socket.socket) -> None:
    client.sendall(GOOD * 50)  # and is gone without having read


def _idle(port: int, stop: threading.Event) -> int:
    """Eight hundred connections that say nothing, or only the beginning of something."""
    with contextlib.ExitStack() as stack:
        for number in range(800):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))
            with contextlib.suppress(OSError):
                client.sendall(GOOD[: number % 30])
        stop.wait()
    return 800


ATTACKS = [_repeat(_post), _repeat(_headers), _repeat(_pipeline), _idle]
