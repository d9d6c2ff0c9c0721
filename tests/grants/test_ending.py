"""What time does to grants: the head hears of it 30 and 7 days before, and what is left goes back after the last."""

from datetime import timedelta
from typing import Any

import pytest

from models.enums import NotificationKind
from models.grants import Grant
from models.notices import Notification
from schema.graph import ids
from services.db import database
from services.grants import ending
from services.kit import clock
from services.work import tick
from tests.town import discounts, grants, notices, story, till
from tests.town.documents import Api
from tests.town.grants import agree, counter, given, mine, on_offer
from tests.town.postgres import holding
from tests.town.world import Travel, World, keep_signed_in


@pytest.fixture(autouse=True)
def _noon(travel: Travel) -> None:
    """Friday at noon."""


async def told(world: World) -> list[tuple[NotificationKind, bool]]:
    """What the head has been told of grants so far, the oldest first."""
    await notices.relayed()
    rows = await Notification.filter(account_id=world.a.head_people[0].account_id).order_by("id")
    return [(row.kind, row.reminder) for row in rows if row.kind.startswith("GRANT")]


GIVEN, SOON, LAST = (
    (NotificationKind.GRANT_GIVEN, False), (NotificationKind.GRANT_ENDS, False), (NotificationKind.GRANT_ENDS, True),
)  # fmt: skip


async def test_told_when_given_and_before_it_ends(world: World, api: Api, travel: Travel) -> None:
    gift = await on_offer(api, world, world.a)
    await given(api, world, world.a, gift, validUntil=grants.until(60))
    for days, now in ((0, 0), (29, 0), (1, 1), (22, 0), (1, 1), (7, 0)):
        travel.by(days=days)
        assert await ending.remind(10) == now, "each is met once"
        assert await ending.remind(10) == 0
    assert await told(world) == [GIVEN, SOON, LAST]


@pytest.mark.parametrize(("days", "hears"), [(31, [SOON, LAST]), (30, [LAST]), (8, [LAST]), (7, []), (0, [])])
async def test_no_reminder_of_what_was_given_late(
    world: World, api: Api, travel: Travel, days: int, hears: list[Any]
) -> None:
    gift = await on_offer(api, world, world.a)
    await given(api, world, world.a, gift, validUntil=grants.until(days))
    for _ in range(days + 1):
        await ending.remind(10)
        travel.by(days=1)
    assert await told(world) == [GIVEN, *hears]


async def test_after_a_long_standstill_told_once(world: World, api: Api, travel: Travel) -> None:
    gift = await on_offer(api, world, world.a)
    await given(api, world, world.a, gift, validUntil=grants.until(60))
    travel.by(days=58)
    assert (await ending.remind(10), await ending.remind(10)) == (1, 0)
    assert await told(world) == [GIVEN, LAST]


async def test_who_has_nothing_left_is_not_told(world: World, api: Api, travel: Travel) -> None:
    gift = await on_offer(api, world, world.a)
    await given(api, world, world.a, gift, validUntil=grants.until(40))
    issued = await story.done(api, world.a.head_people[0], "PassIssue", discountId=gift, requestNo=story.request_no())
    token = till.token(await till.prepare(api, world.a.cashier, issued["pass"]["code"]))
    assert (await till.confirm(api, world.a.cashier, token))["errors"] == []
    travel.by(days=11)
    assert await ending.remind(10) == 0
    assert GIVEN in await told(world) and SOON not in await told(world)


async def test_what_was_not_used_goes_back_to_the_stock(world: World, api: Api, travel: Travel) -> None:
    gift = await on_offer(api, world, world.a, stockTotal=2)
    for head in (0, 1):
        await given(api, world, world.a, gift, head=head, validUntil=grants.until(1))
    travel.by(days=1)
    await keep_signed_in()
    assert await ending.close_over(10) == 0, "the last day is inclusive"
    travel.by(days=1)
    await keep_signed_in()
    assert [one["state"] for one in await mine(api, world.a.head_people[0])] == ["OVER"], "before the tick comes"
    done = await tick.run(100)
    assert (done["grants_closed"], done["failed"]) == (2, 0)
    assert await counter(gift) == (0, 0, 0, 0)
    await grants.another_quarter(ids.make("Grant", (await Grant.first()).id))  # type: ignore[union-attr]
    await agree()
    await discounts.step(api, discounts.cashier_of(world.a), "DiscountEnd", gift)


async def test_many_end_in_batches(world: World, api: Api, travel: Travel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "BATCH", 2)
    for head in (0, 1, 0, 1, 0):
        await grants.made(world.a, head, valid_until=clock.day_of(clock.now()))
    travel.by(days=1)
    assert (await ending.close_over(3), await ending.close_over(10), await ending.close_over(10)) == (3, 2, 0)
    assert await database.fetch_value("SELECT count(*) FROM audit_entries WHERE action = 'grant.end'") == 5
    await agree()


async def test_a_locked_head_is_left_for_the_next_time(world: World, api: Api, travel: Travel) -> None:
    await grants.made(world.a, valid_until=clock.day_of(clock.now()))
    travel.by(days=1)
    async with holding("SELECT 1 FROM household_heads FOR UPDATE"):
        assert await ending.close_over(10) == 0
    assert await ending.close_over(10) == 1


async def test_prepared_on_the_last_day_confirmed_after(world: World, api: Api, travel: Travel) -> None:
    """What a till has promised it keeps, though the grant is over and closed by then."""
    gift = await on_offer(api, world, world.a)
    await given(api, world, world.a, gift, validUntil=grants.until(0))
    travel.to(clock.start_of(clock.day_of(clock.now()) + timedelta(days=1)) - timedelta(seconds=30))
    await keep_signed_in()
    phone = await till.phone(api, world.a, discount=grants.row_of(gift))
    token = till.token(await till.prepare(api, world.a.cashier, phone.qr()))
    travel.by(minutes=1)
    assert await ending.close_over(10) == 1
    assert (await till.confirm(api, world.a.cashier, token))["errors"] == []
    assert await counter(gift) == (0, 1, 1, 0)
    await agree()
