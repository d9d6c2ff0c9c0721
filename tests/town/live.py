"""Subscriptions: over a WebSocket by the documents of docs/operations, and in this process without a socket."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

from starlette.requests import Request
from strawberry.types import ExecutionResult
from uuid_utils.compat import uuid7
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from models.live import OutboxEntry
from schema.graph.bearer import Closing, authorization_of, viewer_of
from schema.graph.context import Context
from services.kit import clock
from services.live import listener
from services.live.changes import Interest, Topic
from services.live.hub import hub
from services.work import relay
from tests.town import documents
from tests.town.schema import BUILT
from tests.town.servers import Server
from tests.town.waiting import PATIENCE_SECONDS
from tests.town.world import Person

PROTOCOL = Subprotocol("graphql-transport-ws")
WHO = "{ viewer { displayName } }"


class Listener:
    """One subscription on a connection of its own."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def message(self, within: float = PATIENCE_SECONDS) -> dict[str, Any]:
        """The next message of the protocol."""
        return json.loads(await asyncio.wait_for(self.socket.recv(), within))  # type: ignore[no-any-return]

    async def event(self, within: float = PATIENCE_SECONDS) -> dict[str, Any]:
        """What the subscription tells next."""
        message = await self.message(within)
        assert message["type"] == "next" and "errors" not in message["payload"], message
        (event,) = message["payload"]["data"].values()
        return dict(event)

    async def quiet(self, seconds: float = 1.5) -> None:
        """Fails the test when anything is told for so long."""
        try:
            raise AssertionError(await self.message(seconds))
        except TimeoutError:
            return


@asynccontextmanager
async def subscribed(server: Server, name: str, who: Person | None = None, **variables: Any) -> AsyncIterator[Listener]:
    """A subscription that stands: what it tells at its beginning has come."""
    async with opened(server) as socket:
        await greet(socket, **({"Authorization": f"Bearer {who.token}"} if who else {}))
        payload = {"query": documents.text(name), "variables": variables}
        await say(socket, id="1", type="subscribe", payload=payload)
        listener = Listener(socket)
        assert (await listener.event()).get("reload", True)
        yield listener


# -- in this process, without a socket --------------------------------------------------------------------------------


class Stream:
    """One subscription to the schema in this process."""

    def __init__(self, results: AsyncGenerator[ExecutionResult, None]) -> None:
        self._results = results
        self.pending = asyncio.create_task(self._next())

    async def _next(self) -> ExecutionResult | None:
        return await anext(self._results, None)

    @property
    def stands(self) -> bool:
        """Whether it tells something: not refused, not ended."""
        if not self.pending.done() or self.pending.exception():
            return False
        told = self.pending.result()
        return told is not None and told.errors is None

    async def result(self, within: float = PATIENCE_SECONDS) -> ExecutionResult | None:
        """What comes next; None at the end."""
        found = await asyncio.wait_for(asyncio.shield(self.pending), within)
        self.pending = asyncio.create_task(self._next())
        return found

    async def data(self, within: float = PATIENCE_SECONDS) -> dict[str, Any]:
        """What is told next."""
        found = await self.result(within)
        assert found is not None and found.errors is None and found.data is not None, found
        return dict(found.data)

    async def end(self) -> None:
        """As when the client completes it."""
        self.pending.cancel()
        with suppress(asyncio.CancelledError, Closing):
            await self.pending
        await self._results.aclose()


@asynccontextmanager
async def hearing(database_url: str) -> AsyncIterator[None]:
    """This process listens for what a relay tells."""
    stop = asyncio.Event()
    with hub.subscribed(Interest(Topic.WISH, frozenset())) as probe:
        task = asyncio.create_task(listener.run(database_url, stop))
        assert await probe.news(PATIENCE_SECONDS) is not None
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, PATIENCE_SECONDS)


async def relay_all() -> None:
    """Tell whatever waits to be told."""
    while await relay.relay():
        pass


@asynccontextmanager
async def streaming(who: Person | None, document: str, **variables: Any) -> AsyncIterator[Stream]:
    """A subscription that stands, what it tells at its beginning taken; or one that was refused."""
    context = Context(
        request=Request({"type": "http", "headers": []}),
        connection_params={"Authorization": f"Bearer {who.token}"} if who else None,
    )
    context.viewer = await viewer_of(authorization_of(context))
    stream = Stream(await BUILT.stream(document, variable_values=variables, context_value=context))
    try:
        await asyncio.wait({stream.pending}, timeout=PATIENCE_SECONDS)
        if stream.stands:
            await stream.data()
        yield stream
    finally:
        await stream.end()


# -- The protocol, message by message ----------------------------------------------------------------------------------


@asynccontextmanager
async def opened(server: Server, path: str = "/graphql", **options: Any) -> AsyncIterator[ClientConnection]:
    url = server.url.replace("http", "ws") + path
    async with connect(
        url, **{"subprotocols": [PROTOCOL], "proxy": None, "open_timeout": PATIENCE_SECONDS, **options}
    ) as socket:
        yield socket


async def say(socket: ClientConnection, **message: Any) -> None:
    await socket.send(json.dumps(message))


async def hear(socket: ClientConnection) -> dict[str, Any]:
    return json.loads(await asyncio.wait_for(socket.recv(), PATIENCE_SECONDS))  # type: ignore[no-any-return]


async def greet(socket: ClientConnection, **payload: Any) -> None:
    await say(socket, type="connection_init", **({"payload": payload} if payload else {}))
    assert (await hear(socket))["type"] == "connection_ack"


async def ask(socket: ClientConnection, number: str, query: str = WHO, **payload: Any) -> dict[str, Any]:
    """The answer to one operation: its `next`, or its `error`."""
    await say(socket, id=number, type="subscribe", payload={"query": query, **payload})
    answer = await hear(socket)
    assert answer["id"] == number
    if answer["type"] == "next":
        assert await hear(socket) == {"id": number, "type": "complete"}
    return answer


async def ending(socket: ClientConnection) -> tuple[int, str]:
    """How the server closes the connection."""
    try:
        while True:
            await asyncio.wait_for(socket.recv(), PATIENCE_SECONDS)
    except ConnectionClosed:
        assert socket.close_code is not None
        return socket.close_code, socket.close_reason or ""


# -- What waits to be relayed ------------------------------------------------------------------------------------------


async def left(count: int, topic: str = "wish.changed", **columns: Any) -> list[UUID]:
    """So many words left, by so many transactions; what they are about."""
    subjects = [uuid7() for _ in range(count)]
    payload = {"household_id": str(uuid7()), "path": f"{uuid7()}/", "head_ids": []}
    await OutboxEntry.bulk_create(
        OutboxEntry(**{"topic": topic, "subject_id": subject, "payload": payload, "created_at": clock.now(), **columns})
        for subject in subjects
    )
    return subjects
