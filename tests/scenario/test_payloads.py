"""Every hostile document costs at most its own time and memory, and the next one never notices.

The documents are those of the shared test data, one table row for each; they go through the real worker processes,
the real commands and the real fetcher. What a readable one is read as is held by the tests of parse, extract, config
and OPML.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from collector.addresses.networks import parse_networks
from collector.errors import CollectorError
from collector.fetch import Fetcher
from collector.model import Extraction, FetchFailed, FetchRequest, ParsedFeed
from collector.pace import HostPace
from collector.parse import parse
from collector.workers.pool import Workers
from collector.workers.worker import Job
from tests.scenario.hostile import Hostile, hostile

pytestmark = [pytest.mark.shared, pytest.mark.asyncio(loop_scope="module")]

PID = Job(name="asking", function="os:getpid", seconds=10)
REFUSED = -1  # with an error of ours that says why
GOOD = b"<rss version='2.0'><channel><item><title>t</title><link>http://a.example/1</link></item></channel></rss>"

# For each feed the seconds that it may take, and how many entries it has; REFUSED when it is no feed that can be read.
FEEDS: dict[str, tuple[float, int]] = {
    "billion_laughs.rss": (1, 1), "entity_in_attr.rss": (1, 1), "xxe_http.rss": (1, 1),
    "dtd_netscape091.rss": (1, 1), "xinclude.rss": (1, 1), "deep_xml_100k.rss": (5, REFUSED),
    "deep_html_escaped_50k.atom": (5, 1), "entries_5k.rss": (20, 5000), "title_5mb.rss.gz": (5, 2),
    "link_64k.rss": (1, 2), "namespaces_20k.rss": (5, REFUSED), "enclosures_20k.rss": (5, 1), "lt_bomb.rss": (5, 1),
    "amp_bomb.rss": (5, 1), "css_bomb2.rss": (5, 1), "unknown_decl.rss": (1, 2), "null_bytes.rss": (1, 2),
    "ctrl_charref.rss": (1, 2), "surrogates_raw.rss": (1, 2), "overlong_utf8.rss": (1, 1),
    "utf16be_nobom.rss": (1, 1), "utf32.rss": (1, 1), "cp1251_says_utf8.rss": (1, 1), "gb18030.rss": (1, 1),
    "bogus_encoding.rss": (1, 1), "encoding_unicode_escape.rss": (1, 1), "encoding_punycode_dos.rss": (1, 1),
    "junk_before.rss": (1, 1), "bidi_zero_width.rss": (1, 3), "undeclared_ns.rss": (1, 2),
    "trunc_mid_cdata.rss": (1, 1), "empty.rss": (1, REFUSED), "html_200.html": (1, REFUSED),
    "json_error.json": (1, REFUSED), "binary_png.rss": (1, REFUSED), "pdf.rss": (1, REFUSED),
    "guid_missing.rss": (1, 5), "nothing_but_desc.rss": (1, 2), "guid_case_ws.rss": (1, 3),
    "link_tracking.rss": (1, 5), "dates_future.rss": (1, 2), "ssrf_links.rss": (1, 120), "xml_base.atom": (1, 2),
    "xss_html.rss": (1, 71), "numbers_huge.rss": (1, 2), "ttl_zero.rss": (1, 1),
    "jsonfeed_nul_surrogate.json": (1, 2), "jsonfeed_types2.json": (1, 2), "jsonfeed_bigint.json": (1, 1),
    "jsonfeed_dupkeys.json": (1, 1), "jsonfeed_utf16.json": (1, 1),
}  # fmt: skip
# For each page the seconds, and the least characters of its text.
PAGES: dict[str, tuple[float, int]] = {
    "deep_div_100k.html": (10, 400), "deep_mixed_20k.html": (10, 400), "deep_list_20k.html": (10, 400),
    "colspan_huge.html": (1, 400), "links_100k.html.gz": (10, 400), "text_10mb.html.gz": (15, 900_000),
    "spaces_5mb.html.gz": (5, 400), "br_500k.html.gz": (10, 400), "comments_500k.html.gz": (10, 400),
    "script_10mb.html.gz": (5, 400), "null_ctrl.html": (1, 800), "jsonld_deep.html": (1, 400),
    "jsonld_types.html": (1, 400), "base_js.html": (1, 400), "dates_many.html": (10, 400),
    "date_redos.html": (5, 400), "author_redos.html": (5, 400), "frameset.html": (1, REFUSED),
    "empty.html": (1, REFUSED), "template_expr.html": (1, 800),
}  # fmt: skip
# For each file of ours whether it is used, and a part of what is said when it is not.
YAML = {
    "alias_bomb.yaml": "aliases are not read", "python_name.yaml": "a tag (", "merge_recursive.yaml": "merge keys",
    "norway.yaml": ':2:54: expected a duration such as "45s"', "not_mapping.yaml": "found a list",
    "half_written.yaml": None, "utf16.yaml": None, "ctrl.yaml": ":2:41: a control character",
    "deep_flow.yaml": "nested deeper",
}  # fmt: skip
OPML = {"nested_10k.opml": "nested deeper", "bomb.opml": "entity", "dups_case.opml": None}
LISTS = {"dates.txt", "bad_links.json", "inject_strings.json", "xss.json"}  # the last two are tests of their own


@dataclass(frozen=True, slots=True)
class Ran:
    """One job: what it returned, None when it was refused; how long it took; MiB that its process grew by."""

    value: ParsedFeed | Extraction | None
    seconds: float
    grown: float


class Place:
    """A warm worker process, watched."""

    def __init__(self) -> None:
        self.workers = Workers(1)

    async def run(self, kind: str, body: bytes) -> Ran:
        """Runs one document. Raises WorkerError when that ended the process."""
        pid = await self.workers.run(PID)
        before, started = _held(pid), time.monotonic()
        value = None
        try:
            if kind == "feeds":
                value = await self.workers.parse(body, {}, "https://news.example/feed")
            else:
                value = await self.workers.extract(body, "https://news.example/story")
        except CollectorError as exc:
            assert str(exc)
            assert type(exc).__name__ in ("ParseError", "ExtractError"), exc
        return Ran(value, time.monotonic() - started, _peak(pid) - before)


def _held(pid: int) -> float:
    """MiB that the process holds now, from where its peak is measured anew."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    return _peak(pid)


