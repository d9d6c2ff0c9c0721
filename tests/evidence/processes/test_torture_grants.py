"""Two hundred clients race for the last check-ups: given, taken and used on two server processes, never one too many.

Short in `make test`; `make torture` runs it at full size.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from schema.graph import ids
from services.db import database
from services.kit import clock
from services.settlement import closing
from tests.town import grants, torture
from tests.town.servers import Server
from tests.town.sizes import size
from tests.town.torture import Clients, Head, at_once, reported
from tests.town.world import Person, World, discount

HEADS = size(40, 200)
STOCK = HEADS // 4
FRIENDS = 2  # each of whom has a copy of the head's phone

Start = Callable[[int], list[Server]]


@pytest.fixture
def clients(servers: Start) -> Clients:
    """Clients of two server processes."""
    running = servers(2)
    return Clients(lambda: [server.url for server in running])


async def give(clients: Clients, admin: Person, head: Head, gift: str, number: int) -> str | None:
    """Two check-ups for a head; None when it was done, or else why not."""
    answer = await clients.insist(
        "GrantGive",
        admin,
        headId=ids.make("HouseholdHead", head.id),
        discountId=gift,
        quantity=2,
        validUntil=(clock.day_of(clock.now()) + timedelta(days=30)).isoformat(),
        note=grants.NOTE,
        requestNo=f"g-{number}",
    )
    return answer.refused


async def use(clients: Clients, head: Head, gift: str, till: Person, name: str) -> str | None:
    """Take a pass, prepare and confirm; None when it was done, or else why not."""
    phone = await head.phone(clients, gift, f"p-{name}")
    if isinstance(phone, str):
        return phone
    prepared = await clients.insist("RedemptionPrepare", till, code=phone.qr(), billFen=100)
    if not prepared.done:
        return prepared.refused
    given = {"token": prepared.payload["preparation"]["token"], "requestNo": f"c-{name}"}
    return (await clients.insist("RedemptionConfirm", till, **given)).refused


async def test_the_last_check_ups(world: World, clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    """All are given at once, then all come at once, each with a friend, until nobody gets any more. The shop's
    statement has as many as were used."""
    offer = await discount(world.a.shop, **grants.ROW | {"stock_total": STOCK}, title="免费体检")
    gift = ids.make("Discount", offer.id)
    heads = await torture.heads(world.a, HEADS, points=0)
    tills = await torture.cashiers(world.a, 8)

    async def giver(number: int, gate: asyncio.Event) -> str | None:
        await gate.wait()
        return await give(clients, world.admin, heads[number], gift, number)

    async def user(head: Head, number: int, gate: asyncio.Event) -> int:
        await gate.wait()
        got = 0
        for turn in range(8):
            why = await use(clients, head, gift, tills[number % len(tills)], f"{number}-{turn}")
            got += why is None
            if why == "NEEDS_GRANT" and not await database.fetch_value(
                "SELECT count(*) FROM preparations WHERE head_id = $1 AND state = 'LIVE'", head.id
            ):
                break
        return got

    async with reported(f"{HEADS} heads for {STOCK} check-ups, two each", clients) as figures:
        given = await at_once([lambda gate, number=number: giver(number, gate) for number in range(HEADS)])
        assert sorted(why or "" for why in given) == [""] * (STOCK // 2) + ["OUT_OF_STOCK"] * (HEADS - STOCK // 2)
        got = await at_once(
            [
                lambda gate, head=head, number=number: user(head, number, gate)
                for number, head in enumerate([head for head in heads for _ in range(FRIENDS)])
            ]
        )
        figures |= {"given": given.count(None), "used": sum(got)}
    rows = await database.fetch(
        "SELECT g.id, g.quantity, count(r.id) AS used FROM grants g JOIN passes p ON p.grant_id = g.id"
        " JOIN redemptions r ON r.issued_pass_id = p.id GROUP BY g.id, g.quantity"
    )
    assert sum(got) == sum(row["used"] for row in rows) == STOCK // 2 * 2
    assert all(row["used"] == row["quantity"] for row in rows)
    await torture.let_holds_run_out()
    await torture.assert_whole()
    assert await settled(world, monkeypatch) == sum(got)
    await torture.assert_whole()


async def settled(world: World, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many redemptions the shop's statement of today has, once tomorrow is there."""
    assert world.a.shop
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=1))
    while await closing.close_due():
        pass
    return int(
        await database.fetch_value(
            "SELECT count(*) FROM statement_rows r JOIN statements s ON s.id = r.statement_id WHERE s.shop_id = $1",
            world.a.shop.id,
        )
    )
