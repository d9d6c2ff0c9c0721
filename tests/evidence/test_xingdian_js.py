"""web/xingdian.js in Node: over fetch and WebSocket, and over an emulation of a mini-program's."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from schema.http import pages
from tests.evidence.programs import HERE, NODE
from tests.town import documents, till
from tests.town.documents import Api
from tests.town.servers import ROOT, Server
from tests.town.waiting import PATIENCE_SECONDS
from tests.town.world import World

WAYS = pytest.mark.parametrize("wx", [False, True], ids=["a page", "a mini-program"])
MOST_LINES = 200


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The module and what it imports, as one takes them into a project."""
    for name in ("xingdian.js", "pass-codes.js"):
        shutil.copy(ROOT / "web" / name, tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    return tmp_path


@asynccontextmanager
async def running(folder: Path, *calls: list[Any], **told: Any) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        NODE,
        HERE / "xingdian.mjs",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    given = {"folder": str(folder), "documents": pages.documents(by_id=True), "calls": calls, **told}
    assert process.stdin
    process.stdin.write(json.dumps(given).encode())
    process.stdin.close()
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def said(process: asyncio.subprocess.Process) -> list[dict[str, Any]]:
    assert process.stdout and process.stderr
    answer, wrong = await process.stdout.read(), await process.stderr.read()
    assert answer, wrong.decode()
    return list(json.loads(answer))


async def calls(folder: Path, *asked: list[Any], **told: Any) -> list[dict[str, Any]]:
    """What each call gave or threw."""
    async with running(folder, *asked, **told) as process:
        return await said(process)


def test_it_is_small() -> None:
    assert (ROOT / "web" / "xingdian.js").read_text().count("\n") < MOST_LINES


async def test_it_formats_and_reads_amounts_and_times(folder: Path) -> None:
    for name, given, wanted in (
        ("yuan", 8800, "88.00"),
        ("yuan", 5, "0.05"),
        ("fenOf", "88.5", 8850),
        ("fenOf", " 0.07 ", 7),
        ("fenOf", "12.", 1200),
        ("fenOf", "1.005", None),
        ("fenOf", "-1", None),
        ("fenOf", "", None),
        ("day", "2026-05-14T17:30:00+00:00", "2026-05-15"),
        ("time", "2026-05-14T17:30:00Z", "01:30"),
        ("isShortCode", "1234", False),
    ):
        (found,) = await calls(folder, ["call", name, given], url="")
        assert found["gave"] == wanted, (name, given)


@WAYS
async def test_it_asks_by_name(world: World, server: Server, folder: Path, wx: bool) -> None:
    assert world.a.cashier
    told: dict[str, Any] = {"url": f"{server.url}/graphql", "token": world.a.cashier.token, "wx": wx}
    found = await calls(folder, ["ask", "Viewer"], ["ask", "Nothing"], ["about"], **told)
    assert found[0]["gave"] == {"data": {"viewer": found[0]["gave"]["data"]["viewer"]}, "failures": []}
    assert found[0]["gave"]["data"]["viewer"]["displayName"] == "王店员"
    assert (found[1]["threw"], found[1]["code"]) == ("Failed", "BAD_REQUEST")
    about = found[2]["gave"]
    assert about["ends"] == 0 and len(about["builds"]) == 1 and about["late"] < 3000
    texts = pages.documents(by_id=False)
    (by_text,) = await calls(folder, ["ask", "Viewer"], documents=texts, **told)
    assert by_text["gave"]["data"] == found[0]["gave"]["data"]
    ended = await calls(folder, ["ask", "Viewer"], ["about"], ["ended"], **(told | {"token": "A" * 43}))
    assert (ended[0]["code"], ended[1]["gave"]["ends"], ended[2]["gave"]) == ("UNAUTHENTICATED", 1, 1)


Respond = Callable[[int, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def answering(respond: Respond) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server that answers the n-th request as it is told, and what it was asked."""
    bodies: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        bodies.append(await reader.readexactly(length))
        await respond(len(bodies), writer)
        writer.close()

    served = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with served:
        yield f"http://127.0.0.1:{served.sockets[0].getsockname()[1]}/graphql", bodies


def answer(status: str, body: str, *headers: str) -> bytes:
    lines = [
        f"HTTP/1.1 {status}",
        "content-type: application/json",
        f"content-length: {len(body)}",
        "connection: close",
    ]
    return ("\r\n".join([*lines, *headers]) + "\r\n\r\n" + body).encode()


OVERLOADED = '{"errors": [{"message": "busy", "extensions": {"code": "OVERLOADED"}}]}'
WORSE_AND_WORSE = [
    b"",  # hung up
    answer("429 Too Many Requests", OVERLOADED, "retry-after: 1"),
    answer("502 Bad Gateway", "<html>"),
    answer("200 OK", '{"data": {"a": 1}}'),
]


async def badly(turn: int, writer: asyncio.StreamWriter) -> None:
    writer.write(WORSE_AND_WORSE[turn - 1])


@WAYS
async def test_it_asks_again_for_what_counts_once(folder: Path, wx: bool) -> None:
    known = {"A": "0" * 64}
    async with answering(badly) as (url, bodies):
        asked = ["ask", "A", {"input": {"requestNo": "n"}}]
        (found,) = await calls(folder, asked, url=url, wx=wx, documents=known)
        assert found["gave"] == {"data": {"a": 1}, "failures": ["NO_ANSWER", "OVERLOADED", "NO_ANSWER"]}
        assert len(bodies) == 4 and len(set(bodies)) == 1, "the very same"
        assert json.loads(bodies[0]) == {"documentId": "0" * 64, "variables": {"input": {"requestNo": "n"}}}
    async with answering(badly) as (url, bodies):
        (found,) = await calls(folder, ["ask", "A", {"input": {}}], url=url, wx=wx, documents=known)
        assert (found["code"], len(bodies)) == ("NO_ANSWER", 1), "it may have been done"
    async with answering(badly) as (url, bodies):
        (found,) = await calls(folder, ["ask", "A", {}, {"tries": 2}], url=url, wx=wx, documents=known)
        assert (found["code"], found["waitSeconds"], len(bodies)) == ("OVERLOADED", 1, 2)


async def a_proxy(turn: int, writer: asyncio.StreamWriter) -> None:
    """Somebody between who wants to know who it is; then the server."""
    writer.write(answer("401 Unauthorized", "<html>") if turn == 1 else answer("200 OK", '{"data": {"a": 1}}'))


@WAYS
async def test_a_proxy_ends_no_session(folder: Path, wx: bool) -> None:
    async with answering(a_proxy) as (url, _):
        found, about = await calls(folder, ["ask", "A"], ["about"], url=url, wx=wx, documents={"A": "0" * 64})
    assert found["gave"] == {"data": {"a": 1}, "failures": ["NO_ANSWER"]} and about["gave"]["ends"] == 0


async def slowly(turn: int, writer: asyncio.StreamWriter) -> None:
    if turn == 1:
        await asyncio.sleep(5)
    writer.write(answer("200 OK", '{"data": {"a": 1}}'))


@WAYS
async def test_it_waits_as_long_as_it_is_told(folder: Path, wx: bool) -> None:
    known = {"A": "0" * 64}
    for within, failures in ((2000, ["NO_ANSWER"]), (60_000, [])):
        async with answering(slowly) as (url, _):
            asked = ["ask", "A", {}, {"within": within}]
            (found,) = await calls(folder, asked, url=url, wx=wx, documents=known)
            assert found["gave"] == {"data": {"a": 1}, "failures": failures}


async def test_nothing_is_heard_after_the_end(folder: Path) -> None:
    (found,) = await calls(folder, ["late"], url="")
    assert found["gave"] == 1


@WAYS
@pytest.mark.usefixtures("work")
async def test_it_subscribes_and_connects_again(
    rich: World, servers: Callable[[int], list[Server]], apis: Callable[[int], list[Api]], folder: Path, wx: bool
) -> None:
    assert rich.a.cashier
    server, (api,) = servers(1)[0], apis(1)
    told = {"url": f"{server.url}/graphql", "token": rich.a.cashier.token, "wx": wx}
    async with running(folder, ["subscribe", "RedemptionChanged", 2], **told) as process:
        assert process.stderr
        await asyncio.wait_for(process.stderr.readline(), PATIENCE_SECONDS)  # what it tells at its beginning
        token = await till.promised(api, rich.a)
        await till.confirm(api, rich.a.cashier, token)
        (found,) = await said(process)
    events = [one["redemptionChanged"] for one in found["gave"]["heard"]]
    assert [len(one["redemptions"]) for one in events] == [0, 1] or events[0]["reload"], events
    assert found["gave"]["live"][0] is True
    assert "RedemptionChanged" in documents.NAMES
