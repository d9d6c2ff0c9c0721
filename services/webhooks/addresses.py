"""Which addresses a webhook may be sent to, judged by the very address that is then connected to. Pure.

Public addresses, and those of the networks that the operator has named. Everything else is inside: this machine, its
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

# Named here and not left to `is_global` alone, which calls multicast global and differs between Python's versions.
# IANA's registries of special-purpose addresses, and what clouds keep for themselves among public ones.
_SPECIAL_4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16",
            "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
            "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        ),
    )
)  # fmt: skip
_GLOBAL_UNICAST_6 = IPv6Network("2000::/3")
# Protocol assignments with Teredo among them, documentation, 6to4: what is inside may hide behind these.
_SPECIAL_6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
_NAT64 = IPv6Network("64:ff9b::/96")


def literal(host: str) -> Address | None:
    """The address that a host is in itself; None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def reachable(address: Address, named: Iterable[Network], *, secure: bool) -> bool:
    """Whether something may be sent there: to the networks named, and over https to any public address."""
    plain = _plain(address)
    return any(plain in network for network in named) or (secure and _public(plain))


def _plain(address: Address) -> Address:
    """The IPv4 address that an IPv6 address is another spelling of, or that a translator makes of it."""
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