def _peak(pid: int) -> float:
    """MiB that the process held at most; 0 when it has left, as one does that has grown."""
    with suppress(FileNotFoundError, ProcessLookupError):
        status = Path(f"/proc/{pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024 if "VmHWM:" in status else 0.0
    return 0.0


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def place() -> AsyncIterator[Place]:
    """One worker process for all, so that each document meets what the ones before it left."""
    place = Place()
    await place.run("feeds", GOOD)
    await place.run("html", b"<article><p>" + b"warm words " * 50 + b"</p></article>")
    yield place
    await place.workers.close()


@pytest.fixture(scope="module")
def payloads(shared: Path) -> Path:
    """The folder of hostile documents."""
    return shared / "hostile" / "payloads"


def body_of(path: Path) -> bytes:
    """The document as it comes out of the fetcher."""
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


async def test_no_document_was_forgotten(payloads):
    """The tables have a row for each."""
    listed = [json.loads(line)["file"] for line in (payloads / "MANIFEST.jsonl").read_text().splitlines()]
    tables = {"feeds": FEEDS, "html": PAGES, "yaml": YAML, "opml": OPML, "lists": LISTS}

    assert sorted(listed) == sorted(f"{kind}/{name}" for kind, names in tables.items() for name in names)


@pytest.mark.parametrize("name", FEEDS)
async def test_a_feed_costs_at_most_its_own_time_and_memory(place, payloads, name):
    """And has the entries that a person would see in it; the process lives to read the next."""
    seconds, entries = FEEDS[name]
    ran = await place.run("feeds", body_of(payloads / "feeds" / name))

    assert (REFUSED if ran.value is None else len(ran.value.entries)) == entries
    assert ran.seconds < seconds
    assert ran.grown < 50 + (150 if name.startswith("deep_xml") else 0)
    assert (await place.run("feeds", GOOD)).seconds < 0.5


@pytest.mark.parametrize("name", PAGES)
async def test_a_page_costs_at_most_its_own_time_and_memory(place, payloads, name):
    """And gives its text; the process, or its successor, reads the next."""
    seconds, least = PAGES[name]
    ran = await place.run("html", body_of(payloads / "html" / name))

    assert (REFUSED if ran.value is None else min(least, len(ran.value.text))) == least
    assert ran.seconds < seconds
    assert ran.grown < 150
    assert (await place.run("feeds", GOOD)).value == parse(GOOD, {}, "https://news.example/feed")


async def test_odd_dates_cost_less_than_their_share(place, payloads):
    """Each line of the list as the date of an item: no item is lost, none takes fifty milliseconds."""
    lines = (payloads / "lists" / "dates.txt").read_text("utf-8", "surrogateescape").split("\n")
    items = "".join(
        f"<item><guid>{number}</guid><title>{number}</title><pubDate>{escape(line)}</pubDate></item>"
        for number, line in enumerate(lines)
    )
    feed = f"<rss version='2.0'><channel>{items}</channel></rss>".encode("utf-8", "replace")
    ran = await place.run("feeds", feed)

    assert ran.value
    assert len(ran.value.entries) == len(lines)
    assert ran.seconds < 0.05 * len(lines)


async def test_links_that_are_none_lose_no_entry(place, payloads):
    """Each line of the list as the link of an item: what is kept as one is http(s)."""
    links = json.loads((payloads / "lists" / "bad_links.json").read_text())
    items = [{"id": str(number), "url": link, "content_text": "x"} for number, link in enumerate(links)]
    feed = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode()
    ran = await place.run("feeds", feed)

    assert ran.value
    assert len(ran.value.entries) == len(links)
    assert {urlsplit(entry.url).scheme for entry in ran.value.entries if entry.url} <= {"http", "https"}


def _command(folder: Path, *words: str) -> tuple[int, str, float, float]:
    """A command's exit code, what it said, its seconds of CPU, and the MiB that it held at most. It never waits."""
    said = folder / "said"
    started = time.monotonic()
    with said.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", "collector", *words], stdout=out, stderr=out, cwd=folder)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert time.monotonic() - started < 20
    return process.returncode, said.read_text(), usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> float:
    """MiB that `check` holds with a configuration of nothing."""
    folder = tmp_path_factory.mktemp("base")
    (folder / "feeds.yaml").write_text("feeds: []\n")
    return _command(folder, "check")[3]


@pytest.mark.parametrize("name", YAML)
async def test_a_configuration_is_checked_within_two_seconds(payloads, tmp_path, base, name):
    """Used, or refused with the place of what is wrong; the refusal is as short as a screen."""
    code, said, seconds, peak = _command(tmp_path, "check", "--config", str(payloads / "yaml" / name))

    assert (code, "Traceback" in said) == (0 if YAML[name] is None else 2, False)
    assert (YAML[name] or "is right") in said
    assert len(said) < 20_000
    assert seconds < 2
    assert peak < base + 100


@pytest.mark.parametrize("name", OPML)
async def test_a_list_of_feeds_is_imported_within_two_seconds(payloads, tmp_path, base, name):
    """Or refused, with feeds.yaml as it was."""
    config = tmp_path / "feeds.yaml"
    config.write_text("feeds: []\n")
    code, said, seconds, peak = _command(tmp_path, "import", str(payloads / "opml" / name))

    assert (code, "Traceback" in said) == (0 if OPML[name] is None else 2, False)
    assert (OPML[name] or "Added 1 of 1 feeds") in said
    assert OPML[name] is None or config.read_text() == "feeds: []\n"
    assert seconds < 2
    assert peak < base + 100


@pytest.fixture(scope="module")
def web(shared: Path) -> Iterator[Hostile]:
    """The server of bombs, all of them built."""
    with hostile(shared) as web:
        web.ask("warm")
        yield web


BOMBS = [
    "/size/infinite", "/size/big?mb=20", "/size/header-line", "/size/headers-endless", "/size/gzip-bomb",
    "/size/gzip-nested", "/size/codings-1000", "/size/zstd-bomb", "/size/page-video", "/conn/hugelength",
    "/redir/endless",
]  # fmt: skip


@pytest.mark.parametrize("path", BOMBS)
async def test_a_bomb_is_refused_at_once_and_cheaply(web, path):
    """Within two seconds, and with at most a hundred MiB over what was held before."""
    pid = os.getpid()
    fetcher = Fetcher(
        now=lambda: None, pace=HostPace(monotonic=time.monotonic), allowed=parse_networks(["127.0.0.0/8"])
    )
    async with fetcher:
        before, started = _held(pid), time.monotonic()
        async with asyncio.timeout(20):
            answer = await fetcher.fetch(FetchRequest(url=web.url(path), refuse_media=True))

    assert isinstance(answer, FetchFailed), answer
    assert time.monotonic() - started < 2
    assert _peak(pid) - before < 100
