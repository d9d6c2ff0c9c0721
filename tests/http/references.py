"""What a page refers to, and where it may load from."""

import re
from html.parser import HTMLParser

import httpx
from starlette.responses import Response

OTHER_ORIGIN = re.compile(r"(?:\bhttps?:|\bwss?:|url\(|@import|[\"'(=]\s*//)")


class References(HTMLParser):
    """What a page refers to, and which of its scripts and styles stand in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inline: list[str] = []
        self.ids: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of one element."""
        given = dict(attrs)
        self.found += [value for name, value in attrs if name in ("src", "href", "action") and value]
        self.inline += [name for name in given if name.startswith("on") or name == "style"]
        self.inline += [tag] if tag == "style" or (tag == "script" and not given.get("src")) else []
        self.ids.add(given.get("id") or "")


def policy_of(response: httpx.Response | Response) -> dict[str, str]:
    """A Content-Security-Policy by its directives."""
    return dict(part.strip().split(" ", 1) for part in response.headers["content-security-policy"].split(";"))
