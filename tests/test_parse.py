"""Whatever bytes a feed's address answers with: a feed with its complete entries, or a ParseError that says why."""

from __future__ import annotations

import gzip
import json
import re
import runpy
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from collector.errors import ParseError
from collector.model import ParsedFeed
from collector.parse import PARSERS, as_json, parse
from collector.text.clean import MAX_ID, MAX_TITLE

CASES = Path(__file__).parent / "data" / "feeds"
EXPECTED = sorted(CASES.glob("*.expected.json"))
URL = "https://feeds.example/dir/feed"


def read(body: bytes | str, content_type: str = "") -> ParsedFeed:
    return parse(body if isinstance(body, bytes) else body.encode(), {"content-type": content_type}, URL)


def rss(items: str, head: str = "") -> str:
    return f'<rss version="2.0"><channel><title>Feed</title>{head}{items}</channel></rss>'


def stated(feed: ParsedFeed) -> dict[str, Any]:
    """The feed as JSON, without what it does not state."""

    def full(values: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in values.items() if value not in (None, "", [], False)}

    found = as_json(feed)
    return {"feed": full(found["feed"]), "entries": [full(entry) for entry in found["entries"]]}


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda path: path.name.partition(".")[0])
def test_a_feed_is_read_as_its_neighbour_says(expected: Path):
    """Every case under tests/data/feeds parses to the JSON file beside it, and to nothing more."""
    (case,) = (path for path in CASES.glob(expected.name.replace(".expected.json", ".*")) if path != expected)

    assert stated(parse(case.read_bytes(), {}, URL)) == json.loads(expected.read_text("utf-8"))


def test_there_is_a_case_for_every_kind():
    """A new row of PARSERS comes with a case."""
    kinds = {json.loads(path.read_text("utf-8"))["feed"]["kind"] for path in EXPECTED}

    assert kinds == set(PARSERS)


@given(st.binary())
@example(b"<rss>")
@example(b"<rss><item><width><b/></width>")
@example(b'{"version": "https://jsonfeed.org/version/1", "items": [{"id": NaN}]}')
@example(b"\xff\xfe<\x00r\x00s\x00s\x00>\x00")
@example(b"<feed><entry><link href='http://[::1'/></entry></feed>")
def test_any_bytes_give_a_feed_or_a_parse_error(body: bytes):
    """Nothing else is ever raised."""
    try:
        feed = read(body)
    except ParseError as error:
        assert str(error)
    else:
        assert feed.kind in PARSERS


@given(st.lists(st.sampled_from([
    "<rss>", "</rss>", "<channel>", "</channel>", "<item>", "</item>", "<title>", "</title>", "<![CDATA[", "]]>",
    "<!--", "-->", "&", "&#x110000;", "&#0;", "&nbsp;", "<a:b>", "</a:b>", "<width>", "</media:player>", "<gml:pos>",
    "\0", "<", "x", "<link>", "<guid>", "<author>", "a@b.c (D)", "<category/>", "<media:thumbnail/>", "<svg>",
    "<description>",
])))  # fmt: skip
def test_any_markup_gives_a_feed_or_a_parse_error(pieces: list[str]):
    """Not only noise: the pieces of feeds in any order."""
    try:
        read(f"<rss>{''.join(pieces)}")
    except ParseError:
        return


# --- what it is instead --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"", "an empty document"),
        (b" \n\xef\xbb\xbf ", "an empty document"),
        (b"<!DOCTYPE html><html><head><title>x</title>", "an HTML page"),
        (b"<html><body><pre><rss></rss></pre></body></html>", "an HTML page"),
        (b'{"error": "not found"}', "a JSON document"),
        (b"[1, 2]", "a JSON list"),
        (b'{"version": "https://jsonfeed.org/version/1", "items": [', "broken JSON"),
        (b"\x89PNG\r\n\x1a\n0000", "a PNG image"),
        (b"%PDF-1.4", "a PDF document"),
        (b"\x1f\x8b\x08\x00", "a gzip file"),
        (b"<opml version='2.0'><body/></opml>", "an OPML list"),
        (b"<note>x</note>", "begins with <note>"),
        (b"Service unavailable", "begins with 'Service unavailable'"),
        (b"<sitemapindex/>", "an index of sitemaps"),
        (b"<urlset><url><loc>https://a.example/</loc></url></urlset>", "a sitemap without news"),
        (b"<rss>" + b"<a>" * 2_000, "nested deeper"),
        (b'{"items":' + b"[" * 100_000, "nested too deeply"),
    ],
)
def test_a_body_that_is_no_feed_says_what_it_is(body: bytes, what: str):
    """A person who reads the message knows what came instead of the feed."""
    with pytest.raises(ParseError, match=re.escape(what)):
        read(body)


