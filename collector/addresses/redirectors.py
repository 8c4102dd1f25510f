"""Links that lead through somebody else's server to an article: Google News, mail filters, social networks, AMP caches.

Where the link itself carries the article's address, that is taken, and nobody is asked. Where it does not, it can be
opened by a reader, and names no article.
"""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import parse_qs, unquote, urlsplit

from collector.addresses.urls import web_url

_MOST = 4  # redirectors behind one another

# Host (a pattern), path (a pattern), and the parameters that may carry the address.
_BY_PARAMETER = tuple(
    (re.compile(host), re.compile(path), parameters)
    for host, path, parameters in (
        (r"(?:www\.)?google\.[a-z.]{2,6}", r"/url", ("url", "q")),
        (r"news\.google\.[a-z.]{2,6}", r"/news/url", ("url",)),
        (r"(?:l|lm|www|m)\.facebook\.com", r"/l\.php", ("u",)),
        (r"l\.instagram\.com", r"/", ("u",)),
        (r"(?:www\.)?bing\.com", r"/news/apiclick\.aspx", ("url",)),
        (r"(?:www\.)?youtube\.com", r"/redirect", ("q",)),
        (r"(?:www\.)?linkedin\.com", r"/(?:redir/redirect|safety/go)", ("url",)),
        (r"out\.reddit\.com", r"/.*", ("url",)),
        (r"t\.umblr\.com", r"/redirect", ("z",)),
        (r"(?:m\.)?vk\.com", r"/away\.php", ("to",)),
        (r"duckduckgo\.com", r"/l/", ("uddg",)),
        (r"slack-redir\.net", r"/link", ("url",)),
        (r"[a-z0-9.-]+\.safelinks\.protection\.outlook\.com", r"/.*", ("url",)),
        (r"(?:www\.)?disq\.us", r"/url", ("url",)),
    )
)
_AMP_PATH = re.compile(r"/(?:amp|[civ])/(s/)?(.+)")
_AMP_HOST = re.compile(r"(?:www\.)?google\.[a-z.]{2,6}|[a-z0-9-]+\.cdn\.ampproject\.org|[a-z0-9-]+\.bing-amp\.com")
_YAHOO = re.compile(r"/RU=([^/]+)/")
_GOOGLE_NEWS = re.compile(r"news\.google\.[a-z.]{2,6}")
_GOOGLE_ARTICLE = re.compile(r"/(?:__i/)?(?:rss/)?(?:articles|read)/([A-Za-z0-9_-]+=*)")
_INSIDE = re.compile(rb"https?://[\x21-\x7e]+")


def unwrapped(url: str | None) -> str | None:
    """The address behind a redirector's link, the link itself where it is none or does not tell."""
    for _ in range(_MOST):
        target = _target(url) if url else None
        if target is None or target == url:
            break
        url = target
    return url


def is_redirector(url: str) -> bool:
    """Whether the address is a redirector's: it names no article, and what it shows is none."""
    parts = _split(url)
    if parts is None:
        return False
    host, path, _ = parts
    if _GOOGLE_NEWS.fullmatch(host) and _GOOGLE_ARTICLE.fullmatch(path):
        return True
    return any(known.fullmatch(host) and paths.fullmatch(path) for known, paths, _ in _BY_PARAMETER)


def _target(url: str) -> str | None:
    parts = _split(url)
    if parts is None:
        return None
    host, path, query = parts
    for known, paths, parameters in _BY_PARAMETER:
        if known.fullmatch(host) and paths.fullmatch(path):
            given = parse_qs(query, max_num_fields=100) if query.count("&") < 100 else {}
            return next((found for name in parameters if (found := _address(given.get(name, [""])[0]))), None)
    if _AMP_HOST.fullmatch(host) and (amp := _AMP_PATH.fullmatch(path)):
        target = f"{'https' if amp[1] else 'http'}://{amp[2]}{f'?{query}' if query else ''}"
        return _address(target) if "." in amp[2].partition("/")[0] else None
    if host.endswith("search.yahoo.com") and (inside := _YAHOO.search(path)):
        return _address(unquote(inside[1]))
    if _GOOGLE_NEWS.fullmatch(host) and (article := _GOOGLE_ARTICLE.fullmatch(path)):
        return _in_google_news(article[1])
    return None


def _in_google_news(token: str) -> str | None:
    """The address in a token of Google News: base64 of a message that, in some of them, has it in plain text."""
    try:
        message = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        return None
    for found in _INSIDE.finditer(message):
        # The byte before a string in a protocol buffer is its length (two bytes from 128 on).
        start, length = found.start(), message[found.start() - 1] if found.start() else 0
        if length < 0x80 and start > 1 and message[start - 2] & 0x80:
            length = (message[start - 2] & 0x7F) | length << 7
        text = message[start : start + length] if 8 < length <= found.end() - start else found[0]
        if address := _address(text.decode("ascii")):
            return address
    return None


def _address(text: str) -> str | None:
    text = text.strip()
    return text if text.startswith(("http://", "https://")) and web_url(text) else None


def _split(url: str) -> tuple[str, str, str] | None:
    try:
        parts = urlsplit(url)
        return (parts.hostname or "").lower(), parts.path or "/", parts.query
    except ValueError:
        return None
