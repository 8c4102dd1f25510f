"""Pages beside what must and must not be read from them, and pages that mean harm."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.errors import ExtractError
from collector.extract import as_json, extract
from collector.extract.dates import read_moment
from collector.extract.people import people
from collector.extract.titles import headline

PAGES = Path(__file__).parent / "data" / "pages"
URL = "https://www.amberpost.example/2026/11/17/island-ferry"
SENTENCE = "The harbour council voted to reopen the eastern ferry line after {} years of waiting. "
STORY = "".join(f"<p>{SENTENCE.format(n) * 3}</p>" for n in range(2, 6))
MEANT = "reopen the eastern ferry line after 5 years"


def page(body: str, head: str = "") -> bytes:
    document = f"<!doctype html><html><head><title>Ferry</title>{head}</head><body>{body}</body></html>"
    return document.encode()


@pytest.mark.parametrize("case", sorted(PAGES.glob("*.json")), ids=lambda path: path.stem)
def test_a_page_is_read_as_its_case_says(case):
    """The JSON beside each page says which truth it shows, the fields it must give, and words of its text."""
    want = json.loads(case.read_text(encoding="utf-8"))
    found = extract(case.with_suffix(".html").read_bytes(), want["url"], want.get("charset"))
    seen = as_json(found)
    seen["sources"] = {field: found.sources.get(field) for field in want.get("sources", {})}

    assert {key: seen[key] for key in want if key in seen} == {key: want[key] for key in want if key in seen}
    assert [words for words in want["must"] if words not in found.text] == []
    assert [words for words in want.get("must_not", []) if words in found.text] == []


def test_every_given_field_names_its_source():
    """`sources` has an entry for each field that the page gave, and for no other."""
    found = extract((PAGES / "json-ld-graph.html").read_bytes(), URL)

    fields = {"title", "authors", "published_at", "updated_at", "language", "canonical_url", "image", "site"}
    assert set(found.sources) == {"text"} | {field for field in fields if getattr(found, field)}


def test_the_text_has_a_paragraph_a_line():
    """Four paragraphs, four lines: the headline is the title, no line is empty, none is broken."""
    lines = extract((PAGES / "meta-only.html").read_bytes(), URL).text.splitlines()

    assert len(lines) == 4
    assert all(lines)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \n ",
        b"\x00" * 100,
        b"<html></html>",
        page("<p>Short.</p>"),
        b"<frameset><frame src='https://b.example/'></frameset>",
        b'{"json": true}',
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    ],
)
def test_what_holds_no_article_is_refused(body):
    """Nothing, a notice, a frame or an image is no article: a clear error, no empty text."""
    with pytest.raises(ExtractError):
        extract(body, URL)


@pytest.mark.parametrize(
    "body",
    [
        page("<div>" * 5_000 + STORY + "</div>" * 5_000),
        page("<article>" + "<ul><li>" * 3_000 + STORY),
        page("<article>" + "<b><i><font><u>" * 2_000 + STORY),
        page("<article>" + "<table><tr><td>" * 400 + STORY),
        page("<article>" + "<br>" * 200_000 + STORY),
        page("<article>" + "<!-- x -->" * 150_000 + STORY),
        page(f"<article><script>{'var a = 1;' * 200_000}</script>{STORY}"),
        page(f"<article><script>var s = '</style>' + '<!--';{'x' * 1_100_000}</script>{STORY}"),
        page(f"<article>{STORY}<p>{' ' * 3_000_000}</p>"),
        page(f"<article>{STORY}<p>{'word ' * 2_200_000}</p>"),
        page("<article>" + STORY.replace("harbour", "har\x00bour")),
        page("<article>" + STORY.replace("harbour", "har&#0;&#x1F;&#xD800;&#x110000;bour")),
        page("<article>" + STORY, '<script type="application/ld+json">' + '{"a":' * 20_000 + "</script>"),
        page("<article>" + STORY, '<script type="application/ld+json">' + "[" * 900 + "]" * 900 + "</script>"),
        page("<img src=x>" * 150_000 + f"<article>{STORY}"),
        page(f"<article>{STORY}", "<meta name=author content=Bob>" * 110_000),
        page("<ul>" + "<li>x" * 150_000 + f"</ul><article>{STORY}"),
        page("<p " + " ".join(f"a{number}=1" for number in range(100_000)) + f"><article>{STORY}"),
        page("<svg>" + "<g>" * 5_000 + f"</svg><article>{STORY}"),
        b"\0\0\0" + page(f"<article>{STORY}"),
    ],
    ids=[
        *(
            "deep-divs",
            "deep-lists",
            "deep-inline",
            "deep-tables",
            "breaks",
            "comments",
            "script",
            "tricky-script",
        ),
        *("spaces", "endless-paragraph", "nul", "references", "deep-json", "deep-array"),
        *("images", "metas", "items", "attributes", "drawing", "nul-first"),
    ],
)
def test_hostile_markup_does_not_lose_the_text(body):
    """What a parser gives up on silently is read all the same, soon, without what cannot be stored."""
    start = time.process_time()
    text = extract(body, URL).text
    assert time.process_time() - start < 10

    assert MEANT in text
    assert "harbour council" in text
    assert not any(ord(c) < 32 and c != "\n" for c in text)
    assert len(text) <= 1_000_000


@pytest.mark.parametrize("junk", ["<a", "<!--", "<script ", "</style", "&#", "<br ", "<p x='>'", "a>"])
def test_what_never_ends_takes_no_quadratic_time(junk):
    """Many beginnings of tags, comments, scripts or references, none with an end: a second or two at most."""
    start = time.process_time()

    with suppress(ExtractError):
        extract(page(f"<article>{STORY}</article>{junk * 300_000}"), URL)

    assert time.process_time() - start < 5


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([None, "utf-8", "gbk", "utf-7", "x-none", ""]))
def test_any_bytes_give_an_extraction_or_the_own_error(body, charset):
    """A stranger's bytes never raise anything but ExtractError."""
    for document in (body, page("<article>" + STORY) + body, body + page("<article>" + STORY)):
        try:
            assert extract(document, URL, charset).text
        except ExtractError as error:
            assert "could not be read" not in str(error), error.__cause__


