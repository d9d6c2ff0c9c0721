"""Many tills at once over two server processes: one confirmation a pass, and of each scarce thing what there is.

Short in `make test`; `make torture` runs it at full size.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from models.discounts import Discount
from models.enums import DiscountKind
from models.shops import Shop
from schema.graph import ids
from services.db import database
from tests.town import torture
from tests.town.servers import Server
from tests.town.sizes import size
from tests.town.torture import Clients, Head, Wire, at_once, reported
from tests.town.world import Community, Person, World, discount

PASSES = size(10, 100)
CLIENTS = size(50, 200)
HEADS = size(40, 200)

TYPED = {
    "done",
    "ALREADY_CONFIRMED",
    "PREPARATION_CANCELLED",
    "CODE_INVALID",
    "JUST_REDEEMED",
    "PASS_IN_USE",
    "TOO_MANY_ATTEMPTS",
}

Start = Callable[[int], list[Server]]


@pytest.fixture
def clients(servers: Start) -> Clients:
    """Clients of two server processes."""
    running = servers(2)
    return Clients(lambda: [server.url for server in running])


async def count(what: str, *args: Any) -> int:
    return int(await database.fetch_value(f"SELECT count(*) FROM redemptions WHERE {what}", *args))


def shown(discount_row: Discount | None) -> str:
    assert discount_row
    return ids.make("Discount", discount_row.id)


async def test_of_many_tills_exactly_one_confirms_a_pass(world: World, clients: Clients) -> None:
    tills = await torture.cashiers(world.a, 8)
    heads = await torture.heads(world.a, 5, points=10 * PASSES)
    confirmed: list[str] = []
    async with reported(f"{CLIENTS} clients on each of {PASSES} passes", clients) as figures:
        for number in range(PASSES):
            await torture.forgive_guesses()
            confirmed += await one_pass(clients, number, heads[number % len(heads)], tills, world.a)
            assert len(confirmed) == number + 1, clients.told()
        figures["confirmed"] = len(confirmed)
    assert await count("state = 'CONFIRMED'") == PASSES == len(set(confirmed))
    assert await database.fetch_value("SELECT count(*) FROM passes WHERE state = 'SPENT'") == PASSES
    assert set().union(*clients.said.values()) <= TYPED | {"429 OVERLOADED"}, clients.told()
    await torture.let_holds_run_out()
    await torture.assert_whole()


async def one_pass(clients: Clients, number: int, head: Head, tills: list[Person], place: Community) -> list[str]:
    """Some confirm what was prepared, some prepare themselves, some with another bill; who was told yes."""
    phone = await head.phone(clients, shown(place.discount), f"p-{number}")
    assert not isinstance(phone, str), phone
    first = await clients.insist("RedemptionPrepare", tills[0], code=phone.qr(), billFen=8800)
    token = first.payload["preparation"]["token"]

    async def client(index: int, gate: asyncio.Event) -> str | None:
        wire = await Wire.open(clients.url())
        await gate.wait()
        till, mine = tills[index % len(tills)], token
        if index % 4:
            # A code typed or scanned, at whichever till; every fourth corrects the bill at the first one.
            code = phone.short() if index % 4 == 1 else phone.qr()
            till, bill = (tills[0], 8800 + index) if index % 4 == 3 else (till, 8800)
            prepared = await clients.insist("RedemptionPrepare", till, wire, code=code, billFen=bill)
            if not prepared.done:
                wire.close()
                return None
            mine, wire = prepared.payload["preparation"]["token"], await again(wire, clients)
        given = {"token": mine, "requestNo": f"c-{number}-{index}"}
        answer = await clients.insist("RedemptionConfirm", till, wire, **given)
        wire.close()
        return str(answer.payload["redemption"]["id"]) if answer.done else None

    makers = [lambda gate, index=index: client(index, gate) for index in range(CLIENTS)]
    return [found for found in await at_once(makers) if found]


async def again(wire: Wire, clients: Clients) -> Wire:
    """The same connection, or another when the server has ended it."""
    return wire if not wire.reader.at_eof() else await Wire.open(clients.url())


async def redeem(clients: Clients, head: Head, till: Person, phone: Any, bill_fen: int, request_no: str) -> str | None:
    """Prepare and confirm; None when it was done, or else why not."""
    prepared = await clients.insist("RedemptionPrepare", till, code=phone.qr(), billFen=bill_fen)
    if not prepared.done:
        return prepared.refused
    given = {"token": prepared.payload["preparation"]["token"], "requestNo": request_no}
    return (await clients.insist("RedemptionConfirm", till, **given)).refused


async def all_at_once(
    clients: Clients, shoppers: list[tuple[Head, str, int]], tills: list[Person]
) -> list[tuple[int, str | None]]:
    """Every head comes with a pass in hand and a bill; the bill and what became of it."""
    phones = [
        await head.phone(clients, discount_id, f"p-{number}") for number, (head, discount_id, _) in enumerate(shoppers)
    ]
    assert not [phone for phone in phones if isinstance(phone, str)]

    async def shopper(number: int, gate: asyncio.Event) -> tuple[int, str | None]:
        head, _, bill_fen = shoppers[number]
        await gate.wait()
        till = tills[number % len(tills)]
        return bill_fen, await redeem(clients, head, till, phones[number], bill_fen, f"c-{number}")

    return await at_once([lambda gate, number=number: shopper(number, gate) for number in range(len(shoppers))])


async def test_scarce_stock(world: World, clients: Clients) -> None:
    stock = HEADS // 4
    offer = await discount(world.a.shop, title="限量", stock_total=stock)
    heads = await torture.heads(world.a, HEADS)
    tills = await torture.cashiers(world.a, 8)
    async with reported(f"{HEADS} heads, {stock} in stock", clients) as figures:
        ended = await all_at_once(clients, [(head, shown(offer), 8800) for head in heads], tills)
        figures["confirmed"] = sum(why is None for _, why in ended)
    assert sorted(why or "" for _, why in ended) == [""] * stock + ["OUT_OF_STOCK"] * (HEADS - stock)
    assert await count("origin_id = $1", offer.id) == stock
    await torture.assert_whole()


async def test_a_scarce_ceiling(world: World, clients: Clients) -> None:
    """Bills of all sizes: never more than the ceiling, and whatever was refused would not fit now either."""
    saved = {1000 + 700 * number: (1000 + 700 * number) // 5 for number in range(HEADS)}
    ceiling = sum(saved.values()) // 3
    await Shop.filter(id=world.a.shop.id).update(monthly_ceiling_fen=ceiling)
    heads = await torture.heads(world.a, HEADS)
    tills = await torture.cashiers(world.a, 8)
    shoppers = [(head, shown(world.a.discount), bill) for head, bill in zip(heads, saved, strict=True)]
    clients.random.shuffle(shoppers)
    async with reported(f"{HEADS} bills, ceiling {ceiling} fen", clients) as figures:
        ended = await all_at_once(clients, shoppers, tills)
        given = await database.fetch_value("SELECT coalesce(sum(saved_fen), 0) FROM redemptions")
        figures |= {"confirmed": sum(why is None for _, why in ended), "given": given}
    assert {why for _, why in ended} == {None, "CEILING_REACHED"}
    assert given == sum(saved[bill] for bill, why in ended if why is None) <= ceiling
    assert min(saved[bill] for bill, why in ended if why) > ceiling - given
    await torture.assert_whole()


async def test_scarce_points(world: World, clients: Clients) -> None:
    """One head at once at many tills of two shops, with points for a third of it."""
    offers = size(12, 60)
    enough = offers // 3
    (head,) = await torture.heads(world.a, 1, points=10 * enough + 9)
    places = [world.a, world.b]
    made = [
        await discount(places[number % 2].shop, title=f"第{number}种", kind=DiscountKind.GIFT, gift="茶")
        for number in range(offers)
    ]
    tills = [await torture.cashiers(place, 4) for place in places]
    order = [tills[number % 2][number // 2 % 4] for number in range(offers)]
    async with reported(f"points for {enough} of {offers}", clients) as figures:
        ended = await all_at_once(clients, [(head, shown(offer), 8800) for offer in made], order)
        figures["confirmed"] = sum(why is None for _, why in ended)
    assert sorted(why or "" for _, why in ended) == [""] * enough + ["NOT_ELIGIBLE"] * (offers - enough)
    balances = {
        row["kind"]: row["balance"]
        for row in await database.fetch("SELECT kind, balance FROM points_accounts WHERE head_id = $1", head.id)
    }
    assert (balances["AVAILABLE"], balances["HELD"]) == (9, 0) and await count("head_id = $1", head.id) == enough
    await torture.assert_whole()


async def test_a_busy_shop_can_be_suspended(world: World, clients: Clients) -> None:
    """Its tills are never all idle, and still whoever decides about it gets a turn, each time and soon."""
    assert world.a.shop
    heads = await torture.heads(world.a, 24, points=1_000_000)
    tills = await torture.cashiers(world.a, 8)
    over = False

    async def shop(number: int, gate: asyncio.Event) -> int:
        await gate.wait()
        done, turn = 0, 0
        while not over:
            turn += 1
            phone = await heads[number].phone(clients, shown(world.a.discount), f"{number}-{turn}")
            if isinstance(phone, str):
                await asyncio.sleep(0.05)
            else:
                done += await redeem(clients, heads[number], tills[number % 8], phone, 8800, f"{number}-{turn}") is None
        return done

    async def decide() -> float:
        nonlocal over
        seconds = []
        try:
            await asyncio.sleep(2)
            for _ in range(size(3, 20)):
                for step, given in (("ShopSuspend", {"reason": "核查"}), ("ShopResume", {})):
                    began = time.monotonic()
                    answer = await clients.ask(step, world.admin, shopId=ids.make("Shop", world.a.shop.id), **given)
                    assert answer.done, answer
                    seconds.append(time.monotonic() - began)
                    await asyncio.sleep(0.3)
        finally:
            over = True
        return max(seconds)

    async with reported("a busy shop suspended and resumed", clients) as figures:
        makers = [lambda gate, number=number: shop(number, gate) for number in range(len(heads))]
        done, slowest = await asyncio.gather(at_once(makers), decide())
        figures |= {"confirmed meanwhile": sum(done), "slowest decision": f"{slowest:.2f} s"}
    assert sum(done)
    await torture.let_holds_run_out()
    await torture.assert_whole()


LIMITS = {"limit_per_day": "day", "limit_per_month": "month", "limit_total": "origin_id"}


@pytest.mark.parametrize("limit", LIMITS)
async def test_limits_of_a_head(world: World, clients: Clients, limit: str) -> None:
    """Each head's phone is copied to friends, who go to the tills again and again until nobody gets any more."""
    most, friends = 3, size(3, 8)
    offer = await discount(world.a.shop, title="限次", **{limit: most})
    heads = await torture.heads(world.a, size(6, 25))
    tills = await torture.cashiers(world.a, 8)

    async def friend(head: Head, number: int, gate: asyncio.Event) -> int:
        await gate.wait()
        got = 0
        for turn in range(20):
            name = f"{head.id.hex[-8:]}-{number}-{turn}"
            phone = await head.phone(clients, shown(offer), name)
            if isinstance(phone, str):
                assert phone == "LIMIT_REACHED"
                # A hold of another friend counts too, and may yet go back.
                if await count("head_id = $1", head.id) >= most:
                    break
                continue
            till = clients.random.choice(tills)
            why = await redeem(clients, head, till, phone, 8800, name)
            assert why in {
                None,
                "CODE_INVALID",
                "JUST_REDEEMED",
                "PASS_IN_USE",
                "PREPARATION_CANCELLED",
                "ALREADY_CONFIRMED",
            }, why
            got += why is None
        return got

    async with reported(f"{len(heads)} heads with {friends} friends each, {limit} {most}", clients) as figures:
        got = await at_once(
            [lambda gate, head=head, n=n: friend(head, n, gate) for head in heads for n in range(friends)]
        )
        figures["confirmed"] = sum(got)
    rows = await database.fetch(
        f"SELECT head_id, {LIMITS[limit]} AS period, count(*) AS n FROM redemptions GROUP BY head_id, {LIMITS[limit]}"
    )
    assert all(row["n"] <= most for row in rows), rows
    assert sum(row["n"] for row in rows) == sum(got) >= most * len(heads)
    assert {row["head_id"] for row in rows} == {head.id for head in heads}
    await torture.let_holds_run_out()
    await torture.assert_whole()
