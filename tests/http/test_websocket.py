"""GraphQL over WebSocket against a real server: any frame is answered in the protocol's own way, and a token holds
only as long as its session."""

import asyncio
import json
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from services.accounts import sessions
from services.db import database
from tests.town import documents
from tests.town.documents import Api
from tests.town.live import WHO, ask, ending, greet, hear, opened, say
from tests.town.servers import Server
from tests.town.waiting import PATIENCE_SECONDS
from tests.town.world import World


async def test_a_plain_query_is_answered_as_whoever_bears_the_token(world: World, server: Server) -> None:
    async with opened(server) as socket:
        await greet(socket)
        assert (await ask(socket, "1"))["payload"] == {"data": {"viewer": None}}
    for name in ("Authorization", "authorization"):
        async with opened(server) as socket:
            await greet(socket, **{name: f"Bearer {world.admin.token}"})
            for number in ("1", "2"):
                assert (await ask(socket, number))["payload"] == {"data": {"viewer": {"displayName": "管理员"}}}
    header = {"Authorization": f"Bearer {world.admin.token}"}
    async with opened(server, additional_headers=header) as socket:
        await greet(socket)
        assert (await ask(socket, "1"))["payload"]["data"] == {"viewer": {"displayName": "管理员"}}


async def test_connection_init_counts_for_more_than_the_header(world: World, server: Server) -> None:
    header = {"Authorization": f"Bearer {world.admin.token}"}
    async with opened(server, additional_headers=header) as socket:
        await greet(socket, Authorization=f"Bearer {world.auditor.token}")
        assert (await ask(socket, "1"))["payload"]["data"] == {"viewer": {"displayName": "审计员"}}


@pytest.mark.parametrize("bad", ["Bearer x", "Bearer", "", 5, None, ["Bearer"], "Bearer 令牌", "x" * 5000])
async def test_a_token_that_opens_nothing_is_refused(db: None, server: Server, bad: Any) -> None:
    async with opened(server) as socket:
        await say(socket, type="connection_init", payload={"Authorization": bad})
        assert await ending(socket) == (4403, "Forbidden")


async def test_a_revoked_token_opens_nothing_any_more(world: World, server: Server) -> None:
    async with opened(server) as socket:
        await greet(socket, Authorization=f"Bearer {world.admin.token}")
        assert (await ask(socket, "1"))["payload"]["data"]["viewer"]
        viewer = await sessions.authenticate(world.admin.token)
        assert viewer is not None and viewer.session_id is not None
        await sessions.revoke(viewer.session_id)
        await say(socket, id="2", type="subscribe", payload={"query": WHO})
        assert await ending(socket) == (4403, "Forbidden")


async def test_connecting_and_listening_is_no_use(world: World, server: Server) -> None:
    used = "SELECT last_seen_at > now() - interval '9 minutes' FROM sessions WHERE account_id = $1"
    await database.execute("UPDATE sessions SET last_seen_at = now() - interval '10 minutes'")
    async with opened(server) as socket:
        await greet(socket, Authorization=f"Bearer {world.admin.token}")
        await say(socket, id="1", type="subscribe", payload={"query": documents.text("NotificationAdded")})
        assert (await hear(socket))["type"] == "next"
        assert not await database.fetch_value(used, world.admin.account_id)
        assert (await ask(socket, "2"))["payload"]["data"]["viewer"]
        assert await database.fetch_value(used, world.admin.account_id), "to ask is a use"


async def test_each_operation_reads_anew(world: World, server: Server) -> None:
    """Loaders belong to an operation: what one has loaded is stale for the next."""
    query = "{ viewer { areas(first: 1) { edges { node { name parent { name } } } } } }"

    def above(answer: dict[str, Any]) -> str:
        return answer["payload"]["data"]["viewer"]["areas"]["edges"][0]["node"]["parent"]["name"]

    async with opened(server) as socket:
        await greet(socket, Authorization=f"Bearer {world.a.worker.token}")  # type: ignore[union-attr]
        assert above(await ask(socket, "1", query)) == "A社区"
        await database.execute("UPDATE areas SET name = '新社区' WHERE id = $1", world.a.community.id)
        assert above(await ask(socket, "2", query)) == "新社区"


FRAMES: list[str | bytes] = [
    "5", "[]", "null", '"x"', "{}", '{"type": 5}', '{"type": null}', '{"type": "nothing"}',
    '{"type": "' + "x" * 500 + '"}',
    '{"type": "connection_init", "payload": 5}', '{"type": "connection_init", "payload": []}',
    '{"type": "ping", "payload": "x"}', '{"type": "subscribe"}', '{"type": "subscribe", "id": "1"}',
    '{"type": "subscribe", "id": "1", "payload": {}}', '{"type": "subscribe", "id": 1, "payload": {"query": "{a}"}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": 5}}', '{"type": "subscribe", "id": "1", "payload": null}',
    '{"type": "subscribe", "id": "1", "payload": {"query": "{a}", "variables": 5}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": "{a}", "variables": []}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": "{a}", "operationName": {}}}',
    '{"type": "subscribe", "id": "' + "1" * 500 + '", "payload": {"query": "{a}"}}',
    '{"type": "complete"}', '{"type": "complete", "id": []}', "{", "", "[" * 5000, b"\x00\xff", "NaN",
    '{"type": "subscribe", "id": "1", "payload": {"query": "{a}", "variables": {"a": "\\ud800"}}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": "{a}", "variables": {"a": "\\u0000"}}}',
]  # fmt: skip


