"""Turns at a shop: whoever changes it gets a turn although its tills never rest, and no till is let past who waits.

Without the queue each of these still works on a quiet shop: PostgreSQL lets a till that shares the shop's row in past
whoever waits to have it alone. So here a first till holds the shop while a change waits, and then a second till comes.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from models.enums import DiscountState, Role
from schema.graph import ids
from services.db import database
from services.kit.viewer import Viewer
from services.roles import memberships
from services.settlement import closing as statement_closing
from services.settlement import drifts
from services.till import dispute_actions, redemptions
from services.writes import turns
from tests.town import till
from tests.town.documents import Api
from tests.town.postgres import until_blocked
from tests.town.settlement import FRIDAY, at, closed_through, disputed, kept, redeemed, viewer
from tests.town.story import act, code
from tests.town.waiting import PATIENCE_SECONDS
from tests.town.world import Travel, World, discount, keep_signed_in

SATURDAY = FRIDAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def _before_two(travel: Travel) -> None:
    travel.to(at("2026-05-15T12:00"))


@asynccontextmanager
async def a_till_at_work(shop_id: UUID, *, queued: bool = True, last: str = "SELECT $1::uuid") -> AsyncIterator[None]:
    """A till that has the shop and keeps it until the block ends; then it runs `last` and commits.

    `queued` False: one of a release before there was a queue, as while an update is rolled out.
    """
    held, let_go = asyncio.Event(), asyncio.Event()

    @database.transactional
    async def work() -> None:
        if queued:
            await turns.shared(shop_id)
        await database.fetch("SELECT 1 FROM shops WHERE id = $1 FOR SHARE", shop_id)
        held.set()
        await let_go.wait()
        await database.execute(last, shop_id)

    task = asyncio.create_task(work())
    await asyncio.wait({task, asyncio.create_task(held.wait())}, return_when=asyncio.FIRST_COMPLETED)
    try:
        yield
    finally:
        let_go.set()
        await task


async def suspend(api: Api, world: World) -> Any:
    return await act(api, world.admin, "ShopSuspend", shopId=ids.make("Shop", world.a.shop.id), reason="投诉")


async def pause(api: Api, world: World) -> Any:
    return await act(api, world.a.cashier, "DiscountPause", discountId=ids.make("Discount", world.a.discount.id))


async def end_another(api: Api, world: World) -> Any:
    other = await discount(world.a.shop, title="另一项", state=DiscountState.ACTIVE)
    return await act(api, world.a.cashier, "DiscountEnd", discountId=ids.make("Discount", other.id))


async def set_ceiling(api: Api, world: World) -> Any:
    given = {"shopId": ids.make("Shop", world.a.shop.id), "monthlyCeilingFen": 900_000}
    return await act(api, world.a.cashier, "ShopSetCeiling", **given)


async def grant_staff(api: Api, world: World) -> Any:
    await memberships.grant(Role.SHOP_STAFF, world.a.shop.id, "13800000077", "小孟")
    return {"errors": []}


async def close(api: Api, world: World) -> Any:
    assert await statement_closing.close_next(world.a.shop.id) == FRIDAY
    return {"errors": []}


Change = Callable[[Api, World], Awaitable[Any]]
CHANGES: list[Change] = [suspend, pause, end_another, set_ceiling, grant_staff, close]


@pytest.mark.parametrize("change", CHANGES, ids=lambda one: one.__name__)
async def test_a_change_gets_its_turn_though_the_tills_never_rest(
    rich: World, api: Api, travel: Travel, change: Change
) -> None:
    """Of a relay of tills, of which at least one always has the shop, only those that came before are waited for."""
    a = rich.a
    await redeemed(api, travel, a, "2026-05-15T12:00")
    travel.to(at("2026-05-16T02:00:01"))
    await keep_signed_in()
    done, let_go = asyncio.Event(), asyncio.Event()

    @database.transactional
    async def second_till() -> bool:
        """Whether the change had been made when this till's turn came."""
        await turns.shared(a.shop.id)
        await database.fetch("SELECT 1 FROM shops WHERE id = $1 FOR SHARE", a.shop.id)
        changed = done.is_set()
        await let_go.wait()
        return changed

    async def changing() -> Any:
        payload = await change(api, rich)
        done.set()
        return payload

    async with a_till_at_work(a.shop.id):
        waiting = asyncio.create_task(changing())
        await until_blocked(1)
        till_two = asyncio.create_task(second_till())
        await until_blocked(2)
    try:  # the first till is gone; the second would keep the shop for ever
        async with asyncio.timeout(PATIENCE_SECONDS):
            payload = await waiting
    finally:
        let_go.set()
    assert code(payload) is None
    await till_two