def test_a_feed_without_entries_is_a_feed():
    """Nothing new is no failure."""
    assert read("<rss version='2.0'><channel><title>Quiet</title></channel></rss>").title == "Quiet"
    assert read('{"version": "https://jsonfeed.org/version/1", "title": "Quiet", "items": []}').title == "Quiet"


# --- encodings -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codec", "declared", "content_type", "word"),
    [
        ("utf-8", "utf-8", "", "Новости"),
        ("utf-8", "iso-8859-1", "text/xml; charset=iso-8859-1", "Новости"),
        ("cp1251", "windows-1251", "", "Новости"),
        ("cp1251", "utf-8", "", "Новости дня"),
        ("cp1251", "utf-8", "text/xml; charset=windows-1251", "Новости"),
        ("latin-1", "utf-8", "", "Économie"),
        ("gb18030", "gb2312", "", "新闻䶮"),
        ("euc-kr", "ks_c_5601-1987", "", "북한"),
        ("shift_jis", "x-sjis", "", "北朝鮮"),
        ("iso2022_jp", "iso-2022-jp", "", "北朝鮮"),
        ("big5", "big5", "", "新聞"),
        ("utf-16", "utf-16", "", "Ж"),
        ("utf-16", "utf-8", "text/xml; charset=utf-8", "Ж"),
        ("utf-16-le", "utf-16", "", "Ж"),
        ("utf-16-be", "utf-8", "", "Ж"),
        ("utf-32", "utf-32", "", "Ж"),
        ("utf-8-sig", "utf-16", "", "Ж"),
        ("utf-8", "x-nobody-knows", "text/xml; charset=\"\xff'", "Ж"),
    ],
)
def test_text_is_read_as_a_person_would_read_it(codec: str, declared: str, content_type: str, word: str):
    """Wrong, missing and contradicting declarations do not garble a title."""
    text = f'<?xml version="1.0" encoding="{declared}"?>' + rss(f"<item><title>{word}</title></item>")

    assert read(text.encode(codec), content_type).entries[0].title == word


@pytest.mark.parametrize(
    "codec", ["unicode_escape", "raw_unicode_escape", "punycode", "idna", "utf-7", "rot13", "zlib"]
)
def test_a_dangerous_codec_is_never_used(codec: str):
    """Codecs of Python that turn plain text into markup, or run for minutes, are names that nobody knows."""
    title = r"\x3cb\x3e +ADw-b+AD4- " + "a-9" * 1_000
    text = f'<?xml version="1.0" encoding="{codec}"?>' + rss(f"<item><title>{title}</title></item>")

    assert read(text, f"text/xml; charset={codec}").entries[0].title.startswith(r"\x3cb\x3e +ADw-b+AD4-")


def test_broken_bytes_cost_only_themselves():
    """A character that was cut does not change how the others are read, and overlong forms are never markup."""
    cut = rss("<item><title>Ж Новости дня</title></item>").encode().replace("Ж".encode(), "Ж".encode()[:1])

    assert read(cut).entries[0].title.endswith("Новости дня")
    assert "<" not in read(rss("<item><title>@@</title></item>").encode().replace(b"@", b"\xc0\xbc")).entries[0].title


# --- half documents ------------------------------------------------------------------------------------------


def test_a_document_cut_anywhere_shows_no_half_entry():
    """Wherever the connection broke, each entry is there whole or not at all, and the cut is reported."""
    whole = (CASES / "rss20.xml").read_bytes()
    entries = parse(whole, {}, URL).entries
    for end in range(whole.index(b"<item>"), whole.index(b"</channel>"), 7):
        cut = parse(whole[:end], {}, URL)

        assert cut.is_truncated
        assert cut.entries == entries[: len(cut.entries)]
        assert cut.entries == entries[: whole[:end].count(b"</item>")]


def test_json_cut_anywhere_shows_no_half_item():
    """Wherever the connection broke, each item is there whole or not at all, and the loss is reported."""
    whole = (CASES / "jsonfeed.json").read_text("utf-8")
    entries = read(whole).entries
    for end in range(whole.index('"items"') + 12, whole.rindex("]"), 5):
        try:
            cut = read(whole[:end])
        except ParseError as error:
            assert "broken JSON" in str(error)
            continue
        assert cut.is_truncated and "broken JSON" in cut.warnings[0]
        assert cut.entries == entries[: len(cut.entries)]


