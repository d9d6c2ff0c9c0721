"""IP networks in settings. Pure."""

from ipaddress import IPv4Network, IPv6Network, ip_network

Network = IPv4Network | IPv6Network


def networks(text: str) -> tuple[Network, ...]:
    """Parse comma-separated networks in CIDR form. Raises ValueError."""
    return tuple(ip_network(one.strip()) for one in text.split(",") if one.strip())
