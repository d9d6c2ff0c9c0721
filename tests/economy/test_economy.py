"""The economy of points: each figure recounted another way, from the transfers one by one."""

from collections import Counter
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from models.discounts import Discount, DiscountCounter
from models.enums import DiscountKind, Role, ShopState
from models.people import Area, HouseholdHead
from models.shops import Shop
from schema.graph import ids
from services.db import database
from services.economy import economy
from services.economy.figures import Figures
from services.kit import clock
from services.kit.errors import Refusal
from services.kit.viewer import ANONYMOUS, Viewer
from services.people import heads
from services.points import area_counts
from tests.town import till
from tests.town import world as making
from tests.town.documents import Api
from tests.town.points import Author, Player, award, completed_wish, give_points, reverse
from tests.town.world import FRIDAY_NOON, Travel, World, everybody

NOON = FRIDAY_NOON
MAY = date(2026, 5, 1)


@pytest.fixture(autouse=True)
def now(travel: Travel) -> None:
    travel.to(NOON)


def admin(world: World) -> Viewer:
    return Viewer(
        account_id=world.admin.account_id, roles=frozenset({Role.DISTRICT_ADMIN}), admin_paths=(world.district.path,)
    )


async def figures(world: World, area: Area | None = None, month: date | None = None) -> Figures:
    found = await economy.find(admin(world), area.id if area else None, month)
    assert found is not None
    return found.figures


async def recounted(path: str, month: date) -> dict[str, int]:
    """What the transfers of an area's heads make of a month, and of balances, played one by one."""
    rows = await database.fetch(
        "SELECT t.*, source.kind AS source, target.kind AS target, g.path FROM points_transfers t"
        " JOIN points_accounts source ON source.id = t.from_account_id"
        " JOIN points_accounts target ON target.id = t.to_account_id"
        " JOIN household_heads hh ON hh.id = t.head_id JOIN areas g ON g.id = hh.grid_id ORDER BY t.head_id, t.number"
    )
    balances: Counter[str] = Counter()
    flows: Counter[tuple[str, str]] = Counter()
    for row in rows:
        if not row["path"].startswith(path):
            continue
        balances[row["source"]] -= row["points"]
        balances[row["target"]] += row["points"]
        if clock.month_of(row["created_at"]) == month:
            flows[row["source"], row["target"]] += row["points"]
    return {
        "issued": flows["PENDING", "AVAILABLE"] + flows["PENDING", "DEBT"],
        "spent": flows["HELD", "SPENT"],
        "returned": flows["SPENT", "AVAILABLE"] + flows["SPENT", "DEBT"],
        "reversed": flows["AVAILABLE", "ISSUANCE"] + flows["DEBT", "ISSUANCE"],
        "available": balances["AVAILABLE"],
        "pending": balances["PENDING"],
        "held": balances["HELD"],
        "debt": -balances["DEBT"],
    }


async def agrees(world: World, month: date) -> dict[str, int]:
    for area in (world.district, world.a.community, world.b.community, world.a.grid):
        found, wanted = await figures(world, area, month), await recounted(area.path, month)
        assert {name: getattr(found, name) for name in wanted} == wanted, (area.name, month)
    return await recounted(world.district.path, month)


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_random_time_adds_up(db: None, travel: Travel, seed: int) -> None:
    begun = datetime(2026, 2, 20, 9, tzinfo=clock.SHANGHAI)
    player = await Player.begin(travel, begun)
    await Author(player, Random(seed), begun).write(begun + timedelta(days=60))
    months = [await agrees(player.world, date(2026, month, 1)) for month in (1, 2, 3, 4, 5, 6)]
    assert sum(one["issued"] for one in months) > 100 < months[0]["available"]
    assert sum(one["reversed"] for one in months) > 0
    assert await area_counts.reconcile() == []


