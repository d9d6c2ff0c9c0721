"""The scan of a day: each kind at its threshold and not just below; once, beside itself, after a standstill, a kill."""

import asyncio
import json
import os
import signal as signals_of_unix
import sys
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from models.audit import AuditEntry
from models.db import Marker
from models.discounts import Discount
from models.enums import RedemptionState, SignalKind, SignalState
from models.shops import Shop
from models.signals import Signal
from schema.graph import ids
from services.db import database
from services.kit import business_days, clock
from services.kit.errors import Unavailable
from services.signals import scan as signal_scan
from services.signals import searches as signal_searches
from services.signals.rules import Burst, FarApart, OutsideOpeningHours
from services.signals.shares import JustAboveMinimum, MutualShare, WishCycle
from services.work import due, tick
from tests.town import story, till, wishes
from tests.town.documents import Api
from tests.town.postgres import snapshot, unchanged, until_blocked
from tests.town.roster import SHOPS, load, table
from tests.town.signals import DEFAULTS, about, figures, raised, rate, redeem, scanned
from tests.town.waiting import PATIENCE_SECONDS, until
from tests.town.world import FRIDAY_NOON, Travel, World, discount, shop

ROOT = Path(__file__).parents[2]
FRIDAY = FRIDAY_NOON.date()
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SCANNED_AT = datetime(2026, 5, 16, 2, 15, tzinfo=clock.SHANGHAI)  # of Friday


def noons(count: int, day: date = FRIDAY, apart: timedelta = 2 * HOUR) -> list[datetime]:
    """So many instants of a day from 04:00 on, too far apart for a burst."""
    begin = datetime(day.year, day.month, day.day, 4, tzinfo=clock.SHANGHAI)
    return [begin + place * apart for place in range(count)]


async def kinds() -> set[SignalKind]:
    return {one.kind for one in await raised()}


# One shop and one head.


async def test_a_shop_and_a_head_make_half_of_each_others_redemptions(travel: Travel, rich: World, api: Api) -> None:
    """Through real tills: 5 of the shop's 10; and the other head's 5, too."""
    a = rich.a
    for place in range(5):
        travel.to(FRIDAY_NOON - place * DAY)
        await till.redeemed(api, a, head=0)
        travel.by(hours=1)
        await till.redeemed(api, a, head=1)
    travel.to(SCANNED_AT)
    assert await scanned(FRIDAY) == 2
    first, second = await raised(SignalKind.MUTUAL_SHARE)
    assert {one.head_id for one in (first, second)} == {head.id for head in a.heads}
    assert about(first).keys() == {"shop", "head"} and first.shop_id == a.shop.id
    assert (first.day, first.state, first.raised_at) == (FRIDAY, SignalState.OPEN, SCANNED_AT)
    assert (
        await figures(SignalKind.MUTUAL_SHARE)
        == [MutualShare(date(2026, 4, 16), FRIDAY, both=5, of_shop=10, of_head=5, share_percent=50, least_count=5)] * 2
    )


@pytest.mark.parametrize(
    ("own", "others", "elsewhere", "flagged"),
    [(5, 5, 5, True), (4, 0, 0, False), (5, 6, 0, False), (5, 0, 6, False), (5, 0, 5, True)],
)
async def test_shares_both_ways_and_a_least_count(
    travel: Travel, world: World, own: int, others: int, elsewhere: int, flagged: bool
) -> None:
    await redeem(world.a, noons(own))
    await redeem(world.a, noons(others, FRIDAY - DAY), head=1)
    await redeem(world.a, noons(elsewhere, FRIDAY - 2 * DAY), discount=world.b.discount)
    await scanned(FRIDAY)
    found = [one for one in await raised(SignalKind.MUTUAL_SHARE) if one.head_id == world.a.heads[0].id]
    assert [one.shop_id for one in found] == ([world.a.shop.id] if flagged else [])


async def test_what_was_taken_back_makes_no_share(travel: Travel, rich: World, api: Api) -> None:
    for place in range(5):
        travel.to(FRIDAY_NOON - place * DAY)
        made = await till.redeemed(api, rich.a)
        if place == 2:
            await till.revoke(api, rich.a.cashier, made["id"])
    await redeem(rich.a, noons(1), state=RedemptionState.REVERSED)
    travel.to(SCANNED_AT)
    assert await scanned(FRIDAY) == 0
    await redeem(rich.a, noons(1))
    await Marker.all().delete()
    assert await scanned(FRIDAY) == 1


async def test_the_window_ends_where_it_says(travel: Travel, world: World) -> None:
    first_day = FRIDAY - 29 * DAY
    await redeem(world.a, [*noons(4), *noons(1, first_day - DAY)])
    assert await scanned(FRIDAY) == 0
    await redeem(world.a, noons(1, first_day))
    await Marker.all().delete()
    assert await scanned(FRIDAY) == 1
    (found,) = await figures(SignalKind.MUTUAL_SHARE)
    assert isinstance(found, MutualShare) and (found.since, found.both) == (first_day, 5)


