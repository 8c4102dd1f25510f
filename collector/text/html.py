"""HTML from strangers: made safe, its links made absolute, or turned into text.

The only file that imports nh3. What `sanitise` returns holds no script, no style, no form, no frame and no
address other than http, https and mailto; every page and feed that we publish relies on it.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from urllib.parse import quote, urljoin, urlsplit

import nh3

from collector.text.clean import MAX_CONTENT, MAX_URL, legal, paragraphs

_TAGS = {*nh3.ALLOWED_TAGS, "audio", "picture", "source", "video"}
_ATTRIBUTES = {
    "a": {"href", "hreflang", "title"},
    "abbr": {"title"},
    "audio": {"src", "controls"},
    "bdo": {"dir"},
    "col": {"span"},
    "colgroup": {"span"},
    "del": {"datetime"},
    "img": {"src", "alt", "title", "width", "height"},
    "ins": {"datetime"},
    "li": {"value"},
    "ol": {"start"},
    "source": {"src", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
    "video": {"src", "poster", "controls", "width", "height"},
    "*": {"lang", "dir"},
}
_SCHEMES = {"http", "https", "mailto"}

# Browsers stop nesting at 512 elements; the sanitiser needs quadratic time below that (100,000 <div>: 13 s).
_MAX_DEPTH = 512
_MANY_TAGS = 1_000

# Without "<" inside, so that a hundred thousand unclosed ones take linear time.
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*)[^<>]*>")
_UNNESTED = frozenset(["br", "col", "dd", "dt", "hr", "img", "input", "li", "p", "td", "th", "tr", "wbr"])
_BREAKS = re.compile(
    r"</?(?:address|article|aside|blockquote|br|caption|center|dd|details|div|dl|dt|figcaption|figure|footer|h[1-6]"
    r"|header|hgroup|hr|li|nav|ol|p|pre|section|summary|table|tbody|tfoot|thead|tr|ul)\b[^<>]*>",
    re.IGNORECASE,
)
_CELLS = re.compile(r"</t[dh]\b[^<>]*>", re.IGNORECASE)
_KNOWN_TAG = re.compile(
    rf"</?(?:{'|'.join(sorted(_TAGS))}|big|body|font|html|iframe|nobr|script|section|style)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_SPACES = re.compile(r"\s+")
_LEADING_JUNK = "".join(map(chr, range(33)))


def sanitise(markup: str, base: str) -> str:
    """`markup` without active content, every link absolute (relative to `base`, an http(s) address).

    Markup nested deeper than browsers render comes back as its text alone.
    """
    markup = legal(markup[:MAX_CONTENT]).strip()
    if "<" not in markup and "&" not in markup:
        return markup
    if markup.count("<") > _MANY_TAGS and _depth(markup) > _MAX_DEPTH:
        markup = "<p>" + "</p><p>".join(_as_text(_TAG.sub(" ", markup)).splitlines())
    # What was escaped as a character reference comes back as the character: clean again.
    return legal(_cleaner(base).clean(markup)).strip()


@lru_cache(maxsize=256)
def _cleaner(base: str) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        url_relative=("rewrite_with_base", base) if absolute_url(base) else "deny",
        link_rel="noopener noreferrer nofollow",
    )


def _depth(markup: str) -> int:
    """How deep elements nest at most, roughly: elements whose end tag may be left out are not counted."""
    depth = deepest = 0
    for tag in _TAG.finditer(markup):
        if tag[2].lower() in _UNNESTED:
            continue
        depth = max(0, depth - 1) if tag[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


def escape(text: str) -> str:
    """`text` as HTML, a paragraph a line of it."""
    lines = [html.escape(line, quote=False) for line in legal(text).splitlines() if line.strip()]
    return lines[0] if len(lines) == 1 else "".join(f"<p>{line}</p>" for line in lines)


def to_text(markup: str, limit: int = MAX_CONTENT) -> str:
    """The text of sanitised HTML, a paragraph a line."""
    if "<" not in markup and "&" not in markup:
        return paragraphs(_SPACES.sub(" ", markup), limit)
    marked = _BREAKS.sub("\x00", _CELLS.sub(" ", markup))  # sanitised HTML holds no NUL
    flat = _SPACES.sub(" ", _TAG.sub("", marked)).replace("\x00", "\n")
    return paragraphs(html.unescape(flat), limit)


def _as_text(markup: str) -> str:
    return html.escape(html.unescape(markup), quote=False)


def title_text(markup: str) -> str:
    """A title that may be HTML, as text. Only known elements count as markup: `a < b` and `List<T>` stay."""
    if "<" in markup:
        markup = _KNOWN_TAG.sub(lambda tag: " " if _BREAKS.fullmatch(tag[0]) else "", markup)
    return html.unescape(markup) if "&" in markup else markup


def absolute_url(link: str, base: str = "") -> str | None:
    """`link` as an absolute http(s) address, resolved against `base`; None when it is none, or is too long.

    White space and controls are treated as browsers do (WHATWG URL §4.4); credentials are taken out.
    """
    if _PLAIN.fullmatch(link) and "/." not in link and len(link) <= MAX_URL:
        return link
    link = link.strip(_LEADING_JUNK).translate(_DROPPED)
    if not link or len(link) > MAX_URL:
        return None
    try:
        parts = urlsplit(urljoin(base, link))
        if parts.scheme not in ("http", "https") or not _is_host(parts.hostname) or parts.port == 0:
            return None
    except ValueError:  # a broken IPv6 literal or port
        return None
    address = legal(parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl())
    address = quote(address, safe=_SAFE) if _UNSAFE.search(address) else address
    return address if len(address) <= MAX_URL else None


# An absolute address that needs nothing done to it, as nearly all are.
_PLAIN = re.compile(
    r"https?://[A-Za-z0-9][A-Za-z0-9-]{0,62}(?:\.[A-Za-z0-9-]{1,63}){1,3}(?::[1-9]\d{0,3})?(?:/[!#$%&'()*+,./0-9:;=?@A-Z_a-z~-]*)?"
)
_DROPPED = dict.fromkeys((*range(32), 127))
_UNSAFE = re.compile(r'[\s"<>\\^`{|}]')
_SAFE = "".join(chr(c) for c in range(33, 127) if not _UNSAFE.match(chr(c)))


def _is_host(host: str | None) -> bool:
    return bool(host) and len(host) <= 253 and not re.search(r'[\s"<>\\^`{|}%]', host)
