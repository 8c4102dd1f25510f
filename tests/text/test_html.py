"""HTML from strangers is harmless when it leaves `html`, and its text is whole."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from collector.text.clean import legal
from collector.text.html import absolute_url, escape, sanitise, title_text, to_text

BASE = "https://site.example/dir/page"


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("plain", "plain"),
        ("<p onclick='x()' style='color:red'>a</p>", "<p>a</p>"),
        ("a<script>alert(1)</script>b<style>p{}</style>", "ab"),
        ("<img src=x.png onerror=alert(1)>", '<img src="https://site.example/dir/x.png">'),
        ("<img src='data:image/png;base64,AA'>", "<img>"),
        ("<iframe src='https://evil.example'></iframe><form><input></form>", ""),
        ("<q cite='javascript:x'>q</q>", "<q>q</q>"),
        ("a\x00b\ud800c", "abc"),
        ("<p>unclosed <b>bold", "<p>unclosed <b>bold</b></p>"),
    ],
)
def test_active_content_is_taken_out_and_the_rest_stays(markup: str, expected: str):
    """Scripts, styles, frames, forms and handlers go; text and harmless markup stay, relative links are resolved."""
    assert sanitise(markup, BASE) == expected


def test_a_link_is_absolute_and_tells_its_target_nothing():
    """The reader's page is not handed to the link's target, and no search engine counts the link as ours."""
    expected = '<a href="https://site.example/y" rel="noopener noreferrer nofollow">y</a>'

    assert sanitise('<a href="/y">y</a>', BASE) == expected
    assert sanitise('<a href="javascript:x">y</a>', BASE) == expected.replace(' href="https://site.example/y"', "")


@pytest.mark.parametrize("bomb", ["<div>" * 100_000, "<b><i>" * 50_000, "<" * 100_000, "<a" * 100_000, "&" * 100_000])
def test_nesting_and_noise_cost_linear_time(bomb: str):
    """Markup made to be slow keeps its text, and its neighbours need not wait (quadratic would be minutes)."""
    assert "words" in to_text(sanitise("words" + bomb, BASE))


@given(st.text(st.sampled_from("<>/abp&;#x\"'= !-\n")))
def test_sanitising_again_changes_no_text(markup: str):
    """What is sanitised means the same to the next reader: nothing was left half escaped."""
    once = sanitise(markup, BASE)

    assert to_text(sanitise(once, BASE)) == to_text(once)


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>One.</p><p>Two <b>words</b>.</p>", "One.\nTwo words."),
        ("a<br>b<ul><li>c</li><li>d</li></ul>", "a\nb\nc\nd"),
        ("<table><tr><td>1</td><td>2</td></tr></table>", "1 2"),
        ("5 &lt; 6 &amp;amp; so", "5 < 6 &amp; so"),
        ("line\nbreaks in\nplain text", "line breaks in plain text"),
    ],
)
def test_text_has_a_paragraph_a_line(markup: str, expected: str):
    """Blocks are lines, inline markup leaves no trace, references are decoded once."""
    assert to_text(sanitise(markup, BASE)) == expected


@given(st.text())
@example("a\x1cb\x85c\x0cd")
def test_escaped_text_comes_back(text: str):
    """Text put into HTML and taken out again has the same words."""
    assert to_text(sanitise(escape(text), BASE)).split() == legal(text).split()


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("AT&T", "AT&T"),
        ("AT&amp;T", "AT&T"),
        ("a < b and c > d", "a < b and c > d"),
        ("<em>Bold</em> move", "Bold move"),
        ("List<T> explained", "List<T> explained"),
        ("one<br/>two", "one two"),
        ("&lt;b&gt; is bold", "<b> is bold"),
        ("<script>alert(1)</script>", "alert(1)"),
    ],
)
def test_a_title_is_text(title: str, expected: str):
    """Known elements go, comparisons and generics stay, references are decoded once."""
    assert title_text(title) == expected


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://a.example/x?y=1#z", "https://a.example/x?y=1#z"),
        ("  /x\n", "https://site.example/x"),
        ("//b.example/x", "https://b.example/x"),
        ("https://user:secret@a.example/", "https://a.example/"),
        ('http://a.example/a b"<>', "http://a.example/a%20b%22%3C%3E"),
        ("http://пример.испытание/путь", "http://пример.испытание/путь"),
        ("javascript:alert(1)", None),
        ("java\tscript:alert(1)", None),
        ("data:text/html,x", None),
        ("http://[::1", None),
        ("http://a.example:99999/", None),
        ("http://exa mple.org/", None),
        ("http://", None),
        ("https://a.example/" + "x" * 64_000, None),
        ("", None),
    ],
)
def test_a_link_is_http_or_nothing(link: str, expected: str | None):
    """Only http and https, resolved, without credentials and without white space."""
    assert absolute_url(link, BASE) == expected


@pytest.mark.shared
def test_no_vector_of_the_lists_stays_active(shared: Path):
    """An HTML5 parser finds nothing active in any sanitised vector, nor in those of feedparser's own tests."""
    active = runpy.run_path(str(shared / "hostile/xss_check.py"))["active"]
    vectors = json.loads((shared / "hostile/payloads/lists/xss.json").read_text("utf-8"))
    vectors += [path.read_text("utf-8") for path in (shared / "feeds/feedparser/wellformed/sanitize").glob("*.xml")]

    assert len(vectors) > 700
    assert [vector for vector in vectors if active(sanitise(vector, BASE))] == []


@pytest.mark.shared
def test_no_dangerous_link_is_kept(shared: Path):
    """Of the list of bad links, only http and https addresses are left, and none raises."""
    links = json.loads((shared / "hostile/payloads/lists/bad_links.json").read_text("utf-8"))

    assert {(absolute_url(link, BASE) or "http:").partition(":")[0] for link in links} <= {"http", "https"}
