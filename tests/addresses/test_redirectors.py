"""Links through other servers: resolved where they tell, and never the name of an article."""

from __future__ import annotations

import base64

import pytest

from collector.addresses.redirectors import is_redirector, unwrapped

PAGE = "https://www.amber.example/2026/11/17/island-ferry?id=7"
QUOTED = "https%3A%2F%2Fwww.amber.example%2F2026%2F11%2F17%2Fisland-ferry%3Fid%3D7"


def token(address: str) -> str:
    """A token of Google News as it was while it held the address: a message with a number and two strings."""
    size = len(address)
    length = bytes([size]) if size < 128 else bytes([size & 0x7F | 0x80, size >> 7])
    message = b"\x08\x13\x22" + length + address.encode() + b"\xd2\x01\x00"
    return base64.urlsafe_b64encode(message).decode().rstrip("=")


@pytest.mark.parametrize(
    "link",
    [
        f"https://www.google.com/url?sa=t&url={QUOTED}&ct=ga",
        f"https://www.google.co.uk/url?q={QUOTED}",
        f"https://news.google.com/news/url?sa=t&fd=R&url={QUOTED}",
        f"https://news.google.com/rss/articles/{token(PAGE)}?oc=5",
        f"https://news.google.com/articles/{token(PAGE)}",
        f"https://l.facebook.com/l.php?u={QUOTED}&h=AT0",
        f"http://www.bing.com/news/apiclick.aspx?ref=FexRss&aid=&url={QUOTED}&c=1",
        f"https://vk.com/away.php?to={QUOTED}",
        f"https://eur01.safelinks.protection.outlook.com/?url={QUOTED}&data=05",
        f"https://www.google.com/url?q=https%3A%2F%2Fl.facebook.com%2Fl.php%3Fu%3D{QUOTED.replace('%', '%25')}",
        "https://www-amber-example.cdn.ampproject.org/c/s/www.amber.example/2026/11/17/island-ferry?id=7",
        "https://www.google.com/amp/s/www.amber.example/2026/11/17/island-ferry?id=7",
        f"https://r.search.yahoo.com/_ylt=A/RV=2/RE=17/RO=10/RU={QUOTED}/RK=2/RS=x",
    ],
)
def test_a_link_that_carries_its_target_is_resolved(link):
    """Nobody is asked: the address is in the link."""
    assert unwrapped(link) == PAGE


def test_a_long_address_in_google_news_is_taken_whole():
    """From 128 letters on its length takes two bytes."""
    address = f"https://www.amber.example/{'long-' * 30}end"
    assert unwrapped(f"https://news.google.com/rss/articles/{token(address)}") == address


@pytest.mark.parametrize(
    "link",
    [
        "https://news.google.com/rss/articles/CBMiWkFVX3lxTE1hYmNkZWY?oc=5",
        "https://news.google.com/rss/articles/%%%",
        "https://www.google.com/url?q=javascript:alert(1)",
        PAGE,
        "https://www.youtube.com/watch?v=1",
        "https://[broken",
        "",
    ],
)
def test_what_does_not_tell_stays_as_it_is(link):
    """No guess, no request."""
    assert unwrapped(link) == link


@pytest.mark.parametrize(
    ("link", "answer"),
    [
        ("https://news.google.com/rss/articles/CBMiWkFVX3lxTE1hYmNkZWY?oc=5", True),
        ("https://www.google.com/url?q=x", True),
        ("https://news.google.com/", False),
        (PAGE, False),
        ("https://[broken", False),
    ],
)
def test_a_redirector_is_known_by_its_address(link, answer):
    """Its links name no article."""
    assert is_redirector(link) is answer
