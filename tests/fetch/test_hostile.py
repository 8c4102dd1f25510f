"""The fetcher against the hostile server: each endpoint as its list describes a good client."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

import pytest

from collector.fetch import Fetcher
from collector.model import Failure, Fetched, FetchFailed, FetchRequest, NotModified

pytestmark = pytest.mark.shared

TEN_ENTRIES = """
    ok-rss ok-atom ok-rdf ok-gzip conn-no-length conn-chunked conn-chunked-1byte conn-status-odd
    conn-poison size-cookies size-deflate-raw size-gzip-trailing size-gzip-lie size-gzip-silent
    size-coding-unknown redir-chain redir-permanent redir-308 redir-temporary redir-cookie
    redir-after-100k cache-etag-huge cache-etag-odd cache-maxage type headers-inject
"""
FAILURES = {
    Failure.TIMEOUT: """
        conn-1xx-flood slow-never slow-headers slow-drip-headers slow-drip slow-steps slow-stall
        """,
    Failure.BROKEN: """
        conn-reset-now conn-reset-mid conn-close-now conn-close-mid-headers conn-short conn-short-cut
        conn-chunked-truncated conn-chunked-bad conn-trailers conn-two-lengths conn-garbage conn-http09
        size-header-line size-headers-endless size-codings-1000 size-gzip-truncated size-gzip-badcrc
        """,
    Failure.TOO_LARGE: "conn-hugelength size-infinite size-big size-gzip-bomb",
    Failure.REDIRECT: "redir-loop redir-endless redir-file redir-none redir-bad",
    Failure.FORBIDDEN_ADDRESS: "redir-private",
    Failure.HTTP_ERROR: "status retry-date status-206",
    Failure.RATE_LIMITED: "retry-seconds retry-absurd",
    Failure.UNAUTHORIZED: "status-401",
    Failure.BOT_BLOCKED: "status-challenge",
    Failure.EMPTY: "status-empty",
}
EITHER = "conn-long conn-chunked-hugesize conn-cl-and-te size-br-bomb size-zstd-bomb status-flap"
QUERIES = {"size-gzip-bomb": "?mb=50"}  # larger ones take the server seconds to make


def canary(hostile: int) -> list[dict]:
    """What was asked where nobody should ask."""
    with urlopen(f"http://127.0.0.1:{hostile}/__canary") as answer:
        return json.load(answer)


@pytest.fixture(scope="module")
def feeds(shared: Path, hostile: int) -> dict[str, str]:
    """The address of each endpoint that is a feed, each on a host of its own."""
    command = [sys.executable, str(shared / "hostile" / "hostile.py"), "--port", str(hostile), "--feeds"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return dict(line.split() for line in lines)


@pytest.fixture
async def fetcher(make):
    """A fetcher with a short deadline that may reach the allowed zone only."""
    async with make(allow=("127.0.0.1", "127.0.1.0/24"), timeout=1.0) as made:
        yield made


@pytest.fixture(autouse=True)
def nothing_forbidden(hostile: int):
    """No connection to the forbidden zone, whatever a test does."""
    yield
    assert [hit for hit in canary(hostile) if hit["zone"] == "forbidden"] == []


@pytest.mark.parametrize("name", TEN_ENTRIES.split())
async def test_what_a_good_client_reads_is_read(fetcher: Fetcher, feeds: dict[str, str], name: str) -> None:
    """Twice: odd validators of the first answer do no harm to the second request."""
    first = await fetcher.fetch(FetchRequest(url=feeds[name]))
    assert isinstance(first, Fetched), first
    assert len(re.findall(rb"<item[ >]|<entry>", first.body)) == 10

    etag, modified = first.headers.get("etag"), first.headers.get("last-modified")
    second = await fetcher.fetch(FetchRequest(url=feeds[name], etag=etag, last_modified=modified))
    assert isinstance(second, Fetched | NotModified)


@pytest.mark.parametrize(
    ("name", "expected"), [(name, failure) for failure, names in FAILURES.items() for name in names.split()]
)
async def test_what_a_good_client_refuses_is_refused_in_time(
    fetcher: Fetcher, feeds: dict[str, str], name: str, expected: Failure
) -> None:
    """With the failure that says what it was."""
    timeout = 0.3 if expected is Failure.TIMEOUT else 2.0
    started = time.monotonic()
    result = await fetcher.fetch(FetchRequest(url=feeds[name] + QUERIES.get(name, ""), timeout=timeout))

    assert isinstance(result, FetchFailed), result
    assert result.failure is expected, result
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("name", EITHER.split())
async def test_what_may_be_read_or_refused_ends_in_a_value(
    fetcher: Fetcher, feeds: dict[str, str], name: str
) -> None:
    """An error or entries, never an exception."""
    await fetcher.fetch(FetchRequest(url=feeds[name]))


@pytest.mark.parametrize(
    "line", ["HTTP/1.1 999 X", "HTTP/3.0 200 OK", "HTTP/1.1 -1 X", "HTTP/1.1 abc", "HTTP/1.1 200", ""]
)
async def test_odd_status_lines_end_in_a_value(fetcher: Fetcher, hostile: int, line: str) -> None:
    """Never in an exception."""
    url = f"http://127.0.0.1:{hostile}/conn/status-odd?line={line.replace(' ', '%20')}"
    await fetcher.fetch(FetchRequest(url=url))


@pytest.mark.parametrize(
    "types", ["text/html", "image/png", "application/octet-stream", "", "text/xml; charset=bogus"]
)
async def test_a_feed_may_have_any_content_type(fetcher: Fetcher, hostile: int, types: str) -> None:
    """Ten entries under each."""
    url = f"http://127.0.0.1:{hostile}/type/?ct={types.replace(' ', '%20')}"
    result = await fetcher.fetch(FetchRequest(url=url))

    assert isinstance(result, Fetched)
    assert result.body.count(b"<item>") == 10


async def test_pages_that_are_no_pages_are_refused(fetcher: Fetcher, hostile: int) -> None:
    """An endless video before its first byte, a page of 50 MB at the cap."""
    base = f"http://127.0.0.1:{hostile}"
    video = await fetcher.fetch(FetchRequest(url=f"{base}/size/page-video", refuse_media=True))
    large = await fetcher.fetch(FetchRequest(url=f"{base}/size/page-big", max_bytes=5 * 2**20, timeout=5.0))

    assert isinstance(video, FetchFailed) and video.failure is Failure.WRONG_TYPE
    assert isinstance(large, FetchFailed) and large.failure is Failure.TOO_LARGE


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.2:{port}/",
        "//127.0.0.2:{port}/",
        "http://0177.0.0.2:{port}/",
        "http://0x7f000002:{port}/",
        "http://2130706434:{port}/",
        "http://127.0.0.2.:{port}/",
        "http://[::ffff:127.0.0.2]:{port}/",
        "http://[::1]:{port}/",
        "http://①②⑦.0.0.2:{port}/",
        "http://user:pass@127.0.0.2:{port}/",
        "http:\\\\127.0.0.2:{port}\\",
        "http://0:{port}/",
        "file:///etc/passwd",
        "gopher://127.0.0.2:{port}/",
        "http://169.254.169.254/latest/meta-data/",
        "http://%31%32%37.0.0.2:{port}/",
    ],
)
async def test_no_redirect_leads_into_the_forbidden_zone(fetcher: Fetcher, hostile: int, target: str) -> None:
    """In no spelling."""
    url = f"http://127.0.0.1:{hostile}/redir/to?u={quote(target.format(port=hostile))}"
    result = await fetcher.fetch(FetchRequest(url=url))

    assert isinstance(result, FetchFailed)
    assert result.failure in (Failure.FORBIDDEN_ADDRESS, Failure.REDIRECT)


async def test_credentials_do_not_follow_a_redirect_to_another_origin(fetcher: Fetcher, hostile: int) -> None:
    """Neither authorisation nor cookies nor headers."""
    url = f"http://127.0.0.1:{hostile}/redir/auth-leak"
    await fetcher.fetch(FetchRequest(url=url, credentials="ann:s3cret", headers=(("X-Key", "k3y"),)))
    hits = [hit for hit in canary(hostile) if hit["path"] == "/canary/auth"]

    assert hits
    assert not {"authorization", "cookie", "x-key"} & set(hits[-1]["headers"])