async def test_what_lasts_is_told_when_it_goes_on_and_once_a_window(travel: Travel, world: World) -> None:
    await redeem(world.a, noons(5, FRIDAY - DAY))
    assert await scanned(FRIDAY) == 0, "nothing happened on Friday"
    told = []
    for days in range(1, 63):
        day = FRIDAY + days * DAY
        await redeem(world.a, noons(1, day))
        if await scanned(day):
            told.append(days)
    assert told == [1, 31, 61]
    assert all(one.kind == SignalKind.MUTUAL_SHARE for one in await raised())


# Bursts.


async def test_ten_redemptions_at_a_shop_in_ten_minutes(travel: Travel, rich: World, api: Api) -> None:
    """Through real tills, one taken back; a second burst of the day, less dense, is not told."""
    await redeem(rich.a, [FRIDAY_NOON - HOUR - place * 3 * MINUTE for place in range(3)])
    for place in range(10):
        travel.to(FRIDAY_NOON + place * 10 * MINUTE / 9)
        made = await till.redeemed(api, rich.a, head=place % 2)
    last = travel.at
    await till.revoke(api, rich.a.cashier, made["id"])
    assert last == FRIDAY_NOON + 10 * MINUTE
    travel.to(SCANNED_AT)
    await scanned(FRIDAY)
    (at_shop, *_) = [one for one in await raised(SignalKind.BURST) if one.shop_id]
    assert about(at_shop) == {"shop": rich.a.shop.id}
    assert Burst(False, FRIDAY_NOON, last, 10, 1, 10, 10) in await figures(SignalKind.BURST)


@pytest.mark.parametrize(
    ("count", "last", "flagged"),
    [(10, 10 * MINUTE, 1), (9, 9 * MINUTE, 0), (10, 10 * MINUTE + timedelta(seconds=1), 0)],
)
async def test_a_shops_burst_to_the_second(
    travel: Travel, world: World, count: int, last: timedelta, flagged: int
) -> None:
    await redeem(world.a, [FRIDAY_NOON + place * last / (count - 1) for place in range(count)])
    assert await scanned(FRIDAY, burst_head_count=99, share_min_count=99) == flagged


async def test_of_several_bursts_of_a_day_the_densest_is_told(travel: Travel, world: World) -> None:
    for hours, count in ((0, 10), (1, 12), (2, 11)):
        await redeem(world.a, [FRIDAY_NOON + hours * HOUR + place * MINUTE / 2 for place in range(count)])
    await scanned(FRIDAY, burst_head_count=99, share_min_count=99)
    (found,) = await figures(SignalKind.BURST)
    assert isinstance(found, Burst) and (found.since, found.count) == (FRIDAY_NOON + HOUR, 12)


@pytest.mark.parametrize(("count", "apart", "flagged"), [(4, 200, True), (3, 200, False), (4, 201, False)])
async def test_a_heads_burst_over_several_shops(
    travel: Travel, world: World, count: int, apart: int, flagged: bool
) -> None:
    moments = [FRIDAY_NOON + timedelta(seconds=apart * place) for place in range(count)]
    await redeem(world.a, moments[:2])
    await redeem(world.a, moments[2:], discount=world.b.discount)
    await scanned(FRIDAY)
    assert [about(one) for one in await raised()] == ([{"head": world.a.heads[0].id}] if flagged else [])


TWO = FRIDAY_NOON - 10 * HOUR  # where Thursday ends and Friday begins


@pytest.mark.parametrize("step", [1, -1])
async def test_a_burst_over_two_oclock_is_of_the_day_it_ends(travel: Travel, world: World, step: int) -> None:
    """5 from 01:55 and 6 from 02:00; whichever of the days around is scanned first."""
    await redeem(world.a, [TWO + place * MINUTE for place in range(-5, 6)])
    days = [FRIDAY - DAY, FRIDAY, FRIDAY + DAY]
    told = {day: await scanned(day, burst_head_count=99, share_min_count=99) for day in days[::step]}
    assert told == {FRIDAY - DAY: 0, FRIDAY: 1, FRIDAY + DAY: 0}
    assert await figures(SignalKind.BURST) == [Burst(False, TWO - 5 * MINUTE, TWO + 5 * MINUTE, 11, 0, 10, 10)]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (10, 0, [10, 0]),
        (10, 1, [10, 0]),
        (10, 9, [10, 0]),
        (10, 10, [10, 10]),
        (9, 1, [0, 10]),
        (1, 9, [0, 10]),
        (5, 4, [0, 0]),
        (0, 10, [0, 10]),
        (12, 9, [11, 0]),
    ],
)
async def test_no_redemption_makes_two_bursts(
    travel: Travel, world: World, before: int, after: int, told: list[int]
) -> None:
    """One a minute: so many until 01:59, so many from 02:00; how many each of the two days tells of."""
    await redeem(world.a, [TWO + place * MINUTE for place in range(-before, after)])
    for day, count in zip((FRIDAY - DAY, FRIDAY), told, strict=True):
        found = await signal_searches.bursts("shop_id", day, DEFAULTS)
        assert [flag.figures.count for flag in found if isinstance(flag.figures, Burst)] == ([count] if count else [])


