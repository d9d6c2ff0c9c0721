"""IP networks as settings name them, and what counts as one address."""

from ipaddress import IPv4Network, IPv6Network

import pytest

from services.kit.networks import network_of, networks


def test_networks_as_they_are_named() -> None:
    assert networks(" 10.20.0.0/16, fd12:3456::/32,127.0.0.1 ,") == (
        IPv4Network("10.20.0.0/16"),
        IPv6Network("fd12:3456::/32"),
        IPv4Network("127.0.0.1/32"),
    )
    assert networks("") == networks(" , ") == ()


@pytest.mark.parametrize("text", ["10.0.0.1/8", "x", "10.0.0.0/33", "10.0.0.0 11.0.0.0", "localhost", "fd00::/200"])
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        networks(text)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("::FFFF:cb00:7107", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        (None, "unknown"),
        ("", "unknown"),
        ("nonsense", "unknown"),
        ("1.2.3", "unknown"),
        ("203.0.113.07", "unknown"),
    ],
)
def test_what_counts_as_one_address(address: str | None, network: str) -> None:
    assert network_of(address) == network