RUSSIAN = "Совет порта проголосовал за то, чтобы вернуть паром на восточную линию после долгих лет ожидания. " * 3
FRENCH = "Le conseil du port a voté la réouverture de la ligne de l'île après des années, à la grande joie des élus. " * 3


@pytest.mark.parametrize(
    ("text", "codec", "header", "meta"),
    [
        (RUSSIAN, "windows-1251", "windows-1251", ""),
        (RUSSIAN, "windows-1251", None, "windows-1251"),
        (RUSSIAN, "koi8-r", "koi8-r", "windows-1251"),
        (RUSSIAN, "windows-1251", "iso-8859-1", "windows-1251"),
        (RUSSIAN, "windows-1251", "iso-8859-1", ""),
        (RUSSIAN, "windows-1251", "utf-8", ""),
        (RUSSIAN, "windows-1251", None, ""),
        (RUSSIAN, "utf-8", "iso-8859-1", "windows-1251"),
        (RUSSIAN, "utf-16", None, ""),
        (FRENCH, "windows-1252", "iso-8859-1", ""),
        (FRENCH, "windows-1252", "utf-8", ""),
        (FRENCH, "utf-8-sig", "iso-8859-1", ""),
    ],
)
def test_a_page_is_read_whatever_is_declared(text, codec, header, meta):
    """Header, mark, meta element and detection, each of them right and wrong."""
    head = f'<meta charset="{meta}">' if meta else ""
    document = f"<!doctype html><html><head>{head}<title>x</title></head><body><article><p>{text}</p><p>{text}</p>"

    assert text.strip() in extract(document.encode(codec), URL, header).text


KEYS = ["@type", "@id", "@graph", "headline", "name", "author", "datePublished", "image", "publisher", "url"]
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(KEYS), inner | st.just("NewsArticle")),
)