async def test_another_burst_hides_none_over_two_oclock(travel: Travel, world: World) -> None:
    await redeem(world.a, [TWO - 12 * HOUR + place * MINUTE for place in range(10)])
    await redeem(world.a, [TWO + place * MINUTE for place in range(-5, 5)])
    await redeem(world.a, [TWO + (place - 9) * MINUTE for place in range(10)], discount=world.b.discount)
    assert await scanned(FRIDAY - DAY, burst_head_count=99, share_min_count=99) == 1
    assert await scanned(FRIDAY, burst_head_count=99, share_min_count=99) == 2


async def test_a_heads_burst_over_two_oclock(travel: Travel, world: World) -> None:
    await redeem(world.a, [TWO - 2 * MINUTE, TWO - MINUTE])
    await redeem(world.a, [TWO, TWO + MINUTE], discount=world.b.discount)
    assert [await scanned(day) for day in (FRIDAY - DAY, FRIDAY, FRIDAY + DAY)] == [0, 1, 0]
    assert await figures(SignalKind.BURST) == [Burst(True, TWO - 2 * MINUTE, TWO + MINUTE, 4, 0, 10, 4)]


# Outside opening hours.


async def test_hours_are_those_registered_when_it_was_redeemed(travel: Travel, rich: World, api: Api) -> None:
    """No shop wipes out what it did by other hours afterwards, nor is anybody flagged by hours that came later."""

    async def registered(hours: str) -> None:
        travel.by(minutes=1)
        await story.done(api, rich.a.cashier, "ShopEdit", shopId=ids.make("Shop", rich.a.shop.id), openingHours=hours)
        travel.by(minutes=1)

    travel.to(FRIDAY_NOON + 9 * HOUR)
    await registered("9:00-23:00")
    await till.redeemed(api, rich.a)
    await registered("9:00-18:00")
    await till.redeemed(api, rich.a)
    await story.done(api, rich.a.cashier, "ShopEdit", shopId=ids.make("Shop", rich.a.shop.id), name="A小吃店(二楼)")
    await registered("24小时")
    await registered("")
    travel.to(SCANNED_AT)
    await scanned(FRIDAY)
    (found,) = await figures(SignalKind.OUTSIDE_OPENING_HOURS)
    assert found.count == 1
    assert "按当时登记的营业时间，该店当天为 09:00-18:00，" in found.explanation()
    assert any("按当时登记" in row.name and row.value == "09:00-18:00" for row in found.figures())


async def test_hours_that_a_roster_changes_judge_nothing_before(travel: Travel, rich: World, api: Api) -> None:
    travel.to(FRIDAY_NOON)
    await Shop.filter(id=rich.a.shop.id).update(opening_hours="9:00-21:00")
    await till.redeemed(api, rich.a)
    travel.by(minutes=1)
    row = ("上海路街道", "A社区", "A小吃店", "餐饮", "香港路1号", "27.73", "106.92", "18:00-19:00", "", "", "")
    assert (await load(table(SHOPS, row))).problems == []
    assert (await Shop.get(id=rich.a.shop.id)).opening_hours == "18:00-19:00"
    travel.by(minutes=1)
    travel.to(SCANNED_AT)
    await scanned(FRIDAY)
    assert await figures(SignalKind.OUTSIDE_OPENING_HOURS) == []


async def test_of_several_hours_in_a_day_all_are_told(travel: Travel, rich: World, api: Api) -> None:
    travel.to(FRIDAY_NOON)
    for hours in ("10:00-11:00", "8:00-9:00", "24小时"):
        await story.done(api, rich.a.cashier, "ShopEdit", shopId=ids.make("Shop", rich.a.shop.id), openingHours=hours)
        travel.by(minutes=1)
        await till.redeemed(api, rich.a)
        travel.by(minutes=1)
    travel.to(SCANNED_AT)
    await scanned(FRIDAY)
    (found,) = await figures(SignalKind.OUTSIDE_OPENING_HOURS)
    assert (found.count, found.hours) == (2, "10:00-11:00、08:00-09:00")


