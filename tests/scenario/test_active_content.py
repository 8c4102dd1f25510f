"""Active content from strangers is inert wherever it comes out again: stored, published, on pages, in a browser.

A real service polls a site whose feeds and pages carry each payload in every field; what the service then serves is
judged by an HTML5 parser and by a browser without any policy that would hide a fault.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser

from tests.scenario.active import active, active_in_page
from tests.scenario.service import Service, running, wait_until

OWN = Path(__file__).resolve().parents[1] / "data" / "active_content.json"
NAMES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:media="http://search.yahoo.com/mrss/"'
)
PROSE = "<p>" + "The council met in the harbour on Monday and spoke about the price of copper. " * 6 + "</p>"
ATOM = "{http://www.w3.org/2005/Atom}"


@dataclass(kw_only=True)
class Carrier:
    """A site on loopback that serves documents by their path."""

    documents: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    port: int = 0

    def add(self, path: str, kind: str, text: str | bytes) -> None:
        """A document at `path`, and what it calls itself."""
        self.documents[path] = (kind, text if isinstance(text, bytes) else text.encode("utf-8", "replace"))

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextlib.contextmanager
def carrying() -> Iterator[Carrier]:
    """A carrier, for as long as the block lasts."""
    carrier = Carrier()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, body = carrier.documents.get(self.path, ("text/plain", b""))
            found = self.path in carrier.documents
            self.send_response(200 if found else 404, None if found else "<script>alert(1)</script>")
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *values: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        carrier.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield carrier
        server.shutdown()


def load(carrier: Carrier, payloads: list[str]) -> list[str]:
    """Puts the payloads into every field of feeds of each kind, and of pages; returns the paths of the feeds."""
    for number, payload in enumerate(payloads):
        carrier.add(f"/page/{number}", "text/html; charset=utf-8", _page(payload))
    carrier.add("/rss", "application/rss+xml", _rss(carrier.base, payloads))
    carrier.add("/atom", "application/atom+xml", _atom(payloads))
    carrier.add("/json", "application/feed+json", _json(payloads))
    return ["/rss", "/atom", "/json", "/missing"]


def _page(payload: str) -> str:
    text, name = escape(payload), escape(payload, quote=True)
    return (
        f'<!doctype html><html><head><title>{text}</title><meta name="author" content="{name}">'
        f'<meta property="og:title" content="{name}"><meta property="og:image" content="{name}">'
        f'<meta property="og:site_name" content="{name}"><meta property="og:description" content="{name}">'
        f'<link rel="canonical" href="{name}"></head><body><article><h1>{text}</h1>{PROSE}<p>Raw {payload} end</p>'
        f"<p>Escaped {text} and {escape(text)}</p>{PROSE}</article></body></html>"
    )


def _rss(base: str, payloads: list[str]) -> str:
    items = []
    for number, payload in enumerate(payloads):
        text, twice, data = escape(payload), escape(escape(payload)), payload.replace("]]>", "]]&gt;")
        fields = (
            f"<title>{twice}</title><dc:creator>{text}</dc:creator><author>{text}</author><category>{text}</category>"
            f"<description>{text}</description><content:encoded><![CDATA[{data}]]></content:encoded>"
            f'<enclosure url="{escape(payload)}" type="{text}" length="1"/><media:thumbnail url="{text}"/>'
        )
        items.append(f"<item>{fields}<link>{base}/page/{number}</link></item>")
        items.append(f'<item>{fields}<link>{text}</link><guid isPermaLink="true">{text}#{number}</guid></item>')
    head = f"<title>{escape(escape(payloads[0]))}</title><link>{escape(payloads[0])}</link><description/>"
    return f'<?xml version="1.0"?><rss version="2.0" {NAMES}><channel>{head}{"".join(items)}</channel></rss>'


def _atom(payloads: list[str]) -> str:
    entries = (
        f'<entry xml:base="{text}"><id>{text}</id><title type="html">{text}</title>'
        f'<summary type="html">{text}</summary><author><name>{text}</name><uri>{text}</uri></author>'
        f'<link href="{text}"/><category term="{text}"/>'
        f'<content type="html">{escape(PROSE)}{text}</content></entry>'
        for text in map(escape, payloads)
    )
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title type="text">'
        f"{escape(payloads[0])}</title>{''.join(entries)}</feed>"
    )


def _json(payloads: list[str]) -> str:
    items = [
        {
            "id": f"{number} {payload}", "url": payload, "title": payload, "content_html": PROSE + payload,
            "summary": payload, "image": payload, "authors": [{"name": payload, "url": payload}],
            "tags": [payload], "attachments": [{"url": payload, "mime_type": payload}], "language": payload,
        }
        for number, payload in enumerate(payloads)
    ]  # fmt: skip
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": payloads[0], "items": items})


def _own(carrier: Carrier, _: pytest.FixtureRequest) -> list[str]:
    return load(carrier, json.loads(OWN.read_text()))


def _lists(carrier: Carrier, request: pytest.FixtureRequest) -> list[str]:
    payloads = request.getfixturevalue("shared") / "hostile" / "payloads"
    carrier.add("/fields", "application/rss+xml", (payloads / "feeds" / "xss_html.rss").read_bytes())
    return ["/fields", *load(carrier, json.loads((payloads / "lists" / "xss.json").read_text()))]


def _sanitise(carrier: Carrier, request: pytest.FixtureRequest) -> list[str]:
    folder = request.getfixturevalue("shared") / "feeds" / "feedparser" / "wellformed" / "sanitize"
    for document in folder.glob("*.xml"):
        carrier.add(f"/{document.name}", "application/xml", document.read_bytes())
    return list(carrier.documents)


LOADS = {"own": _own, "lists": _lists, "sanitise": _sanitise}


@dataclass(frozen=True, kw_only=True)
class Served:
    """All that came out: published HTML, pages and stored HTML by where they stood; and the running service."""

    published: dict[str, str]
    pages: dict[str, str]
    stored: dict[str, str]
    service: Service
    words: str  # what all the payloads leave behind


@pytest.fixture(
    scope="module", params=["own", *(pytest.param(name, marks=pytest.mark.shared) for name in ("lists", "sanitise"))]
)
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """What a service serves that has polled everything there is."""
    folder = tmp_path_factory.mktemp("active")
    with carrying() as carrier:
        paths = LOADS[request.param](carrier, request)
        service = Service(
            folder=folder,
            database=str(folder / "db.sqlite3"),
            feeds=[{"url": carrier.base + path} for path in paths],
            settings={"fetch": {"host_connections": 8}},
        )
        with running(service):
            wait_until(lambda: _is_done(service, len(paths)), 120, "everything is polled and collected")
            whole = _published(service)
            service.settings["publish"] = {"full_text": False}
            service.configure()
            wait_until(lambda: b"content:encoded" not in service.get("/feed.xml"), 15, "excerpts are published")
            excerpts = {f"{where}, excerpts": markup for where, markup in _published(service).items()}
            pages = {path: service.get(path).decode() for path in ("/", "/feeds")}
            assert b"Traceback" not in service.log.read_bytes()
            yield Served(
                published=whole | excerpts,
                pages=pages,
                stored=_stored(folder / "db.sqlite3"),
                service=service,
                words="safe" if request.param == "sanitise" else "alert(1)",
            )


def _is_done(service: Service, feeds: int) -> bool:
    *rows, totals = service.command("status", "--json")
    return len(rows) == feeds and all(row["last_poll_at"] for row in rows) and totals["pending"] == 0


def _published(service: Service) -> dict[str, str]:
    """Every piece of HTML in the three formats, as a reader takes it out of them."""
    found = {}
    for item in json.loads(service.get("/feed.json?limit=1000"))["items"]:
        found[f"JSON {item['id']} content"] = item["content_html"]
    for number, item in enumerate(ElementTree.fromstring(service.get("/feed.xml?limit=1000")).iter("item")):
        for name in ("description", "{http://purl.org/rss/1.0/modules/content/}encoded"):
            found[f"RSS {number} {name}"] = item.findtext(name) or ""
    for number, item in enumerate(ElementTree.fromstring(service.get("/feed.atom?limit=1000")).iter(f"{ATOM}entry")):
        assert item.find(f"{ATOM}title").get("type", "text") == "text"
        for name in ("summary", "content"):
            if (element := item.find(ATOM + name)) is not None:
                assert element.get("type") == "html"
                found[f"Atom {number} {name}"] = element.text or ""
    return found


def _stored(database: Path) -> dict[str, str]:
    """The HTML of every entry in the database."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT id, summary, content FROM entry").fetchall()
    return {f"entry {number}, {part}": text for number, *texts in rows for part, text in enumerate(texts) if text}


