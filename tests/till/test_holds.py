"""What a preparation holds: scarce things go to exactly one, and what ran out goes back once, by itself."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from models.discounts import Discount, DiscountCounter
from models.enums import PreparationState, Role
from models.shops import Shop
from models.till import Pass, Preparation
from schema.graph import ids
from services.db import database
from services.kit import clock
from services.till import holds, preparation_tokens
from services.work import tick
from tests.town import points, postgres, story, till
from tests.town.documents import Api
from tests.town.postgres import engine
from tests.town.story import act, code
from tests.town.till import BILL, HELD, UNTOUCHED, Phone, books, confirm, phone, prepare, token
from tests.town.world import FRIDAY_NOON, Person, Travel, World, discount, person, shop

FRIDAY = FRIDAY_NOON.date()


@pytest.fixture(autouse=True)
def _noon(travel: Travel) -> None:
    return


async def state_of(preparation_token: str) -> PreparationState:
    key = preparation_tokens.id_of(preparation_token)
    assert key is not None
    return (await Preparation.get(id=key)).state


# Scarce things


async def test_the_ceiling_is_a_calendar_months(rich: World, api: Api, travel: Travel) -> None:
    await Shop.filter(id=rich.a.shop.id).update(monthly_ceiling_fen=1760)
    travel.to(datetime(2026, 5, 31, 23, 59, 0, tzinfo=clock.SHANGHAI))
    await till.redeemed(api, rich.a)
    mine = await phone(api, rich.a, head=1)
    assert code(await prepare(api, rich.a.cashier, mine.qr())) == "CEILING_REACHED"
    travel.by(seconds=60)
    assert code(await prepare(api, rich.a.cashier, mine.qr())) is None
    rows = await database.fetch("SELECT month, held_fen, given_fen FROM shop_months ORDER BY month")
    assert [(str(row["month"]), row["held_fen"], row["given_fen"]) for row in rows] == [
        ("2026-05-01", 0, 1760),
        ("2026-06-01", 1760, 0),
    ]


async def test_what_is_missing_is_made(rich: World, api: Api) -> None:
    """A discount may have come without its counter."""
    await DiscountCounter.all().delete()
    mine = await phone(api, rich.a)
    assert code(await prepare(api, rich.a.cashier, mine.qr())) is None
    assert await books(rich.a) == HELD


Scarcity = Callable[[World], Awaitable[Any]]


async def _one_in_stock(world: World) -> None:
    await Discount.filter(id=world.a.discount.id).update(stock_total=1)


async def _one_under_the_ceiling(world: World) -> None:
    await Shop.filter(id=world.a.shop.id).update(monthly_ceiling_fen=1760)


@pytest.mark.parametrize(
    ("scarce", "table", "expected"),
    [
        (_one_in_stock, "discount_counters", "OUT_OF_STOCK"),
        (_one_under_the_ceiling, "shop_months", "CEILING_REACHED"),
    ],
)
async def test_the_last_one_goes_to_exactly_one(
    rich: World, api: Api, colleague: Person, scarce: Scarcity, table: str, expected: str
) -> None:
    await scarce(rich)
    warm_up = await phone(api, rich.a)  # so that the month's row is there to be fought over
    await prepare(api, rich.a.cashier, warm_up.qr())
    await act(api, rich.a.head_people[0], "PassCancel", passId=warm_up.id)
    phones = [await phone(api, rich.a), await phone(api, rich.a, head=1)]

    async with postgres.holding(f"SELECT 1 FROM {table} FOR UPDATE"):
        both = [
            asyncio.create_task(prepare(api, cashier, one.qr()))
            for cashier, one in zip((rich.a.cashier, colleague), phones, strict=True)
        ]
        await postgres.until_blocked(2)
    payloads = await asyncio.gather(*both)
    assert sorted(code(payload) or "" for payload in payloads) == ["", expected]
    taken = {key: value for key, value in (await books(rich.a)).items() if key in ("stock_held", "fen_held")}
    assert taken == {"stock_held": 1, "fen_held": 1760}


async def test_the_last_points_go_to_exactly_one(world: World, api: Api) -> None:
    """One head at two tills of two shops, with points for one."""
    await points.give_points(world.a.heads[0].id, 10)
    here, there = await phone(api, world.a), await phone(api, world.a, discount=world.b.discount)

    async with postgres.holding("SELECT 1 FROM household_heads WHERE id = $1 FOR UPDATE", world.a.heads[0].id):
        both = [
            asyncio.create_task(prepare(api, world.a.cashier, here.qr())),
            asyncio.create_task(prepare(api, world.b.cashier, there.qr())),
        ]
        await postgres.until_blocked(2)
    payloads = await asyncio.gather(*both)
    assert sorted(code(payload) or "" for payload in payloads) == ["", "NOT_ELIGIBLE"]
    assert (await books(world.a))["held"] == 10 and "available" not in await books(world.a)


async def test_two_tills_and_one_pass(rich: World, api: Api, colleague: Person) -> None:
    for _ in range(5):
        mine = await phone(api, rich.a)
        payloads = await asyncio.gather(prepare(api, rich.a.cashier, mine.qr()), prepare(api, colleague, mine.short()))
        assert sorted(code(payload) or "" for payload in payloads) == ["", "PASS_IN_USE"]
        assert await books(rich.a) == HELD
        await act(api, rich.a.head_people[0], "PassCancel", passId=mine.id)


async def test_the_same_till_twice_at_once(rich: World, api: Api) -> None:
    mine = await phone(api, rich.a)
    payloads = await asyncio.gather(*(prepare(api, rich.a.cashier, mine.qr()) for _ in range(4)))
    assert len({token(payload) for payload in payloads}) == 1 and await books(rich.a) == HELD
    payloads = await asyncio.gather(*(prepare(api, rich.a.cashier, mine.qr(), 9000 + n) for n in range(4)))
    assert len({token(payload) for payload in payloads}) == 4
    assert await Preparation.filter(state=PreparationState.LIVE).count() == 1
    assert (await books(rich.a))["stock_held"] == 1 and (await books(rich.a))["held"] == 10


async def test_a_pass_that_is_cancelled_while_the_till_waits(rich: World, api: Api) -> None:
    mine = await phone(api, rich.a)

    async with postgres.holding("SELECT 1 FROM household_heads WHERE id = $1 FOR UPDATE", rich.a.heads[0].id):
        preparing = asyncio.create_task(prepare(api, rich.a.cashier, mine.short()))
        await postgres.until_blocked()
        await story.done(api, rich.a.head_people[0], "PassCancel", passId=mine.id)
    assert code(await preparing) == "CODE_INVALID"
    assert await books(rich.a) == {"available": 100}
    assert (await Pass.get(id=ids.find(mine.id, "Pass"))).slot_misses == 0


async def test_a_pass_that_is_cancelled_while_the_till_holds_it(rich: World, api: Api) -> None:
    """The cancellation waits until the preparation is there, and then gives it back."""
    mine = await phone(api, rich.a)
    async with postgres.holding("SELECT 1 FROM discount_counters FOR UPDATE"):
        preparing = asyncio.create_task(prepare(api, rich.a.cashier, mine.qr()))
        await postgres.until_blocked()
        cancelling = asyncio.create_task(act(api, rich.a.head_people[0], "PassCancel", passId=mine.id))
        await postgres.until_blocked(2)
    made = token(await preparing)
    assert code(await cancelling) is None
    assert await state_of(made) == PreparationState.CANCELLED
    assert await books(rich.a) == UNTOUCHED


# What ran out


async def test_holds_that_ran_out_are_released_by_any_touch(
    rich: World, api: Api, travel: Travel, colleague: Person
) -> None:
    await Discount.filter(id=rich.a.discount.id).update(stock_total=1)
    await Shop.filter(id=rich.a.shop.id).update(monthly_ceiling_fen=1760)
    mine, other = await phone(api, rich.a), await phone(api, rich.a, head=1)
    first = token(await prepare(api, rich.a.cashier, mine.qr()))
    assert code(await prepare(api, colleague, other.qr())) == "OUT_OF_STOCK"
    travel.by(seconds=119, milliseconds=999)
    assert code(await prepare(api, colleague, other.qr())) == "OUT_OF_STOCK"
    travel.by(milliseconds=1)
    assert code(await prepare(api, colleague, other.qr())) is None
    assert await state_of(first) == PreparationState.EXPIRED
    assert await books(rich.a) == {"available": 100, "stock_held": 1, "fen_held": 1760}
    assert await books(rich.a, head=1) == HELD


async def test_a_heads_own_holds_elsewhere_are_released_too(world: World, api: Api, travel: Travel) -> None:
    await points.give_points(world.a.heads[0].id, 10)
    here, there = await phone(api, world.a), await phone(api, world.a, discount=world.b.discount)
    await prepare(api, world.a.cashier, here.qr())
    assert code(await prepare(api, world.b.cashier, there.qr())) == "NOT_ELIGIBLE"
    travel.by(seconds=120)
    assert code(await prepare(api, world.b.cashier, there.qr())) is None
    assert await books(world.a) == {"held": 10}


async def test_the_sweep_gives_back_exactly_once(rich: World, api: Api, travel: Travel) -> None:
    phones = [await phone(api, rich.a), await phone(api, rich.a, head=1)]
    tokens = [token(await prepare(api, rich.a.cashier, one.qr())) for one in phones]
    assert await holds.release_expired() == 0
    travel.by(seconds=120)
    assert await holds.release_expired(1) == 1
    assert sum(await asyncio.gather(*(holds.release_expired() for _ in range(4)))) == 1
    assert await holds.release_expired() == 0
    assert [await state_of(each) for each in tokens] == [PreparationState.EXPIRED] * 2
    assert await books(rich.a) == {"available": 100} == await books(rich.a, head=1)
    assert await database.fetch_value("SELECT count(*) FROM audit_entries WHERE action = 'preparation.expire'") == 2
    assert await database.fetch_value("SELECT count(*) FROM points_transfers WHERE kind = 'RELEASE'") == 2


async def test_what_has_ended_is_not_given_back_again(rich: World, api: Api) -> None:
    mine = await phone(api, rich.a)
    await prepare(api, rich.a.cashier, mine.qr())
    key = ids.find(mine.id, "Pass")
    assert key

    @database.transactional
    async def twice() -> None:
        (hold,) = await holds.lock_of_pass(key)
        for _ in range(2):
            await holds.give_back([(hold, PreparationState.CANCELLED)], clock.now())

    await twice()
    assert await books(rich.a) == UNTOUCHED


async def test_the_sweep_goes_on_over_several_batches(rich: World, api: Api, travel: Travel, monkeypatch: Any) -> None:
    monkeypatch.setattr(holds, "BATCH", 2)
    for number in range(5):
        mine = await phone(api, rich.a, discount=await discount(rich.a.shop, title=f"第{number}种"))
        await prepare(api, rich.a.cashier, mine.qr())
    travel.by(seconds=120)
    assert await holds.release_expired(100) == 5
    assert await books(rich.a) == {"available": 100}


async def test_a_hold_that_cannot_be_given_back_keeps_no_other_waiting(
    rich: World, api: Api, travel: Travel, monkeypatch: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """The bad ones are the oldest, fill a batch, and more of them come in one with a good one."""
    monkeypatch.setattr(holds, "BATCH", 2)
    made = []
    for number in range(5):
        made.append(await discount(rich.a.shop, title=f"第{number}种"))
        await prepare(api, rich.a.cashier, (await phone(api, rich.a, discount=made[-1])).qr())
    bad = [one.id for one in made[:3]]
    await DiscountCounter.filter(discount_id__in=bad).update(held=0)  # one less would be below nothing
    travel.by(seconds=120)
    counts = await tick.run(limit=2)
    assert (counts["preparations_released"], counts["failed"]) == (2, 3)
    assert caplog.text.count("IntegrityError") == 3 and caplog.text.count("preparation ") == 3
    states = {one.discount_id: one.state for one in await Preparation.all()}
    assert states == {one.id: PreparationState.LIVE if one.id in bad else PreparationState.EXPIRED for one in made}
    with pytest.raises(IntegrityError):
        await holds.release_expired()
    monkeypatch.setattr(holds, "MAX_FAILURES", 1)
    passed: list[Any] = []
    assert await holds.release_expired(1, lambda key, error: not passed.append(key)) == 0
    assert len(passed) == 2, "and it goes on past so many and no more"
    assert await holds.release_expired(9, lambda key, error: bool(passed.append(key))) == 0 and len(passed) == 3
    await DiscountCounter.filter(discount_id__in=bad).update(held=1)
    assert await holds.release_expired() == 3
    assert await books(rich.a) == {"available": 100}


async def test_a_hold_whose_discount_is_locked_keeps_no_other_waiting(
    rich: World, api: Api, travel: Travel, monkeypatch: Any, database_url: str
) -> None:
    made = [await discount(rich.a.shop, title=f"第{number}种") for number in range(3)]
    for one in made:
        await prepare(api, rich.a.cashier, (await phone(api, rich.a, discount=one)).qr())
    travel.by(seconds=120)
    locked = "SELECT 1 FROM discount_counters WHERE discount_id = $1 FOR UPDATE"
    async with engine(database_url, database_lock_timeout_seconds=0.2), postgres.holding(locked, made[0].id):
        counts = await tick.run()
        assert (counts["preparations_released"], counts["failed"]) == (2, 1)
    assert (await tick.run())["preparations_released"] == 1


async def test_the_sweep_leaves_what_somebody_works_on(rich: World, api: Api, travel: Travel) -> None:
    mine = await phone(api, rich.a)
    await prepare(api, rich.a.cashier, mine.qr())
    travel.by(seconds=120)

    async with postgres.holding("SELECT 1 FROM preparations FOR NO KEY UPDATE"):
        assert await holds.release_expired() == 0
    assert await holds.release_expired() == 1


async def test_confirm_sweep_and_prepare_at_the_moment_of_expiry(
    rich: World, api: Api, travel: Travel, colleague: Person
) -> None:
    for _ in range(5):
        mine, other = await phone(api, rich.a), await phone(api, rich.a, head=1)
        first = token(await prepare(api, rich.a.cashier, mine.qr()))
        travel.by(seconds=120)
        confirmed, _, prepared = await asyncio.gather(
            confirm(api, rich.a.cashier, first), holds.release_expired(), prepare(api, colleague, other.qr())
        )
        assert code(confirmed) == "PREPARATION_EXPIRED" and code(prepared) is None
        assert await books(rich.a) == {"available": 100, "stock_held": 1, "fen_held": 1760}
        assert await books(rich.a, head=1) == HELD
        await act(api, rich.a.head_people[1], "PassCancel", passId=other.id)


async def test_many_tills_and_many_holds_that_ran_out(
    world: World, api: Api, travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three heads at three shops, each time with what the round before has left: nothing is lost, nobody deadlocks."""
    monkeypatch.setattr(database, "RETRIES", 1)
    heads = [world.a.heads[0], world.a.heads[1], world.b.heads[0]]
    people = [world.a.head_people[0], world.a.head_people[1], world.b.head_people[0]]
    third = await shop(world.a.community, "第三家")
    offers = [world.a.discount, world.b.discount, await discount(third)]
    cashiers = [world.a.cashier, world.b.cashier, await person("三店员", Role.SHOP_STAFF, shop=third)]
    phones = {}
    for number, (one, who) in enumerate(zip(heads, people, strict=True)):
        await points.give_points(one.id, 100)
        for place, offer in enumerate(offers):
            given = {"discountId": ids.make("Discount", offer.id), "requestNo": story.request_no()}
            phones[number, place] = Phone((await story.done(api, who, "PassIssue", **given))["pass"])
    for turn in range(4):
        payloads = await asyncio.gather(
            *(prepare(api, cashiers[place], phones[number, place].qr(), BILL + turn) for number, place in phones),
            holds.release_expired(4),
        )
        assert all(code(payload) is None for payload in payloads[:-1])
        travel.by(seconds=120)
    await holds.release_expired()
    assert await database.fetch_value("SELECT sum(held) FROM discount_counters") == 0
    assert await database.fetch_value("SELECT sum(held_fen) FROM shop_months") == 0
    assert [(await books(world.a, head=0)), (await books(world.a, head=1))] == [{"available": 100}] * 2
    assert await database.fetch_value("SELECT count(*) FROM preparations WHERE state = 'EXPIRED'") == 36