@pytest.mark.parametrize(
    ("hours", "at", "flagged"),
    [
        ("9:00-21:00", (21, 30, 0), False), ("9:00-21:00", (21, 30, 1), True), ("9:00-21:00", (8, 30, 0), False),
        ("9:00-21:00", (8, 29, 59), True), ("9:00-21:00", (12, 0, 0), False),
        ("９：００－２１：００", (22, 0, 0), True),
        ("9:00-12:00,14:00-18:00", (13, 0, 0), True), ("周一至周四 9:00-21:00", (12, 0, 0), True),
        ("周五 18:00-02:00", (25, 59, 59), False), ("周四 18:00-03:00", (3, 30, 0), False),
        ("周四 18:00-03:00", (3, 30, 1), True), ("周六 1:00-5:00", (25, 30, 0), False),
        ("周一 9:00-18:00", (12, 0, 0), True),
        ("24小时", (4, 0, 0), False), ("", (4, 0, 0), False), ("看心情", (4, 0, 0), False),
        ("早8点到晚10点", (4, 0, 0), False),
    ],
)  # fmt: skip
async def test_outside_opening_hours_beyond_the_tolerance(
    travel: Travel, world: World, hours: str, at: tuple[int, int, int], flagged: bool
) -> None:
    await Shop.filter(id=world.a.shop.id).update(opening_hours=hours)
    hour, minute, second = at
    midnight = FRIDAY_NOON - 12 * HOUR
    await redeem(world.a, [midnight + timedelta(hours=hour, minutes=minute, seconds=second)])
    assert await scanned(FRIDAY) == flagged
    assert [about(one) for one in await raised()] == ([{"shop": world.a.shop.id}] if flagged else [])


async def test_redeemed_at_night_through_a_real_till(travel: Travel, rich: World, api: Api) -> None:
    await Shop.filter(id=rich.a.shop.id).update(opening_hours="周一至周五 9:00-21:00")
    for hours in (9.6, 11, 13):  # 21:36 is one and 23:00 another; 01:00 belongs to Friday too
        travel.to(FRIDAY_NOON + hours * HOUR)
        made = await till.redeemed(api, rich.a)
    travel.to(FRIDAY_NOON + 13.5 * HOUR)
    await till.revoke(api, rich.a.cashier, made["id"])
    travel.to(SCANNED_AT)
    assert await scanned(FRIDAY) == 1
    (found,) = await figures(SignalKind.OUTSIDE_OPENING_HOURS)
    assert found == OutsideOpeningHours(FRIDAY, "09:00-21:00", 2, FRIDAY_NOON + 9.6 * HOUR, FRIDAY_NOON + 11 * HOUR, 30)


# Bills just above the minimum spend.


@pytest.mark.parametrize(
    ("near", "more", "bill_fen", "flagged"),
    [(10, 10, 1020, 1), (10, 11, 1020, 0), (9, 0, 1020, 0), (10, 0, 1021, 0), (10, 0, 1000, 1)],
)
async def test_bills_just_above_the_minimum(
    travel: Travel, world: World, near: int, more: int, bill_fen: int, flagged: int
) -> None:
    """A bill of 10 yuan is the minimum; 2 percent above it are 10.20."""
    other = await discount(world.a.shop, title="无门槛", min_spend_fen=0)
    await redeem(world.a, noons(near, apart=HOUR), bill_fen=bill_fen)
    await redeem(world.a, noons(more, FRIDAY - DAY, apart=HOUR), bill_fen=1021)
    await redeem(world.a, noons(5, FRIDAY - 2 * DAY), discount=other, bill_fen=0)
    assert await scanned(FRIDAY, share_min_count=99) == flagged
    if flagged:
        (found,) = await figures(SignalKind.JUST_ABOVE_MINIMUM)
        assert found == JustAboveMinimum(date(2026, 4, 16), FRIDAY, near, near + more, 2, 50, 10)


async def test_ten_bills_of_the_minimum_through_a_real_till(travel: Travel, rich: World, api: Api) -> None:
    for place in range(10):
        travel.to(FRIDAY_NOON - place * DAY)
        await till.redeemed(api, rich.a, bill_fen=1005)
    travel.to(SCANNED_AT)
    await scanned(FRIDAY)
    (found,) = await raised(SignalKind.JUST_ABOVE_MINIMUM)
    assert about(found) == {"shop": rich.a.shop.id}


# Far apart.

KM = 1 / 111.1951  # degrees north


async def far(world: World, km: float) -> Discount:
    made: Shop = await shop(world.a.community, "远方的店", latitude=27.73 + km * KM)
    return await discount(made)


@pytest.mark.parametrize(
    ("km", "seconds", "flagged"),
    [(2.001, 120, 1), (2.001, 121, 0), (1.999, 1, 0), (10, 600, 1), (10, 601, 0), (3, 0, 1)],
)
async def test_two_shops_faster_than_anybody_gets_there(
    travel: Travel, world: World, km: float, seconds: int, flagged: int
) -> None:
    there = await far(world, km)
    await redeem(world.a, [FRIDAY_NOON])
    await redeem(world.a, [FRIDAY_NOON + timedelta(seconds=seconds)], discount=there)
    await redeem(world.a, [FRIDAY_NOON + timedelta(seconds=5)], head=1, discount=there)
    assert await scanned(FRIDAY) == flagged
    for one in await raised():
        assert about(one) == {"shop": world.a.shop.id, "other_shop": there.shop_id, "head": world.a.heads[0].id}