@pytest.mark.parametrize(
    ("items", "titles"),
    [
        ('{"id": "1", "title": "one",}, {"id": "2", "title": "two"},', ["one", "two"]),
        (r'{"id": "1", "title": "C:\x"}, {"id": "2", "title": "two \\ \u00e9"}', [r"C:\x", r"two \ é"]),
        ('{"id": "1", "title": oops}, {"id": "2", "title": "two"}', ["two"]),
        ('{"id": "1", "x": ' + "[" * 99_999 + '}, {"id": "2", "title": "two"}', ["two"]),
        ('{"id": "1" "attachments": [{"title": "a", "mime_type": "a/b"}, {"url": "/c"}]}, {"id": "2", "title": "two"}', ["two"]),
    ],
    ids=["commas", "backslash", "no value", "too deep", "its attachments are no items"],
)
def test_one_broken_json_item_keeps_the_others(items: str, titles: list[str]):
    """What is wrong with one item costs at most that item, and is said."""
    feed = read('{"version": "https://jsonfeed.org/version/1.1", "title": "Feed", "items": [' + items + "]}")

    assert [entry.title for entry in feed.entries] == titles
    assert feed.title == "Feed" and feed.version == "json11" and feed.is_truncated and feed.warnings


def test_json_items_may_be_an_object():
    """What PHP makes of a list with gaps, and a lone item."""
    item = {"id": "7", "title": "one"}

    for items in ({"3": item}, item):
        assert [entry.guid for entry in read(json.dumps({"items": items})).entries] == ["7"]


@pytest.mark.parametrize("root", ["rss", "feed", "urlset"])
def test_an_entry_that_is_nested_too_deeply_keeps_the_others(root: str):
    """Ten thousand elements in one another cost the entry in which they stand."""
    deep = "<x>" * 10_000 + "</x>" * 10_000
    feed = read(
        {
            "rss": rss(f"<item><title>a</title>{deep}</item><item><title>b</title></item>"),
            "feed": '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>a</title>' + deep
            + "</entry><entry><title>b</title></entry></feed>",
            "urlset": '<urlset xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>/a</loc>' + deep
            + "<news:news><news:title>a</news:title></news:news></url>"
            "<url><loc>/b</loc><news:news><news:title>b</news:title></news:news></url></urlset>",
        }[root]
    )  # fmt: skip

    assert [entry.title for entry in feed.entries] == ["b"]
    assert "nested too deeply" in feed.warnings[0]


@pytest.mark.parametrize(
    "flood",
    ["<category>{}</category>", "<author>a{}</author>", '<enclosure url="/{}" type="a/b" length="1"/>', "<comments>{}</comments>"],
)
def test_a_flood_of_one_element_costs_no_time(flood: str):
    """feedparser compares each category with all others; what follows the flood is read."""
    many = "".join(map(flood.format, range(30_000)))
    started = time.process_time()
    feed = read(rss(f"<item><title>a</title>{many}<guid>1</guid></item><item><category>c</category></item>"))

    assert [(entry.title, entry.guid) for entry in feed.entries] == [("a", "1"), ("", None)]
    assert feed.entries[1].categories == ("c",)
    assert time.process_time() - started < 3


def test_a_complete_document_with_junk_around_it_is_complete():
    """Warnings before the root, comments and scripts behind it, a forgotten last end tag: nothing is missing."""
    text = rss("<item><title>x</title></item>")

    for body in (f"\ufeff\ufeff\n\nWarning: x in <b>y</b>\n{text}", f"{text}<!-- </rss -->", f"{text}\n{text[:40]}"):
        feed = read(body)
        assert (len(feed.entries), feed.is_truncated) == (1, False)
    assert not read(text.removesuffix("</rss>")).is_truncated


# --- entries -------------------------------------------------------------------------------------------------


def test_a_guid_is_bounded_and_keeps_its_case():
    """White space around a guid is nothing, case is something, and a giant is known by its hash."""
    giant = "g" * 100_000
    guids = ["ABC", "abc", " abc ", giant, giant + "x"]
    found = [e.guid for e in read(rss("".join(f"<item><guid>{guid}</guid></item>" for guid in guids))).entries]

    assert found[:3] == ["ABC", "abc", "abc"]
    assert all(len(guid) <= MAX_ID for guid in found)
    assert len(set(found)) == 4


