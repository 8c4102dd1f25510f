"""The web that means harm, from the shared test data: its server, run as a process on a port of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.scenario.newsweb import free_port


@dataclass(frozen=True, kw_only=True)
class Hostile:
    """The running server. Each endpoint also has an address of its own, so that none waits for another's turn."""

    port: int
    feeds: dict[str, str]

    def url(self, path: str) -> str:
        """The address of a path on 127.0.0.1."""
        return f"http://127.0.0.1:{self.port}{path}"

    def ask(self, command: str) -> Any:
        """What a control command answers: "log", "canary", "truth", "warm"."""
        with urllib.request.urlopen(self.url(f"/__{command}"), timeout=120) as answer:
            return json.load(answer)


@contextmanager
def hostile(shared: Path, *options: str) -> Iterator[Hostile]:
    """The server, until the end of the block."""
    port = free_port()
    program = [sys.executable, str(shared / "hostile" / "hostile.py"), "--port", str(port), *options]
    listed = subprocess.run([*program, "--feeds"], capture_output=True, text=True, check=True).stdout
    feeds = dict(line.split(maxsplit=1) for line in listed.splitlines())
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        try:
            assert server.stdout is not None
            assert server.stdout.readline()
            yield Hostile(port=port, feeds=feeds)
        finally:
            server.kill()