@pytest.mark.parametrize("greeted", [False, True])
@pytest.mark.parametrize("frame", FRAMES, ids=range(len(FRAMES)))
async def test_a_frame_that_is_no_message_ends_the_connection(
    server: Server, frame: str | bytes, greeted: bool
) -> None:
    async with opened(server) as socket:
        if greeted:
            await greet(socket)
        await socket.send(frame)
        code, reason = await ending(socket)
        assert code == 4400 and reason


async def test_the_protocol_is_kept(world: World, server: Server) -> None:
    async with opened(server) as socket:
        await say(socket, id="1", type="subscribe", payload={"query": WHO})
        assert (await ending(socket))[0] == 4401, "first connection_init"
    async with opened(server) as socket:
        await greet(socket)
        await say(socket, type="connection_init")
        assert (await ending(socket))[0] == 4429, "only once"
    async with opened(server) as socket:
        await greet(socket)
        await say(socket, type="ping")
        assert (await hear(socket))["type"] == "pong"
        await say(socket, type="complete", id="never heard of")
        assert (await ask(socket, "1"))["type"] == "next"
    async with opened(server, subprotocols=None) as socket:
        assert (await ending(socket))[0] == 4406
    async with opened(server, subprotocols=[Subprotocol("graphql-ws")]) as socket:
        assert (await ending(socket))[0] == 4406, "the old protocol is not spoken"


async def test_what_is_wrong_with_an_operation_ends_only_the_operation(world: World, server: Server) -> None:
    async with opened(server) as socket:
        await greet(socket)
        for number, (query, payload) in enumerate([
            ("{ nothing }", {}), ("{", {}), ("", {}), ("{ " + "x" * 5000 + " }", {}), ("{ " + "a " * 2000 + "}", {}),
            ("query A { __typename }", {"operationName": "B"}), (WHO, {"operationName": "B" * 5000}),
            ("query ($x: Int!) { viewer { areas(first: $x) { edges { cursor } } } }", {"variables": {"x": "five"}}),
            ("subscription { __typename }", {}), ("query { __typename }", {"variables": {"x": [0] * 101}}),
        ]):  # fmt: skip
            answer = await ask(socket, str(number), query, **payload)
            assert answer["type"] == "error" or answer["payload"]["errors"], answer
        assert (await ask(socket, "well"))["type"] == "next"


async def test_operations_at_once_are_bounded(world: World, server: Server) -> None:
    async with opened(server) as socket:
        await greet(socket, Authorization=f"Bearer {world.admin.token}")
        for number in range(60):
            await say(socket, id=str(number), type="subscribe", payload={"query": WHO})
        finished = set()
        while len(finished) < 60:
            message = await hear(socket)
            if message["type"] == "error":
                assert message["payload"][0]["message"] == "Subscription limit reached"
            if message["type"] in ("complete", "error"):
                finished.add(message["id"])


async def test_a_connection_that_says_nothing_is_ended(server: Server) -> None:
    async with opened(server) as socket:
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(socket.recv(), PATIENCE_SECONDS)
        assert socket.close_code == 4408


async def test_a_message_may_not_be_endless(server: Server) -> None:
    async with opened(server) as socket:
        await greet(socket)
        await socket.send(json.dumps({"type": "ping", "payload": {"x": "x" * 200_000}}))
        assert (await ending(socket))[0] == 1009


@pytest.mark.parametrize(
    "origin",
    ["https://elsewhere.cn", "https://servicewechat.com", "null", "http://localhost:5173", "file://", "x"],
)
@pytest.mark.parametrize("path", ["/graphql", "/graphql/"])
async def test_whoever_has_a_token_may_come_from_anywhere(world: World, server: Server, origin: str, path: str) -> None:
    """There are no cookies, so a page of another site brings nothing that it was not given."""
    async with opened(server, path, origin=origin) as socket:
        await greet(socket, Authorization=f"Bearer {world.admin.token}")
        assert (await ask(socket, "1"))["payload"]["data"]["viewer"]


async def test_hanging_up_in_the_middle_is_no_fault(
    world: World, server: Server, apis: Callable[[int], list[Api]]
) -> None:
    for _ in range(10):
        async with opened(server) as socket:
            await greet(socket, Authorization=f"Bearer {world.admin.token}")
            for number in range(5):
                await say(socket, id=str(number), type="subscribe", payload={"query": WHO})
            socket.transport.abort()
    (api,) = apis(1)
    for _ in range(12):  # more than the pool has connections
        assert (await api.query(world.admin.token, WHO))["viewer"]


async def test_what_comes_after_the_end_is_no_fault(world: World, server: Server) -> None:
    """An operation ends the connection while the peer still talks: nothing is said to it any more."""
    viewer = await sessions.authenticate(world.admin.token)
    assert viewer is not None and viewer.session_id is not None
    talkers = [opened(server) for _ in range(20)]
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(one) for one in talkers]
        for socket in sockets:
            await greet(socket, Authorization=f"Bearer {world.admin.token}")
        await sessions.revoke(viewer.session_id)
        assert set(await asyncio.gather(*(talked(socket) for socket in sockets))) == {(4403, "Forbidden")}
    assert "Traceback" not in server.written()


async def talked(socket: ClientConnection) -> tuple[int, str]:
    """Subscribe, and go on talking until the connection has ended; return how it did."""
    await say(socket, id="1", type="subscribe", payload={"query": WHO})
    with suppress(ConnectionClosed):
        for _ in range(5_000):
            await say(socket, type="ping")
            await asyncio.sleep(0.001)
    return await ending(socket)