async def test_a_preparation_that_also_gives_back_meets_a_confirmation(
    world: World, api: Api, travel: Travel, colleague: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both need the second discount's counter and the shop's month: whoever has one gets the other."""
    monkeypatch.setattr(database, "RETRIES", 1)
    second = await discount(world.a.shop, title="第二种")
    for one in world.a.heads:
        await points.give_points(one.id, 100)
    ran_out, live, mine = (
        await phone(api, world.a),
        await phone(api, world.a, head=1, discount=second),
        await phone(api, world.a, discount=second),
    )
    await prepare(api, world.a.cashier, ran_out.qr())
    travel.by(seconds=60)
    made = token(await prepare(api, world.a.cashier, live.qr()))
    travel.by(seconds=60)
    async with postgres.holding("SELECT 1 FROM shop_months FOR UPDATE"):
        preparing = asyncio.create_task(prepare(api, colleague, mine.qr()))
        await postgres.until_blocked()
        confirming = asyncio.create_task(confirm(api, world.a.cashier, made))
        await postgres.until_blocked(2)
    assert [code(payload) for payload in await asyncio.gather(preparing, confirming)] == [None, None]
    assert await books(world.a) == {"available": 90, "held": 10, "fen_held": 1760, "fen_given": 1760, "spent": 10}
