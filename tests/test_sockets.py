"""Connections whose other side says nothing, or takes nothing any more, hold nothing for long, and never too many."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

import pytest
import pytest_asyncio
import uvicorn
from websockets.asyncio.client import connect

from schema import sockets
from schema.sockets import Requests, Sockets
from services.settings import current
from tests.servers import free_port

PATIENCE = 0.4
LARGE = 20_000_000


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answers at once, without reading; `/slow` after a while, `/large` with more than any buffer holds."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (await receive())["type"] != "websocket.disconnect":
            pass
        return
    if scope["path"] == "/slow":
        await asyncio.sleep(3 * PATIENCE)
    body = b"x" * (LARGE if scope["path"] == "/large" else 2)
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Client:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def send(self, text: str) -> None:
        self.writer.write(text.encode())

    async def answered(self) -> None:
        """Wait for a small answer."""
        head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 5)
        assert head.startswith(b"HTTP/1.1 200"), head
        assert await self.reader.readexactly(2) == b"xx"

    async def over(self, within: float = 5.0) -> float:
        """How long it takes until the server has closed it."""
        began = time.monotonic()
        with suppress(ConnectionError):
            async with asyncio.timeout(within):
                while await self.reader.read(65536):
                    pass
        return time.monotonic() - began


ASK = "GET {} HTTP/1.1\r\nhost: x\r\n\r\n"


@pytest_asyncio.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """A server in this process that loses patience soon, and keeps five connections."""
    monkeypatch.setattr(sockets, "ASKED_WITHIN_SECONDS", PATIENCE)
    monkeypatch.setattr(sockets, "ANSWER_TAKEN_WITHIN_SECONDS", 3 * PATIENCE)
    few = current().model_copy(update={"max_connections": 5})
    monkeypatch.setattr(sockets, "current", lambda: few)
    number = free_port()
    server = uvicorn.Server(
        uvicorn.Config(app, port=number, http=Requests, ws=Sockets, lifespan="off", log_config=None, access_log=False)
    )
    task = asyncio.create_task(server._serve())
    for _ in range(500):
        if server.started:
            break
        await asyncio.sleep(0.01)
    yield number
    server.should_exit = True
    await task
    assert not Requests._open and not Requests._resting, "nothing is left of anybody"


@pytest_asyncio.fixture
async def call(port: int) -> AsyncIterator[Callable[[], Any]]:
    """`await call()`: a connection, closed at the end."""
    made: list[Client] = []

    async def one() -> Client:
        made.append(Client(*await asyncio.open_connection("127.0.0.1", port)))
        return made[-1]

    yield one
    for client in made:
        client.writer.transport.abort()
    await asyncio.sleep(0.05)


async def test_a_request_must_be_here_in_time(call: Callable[[], Any]) -> None:
    silent, trickling, unfinished, well = [await call() for _ in range(4)]
    began = time.monotonic()

    async def trickle() -> None:
        for letter in "GET / HTTP/1.1\r\nhost: a-very-long-name-that-never-ends-because-nobody-wants-it-to":
            trickling.send(letter)
            await asyncio.sleep(PATIENCE / 10)

    slowly = asyncio.create_task(trickle())
    unfinished.send("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nx")
    await unfinished.answered()  # early, as a 413 is
    for one in (silent, trickling, unfinished):
        await one.over()
        assert PATIENCE - 0.1 < time.monotonic() - began < PATIENCE + 0.6
    slowly.cancel()
    with suppress(asyncio.CancelledError):
        await slowly
    assert await well.over() < 0.6, "said nothing either"


async def test_whoever_asks_in_time_is_not_cut_off(call: Callable[[], Any]) -> None:
    one = await call()
    for _ in range(3):
        await asyncio.sleep(PATIENCE * 0.7)
        one.send(ASK.format("/"))
        await one.answered()
    one.send(ASK.format("/slow") + ASK.format("/") + ASK.format("/slow"))
    for _ in range(3):
        await one.answered()
    assert PATIENCE - 0.1 < await one.over() < PATIENCE + 0.6


async def test_an_answer_must_be_taken_in_time(call: Callable[[], Any]) -> None:
    greedy, slow = await call(), await call()
    greedy.send(ASK.format("/large"))
    slow.send(ASK.format("/large"))
    await asyncio.sleep(1.8 * PATIENCE)
    received = 0
    while received < LARGE:  # for longer than a request may take
        piece = await asyncio.wait_for(slow.reader.read(2**20), 1)
        assert piece, f"cut off after {received}"
        received += len(piece)
    await asyncio.sleep(0.3 * PATIENCE)
    slow.send(ASK.format("/"))
    await asyncio.sleep(2 * PATIENCE)
    received = 0
    with suppress(ConnectionError):
        while piece := await greedy.reader.read(2**20):
            received += len(piece)
    assert received < LARGE, "the rest was given up"


async def test_one_too_many_takes_the_place_of_who_was_idle_for_longest(call: Callable[[], Any]) -> None:
    first = await call()
    busy = await call()
    busy.send(ASK.format("/slow"))
    second, third, fourth = [await call() for _ in range(3)]
    first.send(ASK.format("/"))
    await first.answered()  # so it has rested for less long than the others
    fifth, sixth = await call(), await call()
    for one in (second, third):
        assert await one.over(0.2) < 0.15
    for one in (first, fourth, fifth, sixth):
        one.send(ASK.format("/"))
        await one.answered()
    await busy.answered()


async def test_where_all_are_busy_one_more_is_not_let_in(call: Callable[[], Any]) -> None:
    busy = [await call() for _ in range(5)]
    for one in busy:
        one.send(ASK.format("/slow"))
    await asyncio.sleep(0.1)
    assert await (await call()).over(0.2) < 0.15
    for one in busy:
        await one.answered()


async def test_a_websocket_counts_no_more_among_them(port: int) -> None:
    async with connect(f"ws://127.0.0.1:{port}/", proxy=None) as socket:
        await asyncio.sleep(2 * PATIENCE)
        assert not Requests._open and not Requests._resting
        await socket.ping()


def test_a_process_may_have_as_many_files_as_the_system_lets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []
    for soft, hard, wanted in [(1024, 4096, [(4096, 4096)]), (1024, -1, [(65536, -1)]), (4096, 4096, []), (-1, -1, [])]:
        asked.clear()
        monkeypatch.setattr(sockets.resource, "getrlimit", lambda _, limits=(soft, hard): limits)
        monkeypatch.setattr(sockets.resource, "setrlimit", lambda _, limits: asked.append(limits))
        sockets.allow_files()
        assert asked == wanted
