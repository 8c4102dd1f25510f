"""A whole news web on loopback: every feed on an address of its own, with faults when asked for.

It is the server of the shared test data, run as a process. What it offers is read from its feeds as they
are served, by means of this file alone.
"""

from __future__ import annotations

import gzip
import html
import json
import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SILENT = {"404", "410", "429", "503", "500", "timeout", "drip", "reset", "html"}  # faults that show no entries
_ITEM = re.compile(r"<(item|entry)\b.*?</\1>", re.DOTALL)
_LINK = re.compile(r'<link>(.*?)</link>|<link rel="alternate"[^>]* href="(.*?)"')
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.DOTALL)
_NUMBER = re.compile(r"– (\d{5})")  # in the title, and at the beginning of every paragraph of the article


def free_port() -> int:
    """A port of loopback that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@dataclass(frozen=True, kw_only=True)
class Newsweb:
    """The running web. `truth` says of each feed its url, format and fault."""

    port: int
    truth: tuple[dict[str, Any], ...]

    def offered(self) -> dict[str, str]:
        """The address of every article that a complete entry of any feed leads to, with its number."""
        shown = (feed["url"] for feed in self.truth if feed["fault"] not in SILENT)
        return {url: number for address in shown for url, number in _entries(_get(address))}

    def advance(self, share: float) -> None:
        """Publishes two new articles in this share of the feeds."""
        self._control(f"advance?frac={share}")

    def stats(self) -> dict[str, int]:
        """What was asked of it."""
        return json.loads(self._control("stats"))

    def _control(self, command: str) -> bytes:
        return _get(f"http://127.0.0.1:{self.port}/_ctl/{command}")


@contextmanager
def newsweb(shared: Path, folder: Path, *options: str) -> Iterator[Newsweb]:
    """The server with these options, until the end of the block. `folder` is for its lists."""
    port = free_port()
    program = [sys.executable, str(shared / "newsweb/newsweb.py"), *options]
    where = ["--port", str(port), "--write-lists", str(folder)]
    with subprocess.Popen(program + where, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        try:
            assert server.stdout is not None
            assert json.loads(server.stdout.readline())["ready"]
            yield Newsweb(port=port, truth=tuple(json.loads((folder / "truth.json").read_text())))
        finally:
            server.kill()


def _get(url: str) -> bytes:
    request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        body = answer.read()
        return gzip.decompress(body) if answer.headers["Content-Encoding"] == "gzip" else body


def _entries(document: bytes) -> Iterator[tuple[str, str]]:
    text = document.decode()
    if text.startswith("{"):
        pairs = [(item["url"], item["title"]) for item in json.loads(text)["items"]]
    else:
        pairs = [_of_markup(match[0]) for match in _ITEM.finditer(text)]
    for url, title in pairs:
        number = _NUMBER.search(title)
        assert number, title
        yield url, number[1]


def _of_markup(item: str) -> tuple[str, str]:
    link, title = _LINK.search(item), _TITLE.search(item)
    assert link, item
    assert title, item
    return html.unescape(link[1] or link[2]), html.unescape(title[1])