@pytest.mark.parametrize(
    ("fields", "url"),
    [
        ("<link>/x</link>", "https://site.example/x"),
        ("<guid>https://a.example/1</guid>", "https://a.example/1"),
        ("<guid isPermaLink='false'>https://a.example/1</guid>", None),
        ("<guid>tag:1</guid>", None),
        ("<link>javascript:alert(1)</link>", None),
        ("<link>javascript:alert(1)</link><guid>https://a.example/1</guid>", None),
        (
            "<link>https://proxy.example/1</link>"
            "<f:origLink xmlns:f='http://rssnamespace.org/feedburner/ext/1.0'>https://a.example/1</f:origLink>",
            "https://a.example/1",
        ),
        ("<link>https://u:p@a.example/1</link>", "https://a.example/1"),
    ],
)
def test_the_address_of_an_entry(fields: str, url: str | None):
    """The page's own address, absolute, http or https, without credentials; a permanent guid where no link is."""
    feed = read(rss(f"<item><title>x</title>{fields}</item>", head="<link>https://site.example/</link>"))

    assert feed.entries[0].url == url


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("jo@a.example (Jo Roe)", "Jo Roe"),
        ("Jo Roe &lt;jo@a.example&gt;", "Jo Roe"),
        ("Jo Roe (jo@a.example)", "Jo Roe"),
        ("Jo Roe", "Jo Roe"),
        ("jo@a.museum", None),
    ],
)
def test_an_author_is_a_name(text: str, name: str | None):
    """The name without the address, in each of the ways in which both are written."""
    authors = read(rss(f"<item><title>x</title><author>{text}</author></item>")).entries[0].authors

    assert authors == ((name,) if name else ())


@pytest.mark.parametrize(
    ("head", "ttl"),
    [
        ("<ttl>30</ttl>", 1_800),
        ("<ttl>0</ttl>", None),
        ("<ttl>-5</ttl>", None),
        (f"<ttl>{'9' * 5_000}</ttl>", 2_592_000),
        ("<ttl>soon</ttl>", None),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", 1_800),
    ],
)
def test_a_ttl_is_bounded(head: str, ttl: int | None):
    """In seconds, at most 30 days, None where it says nothing."""
    assert read(rss("", head)).ttl == ttl


def test_lengths_and_numbers_of_things_are_bounded():
    """A giant title is cut, a crowd of enclosures is capped, and the next entry is not affected."""
    crowd = "".join(f'<enclosure url="https://a.example/{n}.mp3" length="{10**30}"/>' for n in range(100))
    first, second = read(rss(f"<item><title>{'T' * 10**6}</title>{crowd}</item><item><title>2</title></item>")).entries

    assert len(first.title) == MAX_TITLE
    assert len(first.enclosures) == 20
    assert second.title == "2"


@pytest.mark.parametrize(
    "item",
    [
        f"<author>{'a' * 200_000}</author>",
        f"<media:keywords>{'a,' * 100_000}</media:keywords>",
        f"<x {' '.join(f'a{n}=1' for n in range(50_000))}/>",
        f"<x {' '.join(f'''a{n}='1' ''' for n in range(50_000))}/>",
        "<media:description>" * 50_000,
        "<description>" + "<![CDATA[" * 50_000,
        "<description>" + "&#" * 50_000 + "</description>",
    ],
    ids=["author", "keywords", "bare attributes", "attributes", "captions", "sections", "ampersands"],
)
def test_bombs_for_the_parser_cost_linear_time(item: str):
    """Each of these takes a minute or more where it takes quadratic time."""
    start = time.process_time()
    feed = read(rss(f"<item><title>1</title>{item}</item><item><title>2</title></item>"))

    assert feed.entries[0].title == "1"
    assert time.process_time() - start < 5


def test_entities_are_never_expanded():
    """A bomb stays a name, a file is not read."""
    bomb = '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file:///etc/hostname">]>'
    feed = read(bomb + rss("<item><title>&b; &f; &eacute;</title></item>"))

    assert feed.entries[0].title == "&b; &f; é"


# --- JSON Feed -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong", ["null", "5", "1e400", '"x"', "[]", "{}", "[[]]", "true", '"\\ud800\\u0000"', "9" * 5_000]
)
def test_a_wrong_type_costs_only_its_field(wrong: str):
    """Whatever stands where a text, a list or an object should: the item is read, and its neighbour whole."""
    keys = (
        "id",
        "url",
        "title",
        "content_html",
        "summary",
        "image",
        "tags",
        "authors",
        "attachments",
        "date_published",
    )
    bad = ", ".join(f'"{key}": {wrong}' for key in keys)
    feed = read(f'{{"version": "https://jsonfeed.org/version/1.1", "items": [{{{bad}}}, {{"id": "ok"}}]}}')

    assert feed.entries[-1].guid == "ok"
    as_json(feed)


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_json_is_read_in_any_unicode_encoding(codec: str):
    """RFC 8259 asks for UTF-8; a person reads the others, too."""
    text = '{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "title": "Ж"}]}'

    assert read(text.encode(codec)).entries[0].title == "Ж"


