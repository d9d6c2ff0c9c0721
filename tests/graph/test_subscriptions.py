"""Subscriptions in this process: when windows roll over, the database is away, a client stalls; what an event costs."""

import asyncio
import gc
import json
import os
import socket
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
import uvicorn
from starlette.applications import Starlette
from uuid_utils.compat import uuid7

from models.accounts import Membership
from models.enums import Role, WishState
from schema.graph import ids, subscriptions
from schema.graph.bearer import Overcrowded, Unauthenticated
from schema.graph.subscriptions import RENEWED_AFTER_SECONDS
from schema.http import sockets
from schema.http.sockets import Sockets
from services.accounts import acting, sessions
from services.db import database
from services.kit import clock
from services.kit.errors import Unavailable
from services.live import changes, outbox
from services.live.changes import Interest, Topic
from services.live.hub import Hub, hub
from services.points import totals
from services.work import relay
from tests.town import documents, points
from tests.town import wishes as town_wishes
from tests.town.documents import Api, instant
from tests.town.live import hearing, left, streaming
from tests.town.waiting import PATIENCE_SECONDS, until
from tests.town.world import Person, Travel, World, grant

BOARD = documents.text("LeaderboardChanged")
WISHES = documents.text("WishChanged")


@pytest_asyncio.fixture
async def told(db: None, database_url: str) -> AsyncIterator[None]:
    """This process listens, and has no subscribers afterwards."""
    assert len(hub) == 0
    async with hearing(database_url):
        yield
    assert len(hub) == 0 and hub._by_key == {}, "whoever left is forgotten"


@database.transactional
async def board_changes(world: World, at: datetime | None = None, path: str = "") -> None:
    outbox.leaderboard_changed(world.a.heads[0].id, path or world.a.grid.path, at)


@database.transactional
async def wish_changes(world: World, wish_id: UUID | None = None, household: int = 0) -> None:
    """Word of a wish; without one, of something that nobody can read."""
    subject = wish_id or world.a.heads[0].id
    outbox.wish_changed(subject, WishState.CANCELLED, world.a.households[household].id, world.a.grid.path, [])


async def silent(stream: Any, seconds: float = 0.4) -> None:
    done, _ = await asyncio.wait([stream.pending], timeout=seconds)
    assert not done, stream.pending.result()


@pytest.mark.parametrize(
    ("period", "eve"),
    [
        ("WEEK", datetime(2026, 5, 17, 23, 59, 59, 700_000)),
        ("MONTH", datetime(2026, 5, 31, 23, 59, 59, 700_000)),
        ("QUARTER", datetime(2026, 6, 30, 23, 59, 59, 700_000)),
        ("YEAR", datetime(2026, 12, 31, 23, 59, 59, 700_000)),
    ],
)
async def test_a_new_window_is_told_when_it_begins(
    travel: Travel, told: None, world: World, period: str, eve: datetime
) -> None:
    travel.to(eve.replace(tzinfo=clock.SHANGHAI))
    async with streaming(None, BOARD, period=period) as stream, streaming(None, BOARD, period="ALL") as ever:
        await silent(stream, 0.6)
        travel.by(seconds=1)
        event = (await stream.data(within=RENEWED_AFTER_SECONDS / 2))["leaderboardChanged"]
        assert event["period"] == period and event["changedAt"] == instant(clock.now())
        await board_changes(world, at=clock.now() - timedelta(seconds=2))
        await relay.relay()
        assert (await ever.data())["leaderboardChanged"]
        await silent(stream, 1.3)
        await board_changes(world, at=clock.now())
        await relay.relay()
        assert await stream.data()


async def test_a_reversal_of_last_month_moves_no_board_of_this_one(
    travel: Travel, told: None, world: World, api: Api
) -> None:
    from tests.town.points import reverse

    wish = await town_wishes.rated(api, world.a)
    await relay.relay()
    travel.by(days=20)
    async with streaming(None, BOARD, period="MONTH") as month, streaming(None, BOARD, period="QUARTER") as quarter:
        await reverse(wish_id=ids.find(wish, "Wish"), reason="评分有误", account_id=world.admin.account_id)
        await relay.relay()
        assert (await quarter.data())["leaderboardChanged"]["period"] == "QUARTER"
        await silent(month)


async def test_the_session_is_looked_up_again_before_anything_is_told(told: None, world: World) -> None:
    async with streaming(world.admin, BOARD, period="ALL") as stream, streaming(None, BOARD, period="ALL") as other:
        viewer = await sessions.authenticate(world.admin.token)
        assert viewer and viewer.session_id
        await sessions.revoke(viewer.session_id)
        await board_changes(world)
        await relay.relay()
        with pytest.raises(Unauthenticated):
            await stream.result()
        assert await other.data()


