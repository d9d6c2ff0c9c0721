"""Requests by hand, on a socket each: cheap enough for hundreds at once, and as rude as a test needs them."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: Any

    @property
    def codes(self) -> list[str]:
        """The codes of the errors at the top, or of the one payload's."""
        payloads = [one for one in (self.body.get("data") or {}).values() if isinstance(one, dict)]
        refused = [error["code"] for one in payloads for error in one.get("errors", ())]
        return [error["extensions"]["code"] for error in self.body.get("errors", ())] or refused


def request(token: str | None, body: Any, *headers: str) -> bytes:
    """A POST of one body."""
    content = json.dumps(body).encode()
    lines = [
        "POST /graphql HTTP/1.1",
        "host: test",
        "content-type: application/json",
        f"content-length: {len(content)}",
        *((f"authorization: Bearer {token}",) if token else ()),
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode() + content


async def connect(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to a server."""
    return await asyncio.open_connection(urlsplit(url).hostname, urlsplit(url).port)


async def answer(reader: asyncio.StreamReader) -> Answer:
    """The next answer on a connection. Raises IncompleteReadError when it is closed instead."""
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().rstrip().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    body = await reader.readexactly(int(headers["content-length"]))
    return Answer(int(first.split(" ")[1]), headers, json.loads(body))


async def post(url: str, token: str | None, body: Any, *headers: str, within: float = 30.0) -> Answer:
    """Send one request on a connection of its own; the answer. Raises TimeoutError where there is none in time."""
    async with asyncio.timeout(within):
        reader, writer = await connect(url)
        try:
            writer.write(request(token, body, *headers))
            return await answer(reader)
        finally:
            writer.close()
