"""Stable names for feeds that the user gave none, and when two addresses are the same feed."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable
from urllib.parse import urlsplit

_LONGEST_SLUG = 64


def derived_keys(urls: Iterable[str], taken: Collection[str] = ()) -> dict[str, str]:
    """A key for each of the addresses, as `{url: key}`; none is in `taken`. The rule: the words of host
    (without www.), port, path and query, in lower case, joined by hyphens. Where that is not enough to tell
    the address from any other (another of `urls` or `taken` has the same words, it is longer than 64
    characters, or not ASCII), eight hexadecimal digits of the address's SHA-256 follow. The order of
    `urls` changes nothing.
    """
    slugs = {url: _slug(url) for url in urls}
    used = Counter(slugs.values())
    return {
        url: slug
        if slug and used[slug] == 1 and slug not in taken and _says_all(url, slug)
        else _with_hash(url, slug)
        for url, slug in slugs.items()
    }


def _slug(url: str) -> str:
    parts = urlsplit(url)
    words = f"{parts.netloc.lower().removeprefix('www.')} {parts.path} {parts.query}".lower()
    return re.sub(r"[^a-z0-9]+", "-", words).strip("-")


def _says_all(url: str, slug: str) -> bool:
    return len(slug) <= _LONGEST_SLUG and url.isascii()


def _with_hash(url: str, slug: str) -> str:
    digest = hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{slug[:_LONGEST_SLUG].rstrip('-')}-{digest}".lstrip("-")


def same_address(url: str) -> str:
    """A form of an http(s) address that is equal for two spellings of one address: case of scheme and host,
    the default port, an empty path and the fragment make no difference (RFC 3986, sections 6.2.2.1 and
    6.2.3). Query and path stay: in a feed's address every character may matter.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return url
    host = (parts.hostname or "").rstrip(".")
    if port in (None, {"http": 80, "https": 443}.get(parts.scheme)):
        port = ""
    return f"{parts.scheme}://{host}:{port}{parts.path or '/'}?{parts.query}"
