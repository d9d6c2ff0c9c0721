"""URLs of endpoints, parsed by one strict rule that leaves no room for another reading. Pure.

http or https, a host, an optional port, path and query: no user, no fragment. In ASCII as RFC 3986 spells it: a Chinese
name in punycode, anything else percent-encoded.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from services.kit.networks import Network
from services.webhooks.addresses import literal, reachable

MAX_URL = 500
MAX_HOST = 253

_PORTS = {"http": 80, "https": 443}
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9A-F:.]{2,45}\]|[A-Z0-9.-]{1,253})(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/(?:[A-Z0-9._~!$&'()*+,;=:@/-]|%[0-9A-F]{2})*)?"
    r"(?P<query>\?(?:[A-Z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-F]{2})*)?",
    re.IGNORECASE | re.ASCII,
)
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
# What other parsers take for a numeric address: 2130706433, 0x7f.1, 0177.0.0.1.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


class Unusable(ValueError):
    """The URL is not allowed; the text says why, in Chinese, for the user."""


@dataclass(frozen=True, slots=True)
class Url:
    """A parsed URL. `host` has no brackets; `target` is path and query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def secure(self) -> bool:
        """Whether it is https."""
        return self.scheme == "https"

    @property
    def authority(self) -> str:
        """The value of the Host header: the port only if it is not the default."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


def parse(text: str) -> Url:
    """Parse a URL; scheme and host become lower case. Raises Unusable."""
    found = _URL.fullmatch(text)
    if found is None:
        raise Unusable("请填写完整的网址，如 https://example.com/webhook，不含账号和 #，中文须转码")
    scheme, host = found["scheme"].lower(), found["host"].lower()
    port = int(found["port"]) if found["port"] else _PORTS[scheme]
    if not 1 <= port <= 65535:
        raise Unusable("端口须在 1 到 65535 之间")
    address = literal(host.strip("[]"))
    fits = _is_name(host) if address is None else (address.version == 6) == host.startswith("[")
    if not fits:
        raise Unusable("网址中的主机名有误，请核对")
    return Url(scheme, host.strip("[]"), port, (found["path"] or "/") + (found["query"] or ""))


def _is_name(host: str) -> bool:
    labels = host.split(".")
    return len(host) <= MAX_HOST and all(map(_LABEL.fullmatch, labels)) and not _NUMBER.fullmatch(labels[-1])


def check(text: str, named: Sequence[Network]) -> Url:
    """Parse the URL of an endpoint; `named` are the networks that the operator allows.

    The addresses of a name are checked anew at each attempt. Raises Unusable.
    """
    url = parse(text)
    if len(str(url)) > MAX_URL:
        raise Unusable(f"网址过长，最多 {MAX_URL} 个字符")
    if not url.secure and not named:
        raise Unusable("网址须以 https:// 开头")
    address = literal(url.host)
    public = bool(named) or "." in url.host if address is None else reachable(address, named, secure=url.secure)
    if not public:
        raise Unusable("不能填写内网地址，请填写公网可以访问的网址")
    return url


def redirected(url: Url, location: str) -> Url:
    """Return where a redirect leads. Raises Unusable, also where it would leave https."""
    target = parse(urljoin(str(url), location))
    if url.secure and not target.secure:
        raise Unusable("重定向到的网址须以 https:// 开头")
    return target
