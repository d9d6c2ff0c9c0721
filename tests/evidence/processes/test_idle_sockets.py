"""Idle sockets from one address, two thousand in `make evidence-full`, leave room for a cashier."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from schema.graph import ids
from services.kit.settings import current
from tests.town import documents, raw, servers, story
from tests.town.live import ask, greet, opened
from tests.town.servers import Server
from tests.town.sizes import size
from tests.town.till import BILL, Phone
from tests.town.world import Person, World

SOCKETS = size(600, 2_000)  # a quarter of them all is 500
AT_ONCE = 50
CROWDED = 1013
ELSEWHERE = "198.51.100.7"


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    """A server with the default limits."""
    running = servers.start(database_url, tmp_path / "log")
    try:
        yield running
    finally:
        running.stop()
    assert "Traceback" not in running.written()


async def ended(socket: ClientConnection) -> int | None:
    """With which code the server has closed a socket that greets it; None where it stays open."""
    try:
        await greet(socket)
    except ConnectionClosed:
        return socket.close_code
    return None


async def done(server: Server, who: Person, name: str, **given: object) -> dict[str, object]:
    """What a mutation made."""
    body = {"query": documents.text(name), "variables": {"input": given}}
    answer = await raw.post(server.url, who.token, body)
    (payload,) = answer.body["data"].values()
    assert payload.pop("errors") == []
    return next(dict(value) for value in payload.values() if value)


async def a_cashier_works(server: Server, world: World) -> None:
    """Over a WebSocket, and at the till."""
    a = world.a
    assert a.cashier and a.discount
    async with opened(server) as socket:
        await greet(socket, authorization=f"Bearer {a.cashier.token}")
        assert (await ask(socket, "1"))["payload"]["data"] == {"viewer": {"displayName": a.cashier.name}}
    offer = {"discountId": ids.make("Discount", a.discount.id), "requestNo": story.request_no()}
    showing = Phone(await done(server, a.head_people[0], "PassIssue", **offer))
    prepared = await done(server, a.cashier, "RedemptionPrepare", code=showing.qr(), billFen=BILL)
    given = {"token": prepared["token"], "requestNo": story.request_no()}
    assert (await done(server, a.cashier, "RedemptionConfirm", **given))["state"] == "CONFIRMED"


async def test_websockets_of_one_address(rich: World, server: Server) -> None:
    codes: Counter[int | None] = Counter()
    async with AsyncExitStack() as stack:
        for _ in range(SOCKETS // AT_ONCE):
            ways = [opened(server, additional_headers={"x-forwarded-for": ELSEWHERE}) for _ in range(AT_ONCE)]
            sockets = await asyncio.gather(*map(stack.enter_async_context, ways))
            codes.update(await asyncio.gather(*map(ended, sockets)))
        quarter = current().max_websockets // 4
        assert codes == {None: quarter, CROWDED: SOCKETS - quarter}
        await a_cashier_works(server, rich)


async def test_connections_that_say_nothing(rich: World, server: Server) -> None:
    place = urlsplit(server.url)
    quiet = [await asyncio.open_connection(place.hostname, place.port) for _ in range(SOCKETS)]
    await a_cashier_works(server, rich)
    for _, writer in quiet:
        writer.close()
