"""Requests as HTTP/1.1 has them, and as it has them not, at once and byte by byte."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
import pytest_asyncio

from schema.http import heads, sockets
from schema.http.sockets import Requests
from tests.town.raw import Client, calling, serving
from tests.town.waiting import PATIENCE_SECONDS, until

GONE = threading.Event()  # an endless answer was told that nobody reads it any more
LET_GO = threading.Event()


async def endless(receive: Any, send: Any) -> None:
    """Answers until the client leaves."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    left = asyncio.create_task(receive())
    while not left.done() or left.result()["type"] != "http.disconnect":
        await send({"type": "http.response.body", "body": b"more", "more_body": True})
        await asyncio.sleep(0.01)
        if left.done() and left.result()["type"] == "http.request":
            left = asyncio.create_task(receive())
    GONE.set()


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Says what it was asked. `/held` once it is let go, `/stream` without a length, `/204` and `/304` nothing."""
    if scope["path"] == "/endless":
        await endless(receive, send)
        return
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (await receive())["type"] != "websocket.disconnect":
            pass
        return
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body, more = body + message["body"], message["more_body"]
    if scope["path"] == "/held":
        await asyncio.to_thread(LET_GO.wait, PATIENCE_SECONDS)
    said = f"{scope['method']} {scope['path']} {scope['query_string'].decode()} {body.decode()}".encode()
    if scope["path"] == "/headers":
        said = json.dumps([[name.decode(), value.decode()] for name, value in scope["headers"]]).encode()
    status = int(scope["path"][1:]) if scope["path"] in ("/204", "/304") else 200
    headers = [(b"content-length", str(len(said)).encode())]
    if scope["path"] == "/stream" or status != 200:
        headers, said = [], b"" if status != 200 else said
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": said[:5], "more_body": True})
    await send({"type": "http.response.body", "body": said[5:]})


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """One server for all, which ends no connection for being idle."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sockets, "ASKED_WITHIN_SECONDS", 600.0)
        with serving(app) as number:
            yield number


@pytest_asyncio.fixture
async def call(port: int) -> AsyncIterator[Callable[[], Any]]:
    """`await call()`: a connection, closed at the end."""
    async with calling(port) as one:
        yield one


def get(path: str = "/", *lines: str, version: str = "1.1", method: str = "GET") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/{version}", "host: x", *lines, "", ""]).encode("latin-1")


def post(body: str, *lines: str, path: str = "/", version: str = "1.1") -> bytes:
    return get(path, *(lines or (f"content-length: {len(body)}",)), version=version, method="POST") + body.encode()


def chunked(body: str, *lines: str) -> bytes:
    return get("/", "transfer-encoding: chunked", *lines, method="POST") + body.encode("latin-1")


