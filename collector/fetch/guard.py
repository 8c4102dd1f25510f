"""The address guard: looks at the address of every connection before it is made.

It stands where the socket is created, behind DNS, redirects and every spelling of an address, so that nothing
passes it. A connection that is kept alive and used again was checked when it was made.

A request through a proxy connects to the proxy, which the user chose: its address is not judged. The proxy
resolves the target's name, out of our sight, so only targets that are addresses or local names by themselves
are refused there.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Collection, Sequence
from functools import lru_cache
from ipaddress import ip_address

from collector.addresses.networks import Network, address_refusal

# aiohappyeyeballs joins the errors of several addresses into one OSError that keeps a common errno. No system
# call sets this.
FORBIDDEN = -0xF0BB
_LOCAL_NAMES = ("localhost", ".localhost", ".local", ".internal", ".home.arpa", ".lan")

OwnAddresses = Collection[tuple[str, int]]
AddrInfo = tuple[int, int, int, str, tuple]


class ForbiddenAddressError(OSError):
    """The address must not be contacted; `strerror` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(FORBIDDEN, reason)


class Guard:
    """Creates sockets for permitted addresses only.

    `own` are the (host, port) pairs that this program listens on, read at every connect; they are refused
    even inside networks that `allowed` opens.
    """

    def __init__(self, allowed: Sequence[Network], own: OwnAddresses) -> None:
        self._own = own
        self._refusal = lru_cache(maxsize=4096)(lambda address: address_refusal(address, allowed))

    def socket(self, info: AddrInfo) -> socket.socket:
        """A socket for the address, not yet connected. Raises ForbiddenAddressError."""
        if reason := self._refusal(info[4][0]):
            raise ForbiddenAddressError(reason)
        return self.proxy_socket(info)

    def proxy_socket(self, info: AddrInfo) -> socket.socket:
        """A socket for a proxy's address. Raises ForbiddenAddressError when that is ourselves."""
        family, kind, protocol, _, (address, port, *_) = info
        if is_own(address, port, self._own):
            raise ForbiddenAddressError(f"{address} port {port} is where this program itself listens")
        return socket.socket(family, kind, protocol)

    def target_refusal(self, host: str, port: int | None) -> str | None:
        """Why a target must not be asked for through a proxy, judged by its name alone."""
        name = host.rstrip(".").lower()
        if name.endswith(_LOCAL_NAMES) or ("." not in name and ":" not in name):
            return f"{host} is a local name"
        is_literal = ":" in name or name.replace(".", "").isdigit()
        if not is_literal:
            return None
        if is_own(name.strip("[]"), port or 0, self._own):
            return f"{host} port {port} is where this program itself listens"
        return self._refusal(name.strip("[]"))


def is_own(address: str, port: int, own: OwnAddresses) -> bool:
    """Whether this program listens there: on this address, on all of them, or on a name such as localhost."""
    hosts = [own_host for own_host, own_port in own if own_port == port]
    ip = ip_address(address.partition("%")[0])
    if hosts and ip.is_unspecified:  # means this machine to connect(2)
        return True
    address = str(getattr(ip, "ipv4_mapped", None) or ip)
    return address in hosts or (not all(map(_is_specific, hosts)) and _is_local(address))


def _is_specific(host: str) -> bool:
    try:
        return not ip_address(host).is_unspecified
    except ValueError:
        return False


def _is_local(address: str) -> bool:
    """Whether the address is one of this machine's: only those can be bound."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError as error:
            return error.errno not in (errno.EADDRNOTAVAIL, errno.EINVAL)
    return True