def test_nothing_active_is_published(served):
    """RSS, Atom and JSON Feed, with full texts and with excerpts; links are http(s) alone."""
    found = {where: reasons for where, markup in served.published.items() if (reasons := active(markup))}

    assert len(served.published) > 200
    assert found == {}


def test_published_addresses_are_those_of_web_pages(served):
    """Links, images, enclosures, sources: http and https alone."""
    found = {
        address
        for path in ("/feed.xml", "/feed.atom")
        for element in ElementTree.fromstring(served.service.get(f"{path}?limit=1000")).iter()
        for address in [element.text if element.tag == "link" else None, *map(element.get, ("href", "url", "src"))]
        if address
    } | set(_addresses(json.loads(served.service.get("/feed.json?limit=1000"))))

    assert found
    assert [address for address in found if not address.startswith(("http://", "https://"))] == []


def _addresses(value: Any) -> Iterator[str]:
    """Every address in a JSON Feed."""
    if isinstance(value, list):
        for part in value:
            yield from _addresses(part)
    elif isinstance(value, dict):
        for name, part in value.items():
            if isinstance(part, str) and (name in ("url", "image", "icon", "favicon") or name.endswith("_url")):
                yield part
            yield from _addresses(part)


def test_nothing_active_is_stored(served):
    """What the database keeps of feeds' HTML has been made harmless on its way in."""
    found = {where: reasons for where, markup in served.stored.items() if (reasons := active(markup))}

    assert served.stored
    assert found == {}


