"""Requests by hand, on a socket each: cheap enough for hundreds at once, and as rude as a test needs them."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import uvicorn

from schema.http.sockets import Requests, Sockets
from tests.town.waiting import PATIENCE_SECONDS


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


async def post(url: str, token: str | None, body: Any, *headers: str, within: float = PATIENCE_SECONDS) -> Answer:
    """Send one request on a connection of its own; the answer. Raises TimeoutError where there is none in time."""
    async with asyncio.timeout(within):
        reader, writer = await connect(url)
        try:
            writer.write(request(token, body, *headers))
            return await answer(reader)
        finally:
            writer.close()


class Client:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def send(self, text: str | bytes) -> None:
        self.writer.write(text.encode() if isinstance(text, str) else text)

    async def answered(self) -> None:
        """Wait for a small answer."""
        head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), PATIENCE_SECONDS)
        assert head.startswith(b"HTTP/1.1 200"), head
        assert await self.reader.readexactly(2) == b"xx"

    async def told(self, *, body: bool = True) -> tuple[int, dict[str, str], bytes]:
        """The next answer: status, headers, body."""
        head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), PATIENCE_SECONDS)
        first, *lines = head.decode().rstrip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        size = int(headers.get("content-length", 0)) if body else 0
        return int(first.split()[1]), headers, await self.reader.readexactly(size)

    async def over(self) -> None:
        """Wait until the server has closed it."""
        with suppress(ConnectionError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while await self.reader.read(65536):
                    pass


@contextmanager
def serving(app: Any) -> Iterator[int]:
    """An app served on sockets of its own, in a thread with the loop that a server has; the port."""
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            port=0,
            loop="uvloop",
            http=Requests,
            ws=Sockets,
            lifespan="off",
            log_config=None,
            access_log=False,
        )
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join()
    assert not Requests._open and not Requests._resting, "nothing is left of anybody"


@asynccontextmanager
async def calling(port: int) -> AsyncIterator[Callable[[], Awaitable[Client]]]:
    """Yield what opens a connection; all are cut off at the end."""
    made: list[Client] = []

    async def one() -> Client:
        made.append(Client(*await asyncio.open_connection("127.0.0.1", port)))
        return made[-1]

    yield one
    for client in made:
        client.writer.transport.abort()
    await asyncio.sleep(0.05)  # until the server has noticed
