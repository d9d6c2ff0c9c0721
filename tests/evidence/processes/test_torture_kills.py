"""`kill -9` of server processes while tills are at work: what was acknowledged is there, once; all else goes back.

Short in `make test`; `make torture` kills 300 times.
"""

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import Callable

from models.discounts import Discount
from models.shops import Shop
from schema.graph import ids
from services.work import reconciliation
from tests.evidence.shoppers import Load
from tests.town import torture
from tests.town.servers import Server
from tests.town.sizes import size
from tests.town.torture import Clients
from tests.town.world import World

KILLS = size(3, 300)
KILLS_BETWEEN_LOOKS = size(3, 25)  # of which KILLS is a multiple
SHOPPERS = 8


async def test_kills_under_load(world: World, servers: Callable[[int], list[Server]]) -> None:
    assert world.a.shop and world.a.discount
    await Shop.filter(id=world.a.shop.id).update(monthly_ceiling_fen=1_000_000_000)
    await Discount.filter(id=world.a.discount.id).update(stock_total=10_000_000)
    running = servers(2)
    clients = Clients(lambda: [server.url for server in running])
    shoppers = await torture.heads(world.a, SHOPPERS, points=10_000_000)
    load = Load(clients, shoppers, await torture.cashiers(world.a, 4), ids.make("Discount", world.a.discount.id))
    seconds: list[float] = []
    in_flight: Counter[bool] = Counter()
    async with torture.reported(f"{KILLS} kills under load", clients) as figures:
        for number in range(1, KILLS + 1):
            await asyncio.sleep(clients.random.uniform(0.3, 0.8))
            before = clients.broken
            kill(running[0])
            began = time.monotonic()
            running = await asyncio.to_thread(servers, 2)
            seconds.append(time.monotonic() - began)
            in_flight[clients.broken > before] += 1
            assert await reconciliation.drifts() == [], "in the middle of it all"
            if number % KILLS_BETWEEN_LOOKS == 0:
                await load.pause()
                torture.progress(f"{number} kills, {len(load.journal.confirmed)} acknowledged, all there")
                if number < KILLS:
                    load.open()
        await load.end()
        figures |= {
            "acknowledged": len(load.journal.confirmed),
            "revoked": len(load.journal.revoked),
            "kills that cut somebody off": in_flight[True],
            "restart seconds": f"{sum(seconds) / len(seconds):.1f}",
        }
    assert load.journal.confirmed and in_flight[True]


def kill(server: Server) -> None:
    """As `kill -9` does, by the process id of one that this run started."""
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
