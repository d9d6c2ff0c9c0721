"""One statement locks rows of several tables in their order: who waits for one has those before it, and none after it.

That the statements are written in the order is held for every one of them (tests/town/lock_order.py); here PostgreSQL
shows that it goes through them so. What is read while locking is what was committed last, not what was there before.
"""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from models.shops import ShopMonth
from services.db import database
from services.kit import clock
from tests.town.documents import Api
from tests.town.postgres import holding, until_blocked
from tests.town.story import code
from tests.town.till import confirm, phone, prepare, promised
from tests.town.world import Travel, World

TURN = "pg_advisory_xact_lock(hashtextextended(format('%s:shop:%s', current_schema(), {shop}), 0))"
ONE_OF = {
    "household_heads": "SELECT 1 FROM household_heads WHERE id IN (SELECT head_id FROM passes) FOR UPDATE",
    "passes": "SELECT 1 FROM passes FOR UPDATE",
    "preparations": "SELECT 1 FROM preparations FOR UPDATE",
    "the turn": f"SELECT {TURN.format(shop='shop_id')} FROM passes",
    "shops": "SELECT 1 FROM shops WHERE id IN (SELECT shop_id FROM passes) FOR UPDATE",
    "discounts": "SELECT 1 FROM discounts WHERE id IN (SELECT discount_id FROM passes) FOR UPDATE",
    "discount_counters": "SELECT 1 FROM discount_counters FOR UPDATE",
    "shop_months": "SELECT 1 FROM shop_months FOR UPDATE",
    "points_accounts": "SELECT 1 FROM points_accounts WHERE head_id IN (SELECT head_id FROM passes) FOR UPDATE",
}
PREPARING = [name for name in ONE_OF if name != "preparations"]
CONFIRMING = [name for name in ONE_OF if name != "discounts"]


@pytest.fixture(autouse=True)
def _noon(travel: Travel) -> None:
    return


async def taken() -> set[str]:
    """Of which tables somebody has locked a row; and whether somebody has a turn."""
    found = set()
    for table in ONE_OF.keys() - {"the turn"}:
        free = await database.fetch(f"SELECT id FROM {table} FOR UPDATE SKIP LOCKED")
        if len(free) < await database.fetch_value(f"SELECT count(*) FROM {table}"):
            found.add(table)
    turns = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock' AND granted"
    return found | ({"the turn"} if await database.fetch_value(turns) else set())


async def waits_in_order(order: list[str], at: str, step: Any) -> dict[str, Any]:
    """The payload of a step that has waited at one of the places in the order."""
    async with holding(ONE_OF[at]):
        task = asyncio.create_task(step)
        await until_blocked()
        assert await taken() & set(order) - {at} == set(order[: order.index(at)]), "those before it, and none after it"
    return dict(await task)


@pytest.mark.parametrize("at", PREPARING)
async def test_preparing_locks_in_the_order(rich: World, api: Api, at: str) -> None:
    await ShopMonth.create(shop_id=rich.a.shop.id, month=clock.month_of(clock.now()))
    mine = await phone(api, rich.a)
    assert code(await waits_in_order(PREPARING, at, prepare(api, rich.a.cashier, mine.qr()))) is None


@pytest.mark.parametrize("at", CONFIRMING)
async def test_confirming_locks_in_the_order(rich: World, api: Api, at: str) -> None:
    made = await promised(api, rich.a)
    assert code(await waits_in_order(CONFIRMING, at, confirm(api, rich.a.cashier, made))) is None


async def test_a_pass_is_looked_at_as_it_is_once_it_is_locked(rich: World, api: Api) -> None:
    mine = await phone(api, rich.a)
    async with holding("UPDATE passes SET slot_misses = 5"):
        typed = asyncio.create_task(prepare(api, rich.a.cashier, mine.short()))
        await until_blocked()
    assert code(await typed) == "CODE_INVALID"
    async with holding("UPDATE passes SET expires_at = $1", clock.now()):
        scanned = asyncio.create_task(prepare(api, rich.a.cashier, mine.qr()))
        await until_blocked()
    assert code(await scanned) == "CODE_INVALID"
    assert await database.fetch_value("SELECT count(*) FROM preparations") == 0


@pytest.mark.parametrize(
    "change", ["UPDATE household_heads SET suspended_at = now()", "UPDATE shops SET state = 'SUSPENDED'"]
)
async def test_whoever_is_suspended_meanwhile_is_suspended(rich: World, api: Api, change: str) -> None:
    made = await promised(api, rich.a)
    async with holding(change):
        confirming = asyncio.create_task(confirm(api, rich.a.cashier, made))
        await until_blocked()
    assert code(await confirming) == "PREPARATION_CANCELLED"


async def test_a_day_that_is_closed_meanwhile_is_closed(rich: World, api: Api) -> None:
    made = await promised(api, rich.a)
    today = clock.day_of(clock.now())
    async with holding("UPDATE shops SET closed_through = $1", today):
        confirming = asyncio.create_task(confirm(api, rich.a.cashier, made))
        await until_blocked()
    assert code(await confirming) is None
    assert await database.fetch_value("SELECT statement_day FROM redemptions") == today + timedelta(days=1)