H2C = ("connection: Upgrade, HTTP2-Settings", "upgrade: h2c", "http2-settings: AAMAAABkAAQAoAAAAAIAAAAA")
WEBSOCKET = (
    "connection: upgrade",
    "upgrade: websocket",
    "sec-websocket-version: 13",
    "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
)
SAID, SECOND = "GET /  ", "GET /2  "
TAKEN: dict[str, tuple[bytes, list[str]]] = {
    "plain": (get(), [SAID]),
    "an empty line before": (b"\r\n" + get(), [SAID]),
    "an empty line after a body": (post("ab") + b"\r\n" + get("/2"), ["POST /  ab", SECOND]),
    "pipelined": (get() + post("ab") + get("/2"), [SAID, "POST /  ab", SECOND]),
    "a query": (get("/a%20b/%E5%BA%97?c=d?&e"), ["GET /a b/店 c=d?&e "]),
    "absolute form": (get("http://y.example:80/a?b"), ["GET /a b "]),
    "asterisk form": (get("*", method="OPTIONS"), ["OPTIONS *  "]),
    "a body with GET": (get("/", "content-length: 2") + b"ab", ["GET /  ab"]),
    "white space around a length": (post("ab", "content-length: \t2 \t"), ["POST /  ab"]),
    "zeros before a length": (post("ab", "content-length: 0002"), ["POST /  ab"]),
    "chunks": (chunked("2\r\nab\r\n1\r\nc\r\n0\r\n\r\n") + get("/2"), ["POST /  abc", SECOND]),
    "chunked, in capitals": (
        post("", "Transfer-Encoding: CHUNKED ") + b"2\r\nab\r\n0\r\n\r\n",
        ["POST /  ab"],
    ),
    "extensions of chunks": (chunked('2;a=b;c="d"\r\nab\r\n0;e\r\n\r\n') + get("/2"), ["POST /  ab", SECOND]),
    "trailers": (chunked("2\r\nab\r\n0\r\na: b\r\nhost: y\r\n\r\n") + get("/2"), ["POST /  ab", SECOND]),
    "HTTP/2 declined": (get("/", *H2C) + get("/2"), [SAID, SECOND]),
    "HTTP/2 declined, with a body": (post("abcde", *H2C, "content-length: 5") + get("/2"), ["POST /  abcde", SECOND]),
    "HTTP/2 declined, with chunks": (chunked("2\r\nab\r\n0\r\n\r\n", *H2C) + get("/2"), ["POST /  ab", SECOND]),
    "a WebSocket behind an answer": (get("/held") + get("/", *WEBSOCKET) + get("/2"), ["GET /held  ", SAID, SECOND]),
    "a WebSocket in a trailer": (
        chunked("0\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n") + get("/2"),
        ["POST /  ", SECOND],
    ),
}
LAST: dict[str, tuple[bytes, list[str]]] = {
    "close": (get("/", "connection: close") + get("/2"), [SAID]),
    "close, in a list": (get("/", "connection: te, Close") + get("/2"), [SAID]),
    "close, in a trailer": (
        chunked("2\r\nab\r\n0\r\nconnection: close\r\n\r\n") + get("/2"),
        ["POST /  ab"],
    ),
    "close before garbage": (get("/", "connection: close") + b"\0\r\n\r\n", [SAID]),
    "HTTP/1.0": (get("/", version="1.0") + get("/2"), [SAID]),
    "HTTP/1.0 without Host": (b"GET / HTTP/1.0\r\n\r\n" + get("/2"), [SAID]),
    "a WebSocket in HTTP/1.0": (get("/", *WEBSOCKET, version="1.0") + get("/2"), [SAID]),
}
REFUSED: dict[str, tuple[bytes, list[str], int]] = {
    "a bare LF after the request line": (b"GET / HTTP/1.1\nhost: x\r\n\r\n", [], 400),
    "a bare LF after a header": (b"GET / HTTP/1.1\r\nhost: x\na: b\r\n\r\n", [], 400),
    "a bare LF at the end": (b"GET / HTTP/1.1\r\nhost: x\r\n\n", [], 400),
    "a bare CR": (get("/", "a: b\rc"), [], 400),
    "a space before the colon": (get("/", "a : b"), [], 400),
    "a folded line": (get("/", "a: b", " c"), [], 400),
    "a folded first line": (b"GET / HTTP/1.1\r\n host: x\r\n\r\n", [], 400),
    "NUL in a value": (get("/", "a: b\0c"), [], 400),
    "a control character in a value": (get("/", "a: b\x01c"), [], 400),
    "DEL in a value": (get("/", "a: b\x7fc"), [], 400),
    "a name beyond ASCII": (get("/", "\xe4: b"), [], 400),
    "a name in brackets": (get("/", "(a): b"), [], 400),
    "a name with a space": (get("/", "a b: c"), [], 400),
    "no name": (get("/", ": b"), [], 400),
    "no colon": (get("/", "ab"), [], 400),
    "no Host": (b"GET / HTTP/1.1\r\n\r\n", [], 400),
    "two Hosts": (get("/", "host: y"), [], 400),
    "twice the same Host": (get("/", "Host: x"), [], 400),
    "two Hosts in HTTP/1.0": (get("/", "host: y", version="1.0"), [], 400),
    "twice the same length": (post("ab", "content-length: 2", "content-length: 2"), [], 400),
    "an empty length": (post("ab", "content-length:"), [], 400),
    "a length beyond 64 bits": (post("ab", f"content-length: {2**64 + 2}"), [], 400),
    "more than the length": (post("abcd", "content-length: 2"), ["POST /  ab"], 400),
    "chunks without a size": (chunked("\r\nab\r\n0\r\n\r\n"), [], 400),
    "a sign before a chunk's size": (chunked("+2\r\nab\r\n0\r\n\r\n"), [], 400),
    "0x before a chunk's size": (chunked("0x2\r\nab\r\n0\r\n\r\n"), [], 400),
    "a space after a chunk's size": (chunked("2 \r\nab\r\n0\r\n\r\n"), [], 400),
    "a chunk's size beyond 64 bits": (chunked("10000000000000002\r\nab\r\n0\r\n\r\n"), [], 400),
    "a bare LF after a chunk's size": (chunked("2\nab\r\n0\r\n\r\n"), [], 400),
    "a bare LF in a chunk's extension": (chunked("2;a\nab\r\n0\r\n\r\n"), [], 400),
    "a bare LF after a chunk": (chunked("2\r\nab\n0\r\n\r\n"), [], 400),
    "more than a chunk": (chunked("2\r\nabc\r\n0\r\n\r\n"), [], 400),
    "a length in a trailer": (chunked("0\r\ncontent-length: 5\r\n\r\n") + get("/2"), [], 400),
    "a coding in a trailer": (chunked("0\r\ntransfer-encoding: chunked\r\n\r\n") + get("/2"), [], 400),
    "an unknown coding": (post("ab", "transfer-encoding: gzip, chunked"), [], 501),
    "a parameter of a coding": (post("ab", "transfer-encoding: chunked;a=b"), [], 501),
    "two lengths, HTTP/2 offered": (chunked("0\r\n\r\n", *H2C, "content-length: 5"), [], 400),
    "an unknown method": (get(method="FOO"), [], 400),
    "a method in lower case": (get(method="get"), [], 400),
    "CONNECT": (get("x:443", method="CONNECT"), [], 400),
    "CONNECT to a path": (get("/", method="CONNECT") + get("/2"), [], 400),
    "HTTP/0.9": (b"GET /\r\n\r\n", [], 400),
    "HTTP/0.9, with headers": (b"GET /\r\nhost: x\r\n\r\n", [], 400),
    "HTTP/0.9 by name": (get(version="0.9"), [], 400),
    "HTTP/2": (get(version="2.0"), [], 400),
    "HTTP/2 known before": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [], 400),
    "HTTP in lower case": (b"GET / http/1.1\r\nhost: x\r\n\r\n", [], 400),
    "a fragment": (get("/#a"), [], 400),
    "a fragment of a query": (get("/?a#b"), [], 400),
    "a target without a slash": (get("a"), [], 400),
    "a host for a target": (get("x:443"), [], 400),
    "no path": (get("http://x"), [], 400),
    "a target beyond ASCII": (get("/\xe4"), [], 400),
    "a tab in a target": (get("/a\tb"), [], 400),
    "garbage behind requests": (get() + get("/2") + b"\0\r\n\r\n", [SAID, SECOND], 400),
    "garbage behind a slow answer": (get("/slow") + b"\0\r\n\r\n", ["GET /slow  "], 400),
    "a doubtful request behind another": (get() + chunked("0\r\n\r\n", "content-length: 5"), [SAID], 400),
    "a broken body behind a slow answer": (get("/slow") + chunked("no\r\n"), ["GET /slow  "], 400),
    "a head of white space": (get("/", f"a:{' ' * 40_000}b"), [], 431),
    "a head of empty lines": (b"\r\n" * 20_000, [], 431),
    "a target of 20,000 bytes": (get("/" + "a" * 20_000), [], 431),
    "an endless name": (get("/", "a" * 40_000), [], 431),
    "an endless extension of a chunk": (chunked("2;" + "a" * 40_000), [], 400),
    "an endless size of a chunk": (chunked("0" * 40_000), [], 400),
    "endless trailers": (chunked("2\r\nab\r\n0\r\n" + "a: b\r\n" * 10_000), [], 400),
}