async def test_in_silence_the_session_is_looked_up_now_and_then(
    told: None, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriptions, "RENEWED_AFTER_SECONDS", 0.2)
    async with streaming(world.admin, BOARD, period="ALL") as stream:
        await silent(stream, 0.5)
        await database.execute("UPDATE sessions SET revoked_at = now()")
        with pytest.raises(Unauthenticated):
            await stream.result()


async def test_who_listens_alone_lets_the_session_idle_out(
    told: None, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriptions, "RENEWED_AFTER_SECONDS", 0.2)
    async with streaming(world.a.staff, WISHES) as stream:
        await database.execute(
            "UPDATE sessions SET method = 'PHONE', last_seen_at = $1", clock.now() - timedelta(minutes=20)
        )
        await wish_changes(world)
        await relay.relay()
        assert await stream.data()
        await database.execute(
            "UPDATE sessions SET last_seen_at = last_seen_at - $1::interval",
            acting.CONSOLE_IDLE - timedelta(minutes=20),
        )
        with pytest.raises(Unauthenticated):
            await stream.result()


async def test_whoever_gets_another_role_hears_of_what_comes_with_it(
    told: None, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriptions, "RENEWED_AFTER_SECONDS", 0.2)
    a = world.a
    async with streaming(a.residents[0], WISHES) as stream:
        await grant(a.residents[0].account_id, Role.RESIDENT, household=a.households[2])
        event = (await stream.data())["wishChanged"]
        assert event["reload"] and event["wishes"] == []
        await wish_changes(world, household=2)
        await relay.relay()
        assert (await stream.data())["wishChanged"]["reload"], "heard of, and it can't be read"
        await Membership.filter(account_id=a.residents[0].account_id, household_id=a.households[0].id).delete()
        assert (await stream.data())["wishChanged"]["reload"]
        await Membership.filter(account_id=a.residents[0].account_id).delete()
        refused = await stream.result()
        assert refused and refused.errors and refused.errors[0].extensions["code"] == "FORBIDDEN"
        assert await stream.result() is None


async def test_a_suspension_is_seen_at_once_on_a_board(told: None, world: World, api: Api) -> None:
    key = ids.make("HouseholdHead", world.a.heads[0].id)
    async with streaming(None, BOARD, period="MONTH") as stream:
        for name in ("HeadSuspend", "HeadResume"):
            payload = await api.run(world.a.staff.token, name, input={"headId": key, "reason": "核实情况"})  # type: ignore[union-attr]
            assert payload[name[0].lower() + name[1:]]["errors"] == []
            await relay.relay()
            assert (await stream.data())["leaderboardChanged"]["period"] == "MONTH"


async def test_a_building_is_gone_for_who_works_elsewhere_now(told: None, world: World) -> None:
    building = world.a.building
    async with streaming(world.a.staff, BOARD, areaId=ids.make("Area", building.id), period="ALL") as stream:
        await Membership.filter(account_id=world.a.staff.account_id).update(area_id=world.b.community.id)  # type: ignore[union-attr]
        await board_changes(world, path=building.path)
        await relay.relay()
        refused = await stream.result()
        assert refused and refused.errors and refused.errors[0].extensions["code"] == "NOT_FOUND"
        assert await stream.result() is None