# --- many feeds of others ------------------------------------------------------------------------------------


def outcome(path: Path) -> ParsedFeed | ParseError:
    body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    try:
        return parse(body, {}, URL)
    except ParseError as error:
        return error


@pytest.mark.shared
def test_every_real_feed_is_read_or_refused_with_a_reason(shared: Path):
    """No file of any parser's test data makes ours stumble over itself."""
    files = [path for path in (shared / "feeds").rglob("*") if path.is_file()]
    stumbles = {path: str(found) for path in files if "could not be read" in str(found := outcome(path))}

    assert len(files) > 2_000
    assert stumbles == {}


@pytest.mark.shared
def test_gofeed_finds_as_many_entries(shared: Path):
    """An independent reading: as many items as gofeed's expectation beside each document says."""
    cases = 0
    for path in (shared / "feeds/gofeed").rglob("*.xml"):
        if not path.with_suffix(".json").exists():
            continue
        expected = json.loads(path.with_suffix(".json").read_text("utf-8"))
        found = outcome(path)
        count = 0 if isinstance(found, ParseError) else len(found.entries)
        cases += 1

        assert count == len(expected.get("items") or expected.get("entries") or []), path
    assert cases > 400


@pytest.mark.shared
def test_every_json_feed_is_read(shared: Path):
    """A document that names its version of JSON Feed, and is JSON, yields an entry for each item."""
    cases = 0
    for path in (shared / "feeds").rglob("*.json"):
        try:
            document = json.loads(path.read_text("utf-8"))
        except ValueError:
            continue
        if not isinstance(document, dict) or "jsonfeed.org" not in str(document.get("version")):
            continue
        cases += 1
        found = outcome(path)

        assert not isinstance(found, ParseError), path
        assert len(found.entries) == len(document.get("items") or []), path
    assert cases >= 9


HOSTILE_ENTRIES = {
    "dtd_netscape091.rss": 1, "entries_5k.rss": 5000, "title_5mb.rss.gz": 2, "unknown_decl.rss": 2, "null_bytes.rss": 2,
    "ctrl_charref.rss": 2, "surrogates_raw.rss": 2, "utf16be_nobom.rss": 1, "cp1251_says_utf8.rss": 1, "gb18030.rss": 1,
    "bogus_encoding.rss": 1, "undeclared_ns.rss": 2, "trunc_mid_cdata.rss": 1, "guid_missing.rss": 5,
    "junk_before.rss": 1,
    "nothing_but_desc.rss": 2, "guid_case_ws.rss": 3, "dates_future.rss": 2, "ssrf_links.rss": 120, "xml_base.atom": 2,
    "xss_html.rss": 71, "numbers_huge.rss": 2, "ttl_zero.rss": 1, "jsonfeed_nul_surrogate.json": 2, "link_64k.rss": 2,
    "jsonfeed_bigint.json": 1, "jsonfeed_dupkeys.json": 1, "jsonfeed_utf16.json": 1, "bidi_zero_width.rss": 3,
}  # fmt: skip
HOSTILE_TITLES = {"dtd_netscape091.rss": "Café", "cp1251_says_utf8.rss": "Новости дня", "gb18030.rss": "新闻"}
IN_A_SECOND = {"billion_laughs.rss", "entity_in_attr.rss", "binary_png.rss", "encoding_punycode_dos.rss"}
NO_FEEDS = {"empty.rss", "html_200.html", "json_error.json", "binary_png.rss", "pdf.rss"}


@pytest.mark.shared
def test_hostile_feeds_end_as_they_must(shared: Path):
    """Each payload in its time, with its entries, or refused; everything kept can be stored; nothing is active."""
    folder = shared / "hostile/payloads/feeds"
    active = runpy.run_path(str(shared / "hostile/xss_check.py"))["active"]
    for path in sorted(folder.iterdir()):
        start = time.process_time()
        found = outcome(path)

        assert time.process_time() - start < (1 if path.name in IN_A_SECOND else 5), path.name
        assert (path.name in NO_FEEDS) <= isinstance(found, ParseError), path.name
        if path.name in HOSTILE_ENTRIES:
            assert len(found.entries) == HOSTILE_ENTRIES[path.name], path.name
        if path.name in HOSTILE_TITLES:
            assert found.entries[0].title == HOSTILE_TITLES[path.name]
        if isinstance(found, ParsedFeed):
            stored = json.dumps(as_json(found), ensure_ascii=False)
            stored.encode("utf-8")
            assert "\\u0000" not in stored, path.name
            assert not any(active(entry.summary) or active(entry.content) for entry in found.entries), path.name