@pytest.mark.parametrize(("later", "told"), [(240, 200), (180, 180)])
async def test_the_fastest_way_of_the_day_is_told_over_two_oclock_too(
    travel: Travel, world: World, later: int, told: int
) -> None:
    there, night = await far(world, 5), FRIDAY_NOON - 10 * HOUR
    await redeem(world.a, [night - timedelta(seconds=100), night + 5 * HOUR])
    await redeem(world.a, [night + timedelta(seconds=100), night + 5 * HOUR + timedelta(seconds=later)], discount=there)
    assert await scanned(FRIDAY - DAY) == 0, "on Thursday there was one visit"
    assert await scanned(FRIDAY) == 1
    (found,) = await figures(SignalKind.FAR_APART)
    assert isinstance(found, FarApart) and (found.metres, found.seconds) == (5000, told)


async def test_far_apart_through_real_tills(travel: Travel, rich: World, api: Api) -> None:
    await Shop.filter(id=rich.b.shop.id).update(latitude=27.73 + 3 * KM)
    await till.redeemed(api, rich.a)
    travel.by(minutes=2)
    issued = await story.done(
        api,
        rich.a.head_people[0],
        "PassIssue",
        discountId=ids.make("Discount", rich.b.discount.id),
        requestNo=story.request_no(),
    )
    token = till.token(await till.prepare(api, rich.b.cashier, issued["pass"]["code"]))
    assert (await till.confirm(api, rich.b.cashier, token))["errors"] == []
    travel.to(SCANNED_AT)
    assert await scanned(FRIDAY) == 1
    (found,) = await figures(SignalKind.FAR_APART)
    assert found == FarApart(FRIDAY_NOON, FRIDAY_NOON + 2 * MINUTE, 3000, 120, 60, 2)


# A cycle of wishes.


@pytest.mark.parametrize(
    ("both", "of_household", "of_head", "flagged"),
    [(6, 12, 12, 1), (5, 5, 5, 0), (6, 13, 6, 0), (6, 6, 13, 0)],
)
async def test_one_household_and_one_head(
    travel: Travel, world: World, both: int, of_household: int, of_head: int, flagged: int
) -> None:
    await rate(world.a, noons(both - 2))
    await rate(world.a, noons(2, FRIDAY - DAY), filed=True)
    await rate(world.a, noons(of_household - both, FRIDAY - DAY), head=1)
    await rate(world.a, noons(of_head - both, FRIDAY - DAY, HOUR), household=1)
    assert await scanned(FRIDAY, cycle_min_count=6) == flagged
    if flagged:
        (found,) = await raised(SignalKind.WISH_CYCLE)
        assert about(found) == {"household": world.a.households[0].id, "head": world.a.heads[0].id}
        (shown,) = await figures(SignalKind.WISH_CYCLE)
        assert shown == WishCycle(date(2026, 4, 16), FRIDAY, both, 2, of_household, of_head, 50, 6)


async def test_a_cycle_of_real_wishes_to_the_edge_of_the_day(travel: Travel, world: World, api: Api) -> None:
    end = FRIDAY_NOON + 14 * HOUR
    for place in range(6):
        travel.to(end - timedelta(seconds=1) if place == 5 else FRIDAY_NOON - place * DAY)
        await wishes.rated(api, world.a)
    travel.to(end)
    await wishes.rated(api, world.a)  # Saturday's
    await wishes.accepted(api, world.a)
    assert await scanned(FRIDAY) == 1
    (found,) = await figures(SignalKind.WISH_CYCLE)
    assert isinstance(found, WishCycle) and (found.both, found.filed) == (6, 0)


# The scan itself.


async def some_of_each(world: World, day: date = FRIDAY) -> None:
    """What raises several signals on a day: a share, two bursts, and a cycle."""
    begin = noons(1, day)[0]
    await redeem(world.a, [begin + place * MINUTE for place in range(10)])
    await rate(world.a, [begin] * 6)


async def test_a_signal_is_audited_and_says_nothing_personal(travel: Travel, world: World) -> None:
    await some_of_each(world)
    travel.to(SCANNED_AT)
    before = await snapshot()
    count = await scanned(FRIDAY)
    assert count == 4 == len(await raised())
    after = await snapshot()
    assert {table for table in after if after[table] != before[table]} == {"signals", "audit_entries", "markers"}
    rows = await AuditEntry.filter(action="signal.raise")
    assert {row.subject_id for row in rows} == {one.id for one in await raised()}
    assert all(row.account_id is None and row.details.keys() == {"kind", "day"} for row in rows)
    named = {world.a.shop.name, world.a.heads[0].name, world.a.cashier.name, world.a.residents[0].name}
    for one in await raised():
        assert not any(name in json.dumps(one.figures, ensure_ascii=False) + one.key for name in named)


async def test_scanned_again_a_day_raises_nothing_more(travel: Travel, world: World) -> None:
    await some_of_each(world)
    travel.to(SCANNED_AT)
    assert await scanned(FRIDAY) == 4
    async with unchanged():
        assert await scanned(FRIDAY) == 0
        assert await signal_scan.run() == 0
    assert await scanned(FRIDAY + DAY) == 0
    async with unchanged():
        assert await scanned(FRIDAY) == 0, "it does not turn the clock back either"
    await Marker.all().delete()  # as if nobody had
    assert await scanned(FRIDAY) == 0 and len(await raised()) == 4


