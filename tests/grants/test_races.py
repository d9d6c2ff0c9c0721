"""Two at once about one promise, forced to meet: no more is promised than a shop approved, nor used than promised."""

import asyncio
from typing import Any

import pytest

from models.discounts import DiscountCounter
from schema.graph import ids
from services.db import database
from services.grants import ending
from tests.town import discounts, grants, story, till
from tests.town.documents import Api
from tests.town.grants import agree, counter, give, given, key, on_offer, revoke
from tests.town.postgres import at_once, holding, until_blocked
from tests.town.story import code
from tests.town.world import Travel, World


@pytest.fixture(autouse=True)
def _noon(travel: Travel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here may need a second run to get out of a deadlock."""
    monkeypatch.setattr(database, "RETRIES", 1)


async def counter_of(discount: str) -> tuple[str, Any]:
    row = await DiscountCounter.get(discount_id=ids.find(discount, "Discount"))
    return "discount_counters", row.id


def head_of(world: World, number: int = 0) -> tuple[str, Any]:
    return "household_heads", world.a.heads[number].id


async def issue(api: Api, world: World, discount: str) -> dict[str, Any]:
    who = world.a.head_people[0]
    return await story.act(api, who, "PassIssue", discountId=discount, requestNo=story.request_no())


async def test_the_last_one_is_promised_to_one(world: World, api: Api, database_url: str) -> None:
    gift = await on_offer(api, world, world.a, stockTotal=3)
    await given(api, world, world.b, gift, quantity=2)
    lock = await counter_of(gift)
    payloads = await at_once(database_url, lock, *(give(api, world.admin, world.a, gift, head) for head in (0, 1)))
    assert [code(payload) for payload in payloads] == [None, "OUT_OF_STOCK"]
    assert await counter(gift) == (0, 0, 3, 0)
    await agree()


async def test_one_head_is_thanked_once(world: World, api: Api, database_url: str) -> None:
    gift = await on_offer(api, world, world.a)
    payloads = await at_once(database_url, head_of(world), *(give(api, world.admin, world.a, gift) for _ in range(2)))
    assert [code(payload) for payload in payloads] == [None, "LIMIT_REACHED"]


@pytest.mark.parametrize("give_first", [True, False])
async def test_given_while_the_stock_is_lowered(world: World, api: Api, give_first: bool) -> None:
    """Either the new stock is too small for what is promised, or there is too little of it to promise."""
    gift = await on_offer(api, world, world.a, stockTotal=5)
    less = await discounts.revised(api, world.a, gift, **grants.CHECK_UP | {"stockTotal": 1, "costPoints": 0})
    await discounts.step(api, discounts.cashier_of(world.a), "DiscountSubmit", less)
    steps = [give(api, world.admin, world.a, gift, quantity=2), _approve(api, world, less)]
    assert world.a.shop
    async with holding(f"SELECT 1 FROM shops WHERE id = '{world.a.shop.id}' FOR UPDATE"):
        tasks = []
        for step in steps if give_first else steps[::-1]:
            tasks.append(asyncio.ensure_future(step))
            await until_blocked(len(tasks))
    first, second = [code(payload) for payload in await asyncio.gather(*tasks)]
    assert (first, second) == (None, "INVALID_STATE" if give_first else "OUT_OF_STOCK")
    await agree()


async def _approve(api: Api, world: World, discount: str) -> dict[str, Any]:
    return await story.act(api, world.admin, "DiscountApprove", discountId=discount)


@pytest.mark.parametrize("give_first", [True, False])
@pytest.mark.parametrize("ending_by", ["DiscountEnd", "ShopLeave"])
async def test_given_while_it_ends(world: World, api: Api, give_first: bool, ending_by: str) -> None:
    gift = await on_offer(api, world, world.a)
    assert world.a.shop
    named = {"discountId": gift} if ending_by == "DiscountEnd" else {"shopId": ids.make("Shop", world.a.shop.id)}
    steps = [
        give(api, world.admin, world.a, gift),
        story.act(api, discounts.cashier_of(world.a), ending_by, **named, reason="不办了"),
    ]
    async with holding(f"SELECT 1 FROM shops WHERE id = '{world.a.shop.id}' FOR UPDATE"):
        tasks = []
        for step in steps if give_first else steps[::-1]:
            tasks.append(asyncio.ensure_future(step))
            await until_blocked(len(tasks))
    first, second = [code(payload) for payload in await asyncio.gather(*tasks)]
    assert (first, second) == (None, "INVALID_STATE" if give_first else "DISCOUNT_NOT_AVAILABLE")


@pytest.mark.parametrize("revoke_first", [True, False])
async def test_prepared_while_it_is_revoked(world: World, api: Api, database_url: str, revoke_first: bool) -> None:
    gift = await on_offer(api, world, world.a)
    made = await given(api, world, world.a, gift)
    phone = await till.phone(api, world.a, discount=grants.row_of(gift))
    steps = [revoke(api, world.admin, made["id"]), till.prepare(api, world.a.cashier, phone.qr())]
    payloads = await at_once(database_url, head_of(world), *(steps if revoke_first else steps[::-1]))
    refused, last = [code(payload) for payload in payloads]
    assert (refused, last) == (None, "NOT_ELIGIBLE" if revoke_first else None)
    held = 0 if revoke_first else 1
    assert await counter(gift) == (held, 0, held, 0)
    await agree()


@pytest.mark.parametrize("revoke_first", [True, False])
async def test_taken_back_while_it_is_revoked(world: World, api: Api, database_url: str, revoke_first: bool) -> None:
    """Whoever comes second sees what the first has done: one use goes back to the stock, once."""
    gift = await on_offer(api, world, world.a)
    made = await given(api, world, world.a, gift, quantity=2)
    phone = await till.phone(api, world.a, discount=grants.row_of(gift))
    token = till.token(await till.prepare(api, world.a.cashier, phone.qr()))
    done = (await till.confirm(api, world.a.cashier, token))["redemption"]["id"]
    steps = [revoke(api, world.admin, made["id"]), till.revoke(api, world.a.cashier, done)]
    payloads = await at_once(database_url, await counter_of(gift), *(steps if revoke_first else steps[::-1]))
    assert [code(payload) for payload in payloads] == [None, None]
    assert await counter(gift) == (0, 0, 0, 0)
    await agree()


async def test_two_tills_and_one_grant(world: World, api: Api, database_url: str) -> None:
    """A pass for a grant is one, however often it is asked for; so is what it gives."""
    gift = await on_offer(api, world, world.a)
    await given(api, world, world.a, gift)
    first, second = await at_once(database_url, head_of(world), *(issue(api, world, gift) for _ in range(2)))
    assert first["pass"]["id"] == second["pass"]["id"]
    code_shown = first["pass"]["code"]
    prepared = await at_once(
        database_url, head_of(world), *(till.prepare(api, world.a.cashier, code_shown) for _ in range(2))
    )
    assert len({payload["preparation"]["token"] for payload in prepared}) == 1
    assert await counter(gift) == (1, 0, 1, 0)


async def test_the_tick_twice_at_once(world: World, api: Api, travel: Travel) -> None:
    made = [await grants.made(world.a, head) for head in (0, 1, 0)]
    travel.by(days=100)
    closed = await asyncio.gather(*(ending.close_over(10) for _ in range(3)))
    assert sum(closed) == len(made) == len({key(one) for one in made})
    assert await database.fetch_value("SELECT count(*) FROM audit_entries WHERE action = 'grant.end'") == 3
    await agree()
