"""A person at the command line: a folder with a feeds.yaml, and the program as a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.site import Site, serve

PROGRAM = [sys.executable, "-P", "-m", "collector"]
PATIENCE = 30  # seconds that a command may take


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[Any]:
        """What it printed as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(kw_only=True)
class Service:
    """A running `collector run`."""

    process: Process
    greeting: list[str]
    log: Path

    @property
    def base(self) -> str:
        """Where it serves, as it says itself."""
        words = " ".join(self.greeting).split()
        return next(word for word in words if word.endswith("/feed.xml")).removesuffix("/feed.xml")

    def events(self, name: str) -> list[dict[str, Any]]:
        """The events of that name in its log so far, all of whose lines are JSON."""
        rows = [json.loads(line) for line in self.log.read_text("utf-8").splitlines()]
        return [row for row in rows if row["event"] == name]

    async def until_event(self, name: str, times: int = 1) -> dict[str, Any]:
        """The event, as soon as it was logged so often."""
        async with asyncio.timeout(PATIENCE):
            while len(found := self.events(name)) < times:  # noqa: ASYNC110 - a file tells nobody
                await asyncio.sleep(0.1)
        return found[times - 1]


@dataclass(kw_only=True)
class User:
    """One user's folder."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    before: tuple[str, ...] = ()  # words before the program's own, such as a wrapper

    def write(self, *feeds: Any, keyword: str = "North Korea", **settings: dict[str, Any]) -> Path:
        """Writes feeds.yaml (JSON is YAML)."""
        fetch = {"allow_private": ["127.0.0.0/8"], "host_delay": "0s", "timeout": "20s", "workers": 1}
        chosen = {"fetch": fetch, "web": {"port": 0}} | settings
        topics = [{"key": "korea", "title": "Korea", "keywords": [keyword]}]
        path = self.folder / "feeds.yaml"
        path.write_text(json.dumps({"topics": topics, "feeds": feeds, "settings": chosen}))
        return path

    async def __call__(self, *words: object, patience: float = PATIENCE) -> Done:
        """Runs a command to its end."""
        process = await self.start(*words)
        async with asyncio.timeout(patience):
            out, err = await process.communicate()
        assert b"Traceback" not in err, err.decode()
        return Done(process.returncode or 0, out.decode(), err.decode())

    async def start(self, *words: object, **streams: Any) -> Process:
        """Begins a command."""
        return await asyncio.create_subprocess_exec(
            *self.before, *PROGRAM, *map(str, words), cwd=self.folder, env=self.environ(),
            **{"stdin": asyncio.subprocess.DEVNULL, "stdout": PIPE, "stderr": PIPE} | streams,
        )  # fmt: skip

    @asynccontextmanager
    async def service(self, *words: object) -> AsyncIterator[Service]:
        """`collector run`, from its greeting on; killed at the end when it runs still."""
        log = self.folder / "log"
        with log.open("ab") as err:
            process = await self.start("run", *words, stderr=err)
        try:
            greeting: list[str] = []
            async with asyncio.timeout(PATIENCE):
                while not greeting or "Stop with" not in greeting[-1]:
                    line = await process.stdout.readline()
                    assert line, f"it ended: {log.read_text()}"
                    greeting.append(line.decode())
            yield Service(process=process, greeting=greeting, log=log)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    def environ(self) -> dict[str, str]:
        """The environment of a command: the user's own, and nothing of Collector's from around the test."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith("COLLECTOR_")}
        return ours | {"PYTHONPATH": str(ROOT)} | self.environment


@pytest.fixture
def user(tmp_path: Path) -> User:
    """Somebody with an empty folder."""
    return User(folder=tmp_path)


@pytest.fixture
def humble_user(user: User) -> User:
    """Somebody who may write only where permissions say so: the superuser gives his privileges up for it."""
    if os.geteuid() == 0:
        if not shutil.which("setpriv"):
            pytest.skip("the superuser may write everywhere")
        user.before = ("setpriv", "--bounding-set=-all", "--inh-caps=-all")
    return user


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """A pretend site."""
    async with serve() as site:
        yield site
