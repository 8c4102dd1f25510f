"""The service as its user has it: `collector run` as a process, seen through its addresses and commands alone."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.scenario.newsweb import free_port

PROGRAM = [sys.executable, "-P", "-m", "collector"]
ENVIRONMENT = {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}


def wait_until(is_so: Callable[[], bool], seconds: float, what: str) -> float:
    """How long it took until it was so; fails when that takes longer."""
    started = time.monotonic()
    while not is_so():
        assert time.monotonic() - started < seconds, f"not within {seconds} s: {what}"
        time.sleep(0.25)
    return time.monotonic() - started


@dataclass(kw_only=True)
class Service:
    """A folder with a feeds.yaml, and the service that runs on it."""

    folder: Path
    database: str
    feeds: list[dict[str, Any]]
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """What the service said, over all its starts."""
        return self.folder / "log"

    def configure(self) -> None:
        """Writes feeds.yaml (JSON is YAML), at once: another file takes its place."""
        settings = {
            "fetch": {"allow_private": ["127.0.0.0/8"], "host_delay": "0s", "timeout": "5s"},
            "storage": {"database": self.database},
            "publish": {"full_text": True},
            "web": {"port": self.port},
        }
        for name, values in self.settings.items():
            settings[name] = settings.get(name, {}) | values
        topics = [{"key": "everything", "keywords": ["*"]}]
        new = self.folder / "feeds.new"
        new.write_text(json.dumps({"topics": topics, "feeds": self.feeds, "settings": settings}))
        new.rename(self.folder / "feeds.yaml")

    def start(self) -> None:
        """Returns when it serves."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*PROGRAM, "run"], cwd=self.folder, env=ENVIRONMENT, stdout=log, stderr=log
            )
        wait_until(self._answers, 20, f"the service answers; it said {self.log.read_text()[-2000:]}")

    def stop(self) -> float:
        """Ends it as a service manager does; returns how many seconds that took."""
        assert self.process is not None
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(30) == 0
        return time.monotonic() - started

    def kill(self) -> None:
        """Ends it without a warning."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def children(self) -> list[Path]:
        """Where its processes are found in /proc while they run."""
        assert self.process is not None
        tasks = Path(f"/proc/{self.process.pid}/task").iterdir()
        return [Path("/proc", child) for task in tasks for child in (task / "children").read_text().split()]

    def get(self, path: str) -> bytes:
        """The body at a path."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
            return answer.read()

    def published(self) -> list[dict[str, Any]]:
        """The items of /feed.json, all its pages."""
        items, path = [], "/feed.json?limit=40"
        while path:
            page = json.loads(self.get(path))
            items += page["items"]
            path = page.get("next_url", "").removeprefix(f"http://127.0.0.1:{self.port}")
        return items

    def addresses(self) -> set[str]:
        """The addresses of what is published."""
        return {item["url"] for item in self.published()}

    def command(self, *words: str) -> list[dict[str, Any]]:
        """What a command prints, a JSON object a line."""
        done = subprocess.run(
            [*PROGRAM, *words], cwd=self.folder, env=ENVIRONMENT, capture_output=True, check=True
        )
        return [json.loads(line) for line in done.stdout.splitlines()]

    def said(self) -> list[dict[str, Any]]:
        """The events in its log."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()[-4000:]
        with contextlib.suppress(OSError):
            return bool(self.get("/health"))
        return False


@contextlib.contextmanager
def running(service: Service) -> Iterator[Service]:
    """The service, started, until the end of the block."""
    service.configure()
    try:
        service.start()
        yield service
    finally:
        if service.process is not None and service.process.poll() is None:
            service.kill()
