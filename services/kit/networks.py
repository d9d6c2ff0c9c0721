"""IP networks as settings name them. Pure."""

from ipaddress import IPv4Network, IPv6Network, ip_network

Network = IPv4Network | IPv6Network


def networks(text: str) -> tuple[Network, ...]:
    """Networks in CIDR form with commas between. Raises ValueError."""
    return tuple(ip_network(one.strip()) for one in text.split(",") if one.strip())
