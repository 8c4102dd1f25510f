"""Which network addresses may be contacted: everything public, and the private networks that the user opened.

The table follows the IANA special-purpose registries (RFC 6890 and its updates). `ipaddress.is_global` is not
asked: it calls NAT64, 6to4, IPv4-compatible and multicast addresses public, and each can lead into a private
network.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_SPECIAL: tuple[tuple[str, str], ...] = (
    ("0.0.0.0/32", "the unspecified address"),
    ("0.0.0.0/8", "an address of this network"),
    ("10.0.0.0/8", "a private address"),
    ("100.64.0.0/10", "a carrier's private (CGNAT) address"),
    ("127.0.0.0/8", "a loopback address"),
    ("168.63.129.16/32", "a cloud platform's internal address"),
    ("169.254.0.0/16", "a link-local address"),
    ("172.16.0.0/12", "a private address"),
    ("192.0.0.0/24", "a protocol address"),
    ("192.0.2.0/24", "a documentation address"),
    ("192.88.99.0/24", "a 6to4 relay"),
    ("192.168.0.0/16", "a private address"),
    ("198.18.0.0/15", "a benchmarking address"),
    ("198.51.100.0/24", "a documentation address"),
    ("203.0.113.0/24", "a documentation address"),
    ("224.0.0.0/4", "a multicast address"),
    ("255.255.255.255/32", "the broadcast address"),
    ("240.0.0.0/4", "a reserved address"),
    ("::/128", "the unspecified address"),
    ("::1/128", "a loopback address"),
    ("::/96", "an IPv4-compatible address"),
    ("::ffff:0:0/96", "an IPv4-mapped address"),
    ("::ffff:0:0:0/96", "an IPv4-translated address"),
    ("64:ff9b::/96", "a NAT64 address"),
    ("64:ff9b:1::/48", "a NAT64 address"),
    ("100::/64", "a discard address"),
    ("2001::/32", "a Teredo address"),
    ("2001::/23", "a protocol address"),
    ("2001:db8::/32", "a documentation address"),
    ("2002::/16", "a 6to4 address"),
    ("3fff::/20", "a documentation address"),
    ("fc00::/7", "a unique-local address"),
    ("fe80::/10", "a link-local address"),
    ("fec0::/10", "a site-local address"),
    ("ff00::/8", "a multicast address"),
)
_TABLE = tuple((ip_network(network), words) for network, words in _SPECIAL)
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_LAST_32_BITS = ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48")
_EMBEDDING = tuple(map(IPv6Network, _LAST_32_BITS))
_HEX_DIGITS = frozenset("0123456789abcdefABCDEF")


def parse_networks(networks: Iterable[str]) -> tuple[Network, ...]:
    """The networks that `settings.fetch.allow_private` names, as "10.1.0.0/16" or a single address.

    Raises ValueError with a sentence that names the one that is wrong. Bits behind the prefix are forgiven.
    """
    return tuple(_network(network) for network in networks)


def _network(text: str) -> Network:
    try:
        return ip_network(str(text).strip(), strict=False)
    except ValueError:
        raise ValueError(f"{text!r} is not a network such as 192.168.1.0/24 or fd00::/8") from None


def address_refusal(address: str | Address, allowed: Sequence[Network] = ()) -> str | None:
    """Why `address` must not be contacted, as "127.0.0.1 is a loopback address"; None when it may be.

    `allowed` opens networks. An address that carries an IPv4 address inside (NAT64, 6to4, …) is open only
    when that one is too.
    """
    try:
        # The zone (%eth0) says through which interface, not where to.
        ip = ip_address(address.partition("%")[0]) if isinstance(address, str) else address
    except ValueError:
        return f"{address!r} is not an address"
    if any(ip in network for network in allowed):
        inner = _embedded(ip)
        return address_refusal(inner, allowed) if inner else None
    for network, words in _TABLE:
        if ip in network:
            return f"{ip} is {words}"
    if ip.version == 6 and ip not in _GLOBAL_UNICAST:
        return f"{ip} is a reserved address"
    return None


def _embedded(ip: Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address leads to (RFC 4291, 6052, 3056, 4380)."""
    if ip.version == 4:
        return None
    if ip.sixtofour:
        return ip.sixtofour
    if ip.teredo:
        return ip.teredo[1]
    if int(ip) > 1 and any(ip in network for network in _EMBEDDING):
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return None


def parse_ipv4(host: str) -> IPv4Address | None:
    """The IPv4 address that a URL's host means in any spelling: 127.0.0.1, 0177.1, 0x7f.1, 2130706433.

    None when it is no number. Raises ValueError for numbers that are no address. After the WHATWG URL
    standard, "IPv4 parser".
    """
    labels = host.removesuffix(".").split(".")
    if not _is_number(labels[-1]):
        return None
    if len(labels) > 4:
        raise ValueError("too many parts")
    *front, last = (_number(label) for label in labels)
    if any(part > 255 for part in front) or last >= 256 ** (4 - len(front)):
        raise ValueError("a part is too large")
    return IPv4Address(sum(part << 8 * (3 - place) for place, part in enumerate(front)) + last)


def _is_number(label: str) -> bool:
    if not label[:1].isdecimal():
        return False
    return label.isdecimal() or (label[:2].lower() == "0x" and set(label[2:]) <= _HEX_DIGITS)


def _number(label: str) -> int:
    if len(label) > 40:
        raise ValueError("too many digits")
    if label[:2].lower() == "0x":
        return int(label[2:] or "0", 16)
    return int(label, 8 if len(label) > 1 and label[0] == "0" else 10)
