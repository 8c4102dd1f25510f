"""Which addresses can be requested, and which name the same article."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from collector.addresses.urls import (
    canonical_url,
    credentials_of,
    host_key,
    is_front_page,
    same_site,
    url_identity,
    web_url,
    without_credentials,
)

SITE = "https://news.example"


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("https://News.Example/A?b=C", f"{SITE}/A?b=C"),
        ("HTTPS://news.example:443/a", f"{SITE}/a"),
        ("http://news.example:80", "http://news.example/"),
        ("http://news.example:8080/a", "http://news.example:8080/a"),
        ("https://news.example./a", f"{SITE}/a"),
        (f"  {SITE}/a\n", f"{SITE}/a"),
        (f"{SITE}/a b", f"{SITE}/a%20b"),
        (f"{SITE}/%7eann/%e2%82%ac/%2f", f"{SITE}/~ann/%E2%82%AC/%2F"),
        (f"{SITE}/новости", f"{SITE}/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8"),
        (f"{SITE}/100%", f"{SITE}/100%25"),
        (f"{SITE}/a/./b/../c", f"{SITE}/a/c"),
        (f"{SITE}/a/..", f"{SITE}/"),
        (f"{SITE}/a//b", f"{SITE}/a//b"),
        (f"{SITE}/a#top", f"{SITE}/a"),
        (f"{SITE}/#!/article/7", f"{SITE}/#!/article/7"),
        (f"{SITE}/#/article/7", f"{SITE}/#/article/7"),
        ("https://bücher.example/a", "https://xn--bcher-kva.example/a"),
        ("https://한국.example/뉴스?id=1", "https://xn--3e0b707e.example/%EB%89%B4%EC%8A%A4?id=1"),
        ("https://some_blog.example/a", "https://some_blog.example/a"),
        ("https://ann:secret@news.example/a", f"{SITE}/a"),
        ("http://0177.0.0.1/", "http://127.0.0.1/"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("http://2130706433/", "http://127.0.0.1/"),
        ("http://%31%32%37.0.0.1/", "http://127.0.0.1/"),
        ("http://１２７．０．０．１/", "http://127.0.0.1/"),
        ("http://[2001:DB8:0:0::1]:80/", "http://[2001:db8::1]/"),
        (r"http:\\news.example\a", "http://news.example/a"),
        (r"http://news.example\@evil.example/", "http://news.example/@evil.example/"),
    ],
)
def test_one_address_has_one_spelling(written: str, canonical: str) -> None:
    """Case, default port, escapes, dots, IDNA and numeric hosts are brought to one form."""
    assert canonical == canonical_url(written)


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("utm_source=rss&utm_medium=feed", ""),
        ("id=7&utm_source=rss&fbclid=x", "?id=7"),
        ("at_medium=RSS&at_campaign=KARANGA", ""),
        ("traffic_source=rss&id=7", "?traffic_source=rss&id=7"),
        ("xtor=RSS-3208", ""),
        ("mc_cid=1&mc_eid=2", ""),
        ("123456", "?123456"),
        ("uid=7", "?uid=7"),
        ("cid=N0006", "?cid=N0006"),
        ("gallery=3", "?gallery=3"),
        ("attachment=3", "?attachment=3"),
        ("ref=rss", ""),
        ("ref=1234", "?ref=1234"),
        ("source=twitter&id=7", "?id=7"),
        ("source=reuters", "?source=reuters"),
        ("from=rss_politics", ""),
        ("b=2&a=1", "?b=2&a=1"),
        ("a=1&amp;b=2", "?a=1&b=2"),
        ("a=1&&b=2&", "?a=1&b=2"),
        ("a[]=1&q=a+b%20c", "?a[]=1&q=a+b%20c"),
        ("UTM_Source=x&PHPSESSID=1", ""),
        ("", ""),
    ],
)
def test_only_parameters_that_track_are_dropped(query: str, kept: str) -> None:
    """What identifies an article stays, values and order included."""
    assert f"{SITE}/a{kept}" == canonical_url(f"{SITE}/a?{query}")


@pytest.mark.parametrize(
    "unusable",
    [
        "",
        "/a",
        "a.html",
        "//news.example/a",
        "ftp://news.example/a",
        "javascript:alert(1)",
        "mailto:a@b.example",
        "file:///etc/passwd",
        "http://",
        "http:///a",
        "http://:80/",
        "http://news.example:0/",
        "http://news.example:99999/",
        "http://news.example:x/",
        "http://[::1:99999/ \udcd0\udcb6\x01",
        "http://[fe80::1%25eth0]/",
        "http://a b.example/",
        "http://256.1.1.1/",
        "http://1.2.3.4.5/",
        "http://0x100000000/",
        "http://..example/",
        "http://ex℀mple/",
        "http://a\u2100b/",
        None,
        7,
        b"http://news.example/",
        SITE + "/" + "a" * 2000,
        "http://" + "9" * 5000,
        "http://" + "a" * 300 + ".example/",
    ],
)
def test_what_is_no_web_address_is_none(unusable: object) -> None:
    """Nothing is raised and nothing is guessed."""
    assert canonical_url(unusable) is None


def test_a_relative_address_is_read_against_its_base() -> None:
    """As links in a feed are."""
    base = "https://news.example/feeds/all.xml"

    assert f"{SITE}/a" == canonical_url("/a", base)
    assert f"{SITE}/feeds/a" == canonical_url("a?utm_source=x", base)
    assert canonical_url("//other.example/a", base) == "https://other.example/a"
    assert canonical_url("javascript:void(0)", base) is None
    assert canonical_url("http://[", base) is None


URLISH = st.builds(
    "{}{}{}".format,
    st.sampled_from(
        ["http://", "https://", "http://news.example", "https://Ü.example:443/", "//", "http:/", ""]
    ),
    st.text(max_size=30),
    st.text(alphabet="/.?&=;%#@:[]\\+amputm_ref0123456789ABCDEF \t\udcff", max_size=40),
)


@given(URLISH | st.text())
@example("http://a/?&%61mp;b")
@example("http://a/%2e%2e/%252e")
@example("http://a/;jsessionid=1;jsessionid=2/..;x")
@example("http://a/?&amp;amp;amp;b")
@example("http://0/;jsesSiOnid=;/..")
def test_the_three_degrees_are_idempotent_and_never_raise(text: str) -> None:
    """Applied to its own result, each gives it back; a stricter degree accepts what a laxer one made."""
    for degree in (web_url, canonical_url, url_identity):
        once = degree(text)
        assert once is None or once == degree(once)
    requested = web_url(text)
    assert requested is None or (requested.isascii() and requested.isprintable() and " " not in requested)
    assert url_identity(text) == url_identity(canonical_url(text))


@given(st.text() | st.binary() | st.none() | st.integers())
def test_no_question_about_an_address_raises(anything: object) -> None:
    """Whatever stands where an address should be."""
    assert canonical_url(anything) is None or isinstance(anything, str)
    if isinstance(anything, str):
        assert without_credentials(anything) is not None
        assert isinstance(host_key(anything), str)
        assert is_front_page(anything) in (True, False)
        assert same_site(anything, SITE) in (True, False)
        assert credentials_of(anything) != ""


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("http://news.example/a", "https://news.example/a"),
        ("https://www.news.example/a", "https://news.example/a"),
        ("https://news.example/a/", "https://news.example/a"),
        ("https://news.example/a?b=1&c=2", "https://news.example/a?c=2&b=1&utm_source=x"),
    ],
)
def test_variants_that_sites_serve_alike_are_one_article(first: str, second: str) -> None:
    """Their canonical addresses may differ, their identity does not."""
    assert url_identity(first) == url_identity(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("https://news.example/a", "https://news.example/b"),
        ("https://news.example/a?id=1", "https://news.example/a?id=2"),
        ("https://news.example/a", "https://en.news.example/a"),
        ("https://news.example/A", "https://news.example/a"),
        ("https://news.example/#!/a", "https://news.example/#!/b"),
    ],
)
def test_different_articles_keep_different_identities(first: str, second: str) -> None:
    """Nothing that may tell two articles apart is dropped."""
    assert url_identity(first) != url_identity(second)


def test_credentials_are_taken_out_of_addresses() -> None:
    """What is shown, logged or compared holds no password."""
    assert without_credentials("https://ann:s3cret@news.example/a") == "https://news.example/a"
    assert without_credentials("http://a@b:c@news.example") == "http://news.example"
    assert without_credentials("https://news.example/@ann") == "https://news.example/@ann"
    assert credentials_of("https://ann:s3%2Fcret@news.example/a") == "ann:s3/cret"
    assert credentials_of("https://news.example/a@b") is None


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.news.example/a", "news.example"),
        ("http://news.example:80/", "news.example"),
        ("http://news.example:8080/", "news.example:8080"),
        ("https://www.com/", "www.com"),
        ("not an address", ""),
    ],
)
def test_a_host_key_names_the_server(url: str, key: str) -> None:
    """`www.` and the usual port are the same server."""
    assert key == host_key(url)


def test_sites_are_told_apart_by_registrable_domain() -> None:
    """A canonical link may lead to another host of the same publisher, not to another publisher."""
    assert same_site("https://www.bbc.co.uk/a", "https://news.bbc.co.uk/b")
    assert same_site("http://127.0.0.1:8000/", "http://127.0.0.1:8000/a")
    assert not same_site("https://bbc.co.uk/", "https://itv.co.uk/")
    assert not same_site("https://news.example/", "nonsense")
    assert not same_site("nonsense", "nonsense")


def test_front_pages_are_recognised() -> None:
    """An address without an article in it, also of one language."""
    for path in ("", "/", "/index.html", "/en/", "/zh-hans", "/en/index.php", "/?utm_source=rss", "/home"):
        assert is_front_page(SITE + path), path
    for path in ("/a-story", "/?p=7", "/2026/11/22/", "/#!/article/7", "/en/story"):
        assert not is_front_page(SITE + path), path
