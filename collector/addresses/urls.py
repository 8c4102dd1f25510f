"""Web addresses: which can be requested, and which name the same article.

Three degrees, each idempotent and never raising:

- `web_url`: what is requested. Absolute, host in ASCII, illegal characters encoded, credentials and fragment
  gone.
- `canonical_url`: what names an article and what a reader opens. Also without tracking parameters and odd
  spellings of the same characters. Scheme, `www.`, trailing slash and the order of parameters stay as the
  site wrote them. A fragment stays only where it is a route (`#!/…`, `#/…`) and so names the page.
- `url_identity`: what two canonical addresses of one article share. http and https, with and without `www.`,
  with and without a trailing slash, and any order of parameters are the same article.

courlan's own cleaning is not used for identity: it drops parameters without a value (`?123456`) and any whose
name holds `uid`, `eid`, `cid`, `ga…`, `source` or `session`, and on many news sites one of these is the
article. Its registrable domains are used.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv6Address
from urllib.parse import quote, unquote, unquote_plus, urljoin, urlsplit

import idna

from collector.addresses.networks import parse_ipv4

REQUEST_LIMIT = 8192  # longer addresses are not requested
CANONICAL_LIMIT = 2000  # longer ones name no article: they are data, and do not fit a database's index

_PORTS = {"http": 80, "https": 443}
_CONTROLS = "".join(map(chr, range(33)))
_TAB_NEWLINE = re.compile(r"[\t\r\n]")
_HOST = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
_PLAIN = re.compile(r"[\w/:@!$&'()*+,;=~.-]*", re.ASCII)  # legal in every part, and no escape
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PATH_SAFE = "/%:@!$&'()*+,;=~"
_QUERY_SAFE = _PATH_SAFE + "?[]"
_ESCAPED_AND = re.compile(r"&(?:amp;)+")
_SESSION_PATH = re.compile(r";(?:jsessionid|phpsessid)=[^/;]*", re.I)

# Parameters that say where a reader came from. Sources: the lists that courlan names (AdGuard, ClearURLs,
# Mozilla), and the addresses in news feeds (at_ and ns_: BBC, xtor: French media, smid and emc: New York
# Times, cmp: Guardian, ocid: MSN and BBC, spm: Chinese media).
_TRACKING = re.compile(
    r"(?:utm|at|ns|mtm|matomo|pk|piwik|hsa|oly|vero|itm|trk|guce)_.*"
    r"|ga_(?:source|medium|campaign|content|term)|fb_(?:action|ref|source).*|__?hs.*|wt_z?mc.*"
    r"|(?:fb|g|d|ms|y|ys|tw|tt)cl(?:id|kid)|gclsrc|gbraid|wbraid|li_fat_id|epik|rdt_cid|s_kwcid|igsh(?:id)?|wickedid"
    r"|mc_[ce]id|mkt_tok|ml_subscriber.*|_openstat|_g[al]|__twitter_impression|guccounter|taid|soc_(?:src|trk)|spm"
    r"|sref|smid|smtyp|emc|xtor|cmp(?:id)?|ocid|ito|ftag|feedtype|feedname"
    r"|phpsessid|jsessionid|aspsessionid.*"
)
# These name an article on some sites: they go only when their value says that it is about the way here.
_AMBIGUOUS = re.compile(r"ref|ref?err?er|source|src|from|via|mod|partner|medium|campaign|input|rss")
_WAY_HERE = re.compile(
    r"(?:rss|atom|feed|twitter|facebook|fb|telegram|whatsapp|newsletter|e?mail|social|share|sns)(?:\d*$|[\W_])",
    re.I,
)
_ROUTE = ("!", "/")

_FRONT_PAGE = re.compile(
    r"/(?:[a-z]{2,3}(?:[-_][a-z]{2,4})?/?)?(?:(?:index|home|default|main)(?:\.[a-z]{2,5})?/?)?", re.I
)


def web_url(url: object, base: str | None = None) -> str | None:
    """The address as it is requested; None when there is none. A relative one belongs to `base`."""
    parts = _read(url, base)
    if parts is None:
        return None
    scheme, host, port, path, query, _ = parts
    text = f"{scheme}://{_netloc(host, port)}{path or '/'}{query and '?' + query}"
    return text if len(text) <= REQUEST_LIMIT else None


def canonical_url(url: object, base: str | None = None) -> str | None:
    """The address that names an article; None when it is no http(s) address or longer than a name can be."""
    parts = _read(url, base)
    if parts is None:
        return None
    scheme, host, port, path, query, fragment = parts
    path = _without_dots(_SESSION_PATH.sub("", _plain_escapes(path)))
    query = "&".join(piece for piece in _pieces(query) if not _is_tracking(piece))
    fragment = _plain_escapes(fragment) if fragment.startswith(_ROUTE) else ""
    text = f"{scheme}://{_netloc(host, port)}{path}{query and '?' + query}{fragment and '#' + fragment}"
    return text if len(text) <= CANONICAL_LIMIT else None


def url_identity(url: object) -> str | None:
    """What the canonical addresses of one article share: an https address for comparing, not for opening."""
    canonical = canonical_url(url)
    if canonical is None:
        return None
    parts = urlsplit(canonical)
    netloc = parts.netloc.removesuffix(":443").removesuffix(":80")
    query = "&".join(sorted(_pieces(parts.query)))
    path = parts.path.rstrip("/") or "/"
    fragment = parts.fragment
    return f"https://{_without_www(netloc)}{path}{query and '?' + query}{fragment and '#' + fragment}"


def without_credentials(url: str) -> str:
    """The address without "user:password@", fit for a log or a page."""
    if "@" not in url:
        return url
    return re.sub(r"^(\s*[a-z][a-z0-9+.-]*:[/\\]+)[^/\\?#]*@", r"\1", url, flags=re.I)


def credentials_of(url: str) -> str | None:
    """The "user:password" that an address carries, decoded; None when it carries none."""
    if "@" not in url:
        return None
    try:
        userinfo, at, _ = urlsplit(url).netloc.rpartition("@")
    except ValueError:
        return None
    return unquote(userinfo) if at and userinfo else None


@lru_cache(maxsize=4096)
def host_key(url: str) -> str:
    """The server that an address belongs to, for politeness: host without `www.`, port unless it is the usual
    one.

    "" when it is no web address.
    """
    parts = _read(url, None)
    if parts is None:
        return ""
    _, host, port, *_ = parts
    return _without_www(_netloc(host, port))


def same_site(first: str, second: str) -> bool:
    """Whether two addresses share a registrable domain (bbc.co.uk, not co.uk), or else a host."""
    sites = _site(host_key(first)), _site(host_key(second))
    return sites[0] == sites[1] != ""


def is_front_page(url: str) -> bool:
    """Whether the address is a site's front page, perhaps of one language: it names no article."""
    canonical = canonical_url(url)
    if canonical is None:
        return False
    parts = urlsplit(canonical)
    return not parts.query and not parts.fragment and _FRONT_PAGE.fullmatch(parts.path) is not None