async def test_what_the_till_takes_and_gives_back(travel: Travel, world: World, api: Api) -> None:
    a = world.a
    for head in (0, 1):
        await award(a, at=clock.now(), head=a.heads[head], household=head)
    await completed_wish(a, at=clock.now(), household=2)
    await till.redeemed(api, a)
    revoked = await till.redeemed(api, a, head=1)
    assert (await till.revoke(api, a.cashier, revoked["id"]))["errors"] == []
    await till.prepared(api, a)
    found = await agrees(world, MAY)
    assert found == {
        "issued": 50, "spent": 20, "returned": 10, "reversed": 0, "available": 30, "pending": 20, "held": 10, "debt": 0,
    }  # fmt: skip
    assert (await figures(world)).heads_ever == 1, "what was revoked does not count"
    assert (await figures(world, world.b.community)) == Figures(
        issued=0, spent=0, returned=0, reversed=0, available=0, pending=0, held=0, debt=0, heads=2, heads_able=0,
        heads_ever=0, offers=1, cheapest_cost=10, median_cost=10, shops_unlimited=1, remaining=0,
    )  # fmt: skip
    assert (await figures(world, month=date(2026, 4, 1))).issued == 0
    assert (await figures(world, month=date(2026, 4, 1))).available == 30, "what there is, there is now"


async def test_a_reversal_beyond_what_is_there_is_debt(world: World, api: Api) -> None:
    wish = await award(world.a, at=clock.now())
    await till.redeemed(api, world.a)
    await reverse(wish_id=wish.id, reason="冒名办结", account_id=None)
    found = await agrees(world, MAY)
    assert (found["reversed"], found["available"], found["debt"]) == (25, 0, 10)
    await award(world.a, at=clock.now(), household=1)
    found = await agrees(world, MAY)
    assert (found["issued"], found["available"], found["debt"]) == (50, 15, 0)


async def offer(world: World, cost: int, *, shop: Shop | None = None, **terms: Any) -> Discount:
    return await making.discount(shop or world.a.shop, **{"cost_points": cost, **terms})


async def test_who_could_redeem_something_today(world: World) -> None:
    a = world.a
    rich = await making.head(a.grid, "有分")
    gone, suspended = [await making.head(a.grid, name) for name in ("离任", "暂停")]
    for head in (rich, gone, suspended):
        await give_points(head.id, 90)
    await HouseholdHead.filter(id=gone.id).update(left_at=NOON)
    await HouseholdHead.filter(id=suspended.id).update(suspended_at=NOON)
    await give_points(a.heads[0].id, 9)

    async def able() -> tuple[int, int]:
        found = await figures(world, a.community)
        return found.heads_able, found.heads

    assert await able() == (1, 3), "ten points are asked, nine are there"
    await Discount.filter(id=a.discount.id).update(cost_points=9)
    assert await able() == (2, 3)
    await Discount.filter(id=a.discount.id).update(cost_points=0)
    assert await able() == (3, 3), "for nothing all could"
    for bars in (
        {"min_star_level": 2},
        {"valid_from": date(2026, 5, 16)},
        {"valid_until": date(2026, 5, 14)},
        {"weekdays": 0b1101111},  # not on a Friday
        {"stock_total": 0},
        {"state": "PAUSED"},
    ):
        before = {name: getattr(a.discount, name) for name in bars}
        await Discount.filter(id=a.discount.id).update(**bars)
        assert await able() == (0, 3), bars
        await Discount.filter(id=a.discount.id).update(**before)
    await Discount.filter(id=a.discount.id).update(min_star_level=2)
    await HouseholdHead.filter(id=rich.id).update(points_earned=heads.STAR_LEVELS[1])
    assert await able() == (1, 3), "one has the stars"
    await Shop.filter(id=a.shop.id).update(monthly_ceiling_fen=199)
    assert await able() == (0, 3), "the least that is saved is 200 fen"
    await Shop.filter(id=a.shop.id).update(monthly_ceiling_fen=200)
    assert await able() == (1, 3)
    await Shop.filter(id=a.shop.id).update(state=ShopState.SUSPENDED)
    assert await able() == (0, 3)
    assert (await figures(world)).offers == 1, "the other community's"


