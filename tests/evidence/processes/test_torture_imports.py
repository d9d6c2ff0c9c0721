"""Shops imported again and again with changes, beside tills that never rest: no deadlock, and every till goes on.

Short in `make test`; at full size it is 220 shops and a minute, and prints how slow the slowest till was, alone and
beside the import.
"""

import asyncio
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

from models.enums import Role
from models.shops import Shop
from schema.graph import ids
from services.db import database
from tests.evidence import importing
from tests.town import torture
from tests.town import world as district
from tests.town.roster import load
from tests.town.servers import ROOT, Server
from tests.town.torture import Answer, Clients, Head, progress, reported, size
from tests.town.world import Person, World

SHOPS = size(15, 220)
TILLS = 8
SECONDS = size(3, 60)

Start = Callable[[int], list[Server]]


@pytest.fixture
def clients(servers: Start) -> Clients:
    running = servers(2)
    return Clients(lambda: [server.url for server in running])


async def timed(took: list[float], clients: Clients, operation: str, cashier: Person, **given: Any) -> Answer:
    """Ask once; it must be done at once, however busy it is."""
    began = time.monotonic()
    answer = await clients.ask(operation, cashier, **given)
    took.append(time.monotonic() - began)
    assert answer.done, answer
    return answer


async def till(clients: Clients, head: Head, cashier: Person, shop: Shop, until: float) -> list[float]:
    """One till with one head who comes again and again; how long each prepare and confirm took, in seconds."""
    took: list[float] = []
    number = 0
    while time.monotonic() < until:
        number += 1
        row = await database.fetch_one("SELECT id FROM discounts WHERE shop_id = $1 AND state = 'ACTIVE'", shop.id)
        discount = ids.make("Discount", row["id"]) if row else ""
        phone = await head.phone(clients, discount, f"{shop.name}-{until}-{number}")
        if isinstance(phone, str):  # the version was replaced in this very moment
            continue
        prepared = await timed(took, clients, "RedemptionPrepare", cashier, code=phone.qr(), billFen=8800)
        token = prepared.payload["preparation"]["token"]
        await timed(took, clients, "RedemptionConfirm", cashier, token=token, requestNo=f"{shop.name}-{until}-{number}")
    return took


async def all_tills(clients: Clients, tills: list[tuple[Head, Person, Shop]]) -> list[float]:
    until = time.monotonic() + SECONDS
    return [one for took in await asyncio.gather(*(till(clients, *each, until) for each in tills)) for one in took]


async def test_shops_are_imported_beside_tills(world: World, clients: Clients, database_url: str) -> None:
    assert not (await load(importing.sheet(SHOPS, 0))).problems
    heads = await torture.heads(world.a, TILLS, points=10_000_000)
    tills = []
    for number, head in enumerate(heads):
        shop = await Shop.get(name=importing.name(number * SHOPS // TILLS))
        tills.append((head, await district.person("冯店员", Role.SHOP_STAFF, shop=shop), shop))
    await all_tills(clients, tills)  # warm
    async with reported(f"{TILLS} tills alone", clients) as figures:
        alone = await all_tills(clients, tills)
        figures |= {"answers": len(alone), "slowest": f"{max(alone):.3f} s"}
    before = await deadlocks()
    progress("with the import")
    async with reported(f"{TILLS} tills beside {SHOPS} shops imported", clients) as figures:
        importer = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.evidence.importing",
            str(SHOPS),
            str(SECONDS),
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": database_url},
            stdout=asyncio.subprocess.PIPE,
        )
        beside = await all_tills(clients, tills)
        out, _ = await importer.communicate()
        figures |= {"answers": len(beside), "slowest": f"{max(beside):.3f} s", "imports": out.decode().strip()}
    assert importer.returncode == 0 and int(out) >= 1
    assert await deadlocks() == before
    await torture.let_holds_run_out()
    await torture.assert_whole()


async def deadlocks() -> int:
    """How many the database has counted. A session tells it when it rests."""
    await asyncio.sleep(1.5)
    return int(await database.fetch_value("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"))
