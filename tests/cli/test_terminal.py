"""On a terminal everything is for eyes: a readable log, progress, and nothing that forges lines or colours."""

from __future__ import annotations

import asyncio
import os
import pty
import re
import signal
from asyncio.subprocess import Process
from contextlib import suppress
from pathlib import Path

from tests.cli.conftest import User
from tests.site import Site

_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


async def start(user: User, *words: str) -> tuple[Process, asyncio.Task[str]]:
    """A command whose output and errors go to a terminal; and what that shows until the end, without colours."""
    ours, theirs = pty.openpty()
    process = await user.start(*words, stdout=theirs, stderr=theirs)
    os.close(theirs)

    def read() -> str:
        shown = b""
        with suppress(OSError):  # the end of a terminal
            while data := os.read(ours, 4096):
                shown += data
        os.close(ours)
        return _COLOURS.sub("", shown.decode())

    return process, asyncio.create_task(asyncio.to_thread(read))


async def test_once_shows_its_progress_and_a_table(user: User, site: Site) -> None:
    site.publish(3)
    user.write(site.feed)
    user.environment = {"TERM": "xterm", "COLUMNS": "100"}
    process, shown = await start(user, "once")
    async with asyncio.timeout(30):
        text = await shown

    assert await process.wait() == 0
    assert "feeds polled" in text
    assert "1/1" in text
    assert "3/3" in text
    assert re.search(r"^entry\s+kept\s+3\s*$", text, re.MULTILINE)


async def test_the_service_logs_readable_lines(user: User, site: Site) -> None:
    site.publish(1, words="North Korea \x1b[31mred\u2028said")
    user.write(site.feed)
    user.environment = {"TERM": "xterm"}
    process, shown = await start(user, "run")
    async with asyncio.timeout(30):
        while not site.asked["/news/0.html"]:  # noqa: ASYNC110 - a counter tells nobody
            await asyncio.sleep(0.1)
        await asyncio.sleep(1)
        process.send_signal(signal.SIGINT)
        text = await shown

    lines = text.splitlines()
    assert await process.wait() == 0
    assert lines[0].startswith("Collector ")
    assert lines[-1] == "Stopped."
    assert not any(line.startswith("{") for line in lines)
    (entry,) = (line for line in lines if "entry" in line and "kept" in line)
    assert "red" in entry
    assert "\u2028" not in text


async def test_the_service_opens_as_many_files_as_it_may(user: User) -> None:
    """A soft limit is a suggestion; hundreds of fetches need more."""
    user.write()
    user.before = ("sh", "-c", 'ulimit -S -n 256; exec "$@"', "sh")
    async with user.service() as service:
        limits = await asyncio.to_thread(Path(f"/proc/{service.process.pid}/limits").read_text)

    soft, hard = re.search(r"Max open files\s+(\d+)\s+(\d+)", limits).groups()
    assert soft == hard
