"""Which addresses a webhook may be sent to, by table and by property."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.networks import networks
from services.webhooks.addresses import literal, reachable

PUBLIC = [
    "8.8.8.8", "1.1.1.1", "223.5.5.5", "93.184.216.34", "11.0.0.1", "100.63.255.255", "100.128.0.0",
    "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0",
    "223.255.255.255", "168.63.129.15", "2606:4700::1111", "2400:3200::1", "2001:4860:4860::8888",
    "2001:200::1", "2003::1", "3ffe::1", "::ffff:8.8.8.8", "64:ff9b::808:808",
]  # fmt: skip
INSIDE = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255",
    "127.0.0.1", "127.255.255.255", "168.63.129.16", "169.254.0.23", "169.254.169.254", "172.16.0.1",
    "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1",
    "198.19.255.255", "198.51.100.1", "203.0.113.9", "224.0.0.1", "224.0.1.1", "239.255.255.255", "240.0.0.1",
    "255.255.255.255", "::", "::1", "::2", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::ffff:169.254.169.254", "::ffff:0:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::808:808",
    "100::1", "2001::1", "2001:0:808:808::1", "2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::1",
    "2002:a00:1::1", "2002:808:808::1", "3fff::1", "3fff:fff::1", "4000::1", "5f00::1", "fc00::1",
    "fd00:ec2::254", "fe80::1", "fe80::1%1", "fec0::1", "ff02::1", "ff0e::1", "2606:4700::1111%1",
]  # fmt: skip


@pytest.mark.parametrize("text", PUBLIC)
def test_a_public_address_is_reached_over_https_alone(text: str) -> None:
    address = literal(text)
    assert address is not None
    assert reachable(address, (), secure=True) and not reachable(address, (), secure=False)


@pytest.mark.parametrize("text", INSIDE)
def test_one_inside_is_not(text: str) -> None:
    address = literal(text)
    assert address is not None
    assert not reachable(address, (), secure=True) and not reachable(address, (), secure=False)


def test_named_networks_are_reached_and_nothing_beside_them() -> None:
    named = networks(" 10.20.0.0/16, fd12:3456::/32,127.0.0.1 ,")
    for text, wanted in {
        "10.20.3.4": True,
        "::ffff:10.20.3.4": True,
        "64:ff9b::a14:304": True,
        "fd12:3456::1": True,
        "127.0.0.1": True,
        "10.21.0.0": False,
        "fd12:3457::1": False,
        "127.0.0.2": False,
        "::1": False,
    }.items():
        address = literal(text)
        assert address and {reachable(address, named, secure=secure) for secure in (True, False)} == {wanted}, text


def test_a_name_is_no_address() -> None:
    for text in ("example.com", "", "127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1", "1.2.3.4.", "[::1]", "１.2.3.4"):
        assert literal(text) is None, text


@given(st.ip_addresses(v=4))
def test_a_spelling_makes_no_difference(address: IPv4Address) -> None:
    plain = reachable(address, (), secure=True)
    assert reachable(IPv6Address(f"::ffff:{address}"), (), secure=True) == plain
    assert reachable(IPv6Address(int(IPv6Address("64:ff9b::")) + int(address)), (), secure=True) == plain
    assert not plain or (address.is_global and not address.is_multicast and not address.is_reserved)


@given(st.ip_addresses(v=6))
def test_of_ipv6_only_global_unicast_is_public(address: IPv6Address) -> None:
    if reachable(address, (), secure=True):
        assert address.ipv4_mapped or address in IPv6Network("2000::/3") or address in IPv6Network("64:ff9b::/96")
        assert not (address.is_private or address.is_multicast or address.sixtofour or address.teredo) or (
            address.ipv4_mapped
        )
