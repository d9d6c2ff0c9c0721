"""Connections whose other side says nothing, or takes nothing any more, hold nothing for long, and never too many."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
import pytest_asyncio
from websockets.asyncio.client import connect

from schema.http import heads, sockets
from schema.http.sockets import Requests
from services.kit.settings import current
from tests.town.raw import calling, serving
from tests.town.waiting import PATIENCE_SECONDS, until

PATIENCE = 1.5
LARGE = 20_000_000
let_go = threading.Event()


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answers at once, without reading; `/slow` after a while, `/held` when it is let go, `/large` with more than any
    buffer holds."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (await receive())["type"] != "websocket.disconnect":
            pass
        return
    if scope["path"] == "/slow":
        await asyncio.sleep(1.2 * PATIENCE)
    if scope["path"] == "/held":
        await asyncio.to_thread(let_go.wait, PATIENCE_SECONDS)
    body = b"x" * (LARGE if scope["path"] == "/large" else 2)
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


ASK = "GET {} HTTP/1.1\r\nhost: x\r\n\r\n"


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server in this process that loses patience soon, and keeps five connections."""
    monkeypatch.setattr(sockets, "ASKED_WITHIN_SECONDS", PATIENCE)
    monkeypatch.setattr(sockets, "ANSWER_TAKEN_WITHIN_SECONDS", 3 * PATIENCE)
    few = current().model_copy(update={"max_connections": 5})
    monkeypatch.setattr(sockets, "current", lambda: few)
    let_go.clear()
    with serving(app) as number:
        yield number
        let_go.set()