def test_nothing_active_is_on_our_pages(served):
    """The status page and the list of feeds show titles, names, reasons and topics of strangers as text."""
    assert {path: active_in_page(page) for path, page in served.pages.items()} == {"/": [], "/feeds": []}
    assert served.words in "".join(served.pages.values())


@pytest.mark.parametrize(
    "markup",
    [
        "<img src=x onerror=y>",
        "<a href=' java\nscript:x'>",
        "<svg><script>",
        "<p style=x>",
        "<iframe>",
        "<svg><a xlink:href='data:x'>",
    ],
)
def test_the_judge_sees_what_is_active(markup):
    """A judge that found nothing would pass everything."""
    assert active(markup)


class Watched:
    """A browser window that is offline but for one origin, and notes what its page tries."""

    def __init__(self, browser: Browser, home: str = "") -> None:
        self.page = browser.new_context().new_page()
        self.seen: list[str] = []
        self._home = home
        self.page.on("dialog", self._dialog)
        self.page.on("framenavigated", lambda frame: self._note("navigated", frame.url))
        self.page.route("**/*", self._request)

    def _dialog(self, dialog: Any) -> None:
        self.seen.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, route: Any) -> None:
        self._note("asked for", route.request.url)
        if self._home and route.request.url.startswith(self._home):
            route.continue_()
        else:
            route.abort()

    def _note(self, what: str, url: str) -> None:
        if url != "about:blank" and not (self._home and url.startswith(self._home)):
            self.seen.append(f"{what}: {url}")

    def provoke(self) -> None:
        """Sends every element the events that handlers wait for."""
        self.page.evaluate(
            """() => { for (const e of document.querySelectorAll("*"))
                for (const name of ["load", "error", "focus", "toggle", "mouseover", "begin", "start", "close", "play"])
                    e.dispatchEvent(new Event(name)); }"""
        )


@pytest.mark.browser
def test_a_browser_does_nothing_with_what_is_published(served, browser):
    """Without a policy, as in a careless reader: no dialog, no navigation, no request."""
    window = Watched(browser)
    for markup in sorted(set(served.published.values())):
        window.page.set_content(markup)
        window.provoke()

    assert window.seen == []


@pytest.mark.browser
def test_a_browser_does_nothing_with_what_is_stored_but_show_its_pictures(served, browser):
    """No dialog and no navigation; the pictures, films and sounds of feeds are all that is asked for."""
    window = Watched(browser)
    for markup in sorted(set(served.stored.values())):
        window.page.set_content(markup)
        window.provoke()

    assert [what for what in window.seen if not what.startswith("asked for: http")] == []


@pytest.mark.browser
@pytest.mark.parametrize("path", ["/", "/feeds"])
def test_a_browser_does_nothing_on_our_pages_but_show_them(served, browser, path):
    """With the policy that we send: no dialog, no complaint of a script held back, no request to elsewhere."""
    service = served.service
    window = Watched(browser, f"http://127.0.0.1:{service.port}/")
    window.page.on("console", lambda message: window.seen.append(message.text))
    window.page.goto(f"http://127.0.0.1:{service.port}{path}")
    window.provoke()

    assert window.seen == []


@pytest.mark.browser
def test_the_browser_would_tell(browser):
    """A window that saw nothing would pass everything."""
    window = Watched(browser)
    window.page.set_content("<img src=http://evil.example/x onerror=alert(1)>")
    window.page.wait_for_timeout(300)

    assert window.seen == ["asked for: http://evil.example/x", "dialog: 1"]
