"""Which network addresses may be contacted."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.addresses.networks import address_refusal, parse_ipv4, parse_networks


@pytest.mark.parametrize(
    ("address", "word"),
    [
        ("0.0.0.0", "unspecified"),
        ("0.1.2.3", "this network"),
        ("10.1.2.3", "private"),
        ("100.64.0.1", "CGNAT"),
        ("127.0.0.1", "loopback"),
        ("127.255.255.254", "loopback"),
        ("169.254.169.254", "link-local"),
        ("172.31.0.1", "private"),
        ("192.0.0.170", "protocol"),
        ("192.0.2.1", "documentation"),
        ("192.88.99.1", "6to4"),
        ("192.168.0.1", "private"),
        ("198.19.255.255", "benchmarking"),
        ("198.51.100.1", "documentation"),
        ("203.0.113.9", "documentation"),
        ("224.0.0.1", "multicast"),
        ("239.255.255.250", "multicast"),
        ("240.0.0.1", "reserved"),
        ("255.255.255.255", "broadcast"),
        ("168.63.129.16", "cloud"),
        ("100.100.100.200", "CGNAT"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("::7f00:1", "compatible"),
        ("::ffff:127.0.0.1", "mapped"),
        ("::ffff:8.8.8.8", "mapped"),
        ("::ffff:0:127.0.0.1", "translated"),
        ("64:ff9b::7f00:1", "NAT64"),
        ("64:ff9b:1::1", "NAT64"),
        ("100::1", "discard"),
        ("2001::1", "Teredo"),
        ("2001:db8::1", "documentation"),
        ("2002:7f00:1::", "6to4"),
        ("3fff::1", "documentation"),
        ("fc00::1", "unique-local"),
        ("fd00:ec2::254", "unique-local"),
        ("fe80::1", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("fec0::1", "site-local"),
        ("ff02::1", "multicast"),
        ("4000::1", "reserved"),
        ("5f00::1", "reserved"),
        ("nonsense", "not an address"),
        ("", "not an address"),
    ],
)
def test_special_addresses_are_refused_by_name(address: str, word: str) -> None:
    """The reason says what kind of address it is."""
    assert word in (address_refusal(address) or "")


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1"]
)
def test_public_addresses_are_allowed(address: str) -> None:
    """The web itself."""
    assert address_refusal(address) is None


def test_a_private_network_can_be_opened_by_name() -> None:
    """Only what is listed, nothing beside it."""
    allowed = parse_networks(["127.0.0.1", "10.1.0.0/16", "fd00::/8"])

    assert address_refusal("127.0.0.1", allowed) is None
    assert address_refusal("10.1.255.255", allowed) is None
    assert address_refusal("fd00::1", allowed) is None
    assert address_refusal("127.0.0.2", allowed)
    assert address_refusal("10.2.0.0", allowed)


def test_an_opened_translation_prefix_does_not_open_what_lies_behind_it() -> None:
    """A network behind NAT64 can be used, but not to reach loopback through it."""
    allowed = parse_networks(["64:ff9b::/96", "2002::/16", "::ffff:0:0/96", "2001::/32"])

    assert address_refusal("64:ff9b::808:808", allowed) is None
    assert address_refusal("2002:808:808::", allowed) is None
    assert "loopback" in (address_refusal("64:ff9b::7f00:1", allowed) or "")
    assert "private" in (address_refusal("2002:a00:1::", allowed) or "")
    assert "loopback" in (address_refusal("::ffff:127.0.0.1", allowed) or "")


def test_a_wrong_network_is_named() -> None:
    """The message shows what was written and what a network looks like."""
    with pytest.raises(ValueError, match=r"'10\.0\.0\.0/99' is not a network such as"):
        parse_networks(["10.0.0.0/99"])


@pytest.mark.parametrize(
    "spelling",
    [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "0177.0.0.1",
        "0x7f.0.0.1",
        "0x7F000001",
        "2130706433",
        "017700000001",
        "127.0.0.1.",
    ],
)
def test_every_spelling_of_a_number_is_its_address(spelling: str) -> None:
    """As resolvers and browsers read it."""
    assert IPv4Address("127.0.0.1") == parse_ipv4(spelling)


@pytest.mark.parametrize("host", ["news.example", "1.2.3.example", "0xg.example", "", "a", "1e3"])
def test_a_name_is_no_number(host: str) -> None:
    """Digits in a name do not make it an address."""
    assert parse_ipv4(host) is None


@pytest.mark.parametrize(
    "host", ["256.0.0.1", "1.2.3.4.5", "4294967296", "0x1ffffffff", "08", "1.2.3.256", "9" * 500, "a.1"]
)
def test_a_number_that_is_no_address_is_an_error(host: str) -> None:
    """It is not left to the resolver."""
    with pytest.raises(ValueError):
        parse_ipv4(host)


@given(st.ip_addresses())
def test_whatever_the_library_calls_private_is_refused(address: object) -> None:
    """Our table is at least as strict as Python's."""
    if not address.is_global or address.is_multicast:  # type: ignore[attr-defined]
        assert address_refusal(address) is not None  # type: ignore[arg-type]