@settings(max_examples=100, deadline=None)
@given(JSON)
def test_any_json_in_the_page_is_survived(value):
    """JSON-LD of any shape neither raises nor costs the text."""
    script = json.dumps(value).replace("</", "<\\/")
    found = extract(page("<article>" + STORY, f'<script type="application/ld+json">{script}</script>'), URL)

    assert MEANT in found.text


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Mira Solheim", ("Mira Solheim",)),
        ("BY MIRA SOLHEIM AND JON ABEBE", ("MIRA SOLHEIM", "JON ABEBE")),
        ("Mira Solheim, Jon Abebe", ("Mira Solheim", "Jon Abebe")),
        ("Von Mira Solheim und Jon Abebe, Berlin", ("Mira Solheim", "Jon Abebe", "Berlin")),
        ("Solheim, Mira", ("Mira Solheim",)),
        ("Mira Solheim, PhD", ("Mira Solheim",)),
        ("Mira Solheim (ms)", ("Mira Solheim",)),
        ("Mira Solheim mira@post.example @mira", ("Mira Solheim",)),
        ("Мира Сольхейм и Йон Абебе", ("Мира Сольхейм", "Йон Абебе")),
        ("김하늘 기자", ("김하늘",)),
        ("Center for Ice Research and Shipping", ("Center for Ice Research and Shipping",)),
        ("<a href='/x'>Mira&nbsp;Solheim</a>", ("Mira Solheim",)),
        ("https://social.example/mira", ()),
        ("admin", ()),
        ("Amber Post", ()),
    ],
)
def test_a_byline_names_its_people(byline, names):
    """Prefixes, posts, addresses and the outlet are no part of a name; several people are told apart."""
    assert people([byline], ["Amber Post"]) == names


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-11-17T21:05:30+02:00", "2026-11-17T21:05:30+02:00"),
        ("2026-11-17T21:05:30.123456789Z", "2026-11-17T21:05:30+00:00"),
        ("2026-11-17 21:05:30 +0200", "2026-11-17T21:05:30+02:00"),
        ("2026-11-17T21:05+02", "2026-11-17T21:05:00+02:00"),
        ("20261117T210530Z", "2026-11-17T21:05:30+00:00"),
        ("2026-11-17T21:05:30+01:00[Europe/Paris]", "2026-11-17T21:05:30+01:00"),
        ("2026-11-17", "2026-11-17"),
        ("2026/11/17", "2026-11-17"),
        ("2026-11-17T00:00:00", "2026-11-17"),
        ("Tue, 17 Nov 2026 21:05:30 GMT", "2026-11-17T21:05:30+00:00"),
        ("1794949530", "2026-11-17T21:05:30+00:00"),
        ("1794949530000", "2026-11-17T21:05:30+00:00"),
        ("17 novembre 2026", "2026-11-17"),
        ("2026年11月17日", "2026-11-17"),
        ("November 2026", None),
        ("03/05/2026", None),
        ("0001-01-01T00:00:00Z", None),
        ("1970-01-01", None),
        ("2026-13-45", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_stated_moment_keeps_its_precision_and_zone(value, moment):
    """A day stays a day, a zone stays that zone; what is ambiguous or an empty field is nothing."""
    found = read_moment(value)

    assert moment == (found and (found.at.date() if found.is_day else found.at).isoformat())


@pytest.mark.parametrize(
    ("claims", "title"),
    [
        (["Ferry to sail | Amber Post", "Ferry to sail"], "Ferry to sail"),
        (["Amber Post - Ferry to sail"], "Ferry to sail"),
        (["Ferry - a love story - amberpost.example"], "Ferry - a love story"),
        (["Ferry: what now?", "What now?", "Ferry: what now?"], "Ferry: what now?"),
        (["SEO title", "Ferry to sail", "Ferry to sail"], "Ferry to sail"),
        (["Amber Post", "Ferry to sail"], "Ferry to sail"),
    ],
)
def test_the_headline_is_what_most_statements_agree_on_without_the_site(claims, title):
    """A site's name is taken off either end, and is no headline itself."""
    found = headline([("x", claim) for claim in claims], ["Amber Post", "amberpost.example"])

    assert found == ("x", title)