async def send(client: Client, raw: bytes, piece: int) -> None:
    with suppress(ConnectionError):
        for start in range(0, len(raw), piece):
            client.send(raw[start : start + piece])
            await client.writer.drain()
            await asyncio.sleep(0)


@pytest.mark.parametrize("piece", [1, 1 << 20])
@pytest.mark.parametrize("case", TAKEN)
async def test_what_http_allows_is_answered(call: Callable[[], Any], case: str, piece: int) -> None:
    """In its turn, and once."""
    raw, expected = TAKEN[case]
    LET_GO.clear()
    client = await call()
    await send(client, raw, piece)
    if b"/held" in raw:
        await until(lambda: any(each.pipeline for each in list(Requests._open)))
        LET_GO.set()
    for one in expected:
        status, _, body = await client.told()
        assert (status, body.decode()) == (200, one)
    client.send(get("/next"))  # begins where the last one ended
    assert (await client.told())[2] == b"GET /next  "


@pytest.mark.parametrize("case", LAST)
async def test_nothing_is_answered_after_the_last(call: Callable[[], Any], case: str) -> None:
    raw, expected = LAST[case]
    client = await call()
    client.send(raw)
    for one in expected:
        assert (await client.told())[2].decode() == one
    assert await asyncio.wait_for(client.reader.read(), PATIENCE_SECONDS) == b""


