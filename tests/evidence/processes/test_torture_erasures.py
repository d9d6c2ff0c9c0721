"""`kill -9` of a process that forgets people while tills are at work: each is forgotten wholly, or not at all.

Short in `make evidence`; `make torture` kills 200 times.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable

from models.discounts import Discount
from models.shops import Shop
from schema.graph import ids
from services.accounts import sessions
from services.db import database
from services.roles import accounts, phones
from services.work import privacy, reconciliation
from tests.evidence.shoppers import Load
from tests.town import torture
from tests.town.servers import ROOT, Server
from tests.town.sizes import size
from tests.town.torture import Clients, Head
from tests.town.waiting import until
from tests.town.world import World

KILLS = size(6, 200)
LONGER = 1.2  # than one takes beside the tills: until then a process is killed at any moment
# Says that it is there, and forgets whomever it is told to.
FORGETS = """
import asyncio, os, sys
from uuid import UUID
from services.db import database
from services.work import privacy

async def main():
    async with database.connected(os.environ["DATABASE_URL"]):
        await database.fetch_value("SELECT 1")
        print("ready", flush=True)
        await privacy.erase(UUID(sys.stdin.readline().strip()))
        print("done", flush=True)

asyncio.run(main())
"""


def forgetting(database_url: str) -> subprocess.Popen[bytes]:
    """A process that is about to forget somebody."""
    process = subprocess.Popen(
        [sys.executable, "-c", FORGETS],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout and process.stdout.readline() == b"ready\n"
    return process


async def seconds_taken(database_url: str, victim: Head) -> float:
    """How long one takes beside the tills, to its end."""
    process = await asyncio.to_thread(forgetting, database_url)
    began = time.monotonic()
    said, _ = await asyncio.to_thread(process.communicate, f"{victim.person.account_id}\n".encode())
    assert said == b"done\n"
    return time.monotonic() - began


async def killed_in_the_middle(database_url: str, victim: Head, seconds: float) -> None:
    """Begin to forget somebody, and `kill -9` the process after so long; its transaction ends with its connection."""
    process = await asyncio.to_thread(forgetting, database_url)
    assert process.stdin
    process.stdin.write(f"{victim.person.account_id}\n".encode())
    process.stdin.flush()
    await asyncio.sleep(seconds)
    os.kill(process.pid, signal.SIGKILL)  # a process that this test started
    process.communicate()

    async def let_go() -> bool:
        return not await locked(victim)

    await until(let_go)


async def locked(victim: Head) -> bool:
    sql = "SELECT id FROM accounts WHERE id = $1 FOR NO KEY UPDATE SKIP LOCKED"
    return not await database.fetch(sql, victim.person.account_id)


async def left_of(victim: Head, name: str) -> dict[str, bool]:
    """What of a person is there."""
    row = await database.fetch_one(
        """
        SELECT a.display_name = $2 AS name, a.phone_index IS NOT NULL AS phone, a.erased_at IS NULL AS account,
            h.name = $2 AS head, h.left_at IS NULL AS serving,
            EXISTS (SELECT 1 FROM sessions s WHERE s.account_id = a.id AND s.revoked_at IS NULL) AS session,
            EXISTS (SELECT 1 FROM memberships m WHERE m.account_id = a.id AND m.revoked_at IS NULL) AS role,
            EXISTS (SELECT 1 FROM passes p WHERE p.head_id = h.id AND p.state = 'LIVE') AS pass
        FROM accounts a, household_heads h WHERE a.id = $1 AND h.id = $3
        """,
        victim.person.account_id,
        name,
        victim.id,
    )
    assert row
    return {**row}


async def test_killed_while_people_are_forgotten(
    world: World, servers: Callable[[int], list[Server]], database_url: str
) -> None:
    assert world.a.shop and world.a.discount
    await Shop.filter(id=world.a.shop.id).update(monthly_ceiling_fen=1_000_000_000)
    await Discount.filter(id=world.a.discount.id).update(stock_total=10_000_000)
    running = servers(2)
    clients = Clients(lambda: [server.url for server in running])
    discount = ids.make("Discount", world.a.discount.id)
    first, *victims = await torture.heads(world.a, KILLS + 1, points=1000)
    names = {victim.id: f"忘{number:04}" for number, victim in enumerate(victims)}
    for number, victim in enumerate(victims):
        await named(victim, names[victim.id], f"177{number:08}")
        await victim.phone(clients, discount, f"pass-{number}")
    shoppers = await torture.heads(world.a, 4, points=10_000_000)
    load = Load(clients, shoppers, await torture.cashiers(world.a, 2), discount)
    ended: Counter[str] = Counter()
    async with torture.reported(f"{KILLS} kills of a process that forgets", clients) as figures:
        longest = LONGER * await seconds_taken(database_url, first)
        figures["seconds of one that is let be"] = round(longest / LONGER, 2)
        for victim in victims:
            await killed_in_the_middle(database_url, victim, clients.random.uniform(0.0, longest))
            left = await left_of(victim, names[victim.id])
            assert len(set(left.values())) == 1, left
            ended["not at all" if left["account"] else "wholly"] += 1
            assert await reconciliation.drifts() == [], "in the middle of it all"
            assert await privacy.erase(victim.person.account_id) is left["account"], "and once more"
            assert not any((await left_of(victim, names[victim.id])).values())
        await load.end()
        figures.update(ended)
    assert load.journal.confirmed and await reconciliation.drifts() == []


async def named(victim: Head, name: str, phone: str) -> None:
    """Give account and head the name, the account the phone, and a session."""
    await accounts.rename(victim.person.account_id, name)
    await phones.change(victim.person.account_id, phone)  # which ends the sessions
    victim.person.token = await sessions.open_session(victim.person.account_id)
    await database.execute("UPDATE household_heads SET name = $2 WHERE id = $1", victim.id, name)