_Parts = tuple[str, str, int | None, str, str, str]


def _read(url: object, base: str | None) -> _Parts | None:
    """Scheme, ASCII host, port (None when usual), path, query, fragment; illegal characters encoded."""
    if not isinstance(url, str) or len(url) > 4 * REQUEST_LIMIT:
        return None
    try:
        text = _slashes(_TAB_NEWLINE.sub("", url.strip(_CONTROLS)))
        parts = urlsplit(urljoin(base, text) if base else text)
        host, port = _host(parts.netloc.rpartition("@")[2]), parts.port
    except ValueError:  # UnicodeError is one
        return None
    if parts.scheme not in _PORTS or host is None or port == 0:
        return None
    if port == _PORTS[parts.scheme]:
        port = None
    path = _encode(parts.path, _PATH_SAFE)
    return (
        parts.scheme,
        host,
        port,
        path,
        _encode(parts.query, _QUERY_SAFE),
        _encode(parts.fragment, _QUERY_SAFE),
    )


def _slashes(text: str) -> str:
    """Backslashes before the query are slashes, as browsers read them: `http://a\\@b/` is host a."""
    if "\\" not in text:
        return text
    cut = min((place for place in (text.find("?"), text.find("#")) if place >= 0), default=len(text))
    return text[:cut].replace("\\", "/") + text[cut:]


@lru_cache(maxsize=4096)
def _host(hostport: str) -> str | None:
    """The host in ASCII, an address in its usual spelling; None or ValueError when it is neither."""
    if hostport.startswith("["):
        return f"[{IPv6Address(hostport[1:].partition(']')[0])}]" if "%" not in hostport else None
    host = unquote(hostport.partition(":")[0], errors="strict").removesuffix(".")
    if not host.isascii():
        host = idna.encode(host, uts46=True).decode()
    host = host.lower()
    if not _HOST.fullmatch(host) or len(host) > 253:
        return None
    address = parse_ipv4(host)
    return str(address) if address else host


def _netloc(host: str, port: int | None) -> str:
    return f"{host}:{port}" if port else host


def _without_www(netloc: str) -> str:
    return netloc.removeprefix("www.") if netloc.count(".") > 1 else netloc


def _encode(text: str, safe: str) -> str:
    """Percent-encodes what may not stand there. Bytes that a header brought in undecoded stay those bytes."""
    if _PLAIN.fullmatch(text):
        return text
    text = _BARE_PERCENT.sub("%25", text)
    try:
        raw = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raw = text.encode("utf-8", "replace")
    return quote(raw, safe=safe)


def _plain_escapes(text: str) -> str:
    """Escapes of characters that need none are undone, the others in capitals (RFC 3986, 6.2.2)."""

    def plain(match: re.Match[str]) -> str:
        character = chr(int(match[0][1:], 16))
        return character if character in _UNRESERVED else match[0].upper()

    return _ESCAPE.sub(plain, text)


def _without_dots(path: str) -> str:
    """The path without "." and ".." (RFC 3986, 5.2.4); "/" when it is empty."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            kept = kept[:-1]
        elif segment != ".":
            kept.append(segment)
    if segments and segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _pieces(query: str) -> list[str]:
    """The parameters as written. An `&amp;` in an address is always one escaping too many."""
    return [piece for piece in _ESCAPED_AND.sub("&", _plain_escapes(query)).split("&") if piece]


def _is_tracking(piece: str) -> bool:
    name, _, value = piece.partition("=")
    name = unquote_plus(name).strip().lower()
    if _AMBIGUOUS.fullmatch(name):
        return _WAY_HERE.match(unquote_plus(value)) is not None
    return _TRACKING.fullmatch(name) is not None


@lru_cache(maxsize=4096)
def _site(host: str) -> str:
    from courlan import extract_domain  # loads urllib3, in 20 ms; few runs compare sites

    return (host and extract_domain(f"https://{host}/")) or host
