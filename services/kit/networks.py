"""IP networks in settings, and what counts as one client's. Pure."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network

IPV6_PREFIX = 64  # the smallest allocation to one customer
_UNKNOWN = "unknown"


def networks(text: str) -> tuple[Network, ...]:
    """Parse comma-separated networks in CIDR form. Raises ValueError."""
    return tuple(ip_network(one.strip()) for one in text.split(",") if one.strip())


@lru_cache(maxsize=4096)
def network_of(address: str | None) -> str:
    """Return the rate-limit unit of an address: IPv4 (mapped too), or the IPv6 /64; one unit for all unknown ones."""
    try:
        found = ip_address((address or "").partition("%")[0])
    except ValueError:
        return _UNKNOWN
    if isinstance(found, IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ip_network((found, IPV6_PREFIX), strict=False))