async def test_while_the_database_is_away_nothing_is_lost(
    told: None, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with streaming(world.a.residents[0], WISHES) as stream:
        with monkeypatch.context() as away:

            async def gone(_: str | None) -> None:
                raise Unavailable("away")

            away.setattr(subscriptions, "watcher_of", gone)
            await wish_changes(world)
            await relay.relay()
            await silent(stream, 1.0)
        assert (await stream.data())["wishChanged"]["reload"]


async def test_while_the_database_is_away_none_begins(
    told: None, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would hold the turn of its operation until the database is back."""

    async def gone(_: str | None) -> None:
        raise Unavailable("away")

    monkeypatch.setattr(subscriptions, "watcher_of", gone)
    async with streaming(world.a.residents[0], WISHES) as stream:
        refused = await stream.result()
        assert refused and refused.errors and refused.errors[0].extensions["code"] == "UNAVAILABLE"
        assert await stream.result() is None


async def test_however_many_are_to_be_told_few_are_looked_up_at_a_time(
    told: None, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = most = 0
    look_up = subscriptions.watcher_of

    async def slow(authorization: str | None) -> Any:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0.01)
        inside -= 1
        return await look_up(authorization)

    async with AsyncExitStack() as stack:
        streams = [await stack.enter_async_context(streaming(None, BOARD, period="ALL")) for _ in range(30)]
        monkeypatch.setattr(subscriptions, "watcher_of", slow)
        await board_changes(world)
        await relay.relay()
        for stream in streams:
            await stream.data()
    assert most == subscriptions.MAX_EVENTS_AT_ONCE


async def test_with_no_room_for_another_it_is_sent_away(
    told: None, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriptions, "hub", Hub(most=0))
    async with streaming(None, BOARD, period="ALL") as stream:
        with pytest.raises(Overcrowded):
            await stream.result()


async def all_heard() -> None:
    """Until this process has heard whatever was relayed before."""
    key = uuid7()
    with hub.subscribed(Interest(Topic.WISH, frozenset({changes.household_key(key)}))) as probe:
        await left(1, payload={"household_id": str(key), "path": "d/", "head_ids": []})
        await relay.relay()
        assert await probe.news(PATIENCE_SECONDS)


@pytest.mark.parametrize(
    ("name", "who", "statements"),
    [("LeaderboardChanged", None, 1), ("LeaderboardChanged", "head", 2), ("WishChanged", "resident", 3)],
)
async def test_an_event_takes_so_many_statements(
    told: None, world: World, api: Api, name: str, who: str | None, statements: int
) -> None:
    """For one row as for twenty: the session, what changed, and what hangs on it."""
    a = world.a
    people: dict[str | None, Person | None] = {None: None, "head": a.head_people[0], "resident": a.residents[0]}
    variables = {"period": "ALL"} if name == "LeaderboardChanged" else {}
    for count in (1, 18):
        wishes = [ids.find(await town_wishes.dispatched(api, a), "Wish") for _ in range(count)]
        await relay.relay()
        await database.execute("UPDATE wishes SET state = 'CANCELLED'")
        await all_heard()
        with database.observed_statements() as seen:
            async with streaming(people[who], documents.text(name), **variables) as stream:
                for wish in wishes:
                    await wish_changes(world, wish)
                await board_changes(world)
                before = len(seen)
                await relay.relay()
                event = next(iter((await stream.data()).values()))
                asked = [one for one in seen[before:] if "outbox" not in one and not one.startswith("SELECT pg_")]
                assert len(asked) == statements, asked
                assert len(event.get("wishes", wishes)) == count


async def test_many_who_watch_one_board_are_told_by_one_read(told: None, world: World) -> None:
    """Each change is read anew, so that nobody is told an older version than the change that it is told of."""
    async with AsyncExitStack() as stack:
        seen = stack.enter_context(database.observed_statements())
        streams = [await stack.enter_async_context(streaming(None, BOARD, period="ALL")) for _ in range(20)]
        other = {"period": "ALL", "areaId": ids.make("Area", world.a.community.id)}
        streams += [await stack.enter_async_context(streaming(None, BOARD, **other)) for _ in range(20)]
        for version in (1, 2):
            await points.award(world.a, at=clock.now())
            before = len(seen)
            await board_changes(world)
            await relay.relay()
            events = [(await stream.data())["leaderboardChanged"] for stream in streams]
            assert {event["version"] for event in events} == {version}
            read = [one for one in seen[before:] if one.startswith("SELECT coalesce(sum(changes)")]
            assert len(read) == 2, "one for each area"


async def test_a_read_that_fails_is_made_again(told: None, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """All who waited for it are told once the database is back."""
    async with AsyncExitStack() as stack:
        streams = [await stack.enter_async_context(streaming(None, BOARD, period="ALL")) for _ in range(3)]
        with monkeypatch.context() as broken:
            broken.setattr(totals, "version", _away)
            await board_changes(world)
            await relay.relay()
            await silent(streams[0], 0.3)
        for stream in streams:
            assert await stream.data()


async def _away(_: UUID) -> int:
    raise Unavailable("away")


async def test_a_long_subscription_keeps_nothing_of_its_events(
    told: None, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.live.hub.EVERY_SECONDS", 0)
    async with streaming(None, BOARD, period="ALL") as stream:

        async def hear(events: int) -> None:
            for _ in range(events):
                hub.doubt()
                await stream.data()

        await hear(50)
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            await hear(500)
            gc.collect()
            kept = tracemalloc.get_traced_memory()[0] - before
        finally:
            tracemalloc.stop()
        assert kept < 500 * 400, f"{kept / 500:.0f} bytes an event"


# -- real sockets, in this process -------------------------------------------------------------------------------------


@asynccontextmanager
async def served(application: Starlette) -> AsyncIterator[tuple[uvicorn.Server, int]]:
    """The app behind our WebSockets, in this event loop; the port."""
    config = uvicorn.Config(
        application,
        port=0,
        lifespan="off",
        ws=Sockets,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=600,
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    try:
        yield server, server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await asyncio.wait_for(task, PATIENCE_SECONDS)


class Raw:
    """A WebSocket client that reads only when it is told to."""

    def __init__(self, port: int) -> None:
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.setblocking(False)
        self.port = port

    async def greet(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.sock_connect(self.socket, ("127.0.0.1", self.port))
        await loop.sock_sendall(
            self.socket,
            b"GET /graphql HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n",
        )
        assert b"101" in await loop.sock_recv(self.socket, 4096)
        await self.say(type="connection_init")
        assert b"connection_ack" in await loop.sock_recv(self.socket, 4096)

    async def say(self, **message: Any) -> None:
        text, mask = json.dumps(message).encode(), os.urandom(4)
        length = bytes([0x80 | 126]) + len(text).to_bytes(2, "big")
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(text))
        await asyncio.get_running_loop().sock_sendall(self.socket, b"\x81" + length + mask + masked)

    async def rest(self) -> bytes:
        """What still lies in the buffers, to the end of the connection."""
        loop, found = asyncio.get_running_loop(), b""
        with suppress(ConnectionResetError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while piece := await loop.sock_recv(self.socket, 1 << 16):
                    found += piece
        return found

    async def is_cut_off(self) -> bool:
        """Whether the other side ended the connection, once what still lies in the buffers is read."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while await loop.sock_recv(self.socket, 1 << 16):
                    pass
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False
        return True


NAMES = "{ __schema { types { name description } } }"  # some 10 kB


async def stall(client: Raw, server: uvicorn.Server, questions: int = 15) -> None:
    """Subscribe, ask for more than the buffers hold, and read none of it."""
    await client.greet()
    (connection,) = server.server_state.connections
    connection.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    await client.say(id="s", type="subscribe", payload={"query": BOARD, "variables": {"period": "ALL"}})
    await until(lambda: len(hub) > 0)
    for number in range(questions):
        await client.say(id=str(number), type="subscribe", payload={"query": NAMES})
    await until(lambda: not connection.writable.is_set() and tasks() > 0)


def tasks() -> int:
    """How many operations run on a connection of this process."""
    return sum("run_operation" in repr(task) for task in asyncio.all_tasks())


@pytest.mark.parametrize("questions", [1, 15])
async def test_a_client_that_stalls_is_cut_off_at_no_one_elses_cost(
    told: None, world: World, application: Starlette, monkeypatch: pytest.MonkeyPatch, questions: int
) -> None:
    monkeypatch.setattr(sockets, "TAKEN_WITHIN_SECONDS", 5.0)
    async with served(application) as (server, port):
        client = Raw(port)
        await stall(client, server, questions)
        assert len(server.server_state.connections) == 1
        async with streaming(None, BOARD, period="ALL") as other:
            assert len(hub) == 2
            for _ in range(2):
                await board_changes(world)
                await relay.relay()
                assert await other.data()
            assert len(server.server_state.connections) == 1, "before the one that stalls is cut off"
        await until(lambda: len(hub) == 0 and not server.server_state.connections and tasks() == 0)
        assert await client.is_cut_off()
        client.socket.close()


async def test_a_client_that_is_too_slow_is_told_to_come_back(
    told: None, world: World, application: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last that it reads is why: 1013, behind everything that it had not read."""
    monkeypatch.setattr(sockets, "TAKEN_WITHIN_SECONDS", 3.0)
    monkeypatch.setattr(sockets, "ENDED_WITHIN_SECONDS", 600.0)  # while it reads the rest
    async with served(application) as (server, port):
        client = Raw(port)
        await stall(client, server)
        (connection,) = server.server_state.connections
        await until(lambda: connection.close_sent)
        rest = await client.rest()
        last = b"\x88" + bytes([2 + len(b"too slow")]) + (1013).to_bytes(2, "big") + b"too slow"
        assert rest.endswith(last), rest[-40:]
        await until(lambda: len(hub) == 0 and not server.server_state.connections and tasks() == 0)
        client.socket.close()


async def test_a_client_that_stalls_does_not_keep_a_server_from_ending(
    told: None, world: World, application: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "TAKEN_WITHIN_SECONDS", 600.0)
    async with served(application) as (server, port):
        client = Raw(port)
        await stall(client, server)
        server.should_exit = True
        await until(lambda: not server.server_state.connections and tasks() == 0)
        client.socket.close()


async def test_a_slow_client_that_reads_is_not_cut_off(
    told: None, world: World, application: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "TAKEN_WITHIN_SECONDS", 5.0)
    loop = asyncio.get_running_loop()
    async with served(application) as (server, port):
        client = Raw(port)
        await stall(client, server)
        began, number = loop.time(), 100
        while loop.time() - began < 7:
            try:
                assert await asyncio.wait_for(loop.sock_recv(client.socket, 1 << 12), 0.2), "cut off"
            except TimeoutError:  # it has read all there was
                for again in range(number, number + 15):
                    await client.say(id=str(again), type="subscribe", payload={"query": NAMES})
                number += 15
            await asyncio.sleep(0.005)
        assert len(server.server_state.connections) == 1
        client.socket.close()
        await until(lambda: not server.server_state.connections and len(hub) == 0)