@pytest.fixture
def never_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is cut off for saying nothing."""
    monkeypatch.setattr(sockets, "ASKED_WITHIN_SECONDS", 600.0)


@pytest_asyncio.fixture
async def call(port: int) -> AsyncIterator[Callable[[], Any]]:
    """`await call()`: a connection, closed at the end."""
    async with calling(port) as one:
        yield one


async def test_a_request_must_be_here_in_time(call: Callable[[], Any]) -> None:
    began = time.monotonic()
    silent, trickling, unfinished, well = [await call() for _ in range(4)]

    async def trickle() -> None:
        trickling.send("GET / HTTP/1.1\r\nhost: ")
        while True:
            trickling.send("x")
            await asyncio.sleep(PATIENCE / 10)

    slowly = asyncio.create_task(trickle())
    unfinished.send("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nx")
    await unfinished.answered()  # early, as a 413 is
    for one in (silent, trickling, unfinished):
        await one.over()
        assert time.monotonic() - began > PATIENCE - 0.1
    slowly.cancel()
    with suppress(asyncio.CancelledError):
        await slowly
    await well.over()  # said nothing either


async def test_whoever_asks_in_time_is_not_cut_off(call: Callable[[], Any]) -> None:
    one = await call()
    for _ in range(4):
        await asyncio.sleep(PATIENCE * 0.4)
        one.send(ASK.format("/"))
        await one.answered()
    one.send(ASK.format("/slow") + ASK.format("/") + ASK.format("/slow"))
    for _ in range(2):
        await one.answered()
    began = time.monotonic()
    await one.answered()
    await one.over()
    assert time.monotonic() - began > PATIENCE - 0.1


async def test_an_answer_must_be_taken_in_time(call: Callable[[], Any]) -> None:
    greedy, slow = await call(), await call()
    greedy.send(ASK.format("/large"))
    slow.send(ASK.format("/large"))
    await asyncio.sleep(1.2 * PATIENCE)
    received = 0
    while received < LARGE:  # for longer than a request may take
        piece = await asyncio.wait_for(slow.reader.read(2**20), PATIENCE_SECONDS)
        assert piece, f"cut off after {received}"
        received += len(piece)
    await asyncio.sleep(0.3 * PATIENCE)
    slow.send(ASK.format("/"))
    await until(lambda: not Requests._open)
    received = 0
    with suppress(ConnectionError):
        while piece := await greedy.reader.read(2**20):
            received += len(piece)
    assert received < LARGE, "the rest was given up"


@pytest.mark.usefixtures("never_idle")
async def test_one_too_many_takes_the_place_of_the_idlest(call: Callable[[], Any]) -> None:
    first = await call()
    busy = await call()
    busy.send(ASK.format("/held"))
    await until(lambda: (len(Requests._open), len(Requests._resting)) == (2, 1))
    second, third, fourth = [await call() for _ in range(3)]
    for one in (second, third, fourth, first):  # from the one that rests for longest
        one.send(ASK.format("/"))
        await one.answered()
    fifth, sixth = await call(), await call()
    for one in (second, third):
        await one.over()
    for one in (first, fourth, fifth, sixth):
        one.send(ASK.format("/"))
        await one.answered()
    let_go.set()
    await busy.answered()


@pytest.mark.usefixtures("never_idle")
async def test_where_all_are_busy_one_more_is_not_let_in(call: Callable[[], Any]) -> None:
    busy = [await call() for _ in range(5)]
    for one in busy:
        one.send(ASK.format("/held"))
    await until(lambda: (len(Requests._open), len(Requests._resting)) == (5, 0))
    await (await call()).over()
    let_go.set()
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


def head_of(size: int, *, many: bool = False) -> str:
    """The head of a request of just so many bytes, in one long header line or in many short ones."""
    start, end = "GET / HTTP/1.1\r\nhost: x\r\n", "\r\n"
    if many:
        start += "a: b\r\n" * ((size - len(start) - len(end) - 100) // 6)
    return f"{start}x: {'x' * (size - len(start) - len(end) - 5)}\r\n{end}"


PIECES = (1 << 20, 4000, 1000)


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("over", [0, 1, 100, 200_000])
async def test_the_head_of_a_request_has_a_limit_that_holds(
    call: Callable[[], Any], over: int, piece: int, many: bool
) -> None:
    """However it arrives, and as the first request of a connection as well as behind another one."""
    head = head_of(heads.MAX_BYTES + over, many=many)
    assert len(head) == heads.MAX_BYTES + over
    for before in (0, 1):
        client = await call()
        for _ in range(before):
            client.send(ASK.format("/"))
            await client.answered()
        with suppress(ConnectionError):
            for place in range(0, len(head), piece):
                client.send(head[place : place + piece])
                await client.writer.drain()
        if not over:
            await client.answered()
            continue
        status, headers, body = await client.told()
        assert status == 431 and headers["connection"] == "close" and str(heads.MAX_BYTES) in body.decode()
        assert json.loads(body)["errors"][0]["extensions"]["code"] == "TOO_LARGE"
        await client.over()


async def test_pipelined_heads_each_have_the_limit(call: Callable[[], Any]) -> None:
    client = await call()
    client.send(ASK.format("/") + head_of(heads.MAX_BYTES) + head_of(heads.MAX_BYTES + 1))
    await client.answered()
    await client.answered()
    assert (await client.told())[0] == 431
    await client.over()


CHUNKED = "transfer-encoding: chunked"
IN_DOUBT = {
    "both": ("1.1", ["content-length: 5", CHUNKED]),
    "both, the other way round": ("1.1", [CHUNKED, "content-length: 5"]),
    "both, of the same length": ("1.1", ["content-length: 0", CHUNKED]),
    "both, in capitals": ("1.1", ["CONTENT-LENGTH: 5", "Transfer-Encoding: Chunked"]),
    "two lengths": ("1.1", ["content-length: 5", "content-length: 6"]),
    "a list of lengths": ("1.1", ["content-length: 5, 6"]),
    "no number": ("1.1", ["content-length: five"]),
    "a sign": ("1.1", ["content-length: +5"]),
    "below zero": ("1.1", ["content-length: -5"]),
    "chunks in HTTP/1.0": ("1.0", [CHUNKED]),
    "an unknown coding": ("1.1", ["transfer-encoding: gzip, chunked"]),
    "not chunked at the end": ("1.1", ["transfer-encoding: gzip"]),
    "twice chunked": ("1.1", [CHUNKED, CHUNKED]),
    "a space before the colon": ("1.1", ["content-length : 5"]),
}


@pytest.mark.parametrize("case", IN_DOUBT)
async def test_a_body_whose_length_is_in_doubt_is_refused(call: Callable[[], Any], case: str) -> None:
    """Nothing of it is taken for a second request."""
    version, lines = IN_DOUBT[case]
    client = await call()
    body = "0\r\n\r\n" + ASK.format("/second")
    client.send("\r\n".join([f"POST / HTTP/{version}", "host: x", *lines, "", body]))
    status, headers, _ = await client.told()
    assert status in (400, 501) and headers["connection"] == "close"
    rest = b""
    with suppress(ConnectionError):
        rest = await asyncio.wait_for(client.reader.read(), PATIENCE_SECONDS)
    assert rest == b""


async def test_what_is_no_request_is_refused_in_the_usual_shape(call: Callable[[], Any]) -> None:
    for garbage in ("\x16\x03\x01\x02\x00\x01\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "a b c d\r\n\r\n"):
        client = await call()
        client.send(garbage)
        status, headers, body = await client.told()
        assert status == 400 and headers["content-type"] == "application/json; charset=utf-8"
        assert json.loads(body)["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
        await client.over()


async def test_a_broken_body_already_answered_ends_the_connection(
    call: Callable[[], Any], caplog: pytest.LogCaptureFixture
) -> None:
    client = await call()
    client.send(f"POST /slow HTTP/1.1\r\nhost: x\r\n{CHUNKED}\r\n\r\n")
    await until(lambda: (len(Requests._open), len(Requests._resting)) == (1, 0))
    client.send("no chunk\r\n")
    await client.over()
    assert "Traceback" not in caplog.text and "Fatal" not in caplog.text
