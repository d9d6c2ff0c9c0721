"""A load generator: so many connections, each sends its next request when the last one is answered.

Of our own, because it shares the machine with what it measures: an answer costs it some 20 µs, where npm's autocannon
takes several times that, and it is here wherever the bench is. It reads of an answer the status, the length, and
whether it tells of errors.
"""

import asyncio
import gc
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

CONNECTIONS = 8


@dataclass(frozen=True, slots=True)
class Request:
    """One POST of JSON."""

    path: str
    body: dict[str, Any]
    token: str | None = None

    def bytes(self) -> bytes:
        """As it is sent."""
        body = json.dumps(self.body, ensure_ascii=False).encode()
        bearer = f"Authorization: Bearer {self.token}\r\n" if self.token else ""
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Accept: application/json\r\n{bearer}Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


class Failed(Exception):
    """An answer that is no success."""


class _Connection(asyncio.Protocol):
    """One connection. Ends at the first answer after `until`, or with a failure."""

    def __init__(self, requests: Sequence[bytes], begin: int, until: float, most: int | None) -> None:
        self._requests, self._next, self._until, self._most = requests, begin, until, most
        self._buffer = bytearray()
        self._missing = 0  # bytes of the answer that are still to come; 0 while its head is incomplete
        self.seconds: list[float] = []
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        """Begin."""
        self._transport = transport
        self._send()

    def _send(self) -> None:
        self._sent = time.perf_counter()
        self._transport.write(self._requests[self._next % len(self._requests)])
        self._next += 1

    def data_received(self, data: bytes) -> None:
        """Take a part of an answer."""
        self._buffer += data
        if not self._missing:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self._buffer[:end]).lower()
            if not head.startswith(b"http/1.1 200 ") or b"content-length:" not in head:
                self._fail(bytes(self._buffer))
                return
            self._missing = end + 4 + int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        if len(self._buffer) >= self._missing:
            self._answered()

    def _answered(self) -> None:
        now = time.perf_counter()
        if b'"errors":[{' in self._buffer:
            self._fail(bytes(self._buffer))
            return
        self.seconds.append(now - self._sent)
        self._buffer.clear()
        self._missing = 0
        if now < self._until and (self._most is None or len(self.seconds) < self._most):
            self._send()
        elif not self.done.done():
            self.done.set_result(None)
            self._transport.close()

    def _fail(self, answer: bytes) -> None:
        if not self.done.done():
            self.done.set_exception(Failed(answer[:600].decode(errors="replace")))
        self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail, unless all was answered."""
        if not self.done.done():
            self.done.set_exception(Failed(f"the connection was closed: {exc}"))


async def press(
    ports: Sequence[int],
    requests: Sequence[Request],
    seconds: float,
    *,
    connections: int = CONNECTIONS,
    most: int | None = None,
) -> list[float]:
    """Send the requests round and round for so long, or until there were `most` in all; return the seconds that each
    took, sorted. The connections are shared out among the ports. Raises Failed."""
    loop, sent = asyncio.get_running_loop(), [request.bytes() for request in requests]
    until = time.perf_counter() + seconds
    each = None if most is None else -(-most // connections)
    gc.disable()
    try:
        made = [
            await loop.create_connection(
                lambda index=index: _Connection(sent, index * len(sent) // connections, until, each),  # type: ignore[misc]
                "127.0.0.1",
                ports[index % len(ports)],
            )
            for index in range(connections)
        ]
        await asyncio.gather(*(protocol.done for _, protocol in made))
    finally:
        gc.enable()
    return sorted(took for _, protocol in made for took in protocol.seconds)


class Connection:
    """One connection for requests that depend on each other's answers."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def __aenter__(self) -> "Connection":
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def ask(self, request: Request) -> Any:
        """Send one request; return its answer's JSON. Raises Failed for any other status than 200."""
        self._writer.write(request.bytes())
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        body = await self._reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0]))
        if not head.startswith(b"http/1.1 200 "):
            raise Failed(body[:600].decode(errors="replace"))
        return json.loads(body)


async def ask(port: int, request: Request) -> Any:
    """Send one request over a connection of its own, as `Connection.ask`."""
    async with Connection(port) as connection:
        return await connection.ask(request)
