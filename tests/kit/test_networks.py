"""IP networks as settings name them."""

from ipaddress import IPv4Network, IPv6Network

import pytest

from services.kit.networks import networks


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