async def test_a_day_is_scanned_a_quarter_of_an_hour_after_its_end(travel: Travel, world: World) -> None:
    await some_of_each(world)
    async with unchanged():
        for at in (FRIDAY_NOON + 13 * HOUR, SCANNED_AT - timedelta(microseconds=1)):
            travel.to(at)
            assert await signal_scan.run() == 0
    travel.to(SCANNED_AT)
    assert (await tick.run())["signals_raised"] == 4
    assert (await tick.run())["signals_raised"] == 0


async def test_days_that_were_missed_are_caught_up_a_week_at_most(travel: Travel, world: World) -> None:
    for days in (0, 6, 7):
        await redeem(world.a, [FRIDAY_NOON - days * DAY + place * MINUTE for place in range(4)])
    travel.to(SCANNED_AT)
    assert await signal_scan.run() == 3, "a burst on each of two days, and one share"
    assert {(one.kind, one.day) for one in await raised()} == {
        (SignalKind.BURST, FRIDAY - 6 * DAY),
        (SignalKind.MUTUAL_SHARE, FRIDAY - 6 * DAY),
        (SignalKind.BURST, FRIDAY),
    }
    travel.by(days=20)
    async with unchanged():
        assert await signal_scan.run() == 0, "nothing has happened since"


async def test_one_statement_for_nothing_to_scan_else_a_fixed_number(travel: Travel, world: World) -> None:
    await redeem(world.a, noons(1, FRIDAY - DAY))
    travel.to(SCANNED_AT - DAY)
    assert await signal_scan.run() == 0, "and every search has its marker now"
    counts = []
    for day in (FRIDAY, FRIDAY + DAY):
        await Shop.filter(id=world.a.shop.id).update(opening_hours="9:00-21:00")
        await some_of_each(world, day)
        if day != FRIDAY:
            await redeem(world.a, [FRIDAY_NOON + DAY + place * MINUTE for place in range(40)], head=1)
        travel.to(SCANNED_AT + (day - FRIDAY))
        with database.observed_statements() as seen:
            assert await signal_scan.run()
        counts.append(len(seen))
        await Signal.all().delete()  # so that what lasts is told again
    assert counts[0] == counts[1], counts
    with database.observed_statements() as seen:
        await signal_scan.run()
    assert len(seen) == 1, "to see that it is all done"
    travel.by(days=1)
    with database.observed_statements() as seen:
        await signal_scan.run()
    assert len(seen) == 1, "to see that nothing happened"