async def confirming(api: Api, world: World, cashier: Viewer) -> Callable[[], Awaitable[Any]]:
    token = await till.promised(api, world.a)
    return lambda: redemptions.confirm(cashier, token, "n")


async def revoking(api: Api, world: World, cashier: Viewer) -> Callable[[], Awaitable[Any]]:
    made = ids.find((await till.redeemed(api, world.a))["id"], "Redemption")
    assert made
    return lambda: redemptions.revoke(cashier, made, "n", "退货")


async def upholding(api: Api, world: World, cashier: Viewer) -> Callable[[], Awaitable[Any]]:
    made = ids.find((await till.redeemed(api, world.a))["id"], "Redemption")
    assert made
    dispute_id, admin = await disputed(world.a, made), await viewer(world.admin)
    return lambda: dispute_actions.uphold(admin, dispute_id, "监控未见本人")


async def preparing(api: Api, world: World, cashier: Viewer) -> Callable[[], Awaitable[Any]]:
    live = await till.issued(api, world.a)
    return lambda: till.prepare(api, world.a.cashier, live["code"])


async def issuing(api: Api, world: World, cashier: Viewer) -> Callable[[], Awaitable[Any]]:
    return lambda: till.issued(api, world.a)


Till = Callable[[Api, World, Viewer], Awaitable[Callable[[], Awaitable[Any]]]]


@pytest.mark.parametrize("second", [confirming, revoking, upholding, preparing, issuing], ids=lambda one: one.__name__)
async def test_no_till_is_let_past_who_waits(rich: World, api: Api, travel: Travel, second: Till) -> None:
    a = rich.a
    travel.to(at("2026-05-16T01:59:30"))
    await keep_signed_in()
    cashier = await viewer(a.cashier)
    work = await second(api, rich, cashier)
    let_go = asyncio.Event()
    turn_came: list[bool] = []

    @database.transactional
    async def change() -> None:
        await turns.exclusive(a.shop.id)
        await database.fetch("SELECT 1 FROM shops WHERE id = $1 FOR NO KEY UPDATE", a.shop.id)
        turn_came.append(till_two.done())
        await let_go.wait()

    async with a_till_at_work(a.shop.id):
        waiting = asyncio.create_task(change())
        await until_blocked(1)
        till_two = asyncio.create_task(work())  # type: ignore[arg-type]
        await until_blocked(2)
        await asyncio.sleep(0)
        assert not till_two.done(), "it was let in past the change"
    await until_blocked(1)  # now for the change, which has the shop
    let_go.set()
    await asyncio.gather(waiting, till_two)
    assert turn_came == [False]


async def test_a_day_is_closed_between_two_tills_that_overlap(rich: World, api: Api, travel: Travel) -> None:
    """One always has the shop. What the second gives, which came after the closing, belongs to the next day."""
    a = rich.a
    first = await redeemed(api, travel, a, "2026-05-16T01:59:00")
    cashier, token = await viewer(a.cashier), await till.promised(api, a)
    travel.to(at("2026-05-16T02:00:01"))
    async with a_till_at_work(a.shop.id):
        closing = asyncio.create_task(statement_closing.close_next(a.shop.id))
        await until_blocked(1)
        confirming = asyncio.create_task(redemptions.confirm(cashier, token, "second"))
        await until_blocked(2)
    made = await confirming
    assert (await closing, made.statement_day) == (FRIDAY, SATURDAY)
    (statement,) = await kept(a)
    assert [row["redemption_id"] for row in statement["rows"]] == [first]
    assert await drifts.drifts() == []


async def test_a_till_that_knows_no_queue_is_waited_for_all_the_same(rich: World, api: Api, travel: Travel) -> None:
    """The shop's row is locked too: nothing is read of a day on which such a till is still at work."""
    a = rich.a
    await redeemed(api, travel, a, "2026-05-15T12:00")
    late = await redeemed(api, travel, a, "2026-05-16T02:00:01")
    falls_into_friday = (
        "UPDATE redemptions SET statement_day = '2026-05-15' WHERE shop_id = $1 AND statement_day = '2026-05-16'"
    )
    async with a_till_at_work(a.shop.id, queued=False, last=falls_into_friday):
        closing = asyncio.create_task(statement_closing.close_next(a.shop.id))
        await until_blocked(1)
    assert await closing == FRIDAY == await closed_through(a)
    (statement,) = await kept(a)
    assert late in [row["redemption_id"] for row in statement["rows"]]
    assert await drifts.drifts() == []
