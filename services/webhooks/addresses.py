"""Which addresses a webhook may be sent to, decided on the address that is then connected to (SSRF protection). Pure.

Public addresses, and those in networks that the operator has listed. Everything else is internal: this machine, its
neighbours, a cloud's metadata service.
"""

from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)

from services.kit.networks import Network

Address = IPv4Address | IPv6Address

# Listed in addition to `is_global`, which calls multicast global and differs between Python versions: IANA's registries
# of special-purpose addresses, and what clouds reserve among public ones.
_SPECIAL_4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16/32",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    )
)
_GLOBAL_UNICAST_6 = IPv6Network("2000::/3")
# Protocol assignments (with Teredo), documentation, 6to4: internal addresses may hide behind these.
_SPECIAL_6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
_NAT64 = IPv6Network("64:ff9b::/96")


def literal(host: str) -> Address | None:
    """Return the address in a literal host; None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def reachable(address: Address, named: Iterable[Network], *, secure: bool) -> bool:
    """Return whether webhooks may be sent there: to the listed networks, and over https to any public address."""
    canonical = _canonical(address)
    return any(canonical in network for network in named) or (secure and _public(canonical))


def _canonical(address: Address) -> Address:
    """Return the IPv4 address behind an IPv4-mapped or NAT64 address."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in network for network in _SPECIAL_4)
    return (
        address.is_global
        and address.scope_id is None
        and address in _GLOBAL_UNICAST_6
        and not any(address in network for network in _SPECIAL_6)
    )