@pytest.mark.parametrize("piece", [1, 1 << 20])
@pytest.mark.parametrize("case", REFUSED)
async def test_what_http_forbids_is_refused(call: Callable[[], Any], case: str, piece: int) -> None:
    """In its turn, readably, and it is the last answer."""
    raw, before, expected = REFUSED[case]
    client = await call()
    await send(client, raw, max(piece, len(raw) // 1000))
    for one in before:
        assert (await client.told())[2].decode() == one
    status, headers, body = await client.told()
    assert (status, headers["connection"]) == (expected, "close")
    assert json.loads(body)["errors"][0]["extensions"]["code"] == ("TOO_LARGE" if status == 431 else "BAD_REQUEST")
    rest = b"?"
    with suppress(ConnectionError):
        rest = await asyncio.wait_for(client.reader.read(), PATIENCE_SECONDS)
    assert rest == b""


async def test_headers_are_what_the_head_says(call: Callable[[], Any]) -> None:
    """Without the white space around values; trailers change nothing in a request that has begun."""
    client = await call()
    client.send(chunked("", "A:  b \t ", "C:", "d: \xe4 e").replace(b"POST /", b"POST /headers").replace(b"\xe4", b"e"))
    client.send(b"0\r\nauthorization: Bearer x\r\n\r\n")
    headers = json.loads((await client.told())[2])
    assert headers == [["host", "x"], ["transfer-encoding", "chunked"], ["a", "b"], ["c", ""], ["d", "e e"]]


async def test_who_asks_before_sending_is_told_to_go_on(call: Callable[[], Any]) -> None:
    client = await call()
    client.send(post("", "expect: 100-Continue", "content-length: 2"))
    assert (await client.told())[0] == 100
    client.send(b"ab")
    assert (await client.told())[2] == b"POST /  ab"
    client = await call()
    client.send(post("ab", "expect: 100-continue", "content-length: 2", version="1.0"))
    assert (await client.told())[0] == 200, "HTTP/1.0 has no such answer"


async def test_answers_end_where_their_kind_says(call: Callable[[], Any]) -> None:
    """HEAD, 204 and 304 with the head; a stream with its last chunk, in HTTP/1.0 with the connection."""
    client = await call()
    for raw, status in ((get(method="HEAD"), 200), (get("/204"), 204), (get("/304"), 304)):
        client.send(raw)
        told, headers, _ = await client.told(body=False)
        assert told == status and "transfer-encoding" not in headers and "date" in headers
    client.send(get("/stream"))
    assert (await client.told())[1]["transfer-encoding"] == "chunked"
    assert await client.reader.readuntil(b"0\r\n\r\n") == b"5\r\nGET /\r\n8\r\nstream  \r\n0\r\n\r\n"
    client.send(get("/2"))
    assert (await client.told())[2] == b"GET /2  "
    client.send(get("/stream", version="1.0"))
    headers = (await client.told())[1]
    assert "transfer-encoding" not in headers and headers["connection"] == "close"
    assert await client.reader.read() == b"GET /stream  "


@pytest.mark.parametrize("behind", [b"", get()])
async def test_an_answer_hears_that_its_client_has_left(call: Callable[[], Any], behind: bytes) -> None:
    """Also when the client has sent another request ahead."""
    GONE.clear()
    client = await call()
    client.send(get("/endless") + behind)
    await client.reader.readuntil(b"more")
    client.writer.transport.abort()
    assert await asyncio.to_thread(GONE.wait, PATIENCE_SECONDS)


async def test_of_requests_sent_ahead_few_are_kept(call: Callable[[], Any]) -> None:
    """The bytes of the others stay as they are, and no more are read."""
    many, ahead = 5000, get("/", f"a: {'b' * 200}")
    LET_GO.clear()
    client = await call()
    client.send(get("/held"))
    sending = asyncio.create_task(send(client, ahead * many, 1 << 20))
    await until(lambda: any(each.pipeline for each in list(Requests._open)))
    (one,) = (each for each in list(Requests._open) if each.pipeline)
    LET_GO.set()
    assert (await client.told())[2] == b"GET /held  "
    requests, rest = 0, 0
    for _ in range(many):
        requests, rest = max(requests, len(one.pipeline)), max(rest, len(one._received))
        assert (await client.told())[2] == b"GET /  "
    await sending
    assert requests <= 20 and rest < 500_000, "of 1.2 million bytes"


async def test_a_broken_body_under_an_answer_ends_it(call: Callable[[], Any]) -> None:
    """What was written behind it would be part of it."""
    client = await call()
    client.send(chunked("").replace(b"POST /", b"POST /endless"))
    await client.reader.readuntil(b"more")
    client.send(b"no chunk\r\n")
    with suppress(ConnectionError):
        assert b"HTTP" not in await asyncio.wait_for(client.reader.read(), PATIENCE_SECONDS)


async def test_early_frames_of_a_websocket_break_nothing(call: Callable[[], Any]) -> None:
    client = await call()
    client.send(get("/", *WEBSOCKET) + b"\x89\x80abcd")
    head = await client.reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101")
    client.send(b"\x89\x80abcd")  # a ping
    assert await client.reader.readexactly(2) == b"\x8a\x00"


def test_a_head_is_as_large_as_it_is_written() -> None:
    raw = get("/a?b", "c: d", "e:")
    fields = [line.split(b":") for line in raw.split(b"\r\n")[1:-2]]
    headers = [(name, value.strip()) for name, value in fields]
    assert heads.size(b"GET", b"/a?b", headers) - 1 == len(raw), "`e:` is counted as `e: `"