async def test_what_shops_can_still_take(world: World, api: Api) -> None:
    a = world.a
    assert (await figures(world)).shops_unlimited == 2
    await Discount.filter(id=a.discount.id).update(stock_total=7)  # of 10 points
    await offer(world, 30, stock_total=2, kind=DiscountKind.GIFT, gift="豆浆", percent_off=None)
    await offer(world, 0, kind=DiscountKind.GIFT, gift="茶", percent_off=None)  # costs nothing: no supply of points
    found = await figures(world, a.community)
    assert (found.remaining, found.shops_unlimited) == (7 * 10 + 2 * 30, 0)
    assert (found.offers, found.cheapest_cost, found.median_cost) == (3, 0, 10)
    given = {"audience": "GRANTED", "stock_total": 5, "kind": DiscountKind.GIFT, "gift": "体检", "percent_off": None}
    await offer(world, 0, **given)
    assert (await figures(world, a.community)).offers == 3, "what heads are given is not for all"
    await DiscountCounter.filter(discount_id=a.discount.id).update(used=3)
    assert (await figures(world, a.community)).remaining == 4 * 10 + 2 * 30
    # A ceiling counts at the month's points a fen: here 10 points for 17.60 yuan given.
    await give_points(a.heads[0].id, 50)
    await till.redeemed(api, a)
    await Shop.filter(id=a.shop.id).update(monthly_ceiling_fen=5_280)  # of which 1,760 are given: 20 points' worth
    found = await figures(world, a.community)
    assert (found.remaining, found.spent) == (20, 10)
    whole = await economy.find(admin(world), a.community.id, None)
    assert whole and whole.months_of_supply == 2.0
    assert (await figures(world, a.community, date(2026, 4, 1))).remaining == 3 * 10 + 2 * 30, "nothing says its worth"
    before = await economy.find(admin(world), a.community.id, date(2026, 4, 1))
    assert before and before.months_of_supply is None
    await Discount.filter(id=a.discount.id).update(stock_total=None)
    assert (await figures(world, a.community)).remaining == 20, "the ceiling is an end too"


async def test_an_area_without_heads_and_shops(world: World) -> None:
    empty = await making.area(world.district, making.AreaKind.COMMUNITY, "e", "空社区")
    found = await economy.find(admin(world), empty.id, None)
    assert found and found.share_able is found.share_ever is found.months_of_supply is None
    assert (found.figures.cheapest_cost, found.figures.median_cost, found.outstanding) == (None, None, 0)


async def test_for_who_answers_for_the_points(world: World, api: Api) -> None:
    area = ids.make("Area", world.a.community.id)
    outside = await making.person("外审计", Role.AUDITOR, area=world.b.community)
    for name, person in {**everybody(world), "outside": outside}.items():
        data = await api.run(person.token if person else None, "PointsEconomy", areaId=area)
        assert (data["pointsEconomy"] is not None) == (name in {"admin", "auditor"}), name
    assert (await api.run(outside.token, "PointsEconomy"))["pointsEconomy"] is None, "nor the whole district"
    assert await economy.find(ANONYMOUS, None, None) is None


@pytest.mark.parametrize("month", [date(1999, 12, 1), date(2200, 1, 1)])
async def test_an_impossible_month_is_a_clear_error(world: World, month: date) -> None:
    assert await economy.find(admin(world), None, date(2000, 1, 1))
    assert await economy.find(admin(world), None, date(2199, 12, 1))
    with pytest.raises(Refusal, match="2000 年至 2199 年之间"):
        await economy.find(admin(world), None, month)


async def test_it_takes_four_statements_however_many_heads(world: World) -> None:
    counts = []
    for many in (0, 20):
        for number in range(many):
            await making.head(world.a.grid, f"又{number}")
        with database.observed_statements() as seen:
            await figures(world)
        counts.append(len(seen))
    assert counts == [4, 4]