async def test_of_very_many_the_strongest_are_raised(
    travel: Travel, world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert signal_searches.MAX_SIGNALS == 500
    for head, count in ((0, 4), (1, 6)):
        await redeem(world.a, [FRIDAY_NOON + place * MINUTE for place in range(count)], head=head)
    source = (ROOT / "services/signals/searches.py").read_text()
    assert source.count("LIMIT {MAX_SIGNALS}") == 6

    async def two(day: date, thresholds: Any) -> Any:
        return (await signal_searches.bursts("head_id", day, thresholds))[: signal_searches.MAX_SIGNALS]

    monkeypatch.setattr(signal_searches, "MAX_SIGNALS", 1)
    monkeypatch.setattr(signal_searches, "ALL", {"TWO": two})
    await scanned(FRIDAY)
    (found,) = await raised()
    assert found.head_id == world.a.heads[1].id and "1 signals or more" in caplog.text


@pytest.mark.parametrize("name", ["MUTUAL_SHARE", "JUST_ABOVE_MINIMUM", "FAR_APART", "WISH_CYCLE"])
async def test_what_reaches_no_threshold_takes_no_place_of_what_does(
    travel: Travel, world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    """As many come into question as could be raised, and none of them passes: nothing is cut off, nobody is warned."""
    there = await far(world, 5)
    for head in (0, 1):  # each makes half of the shop's redemptions and of the households' wishes, and walks 5 km/h
        await redeem(world.a, noons(10, apart=HOUR), head=head, bill_fen=1000 if head else 8800)
        await redeem(world.a, [FRIDAY_NOON + 2 * HOUR], head=head, discount=there)
        await redeem(world.a, noons(9, FRIDAY - DAY, HOUR), head=head, discount=there)
        await redeem(world.a, noons(10, FRIDAY - DAY, HOUR), head=head)
        await rate(world.a, noons(10), head=head, household=0)
        await rate(world.a, noons(11, FRIDAY - DAY, HOUR), head=head, household=1)
    await redeem(world.b, noons(10, FRIDAY - DAY, HOUR), bill_fen=8800)
    await rate(world.a, noons(2, FRIDAY - DAY, HOUR), head=1, household=0)
    monkeypatch.setattr(signal_searches, "MAX_SIGNALS", 1)
    thresholds = replace(DEFAULTS, share_percent=90, cycle_share_percent=90)
    assert await signal_searches.ALL[name](FRIDAY, thresholds) == []
    assert await signal_scan.scan(name, FRIDAY, thresholds) == 0 and "or more" not in caplog.text
    everything = replace(DEFAULTS, share_percent=1, cycle_share_percent=1, minimum_share_percent=1, apart_kmh=1)
    (found,) = await signal_searches.ALL[name](FRIDAY, everything)
    assert found.figures.passed, "there was something to come into question"


async def test_no_till_waits_for_a_scan(travel: Travel, rich: World, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scan that has raised its signals and has not committed yet; meanwhile the same head is at the same till."""
    await some_of_each(rich)
    travel.to(SCANNED_AT)
    really, arrived, go_on = signal_scan._mark_done, asyncio.Event(), asyncio.Event()

    async def slowly(*given: Any) -> None:
        arrived.set()
        await go_on.wait()
        await really(*given)

    monkeypatch.setattr(signal_scan, "_mark_done", slowly)
    scanning = asyncio.create_task(scanned(FRIDAY))
    await arrived.wait()
    monkeypatch.setattr(signal_scan, "_mark_done", really)
    async with asyncio.timeout(PATIENCE_SECONDS):
        made = await till.redeemed(api, rich.a)
        assert (await till.revoke(api, rich.a.cashier, made["id"]))["errors"] == []
        assert await scanned(FRIDAY) is None, "another process is at it"
        assert await signal_scan.run() == 0
    go_on.set()
    assert await scanning == 4


async def broken(*given: Any) -> Any:
    raise ZeroDivisionError("孙居民 10000001100")


def also(**searches: signal_searches.Search) -> dict[str, signal_searches.Search]:
    """All searches, and others before and among them."""
    return {**searches, **signal_searches.ALL, **searches}


def given_up(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [row.getMessage() for row in caplog.records if "given up" in row.getMessage()]


def days_done(marker: Marker) -> list[date]:
    return [date.fromisoformat(day) for day in marker.value]


async def test_when_a_search_fails_the_rest_of_the_tick_is_done(
    travel: Travel, rich: World, api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await till.prepared(api, rich.a)
    await some_of_each(rich)
    travel.to(SCANNED_AT)
    with monkeypatch.context() as patch:
        patch.setattr(signal_searches, "ALL", also(BROKEN=broken, BURST_HEAD=broken))
        counts = await tick.run()
        assert counts["failed"] >= 1 and counts["preparations_released"] == 1
        (row,) = [one for one in await due.waiting() if one.kind == "signals_to_scan"]
        assert (row.by, row.count, row.since, row.late) == ("tick", 2, SCANNED_AT, False)
        travel.by(minutes=5, seconds=1)
        (row,) = [one for one in await due.waiting() if one.kind == "signals_to_scan"]
        assert row.late
    assert "ZeroDivisionError" in caplog.text and "孙居民" not in caplog.text
    assert {(one.kind, one.head_id is None) for one in await raised()} == {
        (SignalKind.MUTUAL_SHARE, False),
        (SignalKind.BURST, True),
        (SignalKind.WISH_CYCLE, False),
    }
    assert (await tick.run())["signals_raised"] == 1, "the head's burst, now that its search is well"
    assert [one.count for one in await due.waiting() if one.kind == "signals_to_scan"] == [0]


async def test_each_failure_is_told_by_search_and_day_or_raised(
    travel: Travel, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await some_of_each(world)
    await some_of_each(world, FRIDAY - DAY)
    travel.to(SCANNED_AT)
    monkeypatch.setattr(signal_searches, "ALL", also(BROKEN=broken))
    told: list[tuple[str, str]] = []
    assert await signal_scan.run(lambda what, error: not told.append((what, type(error).__name__))) == 6
    assert told == [("BROKEN 2026-05-14", "ZeroDivisionError"), ("BROKEN 2026-05-15", "ZeroDivisionError")]
    await Marker.all().delete()
    await Signal.all().delete()
    with pytest.raises(ZeroDivisionError):
        await signal_scan.run()
    assert len(await raised()) == 6


async def test_a_bad_day_keeps_no_other_day_of_its_search_waiting(
    travel: Travel, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And when it is well again, what lasts is not told a second time for it."""
    await redeem(world.a, noons(5, FRIDAY - DAY))
    await redeem(world.a, noons(5))
    travel.to(SCANNED_AT)

    async def bad(day: date, thresholds: Any) -> Any:
        return await (broken() if day == FRIDAY - DAY else signal_searches.mutual_shares(day, thresholds))

    with monkeypatch.context() as patch:
        patch.setattr(signal_searches, "ALL", {"MUTUAL_SHARE": bad})
        assert await signal_scan.run(lambda what, error: True) == 1
        (row,) = [one for one in await due.waiting() if one.kind == "signals_to_scan"]
        assert (row.count, row.since) == (1, SCANNED_AT - DAY)
    assert await signal_scan.run() == 0
    assert [(one.kind, one.day) for one in await raised()] == [(SignalKind.MUTUAL_SHARE, FRIDAY)]
    assert (FRIDAY - DAY) in days_done(await Marker.get(key=f"{signal_scan.MARKER}MUTUAL_SHARE"))


async def test_a_search_that_never_works_gives_up_after_a_week(
    travel: Travel, world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What lies further back when it is first tried is no promise that was broken, and not told."""
    for days in (-20, -8, -7, 0, 3):
        await redeem(world.a, noons(1, FRIDAY + days * DAY))
    monkeypatch.setattr(signal_searches, "ALL", also(BROKEN=broken))
    told: list[str] = []
    for days in range(9):
        travel.to(SCANNED_AT + days * DAY)
        for _ in range(2):
            await signal_scan.run(lambda what, error: not told.append(what))
        assert ("given up" in caplog.text) == (days >= 7)
    assert told.count("BROKEN 2026-05-15") == 14 and told.count("BROKEN 2026-05-18") == 12
    assert given_up(caplog) == ["BROKEN 2026-05-15: not scanned within 7 days, and given up"]
    assert [one.count for one in await due.waiting() if one.kind == "signals_to_scan"] == [1]


async def test_after_a_standstill_it_says_what_was_given_up(
    travel: Travel, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    for days in (0, 1, 10):
        await redeem(world.a, noons(1, FRIDAY + days * DAY))
    travel.to(SCANNED_AT)
    await signal_scan.run()
    travel.by(days=10)
    for _ in range(2):
        await signal_scan.run()
    assert given_up(caplog) == [
        f"{name} 2026-05-16: not scanned within 7 days, and given up" for name in signal_searches.ALL
    ]


async def test_what_is_done_is_remembered_while_it_is_looked_at(
    travel: Travel, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    for days in range(25):
        await redeem(world.a, noons(1, FRIDAY + days * DAY))
        travel.to(SCANNED_AT + days * DAY)
        await signal_scan.run()
        async with unchanged():
            await signal_scan.run()
    assert given_up(caplog) == []
    for marker in await Marker.filter(key__startswith=signal_scan.MARKER):
        assert days_done(marker) == [FRIDAY + days * DAY for days in range(4, 25)]


async def test_a_search_given_up_on_is_not_tried_for_every_day(
    travel: Travel, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for days in range(4):
        await some_of_each(world, FRIDAY - days * DAY)
    travel.to(SCANNED_AT)

    async def slow(*given: Any) -> Any:
        await database.fetch("SET LOCAL statement_timeout = 1")
        return await database.fetch("SELECT pg_sleep(1)")

    monkeypatch.setattr(signal_searches, "ALL", also(SLOW=slow))
    told: list[tuple[str, type]] = []
    assert await signal_scan.run(lambda what, error: not told.append((what, type(error)))) == 2 + 4 * 2
    assert [what for what, _ in told] == ["SLOW 2026-05-12", "SLOW 2026-05-13"]
    assert all(issubclass(kind, Unavailable) for _, kind in told)


# Processes.


async def yesterday(world: World) -> None:
    """Something for a process with a real clock to find: on the day that ended last."""
    day = business_days.ended_statement_day(clock.now() - signal_scan.SETTLED_AFTER)
    await some_of_each(world, day)


def command(database_url: str, *arguments: str) -> Any:
    return asyncio.create_subprocess_exec(
        sys.executable,
        "app.py",
        *arguments,
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_two_processes_at_once_raise_each_signal_once(world: World, database_url: str) -> None:
    await yesterday(world)
    running = [await command(database_url, "tick", "--json") for _ in range(3)]
    answers = [json.loads((await process.communicate())[0]) for process in running]
    assert sum(answer["signals_raised"] for answer in answers) == 4 == await Signal.all().count()
    assert all(answer["failed"] == 0 for answer in answers)
    assert await AuditEntry.filter(action="signal.raise").count() == 4


async def test_a_scan_killed_midway_leaves_nothing_and_is_done_again(world: World, database_url: str) -> None:
    await yesterday(world)
    other = await asyncpg.connect(database_url)
    try:
        async with other.transaction():
            await other.execute("LOCK TABLE audit_entries IN EXCLUSIVE MODE")
            process = await command(database_url, "tick")
            await until_blocked()  # its first signals are written, their audit is not
            process.send_signal(signals_of_unix.SIGKILL)
            await process.wait()
            assert await Signal.all().count() == 0
    finally:
        await other.close()
    counts: list[int] = []

    async def scanned_again() -> bool:
        """When the server has noticed that nobody is there."""
        counts.append(await signal_scan.run())
        return counts[-1] > 0 or await Signal.all().count() > 0

    await until(scanned_again)
    assert counts[-1] == 4 == await Signal.all().count()
    assert {one.key for one in await Marker.filter(key__startswith=signal_scan.MARKER)} == {
        f"{signal_scan.MARKER}{name}" for name in signal_searches.ALL
    }
